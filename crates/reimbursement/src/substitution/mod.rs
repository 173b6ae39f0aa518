//! Exchange at the pharmacy (lääkevaihto; medicines notes 3.5 and 3.6): which packages may be given in place of the
//! prescribed one, what each costs the customer in each case, and which coded reason the record needs.
//!
//! What is known of a package is handed in as an [`Offer`]; nothing here knows where it comes from. What is not known is
//! said to be so: a package without a price is listed, and never chosen, and never the cheapest.

mod biological;
mod choices;
mod rule;
#[cfg(test)]
mod substitution_tests;

use std::num::NonZeroU32;

use chrono::NaiveDate;
use prescription::Vnr;
use rust_decimal::Decimal;

use crate::query::{Answer, Reimbursement};
use crate::tables::Tables;
use crate::{Account, Base, Money, NotKnown, PurchaseError, Quote, Subject, Why};

pub use biological::{BiologicalHistory, LastDispensed, Opened, Window, window};
pub use choices::alternatives;
pub use rule::Rule;

/// Code system of reasons: Lääkevaihtokielto tai lääkevaihdon syy.
pub const REASON_SYSTEM: &str = "1.2.246.537.5.40183.2009";
/// Of a group at most this many packages are listed; the greatest has some dozens.
pub const MOST_CHOICES: usize = 200;
/// A group of more packages is refused: the database is broken.
pub const MOST_IN_GROUP: usize = 2_000;

/// A package that may be given, with what its price and exchange need.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Its number.
    pub vnr: Vnr,
    /// Trade name.
    pub name: String,
    /// Marketing authorisation holder.
    pub holder: String,
    /// ATC code.
    pub atc: String,
    /// Units in the package.
    pub size: Decimal,
    /// Fimea's group of interchangeable products (substituutioryhmä, four digits); none where there is no substitute.
    pub group: Option<String>,
    /// Kela's code of interchangeable packages (ten digits), the last four of which are the class of the size.
    pub exchange_code: Option<String>,
    /// Retail price with VAT.
    pub price: Option<Money>,
    /// Reference price (viitehinta).
    pub reference: Option<Money>,
    /// Top of the price corridor (hintaputken ylin hinta) as the Pharmaceutical Database states it.
    pub corridor_top: Option<Money>,
    /// In which ways it is reimbursed; none where it is not.
    pub reimbursements: Vec<Reimbursement>,
    /// Whether it is sold.
    pub on_market: bool,
    /// Whether it is short, and until when that is expected.
    pub shortage: Option<Shortage>,
    /// Packages on the shelf, where that is known.
    pub in_stock: Option<u32>,
    /// Whether it is a biological.
    pub biological: bool,
}

/// A shortage (saatavuushäiriö).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The last day, where it is told.
    pub until: Option<NaiveDate>,
}

impl Offer {
    /// Whether it can generally be had: sold, and not short.
    pub fn is_available(&self) -> bool {
        self.on_market && self.shortage.is_none()
    }

    /// Whether it is the same product by name, whoever imports it.
    pub fn is_same_product(&self, other: &Self) -> bool {
        self.is_named(&other.name)
    }

    /// Whether it has a trade name, whatever its spaces and letter case.
    pub fn is_named(&self, name: &str) -> bool {
        let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        plain(&self.name) == plain(name)
    }
}

/// For what the medicine is taken, as far as exchange depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Indication {
    /// Nothing that hinders an exchange.
    #[default]
    Ordinary,
    /// Epilepsy: not exchanged.
    Epilepsy,
    /// One that the substitutes do not have, written on the prescription (poikkeava käyttöaihe): the product itself and its
    /// parallel imports only.
    Unusual,
}

/// What the answer depends on.
#[derive(Debug, Clone)]
pub struct Case<'c> {
    /// Day of dispensing.
    pub day: NaiveDate,
    /// The prescribed package.
    pub prescribed: &'c Offer,
    /// How many packages are given.
    pub packages: NonZeroU32,
    /// Dispensing fee with VAT.
    pub fee: Money,
    /// The prescriber forbade the exchange (field 81).
    pub prescriber_forbids: bool,
    /// The customer refuses it.
    pub customer_refuses: bool,
    /// For what it is taken.
    pub indication: Indication,
    /// When the patient was born.
    pub born: NaiveDate,
    /// Of a biological: what was dispensed before; none where that is not known.
    pub history: Option<BiologicalHistory>,
    /// Packages that the patient has had before.
    pub used_before: &'c [Vnr],
    /// What Kela's query said, and what is left this year; none where the purchase is without reimbursement.
    pub reimbursed: Option<(&'c Answer, Account)>,
}

/// Whether the pharmacy exchanges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// It must, to a package within the corridor.
    Exchange,
    /// It must not, or needs not: only what is marked as allowed is given.
    Continue(Rule),
}

impl Duty {
    /// From what the reimbursement is counted: the price where an exchange is not the customer's to refuse (3.3, example 6).
    pub fn base(self) -> Base {
        match self {
            Self::Continue(Rule::PrescriberForbids | Rule::Epilepsy | Rule::UnusualIndication | Rule::Interval) => {
                Base::Charged
            }
            Self::Continue(_) | Self::Exchange => Base::Reference,
        }
    }
}

/// Where a price lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corridor {
    /// Within the corridor.
    Within,
    /// So much above its top.
    Above(Money),
    /// There is no price, or no corridor.
    Unknown,
}

/// What the customer pays of one choice, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pays {
    /// As the case stands.
    pub now: Quote,
    /// If it is given although the customer refused an exchange: from the reference price.
    pub customer_refused: Quote,
    /// If the prescriber had forbidden the exchange: from the price.
    pub prescriber_forbade: Quote,
    /// Without reimbursement.
    pub unreimbursed: Quote,
    /// What of the counting is to be confirmed, as the case stands.
    pub to_confirm: Vec<Subject>,
}

/// The reason that the record needs for a package outside the corridor (field 109).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// None is needed.
    NotNeeded,
    /// This one.
    Is {
        /// Why.
        why: Why,
        /// Its code in [`REASON_SYSTEM`]; none where it could not be read.
        code: Option<String>,
        /// Whether the code is confirmed.
        confirmed: bool,
    },
    /// A person must say why.
    Ask,
}

/// A package that may be given, or that is shown with the reason why not.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice<'o> {
    /// The package.
    pub offer: &'o Offer,
    /// Whether it is the prescribed one.
    pub prescribed: bool,
    /// Why it may not be given, where it may not.
    pub hindered: Option<Rule>,
    /// What it costs more than the cheapest that can be had, a package.
    pub above_cheapest: Option<Money>,
    /// Where its price lies.
    pub corridor: Corridor,
    /// What its price is above the reference price, a package.
    pub above_reference: Money,
    /// Whether the patient has had it before.
    pub used_before: bool,
    /// Whether giving it is an exchange: the label then names both (Fimea 19.12.2011).
    pub exchanged: bool,
    /// What the customer pays; none where the price is not known.
    pub pays: Option<Pays>,
    /// The reason for the record.
    pub reason: Reason,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Alternatives<'o> {
    /// Whether the pharmacy exchanges.
    pub duty: Duty,
    /// The packages, in the order in which a pharmacist looks for them.
    pub choices: Vec<Choice<'o>>,
    /// How many more there were than [`MOST_CHOICES`].
    pub left_off: usize,
    /// The cheapest that can be had now, of which the customer must be told (Medicines Act 57 §; 3.5g).
    pub cheapest: Option<Vnr>,
    /// Top of the corridor.
    pub corridor_top: Option<Money>,
    /// Of a biological: whether it may be exchanged now.
    pub window: Option<Window>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubstitutionError {
    /// A table has no row for the day.
    #[error(transparent)]
    NotKnown(#[from] NotKnown),
    /// What the customer pays cannot be said.
    #[error(transparent)]
    Purchase(PurchaseError),
    /// A group of more than [`MOST_IN_GROUP`] packages.
    #[error("a group of {0} interchangeable packages")]
    Group(usize),
    /// So many packages cost more than there is money.
    #[error("too many packages")]
    Packages,
}

impl SubstitutionError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotKnown(_) => "substitution-not-known",
            Self::Purchase(error) => error.code(),
            Self::Group(_) => "substitution-group",
            Self::Packages => "substitution-packages",
        }
    }
}

/// Whether two packages are of one class of sizes (3.5b): by Kela's code where both have one, else by the table of sizes
/// that count as one.
pub fn is_same_size(tables: &Tables, a: &Offer, b: &Offer, day: NaiveDate) -> bool {
    if let (Some(a), Some(b)) = (exchange_code(a), exchange_code(b)) {
        return a == b;
    }
    let class = |offer: &Offer| {
        tables.package_class(offer.size, day).map_or(offer.size.normalize(), |row| Decimal::from(row.class))
    };
    class(a) == class(b)
}

/// The code of interchangeable packages, if it is one of ten digits.
fn exchange_code(offer: &Offer) -> Option<&str> {
    offer.exchange_code.as_deref().filter(|code| code.len() == 10 && code.bytes().all(|byte| byte.is_ascii_digit()))
}
