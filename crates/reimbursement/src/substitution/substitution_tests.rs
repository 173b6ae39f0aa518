use std::num::NonZeroU32;

use prescription::{Language, Vnr};
use proptest::prelude::*;

use super::*;
use crate::tables::{Class, Practice, Tables};
use crate::{Account, Subject};

const FI: Language = Language::Fi;

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

fn vnr(number: &str) -> Vnr {
    Vnr::parse(number).unwrap()
}

/// An artificial package (numbers from 900001 are never medicines).
fn offer(number: &str, name: &str, price: &str) -> Offer {
    Offer {
        vnr: vnr(number),
        name: name.to_owned(),
        holder: "Esimerkki Oy".to_owned(),
        atc: "C08CA01".to_owned(),
        size: Decimal::from(98),
        group: Some("0566".to_owned()),
        exchange_code: None,
        price: (!price.is_empty()).then(|| euro(price)),
        reference: Some(euro("10.50")),
        corridor_top: None,
        reimbursements: vec![Reimbursement { class: Class::Basic, numbers: vec![] }],
        on_market: true,
        shortage: None,
        in_stock: Some(3),
        biological: false,
    }
}

fn group() -> Vec<Offer> {
    vec![
        offer("900001", "Alkuperä", "15.00"),
        offer("900002", "Halpa", "10.00"),
        offer("900003", "Melkein", "10.50"),
        offer("900004", "Kallis", "10.51"),
    ]
}

fn answer() -> Answer {
    Answer {
        direct: true,
        deductible_left: Money::ZERO,
        ceiling_accrued: euro("70.33"),
        rights: vec![],
        fund: None,
        commitment: false,
    }
}

fn account() -> Account {
    Account::of(Money::ZERO, euro("565.79")).unwrap()
}

/// A case of an adult, whose answer lives as long as the test.
fn case<'c>(prescribed: &'c Offer, answer: &'c Answer) -> Case<'c> {
    Case {
        day: today(),
        prescribed,
        packages: NonZeroU32::MIN,
        fee: Money::ZERO,
        prescriber_forbids: false,
        customer_refuses: false,
        indication: Indication::Ordinary,
        born: day("1980-01-01"),
        history: None,
        used_before: &[],
        reimbursed: Some((answer, account())),
    }
}

fn numbers(alternatives: &Alternatives<'_>) -> Vec<String> {
    alternatives.choices.iter().map(|choice| choice.offer.vnr.as_str().to_owned()).collect()
}

fn of<'a, 'o>(alternatives: &'a Alternatives<'o>, number: &str) -> &'a Choice<'o> {
    alternatives.choices.iter().find(|choice| choice.offer.vnr.as_str() == number).unwrap()
}

#[test]
fn s3_5a_only_the_same_group_is_interchangeable() {
    let mut offers = group();
    offers[1].group = Some("0567".to_owned());
    let answer = answer();
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert_eq!(numbers(&said), ["900003", "900004", "900001"]);
    let mut alone = offers[0].clone();
    alone.group = None;
    let said = alternatives(&tables(), &case(&alone, &answer), &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::Group));
    assert_eq!(numbers(&said), ["900001"]);
}

#[test]
fn s3_5b_package_sizes_that_count_as_one() {
    let same = |a: u32, b: u32| {
        let (mut one, mut other) = (offer("900001", "A", "1"), offer("900002", "B", "1"));
        (one.size, other.size) = (Decimal::from(a), Decimal::from(b));
        is_same_size(&tables(), &one, &other, today())
    };
    assert!(same(28, 30) && same(29, 28) && same(49, 50) && same(98, 100) && same(56, 56));
    assert!(!same(30, 31) && !same(27, 28) && !same(48, 49) && !same(100, 30) && !same(56, 60));
}

#[test]
fn s3_5b_kelas_code_of_ten_digits_counts_before_the_size() {
    let coded = |number, size: u32, code: &str| {
        let mut one = offer(number, "A", "1");
        (one.size, one.exchange_code) = (Decimal::from(size), Some(code.to_owned()));
        one
    };
    let same = |a: &Offer, b: &Offer| is_same_size(&tables(), a, b, today());
    let hundred = coded("900001", 100, "0566010100");
    assert!(same(&hundred, &coded("900002", 96, "0566010100")));
    assert!(!same(&hundred, &coded("900002", 100, "0566020100")));
    assert!(same(&hundred, &coded("900002", 98, "05660")), "a code that is none is as if there were none");
}

#[test]
fn s3_5c_the_corridor_ends_half_a_euro_above_the_cheapest() {
    let (offers, answer) = (group(), answer());
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert_eq!(said.duty, Duty::Exchange);
    assert_eq!(said.corridor_top, Some(euro("10.50")));
    assert_eq!(numbers(&said), ["900002", "900003", "900004", "900001"]);
    assert_eq!(of(&said, "900003").corridor, Corridor::Within);
    assert_eq!(of(&said, "900004").corridor, Corridor::Above(euro("0.01")));
    assert_eq!(of(&said, "900001").above_cheapest, Some(euro("5.00")));
    assert_eq!(of(&said, "900003").reason, Reason::NotNeeded);
}

#[test]
fn s3_5c_the_corridor_of_the_database_counts_before_our_own() {
    let (mut offers, answer) = (group(), answer());
    offers[2].corridor_top = Some(euro("10.20"));
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert_eq!(of(&said, "900003").corridor, Corridor::Above(euro("0.30")));
}

#[test]
fn s3_5c_what_is_short_or_not_sold_makes_no_corridor() {
    let (mut offers, answer) = (group(), answer());
    offers[1].shortage = Some(Shortage { until: Some(day("2026-12-31")) });
    offers[2].on_market = false;
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert_eq!(said.cheapest, Some(vnr("900004")));
    assert_eq!(said.corridor_top, Some(euro("11.01")));
    assert_eq!(numbers(&said)[0], "900004");
    assert_eq!(of(&said, "900003").hindered, Some(Rule::NotSold));
    assert!(of(&said, "900002").hindered.is_none(), "a package that is short may be on the shelf");
}

#[test]
fn s3_5d_a_package_without_a_price_is_listed_and_never_chosen() {
    let (mut offers, answer) = (group(), answer());
    offers[1].price = None;
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    let choice = of(&said, "900002");
    assert_eq!((choice.hindered, choice.pays.is_none(), choice.corridor), (Some(Rule::Price), true, Corridor::Unknown));
    assert_eq!(said.cheapest, Some(vnr("900003")));
    assert_eq!(numbers(&said).last().unwrap(), "900002");
}

#[test]
fn s3_5_the_customer_pays_side_by_side() {
    let (offers, answer) = (group(), answer());
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    let choice = of(&said, "900001");
    let pays = choice.pays.as_ref().unwrap();
    assert_eq!(choice.above_reference, euro("4.50"));
    // 10.50 × 0.6 + 4.50, 15.00 × 0.6, and all of it.
    let amounts = [pays.now.pays, pays.customer_refused.pays, pays.prescriber_forbade.pays, pays.unreimbursed.pays];
    assert_eq!(amounts, [euro("10.80"), euro("10.80"), euro("9.00"), euro("15.00")]);
}

#[test]
fn s3_5_packages_cost_so_many_times_as_much() {
    let (offers, answer) = (group(), answer());
    let three = Case { packages: NonZeroU32::new(3).unwrap(), ..case(&offers[0], &answer) };
    let said = alternatives(&tables(), &three, &offers).unwrap();
    assert_eq!(of(&said, "900002").pays.as_ref().unwrap().now.pays, euro("18.00"));
    let endless = Case { packages: NonZeroU32::MAX, ..case(&offers[0], &answer) };
    assert_eq!(alternatives(&tables(), &endless, &offers).unwrap_err().code(), "substitution-packages");
}

#[test]
fn a_group_without_end_is_refused() {
    let (first, answer) = (offer("900001", "Alkuperä", "15.00"), answer());
    let offers: Vec<Offer> = (0..2_000).map(|at| offer(&format!("{}", 910_000 + at), "Toinen", "1.00")).collect();
    let case = case(&first, &answer);
    assert_eq!(alternatives(&tables(), &case, &offers).unwrap_err().code(), "substitution-group");
    let said = alternatives(&tables(), &case, &offers[1..]).unwrap();
    assert_eq!((said.choices.len(), said.left_off), (MOST_CHOICES, 1_800));
}

#[test]
fn s3_5e_the_customer_refuses_and_keeps_the_prescribed_one_with_a_reason() {
    let (offers, answer) = (group(), answer());
    let refused = Case { customer_refuses: true, ..case(&offers[0], &answer) };
    let said = alternatives(&tables(), &refused, &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::CustomerRefuses));
    assert_eq!(numbers(&said)[0], "900001");
    assert_eq!(of(&said, "900002").hindered, Some(Rule::CustomerRefuses));
    assert_eq!(of(&said, "900001").pays.as_ref().unwrap().now.pays, euro("10.80"));
    let reason = Reason::Is { why: Why::CustomerRefuses, code: None, confirmed: false };
    assert_eq!(of(&said, "900001").reason, reason, "its code could not be read and none is made up");
}

#[test]
fn s3_5f_the_prescriber_forbids_and_the_price_is_reimbursed() {
    let (offers, answer) = (group(), answer());
    let forbidden = Case { prescriber_forbids: true, customer_refuses: true, ..case(&offers[0], &answer) };
    let said = alternatives(&tables(), &forbidden, &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::PrescriberForbids));
    assert_eq!(of(&said, "900001").pays.as_ref().unwrap().now.pays, euro("9.00"));
    assert!(matches!(of(&said, "900001").reason, Reason::Is { why: Why::PrescriberForbids, .. }));
}

#[test]
fn s3_5h_epilepsy_is_not_exchanged_and_the_base_is_to_be_confirmed() {
    let (offers, answer) = (group(), answer());
    let epilepsy = Case { indication: Indication::Epilepsy, ..case(&offers[0], &answer) };
    let said = alternatives(&tables(), &epilepsy, &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::Epilepsy));
    let pays = of(&said, "900001").pays.as_ref().unwrap();
    assert!(pays.to_confirm.contains(&Subject::Practice(Practice::BaseOfEpilepsy)));
    assert!(matches!(of(&said, "900001").reason, Reason::Is { why: Why::Epilepsy, .. }));
}

#[test]
fn s3_5i_an_unusual_indication_keeps_the_product_and_its_parallel_imports() {
    let (mut offers, answer) = (group(), answer());
    let import = Offer { holder: "Tuoja Oy".to_owned(), ..offer("900005", "ALKUPERÄ ", "14.00") };
    offers.push(import);
    let unusual = Case { indication: Indication::Unusual, ..case(&offers[0], &answer) };
    let said = alternatives(&tables(), &unusual, &offers).unwrap();
    let open: Vec<_> = said.choices.iter().filter(|choice| choice.hindered.is_none()).collect();
    assert_eq!(open.iter().map(|choice| choice.offer.vnr.as_str()).collect::<Vec<_>>(), ["900005", "900001"]);
    let reason = Reason::Is { why: Why::UnusualIndication, code: Some("V".into()), confirmed: false };
    assert_eq!(open[1].reason, reason);
    assert!(open[0].exchanged && !open[1].exchanged);
}

#[test]
fn s3_5_what_costs_this_customer_least_may_be_outside_the_corridor() {
    // Code H (Kela, apteekkitiedote 12/2022): the classes of a group may differ by the customer's rights.
    let (mut offers, answer) = (group(), answer());
    offers[3].reimbursements = vec![Reimbursement { class: Class::LowerSpecial, numbers: vec![] }];
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    let reason = Reason::Is { why: Why::CheapestForCustomer, code: Some("H".into()), confirmed: false };
    assert_eq!(of(&said, "900004").reason, reason);
    assert_eq!(of(&said, "900001").reason, Reason::Ask);
}

#[test]
fn s3_5_above_the_ceiling_all_cost_the_same_and_nothing_leaves_the_corridor_unasked() {
    let (mut offers, answer) = (group(), answer());
    for offer in &mut offers {
        offer.reference = None;
    }
    let full = Account::of(Money::ZERO, Money::ZERO).unwrap();
    let said =
        alternatives(&tables(), &Case { reimbursed: Some((&answer, full)), ..case(&offers[0], &answer) }, &offers);
    let said = said.unwrap();
    assert!(said.choices.iter().all(|choice| choice.pays.as_ref().unwrap().now.pays == euro("2.50")));
    assert_eq!(of(&said, "900004").reason, Reason::Ask);
}

#[test]
fn s3_5_when_nothing_in_the_corridor_can_be_had_that_is_the_reason() {
    let (mut offers, answer) = (group(), answer());
    for offer in &mut offers {
        offer.corridor_top = Some(euro("10.50"));
    }
    for at in [1, 2] {
        offers[at].shortage = Some(Shortage { until: None });
    }
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert!(matches!(of(&said, "900004").reason, Reason::Is { why: Why::NotAvailable, .. }));
    let pays = of(&said, "900004").pays.as_ref().unwrap();
    assert!(pays.to_confirm.contains(&Subject::Practice(Practice::BaseWhenNotAvailable)));
}

#[test]
fn s3_5_the_shelf_and_what_the_patient_knows_come_first_within_the_corridor() {
    let (mut offers, answer) = (group(), answer());
    let used = [vnr("900003")];
    let known = Case { used_before: &used, ..case(&offers[0], &answer) };
    assert_eq!(numbers(&alternatives(&tables(), &known, &offers).unwrap())[0], "900003");
    offers[2].in_stock = Some(0);
    let known = Case { used_before: &used, ..case(&offers[0], &answer) };
    assert_eq!(numbers(&alternatives(&tables(), &known, &offers).unwrap())[..2], ["900002", "900003"]);
}

fn biologicals() -> Vec<Offer> {
    let of = |number, name, price| Offer { biological: true, atc: "L04AB04".to_owned(), ..offer(number, name, price) };
    vec![of("900011", "Alku", "15.00"), of("900012", "Simi", "10.00"), of("900013", "Tois", "10.20")]
}

fn given(number: &str, name: &str, last: &str, since: &str) -> BiologicalHistory {
    let last = LastDispensed { vnr: vnr(number), name: name.into(), day: day(last), same_since: day(since) };
    BiologicalHistory { first_on_prescription: false, last: Some(last) }
}

fn opened(atc: &str, born: &str, history: Option<&BiologicalHistory>, on: &str) -> Window {
    window(&tables(), atc, day(born), history, day(on)).unwrap()
}

#[test]
fn s3_6_a_biologicals_window_opens_at_first_after_long_use_and_after_a_long_pause() {
    let on = |history: &BiologicalHistory| opened("L04AB04", "1980-01-01", Some(history), "2026-11-26");
    let first =
        BiologicalHistory { first_on_prescription: true, ..given("900011", "Alku", "2026-11-01", "2026-10-01") };
    assert_eq!(on(&first), Window::Open(Opened::First));
    assert_eq!(on(&given("900011", "Alku", "2026-11-01", "2026-05-26")), Window::Open(Opened::UsedLong));
    assert_eq!(on(&given("900011", "Alku", "2026-05-26", "2026-05-26")), Window::Open(Opened::LongAgo));
    let closed = Window::Closed { last: vnr("900011"), name: "Alku".into(), until: day("2026-11-27") };
    assert_eq!(on(&given("900011", "Alku", "2026-11-01", "2026-05-27")), closed);
    assert_eq!(opened("L04AB04", "1980-01-01", None, "2026-11-26"), Window::Unknown);
}

#[test]
fn s3_6a_biologicals_are_exchanged_from_their_own_days() {
    let first = BiologicalHistory { first_on_prescription: true, last: None };
    let is_open = |atc: &str, on: &str| opened(atc, "1980-01-01", Some(&first), on) == Window::Open(Opened::First);
    for (atc, from) in
        [("B01AB05", "2024-04-01"), ("L04AB04", "2025-01-01"), ("A10AE04", "2025-04-01"), ("A10AE06", "2026-01-01")]
    {
        assert!(is_open(atc, from), "{atc} on {from}");
        assert!(!is_open(atc, &day(from).pred_opt().unwrap().to_string()), "{atc} before {from}");
    }
    assert!(!is_open("A10AC01", "2026-11-26"), "not named in what was read");
}

#[test]
fn s3_6b_short_acting_insulin_only_to_its_own_parallel_import() {
    let first = BiologicalHistory { first_on_prescription: true, last: None };
    assert_eq!(opened("A10AB05", "1980-01-01", Some(&first), "2026-11-26"), Window::Parallel);
    let mut offers = biologicals();
    offers[2].name = "alku".into();
    for offer in &mut offers {
        offer.atc = "A10AB05".into();
    }
    let answer = answer();
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::ParallelOnly));
    assert_eq!(of(&said, "900012").hindered, Some(Rule::ParallelOnly));
    assert!(of(&said, "900013").hindered.is_none());
}

#[test]
fn s3_6c_not_for_anybody_under_eighteen() {
    let first = BiologicalHistory { first_on_prescription: true, last: None };
    let on = |born| opened("L04AB04", born, Some(&first), "2026-11-26");
    assert_eq!(on("2008-11-27"), Window::TooYoung);
    assert_eq!(on("2008-11-26"), Window::Open(Opened::First));
}

#[test]
fn s3_6d_within_the_interval_the_last_product_is_continued_and_reimbursed_from_its_price() {
    let (offers, answer) = (biologicals(), answer());
    let history = given("900011", "Alku", "2026-11-01", "2026-10-01");
    // The prescription says another; treatment goes on with what was given.
    let closed = Case { history: Some(history), ..case(&offers[1], &answer) };
    let said = alternatives(&tables(), &closed, &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::Interval));
    assert_eq!(numbers(&said)[0], "900011");
    assert_eq!(of(&said, "900012").hindered, Some(Rule::Interval));
    assert_eq!(of(&said, "900011").pays.as_ref().unwrap().now.pays, euro("9.00"));
    assert!(matches!(of(&said, "900011").reason, Reason::Is { why: Why::BiologicalInterval, .. }));
    let open = Case { history: Some(given("900011", "Alku", "2026-11-01", "2026-01-01")), ..case(&offers[0], &answer) };
    assert_eq!(alternatives(&tables(), &open, &offers).unwrap().duty, Duty::Exchange);
}

#[test]
fn s3_6e_an_unknown_history_is_asked_for() {
    let (offers, answer) = (biologicals(), answer());
    let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
    assert_eq!(said.duty, Duty::Continue(Rule::HistoryUnknown));
    let pays = of(&said, "900011").pays.as_ref().unwrap();
    assert!(pays.to_confirm.contains(&Subject::Practice(Practice::BaseOfUnexchangedBiological)));
    assert!(Rule::HistoryUnknown.sentence(FI).contains("selvitä"));
}

#[test]
fn every_rule_has_an_id_of_its_own_section() {
    use std::collections::BTreeSet;
    let rules = [
        Rule::Group,
        Rule::Price,
        Rule::CustomerRefuses,
        Rule::PrescriberForbids,
        Rule::NotSold,
        Rule::Epilepsy,
        Rule::UnusualIndication,
        Rule::BiologicalNotExchanged,
        Rule::ParallelOnly,
        Rule::TooYoung,
        Rule::Interval,
        Rule::HistoryUnknown,
    ];
    let ids: BTreeSet<_> = rules.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), rules.len());
    assert!(ids.iter().all(|id| id.starts_with("3.5") || id.starts_with("3.6")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn within_the_exchange_nothing_available_costs_less_than_the_cheapest_and_the_first_can_be_given(
        prices in prop::collection::vec((1u32..5_000, any::<bool>(), any::<bool>(), 0u32..3), 1..8),
    ) {
        let offers: Vec<Offer> = prices.iter().enumerate().map(|(at, &(cents, sold, short, stock))| Offer {
            price: (cents % 7 != 0).then(|| Money::cents(cents)),
            on_market: sold,
            shortage: short.then_some(Shortage { until: None }),
            in_stock: Some(stock),
            ..offer(&format!("{}", 900_100 + at), &format!("Valmiste {at}"), "1.00")
        }).collect();
        let answer = answer();
        let said = alternatives(&tables(), &case(&offers[0], &answer), &offers).unwrap();
        prop_assert_eq!(said.choices.len(), offers.len());
        let can = |choice: &&Choice<'_>| choice.offer.is_available() && choice.offer.price.is_some();
        for choice in said.choices.iter().filter(can) {
            prop_assert!(choice.above_cheapest.is_some());
            prop_assert!(choice.pays.as_ref().unwrap().now.pays <= choice.offer.price.unwrap());
        }
        let cheapest = said.choices.iter().filter(can).filter_map(|choice| choice.offer.price).min();
        let named = said.cheapest.clone().map(|number| of(&said, number.as_str()).offer.price.unwrap());
        prop_assert_eq!(named, cheapest);
        if let Some(first) = said.choices.first().filter(|_| said.choices.iter().any(|c| c.hindered.is_none())) {
            prop_assert!(first.hindered.is_none());
        }
    }
}
