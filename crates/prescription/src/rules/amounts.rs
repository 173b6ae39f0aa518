//! Whether the amount is right (DI-6 to DI-9, DI-20): what is left, in which unit, how much at once, when, and whether a
//! package was split.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Answers, Case, finnish_day, table};
use crate::amount::plain;
use crate::operation::{Condition, Facts, Operation};
use crate::remaining::counted;
use crate::{Dispensation, Prescription, Quantity, Remaining, remaining};

/// The day before which the next lot may not be given (DI-7b), where the prescription has an interval and history.
pub fn next_lot_day(prescription: &Prescription, history: &[Dispensation]) -> Option<NaiveDate> {
    let interval = prescription.iteration.as_ref()?.interval?;
    let last = history.iter().map(|d| d.dispensed_at.date()).max()?;
    interval.after(last)
}

/// Asks every rule of the amount.
pub(super) fn is_the_right_amount(case: &Case<'_>, facts: &Facts, answers: &mut Answers<'_>) {
    let prescription = case.prescription;
    let nothing = matches!(prescription.quantity, Quantity::Nothing | Quantity::Unknown { .. });
    answers.stop(&table::DI_6, nothing, vec![]);
    answers.ask_cell(Operation::Dispense, Condition::Fully, facts);
    is_marked_as_split(case, answers);
    let before = remaining(prescription, case.history);
    let Some(turn) = Turn::of(case, &before) else { return };
    turn.fits(case, answers);
    let paced = next_lot_day(prescription, case.history);
    let finishes_a_begun_lot = turn.is_begun && turn.given <= turn.rest;
    let too_early = paced.is_some_and(|day| case.proposal.dispensed_at.date() < day) && !finishes_a_begun_lot;
    answers.stop_or_reason(
        &table::DI_7B,
        too_early && !before.is_over(),
        prescription.is_controlled(),
        vec![("day", paced.map(finnish_day).unwrap_or_default())],
    );
    turn.is_not_above(case, answers);

    let after = remaining(prescription, case.history.iter().chain([case.proposal]));
    let agrees = after.agrees_with(&case.proposal.remaining) && after.is_over() == case.proposal.fully_dispensed;
    let stated = case.proposal.remaining.shown();
    let computed = after.statement().map(|s| s.shown()).unwrap_or_default();
    answers.stop(&table::DI_7E, !agrees, vec![("stated", stated), ("computed", computed)]);
}

/// The amount of a correction, beside the other dispensations: neither the interval nor what it states as remaining is
/// asked, because later lots may have followed.
pub(crate) fn is_the_right_amount_again(case: &Case<'_>, answers: &mut Answers<'_>) {
    is_marked_as_split(case, answers);
    if let Some(turn) = Turn::of(case, &remaining(case.prescription, case.history)) {
        turn.fits(case, answers);
        if turn.is_over() {
            turn.is_above_all(case, answers);
        }
        turn.is_not_above(case, answers);
    }
}

/// DI-9: a package is marked as split where the amount is not whole packages, and only then. The second is sure only where
/// the prescribed package itself is given: of another the document does not tell the whole size.
fn is_marked_as_split(case: &Case<'_>, answers: &mut Answers<'_>) {
    let (made, prescription) = (case.proposal, case.prescription);
    let (size, delivered) = (&made.package_size, &made.delivered);
    let packages = size.value.saturating_mul(made.packages.into());
    let is_whole =
        delivered.value == packages || delivered.value == packages.saturating_mul(made.package_factor.max(1).into());
    let comparable = delivered.unit == size.unit && size.value > Decimal::ZERO;
    let unmarked = comparable && !made.part_package && !is_whole;
    let prescribed = match &prescription.quantity {
        Quantity::Packages { factor, size, .. } if size.unit == delivered.unit => {
            Some(size.value.saturating_mul(factor.get().into()))
        }
        _ => None,
    };
    let same = made.product.vnr.is_some() && made.product.vnr.as_ref() == prescription.product.vnr();
    let is_multiple = |package: Decimal| {
        delivered.value.checked_rem(package).is_some_and(|rest| rest.is_zero()) && delivered.value > Decimal::ZERO
    };
    let marked_in_vain = made.part_package && same && prescribed.is_some_and(is_multiple);
    answers.stop(&table::DI_9, unmarked || marked_in_vain, vec![("given", delivered.to_string())]);
}

/// A proposed amount beside what is left, of a prescription whose amount is a number.
struct Turn<'a> {
    /// All that is left, nothing where nothing is.
    left: Decimal,
    unit: &'a crate::Unit,
    /// How much of the prescribed units the proposal uses up.
    given: Decimal,
    /// Whether a lot was begun before and not finished.
    is_begun: bool,
    /// How much of the begun lot is left, or of the next one.
    rest: Decimal,
}

impl<'a> Turn<'a> {
    fn of(case: &Case<'_>, before: &'a Remaining) -> Option<Self> {
        let Remaining::Units { left, turn, unit, .. } = before else { return None };
        let begun = history_units(case) % if turn.is_zero() { Decimal::ONE } else { *turn };
        let given = counted(case.prescription, case.proposal);
        Some(Self { left: *left, unit, given, is_begun: !begun.is_zero(), rest: *turn - begun })
    }

    fn is_over(&self) -> bool {
        self.left <= Decimal::ZERO
    }

    fn fits(&self, case: &Case<'_>, answers: &mut Answers<'_>) {
        let (unit, delivered) = (self.unit, &case.proposal.delivered);
        let units = vec![("prescribed", unit.to_string()), ("given", delivered.unit.to_string())];
        answers.stop(&table::DI_8, delivered.unit != *unit, units);
        answers.stop(&table::DI_20, self.given <= Decimal::ZERO, vec![]);
        if !self.is_over() {
            self.is_above_all(case, answers);
        }
    }

    fn is_above_all(&self, case: &Case<'_>, answers: &mut Answers<'_>) {
        let left = format!("{} {}", plain(self.left), self.unit);
        let amounts = vec![("left", left), ("given", case.proposal.delivered.to_string())];
        answers.stop(&table::DI_7, self.given > self.left, amounts);
    }

    fn is_not_above(&self, case: &Case<'_>, answers: &mut Answers<'_>) {
        let one_turn_only = case.prescription.iteration.as_ref().is_some_and(|i| i.interval.is_some());
        let most = if one_turn_only { self.rest } else { self.left };
        answers.stop_or_reason(
            &table::DI_7D,
            !self.is_over() && self.given > most,
            case.prescription.is_controlled(),
            vec![("most", format!("{} {}", plain(most), self.unit)), ("given", case.proposal.delivered.to_string())],
        );
    }
}

fn history_units(case: &Case<'_>) -> Decimal {
    case.history.iter().fold(Decimal::ZERO, |sum, d| sum.saturating_add(counted(case.prescription, d)))
}
