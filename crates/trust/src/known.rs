//! Paths that were found good already, so that the same certificate is not followed to its root, with every list on the
//! way, for each signature of a day. Time is cut into short slots: whoever is trusted at both ends of one, with the same
//! anchors and lists, is trusted in between, because validity begins once and ends once. A store with fresh lists begins
//! with nothing known.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::Purpose;

/// Length of a slot, in seconds.
const SLOT_S: i64 = 300;

/// Certificates that are remembered, and slots of each, at most; then it begins anew.
const CERTIFICATES_AT_MOST: usize = 2_000;
const SLOTS_AT_MOST: usize = 1_000;

/// Certificates (DER), each with what for and when.
type Slots = HashMap<Vec<u8>, HashSet<(Purpose, i64)>>;

/// For what and in which slots the paths of certificates are good. Nothing is remembered of a bad one.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Slots>);

impl Known {
    /// Whether the path is good at that moment; `is_good` follows it at a moment, which a known one is spared.
    pub(crate) fn or_followed<E>(
        &self,
        certificate: &[u8],
        purpose: Purpose,
        at: DateTime<Utc>,
        is_good: impl Fn(DateTime<Utc>) -> Result<(), E>,
    ) -> Result<(), E> {
        let slot = at.timestamp().div_euclid(SLOT_S);
        if self.known().get(certificate).is_some_and(|known| known.contains(&(purpose, slot))) {
            return Ok(());
        }
        is_good(at)?;
        let end = |slot: i64| DateTime::from_timestamp(slot.saturating_mul(SLOT_S), 0);
        let ends = [end(slot), end(slot.saturating_add(1))];
        if ends.iter().all(|end| end.is_some_and(|end| is_good(end).is_ok())) {
            self.remember(certificate, (purpose, slot));
        }
        Ok(())
    }

    fn remember(&self, certificate: &[u8], what: (Purpose, i64)) {
        let mut known = self.known();
        if known.len() >= CERTIFICATES_AT_MOST && !known.contains_key(certificate) {
            known.clear();
        }
        let slots = known.entry(certificate.to_owned()).or_default();
        if slots.len() >= SLOTS_AT_MOST {
            slots.clear();
        }
        slots.insert(what);
    }

    fn known(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// Good until a moment, and how often it was asked.
    fn ask(known: &Known, certificate: &[u8], at: i64, good_until: i64) -> (bool, u32) {
        let asked = Cell::new(0);
        let good =
            known.or_followed(certificate, Purpose::SystemSignature, DateTime::from_timestamp(at, 0).unwrap(), |at| {
                asked.set(asked.get() + 1);
                if at.timestamp() <= good_until { Ok(()) } else { Err(()) }
            });
        (good.is_ok(), asked.get())
    }

    #[test]
    fn a_path_that_is_good_at_both_ends_of_a_slot_is_followed_once_in_it() {
        let known = Known::default();
        assert_eq!(ask(&known, b"one", 10 * SLOT_S + 7, i64::MAX), (true, 3));
        assert_eq!(ask(&known, b"one", 10 * SLOT_S + 299, i64::MAX), (true, 0));
        assert_eq!(ask(&known, b"one", 11 * SLOT_S, i64::MAX), (true, 3), "another slot");
        assert_eq!(ask(&known, b"two", 10 * SLOT_S + 7, i64::MAX), (true, 3), "another certificate");
    }

    #[test]
    fn in_the_slot_in_which_validity_ends_every_moment_is_asked_and_a_bad_one_never_remembered() {
        let known = Known::default();
        let ends = 10 * SLOT_S + 100;
        assert!(ask(&known, b"one", 10 * SLOT_S + 99, ends).0);
        assert!(!ask(&known, b"one", 10 * SLOT_S + 101, ends).0);
        assert!(!ask(&known, b"one", 20 * SLOT_S, ends).0);
        assert_eq!(ask(&known, b"one", 20 * SLOT_S, i64::MAX), (true, 3));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let known = Known::default();
        for number in 0..CERTIFICATES_AT_MOST + 10 {
            ask(&known, &number.to_be_bytes(), 0, i64::MAX);
        }
        assert!(known.known().len() <= CERTIFICATES_AT_MOST);
    }
}
