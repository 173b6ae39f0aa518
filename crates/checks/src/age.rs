//! Age (medicines.md 2.7, 4.1): a child's weight, medicines that are not for the young, and what is not known of the old.

use crate::answers::{Answers, Kind};
use crate::table::person as rules;
use crate::{Case, Data, Tables};

/// The age of an adult.
const ADULT: u32 = 18;

pub(crate) fn ask(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    let Some(age) = case.customer.age(case.today) else {
        return answers.on(Kind::Age, vec![Data::Prescription]).unchecked(&rules::SC_7U, vec![]);
    };
    let limits = tables.limits.rows();
    let on = answers.on(Kind::Age, vec![Data::Prescription]);
    if age < limits.child_under && case.prescription.weight.is_none() {
        on.reason(&rules::SC_7, vec![("age", age.to_string())]);
    } else {
        on.pass(&rules::SC_7);
    }
    let on = answers.on(Kind::Age, vec![tables.ages.data()]);
    // The narrower row counts: "J01AA02" before "J01AA".
    let rows = tables.ages.rows().iter().filter(|row| case.medicine.is_of(&row.atc));
    match rows.max_by_key(|row| row.atc.len()) {
        Some(row) if age < row.years => {
            on.reason(&rules::SC_8, vec![("least", row.years.to_string()), ("age", age.to_string())]);
        }
        None if age < ADULT => on.unchecked(&rules::SC_8U, vec![]),
        _ => on.pass(&rules::SC_8),
    }
    let on = answers.on(Kind::Elderly, vec![]);
    if age >= limits.old_from { on.unchecked(&rules::SC_9U, vec![]) } else { on.pass(&rules::SC_9U) }
}
