//! Deviating from a prescription (Medicines Act 57 f) and correcting an obvious error in it (57 g): a path of its own, with a
//! coded reason that goes into the document. Where the reasons are not known to the program the path is closed.

use medicines::{Package, Shelf};
use prescription::deviation::{Path, REASONS};
use prescription::{Code, Deviation, Explained, Oid, Prescription};
use serde_json::{Value, json};

use crate::lot::{Change, LONGEST_TEXT};
use crate::{Counter, CounterError, Visit};

/// The reasons for which a pharmacist may deviate, as the settings' file has them: the code set could not be read.
#[derive(Debug, Clone, Default)]
pub struct Deviations {
    /// In the order in which they are shown.
    pub reasons: Vec<DeviationReason>,
}

/// A reason of the code set 1.2.246.537.6.2025.5.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviationReason {
    /// For which paragraph.
    pub path: Path,
    /// The code.
    pub code: String,
    /// Its name in Finnish, as documents carry it.
    pub fi: String,
    /// In Swedish.
    pub sv: String,
    /// In English.
    pub en: String,
}

/// What a person says of a deviation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviates {
    /// By which paragraph.
    pub path: Path,
    /// Code of the reason.
    pub code: String,
    /// What was done otherwise, in words.
    pub words: String,
    /// Whether the prescriber was told.
    pub prescriber_told: bool,
}

impl Counter {
    /// For which reasons a pharmacist may deviate; none where the path is closed.
    pub fn deviations(&self) -> Option<&Deviations> {
        // What no document can bear is not offered.
        self.deviations.as_ref().filter(|_| self.deps.definition.dispensation.deviation.is_some())
    }

    /// A pharmacist deviates from the prescription, or corrects an obvious error in it, for a reason; none takes it back, and
    /// a package that only a deviation allowed with it. Every rule is asked again.
    pub fn deviate(&self, set_id: &Oid, said: Option<Deviates>) -> Result<Visit, CounterError> {
        if !self.open_session()?.right.may_dispense() {
            return Err(CounterError::Right);
        }
        let deviation = said.map(|said| self.deviation(said)).transpose()?;
        self.propose(set_id, Change { deviation: Some(deviation), ..Change::default() })
    }

    fn deviation(&self, said: Deviates) -> Result<Deviation, CounterError> {
        let known = self.deviations().ok_or(CounterError::NoDeviations)?.reasons.iter();
        let mut known = known.filter(|reason| reason.path == said.path);
        let reason = known.find(|reason| reason.code == said.code).ok_or(CounterError::DeviationUnreasoned)?;
        let words: String = said.words.trim().chars().take(LONGEST_TEXT).collect();
        if words.is_empty() {
            return Err(CounterError::DeviationUnreasoned);
        }
        let code = Code { code: reason.code.clone(), system: REASONS.to_owned(), name: Some(reason.fi.clone()) };
        let reason = Explained { code, text: Some(words) };
        Ok(Deviation { path: said.path, reason, prescriber_told: said.prescriber_told })
    }
}

/// What may be given: what the prescription allows, and after it what only a deviation (57 f) does.
pub fn choices<'a>(shelf: &'a Shelf, prescription: &Prescription, deviation: Option<&Deviation>) -> Vec<&'a Package> {
    let mut choices = shelf.edition().choices(prescription);
    if deviation.is_some_and(|deviation| deviation.path == Path::Deviates) {
        choices.extend(shelf.edition().deviating(prescription));
    }
    choices
}

/// What the journal keeps of a deviation.
pub(crate) fn kept(deviation: &Deviation) -> Value {
    json!({
        "path": deviation.path.code(),
        "code": deviation.reason.code.code,
        "prescriber_told": deviation.prescriber_told,
    })
}
