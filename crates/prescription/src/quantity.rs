//! How much is prescribed and how many times over (DI-6, DI-7): the four forms in which a prescription states its amount,
//! and iteration. An amount of nothing, no packages and no repeats cannot be built.

use std::num::NonZeroU32;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::amount::{Length, TimeUnit};
use crate::{Amount, PositiveAmount};

/// How the prescribed amount is stated (Määrätyn määrän esittämistapa), 1.2.246.537.5.40100.2006 (DI-6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    /// Form 1: so many packages of that size.
    Packages {
        /// How many packages.
        count: NonZeroU32,
        /// How many inner packages one holds (field 125), 1 where nothing is said.
        factor: NonZeroU32,
        /// Size of one package, or of one inner package.
        size: PositiveAmount,
        /// Field 126, "1X98 fol".
        text: Option<String>,
    },
    /// Form 2: a total amount.
    Total {
        /// The amount of one lot.
        amount: PositiveAmount,
    },
    /// Form 3: as much as a time needs (lääkehoidon kestoaika).
    Period {
        /// From when.
        start: Option<NaiveDate>,
        /// How long.
        length: Length,
    },
    /// Form 9: nothing to dispense (ei toimitettavaa määrää). Shown, never dispensed.
    Nothing,
    /// A form that this program does not know, or one whose parts do not add up to it: it hinders.
    Unknown {
        /// The code as it stood.
        code: String,
    },
}

impl Quantity {
    /// So many packages of that size, if that is more than nothing.
    pub fn packages(count: u32, factor: u32, size: Amount, text: Option<String>) -> Option<Self> {
        let (count, factor) = (NonZeroU32::new(count)?, NonZeroU32::new(factor)?);
        Some(Self::Packages { count, factor, size: PositiveAmount::of(size)?, text })
    }

    /// A total amount, if it is more than nothing.
    pub fn total(amount: Amount) -> Option<Self> {
        Some(Self::Total { amount: PositiveAmount::of(amount)? })
    }

    /// The code of the form.
    pub fn form(&self) -> &str {
        match self {
            Self::Packages { .. } => "1",
            Self::Total { .. } => "2",
            Self::Period { .. } => "3",
            Self::Nothing => "9",
            Self::Unknown { code } => code,
        }
    }
}

/// Iteration (iterointi), field 121: the amount may be dispensed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Iteration {
    /// How many times more than the first.
    pub repeats: NonZeroU32,
    /// Least time between two lots (toimitusväli).
    pub interval: Option<Length>,
    /// "iter ter 7 pv".
    pub text: Option<String>,
}

impl Iteration {
    /// So many repeats, if there is any.
    pub fn new(repeats: u32, interval: Option<Length>, text: Option<String>) -> Option<Self> {
        Some(Self { repeats: NonZeroU32::new(repeats)?, interval, text })
    }

    /// The interval in days, where there is one of so many days.
    pub fn interval_days(&self) -> Option<u32> {
        self.interval.and_then(Length::in_days)
    }
}

/// The interval that an iteration's text states, where it states one surely: "iter ter 7 pv", "iter semel 7 päivän välein".
pub fn interval_in(text: &str) -> Option<Length> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut found = words.windows(2).filter_map(|pair| {
        let [number, unit] = pair else { return None };
        Length::new(number.parse().ok()?, unit_of(unit)?)
    });
    let first = found.next();
    if found.next().is_some() { None } else { first }
}

fn unit_of(word: &str) -> Option<TimeUnit> {
    match word {
        "pv" | "pvn" | "vrk" | "päivä" | "päivän" | "päivää" | "vuorokauden" | "d" => Some(TimeUnit::Day),
        "vk" | "vko" | "viikko" | "viikon" => Some(TimeUnit::Week),
        "kk" | "kuukausi" | "kuukauden" => Some(TimeUnit::Month),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn di_6_no_form_states_nothing_but_form_9() {
        assert_eq!(Quantity::packages(0, 1, Amount::new(98, "fol"), None), None);
        assert_eq!(Quantity::packages(1, 0, Amount::new(98, "fol"), None), None);
        assert_eq!(Quantity::packages(1, 1, Amount::new(0, "fol"), None), None);
        assert_eq!(Quantity::total(Amount::new(-1, "fol")), None);
        assert_eq!(Quantity::total(Amount::new(21, "fol")).unwrap().form(), "2");
        assert_eq!(Iteration::new(0, None, None), None);
    }

    #[test]
    fn di_7b_an_interval_in_words_is_understood_where_it_is_sure() {
        for text in ["iter ter 7 pv", "Iter semel 7 päivän välein", "iter 3, 7 vrk:n välein"] {
            assert_eq!(interval_in(text), Length::days(7), "{text}");
        }
        assert_eq!(interval_in("iter bis 2 kk välein").and_then(Length::in_days), None);
        for text in ["Iter bis", "iter ter 0 pv", "iter 7", "7 pv tai 14 pv", "1,5 mg"] {
            assert_eq!(interval_in(text), None, "{text}");
        }
    }
}
