//! Public files that anybody may read: an issuer's revocation lists, and its responder's OCSP answers. They are signed, so plain HTTP serves. Nothing of the
//! pharmacy is shown: no certificate, no header of its own; no redirect is followed, no proxy asked.
//!
//! Addresses come from the settings, never from a certificate: a certificate that is not yet trusted leads nobody anywhere.

use std::sync::Arc;
use std::time::Instant;

use reqwest::blocking::{Client, RequestBuilder};
use rustls::{ClientConfig, RootCertStore};

use crate::tls::{failure, plain_client, read_body};
use crate::{Timeouts, TransportError, TransportSetupError};

/// Reads public files over HTTP. Blocks; see [`crate::TlsTransport`].
#[derive(Clone)]
pub struct PublicFiles {
    client: Client,
    timeouts: Timeouts,
}

impl PublicFiles {
    /// A reader with these times.
    pub fn new(timeouts: Timeouts) -> Result<Self, TransportSetupError> {
        let client = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            // Nobody is trusted over TLS here: what is read is plain HTTP, and what counts is its issuer's signature.
            .map(|builder| builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
            .map_err(|_| TransportSetupError::Client)
            .and_then(|tls| plain_client(tls, timeouts).build().map_err(|_| TransportSetupError::Client))?;
        Ok(Self { client, timeouts })
    }

    /// Reads one file of at most so many bytes.
    pub fn get(&self, address: &str, at_most: usize) -> Result<Vec<u8>, TransportError> {
        self.exchange(self.client.get(address), at_most)
    }

    /// Sends a question of that media type, and reads an answer of at most so many bytes.
    pub fn post(
        &self,
        address: &str,
        media_type: &'static str,
        question: Vec<u8>,
        at_most: usize,
    ) -> Result<Vec<u8>, TransportError> {
        self.exchange(self.client.post(address).header("Content-Type", media_type).body(question), at_most)
    }

    fn exchange(&self, request: RequestBuilder, at_most: usize) -> Result<Vec<u8>, TransportError> {
        let until = Instant::now() + self.timeouts.overall;
        let request = request.build().map_err(|_| TransportError::Unsendable)?;
        let answer = self.client.execute(request).map_err(|error| failure(&error))?;
        if answer.status().as_u16() != 200 {
            return Err(TransportError::LostAnswer);
        }
        read_body(answer, until, at_most)
    }
}
