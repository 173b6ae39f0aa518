//! What must not be forgotten: the pharmacy's journal and outbox, in one encrypted SQLite file at which one works at a time.
//!
//! It serves the promises *durable before saved*, *one identity*, *no silent loss* and *append only*: a call that
//! was answered is on the disk, a document that the Centre has not answered is never dropped, and a changed past
//! is found. What the events mean is left to `counter`; how documents travel, to `kanta-client`; the file's key,
//! to whoever keeps the operating system's key store. Time and randomness are handed in.
//!
//! A reader may begin at [`Record`], then read `owner` (how a write becomes durable), `chain` and `outbox`.

mod backup;
mod chain;
mod door;
mod error;
mod file;
mod files;
mod hand;
mod journal;
mod key;
mod limits;
mod options;
mod outage;
mod outbox;
mod owner;
mod question;
mod record;
mod restore;
mod time;
mod verify;

pub use backup::Backup;
pub use chain::{Fault, Head, Sequence};
pub use error::RecordError;
pub use files::{Files, Hold, OsFiles};
pub use hand::InHand;
pub use journal::{Batch, Committed, Erasure, Event, EventFilter, NewEvent, Period, Settlement, kinds};
pub use key::Key;
pub use limits::*;
pub use options::{NoRandomness, Options, Randomness};
pub use outage::{NewOutageEntry, OutageEntry, OutageFilter, OutageState, Written};
pub use outbox::{
    Change, Counts, Due, Lease, NewDocument, OutboxFilter, OutboxItem, OutboxState, RELEASE, StoredDocument,
};
pub use record::{Identity, Record};
pub use restore::{Lost, Restored};
pub use verify::VerifyReport;
