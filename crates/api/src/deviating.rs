//! Deviating from a prescription and correcting an obvious error in it (Medicines Act 57 f, 57 g), as hosts see it. The codes
//! of the reasons and their place in the document could not be read: both come from a file that the settings name.

use std::path::Path;

use cda::{DeviationPlace, DispensationOrganizer};
use counter::{Counter, Deviates, DeviationReason, Deviations};
use prescription::rules::Language;
use prescription::{Deviation, Outcome, Prescription, deviation};
use record::Event;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::Tiski;
use crate::render::Render;
use crate::settings::wrong;
use crate::{OnDay, Problem};

/// Reasons that a file may have.
const REASONS_AT_MOST: usize = 100;

/// Whether a pharmacist may deviate from a prescription, and how that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviationView {
    /// For which reasons, in the order in which they are shown.
    pub reasons: Vec<DeviationReasonLine>,
    /// What was said of it; absent where nothing is deviated from.
    pub says: Option<StatedDeviation>,
    /// Why this prescription is dispensed as it is and not otherwise, in one sentence.
    pub closed: Option<String>,
}

/// A reason that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviationReasonLine {
    /// "57f" or "57g".
    pub path: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// What a pharmacist says of a deviation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatedDeviation {
    /// "57f": something else is given than what was prescribed. "57g": the prescription has an obvious error.
    #[ts(type = "\"57f\" | \"57g\"")]
    pub path: deviation::Path,
    /// The reason's code.
    pub code: String,
    /// What is done otherwise, in words; at most 2,000 characters.
    pub words: String,
    /// Whether the prescriber was told.
    pub prescriber_told: bool,
}

/// See [`crate::Program::deviate`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deviate {
    /// Which prescription.
    pub set_id: String,
    /// What is said of it; absent takes it back.
    #[ts(optional)]
    pub says: Option<StatedDeviation>,
}

/// A day's deviations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviationList {
    /// The day.
    pub day: String,
    /// The newest first.
    pub rows: Vec<DeviationRow>,
}

/// A dispensation that deviated from its prescription or corrected it. What was done stands in the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviationRow {
    /// "10.42.05".
    pub at: String,
    /// Who signed it.
    pub person: String,
    /// "57f" or "57g".
    pub path: String,
    /// The reason: its name, or its code where the settings do not have it any more.
    pub reason: String,
    /// Whether the prescriber was told.
    pub prescriber_told: bool,
    /// The dispensation.
    pub document_id: String,
}

/// A day has at most so many dispensations.
const DISPENSATIONS_AT_MOST: usize = 3_000;

impl Tiski {
    pub(crate) fn deviations_of(&self, with: &OnDay) -> Result<DeviationList, Problem> {
        self.for_a_person()?;
        let day = self.day(with)?;
        let events = self.of_day(day, vec!["dispensation.signed".to_owned()], DISPENSATIONS_AT_MOST)?;
        Ok(DeviationList {
            day: day.to_string(),
            rows: events.iter().filter_map(|event| self.deviated(event)).collect(),
        })
    }

    fn deviated(&self, event: &Event) -> Option<DeviationRow> {
        let said = event.payload.as_ref()?.get("deviation")?;
        let text = |key: &str| Some(said.get(key)?.as_str()?.to_owned());
        let (path, code) = (text("path")?, text("code")?);
        let render = self.render();
        let known = self.counter.deviations().map(|known| known.reasons.as_slice()).unwrap_or_default();
        let reason = known.iter().find(|reason| reason.path.code() == path && reason.code == code);
        let (at, person) = self.when_and_who(event);
        Some(DeviationRow {
            at,
            person,
            path,
            reason: reason.map_or(code, |reason| render.reason_name(reason)),
            prescriber_told: said.get("prescriber_told").and_then(serde_json::Value::as_bool).unwrap_or_default(),
            document_id: event.document_id.clone().unwrap_or_default(),
        })
    }
}

impl StatedDeviation {
    pub(crate) fn said(self) -> Deviates {
        Deviates { path: self.path, code: self.code, words: self.words, prescriber_told: self.prescriber_told }
    }

    fn of(deviation: &Deviation) -> Self {
        Self {
            path: deviation.path,
            code: deviation.reason.code.code.clone(),
            words: deviation.reason.text.clone().unwrap_or_default(),
            prescriber_told: deviation.prescriber_told,
        }
    }
}

impl Render {
    fn reason_name(&self, reason: &DeviationReason) -> String {
        match self.language {
            Language::Fi => reason.fi.clone(),
            Language::Sv => reason.sv.clone(),
            Language::En => reason.en.clone(),
        }
    }

    pub(crate) fn deviation(
        &self,
        counter: &Counter,
        held: &Prescription,
        said: Option<&Deviation>,
    ) -> Option<DeviationView> {
        let reasons = &counter.deviations()?.reasons;
        let line = |reason: &DeviationReason| DeviationReasonLine {
            path: reason.path.code().to_owned(),
            code: reason.code.clone(),
            name: self.reason_name(reason),
        };
        let closed = deviation::closed(held).filter(|finding| finding.outcome == Outcome::Stop);
        Some(DeviationView {
            reasons: reasons.iter().map(line).collect(),
            says: said.map(StatedDeviation::of),
            closed: closed.map(|finding| finding.sentence(self.language)),
        })
    }
}

/// The file of reasons.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Whether it was made from the code set itself and Kela's specification. What was not, production refuses.
    confirmed: bool,
    place: Place,
    reason: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    /// Field code in "Lääkityslista".
    field: String,
    name: String,
    organizer: Organizer,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Organizer {
    Product,
    Other,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: deviation::Path,
    code: String,
    fi: String,
    sv: String,
    en: String,
}

/// What a file of reasons says.
pub(crate) struct Read {
    pub(crate) reasons: Deviations,
    pub(crate) place: DeviationPlace,
    pub(crate) confirmed: bool,
}

/// Reads a file of reasons: where a document has the reason, and the codes with their names.
pub(crate) fn read(file: &Path) -> Result<Read, Problem> {
    let setting = "deviation.reasons";
    let text = std::fs::read_to_string(file).map_err(|error| wrong(setting, &error.to_string()))?;
    let read: File = toml::from_str(&text).map_err(|error| wrong(setting, error.message()))?;
    let Place { field, name, organizer } = read.place;
    let words = |text: &str| !text.trim().is_empty() && text.chars().count() <= 200;
    if !words(&field) || !words(&name) {
        return Err(wrong(setting, "place: field and name"));
    }
    if !(1..=REASONS_AT_MOST).contains(&read.reason.len()) {
        return Err(wrong(setting, "1–100 reasons"));
    }
    let mut reasons: Vec<DeviationReason> = Vec::with_capacity(read.reason.len());
    for Row { path, code, fi, sv, en } in read.reason {
        if [&code, &fi, &sv, &en].into_iter().any(|text| !words(text)) {
            return Err(wrong(setting, "a reason: code, fi, sv and en"));
        }
        if reasons.iter().any(|other| other.path == path && other.code == code) {
            return Err(wrong(setting, "one code twice"));
        }
        reasons.push(DeviationReason { path, code, fi, sv, en });
    }
    let organizer = match organizer {
        Organizer::Product => DispensationOrganizer::Product,
        Organizer::Other => DispensationOrganizer::Other,
    };
    let place = DeviationPlace { field, name, organizer };
    Ok(Read { reasons: Deviations { reasons }, place, confirmed: read.confirmed })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
        confirmed = false
        [place]
        field = "280"
        name = "Poikkeavan toimituksen syy"
        organizer = "other"
        [[reason]]
        path = "57f"
        code = "1"
        fi = "Saatavuushäiriö"
        sv = "Tillgångsstörning"
        en = "Shortage"
    "#;

    fn told(text: &str) -> Result<Read, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deviations.toml");
        std::fs::write(&file, text).unwrap();
        read(&file).map_err(|problem| problem.advice)
    }

    #[test]
    fn a_file_of_reasons_says_where_the_document_has_one_and_which_there_are() {
        let read = told(SOUND).unwrap();
        assert!(!read.confirmed);
        assert_eq!((read.place.field.as_str(), read.place.organizer), ("280", DispensationOrganizer::Other));
        assert_eq!(
            (read.reasons.reasons[0].code.as_str(), read.reasons.reasons[0].path),
            ("1", deviation::Path::Deviates)
        );
    }

    #[test]
    fn a_file_that_lacks_something_is_refused() {
        let wrongs = [
            SOUND.replace("\"57f\"", "\"57h\""),
            SOUND.replace("code = \"1\"", "code = \" \""),
            SOUND.replace("sv = \"Tillgångsstörning\"", ""),
            SOUND.replace("confirmed = false", ""),
            SOUND.replace("\"other\"", "\"header\""),
            SOUND.replace("field = \"280\"", "field = \"\""),
            format!("{SOUND}{}", SOUND.split_once("[[reason]]").map(|(_, row)| format!("[[reason]]{row}")).unwrap()),
        ];
        for text in wrongs {
            let refused = told(&text).err().unwrap_or_else(|| panic!("taken: {text}"));
            assert!(refused.starts_with("deviation.reasons"), "{refused}");
        }
    }
}
