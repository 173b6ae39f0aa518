//! The journal: writing, listing, limits, erasing.

use record::{
    Batch, Erasure, EventFilter, LIMIT_BATCH_EVENTS, LIMIT_DOCUMENT_BYTES, LIMIT_PAYLOAD_BYTES, NewEvent, Period,
    RecordError, Sequence, kinds,
};
use serde_json::json;

use crate::support::{Room, at, dispensation, document, oid};

#[test]
fn events_come_back_as_they_were_written() {
    let room = Room::new();
    let record = room.open();
    let event = NewEvent::new("visit.opened", at(5), json!({ "reason": "reseptin toimitus", "n": [1, 2.5, null] }))
        .by("12345678903")
        .about("1.2.3");
    let committed = record.append(vec![event.clone()]).unwrap();
    assert_eq!(committed.first, committed.last);
    assert!(!committed.already);
    let found = record.events(EventFilter { kinds: vec!["visit.opened".to_owned()], ..Default::default() }).unwrap();
    assert_eq!(found.len(), 1);
    let found = &found[0];
    assert_eq!(found.sequence, committed.last);
    assert_eq!(found.payload, Some(event.payload));
    assert_eq!((found.at, &found.actor, &found.document_id), (event.at, &event.actor, &event.document_id));
}

#[test]
fn listings_are_by_kind_day_person_document_and_page() {
    let room = Room::new();
    let record = room.open();
    let day = 86_400;
    for number in 0..6 {
        let kind = if number % 2 == 0 { "session.opened" } else { "session.closed" };
        let actor = if number < 3 { "12345678903" } else { "99999999999" };
        let event = NewEvent::new(kind, at(number * day), json!({ "number": number })).by(actor);
        record.append(vec![event]).unwrap();
    }
    let numbers = |filter: EventFilter| -> Vec<i64> {
        let events = record.events(filter).unwrap();
        let number = |event: record::Event| event.payload.unwrap()["number"].as_i64();
        events.into_iter().filter_map(number).collect()
    };
    let all = || EventFilter::default();
    assert_eq!(numbers(all()), [0, 1, 2, 3, 4, 5]);
    assert_eq!(numbers(EventFilter { kinds: vec!["session.closed".into()], ..all() }), [1, 3, 5]);
    let both = vec!["session.closed".into(), "session.opened".into()];
    assert_eq!(numbers(EventFilter { kinds: both, ..all() }).len(), 6);
    // The end of a period is outside: two days that follow each other share no event.
    let period = |from: i64, to: i64| Period::between(at(from * day), at(to * day));
    assert_eq!(numbers(EventFilter { period: period(1, 3), ..all() }), [1, 2]);
    assert_eq!(numbers(EventFilter { period: period(3, 4), ..all() }), [3]);
    assert_eq!(numbers(EventFilter { actor: Some("99999999999".into()), ..all() }), [3, 4, 5]);
    assert_eq!(numbers(EventFilter { newest_first: true, limit: Some(2), ..all() }), [5, 4]);
    let page = record.events(EventFilter { limit: Some(3), ..all() }).unwrap();
    let after = page.last().map(|event| event.sequence);
    assert_eq!(numbers(EventFilter { after, limit: Some(2), ..all() }), [2, 3]);
    assert_eq!(numbers(EventFilter { after, newest_first: true, ..all() }), [0]);
    let about = record.commit(dispensation("1", "7")).unwrap();
    let of_document = record.events(EventFilter { document_id: Some(oid("1")), ..all() }).unwrap();
    assert_eq!(of_document.len(), 2);
    assert_eq!(of_document[0].sequence, about.first);
    assert_eq!(of_document[1].kind, kinds::WAITING);
}

#[test]
fn a_documents_signing_is_found_with_it_and_never_without_it() {
    let room = Room::new();
    let record = room.open();
    let signed = |id: &str| NewEvent::new("dispensation.signed", at(1), json!({})).about(oid(id));
    assert!(matches!(record.append(vec![signed("1")]), Err(RecordError::UnknownDocument { .. })));
    let many = (0..LIMIT_BATCH_EVENTS - 1).map(|_| NewEvent::new("visit.noted", at(1), json!({})));
    let mut batch = Batch::new(at(1)).event(signed("1")).document(document("1", "7"));
    batch.events.extend(many);
    record.commit(batch).unwrap();
    record.commit(Batch::new(at(1)).event(signed("2")).document(document("2", "7"))).unwrap();
    let later = NewEvent::new("label.printed", at(3), json!({})).about(oid("1"));
    record.append(vec![later]).unwrap();
    let of = |id: &str, kinds: &[&str]| -> Vec<String> {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let filter = EventFilter { document_id: Some(oid(id)), kinds, ..Default::default() };
        record.events(filter).unwrap().into_iter().map(|event| event.kind).collect()
    };
    assert_eq!(of("1", &[]), ["dispensation.signed", kinds::WAITING, "label.printed"]);
    assert_eq!(of("1", &["dispensation.signed"]), ["dispensation.signed"]);
    assert_eq!(of("1", &["label.printed"]), ["label.printed"]);
    assert_eq!(of("2", &[]), ["dispensation.signed", kinds::WAITING]);
}

#[test]
fn a_batch_is_saved_whole_or_not_at_all() {
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    let before = record.head().unwrap();
    // The settlement fails: the document waits and was never refused.
    let batch = dispensation("2", "7").settling(oid("1"), "by hand");
    assert!(matches!(record.commit(batch), Err(RecordError::WrongState { .. })));
    assert!(record.document(&oid("2")).unwrap().is_none());
    assert_eq!(record.head().unwrap(), before);
}

#[test]
fn what_is_too_large_or_misnamed_never_reaches_the_file() {
    let room = Room::new();
    let record = room.open();
    let before = record.head().unwrap();
    let event = |kind: &str| NewEvent::new(kind, at(1), json!({}));
    for kind in ["", "Visit", "visit opened", "käynti", "record.created", "outbox.accepted"] {
        assert_eq!(record.append(vec![event(kind)]).unwrap_err(), RecordError::BadKind, "{kind}");
    }
    let too_large = |outcome: Result<record::Committed, RecordError>| {
        assert!(matches!(outcome, Err(RecordError::TooLarge { .. })), "{outcome:?}");
    };
    let payload = json!("x".repeat(LIMIT_PAYLOAD_BYTES));
    too_large(record.append(vec![NewEvent::new("visit.opened", at(1), payload)]));
    too_large(record.append(vec![event(&"x".repeat(300))]));
    too_large(record.append(vec![event("visit.opened").by("x".repeat(300))]));
    too_large(record.append(vec![event("visit.opened"); LIMIT_BATCH_EVENTS + 1]));
    let mut large = document("1", "7");
    large.bytes = vec![b'x'; LIMIT_DOCUMENT_BYTES + 1];
    too_large(record.commit(Batch::new(at(1)).document(large)));
    assert_eq!(record.append(vec![]).unwrap_err(), RecordError::EmptyBatch);
    assert_eq!(record.commit(Batch::new(at(1))).unwrap_err(), RecordError::EmptyBatch);
    assert_eq!(record.head().unwrap(), before);
    let mut largest = document("1", "7");
    largest.bytes = vec![b'x'; LIMIT_DOCUMENT_BYTES];
    record.commit(Batch::new(at(1)).document(largest)).unwrap();
}

#[test]
fn what_is_erased_is_gone_and_counted_and_the_chain_holds() {
    let room = Room::new();
    let record = room.open();
    let visit = NewEvent::new("visit.opened", at(1), json!({ "reason": "salaisuus" })).by("12345678903");
    let visit = record.append(vec![visit]).unwrap().last;
    record.commit(dispensation("1", "7")).unwrap();
    record.commit(dispensation("2", "8")).unwrap();
    let erasure = |events: Vec<Sequence>, documents: Vec<String>| Erasure {
        at: at(100),
        actor: None,
        reason: "time-limit".to_owned(),
        events,
        documents,
    };
    // What still has to be sent is not erased.
    let error = record.erase(erasure(vec![visit], vec![oid("1")])).unwrap_err();
    assert!(matches!(error, RecordError::WrongState { .. }));
    assert!(record.verify().unwrap().erased == 0);
    record.accepted(&oid("1"), b"the answer", at(2)).unwrap();
    record.erase(erasure(vec![visit], vec![oid("1")])).unwrap();
    let report = record.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.erased, 3, "the visit, and the document's waiting and accepted");
    assert_eq!(report.documents, 2);
    let events = record.events(Default::default()).unwrap();
    let erased = events.iter().find(|event| event.sequence == visit).unwrap();
    assert_eq!((&erased.payload, &erased.actor), (&None, &None));
    let stored = record.document(&oid("1")).unwrap().unwrap();
    assert_eq!((stored.bytes, stored.answer, stored.item.summary), (None, None, None));
    let again = record.erase(erasure(vec![visit], vec![])).unwrap_err();
    assert!(matches!(again, RecordError::UnknownEvent { .. }));
    // The record's own events cannot be erased, nor the outbox's one by one.
    let own = record.erase(erasure(vec![Sequence::from(1)], vec![])).unwrap_err();
    assert_eq!(own, RecordError::BadKind);
}
