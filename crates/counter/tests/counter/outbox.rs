//! Promise 3: no answer is waited for without end, a "later" is obeyed as the table of errors says, and nothing is dropped.

use chrono::Duration;
use counter::{Clock, Sent};
use kanta::errors::{self, Class};
use kanta::http::Response;
use kanta::{Issue, errors::Known};
use kanta_client::TransportError;
use record::OutboxState;

use crate::bench::Bench;

fn later(known: Known) -> (i64, u32) {
    match errors::class(known.code()) {
        Class::Later { after_s, tries_at_most } => (after_s.into(), tries_at_most),
        other => panic!("{other:?}"),
    }
}

/// Sends when it is due until it no longer waits; how long each wait was, and what came last.
fn until_it_ends(bench: &Bench) -> (Vec<Duration>, Sent) {
    let mut waits = vec![];
    loop {
        let sent = bench.send();
        let [one] = sent.as_slice() else { panic!("{sent:?}") };
        let Sent::Waits { next_try_at, .. } = one else { return (waits, one.clone()) };
        waits.push(*next_try_at - bench.clock.now());
        assert!(waits.len() < 100, "nobody is ever asked");
        bench.clock.turn_to(*next_try_at - Duration::milliseconds(1));
        assert_eq!(bench.send(), [], "not before its time");
        bench.clock.turn_to(*next_try_at);
    }
}

#[test]
fn a_document_that_the_centre_puts_off_waits_as_the_table_says_and_then_goes_to_a_person() {
    let bench = Bench::new();
    let id = bench.saved();
    let (after, tries) = later(Known::MessageBroken);
    bench.centre_refuses(vec![Issue::of(Known::MessageBroken)]);
    let (waits, last) = until_it_ends(&bench);
    let doubling: Vec<i64> = (0..tries - 1).map(|n| (after << n).min(60)).collect();
    assert_eq!(waits.iter().map(Duration::num_seconds).collect::<Vec<_>>(), doubling);
    let code = format!("{}:given-up", Known::MessageBroken.code());
    assert_eq!(last, Sent::Refused { document_id: id.clone(), code: code.clone() });
    assert_eq!(bench.centre().asked, tries);
    // It stays, with its reason and its bytes, and is not sent again by itself.
    assert_eq!(bench.stands(&id), (OutboxState::Refused, Some(code)));
    assert!(bench.counter.deps().record.document(&id).unwrap().unwrap().bytes.is_some());
    bench.clock.turn_to(bench.clock.now() + Duration::days(30));
    assert_eq!(bench.send(), []);
}

#[test]
fn a_person_who_sends_it_again_begins_a_new_count() {
    let bench = Bench::new();
    let id = bench.saved();
    bench.centre_refuses(vec![Issue::of(Known::MessageBroken)]);
    until_it_ends(&bench);
    bench.counter.deps().record.resend(&id, "99900000011", bench.clock.now()).unwrap();
    let (waits, _) = until_it_ends(&bench);
    assert_eq!(waits.len(), later(Known::MessageBroken).1 as usize - 1);
    bench.counter.deps().record.resend(&id, "99900000011", bench.clock.now()).unwrap();
    bench.centre().wish = None;
    assert_eq!(bench.send(), [Sent::Accepted { document_id: id }]);
}

#[test]
fn without_an_answer_it_is_tried_for_ever_at_the_longest_pause() {
    let bench = Bench::new();
    let id = bench.saved();
    bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
    let mut waits = vec![];
    for _ in 0..600 {
        let sent = bench.send();
        let [Sent::Waits { next_try_at, code, .. }] = sent.as_slice() else { panic!("{sent:?}") };
        assert_eq!(code, "not-reached");
        waits.push(*next_try_at - bench.clock.now());
        bench.clock.turn_to(*next_try_at);
    }
    let first: Vec<i64> = waits.iter().take(9).map(Duration::num_milliseconds).collect();
    assert_eq!(first, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    assert!(waits.iter().skip(9).all(|wait| *wait == Duration::minutes(1)));
    bench.centre().wish = None;
    assert_eq!(bench.send(), [Sent::Accepted { document_id: id.clone() }]);
    assert_eq!(bench.stands(&id).0, OutboxState::Accepted);
}

#[test]
fn tries_without_an_answer_do_not_use_up_those_of_the_table() {
    let bench = Bench::new();
    bench.saved();
    let mut turn = 0;
    bench.centre_answers(move |request| {
        turn += 1;
        match turn % 4 {
            0 => Some(Ok(kanta::incoming::refuse(
                request,
                &[Issue::of(Known::MessageBroken)],
                &crate::bench::frame(chrono::Utc::now()),
            ))),
            _ => Some(Err(TransportError::TimedOut)),
        }
    });
    let (waits, last) = until_it_ends(&bench);
    assert!(matches!(last, Sent::Refused { .. }));
    assert_eq!(waits.len() + 1, 4 * later(Known::MessageBroken).1 as usize);
}

#[test]
fn an_answer_that_cannot_be_read_is_no_answer() {
    for (status, body) in [(200, &b"<html>login</html>"[..]), (502, b""), (200, b"<PRPA"), (503, b"{}")] {
        let bench = Bench::new();
        let id = bench.saved();
        bench.centre_answers(move |_| Some(Ok(Response { status, headers: vec![], body: body.to_vec() })));
        for _ in 0..20 {
            let sent = bench.send();
            let [Sent::Waits { next_try_at, .. }] = sent.as_slice() else { panic!("{status}: {sent:?}") };
            bench.clock.turn_to(*next_try_at);
        }
        bench.centre().wish = None;
        assert_eq!(bench.send(), [Sent::Accepted { document_id: id }], "nothing was lost");
    }
}

#[test]
fn what_the_table_does_not_know_or_calls_final_goes_to_a_person_at_once() {
    for (issues, code) in [
        (vec![Issue::of(Known::SignatureInvalid)], "TSK-signature-invalid"),
        (vec![Issue::of(Known::CertificateRevoked)], "TSK-certificate-revoked"),
        (vec![Issue::of(Known::CertificateExpired)], "TSK-certificate-expired"),
        (vec![Issue::of(Known::CertificateUnknownIssuer)], "TSK-certificate-unknown-issuer"),
        (vec![Issue::of(Known::HeaderBodyMismatch)], "TSK-header-body-mismatch"),
        (vec![Issue::of(Known::DocumentTooLarge)], "TSK-document-too-large"),
        (vec![Issue::of(Known::XmlRefused)], "TSK-xml-refused"),
        (vec![Issue::of(Known::SameIdOtherBytes)], "TSK-same-id-other-bytes"),
        (vec![Issue::rule("DI-7")], "TSK-rule-refused:DI-7"),
        (vec![Issue { code: "9Y99999".into(), detail: None, diagnostics: None }], "9Y99999"),
        (vec![Issue::of(Known::Busy), Issue::of(Known::RightMissing)], "TSK-busy"),
    ] {
        let bench = Bench::new();
        let id = bench.saved();
        bench.centre_refuses(issues);
        assert_eq!(bench.send(), [Sent::Refused { document_id: id.clone(), code: code.into() }]);
        assert_eq!(bench.stands(&id), (OutboxState::Refused, Some(code.into())));
    }
}

#[test]
fn bytes_that_are_no_document_go_to_a_person_and_are_not_sent() {
    let bench = Bench::new();
    let id = bench.save(b"<ClinicalDocument".to_vec());
    let sent = bench.send();
    assert!(matches!(sent.as_slice(), [Sent::Refused { .. }]), "{sent:?}");
    assert_eq!(bench.centre().asked, 0);
    assert_eq!(bench.stands(&id).0, OutboxState::Refused);
}
