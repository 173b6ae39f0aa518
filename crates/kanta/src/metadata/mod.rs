//! The search for prescriptions' data: `$get-prescriptions-metadata` (FHIR R4, wire-format notes 7.3 and 8).
//!
//! A query goes out as `Parameters`, the answer comes as a `Bundle` of MedicationRequest, Medication, Patient,
//! PractitionerRole, Practitioner and Organization in the shapes of Kela's published examples. What the real service
//! does not tell and the counter needs travels in extensions that are plainly our own. Whole documents are left to
//! [`crate::mr`].

mod authorization;
mod fhir;
mod query;
mod read;
pub mod uses;
mod write;

use chrono::{NaiveDate, NaiveDateTime};
use prescription::codes::PrescriptionKind;
use prescription::{
    Code, ControlClass, DocumentReference, Oid, Patient, PersonName, ProductKind, SignatureTrust, State, Vnr,
};
use serde::{Deserialize, Serialize};

use crate::http::{Request, Response};
use crate::{Issue, KantaError, Requester};

pub use query::{Days, Page, Query};

/// The most identity codes in one query (rule of the FHIR guide).
pub const PATIENTS_AT_MOST: usize = 20;
/// The most prescription identifiers in one query (our own bound).
pub const IDENTIFIERS_AT_MOST: usize = 200;
/// The most values of a state or type in one query (our own bound).
pub const STATES_AT_MOST: usize = 20;
/// The longest cursor of a page, in bytes (our own bound).
pub const CURSOR_BYTES_AT_MOST: usize = 200;
/// The most prescriptions in one answer (our own bound).
pub const PRESCRIPTIONS_AT_MOST: usize = 1000;

/// How much of a prescription has been dispensed (toimitustila), 1.2.246.537.5.40123.2006.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DispenseStatus {
    /// Nothing yet.
    Not,
    /// A part.
    Partly,
    /// All.
    Fully,
    /// A value that this program does not know: kept, shown, and it hinders.
    Unknown(String),
}

impl DispenseStatus {
    /// A stable name for logs; of an unknown value its code.
    pub fn name(&self) -> &str {
        match self {
            Self::Not => "not",
            Self::Partly => "partly",
            Self::Fully => "fully",
            Self::Unknown(code) => code,
        }
    }
}

/// The medicine as metadata tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medicine {
    /// Trade name, or what the prescriber wrote.
    pub name: String,
    /// "10 mg".
    pub strength: Option<String>,
    /// "tabletti".
    pub form: Option<String>,
    /// ATC code and its name.
    pub atc: Option<Code>,
    /// Package number.
    pub vnr: Option<Vnr>,
    /// Kind of product (valmisteen laji).
    pub kind: ProductKind,
    /// PKV or narcotic class.
    pub control: Option<ControlClass>,
    /// Narcotic.
    pub narcotic: bool,
}

/// One prescription in the answer, in its newest version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// Identifier, set and type.
    pub reference: DocumentReference,
    /// 1, then one more for each correction or cancellation.
    pub version: u32,
    /// For whom.
    pub patient: Patient,
    /// What.
    pub medicine: Medicine,
    /// Kind of prescription (reseptin laji).
    pub kind: PrescriptionKind,
    /// Form of the prescribed amount, 1.2.246.537.5.40100.2006: `1`, `2`, `3`, `9`.
    pub quantity_form: Option<String>,
    /// When it was prescribed, Finnish local time to the second.
    pub prescribed_at: NaiveDateTime,
    /// The last day on which it is valid.
    pub valid_until: Option<NaiveDate>,
    /// How many times more than the first.
    pub repeats: Option<u32>,
    /// Least days between two lots.
    pub interval_days: Option<u32>,
    /// "4X21 fol".
    pub prescribed_text: Option<String>,
    /// "3X21 fol".
    pub remaining_text: Option<String>,
    /// How much was dispensed.
    pub dispense_status: DispenseStatus,
    /// When last, Finnish local time.
    pub last_dispensed_at: Option<NaiveDateTime>,
    /// What last, "21 fol".
    pub last_dispensed_text: Option<String>,
    /// Cancelled, locked, reserved, replaced.
    pub state: State,
    /// How its renewal stands (uusimisen tila), 1.2.246.537.5.40106.2006, as the Centre codes it; its values are not
    /// public.
    pub renewal: Option<String>,
    /// Field 91: it is dispensed in doses (annosjakelu).
    pub dose_dispensing: bool,
    /// How to take it.
    pub dosage_text: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// Who prescribed it.
    pub prescriber: PersonName,
    /// Where: the unit's identifier.
    pub unit_id: Option<Oid>,
    /// Where: the unit's name.
    pub unit_name: Option<String>,
    /// Whether its validity is over on the Centre's clock (own extension).
    pub expired: bool,
    /// What its signatures are worth (own extension). Absent from another Centre's answer: then `Unsigned`.
    pub signature: SignatureTrust,
}

/// What the Centre found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// How many there are in all; more than listed where the answer is one page of several.
    pub total: u32,
    /// The prescriptions, in the Centre's order.
    pub prescriptions: Vec<Metadata>,
    /// Where the next page begins ([`Page::after`]); nothing on the last one.
    pub next: Option<String>,
}

/// Writes a query. Refuses one that the Centre would refuse: empty, or above the bounds.
pub fn request(query: &Query, requester: &Requester) -> Result<Request, KantaError> {
    write::request(query, requester)
}

/// Reads a query at the Centre.
pub fn parse_request(request: &Request) -> Result<(Query, Requester), KantaError> {
    read::request(request)
}

/// Writes an answer.
pub fn response(answer: &Answer) -> Response {
    write::response(answer)
}

/// Reads an answer; an OperationOutcome comes back as [`KantaError::Refused`].
pub fn parse_response(response: &Response) -> Result<Answer, KantaError> {
    read::response(response)
}

/// Writes a refusal: an OperationOutcome with the status that the first issue's code has.
pub fn error_response(issues: &[Issue]) -> Response {
    write::error_response(issues)
}

/// Reads loose resources (one JSON text each) as if they were one answer; for published examples.
pub fn read_resources(resources: &[&[u8]]) -> Result<Vec<Metadata>, KantaError> {
    read::resources(resources)
}
