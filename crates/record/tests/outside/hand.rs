//! What is in hand, the releases that give it back, and what conflicts.

use record::{Batch, Change, InHand, NewDocument, NewEvent, OutboxFilter, OutboxState, RELEASE, Record, kinds};
use serde_json::json;

use crate::support::{Room, at, dispensation, document, key, oid, options};

fn set(prescription: &str) -> String {
    document("1", prescription).prescription_set_id
}

fn told(kind: &str, seconds: i64) -> NewEvent {
    NewEvent::new(kind, at(seconds), json!({})).by("12345678903")
}

fn taken(record: &Record, prescription: &str, seconds: i64) {
    let batch = Batch::new(at(seconds)).event(told("prescription.taken-in-hand", seconds));
    record.commit(batch.taking(set(prescription), json!({ "whose": "Aino" }))).unwrap();
}

fn release(id: &str, prescription: &str) -> NewDocument {
    NewDocument { kind_code: RELEASE.to_owned(), ..document(id, prescription) }
}

fn given_back(record: &Record, id: &str, prescription: &str, seconds: i64) {
    let batch = Batch::new(at(seconds)).event(told("prescription.given-back", seconds));
    record.commit(batch.putting_down(set(prescription)).document(release(id, prescription))).unwrap();
}

#[test]
fn what_is_in_hand_is_there_after_a_crash_until_it_is_put_down() {
    let room = Room::new();
    let record = room.open();
    taken(&record, "7", 1);
    taken(&record, "8", 2);
    drop(record);
    let record = room.open();
    let hand: Vec<InHand> = record.in_hand().unwrap();
    assert_eq!(hand.iter().map(|one| one.prescription_set_id.clone()).collect::<Vec<_>>(), [set("7"), set("8")]);
    assert_eq!((hand[0].taken_at, &hand[0].content), (at(1), &json!({ "whose": "Aino" })));
    given_back(&record, "1", "7", 3);
    assert_eq!(record.in_hand().unwrap().len(), 1);
    assert_eq!(record.due(at(3), 10).unwrap()[0].item.document_id, oid("1"));
    // With the dispensation it goes in the same batch, and twice is as once.
    record.commit(dispensation("2", "8").putting_down(set("8"))).unwrap();
    record.commit(Batch::new(at(5)).event(told("prescription.given-back", 5)).putting_down(set("8"))).unwrap();
    assert_eq!(record.in_hand().unwrap(), []);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn a_batch_that_fails_takes_nothing_in_hand() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    let mut other = document("1", "7");
    other.bytes.push(b' ');
    let event = told("prescription.taken-in-hand", 2);
    assert!(record.commit(Batch::new(at(2)).event(event).taking(set("9"), json!({})).document(other)).is_err());
    assert_eq!(record.in_hand().unwrap(), []);
    assert!(record.commit(Batch::new(at(2)).taking(set("9"), json!({}))).is_err(), "never without an event");
}

#[test]
fn a_prescription_that_is_taken_again_withdraws_its_release() {
    let room = Room::new();
    let record = room.open();
    taken(&record, "7", 1);
    taken(&record, "8", 1);
    given_back(&record, "1", "7", 2);
    given_back(&record, "2", "8", 2);
    taken(&record, "7", 3);
    let state = |id: &str| record.document(&oid(id)).unwrap().unwrap().item.state;
    assert_eq!((state("1"), state("2")), (OutboxState::Settled, OutboxState::Waiting));
    let due: Vec<String> = record.due(at(4), 10).unwrap().into_iter().map(|due| due.item.document_id).collect();
    assert_eq!(due, [oid("2")], "another prescription's release is not touched");
    // One that is being sent is withdrawn as well; its answer still counts.
    taken(&record, "8", 5);
    assert_eq!(state("2"), OutboxState::Settled);
    record.accepted(&oid("2"), b"", at(6)).unwrap();
    assert_eq!(state("2"), OutboxState::Accepted);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn a_release_is_in_no_list_and_nothing_else_is_ever_withdrawn() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    given_back(&record, "2", "8", 2);
    let listed = |releases| record.outbox(OutboxFilter { releases, ..Default::default() }).unwrap().len();
    assert_eq!((listed(false), listed(true)), (1, 2));
    record.due(at(3), 10).unwrap();
    record.refused(&oid("2"), "x", "y", at(4)).unwrap();
    let counts = record.counts().unwrap();
    assert_eq!((counts.sending, counts.refused, counts.held), (1, 0, 0));
    assert!(matches!(record.withdraw(&oid("2"), "x", at(5)), Ok(Change::Made(_))));
    assert_eq!(record.withdraw(&oid("2"), "x", at(5)), Ok(Change::Already));
    assert_eq!(record.withdraw(&oid("1"), "x", at(5)).unwrap_err().code(), "record-wrong-state");
    assert_eq!(record.document(&oid("1")).unwrap().unwrap().item.state, OutboxState::Sending);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn a_conflict_stays_until_a_person_settles_it_and_holds_nothing_back() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    record.commit(dispensation("2", "7")).unwrap();
    record.due(at(2), 10).unwrap();
    let codes = vec!["late-cancelled".to_owned(), "late-locked".to_owned()];
    record.accepted_in_conflict(&oid("1"), b"answer", codes, at(3)).unwrap();
    let stored = record.document(&oid("1")).unwrap().unwrap();
    assert_eq!((stored.item.state, stored.answer.as_deref()), (OutboxState::Conflicting, Some(b"answer".as_slice())));
    assert_eq!(stored.item.last_code.as_deref(), Some("late-cancelled late-locked"));
    assert_eq!(record.counts().unwrap().conflicting, 1);
    assert_eq!(record.due(at(4), 10).unwrap()[0].item.document_id, oid("2"), "the Centre has it: the next one goes");
    assert!(record.resend(&oid("1"), "12345678903", at(5)).is_err());
    assert!(erased(&record).is_err(), "what a person has not settled is kept");
    assert!(record.verify().unwrap().is_sound());
    record.settle(&oid("1"), &"soitettu ä".repeat(40), "12345678903", at(6)).unwrap();
    assert_eq!(record.document(&oid("1")).unwrap().unwrap().item.state, OutboxState::Settled);
    assert!(record.settle(&oid("2"), &"x".repeat(5_000), "12345678903", at(6)).is_err());
    assert!(record.verify().unwrap().is_sound());
    erased(&record).unwrap();
    assert!(record.verify().unwrap().is_sound());
}

fn erased(record: &Record) -> Result<(), record::RecordError> {
    let erasure =
        record::Erasure { at: at(9), actor: None, reason: "time".into(), events: vec![], documents: vec![oid("1")] };
    record.erase(erasure).map(|_| ())
}

#[test]
fn a_file_of_the_first_format_is_brought_to_this_one_with_all_that_is_in_it() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    record.commit(dispensation("2", "7")).unwrap();
    record.due(at(2), 10).unwrap();
    record.accepted(&oid("1"), b"answer", at(3)).unwrap();
    let before = (record.head().unwrap(), record.outbox(Default::default()).unwrap());
    drop(record);
    // As the first version of the program left it: its own table, and nothing in hand.
    let first = include_str!("../../src/file/migration-1.sql");
    let (_, table) = first.split_once("CREATE TABLE outbox (").unwrap();
    let raw = room.raw();
    raw.execute_batch(&format!(
        "DROP TABLE outage_entry; DROP TABLE in_hand; ALTER TABLE outbox RENAME TO newer;
             DROP INDEX outbox_by_prescription; CREATE TABLE outbox ({table}
             INSERT INTO outbox SELECT sequence, document_id, set_id, prescription_set_id, kind_code, NULL, summary,
                 actor, saved_at, state, attempts, next_try_at, lease_until, last_code, last_sentence, NULL, answered_at
                 FROM newer;
             DROP TABLE newer; DROP TABLE outbox_day; DROP TABLE document; DROP TABLE answer;
             DROP INDEX event_after_saving;
             CREATE INDEX event_by_document ON event (document_id) WHERE document_id IS NOT NULL;
             CREATE INDEX event_by_time ON event (at); CREATE INDEX event_by_kind ON event (kind, at);
             PRAGMA user_version = 1;"
    ))
    .unwrap();
    for id in ["1", "2"] {
        let bytes = document(id, "7").bytes;
        raw.execute("UPDATE outbox SET bytes = ?2 WHERE document_id = ?1", (oid(id), bytes)).unwrap();
    }
    raw.execute("UPDATE outbox SET answer = ?1 WHERE state = 'accepted'", [b"answer"]).unwrap();
    drop(raw);
    // It can be read as it is,
    let record = Record::open_to_read(&room.path, &key(), options()).unwrap();
    assert_eq!((record.head().unwrap(), record.outbox(Default::default()).unwrap()), before);
    assert_eq!(record.document(&oid("1")).unwrap().unwrap().answer.as_deref(), Some(b"answer".as_slice()));
    assert!(record.verify().unwrap().is_sound());
    drop(record);
    // and is brought to this format when it is opened for work.
    let record = room.open();
    assert_eq!((record.head().unwrap(), record.outbox(Default::default()).unwrap()), before);
    assert_eq!(record.document(&oid("1")).unwrap().unwrap().answer.as_deref(), Some(b"answer".as_slice()));
    assert_eq!(record.in_hand().unwrap(), []);
    assert!(record.verify().unwrap().is_sound());
    let kinds_seen: Vec<String> = record.events(Default::default()).unwrap().into_iter().map(|e| e.kind).collect();
    assert!(kinds_seen.contains(&kinds::ACCEPTED.to_owned()));
}
