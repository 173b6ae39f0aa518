//! What is kept: idempotency over a restart, two decisions at once, and a projection that the documents give again.

use std::sync::{Arc, Mutex};

use centre::Chain;
use centre::log::{Entry, Event, Head, NewEntry};
use centre::store::{
    Counts, Decision, Expected, MemoryStore, Outcome, SqliteStore, Store, StoreError, StoredDocument, Whose,
};
use centre::verify::verify;
use chrono::Utc;
use prescription::{Oid, Quantity};
use test_authority::who;

use crate::world::*;

#[test]
fn promise_2_after_a_restart_the_same_document_has_the_first_answer_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    let mut world = World::over(SqliteStore::open(&path).unwrap());
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let sent = signed_by(&lot, who::SIRI, world.now);
    let (first, repeated) = accepted(world.send_document(&lot, sent.clone()));
    assert!(!repeated);
    let now = world.now;
    drop(world);

    let mut world = World::over(SqliteStore::open(&path).unwrap());
    // Hours later, when its times would be refused of a new document.
    world.now = now + chrono::Duration::hours(9);
    let (second, repeated) = accepted(world.send_document(&lot, sent));
    assert!(repeated);
    assert_eq!(first, second);
    assert_eq!(world.dispensations(), 1);
    assert!(verify(world.centre.store()).unwrap().is_sound());
}

#[test]
fn of_two_dispensations_at_once_from_the_last_lot_one_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    let mut world = World::over(SqliteStore::open(&path).unwrap());
    let prescription = world.held(|p| {
        p.iteration = None;
        p.quantity = Quantity::total(prescription::Amount::new(21, "fol")).unwrap();
    });
    let lots: Vec<_> = (0..4).map(|_| world.lot(&prescription, &[], 21)).collect();
    let now = world.now;
    // Each Centre is a process of its own over the same file.
    let threads: Vec<_> = lots
        .into_iter()
        .map(|lot| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut world = World::over(SqliteStore::open(&path).unwrap());
                world.now = now;
                matches!(world.send(&lot), kanta::mr::StoreAnswer::Accepted { .. })
            })
        })
        .collect();
    let accepted = threads.into_iter().map(|thread| thread.join().unwrap()).filter(|accepted| *accepted).count();
    assert_eq!(accepted, 1);
    assert_eq!(world.dispensations(), 1);
    assert!(verify(world.centre.store()).unwrap().is_sound());
}

#[test]
fn the_same_document_twice_at_once_is_stored_once_and_answered_alike() {
    let mut world = World::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let sent = signed_by(&lot, who::SIRI, world.now);
    let world = Arc::new(world);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (world, lot, sent) = (world.clone(), lot.clone(), sent.clone());
            std::thread::spawn(move || accepted(world.send_document(&lot, sent)))
        })
        .collect();
    let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(answers.iter().all(|(document, _)| *document == answers[0].0));
    assert_eq!(answers.iter().filter(|(_, repeated)| !repeated).count(), 1);
    assert_eq!(world.dispensations(), 1);
}

/// A store over a shared one, beside which something happens right after a document is looked for.
struct Beside {
    shared: Arc<MemoryStore>,
    after_looking: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Beside {
    fn new(shared: &Arc<MemoryStore>, happens: Option<Box<dyn FnOnce() + Send>>) -> Self {
        Self { shared: shared.clone(), after_looking: Mutex::new(happens) }
    }
}

impl Store for Beside {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        self.shared.commit(decision)
    }
    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        let found = self.shared.document(id);
        if let Some(happens) = self.after_looking.lock().unwrap().take() {
            happens();
        }
        found
    }
    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        self.shared.documents_of(prescription_set)
    }
    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        self.shared.chain(prescription_set)
    }
    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        self.shared.chains_of(whose, after, limit)
    }
    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        self.shared.is_settled(document)
    }
    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        self.shared.prescription_sets(after, limit)
    }
    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.shared.log(after, limit)
    }
    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.shared.log_of(organisation, after, limit)
    }
    fn erase_log(&self, before: chrono::DateTime<chrono::Utc>) -> Result<u64, StoreError> {
        self.shared.erase_log(before)
    }
    fn log_head(&self) -> Result<Head, StoreError> {
        self.shared.log_head()
    }
    fn counts(&self) -> Result<Counts, StoreError> {
        self.shared.counts()
    }
    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.shared.integrity()
    }
    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        self.shared.as_of_now()
    }
    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        self.shared.set_full(full)
    }
}

#[test]
fn promise_2_a_sending_that_overtakes_another_of_the_same_document_does_not_make_it_a_refusal() {
    let shared = Arc::new(MemoryStore::new());
    let mut first = World::over(Beside::new(&shared, None));
    let prescription = first.held(|_| {});
    let lot = first.lot(&prescription, &[], 21);
    let sent = signed_by(&lot, who::SIRI, first.now);
    let (now, again) = (first.now, (lot.clone(), sent.clone()));
    let overtaking = move || {
        let (lot, sent) = again;
        assert!(!accepted(first.send_document(&lot, sent)).1);
    };
    let mut second = World::over(Beside::new(&shared, Some(Box::new(overtaking))));
    second.now = now;
    assert!(accepted(second.send_document(&lot, sent)).1, "it is stored once, and both hear that it is");
    assert_eq!(second.dispensations(), 1);
}

fn entry(payload: &str) -> NewEntry {
    NewEntry { at: Utc::now(), event: Event::Load, payload: payload.to_owned(), salt: [1; 32] }
}

fn a_decision_is_taken_whole_or_not_at_all(store: impl Store) {
    let world = World::over(store);
    let prescription = world.held(|_| {});
    let set = prescription.reference.set_id.clone();
    let store = world.centre.store();
    let before = (store.counts().unwrap(), store.log_head().unwrap(), store.chain(&set).unwrap());
    let mut document = store.documents_of(&set).unwrap().remove(0);
    let chain = store.chain(&set).unwrap().unwrap();
    // Another revision than expected.
    document.id = oid("1.2.246.10.99999903.93.2026.77");
    let stale = Decision {
        expected: vec![Expected { prescription_set: set.clone(), revision: chain.revision + 1 }],
        documents: vec![document.clone()],
        log: vec![entry("never")],
        projection: vec![chain.clone()],
        ..Decision::default()
    };
    assert_eq!(store.commit(stale).unwrap(), Outcome::Conflict);
    // An identifier that is taken.
    document.id = prescription.reference.id.clone();
    let taken = Decision { documents: vec![document], log: vec![entry("never")], ..Decision::default() };
    assert_eq!(store.commit(taken).unwrap(), Outcome::Conflict);
    assert_eq!((store.counts().unwrap(), store.log_head().unwrap(), store.chain(&set).unwrap()), before);
}

#[test]
fn a_decision_is_taken_whole_or_not_at_all_in_memory() {
    a_decision_is_taken_whole_or_not_at_all(MemoryStore::new());
}

#[test]
fn a_decision_is_taken_whole_or_not_at_all_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    a_decision_is_taken_whole_or_not_at_all(SqliteStore::open(&folder.path().join("centre.db")).unwrap());
}

#[test]
fn promise_5_a_projection_a_payload_or_a_document_that_was_changed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    let mut world = World::over(SqliteStore::open(&path).unwrap());
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    accepted(world.send(&lot));
    assert!(verify(world.centre.store()).unwrap().is_sound());

    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute("UPDATE chain SET value = replace(value, '\"revision\":2', '\"revision\":3')", []).unwrap();
    file.execute("UPDATE log_beside SET payload = replace(payload, 'store', 'stare') WHERE sequence = 2", []).unwrap();
    let report = verify(world.centre.store()).unwrap();
    assert_eq!(report.faults.len(), 2, "{:?}", report.faults);
    assert!(report.faults[0].contains("payload of entry 2"));
    assert!(report.faults[1].contains("projection"));
    // What the file lets nobody do.
    assert!(file.execute("DELETE FROM document", []).is_err());
    assert!(file.execute("UPDATE document SET bytes = x'00'", []).is_err());
    assert!(file.execute("DELETE FROM log WHERE sequence = 2", []).is_err());
}

#[test]
fn promise_5_a_lock_that_was_taken_away_by_hand_or_a_dispensation_that_was_left_out_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    let mut world = World::over(SqliteStore::open(&path).unwrap());
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    accepted(world.send(&lot));
    let file = rusqlite::Connection::open(&path).unwrap();
    let whole: String = file.query_row("SELECT value FROM chain", [], |row| row.get(0)).unwrap();
    let by_hand = |value: &str| {
        file.execute("UPDATE chain SET value = ?1", [value]).unwrap();
        verify(world.centre.store()).unwrap().faults
    };
    let lock = r#""lock":{"owner":"1.2.3","document":{"id":"1.2.3","set_id":"1.2.3","document_type":"4"}}"#;
    let changes = [("\"lock\":null", lock), ("\"renewal_rejected\":false", "\"renewal_rejected\":true"), ("21", "14")];
    for (from, to) in changes {
        assert!(whole.contains(from), "{from}");
        let faults = by_hand(&whole.replace(from, to));
        assert!(faults.iter().any(|fault| fault.contains("projection")), "{from}: {faults:?}");
    }
    // What no document says is set aside: a dispensing reservation.
    let hold = r#""hold":{"owner":"1.2.3","until":"2026-11-22T10:00:00"},"holds":0"#;
    assert_eq!(by_hand(&whole.replace("\"hold\":null,\"holds\":0", hold)), Vec::<String>::new());
    assert_eq!(by_hand(&whole), Vec::<String>::new());
}

#[test]
fn a_file_of_a_newer_program_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    drop(SqliteStore::open(&path).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteStore::open(&path).err().unwrap();
    assert_eq!(error, StoreError::NewerSchema { found: 99, known: 5 });
}

#[test]
fn an_organisation_finds_its_own_prescriptions_in_both_stores_alike() {
    use centre::store::Part;
    use kanta::metadata::Days;
    let folder = tempfile::tempdir().unwrap();
    let in_memory = found_by_parts(MemoryStore::new());
    let in_file = found_by_parts(SqliteStore::open(&folder.path().join("centre.db")).unwrap());
    assert_eq!(in_memory, in_file);
    assert_eq!(in_memory, [1, 1, 0, 0, 1, 0, 0]);

    fn found_by_parts(store: impl Store) -> Vec<usize> {
        let mut world = World::over(store);
        let prescription = world.held(|_| {});
        let lot = world.lot(&prescription, &[], 21);
        accepted(world.send(&lot));
        let (kuusi, lahde, unit) = (oid(KUUSI), oid(LAHDE), oid("1.2.246.10.99999903.10.1"));
        let today = lot.dispensed_at.date();
        let until_yesterday = Days { from: None, to: today.pred_opt() };
        let find = |id: &Oid, part: Part, prescribed: Days, dispensed: Days, after: Option<&Oid>| {
            let whose = Whose::Organisation { id, parts: &[part], prescribed, dispensed };
            world.centre.store().chains_of(&whose, after, 9).unwrap().len()
        };
        let all = Days::default();
        vec![
            find(&kuusi, Part::Dispensed, all, all, None),
            find(&unit, Part::Prescribed, all, Days { from: Some(today), to: Some(today) }, None),
            find(&lahde, Part::Dispensed, all, all, None),
            find(&kuusi, Part::DoseDispensing, all, all, None),
            find(&kuusi, Part::Dispensed, Days { from: None, to: Some(today) }, all, None),
            find(&kuusi, Part::Dispensed, all, until_yesterday, None),
            find(&kuusi, Part::Dispensed, all, all, Some(&prescription.reference.set_id)),
        ]
    }
}

fn lc_8_what_is_older_than_its_time_is_erased_whole_and_nothing_else(store: impl Store) {
    let mut world = World::over(store);
    let old = world.held(|_| {});
    let id = "1.2.246.10.99999903.93.2026.2";
    let dispensed = world.held(|p| p.reference = reference(id, prescription::DocumentType::Prescription));
    let renewing = world.held(|p| {
        p.reference = reference("1.2.246.10.99999903.93.2026.4", prescription::DocumentType::Prescription);
        // The request itself does not matter here: the document that it names belongs to the other chain.
        let request = prescription::DocumentType::RenewalRequest;
        p.renews = Some(prescription::DocumentReference { document_type: request, ..dispensed.reference.clone() });
    });
    world.days_pass(10);
    let lot = world.lot(&dispensed, &[], 21);
    accepted(world.send(&lot));
    let store = world.centre.store();
    let before = store.counts().unwrap();
    let after_months = |months: u32| world.now + chrono::Months::new(months) - chrono::Duration::days(5);
    let erase = |months: u32, now| centre::keeper::erase_prescriptions(store, months, now, || [9; 32]).unwrap();
    assert_eq!(erase(270, after_months(269)), 0);
    assert_eq!(erase(270, after_months(270)), 1, "the one of which the newest document is old enough");
    assert!(store.chain(&old.reference.set_id).unwrap().is_none());
    assert!(store.document(&old.reference.id).unwrap().is_none());
    assert_eq!(world.search(&[AINO]).unwrap().prescriptions.len(), 2);
    assert!(store.chain(&renewing.reference.set_id).unwrap().is_some(), "it stays with what it renews");
    let after = store.counts().unwrap();
    assert_eq!((after.prescriptions, after.documents, after.erased), (2, before.documents - 1, 1));
    let last = store.log(after.log - 2, 1).unwrap().remove(0);
    assert_eq!((last.event.as_str(), last.told().unwrap().hits), ("erase", 1));
    assert!(!last.beside.unwrap().1.contains(old.reference.id.as_str()), "the entry does not name what is erased");
    let report = verify(store).unwrap();
    assert_eq!((report.faults.as_slice(), report.prescriptions_erased), (&[][..], 1));
    assert_eq!(erase(270, after_months(280)), 2);
    assert!(verify(store).unwrap().is_sound());
}

#[test]
fn lc_8_in_memory() {
    lc_8_what_is_older_than_its_time_is_erased_whole_and_nothing_else(MemoryStore::new());
}

#[test]
fn lc_8_in_a_file_where_nothing_else_can_be_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("centre.db");
    lc_8_what_is_older_than_its_time_is_erased_whole_and_nothing_else(SqliteStore::open(&path).unwrap());
    drop(World::over(SqliteStore::open(&path).unwrap()).held(|p| {
        p.reference = reference("1.2.246.10.99999903.93.2026.3", prescription::DocumentType::Prescription);
    }));
    let connection = rusqlite::Connection::open(&path).unwrap();
    for sql in ["DELETE FROM document", "UPDATE document SET type = '2'", "DELETE FROM erased", "DELETE FROM log"] {
        let refused = connection.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("append only"), "{sql}: {refused}");
    }
}

#[test]
fn promise_5_erased_payloads_are_counted_and_the_chain_of_the_log_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("centre.db")).unwrap();
    let mut world = World::over(store);
    world.held(|_| {});
    world.search(&[AINO]).unwrap();
    world.days_pass(1);
    world.search(&[AINO]).unwrap();
    let store = world.centre.store();
    assert_eq!(store.log_of(&oid(KUUSI), 0, 9).unwrap().len(), 2, "the keeper's own loading is nobody's use");
    assert_eq!(store.erase_log(world.now).unwrap(), 2);
    let report = verify(store).unwrap();
    assert!(report.is_sound(), "{:?}", report.faults);
    assert_eq!((report.log_entries, report.log_erased), (3, 2));
    assert_eq!(store.log_of(&oid(KUUSI), 0, 9).unwrap().len(), 1);
    assert_eq!(store.log_of(&oid(LAHDE), 0, 9).unwrap().len(), 0);
}
