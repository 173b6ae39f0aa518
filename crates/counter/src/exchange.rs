//! Exchange at the pharmacy (lääkevaihto) for the prescription in hand: which packages may be given in place of the
//! prescribed one, what the customer pays of each, and the coded reason for the record (field 109). The rules and prices are
//! those of `reimbursement` (medicines notes 3.5, 3.6); here the edition's packages become its offers and the visit its case.

use std::num::NonZeroU32;

use chrono::NaiveDate;
use medicines::{Package, Shelf};
use prescription::exchange::Chosen;
use prescription::{Code, Dispensation, Prescription, Vnr};
use reimbursement::query::Answer;
use reimbursement::substitution::{
    BiologicalHistory, Case, Choice, Corridor, Duty, Indication, LastDispensed, Offer, Pays, REASON_SYSTEM, Reason,
    Rule, Shortage, SubstitutionError, Window, alternatives,
};
use reimbursement::tables::Tables;
use reimbursement::{Account, Base, Money, PriceError, Purchase, PurchaseError, Subject, Why};
use rust_decimal::Decimal;

use crate::goods::whole_packages;
use crate::sold::{Sold, fee, offer, tables};
use crate::{Counter, KelaSaid, Visit};

/// Why it cannot be said what may be exchanged, or what the customer pays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// The edition in force does not have the prescribed package, or no package was prescribed.
    #[error("the prescribed package is not in the edition in force")]
    NotInDatabase,
    /// The tables that are built in cannot be read.
    #[error("the tables of prices and reimbursement cannot be read")]
    Tables,
    /// The exchange.
    #[error(transparent)]
    Substitution(#[from] SubstitutionError),
    /// What the customer pays.
    #[error(transparent)]
    Purchase(#[from] PurchaseError),
    /// The dispensing fee.
    #[error(transparent)]
    Price(#[from] PriceError),
}

impl ExchangeError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotInDatabase => "exchange-not-in-database",
            Self::Tables => "exchange-tables",
            Self::Substitution(error) => error.code(),
            Self::Purchase(error) => error.code(),
            Self::Price(error) => error.code(),
        }
    }
}

/// A package that may be given, or that is shown with the rule that hinders it.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeChoice {
    /// Its number.
    pub vnr: Vnr,
    /// Whether it is the prescribed one.
    pub prescribed: bool,
    /// Why it may not be given, where it may not.
    pub hindered: Option<Rule>,
    /// Where its price lies.
    pub corridor: Corridor,
    /// Whether the patient has had it before, on this prescription.
    pub used_before: bool,
    /// Whether it is a biological.
    pub biological: bool,
    /// Whether it is sold.
    pub on_market: bool,
    /// Whether it is short.
    pub shortage: Option<Shortage>,
    /// What the customer pays of what would be given of it; none without a price.
    pub pays: Option<Pays>,
    /// The reason for the record.
    pub reason: Reason,
}

/// What a person knows of an exchange and no document says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonSaid {
    /// The customer refuses it (3.5e).
    pub refuses: bool,
    /// For what the medicine is taken, where that hinders one (3.5h, 3.5i).
    pub indication: Indication,
}

/// The exchange of one prescription.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// Whether the pharmacy exchanges.
    pub duty: Duty,
    /// The packages of the prescribed one's group and size class, in the order in which a pharmacist looks for them.
    pub choices: Vec<ExchangeChoice>,
    /// The cheapest that can be had, of which the customer must be told.
    pub cheapest: Option<Vnr>,
    /// Top of the price corridor.
    pub corridor_top: Option<Money>,
    /// Of a biological: whether it may be exchanged now.
    pub window: Option<Window>,
    /// Trade name of the prescribed package.
    prescribed: String,
}

impl Exchange {
    /// What is said of a package.
    pub fn of(&self, vnr: &Vnr) -> Option<&ExchangeChoice> {
        self.choices.iter().find(|choice| choice.vnr == *vnr)
    }

    /// What the rules of exchange ask of a package that was chosen.
    pub(crate) fn chosen(&self, package: &Package, said: PersonSaid) -> Chosen {
        let choice = self.of(&package.vnr);
        let hindered = choice.and_then(|choice| choice.hindered);
        let same = package.name.trim().to_lowercase() == self.prescribed.trim().to_lowercase();
        let biological = matches!(
            hindered,
            Some(
                Rule::BiologicalNotExchanged
                    | Rule::ParallelOnly
                    | Rule::TooYoung
                    | Rule::Interval
                    | Rule::HistoryUnknown
            )
        );
        let above_corridor = choice.and_then(|choice| match (&choice.reason, choice.corridor) {
            (Reason::Ask, Corridor::Above(above)) => Some(above.euro()),
            _ => None,
        });
        Chosen {
            above_corridor,
            against_the_customer: hindered == Some(Rule::CustomerRefuses) || (said.refuses && !same),
            against_the_indication: matches!(hindered, Some(Rule::Epilepsy | Rule::UnusualIndication)),
            biological,
            unpriced: package.price.is_none(),
        }
    }
}

/// What an answer depends on.
pub(crate) struct Asked<'a> {
    pub(crate) shelf: &'a Shelf,
    pub(crate) prescription: &'a Prescription,
    pub(crate) history: &'a [Dispensation],
    /// What is chosen now, and how much of it.
    pub(crate) chosen: &'a Package,
    pub(crate) amount: Decimal,
    pub(crate) said: PersonSaid,
    pub(crate) kela: &'a KelaSaid,
    pub(crate) day: NaiveDate,
}

impl Asked<'_> {
    /// The exchange of the prescribed package.
    pub(crate) fn exchange(&self) -> Result<Exchange, ExchangeError> {
        let tables = tables()?;
        let edition = self.shelf.edition();
        let prescribed = prescribed(self.shelf, self.prescription).ok_or(ExchangeError::NotInDatabase)?;
        let in_group = |package: &&Package| prescribed.group.is_some() && package.group == prescribed.group;
        let offers: Vec<Offer> =
            edition.packages().iter().filter(in_group).map(|package| offer(tables, package, self.day)).collect();
        let of_prescribed = offer(tables, prescribed, self.day);
        let used_before: Vec<Vnr> = self.history.iter().filter_map(|one| one.product.vnr.clone()).collect();
        let reimbursed = self.kela.reimbursed(tables, self.day)?;
        let case = Case {
            day: self.day,
            prescribed: &of_prescribed,
            packages: self.whole().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN),
            fee: fee(tables, self.day)?,
            prescriber_forbids: self.prescription.substitution_prohibited,
            customer_refuses: self.said.refuses,
            indication: self.said.indication,
            // Of somebody whose age is not known no biological is exchanged.
            born: self.prescription.patient.birth_date.unwrap_or(self.day),
            history: Some(biological_history(self.history)),
            used_before: &used_before,
            reimbursed,
        };
        let answer = alternatives(tables, &case, &offers)?;
        let base = answer.duty.base();
        let choice = |choice: Choice<'_>| self.choice(tables, choice, base, reimbursed);
        Ok(Exchange {
            duty: answer.duty,
            cheapest: answer.cheapest,
            corridor_top: answer.corridor_top,
            window: answer.window,
            prescribed: prescribed.name.clone(),
            choices: answer.choices.into_iter().map(choice).collect::<Result<_, _>>()?,
        })
    }

    fn whole(&self) -> Option<u32> {
        whole_packages(self.amount, self.chosen.size)
    }

    /// How much would be given of another package: as many packages, or the same part.
    fn amount_of(&self, package: &Package) -> Decimal {
        let packages = self.whole().and_then(|count| Decimal::from(count).checked_mul(package.size));
        packages.filter(|amount| !amount.is_zero()).unwrap_or(self.amount)
    }

    fn choice(
        &self,
        tables: &Tables,
        choice: Choice<'_>,
        base: Base,
        reimbursed: Option<(&Answer, Account)>,
    ) -> Result<ExchangeChoice, ExchangeError> {
        let package = self.shelf.edition().package(&choice.offer.vnr);
        let pays = match package.filter(|_| choice.offer.price.is_some()) {
            Some(package) => Some(self.pays(tables, package, base, reimbursed)?),
            None => None,
        };
        Ok(ExchangeChoice {
            vnr: choice.offer.vnr.clone(),
            prescribed: choice.prescribed,
            hindered: choice.hindered,
            corridor: choice.corridor,
            used_before: choice.used_before,
            biological: choice.offer.biological,
            on_market: choice.offer.on_market,
            shortage: choice.offer.shortage,
            pays,
            reason: choice.reason,
        })
    }

    /// What the customer pays of a package in each case, a part of one in proportion.
    fn pays(
        &self,
        tables: &Tables,
        package: &Package,
        base: Base,
        reimbursed: Option<(&Answer, Account)>,
    ) -> Result<Pays, ExchangeError> {
        let sold = Sold { package, amount: self.amount_of(package), prescription: self.prescription, day: self.day };
        let bought = |base, reimbursed| sold.bought(tables, base, reimbursed);
        let quote = |bought: Purchase| bought.quotes.first().copied().ok_or(PurchaseError::Size(0));
        let now = bought(base, reimbursed)?;
        let to_confirm: Vec<Subject> = now.to_confirm.clone();
        Ok(Pays {
            now: quote(now)?,
            customer_refused: quote(bought(Base::Reference, reimbursed)?)?,
            prescriber_forbade: quote(bought(Base::Charged, reimbursed)?)?,
            unreimbursed: quote(bought(Base::Charged, None)?)?,
            to_confirm,
        })
    }
}

/// The prescribed package, also under the number that it has now.
pub(crate) fn prescribed<'s>(shelf: &'s Shelf, prescription: &Prescription) -> Option<&'s Package> {
    prescription.product.vnr().and_then(|vnr| shelf.package(vnr))
}

/// What was dispensed of this prescription before; what was dispensed of others is not known here.
fn biological_history(history: &[Dispensation]) -> BiologicalHistory {
    let last = history.last().and_then(|last| {
        let same = history.iter().rev().take_while(|one| one.product.name == last.product.name);
        let same_since = same.map(|one| one.dispensed_at.date()).min()?;
        let vnr = last.product.vnr.clone()?;
        Some(LastDispensed { vnr, name: last.product.name.clone(), day: last.dispensed_at.date(), same_since })
    });
    BiologicalHistory { first_on_prescription: history.is_empty(), last }
}

/// Field 109 of a dispensation. A reason whose code could not be read is written as another reason (M), in words; without a
/// reason nothing is written, and rule EX-1 asks for one.
pub(crate) fn coded_reason(reason: &Reason, said: Option<&str>, day: NaiveDate) -> Option<(Code, Option<String>)> {
    let code = |code: String| Code { code, system: REASON_SYSTEM.to_owned(), name: None };
    let other = || tables().ok()?.reason(Why::Other, day).ok()?.code.clone();
    match reason {
        Reason::NotNeeded => None,
        Reason::Is { code: Some(known), .. } => Some((code(known.clone()), None)),
        Reason::Is { why, code: None, .. } => Some((code(other()?), Some(in_words(*why).to_owned()))),
        Reason::Ask => {
            let said = said.map(str::trim).filter(|said| !said.is_empty())?;
            Some((code(other()?), Some(said.chars().take(LONGEST_REASON).collect())))
        }
    }
}

/// A reason in a document is at most this long.
const LONGEST_REASON: usize = 200;

/// As documents say it, in Finnish.
fn in_words(why: Why) -> &'static str {
    match why {
        Why::PrescriberForbids => "Lääkkeen määrääjä kieltänyt vaihdon",
        Why::CustomerRefuses => "Asiakas kieltänyt vaihdon",
        Why::NotAvailable => "Hintaputkessa olevaa pakkausta ei saatavilla",
        Why::Epilepsy => "Epilepsialääke",
        Why::UnusualIndication => "Poikkeava käyttöaihe",
        Why::CheapestForCustomer => "Asiakkaalle edullisin",
        Why::BiologicalInterval => "Biologisen lääkkeen vaihtoväli",
        Why::Other => "Muu syy",
    }
}

impl Counter {
    /// The exchange of a prescription of the visit whose package is chosen, as it stands now.
    pub fn exchange_of(&self, visit: &Visit, set_id: &prescription::Oid) -> Result<Exchange, ExchangeError> {
        let (fetched, proposal) = (visit.fetched.get(set_id), visit.proposals.get(set_id));
        let (Some(fetched), Some(proposal)) = (fetched, proposal) else { return Err(ExchangeError::NotInDatabase) };
        let shelf = self.deps.shelf();
        let chosen = proposal.package(&shelf).ok_or(ExchangeError::NotInDatabase)?;
        let asked = Asked {
            shelf: &shelf,
            prescription: &fetched.prescription,
            history: &fetched.history,
            chosen,
            amount: proposal.dispensation.delivered.value,
            said: proposal.said,
            kela: &visit.kela,
            day: prescription::time::finnish(self.deps.clock.now()).date(),
        };
        asked.exchange()
    }
}
