//! What a document of the prescription family consists of: a header that every type has, and a content by type. The
//! header is kept as the sender states it, because Kanta's signatures do not cover it.

use chrono::NaiveDateTime;
use prescription::{
    Dispensation, DocumentReference, DocumentType, InvalidIdentifier, Mark, Oid, Organisation, Patient, Prescription,
    Professional, RenewalAnswer, RenewalRequest, UnknownPart,
};

use crate::DispensationForm;

/// A document (asiakirja) as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What the header states.
    pub header: Header,
    /// What the body holds.
    pub content: Content,
}

/// The content of a document, by its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Types 1 (prescription), 2 (its cancellation) and 3 (its correction), which are built alike.
    Prescription(Box<Prescription>),
    /// Types 10 (dispensation), 11 (its cancellation) and 12 (its correction), which are built alike.
    Dispensation(Box<Dispensation>),
    /// Types 4–7 and 16–18.
    Mark(Box<Mark>),
    /// Type 8.
    RenewalRequest(Box<RenewalRequest>),
    /// Type 9.
    RenewalAnswer(Box<RenewalAnswer>),
    /// A type that is none of a prescription's own, such as a summary or a log: its header only.
    Other(DocumentType),
}

/// The header (otsikkotiedot) of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// Identifier, set and type.
    pub reference: DocumentReference,
    /// 1, then one more for each correction or cancellation.
    pub version: u32,
    /// `ClinicalDocument/templateId`: the definition of the header.
    pub header_definition: Oid,
    /// `structuredBody/component/templateId`: the definition of the body.
    pub body_definition: Option<Oid>,
    /// `recordTarget`.
    pub patient: Patient,
    /// Everybody who made the document, in its order.
    pub authors: Vec<Author>,
    /// `effectiveTime`: when the document was made, Finnish local time.
    pub made_at: NaiveDateTime,
    /// `hl7fi:declaredTime`.
    pub declared_at: Option<NaiveDateTime>,
    /// When the patient was met: prescribing or dispensing. The body repeats it.
    pub encounter_at: Option<NaiveDateTime>,
    /// Where.
    pub encounter_organisation: Option<Organisation>,
    /// `relatedDocument`, in order.
    pub related: Vec<Related>,
    /// The keeper of the register; in Kanta always Kela.
    pub custodian: Option<Oid>,
    /// The program that made the document, as it says.
    pub software: Option<Software>,
    /// Parts of the header that this program does not understand; shown, never dropped.
    pub unknown: Vec<UnknownPart>,
}

impl Header {
    /// The author with a function code such as `LAL` or `LTE`.
    pub fn author(&self, function: &str) -> Option<&Professional> {
        self.authors.iter().find(|a| a.function.as_deref() == Some(function)).map(|a| &a.professional)
    }

    /// The document that this one continues (`APND`) or replaces (`RPLC`).
    pub fn related(&self, type_code: &str) -> Option<&DocumentReference> {
        self.related.iter().find(|r| r.type_code == type_code).map(|r| &r.reference)
    }
}

/// One of the authors of a document, with the function in which the person made it.
#[derive(Debug, Clone, PartialEq)]
pub struct Author {
    /// Code in 1.2.246.537.5.40006.2003: LAL, KOR, MIT, KIR or LTE. Locks and reservations have none.
    pub function: Option<String>,
    /// The person.
    pub professional: Professional,
}

/// A document that this one continues or replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// `APND` or `RPLC`.
    pub type_code: String,
    /// The other document.
    pub reference: DocumentReference,
}

/// The program that makes a document. Kanta demands that it is the same in every document of one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Software {
    /// Who makes the program (`@moderator`).
    pub vendor: String,
    /// What it is called (`@product`).
    pub product: String,
    /// Which version (`@version`).
    pub version: String,
}

/// The definition (määrittely) that a document follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Of the header, `ClinicalDocument/templateId`.
    pub header: Oid,
    /// Of the body, `structuredBody/component/templateId`.
    pub body: Oid,
    /// What a prescription of it looks like.
    pub shape: Shape,
    /// How dispensations and their corrections are written where no public source says it.
    pub dispensation: DispensationForm,
}

/// What a prescription looks like, whatever the identifiers of its definition are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As in version 3.30 and until 4.00: dosage as text.
    Text,
    /// As in version 4.00: structured dosage, identity of the medicine, fields 270–275.
    Structured,
}

impl Definition {
    /// The definition of dispensations of 2014, which Kela's public sample follows.
    pub fn dispensation_2014() -> Result<Self, InvalidIdentifier> {
        Self::of("1.2.246.777.11.2014.29", "1.2.246.777.11.2014.30", Shape::Text)
    }

    /// Version 3.30, in which prescriptions have their dosage as text.
    pub fn version_3_30() -> Result<Self, InvalidIdentifier> {
        Self::of("1.2.246.777.11.2015.1", "1.2.246.777.11.2015.2", Shape::Text)
    }

    /// Version 4.00, in which prescriptions have a structured dosage.
    pub fn version_4_00() -> Result<Self, InvalidIdentifier> {
        Self::of("1.2.246.777.11.2020.2", "1.2.246.777.11.2020.3", Shape::Structured)
    }

    /// A definition by its identifiers, which are configuration: newer ones are not public.
    pub fn of(header: &str, body: &str, shape: Shape) -> Result<Self, InvalidIdentifier> {
        Ok(Self {
            header: Oid::parse(header)?,
            body: Oid::parse(body)?,
            shape,
            dispensation: DispensationForm::default(),
        })
    }
}

/// How a document is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// The definition that it claims to follow.
    pub definition: Definition,
    /// The program that writes it.
    pub software: Software,
}
