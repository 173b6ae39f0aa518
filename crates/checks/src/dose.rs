//! The dose (medicines.md 3.4, 4.1): what a day takes by the structured dosage beside the maximum of the substance, for a
//! child by weight; and medicines that are taken once a week.

use prescription::dosage::daily;
use prescription::{Length, Span, Structure, Unit, amount};
use rust_decimal::Decimal;

use crate::answers::{Answers, Kind};
use crate::strength::{self, Strength};
use crate::table::dosing as rules;
use crate::tables::Maximum;
use crate::{Case, Data, Tables};

pub(crate) fn ask(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    is_not_above_the_maximum(case, tables, answers);
    is_weekly(case, tables, answers);
}

fn is_not_above_the_maximum(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    // The prescriber has said that the unusual dose is meant (DI-14 tells the pharmacist so).
    if case.prescription.dosage.sic {
        return answers.on(Kind::Dose, vec![Data::Prescription]).pass(&rules::SC_3);
    }
    let mut on = answers.on(Kind::Dose, vec![tables.maxima.data(), Data::Prescription]);
    let row = case.medicine.atc.as_deref().and_then(|atc| tables.maxima.rows().get(&atc.to_ascii_uppercase()));
    let most = match row.map(|row| most(case, tables, row)) {
        Some(Ok(most)) => most,
        Some(Err(Missing::Person)) => return on.unchecked(&rules::SC_3W, vec![]),
        Some(Err(Missing::Row)) | None => return on.unchecked(&rules::SC_3U, vec![]),
    };
    on = match case.medicine.edition.clone() {
        Some(edition) => on.resting_on(Data::Edition(edition)),
        None => on,
    };
    match milligrams_a_day(case) {
        None => on.unchecked(&rules::SC_3V, vec![]),
        Some(dose) if dose > most => {
            on.reason(&rules::SC_3, vec![("dose", amount::plain(dose)), ("most", amount::plain(most))]);
        }
        Some(_) => on.pass(&rules::SC_3),
    }
}

enum Missing {
    /// Age or weight.
    Person,
    /// A maximum for that age.
    Row,
}

/// The maximum for this customer, milligrams a day.
fn most(case: &Case<'_>, tables: &Tables, row: &Maximum) -> Result<Decimal, Missing> {
    let age = case.customer.age(case.today).ok_or(Missing::Person)?;
    if age < tables.limits.rows().child_under {
        let for_each = row.mg_per_kg.ok_or(Missing::Row)?;
        let weight = kilograms(case).ok_or(Missing::Person)?;
        return Ok(for_each.checked_mul(weight).unwrap_or(row.mg).min(row.mg));
    }
    Ok(row.old.filter(|old| age >= old.from_age).map_or(row.mg, |old| old.mg))
}

/// A child's weight (field 89).
fn kilograms(case: &Case<'_>) -> Option<Decimal> {
    let weight = case.prescription.weight.as_ref()?;
    match weight.unit.as_str().to_lowercase().as_str() {
        "kg" => Some(weight.value),
        "g" => weight.value.checked_div(Decimal::from(1000)),
        _ => None,
    }
}

/// What a day takes at the most, milligrams. A dose in milligrams says it itself; one in pieces or millilitres by the strength.
fn milligrams_a_day(case: &Case<'_>) -> Option<Decimal> {
    let structure = &case.prescription.dosage.structure;
    let in_unit = |unit: &str| daily(structure, &Unit::new(unit), case.today).map(|day| day.most);
    if let Some(milligrams) = in_unit("mg") {
        return Some(milligrams);
    }
    match strength::parse(case.medicine.strength.as_deref()?)? {
        Strength::PerPiece(milligrams) => in_unit("fol")?.checked_mul(milligrams),
        Strength::PerMillilitre(milligrams) => in_unit("ml")?.checked_mul(milligrams),
    }
}

/// How often a weekly medicine is to be taken.
enum Often {
    Weekly,
    Daily,
    NotSure,
}

fn is_weekly(case: &Case<'_>, tables: &Tables, answers: &mut Answers<'_>) {
    if !tables.weekly.rows().atc.iter().any(|atc| case.medicine.is_of(atc)) {
        return;
    }
    let on = answers.on(Kind::Weekly, vec![tables.weekly.data(), Data::Prescription]);
    match how_often(case, tables) {
        Often::Weekly => on.pass(&rules::SC_4),
        // What the prescriber says is meant still wants a second look.
        Often::Daily if case.prescription.dosage.sic => on.reason(&rules::SC_4B, vec![]),
        Often::Daily => on.stop(&rules::SC_4, vec![]),
        Often::NotSure => on.reason(&rules::SC_4B, vec![]),
    }
}

fn how_often(case: &Case<'_>, tables: &Tables) -> Often {
    let dosage = &case.prescription.dosage;
    match &dosage.structure {
        Structure::Unclear => Often::NotSure,
        Structure::Seasons(seasons) => {
            let weeks =
                |period: Option<Span>| period.and_then(Span::exact).and_then(Length::in_days).map(|days| days / 7);
            let counted: Option<Vec<(u32, usize)>> =
                seasons.iter().map(|season| Some((weeks(season.period)?, season.doses.len()))).collect();
            match counted {
                Some(all) if all.iter().any(|(weeks, _)| *weeks == 0) => Often::Daily,
                Some(all) if all.iter().all(|(weeks, doses)| *weeks as usize >= *doses) => Often::Weekly,
                _ => Often::NotSure,
            }
        }
        Structure::Absent => {
            let text = dosage.text.to_lowercase();
            let says = |words: &[String]| words.iter().any(|word| text.contains(word.as_str()));
            let weekly = tables.weekly.rows();
            // The names of weekdays hold the word for a day.
            let bare = weekly.says_week.iter().fold(text.clone(), |text, word| text.replace(word.as_str(), " "));
            let says_day = weekly.says_day.iter().any(|word| bare.contains(word.as_str()));
            if says(&weekly.says_week) && !says_day { Often::Weekly } else { Often::NotSure }
        }
    }
}
