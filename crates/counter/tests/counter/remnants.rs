//! What is left of a split package is kept with its batch and last day (medicines notes, corrections: batches are never mixed).

use counter::{CounterError, KeptRemnant};
use prescription::{Oid, Outcome};
use rust_decimal::Decimal;
use scanning::RemnantError;
use serde_json::Value;
use test_authority::who;

use crate::bench::Bench;
use crate::scan::{CHOSEN, Memory, bench, bench_of, code, expires, says, scan};

/// What is left: batch and how many units.
fn left(bench: &Bench) -> Vec<(String, Decimal)> {
    let all = bench.counter.remnants().unwrap().into_iter();
    all.map(|KeptRemnant { remnant, .. }| (remnant.batch().to_owned(), remnant.left())).collect()
}

fn told(bench: &Bench) -> Vec<(String, Value)> {
    let all = bench.journal().into_iter().filter(|(kind, ..)| kind.starts_with("remnant."));
    all.map(|(kind, _, what)| (kind, what)).collect()
}

fn of(batch: &str, units: u32) -> (String, Decimal) {
    (batch.to_owned(), units.into())
}

/// Scans a package for the prescription in hand and puts its part in the basket.
fn part(bench: &Bench, set_id: &Oid, batch: &str, serial: &str, at_ms: u64) {
    scan(bench, &code(CHOSEN, batch, serial), at_ms).unwrap();
    bench.counter.add_to_basket(set_id).unwrap();
}

#[test]
fn what_is_left_of_a_split_package_is_kept_with_the_dispensation_that_split_it() {
    let bench = bench();
    let (visit, _) = scan(&bench, &code(CHOSEN, "A1", "S1"), 0).unwrap();
    let taken = bench.counter.part_taken(&visit, &bench.set_id()).unwrap().unwrap();
    assert_eq!((taken.from, taken.may_choose, taken.left.left()), (None, false, Decimal::from(79)));
    assert_eq!(left(&bench), [], "nothing is taken before it is signed");
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let signed = bench.sign().unwrap().signed[0].document_id.to_string();
    assert_eq!(left(&bench), [of("A1", 79)]);
    let [(kind, what)] = told(&bench).try_into().unwrap();
    assert_eq!((kind.as_str(), what["document"].as_str()), ("remnant.opened", Some(signed.as_str())));
    let kept = &bench.counter.remnants().unwrap()[0];
    assert_eq!(
        (kept.id.as_str(), kept.remnant.expiry().last_day().to_string()),
        (signed.as_str(), format!("{}-12-31", expires()))
    );
}

#[test]
fn two_prescriptions_get_their_parts_from_one_package_and_the_second_from_what_the_first_left() {
    let bench = bench();
    let another = bench.prescribe_another(|_| {});
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    part(&bench, &bench.set_id(), "A1", "S1", 0);
    bench.counter.open_prescription(&another).unwrap();
    part(&bench, &another, "A1", "S1", 60_000);
    bench.sign().unwrap();
    assert_eq!(left(&bench), [of("A1", 58)]);
    assert_eq!(
        told(&bench).iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(),
        ["remnant.opened", "remnant.taken"]
    );
}

#[test]
fn a_later_part_is_taken_from_what_is_left_of_that_batch_unless_a_new_package_is_split() {
    for new in [false, true] {
        let bench = bench();
        let another = bench.prescribe_another(|_| {});
        bench.search().unwrap();
        bench.counter.open_prescription(&bench.set_id()).unwrap();
        part(&bench, &bench.set_id(), "A1", "S1", 0);
        bench.sign().unwrap();
        bench.counter.open_prescription(&another).unwrap();
        let (visit, _) = scan(&bench, &code(CHOSEN, "A1", "S2"), 60_000).unwrap();
        let taken = bench.counter.part_taken(&visit, &another).unwrap().unwrap();
        assert_eq!((taken.from.is_some(), taken.left.left()), (true, Decimal::from(58)));
        let visit = bench.counter.split_new(&another, new).unwrap();
        assert_eq!(bench.counter.part_taken(&visit, &another).unwrap().unwrap().from.is_none(), new);
        bench.counter.add_to_basket(&another).unwrap();
        bench.sign().unwrap();
        assert_eq!(left(&bench), if new { vec![of("A1", 79), of("A1", 79)] } else { vec![of("A1", 58)] });
    }
}

#[test]
fn of_another_batch_a_package_is_split_anew_and_nothing_is_put_together() {
    let bench = bench();
    let another = bench.prescribe_another(|_| {});
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    part(&bench, &bench.set_id(), "A1", "S1", 0);
    bench.sign().unwrap();
    bench.counter.open_prescription(&another).unwrap();
    part(&bench, &another, "a1", "S2", 60_000);
    bench.sign().unwrap();
    assert_eq!(left(&bench), [of("A1", 79), of("a1", 79)], "letter case counts");
}

#[test]
fn sc_15e_a_part_from_two_batches_stops() {
    let bench = bench();
    let (visit, _) = scan(&bench, &code(CHOSEN, "A1", "S1"), 0).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15e"), Some(Outcome::Pass));
    let (visit, _) = scan(&bench, &code(CHOSEN, "B1", "S2"), 60_000).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15e"), Some(Outcome::Stop));
    assert!(bench.counter.add_to_basket(&bench.set_id()).is_err());
}

#[test]
fn what_is_left_is_discarded_by_one_who_may_dispense_and_says_why() {
    let bench = bench();
    part(&bench, &bench.set_id(), "A1", "S1", 0);
    bench.sign().unwrap();
    let id = bench.counter.remnants().unwrap()[0].id.clone();
    assert!(matches!(bench.counter.discard_remnant(&id, " "), Err(CounterError::NoNote)));
    assert!(matches!(bench.counter.discard_remnant("1.2", "kostunut"), Err(CounterError::UnknownRemnant)));
    bench.log_in(who::ONNI);
    assert!(matches!(bench.counter.discard_remnant(&id, "kostunut"), Err(CounterError::Right)), "a student");
    bench.log_in(who::SIRI);
    bench.counter.discard_remnant(&id, "kostunut").unwrap();
    assert_eq!(left(&bench), []);
    assert_eq!(told(&bench)[1].1["note"], "kostunut");
}

#[test]
fn without_a_batch_nothing_is_kept_and_that_is_said() {
    let bench = bench_of(who::SIRI, false, Memory::default());
    let gtin = scanning::Gtin::nordic(&prescription::Vnr::parse(CHOSEN).unwrap());
    // A linear code has neither batch nor last day.
    let (visit, _) = scan(&bench, &format!("]E0{}", &gtin.to_string()[1..]), 0).unwrap();
    assert_eq!(bench.counter.part_taken(&visit, &bench.set_id()), Some(Err(RemnantError::NoBatch)));
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    bench.sign().unwrap();
    assert_eq!((left(&bench), told(&bench)), (vec![], vec![]));
}
