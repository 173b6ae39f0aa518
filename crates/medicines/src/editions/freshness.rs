//! Which day a new edition is due, and how loudly that it has not come is said.

use chrono::{Datelike, Days, NaiveDate};

use super::VersionId;

/// How fresh the edition in force is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// No edition is in force.
    None,
    /// The newest that should be there is in force.
    Fresh {
        /// Which.
        version: VersionId,
        /// The day on which the next one is due, at 00:00 in Finland.
        next_due: NaiveDate,
        /// That one, where it is here already.
        next: Option<VersionId>,
    },
    /// A newer one should be in force. To be said loudly: prices and reimbursements are those of an ended period.
    Stale {
        /// Which is in force.
        version: VersionId,
        /// The day by which a newer one should have come.
        due: NaiveDate,
        /// How many days ago that was, from 0.
        days: i64,
    },
}

/// Days of a month on which editions change: the 1st and the 15th (medicines.md 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    days: Vec<u32>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self { days: vec![1, 15] }
    }
}

impl Calendar {
    /// A calendar of these days of each month; at least one of 1 to 28, so that every month has it.
    pub fn new(mut days: Vec<u32>) -> Option<Self> {
        days.sort_unstable();
        days.dedup();
        let sound = !days.is_empty() && days.iter().all(|day| (1..=28).contains(day));
        sound.then_some(Self { days })
    }

    /// The first day of change after a day.
    pub fn next(&self, after: NaiveDate) -> NaiveDate {
        let mut day = after;
        // A month holds a day of change, so it is found within two.
        for _ in 0..62 {
            day = day.checked_add_days(Days::new(1)).unwrap_or(day);
            if self.days.contains(&day.day()) {
                return day;
            }
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn editions_change_on_the_first_and_the_fifteenth() {
        let calendar = Calendar::default();
        for (after, next) in [
            ("2026-11-01", "2026-11-15"),
            ("2026-11-15", "2026-12-01"),
            ("2026-12-20", "2027-01-01"),
            ("2028-02-28", "2028-03-01"),
            ("2026-10-31", "2026-11-01"),
        ] {
            assert_eq!(calendar.next(day(after)), day(next), "{after}");
        }
        assert_eq!(Calendar::new(vec![]), None);
        assert_eq!(Calendar::new(vec![31]), None);
    }
}
