//! A dispensation (lääketoimitus, type 10): what was given, from which prescription, by whom, and what remains.

use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount::plain;
use crate::{
    Amount, Code, ControlClass, DocumentReference, Organisation, Patient, ProductKind, Professional, Unit, Vnr,
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

/// A dispensation (lääketoimitus).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispensation {
    /// Its own identifier, set and type.
    pub reference: DocumentReference,
    /// 1, then one more for each correction or cancellation.
    pub version: u32,
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
    /// Field 103 as stated (DI-7e: the Centre computes its own and compares).
    pub remaining: RemainingStatement,
    /// Field 122 as stated.
    pub fully_dispensed: bool,
    /// Field 91.
    pub dose_dispensing: bool,
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
    /// Field 110.
    pub copayments: Option<u32>,
    /// Field 119.
    pub control: Option<ControlClass>,
    /// Field 132.
    pub narcotic: bool,
    /// Field 152, the dosage as the label says it.
    pub label_dosage: String,
}

/// Field 103: what remains, as a document states it (DI-8): a number, or only a text such as "3X21".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemainingStatement {
    /// The number, where there is one.
    pub value: Option<Decimal>,
    /// The text, where there is one.
    pub text: Option<String>,
    /// The unit.
    pub unit: Unit,
}

impl RemainingStatement {
    /// "3X21 fol" or "79 fol", as a person reads it.
    pub fn shown(&self) -> String {
        let amount = self.text.clone().or_else(|| self.value.map(plain)).unwrap_or_default();
        format!("{amount} {}", self.unit).trim().to_owned()
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
        let name = &dispensation.patient.name;
        let initial: String = name.given.first().and_then(|given| given.chars().next()).into_iter().collect();
        let registration = dispensation.author.registration.as_ref();
        Self {
            product: format!("{} {strength}", dispensation.product.name).trim().to_owned(),
            amount: dispensation.delivered.to_string(),
            remaining: dispensation.remaining.shown(),
            customer: format!("{}, {initial}.", name.family),
            person: dispensation.author.name.given_first(),
            registration: registration.map(|number| number.as_str().to_owned()).unwrap_or_default(),
            prescription_id: dispensation.prescription.id.to_string(),
            dispensed_at: dispensation.dispensed_at,
            control: dispensation.control.as_ref().map(|class| class.code().to_owned()),
        }
    }
}
