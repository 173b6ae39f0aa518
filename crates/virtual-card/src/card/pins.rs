//! The card's three secrets: VERIFY, its counter of tries, and unblocking with the PUK.

use super::{Card, Volatile};
use crate::apdu::{self, Command, Sw, tries_left};
use crate::files::{PIN1, PIN2, PUK};
use crate::{CardFileError, Counters, Profile};

impl Card {
    /// VERIFY: without data it only tells the state and costs no try.
    pub(super) fn verify(&mut self, command: &Command) -> Result<(), Sw> {
        let secret = Secret::of(command)?;
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
        self.keep(secret.set(self.counters, left - 1)).map_err(|_| apdu::MEMORY_FAILURE)?;
        if command.data != secret.digits(&self.profile).as_bytes() {
            return Err(if left == 1 { apdu::PIN_BLOCKED } else { tries_left(left - 1) });
        }
        let full = secret.left(full_counters(&self.profile));
        self.keep(secret.set(self.counters, full)).map_err(|_| apdu::MEMORY_FAILURE)?;
        *secret.verified(&mut self.volatile) = true;
        Ok(())
    }

    /// RESET RETRY COUNTER after the PUK: a new PIN, which lasts until the program ends, and full tries.
    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Result<(), Sw> {
        if command.p1 != 0x02 {
            return Err(apdu::WRONG_P1_P2);
        }
        let secret = match Secret::from_reference(command.p2)? {
            Secret::Puk => return Err(apdu::REFERENCE_NOT_FOUND),
            pin => pin,
        };
        if !self.volatile.verified_puk {
            return Err(apdu::SECURITY_NOT_SATISFIED);
        }
        let new = std::str::from_utf8(command.data).map_err(|_| apdu::WRONG_DATA)?;
        if !(4..=8).contains(&new.len()) || !new.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(apdu::WRONG_DATA);
        }
        match secret {
            Secret::Pin1 => self.profile.pin1 = new.to_owned(),
            _ => self.profile.pin2 = new.to_owned(),
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
    fn of(command: &Command) -> Result<Self, Sw> {
        if command.p1 != 0 { Err(apdu::WRONG_P1_P2) } else { Self::from_reference(command.p2) }
    }

    pub(super) fn from_reference(reference: u8) -> Result<Self, Sw> {
        match reference {
            PIN1 => Ok(Self::Pin1),
            PIN2 => Ok(Self::Pin2),
            PUK => Ok(Self::Puk),
            _ => Err(apdu::REFERENCE_NOT_FOUND),
        }
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

/// The tries of a new card.
pub(super) fn full_counters(profile: &Profile) -> Counters {
    Counters { pin1: profile.pin1_tries, pin2: profile.pin2_tries, puk: profile.puk_tries }
}
