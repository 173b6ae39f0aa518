//! What the Centre keeps, and the one way in which it changes: a whole decision, taken or not taken.
//!
//! A store knows documents as bytes, their chains as projections, and the log as linked entries; it knows no rule and
//! reads no document. No SQL type passes this border, so that a store on another database can follow.

mod gather;
mod lagging;
mod memory;
mod parts;
mod sqlite;

use chrono::{DateTime, Utc};
use prescription::{Conflict, DocumentType, Oid, SignatureTrust};

use crate::chain::Chain;
use crate::log::{Entry, Head, NewEntry};

pub use gather::Gather;
pub use lagging::Lagging;
pub use memory::MemoryStore;
pub use parts::{Part, Whose};
pub use sqlite::SqliteStore;

/// A document as the Centre keeps it: exact bytes, and what was known when it came.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// `id/@root`.
    pub id: Oid,
    /// `setId/@root`.
    pub set_id: Oid,
    /// `versionNumber`.
    pub version: u32,
    /// Type of message.
    pub document_type: DocumentType,
    /// The set of the prescription that it belongs to: its own, or that which it names.
    pub prescription_set: Oid,
    /// The organisation that sent it, by its certificate; absent where the Centre's keeper loaded it.
    pub organisation: Option<Oid>,
    /// When it was stored, by the Centre's clock.
    pub received_at: DateTime<Utc>,
    /// SHA-256 of the bytes as they were sent, before the Centre signed them (promise 2).
    pub sent_digest: [u8; 32],
    /// What its signatures were worth when it came.
    pub trust: SignatureTrust,
    /// What it conflicted with when it came, late, after the medicine had been handed over.
    pub conflicts: Vec<Conflict>,
    /// The document, with the Centre's signature where it has one.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for StoredDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredDocument({}, {} bytes)", self.id, self.bytes.len())
    }
}

/// The revision of a chain that a decision was made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The prescription's set.
    pub prescription_set: Oid,
    /// Its revision; 0 where it must not be there.
    pub revision: u64,
}

/// One decision: all of it is taken, or nothing.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// What must still be so.
    pub expected: Vec<Expected>,
    /// New documents.
    pub documents: Vec<StoredDocument>,
    /// What the log says of it.
    pub log: Vec<NewEntry>,
    /// The chains as they are afterwards.
    pub projection: Vec<Chain>,
    /// Late documents whose conflict a supervisor has settled.
    pub settled: Vec<Oid>,
    /// Prescriptions' sets whose documents and chains are erased, because their lawful time has ended (LC-8).
    pub erased: Vec<Oid>,
}

impl Decision {
    /// A decision that only leaves its traces.
    pub fn only_log(entry: NewEntry) -> Self {
        Self { log: vec![entry], ..Self::default() }
    }
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All of it is on disk.
    Done,
    /// Something was otherwise than expected (a revision, or a document's identifier is taken): nothing was changed.
    Conflict,
}

/// Why a store could not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another program holds the store for too long.
    #[error("the store is busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// It is only there to be read.
    #[error("the store only reads")]
    OnlyReads,
    /// The store was made by a newer program.
    #[error("the store has schema {found}, this program knows {known}")]
    NewerSchema {
        /// What it has.
        found: i64,
        /// What is known.
        known: i64,
    },
    /// What was read is not what was written.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// Which part.
        what: &'static str,
    },
    /// The database failed otherwise; its own number.
    #[error("the database failed (SQLite code {0})")]
    Database(i32),
}

impl StoreError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "store-busy",
            Self::DiskFull => "store-disk-full",
            Self::OnlyReads => "store-only-reads",
            Self::NewerSchema { .. } => "store-newer-schema",
            Self::Damaged { .. } => "store-damaged",
            Self::Database(_) => "store-database",
        }
    }
}

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Documents of every type.
    pub documents: u64,
    /// Dispensations among them.
    pub dispensations: u64,
    /// Prescriptions (chains).
    pub prescriptions: u64,
    /// Entries of the log.
    pub log: u64,
    /// Prescriptions that were erased when their lawful time had ended (LC-8); only their identifiers are left.
    pub erased: u64,
}

/// A Centre's store.
pub trait Store: Send + Sync {
    /// Takes a whole decision, or nothing of it. `Done` means that it is on disk.
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError>;

    /// A document by its own identifier.
    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError>;

    /// Every document of a prescription's chain, in the order in which they came.
    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError>;

    /// A chain by its prescription's set.
    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError>;

    /// Chains of these people or of that organisation, in the order of their sets, after `after`; at most `limit`.
    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError>;

    /// Whether a supervisor has settled the conflict of a late document.
    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError>;

    /// Sets of all prescriptions after `after`, in order; at most `limit`.
    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError>;

    /// Entries of the log after `after`, oldest first; at most `limit`.
    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Entries of the log that tell of an organisation's use, after `after`, oldest first; at most `limit`. Erased ones are
    /// not found: nothing tells any more whose they were.
    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Erases payload and salt of every entry before an instant (promise 5); how many. The chain stays whole.
    fn erase_log(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;

    /// The end of the log, as noted beside it.
    fn log_head(&self) -> Result<Head, StoreError>;

    /// How much there is.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// What the store itself finds wrong with its file; nothing where all is well.
    fn integrity(&self) -> Result<Vec<String>, StoreError>;

    /// What is there now, as something that only reads and that nothing changes any more: for a fault of tests.
    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError>;

    /// Whether the store is to be unable to grow, as on a full disk: for a fault of tests.
    fn set_full(&self, full: bool) -> Result<(), StoreError>;
}
