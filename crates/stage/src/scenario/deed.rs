//! What a line of a scenario can say: who does what to which prescription, how it is sent, and what must be answered.

use anyhow::Result;
use prescription::{
    CancellationKind, Consent, MinorDisclosure, PrescriptionKind, QueryReason, RenewalState, StoredKind,
};
use rust_decimal::Decimal;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its line in the file.
    pub number: usize,
    /// As it is written.
    pub text: String,
    /// What is done, or looked at.
    pub deed: Deed,
    /// What must be answered.
    pub answer: Answer,
}

impl Line {
    /// Reads a line.
    pub fn parse(number: usize, text: &str) -> Result<Self> {
        let (deed, answer) = super::line::read(text)?;
        Ok(Self { number, text: text.to_owned(), deed, answer })
    }

    /// Whether it can fail by what the Centre answers: time alone shows nothing.
    pub fn shows_something(&self) -> bool {
        !matches!(self.deed, Deed::Later(_) | Deed::Centre(_) | Deed::Revoke(_) | Deed::RightEnds(_))
    }
}

/// What must be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is accepted, for the first time.
    Accepted,
    /// It was accepted before: the first answer again.
    Repeated,
    /// It is refused by these rules; there may be more.
    Rules(Vec<String>),
    /// It is refused with this code, and perhaps about this.
    Code(String, Option<String>),
    /// No answer comes: the transport's failure.
    Silence(String),
    /// So many are found, on so many pages where that is said.
    Finds(u32, Option<u32>),
    /// Of two that come at the same moment one is accepted and one refused.
    OneOfTwo,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Time passes.
    Later(chrono::Duration),
    /// Something befalls the Centre: an order of its control socket, or what the stage does to its process.
    Centre(CentreDeed),
    /// The register no longer gives somebody's right, from now on.
    RightEnds(&'static str),
    /// A place's certificate is put on the revocation list.
    Revoke(&'static str),
    /// Somebody does something at the Centre.
    Act(Box<Act>),
    /// Two pharmacies dispense at the same moment.
    Together(Box<(Act, Act)>),
    /// Somebody asks.
    Ask(Box<Ask>),
    /// Look.
    Expect(Expect, Option<String>),
}

/// What befalls the Centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CentreDeed {
    /// A line of the control socket.
    Order(String),
    /// SIGTERM.
    Stop,
    /// It starts again.
    Start,
    /// SIGKILL.
    Kill,
}

/// A document that somebody makes and sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Slug of who makes it.
    pub by: &'static str,
    /// Which.
    pub what: What,
    /// Of which prescription, by the beginning of its product's name; the last one where nothing is said.
    pub of: Option<String>,
    /// Why, in words.
    pub because: Option<String>,
    /// How it is sent, and what is wrong with it.
    pub how: How,
}

/// How a document is made and sent. The default is as it should be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct How {
    /// Whose key signs, where it is another's.
    pub signer: Option<&'static str>,
    /// Whose system signs, where a system does and it is another's.
    pub system: Option<&'static str>,
    /// Who is stated as the user, where it is another; nobody where it is `Some(None)`.
    pub user: Option<Option<&'static str>>,
    /// Over whose connection, where it is another's.
    pub connection: Option<&'static str>,
    /// Sent as one that was made in an outage.
    pub late: bool,
    /// How long ago it was done; before zero: it is still to come.
    pub ago: chrono::Duration,
    /// From which version of the prescription it is made; the newest where nothing is said.
    pub version: Option<u32>,
    /// What is wrong with it.
    pub wrong: Option<Wrong>,
}

/// What is wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It has no signature.
    Unsigned,
    /// Its body was changed after signing.
    ChangedAfterSigning,
    /// Its header says another birth date than its body.
    OtherBirthDate,
    /// It has a document type declaration.
    DocumentTypeDeclaration,
    /// It is larger than a document may be.
    TooLarge,
    /// Its end is missing.
    CutShort,
    /// It has the identifier of the last document.
    UsedIdentifier,
    /// It states another patient than the prescription's.
    OtherPatient,
    /// It is of a prescription that the Centre does not know.
    UnknownPrescription,
}

/// Which document.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A prescription (1).
    Prescription(Order),
    /// A prescription that a pharmacy stores (1): from what, and the code of field 213.
    Stored(StoredKind, Option<String>, Order),
    /// A dispensation (10).
    Dispensation(Lot),
    /// The last document of somebody, byte for byte.
    Same(Option<&'static str>),
    /// A correction (3).
    Correction {
        /// What is changed.
        changes: Vec<Changed>,
        /// Code of field 97.
        reason: String,
    },
    /// A cancellation (2).
    Cancellation {
        /// Field 96.
        kind: CancellationKind,
        /// Field 96.2.
        consent: Option<Consent>,
        /// Code of field 95.
        reason: String,
    },
    /// A correction of a dispensation (12): of which, counted from 1, and what was given in truth.
    DispensationCorrection(usize, Lot),
    /// A cancellation of a dispensation (11).
    DispensationCancellation(usize),
    /// A mark (4–7, 16–18).
    Mark(MarkDeed),
    /// A renewal request (8).
    RenewalRequest {
        /// The unit that is asked.
        unit: &'static str,
        /// Field 120.
        consent: Consent,
    },
    /// An answer to it (9).
    RenewalAnswer(RenewalState),
}

/// A mark that is set or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkDeed {
    /// 4.
    Lock,
    /// 5.
    Unlock,
    /// 6.
    Reserve,
    /// 7.
    Release,
    /// 16.
    DoseDispensing,
    /// 17.
    DoseDispensingEnd,
    /// 18.
    GiveBack,
}

/// What a correction changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Changed {
    /// How to take it.
    Dosage(String),
    /// How much.
    Amount(Much),
    /// What.
    Product(String),
}

/// A prescription to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// "DIAPAM 10 mg".
    pub product: String,
    /// Call name of the patient.
    pub patient: String,
    /// How much.
    pub much: Much,
    /// Repeats, and least days between them.
    pub iterated: Option<(u32, Option<u32>)>,
    /// The last day of validity, in days from today.
    pub valid_for: Option<i64>,
    /// The document states no end.
    pub endless: bool,
    /// Regular medication.
    pub permanent: bool,
    /// Ne rep.
    pub renewal_prohibited: bool,
    /// No substitution.
    pub substitution_prohibited: bool,
    /// Reseptin laji.
    pub kind: PrescriptionKind,
    /// A class of misuse that the product does not have.
    pub control: Option<String>,
    /// What a minor decided.
    pub disclosure: Option<MinorDisclosure>,
    /// How to take it.
    pub dosage: String,
    /// The same with structure: so many tablets a day.
    pub tablets_a_day: Option<u32>,
    /// Another prescription that it renews.
    pub renews: bool,
}

/// An amount, as prescribed or as given.
#[derive(Debug, Clone, PartialEq)]
pub enum Much {
    /// "21 fol".
    Total(Decimal, String),
    /// "3 packages of 98 fol".
    Packages(u32, Decimal, String),
    /// "for 12 months".
    Months(u32),
    /// Nothing to dispense.
    Nothing,
}

/// What is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Lot {
    /// How much.
    pub much: Much,
    /// Another product than the prescribed one.
    pub product: Option<String>,
    /// Field 105, where it is not as it is.
    pub substituted: Option<bool>,
    /// Field 103, where it is not as it is.
    pub stated_left: Option<String>,
    /// Field 122, where it is not as it is.
    pub stated_over: Option<bool>,
    /// Field 106: a reason that opens a rule.
    pub reason: Option<String>,
    /// Who prepared it.
    pub preparer: Option<&'static str>,
}

/// A question.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// Slug of who asks.
    pub by: &'static str,
    /// For what.
    pub about: About,
    /// Why (kyselyn syy).
    pub reason: QueryReason,
    /// The same in words.
    pub in_words: Option<String>,
    /// Who is served, where it is not the patient.
    pub behalf: Option<kanta::OnBehalf>,
    /// What narrows it.
    pub only: Vec<Only>,
    /// So many at a time.
    pub page: Option<u32>,
    /// How it is sent.
    pub how: How,
}

/// For what somebody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// People's prescriptions, by their identity codes.
    People(Vec<String>),
    /// More people than may be asked about at once.
    ManyPeople(u32),
    /// Somebody who may be alive.
    LivingPerson,
    /// A prescription, by the identifier of its newest version.
    Identifier(Option<String>),
    /// What the asking pharmacy dispensed or marked.
    OwnPharmacy,
    /// What another pharmacy did.
    Pharmacy(&'static str),
    /// The documents of a prescription.
    Documents(Option<String>),
    /// The last document that was sent, by its identifier.
    LastDocument,
    /// Uses of the own organisation, as its supervisor asks for them.
    Uses(Uses),
    /// That the conflict of the last document is settled.
    Settling,
}

/// Which uses a supervisor looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uses {
    /// All.
    All,
    /// Those that were refused.
    Refused,
    /// Searches for somebody for whom nothing was dispensed afterwards.
    SearchesWithoutDispensation,
    /// Late dispensations that were taken in conflict and are not settled.
    InConflict,
}

/// What narrows a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Nothing is dispensed yet.
    Undispensed,
    /// A part is dispensed.
    Partly,
    /// Locked ones.
    Locked,
    /// Reserved ones.
    Reserved,
    /// Prescribed in the last so many days.
    Since(i64),
}

/// What must be seen of a prescription, or of the Centre.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// "3X21 fol".
    Left(String),
    /// `not`, `partly` or `fully` dispensed.
    Dispensed(&'static str),
    /// Cancelled, or not.
    Cancelled(bool),
    /// Locked by whom; nobody where `None`.
    Locked(Option<&'static str>),
    /// Reserved by whom; nobody where `None`.
    Reserved(Option<&'static str>),
    /// The newest version's number.
    Version(u32),
    /// Its validity is over, or not.
    Expired(bool),
    /// How its renewal stands.
    Renewal(RenewalState),
    /// How it is to be taken.
    Dosage(String),
    /// So many documents of this type are held for the prescription (10, 11, 12 …) since the beginning.
    Dispensations(u32),
    /// The newest entry of the log: event, and error where there is one.
    Logged(String, Option<String>),
    /// The Centre's own verification finds nothing.
    Sound,
    /// What the newest entry of the log says a late dispensation conflicts with.
    Conflict(String),
}
