//! Many documents and a Centre in trouble: several go at once while all is well, one alone while it is not, and nobody at
//! the counter waits for it.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration as Time, Instant};

use chrono::Duration;
use counter::{Clock, SENDERS, Sent};
use kanta::Issue;
use kanta::errors::Known;
use kanta_client::TransportError;
use record::OutboxState;
use test_authority::who;

use crate::bench::Bench;

fn waits(sent: &[Sent]) -> usize {
    sent.iter().filter(|one| matches!(one, Sent::Waits { .. })).count()
}

#[test]
fn a_centre_that_is_gone_is_asked_with_one_document_and_not_with_all() {
    let bench = Bench::new();
    bench.save_many(20);
    bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
    let begun = bench.clock.now();
    while bench.clock.now() < begun + Duration::hours(1) {
        assert!(waits(&bench.send()) <= 1, "one at a time");
        let next = bench.counter.next_sending().unwrap().unwrap();
        assert!(next > bench.clock.now(), "no storm");
        bench.clock.turn_to(next);
    }
    // Every 45 s when it has lasted a while: 20 documents each on their own would have asked 1,200 times and more.
    let asked = bench.centre().asked;
    assert!((60..100).contains(&asked), "{asked}");
    // It comes back: all go, and nothing had to wait for a time of its own that is far away.
    bench.centre().wish = None;
    let back = bench.clock.now();
    while bench.counter.deps().record.counts().unwrap().accepted < 20 {
        bench.send();
        let Some(next) = bench.counter.next_sending().unwrap() else { break };
        bench.clock.turn_to(next.max(bench.clock.now()));
    }
    assert!(bench.clock.now() - back <= Duration::minutes(1), "{}", bench.clock.now() - back);
}

#[test]
fn a_centre_with_too_much_to_do_is_left_alone_by_all_documents() {
    for (known, all) in [(Known::Busy, true), (Known::Unavailable, true), (Known::MessageBroken, false)] {
        let bench = Bench::new();
        bench.save_many(5);
        bench.centre_refuses(vec![Issue::of(known)]);
        // "Cut short" is about one message, and does not hold the others.
        assert_eq!(waits(&bench.send()), if all { 1 } else { 5 }, "{known:?}");
        let next = bench.counter.next_sending().unwrap().unwrap();
        assert!(next > bench.clock.now() + Duration::seconds(4), "{known:?}");
    }
}

#[test]
fn one_document_that_is_never_answered_does_not_hold_the_others() {
    let bench = Bench::new();
    let ids = bench.save_many(6);
    let poison = ids[0].clone();
    // All bytes are the same here: the record says which document is on its way.
    let record = bench.counter.deps().record.clone();
    bench.centre_answers(move |_| {
        let sending = record.outbox(record::OutboxFilter { states: vec![OutboxState::Sending], ..Default::default() });
        sending.unwrap().iter().any(|item| item.document_id == poison).then_some(Err(TransportError::TimedOut))
    });
    let begun = bench.clock.now();
    while bench.counter.deps().record.counts().unwrap().accepted < 5 {
        bench.send();
        bench.clock.turn_to(bench.counter.next_sending().unwrap().unwrap().max(bench.clock.now()));
        assert!(bench.clock.now() < begun + Duration::minutes(1));
    }
    assert_eq!(bench.stands(&ids[0]).0, OutboxState::Waiting);
}

#[test]
fn what_the_centre_answers_otherwise_lets_one_document_go_at_once() {
    let bench = Bench::new();
    bench.save_many(3);
    bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
    for _ in 0..8 {
        bench.send();
        bench.clock.turn_to(bench.counter.next_sending().unwrap().unwrap().max(bench.clock.now()));
    }
    bench.send();
    bench.centre().wish = None;
    bench.clock.turn_to(bench.clock.now() + Duration::milliseconds(10));
    assert_eq!(bench.send(), [], "it is not yet time");
    bench.counter.centre_answers();
    let sent = bench.send();
    assert!(sent.iter().any(|one| matches!(one, Sent::Accepted { .. })), "{sent:?}");
}

/// A Centre that is silent until it is let go.
fn silent(bench: &Bench) -> (Receiver<()>, SyncSender<()>) {
    let (came, comes) = sync_channel(64);
    let (go, gone) = sync_channel::<()>(64);
    let gone = Mutex::new(gone);
    let (came, gone) = (Mutex::new(came), Arc::new(gone));
    bench.centre().slow = Some(Arc::new(move || {
        let _ = came.lock().unwrap().send(());
        // Whoever waits here holds the others up only when they are let go.
        while let Err(TryRecvError::Empty) = { gone.lock().unwrap().try_recv() } {
            std::thread::sleep(Time::from_millis(5));
        }
    }));
    bench.centre_answers(|_| Some(Err(TransportError::TimedOut)));
    (comes, go)
}

#[test]
fn nobody_at_the_counter_waits_for_a_centre_that_is_silent() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    let senders = SENDERS as usize;
    bench.save_many(2 * senders);
    let (comes, go) = silent(&bench);
    std::thread::scope(|scope| {
        let all = bench.counter.next_to_send(2 * senders).unwrap();
        assert_eq!(all.len(), senders, "several prescriptions at once, and no more than the setting says");
        for one in all {
            let round = bench.round();
            scope.spawn(move || one.send(round).unwrap());
        }
        for _ in 0..senders {
            comes.recv_timeout(Time::from_secs(10)).unwrap();
        }
        assert!(bench.counter.next_to_send(2 * senders).unwrap().is_empty());
        // All senders hang. Signing and saving goes on at once.
        let begun = Instant::now();
        let visit = bench.sign().unwrap();
        let took = begun.elapsed();
        assert_eq!(visit.signed.len(), 1);
        assert!(took < Time::from_secs(5), "{took:?}, while all senders wait");
        drop(go);
    });
    assert_eq!(bench.counter.deps().record.counts().unwrap().waiting, 2 * u64::from(SENDERS) + 1);
}

#[test]
fn several_senders_keep_the_order_within_each_prescription() {
    let bench = Bench::new();
    // The second document of the first prescription waits for the first, whoever sends.
    let ids = bench.save_many(1);
    let now = bench.clock.now();
    let mut second = bench.counter.deps().record.document(&ids[0]).unwrap().unwrap();
    second.item.document_id = "1.2.246.10.99999901.93.2026.900".into();
    let document = record::NewDocument {
        document_id: second.item.document_id.clone(),
        set_id: second.item.document_id.clone(),
        prescription_set_id: second.item.prescription_set_id,
        kind_code: "10".into(),
        bytes: second.bytes.unwrap(),
        summary: serde_json::json!({}),
    };
    bench.counter.deps().record.commit(record::Batch::new(now).document(document)).unwrap();
    let first = bench.counter.next_to_send(4).unwrap();
    assert_eq!(first.len(), 1);
    assert!(bench.counter.next_to_send(4).unwrap().is_empty());
    for one in first {
        assert_eq!(one.send(bench.round()).unwrap(), Sent::Accepted { document_id: ids[0].clone() });
    }
    assert_eq!(bench.counter.next_to_send(4).unwrap().len(), 1);
}
