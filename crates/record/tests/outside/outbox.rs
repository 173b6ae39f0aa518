//! The outbox: until the Centre has answered, and until a person has acted when the answer was no.

use chrono::{DateTime, Utc};
use record::{Batch, Change, OutboxFilter, OutboxState, Period, Record, RecordError, kinds};

use crate::support::{Room, at, dispensation, document, oid};

fn due_now(record: &Record, now: DateTime<Utc>) -> Vec<String> {
    let due = record.due(now, 10).unwrap();
    due.into_iter().map(|due| due.item.document_id).collect()
}

#[test]
fn a_saved_document_is_due_at_once_with_its_bytes() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    assert_eq!(record.next_due().unwrap(), Some(at(1)));
    let due = record.due(at(1), 10).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].bytes, document("1", "7").bytes);
    assert_eq!(due[0].item.state, OutboxState::Sending);
    assert_eq!(due[0].item.attempts, 1);
    let stored = record.document(&oid("1")).unwrap().unwrap();
    assert_eq!(stored.item, due[0].item);
    record.accepted(&oid("1"), b"answer", at(2)).unwrap();
    let stored = record.document(&oid("1")).unwrap().unwrap();
    assert_eq!(stored.item.state, OutboxState::Accepted);
    assert_eq!(stored.item.answered_at, Some(at(2)));
    assert_eq!(stored.answer.as_deref(), Some(b"answer".as_slice()));
    assert_eq!(stored.bytes, Some(document("1", "7").bytes));
    assert_eq!(record.next_due().unwrap(), None);
    let mut kinds_seen: Vec<String> = record.events(Default::default()).unwrap().into_iter().map(|e| e.kind).collect();
    assert_eq!(kinds_seen.split_off(1), ["dispensation.saved", kinds::WAITING, kinds::SENDING, kinds::ACCEPTED]);
}

#[test]
fn a_lease_keeps_others_away_until_it_ends() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    assert_eq!(due_now(&record, at(10)), [oid("1")]);
    assert_eq!(record.next_due().unwrap(), Some(at(130)));
    assert_eq!(due_now(&record, at(129)), [""; 0]);
    assert_eq!(due_now(&record, at(130)), [oid("1")]);
    // A clock that was set back by a day does not hold it for a day.
    assert_eq!(due_now(&record, at(-86_400)), [oid("1")]);
}

#[test]
fn a_failed_attempt_waits_for_its_time_and_no_longer() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    due_now(&record, at(1));
    record.attempt_failed(&oid("1"), "no-connection", at(30), at(2)).unwrap();
    let item = record.outbox(Default::default()).unwrap().remove(0);
    assert_eq!(item.state, OutboxState::Waiting);
    assert_eq!(item.last_code.as_deref(), Some("no-connection"));
    assert_eq!((item.next_try_at, record.next_due().unwrap()), (Some(at(30)), Some(at(30))));
    assert_eq!(due_now(&record, at(29)), [""; 0]);
    assert_eq!(due_now(&record, at(30)), [oid("1")]);
    // A wait beyond the longest is cut; a clock that was set back does not prolong it.
    record.attempt_failed(&oid("1"), "no-connection", at(1_000_000), at(31)).unwrap();
    assert_eq!(record.next_due().unwrap(), Some(at(31 + 3600)));
    assert_eq!(due_now(&record, at(-86_400)), [oid("1")]);
}

#[test]
fn documents_of_one_prescription_go_in_order_and_others_go_by() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    record.commit(dispensation("2", "7")).unwrap();
    record.commit(dispensation("3", "8")).unwrap();
    assert_eq!(due_now(&record, at(1)), [oid("1"), oid("3")]);
    let items = record.outbox(Default::default()).unwrap();
    assert_eq!(items[1].held_by, Some(oid("1")));
    assert_eq!(record.counts().unwrap().held, 1);
    record.attempt_failed(&oid("1"), "no-connection", at(60), at(2)).unwrap();
    assert_eq!(due_now(&record, at(3)), [""; 0], "the second does not overtake");
    due_now(&record, at(60));
    record.accepted(&oid("1"), b"", at(61)).unwrap();
    assert_eq!(due_now(&record, at(61)), [oid("2")]);
}

#[test]
fn a_refused_document_stays_until_a_person_acts_and_holds_those_behind_it() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    record.commit(dispensation("2", "7")).unwrap();
    due_now(&record, at(1));
    record.refused(&oid("1"), "DI-7b", "Toimitusväli ei ole täyttynyt", at(2)).unwrap();
    assert_eq!(due_now(&record, at(86_400)), [""; 0]);
    let refused = record.outbox(OutboxFilter { states: vec![OutboxState::Refused], ..Default::default() }).unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].last_code.as_deref(), Some("DI-7b"));
    assert_eq!(refused[0].last_sentence.as_deref(), Some("Toimitusväli ei ole täyttynyt"));
    let counts = record.counts().unwrap();
    assert_eq!((counts.refused, counts.held, counts.oldest_open), (1, 1, Some(at(1))));
    // Sent again as it is; refused again; then settled with the document that replaces it.
    assert!(matches!(record.resend(&oid("1"), "12345678903", at(3)), Ok(Change::Made(_))));
    assert_eq!(due_now(&record, at(3)), [oid("1")]);
    record.refused(&oid("1"), "DI-7b", "Edelleen", at(4)).unwrap();
    let batch = dispensation("3", "7").settling(oid("1"), "replaced");
    record.commit(batch).unwrap();
    let first = record.document(&oid("1")).unwrap().unwrap();
    assert_eq!(first.item.state, OutboxState::Settled);
    assert_eq!(first.bytes, Some(document("1", "7").bytes), "the record of fact stays");
    assert_eq!(due_now(&record, at(5)), [oid("2")]);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn the_same_document_again_is_the_same_and_other_bytes_are_refused() {
    let room = Room::new();
    let record = room.open();
    let first = record.commit(dispensation("1", "7")).unwrap();
    let head = record.head().unwrap();
    let again = record.commit(dispensation("1", "7")).unwrap();
    assert!(again.already);
    assert_eq!(again.last, first.last);
    assert_eq!(record.head().unwrap(), head);
    let mut other = document("1", "7");
    other.bytes.push(b' ');
    let conflict = RecordError::DocumentConflict { document_id: oid("1") };
    assert_eq!(record.commit(Batch::new(at(2)).document(other)).unwrap_err(), conflict);
    // One that was there with one that was not: not the batch of then.
    let mixed = dispensation("2", "7").document(document("1", "7"));
    assert_eq!(record.commit(mixed).unwrap_err(), conflict);
    let twice = dispensation("4", "7").document(document("4", "7"));
    assert!(record.commit(twice).is_err());
    assert_eq!(record.head().unwrap(), head);
}

#[test]
fn late_answers_do_not_undo_what_is_known() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    due_now(&record, at(1));
    record.accepted(&oid("1"), b"first", at(2)).unwrap();
    let head = record.head().unwrap();
    assert_eq!(record.accepted(&oid("1"), b"second", at(3)).unwrap(), Change::Already);
    assert_eq!(record.attempt_failed(&oid("1"), "timeout", at(9), at(3)).unwrap(), Change::Already);
    let refused = record.refused(&oid("1"), "x", "y", at(3)).unwrap_err();
    assert_eq!(refused.code(), "record-wrong-state");
    assert!(record.resend(&oid("1"), "12345678903", at(3)).is_err());
    assert!(record.settle(&oid("1"), "x", "12345678903", at(3)).is_err());
    assert_eq!(record.head().unwrap(), head);
    let stored = record.document(&oid("1")).unwrap().unwrap();
    assert_eq!(stored.answer.as_deref(), Some(b"first".as_slice()));
    assert_eq!(
        record.accepted("1.2.3", b"", at(3)).unwrap_err(),
        RecordError::UnknownDocument { document_id: "1.2.3".to_owned() }
    );
}

#[test]
fn what_a_program_was_sending_when_it_died_waits_again_at_once() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    due_now(&record, at(1));
    drop(record);
    let record = room.open();
    let item = record.outbox(Default::default()).unwrap().remove(0);
    assert_eq!((item.state, item.attempts), (OutboxState::Waiting, 1));
    assert_eq!(due_now(&record, at(2)), [oid("1")]);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn the_outbox_is_listed_by_state_day_and_prescription() {
    let room = Room::new();
    let record = room.open();
    for (id, prescription, day) in [("1", "7", 0), ("2", "8", 0), ("3", "7", 1)] {
        record.commit(Batch::new(at(day * 86_400)).by("12345678903").document(document(id, prescription))).unwrap();
    }
    record.accepted(&oid("2"), b"", at(5)).unwrap();
    let ids = |filter: OutboxFilter| -> Vec<String> {
        let items = record.outbox(filter).unwrap();
        items.into_iter().map(|item| item.document_id).collect()
    };
    let all = OutboxFilter::default;
    assert_eq!(ids(all()), [oid("1"), oid("2"), oid("3")]);
    assert_eq!(ids(OutboxFilter { states: vec![OutboxState::Waiting], ..all() }), [oid("1"), oid("3")]);
    let today = Period::between(at(0), at(86_400));
    assert_eq!(ids(OutboxFilter { saved: today, ..all() }), [oid("1"), oid("2")]);
    let prescription = Some(document("1", "7").prescription_set_id);
    assert_eq!(ids(OutboxFilter { prescription_set_id: prescription, ..all() }), [oid("1"), oid("3")]);
    assert_eq!(ids(OutboxFilter { newest_first: true, limit: Some(1), ..all() }), [oid("3")]);
    let item = record.outbox(all()).unwrap().remove(0);
    assert_eq!(item.actor.as_deref(), Some("12345678903"));
    assert_eq!(item.summary.unwrap()["medicine"], "lääke 1");
}

#[test]
fn a_late_word_of_a_lease_that_is_over_undoes_nothing() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    let first = record.due(at(1), 1).unwrap().remove(0).lease();
    // Its sender is slow; the lease ends, and another gets the document.
    let second = record.due(at(121), 1).unwrap().remove(0).lease();
    assert_ne!(first, second);
    let state = || record.document(&oid("1")).unwrap().unwrap().item;
    assert_eq!(record.refused(&first, "x", "y", at(122)).unwrap(), Change::Already);
    assert_eq!(record.attempt_failed(&first, "answer-timed-out", at(500), at(122)).unwrap(), Change::Already);
    assert_eq!((state().state, state().last_code), (OutboxState::Sending, None));
    assert!(record.due(at(123), 1).unwrap().is_empty(), "nobody else gets it meanwhile");
    // The second is refused, and a person has it sent again: no late word may put it back, the second's own neither.
    assert!(matches!(record.refused(&second, "DI-7b", "ei", at(124)), Ok(Change::Made(_))));
    record.resend(&oid("1"), "12345678903", at(125)).unwrap();
    for lease in [&first, &second] {
        assert_eq!(record.refused(lease, "DI-7b", "ei", at(126)).unwrap(), Change::Already);
        assert_eq!(record.attempt_failed(lease, "answer-lost", at(900), at(126)).unwrap(), Change::Already);
    }
    assert_eq!((state().state, state().next_try_at), (OutboxState::Waiting, None));
    // That the Centre has it counts whoever says so.
    let third = record.due(at(127), 1).unwrap().remove(0).lease();
    assert!(matches!(record.accepted(first.document_id(), b"answer", at(128)), Ok(Change::Made(_))));
    assert_eq!(record.refused(&third, "x", "y", at(129)).unwrap(), Change::Already);
    assert_eq!(state().state, OutboxState::Accepted);
    assert_eq!(record.refused("1.2.3", "x", "y", at(130)).unwrap_err().code(), "record-unknown-document");
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn several_senders_at_once_never_get_the_same_document() {
    let room = Room::new();
    let record = room.open();
    for number in 0..40 {
        record.commit(dispensation(&number.to_string(), &(number % 7).to_string())).unwrap();
    }
    let got = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let due = record.due(at(1), 2).unwrap();
                    if due.is_empty() {
                        // What is left is behind what another sender has, or there is none.
                        if record.counts().unwrap().waiting == 0 {
                            return;
                        }
                        std::thread::yield_now();
                    }
                    for one in due {
                        got.lock().unwrap().push(one.item.document_id.clone());
                        record.accepted(&one.item.document_id, b"", at(2)).unwrap();
                    }
                }
            });
        }
    });
    let got = got.into_inner().unwrap();
    let mut once = got.clone();
    once.sort();
    once.dedup();
    assert_eq!((got.len(), once.len()), (40, 40));
    for prescription in 0..7 {
        let wanted: Vec<String> = (0..40).filter(|n| n % 7 == prescription).map(|n| oid(&n.to_string())).collect();
        let found: Vec<String> = got.iter().filter(|id| wanted.contains(id)).cloned().collect();
        assert_eq!(found, wanted, "in order within each prescription");
    }
}
