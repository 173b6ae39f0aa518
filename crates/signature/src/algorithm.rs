//! The closed list of algorithms: digests, signatures, and the keys that fit them.
//!
//! SHA-1 is only read, for documents of the years before SHA-256, and everything that rests on it is marked
//! weak. Whatever is not here is refused, not guessed.

use ring::digest;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey as X509PublicKey;

/// A hash with which signatures are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HashAlgorithm {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
}

impl HashAlgorithm {
    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }
}

/// The digest of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DigestMethod {
    Sha1,
    Sha256,
    Sha384,
}

pub(crate) const DIGEST_SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

impl DigestMethod {
    pub fn from_uri(uri: &str) -> Option<Self> {
        match uri {
            "http://www.w3.org/2000/09/xmldsig#sha1" => Some(Self::Sha1),
            DIGEST_SHA256 => Some(Self::Sha256),
            "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(Self::Sha384),
            _ => None,
        }
    }

    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
        };
        digest::digest(algorithm, bytes).as_ref().to_vec()
    }

    pub fn is_weak(self) -> bool {
        self == Self::Sha1
    }
}

/// The algorithm of a signature's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureMethod {
    RsaSha1,
    RsaSha256,
    RsaSha384,
    EcdsaP256Sha256,
    EcdsaP384Sha384,
}

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const RSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";
const ECDSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const ECDSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384";

impl SignatureMethod {
    pub fn from_uri(uri: &str) -> Option<Self> {
        match uri {
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1" => Some(Self::RsaSha1),
            RSA_SHA256 => Some(Self::RsaSha256),
            RSA_SHA384 => Some(Self::RsaSha384),
            ECDSA_SHA256 => Some(Self::EcdsaP256Sha256),
            ECDSA_SHA384 => Some(Self::EcdsaP384Sha384),
            _ => None,
        }
    }

    pub fn is_weak(self) -> bool {
        self == Self::RsaSha1
    }

    /// Whether `value` was made over `message` by the key; `None` when the key is of another kind.
    pub fn verify(self, key: &PublicKey, message: &[u8], value: &[u8]) -> Option<bool> {
        let algorithm: &'static dyn VerificationAlgorithm = match (self, key.kind) {
            (Self::RsaSha1, KeyKind::Rsa | KeyKind::ShortRsa) => {
                &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
            }
            (Self::RsaSha256, KeyKind::Rsa) => &signature::RSA_PKCS1_2048_8192_SHA256,
            (Self::RsaSha384, KeyKind::Rsa) => &signature::RSA_PKCS1_2048_8192_SHA384,
            (Self::EcdsaP256Sha256, KeyKind::P256) => &signature::ECDSA_P256_SHA256_FIXED,
            (Self::EcdsaP384Sha384, KeyKind::P384) => &signature::ECDSA_P384_SHA384_FIXED,
            _ => return None,
        };
        Some(UnparsedPublicKey::new(algorithm, &key.bytes).verify(message, value).is_ok())
    }
}

/// A certificate's public key, as `ring` wants it.
#[derive(Debug, Clone)]
pub(crate) struct PublicKey {
    kind: KeyKind,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyKind {
    /// 2048 bits or more.
    Rsa,
    /// Less: for old signatures with SHA-1 only.
    ShortRsa,
    P256,
    P384,
}

impl PublicKey {
    /// The key of a certificate (DER, nothing behind it); `None` when it cannot be read or is of another kind.
    pub fn of_certificate(der: &[u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let info = certificate.public_key();
        let kind = match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.1" => match info.parsed().ok()? {
                X509PublicKey::RSA(key) if key.key_size() >= 2048 => KeyKind::Rsa,
                X509PublicKey::RSA(_) => KeyKind::ShortRsa,
                _ => return None,
            },
            "1.2.840.10045.2.1" => {
                let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?.to_id_string();
                match curve.as_str() {
                    "1.2.840.10045.3.1.7" => KeyKind::P256,
                    "1.3.132.0.34" => KeyKind::P384,
                    _ => return None,
                }
            }
            _ => return None,
        };
        Some(Self { kind, bytes: info.subject_public_key.data.to_vec() })
    }

    /// Whether it is that key, in the form of a certificate's `subjectPublicKey`.
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.bytes == bytes
    }

    /// How this key signs: the hash of `SignedInfo` and the algorithm's name; `None` for a key that is only read.
    pub fn way_of_signing(&self) -> Option<(HashAlgorithm, &'static str)> {
        match self.kind {
            KeyKind::Rsa => Some((HashAlgorithm::Sha256, RSA_SHA256)),
            KeyKind::P384 => Some((HashAlgorithm::Sha384, ECDSA_SHA384)),
            KeyKind::ShortRsa | KeyKind::P256 => None,
        }
    }
}
