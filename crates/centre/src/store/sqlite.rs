//! A store in one SQLite file: write-ahead log, synchronous FULL, so that what was answered is on disk.
//!
//! One connection writes; decisions that come at the same time share one transaction and its flush; whether each is as
//! expected is known before anything of it is written. Others read beside it. The file is plain: this Centre is for testing. Documents (compressed) and log
//! cannot be changed or removed through it (triggers), but for whole prescriptions whose lawful time has ended; only the
//! projection is replaced, and it can always be computed again.

mod rows;
mod schema;
mod writing;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use prescription::Oid;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, ffi, params};

use super::{Counts, Decision, Gather, Outcome, Store, StoreError, StoredDocument, Whose};
use crate::chain::Chain;
use crate::log::{Entry, Head};
use rows::{chain_of, document_row, entry_row, oid};
use schema::migrate;
use writing::{Ready, take_all};

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

/// Where the file lies.
#[derive(Clone)]
struct Place {
    path: PathBuf,
    /// A registered SQLite file system, for tests of failing disks; absent: the operating system's.
    vfs: Option<String>,
}

/// Connections that read, beside whoever writes.
enum Readers {
    /// As many as read at once; they see what is there.
    Now { place: Place, idle: Mutex<Vec<Connection>> },
    /// One, in a transaction that never ends: it sees what was there.
    Then(Mutex<Connection>),
}

impl SqliteStore {
    /// Opens the file, and makes it where it is not there.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_at(Place { path: path.to_owned(), vfs: None })
    }

    /// The same on a registered SQLite file system: for tests of failing disks.
    #[doc(hidden)]
    pub fn open_on(path: &Path, vfs: &str) -> Result<Self, StoreError> {
        Self::open_at(Place { path: path.to_owned(), vfs: Some(vfs.to_owned()) })
    }

    fn open_at(place: Place) -> Result<Self, StoreError> {
        let mut writer = connect(&place)?;
        writer.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        writer.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        writer.pragma_update(None, "foreign_keys", "ON").map_err(failed)?;
        writer.pragma_update(None, "secure_delete", "ON").map_err(failed)?;
        migrate(&mut writer)?;
        Ok(Self {
            readers: Readers::Now { place, idle: Mutex::default() },
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
        let (place, idle) = match &self.readers {
            Readers::Now { place, idle } => (place, idle),
            Readers::Then(connection) => return read(&connection.lock().unwrap_or_else(PoisonError::into_inner)),
        };
        let idle = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => reader(place)?,
        };
        let answer = read(&connection);
        let mut idle = idle();
        if idle.len() < READERS_KEPT {
            idle.push(connection);
        }
        answer
    }

    /// Takes decisions in one transaction, in their order; `Done` of any means that the flush was. One that cannot be written
    /// takes none with it: each is then taken by itself.
    fn take_together(&self, decisions: Vec<Ready>) -> Vec<Result<Outcome, StoreError>> {
        let mut taken = Vec::with_capacity(decisions.len());
        match self.take(&decisions, &mut taken) {
            Ok(()) => taken.into_iter().map(Ok).collect(),
            // Where another program holds the file, or the flush failed, that is so for each.
            Err(error) if error != StoreError::Busy && decisions.len() > 1 && taken.len() < decisions.len() => {
                decisions.iter().map(|one| self.take_alone(one)).collect()
            }
            Err(error) => {
                // Nothing of this transaction is in the file; only who was not taken anyway keeps its own answer.
                taken.resize(decisions.len(), Outcome::Done);
                let answer = |one| if one == Outcome::Conflict { Ok(one) } else { Err(error.clone()) };
                taken.into_iter().map(answer).collect()
            }
        }
    }

    fn take_alone(&self, decision: &Ready) -> Result<Outcome, StoreError> {
        let mut taken = vec![];
        self.take(std::slice::from_ref(decision), &mut taken)?;
        taken.pop().ok_or(StoreError::Database(ffi::SQLITE_INTERNAL))
    }

    fn take(&self, decisions: &[Ready], taken: &mut Vec<Outcome>) -> Result<(), StoreError> {
        self.writer().and_then(|mut writer| take_all(&mut writer, decisions, taken))
    }
}

fn connect(place: &Place) -> Result<Connection, StoreError> {
    let connection = match &place.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(&place.path, OpenFlags::default(), vfs.as_str()),
        None => Connection::open(&place.path),
    }
    .map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failed)?;
    Ok(connection)
}

fn reader(place: &Place) -> Result<Connection, StoreError> {
    let reader = connect(place)?;
    reader.pragma_update(None, "query_only", "ON").map_err(failed)?;
    Ok(reader)
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
        let Readers::Now { place, .. } = &self.readers else { return Err(StoreError::OnlyReads) };
        let frozen = reader(place)?;
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

fn read_head(connection: &Connection) -> Result<Head, StoreError> {
    let head = connection
        .prepare_cached("SELECT sequence, hash FROM log_head")
        .and_then(|mut select| {
            select.query_row([], |row| Ok(Head { sequence: unsigned(row.get(0)?), hash: row.get(1)? })).optional()
        })
        .map_err(failed)?;
    Ok(head.unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use prescription::{DocumentType, Organisation, SignatureTrust, rules::samples};

    use super::*;
    use crate::log::{Event, NewEntry};
    use crate::store::Part;
    use crate::store::parts::parts_of;

    fn document(id: &str) -> StoredDocument {
        let id = Oid::parse(id).unwrap();
        StoredDocument {
            set_id: id.clone(),
            prescription_set: id.clone(),
            id,
            version: 1,
            document_type: DocumentType::Prescription,
            organisation: None,
            received_at: DateTime::UNIX_EPOCH,
            sent_digest: [0; 32],
            trust: SignatureTrust::Trusted,
            conflicts: vec![],
            bytes: b"artificial".to_vec(),
        }
    }

    fn decision(ids: &[&str]) -> Ready {
        let entry = NewEntry { at: DateTime::UNIX_EPOCH, event: Event::Store, payload: "{}".into(), salt: [7; 32] };
        let documents = ids.iter().map(|id| document(id)).collect();
        Ready::of(Decision { documents, log: vec![entry], ..Decision::default() }).unwrap()
    }

    #[test]
    fn a_decision_that_cannot_be_written_takes_none_with_it_that_shares_its_flush() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("centre.db")).unwrap();
        let cannot = "CREATE TEMP TRIGGER cannot BEFORE INSERT ON main.document WHEN NEW.id = '1.2.3'
                      BEGIN SELECT RAISE(ABORT, 'on purpose'); END";
        store.writer().unwrap().execute_batch(cannot).unwrap();
        let together =
            vec![decision(&["1.2.1"]), decision(&["1.2.2", "1.2.3"]), decision(&["1.2.1"]), decision(&["1.2.4"])];
        let taken = store.take_together(together);
        assert!(matches!(
            taken[..],
            [Ok(Outcome::Done), Err(StoreError::Database(_)), Ok(Outcome::Conflict), Ok(Outcome::Done)]
        ));
        let counts = store.counts().unwrap();
        assert_eq!((counts.documents, counts.log), (2, 2));
        assert!(store.document(&Oid::parse("1.2.2").unwrap()).unwrap().is_none(), "half a decision");
    }

    #[test]
    fn a_decision_with_one_document_twice_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("centre.db")).unwrap();
        assert_eq!(store.take_together(vec![decision(&["1.2.1", "1.2.1"])]), [Ok(Outcome::Conflict)]);
        assert_eq!(store.counts().unwrap(), Counts::default());
    }

    #[test]
    fn what_organisations_have_to_do_with_a_prescription_is_always_that_of_its_newest_chain() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("centre.db")).unwrap();
        let mut prescription = samples::iterated_diazepam();
        prescription.prescriber.organisation = Some(Organisation {
            id: Oid::parse("1.2.10").unwrap(),
            name: "Unit".into(),
            phone: None,
            address: None,
            part_of: None,
        });
        let chain = |dosed_by: Option<&str>, days: i64| {
            let mut prescription = prescription.clone();
            prescription.prescribed_at += chrono::Duration::days(days);
            Chain {
                set_id: Oid::parse("1.2.3").unwrap(),
                revision: 1,
                prescription,
                versions: vec![],
                signature: SignatureTrust::Trusted,
                standing: Default::default(),
                dispensations: vec![],
                dosed_by: dosed_by.map(|id| Oid::parse(id).unwrap()),
                renewals: vec![],
                conflicts: vec![],
                hold: None,
                holds: 0,
            }
        };
        for next in [chain(None, 0), chain(Some("1.2.11"), 0), chain(Some("1.2.12"), 1), chain(None, 1)] {
            let decision = Decision { projection: vec![next.clone()], ..Decision::default() };
            assert_eq!(store.commit(decision), Ok(Outcome::Done));
            let writer = store.writer().unwrap();
            let mut select =
                writer.prepare("SELECT organisation, part, prescribed FROM chain_part ORDER BY 1, 2").unwrap();
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
            let there: Vec<(String, String, String)> = rows.map(Result::unwrap).collect();
            let prescribed = next.prescription.prescribed_at.date().to_string();
            let row = |(organisation, part): (Oid, Part)| {
                (organisation.to_string(), part.name().to_owned(), prescribed.clone())
            };
            let mut wanted: Vec<_> = parts_of(&next).into_iter().map(row).collect();
            wanted.sort();
            assert_eq!(there, wanted);
        }
    }
}
