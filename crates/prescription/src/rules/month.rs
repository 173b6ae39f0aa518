//! LC-6: of a prescription whose month after the end is open, at most about one month's supply.

use rust_decimal::Decimal;

use super::{Answers, Case, table};
use crate::amount::plain;
use crate::dosage::daily;

/// What "about one month" is at most, in days (docs/assumptions.md).
const ABOUT_A_MONTH: u32 = 35;

/// Stops what surely is more than about a month's supply, passes what surely is not, and asks a person of all else: where
/// the dosage does not say what a day takes, and of one whole package, which need not be divided where it is the smallest.
pub(super) fn is_about_a_month(case: &Case<'_>, answers: &mut Answers<'_>) {
    let (made, days) = (case.proposal, Decimal::from(ABOUT_A_MONTH));
    let dosage = &case.prescription.dosage.structure;
    let Some(takes) = daily(dosage, &made.delivered.unit, made.dispensed_at.date()) else {
        answers.note(&table::LC_6B, vec![]);
        return;
    };
    let given = made.delivered.value;
    let (least, most) = (takes.least.saturating_mul(days), takes.most.saturating_mul(days));
    let amounts = || {
        vec![
            ("given", made.delivered.to_string()),
            ("most", format!("{} {}", plain(most.floor()), made.delivered.unit)),
        ]
    };
    let is_one_package = made.packages == 1 && !made.part_package;
    if given <= least {
        answers.stop(&table::LC_6, false, amounts());
    } else if given > most && !is_one_package {
        answers.stop(&table::LC_6, true, amounts());
    } else {
        answers.note(&table::LC_6B, vec![]);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::{Outcome, SignatureTrust, State, check, samples};
    use crate::{Bounds, Code, Dose, DoseAmount, End, Prescription, Range, Right, Season, Span, Structure, TimeUnit};

    /// Ten days after its two years; two to three tablets a day, or in words only.
    fn expired(structure: Structure) -> Prescription {
        let mut prescription = samples::iterated_diazepam();
        prescription.control = None;
        prescription.permanent = true;
        prescription.valid_until = None;
        prescription.iteration = None;
        prescription.prescribed_at = "2024-11-01T10:00:00".parse().unwrap();
        prescription.quantity = crate::Quantity::total(crate::Amount::new(1000, "fol")).unwrap();
        prescription.dosage.structure = structure;
        prescription
    }

    fn a_day(low: u32, high: u32) -> Structure {
        let unit = Code { code: "18".into(), system: "1.2.246.537.6.138.202001".into(), name: Some("tabletti".into()) };
        let amount = DoseAmount::Units { range: Range::between(low, high).unwrap(), unit };
        let dose = Dose { id: None, amount, as_needed: None, time_of_day: None, clock: None, day: None };
        let bounds = Bounds::new(None, End::Open).unwrap();
        let period = Span::exactly(1, TimeUnit::Day);
        Structure::Seasons(vec![Season {
            id: None,
            bounds,
            pauses: vec![],
            as_needed: None,
            period,
            doses: vec![dose],
        }])
    }

    fn answers(prescription: &Prescription, packages: u32, units: u32, split: bool) -> Vec<(&'static str, Outcome)> {
        let mut proposal = samples::lot(prescription, packages * units, "2026-11-11T10:00:00");
        proposal.packages = packages;
        proposal.package_size.value = units.into();
        proposal.part_package = split;
        let case = super::Case {
            prescription,
            state: &State::default(),
            signature: SignatureTrust::Trusted,
            history: &[],
            proposal: &proposal,
            acting: &Right::new(Right::PHARMACIST),
            now: proposal.dispensed_at,
            reason: Some("Vastaanottoaika vasta ensi viikolla."),
        };
        let of_month = |id: &str| id.starts_with("LC-6");
        check(&case).into_iter().filter(|f| of_month(f.rule.id)).map(|f| (f.rule.id, f.outcome)).collect()
    }

    #[test]
    fn lc_6_more_than_about_a_months_supply_is_stopped_where_the_dosage_can_be_counted() {
        let prescription = expired(a_day(2, 2));
        assert_eq!(answers(&prescription, 1, 60, true), [("LC-6", Outcome::Pass)]);
        assert_eq!(answers(&prescription, 1, 70, true), [("LC-6", Outcome::Pass)]);
        assert_eq!(answers(&prescription, 1, 71, true), [("LC-6", Outcome::Stop)]);
        assert_eq!(answers(&prescription, 2, 60, false), [("LC-6", Outcome::Stop)]);
    }

    #[test]
    fn lc_6b_what_cannot_be_counted_is_asked_of_a_person_and_never_passed_in_silence() {
        let prescription = expired(a_day(2, 2));
        assert_eq!(answers(&prescription, 1, 100, false), [("LC-6b", Outcome::Note)], "it may be the smallest package");
        let ranged = expired(a_day(2, 3));
        assert_eq!(answers(&ranged, 1, 71, true), [("LC-6b", Outcome::Note)]);
        assert_eq!(answers(&ranged, 1, 106, true), [("LC-6", Outcome::Stop)]);
        assert_eq!(answers(&expired(Structure::Absent), 5, 100, false), [("LC-6b", Outcome::Note)]);
        assert_eq!(answers(&expired(Structure::Unclear), 5, 100, false), [("LC-6b", Outcome::Note)]);
    }
}
