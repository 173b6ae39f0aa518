//! Renewal requests (uusimispyyntö, type 8) and their answers (uusimispyynnön vastaus, type 9).
//!
//! A request asks one care unit to prescribe a medicine again. A pharmacy or a care unit sends it for a patient, or
//! OmaKanta for a citizen. What Kela's validator demands of a request that a professional sends is demanded when it is
//! written (section 2.12 of the domain notes), not when it is read.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::{Code, Consent, DocumentReference, Organisation, Patient, Professional, UnknownPart};

/// A renewal request (uusimispyyntö).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalRequest {
    /// Its own identifier, set and type.
    pub reference: DocumentReference,
    /// 1 in a first version.
    pub version: u32,
    /// For whom.
    pub patient: Patient,
    /// Where the patient gets a text message with the answer: digits, spaces and `+`.
    pub mobile: Option<String>,
    /// Who asks.
    pub requester: Requester,
    /// When it was asked, Finnish local time.
    pub asked_at: NaiveDateTime,
    /// When the document was made.
    pub made_at: NaiveDateTime,
    /// The care unit that is asked (vastaanottaja).
    pub recipient: Organisation,
    /// The prescription to be renewed.
    pub prescription: DocumentReference,
    /// When that was prescribed.
    pub prescribed_at: Option<NaiveDateTime>,
    /// Who prescribed it: name and prescriber identifier.
    pub prescriber: Professional,
    /// What was prescribed.
    pub product_name: String,
    /// Field 120.
    pub consent: Option<Consent>,
    /// Field 113, to whoever handles the request.
    pub message: Option<String>,
    /// Field 111, where a document states it: code in 1.2.246.537.5.40106.2006.
    pub state: Option<Code>,
    /// Parts that this program does not understand; shown, never dropped.
    #[serde(default)]
    pub unknown: Vec<UnknownPart>,
}

/// Who asks for a renewal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Requester {
    /// The patient, through a service of citizens such as OmaKanta, which is all that the document names.
    Citizen {
        /// The service.
        channel: Organisation,
    },
    /// A pharmacist or somebody in health care, for the patient.
    Professional {
        /// The person.
        person: Box<Professional>,
        /// The pharmacy or care unit.
        unit: Organisation,
    },
}

impl Requester {
    /// The organisation that sends the request.
    pub fn unit(&self) -> &Organisation {
        match self {
            Self::Citizen { channel } => channel,
            Self::Professional { unit, .. } => unit,
        }
    }
}

/// What became of a renewal request (uusimisen tila), 1.2.246.537.5.40106.2006. Only 0 has been seen, in a prescription that
/// nobody asked to renew; the other codes are assumed in the order of the texts (docs/assumptions.md).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RenewalState {
    /// Nobody has asked.
    None,
    /// Asked, and not answered yet.
    Requested,
    /// A new prescription was made.
    Renewed,
    /// Rejected: never to be asked for again (LC-13).
    Rejected,
    /// Returned as sent to the wrong unit: another one may be asked.
    Returned,
    /// Eight days passed without an answer (LC-12).
    Lapsed,
    /// A value that this program does not know: it hinders like a request that is open.
    Unknown(String),
}

impl RenewalState {
    const CODES: [(&'static str, Self); 6] = [
        ("0", Self::None),
        ("1", Self::Requested),
        ("2", Self::Renewed),
        ("3", Self::Rejected),
        ("4", Self::Returned),
        ("5", Self::Lapsed),
    ];

    /// The code that documents carry.
    pub fn code(&self) -> &str {
        match self {
            Self::Unknown(code) => code,
            known => Self::CODES.iter().find(|(_, state)| state == known).map_or("", |(code, _)| code),
        }
    }

    /// What an answer says in field 111: renewed, rejected or returned, and nothing else.
    pub fn answered(code: Option<&Code>) -> Self {
        match code.map(|code| Self::from(code.code.clone())) {
            Some(state @ (Self::Renewed | Self::Rejected | Self::Returned)) => state,
            Some(other) => Self::Unknown(other.code().to_owned()),
            None => Self::Unknown(String::new()),
        }
    }
}

impl From<String> for RenewalState {
    fn from(code: String) -> Self {
        let known = Self::CODES.iter().find(|(known, _)| *known == code).map(|(_, state)| state.clone());
        known.unwrap_or(Self::Unknown(code))
    }
}

impl From<RenewalState> for String {
    fn from(state: RenewalState) -> Self {
        state.code().to_owned()
    }
}

/// An answer to a renewal request (uusimispyynnön vastaus). No public document shows one: it is read by analogy, each
/// part as far as it is there (docs/assumptions.md), and never written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalAnswer {
    /// Its own identifier, set and type.
    pub reference: DocumentReference,
    /// 1 in a first version.
    pub version: u32,
    /// Whose the prescription is.
    pub patient: Patient,
    /// Who answers.
    pub author: Option<Professional>,
    /// For which care unit.
    pub unit: Option<Organisation>,
    /// When it was answered, Finnish local time.
    pub answered_at: NaiveDateTime,
    /// The request that is answered, where it is named.
    pub request: Option<DocumentReference>,
    /// The prescription, old or new, where it is named.
    pub prescription: Option<DocumentReference>,
    /// Field 111: renewed, rejected or returned, as a code that is not known yet.
    pub state: Option<Code>,
    /// Field 114, the physician's reasons.
    pub reasons: Option<String>,
    /// Field 115, what the citizen is told.
    pub instruction: Option<String>,
    /// Whatever else it says; shown, never dropped.
    #[serde(default)]
    pub unknown: Vec<UnknownPart>,
}
