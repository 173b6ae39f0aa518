//! The dose, and how much of it when.

use prescription::rules::samples::lot;
use prescription::{Amount, ControlClass, Dosage, DoseAmount, Language, Outcome, PositiveAmount, Range, Unit};
use rust_decimal::Decimal;

use super::{Counter, day, of_dose, tablet, tablets};

#[test]
fn sc_3_a_dose_above_the_maximum_needs_a_reason_and_sic_silences_it() {
    let of = |count| Counter::ordinary().with(|c| c.prescription.dosage = tablets(count, 1));
    assert_eq!(of(8).says("SC-3"), [("SC-3", Outcome::Pass)], "4 g");
    assert_eq!(of(9).says("SC-3"), [("SC-3", Outcome::NeedsReason)], "4.5 g");
    assert_eq!(of(9).with(|c| c.prescription.dosage.sic = true).says("SC-3"), [("SC-3", Outcome::Pass)]);
    assert_eq!(of(9).with(|c| c.medicine.strength = Some("125 mg".into())).says("SC-3"), [("SC-3", Outcome::Pass)]);
    let milligrams = |mg: u32| {
        let amount = DoseAmount::Physical { range: Range::exactly(mg).unwrap(), unit: Unit::new("mg") };
        Counter::ordinary().with(|c| c.prescription.dosage = of_dose(amount, 1))
    };
    assert_eq!(milligrams(4000).says("SC-3"), [("SC-3", Outcome::Pass)]);
    assert_eq!(milligrams(4001).says("SC-3"), [("SC-3", Outcome::NeedsReason)]);
    let said = of(9).ask().into_iter().find(|one| one.finding.rule.id == "SC-3").unwrap();
    assert!(said.finding.sentence(Language::En).contains("4500 mg is above the maximum of 4000 mg"), "{said:?}");
    assert!(said.data.iter().any(|data| data.words(Language::En).contains("26.11.2026")), "the day of the table");
}

#[test]
fn sc_3_what_the_dose_needs_and_is_not_there_is_said() {
    let ordinary = Counter::ordinary;
    let unknown = ordinary().with(|c| c.medicine.atc = Some("N03AX09".into()));
    assert_eq!(unknown.says("SC-3"), [("SC-3u", Outcome::Unchecked)]);
    let words = ordinary().with(|c| c.prescription.dosage = Dosage { text: "1 x 3".into(), ..Dosage::default() });
    assert_eq!(words.says("SC-3"), [("SC-3v", Outcome::Unchecked)]);
    let strength = ordinary().with(|c| c.medicine.strength = Some("500 mg / 30 mg".into()));
    assert_eq!(strength.says("SC-3"), [("SC-3v", Outcome::Unchecked)]);
    let ageless = ordinary().with(|c| c.customer.born = None);
    assert_eq!(ageless.says("SC-3"), [("SC-3w", Outcome::Unchecked)]);
}

#[test]
fn sc_3_a_childs_maximum_is_by_weight_and_an_old_persons_is_less() {
    // Three tablets of 500 mg a day, 60 mg for each kilogram.
    let child = |kilograms: Option<u32>| {
        Counter::ordinary().with(|c| {
            c.customer.born = Some(day("2019-01-01"));
            c.prescription.weight = kilograms.and_then(|kg| PositiveAmount::new(kg, "kg"));
        })
    };
    assert_eq!(child(Some(25)).says("SC-3"), [("SC-3", Outcome::Pass)]);
    assert_eq!(child(Some(24)).says("SC-3"), [("SC-3", Outcome::NeedsReason)]);
    assert_eq!(
        child(Some(200)).with(|c| c.prescription.dosage = tablets(9, 1)).says("SC-3"),
        [("SC-3", Outcome::NeedsReason)]
    );
    assert_eq!(child(None).says("SC-3"), [("SC-3w", Outcome::Unchecked)]);
    let old = |born| {
        Counter::ordinary().with(|c| {
            c.medicine = tablet("CIPRALEX 10 mg", "10 mg", "N06AB10", "essitalopraami");
            c.prescription.dosage = tablets(2, 1);
            c.customer.born = Some(day(born));
        })
    };
    assert_eq!(old("1961-01-01").says("SC-3"), [("SC-3", Outcome::Pass)]);
    assert_eq!(old("1960-01-01").says("SC-3"), [("SC-3", Outcome::NeedsReason)]);
}

#[test]
fn sc_4_methotrexate_daily_stops_and_what_does_not_say_weekly_needs_a_second_check() {
    let of = |dosage: Dosage| {
        Counter::ordinary().with(|c| {
            c.medicine = tablet("TREXAN 2,5 mg", "2,5 mg", "L04AX03", "metotreksaatti");
            c.prescription.dosage = dosage;
        })
    };
    let text = |text: &str| of(Dosage { text: text.into(), ..Dosage::default() }).says("SC-4");
    assert_eq!(of(tablets(4, 7)).says("SC-4"), [("SC-4", Outcome::Pass)]);
    assert_eq!(of(tablets(4, 1)).says("SC-4"), [("SC-4", Outcome::Stop)]);
    assert_eq!(of(tablets(4, 1)).with(|c| c.reason = Some("syy")).says("SC-4"), [("SC-4", Outcome::Stop)]);
    assert_eq!(
        of(tablets(4, 1)).with(|c| c.prescription.dosage.sic = true).says("SC-4"),
        [("SC-4b", Outcome::NeedsReason)]
    );
    for weekly in ["4 tablettia kerran viikossa.", "4 tabletter på måndagar", "4 tablets once a week"] {
        assert_eq!(text(weekly), [("SC-4", Outcome::Pass)], "{weekly}");
    }
    for unsure in ["4 tablettia", "1 tabletti päivässä", "1 tabletti päivässä 2 viikon ajan", ""] {
        assert_eq!(text(unsure), [("SC-4b", Outcome::NeedsReason)], "{unsure}");
    }
    assert_eq!(Counter::ordinary().says("SC-4"), [], "not of other medicines");
}

#[test]
fn sc_5_an_early_refill_is_remarked_and_of_a_controlled_medicine_needs_a_reason() {
    // 99 tablets of three a day suffice for 33 days: the next from day 26 on.
    let on = |today: &str, control: Option<ControlClass>| {
        Counter::ordinary().with(|c| {
            c.today = day(today);
            c.prescription.control = control;
            c.history = vec![lot(&c.prescription, 99, "2026-10-01T10:00:00")];
        })
    };
    assert_eq!(on("2026-10-26", None).says("SC-5"), [("SC-5", Outcome::Note)]);
    assert_eq!(on("2026-10-27", None).says("SC-5"), [("SC-5", Outcome::Pass)]);
    let pkv = on("2026-10-26", Some(ControlClass::Pkv));
    assert_eq!(pkv.says("SC-5"), [("SC-5b", Outcome::NeedsReason)]);
    let words = on("2026-10-26", None).with(|c| c.prescription.dosage = Dosage::default());
    assert_eq!(words.says("SC-5"), [("SC-5u", Outcome::Unchecked)]);
    assert_eq!(Counter::ordinary().says("SC-5"), [("SC-5", Outcome::Pass)], "never dispensed");
}

#[test]
fn sc_6_more_than_three_months_is_remarked_and_needs_a_reason_where_it_is_reimbursed() {
    let of = |units: u32, reimbursed| {
        Counter::ordinary().with(|c| {
            c.given = Amount::new(units, "fol");
            c.medicine.reimbursed = reimbursed;
        })
    };
    assert_eq!(of(300, Some(true)).says("SC-6"), [("SC-6", Outcome::Pass)], "100 days: the package's size");
    assert_eq!(of(400, Some(true)).says("SC-6"), [("SC-6", Outcome::NeedsReason)]);
    assert_eq!(of(400, None).says("SC-6"), [("SC-6", Outcome::Note)]);
    let dear = of(200, Some(true)).with(|c| c.medicine.price = Some(Decimal::from(1001)));
    assert_eq!(dear.says("SC-6"), [("SC-6", Outcome::NeedsReason)], "a month of an expensive one");
    let priceless = of(200, Some(true)).with(|c| c.medicine.price = None);
    assert_eq!(priceless.says("SC-6"), [("SC-6u", Outcome::Unchecked)]);
}
