//! The expiry date of a package.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::ScanError;

/// An expiry date (17): six digits YYMMDD, where day 00 means the last day of the month (medicines.md 5.3). The package may
/// be used up to and on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Expiry {
    day: NaiveDate,
    says_no_day: bool,
}

/// How fresh a package is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Long enough.
    Good,
    /// It expires after so many days; 0 on the very day.
    Near {
        /// Days left.
        days: u64,
    },
    /// It has expired: not to be given.
    Passed,
}

impl Expiry {
    /// Reads YYMMDD. The century is that in which the year lies nearest to this year: at most 50 years ahead and 49 back
    /// (GS1 General Specifications 7.12, recalled).
    pub fn parse(digits: &str, today: NaiveDate) -> Result<Self, ScanError> {
        const ELEMENT: &str = "17";
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScanError::Date(ELEMENT));
        }
        let part = |at: usize| digits.get(at..at + 2).and_then(|part| part.parse::<i32>().ok()).unwrap_or_default();
        let (this_year, two_digits) = (today.year(), part(0));
        let century = this_year - this_year.rem_euclid(100);
        let year = match two_digits - this_year.rem_euclid(100) {
            51.. => century - 100 + two_digits,
            ..=-50 => century + 100 + two_digits,
            _ => century + two_digits,
        };
        let (month, day) = (part(2).unsigned_abs(), part(4).unsigned_abs());
        let date = match day {
            0 => NaiveDate::from_ymd_opt(year, month, 1).and_then(last_of_month),
            _ => NaiveDate::from_ymd_opt(year, month, day),
        };
        Ok(Self { day: date.ok_or(ScanError::Date(ELEMENT))?, says_no_day: day == 0 })
    }

    /// The last day of a month, as most packages print it.
    pub fn end_of_month(year: i32, month: u32) -> Option<Self> {
        let day = NaiveDate::from_ymd_opt(year, month, 1).and_then(last_of_month)?;
        Some(Self { day, says_no_day: true })
    }

    /// The last day on which it may be used.
    pub fn last_day(self) -> NaiveDate {
        self.day
    }

    /// Six digits, as in the code.
    pub fn digits(self) -> String {
        let day = if self.says_no_day { 0 } else { self.day.day() };
        format!("{:02}{:02}{day:02}", self.day.year().rem_euclid(100), self.day.month())
    }

    /// How fresh it is today; near when it expires within so many days.
    pub fn freshness(self, today: NaiveDate, near: u64) -> Freshness {
        match u64::try_from((self.day - today).num_days()) {
            Err(_) => Freshness::Passed,
            Ok(days) if days <= near => Freshness::Near { days },
            Ok(_) => Freshness::Good,
        }
    }
}

fn last_of_month(first: NaiveDate) -> Option<NaiveDate> {
    first.checked_add_months(Months::new(1))?.checked_sub_days(Days::new(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn med_5_3_day_00_is_the_last_of_the_month() {
        let today = day("2026-11-26");
        let last = |digits| Expiry::parse(digits, today).map(|expiry| expiry.last_day().to_string());
        assert_eq!(last("280500").unwrap(), "2028-05-31");
        assert_eq!(last("280200").unwrap(), "2028-02-29");
        assert_eq!(last("270200").unwrap(), "2027-02-28");
        assert_eq!(last("281200").unwrap(), "2028-12-31");
        assert_eq!(last("280531").unwrap(), "2028-05-31");
        for wrong in ["280230", "281300", "280000", "28053", "2805311", "28o531", ""] {
            assert_eq!(last(wrong), Err(ScanError::Date("17")), "{wrong}");
        }
    }

    #[test]
    fn med_5_3_two_digit_years() {
        let year = |digits, today| Expiry::parse(digits, day(today)).unwrap().last_day().year();
        assert_eq!(year("260101", "2026-11-26"), 2026);
        assert_eq!(year("760101", "2026-11-26"), 2076);
        assert_eq!(year("770101", "2026-11-26"), 1977);
        assert_eq!(year("010101", "2099-01-01"), 2101);
        assert_eq!(year("490101", "2099-01-01"), 2149);
        assert_eq!(year("500101", "2099-01-01"), 2050);
    }

    #[test]
    fn a_package_is_good_up_to_and_on_its_last_day() {
        let expiry = Expiry::parse("280500", day("2026-11-26")).unwrap();
        assert_eq!(expiry.freshness(day("2028-05-31"), 90), Freshness::Near { days: 0 });
        assert_eq!(expiry.freshness(day("2028-06-01"), 90), Freshness::Passed);
        assert_eq!(expiry.freshness(day("2028-03-02"), 90), Freshness::Near { days: 90 });
        assert_eq!(expiry.freshness(day("2028-03-01"), 90), Freshness::Good);
    }
}
