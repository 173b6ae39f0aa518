//! What is in hand is given back however the visit ends, and never what somebody has in hand again (1.6, OP-13).

use cda::Content;
use chrono::Duration;
use counter::{Clock, Counter, Sent};
use kanta::Incoming;
use kanta::errors::Known;
use kanta::{Issue, mr::StoreRequest};
use kanta_client::TransportError;
use prescription::{DocumentType, MarkKind, SignedBy, Signers};
use record::{Batch, NewDocument, NewEvent, OutboxFilter, OutboxItem, OutboxState};
use test_authority::who;

use crate::bench::{AINO, Bench};

/// At the counter with the one prescription in hand.
fn in_hand() -> Bench {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench
}

fn held(bench: &Bench) -> usize {
    bench.counter.deps().record.in_hand().unwrap().len()
}

fn releases(bench: &Bench) -> Vec<OutboxItem> {
    let all = OutboxFilter { releases: true, ..OutboxFilter::default() };
    let items = bench.counter.deps().record.outbox(all).unwrap();
    items.into_iter().filter(|item| item.kind_code == record::RELEASE).collect()
}

fn types(stored: &[StoreRequest]) -> Vec<DocumentType> {
    stored.iter().map(|request| request.reference.document_type.clone()).collect()
}

#[test]
fn op_13_whatever_ends_the_visit_gives_back_what_was_not_dispensed() {
    type End = (&'static str, fn(&Bench));
    let ends: [End; 4] = [
        ("close", |bench| bench.counter.close_visit()),
        ("log out", |bench| bench.counter.log_out().unwrap()),
        ("another search", |bench| drop(bench.search().unwrap())),
        ("a newcomer", |bench| bench.log_in(who::PETRI)),
    ];
    for (how, end) in ends {
        let bench = in_hand();
        assert_eq!(held(&bench), 1, "{how}");
        bench.pull();
        bench.card_of(who::SIRI);
        bench.counter.log_in(&card::Pin::new("1234").unwrap(), false).unwrap();
        assert_eq!((held(&bench), releases(&bench).len()), (1, 0), "{how}: the same person is back");
        let asked = bench.centre().asked;
        end(&bench);
        let more = if how == "another search" { 1 } else { 0 };
        assert_eq!(bench.centre().asked, asked + more, "{how}: nobody waits for the Centre");
        assert_eq!(held(&bench), 0, "{how}");
        let [release] = releases(&bench).try_into().unwrap();
        assert_eq!(bench.send(), [Sent::Accepted { document_id: release.document_id }], "{how}");
        let centre = bench.centre();
        let [sent] = centre.stored.as_slice() else { panic!("{how}") };
        assert!(sent.requester.user.is_none() && !sent.late);
        let read = cda::read(&sent.document).unwrap();
        let Content::Mark(mark) = read.content else { panic!("{how}") };
        assert_eq!(mark.kind, MarkKind::DispensingReservationRelease { explanation: None });
        assert_eq!(mark.prescription, centre.prescription.reference);
        assert_eq!(mark.patient.identity_code.unwrap().reveal(), AINO);
        assert_eq!(signing::verify(&sent.document).unwrap(), [], "nobody signs it");
    }
}

#[test]
fn what_is_dispensed_is_not_given_back_and_the_rest_is() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    bench.sign().unwrap();
    assert_eq!(held(&bench), 0);
    // Looked at once more after it was signed: the release goes after the dispensation.
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench.counter.close_visit();
    bench.send();
    bench.send();
    let stored = types(&bench.centre().stored);
    assert_eq!(stored, [DocumentType::Dispensation, DocumentType::DispensingReservationRelease]);
}

#[test]
fn it_is_durable_before_the_centre_is_asked_and_a_program_that_starts_again_gives_it_back() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    let record = bench.counter.deps().record.clone();
    bench.centre_answers(move |request| {
        let is_fetch = matches!(Incoming::read(request), Ok(Incoming::Fetch { .. }));
        if is_fetch {
            assert_eq!(record.in_hand().unwrap().len(), 1);
        }
        is_fetch.then_some(Err(TransportError::TimedOut))
    });
    assert!(bench.counter.open_prescription(&bench.set_id()).is_err());
    bench.centre().wish = None;
    let events = bench.journal();
    let (kind, by, payload) = events.last().unwrap();
    assert_eq!(kind, "prescription.taken-in-hand");
    assert!(by.is_some());
    assert_eq!(*payload, serde_json::json!({ "prescription": bench.set_id() }), "the set alone");
    // The program dies here. The next one has the same record and nobody logged in.
    let next = Counter::new(bench.counter.deps().clone());
    next.give_back();
    next.give_back();
    assert_eq!((held(&bench), releases(&bench).len()), (0, 1));
    bench.send();
    assert_eq!(types(&bench.centre().stored), [DocumentType::DispensingReservationRelease]);
}

#[test]
fn a_release_that_waits_never_ends_what_is_in_hand_again() {
    let bench = in_hand();
    bench.counter.close_visit();
    bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
    let sent = bench.send();
    let [Sent::Waits { next_try_at, .. }] = sent.as_slice() else { panic!("{sent:?}") };
    let later = *next_try_at;
    bench.centre().wish = None;
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench.clock.turn_to(later + Duration::minutes(1));
    assert_eq!(bench.send(), []);
    assert!(bench.centre().stored.is_empty());
    assert_eq!(releases(&bench)[0].state, OutboxState::Settled);
    // And it hinders no dispensation.
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    bench.sign().unwrap();
    bench.send();
    assert_eq!(types(&bench.centre().stored), [DocumentType::Dispensation]);
}

#[test]
fn one_that_is_handed_to_a_sender_and_withdrawn_since_is_not_sent() {
    let bench = in_hand();
    let record = bench.counter.deps().record.clone();
    // Another prescription's dispensation goes at the same time.
    let bytes = record.document(&bench.saved()).unwrap().unwrap().bytes.unwrap();
    let (now, set_id) = (bench.clock.now(), bench.set_id());
    let other = NewDocument {
        document_id: "1.2.246.10.99999901.93.2026.2".into(),
        set_id: "1.2.246.10.99999901.93.2026.2".into(),
        prescription_set_id: "1.2.3.4.5".into(),
        kind_code: "10".into(),
        bytes,
        summary: serde_json::json!({}),
    };
    bench.send();
    record.commit(Batch::new(now).document(other)).unwrap();
    bench.counter.close_visit();
    let stored = bench.centre().stored.len();
    bench.centre_answers(move |_| {
        // While that one is on its way, the prescription is taken in hand again.
        let event = NewEvent::new("prescription.taken-in-hand", now, serde_json::json!({}));
        record.commit(Batch::new(now).event(event).taking(set_id.as_str(), serde_json::json!({}))).unwrap();
        None
    });
    // Both were handed out at once, each to a sender of its own.
    let both = bench.counter.next_to_send(4).unwrap();
    let sent: Vec<Sent> = both.into_iter().map(|one| one.send(bench.round()).unwrap()).collect();
    assert!(matches!(sent.as_slice(), [Sent::Accepted { .. }, Sent::Withdrawn { .. }]), "{sent:?}");
    assert_eq!(bench.centre().stored.len(), stored + 1);
}

#[test]
fn after_half_an_hour_the_hold_is_over_and_nothing_is_sent() {
    let bench = in_hand();
    bench.counter.close_visit();
    bench.clock.turn_to(bench.clock.now() + Duration::minutes(29));
    bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
    assert!(matches!(bench.send().as_slice(), [Sent::Waits { .. }]));
    bench.centre().wish = None;
    bench.clock.turn_to(bench.clock.now() + Duration::minutes(1));
    let sent = bench.send();
    let [Sent::Withdrawn { document_id }] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(bench.stands(document_id).0, OutboxState::Settled);
    assert!(bench.centre().stored.is_empty());
    // Nor is one written when the program was away for so long.
    let bench = in_hand();
    bench.clock.turn_to(bench.clock.now() + Duration::minutes(30));
    bench.counter.give_back();
    assert_eq!((held(&bench), releases(&bench).len()), (0, 0));
}

#[test]
fn a_release_that_the_centre_refuses_is_nobodys_task() {
    let bench = in_hand();
    bench.counter.close_visit();
    bench.centre_refuses(vec![Issue::of(Known::PrescriptionUnknown)]);
    assert!(matches!(bench.send().as_slice(), [Sent::Withdrawn { .. }]));
    let counts = bench.counter.deps().record.counts().unwrap();
    assert_eq!((counts.waiting, counts.refused, counts.conflicting), (0, 0, 0));
    // One that may be tried again is.
    let bench = in_hand();
    bench.counter.close_visit();
    bench.centre_refuses(vec![Issue::of(Known::Busy)]);
    let sent = bench.send();
    let [Sent::Waits { next_try_at, .. }] = sent.as_slice() else { panic!("{sent:?}") };
    bench.centre().wish = None;
    bench.clock.turn_to(*next_try_at);
    assert!(matches!(bench.send().as_slice(), [Sent::Accepted { .. }]));
    // An old one says that it is late, as every document does.
    let bench = in_hand();
    bench.counter.close_visit();
    bench.clock.turn_to(bench.clock.now() + Duration::minutes(10));
    bench.send();
    assert!(bench.centre().stored[0].late);
}

#[test]
fn where_a_release_is_to_be_signed_none_is_written() {
    let bench = in_hand();
    let signers = Signers::default().with(DocumentType::DispensingReservationRelease, SignedBy::System);
    let other = Counter::new(counter::Deps { signers, ..bench.counter.deps().clone() });
    other.give_back();
    assert_eq!((held(&bench), releases(&bench).len()), (0, 0));
}
