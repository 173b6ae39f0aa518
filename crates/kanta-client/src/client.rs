//! The three exchanges as a caller wants them: typed questions, typed answers, and errors that say whether the question
//! may have arrived.

use kanta::http::Response;
use kanta::metadata::uses::{self, UsesAnswer, UsesQuery};
use kanta::metadata::{self, Answer, Query};
use kanta::mr::{self, FetchQuery, FetchedDocument, StoreAnswer, StoreRequest};
use kanta::{Frame, Issue, KantaError, Requester};
use prescription::Oid;

use crate::{Delivery, Transport, TransportError};

/// Asks the Prescription Centre over a transport. Holds no state, sends nothing twice.
#[derive(Debug, Clone)]
pub struct CentreClient<T> {
    transport: T,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The question could not be written. Nothing was sent.
    #[error("the question cannot be asked: {0}")]
    Question(#[source] KantaError),
    /// An answer came: a refusal ([`KantaError::Refused`]), or something that cannot be read.
    #[error("the answer is not what was asked for: {0}")]
    Answer(#[source] KantaError),
}

impl ClientError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Question(error) | Self::Answer(error) => error.code(),
        }
    }

    /// Whether the question may have arrived.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::Transport(error) => error.delivery(),
            Self::Question(_) => Delivery::No,
            Self::Answer(_) => Delivery::Perhaps,
        }
    }

    /// The Centre's issues, where it refused.
    pub fn issues(&self) -> &[Issue] {
        match self {
            Self::Answer(KantaError::Refused(issues)) => issues,
            _ => &[],
        }
    }
}

impl<T: Transport> CentreClient<T> {
    /// A client on a transport.
    pub fn new(transport: T) -> Self {
        Self { transport }
    }

    /// Searches prescriptions' data.
    pub fn search(&self, query: &Query, requester: &Requester) -> Result<Answer, ClientError> {
        let response = self.exchange(metadata::request(query, requester))?;
        metadata::parse_response(&response).map_err(ClientError::Answer)
    }

    /// Searches all pages, at most `pages_at_most` of them: for batch runs over many people. What is stored in between may
    /// be listed or not; nothing is listed twice.
    pub fn search_all(
        &self,
        query: &Query,
        requester: &Requester,
        pages_at_most: usize,
    ) -> Result<Answer, ClientError> {
        let mut query = query.clone();
        let mut whole = self.search(&query, requester)?;
        for _ in 1..pages_at_most {
            let Some(after) = whole.next.take() else { break };
            query.page.after = Some(after);
            let page = self.search(&query, requester)?;
            whole.total = page.total;
            whole.prescriptions.extend(page.prescriptions);
            whole.next = page.next;
        }
        Ok(whole)
    }

    /// Asks for uses of the own organisation (supervision, reason 14).
    pub fn uses(&self, query: &UsesQuery, requester: &Requester) -> Result<UsesAnswer, ClientError> {
        let response = self.exchange(uses::request(query, requester))?;
        uses::parse_response(&response).map_err(ClientError::Answer)
    }

    /// Says that the conflict of a late document is settled (supervision, reason 14).
    pub fn settle(&self, document: &Oid, requester: &Requester) -> Result<(), ClientError> {
        let response = self.exchange(uses::settle_request(document, requester))?;
        uses::parse_response(&response).map(|_| ()).map_err(ClientError::Answer)
    }

    /// Fetches whole documents.
    pub fn fetch(
        &self,
        query: &FetchQuery,
        requester: &Requester,
        frame: &Frame,
    ) -> Result<Vec<FetchedDocument>, ClientError> {
        let response = self.exchange(mr::fetch_request(query, requester, frame))?;
        self.believed(mr::parse_fetch_response(&response, frame.message_id))
    }

    /// Fetches one document by its own identifier; `None` when the Centre does not have it.
    pub fn document(
        &self,
        id: &Oid,
        requester: &Requester,
        frame: &Frame,
    ) -> Result<Option<FetchedDocument>, ClientError> {
        let query = FetchQuery { identifiers: Vec::new(), document: Some(id.clone()) };
        Ok(self.fetch(&query, requester, frame)?.into_iter().find(|document| document.reference.id == *id))
    }

    /// Stores a document. A refusal is an answer, not an error.
    pub fn store(&self, store: &StoreRequest) -> Result<StoreAnswer, ClientError> {
        let response = self.exchange(mr::store_request(store))?;
        self.believed(mr::parse_store_response(&response, store.frame.message_id))
    }

    /// An answer that names its question. One to another question tells that its connection is out of step.
    fn believed<A>(&self, answer: Result<A, KantaError>) -> Result<A, ClientError> {
        if matches!(answer, Err(KantaError::AnswerToAnother)) {
            self.transport.let_go();
        }
        answer.map_err(ClientError::Answer)
    }

    /// What it asks over.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    fn exchange(&self, request: Result<kanta::http::Request, KantaError>) -> Result<Response, ClientError> {
        let request = request.map_err(ClientError::Question)?;
        Ok(self.transport.exchange(&request)?)
    }
}
