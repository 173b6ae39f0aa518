//! What OpenSC's driver for MyEID cards asks beside what every FINEID card answers. It lets a foreign program sign with P-384
//! and RSA-3072, which none of its drivers for Finnish cards can. It is kept apart and off, so that it cannot hide a mistake in the strict
//! form.

use super::Card;
use crate::apdu::{self, Command, Sw};
use crate::files::{AUTHENTICATION_KEY, AUTHENTICATION_KEY_FILE, SIGNATURE_KEY_FILE};
use crate::keys::{Algorithm, Hash};
use p384::ecdsa::Signature;

/// The applet's version 4.0.0 where the driver looks for it, a serial number, counters.
const APPLET: [u8; 20] = [0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
/// Version of this list; features (RSA, elliptic curves); longest RSA, DES, AES and EC keys in bits.
const ABILITIES: [u8; 11] = [1, 0, 0x09, 0x0C, 0, 0, 0, 0, 0, 1, 0x80];

impl Card {
    /// The answer in that dialect; `None` where the card's own is right.
    pub(super) fn in_dialect(&mut self, command: &Command) -> Option<Result<Vec<u8>, Sw>> {
        if !self.profile.compat {
            return None;
        }
        match (command.ins, command.p1, command.p2, command.data) {
            (0xCA, 0x01, 0xA0, []) => Some(Ok(APPLET.to_vec())),
            (0xCA, 0x01, 0xAA, []) => Some(Ok(ABILITIES.to_vec())),
            // The key is named by the file in which it lies, the hash by nobody: with RSA it is in the DigestInfo.
            (0x22, 0x41, 0xB6, [0x80, 1, scheme @ (0x02 | 0x04), 0x81, 2, high, low, 0x84, 1, 0]) => {
                let algorithm = if *scheme == 0x04 { Algorithm::Ecdsa(Hash::Sha384) } else { Algorithm::RsaRaw };
                let key = match u16::from_be_bytes([*high, *low]) {
                    AUTHENTICATION_KEY_FILE => AUTHENTICATION_KEY,
                    SIGNATURE_KEY_FILE => self.profile.scheme.signature_key(),
                    _ => return Some(Err(apdu::REFERENCE_NOT_FOUND)),
                };
                self.volatile.environment = Some((algorithm, key));
                Some(Ok(Vec::new()))
            }
            (0x2A, 0x9E, 0x9A, input) => Some(self.sign(input).map(|value| match Signature::from_slice(&value) {
                Ok(ecdsa) => ecdsa.to_der().as_bytes().to_vec(),
                Err(_) => value,
            })),
            _ => None,
        }
    }
}
