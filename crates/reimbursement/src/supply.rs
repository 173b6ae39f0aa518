//! How much is reimbursed at a time, and when again (medicines notes 3.4; SVL 5:9).
//!
//! The rule that let an expensive medicine's last purchase run up to the ceiling ended on 1.1.2020 (Kela,
//! apteekkitiedote 33/2019) and is not here: an expensive medicine is reimbursed for one month, whatever is left.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::Money;
use crate::tables::{NotKnown, Row, Tables, months_after};

/// When the interface of a purchase closes, on the day after it (Kela, apteekkitiedote 33/2019).
const CLOSES: NaiveTime = match NaiveTime::from_hms_opt(1, 0, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

impl Tables {
    /// Months of treatment that are reimbursed at a time, by the retail price of one package with VAT and without fee.
    pub fn months_at_a_time(&self, package: Money, day: NaiveDate) -> Result<u32, NotKnown> {
        let supply = self.supply(day)?;
        Ok(if package > supply.expensive_over { supply.expensive_months } else { supply.months })
    }

    /// The last day that a supply from a day may reach and still be reimbursed as one.
    pub fn reimbursed_until(&self, package: Money, day: NaiveDate) -> Result<NaiveDate, NotKnown> {
        Ok(months_after(day, self.months_at_a_time(package, day)?))
    }

    /// The first day on which the next supply is reimbursed: the end of the last one, and some weeks before it. The bool
    /// tells whether the weeks are confirmed.
    pub fn next_supply(&self, last: NaiveDate, days: u32) -> Result<(NaiveDate, bool), NotKnown> {
        let renewal = self.renewal(days, last)?;
        let after = u64::from(days.saturating_sub(renewal.early));
        let next = last.checked_add_days(Days::new(after)).unwrap_or(NaiveDate::MAX);
        Ok((next, renewal.mark().confirmed()))
    }
}

/// The last day of a time-limited entry on a prescription (reseptimerkintä): day one is the day after its date (Kela,
/// apteekkitiedote 3/2022).
pub fn entry_ends(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
}

/// Until when the pharmacy itself may correct or delete a purchase that it reported to Kela: 01:00 on the next day, Finnish
/// time. After that only Kela does, asked by telephone, and nothing is sent again before Kela has opened it.
pub fn correctable_until(reported: NaiveDateTime) -> NaiveDateTime {
    let next = reported.date().succ_opt().unwrap_or(NaiveDate::MAX);
    next.and_time(CLOSES)
}
