//! The card's three secrets: VERIFY, its counter of tries, and unblocking with the PUK.

use super::{Card, Volatile};
use crate::apdu::{self, Command, Sw, tries_left};
use crate::{CardFileError, Counters, Profile, Scheme};

/// Length to which a citizen's card has its PINs padded with zeros.
const CITIZEN_BLOCK: usize = 12;

impl Card {
    /// VERIFY: without data it only tells the state and costs no try.
    pub(super) fn verify(&mut self, command: &Command) -> Result<(), Sw> {
        if command.p1 != 0 {
            return Err(apdu::WRONG_P1_P2);
        }
        let secret = Secret::from_reference(self.profile.scheme, command.p2)?;
        let left = secret.left(self.counters);
        if !self.profile.activated && secret != Secret::Puk {
            return Err(apdu::REFERENCE_NOT_USABLE);
        }
        if left == 0 {
            return Err(apdu::PIN_BLOCKED);
        }
        if command.data.is_empty() {
            return if *secret.verified(&mut self.volatile) { Ok(()) } else { Err(tries_left(left)) };
        }
        // The try is used up before the comparison, as a card does that expects to be pulled in between.
        *secret.verified(&mut self.volatile) = false;
        if !self.spend(secret, command.data)? {
            return Err(if left == 1 { apdu::PIN_BLOCKED } else { tries_left(left - 1) });
        }
        *secret.verified(&mut self.volatile) = true;
        Ok(())
    }

    /// Uses a try of the secret up, compares, and gives all tries back when it fits.
    fn spend(&mut self, secret: Secret, block: &[u8]) -> Result<bool, Sw> {
        let left = secret.left(self.counters).checked_sub(1).ok_or(apdu::PIN_BLOCKED)?;
        self.keep(secret.set(self.counters, left)).map_err(|_| apdu::MEMORY_FAILURE)?;
        if block != self.profile.scheme.block(secret.digits(&self.profile)) {
            return Ok(false);
        }
        let full = secret.left(full_counters(&self.profile));
        self.keep(secret.set(self.counters, full)).map_err(|_| apdu::MEMORY_FAILURE)?;
        Ok(true)
    }

    /// RESET RETRY COUNTER: a new PIN, which lasts until the program ends, and full tries. Organisation cards want the PUK
    /// verified before (P1 02); citizens' take it in the same command, before the new PIN (P1 00).
    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Result<(), Sw> {
        let secret = match Secret::from_reference(self.profile.scheme, command.p2)? {
            Secret::Puk => return Err(apdu::REFERENCE_NOT_FOUND),
            pin => pin,
        };
        let new = match (self.profile.scheme, command.p1) {
            (Scheme::Organisational, 0x02) if self.volatile.verified_puk => command.data,
            (Scheme::Organisational, 0x02) => return Err(apdu::SECURITY_NOT_SATISFIED),
            (Scheme::Citizen, 0x00) => {
                let (puk, new) = command.data.split_at_checked(CITIZEN_BLOCK).ok_or(apdu::WRONG_LENGTH)?;
                if !self.spend(Secret::Puk, puk)? {
                    return Err(tries_left(self.counters.puk));
                }
                new
            }
            _ => return Err(apdu::WRONG_P1_P2),
        };
        let new = self.profile.scheme.digits(new).ok_or(apdu::WRONG_DATA)?;
        match secret {
            Secret::Pin1 => self.profile.pin1 = new,
            _ => self.profile.pin2 = new,
        }
        let full = secret.left(full_counters(&self.profile));
        self.keep(secret.set(self.counters, full)).map_err(|_| apdu::MEMORY_FAILURE)
    }

    pub(super) fn keep(&mut self, counters: Counters) -> Result<(), CardFileError> {
        self.memory.store(&self.person.serial(), counters)?;
        self.counters = counters;
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    Pin1,
    Pin2,
    Puk,
}

impl Secret {
    pub(super) fn from_reference(scheme: Scheme, reference: u8) -> Result<Self, Sw> {
        let known = [Self::Pin1, Self::Pin2, Self::Puk];
        let at = scheme.pin_references().iter().position(|known| *known == reference);
        at.and_then(|at| known.get(at)).copied().ok_or(apdu::REFERENCE_NOT_FOUND)
    }

    pub(super) fn left(self, counters: Counters) -> u8 {
        match self {
            Self::Pin1 => counters.pin1,
            Self::Pin2 => counters.pin2,
            Self::Puk => counters.puk,
        }
    }

    fn set(self, counters: Counters, left: u8) -> Counters {
        match self {
            Self::Pin1 => Counters { pin1: left, ..counters },
            Self::Pin2 => Counters { pin2: left, ..counters },
            Self::Puk => Counters { puk: left, ..counters },
        }
    }

    fn digits(self, profile: &Profile) -> &str {
        match self {
            Self::Pin1 => &profile.pin1,
            Self::Pin2 => &profile.pin2,
            Self::Puk => &profile.puk,
        }
    }

    fn verified(self, volatile: &mut Volatile) -> &mut bool {
        match self {
            Self::Pin1 => &mut volatile.verified_pin1,
            Self::Pin2 => &mut volatile.verified_pin2,
            Self::Puk => &mut volatile.verified_puk,
        }
    }
}

impl Scheme {
    /// How a PIN travels in a command: bare digits, or padded with zeros.
    fn block(self, digits: &str) -> Vec<u8> {
        let mut block = digits.as_bytes().to_vec();
        if self == Self::Citizen {
            block.resize(CITIZEN_BLOCK, 0);
        }
        block
    }

    /// The digits of such a block, if it holds a PIN that a card could have.
    fn digits(self, block: &[u8]) -> Option<String> {
        let end = block.iter().position(|byte| *byte == 0).unwrap_or(block.len());
        let digits = std::str::from_utf8(block.get(..end)?).ok()?;
        let is_pin = (4..=8).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        (is_pin && self.block(digits) == block).then(|| digits.to_owned())
    }
}

/// The tries of a card that this program has not seen yet.
pub(super) fn first_counters(profile: &Profile) -> Counters {
    let full = full_counters(profile);
    Counters { pin1: profile.pin1_left.unwrap_or(full.pin1), pin2: profile.pin2_left.unwrap_or(full.pin2), ..full }
}

/// All tries.
pub(super) fn full_counters(profile: &Profile) -> Counters {
    Counters { pin1: profile.pin1_tries, pin2: profile.pin2_tries, puk: profile.puk_tries }
}
