//! What the customer pays of a purchase (ostokerta), step by step (medicines notes 3.3).
//!
//! Of each medicine: the refundable price is the price or, where it is lower and counts, the reference price, and the
//! dispensing fee. Of it the customer first pays what is left of the initial deductible, then the class's share of the
//! rest. When what was paid this year reaches the annual ceiling, the rest but a small copayment is reimbursed as well.
//! What the price is above the reference price the customer pays, and it counts towards neither.

use chrono::{Datelike, NaiveDate};

use crate::Money;
use crate::explain::{Step, StepKind};
use crate::subject::Subject;
use crate::tables::{Class, NotKnown, Practice, Row, ShareKind, Tables};

/// The deductible applies from the start of the year in which one turns so old (Kela, Lääkekustannusten omavastuut).
pub const DEDUCTIBLE_FROM_AGE: i32 = 19;
/// A purchase has at most this many medicines.
pub const MOST_LINES: usize = 100;
/// Up to so many medicines every order of them is tried for the one that is cheapest for the customer.
pub const EVERY_ORDER_UP_TO: usize = 6;

/// From what the reimbursement is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// The reference price where it is lower than the price: the rule, also when the customer refuses the exchange.
    Reference,
    /// The price: the prescriber forbade the exchange (3.3, example 6), or a biological is continued within its interval
    /// (3.6).
    Charged,
}

/// For what a fixed copayment is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopaymentFor {
    /// A medicine and purchase.
    Purchase,
    /// Each week of treatment begun (poikkeava lääkekohtainen omavastuu): dose dispensing, expensive medicines, clozapine …
    Weeks(u32),
}

/// One medicine of a purchase: the packages that are dispensed on one prescription at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Price of all packages with VAT, without the fee. None where it is not known: an error.
    pub price: Option<Money>,
    /// Dispensing fee with VAT.
    pub fee: Money,
    /// Reference price of as many packages, where there is one.
    pub reference: Option<Money>,
    /// From what the reimbursement is counted.
    pub base: Base,
    /// Reimbursement class by the customer's rights; none where it is not reimbursed.
    pub class: Option<Class>,
    /// For what a fixed copayment is taken.
    pub copayment: CopaymentFor,
}

/// What is left of a customer's deductible and ceiling this year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    deductible_left: Money,
    ceiling_left: Money,
}

impl Account {
    /// An account by what is left of both. What counts towards the deductible counts towards the ceiling, so that no more
    /// can be left of the first than of the second.
    pub fn of(deductible_left: Money, ceiling_left: Money) -> Result<Self, PurchaseError> {
        if deductible_left > ceiling_left {
            return Err(PurchaseError::AccountImpossible);
        }
        Ok(Self { deductible_left, ceiling_left })
    }

    /// An account by what was paid this year, for somebody born on that day. The young have no deductible (3.3).
    pub fn by_accrued(
        tables: &Tables,
        deductible: Money,
        ceiling: Money,
        born: NaiveDate,
        day: NaiveDate,
    ) -> Result<Self, PurchaseError> {
        let young = born.year().saturating_add(DEDUCTIBLE_FROM_AGE) > day.year();
        let whole = if young { Money::ZERO } else { tables.share(ShareKind::Deductible, day)?.euro };
        Self::of(whole.less(deductible), tables.share(ShareKind::Ceiling, day)?.euro.less(ceiling))
    }

    /// What is left of the deductible (alkuomavastuu).
    pub fn deductible_left(self) -> Money {
        self.deductible_left
    }

    /// What is left up to the ceiling (vuosiomavastuu).
    pub fn ceiling_left(self) -> Money {
        self.ceiling_left
    }

    fn after(self, quote: &Quote) -> Self {
        Self {
            deductible_left: self.deductible_left.less(quote.deductible),
            ceiling_left: self.ceiling_left.less(quote.accrued),
        }
    }
}

/// Why it cannot be said what the customer pays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PurchaseError {
    /// A medicine's price is not known; none is guessed. The line's number, from 0.
    #[error("the price of line {0} is not known")]
    PriceMissing(usize),
    /// A table has no row for the day.
    #[error(transparent)]
    NotKnown(#[from] NotKnown),
    /// More is left of the deductible than of the ceiling.
    #[error("more is left of the deductible than of the annual ceiling")]
    AccountImpossible,
    /// No medicine, or more than [`MOST_LINES`].
    #[error("a purchase of {0} medicines")]
    Size(usize),
    /// A weekly copayment of so many weeks that it is no money.
    #[error("a copayment for too many weeks")]
    Weeks,
}

impl PurchaseError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PriceMissing(_) => "purchase-price-missing",
            Self::NotKnown(_) => "purchase-not-known",
            Self::AccountImpossible => "purchase-account-impossible",
            Self::Size(_) => "purchase-size",
            Self::Weeks => "purchase-weeks",
        }
    }
}

/// What the customer pays of one medicine. `pays` and `reimbursed` and `additional` are together price and fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Price of the packages.
    pub price: Money,
    /// Dispensing fee.
    pub fee: Money,
    /// What the price is above the reference price.
    pub above_reference: Money,
    /// What can be reimbursed; nothing where the medicine is not.
    pub refundable: Money,
    /// What was used of the deductible.
    pub deductible: Money,
    /// The customer's share of the rest, before the ceiling.
    pub own_share: Money,
    /// Reimbursed by the class.
    pub reimbursed: Money,
    /// Reimbursed above the ceiling (lisäkorvaus).
    pub additional: Money,
    /// What the customer pays.
    pub pays: Money,
    /// What counts towards the ceiling.
    pub accrued: Money,
    /// The class.
    pub class: Option<Class>,
}

impl Quote {
    /// How it came about, for a screen: the amounts add up from the first to the last.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = vec![Step { kind: StepKind::Price, amount: self.price }];
        let mut add = |kind, amount: Money, always: bool| {
            if always || !amount.is_zero() {
                steps.push(Step { kind, amount });
            }
        };
        add(StepKind::Fee, self.fee, false);
        if let Some(class) = self.class {
            add(StepKind::Refundable, self.refundable, true);
            add(StepKind::AboveReference, self.above_reference, false);
            add(StepKind::Deductible, self.deductible, false);
            add(StepKind::OwnShare(class), self.own_share, true);
            add(StepKind::Reimbursed(class), self.reimbursed, true);
            add(StepKind::Additional, self.additional, false);
        } else {
            add(StepKind::NotReimbursed, self.price.and(self.fee), true);
        }
        add(StepKind::Pays, self.pays, true);
        steps
    }
}

/// A whole purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// Of each medicine, in the order in which they were handed in.
    pub quotes: Vec<Quote>,
    /// What the customer pays.
    pub pays: Money,
    /// What is left afterwards.
    pub account: Account,
    /// What of the counting is to be confirmed.
    pub to_confirm: Vec<Subject>,
}

/// What the customer pays of a purchase on a day.
///
/// Medicines use up deductible and ceiling in the order that is cheapest for the customer (to be confirmed): every order
/// is tried up to [`EVERY_ORDER_UP_TO`] reimbursed medicines, beyond that they go by class and price.
pub fn purchase(tables: &Tables, account: Account, lines: &[Line], day: NaiveDate) -> Result<Purchase, PurchaseError> {
    if lines.is_empty() || lines.len() > MOST_LINES {
        return Err(PurchaseError::Size(lines.len()));
    }
    let mut confirm = Confirm::default();
    let priced = lines.iter().enumerate();
    let priced: Vec<Priced> =
        priced.map(|(at, line)| Priced::of(tables, line, at, day, &mut confirm)).collect::<Result<_, _>>()?;
    let counts: Vec<usize> =
        priced.iter().enumerate().filter(|(_, line)| line.terms.is_some()).map(|(at, _)| at).collect();
    if !counts.is_empty() {
        confirm.practice(tables, Practice::Rounding, day)?;
    }
    if counts.len() > 1 {
        confirm.practice(tables, Practice::OrderOfMedicines, day)?;
    }
    let order = cheapest_order(account, &priced, counts);
    let mut quotes: Vec<Quote> = priced.iter().map(Priced::unreimbursed).collect();
    let mut left = account;
    for at in order {
        if let (Some(line), Some(quote)) = (priced.get(at), quotes.get_mut(at)) {
            *quote = line.quote(left);
            left = left.after(quote);
        }
    }
    let pays = quotes.iter().map(|quote| quote.pays).sum();
    Ok(Purchase { quotes, pays, account: left, to_confirm: confirm.subjects })
}

/// Subjects that are to be confirmed, each once.
#[derive(Default)]
struct Confirm {
    subjects: Vec<Subject>,
}

impl Confirm {
    fn row<'r, R: Row>(&mut self, row: &'r R) -> &'r R {
        if !row.mark().confirmed() && !self.subjects.contains(&row.subject()) {
            self.subjects.push(row.subject());
        }
        row
    }

    fn practice(&mut self, tables: &Tables, practice: Practice, day: NaiveDate) -> Result<(), NotKnown> {
        self.row(tables.practice(practice, day)?);
        Ok(())
    }
}

/// A line with the terms that hold for it.
struct Priced {
    price: Money,
    fee: Money,
    base: Money,
    terms: Option<Terms>,
}

/// On what terms a medicine is reimbursed.
struct Terms {
    class: Class,
    percent: rust_decimal::Decimal,
    /// Fixed copayment of the upper special class; nothing in the others.
    copayment: Money,
    /// What is paid above the ceiling.
    additional: Money,
}

impl Priced {
    fn of(
        tables: &Tables,
        line: &Line,
        at: usize,
        day: NaiveDate,
        confirm: &mut Confirm,
    ) -> Result<Self, PurchaseError> {
        let price = line.price.ok_or(PurchaseError::PriceMissing(at))?;
        let lower = line.reference.filter(|reference| line.base == Base::Reference && *reference < price);
        let base = lower.unwrap_or(price);
        let Some(class) = line.class else { return Ok(Self { price, fee: line.fee, base, terms: None }) };
        if lower.is_some() && !line.fee.is_zero() {
            confirm.practice(tables, Practice::FeeBesideReferencePrice, day)?;
        }
        let mut copayment = |once, weekly| match line.copayment {
            CopaymentFor::Purchase => Ok::<_, PurchaseError>(confirm.row(tables.share(once, day)?).euro),
            CopaymentFor::Weeks(weeks) => {
                confirm.row(tables.share(weekly, day)?).euro.times(weeks).map_err(|_| PurchaseError::Weeks)
            }
        };
        let additional = copayment(ShareKind::AdditionalCopayment, ShareKind::AdditionalCopaymentWeek)?;
        let copayment = match class {
            Class::UpperSpecial => copayment(ShareKind::UpperCopayment, ShareKind::UpperCopaymentWeek)?,
            Class::Basic | Class::LowerSpecial => Money::ZERO,
        };
        let percent = confirm.row(tables.rate(class, day)?).percent;
        Ok(Self { price, fee: line.fee, base, terms: Some(Terms { class, percent, copayment, additional }) })
    }

    fn unreimbursed(&self) -> Quote {
        Quote {
            price: self.price,
            fee: self.fee,
            above_reference: Money::ZERO,
            refundable: Money::ZERO,
            deductible: Money::ZERO,
            own_share: Money::ZERO,
            reimbursed: Money::ZERO,
            additional: Money::ZERO,
            pays: self.price.and(self.fee),
            accrued: Money::ZERO,
            class: None,
        }
    }

    fn quote(&self, account: Account) -> Quote {
        let Some(terms) = &self.terms else { return self.unreimbursed() };
        let refundable = self.base.and(self.fee);
        let above_reference = self.price.less(self.base);
        let deductible = refundable.min(account.deductible_left);
        let rest = refundable.less(deductible);
        let by_percent = rest.less(rest.percent(terms.percent));
        let own_share = by_percent.max(rest.min(terms.copayment));
        let reimbursed = rest.less(own_share);
        let share = deductible.and(own_share);
        // Of what goes beyond the ceiling, all but the copayment is reimbursed (Kela: rajaosto, 3.3).
        let additional = share.less(account.ceiling_left.and(terms.additional));
        let share = share.less(additional);
        Quote {
            price: self.price,
            fee: self.fee,
            above_reference,
            refundable,
            deductible,
            own_share,
            reimbursed,
            additional,
            pays: share.and(above_reference),
            accrued: share.min(account.ceiling_left),
            class: Some(terms.class),
        }
    }
}

/// What the customer pays when these lines follow each other.
fn paid(account: Account, lines: &[Priced], order: &[usize]) -> Money {
    let mut left = account;
    let lines = order.iter().filter_map(|&at| lines.get(at));
    lines
        .map(|line| {
            let quote = line.quote(left);
            left = left.after(&quote);
            quote.pays
        })
        .sum()
}

fn cheapest_order(account: Account, lines: &[Priced], mut order: Vec<usize>) -> Vec<usize> {
    if order.len() > EVERY_ORDER_UP_TO {
        // The deductible costs least where least would be reimbursed.
        order.sort_by_key(|&at| lines.get(at).and_then(|line| Some((line.terms.as_ref()?.class, line.base))));
        return order;
    }
    let mut best = (paid(account, lines, &order), order.clone());
    each_order(&mut order, 0, &mut |order| {
        let pays = paid(account, lines, order);
        if pays < best.0 {
            best = (pays, order.to_vec());
        }
    });
    best.1
}

/// Every order of what follows a place.
fn each_order(order: &mut [usize], from: usize, seen: &mut impl FnMut(&[usize])) {
    if from + 1 >= order.len() {
        seen(order);
        return;
    }
    for other in from..order.len() {
        order.swap(from, other);
        each_order(order, from + 1, seen);
        order.swap(from, other);
    }
}
