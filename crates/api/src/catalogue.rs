//! Every request, once: its name, what it takes, what it gives. A host that implements [`Program`] without one of them
//! does not compile.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    BackupMade, CredentialsView, DayList, Deviate, DeviationList, DiscardRemnant, DocumentView, Export, FindLinks,
    FindPackages, FoundPackages, GiveUnlisted, HandOverChecks, HandOverForm, HandOverList, HandOverSaved,
    IndicationSaid, LabelView, LearntLinks, NearMisses, OnHandOver, OnLabel, OnLink, OutagePack, OutboxCounts,
    PrescriptionView, PrintedLabels, Problem, RemnantList, Scan, ScanView, ScannerCode, ScannerTest, Secret,
    SessionView, SettleHandOver, SplitNew, Status, StorePrescription, StoringChecked, StoringDraft, StoringForm,
    StoringSaved, Unconfirmed, VisitView, WaitingDesk, WaitingPage,
};

macro_rules! catalogue {
    ($($(#[$doc:meta])* $method:ident / $variant:ident ($takes:ident) -> $gives:ident;)*) => {
        /// One request: `{"ask": "search", "with": {…}}`.
        #[derive(Debug, Clone, Deserialize)]
        #[serde(tag = "ask", content = "with", rename_all = "snake_case", deny_unknown_fields)]
        pub enum Request { $($(#[$doc])* $variant($takes),)* }

        impl Request {
            /// The names of all requests, in the order of the catalogue.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($method)),*];

            /// The name of this one.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => stringify!($method),)* }
            }
        }

        /// The program as a host sees it. Every call may block: hosts call it from a thread of their own.
        pub trait Program: Send + Sync {
            $($(#[$doc])* fn $method(&self, with: $takes) -> Result<$gives, Problem>;)*
        }

        /// Answers one request.
        pub fn answer(program: &dyn Program, request: Request) -> Result<serde_json::Value, Problem> {
            match request {
                $(Request::$variant(with) => program.$method(with).map(|given| {
                    serde_json::to_value(given).unwrap_or(serde_json::Value::Null)
                }),)*
            }
        }

        /// The catalogue as a TypeScript interface: name, what it takes, what it gives.
        pub fn typescript_catalogue() -> String {
            let mut text = String::from("export interface Catalogue {\n");
            $(text.push_str(concat!(
                "  ", stringify!($method), ": { with: ", stringify!($takes), "; gives: ", stringify!($gives), " };\n"
            ));)*
            text.push_str("}\n");
            text
        }
    };
}

catalogue! {
    /// Everything that the frame of the screen shows.
    status / Status (Nothing) -> Status;
    /// Sets the language of sentences.
    set_language / SetLanguage (SetLanguage) -> Status;
    /// Looks at every link of the chain anew, and gives the frame. Blocks, for a bounded time.
    examine / Examine (Nothing) -> Status;
    /// Takes one digit of a PIN that somebody is typing: the page keeps none.
    pin_digit / PinDigit (PinDigit) -> Nothing;
    /// Forgets the digits that were typed.
    pin_erase / PinErase (PinErase) -> Nothing;
    /// Somebody is at the keyboard: the session does not count as idle.
    still_here / StillHere (Nothing) -> Nothing;
    /// Opens a session for the card in the reader with PIN1.
    log_in / LogIn (LogIn) -> SessionView;
    /// Ends the session; an open visit is closed and its working copies are removed.
    log_out / LogOut (Nothing) -> Status;
    /// Opens a visit by what was typed or scanned: an identity code or a prescription's identifier.
    search / Search (Search) -> VisitView;
    /// The visit as it is now; a problem "no-visit" when none is open.
    visit / Visit (Nothing) -> VisitView;
    /// Takes one prescription of the visit in hand: fetches its documents and proposes what may be dispensed.
    open / Open (OnPrescription) -> PrescriptionView;
    /// Changes what is proposed and answers every rule.
    propose / Propose (Propose) -> PrescriptionView;
    /// Asks Kela what the visit's customer has paid this year, with the permission that the customer gave. No answer is no
    /// problem: the visit says so, and counts without reimbursement.
    ask_kela / AskKela (Nothing) -> VisitView;
    /// Takes what a scanner typed or sent: a package is compared with the chosen one, a prescription's identifier is told.
    scan / Scan (Scan) -> ScanView;
    /// The code that a scanner reads from the screen when it is set up.
    scanner_code / ScannerCode (Nothing) -> ScannerCode;
    /// Judges the scan of that code: what the scanner's way into the computer does to it, and what to set.
    test_scanner / TestScanner (Scan) -> ScannerTest;
    /// A pharmacist says that the number nobody knew is the chosen package's: it is known from now on.
    confirm_scan / ConfirmScan (OnPrescription) -> PrescriptionView;
    /// Puts aside what was scanned and is not the chosen package; else everything that was scanned of the prescription.
    put_aside / PutAside (OnPrescription) -> PrescriptionView;
    /// A day's near misses: packages that were scanned and were not the chosen one.
    near_misses / NearMisses (OnDay) -> NearMisses;
    /// A day's dispensations that deviated from their prescriptions or corrected them.
    deviations / Deviations (OnDay) -> DeviationList;
    /// Of a part: a new package is split, although what is left of another of its batch would do; or that is taken after all.
    split_new / SplitNew (SplitNew) -> PrescriptionView;
    /// What of prices and reimbursement could not be read and is to be confirmed.
    unconfirmed / Unconfirmed (Nothing) -> Unconfirmed;
    /// What is left of split packages at this workstation.
    remnants / Remnants (Nothing) -> RemnantList;
    /// What is left of a package is discarded, by one who may dispense.
    discard_remnant / DiscardRemnant (DiscardRemnant) -> RemnantList;
    /// A pharmacist deviates from the prescription, or corrects an obvious error in it, for a coded reason (Medicines Act 57 f,
    /// 57 g); or takes that back.
    deviate / Deviate (Deviate) -> PrescriptionView;
    /// What the database does not have is given as a person says: what the pharmacy makes, or what stands outside the database.
    give_unlisted / GiveUnlisted (GiveUnlisted) -> PrescriptionView;
    /// What was learnt here of item numbers: what a person has confirmed once to be a package's.
    learnt_links / LearntLinks (FindLinks) -> LearntLinks;
    /// Takes back a link that was learnt wrongly; who did and when is kept. For a person who may dispense.
    take_back_link / TakeBackLink (OnLink) -> Nothing;
    /// Puts the proposal in the basket.
    add / Add (OnPrescription) -> VisitView;
    /// Takes it out again.
    remove / Remove (OnPrescription) -> VisitView;
    /// A prescription's label as it would be printed now, and whether it was.
    label / Label (OnLabel) -> LabelView;
    /// Prints it; again, and marked so, where it was printed before.
    print_label / PrintLabel (OnLabel) -> LabelView;
    /// What was printed on a day.
    printed_labels / PrintedLabels (OnDay) -> PrintedLabels;
    /// Signs the basket with PIN2, makes it durable, and gives it to the outbox.
    sign / Sign (Sign) -> VisitView;
    /// Closes the visit and removes its working copies.
    close_visit / CloseVisit (Nothing) -> Status;
    /// What waits for the Centre or for a person, a page at a time.
    waiting / Waiting (WaitingPage) -> WaitingDesk;
    /// Has a refused document sent again as it is.
    resend / Resend (OnDocument) -> OutboxCounts;
    /// Settles a refused document, or one that the Centre took in conflict, with a note that says how.
    settle / Settle (SettleDocument) -> OutboxCounts;
    /// Tries to send what waits now.
    send_now / SendNow (Nothing) -> OutboxCounts;
    /// The manager's list of a day.
    review_day / ReviewDay (OnDay) -> DayList;
    /// The same as a file.
    export_day / ExportDay (OnDay) -> Export;
    /// One document with its history.
    document / Document (OnDocument) -> DocumentView;
    /// Packages of the database that may be meant, by words or number.
    find_packages / FindPackages (FindPackages) -> FoundPackages;
    /// What the rules say of a hand-over in an outage, as far as it is entered. Asks nobody.
    check_hand_over / CheckHandOver (HandOverForm) -> HandOverChecks;
    /// Saves a hand-over in an outage: durable when it is answered, without a network.
    hand_over / HandOver (HandOverForm) -> HandOverSaved;
    /// What was handed over in an outage and has no document yet.
    hand_overs / HandOvers (Nothing) -> HandOverList;
    /// Opens a visit in which the document of a hand-over is written, by who handed over.
    write_up / WriteUp (OnHandOver) -> VisitView;
    /// What the form begins with in which the telephone or paper prescription of a hand-over is stored.
    storing / Storing (OnHandOver) -> StoringDraft;
    /// What the rules say of it, as far as it is entered. Asks nobody.
    check_storing / CheckStoring (StoringForm) -> StoringChecked;
    /// Signs the prescription and its dispensation with PIN2, makes them durable, and gives them to the outbox.
    store_prescription / StorePrescription (StorePrescription) -> StoringSaved;
    /// Settles a hand-over without its document, with a note that says how.
    settle_hand_over / SettleHandOver (SettleHandOver) -> OutboxCounts;
    /// The paper pack for emergencies: a blank form.
    outage_pack / OutagePack (Nothing) -> OutagePack;
    /// What the right and the certificates of whoever is logged in rest on.
    credentials / Credentials (Nothing) -> CredentialsView;
    /// Makes a backup of the record while the counter works, in the folder that the settings name.
    backup / Backup (Nothing) -> BackupMade;
}

/// Takes nothing.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// See [`Program::set_language`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetLanguage {
    /// fi, sv or en.
    pub language: String,
}

/// See [`Program::log_in`].
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LogIn {
    /// PIN1, where a host has it whole.
    #[ts(optional, type = "string")]
    pub pin: Option<Secret>,
    /// The entry under which its digits came, where they came one by one.
    #[ts(optional, type = "number")]
    pub entry: Option<u64>,
    /// The holder enters it where [`crate::CardView::pin_at`] says: this program never has it.
    #[ts(optional)]
    pub elsewhere: Option<bool>,
    /// Whether the last try may be spent: the person was warned and said yes.
    #[ts(optional)]
    pub allow_last_try: Option<bool>,
}

/// See [`Program::pin_digit`].
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PinDigit {
    /// Which time of typing a PIN this is; a greater number is a new beginning.
    #[ts(type = "number")]
    pub entry: u64,
    /// The digit's place, from 0.
    pub at: u8,
    /// The digit.
    #[ts(type = "string")]
    pub digit: Secret,
}

/// See [`Program::pin_erase`].
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PinErase {
    /// The entry whose digits are forgotten, with all before it.
    #[ts(type = "number")]
    pub entry: u64,
}

/// See [`Program::search`].
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Search {
    /// What was typed or scanned; at most 200 characters.
    #[ts(type = "string")]
    pub text: Secret,
    /// Who is here: "self" or "other".
    pub acting: String,
    /// With what right "other" acts: "instruction", "kela-card", "electronic-authorisation", "guardian".
    #[ts(optional)]
    pub basis: Option<String>,
    /// The medicine that is named with a Kela card; three letters at least.
    #[ts(optional)]
    pub medicine: Option<String>,
    /// How the person was identified: "identity-card", "driving-licence", "passport", "kela-card", "instruction", "known".
    pub identified: String,
}

/// Names a prescription of the visit.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnPrescription {
    /// Its set identifier.
    pub set_id: String,
}

/// See [`Program::propose`]. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Propose {
    /// Which prescription.
    pub set_id: String,
    /// Another package.
    #[ts(optional)]
    pub vnr: Option<String>,
    /// How many units to give, "21". Fewer than the package holds means a part package.
    #[ts(optional)]
    pub amount: Option<String>,
    /// The dosage as the label says it.
    #[ts(optional)]
    pub label_dosage: Option<String>,
    /// A person's reason for what a rule allows with a reason.
    #[ts(optional)]
    pub reason: Option<String>,
    /// Whether the customer refuses the exchange.
    #[ts(optional)]
    pub refuses: Option<bool>,
    /// For what the medicine is taken, where that hinders an exchange.
    #[ts(optional)]
    pub indication: Option<IndicationSaid>,
}

/// See [`Program::sign`].
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sign {
    /// PIN2, where a host has it whole.
    #[ts(optional, type = "string")]
    pub pin: Option<Secret>,
    /// The entry under which its digits came, where they came one by one.
    #[ts(optional, type = "number")]
    pub entry: Option<u64>,
    /// The holder enters it where [`crate::CardView::pin_at`] says: this program never has it.
    #[ts(optional)]
    pub elsewhere: Option<bool>,
    /// Whether the last try may be spent: the person was warned and said yes.
    #[ts(optional)]
    pub allow_last_try: Option<bool>,
    /// How long to wait for the Centre's answer before returning, milliseconds, at most 10,000.
    #[ts(optional)]
    pub wait_ms: Option<u32>,
}

/// Names a day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnDay {
    /// "2026-11-22"; today where it is absent.
    #[ts(optional)]
    pub day: Option<String>,
}

/// Names a document.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnDocument {
    /// Its identifier.
    pub document_id: String,
}

/// See [`Program::settle`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettleDocument {
    /// Its identifier.
    pub document_id: String,
    /// What was found and done: at least a word, at most 1,000 characters.
    pub note: String,
}
