//! Kela's purchase query (suorakorvaustietojen kysely) at the counter: asked with the customer's permission, anew in every
//! visit, and on what terms the visit's purchase is counted (medicines notes 3.7). Without a query, before it is asked, and
//! where it does not answer, everything is counted without reimbursement, and the screen says so.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use prescription::Oid;
use record::NewEvent;
use reimbursement::query::{
    Answer, DuringOutage, Permission, PurchaseQuery, PurchaseTerms, QueryError, Question, terms,
};
use reimbursement::tables::Tables;
use reimbursement::{Account, Money, PurchaseError, Quote, Subject, purchase};
use serde_json::json;

use crate::sold::{Sold, nobodys, tables, unreimbursed};
use crate::{Counter, CounterError, ExchangeError, Visit, lock};

/// The query, and how long it may take.
#[derive(Clone)]
pub struct Purchases {
    /// Kela, or what stands for it in tests.
    pub query: Arc<dyn PurchaseQuery + Send + Sync>,
    /// How long an answer may take.
    pub patience: Duration,
}

/// What Kela's query has said in a visit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KelaSaid {
    /// It was not asked.
    #[default]
    NotAsked,
    /// What it said, or why it said nothing.
    Said(Result<Answer, QueryError>),
}

impl KelaSaid {
    /// The terms of the purchase, where it was asked.
    pub fn terms(&self, day: NaiveDate) -> Option<PurchaseTerms> {
        let Self::Said(said) = self else { return None };
        terms(tables().ok()?, said, DuringOutage::default(), day).ok()
    }

    /// Kela's answer and what is left of the customer's deductible and ceiling, where the purchase is reimbursed at once.
    pub(crate) fn reimbursed(
        &self,
        tables: &Tables,
        day: NaiveDate,
    ) -> Result<Option<(&Answer, Account)>, PurchaseError> {
        let Self::Said(said) = self else { return Ok(None) };
        Ok(match (terms(tables, said, DuringOutage::default(), day)?, said) {
            (PurchaseTerms::Direct(account), Ok(answer)) => Some((answer, account)),
            _ => None,
        })
    }
}

/// What the customer pays of the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasketSum {
    /// Prices of the medicines.
    pub price: Money,
    /// Dispensing fees.
    pub fees: Money,
    /// What Kela pays.
    pub reimbursed: Money,
    /// What the customer pays.
    pub pays: Money,
    /// Of each that has a price, in the basket's order, what is paid of it.
    pub quotes: Vec<(Oid, Quote)>,
    /// So many have no price, and are in none of the sums.
    pub unpriced: usize,
    /// What of the counting is to be confirmed.
    pub to_confirm: Vec<Subject>,
}

impl Counter {
    /// The same counter, which can ask Kela what a customer has paid this year.
    #[must_use]
    pub fn with_purchases(mut self, purchases: Purchases) -> Self {
        self.purchases = Some(purchases);
        self
    }

    /// Whether Kela can be asked.
    pub fn can_ask_kela(&self) -> bool {
        self.purchases.is_some()
    }

    /// Asks Kela about the visit's customer, with the permission that the customer gave, and counts everything anew. No
    /// answer is an answer as well: it stays in the visit. Blocks as long as the query is patient.
    pub fn ask_kela(&self, permission: Permission) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let purchases = self.purchases.as_ref().ok_or(CounterError::NoPurchaseQuery)?;
        let (customer, fetched_at) = {
            let mut slot = lock(&self.visit);
            let visit = Visit::kept_by(&mut slot, &session)?;
            (visit.patient.as_ref().and_then(|patient| patient.identity_code.clone()), visit.fetched_at)
        };
        let now = self.deps.clock.now();
        let day = prescription::time::finnish(now).date();
        let said = match customer {
            None => Err(QueryError::Unknown),
            Some(customer) => {
                let patience = purchases.patience;
                purchases.query.ask(&Question { customer, day, permission: Some(permission), patience })
            }
        };
        // Who asked, on what permission, and how it ended: nothing of what Kela knows.
        let outcome = said.as_ref().err().map(|error| error.code());
        let payload = json!({ "permission": permission, "refused": outcome });
        let event = NewEvent::new("purchase.asked", now, payload).by(session.registration.as_str());
        self.deps.record.append(vec![event])?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        // While Kela was asked, the next customer's visit may have begun.
        if visit.fetched_at == fetched_at {
            visit.kela = KelaSaid::Said(said);
            self.ask_again(&session, visit);
        }
        Ok(visit.clone())
    }

    /// What the customer pays of the visit's basket: one purchase (3.3).
    pub fn basket_sum(&self, visit: &Visit) -> Result<BasketSum, ExchangeError> {
        let (tables, shelf) = (tables()?, self.deps.shelf());
        let day = prescription::time::finnish(self.deps.clock.now()).date();
        let reimbursed = visit.kela.reimbursed(tables, day)?;
        let (mut ids, mut lines, mut unpriced) = (Vec::new(), Vec::new(), 0);
        for set_id in &visit.basket {
            let (Some(fetched), Some(proposal)) = (visit.fetched.get(set_id), visit.proposals.get(set_id)) else {
                continue;
            };
            let amount = proposal.dispensation.delivered.value;
            let unlisted = proposal.unlisted().and(proposal.dispensation.price);
            let line = match (proposal.package(&shelf), unlisted) {
                (Some(package), _) if package.price.is_some() => {
                    let sold = Sold { package, amount, prescription: &fetched.prescription, day };
                    sold.line(tables, proposal.base, reimbursed.map(|(answer, _)| answer))?
                }
                (None, Some(price)) => unreimbursed(tables, price, day)?,
                _ => {
                    unpriced += 1;
                    continue;
                }
            };
            lines.push(line);
            ids.push(set_id.clone());
        }
        if lines.is_empty() {
            let nothing = Money::ZERO;
            let (quotes, to_confirm) = (Vec::new(), Vec::new());
            return Ok(BasketSum {
                price: nothing,
                fees: nothing,
                reimbursed: nothing,
                pays: nothing,
                quotes,
                unpriced,
                to_confirm,
            });
        }
        let account = reimbursed.map_or(nobodys()?, |(_, account)| account);
        let bought = purchase(tables, account, &lines, day)?;
        let sum = |of: fn(&Quote) -> Money| bought.quotes.iter().map(of).sum();
        Ok(BasketSum {
            price: sum(|quote| quote.price),
            fees: sum(|quote| quote.fee),
            reimbursed: sum(|quote| quote.reimbursed.and(quote.additional)),
            pays: bought.pays,
            quotes: ids.into_iter().zip(bought.quotes).collect(),
            unpriced,
            to_confirm: bought.to_confirm,
        })
    }
}
