//! Exchange and price at the counter (medicines notes 3.3, 3.5, 3.7): what may be given, what the customer pays of it, and
//! the coded reason in the document.

use std::sync::Arc;
use std::time::Duration;

use counter::{Change, Clock, KelaSaid, Purchases};
use medicines::{Edition, Package, Shelf};
use prescription::{Code, Outcome, PersonIdentityCode, Prescription, Vnr};
use reimbursement::query::{Permission, QueryError};
use reimbursement::simulator::{Customer, Mood, Simulator};
use reimbursement::substitution::{Corridor, Duty, Indication, Rule};
use reimbursement::{Money, Tables};
use rust_decimal::Decimal;
use test_authority::who;

use crate::bench::{Bench, signed_twice};

/// The prescribed package, 3.86 €, reimbursed basically, with a reference price of 2.50 €.
const DIAPAM: &str = "469452";
/// Another of its group and size, 2.00 €.
const MEDIPAM: &str = "812016";

fn vnr(text: &str) -> Vnr {
    Vnr::parse(text).unwrap()
}

fn euro(text: &str) -> Money {
    Money::of(text.parse().unwrap()).unwrap()
}

/// A counter with an edition in which the prescribed package has a cheaper one beside it.
fn bench(change: impl Fn(&mut Package)) -> Bench {
    prescribed(|_| (), change)
}

/// The same with another prescription.
pub fn prescribed(other: impl Fn(&mut Prescription), change: impl Fn(&mut Package)) -> Bench {
    let bench = Bench::new();
    let mut prescription = bench.centre().prescription.clone();
    other(&mut prescription);
    let document = signed_twice(&prescription, bench.clock.now());
    (bench.centre().prescription, bench.centre().document) = (prescription, document);
    let mut packages = Edition::parse(medicines::ARTIFICIAL).unwrap().packages().to_vec();
    for package in &mut packages {
        if package.vnr == vnr(MEDIPAM) {
            (package.size, package.price) = (Decimal::from(21), Some(Decimal::TWO));
        }
        if package.vnr == vnr(DIAPAM) {
            (package.size, package.price) = (Decimal::from(21), Some(Decimal::new(386, 2)));
        }
        if package.vnr == vnr(DIAPAM) || package.vnr == vnr(MEDIPAM) {
            package.exchange.reference_price = Some(Decimal::new(250, 2));
            package.exchange.reimbursements = vec!["40".to_owned()];
        }
        change(package);
    }
    let edition = Edition::from_packages("2026.023".to_owned(), None, packages).unwrap();
    bench.counter.deps().medicines.put(Arc::new(Shelf::of(edition).unwrap()), None);
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench
}

/// Kela's query with one customer whose deductible is full.
fn with_kela(mut bench: Bench, mood: Mood) -> Bench {
    let mut simulator = Simulator::new(Tables::built_in().unwrap());
    let code = bench.centre().prescription.patient.identity_code.clone().unwrap();
    let paid = euro("70.33");
    let customer = Customer {
        direct: true,
        deductible_paid: paid,
        ceiling_paid: paid,
        rights: vec![],
        fund: None,
        commitment: false,
    };
    simulator.add(PersonIdentityCode::parse(code.reveal()).unwrap(), customer).unwrap();
    simulator.set_mood(mood);
    let purchases = Purchases { query: Arc::new(simulator), patience: Duration::from_secs(5) };
    let counter = counter::Counter::new(bench.counter.deps().clone()).with_purchases(purchases);
    bench.counter = counter;
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench
}

fn propose(bench: &Bench, change: Change) -> counter::Proposal {
    let visit = bench.counter.propose(&bench.set_id(), change).unwrap();
    visit.proposals[&bench.set_id()].clone()
}

fn asks(proposal: &counter::Proposal) -> Vec<(&'static str, Outcome)> {
    let ours = proposal.findings.iter().filter(|finding| finding.rule.id.starts_with("EX-"));
    ours.filter(|finding| finding.outcome != Outcome::Pass).map(|one| (one.rule.id, one.outcome)).collect()
}

fn reason(proposal: &counter::Proposal) -> Option<(String, Option<String>)> {
    let reason = proposal.dispensation.substitution_reason.clone();
    reason.map(|(code, text)| {
        assert_eq!(code.system, "1.2.246.537.5.40183.2009");
        (code.code, text)
    })
}

fn chosen(text: &str) -> Change {
    Change { vnr: Some(vnr(text)), ..Change::default() }
}

#[test]
fn ex_1_outside_the_corridor_the_document_bears_the_coded_reason_that_a_person_gave() {
    let bench = bench(|_| ());
    let proposal = propose(&bench, chosen(DIAPAM));
    assert_eq!(asks(&proposal), [("EX-1", Outcome::NeedsReason)]);
    assert_eq!(reason(&proposal), None);
    let proposal = propose(&bench, Change { reason: Some("aikaisempi toimitus".into()), ..Change::default() });
    assert_eq!(asks(&proposal), [("EX-1", Outcome::Reasoned)]);
    assert_eq!(reason(&proposal), Some(("M".into(), Some("aikaisempi toimitus".into()))));
    // And so it stands in what is signed.
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    bench.sign().unwrap();
    bench.send();
    let stored = bench.centre().stored[0].clone();
    let cda::Content::Dispensation(said) = cda::read(&stored.document).unwrap().content else { panic!() };
    let (code, text) = said.substitution_reason.unwrap();
    assert_eq!((code.code.as_str(), text.as_deref()), ("M", Some("aikaisempi toimitus")));
    // Within the corridor nothing is asked and nothing written.
    let other = self::bench(|_| ());
    let proposal = propose(&other, chosen(MEDIPAM));
    assert_eq!((asks(&proposal), reason(&proposal)), (vec![], None));
    assert!(proposal.dispensation.substituted);
}

#[test]
fn med_3_5_h_and_i_for_epilepsy_or_an_unusual_indication_the_prescribed_product_is_given() {
    for (indication, why) in [(Indication::Epilepsy, Rule::Epilepsy), (Indication::Unusual, Rule::UnusualIndication)] {
        let bench = bench(|_| ());
        propose(&bench, chosen(MEDIPAM));
        let proposal = propose(&bench, Change { indication: Some(indication), ..Change::default() });
        assert_eq!((proposal.vnr().unwrap().as_str(), asks(&proposal)), (DIAPAM, vec![]), "it comes by itself");
        let exchange = bench.counter.exchange_of(&bench.counter.visit().unwrap(), &bench.set_id()).unwrap();
        assert_eq!(exchange.duty, Duty::Continue(why));
        assert!(proposal.dispensation.substitution_reason.is_some(), "the document has the reason");
        let another = propose(&bench, chosen(MEDIPAM));
        assert_eq!(asks(&another), [("EX-5", Outcome::NeedsReason)], "chosen on purpose");
        let back = Change { indication: Some(Indication::Ordinary), ..Change::default() };
        assert_eq!(asks(&propose(&bench, back)), []);
    }
}

#[test]
fn ex_2_a_customer_who_refuses_gets_the_prescribed_one_with_its_reason_and_no_other() {
    let bench = bench(|_| ());
    let refused = Change { refuses: Some(true), ..chosen(DIAPAM) };
    let proposal = propose(&bench, refused);
    assert_eq!(asks(&proposal), []);
    assert_eq!(reason(&proposal), Some(("M".into(), Some("Asiakas kieltänyt vaihdon".into()))));
    let visit = bench.counter.visit().unwrap();
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    assert_eq!(exchange.duty, Duty::Continue(Rule::CustomerRefuses));
    assert_eq!(asks(&propose(&bench, chosen(MEDIPAM))), [("EX-2", Outcome::NeedsReason)]);
    // One key is enough: it chooses the prescribed one.
    let proposal = propose(&bench, Change { refuses: Some(true), ..Change::default() });
    assert_eq!((proposal.vnr().unwrap().as_str(), asks(&proposal)), (DIAPAM, vec![]));
    propose(&bench, chosen(MEDIPAM));
    // The refusal is the visit's until it is taken back.
    assert_eq!(asks(&propose(&bench, Change { refuses: Some(false), ..Change::default() })), []);
}

#[test]
fn su_2_where_the_prescriber_forbids_the_prescribed_one_is_given_from_its_price_with_that_reason() {
    let bench = with_kela(prescribed(|held| held.substitution_prohibited = true, |_| ()), Mood::Prompt);
    let proposal = propose(&bench, chosen(DIAPAM));
    assert_eq!(asks(&proposal), []);
    assert_eq!(reason(&proposal), Some(("M".into(), Some("Lääkkeen määrääjä kieltänyt vaihdon".into()))));
    let visit = bench.counter.ask_kela(Permission::PatientInstruction).unwrap();
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    assert_eq!(exchange.duty, Duty::Continue(Rule::PrescriberForbids));
    assert_eq!(exchange.of(&vnr(DIAPAM)).unwrap().pays.as_ref().unwrap().now.pays, euro("3.79"));
    assert_eq!(exchange.of(&vnr(MEDIPAM)).unwrap().hindered, Some(Rule::PrescriberForbids));
    let visit = bench.counter.add_to_basket(&bench.set_id()).unwrap();
    assert_eq!(bench.counter.basket_sum(&visit).unwrap().pays, euro("3.79"), "from the price, as the list says");
    let other = propose(&bench, chosen(MEDIPAM));
    assert!(other.findings.iter().any(|finding| finding.rule.id == "SU-2" && finding.outcome == Outcome::Stop));
}

#[test]
fn s1_4_what_is_not_for_the_treatment_of_an_illness_is_not_reimbursed() {
    let accident = |held: &mut Prescription| {
        let system = "1.2.246.537.5.40101.2006".to_owned();
        held.care_types = vec![Code { code: "T".to_owned(), system, name: None }];
    };
    let bench = with_kela(prescribed(accident, |_| ()), Mood::Prompt);
    let visit = bench.counter.ask_kela(Permission::Oral).unwrap();
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    assert_eq!(exchange.of(&vnr(DIAPAM)).unwrap().pays.as_ref().unwrap().now.pays, euro("6.32"));
}

#[test]
fn ex_4_a_package_without_a_price_is_given_without_one_and_is_in_no_sum() {
    let bench = bench(|package| {
        if package.vnr == vnr(DIAPAM) {
            package.price = None;
        }
    });
    let proposal = propose(&bench, chosen(DIAPAM));
    assert_eq!((asks(&proposal), proposal.dispensation.price), (vec![("EX-4", Outcome::Note)], None));
    let visit = bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let sum = bench.counter.basket_sum(&visit).unwrap();
    assert_eq!((sum.pays, sum.unpriced), (Money::ZERO, 1));
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    let choice = exchange.of(&vnr(DIAPAM)).unwrap();
    assert_eq!((choice.hindered, choice.corridor, choice.pays.is_none()), (Some(Rule::Price), Corridor::Unknown, true));
    bench.sign().unwrap();
}

#[test]
fn s3_5_the_choices_stand_side_by_side_with_what_the_customer_pays_in_each_case() {
    let bench = with_kela(bench(|_| ()), Mood::Prompt);
    let pays = |bench: &Bench, text: &str| {
        let visit = bench.counter.visit().unwrap();
        let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
        exchange.of(&vnr(text)).unwrap().pays.clone().unwrap()
    };
    // Before Kela was asked: price and fee (2.17 € with VAT).
    assert_eq!(pays(&bench, DIAPAM).now.pays, euro("6.32"));
    let visit = bench.counter.ask_kela(Permission::Oral).unwrap();
    assert!(matches!(&visit.kela, KelaSaid::Said(Ok(_))));
    // 40 % of 2.50 and 2.46 is 1.98; what the price is above the reference price the customer pays.
    let diapam = pays(&bench, DIAPAM);
    assert_eq!((diapam.now.pays, diapam.now.above_reference), (euro("4.34"), euro("1.36")));
    assert_eq!(diapam.customer_refused.pays, euro("4.34"));
    assert_eq!(diapam.prescriber_forbade.pays, euro("3.79"), "from the price: 40 % of 6.32 is 2.53");
    assert_eq!(diapam.unreimbursed.pays, euro("6.32"));
    // MEDIPAM: 40 % of 2.00 and 2.46 is 1.78.
    assert_eq!(pays(&bench, MEDIPAM).now.pays, euro("2.68"));
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    assert_eq!(exchange.choices.iter().map(|one| one.vnr.as_str()).collect::<Vec<_>>(), [MEDIPAM, DIAPAM, "469593"]);
    assert!(exchange.choices.iter().all(|choice| !choice.biological), "nothing says that they are");
    assert_eq!((exchange.cheapest, exchange.corridor_top), (Some(vnr(MEDIPAM)), Some(euro("2.50"))));
    // The basket counts to the cent what the list says.
    propose(&bench, chosen(MEDIPAM));
    let visit = bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let sum = bench.counter.basket_sum(&visit).unwrap();
    assert_eq!((sum.price, sum.fees, sum.reimbursed, sum.pays), (euro("2"), euro("2.46"), euro("1.78"), euro("2.68")));
    // The journal says who asked on what permission, and nothing of what Kela knows.
    let journal = bench.journal();
    let (_, actor, payload) = journal.iter().find(|(kind, ..)| kind == "purchase.asked").unwrap();
    assert_eq!(payload, &serde_json::json!({ "permission": "oral", "refused": null }));
    assert!(actor.is_some());
}

#[test]
fn s3_7_without_an_answer_of_kela_everything_is_counted_without_reimbursement() {
    let bench = with_kela(bench(|_| ()), Mood::Away);
    propose(&bench, chosen(MEDIPAM));
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let visit = bench.counter.ask_kela(Permission::Oral).unwrap();
    assert_eq!(visit.kela, KelaSaid::Said(Err(QueryError::Unreachable)));
    let sum = bench.counter.basket_sum(&visit).unwrap();
    assert_eq!((sum.reimbursed, sum.pays), (Money::ZERO, euro("4.46")));
    let none = self::bench(|_| ());
    assert_eq!(none.counter.ask_kela(Permission::Oral).unwrap_err().code(), "kela-no-query");
}

#[test]
fn s3_5_a_part_of_a_package_costs_its_share_in_every_case() {
    let bench = with_kela(bench(|_| ()), Mood::Prompt);
    let third = Change { amount: Some(Decimal::from(7)), ..chosen(MEDIPAM) };
    propose(&bench, third);
    let visit = bench.counter.ask_kela(Permission::KelaCard).unwrap();
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    let pays = |text: &str| exchange.of(&vnr(text)).unwrap().pays.clone().unwrap();
    assert_eq!((pays(MEDIPAM).now.price, pays(DIAPAM).now.price), (euro("0.67"), euro("1.29")));
    // A third of the reference price as well: 40 % of 0.83 and 2.46 is 1.32, and 0.46 is above it.
    assert_eq!((pays(DIAPAM).now.pays, pays(DIAPAM).now.above_reference), (euro("2.43"), euro("0.46")));
}

#[test]
fn ex_3_a_biological_of_a_group_is_not_exchanged_where_its_code_is_not() {
    let bench = bench(|package| {
        if [DIAPAM, MEDIPAM].contains(&package.vnr.as_str()) {
            // A medium-acting insulin, whose code is not exchanged.
            package.atc = "A10AC01".to_owned();
            package.price = Some(Decimal::new(386, 2));
        }
    });
    assert_eq!(asks(&propose(&bench, chosen(DIAPAM))), []);
    assert_eq!(asks(&propose(&bench, chosen(MEDIPAM))), [("EX-3", Outcome::NeedsReason)]);
}

#[test]
fn s2_5_what_is_short_or_no_longer_sold_is_listed_and_said() {
    let bench = bench(|package| {
        if package.vnr == vnr(MEDIPAM) {
            let from = "2026-01-01".parse().unwrap();
            package.exchange.shortages = vec![medicines::Short { from, until: None }];
        }
    });
    let visit = bench.counter.visit().unwrap();
    let exchange = bench.counter.exchange_of(&visit, &bench.set_id()).unwrap();
    assert!(exchange.of(&vnr(MEDIPAM)).unwrap().shortage.is_some());
    // Nothing cheaper can be had, so that the prescribed one is the cheapest and within its corridor.
    assert_eq!(exchange.cheapest, Some(vnr(DIAPAM)));
    assert_eq!(asks(&propose(&bench, chosen(DIAPAM))), []);
}
