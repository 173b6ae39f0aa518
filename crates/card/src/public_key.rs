//! The card holder's public key, from the certificate: which algorithm the card must use, and whether its signature is
//! right. It serves our rule that no signature leaves unverified; whether the certificate is good is `trust`'s to say.

use crate::CardError;
use p384::ecdsa::signature::hazmat::PrehashVerifier;
use p384::ecdsa::{Signature, VerifyingKey};
use p384::pkcs8::DecodePublicKey;
use rsa::sha2::{Digest, Sha256, Sha384};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPublicKey};
use signing::{DigestToSign, HashAlgorithm};
use x509_parser::prelude::{FromDer, X509Certificate};

/// Smallest RSA key that is accepted, in bits.
const RSA_LEAST: usize = 2048;
/// Largest RSA key that is accepted, in bits; verification must not be made to take minutes.
const RSA_MOST: usize = 4096;

/// A key of one of the two kinds that cards have.
pub(crate) enum PublicKey {
    P384(VerifyingKey),
    Rsa(RsaPublicKey),
}

impl PublicKey {
    pub(crate) fn from_certificate(der: &[u8]) -> Result<Self, CardError> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| CardError::CertificateUnreadable)?;
        let info = certificate.public_key().raw;
        if let Ok(key) = VerifyingKey::from_public_key_der(info) {
            return Ok(Self::P384(key));
        }
        let key = RsaPublicKey::from_public_key_der(info).map_err(|_| CardError::CertificateUnreadable)?;
        if (RSA_LEAST..=RSA_MOST).contains(&(key.size() * 8)) {
            Ok(Self::Rsa(key))
        } else {
            Err(CardError::CertificateUnreadable)
        }
    }

    /// What MSE:SET calls the algorithm (S4-2): hash nibble, scheme nibble.
    pub(crate) fn algorithm_reference(&self, hash: HashAlgorithm) -> u8 {
        let hash = match hash {
            HashAlgorithm::Sha256 => 0x40,
            HashAlgorithm::Sha384 => 0x50,
        };
        match self {
            Self::P384(_) => hash | 0x04,
            Self::Rsa(_) => hash | 0x02,
        }
    }

    /// How many bytes a signature has, as a command asks for them (0: 256 or more, the rest comes by GET RESPONSE).
    pub(crate) fn expected_length(&self) -> u8 {
        match self {
            Self::P384(_) => 96,
            Self::Rsa(_) => 0,
        }
    }

    /// Whether the signature over this digest is this key's.
    pub(crate) fn verify(&self, request: &DigestToSign, signature: &[u8]) -> Result<(), CardError> {
        let verified = match self {
            Self::P384(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_prehash(&request.digest, &signature).is_ok()),
            Self::Rsa(key) => {
                let scheme = match request.hash {
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                };
                key.verify(scheme, &request.digest, signature).is_ok()
            }
        };
        if verified { Ok(()) } else { Err(CardError::SignatureInvalid) }
    }
}

/// The hash under which the key of this certificate signs a challenge: SHA-384 with P-384, SHA-256 with RSA.
pub fn authentication_hash(certificate: &[u8]) -> Result<HashAlgorithm, CardError> {
    Ok(match PublicKey::from_certificate(certificate)? {
        PublicKey::P384(_) => HashAlgorithm::Sha384,
        PublicKey::Rsa(_) => HashAlgorithm::Sha256,
    })
}

/// Whether `signature` is what [`crate::CardSession::authenticate`] gives for this challenge with this certificate's key.
pub fn verify_authentication(certificate: &[u8], challenge: &[u8], signature: &[u8]) -> Result<(), CardError> {
    let key = PublicKey::from_certificate(certificate)?;
    key.verify(&challenge_digest(&key, challenge), signature)
}

/// Whether `signature` over `request` is that of this certificate's key.
pub fn verify_signature(certificate: &[u8], request: &DigestToSign, signature: &[u8]) -> Result<(), CardError> {
    PublicKey::from_certificate(certificate)?.verify(request, signature)
}

/// The digest of a challenge, as the authentication key signs it.
pub(crate) fn challenge_digest(key: &PublicKey, challenge: &[u8]) -> DigestToSign {
    match key {
        PublicKey::P384(_) => DigestToSign { hash: HashAlgorithm::Sha384, digest: Sha384::digest(challenge).to_vec() },
        PublicKey::Rsa(_) => DigestToSign { hash: HashAlgorithm::Sha256, digest: Sha256::digest(challenge).to_vec() },
    }
}

/// Refuses digests that are not as long as their hash.
pub(crate) fn check_length(request: &DigestToSign) -> Result<(), CardError> {
    let length = match request.hash {
        HashAlgorithm::Sha256 => 32,
        HashAlgorithm::Sha384 => 48,
    };
    if request.digest.len() == length { Ok(()) } else { Err(CardError::Unsignable) }
}
