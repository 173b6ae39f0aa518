//! What the tests share: a key, a clock, a document, and a file of their own.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use record::{Batch, Key, NewDocument, NewEvent, Options, Record};
use serde_json::json;

/// The key of every test's record.
pub fn key() -> Key {
    Key::new([7; 32])
}

/// A moment: some seconds after the tests' beginning of time.
pub fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// Ordinary options at the beginning of time.
pub fn options() -> Options {
    Options::new(3, at(0))
}

/// A folder of its own with a record's file in it, not yet made.
pub struct Room {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Room {
    pub fn new() -> Room {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.db");
        Room { _folder: folder, path }
    }

    pub fn open(&self) -> Record {
        open(&self.path)
    }

    /// The file by SQLite alone, with its key: as somebody would who wants to change the past.
    pub fn raw(&self) -> rusqlite::Connection {
        raw(&self.path)
    }
}

pub fn open(path: &Path) -> Record {
    Record::open(path, &key(), options()).unwrap()
}

pub fn raw(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\";", "07".repeat(32))).unwrap();
    connection
}

/// A document of a prescription.
pub fn document(id: &str, prescription: &str) -> NewDocument {
    NewDocument {
        document_id: format!("1.2.246.10.99999999.93.2026.{id}"),
        set_id: format!("1.2.246.10.99999999.93.2026.{id}"),
        prescription_set_id: format!("1.2.246.10.88888888.93.2026.{prescription}"),
        kind_code: "10".to_owned(),
        bytes: format!("<ClinicalDocument>toimitus {id} ääkkösin</ClinicalDocument>").into_bytes(),
        summary: json!({ "medicine": format!("lääke {id}") }),
    }
}

/// The OID of a document.
pub fn oid(id: &str) -> String {
    document(id, "1").document_id
}

/// A dispensation: one event and one document.
pub fn dispensation(id: &str, prescription: &str) -> Batch {
    Batch::new(at(1))
        .by("12345678903")
        .event(NewEvent::new("dispensation.saved", at(1), json!({ "number": id })).by("12345678903").about(oid(id)))
        .document(document(id, prescription))
}
