//! A PIN that comes digit by digit: the page keeps none of it. Each digit is put in its place here, in memory that is
//! overwritten; what was put in is taken out once, and goes when the card goes, when the session locks, or after a minute.

use std::time::{Duration, Instant};

use card::{CardError, Pin};
use zeroize::Zeroize;

use crate::Secret;

/// Digits of a PIN, at most (dvv.fi).
const MOST: usize = 8;

/// A PIN that is not used within this time is forgotten.
const KEPT: Duration = Duration::from_secs(60);

/// What was typed so far. An entry is one time that somebody types a PIN into one field; a later one is a new beginning, so
/// that digits of two of them never mix, in whatever order they arrive.
#[derive(Default)]
pub(crate) struct PinEntry {
    entry: u64,
    digits: [u8; MOST],
    last: Option<Instant>,
}

impl PinEntry {
    /// Puts a digit in its place.
    pub(crate) fn put(&mut self, entry: u64, at: u8, digit: &Secret, now: Instant) -> Result<(), CardError> {
        self.forget_old(now);
        if entry < self.entry {
            return Ok(());
        }
        if entry > self.entry {
            self.forget();
            self.entry = entry;
        }
        let [byte @ b'0'..=b'9'] = digit.reveal().as_bytes() else { return Err(CardError::PinLength) };
        let place = self.digits.get_mut(usize::from(at)).ok_or(CardError::PinLength)?;
        *place = *byte;
        self.last = Some(now);
        Ok(())
    }

    /// Takes it out: there is none afterwards.
    pub(crate) fn take(&mut self, entry: u64, now: Instant) -> Result<Pin, CardError> {
        self.forget_old(now);
        let whole = if entry == self.entry { self.read() } else { Err(CardError::PinLength) };
        self.forget();
        whole
    }

    /// Forgets an entry, and all before it.
    pub(crate) fn erase(&mut self, entry: u64) {
        if entry >= self.entry {
            self.forget();
            self.entry = entry;
        }
    }

    /// Overwrites what there is.
    pub(crate) fn forget(&mut self) {
        self.digits.zeroize();
        self.last = None;
    }

    /// Overwrites what has lain there too long.
    pub(crate) fn forget_old(&mut self, now: Instant) {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) >= KEPT) {
            self.forget();
        }
    }

    fn read(&self) -> Result<Pin, CardError> {
        let length = self.digits.iter().position(|digit| *digit == 0).unwrap_or(MOST);
        // A hole means that a digit was lost on its way: nothing is sent to the card then.
        if self.digits.iter().skip(length).any(|digit| *digit != 0) {
            return Err(CardError::PinLength);
        }
        let digits = self.digits.get(..length).unwrap_or_default();
        std::str::from_utf8(digits).map_err(|_| CardError::PinLength).and_then(Pin::new)
    }
}

impl Drop for PinEntry {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(entry: &mut PinEntry, number: u64, digits: &[(u8, &str)], now: Instant) {
        for (at, digit) in digits {
            entry.put(number, *at, &Secret::new((*digit).to_owned()), now).unwrap();
        }
    }

    #[test]
    fn digits_find_their_places_in_whatever_order_they_come_and_are_taken_once() {
        let (mut entry, now) = (PinEntry::default(), Instant::now());
        typed(&mut entry, 1, &[(1, "2"), (0, "1"), (3, "4"), (2, "3")], now);
        assert!(entry.take(1, now).is_ok());
        assert!(entry.digits.iter().all(|digit| *digit == 0), "nothing is left in memory");
        assert_eq!(entry.take(1, now).unwrap_err(), CardError::PinLength, "never twice");
    }

    #[test]
    fn a_new_entry_begins_anew_and_a_late_digit_of_an_old_one_is_nobodys() {
        let (mut entry, now) = (PinEntry::default(), Instant::now());
        typed(&mut entry, 1, &[(0, "9"), (1, "9"), (2, "9"), (3, "9"), (4, "9")], now);
        typed(&mut entry, 2, &[(0, "1"), (1, "2"), (2, "3"), (3, "4")], now);
        typed(&mut entry, 1, &[(5, "9")], now);
        assert_eq!(&entry.digits[..5], b"1234\0");
        entry.erase(1);
        assert_eq!(&entry.digits[..5], b"1234\0", "an erasing that comes late takes nothing newer");
        assert!(entry.take(1, now).is_err(), "another entry's digits are not given");
        typed(&mut entry, 3, &[(0, "1")], now);
        entry.erase(3);
        assert_eq!(entry.digits, [0; MOST]);
    }

    #[test]
    fn a_lost_digit_a_short_pin_and_one_that_lay_too_long_are_no_pin() {
        let (mut entry, now) = (PinEntry::default(), Instant::now());
        typed(&mut entry, 1, &[(0, "1"), (1, "2"), (3, "4"), (4, "5")], now);
        assert!(entry.take(1, now).is_err(), "a hole");
        typed(&mut entry, 2, &[(0, "1"), (1, "2"), (2, "3")], now);
        assert!(entry.take(2, now).is_err(), "three digits");
        typed(&mut entry, 3, &[(0, "1"), (1, "2"), (2, "3"), (3, "4")], now);
        entry.forget_old(now + KEPT - Duration::from_secs(1));
        assert_ne!(entry.digits[0], 0);
        entry.forget_old(now + KEPT);
        assert_eq!(entry.digits, [0; MOST]);
        for wrong in ["", "12", "x", "٣"] {
            assert!(entry.put(4, 0, &Secret::new(wrong.to_owned()), now).is_err(), "{wrong}");
        }
        assert!(entry.put(4, 8, &Secret::new("1".to_owned()), now).is_err(), "a ninth digit");
    }
}
