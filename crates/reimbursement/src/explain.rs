//! The steps of a price, as a screen or a receipt lists them.

use prescription::Language;
use prescription::rules::table::text;
use prescription::wording::euro;

use crate::Money;
use crate::subject::Subject;
use crate::tables::{Class, FeeKind};

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Price of the packages with VAT.
    Price,
    /// Dispensing fee.
    Fee,
    /// What can be reimbursed.
    Refundable,
    /// What the price is above the reference price.
    AboveReference,
    /// What is used of the initial deductible.
    Deductible,
    /// The customer's share of the rest.
    OwnShare(Class),
    /// Reimbursed by the class.
    Reimbursed(Class),
    /// Reimbursed above the ceiling.
    Additional,
    /// Not reimbursed at all.
    NotReimbursed,
    /// What the customer pays.
    Pays,
}

/// One step: what, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What.
    pub kind: StepKind,
    /// How much.
    pub amount: Money,
}

impl Step {
    /// "Alkuomavastuu: 10,00 €".
    pub fn sentence(&self, language: Language) -> String {
        format!("{}: {}", self.kind.words(language), euro(self.amount.euro(), language))
    }
}

impl StepKind {
    /// Its name for a person.
    pub fn words(self, language: Language) -> String {
        let words = match self {
            Self::Price => text("Hinta", "Pris", "Price"),
            Self::Fee => return Subject::Fee(FeeKind::Dispensing).words(language),
            Self::Refundable => text("Korvattava hinta", "Pris som ersätts", "Refundable price"),
            Self::AboveReference => {
                text("Viitehinnan ylittävä osuus", "Andel över referenspriset", "Above the reference price")
            }
            Self::Deductible => text("Alkuomavastuu", "Initialsjälvrisk", "Initial deductible"),
            Self::OwnShare(class) => {
                let of = text("Omavastuu", "Självrisk", "Own share");
                return format!("{}, {}", of.in_language(language), class_words(class, language));
            }
            Self::Reimbursed(class) => {
                let of = text("Kela korvaa", "FPA ersätter", "Kela reimburses");
                return format!("{}, {}", of.in_language(language), class_words(class, language));
            }
            Self::Additional => text(
                "Kela korvaa, lisäkorvaus",
                "FPA ersätter, tilläggsersättning",
                "Kela reimburses, above the annual ceiling",
            ),
            Self::NotReimbursed => text("Ei korvata", "Ersätts inte", "Not reimbursed"),
            Self::Pays => text("Asiakas maksaa", "Kunden betalar", "The customer pays"),
        };
        words.in_language(language).to_owned()
    }
}

fn class_words(class: Class, language: Language) -> String {
    Subject::Rate(class).words(language).to_lowercase()
}
