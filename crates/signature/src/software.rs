//! A signer whose key is in memory: a system's signature key, and professionals without a card in tests.
//!
//! Signing works on digests, by the `p384` and `rsa` crates, which erase their keys when the signer is dropped. Both need
//! several times as long as `ring`, so a message that is at hand whole is signed by `ring` (which does not erase: such a
//! key is a system's, and lives as long as the program).

use p384::ecdsa::signature::hazmat::PrehashSigner;
use p384::pkcs8::DecodePrivateKey;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384};
use rsa::Pkcs1v15Sign;
use rsa::sha2::{Sha256, Sha384};

use crate::algorithm::PublicKey;
use crate::{DigestToSign, HashAlgorithm, SignError, Signer, SignerError};

/// A signing key in memory, with its certificate.
pub struct SoftwareSigner {
    certificate: Vec<u8>,
    key: Key,
}

enum Key {
    P384 { digests: Box<p384::ecdsa::SigningKey>, messages: Box<EcdsaKeyPair> },
    Rsa { digests: Box<rsa::RsaPrivateKey>, messages: Box<ring::rsa::KeyPair> },
}

impl SoftwareSigner {
    /// A signer from a certificate (DER) and its private key (PKCS#8 DER; P-384, or RSA of 2048 to 4096 bits).
    ///
    /// [`SignError::UnusableCertificate`] when one of them cannot be read, or they do not belong together.
    pub fn from_pkcs8(certificate: &[u8], key: &[u8]) -> Result<Self, SignError> {
        let key = Key::from_pkcs8(key).ok_or(SignError::UnusableCertificate)?;
        let public = match &key {
            Key::P384 { messages, .. } => messages.public_key().as_ref().to_vec(),
            Key::Rsa { messages, .. } => messages.public_key().as_ref().to_vec(),
        };
        if !PublicKey::of_certificate(certificate).is_some_and(|one| one.is(&public)) {
            return Err(SignError::UnusableCertificate);
        }
        Ok(Self { certificate: certificate.to_vec(), key })
    }

    fn sign_digest(&self, request: &DigestToSign) -> Option<Vec<u8>> {
        match &self.key {
            Key::P384 { digests, .. } => {
                let value: p384::ecdsa::Signature = digests.sign_prehash(&request.digest).ok()?;
                Some(value.to_vec())
            }
            Key::Rsa { digests, .. } => {
                let padding = match request.hash {
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                };
                // The randomness only blinds the arithmetic; the value does not depend on it.
                digests.sign_with_rng(&mut rsa::rand_core::OsRng, padding, &request.digest).ok()
            }
        }
    }

    fn sign_message(&self, hash: HashAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
        match &self.key {
            Key::P384 { messages, .. } if hash == HashAlgorithm::Sha384 => {
                Some(messages.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec())
            }
            // No document asks for another digest with P-384, and `ring` does not offer one.
            Key::P384 { .. } => self.sign_digest(&DigestToSign { hash, digest: hash.digest(message) }),
            Key::Rsa { messages, .. } => {
                let padding = match hash {
                    HashAlgorithm::Sha256 => &RSA_PKCS1_SHA256,
                    HashAlgorithm::Sha384 => &RSA_PKCS1_SHA384,
                };
                let mut value = vec![0; messages.public().modulus_len()];
                messages.sign(padding, &SystemRandom::new(), message, &mut value).ok()?;
                Some(value)
            }
        }
    }
}

impl Key {
    fn from_pkcs8(key: &[u8]) -> Option<Self> {
        if let Ok(digests) = p384::ecdsa::SigningKey::from_pkcs8_der(key) {
            // Not from the document: it may leave the public key out, which `ring` wants to see.
            let public = digests.verifying_key().to_encoded_point(false);
            let secret = p384::elliptic_curve::zeroize::Zeroizing::new(digests.to_bytes());
            let (algorithm, random) = (&ECDSA_P384_SHA384_FIXED_SIGNING, SystemRandom::new());
            let messages =
                EcdsaKeyPair::from_private_key_and_public_key(algorithm, &secret, public.as_bytes(), &random).ok()?;
            return Some(Self::P384 { digests: Box::new(digests), messages: Box::new(messages) });
        }
        let digests = Box::new(rsa::RsaPrivateKey::from_pkcs8_der(key).ok()?);
        Some(Self::Rsa { digests, messages: Box::new(ring::rsa::KeyPair::from_pkcs8(key).ok()?) })
    }
}

impl Signer for SoftwareSigner {
    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        requests.iter().map(|one| self.sign_digest(one).ok_or(FAILED)).collect()
    }

    fn sign_messages(&mut self, hash: HashAlgorithm, messages: &[&[u8]]) -> Result<Vec<Vec<u8>>, SignerError> {
        messages.iter().map(|one| self.sign_message(hash, one).ok_or(FAILED)).collect()
    }

    /// The key was compared with the certificate when the signer was made.
    fn vouches_for_values(&self) -> bool {
        true
    }
}

const FAILED: SignerError = SignerError::Custom { code: "software-key-failed" };

impl std::fmt::Debug for SoftwareSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SoftwareSigner { .. }")
    }
}
