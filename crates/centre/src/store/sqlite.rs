//! A store in one SQLite file: write-ahead log, synchronous FULL, so that what was answered is on disk.
//!
//! One connection writes; decisions that come at the same time share one transaction and its flush, each in a savepoint
//! of its own. Others read beside it. The file is plain: this Centre is for testing. Documents (compressed) and log
//! cannot be changed or removed through it (triggers), but for whole prescriptions whose lawful time has ended; only the
//! projection is replaced, and it can always be computed again.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use prescription::{Conflict, DocumentType, Oid, PersonIdentityCode, SignatureTrust};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Row, Savepoint, Transaction, TransactionBehavior, ffi, params,
};

use super::packed::{Packed, pack, unpack};
use super::parts::{dispensed_on, parts_of, prescribed_on};
use super::{Counts, Decision, Expected, Gather, Outcome, Store, StoreError, StoredDocument, Whose};
use crate::chain::Chain;
use crate::log::{Entry, Head, NewEntry};

const SCHEMA: i64 = 5;

/// Migrations only go forward; the index is the schema that a step starts from.
const MIGRATIONS: &[&str] = &[
    "
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
",
    // Bytes of a document that is kept compressed; absent where it lies as it is, as those of schema 1 do.
    "ALTER TABLE document ADD COLUMN size INTEGER;",
    // What organisations have to do with prescriptions, and whose use an entry of the log tells of (gone with its payload).
    "CREATE TABLE chain_part (
        organisation TEXT NOT NULL,
        set_id TEXT NOT NULL,
        part TEXT NOT NULL,
        prescribed TEXT NOT NULL,
        dispensed TEXT,
        PRIMARY KEY (organisation, set_id, part)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX chain_part_of_set ON chain_part (set_id);
     CREATE INDEX log_of_organisation ON log_beside (json_extract(payload, '$.organisation'), sequence);",
    // What a late document conflicted with when it came, codes with a space between; absent where with nothing.
    "ALTER TABLE document ADD COLUMN conflicts TEXT;",
    // Conflicts that a supervisor has settled, and prescriptions whose lawful time has ended: only of these may documents
    // be removed, and their identifiers stay.
    "CREATE TABLE settled (document TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
     CREATE TABLE erased (prescription_set TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
     DROP TRIGGER document_stays;
     CREATE TRIGGER document_stays BEFORE DELETE ON document
     WHEN NOT EXISTS (SELECT 1 FROM erased WHERE prescription_set = OLD.prescription_set)
     BEGIN SELECT RAISE(ABORT, 'append only'); END;
     CREATE TRIGGER erased_stays BEFORE DELETE ON erased BEGIN SELECT RAISE(ABORT, 'append only'); END;
     CREATE TRIGGER settled_stays BEFORE DELETE ON settled BEGIN SELECT RAISE(ABORT, 'append only'); END;",
];

/// The schema whose chains are those of today: an older file's are computed from its documents when it is opened.
const CHAINS_SINCE: i64 = 4;

/// Decisions that share one flush, at most.
const TOGETHER: usize = 64;

/// SQLite's own limit.
const PAGES_AT_MOST: i64 = 4_294_967_294;

/// Pages that each connection keeps in memory, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// Connections that are kept for the next reader, at most.
const READERS_KEPT: usize = 16;

/// A Centre's store in a file.
pub struct SqliteStore {
    readers: Readers,
    /// Absent where it only reads.
    writer: Option<Mutex<Connection>>,
    decisions: Gather<Ready, Result<Outcome, StoreError>>,
}

/// Connections that read, beside whoever writes.
enum Readers {
    /// As many as read at once; they see what is there.
    Now { path: PathBuf, idle: Mutex<Vec<Connection>> },
    /// One, in a transaction that never ends: it sees what was there.
    Then(Mutex<Connection>),
}

impl SqliteStore {
    /// Opens the file, and makes it where it is not there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut writer = connect(path)?;
        writer.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        writer.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        writer.pragma_update(None, "foreign_keys", "ON").map_err(failed)?;
        writer.pragma_update(None, "secure_delete", "ON").map_err(failed)?;
        migrate(&mut writer)?;
        Ok(Self {
            readers: Readers::Now { path: path.to_owned(), idle: Mutex::default() },
            writer: Some(Mutex::new(writer)),
            decisions: Gather::new(TOGETHER),
        })
    }

    fn writer(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        // A transaction that was not committed rolls back when it is dropped, so a poisoned lock guards a whole file.
        let writer = self.writer.as_ref().ok_or(StoreError::OnlyReads)?;
        Ok(writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let (path, idle) = match &self.readers {
            Readers::Now { path, idle } => (path, idle),
            Readers::Then(connection) => return read(&connection.lock().unwrap_or_else(PoisonError::into_inner)),
        };
        let idle = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => reader(path)?,
        };
        let answer = read(&connection);
        let mut idle = idle();
        if idle.len() < READERS_KEPT {
            idle.push(connection);
        }
        answer
    }

    /// Takes decisions in one transaction, in their order; `Done` of any means that the flush was.
    fn take_together(&self, decisions: Vec<Ready>) -> Vec<Result<Outcome, StoreError>> {
        let count = decisions.len();
        let mut taken = Vec::with_capacity(count);
        let all = self.writer().and_then(|mut writer| take_all(&mut writer, decisions, &mut taken));
        match all {
            Ok(()) => taken,
            Err(error) => {
                // Nothing of this transaction is in the file; only who was refused anyway keeps its own answer.
                taken.resize(count, Err(error.clone()));
                taken.into_iter().map(|one| if one == Ok(Outcome::Done) { Err(error.clone()) } else { one }).collect()
            }
        }
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failed)?;
    Ok(connection)
}

fn reader(path: &Path) -> Result<Connection, StoreError> {
    let reader = connect(path)?;
    reader.pragma_update(None, "query_only", "ON").map_err(failed)?;
    Ok(reader)
}

/// A decision in the form in which it is written: made by whoever brings it, so that the writer only writes.
struct Ready {
    expected: Vec<Expected>,
    documents: Vec<(StoredDocument, Packed)>,
    log: Vec<NewEntry>,
    projection: Vec<(Chain, String)>,
    settled: Vec<Oid>,
    erased: Vec<Oid>,
}

impl Ready {
    fn of(decision: Decision) -> Result<Self, StoreError> {
        let pack_one = |document: StoredDocument| pack(&document.bytes).map(|packed| (document, packed));
        let write_one = |chain: Chain| match serde_json::to_string(&chain) {
            Ok(value) => Ok((chain, value)),
            Err(_) => Err(StoreError::Damaged { what: "chain" }),
        };
        Ok(Self {
            expected: decision.expected,
            documents: decision.documents.into_iter().map(pack_one).collect::<Result<_, _>>()?,
            log: decision.log,
            projection: decision.projection.into_iter().map(write_one).collect::<Result<_, _>>()?,
            settled: decision.settled,
            erased: decision.erased,
        })
    }
}

fn take_all(
    connection: &mut Connection,
    decisions: Vec<Ready>,
    taken: &mut Vec<Result<Outcome, StoreError>>,
) -> Result<(), StoreError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    for decision in decisions {
        let savepoint = transaction.savepoint().map_err(failed)?;
        let outcome = take(&savepoint, decision);
        if outcome == Ok(Outcome::Done) {
            savepoint.commit().map_err(failed)?;
        } else {
            // A savepoint that is dropped rolls back.
            drop(savepoint);
        }
        if let Err(error) = &outcome
            && transaction.is_autocommit()
        {
            // The database has given up the whole transaction: a full disk.
            return Err(error.clone());
        }
        taken.push(outcome);
    }
    transaction.commit().map_err(failed)
}

fn take(savepoint: &Savepoint<'_>, decision: Ready) -> Result<Outcome, StoreError> {
    for expected in &decision.expected {
        let revision: Option<i64> = savepoint
            .prepare_cached("SELECT revision FROM chain WHERE set_id = ?1")
            .and_then(|mut select| select.query_row([expected.prescription_set.as_str()], |row| row.get(0)).optional())
            .map_err(failed)?;
        if revision.unwrap_or(0) != number(expected.revision) {
            return Ok(Outcome::Conflict);
        }
    }
    for (document, packed) in &decision.documents {
        let taken = savepoint
            .prepare_cached("SELECT 1 FROM document WHERE id = ?1")
            .and_then(|mut select| select.exists([document.id.as_str()]))
            .map_err(failed)?;
        if taken {
            return Ok(Outcome::Conflict);
        }
        insert_document(savepoint, document, packed)?;
    }
    for (chain, value) in &decision.projection {
        upsert_chain(savepoint, chain, value)?;
    }
    for document in &decision.settled {
        run(savepoint, "INSERT OR IGNORE INTO settled VALUES (?1)", document)?;
    }
    for set in &decision.erased {
        run(savepoint, "INSERT OR IGNORE INTO erased VALUES (?1)", set)?;
        for erase in ERASE {
            run(savepoint, erase, set)?;
        }
    }
    let mut head = read_head(savepoint)?;
    for new in decision.log {
        let entry = head.link(new);
        head = entry.head();
        insert_entry(savepoint, &entry)?;
    }
    savepoint
        .prepare_cached("INSERT OR REPLACE INTO log_head VALUES (1, ?1, ?2)")
        .and_then(|mut insert| insert.execute(params![number(head.sequence), head.hash]))
        .map_err(failed)?;
    Ok(Outcome::Done)
}

/// What is left of a prescription after its lawful time: nothing but its identifier.
const ERASE: [&str; 3] = [
    "DELETE FROM document WHERE prescription_set = ?1",
    "DELETE FROM chain_part WHERE set_id = ?1",
    "DELETE FROM chain WHERE set_id = ?1",
];

fn run(savepoint: &Savepoint<'_>, sql: &str, identifier: &Oid) -> Result<(), StoreError> {
    let ran = savepoint.prepare_cached(sql).and_then(|mut statement| statement.execute([identifier.as_str()]));
    ran.map(|_| ()).map_err(failed)
}

fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { found, known: SCHEMA });
    }
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    if (1..CHAINS_SINCE).contains(&found) {
        compute_chains(&mut transaction)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Computes every chain from its documents again (promise 5).
fn compute_chains(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    let mut select = transaction.prepare("SELECT set_id FROM chain").map_err(failed)?;
    let sets = select.query_map([], |row| row.get::<_, String>(0)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    drop(select);
    for set in sets.map_err(failed)? {
        let documents = documents_of(transaction, &set)?;
        let chain = Chain::of(&documents).ok_or(StoreError::Damaged { what: "chain" })?;
        let value = serde_json::to_string(&chain).map_err(|_| StoreError::Damaged { what: "chain" })?;
        let savepoint = transaction.savepoint().map_err(failed)?;
        upsert_chain(&savepoint, &chain, &value)?;
        savepoint.commit().map_err(failed)?;
    }
    Ok(())
}

fn documents_of(connection: &Connection, prescription_set: &str) -> Result<Vec<StoredDocument>, StoreError> {
    let mut statement = connection.prepare_cached(DOCUMENTS_OF_PRESCRIPTION).map_err(failed)?;
    let rows = statement.query_map([prescription_set], document_row).map_err(failed)?;
    rows.map(|row| row.map_err(failed)?).collect()
}

impl Store for SqliteStore {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        let ready = Ready::of(decision)?;
        let taken = self.decisions.run(ready, |together| self.take_together(together));
        taken.unwrap_or(Err(StoreError::Database(ffi::SQLITE_INTERNAL)))
    }

    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(DOCUMENT_BY_ID).map_err(failed)?;
            statement.query_row([id.as_str()], document_row).optional().map_err(failed)?.transpose()
        })
    }

    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        self.read(|connection| documents_of(connection, prescription_set.as_str()))
    }

    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        let value: Option<String> = self.read(|connection| {
            connection
                .prepare_cached("SELECT value FROM chain WHERE set_id = ?1")
                .and_then(|mut select| select.query_row([prescription_set.as_str()], |row| row.get(0)).optional())
                .map_err(failed)
        })?;
        value.map(|value| chain_of(&value)).transpose()
    }

    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        let (after, limit) = (after.map_or("", Oid::as_str), number(limit as u64));
        self.read(|connection| match whose {
            Whose::People(people) => {
                let codes = serde_json::to_string(people).map_err(|_| StoreError::Damaged { what: "query" })?;
                chains(connection, CHAINS_OF_PEOPLE, params![after, limit, codes])
            }
            Whose::Organisation { id, parts, prescribed, dispensed } => {
                let parts: Vec<&str> = parts.iter().map(|part| part.name()).collect();
                let parts = serde_json::to_string(&parts).map_err(|_| StoreError::Damaged { what: "query" })?;
                let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
                let days = [day(prescribed.from), day(prescribed.to), day(dispensed.from), day(dispensed.to)];
                let [from, to, dispensed_from, dispensed_to] = &days;
                let all = params![after, limit, id.as_str(), parts, from, to, dispensed_from, dispensed_to];
                chains(connection, CHAINS_OF_ORGANISATION, all)
            }
        })
    }

    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached("SELECT 1 FROM settled WHERE document = ?1").map_err(failed)?;
            select.exists([document.as_str()]).map_err(failed)
        })
    }

    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT set_id FROM chain WHERE set_id > ?1 ORDER BY set_id LIMIT ?2")
                .map_err(failed)?;
            let (after, limit) = (after.map_or("", Oid::as_str), number(limit as u64));
            let rows = statement.query_map(params![after, limit], |row| row.get::<_, String>(0)).map_err(failed)?;
            rows.map(|set| oid(&set.map_err(failed)?)).collect()
        })
    }

    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT log.sequence, at_us, event, content, previous, hash, salt, payload FROM log
                     LEFT JOIN log_beside USING (sequence) WHERE log.sequence > ?1 ORDER BY log.sequence LIMIT ?2",
                )
                .map_err(failed)?;
            let rows = statement.query_map(params![number(after), number(limit as u64)], entry_row).map_err(failed)?;
            rows.map(|row| row.map_err(failed)).collect()
        })
    }

    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(LOG_OF_ORGANISATION).map_err(failed)?;
            let all = params![organisation.as_str(), number(after), number(limit as u64)];
            let rows = statement.query_map(all, entry_row).map_err(failed)?;
            rows.map(|row| row.map_err(failed)).collect()
        })
    }

    fn erase_log(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let sql = "DELETE FROM log_beside WHERE sequence IN (SELECT sequence FROM log WHERE at_us < ?1)";
        let erased = self.writer()?.execute(sql, [before.timestamp_micros()]).map_err(failed)?;
        Ok(erased as u64)
    }

    fn log_head(&self) -> Result<Head, StoreError> {
        self.read(read_head)
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|connection| {
            let count = |sql: &str| -> Result<u64, StoreError> {
                connection.query_row(sql, [], |row| row.get(0)).map(unsigned).map_err(failed)
            };
            Ok(Counts {
                documents: count("SELECT count(*) FROM document")?,
                dispensations: count("SELECT count(*) FROM document WHERE type = '10'")?,
                prescriptions: count("SELECT count(*) FROM chain")?,
                log: count("SELECT count(*) FROM log")?,
                erased: count("SELECT count(*) FROM erased")?,
            })
        })
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check").map_err(failed)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
            let answers: Vec<String> = rows.map(|row| row.map_err(failed)).collect::<Result<_, _>>()?;
            Ok(answers.into_iter().filter(|answer| answer != "ok").map(|answer| format!("file: {answer}")).collect())
        })
    }

    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        let Readers::Now { path, .. } = &self.readers else { return Err(StoreError::OnlyReads) };
        let frozen = reader(path)?;
        // The transaction sees what is there at its first read, for as long as it lasts.
        frozen.execute_batch("BEGIN").map_err(failed)?;
        read_head(&frozen)?;
        Ok(Box::new(Self {
            readers: Readers::Then(Mutex::new(frozen)),
            writer: None,
            decisions: Gather::new(TOGETHER),
        }))
    }

    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        let writer = self.writer()?;
        let pages = match full {
            true => writer.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(failed)?,
            false => PAGES_AT_MOST,
        };
        writer.pragma_update(None, "max_page_count", pages).map_err(failed)
    }
}

macro_rules! document {
    ($end:literal) => {
        concat!(
            "SELECT id, set_id, version, type, prescription_set, organisation, received_at_us, sent_digest, trust, bytes,
             size, conflicts FROM document ",
            $end
        )
    };
}

const DOCUMENT_BY_ID: &str = document!("WHERE id = ?1");
const DOCUMENTS_OF_PRESCRIPTION: &str = document!("WHERE prescription_set = ?1 ORDER BY sequence");

fn insert_document(savepoint: &Savepoint<'_>, document: &StoredDocument, packed: &Packed) -> Result<(), StoreError> {
    savepoint
        .prepare_cached(
            "INSERT INTO document (id, set_id, version, type, prescription_set, organisation, received_at_us, sent_digest,
             trust, bytes, size, conflicts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .and_then(|mut insert| {
            insert.execute(params![
                document.id.as_str(),
                document.set_id.as_str(),
                document.version,
                document.document_type.code(),
                document.prescription_set.as_str(),
                document.organisation.as_ref().map(Oid::as_str),
                document.received_at.timestamp_micros(),
                document.sent_digest,
                trust_name(document.trust),
                packed.frame,
                number(packed.size as u64),
                conflict_codes(&document.conflicts),
            ])
        })
        .map_err(failed)?;
    Ok(())
}

const CHAINS_OF_PEOPLE: &str = "SELECT value FROM chain
    WHERE identity_code IN (SELECT value FROM json_each(?3)) AND set_id > ?1 ORDER BY set_id LIMIT ?2";

const CHAINS_OF_ORGANISATION: &str = "SELECT value FROM chain WHERE set_id IN (
        SELECT DISTINCT set_id FROM chain_part
        WHERE organisation = ?3 AND set_id > ?1 AND part IN (SELECT value FROM json_each(?4))
        AND (?5 IS NULL OR prescribed >= ?5) AND (?6 IS NULL OR prescribed <= ?6)
        AND (?7 IS NULL OR dispensed >= ?7) AND (?8 IS NULL OR dispensed <= ?8)
        ORDER BY set_id LIMIT ?2
    ) ORDER BY set_id";

const LOG_OF_ORGANISATION: &str = "SELECT log.sequence, at_us, event, content, previous, hash, salt, payload
    FROM log_beside JOIN log USING (sequence)
    WHERE json_extract(payload, '$.organisation') = ?1 AND log_beside.sequence > ?2
    ORDER BY log_beside.sequence LIMIT ?3";

fn chains(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Chain>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let rows = statement.query_map(params, |row| row.get::<_, String>(0)).map_err(failed)?;
    rows.map(|value| chain_of(&value.map_err(failed)?)).collect()
}

fn write_parts(connection: &Connection, chain: &Chain) -> Result<(), StoreError> {
    let set = chain.set_id.as_str();
    connection
        .prepare_cached("DELETE FROM chain_part WHERE set_id = ?1")
        .and_then(|mut delete| delete.execute([set]))
        .map_err(failed)?;
    let (prescribed, dispensed) = (prescribed_on(chain).to_string(), dispensed_on(chain).map(|day| day.to_string()));
    for (organisation, part) in parts_of(chain) {
        connection
            .prepare_cached("INSERT INTO chain_part VALUES (?1, ?2, ?3, ?4, ?5)")
            .and_then(|mut insert| {
                insert.execute(params![organisation.as_str(), set, part.name(), prescribed, dispensed])
            })
            .map_err(failed)?;
    }
    Ok(())
}

fn upsert_chain(savepoint: &Savepoint<'_>, chain: &Chain, value: &str) -> Result<(), StoreError> {
    write_parts(savepoint, chain)?;
    savepoint
        .prepare_cached(
            "INSERT INTO chain (set_id, revision, identity_code, value) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (set_id)
             DO UPDATE SET revision = excluded.revision, identity_code = excluded.identity_code, value = excluded.value",
        )
        .and_then(|mut upsert| {
            upsert.execute(params![
                chain.set_id.as_str(),
                number(chain.revision),
                chain.identity_code().map(PersonIdentityCode::reveal),
                value
            ])
        })
        .map_err(failed)?;
    Ok(())
}

fn insert_entry(savepoint: &Savepoint<'_>, entry: &Entry) -> Result<(), StoreError> {
    savepoint
        .prepare_cached(
            "INSERT INTO log (sequence, at_us, event, content, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut insert| {
            let sequence = number(entry.sequence);
            insert.execute(params![sequence, entry.at, entry.event, entry.content, entry.previous, entry.hash])
        })
        .map_err(failed)?;
    if let Some((salt, payload)) = &entry.beside {
        savepoint
            .prepare_cached("INSERT INTO log_beside (sequence, salt, payload) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute(params![number(entry.sequence), salt, payload]))
            .map_err(failed)?;
    }
    Ok(())
}

fn read_head(connection: &Connection) -> Result<Head, StoreError> {
    let head = connection
        .prepare_cached("SELECT sequence, hash FROM log_head")
        .and_then(|mut select| {
            select.query_row([], |row| Ok(Head { sequence: unsigned(row.get(0)?), hash: row.get(1)? })).optional()
        })
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
    let (version, received_at, sent_digest) = (row.get(2)?, row.get(6)?, row.get(7)?);
    let (bytes, size): (Vec<u8>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let conflicts: Option<String> = row.get(11)?;
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
            conflicts: conflicts_of(conflicts.as_deref().unwrap_or_default())?,
            bytes: match size {
                Some(size) => unpack(&bytes, usize::try_from(size).unwrap_or(usize::MAX))?,
                None => bytes,
            },
        })
    })())
}

fn chain_of(value: &str) -> Result<Chain, StoreError> {
    serde_json::from_str(value).map_err(|_| StoreError::Damaged { what: "chain" })
}

fn oid(text: &str) -> Result<Oid, StoreError> {
    Oid::parse(text).map_err(|_| StoreError::Damaged { what: "identifier" })
}

fn conflict_codes(conflicts: &[Conflict]) -> Option<String> {
    let codes: Vec<&str> = conflicts.iter().map(|conflict| conflict.code()).collect();
    (!codes.is_empty()).then(|| codes.join(" "))
}

fn conflicts_of(codes: &str) -> Result<Vec<Conflict>, StoreError> {
    let known = |code| Conflict::parse(code).ok_or(StoreError::Damaged { what: "conflict" });
    codes.split_whitespace().map(known).collect()
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
            // The index beside the write-ahead log cannot grow either.
            _ if error.extended_code == ffi::SQLITE_IOERR_SHMSIZE => StoreError::DiskFull,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Damaged { what: "file" },
            _ => StoreError::Database(error.extended_code),
        },
        None => StoreError::Damaged { what: "row" },
    }
}
