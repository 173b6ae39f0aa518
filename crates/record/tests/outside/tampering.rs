//! Somebody with the key changes the past behind the record's back: the verifier finds it. And a damaged file is
//! found without the key's help.

use record::{Fault, NewEvent, Record, RecordError, Sequence};
use serde_json::json;

use crate::support::{Room, at, dispensation, key, oid, options};

/// A record with a few events and documents, closed.
fn filled() -> Room {
    let room = Room::new();
    let record = room.open();
    for number in 1..=5 {
        let event = NewEvent::new("visit.opened", at(number), json!({ "number": number })).by("12345678903");
        record.append(vec![event]).unwrap();
    }
    record.commit(dispensation("1", "7")).unwrap();
    record.commit(dispensation("2", "8")).unwrap();
    record.accepted(&oid("1"), b"answer", at(10)).unwrap();
    record.refused(&oid("2"), "DI-7b", "ei", at(10)).unwrap();
    room
}

/// Does something to the file with the key in hand, and has the record verify itself.
fn after(statement: &str) -> Vec<Fault> {
    let room = filled();
    let raw = room.raw();
    raw.execute_batch("PRAGMA foreign_keys = OFF;").unwrap();
    raw.execute_batch(statement).unwrap();
    drop(raw);
    let report = room.open().verify().unwrap();
    assert_eq!(report.is_sound(), report.faults.is_empty() && report.integrity.is_empty());
    report.faults
}

fn at_place(place: u64) -> Sequence {
    Sequence::from(place)
}

fn about(id: &str, what: &'static str) -> Fault {
    Fault::Document { document_id: oid(id), what }
}

#[test]
fn an_untouched_record_is_sound() {
    assert_eq!(after("SELECT 1;"), []);
}

#[test]
fn a_changed_payload_is_found() {
    let faults = after("UPDATE event SET payload = '{\"number\":9}' WHERE sequence = 3;");
    assert_eq!(faults, [Fault::Payload(at_place(3))]);
    let faults = after("UPDATE event SET actor = '99999999999' WHERE sequence = 3;");
    assert_eq!(faults, [Fault::Payload(at_place(3))]);
}

#[test]
fn a_changed_time_or_kind_is_found() {
    let faults = after("UPDATE event SET at = at + 1 WHERE sequence = 3;");
    assert_eq!(faults, [Fault::Event(at_place(3))]);
    let faults = after("UPDATE event SET kind = 'visit.closed' WHERE sequence = 3;");
    assert_eq!(faults, [Fault::Event(at_place(3))]);
}

#[test]
fn a_removed_row_is_found() {
    let faults = after("DELETE FROM event WHERE sequence = 3;");
    let gap = Fault::Missing { after: at_place(2), before: at_place(4) };
    assert_eq!(faults, [gap]);
    // Removed, and the rest moved up to hide the gap.
    let faults = after(
        "DELETE FROM event WHERE sequence = 3;
         UPDATE event SET sequence = sequence - 1 WHERE sequence = 4;
         UPDATE event SET sequence = sequence - 1 WHERE sequence = 5;",
    );
    assert!(faults.contains(&Fault::Link(at_place(3))), "{faults:?}");
}

#[test]
fn a_journal_cut_short_is_found() {
    let faults = after("DELETE FROM event WHERE sequence = (SELECT max(sequence) FROM event);");
    assert!(faults.iter().any(|fault| matches!(fault, Fault::End { .. })), "{faults:?}");
}

#[test]
fn two_exchanged_rows_are_found() {
    let faults = after(
        "UPDATE event SET sequence = 1000 WHERE sequence = 3;
         UPDATE event SET sequence = 3 WHERE sequence = 4;
         UPDATE event SET sequence = 4 WHERE sequence = 1000;",
    );
    assert!(faults.contains(&Fault::Event(at_place(3))), "{faults:?}");
    assert!(faults.contains(&Fault::Event(at_place(4))), "{faults:?}");
}

#[test]
fn an_inserted_row_is_found() {
    let faults = after(
        "INSERT INTO event SELECT (SELECT max(sequence) + 1 FROM event), kind, at, actor, document_id, salt, payload,
                content, previous, hash FROM event WHERE sequence = 3;",
    );
    assert!(!faults.is_empty());
}

#[test]
fn a_payload_that_vanished_without_an_erasure_is_found() {
    let faults =
        after("UPDATE event SET payload = NULL, salt = NULL, actor = NULL, document_id = NULL WHERE sequence = 3;");
    assert_eq!(faults, [Fault::Vanished(at_place(3))]);
    let faults = after("UPDATE event SET payload = NULL WHERE sequence = 3;");
    assert_eq!(faults, [Fault::Payload(at_place(3))]);
}

#[test]
fn a_changed_document_is_found() {
    assert_eq!(
        after(
            "UPDATE document SET bytes = x'00' WHERE sequence = (SELECT sequence FROM outbox WHERE state = 'accepted');"
        ),
        [about("1", "bytes")]
    );
    assert_eq!(after("UPDATE answer SET bytes = x'00';"), [about("1", "answer")]);
    assert_eq!(after("UPDATE outbox SET summary = '{}' WHERE state = 'accepted';"), [about("1", "summary")]);
    assert_eq!(after("UPDATE outbox SET kind_code = '11' WHERE state = 'accepted';"), [about("1", "identifiers")]);
}

#[test]
fn a_refusal_swept_under_the_carpet_is_found() {
    assert_eq!(after("UPDATE outbox SET state = 'settled' WHERE state = 'refused';"), [about("2", "state")]);
    assert_eq!(after("DELETE FROM outbox WHERE state = 'refused';"), [about("2", "not in the outbox")]);
}

/// Every page carries a seal: a bit that changed on the disk is found, wherever it is.
#[test]
fn a_bit_that_changed_on_the_disk_is_found() {
    let page = 4096;
    let pages = std::fs::read(&filled().path).unwrap().len() / page;
    assert!(pages > 5);
    for number in 0..pages {
        let room = filled();
        let mut bytes = std::fs::read(&room.path).unwrap();
        bytes[number * page + 1000] ^= 1;
        std::fs::write(&room.path, bytes).unwrap();
        let outcome = Record::open(&room.path, &key(), options()).and_then(|record| record.verify());
        match outcome {
            Ok(report) => assert!(!report.cipher_integrity.is_empty(), "page {number}: {report:?}"),
            Err(RecordError::WrongKey | RecordError::Damaged | RecordError::Disk { .. }) => {}
            Err(error) => panic!("page {number}: {error:?}"),
        }
    }
}
