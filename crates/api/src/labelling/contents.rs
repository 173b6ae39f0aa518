//! From what the counter holds to what stands on a label.

use chrono::{Datelike, NaiveDate};
use counter::{Counter, Visit};
use labels::{Compounded, Contents, Exchange, Field, LabelError, Pharmacy, Product, Remaining, SplitPackage, Warning};
use prescription::dosage::words as dosage_words;
use prescription::rules::Language;
use prescription::{Compounding, Dispensation, Oid, Prescription, Quantity};

use super::OnLabel;
use crate::words;

/// So many packages at the most have a label each with its number; of more there is one.
const PACKAGES_AT_MOST: u32 = 12;
/// A batch is at most this long, as in the code on the package.
const LONGEST_BATCH: usize = 20;
/// The maker's marks are at most this long.
const LONGEST_MARKS: usize = 400;
/// And so many.
const MARKS_AT_MOST: usize = 6;

/// What a person says of a label.
pub(super) struct Wishes {
    language: Language,
    batch: String,
    expiry: Option<NaiveDate>,
    marks: Vec<String>,
    warnings: Vec<Warning>,
}

impl Wishes {
    /// What was entered, or the code of what in it is not understood.
    pub(super) fn of(with: &OnLabel, screen: Language) -> Result<Self, &'static str> {
        let text = |text: &Option<String>| text.as_deref().map(str::trim).unwrap_or_default().to_owned();
        let (batch, expiry, marks) = (text(&with.batch), text(&with.expiry), text(&with.marks));
        if batch.chars().count() > LONGEST_BATCH {
            return Err("label-batch");
        }
        let marks: Vec<String> =
            marks.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        if marks.len() > MARKS_AT_MOST || marks.iter().map(|line| line.chars().count()).sum::<usize>() > LONGEST_MARKS {
            return Err("label-too-long");
        }
        let expiry = match expiry.as_str() {
            "" => None,
            said => Some(day(said).ok_or("label-expiry")?),
        };
        let own_words = text(&with.words);
        if own_words.chars().count() > LONGEST_MARKS {
            return Err("label-too-long");
        }
        let mut warnings = Vec::new();
        for code in with.warnings.iter().flatten() {
            let warning = warning(code).ok_or("label-warning")?;
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        warnings.extend(Some(own_words).filter(|words| !words.is_empty()).map(Warning::Words));
        let language = match &with.language {
            None => screen,
            Some(_) => language(with).ok_or("language-unknown")?,
        };
        Ok(Self { language, batch, expiry, marks, warnings })
    }
}

fn warning(code: &str) -> Option<Warning> {
    Some(match code {
        "driving" => Warning::Driving,
        "alcohol" => Warning::Alcohol,
        "external-only" => Warning::ExternalOnly,
        "refrigerate" => Warning::Refrigerate,
        "children" => Warning::Children,
        _ => return None,
    })
}

/// What a person says of a label, with the warnings that the database asks for where nobody has chosen any: that it impairs
/// driving (medicines.md 4.1). Whoever takes one away has chosen.
pub(super) fn with_warnings(counter: &Counter, visit: &Visit, set_id: &Oid, with: &OnLabel) -> OnLabel {
    let vnr = dispensation(visit, set_id).and_then(|made| made.product.vnr.as_ref());
    warned(with, vnr.and_then(|vnr| counter.marks_of(vnr).driving))
}

fn warned(with: &OnLabel, driving: Option<bool>) -> OnLabel {
    match (&with.warnings, driving) {
        (None, Some(true)) => OnLabel { warnings: Some(vec!["driving".to_owned()]), ..with.clone() },
        _ => with.clone(),
    }
}

/// What a person says of a label, with the batch and last day of the scanned package where nothing was typed. Where packages
/// of several batches were scanned nobody but a person knows which of them was split.
pub(super) fn with_scanned(visit: &Visit, set_id: &Oid, with: &OnLabel) -> OnLabel {
    let is_typed = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    if is_typed(&with.batch) || is_typed(&with.expiry) {
        return with.clone();
    }
    let packs = visit.hands.get(set_id).map(|hand| hand.packs.as_slice()).unwrap_or_default();
    let said = packs.first().map(|pack| (pack.batch(), pack.expiry()));
    let scanned = said.filter(|said| packs.iter().all(|pack| (pack.batch(), pack.expiry()) == *said));
    match scanned {
        Some((Some(batch), Some(expiry))) => {
            OnLabel { batch: Some(batch.to_owned()), expiry: Some(words::day(expiry.last_day())), ..with.clone() }
        }
        _ => with.clone(),
    }
}

/// The language that is asked for, if it is one.
pub(super) fn language(with: &OnLabel) -> Option<Language> {
    with.language.as_deref().and_then(words::language)
}

/// "31.5.2028", "5.2028" or "5/2028" (a package without a day may be used until the month's end), "2028-05-31".
pub(crate) fn day(said: &str) -> Option<NaiveDate> {
    if let Ok(day) = said.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = said.split(['.', '/']).map(str::trim).collect();
    let (day, month, year) = match parts.as_slice() {
        [day, month, year] => (Some(day.parse::<u32>().ok()?), month, year),
        [month, year] => (None, month, year),
        _ => return None,
    };
    let year: i32 = if year.len() == 4 { year.parse().ok()? } else { return None };
    let month: u32 = month.parse().ok()?;
    match day {
        Some(day) => NaiveDate::from_ymd_opt(year, month, day),
        None => NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(chrono::Months::new(1))?.pred_opt(),
    }
    .filter(|day| (2000..2100).contains(&day.year()))
}

/// What is dispensed: what is proposed, or what this visit signed last.
pub(super) fn dispensation<'v>(visit: &'v Visit, set_id: &Oid) -> Option<&'v Dispensation> {
    if let Some(proposal) = visit.proposals.get(set_id) {
        return Some(&proposal.dispensation);
    }
    let is_signed = visit.signed.iter().any(|line| line.prescription_set_id == *set_id);
    visit.fetched.get(set_id).filter(|_| is_signed)?.history.last()
}

/// How what is dispensed was made in the pharmacy, as it is said of what is proposed or was of what this visit signed last.
fn compounding<'v>(visit: &'v Visit, set_id: &Oid) -> Option<&'v Compounding> {
    let signed = || visit.signed.iter().rfind(|line| line.prescription_set_id == *set_id)?.unlisted.as_ref();
    let given = match visit.proposals.get(set_id) {
        Some(proposal) => proposal.unlisted(),
        None => signed(),
    };
    given?.compounding.as_ref()
}

/// The labels of a prescription's dispensation, one for each package; nothing where nothing is dispensed of it.
pub(super) fn of(counter: &Counter, visit: &Visit, set_id: &Oid, wishes: &Wishes) -> Option<Vec<Contents>> {
    let held = &visit.fetched.get(set_id)?.prescription;
    let made = dispensation(visit, set_id)?;
    let one = Contents {
        compounded: compounding(visit, set_id).map(|made| Compounded {
            // It has both or neither.
            composition: made.use_until.map(|_| made.composition.clone()).unwrap_or_default(),
            prepared: made.prepared,
            expiry: made.use_until.unwrap_or_default(),
        }),
        ..label(counter, held, made, wishes)
    };
    if !(2..=PACKAGES_AT_MOST).contains(&made.packages) {
        return Some(vec![one]);
    }
    let of = made.packages;
    Some((1..=of).map(|which| Contents { package: Some((which, of)), ..one.clone() }).collect())
}

fn label(counter: &Counter, held: &Prescription, made: &Dispensation, wishes: &Wishes) -> Contents {
    let given = product(&made.product, made.package_text.clone().unwrap_or_else(|| made.package_size.to_string()));
    let pharmacy = &counter.deps().pharmacy;
    let duration = match &held.quantity {
        Quantity::Period { length, .. } => Some(length.to_string()),
        _ => None,
    };
    Contents {
        language: wishes.language,
        patient: held.patient.name.given_first(),
        exchange: made
            .substituted
            .then(|| Exchange { prescribed: product(&held.product.as_dispensed(), String::new()) }),
        amount: made.delivered.to_string(),
        package: None,
        dosage: made.label_dosage.clone(),
        translation: translation(held, made, wishes.language),
        purpose: held.purpose.clone(),
        duration,
        prescriber: held.prescriber.name.given_first(),
        pharmacy: Pharmacy { name: pharmacy.name.clone(), phone: pharmacy.phone.clone() },
        date: made.dispensed_at.date(),
        reference: Some(held.reference.set_id.to_string()),
        remaining: remaining(held, made),
        warnings: wishes.warnings.clone(),
        split: made.part_package.then(|| SplitPackage {
            maker: made.product.holder.clone().unwrap_or_default(),
            use_marks: wishes.marks.clone(),
            storage_marks: Vec::new(),
            // It has both or neither.
            batch: wishes.expiry.map(|_| wishes.batch.clone()).unwrap_or_default(),
            expiry: wishes.expiry.unwrap_or_default(),
        }),
        compounded: None,
        reprint: false,
        product: given,
    }
}

/// A label's product.
fn product(of: &prescription::Product, size: String) -> Product {
    Product {
        name: of.name.clone(),
        strength: of.strength.clone().unwrap_or_default(),
        form: of.form.clone().unwrap_or_default(),
        size,
    }
}

/// The structured dosage in the label's language, where that is not Finnish, all of it is sure, and the label says what the
/// prescriber wrote: a pharmacist's own words are never put in second place.
fn translation(held: &Prescription, made: &Dispensation, language: Language) -> Option<String> {
    let is_prescribers = made.label_dosage.trim().starts_with(held.dosage.text.trim());
    if language == Language::Fi || !is_prescribers || held.dosage.text.trim().is_empty() {
        return None;
    }
    let lines = dosage_words::structure(&held.dosage.structure, language);
    if lines.is_empty() || lines.iter().any(|line| !line.sure) {
        return None;
    }
    Some(lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join(" "))
}

fn remaining(held: &Prescription, made: &Dispensation) -> Remaining {
    if made.fully_dispensed {
        return Remaining::Nothing;
    }
    if made.remaining.value.is_none() && made.remaining.text.is_none() {
        return Remaining::Unsaid;
    }
    Remaining::Left { amount: words::amount(&made.remaining.shown()), until: held.last_valid_day() }
}

/// The code of why there is no label; of a missing part, with the part.
pub(super) fn code(error: &LabelError) -> String {
    match error {
        LabelError::Missing { field: Field::Batch } => "label-batch-missing".to_owned(),
        LabelError::Missing { field: Field::Composition } => "label-compounding-missing".to_owned(),
        other => other.code().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_read_as_packages_say_it() {
        let read = |said: &str| day(said).map(|day| day.to_string());
        assert_eq!(read("31.5.2028").as_deref(), Some("2028-05-31"));
        assert_eq!(read("5.2028").as_deref(), Some("2028-05-31"));
        assert_eq!(read("02/2028").as_deref(), Some("2028-02-29"));
        assert_eq!(read("2028-05-31").as_deref(), Some("2028-05-31"));
        for wrong in ["", "31.5.28", "32.5.2028", "13.2028", "5", "2128-05-31x", "5.1999"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sc_12_the_database_has_driving_warned_of_unless_a_person_takes_it_away() {
        let untouched = OnLabel::default();
        let chosen = |codes: &[&str]| OnLabel {
            warnings: Some(codes.iter().map(|code| (*code).to_owned()).collect()),
            ..OnLabel::default()
        };
        assert_eq!(warned(&untouched, Some(true)), chosen(&["driving"]));
        assert_eq!(warned(&untouched, Some(false)), untouched);
        assert_eq!(warned(&untouched, None), untouched, "not known is no warning, and SC-12u says it");
        assert_eq!(warned(&chosen(&[]), Some(true)), chosen(&[]), "taken away");
        assert_eq!(warned(&chosen(&["alcohol"]), Some(true)), chosen(&["alcohol"]));
    }

    #[test]
    fn what_is_not_understood_is_said_by_its_code() {
        let with = |batch: &str, expiry: &str, language: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let with =
                OnLabel { batch: some(batch), expiry: some(expiry), language: some(language), ..OnLabel::default() };
            Wishes::of(&with, Language::Fi).map(|_| "good").unwrap_or_else(|code| code)
        };
        assert_eq!(with("A1", "5.2028", "sv"), "good");
        assert_eq!(with("", "", ""), "good");
        assert_eq!(with(&"A".repeat(21), "", ""), "label-batch");
        assert_eq!(with("A1", "tomorrow", ""), "label-expiry");
        assert_eq!(with("A1", "", "de"), "language-unknown");
        let warned = |codes: &[&str]| {
            let warnings = Some(codes.iter().map(|code| (*code).to_owned()).collect());
            let with = OnLabel { warnings, words: Some(" Ravista ennen käyttöä. ".into()), ..OnLabel::default() };
            Wishes::of(&with, Language::Fi).map(|wishes| wishes.warnings)
        };
        assert_eq!(
            warned(&["driving", "driving"]),
            Ok(vec![Warning::Driving, Warning::Words("Ravista ennen käyttöä.".into())])
        );
        assert_eq!(warned(&["moonlight"]), Err("label-warning"));
    }
}
