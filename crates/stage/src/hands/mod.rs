//! The hands of a pharmacist: what a person does with the program and sees of it, whatever host shows it. A story is
//! played through this trait alone, so that the headless host and the real window are held to the same words.

mod headless;
mod window;

use anyhow::Result;

use crate::story::{HandOver, ToStore};

pub use headless::Headless;
pub use window::{Screen, Window};

/// Something was done, or the program refused.
pub type Done = Result<Result<String, Refusal>>;

/// A refusal, as the program words it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refusal {
    /// Stable code.
    pub code: String,
    /// The sentence for a person.
    pub sentence: String,
    /// The rule that refused.
    pub rule: Option<String>,
    /// Tries left.
    pub tries_left: Option<u8>,
}

/// Somebody acts for another: with what right, naming which medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errand<'a> {
    /// As the catalogue names it.
    pub basis: &'a str,
    /// The medicine.
    pub medicine: Option<&'a str>,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// "Siri Salminen".
    pub name: String,
    /// The card has left.
    pub locked: bool,
}

/// One listed prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Product.
    pub name: String,
    /// What is left, as shown.
    pub remaining: String,
    /// Can be dispensed now.
    pub dispensable: bool,
    /// Hindrance and marks.
    pub marks: Vec<String>,
}

/// The prescription in hand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InHand {
    /// What will be given.
    pub delivered: String,
    /// What will remain.
    pub will_remain: String,
    /// May be signed.
    pub may_sign: bool,
    /// Rule and answer.
    pub checks: Vec<(String, String)>,
}

/// What the header tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// How many a notice names.
    pub noticed: u32,
    /// Whether it says that the Centre does not answer.
    pub silent: bool,
}

/// What is under way or wants a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outbox {
    /// Waits for the Centre.
    pub waiting: u32,
    /// Was refused.
    pub refused: u32,
    /// Was taken in conflict.
    pub conflicts: u32,
}

/// One row of the manager's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Identifier of the document.
    pub document: String,
    /// Where it is.
    pub state: String,
}

/// What can be done and seen at the counter.
pub trait Hands {
    /// Logs in.
    fn log_in(&mut self, pin: &str) -> Done;
    /// Logs out.
    fn log_out(&mut self) -> Done;
    /// Searches; with an errand, for another.
    fn search(&mut self, text: &str, errand: Option<Errand<'_>>) -> Done;
    /// Takes a listed prescription in hand, by the beginning of its product's name.
    fn open(&mut self, product: &str) -> Done;
    /// Changes the amount.
    fn propose_amount(&mut self, amount: &str) -> Done;
    /// Chooses a package.
    fn choose_package(&mut self, vnr: &str) -> Done;
    /// Scans a code, as a scanner types.
    fn scan(&mut self, code: &str) -> Done;
    /// Takes back the learnt code by which the scanned package was recognised.
    fn take_back_code(&mut self) -> Done;
    /// Takes what the scanner at the serial port has just sent.
    fn hear_scanner(&mut self) -> Done;
    /// The state of a link of the chain: "good", "think", "bad", "unknown"; empty where there is none.
    fn link(&mut self, link: &str) -> Result<String>;
    /// Puts aside what is not the chosen package.
    fn put_aside(&mut self) -> Done;
    /// Says that the number nobody knew is the chosen package's.
    fn confirm_scan(&mut self) -> Done;
    /// What lies in the hand: "right, batch A1", "wrong in strength, size", "unknown", "nothing".
    fn package(&mut self) -> Result<String>;
    /// States a reason.
    fn give_reason(&mut self, reason: &str) -> Done;
    /// Deviates from the prescription in hand, for a code's reason and in words.
    fn deviate(&mut self, path: &str, code: &str, words: &str) -> Done;
    /// By which paragraph the prescription in hand is deviated from: "57f", "57g" or "none".
    fn deviation(&mut self) -> Result<String>;
    /// Says until when what the pharmacy makes may be used, and what a package of it costs.
    fn make(&mut self, until: &str, price: &str) -> Done;
    /// Puts the proposal in the basket.
    fn add(&mut self) -> Done;
    /// Takes what is in hand out of the basket again.
    fn take_out(&mut self) -> Done;
    /// Prints the label of what is in hand; of a split package with batch and expiry.
    fn print_label(&mut self, split: Option<(&str, &str)>) -> Done;
    /// Signs the basket.
    fn sign(&mut self, pin: &str, wait: bool) -> Done;
    /// Closes the visit.
    fn close_visit(&mut self) -> Done;
    /// Sends what waits.
    fn send_now(&mut self) -> Done;
    /// Settles the newest document that wants a person.
    fn settle(&mut self, note: &str) -> Done;
    /// Has the newest refused document sent again.
    fn resend(&mut self) -> Done;

    /// Hands over in an outage; with the identifier that the scanner reads, where there is one.
    fn hand_over(&mut self, what: &HandOver, identifier: Option<&str>) -> Done;
    /// Opens the visit in which the document of the oldest hand-over is written.
    fn write_up(&mut self) -> Done;
    /// Stores the prescription of the oldest hand-over with its dispensation.
    fn store_prescription(&mut self, what: &ToStore) -> Done;
    /// Settles the oldest hand-over with a note.
    fn settle_hand_over(&mut self, note: &str) -> Done;

    /// Who is logged in.
    fn session(&mut self) -> Result<Option<Session>>;
    /// What is listed.
    fn listed(&mut self) -> Result<Vec<Listed>>;
    /// Why nothing is listed, as told to whoever acts for another.
    fn warning(&mut self) -> Result<String>;
    /// What is in hand.
    fn in_hand(&mut self) -> Result<InHand>;
    /// The basket's lines: who prepared each, as shown; empty where nobody is named.
    fn basket(&mut self) -> Result<Vec<String>>;
    /// How the label of what is in hand stands.
    fn label(&mut self) -> Result<String>;
    /// How many of today's dispensations deviated from their prescriptions.
    fn deviations(&mut self) -> Result<usize>;
    /// Of how many split packages something is left.
    fn opened(&mut self) -> Result<usize>;
    /// How many wrong packages were scanned today.
    fn near_misses(&mut self) -> Result<usize>;
    /// How many of today's labels are void.
    fn labels_void(&mut self) -> Result<usize>;
    /// How many hand-overs of an outage are not written yet.
    fn handed_over(&mut self) -> Result<u32>;
    /// How many wait, were refused, are in conflict.
    fn outbox(&mut self) -> Result<Outbox>;
    /// What the header tells of what waits, and of the Centre.
    fn told(&mut self) -> Result<Told>;
    /// Today's list, newest first.
    fn today(&mut self) -> Result<Vec<Row>>;
    /// Where the newest of today's documents is.
    fn newest_state(&mut self) -> Result<Option<String>> {
        Ok(self.today()?.into_iter().next().map(|row| row.state))
    }
    /// The exact document that was signed.
    fn document(&mut self, id: &str) -> Result<Vec<u8>>;

    /// What the screen shows, PNG, where there is one.
    fn picture(&mut self) -> Option<Vec<u8>> {
        None
    }

    /// The program's process, for whoever kills it from outside; none where it is not running.
    fn process(&mut self) -> Option<u32>;

    /// Ends the program as a power cut would.
    fn kill(&mut self) -> Result<()>;
    /// Starts it again.
    fn start(&mut self) -> Result<()>;
    /// Ends it as a person would.
    fn stop(&mut self) -> Result<()>;
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(rule) = &self.rule {
            write!(f, " by {rule}")?;
        }
        if let Some(left) = self.tries_left {
            write!(f, " with {left} left")?;
        }
        if !self.sentence.is_empty() {
            write!(f, ": {}", self.sentence)?;
        }
        Ok(())
    }
}
