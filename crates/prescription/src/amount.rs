//! Amounts with the Pharmaceutical Database's unit texts ("fol", "kpl", "ml", "g", "dos"), which are not UCUM; amounts
//! that cannot be nothing or less, from–to ranges, and lengths of time with their unit.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::Deref;

use chrono::{Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::Language;

/// A unit as the Pharmaceutical Database (Lääketietokanta) writes it, at most 32 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(String);

impl Unit {
    /// Keeps a unit text, trimmed.
    pub fn new(text: &str) -> Self {
        Self(text.trim().chars().take(32).collect())
    }

    /// The unit text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A physical quantity: `21 fol`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Amount {
    /// How many.
    pub value: Decimal,
    /// Of what.
    pub unit: Unit,
}

impl Amount {
    /// An amount of so many of that unit.
    pub fn new(value: impl Into<Decimal>, unit: &str) -> Self {
        Self { value: value.into(), unit: Unit::new(unit) }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", plain(self.value), self.unit)
    }
}

/// An amount above zero with a unit: what is prescribed can be neither nothing nor less.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Amount", into = "Amount")]
pub struct PositiveAmount(Amount);

impl PositiveAmount {
    /// So many of that unit, if that is more than nothing of something.
    pub fn new(value: impl Into<Decimal>, unit: &str) -> Option<Self> {
        Self::of(Amount::new(value, unit))
    }

    /// The amount, if it is more than nothing of something.
    pub fn of(amount: Amount) -> Option<Self> {
        let sound = amount.value > Decimal::ZERO && !amount.unit.as_str().is_empty();
        sound.then_some(Self(amount))
    }
}

impl Deref for PositiveAmount {
    type Target = Amount;

    fn deref(&self) -> &Amount {
        &self.0
    }
}

impl fmt::Display for PositiveAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number or a range of numbers: "1" or "1–2". Never below zero, and its upper end is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(Decimal, Decimal)", into = "(Decimal, Decimal)")]
pub struct Range {
    low: Decimal,
    high: Decimal,
}

impl Range {
    /// One number above zero.
    pub fn exactly(value: impl Into<Decimal>) -> Option<Self> {
        let value = value.into();
        Self::between(value, value)
    }

    /// From one number to another that is not smaller.
    pub fn between(low: impl Into<Decimal>, high: impl Into<Decimal>) -> Option<Self> {
        let (low, high) = (low.into(), high.into());
        (low >= Decimal::ZERO && high > Decimal::ZERO && low <= high).then_some(Self { low, high })
    }

    /// The lower end.
    pub fn low(self) -> Decimal {
        self.low
    }

    /// The upper end.
    pub fn high(self) -> Decimal {
        self.high
    }

    /// The number, where it is one number.
    pub fn exact(self) -> Option<Decimal> {
        (self.low == self.high).then_some(self.high)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact() {
            Some(value) => f.write_str(&plain(value)),
            None => write!(f, "{}–{}", plain(self.low), plain(self.high)),
        }
    }
}

/// A unit of time in which treatments, intervals and dosing periods are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// `d`.
    Day,
    /// `wk`.
    Week,
    /// `mo`.
    Month,
    /// `a`.
    Year,
}

impl TimeUnit {
    /// The unit as documents write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Day => "d",
            Self::Week => "wk",
            Self::Month => "mo",
            Self::Year => "a",
        }
    }

    /// Reads a unit; any other than these four is none.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Day, Self::Week, Self::Month, Self::Year].into_iter().find(|unit| unit.code() == code)
    }
}

/// A length of time that is more than nothing: 7 days, 1 year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Length {
    /// How many.
    pub count: NonZeroU32,
    /// Of what.
    pub unit: TimeUnit,
}

impl Length {
    /// So many of that unit, if that is more than nothing.
    pub fn new(count: u32, unit: TimeUnit) -> Option<Self> {
        NonZeroU32::new(count).map(|count| Self { count, unit })
    }

    /// So many days.
    pub fn days(count: u32) -> Option<Self> {
        Self::new(count, TimeUnit::Day)
    }

    /// The length in days, where its unit has always as many.
    pub fn in_days(self) -> Option<u32> {
        match self.unit {
            TimeUnit::Day => Some(self.count.get()),
            TimeUnit::Week => self.count.get().checked_mul(7),
            TimeUnit::Month | TimeUnit::Year => None,
        }
    }

    /// The day that is this long after another; none beyond the end of the calendar.
    pub fn after(self, day: NaiveDate) -> Option<NaiveDate> {
        let count = self.count.get();
        match self.unit {
            TimeUnit::Day | TimeUnit::Week => day.checked_add_days(Days::new(self.in_days()?.into())),
            TimeUnit::Month => day.checked_add_months(Months::new(count)),
            TimeUnit::Year => day.checked_add_months(Months::new(count.checked_mul(12)?)),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.unit.code())
    }
}

/// A length of time or a range of lengths in one unit: "7 d" or "5–7 d".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32, TimeUnit)", into = "(u32, u32, TimeUnit)")]
pub struct Span {
    low: NonZeroU32,
    high: NonZeroU32,
    unit: TimeUnit,
}

impl Span {
    /// One length.
    pub fn exactly(count: u32, unit: TimeUnit) -> Option<Self> {
        Self::between(count, count, unit)
    }

    /// From one length to another that is not shorter.
    pub fn between(low: u32, high: u32, unit: TimeUnit) -> Option<Self> {
        let (low, high) = (NonZeroU32::new(low)?, NonZeroU32::new(high)?);
        (low <= high).then_some(Self { low, high, unit })
    }

    /// The shortest.
    pub fn low(self) -> u32 {
        self.low.get()
    }

    /// The longest.
    pub fn high(self) -> u32 {
        self.high.get()
    }

    /// In what.
    pub fn unit(self) -> TimeUnit {
        self.unit
    }

    /// The length, where it is one.
    pub fn exact(self) -> Option<Length> {
        (self.low == self.high).then_some(Length { count: self.high, unit: self.unit })
    }
}

/// A type that is kept by its parts and is built only through its own constructor, when it is read back as well.
macro_rules! kept_by_parts {
    ($type:ty, $parts:ty, $build:expr, $take:expr) => {
        impl TryFrom<$parts> for $type {
            type Error = &'static str;

            fn try_from(parts: $parts) -> Result<Self, Self::Error> {
                let build: fn($parts) -> Option<$type> = $build;
                build(parts).ok_or(concat!("not a ", stringify!($type)))
            }
        }

        impl From<$type> for $parts {
            fn from(value: $type) -> Self {
                let take: fn($type) -> $parts = $take;
                take(value)
            }
        }
    };
}
pub(crate) use kept_by_parts;

kept_by_parts!(PositiveAmount, Amount, Self::of, |value| value.0);
kept_by_parts!(Range, (Decimal, Decimal), |(low, high)| Self::between(low, high), |range| (range.low, range.high));
kept_by_parts!(Span, (u32, u32, TimeUnit), |(low, high, unit)| Self::between(low, high, unit), |span| (
    span.low(),
    span.high(),
    span.unit
));

/// A number without trailing zeros, as documents and labels write it: `21`, `2.5`.
pub fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// An amount in words, "2.5 tabl", as a language writes it: in Finnish and Swedish "2,5 tabl". Only what is a number is
/// changed, never the name of a unit or a day.
pub fn in_language(text: &str, language: Language) -> String {
    if language == Language::En {
        return text.to_owned();
    }
    let is_decimal = |word: &str| word.contains('.') && word.parse::<Decimal>().is_ok();
    let said = |word: &str| if is_decimal(word) { word.replace('.', ",") } else { word.to_owned() };
    text.split(' ').map(said).collect::<Vec<_>>().join(" ")
}

/// What a text says of a package's size, where its meaning is sure: "100 g" is one part of 100 g, "10X2,5 ml" ten parts
/// of 2.5 ml each. `packages` is how many packages are prescribed: a text that begins with that number may count them
/// ("8X98 fol") and says nothing sure.
pub fn package_size_in(text: &str, packages: NonZeroU32) -> Option<(NonZeroU32, PositiveAmount)> {
    let text = text.trim();
    let unit_at = text.rfind(|c: char| c.is_ascii_digit()).map(|at| at + 1)?;
    let (numbers, unit) = text.split_at_checked(unit_at)?;
    let unit = unit.trim();
    if unit.is_empty() || !unit.chars().all(char::is_alphabetic) {
        return None;
    }
    let number = |text: &str| text.trim().replace(',', ".").parse::<Decimal>().ok();
    let mut factors = numbers.split(['x', 'X', '×']);
    let (first, second, rest) = (factors.next()?, factors.next(), factors.next());
    match (second, rest) {
        (None, _) => Some((NonZeroU32::MIN, PositiveAmount::new(number(first)?, unit)?)),
        (Some(second), None) => {
            let factor: NonZeroU32 = first.trim().parse().ok()?;
            let size = PositiveAmount::new(number(second)?, unit)?;
            let sure = factor == NonZeroU32::MIN || factor != packages;
            sure.then_some((factor, size))
        }
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_of_nothing_or_less_or_of_nothing_known_cannot_be_prescribed() {
        assert!(PositiveAmount::new(21, "fol").is_some());
        for (value, unit) in [(0, "fol"), (-1, "fol"), (21, ""), (21, "  ")] {
            assert_eq!(PositiveAmount::new(value, unit), None, "{value} {unit:?}");
        }
    }

    #[test]
    fn decimals_are_set_off_as_the_language_does_and_nothing_else_is_changed() {
        for (text, finnish) in [("2.5 tabl", "2,5 tabl"), ("21 fol", "21 fol"), ("1.12.2026", "1.12.2026"), ("", "")] {
            assert_eq!(in_language(text, Language::Fi), finnish);
            assert_eq!(in_language(text, Language::Sv), finnish);
            assert_eq!(in_language(text, Language::En), text);
        }
        assert_eq!(in_language("0.5 ml/kg p.o. 3", Language::Fi), "0,5 ml/kg p.o. 3");
    }

    #[test]
    fn a_range_goes_upwards() {
        let range = |low, high| Range::between(low, high).map(|range| range.to_string());
        assert_eq!(range(1, 2).as_deref(), Some("1–2"));
        assert_eq!(range(0, 2).as_deref(), Some("0–2"));
        assert_eq!(range(2, 2).as_deref(), Some("2"));
        assert_eq!([range(2, 1), range(-1, 1), range(0, 0)], [None, None, None]);
        assert_eq!(Span::between(7, 5, TimeUnit::Day), None);
        assert_eq!(Span::exactly(0, TimeUnit::Day), None);
        assert_eq!(Span::exactly(7, TimeUnit::Day).and_then(Span::exact), Length::days(7));
    }

    #[test]
    fn a_length_of_time_ends_on_a_day_of_the_calendar() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap();
        let after = |count, unit| Length::new(count, unit).unwrap().after(day).map(|day| day.to_string());
        assert_eq!(after(7, TimeUnit::Day).as_deref(), Some("2026-02-07"));
        assert_eq!(after(2, TimeUnit::Week).as_deref(), Some("2026-02-14"));
        assert_eq!(after(1, TimeUnit::Month).as_deref(), Some("2026-02-28"));
        assert_eq!(after(1, TimeUnit::Year).as_deref(), Some("2027-01-31"));
        assert_eq!(after(u32::MAX, TimeUnit::Year), None);
    }

    /// As Kela's samples and eight vendors write field 126.
    #[test]
    fn a_package_size_that_is_only_text_is_understood_where_it_has_one_meaning() {
        let packages = |n| NonZeroU32::new(n).unwrap();
        let size = |text, n| package_size_in(text, packages(n)).map(|(factor, size)| (factor.get(), size.to_string()));
        assert_eq!(size("60  kpl", 1), Some((1, "60 kpl".into())));
        assert_eq!(size("100FOLIOTA", 2), Some((1, "100 FOLIOTA".into())));
        assert_eq!(size("4X200 ml", 2), Some((4, "200 ml".into())));
        assert_eq!(size("10x2,5 ml", 8), Some((10, "2.5 ml".into())));
        assert_eq!(size("1X98 fol", 1), Some((1, "98 fol".into())));
        assert_eq!(size("5 x 5 annosta", 2), Some((5, "5 annosta".into())));
        for text in ["8X98 fol", "noin 20 kpl", "2x3x4 ml", "100", "kpl", "0 kpl", "0x5 ml", "1,5x2 ml", "5 mg/ml"] {
            assert_eq!(size(text, 8), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_of_sizes_panic(text in "\\PC{0,20}") { let _ = package_size_in(&text, NonZeroU32::MIN); }
    }
}
