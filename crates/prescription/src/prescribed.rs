//! A prescription (lääkemääräys) as it stands in one of its versions: for whom and by whom, what and how much, how to take
//! it, and what the prescriber wants the pharmacy to know. Reading it from a document is left to `cda`.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::change::{Change, Explained, Recording, RenewalProhibition};
use crate::codes::{Answer, MinorDisclosure, PrescriptionKind};
use crate::{
    Code, ControlClass, DocumentReference, Dosage, Iteration, Oid, Organisation, Patient, PositiveAmount,
    PrescribedProduct, Professional, Quantity,
};

/// A prescription (lääkemääräys) in one of its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prescription {
    /// Identifier, set and type (1 prescription, 3 correction, 2 cancellation).
    pub reference: DocumentReference,
    /// 1, then one more for each correction or cancellation.
    pub version: u32,
    /// What this version does to the one before it. Nothing in a document of type 1.
    pub change: Option<Change>,
    /// Header specification (`templateId`), which tells the definition version.
    pub definition: Oid,
    /// When this version's document was made; of a correction, when it was corrected.
    pub made_at: NaiveDateTime,
    /// For whom.
    pub patient: Patient,
    /// Whether a minor's data are disclosed to guardians (OB-7).
    pub minor_disclosure: Option<MinorDisclosure>,
    /// By whom (LAL), with unit.
    pub prescriber: Professional,
    /// Who entered it.
    pub recording: Recording,
    /// When it was prescribed (header encounter time, which must equal the body's).
    pub prescribed_at: NaiveDateTime,
    /// The service event (palvelutapahtuma) in which it was prescribed, where there was one.
    pub service_event: Option<Oid>,
    /// The last day on which it is valid, if the document limits it (LC-5).
    pub valid_until: Option<NaiveDate>,
    /// The renewal request that it answers, where it is a renewal.
    pub renews: Option<DocumentReference>,
    /// Fields 160 and 167: the medicine across its renewals.
    pub medicine: Option<MedicineIdentity>,
    /// Field 169.
    pub kind: PrescriptionKind,
    /// The hospital pharmacy that a hospital-pharmacy prescription is for.
    pub hospital_pharmacy: Option<Organisation>,
    /// What was prescribed.
    pub product: PrescribedProduct,
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
    /// Field 117: how the prescriber knew who the patient is (of narcotics).
    pub identification: Option<Explained>,
    /// Field 58, what it is for.
    pub purpose: Option<String>,
    /// Field 67 (hoitolaji), 1.2.246.537.5.40101.2006.
    pub care_types: Vec<Code>,
    /// Who pays after an accident at work.
    pub employer: Option<String>,
    /// The insurance company then.
    pub insurer: Option<String>,
    /// Field 69.
    pub special_report: Option<SpecialReport>,
    /// Field 92, from the prescriber to the pharmacy (DI-13).
    pub message_to_pharmacy: Option<String>,
    /// Field 81.
    pub substitution_prohibited: bool,
    /// Fields 75 and 194.
    pub renewal_prohibited: Option<RenewalProhibition>,
    /// Field 68, regular medication.
    pub permanent: bool,
    /// Field 91.
    pub dose_dispensing: bool,
    /// What is said of it beside yes or no.
    pub dose_dispensing_text: Option<String>,
    /// Field 129, the first time that this medicine is used (DI-11).
    pub first_use: bool,
    /// Field 89: weight of a patient under twelve years (DI-14).
    pub weight: Option<PositiveAmount>,
    /// Field 214, the doctor's fee in euro.
    pub fee: Option<Decimal>,
    /// Field 215: the fee is a specialist's.
    pub fee_as_specialist: Option<bool>,
    /// Field 216: a medicine under the Communicable Diseases Act, free of charge. Documents before 2016 do not say.
    pub communicable_disease: Option<bool>,
    /// Field 270: under additional monitoring.
    pub monitored: Option<Answer>,
    /// Fields 271–274.
    pub biological: Option<Biological>,
    /// Field 275: made from blood or plasma.
    pub blood_product: Option<Answer>,
    /// Parts that this program knows by name and shows, and that no rule uses.
    pub details: Vec<Detail>,
    /// Parts that this program does not understand; shown, never dropped.
    pub unknown: Vec<UnknownPart>,
}

impl Prescription {
    /// Who made this version and signs it: its corrector (KOR) or canceller (MIT), else who recorded it (KIR), else the
    /// prescriber (LAL). Nobody where the Centre itself cancelled (LC-11).
    pub fn made_by(&self) -> Option<&Professional> {
        match &self.change {
            Some(Change::Correction(correction)) => Some(&correction.by),
            Some(Change::Cancellation(cancellation)) => cancellation.by.as_ref(),
            Some(Change::Unclear) | None => Some(self.recording.recorder().unwrap_or(&self.prescriber)),
        }
    }

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

/// Identity of a prescribed medicine across its renewals (määrätyn lääkkeen yksilöivä tunniste).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MedicineIdentity {
    /// Field 160.
    pub id: Oid,
    /// Field 167, the number of the part.
    pub part: Option<u32>,
}

/// A special report for reimbursement (erillisselvitys), field 69. Older documents say it in words, newer ones by code
/// and date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialReport {
    /// The condition.
    pub code: Option<Code>,
    /// From when.
    pub date: Option<NaiveDate>,
    /// What is said of it.
    pub text: Option<String>,
}

/// What is said of a biological medicine (biologinen lääke).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Biological {
    /// Field 271: whether it is one.
    pub is_biological: Answer,
    /// Field 272: whether it is a biosimilar.
    pub biosimilar: Option<Answer>,
    /// Field 273: why not the cheapest one.
    pub not_cheapest_because: Option<String>,
    /// Field 274: the group of medicines.
    pub group: Option<String>,
}

/// A part of a document that this program knows by name and that later definitions have dropped: that the patient
/// declined an instruction, a quick code of the dosage. Shown to a person; no rule reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// Where: organizer and field code.
    pub place: String,
    /// What the field is called, in Finnish as documents call it.
    pub name: String,
    /// What it says, at most 2,000 characters.
    pub text: String,
    /// The element itself, so that a correction or cancellation can carry it on.
    #[serde(default)]
    pub xml: Option<String>,
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
