//! What was scanned a moment ago: a double scan is not a second package, and a serial number that differs from an earlier
//! one in letter case only tells of a scanner that swaps it.

use std::collections::VecDeque;

use crate::Code;

/// So many scans are remembered.
const REMEMBERED: usize = 256;
/// A code without a serial number that comes again within so many milliseconds was read twice by one pull of the trigger.
const BOUNCE_MS: u64 = 1_500;

/// How a scan stands to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// New; of a code without a serial number, perhaps another package of the kind.
    New,
    /// The same package, by its serial number, or the same code a moment later: not counted again.
    Again,
    /// A package of that product with the same serial number or batch but for the letters' case: one of the two scans was
    /// swapped.
    CaseDiffers,
}

/// The scans of one visit.
#[derive(Debug, Default)]
pub struct Recent {
    seen: VecDeque<(Code, u64)>,
}

impl Recent {
    /// Takes one, at a time in milliseconds of any clock that does not go back.
    pub fn take(&mut self, code: &Code, at_ms: u64) -> Seen {
        let verdict = self.judge(code, at_ms);
        if verdict == Seen::New {
            if self.seen.len() >= REMEMBERED {
                self.seen.pop_front();
            }
            self.seen.push_back((code.clone(), at_ms));
        }
        verdict
    }

    fn judge(&self, code: &Code, at_ms: u64) -> Seen {
        let Some(elements) = code.elements().filter(|elements| elements.serial.is_some()) else {
            let is_bounce = |(seen, at): &(Code, u64)| seen == code && at_ms.saturating_sub(*at) <= BOUNCE_MS;
            return if self.seen.iter().any(is_bounce) { Seen::Again } else { Seen::New };
        };
        let others =
            || self.seen.iter().filter_map(|(seen, _)| seen.elements()).filter(|seen| seen.gtin == elements.gtin);
        if others().any(|seen| seen.serial == elements.serial) {
            return Seen::Again;
        }
        let lower = |text: &Option<String>| text.as_ref().map(|text| text.to_ascii_lowercase());
        let is_swapped = others().any(|seen| {
            lower(&seen.serial) == lower(&elements.serial)
                || seen.batch != elements.batch && lower(&seen.batch) == lower(&elements.batch)
        });
        if is_swapped { Seen::CaseDiffers } else { Seen::New }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scanner, read};

    fn code(text: &str) -> Code {
        read(text.as_bytes(), "2026-11-26".parse().unwrap(), Scanner { separators_proven: true }).unwrap().code
    }

    #[test]
    fn med_5_3_a_double_scan_is_not_a_second_package() {
        let mut recent = Recent::default();
        let first = code("010704626070009317280531\u{0}10A1\u{1d}21S1".replace('\u{0}', "").as_str());
        assert_eq!(recent.take(&first, 0), Seen::New);
        assert_eq!(recent.take(&first, 60_000), Seen::Again, "the serial number says so at any time");
        assert_eq!(recent.take(&code("01070462607000931728053110A1\u{1d}21S2"), 60_100), Seen::New);
        assert_eq!(recent.take(&code("01070462607000931728053110A1\u{1d}21s1"), 60_200), Seen::CaseDiffers);
        assert_eq!(recent.take(&code("01070462607000931728053110a1\u{1d}21S9"), 60_300), Seen::CaseDiffers);
        let linear = code("7046260700093");
        assert_eq!(recent.take(&linear, 70_000), Seen::New);
        assert_eq!(recent.take(&linear, 70_900), Seen::Again);
        assert_eq!(recent.take(&linear, 75_000), Seen::New, "without a serial number it may be another package");
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut recent = Recent::default();
        for i in 0..1000 {
            recent.take(&code(&format!("{:06}", 100_000 + i)), u64::try_from(i).unwrap() * 10_000);
        }
        assert_eq!(recent.seen.len(), REMEMBERED);
    }
}
