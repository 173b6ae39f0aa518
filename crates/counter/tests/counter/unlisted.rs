//! What is given although the Pharmaceutical Database does not have it: what the pharmacy makes, and what stands outside the
//! database (DI-2, UL-1 to UL-4).

use chrono::{Days, NaiveDate};
use counter::{Change, CounterError, Goods, Proposal};
use prescription::{
    Amount, Ingredient, IngredientAmount, Item, NamedKind, Outcome, PositiveAmount, Prescription, ProductKind,
    Quantity, Recipe, Substance, Unlisted, time,
};
use rust_decimal::Decimal;
use serde_json::json;
use test_authority::who;

use crate::bench::Bench;
use crate::exchange::prescribed;
use crate::scan::{Memory, code, with_scanner};

fn ordinary(held: &mut Prescription) {
    (held.control, held.narcotic, held.iteration) = (None, false, None);
    (held.product.strength, held.product.form) = (None, Some("voide".into()));
}

/// 100 g of an ointment that the pharmacy makes, twice.
fn ointment(held: &mut Prescription) {
    ordinary(held);
    let part = |name: &str, amount| Ingredient { substance: Substance::named(name), amount };
    let grams = IngredientAmount::Exact(PositiveAmount::new(1, "g").unwrap());
    let active = vec![part("Hydrokortisoni", grams)];
    let other = vec![part("Novalan", IngredientAmount::Text("ad 100 g".into()))];
    let recipe = Recipe::new(active, other, Some("M.f.ungt.d.s.".into())).unwrap();
    held.product.item = Item::Compounded { name: Some("Hydrokortisonivoide".into()), recipe };
    held.quantity = Quantity::packages(2, 1, Amount::new(100, "g"), None).unwrap();
}

/// Two boxes of a care supply.
fn sensors(held: &mut Prescription) {
    ordinary(held);
    let kind = NamedKind::CareSupply;
    held.product.item = Item::Named { kind, name: "Sensori".into(), vnr: None, atc: None, substances: vec![] };
    held.quantity = Quantity::packages(2, 1, Amount::new(2, "kpl"), None).unwrap();
}

fn today(bench: &Bench) -> NaiveDate {
    time::finnish(bench.counter.deps().clock.now()).date()
}

fn proposal(bench: &Bench) -> Proposal {
    bench.counter.visit().unwrap().proposals[&bench.set_id()].clone()
}

fn said(bench: &Bench, change: impl FnOnce(&mut Unlisted)) -> Result<Proposal, CounterError> {
    let mut unlisted = proposal(bench).unlisted().unwrap().clone();
    change(&mut unlisted);
    let visit = bench.counter.propose(&bench.set_id(), Change { unlisted: Some(unlisted), ..Change::default() })?;
    Ok(visit.proposals[&bench.set_id()].clone())
}

fn stops(proposal: &Proposal) -> Vec<&'static str> {
    proposal.answers().filter(|one| one.outcome == Outcome::Stop).map(|one| one.rule.id).collect()
}

#[test]
fn ul_2_what_the_pharmacy_makes_is_dispensed_with_its_composition_and_its_days() {
    let bench = prescribed(ointment, |_| ());
    let first = proposal(&bench);
    assert_eq!((stops(&first), first.dispensation.delivered.to_string()), (vec!["UL-3"], "100 g".into()));
    assert!(matches!(bench.counter.add_to_basket(&bench.set_id()), Err(CounterError::Rule(_))), "no last day of use");

    let until = today(&bench) + Days::new(30);
    let whole = said(&bench, |given| {
        given.price = Some(Decimal::new(2350, 2));
        given.compounding.as_mut().unwrap().use_until = Some(until);
    })
    .unwrap();
    assert_eq!((stops(&whole), whole.dispensation.price), (vec![], Some(Decimal::new(2350, 2))));
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let sum = bench.counter.basket_sum(&bench.counter.visit().unwrap()).unwrap();
    assert_eq!((sum.price.euro(), sum.unpriced), (Decimal::new(2350, 2), 0));
    assert!(sum.reimbursed.is_zero(), "UL-4");

    bench.sign().unwrap();
    bench.send();
    let stored = bench.centre().stored[0].clone();
    let cda::Content::Dispensation(told) = cda::read(&stored.document).unwrap().content else { panic!() };
    assert_eq!((told.product.kind.clone(), told.compounded), (ProductKind::Compounded, true));
    assert_eq!(told.composition.as_deref(), Some("Hydrokortisoni 1 g, Novalan ad 100 g. M.f.ungt.d.s."));
    assert_eq!((told.product.name.as_str(), told.product.vnr.as_ref()), ("Hydrokortisonivoide", None));
    assert_eq!((told.part_package, told.packages, told.substituted), (false, 1, false));
    assert_eq!(told.remaining.shown(), "1X100 g");
    // The days stand in no document: the journal has them, and the visit for the label.
    let (_, _, signed) = bench.journal().into_iter().find(|(kind, ..)| kind == "dispensation.signed").unwrap();
    assert_eq!(signed["compounding"], json!({ "prepared": today(&bench), "use_until": until }));
    let visit = bench.counter.visit().unwrap();
    let label = visit.signed[0].unlisted.as_ref().unwrap().compounding.as_ref().unwrap();
    assert_eq!(label.use_until, Some(until));
}

#[test]
fn as_much_is_made_as_is_given_and_nothing_is_split_for_it() {
    let bench = prescribed(ointment, |_| ());
    let change = Change { amount: Some(Decimal::from(150)), ..Change::default() };
    let visit = bench.counter.propose(&bench.set_id(), change).unwrap();
    let made = &visit.proposals[&bench.set_id()].dispensation;
    assert_eq!((made.part_package, made.packages, made.package_size.to_string()), (false, 1, "150 g".into()));
    let change = Change { amount: Some(Decimal::from(200)), ..Change::default() };
    let visit = bench.counter.propose(&bench.set_id(), change).unwrap();
    assert_eq!(visit.proposals[&bench.set_id()].dispensation.packages, 2);
}

#[test]
fn di_2_a_care_supply_that_no_database_has_is_dispensed_as_it_was_prescribed() {
    let bench = prescribed(sensors, |_| ());
    assert_eq!((stops(&proposal(&bench)), proposal(&bench).dispensation.price), (vec![], None));
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let sum = bench.counter.basket_sum(&bench.counter.visit().unwrap()).unwrap();
    assert_eq!(sum.unpriced, 1, "a price that nobody said is not guessed");
    bench.sign().unwrap();
    bench.send();
    let stored = bench.centre().stored[0].clone();
    let cda::Content::Dispensation(told) = cda::read(&stored.document).unwrap().content else { panic!() };
    assert_eq!((told.product.kind, told.product.name.as_str()), (ProductKind::CareSupply, "Sensori"));
    assert_eq!((told.delivered.to_string(), told.compounded, told.composition), ("2 kpl".into(), false, None));
}

#[test]
fn ul_1_of_a_time_a_person_says_how_much_a_package_holds() {
    let by_time = |held: &mut Prescription| {
        sensors(held);
        held.quantity = Quantity::Period { start: None, length: prescription::Length::days(28).unwrap() };
    };
    let bench = prescribed(by_time, |_| ());
    assert_eq!(stops(&proposal(&bench)), ["UL-1"]);
    // A label may be written meanwhile.
    let change = Change { label_dosage: Some("Kahden viikon välein.".into()), ..Change::default() };
    bench.counter.propose(&bench.set_id(), change).unwrap();
    let given = said(&bench, |given| given.size = Amount::new(2, "kpl")).unwrap();
    assert_eq!((stops(&given), given.dispensation.delivered.to_string()), (vec![], "2 kpl".into()));
    for size in [Amount::new(-1, "kpl"), Amount::new(1_000_001, "kpl"), Amount::new(1, &"k".repeat(21))] {
        assert!(matches!(said(&bench, |given| given.size = size), Err(CounterError::NotAnAmount)));
    }
}

#[test]
fn what_the_database_has_is_not_given_as_if_it_had_it_not() {
    let bench = prescribed(|_| (), |_| ());
    assert!(matches!(proposal(&bench).goods, Goods::Package(_)));
    let unlisted = Unlisted { size: Amount::new(21, "fol"), price: None, compounding: None };
    let change = Change { unlisted: Some(unlisted), ..Change::default() };
    assert!(matches!(bench.counter.propose(&bench.set_id(), change), Err(CounterError::UnknownPackage)));
}

#[test]
fn a_scan_has_nothing_to_be_compared_with_and_is_not_asked_for() {
    let bench = with_scanner(prescribed(sensors, |_| ()), who::SIRI, true, Memory::default());
    let refused = bench.counter.scan(&code("469452", "A1", "S1"), 0).unwrap_err();
    assert_eq!(refused.code(), "scan-nothing-to-compare");
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
}

#[test]
fn another_edition_in_force_hinders_nothing_that_is_in_none() {
    let bench = prescribed(sensors, |_| ());
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let packages = bench.counter.deps().shelf().edition().packages().to_vec();
    let edition = medicines::Edition::from_packages("2026.024".to_owned(), None, packages).unwrap();
    bench.counter.deps().medicines.put(std::sync::Arc::new(medicines::Shelf::of(edition).unwrap()), None);
    bench.sign().unwrap();
}
