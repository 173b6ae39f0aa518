//! Money: whole cents in decimals, never less than nothing.

use std::iter::Sum;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Euro in whole cents, from nothing to [`Money::MOST`].
///
/// Rounding, wherever it happens, is half up to the cent (0.005 becomes 0.01), once for each amount that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Money(Decimal);

/// An amount that is no money: less than nothing, parts of a cent, or more than [`Money::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money")]
pub struct NoMoney;

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::from_parts(0, 0, 0, false, 2));
    /// No single amount is more than this many euro; the dearest packages cost some tens of thousands.
    pub const MOST: i64 = 10_000_000;

    /// An amount that is in whole cents already.
    pub fn of(euro: Decimal) -> Result<Self, NoMoney> {
        let rounded = Self::rounded(euro)?;
        if rounded.0 == euro { Ok(rounded) } else { Err(NoMoney) }
    }

    /// So many cents.
    pub fn cents(cents: u32) -> Self {
        Self(Decimal::new(i64::from(cents), 2))
    }

    /// An amount, rounded half up to the cent.
    pub fn rounded(euro: Decimal) -> Result<Self, NoMoney> {
        if euro < Decimal::ZERO || euro > Decimal::from(Self::MOST) {
            return Err(NoMoney);
        }
        let mut cents = euro.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        cents.rescale(2);
        Ok(Self(cents))
    }

    /// In euro.
    pub fn euro(self) -> Decimal {
        self.0
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// What is left when so much is taken away; nothing where that is more.
    pub fn less(self, taken: Self) -> Self {
        if taken < self { Self(self.0 - taken.0) } else { Self::ZERO }
    }

    /// Both together. Sums are of at most some hundred amounts, which a decimal holds without loss.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// So many percent of it, rounded half up; at most all of it.
    pub fn percent(self, percent: Decimal) -> Self {
        let part = self.0.checked_mul(percent).and_then(|part| part.checked_div(Decimal::ONE_HUNDRED));
        part.and_then(|part| Self::rounded(part).ok()).unwrap_or(self).min(self)
    }

    /// So many times as much.
    pub fn times(self, count: u32) -> Result<Self, NoMoney> {
        self.0.checked_mul(Decimal::from(count)).ok_or(NoMoney).and_then(Self::rounded)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::and)
    }
}

impl TryFrom<Decimal> for Money {
    type Error = NoMoney;

    fn try_from(euro: Decimal) -> Result<Self, NoMoney> {
        Self::of(euro)
    }
}

impl From<Money> for Decimal {
    fn from(money: Money) -> Self {
        money.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn money_is_whole_cents_and_never_negative() {
        assert_eq!(Money::of(euro("12.5")).unwrap().euro().to_string(), "12.50");
        assert_eq!(Money::of(euro("12.505")), Err(NoMoney));
        assert_eq!(Money::of(euro("-0.01")), Err(NoMoney));
        assert_eq!(Money::of(euro("10000000.01")), Err(NoMoney));
        assert_eq!(Money::of(Decimal::MAX), Err(NoMoney));
        assert_eq!(Money::cents(3).less(Money::cents(5)), Money::ZERO);
    }

    #[test]
    fn halves_of_a_cent_go_up() {
        assert_eq!(Money::rounded(euro("0.005")).unwrap(), Money::cents(1));
        assert_eq!(Money::rounded(euro("0.0049")).unwrap(), Money::ZERO);
        assert_eq!(Money::cents(125).percent(euro("2")), Money::cents(3));
        assert_eq!(Money::cents(125).percent(euro("1000")), Money::cents(125), "at most all of it");
    }
}
