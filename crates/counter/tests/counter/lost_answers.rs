//! Delivery 5: the program asks the Centre what it has, instead of guessing (decision 13).

use std::sync::{Arc, Mutex};

use counter::Sent;
use kanta::errors::Known;
use kanta::http::{Request, Response};
use kanta::mr::{self, FetchedDocument};
use kanta::{Incoming, Issue};
use kanta_client::TransportError;
use prescription::Oid;
use record::OutboxState;

use crate::bench::{Bench, frame};

/// What a document's identifier leads to, when it is asked for.
#[derive(Clone, Copy, PartialEq)]
enum Has {
    Nothing,
    This,
    Another,
    Silence,
}

/// A Centre whose first answer is lost, and which refuses every repetition. How often it was asked what it has.
fn loses_and_refuses(bench: &Bench, lost: TransportError, has: Has) -> Arc<Mutex<u32>> {
    let asked = Arc::new(Mutex::new(0));
    let (counts, mut first, mut kept) = (asked.clone(), true, None);
    bench.centre_answers(move |request: &Request| -> Option<Result<Response, TransportError>> {
        let now = chrono::Utc::now();
        match Incoming::read(request).unwrap() {
            Incoming::Store(store) if first => {
                first = false;
                kept = Some((store.reference, store.version, store.document));
                Some(Err(lost.clone()))
            }
            Incoming::Store(_) => {
                let issues = [Issue::of(Known::CertificateRevoked)];
                Some(Ok(kanta::incoming::refuse(request, &issues, &frame(now))))
            }
            Incoming::Fetch { frame: asking, query, requester, .. } => {
                *counts.lock().unwrap() += 1;
                let (reference, version, mut bytes) = kept.clone().unwrap();
                assert_eq!(query.document.as_ref(), Some(&reference.id));
                assert!(requester.user.is_none(), "nobody's errand");
                if has == Has::Silence {
                    return Some(Err(TransportError::TimedOut));
                }
                if has == Has::Another {
                    bytes = String::from_utf8(bytes).unwrap().replace("<given>", "<given>X").into_bytes();
                }
                let found = FetchedDocument { reference, version, bytes };
                let found = if has == Has::Nothing { vec![] } else { vec![found] };
                Some(Ok(mr::fetch_response(&found, &frame(now), asking.message_id)))
            }
            _ => None,
        }
    });
    asked
}

/// The first try, and the second when it is due.
fn twice(bench: &Bench) -> Vec<Sent> {
    let sent = bench.send();
    let [Sent::Waits { next_try_at, .. }] = sent.as_slice() else { panic!("{sent:?}") };
    bench.clock.turn_to(*next_try_at);
    bench.send()
}

#[test]
fn a_document_whose_repetition_is_refused_is_asked_for_before_a_person_is() {
    for lost in [TransportError::LostAnswer, TransportError::TimedOut] {
        let bench = Bench::new();
        let id = bench.saved();
        let asked = loses_and_refuses(&bench, lost, Has::This);
        assert_eq!(twice(&bench), [Sent::Accepted { document_id: id.clone() }]);
        assert_eq!(*asked.lock().unwrap(), 1);
        assert_eq!(bench.stands(&id), (OutboxState::Accepted, None));
        let stored = bench.counter.deps().record.document(&id).unwrap().unwrap();
        assert!(stored.answer.is_some(), "what the Centre has is kept as its answer");
    }
}

#[test]
fn what_the_centre_does_not_have_or_has_otherwise_goes_to_a_person() {
    for has in [Has::Nothing, Has::Another] {
        let bench = Bench::new();
        let id = bench.saved();
        loses_and_refuses(&bench, TransportError::LostAnswer, has);
        let code = Known::CertificateRevoked.code().to_owned();
        assert_eq!(twice(&bench), [Sent::Refused { document_id: id.clone(), code: code.clone() }]);
        assert_eq!(bench.stands(&id), (OutboxState::Refused, Some(code)));
    }
}

#[test]
fn without_an_answer_to_the_question_it_is_asked_again_and_nothing_is_guessed() {
    let bench = Bench::new();
    let id = bench.saved();
    let asked = loses_and_refuses(&bench, TransportError::LostAnswer, Has::Silence);
    for _ in 0..3 {
        let sent = bench.send();
        let [Sent::Waits { next_try_at, .. }] = sent.as_slice() else { panic!("{sent:?}") };
        bench.clock.turn_to(*next_try_at);
    }
    assert_eq!(*asked.lock().unwrap(), 2);
    assert_eq!(bench.stands(&id).0, OutboxState::Waiting);
}

#[test]
fn where_nothing_can_have_arrived_nothing_is_asked() {
    let bench = Bench::new();
    bench.saved();
    let asked = loses_and_refuses(&bench, TransportError::NotReached, Has::This);
    assert!(matches!(twice(&bench).as_slice(), [Sent::Refused { .. }]));
    assert_eq!(*asked.lock().unwrap(), 0);
    // Nor where the first try was refused.
    let bench = Bench::new();
    bench.saved();
    bench.centre_refuses(vec![Issue::of(Known::SignatureInvalid)]);
    assert!(matches!(bench.send().as_slice(), [Sent::Refused { .. }]));
    assert_eq!(bench.centre().asked, 1);
}

#[test]
fn a_person_can_ask_too() {
    let bench = Bench::new();
    let id = Oid::parse(&bench.saved()).unwrap();
    let asked = loses_and_refuses(&bench, TransportError::LostAnswer, Has::This);
    bench.send();
    assert!(bench.counter.ask_for(&id).unwrap());
    assert_eq!(*asked.lock().unwrap(), 1);
}
