//! What was handed over in an outage (OU-1, OU-6): durable at once, settled by its document or by a person, and never
//! silently.

use record::{
    Batch, Erasure, Fault, NewOutageEntry, OutageFilter, OutageState, OutboxState, Record, RecordError, kinds,
};
use serde_json::json;

use crate::support::{Room, at, document, oid};

const SIRI: &str = "99900000011";

fn entry(id: &str) -> NewOutageEntry {
    NewOutageEntry {
        entry_id: oid(id),
        handed_over_at: at(1),
        content: json!({ "basis": "instruction", "product": "lääke", "amount": "21" }),
    }
}

fn handed_over(record: &Record, id: &str) {
    record.commit(Batch::new(at(2)).by(SIRI).handing_over(entry(id))).unwrap();
}

fn stands(record: &Record, id: &str) -> OutageState {
    record.outage_entry(&oid(id)).unwrap().unwrap().state
}

#[test]
fn ou_1_what_was_handed_over_is_there_after_the_program_was_opened_again() {
    let room = Room::new();
    handed_over(&room.open(), "1");
    let record = room.open();
    let [found] = record.outage_entries(OutageFilter::default()).unwrap().try_into().unwrap();
    assert_eq!(found.state, OutageState::Waiting);
    assert_eq!((found.actor.as_deref(), found.handed_over_at), (Some(SIRI), at(1)));
    assert_eq!(found.content, Some(entry("1").content));
    assert_eq!(record.outage_waiting().unwrap(), 1);
    assert!(record.verify().unwrap().is_sound());
    // The journal itself holds none of what was typed.
    let events = record.events(Default::default()).unwrap();
    let told = events.iter().find(|event| event.kind == kinds::HANDED_OVER).unwrap();
    assert!(!told.payload.as_ref().unwrap().to_string().contains("lääke"));
}

#[test]
fn ou_6_an_entry_and_its_document_are_settled_together_or_not_at_all() {
    let room = Room::new();
    let record = room.open();
    handed_over(&record, "1");
    // Its document is not in the batch.
    let alone = Batch::new(at(3)).by(SIRI).document(document("2", "7")).writing(oid("1"), oid("1"));
    assert!(matches!(record.commit(alone), Err(RecordError::UnknownDocument { .. })));
    // Something else of the batch does not hold.
    let torn =
        Batch::new(at(3)).by(SIRI).document(document("1", "7")).writing(oid("1"), oid("1")).writing(oid("9"), oid("1"));
    assert!(matches!(record.commit(torn), Err(RecordError::UnknownDocument { .. })));
    assert_eq!(stands(&record, "1"), OutageState::Waiting);
    assert!(record.document(&oid("1")).unwrap().is_none());
    let whole = Batch::new(at(4)).by(SIRI).document(document("1", "7")).writing(oid("1"), oid("1"));
    record.commit(whole.clone()).unwrap();
    assert!(record.commit(whole).unwrap().already, "the same again is harmless");
    let found = record.outage_entry(&oid("1")).unwrap().unwrap();
    assert_eq!((found.state, found.document_id), (OutageState::Written, Some(oid("1"))));
    assert_eq!(record.outbox(Default::default()).unwrap()[0].state, OutboxState::Waiting);
    assert_eq!(record.outage_waiting().unwrap(), 0);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn an_entry_leaves_the_list_once_and_never_by_itself() {
    let room = Room::new();
    let record = room.open();
    handed_over(&record, "1");
    record.settle_outage_entry(&oid("1"), "Lääkäri teki uuden reseptin.", "99900000029", at(5)).unwrap();
    assert_eq!(stands(&record, "1"), OutageState::Settled);
    let again = record.settle_outage_entry(&oid("1"), "taas", SIRI, at(6));
    assert_eq!(again.unwrap_err().code(), "record-wrong-state");
    let late = Batch::new(at(6)).by(SIRI).document(document("1", "7")).writing(oid("1"), oid("1"));
    assert_eq!(record.commit(late).unwrap_err().code(), "record-wrong-state");
    let settled = record.events(record::EventFilter { kinds: vec![kinds::ENTRY_SETTLED.into()], ..Default::default() });
    let [event] = settled.unwrap().try_into().unwrap();
    assert_eq!(event.actor.as_deref(), Some("99900000029"));
    assert_eq!(event.payload.unwrap()["how"], "Lääkäri teki uuden reseptin.");
    // The same entry again changes nothing, another one under its identifier is refused.
    record.commit(Batch::new(at(7)).by(SIRI).handing_over(entry("1"))).unwrap();
    let other = NewOutageEntry { content: json!({}), ..entry("1") };
    let refused = record.commit(Batch::new(at(7)).by(SIRI).handing_over(other)).unwrap_err();
    assert_eq!(refused.code(), "record-document-conflict");
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn an_entry_is_erased_when_its_time_ends_and_never_while_it_waits() {
    let room = Room::new();
    let record = room.open();
    handed_over(&record, "1");
    let erasure =
        Erasure { at: at(9), actor: None, reason: "lawful time".into(), events: vec![], documents: vec![oid("1")] };
    assert!(matches!(record.erase(erasure.clone()), Err(RecordError::EntryState { .. })));
    record.settle_outage_entry(&oid("1"), "note", SIRI, at(5)).unwrap();
    record.erase(erasure).unwrap();
    let found = record.outage_entry(&oid("1")).unwrap().unwrap();
    assert_eq!((found.content, found.actor, found.state), (None, None, OutageState::Settled));
    let report = record.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.erased, 2);
}

/// One entry that waits and one that is written; then somebody with the key does something to the file.
fn after(statement: &str) -> Vec<&'static str> {
    let room = Room::new();
    let record = room.open();
    handed_over(&record, "1");
    handed_over(&record, "2");
    record.commit(Batch::new(at(4)).by(SIRI).document(document("2", "7")).writing(oid("2"), oid("2"))).unwrap();
    drop(record);
    let raw = room.raw();
    raw.execute_batch("PRAGMA foreign_keys = OFF;").unwrap();
    raw.execute_batch(statement).unwrap();
    drop(raw);
    let faults = room.open().verify().unwrap().faults;
    let what = |fault| match fault {
        Fault::Document { what, .. } => what,
        other => panic!("{other:?}"),
    };
    faults.into_iter().map(what).collect()
}

#[test]
fn the_verifier_compares_entries_with_their_events() {
    assert_eq!(after("SELECT 1;"), [""; 0]);
    let waiting = "WHERE state = 'waiting'";
    for (change, what) in [
        ("content = '{\"amount\":\"42\"}'", "content of an outage entry"),
        ("actor = '99900000029'", "content of an outage entry"),
        ("handed_over_at = handed_over_at + 1", "time of an outage entry"),
        ("state = 'settled'", "state of an outage entry"),
    ] {
        assert_eq!(after(&format!("UPDATE outage_entry SET {change} {waiting};")), [what], "{change}");
    }
    assert_eq!(
        after("UPDATE outage_entry SET document_id = 'x' WHERE state = 'written';"),
        ["state of an outage entry"]
    );
    assert_eq!(after(&format!("DELETE FROM outage_entry {waiting};")), ["not among the outage entries"]);
    let lost = after(&format!("DELETE FROM outbox WHERE document_id = '{}';", oid("2")));
    assert!(lost.contains(&"document of an outage entry is not in the outbox"), "{lost:?}");
}
