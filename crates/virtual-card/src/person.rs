//! Whose card it is: the two certificates and the two keys, as the test authority writes them into a folder.

use crate::{CardFileError, Key};
use rsa::sha2::{Digest, Sha256};
use std::path::Path;

/// The most that a certificate file on the card holds (READ BINARY's offset has 15 bits; real ones are below 3 KiB).
const CERTIFICATE_LIMIT: usize = 16 * 1024;

/// The content of a card that belongs to one person.
pub struct Person {
    pub(crate) authentication: Pair,
    pub(crate) signature: Pair,
    pub(crate) serial: [u8; 8],
}

/// A certificate and its key.
pub(crate) struct Pair {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Key,
}

impl Person {
    /// Reads `auth.cert.der`, `auth.key.der`, `sign.cert.der` and `sign.key.der` from a folder.
    pub fn load(folder: &Path) -> Result<Self, CardFileError> {
        let read =
            |name: &str, what| std::fs::read(folder.join(name)).map_err(|source| CardFileError::File { what, source });
        Self::new(
            read("auth.cert.der", "the authentication certificate")?,
            Key::from_pkcs8(&read("auth.key.der", "the authentication key")?)?,
            read("sign.cert.der", "the signature certificate")?,
            Key::from_pkcs8(&read("sign.key.der", "the signature key")?)?,
        )
    }

    /// Makes a card's content from certificates (DER) and keys. The card's serial number follows from the
    /// certificates, so that the same person's card is the same card in every run.
    pub fn new(
        authentication_certificate: Vec<u8>,
        authentication_key: Key,
        signature_certificate: Vec<u8>,
        signature_key: Key,
    ) -> Result<Self, CardFileError> {
        for certificate in [&authentication_certificate, &signature_certificate] {
            if certificate.first() != Some(&0x30) || certificate.len() > CERTIFICATE_LIMIT {
                return Err(CardFileError::Certificate);
            }
        }
        let hash =
            Sha256::new().chain_update(&authentication_certificate).chain_update(&signature_certificate).finalize();
        let mut serial = [0; 8];
        serial.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Ok(Self {
            authentication: Pair { certificate: authentication_certificate, key: authentication_key },
            signature: Pair { certificate: signature_certificate, key: signature_key },
            serial,
        })
    }

    /// The card's serial number in hexadecimal: names the card in the state file and to OpenSC.
    pub fn serial(&self) -> String {
        self.serial.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
