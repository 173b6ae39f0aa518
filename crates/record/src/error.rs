//! What can go wrong with a record, each with a stable code for programs.
//!
//! One rule makes these errors usable at the counter: every error of a write other than
//! [`RecordError::Uncertain`] means that nothing was saved.

use thiserror::Error;

use crate::OutboxState;

/// What can go wrong with a record. `sqlite` is SQLite's extended result code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The file must be there and is not.
    #[error("the record's file is missing")]
    Missing,
    /// Another program (or another part of this one) has the file open.
    #[error("the record is already open in another program")]
    InUse,
    /// The file cannot be read with this key: another key made it, or its beginning is damaged.
    #[error("the record cannot be read with this key")]
    WrongKey,
    /// The file opens with the key, but it is not a record of this program.
    #[error("the file is not a record of this program")]
    NotARecord,
    /// A newer program wrote the file. It is left as it is.
    #[error("the record has format {found}, this program knows formats up to {known}")]
    NewerSchema {
        /// The file's format.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// The file's content contradicts itself.
    #[error("the record's file is damaged")]
    Damaged,
    /// The disk failed, or the file may not be written. Nothing was saved.
    #[error("the record's disk failed (SQLite code {sqlite})")]
    Disk {
        /// SQLite's extended result code.
        sqlite: i32,
    },
    /// The disk is full. Nothing was saved.
    #[error("the record's disk is full")]
    DiskFull,
    /// The disk failed while the write was being made durable, and it could not be undone either: whether it was
    /// saved is known only when the record can be written again. Committing the same documents again is safe.
    #[error("the disk failed while saving; it is not known whether it was saved")]
    Uncertain,
    /// A value is larger than its limit.
    #[error("{what} is larger than its limit of {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit, in bytes or pieces.
        limit: usize,
    },
    /// The kind's name is not made of lower-case words with dots, or it is one of the record's own.
    #[error("the kind of an event is malformed or reserved")]
    BadKind,
    /// The document's identifier is already used for something else.
    #[error("document {document_id} is already in the record with other content")]
    DocumentConflict {
        /// The document's OID.
        document_id: String,
    },
    /// No such document.
    #[error("document {document_id} is not in the record")]
    UnknownDocument {
        /// The document's OID.
        document_id: String,
    },
    /// No such event, or it is already erased.
    #[error("event {sequence} is not in the record or has no payload any more")]
    UnknownEvent {
        /// The event's place in the journal.
        sequence: u64,
    },
    /// What was asked cannot happen to a document in this state.
    #[error("document {document_id} is {state}: this cannot happen to it")]
    WrongState {
        /// The document's OID.
        document_id: String,
        /// The state that it is in.
        state: OutboxState,
    },
    /// There is nothing to write.
    #[error("there is nothing to write")]
    EmptyBatch,
    /// No random bytes could be had for the salts.
    #[error("no random bytes could be had")]
    NoRandomness,
    /// A file of that name is there already; it is not overwritten.
    #[error("a file of that name is there already")]
    Exists,
    /// Another backup is being made.
    #[error("another backup is being made")]
    BackupRunning,
    /// The copy, or the backup, is not whole.
    #[error("the backup is not whole")]
    BackupUnsound,
    /// The record has what the backup has not: it is replaced only when that is said.
    #[error("the record has {record} events, the backup {backup}; they differ")]
    RestoreWouldLose {
        /// The record's last event.
        record: u64,
        /// The backup's last event.
        backup: u64,
    },
    /// What is there cannot be read: it is replaced only when that is said.
    #[error("the file that is there cannot be read with this key")]
    RestoreOverUnreadable,
    /// The record is closed: its owner is gone.
    #[error("the record is closed")]
    Closed,
    /// SQLite did not take a setting that durability or secrecy rests on.
    #[error("SQLite did not take the setting {setting}")]
    Settings {
        /// The setting's name.
        setting: &'static str,
    },
    /// SQLite refused a statement: a fault of this program.
    #[error("SQLite refused a statement (code {sqlite})")]
    Internal {
        /// SQLite's extended result code; 0 when the fault was outside SQLite.
        sqlite: i32,
    },
}

impl RecordError {
    /// The stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            RecordError::Missing => "record-missing",
            RecordError::InUse => "record-in-use",
            RecordError::WrongKey => "record-wrong-key",
            RecordError::NotARecord => "record-not-a-record",
            RecordError::NewerSchema { .. } => "record-newer-schema",
            RecordError::Damaged => "record-damaged",
            RecordError::Disk { .. } => "record-disk",
            RecordError::DiskFull => "record-disk-full",
            RecordError::Uncertain => "record-uncertain",
            RecordError::TooLarge { .. } => "record-too-large",
            RecordError::BadKind => "record-bad-kind",
            RecordError::DocumentConflict { .. } => "record-document-conflict",
            RecordError::UnknownDocument { .. } => "record-unknown-document",
            RecordError::UnknownEvent { .. } => "record-unknown-event",
            RecordError::WrongState { .. } => "record-wrong-state",
            RecordError::EmptyBatch => "record-empty-batch",
            RecordError::NoRandomness => "record-no-randomness",
            RecordError::Exists => "record-file-exists",
            RecordError::BackupRunning => "record-backup-running",
            RecordError::BackupUnsound => "record-backup-unsound",
            RecordError::RestoreWouldLose { .. } => "record-restore-would-lose",
            RecordError::RestoreOverUnreadable => "record-restore-over-unreadable",
            RecordError::Closed => "record-closed",
            RecordError::Settings { .. } => "record-settings",
            RecordError::Internal { .. } => "record-internal",
        }
    }
}

impl From<rusqlite::Error> for RecordError {
    fn from(error: rusqlite::Error) -> RecordError {
        use rusqlite::ErrorCode;
        let Some(failure) = error.sqlite_error() else {
            return match error {
                // The columns are typed by the schema: another type means another hand.
                rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::QueryReturnedNoRows => RecordError::Damaged,
                _ => RecordError::Internal { sqlite: 0 },
            };
        };
        let sqlite = failure.extended_code;
        match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
                RecordError::InUse
            }
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => RecordError::Damaged,
            ErrorCode::DiskFull => RecordError::DiskFull,
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
                RecordError::Disk { sqlite }
            }
            _ => RecordError::Internal { sqlite },
        }
    }
}
