//! A prescription (lääkemääräys) as far as dispensing needs it: what was prescribed, how much, for how long, and what
//! the prescriber wants the pharmacy to know. Reading it from a document is left to `cda`.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};

use crate::codes::PrescriptionKind;
use crate::{Amount, ControlClass, DocumentReference, Oid, Organisation, Patient, Product, Professional};

/// A prescription (lääkemääräys) in one of its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prescription {
    /// Identifier, set and type (1 prescription, 3 correction, 2 cancellation).
    pub reference: DocumentReference,
    /// 1, then one more for each correction or cancellation.
    pub version: u32,
    /// Header specification (`templateId`), which tells the definition version.
    pub definition: Oid,
    /// For whom.
    pub patient: Patient,
    /// By whom (LAL), with unit.
    pub prescriber: Professional,
    /// Who typed it in at a pharmacy (KIR), if anybody did.
    pub recorder: Option<Professional>,
    /// When it was prescribed (header encounter time, which must equal the body's).
    pub prescribed_at: NaiveDateTime,
    /// The last day on which it is valid, if the document limits it (LC-5).
    pub valid_until: Option<NaiveDate>,
    /// Field 169.
    pub kind: PrescriptionKind,
    /// What was prescribed.
    pub product: Product,
    /// Active substances by name.
    pub active_substances: Vec<String>,
    /// How much, in the form that the prescriber chose.
    pub quantity: Quantity,
    /// Field 121.
    pub iteration: Option<Iteration>,
    /// How to take it.
    pub dosage: Dosage,
    /// Field 119; absent for an ordinary medicine.
    pub control: Option<ControlClass>,
    /// Field 132.
    pub narcotic: bool,
    /// Field 58, what it is for.
    pub purpose: Option<String>,
    /// Field 92, from the prescriber to the pharmacy (DI-13).
    pub message_to_pharmacy: Option<String>,
    /// Field 81.
    pub substitution_prohibited: bool,
    /// Field 75.
    pub renewal_prohibited: bool,
    /// Field 68, regular medication.
    pub permanent: bool,
    /// Field 91.
    pub dose_dispensing: bool,
    /// Field 129, the first time that this medicine is used (DI-11).
    pub first_use: bool,
    /// Parts that this program knows by name and shows, and that no rule uses yet.
    #[serde(default)]
    pub details: Vec<Detail>,
    /// Parts that this program does not understand; shown, never dropped.
    pub unknown: Vec<UnknownPart>,
}

impl Prescription {
    /// The last day of validity: the document's own end, else 24 months from prescribing (LC-2).
    pub fn last_valid_day(&self) -> NaiveDate {
        let issued = self.prescribed_at.date();
        self.valid_until.unwrap_or_else(|| issued.checked_add_months(chrono::Months::new(24)).unwrap_or(NaiveDate::MAX))
    }

    /// Whether the medicine may be misused: narcotic or PKV of any class, known or not.
    pub fn is_controlled(&self) -> bool {
        self.control.is_some() || self.narcotic
    }

    /// The unit that prescribed it, if the document names one.
    pub fn prescribing_unit(&self) -> Option<&Organisation> {
        self.prescriber.organisation.as_ref()
    }
}

/// How the prescribed amount is stated (Määrätyn määrän esittämistapa), 1.2.246.537.5.40100.2006 (DI-6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case")]
pub enum Quantity {
    /// Form 1: so many packages of that size.
    Packages {
        /// How many packages.
        count: u32,
        /// How many inner packages one holds (field 125), 1 where nothing is said.
        factor: u32,
        /// Size of one package, or of one inner package.
        size: Amount,
        /// Field 126, "1X98 fol".
        text: Option<String>,
    },
    /// Form 2: a total amount.
    Total {
        /// The amount of one lot.
        amount: Amount,
    },
    /// Form 3: as much as a time needs.
    Period {
        /// From when.
        start: Option<NaiveDate>,
        /// How long.
        length: u32,
        /// `d`, `mo` or `a`.
        unit: String,
    },
    /// Form 9: nothing to dispense. Shown, never dispensed.
    Nothing,
    /// A form that this program does not know: it hinders.
    Unknown {
        /// The code as it stood.
        code: String,
    },
}

/// Iteration (iterointi), field 121: the amount may be dispensed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Iteration {
    /// How many times more than the first.
    pub repeats: u32,
    /// Least days between two lots.
    pub interval_days: Option<u32>,
    /// "iter ter 7 pv".
    pub text: Option<String>,
}

/// Dosage (annostus) as far as it is text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dosage {
    /// What the prescriber wrote.
    pub text: String,
    /// Field 87.
    pub only_text: bool,
    /// Field 56: the unusual dose is meant (DI-14).
    pub sic: bool,
}

/// A part of a document that this program knows by name and has no place of its own for: care type, weight of a child,
/// the instruction to a compounding pharmacist. Shown to a person; no rule reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Field code, or the name of an element.
    pub field: String,
    /// What the field is called, in Finnish as documents call it.
    pub name: String,
    /// What it says, at most 2,000 characters.
    pub text: String,
}

/// A part of a document that this program does not understand, kept so that a person can see that it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownPart {
    /// Where: a field code, or a path of element names.
    pub place: String,
    /// The text of it, at most 2,000 characters.
    pub text: String,
    /// The element itself, so that a correction or cancellation can carry it on; none where the part is no element.
    #[serde(default)]
    pub xml: Option<String>,
}
