//! Fetching and storing whole documents: HL7 V3 Medical Records messages in SOAP (wire-format notes 7).
//!
//! The wrappers' parts that were read in public sources stand as read; the rest is our own design on them, marked in
//! the table of identifiers. A document travels as base64 and is never opened here.

mod ack;
mod fetch;
mod frame;
mod store;

use std::fmt;

use chrono::{DateTime, Utc};
use prescription::{Conflict, DocumentReference, Oid};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::http::{Request, Response};
use crate::identifiers::{Key, get};
use crate::{Incoming, Issue, KantaError, Requester};

/// The most identifiers in one fetch (our own bound).
pub const IDENTIFIERS_AT_MOST: usize = 200;
/// The most documents in one answer (our own bound; the message's size binds first).
pub const DOCUMENTS_AT_MOST: usize = 1000;
/// The largest document, in bytes (1 MiB; promise of the house).
pub const DOCUMENT_BYTES_AT_MOST: usize = 1024 * 1024;

/// The identifier of one message, new for each sending. The document's own identifier is what makes sending again
/// harmless, not this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageId(Uuid);

impl MessageId {
    /// From sixteen random bytes that are handed in.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl From<Uuid> for MessageId {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What every message has of its own: an identifier and the time at which it was made, both handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// This message's identifier.
    pub message_id: MessageId,
    /// When it was made; carried to the second as Finnish local time.
    pub created_at: DateTime<Utc>,
}

/// Which documents are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FetchQuery {
    /// Prescriptions by the identifier of their first version: the newest version of each, its live dispensations, and the
    /// marks and the renewal request in force come back.
    pub identifiers: Vec<Oid>,
    /// One document by its own identifier: settles whether a lost answer was an acceptance.
    pub document: Option<Oid>,
}

/// A document as the Centre stores it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedDocument {
    /// Identifier, set and type as the Centre's index has them; the document itself is the authority.
    pub reference: DocumentReference,
    /// Version within its set.
    pub version: u32,
    /// The CDA document, byte for byte as stored.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for FetchedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FetchedDocument({}, version {}, {} bytes)", self.reference.id, self.version, self.bytes.len())
    }
}

/// A document to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreRequest {
    /// This sending.
    pub frame: Frame,
    /// Who sends it.
    pub requester: Requester,
    /// What the document's header says of itself; the Centre compares.
    pub reference: DocumentReference,
    /// Version within its set.
    pub version: u32,
    /// The signed CDA document.
    pub document: Vec<u8>,
    /// Made in an outage or sent late: its times need not be near the Centre's clock (promise 8).
    pub late: bool,
}

impl fmt::Debug for StoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreRequest({}, {} bytes, late {})", self.reference.id, self.document.len(), self.late)
    }
}

/// The Centre's answer to a [`StoreRequest`].
#[derive(Clone, PartialEq, Eq)]
pub enum StoreAnswer {
    /// Stored, now or before.
    Accepted {
        /// The document's own identifier.
        document_id: Oid,
        /// When it was stored the first time, to the second.
        stored_at: DateTime<Utc>,
        /// The document with the Centre's signature.
        document: Vec<u8>,
        /// The same bytes had been stored before: this is the first answer again (promise 2).
        repeated: bool,
        /// What a late dispensation conflicts with; it is stored all the same, and a person settles it.
        conflicts: Vec<Conflict>,
    },
    /// Not stored, and why (at least one issue).
    Refused(Vec<Issue>),
}

impl fmt::Debug for StoreAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { document_id, stored_at, repeated, .. } => {
                write!(f, "Accepted({document_id}, {stored_at}, repeated {repeated})")
            }
            Self::Refused(issues) => f.debug_tuple("Refused").field(issues).finish(),
        }
    }
}

/// Writes a fetch.
pub fn fetch_request(query: &FetchQuery, requester: &Requester, frame: &Frame) -> Result<Request, KantaError> {
    fetch::request(query, requester, frame)
}

/// Reads a fetch at the Centre.
pub fn parse_fetch_request(request: &Request) -> Result<(FetchQuery, Requester, Frame), KantaError> {
    fetch::parse_request(request)
}

/// Writes the answer to the fetch whose identifier is `to`. Too much for one message becomes a refusal that says so.
pub fn fetch_response(documents: &[FetchedDocument], frame: &Frame, to: MessageId) -> Response {
    fetch::response(documents, frame, to)
}

/// Reads the answer to the fetch whose identifier is `to`.
pub fn parse_fetch_response(response: &Response, to: MessageId) -> Result<Vec<FetchedDocument>, KantaError> {
    fetch::parse_response(response, to)
}

/// Writes the storing of a document.
pub fn store_request(store: &StoreRequest) -> Result<Request, KantaError> {
    store::request(store)
}

/// Reads the storing of a document at the Centre.
pub fn parse_store_request(request: &Request) -> Result<StoreRequest, KantaError> {
    store::parse_request(request)
}

/// Writes the answer to the storing whose message identifier is `to`.
pub fn store_response(answer: &StoreAnswer, frame: &Frame, to: MessageId) -> Response {
    store::response(answer, frame, to)
}

/// Reads the answer to the storing whose message identifier is `to`. A refusal is an `Ok` answer; `Err` means that no
/// answer could be read, and the document's fate is unknown.
pub fn parse_store_response(response: &Response, to: MessageId) -> Result<StoreAnswer, KantaError> {
    store::parse_response(response, to)
}

/// Writes a refusal; `to` is absent when the request could not be read far enough to know its identifier.
pub fn error_response(issues: &[Issue], frame: &Frame, to: Option<MessageId>) -> Response {
    ack::refusal(issues, frame, to)
}

/// Reads a request of either exchange at the Centre.
pub fn read(request: &Request) -> Result<Incoming, KantaError> {
    frame::open(&request.body, |opened| {
        if opened.is(Key::InteractionStore) {
            return store::read_request(opened).map(Incoming::Store);
        }
        let (query, requester, frame) = fetch::read_request(opened)?;
        Ok(Incoming::Fetch { query, requester, frame })
    })
}

/// Whether the answer to this request names it, so that an answer to another is told from its own ([`KantaError::AnswerToAnother`]).
/// Of a search's answer that is not so.
pub fn is_named_in_its_answer(request: &Request) -> bool {
    request.path == get(Key::PathMedicalRecords)
}

/// The identifier of a request's message, as far as it can be read.
pub fn message_id(request: &Request) -> Option<MessageId> {
    frame::open(&request.body, |opened| Ok(opened.frame.message_id)).ok()
}
