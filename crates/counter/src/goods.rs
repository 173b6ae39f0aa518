//! What is given of a prescription, and how much of it: a package of the database, or what no database has.

use medicines::{Package, Shelf};
use prescription::{Deviation, Dispensation, Prescription, Remaining, Unit, Unlisted, Vnr, remaining};
use reimbursement::substitution::Indication;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::deviating::choices;
use crate::exchange::prescribed;
use crate::lot::Change;
use crate::{CounterError, Proposal};

/// So many units are given at most, and so many euro is a price at most.
pub(crate) const MOST_UNITS: u32 = 1_000_000;

/// A unit is at most this long.
const LONGEST_UNIT: usize = 20;

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goods {
    /// A package of the database, by its number.
    Package(Vnr),
    /// What the database does not have.
    Unlisted(Box<Unlisted>),
}

/// From what a lot is taken.
#[derive(Clone, Copy)]
pub(crate) enum Stock<'a> {
    Package(&'a Package),
    Unlisted(&'a Unlisted),
}

impl<'a> Stock<'a> {
    pub(crate) fn package(self) -> Option<&'a Package> {
        if let Self::Package(package) = self { Some(package) } else { None }
    }

    pub(crate) fn unlisted(self) -> Option<&'a Unlisted> {
        if let Self::Unlisted(unlisted) = self { Some(unlisted) } else { None }
    }

    pub(crate) fn goods(self) -> Goods {
        match self {
            Self::Package(package) => Goods::Package(package.vnr.clone()),
            Self::Unlisted(unlisted) => Goods::Unlisted(Box::new(unlisted.clone())),
        }
    }

    /// How much one package holds.
    pub(crate) fn size(self) -> Decimal {
        match self {
            Self::Package(package) => package.size,
            Self::Unlisted(unlisted) => unlisted.size.value,
        }
    }

    pub(crate) fn unit(self) -> &'a Unit {
        match self {
            Self::Package(package) => &package.unit,
            Self::Unlisted(unlisted) => &unlisted.size.unit,
        }
    }

    pub(crate) fn price_of(self, amount: Decimal) -> Option<Decimal> {
        match self {
            Self::Package(package) => package.price_of(amount),
            Self::Unlisted(unlisted) => unlisted.price_of(amount),
        }
    }

    /// Whether an amount that was said of those goods is said of these: of the same package, or in the same size and unit.
    pub(crate) fn is_the_same_as(self, goods: &Goods) -> bool {
        match (self, goods) {
            (Self::Package(package), Goods::Package(vnr)) => package.vnr == *vnr,
            (Self::Unlisted(now), Goods::Unlisted(before)) => now.size == before.size,
            _ => false,
        }
    }
}

/// What the database does not have and is given after this change; none where a package is.
pub(crate) fn unlisted<'a>(
    change: &'a Change,
    old: Option<&'a Proposal>,
    prescription: &Prescription,
) -> Result<Option<&'a Unlisted>, CounterError> {
    let Some(said) = &change.unlisted else {
        let kept = old.and_then(Proposal::unlisted);
        return Ok(kept.filter(|_| change.vnr.is_none()));
    };
    if !prescription::unlisted::is_unlisted(&prescription.product.kind()) {
        return Err(CounterError::UnknownPackage);
    }
    let within = |amount: Decimal| amount >= Decimal::ZERO && amount <= Decimal::from(MOST_UNITS);
    let unit = said.size.unit.as_str();
    if !within(said.size.value) || !said.price.is_none_or(within) || unit.chars().count() > LONGEST_UNIT {
        return Err(CounterError::NotAnAmount);
    }
    Ok(Some(said))
}

/// The package of the database that is given after this change.
pub(crate) fn chosen<'a>(
    shelf: &'a Shelf,
    prescription: &Prescription,
    change: &Change,
    old: Option<&Proposal>,
    deviation: Option<&Deviation>,
) -> Result<&'a Package, CounterError> {
    // Who refuses the exchange, or takes it for what hinders one, gets the prescribed package (3.5e, 3.5h, 3.5i), unless
    // another is chosen on purpose.
    let hindered = change.indication.is_some_and(|indication| indication != Indication::Ordinary);
    let refused = (change.refuses == Some(true) || hindered) && change.vnr.is_none();
    let choices = choices(shelf, prescription, deviation);
    let prescribed = prescribed(shelf, prescription).filter(|it| refused && choices.contains(it));
    let vnr = change.vnr.as_ref().or(prescribed.map(|it| &it.vnr)).or_else(|| old.and_then(Proposal::vnr));
    let vnr = vnr.ok_or(CounterError::UnknownPackage)?;
    let chosen = choices.iter().find(|p| p.vnr == *vnr);
    // What only a deviation allowed goes when that is taken back.
    let chosen = chosen.or_else(|| choices.first().filter(|_| change.deviation == Some(None)));
    chosen.copied().ok_or(CounterError::UnknownPackage)
}

/// How many whole packages an amount is, if it is.
pub(crate) fn whole_packages(amount: Decimal, size: Decimal) -> Option<u32> {
    if size <= Decimal::ZERO {
        return None;
    }
    let count = amount.checked_div(size)?;
    if count.fract().is_zero() { count.to_u32().filter(|n| *n > 0) } else { None }
}

/// The amount that is due: the rest of the lot that was begun, or the next one; a package where packages were
/// prescribed; never more than is left.
pub(crate) fn usual_amount(prescription: &Prescription, history: &[Dispensation], size: Decimal) -> Decimal {
    let Remaining::Units { left, turn, piece, in_pieces, .. } = remaining(prescription, history) else {
        return size;
    };
    if matches!(prescription.quantity, prescription::Quantity::Packages { .. }) {
        let fills = prescription::remaining::same_size_class(piece, size) || size <= left;
        return if fills || left <= Decimal::ZERO { size } else { left };
    }
    let given = history.iter().fold(Decimal::ZERO, |sum, d| sum + prescription::remaining::counted(prescription, d));
    let begun = if in_pieces && !turn.is_zero() { given % turn } else { Decimal::ZERO };
    let due = turn - begun;
    if left > Decimal::ZERO { due.min(left) } else { turn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_whole_packages_or_a_part_of_one() {
        let of = |amount: u32, size: u32| whole_packages(Decimal::from(amount), Decimal::from(size));
        assert_eq!(of(200, 100), Some(2));
        assert_eq!(of(21, 100), None);
        assert_eq!(of(0, 100), None);
        assert_eq!(of(21, 0), None);
    }
}
