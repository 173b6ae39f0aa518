//! What can really go wrong at the counter. Each has a code for programs; the words for people are in `api`.

use card::CardError;
use kanta_client::ClientError;
use prescription::{Finding, InvalidIdentifier};
use record::RecordError;
use scanning::{ScanError, TableError};
use trust::Distrust;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// Nobody is logged in, or the session is locked.
    #[error("nobody is logged in")]
    NoSession,
    /// The card in the reader is not the one that opened the session.
    #[error("another card than the session's")]
    AnotherCard,
    /// No visit is open.
    #[error("no visit is open")]
    NoVisit,
    /// What was typed is neither an identity code nor a prescription's identifier.
    #[error("the search text is not understood")]
    NotUnderstood(Option<InvalidIdentifier>),
    /// The visit has no such prescription.
    #[error("no such prescription in this visit")]
    UnknownPrescription,
    /// The Pharmaceutical Database has no such package, or it is not one for this prescription.
    #[error("no such package for this prescription")]
    UnknownPackage,
    /// No query of Kela is set up: everything is counted without reimbursement.
    #[error("no purchase query is set up")]
    NoPurchaseQuery,
    /// Another edition of the Pharmaceutical Database has come into force since the basket was shown.
    #[error("another edition of the medicines database is in force")]
    EditionChanged,
    /// The amount is not a number above zero.
    #[error("not an amount")]
    NotAnAmount,
    /// Nothing is in the basket.
    #[error("the basket is empty")]
    EmptyBasket,
    /// The basket is full: a visit signs at most that many documents.
    #[error("the basket is full")]
    FullBasket,
    /// Somebody acts for the patient, and it is not said with what right.
    #[error("no basis for acting on behalf")]
    NoBasis,
    /// Whoever brings the patient's instruction asks by the identifier on it.
    #[error("the instruction was not scanned")]
    InstructionNotScanned,
    /// Whoever brings the patient's Kela card names the medicine.
    #[error("no medicine was named")]
    MedicineNotNamed,
    /// There is no such hand-over of an outage, or its document is written already.
    #[error("no such hand-over waits")]
    UnknownHandOver,
    /// Another person handed it over, and writes its document.
    #[error("another person handed it over")]
    AnothersHandOver,
    /// The hand-over rests on no telephone or paper prescription, or its package is not in the database: nothing can be
    /// stored of it.
    #[error("no prescription can be stored of this hand-over")]
    NotStorable,
    /// A document is settled with a note that says how.
    #[error("no note")]
    NoNote,
    /// The keys of a scan did not end as a scan does.
    #[error("the scan was cut short")]
    ScanBroken,
    /// What was scanned is no code that is known here, or it was damaged on its way.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A package was scanned, and no prescription with a package is in hand.
    #[error("no package is chosen to compare with")]
    NothingOpen,
    /// A package was scanned, and the database does not have what is given: there is nothing to compare with.
    #[error("what is given is not in the database")]
    NothingToCompare,
    /// Nothing was scanned that a person could confirm.
    #[error("nothing waits to be confirmed")]
    NothingToConfirm,
    /// More packages than anybody holds.
    #[error("too many packages in the hand")]
    FullHand,
    /// This counter scans nothing.
    #[error("no scanner is set up")]
    NoScanner,
    /// Nothing is left of a package of that name.
    #[error("there is no such remnant")]
    UnknownRemnant,
    /// The reasons for deviating from a prescription are not known to this program, or no document can bear one.
    #[error("deviating is not set up")]
    NoDeviations,
    /// A deviation needs one of the known reasons, and words.
    #[error("a deviation needs a reason and words")]
    DeviationUnreasoned,
    /// What a number stands for was not learnt.
    #[error(transparent)]
    Gtin(#[from] TableError),
    /// This right may not do that.
    #[error("the right does not allow it")]
    Right,
    /// The role service says that this person has no right to practise (any more).
    #[error("the right to practise has ended")]
    RightEnded,
    /// The role service is silent, and its last answer is too old or was never given.
    #[error("the right to practise is not known")]
    RightUnknown,
    /// A rule of the trade hinders.
    #[error("rule {}", .0.rule.id)]
    Rule(Box<Finding>),
    /// The card, its reader or its PIN.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The card's certificate is not believed.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The Centre was not reached, its answer was lost, it refused, or its answer cannot be read.
    #[error(transparent)]
    Centre(#[from] ClientError),
    /// A document from the Centre cannot be read.
    #[error("a document from the Centre cannot be read: {0}")]
    Document(&'static str),
    /// What was just written or signed did not pass the check before it leaves.
    #[error("the signed document did not pass its check: {0}")]
    SelfCheck(&'static str),
    /// The record could not be written or read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A setting is missing or wrong.
    #[error("setting {0}")]
    Settings(&'static str),
    /// The machine gave no random bytes.
    #[error("no randomness")]
    NoRandomness,
}

impl CounterError {
    /// A stable code for programs.
    pub fn code(&self) -> String {
        let code: &str = match self {
            Self::NoSession => "no-session",
            Self::AnotherCard => "another-card",
            Self::NoVisit => "no-visit",
            Self::NotUnderstood(Some(why)) => why.code(),
            Self::NotUnderstood(None) => "search-not-understood",
            Self::UnknownPrescription => "prescription-not-in-visit",
            Self::UnknownPackage => "package-unknown",
            Self::NoPurchaseQuery => "kela-no-query",
            Self::EditionChanged => "edition-changed",
            Self::NotAnAmount => "amount-invalid",
            Self::EmptyBasket => "basket-empty",
            Self::FullBasket => "basket-full",
            Self::NoBasis => "basis-missing",
            Self::InstructionNotScanned => "instruction-not-scanned",
            Self::MedicineNotNamed => "medicine-not-named",
            Self::UnknownHandOver => "hand-over-unknown",
            Self::AnothersHandOver => "hand-over-of-another",
            Self::NotStorable => "hand-over-not-storable",
            Self::NoNote => "note-missing",
            Self::ScanBroken => "scan-broken",
            Self::Scan(error) => error.code(),
            Self::NothingOpen => "scan-nothing-open",
            Self::NothingToCompare => "scan-nothing-to-compare",
            Self::NothingToConfirm => "scan-nothing-to-confirm",
            Self::FullHand => "scan-hand-full",
            Self::NoScanner => "scan-not-set-up",
            Self::UnknownRemnant => "remnant-unknown",
            Self::NoDeviations => "deviation-not-set-up",
            Self::DeviationUnreasoned => "deviation-unreasoned",
            Self::Gtin(error) => error.code(),
            Self::Right => "right-missing",
            Self::RightEnded => "right-ended",
            Self::RightUnknown => "right-unknown",
            Self::Rule(_) => "rule-refused",
            Self::Card(error) => error.code(),
            Self::Distrust(error) => error.code(),
            Self::Centre(error) => match error.issues().first() {
                Some(issue) => return issue.code.clone(),
                None => error.code(),
            },
            Self::Document(code) => code,
            Self::SelfCheck(_) => "self-check-failed",
            Self::Record(error) => error.code(),
            Self::Settings(_) => "settings-invalid",
            Self::NoRandomness => "no-randomness",
        };
        code.to_owned()
    }
}
