//! Whether an operation is open, from what a search tells: the counter's list says why something cannot be dispensed
//! before any document is fetched. The rows and cells are those of [`super::MATRIX`].

use chrono::NaiveDate;

use super::{Facts, Operation, Role};
use crate::lifecycle::{Dispensing, ReservationKind, Validity};
use crate::rules::{Answers, Finding, State, operations as op};
use crate::{Oid, ProductKind};

/// A prescription as a search tells of it, and who would do something to it.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// Lock, reservation, cancellation.
    pub state: &'a State,
    /// How much was dispensed.
    pub dispensing: Dispensing,
    /// Whether it is in force.
    pub validity: Validity,
    /// The last day on which it is valid.
    pub last_day: NaiveDate,
    /// LC-6: whether it has the month after its end.
    pub month_after: bool,
    /// The organisation that would act.
    pub unit: &'a Oid,
    /// In which role the person would act.
    pub role: Role,
}

/// The same as [`super::in_advance`], for operations that are done to the prescription itself and not to a mark on it.
pub fn in_advance_as_told(operation: Operation, told: &Told<'_>) -> Vec<Finding> {
    let mut answers = Answers::new(None);
    answers.stop(&op::RI_1, !operation.may_be_done_by(told.role), vec![]);
    answers.ask_matrix(operation, &Facts::as_told(told), told.role);
    answers.findings
}

/// LC-6 as far as a search tells: two years, neither controlled nor by a patient's own special permit. Whether the medicine
/// is a regular one stands in the document alone, which decides when it is fetched.
pub fn may_have_month_after(
    prescribed: NaiveDate,
    last_day: NaiveDate,
    is_controlled: bool,
    product: &ProductKind,
) -> bool {
    let two_years = prescribed.checked_add_months(chrono::Months::new(24));
    two_years.is_some_and(|end| last_day >= end) && !is_controlled && *product != ProductKind::PatientSpecialPermit
}

impl Facts {
    /// The states that hold as far as a search, or a search and the documents, tell.
    pub(crate) fn as_told(told: &Told<'_>) -> Self {
        let state = told.state;
        let unknown = matches!(state.reserved_for, Some(ReservationKind::Unknown(_)));
        let (own, other): (Option<&Oid>, Option<&Oid>) = match &state.reserved_by {
            Some(owner) if owner == told.unit && !unknown => (Some(owner), None),
            owner => (None, owner.as_ref()),
        };
        let held = state.reserved_for == Some(ReservationKind::Dispensing);
        Self {
            dispensing: told.dispensing,
            validity: if state.cancelled { Validity::Cancelled } else { told.validity },
            month_after: told.month_after,
            last_day: told.last_day,
            locked_by: state.locked_by.clone(),
            reserved_by_own: own.is_some(),
            reserved_by_other: other.filter(|_| !held).cloned(),
            reservation_is_known: state.reserved_for.is_some() && !unknown,
            held_by_other: other.filter(|_| held).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{MATRIX, Situation, in_advance};
    use crate::rules::samples;
    use crate::{Hold, Lock, Reservation, Standing};

    /// What the Centre answers of a whole chain, the pharmacy answers of what a search tells of it: for every row.
    #[test]
    fn op_2_op_3_a_search_and_the_documents_answer_alike() {
        let prescription = samples::iterated_diazepam();
        let now = prescription.prescribed_at + chrono::Duration::hours(1);
        let (own, other) = (Oid::parse("1.2.3.1").unwrap(), Oid::parse("1.2.3.2").unwrap());
        let document = prescription.reference.clone();
        let mut asked = 0;
        for owner in [&own, &other] {
            for (kind, locked, held) in [
                (None, false, false),
                (None, true, false),
                (None, false, true),
                (Some(ReservationKind::Ordinary), false, false),
                (Some(ReservationKind::DoseDispensing), false, false),
                (Some(ReservationKind::Unknown("7".into())), false, false),
            ] {
                let reservation =
                    kind.clone().map(|kind| Reservation { kind, owner: owner.clone(), document: document.clone() });
                let lock = locked.then(|| Lock { owner: owner.clone(), document: document.clone() });
                let hold = held.then(|| Hold { owner: owner.clone(), until: now + chrono::Duration::minutes(1) });
                let standing = Standing { lock, reservation, ..Standing::default() };
                let state = State {
                    locked_by: locked.then(|| owner.clone()),
                    reserved_by: (kind.is_some() || held).then(|| owner.clone()),
                    reserved_for: kind.or_else(|| held.then_some(ReservationKind::Dispensing)),
                    ..State::default()
                };
                for days in [0, 200, 900] {
                    let now = now + chrono::Duration::days(days);
                    let hold =
                        hold.as_ref().map(|hold| Hold { until: now + chrono::Duration::minutes(1), ..hold.clone() });
                    let told = Told {
                        state: &state,
                        dispensing: Dispensing::Not,
                        validity: Validity::of(&prescription, now.date()),
                        last_day: prescription.last_valid_day(),
                        month_after: false,
                        unit: &own,
                        role: Role::Pharmacist,
                    };
                    let situation = Situation {
                        prescription: &prescription,
                        dispensations: &[],
                        standing: &standing,
                        hold: hold.as_ref(),
                        unit: &own,
                        role: Role::Pharmacist,
                        now,
                        reason: None,
                    };
                    for operation in [Operation::View, Operation::Hold, Operation::Dispense] {
                        assert!(MATRIX.iter().any(|(row, _)| *row == operation));
                        assert_eq!(in_advance_as_told(operation, &told), in_advance(operation, &situation));
                        asked += 1;
                    }
                }
            }
        }
        assert_eq!(asked, 108);
    }

    #[test]
    fn lc_6_a_month_after_is_for_two_years_and_nothing_controlled() {
        let day = |text: &str| text.parse().unwrap();
        let has = |last: &str, controlled, kind: ProductKind| {
            may_have_month_after(day("2024-11-01"), day(last), controlled, &kind)
        };
        let permit = ProductKind::PatientSpecialPermit;
        let ordinary = samples::iterated_diazepam().product.kind();
        assert!(has("2026-11-01", false, ordinary.clone()));
        assert!(!has("2026-10-31", false, ordinary.clone()));
        assert!(!has("2026-11-01", true, ordinary));
        assert!(!has("2026-11-01", false, permit));
    }
}
