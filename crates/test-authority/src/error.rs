//! What can go wrong when a test authority is made or opened.

use std::path::PathBuf;

/// Why the test authority could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The people file is not readable or contradicts itself.
    #[error("people: {0}")]
    People(String),
    /// A certificate or revocation list could not be made.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A key could not be made.
    #[error("a key could not be made")]
    Key,
    /// `authority.json` is not an index that this version writes.
    #[error("authority.json: {0}")]
    Index(String),
    /// Nobody of that name is in the authority.
    #[error("nothing is called {0} here")]
    NoSuchEntry(String),
    /// openssl, which makes OCSP answers, is not installed or refuses.
    #[error("openssl: {0}")]
    Openssl(String),
}

impl AuthorityError {
    /// The stable code of this error, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "authority-file",
            Self::People(_) => "authority-people",
            Self::Certificate(_) => "authority-certificate",
            Self::Key => "authority-key",
            Self::Index(_) => "authority-index",
            Self::NoSuchEntry(_) => "authority-no-such-entry",
            Self::Openssl(_) => "authority-openssl",
        }
    }
}
