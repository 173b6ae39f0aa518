//! A signer whose key is in memory: a system's signature key, and professionals without a card in tests.
//!
//! Signing works on digests, so the arithmetic is that of the `p384` and `rsa` crates (`ring` signs messages
//! only). Keys are erased from memory when the signer is dropped.

use p384::ecdsa::signature::hazmat::PrehashSigner;
use p384::pkcs8::DecodePrivateKey;
use rsa::Pkcs1v15Sign;
use rsa::sha2::{Sha256, Sha384};

use crate::{DigestToSign, HashAlgorithm, SignError, Signer, SignerError};

/// A signing key in memory, with its certificate.
pub struct SoftwareSigner {
    certificate: Vec<u8>,
    key: Key,
}

enum Key {
    P384(Box<p384::ecdsa::SigningKey>),
    Rsa(Box<rsa::RsaPrivateKey>),
}

impl SoftwareSigner {
    /// A signer from a certificate (DER) and its private key (PKCS#8 DER; P-384 or RSA).
    pub fn from_pkcs8(certificate: &[u8], key: &[u8]) -> Result<Self, SignError> {
        let key = if let Ok(key) = p384::ecdsa::SigningKey::from_pkcs8_der(key) {
            Key::P384(Box::new(key))
        } else if let Ok(key) = rsa::RsaPrivateKey::from_pkcs8_der(key) {
            Key::Rsa(Box::new(key))
        } else {
            return Err(SignError::UnusableCertificate);
        };
        Ok(Self { certificate: certificate.to_vec(), key })
    }

    fn sign_one(&self, request: &DigestToSign) -> Option<Vec<u8>> {
        match &self.key {
            Key::P384(key) => {
                let value: p384::ecdsa::Signature = key.sign_prehash(&request.digest).ok()?;
                Some(value.to_vec())
            }
            Key::Rsa(key) => {
                let padding = match request.hash {
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                };
                // The randomness only blinds the arithmetic; the value does not depend on it.
                key.sign_with_rng(&mut rsa::rand_core::OsRng, padding, &request.digest).ok()
            }
        }
    }
}

impl Signer for SoftwareSigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        requests
            .iter()
            .map(|one| self.sign_one(one).ok_or(SignerError::Custom { code: "software-key-failed" }))
            .collect()
    }
}

impl std::fmt::Debug for SoftwareSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SoftwareSigner { .. }")
    }
}
