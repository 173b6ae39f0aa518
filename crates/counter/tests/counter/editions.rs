//! What was shown is what is signed, also across the midnight on which another edition of the medicines comes into force;
//! and every dispensation names its edition (field 174; medicines.md 0, 1.2).

use std::sync::Arc;

use medicines::{Edition, Shelf};
use test_authority::who;

use crate::bench::Bench;

/// The artificial edition under another name, every price a euro more.
fn dearer(name: &str) -> Shelf {
    let mut packages = Edition::parse(medicines::ARTIFICIAL).unwrap().packages().to_vec();
    packages
        .iter_mut()
        .for_each(|package| package.price = package.price.map(|price| price + rust_decimal::Decimal::ONE));
    Shelf::of(Edition::from_packages(name.to_owned(), None, packages).unwrap()).unwrap()
}

fn edition_and_price(bench: &Bench) -> (String, String) {
    let stored = bench.centre().stored[0].clone();
    let cda::Content::Dispensation(said) = cda::read(&stored.document).unwrap().content else { panic!() };
    (said.product.database_version.unwrap(), said.price.unwrap().to_string())
}

#[test]
fn a_dispensation_names_the_edition_that_it_was_made_by() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    bench.sign().unwrap();
    bench.send();
    assert_eq!(edition_and_price(&bench).0, "2026.022");
}

#[test]
fn a_new_edition_under_the_basket_is_looked_at_before_it_is_signed() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.prepare();
    let price = |bench: &Bench| {
        let visit = bench.counter.visit().unwrap();
        visit.proposals[&bench.set_id()].dispensation.price.unwrap()
    };
    let before = price(&bench);
    let deps = bench.counter.deps();
    let in_an_hour = deps.clock.now() + chrono::Duration::hours(1);
    deps.medicines.put(deps.shelf(), Some((in_an_hour, Arc::new(dearer("2026.023")))));
    assert_eq!(price(&bench), before);
    bench.clock.turn_to(in_an_hour);
    assert_eq!(bench.sign().unwrap_err().code(), "edition-changed");
    assert!(bench.counter.visit().unwrap().signed.is_empty());
    assert!(price(&bench) > before, "asked again, with the prices of the new edition");
    assert_eq!(bench.counter.visit().unwrap().basket, [bench.set_id()]);
    bench.sign().unwrap();
    bench.send();
    assert_eq!(edition_and_price(&bench), ("2026.023".to_owned(), price_text(&bench)));
}

fn price_text(bench: &Bench) -> String {
    let visit = bench.counter.visit().unwrap();
    let line = &visit.fetched[&bench.set_id()].history;
    line.last().unwrap().price.unwrap().to_string()
}
