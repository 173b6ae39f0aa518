//! Large public files over HTTPS: the Pharmaceutical Database and the registers beside it. Only the issuers whose
//! certificates are handed in are believed; no redirect is followed, no proxy asked, and nothing of the pharmacy is shown.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use reqwest::blocking::Client;
use rustls::{ClientConfig, RootCertStore};

use crate::tls::{failure, plain_client, read_pieces};
use crate::{Timeouts, TransportError, TransportSetupError};

/// Why a file was not fetched. What was written of it is no whole file.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// It did not come, or not whole.
    #[error("the file did not come ({})", .0.code())]
    Transport(#[from] TransportError),
    /// The server answered with another status than 200, such as a redirect: the address is another now.
    #[error("the server answered with status {0}")]
    Status(u16),
    /// It cannot be written here.
    #[error("the file cannot be written: {0}")]
    Write(#[from] io::Error),
}

impl DownloadError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.code(),
            Self::Status(_) => "download-status",
            Self::Write(_) => "download-write",
        }
    }
}

/// Fetches public files over HTTPS. Blocks; see [`crate::TlsTransport`].
#[derive(Clone)]
pub struct Downloads {
    client: Client,
    timeouts: Timeouts,
}

impl Downloads {
    /// Fetches with these times, from servers whose certificates go back to one of these issuers (DER).
    pub fn new(trusted: &[Vec<u8>], timeouts: Timeouts) -> Result<Self, TransportSetupError> {
        let mut roots = RootCertStore::empty();
        let (believed, _) = roots.add_parsable_certificates(trusted.iter().map(|der| der.clone().into()));
        if believed == 0 {
            return Err(TransportSetupError::Client);
        }
        let client = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map(|builder| builder.with_root_certificates(roots).with_no_client_auth())
            .map_err(|_| TransportSetupError::Client)
            .map(|tls| plain_client(tls, timeouts).https_only(true))
            .and_then(|builder| builder.build().map_err(|_| TransportSetupError::Client))?;
        Ok(Self { client, timeouts })
    }

    /// Writes the file of an address, of at most so many bytes. How many they were.
    pub fn save(&self, address: &str, at_most: u64, mut to: impl Write) -> Result<u64, DownloadError> {
        let until = Instant::now() + self.timeouts.overall;
        let request = self.client.get(address).build().map_err(|_| TransportError::Unsendable)?;
        let answer = self.client.execute(request).map_err(|error| failure(&error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(DownloadError::Status(status));
        }
        // A server that says how long the file is and closes earlier is found out by the HTTP library.
        let mut written = 0_u64;
        let limit = usize::try_from(at_most).unwrap_or(usize::MAX);
        read_pieces(answer, until, |piece| {
            written = written.saturating_add(piece.len() as u64);
            if written > at_most {
                return Err(DownloadError::from(TransportError::TooLarge { limit }));
            }
            Ok(to.write_all(piece)?)
        })?;
        to.flush()?;
        Ok(written)
    }
}
