//! The catalogue of what can be asked of the program.
//!
//! Declared once, in [`catalogue`]: *requests* with one answer each, *events* that are pushed, *secrets* that no log and
//! no transcript holds. The window and the headless host are thin: both hand a [`Request`] to [`answer`]. The page's
//! TypeScript types come from the same place.

mod bell;
mod catalogue;
mod checking;
mod clock;
mod conflicts;
mod credentials;
mod daily;
mod deviating;
mod dosage;
mod editions;
mod exchange;
mod fetching;
mod freshness;
mod health;
mod history;
mod keeping;
mod labelling;
mod links;
mod near_misses;
mod notices;
mod outage;
mod pin;
mod program;
mod purchases;
mod reader;
mod remnants;
mod render;
mod revocation;
mod roles;
mod scanner;
mod scanner_test;
mod scanning;
mod secret;
mod sentences;
mod settings;
mod start;
mod telling;
mod unconfirmed;
mod unlisted;
mod views;
mod waiting;
mod words;

pub use ::scs::certificates;
pub use catalogue::*;
pub use checking::CheckSettings;
pub use deviating::{Deviate, DeviationList, DeviationReasonLine, DeviationRow, DeviationView, StatedDeviation};
pub use exchange::{ExchangeView, IndicationSaid, PaymentView};
pub use fetching::{EditionsError, fetch_editions};
pub use freshness::Freshness;
pub use health::Examination;
pub use keeping::{key_problem, record_problem};
pub use labelling::{
    LabelBox, LabelKind, LabelPrinter, LabelSheet, LabelState, LabelText, LabelView, OnLabel, PrintedLabel,
    PrintedLabels,
};
pub use links::{FindLinks, LearntLinks, LinkView, OnLink};
pub use near_misses::{NearMiss, NearMisses};
pub use notices::{NoticeKind, NoticeView};
pub use outage::*;
pub use remnants::{DiscardRemnant, PartView, RemnantList, RemnantRow, SplitNew};
pub use scanner::ScannerAt;
pub use scanner_test::{ScannerCode, ScannerTest};
pub use scanning::*;
pub use secret::{ScannedText, Secret};
pub use settings::{
    Card, Centre, Environment, Fetch, Health, KeyPlace, Medicines, Notices, Pharmacy, Printers, Purchases,
    RecordKeeping, Rights, Session, Settings, Trust,
};
pub use start::{Started, end, examine, start};
pub use unconfirmed::{Unconfirmed, UnconfirmedRow};
pub use unlisted::{GiveUnlisted, SaidOfUnlisted, UnlistedView};
pub use views::*;
pub use waiting::{PAGE_ROWS, WaitingDesk, WaitingGroup, WaitingPage, WaitingPart, WaitingRow};
