//! The right to practise: what the role service says by number, how long its last answer counts, and never the certificate.

use std::sync::{Arc, Mutex};

use card::Pin;
use chrono::{DateTime, Duration, Utc};
use counter::{Clock, CounterError, RightSource, RoleService, RoleServiceSilent, Roles, Session};
use prescription::{RegistrationNumber, Right};
use test_authority::who;

use crate::bench::Bench;

type Answer = Result<Option<Right>, RoleServiceSilent>;

struct Service(Mutex<Answer>);

impl RoleService for Service {
    fn right(&self, number: &RegistrationNumber, _: DateTime<Utc>) -> Answer {
        assert_eq!(number.as_str(), "99900000011", "asked by number");
        self.0.lock().unwrap().clone()
    }
}

fn bench(first: Answer) -> (Bench, Arc<Service>) {
    let service = Arc::new(Service(Mutex::new(first)));
    let mut bench = Bench::new();
    let (at_most, ask_again_after) = (Duration::hours(24), Duration::minutes(15));
    bench.counter = bench.counter.with_roles(Roles { service: service.clone(), at_most, ask_again_after });
    bench.card_of(who::SIRI);
    (bench, service)
}

fn log_in(bench: &Bench) -> Result<Session, CounterError> {
    bench.counter.log_in(&Pin::new("1234").unwrap(), false)
}

#[test]
fn the_service_outranks_the_certificates_title() {
    // The certificate says 005, a pharmacist.
    let (bench, service) = bench(Ok(Some(Right::new(Right::STUDENT))));
    let session = log_in(&bench).unwrap();
    assert_eq!(session.right.code(), Right::STUDENT);
    assert!(matches!(session.right_source, RightSource::Service { .. }));
    *service.0.lock().unwrap() = Ok(None);
    assert_eq!(log_in(&bench).unwrap_err().code(), "right-ended");
    let journal = bench.journal();
    let (kind, by, what) = journal.last().unwrap();
    assert_eq!((kind.as_str(), by.as_deref()), ("session.refused", Some("99900000011")));
    assert_eq!(what["code"], "right-ended");
}

#[test]
fn while_the_service_is_silent_its_last_answer_counts_for_a_day_and_its_age_is_known() {
    let (bench, service) = bench(Err(RoleServiceSilent));
    let begun = Utc::now();
    bench.clock.turn_to(begun);
    assert_eq!(log_in(&bench).unwrap_err().code(), "right-unknown", "it never answered");
    *service.0.lock().unwrap() = Ok(Some(Right::new("005")));
    log_in(&bench).unwrap();
    *service.0.lock().unwrap() = Err(RoleServiceSilent);
    bench.clock.turn_to(begun + Duration::hours(24) - Duration::seconds(1));
    let RightSource::Service { answered_at } = log_in(&bench).unwrap().right_source else { panic!() };
    assert_eq!(answered_at.timestamp(), begun.timestamp(), "the age is that of the answer");
    bench.clock.turn_to(begun + Duration::hours(24) + Duration::seconds(1));
    assert_eq!(log_in(&bench).unwrap_err().code(), "right-unknown");
    // A silent service does not bring a right back that it said had ended.
    bench.clock.turn_to(begun + Duration::hours(30));
    *service.0.lock().unwrap() = Ok(None);
    assert_eq!(log_in(&bench).unwrap_err().code(), "right-ended");
    *service.0.lock().unwrap() = Err(RoleServiceSilent);
    assert_eq!(log_in(&bench).unwrap_err().code(), "right-ended");
}

#[test]
fn a_wrong_pin_asks_the_service_nothing() {
    let (bench, _) = bench(Ok(Some(Right::new("005"))));
    bench.counter.log_in(&Pin::new("9999").unwrap(), false).unwrap_err();
    assert!(bench.journal().iter().all(|(kind, ..)| kind != "right.answered"));
}

#[test]
fn without_a_service_the_session_says_that_nobody_was_asked() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    assert_eq!(bench.counter.session().unwrap().right_source, RightSource::Certificate);
}

/// Logged in with a filled basket; the service answers anew from then on.
fn ready_to_sign(then: Answer) -> (Bench, Arc<Service>) {
    let (bench, service) = bench(Ok(Some(Right::new("005"))));
    bench.clock.turn_to(Utc::now());
    log_in(&bench).unwrap();
    bench.prepare();
    *service.0.lock().unwrap() = then;
    (bench, service)
}

fn later(bench: &Bench, time: Duration) {
    bench.clock.turn_to(bench.clock.now() + time);
}

#[test]
fn di_3_a_right_that_ended_in_the_morning_signs_nothing_in_the_afternoon() {
    let (bench, service) = ready_to_sign(Ok(None));
    later(&bench, Duration::minutes(16));
    assert_eq!(bench.sign().unwrap_err().code(), "right-ended");
    assert_eq!(bench.sign().unwrap_err().code(), "right-ended", "asked each time, and refused each time");
    *service.0.lock().unwrap() = Err(RoleServiceSilent);
    assert_eq!(bench.sign().unwrap_err().code(), "right-ended", "silence brings no right back");
    assert_eq!(log_in(&bench).unwrap_err().code(), "right-ended");
    assert!(bench.send().is_empty(), "nothing was signed");
    let journal = bench.journal();
    assert!(journal.iter().any(|(kind, _, what)| kind == "right.answered" && what["right"].is_null()));
    *service.0.lock().unwrap() = Ok(Some(Right::new("005")));
    log_in(&bench).unwrap();
    assert_eq!(bench.sign().unwrap().signed.len(), 1, "the basket stayed");
}

#[test]
fn an_answer_is_fresh_for_as_long_as_the_settings_say_and_then_asked_for_again() {
    let (bench, _) = ready_to_sign(Ok(None));
    later(&bench, Duration::minutes(15));
    assert_eq!(bench.sign().unwrap().signed.len(), 1, "still fresh");

    let (bench, _) = ready_to_sign(Ok(Some(Right::new("005"))));
    later(&bench, Duration::minutes(16));
    bench.sign().unwrap();
    let session = bench.counter.session().unwrap();
    assert_eq!(session.right_source, RightSource::Service { answered_at: bench.clock.now() }, "the new answer's age");
}

#[test]
fn a_silent_service_hinders_no_signature_while_its_last_answer_counts() {
    let (bench, _) = ready_to_sign(Err(RoleServiceSilent));
    later(&bench, Duration::hours(24) - Duration::seconds(1));
    bench.sign().unwrap();
    let (bench, _) = ready_to_sign(Err(RoleServiceSilent));
    later(&bench, Duration::hours(24) + Duration::seconds(1));
    assert_eq!(bench.sign().unwrap_err().code(), "right-unknown");
    assert_eq!(bench.counter.visit().unwrap().basket.len(), 1);
}

#[test]
fn a_clock_that_was_set_back_makes_no_answer_fresh() {
    let (bench, _) = ready_to_sign(Err(RoleServiceSilent));
    later(&bench, Duration::minutes(-16));
    assert_eq!(bench.sign().unwrap_err().code(), "right-unknown");
}

#[test]
fn di_3_who_is_only_a_student_any_more_prepares_and_does_not_sign() {
    let (bench, _) = ready_to_sign(Ok(Some(Right::new(Right::STUDENT))));
    later(&bench, Duration::minutes(16));
    let CounterError::Rule(finding) = bench.sign().unwrap_err() else { panic!("signed by a student") };
    assert_eq!(finding.rule.id, "DI-3");
    let visit = bench.counter.visit().unwrap();
    assert_eq!(visit.keeper.right, Some(Right::new(Right::STUDENT)), "the screen knows as well");
}
