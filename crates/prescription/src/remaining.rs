//! What remains of a prescription after the dispensations made from it, by the form in which the amount was prescribed
//! (DI-7, DI-7c, DI-7e). The pharmacy states it in fields 103 and 122, the Centre computes it again from its documents.
//!
//! Read from Kela's samples: 21 fol with three repeats, one lot given, leaves "3X21"; packages are written "5X98".
//! Assumed (docs/assumptions.md): a half-given lot is written "2X21+7", nothing left is the number 0, and iterated
//! packages multiply like iterated total amounts.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::amount::plain;
use crate::{Amount, Dispensation, Prescription, Quantity, RemainingStatement, Unit};

/// What remains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Remaining {
    /// Forms 1 and 2, counted in the prescribed unit.
    Units {
        /// All that is left; negative where more was given than prescribed, which is never hidden.
        left: Decimal,
        /// All that was prescribed, repeats included.
        total: Decimal,
        /// How the rest is written: in packages (form 1) or lots (form 2) of this many units.
        piece: Decimal,
        /// How many units one turn of the iteration allows.
        turn: Decimal,
        /// Whether there is more than one piece, so that it is written as "3X21".
        in_pieces: bool,
        /// The unit.
        unit: Unit,
    },
    /// Form 3: not a number. The pharmacist says when it is over (DI-10).
    Period {
        /// Whether a dispensation has said that it is fully dispensed.
        over: bool,
    },
    /// Form 9, or a form that is not known: nothing can be dispensed.
    Nothing,
}

/// Computes what remains of `prescription` after `dispensations`, which must all be live ones made from it.
pub fn remaining<'a>(
    prescription: &Prescription,
    dispensations: impl IntoIterator<Item = &'a Dispensation>,
) -> Remaining {
    let turns = Decimal::from(prescription.iteration.as_ref().map_or(1, |i| i.repeats.get().saturating_add(1)));
    let (piece, turn, unit) = match &prescription.quantity {
        Quantity::Packages { count, factor, size, .. } => {
            let package = size.value.saturating_mul(Decimal::from(factor.get()));
            (package, package.saturating_mul(Decimal::from(count.get())), size.unit.clone())
        }
        Quantity::Total { amount } => (amount.value, amount.value, amount.unit.clone()),
        Quantity::Period { .. } => {
            return Remaining::Period { over: dispensations.into_iter().any(|d| d.fully_dispensed) };
        }
        Quantity::Nothing | Quantity::Unknown { .. } => return Remaining::Nothing,
    };
    let total = turn.saturating_mul(turns);
    let given = dispensations.into_iter().fold(Decimal::ZERO, |sum, d| sum.saturating_add(counted(prescription, d)));
    Remaining::Units { left: total.saturating_sub(given), total, piece, turn, in_pieces: total > piece, unit }
}

/// How many of the prescribed units a dispensation uses up. Whole packages of the same size class count as the
/// prescribed package (DI-7c): 3 × 98 filled with one of 100 leaves 2 × 98.
pub fn counted(prescription: &Prescription, dispensation: &Dispensation) -> Decimal {
    if let Quantity::Packages { factor, size, .. } = &prescription.quantity {
        let prescribed = size.value.saturating_mul(Decimal::from(factor.get()));
        let given = dispensation.package_size.value.saturating_mul(Decimal::from(dispensation.package_factor.max(1)));
        if !dispensation.part_package
            && dispensation.package_size.unit == size.unit
            && same_size_class(prescribed, given)
        {
            return prescribed.saturating_mul(Decimal::from(dispensation.packages));
        }
    }
    dispensation.delivered.value
}

/// Package sizes that count as one: 28/29/30, 49/50, 98/99/100 (DI-7c).
pub fn same_size_class(a: Decimal, b: Decimal) -> bool {
    const CLASSES: [(u32, u32); 3] = [(28, 30), (49, 50), (98, 100)];
    let within = |v: Decimal, (low, high): (u32, u32)| v >= Decimal::from(low) && v <= Decimal::from(high);
    a == b || CLASSES.into_iter().any(|class| within(a, class) && within(b, class))
}

impl Remaining {
    /// Whether nothing more can be dispensed.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Units { left, .. } => *left <= Decimal::ZERO,
            Self::Period { over } => *over,
            Self::Nothing => true,
        }
    }

    /// How field 103 writes it. `None` for a period or nothing, which have no number.
    pub fn statement(&self) -> Option<RemainingStatement> {
        let Self::Units { left, piece, in_pieces, unit, .. } = self else { return None };
        if !in_pieces || *left <= Decimal::ZERO || piece.is_zero() {
            return Some(RemainingStatement { value: Some(*left), text: None, unit: unit.clone(), words: None });
        }
        let (full, rest) = self.pieces().unwrap_or((0, Decimal::ZERO));
        let text = match (full, rest.is_zero()) {
            (0, _) => plain(rest),
            (_, true) => format!("{full}X{}", plain(*piece)),
            (_, false) => format!("{full}X{}+{}", plain(*piece), plain(rest)),
        };
        Some(RemainingStatement { value: None, text: Some(text), unit: unit.clone(), words: None })
    }

    /// Full pieces left and the part of one beside them.
    pub fn pieces(&self) -> Option<(u32, Decimal)> {
        let Self::Units { left, piece, .. } = self else { return None };
        if piece.is_zero() || *left < Decimal::ZERO {
            return None;
        }
        let full = (left / piece).floor();
        Some((full.to_u32()?, left - full * piece))
    }

    /// What is left as an amount, where it is a number.
    pub fn left(&self) -> Option<Amount> {
        match self {
            Self::Units { left, unit, .. } => Some(Amount { value: *left, unit: unit.clone() }),
            _ => None,
        }
    }

    /// Whether a document's statement says the same: the same number, or a text that means it.
    pub fn agrees_with(&self, stated: &RemainingStatement) -> bool {
        let Self::Units { left, unit, .. } = self else { return true };
        if stated.unit != *unit {
            return false;
        }
        stated.value.or_else(|| stated.text.as_deref().and_then(number_in)).is_some_and(|value| value == *left)
    }
}

/// The number that a remaining text means: "3X21", "2X21+7", "79". Anything else has no sure meaning.
pub fn number_in(text: &str) -> Option<Decimal> {
    let part = |part: &str| -> Option<Decimal> {
        let mut factors = part.split(['X', 'x', '×']).map(|f| f.trim().replace(',', ".").parse::<Decimal>().ok());
        let first = factors.next()??;
        factors.try_fold(first, |product, factor| product.checked_mul(factor?))
    };
    text.split('+').map(part).try_fold(Decimal::ZERO, |sum, value| sum.checked_add(value?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::samples;

    #[test]
    fn di_7_lots_of_a_total_amount_are_written_as_kela_writes_them() {
        let prescription = samples::iterated_diazepam();
        let lot = samples::lot(&prescription, 21, "2014-04-24T09:40:12");
        let written = |n: usize| {
            let statement = remaining(&prescription, std::iter::repeat_n(&lot, n)).statement().unwrap();
            (statement.shown(), statement.value)
        };
        assert_eq!(written(1).0, "3X21 fol");
        assert_eq!(written(2).0, "2X21 fol");
        assert_eq!(written(3).0, "1X21 fol");
        assert_eq!(written(4), ("0 fol".into(), Some(Decimal::ZERO)));
        assert!(remaining(&prescription, std::iter::repeat_n(&lot, 4)).is_over());
        assert_eq!(written(5).0, "-21 fol", "more given than prescribed is never hidden");
    }

    #[test]
    fn di_7c_a_package_of_the_same_size_class_counts_as_the_prescribed_one() {
        let mut prescription = samples::iterated_diazepam();
        prescription.iteration = None;
        prescription.quantity = Quantity::packages(3, 1, Amount::new(98, "fol"), Some("3X98 fol".into())).unwrap();
        let mut hundred = samples::lot(&prescription, 100, "2026-11-21T10:00:00");
        hundred.part_package = false;
        assert_eq!(remaining(&prescription, [&hundred]).statement().unwrap().shown(), "2X98 fol");
        let thirty = samples::lot(&prescription, 30, "2026-11-21T10:00:00");
        assert_eq!(remaining(&prescription, [&thirty]).statement().unwrap().shown(), "2X98+68 fol");
    }

    #[test]
    fn di_8_a_remaining_text_means_its_number_or_nothing() {
        assert_eq!(number_in("3X21"), Some(Decimal::from(63)));
        assert_eq!(number_in("2X21+7"), Some(Decimal::from(49)));
        assert_eq!(number_in("2,5"), Some("2.5".parse().unwrap()));
        assert_eq!(number_in("noin 20"), None);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_means_what_is_left(lot in 1u32..200, repeats in 0u32..10, given in 0u32..2000) {
            let mut prescription = samples::iterated_diazepam();
            prescription.quantity = Quantity::total(Amount::new(lot, "fol")).unwrap();
            prescription.iteration = crate::Iteration::new(repeats, None, None);
            let dispensation = samples::lot(&prescription, given, "2026-11-21T10:00:00");
            let rest = remaining(&prescription, [&dispensation]);
            proptest::prop_assert!(rest.agrees_with(&rest.statement().unwrap()));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC*") { let _ = number_in(&text); }
    }
}
