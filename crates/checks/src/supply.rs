//! How much when (medicines.md 3.4, 4.1): whether the last supply is nearly used, and whether the amount is what is
//! reimbursed at a time. Counted by the structured dosage and the tables of reimbursement; the greatest dose counts, so that
//! nothing is remarked that may be right.

use chrono::{Days, NaiveDate};
use prescription::dosage::daily;
use prescription::{Amount, Prescription};
use reimbursement::Money;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::answers::{Answers, Kind};
use crate::table::dosing as rules;
use crate::{Case, Data, Tables};

/// The last day on which an amount lasts that was given on a day, by the prescription's structured dosage.
pub fn lasts_until(prescription: &Prescription, given: &Amount, day: NaiveDate) -> Option<NaiveDate> {
    let days = days(prescription, given, day)?;
    day.checked_add_days(Days::new(u64::from(days.saturating_sub(1))))
}

/// For how many days an amount suffices, in whole days.
fn days(prescription: &Prescription, given: &Amount, from: NaiveDate) -> Option<u32> {
    let most = daily(&prescription.dosage.structure, &given.unit, from)?.most;
    if most <= Decimal::ZERO || given.value <= Decimal::ZERO {
        return None;
    }
    // No prescription lasts longer than some years: what is more is no amount of days.
    given.value.checked_div(most)?.floor().to_u32().filter(|days| *days > 0 && *days < 4_000)
}

pub(crate) fn ask(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    is_not_too_early(case, tables, answers);
    is_not_too_much(case, tables, answers);
}

fn is_not_too_early(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    let on = answers.on(Kind::Early, vec![Data::Prescription]);
    let controlled = is_controlled(case);
    let rule = if controlled { &rules::SC_5B } else { &rules::SC_5 };
    // An interval that the prescriber has set counts, and DI-7b answers for it.
    let has_interval = case.prescription.iteration.as_ref().is_some_and(|iteration| iteration.interval.is_some());
    let last = case.history.iter().filter(|before| before.dispensed_at.date() <= case.today);
    let Some(last) = last.max_by_key(|before| before.dispensed_at).filter(|_| !has_interval) else {
        return on.pass(rule);
    };
    let from = last.dispensed_at.date();
    let counted = days(case.prescription, &last.delivered, from);
    let next = counted.and_then(|days| Some((days, tables.supply.next_supply(from, days).ok()?.0)));
    let Some((days, next)) = next else { return on.unchecked(&rules::SC_5U, vec![]) };
    if case.today >= next {
        return on.pass(rule);
    }
    let until = from.checked_add_days(Days::new(u64::from(days.saturating_sub(1)))).unwrap_or(NaiveDate::MAX);
    let facts = vec![("until", finnish(until)), ("day", finnish(next))];
    if controlled { on.reason(rule, facts) } else { on.note(rule, facts) }
}

fn is_not_too_much(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    let edition = case.medicine.edition.clone().map(Data::Edition);
    let data = [Some(Data::Prescription), edition, Some(tables.limits.data())].into_iter().flatten().collect();
    let on = answers.on(Kind::Amount, data);
    let price = Money::rounded(case.medicine.price.unwrap_or_default()).unwrap_or(Money::ZERO);
    let limit = tables.supply.reimbursed_until(price, case.today).ok();
    let until = lasts_until(case.prescription, case.given, case.today);
    let (Some(limit), Some(until), true) = (limit, until, case.medicine.price.is_some()) else {
        return on.unchecked(&rules::SC_6U, vec![]);
    };
    let allowed = limit.signed_duration_since(case.today).num_days();
    let excess = i64::from(tables.limits.rows().package_excess_percent);
    let tolerated = allowed.saturating_add(allowed.saturating_mul(excess) / 100);
    if until.signed_duration_since(case.today).num_days() <= tolerated {
        return on.pass(&rules::SC_6);
    }
    let facts = vec![("until", finnish(until)), ("day", finnish(limit))];
    // Who pays all of it may have more.
    if case.medicine.reimbursed == Some(true) { on.reason(&rules::SC_6, facts) } else { on.note(&rules::SC_6, facts) }
}

/// Whether prescription or package says that it may be misused.
pub(crate) fn is_controlled(case: &Case<'_>) -> bool {
    case.prescription.is_controlled() || case.medicine.control.is_some()
}

fn finnish(day: NaiveDate) -> String {
    day.format("%-d.%-m.%Y").to_string()
}
