//! What a host is told: plain values for a screen or a transcript. Sentences are in the language that was set last.
//!
//! Identity codes leave the core masked; amounts, days and money leave it as the texts that a person reads.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DeviationView, ExchangeView, Freshness, InHandView, NoticeView, PaymentView, ScannedText, UnlistedView};

/// Everything that a screen needs before anybody has logged in, and its frame afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// "test" or "production": shown in the header whenever it is not production.
    pub environment: String,
    /// The pharmacy's name.
    pub pharmacy: String,
    /// fi, sv or en.
    pub language: String,
    /// Who is logged in.
    pub session: Option<SessionView>,
    /// What the reader holds.
    pub card: CardView,
    /// Link by link, what works.
    pub health: Vec<HealthLine>,
    /// What waits, was refused, was accepted today.
    pub outbox: OutboxCounts,
    /// What somebody should hear of, the more pressing first.
    pub notices: Vec<NoticeView>,
    /// How fresh what is seen is.
    pub freshness: Freshness,
    /// The program's version.
    pub version: String,
    /// Who is named as the source of the medicines database, a sentence each (CC BY 4.0).
    pub medicines_sources: Vec<String>,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// "Siri Salminen".
    pub name: String,
    /// "SS".
    pub initials: String,
    /// "laillistettu farmaseutti".
    pub title: String,
    /// "005".
    pub right: String,
    /// Whether this person may sign a dispensation; a student prepares only.
    pub may_sign: bool,
    /// The card has left: the session is locked, its visit kept; one who may sign can take over what a student prepared.
    pub locked: bool,
    /// "9.02".
    pub since: String,
}

/// What a person's right and certificates rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CredentialsView {
    /// Number, right and who said so; certificates; revocation lists.
    pub facts: Vec<Fact>,
}

/// What the reader holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CardView {
    /// Where the way to a card ends.
    pub state: CardState,
    /// "Siri Salminen", readable without a PIN.
    pub holder: Option<String>,
    /// "laillistettu farmaseutti".
    pub title: Option<String>,
    /// Tries left of PIN1, where the card tells.
    pub pin1_left: Option<u8>,
    /// Tries left of PIN2, where the card tells.
    pub pin2_left: Option<u8>,
    /// Where its PINs are entered.
    pub pin_at: PinAt,
    /// The reader whose card this is, where a card in another reader could be used as well.
    pub chosen_reader: Option<String>,
    /// One sentence where something is wrong.
    pub problem: Option<Problem>,
}

/// Where a PIN is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum PinAt {
    /// In this program.
    Here,
    /// On the reader's keypad.
    Reader,
    /// In the window of the program that holds the card.
    Program,
}

/// Where the way to a card ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    /// The system's card service does not run.
    NoService,
    /// The program that holds the card does not answer.
    NoProgram,
    /// No reader.
    NoReader,
    /// A reader, no card.
    NoCard,
    /// A card that is being read.
    Reading,
    /// A card whose holder is learnt when somebody logs in.
    Unread,
    /// A card that can be used.
    Ready,
    /// A card that cannot: see the problem.
    Unusable,
}

/// Something that went wrong: for a program a code, for a person one sentence and the next thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Stable, for programs and tests: "pin-wrong", "certificate-revoked", "rule-refused".
    pub code: String,
    /// One sentence.
    pub sentence: String,
    /// What to do next.
    pub advice: String,
    /// Whose fault it is, or where.
    pub place: Place,
    /// The rule that refused, where one did.
    pub rule: Option<String>,
    /// Tries left, for a wrong PIN.
    pub tries_left: Option<u8>,
}

/// Where a failure lies: so that a pharmacist knows whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// What was typed or chosen.
    Input,
    /// Card or reader.
    Card,
    /// A certificate.
    Certificate,
    /// The network.
    Network,
    /// The Prescription Centre.
    Centre,
    /// A rule of the trade.
    Rule,
    /// This program or machine.
    Program,
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HealthLine {
    /// Which.
    pub link: Link,
    /// good, think, bad or unknown.
    pub state: HealthState,
    /// Stable, for programs: "card-none", "clock-wrong".
    pub code: String,
    /// One sentence.
    pub sentence: String,
    /// What to do, empty when good.
    pub advice: String,
}

/// A link of the chain from the card to the Centre, in the chain's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// The system's card service and the card reader.
    Reader,
    /// The professional card and its PINs.
    Card,
    /// The person's certificates and the pharmacy's own.
    Certificate,
    /// The workstation's clock.
    Clock,
    /// The network up to the Centre.
    Network,
    /// The Prescription Centre.
    Centre,
    /// The Pharmaceutical Database.
    Medicines,
    /// The label printer, where one is set.
    Printer,
    /// The scanner, where the program reads it itself.
    Scanner,
}

/// How a link does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum HealthState {
    /// Works.
    Good,
    /// Works, with something to think of.
    Think,
    /// Does not work.
    Bad,
    /// Not yet asked.
    Unknown,
}

/// A backup of the record that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackupMade {
    /// Where it lies.
    pub file: String,
    /// Its last event.
    #[ts(type = "number")]
    pub events: u64,
    /// How many documents are in it.
    #[ts(type = "number")]
    pub documents: u64,
}

/// Counts for the rail and the footer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OutboxCounts {
    /// Saved here, not yet answered by the Centre.
    pub waiting: u32,
    /// Refused by the Centre: a person must settle each.
    pub refused: u32,
    /// Accepted in conflict with what happened meanwhile: a person must settle each.
    pub conflicts: u32,
    /// Handed over in an outage and not written yet: the person who did it must, when the Centre answers.
    pub handed_over: u32,
    /// Accepted today.
    pub accepted_today: u32,
}

/// One visit: who is served, on what basis, and what may be dispensed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VisitView {
    /// "Potilas, Pekka Pietari".
    pub customer: String,
    /// "010181-9•••", or empty for a person without one.
    pub identity: String,
    /// "45 v · nainen".
    pub about: String,
    /// Chips: basis, identification, reason of the query.
    pub chips: Vec<String>,
    /// Why nothing is listed for whoever acts for the patient, in one calm sentence.
    pub warning: Option<String>,
    /// "10.42".
    pub fetched_at: String,
    /// Dispensable first, then those that are not, each with its reason.
    pub prescriptions: Vec<PrescriptionLine>,
    /// The prescription in hand.
    pub open: Option<PrescriptionView>,
    /// What will be signed.
    pub basket: Vec<BasketLine>,
    /// "27,96 €".
    pub basket_total: String,
    /// What the customer pays of it.
    pub payment: PaymentView,
    /// What was signed in this visit, with its way to the Centre.
    pub signed: Vec<SignedLine>,
    /// The hand-over of an outage whose document is written in this visit.
    pub handed_over: Option<HandOverFacts>,
}

/// What a visit tells of the hand-over whose document is written in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandOverFacts {
    /// Names it in requests.
    pub entry_id: String,
    /// "25.11.2026 10.42".
    pub at: String,
    /// What was entered then.
    pub said: String,
}

/// One row of the list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionLine {
    /// Names the prescription in requests.
    pub set_id: String,
    /// "DIAPAM".
    pub name: String,
    /// "10 mg tabletti".
    pub strength_form: String,
    /// "3 × 21 fol", or empty.
    pub remaining: String,
    /// Lots or packages left, for the bars; absent where it is not a number or more than 12.
    pub pieces_left: Option<u32>,
    /// Of how many.
    pub pieces_total: Option<u32>,
    /// "24.4.2027".
    pub valid_until: String,
    /// Whether it can be dispensed now, perhaps with a reason, as far as the metadata tells.
    pub dispensable: bool,
    /// What hinders, in a few words: "vanhentunut 9 pv", "lukittu", "toimitettavana muualla".
    pub hindrance: Option<Chip>,
    /// "PKV" and the like.
    pub marks: Vec<Chip>,
    /// In the basket.
    pub in_basket: bool,
}

/// A short word with a tone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Chip {
    /// What it says.
    pub text: String,
    /// How it looks.
    pub tone: Tone,
}

/// A tone: amber for think, red for cannot, blue for know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// Done, right.
    Good,
    /// Think.
    Think,
    /// Cannot.
    Cannot,
    /// Know.
    Know,
}

/// The prescription in hand.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionView {
    /// Names the prescription in requests.
    pub set_id: String,
    /// "DIAPAM 10 mg tabletti".
    pub title: String,
    /// "diatsepaami · N05BA01 · määrätty 2.11.2026, Lauri Lääkäri, Esimerkkilän terveysasema".
    pub subtitle: String,
    /// The dosage as it will stand on the label; editable through `propose`.
    pub label_dosage: String,
    /// What the prescriber wrote.
    pub prescribed_dosage: String,
    /// The label's dosage with its abbreviations written out, where it has any. Nothing is taken over by itself: a person
    /// confirms it through `propose`.
    pub suggestion: Option<LabelSuggestion>,
    /// The structured dosage in words, a line for each dosing season.
    pub structured_dosage: Vec<StructuredDosage>,
    /// Message to the pharmacy.
    pub message: Option<String>,
    /// Facts as label and text: prescribed, last, earliest, now, what will remain, substitution.
    pub facts: Vec<Fact>,
    /// Who signed it and whether that holds: one line each.
    pub signatures: Vec<Fact>,
    /// Parts of the document that this program does not understand.
    pub unknown: Vec<Fact>,
    /// The document's own identifier.
    pub document_id: String,
    /// Packages that may be dispensed, the prescribed product first.
    pub packages: Vec<PackageLine>,
    /// What is said of what the database does not have; absent where it has what was prescribed.
    pub unlisted: Option<UnlistedView>,
    /// Whether the prescribed package is exchanged; absent where none is chosen.
    pub exchange: Option<ExchangeView>,
    /// Whether a pharmacist may deviate from it, and how that stands; absent where that path is closed to all.
    pub deviation: Option<DeviationView>,
    /// What is proposed now.
    pub proposal: Option<ProposalView>,
    /// What was scanned of the packages in the hand; nothing where nothing was.
    pub in_hand: Option<InHandView>,
}

/// A dosage as it would be written out for the label (field 152).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LabelSuggestion {
    /// The whole text; the label's own where nothing could be written out.
    pub text: String,
    /// Whether it differs from the label's own, so that there is something to confirm.
    pub changes: bool,
    /// The text part by part.
    pub parts: Vec<SuggestionPart>,
}

/// A part of a suggestion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionPart {
    /// As it is suggested.
    pub text: String,
    /// What was done with it.
    pub kind: SuggestionKind,
}

/// What was done with a part of a dosage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum SuggestionKind {
    /// It is no abbreviation.
    Kept,
    /// It was written out.
    Expanded,
    /// It was not understood and stays: a person must look.
    Unknown,
}

/// One dosing season of a structured dosage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StructuredDosage {
    /// A sentence.
    pub text: String,
    /// Whether all of it is said with certainty; where not, coded facts stand in brackets.
    pub sure: bool,
}

/// A label and its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// What.
    pub label: String,
    /// Its value.
    pub text: String,
    /// Whether it should stand out.
    pub strong: bool,
}

/// One package of the Pharmaceutical Database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackageLine {
    /// Its number.
    pub vnr: String,
    /// "DIAPAM 10 mg".
    pub name: String,
    /// "ORION OYJ".
    pub holder: String,
    /// "100 fol".
    pub size: String,
    /// "3,86 €".
    pub price: String,
    /// Whether it is another product than the prescribed one.
    pub substitutes: bool,
    /// The one that is chosen.
    pub chosen: bool,
    /// Its reference price, "4,62 €", where it has one.
    pub reference: Option<String>,
    /// What the customer pays of what would be given of it; absent where that is not known.
    pub pays: Option<String>,
    /// Whether it is of the prescribed one's group and class of sizes.
    pub exchangeable: bool,
    /// Whether only a deviation from the prescription allows it.
    pub deviates: bool,
    /// "edullisin", "saatavuushäiriö" and the like.
    pub marks: Vec<Chip>,
    /// Why it may not be given in the exchange, in one sentence.
    pub hindered: Option<String>,
    /// What the customer pays in the other cases.
    pub cases: Vec<Fact>,
}

/// What is proposed to be dispensed, with every rule's answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProposalView {
    /// The chosen package; absent where the database does not have what is given.
    pub vnr: Option<String>,
    /// How many packages, 1 for a part package.
    pub packages: u32,
    /// How many units are given: "21".
    pub amount: String,
    /// "fol".
    pub unit: String,
    /// Whether a package is split.
    pub part_package: bool,
    /// "21 fol".
    pub delivered: String,
    /// "2X21 fol", or what else stands in field 103.
    pub remaining_after: String,
    /// Nothing is left afterwards.
    pub fully_dispensed: bool,
    /// "3,86 €".
    pub price: String,
    /// A person's reason, where one was given.
    pub reason: Option<String>,
    /// Every rule, hindering ones first.
    pub checks: Vec<CheckLine>,
    /// How many rules passed.
    pub passed: u32,
    /// Whether the person logged in may put it in the basket: a student may, to prepare it.
    pub may_add: bool,
    /// Whether the person logged in may sign it.
    pub may_sign: bool,
}

/// One rule's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckLine {
    /// "DI-7b".
    pub rule: String,
    /// Its answer.
    pub outcome: CheckOutcome,
    /// One sentence.
    pub sentence: String,
    /// What to do.
    pub advice: String,
    /// Of a safety check: what it is about, in a few words; empty of a rule of the trade.
    pub subject: String,
    /// Of a safety check: on what it rests and of which day that is; empty of a rule of the trade.
    pub data: String,
    /// Whether the sentence names another medicine of the customer: a covered screen does not show it.
    pub names_another: bool,
}

/// A rule's answer, as `prescription::Outcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum CheckOutcome {
    /// Nothing to say.
    Pass,
    /// What it needs is missing: nobody has looked.
    Unchecked,
    /// Worth knowing.
    Note,
    /// Allowed, with the person's reason.
    Reasoned,
    /// Allowed only with a reason, which is missing.
    NeedsReason,
    /// Not allowed.
    Stop,
}

/// One thing that will be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BasketLine {
    /// Names the prescription.
    pub set_id: String,
    /// "DIAPAM 10 mg, 21 fol".
    pub title: String,
    /// "osapakkaus" and the like.
    pub detail: String,
    /// "3,86 €".
    pub price: String,
    /// "Onni Opiskelija", where a student prepared it (DI-3).
    pub prepared_by: Option<String>,
}

/// One signed dispensation and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignedLine {
    /// Identifier of the document.
    pub document_id: String,
    /// "DIAPAM 10 mg, 21 fol".
    pub title: String,
    /// Where it is.
    pub state: DocumentState,
    /// Why it waits, or who refused it, in one sentence.
    pub problem: Option<Problem>,
}

/// Where a signed document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentState {
    /// Durable here, being sent or about to be.
    Saved,
    /// Durable here, and the Centre was not reached: it will be tried again by itself.
    Waiting,
    /// The Centre has it.
    Accepted,
    /// The Centre has it, and it conflicts with what happened meanwhile: a person must settle it.
    AcceptedInConflict,
    /// The Centre refused it: a person must settle it.
    Refused,
    /// A person has settled it.
    Settled,
}

/// One row of the waiting desk and of the manager's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DispensationRow {
    /// Identifier of the document.
    pub document_id: String,
    /// "2026-11-22 10:42:05", Finnish time.
    pub at: String,
    /// Who dispensed.
    pub person: String,
    /// Registration number of that person.
    pub registration: String,
    /// "Potilas, P." — no identity code in a list.
    pub customer: String,
    /// "DIAPAM 10 mg".
    pub product: String,
    /// "21 fol".
    pub amount: String,
    /// What remained, as stated.
    pub remaining: String,
    /// Where it is.
    pub state: DocumentState,
    /// How often it was tried.
    pub attempts: u32,
    /// Last error's code.
    pub last_error: Option<String>,
    /// Why, in one sentence; empty when accepted.
    pub sentence: String,
    /// Each thing that it conflicts with, a sentence each; empty where there is none, or it is settled.
    pub conflicts: Vec<String>,
    /// Who settled it, when and how.
    pub settled: Option<Settled>,
    /// When the next attempt is, "10.43".
    pub next_try: Option<String>,
    /// The prescription it was made from.
    pub prescription_id: String,
}

/// How a person settled a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settled {
    /// Registration number of the person.
    pub by: String,
    /// "Siri Salminen", where it is known.
    pub name: Option<String>,
    /// "25.11.2026 12.31".
    pub at: String,
    /// The person's note.
    pub note: String,
}

/// A day's list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DayList {
    /// "2026-11-22".
    pub day: String,
    /// Newest first.
    pub rows: Vec<DispensationRow>,
}

/// A file's content for the host to save where the person says.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// A name without anybody's data: "dispensations-2026-11-22.csv".
    pub file_name: String,
    /// The file itself.
    pub content: String,
    /// Where it was written, if the host wrote it.
    pub path: Option<String>,
}

/// A document as the manager sees it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DocumentView {
    /// Identifier.
    pub document_id: String,
    /// The exact XML that was signed.
    pub xml: String,
    /// Where it is.
    pub state: DocumentState,
    /// What happened to it, oldest first.
    pub history: Vec<Fact>,
}

/// What changed, pushed to hosts; a host asks again for what it shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Event {
    /// A card came or went.
    Card {
        /// As it is now.
        card: CardView,
    },
    /// Somebody logged in or out, or the card's removal locked the session.
    Session {
        /// As it is now.
        session: Option<SessionView>,
    },
    /// A document moved.
    Document {
        /// Which.
        document_id: String,
        /// Where to.
        state: DocumentState,
        /// Counts after it.
        counts: OutboxCounts,
    },
    /// A link of the chain changed.
    Health {
        /// All links.
        lines: Vec<HealthLine>,
        /// How fresh what is seen is.
        freshness: Freshness,
    },
    /// A scanner that the program reads itself has sent a code: the host asks `scan` with it, as if a scanner had typed it. It
    /// may be a prescription's identifier, and is held like a secret.
    Scanned {
        /// What it sent.
        #[ts(type = "string")]
        text: ScannedText,
    },
    /// A scanner that the program reads itself has sent what is no code, or not the whole of one.
    ScanFailed {
        /// What to tell the person.
        problem: Problem,
    },
    /// What somebody should hear of has changed.
    Notices {
        /// As it is now.
        notices: Vec<NoticeView>,
    },
}
