//! DI-3 and decision 7: a student prepares, a pharmacist signs; everybody else's visit ends when another person logs in.

use card::Pin;
use prescription::Right;
use test_authority::who;

use crate::bench::Bench;

const ONNI: &str = "99900000037";
const SIRI: &str = "99900000011";

fn name_of(person: &prescription::Professional) -> String {
    person.name.given_first()
}

#[test]
fn di_3_a_student_prepares_and_the_pharmacist_signs_for_it_and_both_are_named() {
    let bench = Bench::new();
    bench.log_in(who::ONNI);
    bench.prepare();
    assert_eq!(bench.sign().unwrap_err().code(), "rule-refused", "a student signs nothing");
    bench.log_in(who::SIRI);
    let visit = bench.counter.visit().unwrap();
    assert_eq!(visit.basket, [bench.set_id()]);
    let proposal = &visit.proposals[&bench.set_id()];
    assert!(proposal.may_sign(), "every rule was asked again for the pharmacist");
    assert_eq!(proposal.preparer.as_ref().map(name_of).as_deref(), Some("Onni Opiskelija"));
    let visit = bench.sign().unwrap();
    assert_eq!(visit.signed.len(), 1);
    bench.send();
    let stored = bench.centre().stored[0].clone();
    let cda::Content::Dispensation(said) = cda::read(&stored.document).unwrap().content else { panic!() };
    let preparer = said.preparer.clone().unwrap();
    assert_eq!((name_of(&preparer).as_str(), preparer.right), ("Onni Opiskelija", Some(Right::new(Right::STUDENT))));
    assert_eq!(preparer.registration.unwrap().as_str(), ONNI);
    assert_eq!(said.author.registration.unwrap().as_str(), SIRI);
    // Signed means signed: another student's name in the body breaks the signature.
    let forged = String::from_utf8(stored.document).unwrap().replace("<given>Onni</given>", "<given>Olli</given>");
    assert!(signing::verify(forged.as_bytes()).unwrap().iter().all(|signature| signature.outcome.is_err()));
}

#[test]
fn the_record_says_who_prepared_who_took_over_and_who_signed() {
    let bench = Bench::new();
    bench.log_in(who::ONNI);
    bench.prepare();
    bench.log_in(who::SIRI);
    bench.sign().unwrap();
    let journal = bench.journal();
    let of = |kind: &str| journal.iter().find(|(k, _, _)| k == kind).unwrap_or_else(|| panic!("no {kind}")).clone();
    let prescription = bench.set_id().to_string();
    let (_, by, what) = of("dispensation.prepared");
    assert_eq!((by.as_deref(), &what["prescription"]), (Some(ONNI), &prescription.clone().into()));
    let (_, by, what) = of("visit.taken-over");
    assert_eq!((by.as_deref(), &what["from"]), (Some(SIRI), &ONNI.into()));
    assert_eq!(what["prescriptions"], serde_json::json!([prescription]));
    let (_, by, what) = of("dispensation.signed");
    assert_eq!((by.as_deref(), &what["prepared_by"]), (Some(SIRI), &ONNI.into()));
}

#[test]
fn a_pharmacists_visit_ends_when_anybody_else_logs_in() {
    for (first, second) in [(who::SIRI, who::PETRI), (who::SIRI, who::ONNI), (who::PETRI, who::SIRI)] {
        let bench = Bench::new();
        bench.log_in(first);
        bench.prepare();
        bench.log_in(second);
        assert_eq!(bench.counter.visit().unwrap_err().code(), "no-visit", "{first} then {second}");
    }
}

#[test]
fn a_search_that_is_answered_after_somebody_else_has_logged_in_shows_nothing() {
    let bench = std::sync::Arc::new(Bench::new());
    bench.log_in(who::SIRI);
    // While the Centre thinks, the card is pulled and another person logs in.
    let newcomer = bench.clone();
    let mut once = true;
    bench.centre_answers(move |_| {
        if std::mem::take(&mut once) {
            newcomer.log_in(who::ONNI);
        }
        None
    });
    assert_eq!(bench.search().unwrap_err().code(), "no-session");
    assert_eq!(bench.counter.visit().unwrap_err().code(), "no-visit");
    bench.centre().wish = None;
}

#[test]
fn a_students_card_that_comes_back_sees_nothing_of_what_was_taken_over() {
    let bench = Bench::new();
    bench.log_in(who::ONNI);
    bench.prepare();
    bench.log_in(who::SIRI);
    assert!(bench.counter.visit().is_ok());
    bench.log_in(who::ONNI);
    assert_eq!(bench.counter.visit().unwrap_err().code(), "no-visit");
    // And nobody takes it over a second time.
    bench.log_in(who::SIRI);
    assert_eq!(bench.counter.visit().unwrap_err().code(), "no-visit");
}

#[test]
fn the_same_person_comes_back_to_the_same_visit() {
    for slug in [who::SIRI, who::ONNI] {
        let bench = Bench::new();
        bench.log_in(slug);
        bench.prepare();
        bench.log_in(slug);
        assert_eq!(bench.counter.visit().unwrap().basket.len(), 1, "{slug}");
        assert!(bench.journal().iter().all(|(kind, _, _)| kind != "visit.taken-over"));
    }
}

#[test]
fn a_log_in_that_fails_takes_nothing_over_and_ends_nothing() {
    let bench = Bench::new();
    bench.log_in(who::ONNI);
    bench.prepare();
    bench.card_of(who::SIRI);
    assert_eq!(bench.counter.log_in(&Pin::new("9999").unwrap(), false).unwrap_err().code(), "pin-wrong");
    assert_eq!(bench.counter.visit().unwrap().keeper.registration.unwrap().as_str(), ONNI);
    bench.log_in(who::SIRI);
    assert_eq!(bench.counter.visit().unwrap().basket.len(), 1);
}

#[test]
fn what_the_pharmacist_takes_out_and_puts_in_again_is_the_pharmacists_own() {
    let bench = Bench::new();
    bench.log_in(who::ONNI);
    bench.prepare();
    bench.log_in(who::SIRI);
    let corrected = counter::Change { amount: Some(14.into()), ..Default::default() };
    let visit = bench.counter.propose(&bench.set_id(), corrected).unwrap();
    assert!(
        visit.proposals[&bench.set_id()].dispensation.preparer.is_some(),
        "corrected is still prepared by the student"
    );
    bench.counter.remove_from_basket(&bench.set_id()).unwrap();
    let visit = bench.counter.add_to_basket(&bench.set_id()).unwrap();
    assert!(visit.proposals[&bench.set_id()].preparer.is_none());
    bench.sign().unwrap();
    bench.send();
    let document = bench.centre().stored[0].document.clone();
    let cda::Content::Dispensation(said) = cda::read(&document).unwrap().content else { panic!() };
    assert_eq!(said.preparer, None);
}

#[test]
fn a_student_can_correct_what_lies_in_the_basket() {
    let bench = Bench::new();
    bench.log_in(who::ONNI);
    bench.prepare();
    let change = counter::Change { amount: Some(14.into()), ..Default::default() };
    let visit = bench.counter.propose(&bench.set_id(), change).unwrap();
    assert_eq!(visit.basket.len(), 1, "DI-3 alone throws nothing out of a student's basket");
    assert!(visit.proposals[&bench.set_id()].preparer.is_some());
}
