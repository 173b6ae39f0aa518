//! What is left of a package that was split: kept with its batch and expiry. **Batches are never mixed** (medicines.md,
//! corrections): a part comes from one batch, and what is left of one batch is never added to another.

use chrono::NaiveDate;
use medicines::Package;
use prescription::{Unit, Vnr};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{Expiry, Freshness};

/// The rest of an opened package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Remnant {
    vnr: Vnr,
    batch: String,
    expiry: Expiry,
    left: Decimal,
    unit: Unit,
    opened: NaiveDate,
}

/// Why nothing can be taken or put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RemnantError {
    /// A package whose batch is not known cannot be split.
    #[error("the batch is not known")]
    NoBatch,
    /// It has expired.
    #[error("the package has expired")]
    Expired,
    /// Nothing, or less.
    #[error("the amount is not more than nothing")]
    Nothing,
    /// More than there is.
    #[error("there is not so much left")]
    TooMuch,
    /// Of different packages.
    #[error("they are not of the same product")]
    ProductsDiffer,
    /// Of different batches.
    #[error("batches are never mixed")]
    BatchesDiffer,
    /// One batch with two expiry dates: one of the two was read wrongly.
    #[error("one batch has two expiry dates")]
    ExpiriesDiffer,
}

impl RemnantError {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoBatch => "remnant-no-batch",
            Self::Expired => "remnant-expired",
            Self::Nothing => "remnant-nothing",
            Self::TooMuch => "remnant-too-much",
            Self::ProductsDiffer => "remnant-products-differ",
            Self::BatchesDiffer => "remnant-batches-differ",
            Self::ExpiriesDiffer => "remnant-expiries-differ",
        }
    }
}

impl Remnant {
    /// Opens a package and takes a part of it. From here on the package is to be decommissioned in the verification system
    /// (medicines.md, corrections). Nothing is left when all is taken.
    pub fn open(
        package: &Package,
        batch: &str,
        expiry: Expiry,
        taken: Decimal,
        today: NaiveDate,
    ) -> Result<Self, RemnantError> {
        if batch.trim().is_empty() {
            return Err(RemnantError::NoBatch);
        }
        let whole = Self {
            vnr: package.vnr.clone(),
            batch: batch.to_owned(),
            expiry,
            left: package.size,
            unit: package.unit.clone(),
            opened: today,
        };
        whole.take(taken, today)
    }

    /// What is left after a part was taken.
    pub fn take(&self, amount: Decimal, today: NaiveDate) -> Result<Self, RemnantError> {
        if amount <= Decimal::ZERO {
            return Err(RemnantError::Nothing);
        }
        if self.expiry.freshness(today, 0) == Freshness::Passed {
            return Err(RemnantError::Expired);
        }
        let left = self.left.checked_sub(amount).filter(|left| *left >= Decimal::ZERO).ok_or(RemnantError::TooMuch)?;
        Ok(Self { left, ..self.clone() })
    }

    /// Two remnants as one: of the same package, batch and expiry only.
    pub fn together(&self, other: &Self) -> Result<Self, RemnantError> {
        if self.vnr != other.vnr || self.unit != other.unit {
            return Err(RemnantError::ProductsDiffer);
        }
        if self.batch != other.batch {
            return Err(RemnantError::BatchesDiffer);
        }
        if self.expiry.last_day() != other.expiry.last_day() {
            return Err(RemnantError::ExpiriesDiffer);
        }
        let left = self.left.checked_add(other.left).ok_or(RemnantError::TooMuch)?;
        Ok(Self { left, opened: self.opened.min(other.opened), ..self.clone() })
    }

    /// The package.
    pub fn vnr(&self) -> &Vnr {
        &self.vnr
    }

    /// Its batch, as printed.
    pub fn batch(&self) -> &str {
        &self.batch
    }

    /// When it expires.
    pub fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// How many units are left.
    pub fn left(&self) -> Decimal {
        self.left
    }

    /// The unit.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The day on which the package was opened.
    pub fn opened(&self) -> NaiveDate {
        self.opened
    }
}

/// The remnant from which an amount is to be taken: one that suffices alone, the first to expire, then the one with the
/// least left. None when no single one suffices: then a package is opened, and remnants are not put together.
pub fn choose<'a>(remnants: &'a [Remnant], vnr: &Vnr, amount: Decimal, today: NaiveDate) -> Option<&'a Remnant> {
    let suffices = |remnant: &&Remnant| remnant.vnr == *vnr && remnant.take(amount, today).is_ok();
    remnants.iter().filter(suffices).min_by_key(|remnant| (remnant.expiry.last_day(), remnant.left, &remnant.batch))
}

#[cfg(test)]
mod tests {
    use medicines::{ARTIFICIAL, Edition};
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        "2026-11-26".parse().unwrap()
    }

    fn diapam() -> Package {
        Edition::parse(ARTIFICIAL).unwrap().package(&Vnr::parse("469452").unwrap()).unwrap().clone()
    }

    fn remnant(batch: &str, expiry: &str, taken: u32) -> Remnant {
        let expiry = Expiry::parse(expiry, today()).unwrap();
        Remnant::open(&diapam(), batch, expiry, taken.into(), today()).unwrap()
    }

    #[test]
    fn med_correction_batches_are_never_mixed() {
        let (a, b) = (remnant("A1", "280500", 79), remnant("B1", "270100", 79));
        assert_eq!(a.together(&b), Err(RemnantError::BatchesDiffer));
        assert_eq!(a.together(&remnant("a1", "280500", 79)), Err(RemnantError::BatchesDiffer), "case counts");
        assert_eq!(a.together(&remnant("A1", "280600", 79)), Err(RemnantError::ExpiriesDiffer));
        assert_eq!(a.together(&remnant("A1", "280500", 1)).unwrap().left(), Decimal::from(120));
        let both = [a, b];
        let vnr = diapam().vnr;
        // 21 and 21 are left; 30 are not put together from them.
        assert_eq!(choose(&both, &vnr, 30.into(), today()), None);
        assert_eq!(choose(&both, &vnr, 21.into(), today()).unwrap().batch(), "B1", "the first to expire");
        assert_eq!(choose(&both, &vnr, 21.into(), "2027-02-01".parse().unwrap()).unwrap().batch(), "A1");
        assert_eq!(choose(&both, &Vnr::parse("469528").unwrap(), 1.into(), today()), None);
    }

    #[test]
    fn a_part_is_taken_and_never_more_than_there_is() {
        let expiry = Expiry::parse("280500", today()).unwrap();
        let open = |batch: &str, taken: i64| Remnant::open(&diapam(), batch, expiry, taken.into(), today());
        assert_eq!(open("A1", 21).unwrap().left(), Decimal::from(79));
        assert_eq!(open("A1", 100).unwrap().left(), Decimal::ZERO);
        assert_eq!(open("A1", 101), Err(RemnantError::TooMuch));
        assert_eq!(open("A1", 0), Err(RemnantError::Nothing));
        assert_eq!(open("A1", -1), Err(RemnantError::Nothing));
        assert_eq!(open(" ", 21), Err(RemnantError::NoBatch));
        let left = open("A1", 21).unwrap();
        assert_eq!(left.take(1.into(), "2028-06-01".parse().unwrap()), Err(RemnantError::Expired));
        assert!(left.take(1.into(), "2028-05-31".parse().unwrap()).is_ok());
    }

    proptest! {
        #[test]
        fn nothing_appears_or_disappears(parts in proptest::collection::vec(1u32..40, 1..8)) {
            let mut left = remnant("A1", "280500", 1);
            let mut given = Decimal::ONE;
            for part in parts {
                if let Ok(after) = left.take(part.into(), today()) {
                    given += Decimal::from(part);
                    left = after;
                }
                prop_assert_eq!(left.left() + given, diapam().size);
                prop_assert!(left.left() >= Decimal::ZERO);
            }
        }
    }
}
