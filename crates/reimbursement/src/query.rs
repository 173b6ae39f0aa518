//! Kela's purchase query (suorakorvaustietojen kysely): what a customer has paid this year, and whether the pharmacy may
//! take Kela's part off at once (medicines notes 3.7).
//!
//! Kela's message is not public, so the query is a trait; [`crate::simulator`] stands behind it. It must be asked at every
//! purchase and with the customer's permission. When it does not answer, a medicine is dispensed without reimbursement: the
//! customer pays all of it and applies to Kela with the pharmacy's calculation (SV 27 ATK). Nothing is guessed. Kela's
//! exceptional procedure is taken only when a pharmacist says so, and is marked as to be confirmed.

use std::time::Duration;

use chrono::NaiveDate;
use prescription::{Language, PersonIdentityCode};
use serde::{Deserialize, Serialize};

use crate::purchase::{Account, PurchaseError};
use crate::tables::{Class, Practice, Row, ShareKind, Tables};
use crate::{Money, Subject};
use prescription::rules::table::text;

/// On what the customer's permission to ask rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// The Kela card itself, of plastic; no picture and no application.
    KelaCard,
    /// The patient instruction of the electronic prescription.
    PatientInstruction,
    /// A European health insurance card with a green background.
    EuropeanCard,
    /// A certificate of entitlement to care in Finland.
    Certificate,
    /// The word of a customer whose identity was checked.
    Oral,
    /// A written authorisation, of somebody who acts for the customer.
    Authorisation,
    /// A mandate in Suomi.fi.
    Mandate,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Of whom. Does not show itself in a debug print.
    pub customer: PersonIdentityCode,
    /// Day of the purchase.
    pub day: NaiveDate,
    /// Why it may be asked; nothing where there is no permission, and then nothing is asked.
    pub permission: Option<Permission>,
    /// How long to wait at most.
    pub patience: Duration,
}

/// A right to reimbursement by its number (korvausnumero).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitlementNumber {
    /// "205".
    pub number: String,
    /// The last day, where there is one.
    pub until: Option<NaiveDate>,
}

/// What Kela knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether Kela's part may be taken off at once.
    pub direct: bool,
    /// What is left of the initial deductible.
    pub deductible_left: Money,
    /// What counts towards the annual ceiling so far.
    pub ceiling_accrued: Money,
    /// Rights by number.
    pub rights: Vec<EntitlementNumber>,
    /// The employer's fund (työpaikkakassa), by number.
    pub fund: Option<String>,
    /// Kela's commitment to pay the customer's part (toimeentulotuki).
    pub commitment: bool,
}

impl Answer {
    /// Whether the customer has a right of a number on a day.
    pub fn has_right(&self, number: &str, day: NaiveDate) -> bool {
        self.rights.iter().any(|right| right.number == number && right.until.is_none_or(|until| day <= until))
    }
}

/// One way in which a medicine is reimbursed: a class, and the numbers of which one is needed; none for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reimbursement {
    /// The class.
    pub class: Class,
    /// Numbers of which the customer must have one.
    pub numbers: Vec<String>,
}

/// The best class that a customer has for a medicine; none where it is not reimbursed to the customer.
pub fn class_for(ways: &[Reimbursement], answer: &Answer, day: NaiveDate) -> Option<Class> {
    let open =
        |way: &&Reimbursement| way.numbers.is_empty() || way.numbers.iter().any(|number| answer.has_right(number, day));
    ways.iter().filter(open).map(|way| way.class).max()
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The customer has not permitted it: nothing was asked.
    #[error("the customer has not permitted the query")]
    NotPermitted,
    /// Nobody answers.
    #[error("Kela's query cannot be reached")]
    Unreachable,
    /// No answer within the time that the caller would wait.
    #[error("Kela's query did not answer in time")]
    TooSlow,
    /// An answer that is an error.
    #[error("Kela's query answered with an error")]
    Failed,
    /// Kela knows no such customer.
    #[error("Kela's query does not know the customer")]
    Unknown,
}

impl QueryError {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotPermitted => "kela-not-permitted",
            Self::Unreachable => "kela-unreachable",
            Self::TooSlow => "kela-too-slow",
            Self::Failed => "kela-failed",
            Self::Unknown => "kela-unknown-customer",
        }
    }

    /// Whether Kela's query itself is out of order, so that asking again may help.
    pub fn is_outage(self) -> bool {
        matches!(self, Self::Unreachable | Self::TooSlow | Self::Failed)
    }

    /// What is wrong and what to do, for a person.
    pub fn sentence(self, language: Language) -> &'static str {
        let words = match self {
            Self::NotPermitted => text(
                "Asiakas ei ole antanut lupaa Kelan kyselyyn. Lääke toimitetaan ilman korvausta.",
                "Kunden har inte gett tillstånd till FPA:s förfrågan. Läkemedlet expedieras utan ersättning.",
                "The customer has not permitted Kela's query. The medicine is dispensed without reimbursement.",
            ),
            Self::Unreachable | Self::TooSlow | Self::Failed => text(
                "Kelan kysely ei vastaa. Kysy uudelleen, tai toimita ilman korvausta ja anna laskelma (SV 27 ATK).",
                "FPA:s förfrågan svarar inte. Fråga på nytt, eller expediera utan ersättning med kalkyl (SV 27 ATK).",
                "Kela's query does not answer. Ask again, or dispense without reimbursement with a calculation (SV 27 ATK).",
            ),
            Self::Unknown => text(
                "Kela ei tunne asiakasta. Tarkista henkilötunnus; muuten lääke toimitetaan ilman korvausta.",
                "FPA känner inte till kunden. Kontrollera personbeteckningen; annars expedieras utan ersättning.",
                "Kela does not know the customer. Check the identity code; otherwise dispense without reimbursement.",
            ),
        };
        words.in_language(language)
    }
}

/// Kela's purchase query.
pub trait PurchaseQuery {
    /// Asks what a customer has paid this year. Must be asked anew at every purchase.
    fn ask(&self, question: &Question) -> Result<Answer, QueryError>;
}

/// What a pharmacist chooses while the query is out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuringOutage {
    /// Dispense without reimbursement.
    #[default]
    WithoutReimbursement,
    /// Kela's exceptional procedure: the customer showed a valid Kela card, and the deductible is taken as full. What turns
    /// out to be missing Kela collects from later purchases of the year (Kela's notice of January 2016).
    CardSeen,
}

/// On what terms a purchase is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurchaseTerms {
    /// By Kela's answer.
    Direct(Account),
    /// By Kela's exceptional procedure; to be confirmed, and the purchase is to be told to Kela as such.
    Exceptional(Account),
    /// The customer pays all of it and may apply to Kela.
    WithoutReimbursement(WithoutReimbursement),
}

/// Why nothing is reimbursed at the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutReimbursement {
    /// Kela says that the customer has no right to it.
    NoRight,
    /// There is no answer.
    NoAnswer(QueryError),
    /// The answer contradicts itself: more is left of the deductible than of the ceiling.
    Contradictory,
}

impl PurchaseTerms {
    /// What of the terms is to be confirmed.
    pub fn to_confirm(&self, tables: &Tables, day: NaiveDate) -> Option<Subject> {
        let row = tables.practice(Practice::QueryOutage, day).ok()?;
        (matches!(self, Self::Exceptional(_)) && !row.mark().confirmed()).then(|| row.subject())
    }
}

/// The terms of a purchase by what Kela's query said.
pub fn terms(
    tables: &Tables,
    said: &Result<Answer, QueryError>,
    during_outage: DuringOutage,
    day: NaiveDate,
) -> Result<PurchaseTerms, PurchaseError> {
    let without = PurchaseTerms::WithoutReimbursement;
    match said {
        Ok(answer) if !answer.direct => Ok(without(WithoutReimbursement::NoRight)),
        Ok(answer) => {
            let ceiling = tables.share(ShareKind::Ceiling, day)?.euro;
            let account = Account::of(answer.deductible_left, ceiling.less(answer.ceiling_accrued));
            Ok(account.map_or(without(WithoutReimbursement::Contradictory), PurchaseTerms::Direct))
        }
        Err(error) if error.is_outage() && during_outage == DuringOutage::CardSeen => {
            let ceiling = tables.share(ShareKind::Ceiling, day)?.euro;
            Ok(PurchaseTerms::Exceptional(Account::of(Money::ZERO, ceiling)?))
        }
        Err(error) => Ok(without(WithoutReimbursement::NoAnswer(*error))),
    }
}
