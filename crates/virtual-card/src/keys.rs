//! The private keys of the virtual card and what they make of a digest: PKCS#1 v1.5 with RSA, raw r||s with P-384.
//! Keys of test persons only; nothing here is meant to withstand someone who measures the machine.

use crate::CardFileError;
use p384::ecdsa::signature::hazmat::PrehashSigner;
use p384::ecdsa::{Signature, SigningKey};
use p384::pkcs8::DecodePrivateKey as _;
use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

/// A key that a card holds.
pub enum Key {
    /// Elliptic curve P-384, as newer cards have.
    P384(Box<SigningKey>),
    /// RSA, 2048 bits on older cards, 3072 on some.
    Rsa(Box<RsaPrivateKey>),
}

impl Key {
    /// Reads a PKCS#8 key in DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, CardFileError> {
        if let Ok(key) = SigningKey::from_pkcs8_der(der) {
            return Ok(Self::P384(Box::new(key)));
        }
        let key = RsaPrivateKey::from_pkcs8_der(der).map_err(|_| CardFileError::Key)?;
        if (2048..=4096).contains(&(key.size() * 8)) { Ok(Self::Rsa(Box::new(key))) } else { Err(CardFileError::Key) }
    }

    /// Length of the key in bits, as the private key directory file states it.
    pub(crate) fn bits(&self) -> u16 {
        match self {
            Self::P384(_) => 384,
            Self::Rsa(key) => u16::try_from(key.size() * 8).unwrap_or(u16::MAX),
        }
    }

    pub(crate) fn is_rsa(&self) -> bool {
        matches!(self, Self::Rsa(_))
    }

    /// Signs what the algorithm calls for: a digest, or for `Algorithm::RsaRaw` a finished DigestInfo.
    pub(crate) fn sign(&self, algorithm: Algorithm, input: &[u8]) -> Option<Vec<u8>> {
        match (self, algorithm) {
            (Self::P384(key), Algorithm::Ecdsa(_)) => {
                let signature: Signature = key.sign_prehash(input).ok()?;
                Some(signature.to_bytes().to_vec())
            }
            (Self::Rsa(key), Algorithm::Rsa(hash)) => key.sign(hash.pkcs1(), input).ok(),
            (Self::Rsa(key), Algorithm::RsaRaw) => key.sign(Pkcs1v15Sign::new_unprefixed(), input).ok(),
            _ => None,
        }
    }
}

/// The algorithm that MSE:SET named: hash nibble and scheme nibble (S4-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Ecdsa(Hash),
    Rsa(Hash),
    /// 02: the caller sends the DigestInfo, as OpenSC's setcos driver does.
    RsaRaw,
}

impl Algorithm {
    pub(crate) fn from_reference(reference: u8) -> Option<Self> {
        let hash = match reference >> 4 {
            0 if reference == 0x02 => return Some(Self::RsaRaw),
            4 => Hash::Sha256,
            5 => Hash::Sha384,
            6 => Hash::Sha512,
            _ => return None,
        };
        match reference & 0x0F {
            2 => Some(Self::Rsa(hash)),
            4 => Some(Self::Ecdsa(hash)),
            _ => None,
        }
    }

    pub(crate) fn fits(self, key: &Key) -> bool {
        matches!(self, Self::Rsa(_) | Self::RsaRaw) == key.is_rsa()
    }

    /// Whether an input of this length is one that the algorithm takes.
    pub(crate) fn takes(self, length: usize) -> bool {
        match self {
            Self::Ecdsa(hash) | Self::Rsa(hash) => length == hash.length(),
            Self::RsaRaw => (1..=245).contains(&length),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn pkcs1(self) -> Pkcs1v15Sign {
        match self {
            Self::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        }
    }
}
