//! What stands on a label (5.1 and the corrections): the parts, each once, before anybody thinks of millimetres.

use chrono::NaiveDate;
use prescription::rules::Language;
use serde::Deserialize;

use crate::{Field, LabelError};

/// No text of a label is longer.
pub(crate) const TEXT_AT_MOST: usize = 2_000;
/// No label has more warnings, or marks of a split package.
const MARKS_AT_MOST: usize = 12;

/// The contents of the label of one dispensed medicine, or of one package of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// In which language the program's own words stand. The dosage is as it was written, see [`Contents::translation`].
    pub language: Language,
    /// Who uses the medicine, as a person reads it: "Aino Mallikas".
    pub patient: String,
    /// What is in the package.
    pub product: Product,
    /// The exchange, where another product was prescribed: the label names both.
    #[serde(default)]
    pub exchange: Option<Exchange>,
    /// How much of it was given, with its unit: "21 tablettia".
    pub amount: String,
    /// Which of how many packages this one is, where there are several.
    #[serde(default)]
    pub package: Option<(u32, u32)>,
    /// How to use it: the dosage as a pharmacist has confirmed it (field 152).
    pub dosage: String,
    /// The same in the label's language, where that is another than the dosage's: words made from the structured dosage.
    /// The label then marks it as a translation and has the dosage below.
    #[serde(default)]
    pub translation: Option<String>,
    /// What it is for, unless the dosage says so.
    #[serde(default)]
    pub purpose: Option<String>,
    /// How long it is used, unless the dosage says so.
    #[serde(default)]
    pub duration: Option<String>,
    /// Who prescribed it.
    pub prescriber: String,
    /// The pharmacy.
    pub pharmacy: Pharmacy,
    /// The day of dispensing.
    pub date: NaiveDate,
    /// By which the dispensation is found again: the prescription's or the dispensation's identifier.
    #[serde(default)]
    pub reference: Option<String>,
    /// What remains of the prescription, and until when.
    pub remaining: Remaining,
    /// Warnings and marks, in their order.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What the maker's package says, where only a part of it is given.
    #[serde(default)]
    pub split: Option<SplitPackage>,
    /// What is said of a medicine that the pharmacy made.
    #[serde(default)]
    pub compounded: Option<Compounded>,
    /// Whether it is printed again: the label says so.
    #[serde(default)]
    pub reprint: bool,
}

/// A product, in the words of the Pharmaceutical Database, which are not changed (1.6).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// "DIAPAM".
    pub name: String,
    /// "10 mg"; empty where it has none.
    #[serde(default)]
    pub strength: String,
    /// "tabletti".
    pub form: String,
    /// "100 fol".
    pub size: String,
}

impl Product {
    /// Name and strength.
    pub fn title(&self) -> String {
        format!("{} {}", self.name, self.strength).trim().to_owned()
    }
}

/// An exchange at the pharmacy (read: the label names the prescribed and the dispensed product, and that it was exchanged).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was prescribed.
    pub prescribed: Product,
}

/// A pharmacy, as a label names it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pharmacy {
    /// Its name.
    pub name: String,
    /// Its telephone number.
    #[serde(default)]
    pub phone: Option<String>,
}

/// What remains of a prescription after this dispensation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Remaining {
    /// Nothing.
    Nothing,
    /// That much, until that day.
    Left {
        /// "2 × 21 fol".
        amount: String,
        /// The last day on which it can be dispensed.
        until: NaiveDate,
    },
    /// It is not said: the prescription cannot tell.
    Unsaid,
}

/// A warning or mark on a label. Their wording is recalled (docs/assumptions.md).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Warning {
    /// May impair the ability to drive.
    Driving,
    /// Not with alcohol.
    Alcohol,
    /// For external use only.
    ExternalOnly,
    /// To be kept in a refrigerator.
    Refrigerate,
    /// Out of the reach of children.
    Children,
    /// Once opened or prepared, to be used until that day.
    UseUntil(NaiveDate),
    /// In a pharmacist's own words, in the customer's language.
    Words(String),
}

/// What the label of a split package repeats of the maker's (corrections): identification, use and storage marks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitPackage {
    /// Who made it: the marketing authorisation's holder.
    pub maker: String,
    /// Marks of use: "Niellään kokonaisena."
    #[serde(default)]
    pub use_marks: Vec<String>,
    /// Marks of storage: "Säilytä alle 25 °C."
    #[serde(default)]
    pub storage_marks: Vec<String>,
    /// The batch; batches are never mixed.
    pub batch: String,
    /// The last day on which it may be used.
    pub expiry: NaiveDate,
}

/// What the label of a compounded medicine says (corrections).
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compounded {
    /// What it consists of.
    pub composition: String,
    /// When it was prepared.
    pub prepared: NaiveDate,
    /// The last day on which it may be used.
    pub expiry: NaiveDate,
}

impl Contents {
    /// Whether all parts are there and none of them is beyond its limit.
    pub fn check(&self) -> Result<(), LabelError> {
        let needed = [
            (Field::Patient, &self.patient),
            (Field::Product, &self.product.name),
            (Field::Dosage, &self.dosage),
            (Field::Prescriber, &self.prescriber),
            (Field::Pharmacy, &self.pharmacy.name),
        ];
        let split = self.split.iter().flat_map(|split| [(Field::Batch, &split.batch), (Field::Maker, &split.maker)]);
        let compounded = self.compounded.iter().map(|made| (Field::Composition, &made.composition));
        for (field, text) in needed.into_iter().chain(split).chain(compounded) {
            if !text.chars().any(char::is_alphanumeric) {
                return Err(LabelError::Missing { field });
            }
        }
        let split_marks =
            self.split.iter().map(|split| split.use_marks.len().saturating_add(split.storage_marks.len()));
        if split_marks.chain([self.warnings.len()]).any(|marks| marks > MARKS_AT_MOST) {
            return Err(LabelError::TooLong { limit: MARKS_AT_MOST });
        }
        Ok(())
    }
}
