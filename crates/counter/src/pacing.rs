//! When a document that the Centre did not take is sent again, and when a person is asked instead. Serves promise 3 of
//! the house: no answer is waited for without end, a "later" as often as the table of errors says, and nothing is dropped.

use chrono::Duration;

/// How sending is paced: what a workstation is set to.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// At most so many documents.
    pub most: usize,
    /// The first wait after no answer came.
    pub retry: Duration,
    /// The longest wait, also where the table of errors says more.
    pub retry_most: Duration,
}

/// The record itself lets nothing wait longer.
const LONGEST: Duration = Duration::hours(1);

impl Round {
    /// The wait before the next try, when `tries` of this kind were made and the first wait is `first`: doubled each time
    /// up to the longest, and spread by a random byte over a quarter of itself, so that a Centre that comes back does not
    /// meet all pharmacies at once. The first wait is never shorter than `first` while the longest allows.
    pub(crate) fn wait(&self, first: Duration, tries: u32, random: u8) -> Duration {
        let longest = self.retry_most.clamp(Duration::zero(), LONGEST);
        let doublings = tries.saturating_sub(1).min(20);
        let whole = first.clamp(Duration::zero(), LONGEST) * 2_i32.saturating_pow(doublings);
        let whole = whole.min(longest);
        let spread = |wait: Duration| wait / 4 * i32::from(random) / 256;
        (whole + spread(whole)).min(longest - spread(longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(retry_most: Duration) -> Round {
        Round { most: 16, retry: Duration::milliseconds(500), retry_most }
    }

    #[test]
    fn the_first_wait_is_what_the_table_says_and_then_it_doubles_up_to_the_longest() {
        let round = round(Duration::minutes(1));
        let waits: Vec<i64> = (1..=6).map(|n| round.wait(Duration::seconds(10), n, 0).num_seconds()).collect();
        assert_eq!(waits, [10, 20, 40, 60, 60, 60]);
        let spread: Vec<i64> = (1..=6).map(|n| round.wait(Duration::seconds(10), n, 255).num_milliseconds()).collect();
        assert_eq!(
            spread,
            [12_490, 24_980, 45_058, 45_058, 45_058, 45_058],
            "never beyond the longest, never all at once"
        );
    }

    #[test]
    fn whatever_is_set_and_however_often_the_wait_is_within_its_bounds() {
        for most in [Duration::zero(), Duration::seconds(1), Duration::minutes(1), Duration::hours(1), Duration::MAX] {
            for first in [Duration::zero(), Duration::milliseconds(200), Duration::seconds(10), Duration::MAX] {
                for tries in [0, 1, 2, 10, 500, u32::MAX] {
                    for random in [0, 1, 128, 255] {
                        let wait = round(most).wait(first, tries, random);
                        assert!(
                            wait >= Duration::zero() && wait <= most.min(LONGEST),
                            "{most} {first} {tries} {random}"
                        );
                        let roomy = first.checked_mul(2).is_some_and(|twice| twice <= most.min(LONGEST));
                        assert!(!roomy || wait >= first, "{most} {first} {tries} {random}: {wait}");
                    }
                }
            }
        }
    }
}
