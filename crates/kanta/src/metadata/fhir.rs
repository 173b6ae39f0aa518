//! The parts of FHIR R4 that the search uses, as small structures of our own. Members that are not listed are passed
//! over; where published examples write one value in place of a list, or a number as text, both are read.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{KantaError, MESSAGE_BYTES_AT_MOST};

/// A resource of one of the types that occur.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "resourceType")]
pub(super) enum Resource {
    Bundle(Bundle),
    OperationOutcome(OperationOutcome),
    Parameters(Parameters),
    MedicationRequest(Box<MedicationRequest>),
    Medication(Medication),
    Patient(Patient),
    PractitionerRole(PractitionerRole),
    Practitioner(Practitioner),
    Organization(Organization),
    AuditEvent(Box<AuditEvent>),
    #[serde(other)]
    Other,
}

macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase", default)]
            pub(super) struct $name { $($(#[$meta])* pub(super) $field: $type,)* }
        )*
    };
}

structures! {
    Bundle {
        r#type: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<u32>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        link: Vec<Link>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        entry: Vec<Entry>,
    }
    OperationOutcome {
        issue: Vec<OutcomeIssue>,
    }
    OutcomeIssue {
        severity: String,
        code: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<Concept>,
        #[serde(skip_serializing_if = "Option::is_none")]
        diagnostics: Option<String>,
    }
    Parameters {
        parameter: Vec<Parameter>,
    }
    Parameter {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_identifier: Option<Identifier>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_coding: Option<Coding>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_boolean: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_integer: Option<Whole>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_string: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_period: Option<Period>,
    }
    Link {
        relation: String,
        url: String,
    }
    MedicationRequest {
        id: String,
        extension: Vec<Extension>,
        identifier: Vec<Identifier>,
        status: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        status_reason: Option<Concept>,
        intent: String,
        #[serde(deserialize_with = "one_or_many")]
        category: Vec<Concept>,
        #[serde(skip_serializing_if = "Option::is_none")]
        medication_reference: Option<Reference>,
        #[serde(skip_serializing_if = "Option::is_none")]
        subject: Option<Reference>,
        #[serde(skip_serializing_if = "Option::is_none")]
        authored_on: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        requester: Option<Reference>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        dosage_instruction: Vec<Dosage>,
        #[serde(skip_serializing_if = "Option::is_none")]
        dispense_request: Option<DispenseRequest>,
    }
    Medication {
        id: String,
        extension: Vec<Extension>,
        #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
        identifier: Vec<Identifier>,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<Concept>,
        #[serde(skip_serializing_if = "Option::is_none")]
        form: Option<Concept>,
    }
    Patient {
        id: String,
        #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
        identifier: Vec<Identifier>,
        #[serde(deserialize_with = "one_or_many")]
        name: Vec<Name>,
        #[serde(skip_serializing_if = "Option::is_none")]
        gender: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        birth_date: Option<String>,
    }
    PractitionerRole {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        practitioner: Option<Reference>,
        #[serde(skip_serializing_if = "Option::is_none")]
        organization: Option<Reference>,
    }
    Practitioner {
        id: String,
        #[serde(deserialize_with = "one_or_many")]
        name: Vec<Name>,
    }
    Organization {
        id: String,
        #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
        identifier: Vec<Identifier>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    }
    AuditEvent {
        #[serde(skip_serializing_if = "Option::is_none")]
        r#type: Option<Coding>,
        subtype: Vec<Coding>,
        recorded: String,
        outcome: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        outcome_desc: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        purpose_of_event: Vec<Concept>,
        agent: Vec<AuditAgent>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        entity: Vec<AuditEntity>,
    }
    AuditAgent {
        #[serde(skip_serializing_if = "Option::is_none")]
        who: Option<Identified>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        role: Vec<Concept>,
        requestor: bool,
    }
    AuditEntity {
        #[serde(skip_serializing_if = "Option::is_none")]
        what: Option<Identified>,
    }
    /// A reference by identifier.
    Identified {
        identifier: Identifier,
    }
    DispenseRequest {
        extension: Vec<Extension>,
        #[serde(skip_serializing_if = "Option::is_none")]
        validity_period: Option<Period>,
        #[serde(skip_serializing_if = "Option::is_none")]
        number_of_repeats_allowed: Option<Whole>,
        #[serde(skip_serializing_if = "Option::is_none")]
        dispense_interval: Option<Quantity>,
    }
    Dosage {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    }
    Period {
        #[serde(skip_serializing_if = "Option::is_none")]
        start: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        end: Option<String>,
    }
    Quantity {
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Whole>,
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
    }
    Name {
        r#use: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        family: Option<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        given: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        suffix: Vec<String>,
    }
    Identifier {
        #[serde(skip_serializing_if = "Option::is_none")]
        system: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    }
    Coding {
        #[serde(skip_serializing_if = "Option::is_none")]
        system: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        display: Option<String>,
    }
    Concept {
        #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
        coding: Vec<Coding>,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    }
    Reference {
        reference: String,
    }
    Search {
        mode: String,
    }
    Extension {
        url: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        extension: Vec<Extension>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_string: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_code: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_boolean: Option<bool>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_positive_int: Option<Whole>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_date_time: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_coding: Option<Coding>,
        #[serde(skip_serializing_if = "Option::is_none")]
        value_identifier: Option<Identifier>,
    }
}

/// An entry of a bundle. Its resource is always there in a bundle that makes sense.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    #[serde(default)]
    pub(super) full_url: Option<String>,
    pub(super) resource: Resource,
    #[serde(default)]
    pub(super) search: Option<Search>,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.full_url == other.full_url
    }
}

/// A whole number; published examples write some as text (`"1"`), and `30.0` is one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Whole(pub(super) u32);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(u32),
            Fraction(f64),
            Text(String),
        }
        let unfit = || serde::de::Error::custom("not a whole number");
        match Written::deserialize(deserializer)? {
            Written::Whole(value) => Ok(Self(value)),
            Written::Text(text) => text.trim().parse().map(Self).map_err(|_| unfit()),
            // Exact: the text of a whole f64 has no fraction.
            Written::Fraction(value) => format!("{value}").parse().map(Self).map_err(|_| unfit()),
        }
    }
}

fn one_or_many<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written<T> {
        Many(Vec<T>),
        One(T),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Many(many) => many,
        Written::One(one) => vec![one],
    })
}

/// Reads a resource. The depth of JSON is bounded by its reader (128).
pub(super) fn read(bytes: &[u8]) -> Result<Resource, KantaError> {
    if bytes.len() > MESSAGE_BYTES_AT_MOST {
        return Err(KantaError::TooLarge { what: "bytes of message", limit: MESSAGE_BYTES_AT_MOST });
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => KantaError::Truncated,
        serde_json::error::Category::Data => KantaError::Malformed("not the resource that it should be"),
        _ if std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_none()) => KantaError::Truncated,
        // The reader has no kind of error for this; its text is checked by a test.
        _ if error.to_string().contains("recursion limit") => KantaError::TooDeep,
        _ => KantaError::Malformed("not well-formed JSON"),
    })
}

/// Writes a resource.
pub(super) fn write(resource: &Resource) -> Vec<u8> {
    // These structures have no map keys other than text and no other way to fail.
    serde_json::to_vec(resource).unwrap_or_default()
}
