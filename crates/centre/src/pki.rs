//! The folder of certificates and keys that the Centre works with, laid out as the test authority writes it. Keys stand
//! in files because this Centre is for testing.

use std::fs;
use std::path::{Path, PathBuf};

use signing::SignError;
use signing::software::SoftwareSigner;

/// A folder of certificates and keys.
#[derive(Debug, Clone)]
pub struct Pki(PathBuf);

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PkiError {
    /// A file is missing or cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// Which, within the folder.
        path: String,
    },
    /// The name of a person or place that no file can have.
    #[error("not the name of a person of the folder")]
    Name,
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] SignError),
}

impl PkiError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "pki-unreadable",
            Self::Name => "pki-name",
            Self::Key(error) => error.code(),
        }
    }
}

impl Pki {
    /// The folder at a path.
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The Centre's own system signature.
    pub fn centre(&self) -> Result<SoftwareSigner, PkiError> {
        self.signer("systems/centre/cert.der", "systems/centre/key.der")
    }

    /// The signature key of a professional who has one in software.
    pub fn professional(&self, slug: &str) -> Result<SoftwareSigner, PkiError> {
        if slug.is_empty() || !slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(PkiError::Name);
        }
        self.signer(&format!("people/{slug}/sign.cert.der"), &format!("people/{slug}/sign.key.der"))
    }

    /// The bytes of a file of the folder.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, PkiError> {
        fs::read(self.0.join(path)).map_err(|_| PkiError::Unreadable { path: path.to_owned() })
    }

    fn signer(&self, certificate: &str, key: &str) -> Result<SoftwareSigner, PkiError> {
        Ok(SoftwareSigner::from_pkcs8(&self.read(certificate)?, &self.read(key)?)?)
    }
}
