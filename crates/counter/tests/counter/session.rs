//! When a session locks, and what it takes to open it again: the card that left, or a while in which nobody did anything.

use std::time::{Duration, Instant};

use card::Pin;
use counter::CardHeld;
use test_authority::who;

use crate::bench::Bench;

const TEN_MINUTES: Duration = Duration::from_secs(600);

fn locked(bench: &Bench) -> bool {
    bench.counter.session().unwrap().locked
}

fn reason(bench: &Bench) -> serde_json::Value {
    let journal = bench.journal();
    let (_, _, payload) = journal.iter().rev().find(|(kind, ..)| kind == "session.locked").expect("a lock").clone();
    payload["why"].clone()
}

#[test]
fn a_session_locks_after_ten_idle_minutes_by_a_clock_that_only_runs_and_keeps_its_basket() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    let begun = Instant::now();
    assert!(!bench.counter.lock_if_idle(TEN_MINUTES, begun + Duration::from_secs(599)));
    bench.counter.acted(begun + Duration::from_secs(599));
    assert!(
        !bench.counter.lock_if_idle(TEN_MINUTES, begun + Duration::from_secs(1198)),
        "something was done meanwhile"
    );
    // A wall clock that is set to the next day locks nobody out.
    bench.clock.turn_to(chrono::Utc::now() + chrono::Duration::days(1));
    assert!(!bench.counter.lock_if_idle(TEN_MINUTES, begun + Duration::from_secs(1198)));
    bench.clock.turn_to(chrono::Utc::now());
    assert!(bench.counter.lock_if_idle(TEN_MINUTES, begun + Duration::from_secs(1199)));
    assert!(locked(&bench) && reason(&bench) == "idle");
    assert!(!bench.counter.lock_if_idle(TEN_MINUTES, begun + Duration::from_secs(9999)), "it is locked once");
    assert_eq!(bench.search().unwrap_err().code(), "no-session", "locked is locked");
    assert_eq!(bench.sign().unwrap_err().code(), "no-session");
    // An act of somebody who did not log in opens nothing.
    bench.counter.acted(begun + Duration::from_secs(2000));
    assert!(locked(&bench));
    // The card was in its reader all the time; PIN1 goes on where it stopped.
    bench.counter.log_in(&Pin::new("1234").unwrap(), false).unwrap();
    assert_eq!(bench.counter.visit().unwrap().basket, [bench.set_id()]);
    assert!(!locked(&bench));
}

#[test]
fn a_card_that_leaves_locks_at_once_and_the_same_card_finds_the_basket() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    bench.pull();
    assert!(locked(&bench) && reason(&bench) == "card");
    bench.card_of(who::SIRI);
    bench.counter.look_at_card();
    assert!(locked(&bench), "a card alone opens nothing");
    assert_eq!(bench.counter.log_in(&Pin::new("9999").unwrap(), false).unwrap_err().code(), "pin-wrong");
    assert!(locked(&bench), "nor does a wrong PIN");
    bench.counter.log_in(&Pin::new("1234").unwrap(), false).unwrap();
    assert_eq!(bench.counter.visit().unwrap().basket, [bench.set_id()]);
}

#[test]
fn both_certificates_of_a_card_are_judged_before_anybody_types() {
    let bench = Bench::new();
    bench.card_of(who::SIRI);
    let CardHeld::Ready(card) = bench.counter.look_at_card() else { panic!("no card") };
    assert_eq!(card.signature.unwrap().family, "Salminen", "the certificate for signing is judged as well");
    bench.card_of(who::KAISA_REVOKED);
    assert!(matches!(bench.counter.look_at_card(), CardHeld::Unusable(..)));
}
