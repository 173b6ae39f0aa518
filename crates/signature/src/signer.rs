//! Who signs: the trait that a card or a software key implements, and what it can answer.
//!
//! A signer sees everything of one occasion together, so that a card needs one PIN and one transaction.

use crate::{HashAlgorithm, KeyedHash};

/// A key that signs digests, and its certificate.
pub trait Signer {
    /// The signature certificate, DER. Its public key decides the algorithm.
    fn certificate(&self) -> &[u8];

    /// Signs every digest, in order. RSA: the value is a PKCS#1 v1.5 signature; ECDSA: raw `r||s`.
    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError>;

    /// Signs every message, in order, for a signer that would rather have it whole; a card has the digest only.
    fn sign_messages(&mut self, hash: HashAlgorithm, messages: &[&[u8]]) -> Result<Vec<Vec<u8>>, SignerError> {
        let digest = |one: &&[u8]| DigestToSign { hash, digest: hash.digest(one) };
        self.sign(&messages.iter().map(digest).collect::<Vec<_>>())
    }

    /// Whether a value need not be computed again before the document leaves, because the key is in this
    /// program's memory and is known to be the certificate's. Never true of a card.
    fn vouches_for_values(&self) -> bool {
        false
    }

    /// The keyed hash with which it signs instead of its certificate's key: only a simulation's signer has one, and only
    /// a [`crate::Verifier`] that was given the same one believes it.
    fn keyed_hash(&self) -> Option<&KeyedHash> {
        None
    }
}

/// The digest of a canonical `SignedInfo`, to be signed as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestToSign {
    /// Which hash made the digest.
    pub hash: HashAlgorithm,
    /// The digest's bytes.
    pub digest: Vec<u8>,
}

/// Why a signer did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The card was pulled out.
    #[error("the card was removed")]
    CardRemoved,
    /// The signing PIN was wrong.
    #[error("the PIN was wrong")]
    PinWrong {
        /// Tries that are left, when the card says.
        left: Option<u8>,
    },
    /// The signing PIN is blocked.
    #[error("the PIN is blocked")]
    PinBlocked,
    /// The person cancelled.
    #[error("cancelled")]
    Cancelled,
    /// Anything else, by the code of whoever signs.
    #[error("the signer refused: {code}")]
    Custom {
        /// The signer's own stable code.
        code: &'static str,
    },
}

impl SignerError {
    /// The stable code of this error, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CardRemoved => "card-removed",
            Self::PinWrong { .. } => "pin-wrong",
            Self::PinBlocked => "pin-blocked",
            Self::Cancelled => "cancelled",
            Self::Custom { code } => code,
        }
    }
}

/// What kind of signature (allekirjoituksen tyyppi), code set 1.2.246.537.5.40127.2006.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    /// 1: a professional signed this one document.
    Professional,
    /// 2: a professional signed a list of documents at once (moniallekirjoitus).
    ProfessionalMulti,
    /// 4: a system signed (järjestelmäallekirjoitus).
    System,
}

impl SignatureKind {
    /// The code in 1.2.246.537.5.40127.2006.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Professional => "1",
            Self::ProfessionalMulti => "2",
            Self::System => "4",
        }
    }

    /// The kind of a code; `None` for a code that is not known here.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "1" => Some(Self::Professional),
            "2" => Some(Self::ProfessionalMulti),
            "4" => Some(Self::System),
            _ => None,
        }
    }

    pub(crate) fn display_name(self) -> &'static str {
        match self {
            Self::Professional => "Ammattihenkilön tekemä tavanomainen allekirjoitus",
            Self::ProfessionalMulti => "Ammattihenkilön tekemä moniallekirjoitus",
            Self::System => "Järjestelmäallekirjoitus / KanTa",
        }
    }
}
