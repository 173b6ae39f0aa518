//! When a biological may be exchanged (medicines notes 3.6; HE 314/2022).

use chrono::{Datelike, NaiveDate};
use prescription::Vnr;

use crate::NotKnown;
use crate::tables::{BiologicalExchange, Tables, months_after};

/// What was dispensed of a biological before, in all pharmacies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BiologicalHistory {
    /// Whether nothing has been dispensed of this prescription yet.
    pub first_on_prescription: bool,
    /// The last dispensation of the medicine, of any prescription.
    pub last: Option<LastDispensed>,
}

/// The last dispensation of a biological.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastDispensed {
    /// What was given.
    pub vnr: Vnr,
    /// Its trade name, by which another package of it is known.
    pub name: String,
    /// When.
    pub day: NaiveDate,
    /// Since when the same product has been given without another between.
    pub same_since: NaiveDate,
}

/// Why a biological may be exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is the first dispensation of the prescription.
    First,
    /// The same product has been used for six months.
    UsedLong,
    /// The last dispensation was six months ago.
    LongAgo,
}

/// Whether a biological may be exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// It is to be exchanged within its group.
    Open(Opened),
    /// Until that day, which is the first on which it may be, what was dispensed last is continued.
    Closed {
        /// What was dispensed last.
        last: Vnr,
        /// Its trade name.
        name: String,
        /// The first day of the next window.
        until: NaiveDate,
    },
    /// Between direct and parallel import of the product only.
    Parallel,
    /// Not, on this day.
    NotExchanged,
    /// Not, for somebody so young.
    TooYoung,
    /// What was dispensed before is not known.
    Unknown,
}

/// Whether a biological of an ATC code may be exchanged on a day for somebody born on another.
pub fn window(
    tables: &Tables,
    atc: &str,
    born: NaiveDate,
    history: Option<&BiologicalHistory>,
    day: NaiveDate,
) -> Result<Window, NotKnown> {
    let Some(row) = tables.biological(atc, day) else { return Ok(Window::NotExchanged) };
    match row.exchange {
        BiologicalExchange::None => return Ok(Window::NotExchanged),
        BiologicalExchange::Parallel => return Ok(Window::Parallel),
        BiologicalExchange::All => {}
    }
    let rule = tables.biological_rule(day)?;
    if years(born, day) < i64::from(rule.age) {
        return Ok(Window::TooYoung);
    }
    let Some(history) = history else { return Ok(Window::Unknown) };
    let Some(last) = history.last.as_ref().filter(|_| !history.first_on_prescription) else {
        return Ok(Window::Open(Opened::First));
    };
    let until = months_after(last.same_since.min(last.day), rule.months);
    Ok(if months_after(last.day, rule.months) <= day {
        Window::Open(Opened::LongAgo)
    } else if until <= day {
        Window::Open(Opened::UsedLong)
    } else {
        Window::Closed { last: last.vnr.clone(), name: last.name.clone(), until }
    })
}

/// Full years of age on a day.
fn years(born: NaiveDate, day: NaiveDate) -> i64 {
    let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
    i64::from(day.year()) - i64::from(born.year()) - i64::from(before_birthday)
}
