//! The examples of the medicines notes, section 3, by name, and properties that hold of every purchase.

use chrono::{Days, NaiveDate};
use prescription::Language;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::supply::{correctable_until, entry_ends};
use crate::tables::{FeeKind, TariffClass};
use crate::*;

fn tables() -> Tables {
    Tables::built_in().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-26")
}

fn euro(text: &str) -> Money {
    Money::of(text.parse().unwrap()).unwrap()
}

fn line(price: &str, class: Class) -> Line {
    Line {
        price: Some(euro(price)),
        fee: Money::ZERO,
        reference: None,
        base: Base::Reference,
        class: Some(class),
        copayment: CopaymentFor::Purchase,
    }
}

/// An account of 2026 by what was paid so far.
fn adult(deductible: &str, ceiling: &str) -> Account {
    Account::by_accrued(&tables(), euro(deductible), euro(ceiling), day("1980-01-01"), today()).unwrap()
}

fn bought(account: Account, lines: &[Line]) -> Purchase {
    purchase(&tables(), account, lines, today()).unwrap()
}

/// Pays, deductible used, accrued towards the ceiling.
fn figures(account: Account, line: Line) -> [String; 3] {
    let bought = bought(account, &[line]);
    let quote = bought.quotes[0];
    [quote.pays, quote.deductible, quote.accrued].map(|money| money.euro().to_string())
}

const FULL: &str = "70.33";

#[test]
fn s3_1_orion_2022_the_sum_is_rounded_once() {
    let at = day("2022-06-01");
    let all = tables().retail(euro("6.58"), 1, TariffClass::Prescription, true, at).unwrap();
    assert_eq!(all.amount, euro("12.88"));
    let without = tables().retail(euro("6.58"), 1, TariffClass::Prescription, false, at).unwrap();
    assert_eq!(without.amount, euro("10.50"));
    let ex = tables().retail_without_vat(euro("6.58"), TariffClass::Prescription, at).unwrap();
    assert_eq!(ex.amount.normalize().to_string(), "9.541");
}

#[test]
fn s3_1_fees_with_the_vat_of_their_day() {
    let fee = |kind, on: &str| tables().fee_with_vat(kind, day(on)).unwrap();
    let dispensing = |on| fee(FeeKind::Dispensing, on).amount;
    assert_eq!(
        [dispensing("2022-06-01"), dispensing("2025-06-01"), dispensing("2026-06-01")],
        [euro("2.39"), euro("2.47"), euro("2.46")]
    );
    assert!(!fee(FeeKind::Dispensing, "2026-06-01").confirmed, "that it is still 2.17 € is unclear");
    assert_eq!(fee(FeeKind::Preparation, "2022-06-01").amount, euro("4.24"));
}

#[test]
fn s3_1_class_borders_are_continuous() {
    let price = |wholesale: &str| {
        let priced =
            tables().retail_without_vat(euro(wholesale), TariffClass::Prescription, day("2022-06-01")).unwrap();
        priced.amount.normalize().to_string()
    };
    assert_eq!(
        [price("46.25"), price("46.26"), price("100.91"), price("100.92")],
        ["63.3575", "63.365", "131.6775", "131.688"]
    );
}

#[test]
fn s3_1_self_care_maximum_price() {
    let most = |wholesale: &str| {
        let priced = tables().retail_without_vat(euro(wholesale), TariffClass::SelfCare, day("2022-06-01")).unwrap();
        priced.amount.normalize().to_string()
    };
    assert_eq!([most("0"), most("9.25"), most("9.26"), most("500")], ["0.5", "14.375", "14.394", "610.18"]);
}

#[test]
fn s3_1_the_tariff_of_2026_is_not_guessed() {
    for at in ["2023-01-01", "2025-12-31", "2026-11-26"] {
        let price = tables().retail(euro("6.58"), 1, TariffClass::Prescription, true, day(at));
        assert_eq!(price.unwrap_err().code(), "price-not-known", "{at}");
    }
}

#[test]
fn s3_3_example_1_nothing_accrued() {
    assert_eq!(figures(adult("0", "0"), line("40.00", Class::Basic)), ["40.00", "40.00", "40.00"]);
}

#[test]
fn s3_3_example_2_ten_euro_of_the_deductible_left() {
    assert_eq!(figures(adult("60.33", "60.33"), line("50.00", Class::Basic)), ["34.00", "10.00", "34.00"]);
}

#[test]
fn s3_3_example_3_lower_special() {
    assert_eq!(figures(adult(FULL, FULL), line("30.00", Class::LowerSpecial)), ["10.50", "0.00", "10.50"]);
}

#[test]
fn s3_3_example_4_upper_special() {
    assert_eq!(figures(adult(FULL, FULL), line("250.00", Class::UpperSpecial)), ["4.50", "0.00", "4.50"]);
}

#[test]
fn s3_3_example_5_the_customer_refuses_and_pays_what_is_above_the_reference_price() {
    let line = Line { reference: Some(euro("12.00")), ..line("15.00", Class::Basic) };
    assert_eq!(figures(adult(FULL, FULL), line), ["10.20", "0.00", "7.20"]);
    let above = Line { reference: Some(euro("16.00")), ..line };
    assert_eq!(
        figures(adult(FULL, FULL), above),
        ["9.00", "0.00", "9.00"],
        "a reference price above the price is none"
    );
}

#[test]
fn s3_3_example_6_the_prescriber_forbade() {
    let line = Line { reference: Some(euro("12.00")), base: Base::Charged, ..line("15.00", Class::Basic) };
    assert_eq!(figures(adult(FULL, FULL), line), ["9.00", "0.00", "9.00"]);
}

#[test]
fn s3_3_example_7_above_the_ceiling() {
    let [pays, deductible, _] = figures(adult(FULL, "636.12"), line("80.00", Class::Basic));
    assert_eq!([pays.as_str(), &deductible], ["2.50", "0.00"]);
}

#[test]
fn s3_3_example_8_the_young_have_no_deductible() {
    let born = |born: &str| Account::by_accrued(&tables(), euro("0"), euro("0"), day(born), today()).unwrap();
    assert_eq!(figures(born("2009-05-05"), line("20.00", Class::Basic)), ["12.00", "0.00", "12.00"]);
    assert_eq!(born("2008-01-01").deductible_left(), Money::ZERO, "turns 18 in 2026");
    assert_eq!(born("2007-12-31").deductible_left(), euro(FULL), "turns 19 in 2026");
}

#[test]
fn s3_3_example_9_the_purchase_that_crosses_the_ceiling_is_split() {
    // 6.12 € left: the share of 60.00 € is that and the copayment of 2.50 €.
    let purchase = bought(adult(FULL, "630.00"), &[line("100.00", Class::Basic)]);
    let quote = purchase.quotes[0];
    assert_eq!([quote.pays, quote.additional, quote.accrued], [euro("8.62"), euro("51.38"), euro("6.12")]);
    assert_eq!(purchase.account.ceiling_left(), Money::ZERO);
    assert_eq!(figures(adult(FULL, "630.00"), line("14.00", Class::Basic))[0], "8.40", "less than both");
}

#[test]
fn s3_4_correction_upper_special_with_ten_euro_of_the_deductible_left() {
    assert_eq!(figures(adult("60.33", "60.33"), line("30.00", Class::UpperSpecial)), ["14.50", "10.00", "14.50"]);
}

#[test]
fn s3_4_correction_an_expensive_medicine_never_runs_up_to_the_ceiling() {
    let months = |price: &str| tables().months_at_a_time(euro(price), today()).unwrap();
    assert_eq!([months("1000.00"), months("1000.01")], [3, 1]);
    assert!(tables().months_at_a_time(euro("1000.01"), day("2019-12-31")).is_err(), "the rule before 2020 is not here");
    assert_eq!(tables().reimbursed_until(euro("12"), today()).unwrap(), day("2027-02-26"));
}

#[test]
fn s3_4_the_next_supply_may_be_one_to_three_weeks_early() {
    let next = |days| tables().next_supply(day("2026-01-01"), days).unwrap().0;
    assert_eq!(next(30), day("2026-01-24"));
    assert_eq!(next(60), day("2026-02-16"));
    assert_eq!(next(90), day("2026-03-11"));
    assert_eq!(next(3), day("2026-01-01"));
    assert_eq!(next(u32::MAX).min(NaiveDate::MAX), NaiveDate::MAX);
}

#[test]
fn s3_4_an_entry_counts_from_the_day_after_its_date() {
    assert_eq!(entry_ends(day("2026-11-26"), 1), day("2026-11-27"));
    assert_eq!(entry_ends(NaiveDate::MAX, 1), NaiveDate::MAX);
}

#[test]
fn s3_7_a_purchase_is_corrected_until_one_at_night() {
    let until = correctable_until("2026-11-26T00:30:00".parse().unwrap());
    assert_eq!(until.to_string(), "2026-11-27 01:00:00");
}

#[test]
fn s3_3_a_copayment_by_weeks() {
    let weeks = |weeks| Line { copayment: CopaymentFor::Weeks(weeks), ..line("250.00", Class::UpperSpecial) };
    assert_eq!(figures(adult(FULL, FULL), weeks(4))[0], "1.52");
    assert_eq!(figures(adult(FULL, "636.12"), weeks(4))[0], "0.84");
}

#[test]
fn s3_3_what_is_not_reimbursed_counts_towards_nothing() {
    let mut line = line("40.00", Class::Basic);
    line.class = None;
    assert_eq!(figures(adult("0", "0"), line), ["40.00", "0.00", "0.00"]);
}

#[test]
fn s3_3_medicines_are_taken_in_the_order_that_is_cheapest() {
    // The deductible on the basic one: 10 + 12 = 22, and 4.50. On the upper special one: 10 + 4.50 and 18.
    let lines = [line("30.00", Class::UpperSpecial), line("30.00", Class::Basic)];
    let purchase = bought(adult("60.33", "60.33"), &lines);
    assert_eq!(purchase.pays, euro("26.50"));
    assert_eq!(purchase.quotes[1].deductible, euro("10.00"));
    assert!(purchase.to_confirm.contains(&Subject::Practice(tables::Practice::OrderOfMedicines)));
}

#[test]
fn a_price_that_is_missing_is_an_error() {
    let known = line("30.00", Class::Basic);
    let missing = Line { price: None, ..known };
    let refused = |lines: &[Line]| purchase(&tables(), adult("0", "0"), lines, today()).unwrap_err();
    assert_eq!(refused(&[known, missing]), PurchaseError::PriceMissing(1));
    assert_eq!(refused(&[]).code(), "purchase-size");
    assert_eq!(refused(&[known; 101]).code(), "purchase-size");
    let next_year = purchase(&tables(), adult("0", "0"), &[known], day("2036-01-01"));
    assert!(next_year.is_ok(), "open rows go on");
    let unknown = Account::by_accrued(&tables(), euro("0"), euro("0"), day("1980-01-01"), day("2027-01-01"));
    assert_eq!(unknown.unwrap_err().code(), "purchase-not-known");
    let impossible = Account::of(euro("1"), euro("0.99"));
    assert_eq!(impossible.unwrap_err().code(), "purchase-account-impossible");
}

#[test]
fn the_steps_are_told_in_three_languages() {
    let mut line = line("15.00", Class::Basic);
    line.reference = Some(euro("12.00"));
    line.fee = euro("2.46");
    let quote = bought(adult("60.33", "60.33"), &[line]).quotes[0];
    let told = |language| quote.steps().iter().map(|step| step.sentence(language)).collect::<Vec<_>>();
    assert_eq!(
        told(Language::Fi),
        [
            "Hinta: 15,00 €",
            "Toimitusmaksu: 2,46 €",
            "Korvattava hinta: 14,46 €",
            "Viitehinnan ylittävä osuus: 3,00 €",
            "Alkuomavastuu: 10,00 €",
            "Omavastuu, peruskorvaus: 2,68 €",
            "Kela korvaa, peruskorvaus: 1,78 €",
            "Asiakas maksaa: 15,68 €",
        ]
    );
    assert_eq!(told(Language::Sv).last().unwrap(), "Kunden betalar: 15,68 €");
    assert_eq!(told(Language::En).last().unwrap(), "The customer pays: 15.68 €");
}

fn any_money(most: u32) -> impl Strategy<Value = Money> {
    (0..most).prop_map(Money::cents)
}

fn any_line() -> impl Strategy<Value = Line> {
    let class = prop_oneof![
        Just(None),
        Just(Some(Class::Basic)),
        Just(Some(Class::LowerSpecial)),
        Just(Some(Class::UpperSpecial))
    ];
    let copayment = prop_oneof![Just(CopaymentFor::Purchase), (0..60u32).prop_map(CopaymentFor::Weeks)];
    let base = prop_oneof![Just(Base::Reference), Just(Base::Charged)];
    let reference = proptest::option::of(any_money(20_000));
    (any_money(150_000), any_money(500), reference, base, class, copayment).prop_map(
        |(price, fee, reference, base, class, copayment)| Line {
            price: Some(price),
            fee,
            reference,
            base,
            class,
            copayment,
        },
    )
}

fn any_account() -> impl Strategy<Value = Account> {
    (0..=7_033u32, 0..=63_612u32).prop_map(|(deductible, more)| {
        Account::of(Money::cents(deductible), Money::cents(deductible.max(more))).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_customer_pays_between_nothing_and_the_price_and_cents_add_up(
        account in any_account(),
        lines in prop::collection::vec(any_line(), 1..9),
    ) {
        let purchase = bought(account, &lines);
        for quote in &purchase.quotes {
            let all = quote.price.and(quote.fee);
            prop_assert!(quote.pays <= all);
            prop_assert_eq!(quote.pays.and(quote.reimbursed).and(quote.additional), all);
            if quote.class.is_some() {
                prop_assert_eq!(quote.refundable.and(quote.above_reference), all);
                prop_assert_eq!(quote.deductible.and(quote.own_share).and(quote.reimbursed), quote.refundable);
            }
            prop_assert!(quote.pays.euro().scale() <= 2);
            prop_assert!(quote.pays.euro() >= Decimal::ZERO);
        }
        let total: Money = purchase.quotes.iter().map(|quote| quote.pays).sum();
        prop_assert_eq!(total, purchase.pays);
    }

    #[test]
    fn deductible_and_ceiling_are_never_overdrawn(
        account in any_account(),
        lines in prop::collection::vec(any_line(), 1..9),
    ) {
        let purchase = bought(account, &lines);
        let used: Money = purchase.quotes.iter().map(|quote| quote.deductible).sum();
        let accrued: Money = purchase.quotes.iter().map(|quote| quote.accrued).sum();
        prop_assert_eq!(used.and(purchase.account.deductible_left()), account.deductible_left());
        prop_assert_eq!(accrued.and(purchase.account.ceiling_left()), account.ceiling_left());
        prop_assert!(Account::of(purchase.account.deductible_left(), purchase.account.ceiling_left()).is_ok());
    }

    #[test]
    fn a_dearer_medicine_never_costs_the_customer_less(
        account in any_account(),
        lines in prop::collection::vec(any_line(), 1..6),
        which in 0..6usize,
        more in any_money(5_000),
    ) {
        let mut dearer = lines.clone();
        let at = which % lines.len();
        dearer[at].price = lines[at].price.map(|price| price.and(more));
        prop_assert!(bought(account, &lines).pays <= bought(account, &dearer).pays);
    }

    #[test]
    fn the_order_in_which_medicines_are_handed_in_does_not_matter(
        account in any_account(),
        lines in prop::collection::vec(any_line(), 1..6),
    ) {
        let reversed: Vec<Line> = lines.iter().rev().copied().collect();
        prop_assert_eq!(bought(account, &lines).pays, bought(account, &reversed).pays);
    }

    #[test]
    fn a_next_supply_is_never_before_the_last_nor_after_its_end(days in 0..2_000u32) {
        let last = day("2026-01-01");
        let next = tables().next_supply(last, days).unwrap().0;
        prop_assert!(next >= last && next <= last + Days::new(u64::from(days)));
    }
}
