//! The card's keys at work: MSE:SET, PSO, and what GET DATA tells of a PIN.

use super::{Card, Secret};
use crate::apdu::{self, Command, Sw};
use crate::files::AUTHENTICATION_KEY;
use crate::keys::{Algorithm, Key};
use crate::{Pin2Mode, Scheme};

impl Card {
    /// MSE:SET for digital signatures: 80 algorithm, 84 key; a file reference (81) is ignored, as OpenSC sends one.
    pub(super) fn manage_security_environment(&mut self, command: &Command) -> Result<(), Sw> {
        if (command.p1, command.p2) != (0x41, 0xB6) {
            return Err(apdu::WRONG_P1_P2);
        }
        let (mut algorithm, mut key) = (None, None);
        let mut left = command.data;
        while let [tag, length, rest @ ..] = left {
            let (value, rest) = rest.split_at_checked(usize::from(*length)).ok_or(apdu::WRONG_DATA)?;
            match (tag, value) {
                (0x80, [reference]) => algorithm = Algorithm::from_reference(*reference),
                (0x84, [reference]) => key = Some(*reference),
                (0x81, _) => {}
                _ => return Err(apdu::WRONG_DATA),
            }
            left = rest;
        }
        let (Some(algorithm), Some(reference), true) = (algorithm, key, left.is_empty()) else {
            return Err(apdu::WRONG_DATA);
        };
        if !algorithm.fits(self.key(reference)?) {
            return Err(apdu::WRONG_DATA);
        }
        self.volatile.environment = Some((algorithm, reference));
        Ok(())
    }

    /// PSO: COMPUTE DIGITAL SIGNATURE, with the digest inside the command on organisation cards, after PSO:HASH on
    /// citizens'; neither takes the other's way.
    pub(super) fn perform_security_operation(&mut self, command: &Command) -> Result<Vec<u8>, Sw> {
        match (self.profile.scheme, command.p1, command.p2) {
            (Scheme::Organisational, 0x9E, 0x9A) => self.sign(command.data),
            (Scheme::Citizen, 0x90, 0xA0) => match command.data {
                [0x90, length, digest @ ..] if usize::from(*length) == digest.len() => {
                    self.volatile.digest = Some(digest.to_vec());
                    Ok(Vec::new())
                }
                _ => Err(apdu::WRONG_DATA),
            },
            (Scheme::Citizen, 0x9E, 0x9A) if command.data.is_empty() => {
                let digest = self.volatile.digest.take().ok_or(apdu::CONDITIONS_NOT_SATISFIED)?;
                self.sign(&digest)
            }
            (Scheme::Citizen, 0x9E, 0x9A) => Err(apdu::WRONG_DATA),
            _ => Err(apdu::WRONG_P1_P2),
        }
    }

    pub(super) fn sign(&mut self, input: &[u8]) -> Result<Vec<u8>, Sw> {
        let (algorithm, reference) = self.volatile.environment.ok_or(apdu::CONDITIONS_NOT_SATISFIED)?;
        let signature_key = reference == self.profile.scheme.signature_key();
        let allowed = if signature_key { self.volatile.verified_pin2 } else { self.volatile.verified_pin1 };
        if !allowed {
            return Err(apdu::SECURITY_NOT_SATISFIED);
        }
        if !algorithm.takes(input.len()) {
            return Err(apdu::WRONG_DATA);
        }
        let signature = self.key(reference)?.sign(algorithm, input).ok_or(apdu::WRONG_DATA)?;
        if signature_key && self.profile.pin2_mode == Pin2Mode::Each {
            self.volatile.verified_pin2 = false;
        }
        Ok(signature)
    }

    /// GET DATA about a PIN: DF21 tries, usage, unblockings, method; DF2F whether its holder has set it.
    pub(super) fn get_data(&self, command: &Command) -> Result<Vec<u8>, Sw> {
        let ([0xA0, 0x03, 0x83, 0x01, reference], 0x00, 0xFF) = (command.data, command.p1, command.p2) else {
            return Err(apdu::REFERENCE_NOT_FOUND);
        };
        let left = Secret::from_reference(self.profile.scheme, *reference)?.left(self.counters);
        let changed = u8::from(self.profile.activated);
        Ok(vec![0xA0, 0x0B, 0xDF, 0x21, 0x04, left, 0xFF, 0xA5, 0x02, 0xDF, 0x2F, 0x01, changed])
    }

    /// The key behind a reference, where the selected folder has one.
    fn key(&self, reference: u8) -> Result<&Key, Sw> {
        let scheme = self.profile.scheme;
        match reference {
            AUTHENTICATION_KEY => Ok(&self.person.authentication.key),
            _ if reference == scheme.signature_key() && self.volatile.folder == scheme.signature_folder() => {
                Ok(&self.person.signature.key)
            }
            _ => Err(apdu::REFERENCE_NOT_FOUND),
        }
    }
}
