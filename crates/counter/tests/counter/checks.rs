//! The safety checks of a visit: the customer's other medicines are those that the Centre told, a reason opens what asks for
//! one, and what hinders keeps an item from the basket and from signing.

use checks::Checks;
use chrono::Duration;
use counter::{Acting, Change, Counter, CounterError, Visit};
use prescription::{Oid, Outcome};
use test_authority::who;

use crate::bench::Bench;

/// A counter with the checks, at which a pharmacist is logged in.
fn bench() -> Bench {
    let mut bench = Bench::new();
    bench.counter = Counter::new(bench.counter.deps().clone()).with_checks(Checks::built_in().unwrap());
    bench.log_in(who::SIRI);
    bench
}

/// What a check of a proposal says: "SC-1" and its other answers, "SC-1b".
fn says(visit: &Visit, set_id: &Oid, id: &str) -> Vec<(&'static str, Outcome)> {
    let all = visit.proposals[set_id].checks.iter().map(|one| (one.finding.rule.id, one.finding.outcome));
    let is_of = |own: &str| own.strip_prefix(id).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()));
    all.filter(|(own, _)| is_of(own)).collect()
}

#[test]
fn sc_1_the_second_of_two_alike_needs_a_reason_which_the_record_keeps() {
    let bench = bench();
    let second = bench.prescribe_another(|another| another.prescribed_at -= Duration::days(1));
    bench.prepare();
    let visit = bench.counter.open_prescription(&second).unwrap();
    assert_eq!(says(&visit, &second, "SC-1"), [("SC-1", Outcome::NeedsReason)]);
    let first = bench.set_id();
    assert_eq!(says(&visit, &first, "SC-1"), [("SC-1b", Outcome::Note)], "asked once: at the later one");
    match bench.counter.add_to_basket(&second) {
        Err(CounterError::Rule(finding)) => assert_eq!(finding.rule.id, "SC-1"),
        other => panic!("{other:?}"),
    }
    let reason = Change { reason: Some("Kahta vahvuutta käytetään yhdessä.".into()), ..Change::default() };
    let visit = bench.counter.propose(&second, reason).unwrap();
    assert_eq!(says(&visit, &second, "SC-1"), [("SC-1", Outcome::Reasoned)]);
    let visit = bench.counter.add_to_basket(&second).unwrap();
    assert_eq!(says(&visit, &first, "SC-1"), [("SC-1b", Outcome::Note)]);
    bench.sign().unwrap();
    let signed: Vec<_> = bench.journal().into_iter().filter(|(kind, ..)| kind == "dispensation.signed").collect();
    let reasoned = |at: usize| signed[at].2["reasoned"].to_string();
    assert_eq!((reasoned(0).as_str(), reasoned(1).as_str()), ("[]", "[\"SC-1\"]"));
}

#[test]
fn sc_1_what_leaves_the_basket_is_told_of_no_more_as_given() {
    let bench = bench();
    let second = bench.prescribe_another(|another| another.prescribed_at -= Duration::days(1));
    bench.prepare();
    bench.counter.open_prescription(&second).unwrap();
    let visit = bench.counter.remove_from_basket(&bench.set_id()).unwrap();
    assert_eq!(says(&visit, &second, "SC-1"), [("SC-1b", Outcome::Note)]);
    let visit = bench.counter.add_to_basket(&second).unwrap();
    assert_eq!(
        says(&visit, &bench.set_id(), "SC-1"),
        [("SC-1", Outcome::NeedsReason)],
        "now the first is the later one"
    );
}

#[test]
fn sc_1_two_strengths_of_one_prescriber_and_day_are_one_dose() {
    let bench = bench();
    bench.prepare_two();
    assert!(bench.counter.visit().unwrap().proposals.values().all(counter::Proposal::may_sign));
}

#[test]
fn ob_7_nothing_hints_at_what_the_centre_withheld() {
    let open = |with_another: bool| {
        let bench = bench();
        if with_another {
            bench.prescribe_another(|another| another.prescribed_at -= Duration::days(1));
        }
        let listed = bench.centre().another.take();
        bench.search().unwrap();
        // It is there at the Centre, and was not told.
        bench.centre().another = listed;
        let visit = bench.counter.open_prescription(&bench.set_id()).unwrap();
        format!("{:?}", visit.proposals[&bench.set_id()].checks)
    };
    assert_eq!(open(true), open(false));
}

#[test]
fn sc_10_a_narcotic_is_not_given_to_who_was_not_identified_by_a_document() {
    let identified = |how: &str| {
        let bench = bench();
        bench.prescribe_another(|another| another.narcotic = true);
        let narcotic = bench.centre().another.clone().unwrap();
        (bench.centre().prescription, bench.centre().document) = narcotic;
        bench.centre().another = None;
        bench.counter.search(crate::bench::AINO, Acting { on_behalf: None, identified: how.into() }).unwrap();
        let visit = bench.counter.open_prescription(&bench.set_id()).unwrap();
        says(&visit, &bench.set_id(), "SC-10").into_iter().find(|(id, _)| *id == "SC-10").unwrap().1
    };
    assert_eq!(identified("passport"), Outcome::Pass);
    assert_eq!(identified("known"), Outcome::NeedsReason);
}

#[test]
fn sc_12_sc_13_what_registers_say_is_told_where_it_is_known() {
    struct Register;
    impl counter::Marks for Register {
        fn of(&self, edition: &str, package: &medicines::Package) -> counter::Marked {
            assert!(!edition.is_empty() && package.atc == "N05BA01");
            let title = checks::Words { fi: "Keksitty rivi".into(), ..checks::Words::default() };
            let row = checks::RiskRow { title, say: checks::Words::default(), routes: vec![] };
            counter::Marked { driving: Some(true), risks: Some(vec![row]), route: None }
        }
    }
    let mut bench = bench();
    let counter = Counter::new(bench.counter.deps().clone()).with_checks(Checks::built_in().unwrap());
    bench.counter = counter.with_marks(std::sync::Arc::new(Register));
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    let visit = bench.counter.open_prescription(&bench.set_id()).unwrap();
    assert_eq!(says(&visit, &bench.set_id(), "SC-12"), [("SC-12", Outcome::Note)]);
    assert_eq!(says(&visit, &bench.set_id(), "SC-13"), [("SC-13", Outcome::Note)]);
}

#[test]
fn a_counter_without_checks_asks_none() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    assert!(bench.counter.visit().unwrap().proposals.values().all(|proposal| proposal.checks.is_empty()));
}
