//! What holds in every case.

use checks::{Medicine, Other, Supply};
use prescription::rules::samples::lot;
use prescription::{Amount, ControlClass, Dispensation, Dosage, Outcome, Structure, Unit};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Counter, day, tablets};

fn any_medicine() -> impl Strategy<Value = Medicine> {
    let atc = prop_oneof![
        Just(None),
        Just(Some("N02BE01".to_owned())),
        Just(Some("M01AE01".to_owned())),
        Just(Some("L04AX03".to_owned())),
        "[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}".prop_map(Some),
        any::<String>().prop_map(Some),
    ];
    let strength = prop_oneof![Just(None), Just(Some("500 mg".to_owned())), any::<String>().prop_map(Some)];
    let substances = proptest::collection::vec(prop_oneof![Just("parasetamoli".to_owned()), "[a-z]{0,6}"], 0..3);
    let price = proptest::option::of(any::<i64>().prop_map(|cents| Decimal::new(cents, 2)));
    (any::<String>(), atc, strength, substances, price, any::<Option<bool>>()).prop_map(
        |(name, atc, strength, substances, price, mark)| Medicine {
            atc,
            strength,
            substances,
            price,
            driving: mark,
            reimbursed: mark,
            ..Medicine::named(&name)
        },
    )
}

fn any_other() -> impl Strategy<Value = Other> {
    let supply = prop_oneof![
        Just(Supply::Now),
        Just(Supply::Unknown),
        any::<i16>().prop_map(|days| Supply::Until(day("2026-11-26") + chrono::Duration::days(days.into())))
    ];
    (any_medicine(), supply, any::<bool>(), any::<bool>())
        .prop_map(|(medicine, supply, over, prescribed_together)| Other { medicine, supply, over, prescribed_together })
}

fn any_case() -> impl Strategy<Value = Counter> {
    let dosage = prop_oneof![
        (1u32..100_000, 1u32..400).prop_map(|(count, days)| tablets(count, days)),
        any::<String>().prop_map(|text| Dosage { text, ..Dosage::default() }),
        Just(Dosage { structure: Structure::Unclear, ..Dosage::default() }),
    ];
    let born =
        proptest::option::of((-80_000i64..20_000).prop_map(|days| day("2026-11-26") + chrono::Duration::days(days)));
    let amount = any::<(i64, u8)>().prop_map(|(value, scale)| Decimal::new(value, u32::from(scale % 10)));
    let others = proptest::collection::vec(any_other(), 0..6);
    (any_medicine(), others, dosage, born, amount, any::<[bool; 4]>()).prop_map(
        |(medicine, others, dosage, born, amount, [sic, seen, handed_over, controlled])| {
            Counter::ordinary().with(|c| {
                c.medicine = medicine;
                c.others = others;
                c.prescription.dosage = Dosage { sic, ..dosage };
                c.prescription.control = controlled.then_some(ControlClass::Narcotic);
                c.customer.born = born;
                c.given = Amount { value: amount, unit: Unit::new("fol") };
                c.history = vec![Dispensation {
                    delivered: c.given.clone(),
                    ..lot(&c.prescription, 21, "2026-11-20T10:00:00")
                }];
                c.document_seen = seen;
                c.handed_over = handed_over;
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// No case makes a check fall, and each kind of check answers in each case: passed, told, or not checked.
    #[test]
    fn every_check_answers_whatever_it_is_asked(case in any_case()) {
        let said = case.ask();
        use checks::Kind::*;
        for kind in [Duplicate, Interactions, Dose, Early, Amount, Age, Control, Pregnancy, Driving, HighRisk] {
            prop_assert!(said.iter().any(|one| one.kind == kind), "{kind:?} says nothing");
        }
        if case.handed_over {
            prop_assert!(said.iter().all(|one| !one.finding.hinders()), "what was handed over is only told");
        }
    }

    /// A further medicine takes no remark about another one away.
    #[test]
    fn sc_1_more_medicines_never_remove_a_duplicate(case in any_case(), further in any_other(), at in 0usize..6) {
        let of = |case: &Counter| -> Vec<prescription::Finding> {
            let all = case.ask().into_iter().filter(|one| one.kind == checks::Kind::Duplicate);
            all.map(|one| one.finding).filter(|finding| finding.outcome > Outcome::Pass).collect()
        };
        let before = of(&case);
        let case = case.with(|c| c.others.insert(at.min(c.others.len()), further));
        let after = of(&case);
        prop_assert!(before.iter().all(|finding| after.contains(finding)), "{before:?} {after:?}");
    }

    /// The order in which the customer's medicines are told changes nothing.
    #[test]
    fn the_order_of_the_others_changes_nothing(case in any_case()) {
        let sorted = |case: &Counter| {
            let mut all: Vec<String> = case.ask().iter().map(|one| format!("{:?}", one.finding)).collect();
            all.sort();
            all
        };
        let before = sorted(&case);
        let case = case.with(|c| c.others.reverse());
        prop_assert_eq!(before, sorted(&case));
    }

    /// A reason opens what asks for one and nothing else.
    #[test]
    fn a_reason_opens_only_what_asks_for_one(case in any_case()) {
        let without = case.ask();
        let with = case.with(|c| c.reason = Some("syy")).ask();
        prop_assert_eq!(without.len(), with.len());
        for (one, other) in without.iter().zip(&with) {
            let expected = if one.finding.outcome == Outcome::NeedsReason { Outcome::Reasoned } else { one.finding.outcome };
            prop_assert_eq!(other.finding.outcome, expected);
        }
    }

    /// A greater dose is never better.
    #[test]
    fn sc_3_a_greater_dose_is_never_better(count in 1u32..40, more in 1u32..40) {
        let of = |count| Counter::ordinary().with(|c| c.prescription.dosage = tablets(count, 1)).says("SC-3").remove(0).1;
        prop_assert!(of(count + more) >= of(count));
    }
}
