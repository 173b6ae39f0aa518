//! What a package costs by the medicine tariff (lääketaksa). The Pharmaceutical Database's own price counts where it has
//! one; the tariff is for what is not in it, and to see whether a price is plausible (medicines notes 3.1).

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::tables::{FeeKind, NotKnown, Row, Tables, TariffClass, VatGroup};
use crate::{Money, NoMoney};

/// Why there is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// A table has no row for the day.
    #[error(transparent)]
    NotKnown(#[from] NotKnown),
    /// An amount is not one.
    #[error(transparent)]
    NoMoney(#[from] NoMoney),
}

impl PriceError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotKnown(_) => "price-not-known",
            Self::NoMoney(_) => "price-no-money",
        }
    }
}

/// An amount and whether all that it was counted from is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priced<T> {
    /// The amount.
    pub amount: T,
    /// Whether every row behind it was read in a public source.
    pub confirmed: bool,
}

impl Tables {
    /// Retail price without VAT and fee of a package by its wholesale price, not rounded (3.1).
    pub fn retail_without_vat(
        &self,
        wholesale: Money,
        class: TariffClass,
        day: NaiveDate,
    ) -> Result<Priced<Decimal>, PriceError> {
        let tariff = self.tariff(class, day)?;
        let price = wholesale.euro();
        let within = |up_to: Option<Decimal>| up_to.is_none_or(|most| price <= most);
        let bracket = tariff.brackets.iter().find(|bracket| within(bracket.up_to)).ok_or(NoMoney)?;
        let amount = price.checked_mul(bracket.factor).and_then(|part| part.checked_add(bracket.addend));
        Ok(Priced { amount: amount.ok_or(NoMoney)?, confirmed: tariff.mark().confirmed() })
    }

    /// What so many packages of one batch cost with VAT and, where they are dispensed on a prescription, the fee; the sum
    /// is rounded once (3.1).
    pub fn retail(
        &self,
        wholesale: Money,
        packages: u32,
        class: TariffClass,
        on_prescription: bool,
        day: NaiveDate,
    ) -> Result<Priced<Money>, PriceError> {
        let one = self.retail_without_vat(wholesale, class, day)?;
        let (fee, fee_confirmed) = if on_prescription {
            let row = self.fee(FeeKind::Dispensing, day)?;
            (row.euro, row.mark().confirmed())
        } else {
            (Decimal::ZERO, true)
        };
        let all =
            one.amount.checked_mul(Decimal::from(packages)).and_then(|all| all.checked_add(fee)).ok_or(NoMoney)?;
        let taxed = self.with_vat(all, VatGroup::Medicines, day)?;
        Ok(Priced { amount: taxed.amount, confirmed: taxed.confirmed && one.confirmed && fee_confirmed })
    }

    /// A fee with VAT, rounded (3.1).
    pub fn fee_with_vat(&self, kind: FeeKind, day: NaiveDate) -> Result<Priced<Money>, PriceError> {
        let fee = self.fee(kind, day)?;
        let taxed = self.with_vat(fee.euro, VatGroup::Medicines, day)?;
        Ok(Priced { amount: taxed.amount, confirmed: taxed.confirmed && fee.mark().confirmed() })
    }

    /// An amount with VAT, rounded.
    fn with_vat(&self, euro: Decimal, group: VatGroup, day: NaiveDate) -> Result<Priced<Money>, PriceError> {
        let vat = self.vat(group, day)?;
        let times = Decimal::ONE_HUNDRED.checked_add(vat.percent).ok_or(NoMoney)?;
        let taxed = euro.checked_mul(times).and_then(|part| part.checked_div(Decimal::ONE_HUNDRED)).ok_or(NoMoney)?;
        Ok(Priced { amount: Money::rounded(taxed)?, confirmed: vat.mark().confirmed() })
    }
}
