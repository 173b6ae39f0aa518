//! What a medicine's own marks ask of the pharmacist (medicines.md 2.6, 4.1): pregnancy, driving, the high-risk
//! classification.

use prescription::Sex;

use crate::answers::{Answers, Kind};
use crate::table::person as rules;
use crate::{Case, Data, RiskRow, Tables};

/// So many rows of the classification are told in one sentence; the most that one ATC code has are a few.
const MOST_ROWS: usize = 5;

pub(crate) fn ask(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    harms_no_unborn_child(case, tables, answers);
    let edition = || case.medicine.edition.clone().map(Data::Edition).into_iter().collect();
    let on = answers.on(Kind::Driving, edition());
    match case.medicine.driving {
        None => on.unchecked(&rules::SC_12U, vec![]),
        Some(true) => on.note(&rules::SC_12, vec![]),
        Some(false) => on.pass(&rules::SC_12),
    }
    let on = answers.on(Kind::HighRisk, edition());
    let Some(rows) = &case.medicine.risks else { return on.unchecked(&rules::SC_13U, vec![]) };
    let route = case.medicine.route.as_deref();
    // A route that is not known excludes no row.
    let holds =
        |row: &&RiskRow| row.routes.is_empty() || route.is_none_or(|route| row.routes.iter().any(|own| own == route));
    let rows: Vec<&RiskRow> = rows.iter().filter(holds).take(MOST_ROWS).collect();
    if rows.is_empty() {
        return on.pass(&rules::SC_13);
    }
    let told = |title: fn(&RiskRow) -> &str, say: fn(&RiskRow) -> &str| {
        let one = |row: &&RiskRow| match say(row).trim() {
            "" => title(row).trim().to_owned(),
            said => format!("{} – {said}", title(row).trim()),
        };
        rows.iter().map(one).collect::<Vec<_>>().join("; ")
    };
    let facts = vec![
        ("what_fi", told(|row| &row.title.fi, |row| &row.say.fi)),
        ("what_sv", told(|row| row.title.sv(), |row| row.say.sv())),
        ("what_en", told(|row| row.title.en(), |row| row.say.en())),
    ];
    on.note(&rules::SC_13, facts);
}

fn harms_no_unborn_child(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    let limits = tables.limits.rows();
    let age = case.customer.age(case.today);
    let of_age = age.is_none_or(|age| (limits.pregnancy_from..=limits.pregnancy_to).contains(&age));
    let on = answers.on(Kind::Pregnancy, vec![tables.pregnancy.data()]);
    if case.customer.sex == Sex::Male || !of_age {
        return on.pass(&rules::SC_11);
    }
    let rows = tables.pregnancy.rows().iter().filter(|row| case.medicine.is_of(&row.atc));
    match rows.max_by_key(|row| row.atc.len()) {
        Some(row) if row.programme => on.note(&rules::SC_11B, vec![]),
        Some(_) => on.note(&rules::SC_11, vec![]),
        None => on.unchecked(&rules::SC_11U, vec![]),
    }
}
