//! The Centre's door: which of the exchanges a request is, and how to refuse it in that exchange's own form. What is
//! asked is answered elsewhere.

use crate::http::{Request, Response};
use crate::identifiers::{self, Key};
use crate::metadata::uses::{self, UsesQuery};
use crate::metadata::{self, Query};
use crate::mr::{self, FetchQuery, Frame, MessageId, StoreRequest};
use crate::{Issue, KantaError, Requester};
use prescription::Oid;

/// A request, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A search for prescriptions' data.
    Metadata {
        /// What is searched.
        query: Query,
        /// Who asks.
        requester: Requester,
    },
    /// A supervisor's question for uses of the own organisation.
    Uses {
        /// Which.
        query: UsesQuery,
        /// Who asks.
        requester: Requester,
    },
    /// A supervisor's word that the conflict of a late document is settled.
    Settle {
        /// The document.
        document: Oid,
        /// Who says so.
        requester: Requester,
    },
    /// A fetch of documents.
    Fetch {
        /// Which.
        query: FetchQuery,
        /// Who asks.
        requester: Requester,
        /// The message's identifier and time.
        frame: Frame,
    },
    /// A document to be stored.
    Store(StoreRequest),
}

impl Incoming {
    /// Reads a request of any exchange.
    pub fn read(request: &Request) -> Result<Self, KantaError> {
        if request.method != "POST" {
            return Err(KantaError::UnknownPath);
        }
        if request.path == identifiers::get(Key::PathMetadata) {
            let (query, requester) = metadata::parse_request(request)?;
            return Ok(Self::Metadata { query, requester });
        }
        if request.path == identifiers::get(Key::PathUses) {
            let (query, requester) = uses::parse_request(request)?;
            return Ok(Self::Uses { query, requester });
        }
        if request.path == identifiers::get(Key::PathSettle) {
            let (document, requester) = uses::parse_settle_request(request)?;
            return Ok(Self::Settle { document, requester });
        }
        if request.path != identifiers::get(Key::PathMedicalRecords) {
            return Err(KantaError::UnknownPath);
        }
        mr::read(request)
    }

    /// Who asks.
    pub fn requester(&self) -> &Requester {
        match self {
            Self::Metadata { requester, .. }
            | Self::Uses { requester, .. }
            | Self::Settle { requester, .. }
            | Self::Fetch { requester, .. } => requester,
            Self::Store(store) => &store.requester,
        }
    }

    /// The message's identifier, where the exchange has one.
    pub fn message_id(&self) -> Option<MessageId> {
        match self {
            Self::Metadata { .. } | Self::Uses { .. } | Self::Settle { .. } => None,
            Self::Fetch { frame, .. } => Some(frame.message_id),
            Self::Store(store) => Some(store.frame.message_id),
        }
    }
}

/// Refuses a request in the form of its exchange, also one that could not be read. `frame` is the answer's own.
pub fn refuse(request: &Request, issues: &[Issue], frame: &Frame) -> Response {
    if request.path == identifiers::get(Key::PathMedicalRecords) {
        mr::error_response(issues, frame, mr::message_id(request))
    } else {
        metadata::error_response(issues)
    }
}
