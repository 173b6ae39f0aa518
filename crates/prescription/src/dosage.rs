//! Dosage (annostus): the prescriber's text, and since definition 4.00 its structure – dosing seasons, their pauses and
//! periods, and the doses in them. The types carry all that is needed to say it in words: codes with their names,
//! numbers with their units.

pub mod abbreviations;
mod daily;
mod terms;
pub mod words;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::amount::{Range, Span, kept_by_parts};
use crate::{Code, Oid, Unit};

pub use daily::{Daily, daily};

/// Dosage (annostus).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Dosage {
    /// What the prescriber wrote (field 29). Empty where the document has only a structure.
    pub text: String,
    /// Field 87.
    pub only_text: bool,
    /// Field 56: the unusual dose is meant (DI-14).
    pub sic: bool,
    /// Route of administration (Fimea – Antoreitti).
    pub route: Option<Code>,
    /// Field 234, more about how to use it.
    pub instruction: Option<String>,
    /// The structure of definition 4.00.
    pub structure: Structure,
}

/// The structure of a dosage.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Structure {
    /// The document has none.
    #[default]
    Absent,
    /// Dosing seasons in the document's order; at least one.
    Seasons(Vec<Season>),
    /// The document has one and this program does not understand all of it, so that it must not be told in part: it is
    /// among the unknown parts.
    Unclear,
}

impl Structure {
    /// The seasons that are understood.
    pub fn seasons(&self) -> &[Season] {
        if let Self::Seasons(seasons) = self { seasons } else { &[] }
    }
}

/// A dosing season (annostelukausi, field 230): a stretch of time in which the medicine is dosed in one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Season {
    /// Its technical identifier.
    pub id: Option<Oid>,
    /// When it begins and ends.
    pub bounds: Bounds,
    /// When the medicine is paused (lääke tauolla, field 236).
    pub pauses: Vec<Pause>,
    /// Field 237: the dosage of the whole season is as needed (tarvittaessa).
    pub as_needed: Option<bool>,
    /// Length of a dosing period (annosjakson pituus, field 238), within which the doses repeat.
    pub period: Option<Span>,
    /// The doses (field 239), which repeat from period to period.
    pub doses: Vec<Dose>,
}

/// When a dosing season begins and ends. A length and a day of ending exclude each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(Option<NaiveDate>, End)", into = "(Option<NaiveDate>, End)")]
pub struct Bounds {
    start: Option<NaiveDate>,
    end: End,
}

/// How a dosing season ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Not said.
    Open,
    /// On that day, the last one.
    On(NaiveDate),
    /// After that time (annostelukauden kesto, field 235).
    After(Span),
}

impl Bounds {
    /// A season from a day on, where one is said; it does not end before it begins.
    pub fn new(start: Option<NaiveDate>, end: End) -> Option<Self> {
        let backwards = matches!((start, end), (Some(start), End::On(end)) if end < start);
        (!backwards).then_some(Self { start, end })
    }

    /// The first day, where it is said.
    pub fn start(self) -> Option<NaiveDate> {
        self.start
    }

    /// How it ends.
    pub fn end(self) -> End {
        self.end
    }
}

/// A pause (lääke tauolla, field 236), open-ended where no end is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(NaiveDate, Option<NaiveDate>)", into = "(NaiveDate, Option<NaiveDate>)")]
pub struct Pause {
    start: NaiveDate,
    end: Option<NaiveDate>,
}

impl Pause {
    /// A pause that does not end before it begins.
    pub fn new(start: NaiveDate, end: Option<NaiveDate>) -> Option<Self> {
        end.is_none_or(|end| start <= end).then_some(Self { start, end })
    }

    /// The first day without the medicine.
    pub fn start(self) -> NaiveDate {
        self.start
    }

    /// The last one, where it is said.
    pub fn end(self) -> Option<NaiveDate> {
        self.end
    }
}

kept_by_parts!(Bounds, (Option<NaiveDate>, End), |(start, end)| Self::new(start, end), |kept| (kept.start, kept.end));
kept_by_parts!(Pause, (NaiveDate, Option<NaiveDate>), |(start, end)| Self::new(start, end), |pause| (
    pause.start,
    pause.end
));

/// A dose (annos, field 239).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dose {
    /// Its technical identifier.
    pub id: Option<Oid>,
    /// How much.
    pub amount: DoseAmount,
    /// Field 243: as needed.
    pub as_needed: Option<bool>,
    /// Part of the day (annosajankohta, field 244, THL – Vuorokaudenaika): "aamu".
    pub time_of_day: Option<Code>,
    /// Clock time (annosaika, field 240).
    pub clock: Option<NaiveTime>,
    /// Day of the dosing period (annosjakson päivä, field 245, THL – Viikonpäivä): "maanantai".
    pub day: Option<Code>,
}

/// How much a dose is: in units of the medicine or physically, never both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DoseAmount {
    /// "1–2 tablettia": the unit is a code of Annosyksikkö, 1.2.246.537.6.138.202001.
    Units {
        /// How many.
        range: Range,
        /// Of what.
        unit: Code,
    },
    /// "50–100 mg" (annos, fysikaalinen; field 241).
    Physical {
        /// How many.
        range: Range,
        /// Of what.
        unit: Unit,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amount::TimeUnit;

    #[test]
    fn a_season_or_pause_does_not_end_before_it_begins() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 11, d).unwrap();
        assert!(Bounds::new(Some(day(2)), End::On(day(2))).is_some());
        assert_eq!(Bounds::new(Some(day(2)), End::On(day(1))), None);
        assert!(Bounds::new(None, End::On(day(1))).is_some());
        assert!(Bounds::new(Some(day(2)), End::After(Span::between(25, 30, TimeUnit::Day).unwrap())).is_some());
        assert_eq!(Pause::new(day(2), Some(day(1))), None);
        assert!(Pause::new(day(2), None).is_some());
    }
}
