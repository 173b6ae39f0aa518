//! What is sold of a package: as an offer of the exchange and as a line of a purchase, with the tables that are built in.

use std::sync::OnceLock;

use chrono::NaiveDate;
use medicines::Package;
use prescription::Prescription;
use reimbursement::query::Answer;
use reimbursement::substitution::{Offer, Shortage};
use reimbursement::tables::{FeeKind, Tables};
use reimbursement::{Account, Base, CopaymentFor, Line, Money, PriceError, Purchase, PurchaseError, purchase};
use rust_decimal::Decimal;

use crate::ExchangeError;

/// Only what is prescribed for the treatment of an illness (S) is reimbursed by Kela (medicines notes 1.4, field 67).
const TREATMENT: &str = "S";

/// So much of a package, on a prescription and a day.
pub(crate) struct Sold<'a> {
    pub(crate) package: &'a Package,
    pub(crate) amount: Decimal,
    pub(crate) prescription: &'a Prescription,
    pub(crate) day: NaiveDate,
}

impl Sold<'_> {
    /// What the customer pays of it alone.
    pub(crate) fn bought(
        &self,
        tables: &Tables,
        base: Base,
        reimbursed: Option<(&Answer, Account)>,
    ) -> Result<Purchase, ExchangeError> {
        let account = reimbursed.map_or(nobodys()?, |(_, account)| account);
        let line = self.line(tables, base, reimbursed.map(|(answer, _)| answer))?;
        Ok(purchase(tables, account, &[line], self.day)?)
    }

    /// As a line of a purchase.
    pub(crate) fn line(&self, tables: &Tables, base: Base, answer: Option<&Answer>) -> Result<Line, ExchangeError> {
        let package = self.package;
        let money = |euro: Decimal| Money::rounded(euro).ok();
        let reference = package.exchange.reference_price;
        let care = &self.prescription.care_types;
        let is_treatment = care.is_empty() || care.iter().any(|kind| kind.code == TREATMENT);
        let class = answer.filter(|_| is_treatment).and_then(|answer| {
            let ways = offer(tables, package, self.day).reimbursements;
            reimbursement::query::class_for(&ways, answer, self.day)
        });
        Ok(Line {
            price: package.price_of(self.amount).and_then(money),
            fee: fee(tables, self.day)?,
            reference: reference.and_then(|price| money(package.share_of(price, self.amount))),
            base,
            class,
            copayment: CopaymentFor::Purchase,
        })
    }
}

/// What the database does not have as a line of a purchase: at the price that a person says, and without reimbursement (UL-4).
pub(crate) fn unreimbursed(tables: &Tables, price: Decimal, day: NaiveDate) -> Result<Line, ExchangeError> {
    Ok(Line {
        price: Money::rounded(price).ok(),
        fee: fee(tables, day)?,
        reference: None,
        base: Base::Reference,
        class: None,
        copayment: CopaymentFor::Purchase,
    })
}

/// The account of a purchase without reimbursement: nothing of it is used.
pub(crate) fn nobodys() -> Result<Account, PurchaseError> {
    Account::of(Money::ZERO, Money::ZERO)
}

/// The tables that are built in, read once.
pub(crate) fn tables() -> Result<&'static Tables, ExchangeError> {
    static TABLES: OnceLock<Option<Tables>> = OnceLock::new();
    TABLES.get_or_init(|| Tables::built_in().ok()).as_ref().ok_or(ExchangeError::Tables)
}

/// The dispensing fee with VAT.
pub(crate) fn fee(tables: &Tables, day: NaiveDate) -> Result<Money, PriceError> {
    tables.fee_with_vat(FeeKind::Dispensing, day).map(|fee| fee.amount)
}

/// Where the database does not say whether a package is a biological: whether its ATC code is one that only biologicals
/// have. The row for all other biologicals names no code, and tells nothing of a package.
fn is_of_a_biological_code(tables: &Tables, atc: &str, day: NaiveDate) -> bool {
    tables.biological(atc, day).is_some_and(|row| !row.atc.is_empty())
}

/// A package of the edition as an offer. A price that is no amount of money is none.
pub(crate) fn offer(tables: &Tables, package: &Package, day: NaiveDate) -> Offer {
    let money = |euro: Option<Decimal>| euro.and_then(|euro| Money::rounded(euro).ok());
    let facts = &package.exchange;
    Offer {
        vnr: package.vnr.clone(),
        name: package.name.clone(),
        holder: package.holder.clone(),
        atc: package.atc.clone(),
        size: package.size,
        group: package.group.clone().filter(|_| facts.substitutable != Some(false)),
        exchange_code: facts.exchange_code.clone(),
        price: money(package.price),
        reference: money(facts.reference_price),
        corridor_top: money(facts.corridor_top),
        reimbursements: facts.reimbursements.iter().filter_map(|code| tables.reimbursement(code, day)).collect(),
        on_market: facts.on_market,
        shortage: package.shortage_on(day).map(|short| Shortage { until: short.until }),
        in_stock: None,
        biological: facts.biological.unwrap_or_else(|| is_of_a_biological_code(tables, &package.atc, day)),
    }
}
