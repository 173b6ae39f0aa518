//! What the checks look at. All of it is handed in.

use chrono::NaiveDate;
use prescription::{Amount, ControlClass, Dispensation, Prescription, Sex, Unit};
use rust_decimal::Decimal;

/// One lot of a medicine that is about to be dispensed.
#[derive(Debug, Clone)]
pub struct Case<'a> {
    /// The Finnish day.
    pub today: NaiveDate,
    /// For whom.
    pub customer: Customer,
    /// From which prescription.
    pub prescription: &'a Prescription,
    /// What was dispensed from it before.
    pub history: &'a [Dispensation],
    /// What is given.
    pub medicine: &'a Medicine,
    /// How much of it.
    pub given: &'a Amount,
    /// What else the caller was told that the customer has.
    pub others: &'a [Other],
    /// What was scanned of the packages in the hand.
    pub in_hand: InHand,
    /// Whether whoever stands at the counter was identified by an official document with a picture.
    pub document_seen: bool,
    /// A person's stated reason, which opens what needs one.
    pub reason: Option<&'a str>,
    /// It was handed over in an outage and is only written now: nothing hinders any more, all of it is told.
    pub handed_over: bool,
}

/// What was scanned of the packages in the hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InHand {
    /// So many packages that are the chosen one.
    pub scanned: u32,
    /// So many packages are given; none where there is nothing to scan.
    pub given: u32,
    /// Whether a scan may be left out only with a reason.
    pub required: bool,
    /// A package that is not the chosen one lies in the hand: what it is, and what was chosen.
    pub other: Option<(String, String)>,
    /// The earliest day after which a scanned package may not be used.
    pub last_day: Option<NaiveDate>,
    /// From packages of so many batches a part of one package would be taken.
    pub batches_of_part: u32,
}

/// The customer, as far as the checks ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Customer {
    /// Date of birth, where the document states it.
    pub born: Option<NaiveDate>,
    /// Sex, where it is stated.
    pub sex: Sex,
}

impl Customer {
    /// The age in whole years on a day; none where it is not known or lies ahead.
    pub fn age(&self, day: NaiveDate) -> Option<u32> {
        day.years_since(self.born?)
    }
}

/// A medicine, with what registers say of it. What no register said is `None`, and then not checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Medicine {
    /// "DIAPAM 10 mg", for sentences.
    pub name: String,
    /// "10 mg".
    pub strength: Option<String>,
    /// "N05BA01".
    pub atc: Option<String>,
    /// Route of administration, its code.
    pub route: Option<String>,
    /// Active substances by name.
    pub substances: Vec<String>,
    /// The unit in which a package counts.
    pub unit: Option<Unit>,
    /// Price of one package, euro.
    pub price: Option<Decimal>,
    /// Control class, where it has one.
    pub control: Option<ControlClass>,
    /// The edition of the Pharmaceutical Database that says so; none where only the prescription does.
    pub edition: Option<String>,
    /// Whether it is reimbursed to this customer.
    pub reimbursed: Option<bool>,
    /// Whether it impairs driving.
    pub driving: Option<bool>,
    /// Rows of Fimea's high-risk classification; empty where it has none.
    pub risks: Option<Vec<RiskRow>>,
}

impl Medicine {
    /// A medicine of which nothing but its name is known.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            strength: None,
            atc: None,
            route: None,
            substances: Vec::new(),
            unit: None,
            price: None,
            control: None,
            edition: None,
            reimbursed: None,
            driving: None,
            risks: None,
        }
    }

    /// Whether its ATC code stands under this one. ATC codes are told apart without regard to case.
    pub(crate) fn is_of(&self, atc: &str) -> bool {
        let own = self.atc.as_deref().unwrap_or_default();
        !atc.is_empty() && own.get(..atc.len()).is_some_and(|head| head.eq_ignore_ascii_case(atc))
    }
}

/// A row of the high-risk classification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRow {
    /// What it is about.
    pub title: Words,
    /// What to say at the counter; may be empty.
    pub say: Words,
    /// Codes of the routes that it holds for; all where there is none.
    pub routes: Vec<String>,
}

/// A text in three languages. Where one lacks, the Finnish one stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Finnish.
    pub fi: String,
    /// Swedish.
    pub sv: String,
    /// English.
    pub en: String,
}

impl Words {
    /// Swedish, or what there is.
    pub(crate) fn sv(&self) -> &str {
        if self.sv.trim().is_empty() { &self.fi } else { &self.sv }
    }

    /// English, or what there is.
    pub(crate) fn en(&self) -> &str {
        if self.en.trim().is_empty() { &self.fi } else { &self.en }
    }
}

/// Another medicine of the customer, that the caller was told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// Which.
    pub medicine: Medicine,
    /// How long it lasts.
    pub supply: Supply,
    /// Nothing more can be dispensed of its prescription: what is given now may continue it, as a renewal does.
    pub over: bool,
    /// Prescribed by the same person on the same day: meant to be used together, as one dose of two strengths is.
    pub prescribed_together: bool,
}

/// How long the customer has of another medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supply {
    /// It is given in this visit as well.
    Now,
    /// What was dispensed lasts to and with that day, by its structured dosage.
    Until(NaiveDate),
    /// It may be dispensed or was, and for how long it lasts cannot be counted.
    Unknown,
}

impl Supply {
    /// Whether the customer surely has it today.
    pub(crate) fn lasts(self, today: NaiveDate) -> bool {
        match self {
            Self::Now => true,
            Self::Until(day) => day >= today,
            Self::Unknown => false,
        }
    }
}
