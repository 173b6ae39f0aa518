//! A dispensation (lääketoimitus, type 10), its correction (12) and its cancellation (11): what was given, from which
//! prescription, by whom, and what remains.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount::plain;
use crate::{
    Amount, Change, Code, ControlClass, DocumentReference, DocumentType, Explained, Organisation, Patient, PersonName,
    Prescription, ProductKind, Professional, Quantity, Unit, UnknownPart, Vnr,
};

/// A product (valmiste) as documents name one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Field 164.
    pub kind: ProductKind,
    /// Trade name, or what the prescriber wrote.
    pub name: String,
    /// "10 mg".
    pub strength: Option<String>,
    /// "tabletti", field 24.
    pub form: Option<String>,
    /// ATC code and its name.
    pub atc: Option<Code>,
    /// Package number.
    pub vnr: Option<Vnr>,
    /// Marketing authorisation holder.
    pub holder: Option<String>,
    /// Field 128.
    pub container: Option<String>,
    /// Edition of the Pharmaceutical Database, `2026.022`.
    pub database_version: Option<String>,
}

/// A dispensation (lääketoimitus) in one of its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispensation {
    /// Its own identifier, set and type.
    pub reference: DocumentReference,
    /// 1, then one more for each correction or cancellation.
    pub version: u32,
    /// What this version does to the one before it, and who did it. Nothing in a document of type 10.
    #[serde(default)]
    pub change: Option<Change>,
    /// The prescription that it is made from.
    pub prescription: DocumentReference,
    /// For whom.
    pub patient: Patient,
    /// Who made it and signs it (LTE).
    pub author: Professional,
    /// Where.
    pub pharmacy: Organisation,
    /// Who prepared it, where a student did (DI-3).
    pub preparer: Option<Professional>,
    /// When the medicine was handed over: the encounter's time, which the body repeats.
    pub dispensed_at: NaiveDateTime,
    /// When the document was made.
    pub made_at: NaiveDateTime,
    /// What was given.
    pub product: Product,
    /// What a medicine that the pharmacy made consists of, and how it was made (koostumuksen selitys).
    #[serde(default)]
    pub composition: Option<String>,
    /// How many packages.
    pub packages: u32,
    /// Size of one; of a part package, the part.
    pub package_size: Amount,
    /// Field 125.
    pub package_factor: u32,
    /// Field 126.
    pub package_text: Option<String>,
    /// Field 101: a package was split (DI-9).
    pub part_package: bool,
    /// Field 124.
    pub compounded: bool,
    /// Field 102.
    pub delivered: Amount,
    /// The same as a formula, "2X50" (laskukaavamuoto), where the document has one.
    #[serde(default)]
    pub delivered_text: Option<String>,
    /// The same in words (tekstimuoto), where the document has them.
    #[serde(default)]
    pub delivered_words: Option<String>,
    /// Field 103 as stated (DI-7e: the Centre computes its own and compares).
    pub remaining: RemainingStatement,
    /// Field 122 as stated.
    pub fully_dispensed: bool,
    /// Field 91.
    pub dose_dispensing: bool,
    /// What is said of it beside yes or no.
    #[serde(default)]
    pub dose_dispensing_text: Option<String>,
    /// Field 105.
    pub substituted: bool,
    /// Field 106.
    pub remark: Option<String>,
    /// Field 107.
    pub report_to_kela: Option<String>,
    /// Field 108, euro.
    pub price: Option<Decimal>,
    /// Field 109: code in 1.2.246.537.5.40183.2009 and text.
    pub substitution_reason: Option<(Code, Option<String>)>,
    /// Why it deviates from the prescription (poikkeavan lääketoimituksen syy, Medicines Act 57 f, from 2026): code in
    /// 1.2.246.537.6.2025.5 and words.
    #[serde(default)]
    pub deviation: Option<Explained>,
    /// Field 110.
    pub copayments: Option<u32>,
    /// Field 117: how the pharmacy knew who the customer is, 1.2.246.537.5.40109.2006.
    #[serde(default)]
    pub identification: Option<Explained>,
    /// Field 119.
    pub control: Option<ControlClass>,
    /// Field 132.
    pub narcotic: bool,
    /// Field 152, the dosage as the label says it.
    pub label_dosage: String,
    /// Parts that this program does not understand; shown, carried on into a correction or cancellation, never dropped.
    #[serde(default)]
    pub unknown: Vec<UnknownPart>,
}

impl Dispensation {
    /// Who made this version and signs it: its corrector (KOR) or canceller (MIT), else who dispensed (LTE).
    pub fn made_by(&self) -> Option<&Professional> {
        match &self.change {
            Some(Change::Correction(correction)) => Some(&correction.by),
            Some(Change::Cancellation(cancellation)) => cancellation.by.as_ref(),
            Some(Change::Unclear) | None => Some(&self.author),
        }
    }

    /// Whether this version takes the whole dispensation away.
    pub fn is_cancelled(&self) -> bool {
        self.reference.document_type == DocumentType::DispensationCancellation
    }
}

/// The dispensations that count: of each set the newest version, and none that is cancelled. The order is kept.
pub fn live(mut dispensations: Vec<Dispensation>) -> Vec<Dispensation> {
    let newest: Vec<_> = dispensations.iter().map(|d| (d.reference.set_id.clone(), d.version)).collect();
    dispensations.retain(|held| {
        let is_newest = newest.iter().all(|(set, version)| *set != held.reference.set_id || *version <= held.version);
        is_newest && !held.is_cancelled()
    });
    dispensations
}

/// Field 103: what remains, as a document states it (DI-8): a number, or only a text such as "3X21".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemainingStatement {
    /// The number, where there is one.
    pub value: Option<Decimal>,
    /// The formula, where there is one (laskukaavamuoto).
    pub text: Option<String>,
    /// The unit.
    pub unit: Unit,
    /// The same in words (tekstimuoto), where the document has them.
    #[serde(default)]
    pub words: Option<String>,
}

impl RemainingStatement {
    /// "3X21 fol" or "79 fol", as a person reads it.
    pub fn shown(&self) -> String {
        match self.text.clone().or_else(|| self.value.map(plain)) {
            Some(amount) => format!("{amount} {}", self.unit).trim().to_owned(),
            None => self.words.clone().unwrap_or_else(|| self.unit.to_string()),
        }
    }
}

/// What a list shows of a dispensation; kept beside the document so that no list must read documents. Holds no identity
/// code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// "DIAPAM 10 mg".
    pub product: String,
    /// "21 fol".
    pub amount: String,
    /// "3X21 fol".
    pub remaining: String,
    /// "Potilas, P."
    pub customer: String,
    /// Who signed.
    pub person: String,
    /// The signer's registration number.
    pub registration: String,
    /// The prescription's identifier.
    pub prescription_id: String,
    /// When the medicine was handed over, Finnish time.
    pub dispensed_at: NaiveDateTime,
    /// Control class, where there is one.
    pub control: Option<String>,
}

impl Summary {
    /// The summary of a dispensation.
    pub fn of(dispensation: &Dispensation) -> Self {
        let strength = dispensation.product.strength.as_deref().unwrap_or_default();
        let registration = dispensation.author.registration.as_ref();
        Self {
            product: format!("{} {strength}", dispensation.product.name).trim().to_owned(),
            amount: dispensation.delivered.to_string(),
            remaining: dispensation.remaining.shown(),
            customer: shortened(&dispensation.patient.name),
            person: dispensation.author.name.given_first(),
            registration: registration.map(|number| number.as_str().to_owned()).unwrap_or_default(),
            prescription_id: dispensation.prescription.id.to_string(),
            dispensed_at: dispensation.dispensed_at,
            control: dispensation.control.as_ref().map(|class| class.code().to_owned()),
        }
    }

    /// The summary of a prescription that a pharmacy stores: what is prescribed stands as the amount, when it was stored
    /// as the time, and nothing as left.
    pub fn of_prescription(prescription: &Prescription) -> Self {
        let strength = prescription.product.strength.as_deref().unwrap_or_default();
        let amount = match &prescription.quantity {
            Quantity::Packages { count, size, .. } => format!("{count}X{size}"),
            Quantity::Total { amount } => amount.to_string(),
            Quantity::Period { length, .. } => length.to_string(),
            Quantity::Nothing | Quantity::Unknown { .. } => String::new(),
        };
        let by = prescription.made_by();
        let registration = by.and_then(|person| person.registration.as_ref());
        Self {
            product: format!("{} {strength}", prescription.product.name()).trim().to_owned(),
            amount,
            remaining: String::new(),
            customer: shortened(&prescription.patient.name),
            person: by.map(|person| person.name.given_first()).unwrap_or_default(),
            registration: registration.map(|number| number.as_str().to_owned()).unwrap_or_default(),
            prescription_id: prescription.reference.id.to_string(),
            dispensed_at: prescription.made_at,
            control: prescription.control.as_ref().map(|class| class.code().to_owned()),
        }
    }
}

/// "Potilas, P."
fn shortened(name: &PersonName) -> String {
    let initial: String = name.given.first().and_then(|given| given.chars().next()).into_iter().collect();
    format!("{}, {initial}.", name.family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples;

    #[test]
    fn of_each_dispensation_only_the_newest_version_counts_and_none_that_is_cancelled() {
        let lot = |set: &str, version: u32, document_type: DocumentType| {
            let mut made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
            made.reference.set_id = crate::Oid::parse(set).unwrap();
            made.reference.document_type = document_type;
            made.version = version;
            made
        };
        let (given, corrected) = (DocumentType::Dispensation, DocumentType::DispensationCorrection);
        let history = vec![
            lot("1.1", 1, given.clone()),
            lot("1.2", 1, given.clone()),
            lot("1.3", 2, DocumentType::DispensationCancellation),
            lot("1.1", 2, corrected),
            lot("1.3", 1, given),
        ];
        let counted = live(history);
        let kept: Vec<_> = counted.iter().map(|d| (d.reference.set_id.as_str(), d.version)).collect();
        assert_eq!(kept, [("1.2", 1), ("1.1", 2)]);
        assert_eq!(live(vec![]), []);
    }

    #[test]
    fn di_8_what_remains_is_shown_as_formula_number_or_words() {
        let shown = |value: Option<u32>, text: Option<&str>, words: Option<&str>| {
            let (value, text) = (value.map(Decimal::from), text.map(str::to_owned));
            RemainingStatement { value, text, unit: Unit::new("fol"), words: words.map(str::to_owned) }.shown()
        };
        assert_eq!(shown(Some(63), Some("3X21"), None), "3X21 fol");
        assert_eq!(shown(Some(79), None, Some("lähes kaikki")), "79 fol");
        assert_eq!(shown(None, None, Some("vuoden tarve")), "vuoden tarve");
    }
}
