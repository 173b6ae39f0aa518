//! Handing over in an outage, as a host asks for it and is told of it (rules OU-1 to OU-8).

mod pack;
mod requests;
mod storing;
mod words;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{CheckLine, Fact, OutboxCounts, Secret};

pub use pack::{OutagePack, PackField, outage_pack};
pub use storing::{StorePrescription, StoringChecked, StoringDraft, StoringForm, StoringSaved};

/// What is asked of a person who hands over in an outage. What is not known is empty.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HandOverForm {
    /// On what: "instruction", "summary", "old-label", "telephone", "paper", "nothing".
    pub basis: String,
    /// The customer's identity code.
    #[ts(type = "string")]
    pub identity: Secret,
    /// The customer's name.
    pub customer: String,
    /// How whoever is here was identified, as [`crate::Search::identified`].
    pub identified: String,
    /// With what right somebody else acts, as [`crate::Search::basis`]; absent where the customer is here.
    #[ts(optional)]
    pub on_behalf: Option<String>,
    /// What was scanned: the text of a bar code with the prescription's identifier.
    pub identifier: String,
    /// What was read: the instruction's text, the label, a prescription's words.
    pub read: String,
    /// Who prescribed, with the prescriber's number.
    pub prescriber: String,
    /// The package's number, where the database has it.
    #[ts(optional)]
    pub vnr: Option<String>,
    /// The product in words, where it has not.
    pub product: String,
    /// How many units.
    pub amount: String,
    /// Of what, where the package does not say.
    pub unit: String,
    /// Whether the need is immediate.
    pub immediate: bool,
    /// Why, for what a rule opens with a reason.
    #[ts(optional)]
    pub reason: Option<String>,
    /// When it was handed over, Finnish time: "10.42" of today, or "25.11.2026 10.42"; now where absent.
    #[ts(optional)]
    pub at: Option<String>,
}

/// What the rules say of a hand-over that is being entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverChecks {
    /// Every rule, hindering ones first.
    pub checks: Vec<CheckLine>,
    /// Whether nothing hinders.
    pub may_save: bool,
    /// What it costs in full, where the package is known: "3,86 €".
    pub price: Option<String>,
}

/// One hand-over that has no document yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverLine {
    /// Names it in requests.
    pub entry_id: String,
    /// "25.11.2026 10.42".
    pub at: String,
    /// Who handed over.
    pub person: String,
    /// Whether that is who is logged in: this person writes its document.
    pub mine: bool,
    /// The customer's name; no identity code in a list.
    pub customer: String,
    /// "AMLODIPIN MALLI 5 mg".
    pub product: String,
    /// "98 fol".
    pub amount: String,
    /// "Potilasohje".
    pub basis: String,
    /// All that was recorded, as label and text.
    pub facts: Vec<Fact>,
    /// Whether it rests on a telephone or paper prescription that can be stored.
    pub storable: bool,
}

/// What waits for its document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverList {
    /// Oldest first.
    pub lines: Vec<HandOverLine>,
}

/// A hand-over that is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverSaved {
    /// As the list shows it.
    pub line: HandOverLine,
    /// Counts after it.
    pub counts: OutboxCounts,
}

/// Names a hand-over.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnHandOver {
    /// Which.
    pub entry_id: String,
}

/// See [`crate::Program::settle_hand_over`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettleHandOver {
    /// Which.
    pub entry_id: String,
    /// What was found and done: at least a word, at most 1,000 characters.
    pub note: String,
}

/// See [`crate::Program::find_packages`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindPackages {
    /// Words of the product, or a package's number, typed or scanned; at most 100 characters.
    pub text: String,
}

/// Packages of the database that may be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundPackages {
    /// At most twelve.
    pub packages: Vec<FoundPackage>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FoundPackage {
    /// Its number.
    pub vnr: String,
    /// "DIAPAM 10 mg".
    pub name: String,
    /// "tabletti".
    pub form: String,
    /// How many units it holds: "100".
    pub size: String,
    /// "fol".
    pub unit: String,
    /// "7,72 €".
    pub price: String,
    /// "PKV" and the like, or empty.
    pub mark: String,
}
