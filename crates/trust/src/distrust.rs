//! Why a certificate is not trusted, and why a trust store could not be read.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

/// Why a certificate is not trusted for a purpose at a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Distrust {
    /// Not a certificate, or one that cannot be understood.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// No path to an anchor: the issuer is not one of those that are trusted.
    #[error("the certificate's issuer is not known")]
    UnknownIssuer,
    /// Not valid yet at that moment.
    #[error("the certificate is not valid yet")]
    NotYetValid,
    /// No longer valid at that moment.
    #[error("the certificate expired at {not_after}")]
    Expired {
        /// The last moment of its validity.
        not_after: DateTime<Utc>,
    },
    /// On its issuer's revocation list, from that moment or earlier.
    #[error("the certificate has been revoked")]
    Revoked,
    /// Not a certificate for this purpose: key usage, subject or issuer do not fit.
    #[error("the certificate is not for this use")]
    WrongUse,
    /// No revocation list of its issuer, or an outdated one: nobody can say that it holds.
    #[error("there is no fresh revocation list of the certificate's issuer")]
    NoRevocationData,
}

impl Distrust {
    /// The stable code of this answer, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable => "certificate-unreadable",
            Self::UnknownIssuer => "certificate-unknown-issuer",
            Self::NotYetValid => "certificate-not-yet-valid",
            Self::Expired { .. } => "certificate-expired",
            Self::Revoked => "certificate-revoked",
            Self::WrongUse => "certificate-wrong-use",
            Self::NoRevocationData => "certificate-no-revocation-data",
        }
    }
}

/// Why a trust store or a TLS configuration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder could not be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is larger than such a file can be.
    #[error("{0} is too large")]
    TooLarge(PathBuf),
    /// A file holds no certificate or key that can be read.
    #[error("{0} cannot be read as certificates or a key")]
    Pem(PathBuf),
    /// A certificate is not fit to be an anchor.
    #[error("an anchor cannot be read")]
    Anchor,
    /// A revocation list cannot be read.
    #[error("a revocation list cannot be read")]
    RevocationList,
    /// There is no anchor at all.
    #[error("there is no anchor")]
    NoAnchor,
    /// TLS refuses the certificates, the key or the lists.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

impl StoreError {
    /// The stable code of this error, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "trust-file",
            Self::TooLarge(_) => "trust-file-too-large",
            Self::Pem(_) => "trust-pem",
            Self::Anchor => "trust-anchor",
            Self::RevocationList => "trust-revocation-list",
            Self::NoAnchor => "trust-no-anchor",
            Self::Tls(_) => "trust-tls",
        }
    }
}
