//! Promise 3: what the Centre refused, or took in conflict, stays until a person acts, and the record says who.

use counter::{CounterError, Sent};
use kanta::errors::Known;
use kanta::mr::{self, StoreAnswer};
use kanta::{Incoming, Issue};
use prescription::Conflict;
use record::OutboxState;
use test_authority::who;

use crate::bench::{Bench, frame};

fn in_conflict(bench: &Bench, conflicts: Vec<Conflict>) {
    bench.centre_answers(move |request| {
        let Ok(Incoming::Store(store)) = Incoming::read(request) else { return None };
        let answer = StoreAnswer::Accepted {
            document_id: store.reference.id.clone(),
            stored_at: chrono::Utc::now(),
            document: store.document,
            repeated: false,
            conflicts: conflicts.clone(),
        };
        Some(Ok(mr::store_response(&answer, &frame(chrono::Utc::now()), store.frame.message_id)))
    });
}

#[test]
fn what_a_late_dispensation_conflicts_with_is_kept_for_a_person() {
    for (conflict, letter, code) in Conflict::ALL {
        let bench = Bench::new();
        let id = bench.saved();
        in_conflict(&bench, vec![conflict]);
        assert_eq!(bench.send(), [Sent::Accepted { document_id: id.clone() }], "{letter}");
        assert_eq!(bench.stands(&id), (OutboxState::Conflicting, Some(code.into())), "{letter}");
    }
    let bench = Bench::new();
    let id = bench.saved();
    in_conflict(&bench, vec![Conflict::Cancelled, Conflict::RightEnded]);
    bench.send();
    assert_eq!(bench.stands(&id).1.as_deref(), Some("late-cancelled late-right-ended"));
    assert!(bench.counter.deps().record.verify().unwrap().is_sound());
}

#[test]
fn a_pharmacist_settles_with_a_note_and_nobody_else_does() {
    let bench = Bench::new();
    let id = bench.saved();
    in_conflict(&bench, vec![Conflict::Cancelled]);
    bench.send();
    assert!(matches!(bench.counter.settle(&id, "soitettu"), Err(CounterError::NoSession)));
    bench.log_in(who::ONNI);
    assert!(matches!(bench.counter.settle(&id, "soitettu"), Err(CounterError::Right)));
    bench.log_in(who::SIRI);
    assert!(matches!(bench.counter.settle(&id, " \n"), Err(CounterError::NoNote)));
    assert!(matches!(bench.counter.resend(&id), Err(CounterError::Record(_))), "the Centre has it");
    bench.counter.settle(&id, " Soitettu lääkärille. ").unwrap();
    assert_eq!(bench.stands(&id).0, OutboxState::Settled);
    let settled = record::EventFilter { kinds: vec![record::kinds::SETTLED.into()], ..Default::default() };
    let events = bench.counter.deps().record.events(settled).unwrap();
    assert_eq!(events[0].payload.as_ref().unwrap()["how"], "Soitettu lääkärille.");
    assert!(events[0].actor.is_some());
}

#[test]
fn a_pharmacist_has_what_was_refused_sent_again() {
    let bench = Bench::new();
    let id = bench.saved();
    bench.centre_refuses(vec![Issue::of(Known::SignatureInvalid)]);
    bench.send();
    assert!(matches!(bench.counter.resend(&id), Err(CounterError::NoSession)));
    bench.log_in(who::ONNI);
    assert!(matches!(bench.counter.resend(&id), Err(CounterError::Right)));
    bench.log_in(who::SIRI);
    bench.counter.resend(&id).unwrap();
    bench.centre().wish = None;
    assert_eq!(bench.send(), [Sent::Accepted { document_id: id.clone() }]);
    assert_eq!(bench.stands(&id).0, OutboxState::Accepted);
}
