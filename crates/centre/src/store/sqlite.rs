//! A store in one SQLite file: write-ahead log, synchronous FULL, so that what was answered is on disk.
//!
//! The file is plain: this Centre is for testing. Documents and log cannot be changed or removed through it (triggers);
//! only the projection is replaced, and it can always be computed again.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::DateTime;
use prescription::{DocumentType, Oid, PersonIdentityCode, SignatureTrust};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::{Counts, Decision, Outcome, Store, StoreError, StoredDocument};
use crate::chain::Chain;
use crate::log::{Entry, Head};

const SCHEMA: i64 = 1;

/// Migrations only go forward; the index is the schema that a step starts from.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE document (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        set_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        type TEXT NOT NULL,
        prescription_set TEXT NOT NULL,
        organisation TEXT,
        received_at_us INTEGER NOT NULL,
        sent_digest BLOB NOT NULL,
        trust TEXT NOT NULL,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX document_of_prescription ON document (prescription_set, sequence);
    CREATE TABLE chain (
        set_id TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        identity_code TEXT,
        value TEXT NOT NULL
    ) STRICT;
    CREATE INDEX chain_of_person ON chain (identity_code);
    CREATE TABLE log (
        sequence INTEGER PRIMARY KEY,
        at_us INTEGER NOT NULL,
        event TEXT NOT NULL,
        content BLOB NOT NULL,
        previous BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE log_beside (
        sequence INTEGER PRIMARY KEY REFERENCES log (sequence),
        salt BLOB NOT NULL,
        payload TEXT NOT NULL
    ) STRICT;
    CREATE TABLE log_head (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
    CREATE TRIGGER document_stays BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'append only'); END;
    CREATE TRIGGER document_same BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'append only'); END;
    CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'append only'); END;
    CREATE TRIGGER log_same BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'append only'); END;
"];

/// A Centre's store in a file.
pub struct SqliteStore(Mutex<Connection>);

impl SqliteStore {
    /// Opens the file, and makes it where it is not there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", "ON").map_err(failed)?;
        connection.pragma_update(None, "secure_delete", "ON").map_err(failed)?;
        migrate(&mut connection)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A transaction that was not committed rolls back when it is dropped, so a poisoned lock guards a whole file.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { found, known: SCHEMA });
    }
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(failed)?;
    transaction.commit().map_err(failed)
}

impl Store for SqliteStore {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        for expected in &decision.expected {
            let revision: Option<i64> = transaction
                .query_row("SELECT revision FROM chain WHERE set_id = ?1", [expected.prescription_set.as_str()], |r| {
                    r.get(0)
                })
                .optional()
                .map_err(failed)?;
            if revision.unwrap_or(0) != number(expected.revision) {
                return Ok(Outcome::Conflict);
            }
        }
        for document in &decision.documents {
            let taken = transaction
                .query_row("SELECT 1 FROM document WHERE id = ?1", [document.id.as_str()], |_| Ok(()))
                .optional()
                .map_err(failed)?;
            if taken.is_some() {
                return Ok(Outcome::Conflict);
            }
            insert_document(&transaction, document)?;
        }
        for chain in &decision.projection {
            upsert_chain(&transaction, chain)?;
        }
        let mut head = read_head(&transaction)?;
        for new in decision.log {
            let entry = head.link(new);
            head = entry.head();
            insert_entry(&transaction, &entry)?;
        }
        transaction
            .execute("INSERT OR REPLACE INTO log_head VALUES (1, ?1, ?2)", params![number(head.sequence), head.hash])
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(Outcome::Done)
    }

    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        let sql = format!("{DOCUMENT} WHERE id = ?1");
        let row = self.connection().query_row(&sql, [id.as_str()], document_row).optional().map_err(failed)?;
        row.transpose()
    }

    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        let sql = format!("{DOCUMENT} WHERE prescription_set = ?1 ORDER BY sequence");
        let connection = self.connection();
        let mut statement = connection.prepare(&sql).map_err(failed)?;
        let rows = statement.query_map([prescription_set.as_str()], document_row).map_err(failed)?;
        rows.map(|row| row.map_err(failed)?).collect()
    }

    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        let value: Option<String> = self
            .connection()
            .query_row("SELECT value FROM chain WHERE set_id = ?1", [prescription_set.as_str()], |row| row.get(0))
            .optional()
            .map_err(failed)?;
        value.map(|value| chain_of(&value)).transpose()
    }

    fn chains_of(&self, people: &[PersonIdentityCode], limit: usize) -> Result<Vec<Chain>, StoreError> {
        let codes = serde_json::to_string(people).map_err(|_| StoreError::Damaged { what: "query" })?;
        let connection = self.connection();
        let mut statement = connection
            .prepare(
                "SELECT value FROM chain WHERE identity_code IN (SELECT value FROM json_each(?1)) ORDER BY set_id LIMIT ?2",
            )
            .map_err(failed)?;
        let rows =
            statement.query_map(params![codes, number(limit as u64)], |row| row.get::<_, String>(0)).map_err(failed)?;
        rows.map(|value| chain_of(&value.map_err(failed)?)).collect()
    }

    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare("SELECT set_id FROM chain WHERE set_id > ?1 ORDER BY set_id LIMIT ?2")
            .map_err(failed)?;
        let after = after.map_or("", Oid::as_str);
        let rows =
            statement.query_map(params![after, number(limit as u64)], |row| row.get::<_, String>(0)).map_err(failed)?;
        rows.map(|set| oid(&set.map_err(failed)?)).collect()
    }

    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare(
                "SELECT log.sequence, at_us, event, content, previous, hash, salt, payload FROM log
                 LEFT JOIN log_beside USING (sequence) WHERE log.sequence > ?1 ORDER BY log.sequence LIMIT ?2",
            )
            .map_err(failed)?;
        let rows = statement.query_map(params![number(after), number(limit as u64)], entry_row).map_err(failed)?;
        rows.map(|row| row.map_err(failed)).collect()
    }

    fn log_head(&self) -> Result<Head, StoreError> {
        read_head(&self.connection())
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let count = |sql: &str| -> Result<u64, StoreError> {
            let count: i64 = self.connection().query_row(sql, [], |row| row.get(0)).map_err(failed)?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        Ok(Counts {
            documents: count("SELECT count(*) FROM document")?,
            dispensations: count("SELECT count(*) FROM document WHERE type = '10'")?,
            prescriptions: count("SELECT count(*) FROM chain")?,
            log: count("SELECT count(*) FROM log")?,
        })
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare("PRAGMA integrity_check").map_err(failed)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
        let answers: Vec<String> = rows.map(|row| row.map_err(failed)).collect::<Result<_, _>>()?;
        Ok(answers.into_iter().filter(|answer| answer != "ok").map(|answer| format!("file: {answer}")).collect())
    }
}

const DOCUMENT: &str = "SELECT id, set_id, version, type, prescription_set, organisation, received_at_us, sent_digest,
    trust, bytes FROM document";

fn insert_document(transaction: &Transaction<'_>, document: &StoredDocument) -> Result<(), StoreError> {
    transaction
        .execute(
            "INSERT INTO document (id, set_id, version, type, prescription_set, organisation, received_at_us, sent_digest,
             trust, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                document.id.as_str(),
                document.set_id.as_str(),
                document.version,
                document.document_type.code(),
                document.prescription_set.as_str(),
                document.organisation.as_ref().map(Oid::as_str),
                document.received_at.timestamp_micros(),
                document.sent_digest,
                trust_name(document.trust),
                document.bytes,
            ],
        )
        .map_err(failed)?;
    Ok(())
}

fn upsert_chain(transaction: &Transaction<'_>, chain: &Chain) -> Result<(), StoreError> {
    let value = serde_json::to_string(chain).map_err(|_| StoreError::Damaged { what: "chain" })?;
    transaction
        .execute(
            "INSERT OR REPLACE INTO chain (set_id, revision, identity_code, value) VALUES (?1, ?2, ?3, ?4)",
            params![
                chain.set_id.as_str(),
                number(chain.revision),
                chain.identity_code().map(PersonIdentityCode::reveal),
                value
            ],
        )
        .map_err(failed)?;
    Ok(())
}

fn insert_entry(transaction: &Transaction<'_>, entry: &Entry) -> Result<(), StoreError> {
    transaction
        .execute(
            "INSERT INTO log (sequence, at_us, event, content, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![number(entry.sequence), entry.at, entry.event, entry.content, entry.previous, entry.hash],
        )
        .map_err(failed)?;
    if let Some((salt, payload)) = &entry.beside {
        transaction
            .execute(
                "INSERT INTO log_beside (sequence, salt, payload) VALUES (?1, ?2, ?3)",
                params![number(entry.sequence), salt, payload],
            )
            .map_err(failed)?;
    }
    Ok(())
}

fn read_head(connection: &Connection) -> Result<Head, StoreError> {
    let head = connection
        .query_row("SELECT sequence, hash FROM log_head", [], |row| {
            Ok(Head { sequence: unsigned(row.get(0)?), hash: row.get(1)? })
        })
        .optional()
        .map_err(failed)?;
    Ok(head.unwrap_or_default())
}

fn entry_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let salt: Option<Vec<u8>> = row.get(6)?;
    let payload: Option<String> = row.get(7)?;
    Ok(Entry {
        sequence: unsigned(row.get(0)?),
        at: row.get(1)?,
        event: row.get(2)?,
        content: row.get(3)?,
        previous: row.get(4)?,
        hash: row.get(5)?,
        beside: salt.zip(payload),
    })
}

fn document_row(row: &Row<'_>) -> rusqlite::Result<Result<StoredDocument, StoreError>> {
    let texts: [String; 5] = [row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?, row.get(8)?];
    let [id, set_id, document_type, prescription_set, trust] = texts;
    let organisation: Option<String> = row.get(5)?;
    let (version, received_at, sent_digest, bytes) = (row.get(2)?, row.get(6)?, row.get(7)?, row.get(9)?);
    Ok((|| {
        Ok(StoredDocument {
            id: oid(&id)?,
            set_id: oid(&set_id)?,
            version,
            document_type: DocumentType::from(document_type),
            prescription_set: oid(&prescription_set)?,
            organisation: organisation.map(|text| oid(&text)).transpose()?,
            received_at: DateTime::from_timestamp_micros(received_at).ok_or(StoreError::Damaged { what: "time" })?,
            sent_digest,
            trust: trust_of(&trust)?,
            bytes,
        })
    })())
}

fn chain_of(value: &str) -> Result<Chain, StoreError> {
    serde_json::from_str(value).map_err(|_| StoreError::Damaged { what: "chain" })
}

fn oid(text: &str) -> Result<Oid, StoreError> {
    Oid::parse(text).map_err(|_| StoreError::Damaged { what: "identifier" })
}

fn trust_name(trust: SignatureTrust) -> &'static str {
    match trust {
        SignatureTrust::Trusted => "trusted",
        SignatureTrust::Unsigned => "unsigned",
        SignatureTrust::Broken => "broken",
    }
}

fn trust_of(name: &str) -> Result<SignatureTrust, StoreError> {
    match name {
        "trusted" => Ok(SignatureTrust::Trusted),
        "unsigned" => Ok(SignatureTrust::Unsigned),
        "broken" => Ok(SignatureTrust::Broken),
        _ => Err(StoreError::Damaged { what: "trust" }),
    }
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error() {
        Some(error) => match error.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
            ErrorCode::DiskFull => StoreError::DiskFull,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged { what: "file" },
            _ => StoreError::Database(error.extended_code),
        },
        None => StoreError::Damaged { what: "row" },
    }
}
