//! A keyed hash in the place of a signature's arithmetic, for simulations that sign a million documents.
//!
//! Whoever knows the key can sign and verify alike, so it proves nothing to a stranger. Its algorithm's name is no
//! XMLDSig algorithm, and only a [`Verifier`] that was given the key knows it: to [`crate::verify`], and so to every
//! program that is not built around such a verifier, it is an unknown algorithm. No setting leads here.

use std::fmt;

use ring::hmac;

use crate::verify::{Opened, verify_all, verify_last};
use crate::{HashAlgorithm, Verified, VerifyError};

/// The algorithm's name: nobody else's.
pub(crate) const KEYED_HASH: &str = "urn:tiski:simulation:keyed-hash";

/// The hash of what is signed.
pub(crate) const HASH: HashAlgorithm = HashAlgorithm::Sha256;

/// The key that a simulation's signers and verifiers share.
#[derive(Clone)]
pub struct KeyedHash(hmac::Key);

impl KeyedHash {
    /// A keyed hash of this key.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The value for the holder of this certificate (DER) over a digest: no holder's value is another's.
    #[must_use]
    pub fn value(&self, certificate: &[u8], digest: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, &message(certificate, digest)).as_ref().to_vec()
    }

    /// Whether it is that value, over a canonical `SignedInfo`.
    pub(crate) fn is_right(&self, certificate: &[u8], signed: &[u8], value: &[u8]) -> bool {
        hmac::verify(&self.0, &message(certificate, &HASH.digest(signed)), value).is_ok()
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHash(…)")
    }
}

/// Digest first: it has a fixed length, so no two pairs look alike.
fn message(certificate: &[u8], digest: &[u8]) -> Vec<u8> {
    [digest, certificate].concat()
}

/// What checks signatures. The ordinary one knows the closed list of XMLDSig algorithms and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Verifier(Option<KeyedHash>);

impl Verifier {
    /// A verifier that knows a simulation's keyed hash beside the algorithms that everybody knows.
    #[must_use]
    pub fn knowing(keyed: KeyedHash) -> Self {
        Self(Some(keyed))
    }

    /// Checks every signature of the document, in order, as [`crate::verify`] does.
    pub fn verify(&self, document: &[u8]) -> Result<Vec<Verified>, VerifyError> {
        Ok(self.check(&Opened::read(document)?))
    }

    /// As [`Opened::verify`].
    #[must_use]
    pub fn check(&self, opened: &Opened<'_>) -> Vec<Verified> {
        verify_all(opened, self)
    }

    /// Checks the newest signature alone; nothing where there is none.
    pub fn verify_last(&self, document: &[u8]) -> Result<Option<Verified>, VerifyError> {
        self.last(document, None)
    }

    pub(crate) fn last(&self, document: &[u8], vouched: Option<&[u8]>) -> Result<Option<Verified>, VerifyError> {
        verify_last(document, vouched, self)
    }

    pub(crate) fn keyed(&self) -> Option<&KeyedHash> {
        self.0.as_ref()
    }
}
