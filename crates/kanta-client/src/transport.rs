//! What every transport does, and how it can fail. Failures are told apart by what the caller must know next: whether
//! anything may have arrived, and whose fault it looks like.

use kanta::http::{Request, Response};

/// Carries one request to the Prescription Centre and brings its answer back. Blocks until then.
pub trait Transport: Send + Sync {
    /// Sends a request once; never again by itself.
    fn exchange(&self, request: &Request) -> Result<Response, TransportError>;
}

impl<T: Transport + ?Sized> Transport for std::sync::Arc<T> {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        (**self).exchange(request)
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        (**self).exchange(request)
    }
}

/// Whether a request may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It did not: nothing was sent.
    No,
    /// It may have: only asking the Centre tells.
    Perhaps,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: refused, no such host, no network. Nothing was sent.
    #[error("the Prescription Centre could not be reached")]
    NotReached,
    /// No connection within the time for one. Nothing was sent.
    #[error("the Prescription Centre could not be reached in time")]
    ConnectTimedOut,
    /// One side's certificate was not accepted by the other, or TLS failed otherwise; the code says how.
    #[error("no trusted connection to the Prescription Centre ({0})")]
    TlsRefused(String),
    /// Sent, and the connection ended before a whole answer came.
    #[error("the connection ended before the whole answer came")]
    LostAnswer,
    /// Sent, and no whole answer came in time.
    #[error("the Prescription Centre did not answer in time")]
    TimedOut,
    /// The answer is larger than allowed and was not read to its end.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The most that is read, in bytes.
        limit: usize,
    },
    /// The request is not one that this transport can send (a broken header or path). Nothing was sent.
    #[error("the request cannot be sent")]
    Unsendable,
}

impl TransportError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotReached => "not-reached",
            Self::ConnectTimedOut => "connect-timed-out",
            Self::TlsRefused(_) => "tls-refused",
            Self::LostAnswer => "answer-lost",
            Self::TimedOut => "answer-timed-out",
            Self::TooLarge { .. } => "answer-too-large",
            Self::Unsendable => "unsendable",
        }
    }

    /// Whether the request may have arrived.
    ///
    /// A refused TLS connection is `No`: in TLS 1.3 a client whose certificate is refused may already have sent its
    /// request, but a server that refuses the certificate never reads it.
    pub fn delivery(&self) -> Delivery {
        match self {
            Self::NotReached | Self::ConnectTimedOut | Self::TlsRefused(_) | Self::Unsendable => Delivery::No,
            Self::LostAnswer | Self::TimedOut | Self::TooLarge { .. } => Delivery::Perhaps,
        }
    }
}
