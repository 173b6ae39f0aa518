//! The file: opened with its key, locked for one program, set so that a commit reaches the disk, and brought to
//! this program's format by numbered steps that only go forward.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior, params};

use crate::{Key, Options, RecordError, time};

/// The mark of a record in the file's header ("TSKR").
const APPLICATION: i64 = 0x5453_4b52;

/// SQLite's number for `synchronous = FULL`: the write-ahead log is flushed at every commit.
const SYNCHRONOUS_FULL: i64 = 2;

/// Pages that are kept in memory, decrypted, in KiB.
const CACHE_KIB: u32 = 32 * 1024;

/// Statements that are kept prepared: all that the counter's own work needs.
const STATEMENTS: usize = 64;

/// What leads from each format to the next. A step that has been delivered is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("file/migration-1.sql"),
    include_str!("file/migration-2.sql"),
    include_str!("file/migration-3.sql"),
    include_str!("file/migration-4.sql"),
    include_str!("file/migration-5.sql"),
    include_str!("file/migration-6.sql"),
];

/// What is open and how many documents there are of each state, in memory beside the file.
const STANDING: &str = include_str!("file/standing.sql");

/// Before format 5 a document's bytes and answer lay in its own row.
const APART: &str = "CREATE TEMP VIEW document AS SELECT sequence, NULL AS size, bytes FROM outbox
        WHERE bytes IS NOT NULL;
    CREATE TEMP VIEW answer AS SELECT sequence, NULL AS size, answer AS bytes FROM outbox WHERE answer IS NOT NULL;
    CREATE TEMP VIEW outbox_day AS SELECT saved_at / 86400000000 AS day, min(sequence) AS first FROM outbox GROUP BY 1;";

/// The newest format that this program knows.
pub(crate) fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// A file that is open.
pub(crate) struct Opened {
    pub connection: Connection,
    /// Its format when this program does not know it; then it is open for reading.
    pub newer: Option<i64>,
}

/// Opens the file, or makes it.
pub(crate) fn open(path: &Path, key: &Key, options: &Options) -> Result<Opened, RecordError> {
    let mut connection = connect(path, key, options)?;
    set(&connection)?;
    migrate(&mut connection, options)?;
    connection.execute_batch(STANDING)?;
    Ok(Opened { connection, newer: None })
}

/// Opens a file for reading and leaves it as it is, its log included; a newer program's file too, when what this program
/// reads is in it.
pub(crate) fn open_to_read(path: &Path, key: &Key, options: &Options) -> Result<Opened, RecordError> {
    let options = Options { must_exist: true, ..options.clone() };
    let connection = connect(path, key, &options)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    if header(&connection, "application_id")? != APPLICATION {
        return Err(RecordError::NotARecord);
    }
    let found = header(&connection, "user_version")?;
    let newer = (found > known()).then_some(found);
    if newer.is_some() {
        for read in READ_OF_NEWER {
            connection.prepare(read).map_err(|_| RecordError::NewerSchema { found, known: known() })?;
        }
    }
    let stands = || -> Result<(), rusqlite::Error> {
        if !connection.table_exists(None, "document")? {
            connection.execute_batch(APART)?;
        }
        connection.execute_batch(STANDING)
    };
    // A newer program's outbox may be another; the journal can be read all the same.
    stands().or_else(|error| if newer.is_some() { Ok(()) } else { Err(error) })?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(Opened { connection, newer })
}

/// What a newer file must still have for this program to read it at all: the chain, its end, and who the record is.
const READ_OF_NEWER: &[&str] = &[
    "SELECT sequence, kind, at, actor, document_id, salt, payload, content, previous, hash FROM event",
    "SELECT sequence, hash FROM head WHERE id = 1",
    "SELECT workstation, epoch, created_at FROM identity WHERE id = 1",
];

/// Makes an empty file with the same key, for a copy: nothing is flushed before [`finish_copy`].
pub(crate) fn open_copy(path: &Path, key: &Key, options: &Options) -> Result<Connection, RecordError> {
    let copy = connect(path, key, &Options { must_exist: false, ..options.clone() })?;
    copy.execute_batch("PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;")?;
    copy.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
    Ok(copy)
}

/// Brings a file's log into it and has it go without one from now on: one file, flushed, that can be moved and read alone.
pub(crate) fn close_into_one(path: &Path, key: &Key, options: &Options) -> Result<(), RecordError> {
    let connection = connect(path, key, &Options { must_exist: true, ..options.clone() })?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;")?;
    word(&connection, "journal_mode = DELETE", "journal_mode", "delete")?;
    // One more write that is flushed, so that a copy whose pages were never flushed is on the disk as well.
    let version = header(&connection, "user_version")?;
    connection.execute_batch(&format!("PRAGMA user_version = {version};"))?;
    connection.close().map_err(|(_, error)| error.into())
}

fn connect(path: &Path, key: &Key, options: &Options) -> Result<Connection, RecordError> {
    if options.vfs.is_none() {
        prepare(path, options)?;
    }
    match connect_once(path, key, options) {
        // A read that fails while SQLCipher takes the key looks like a wrong key. Nobody is told so after one look.
        Err(RecordError::WrongKey) => connect_once(path, key, options),
        connected => connected,
    }
}

fn connect_once(path: &Path, key: &Key, options: &Options) -> Result<Connection, RecordError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !options.must_exist {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    unlock(&connection, key)?;
    Ok(connection)
}

fn header(connection: &Connection, field: &str) -> Result<i64, rusqlite::Error> {
    connection.query_row(&format!("PRAGMA {field}"), [], |row| row.get::<_, i64>(0))
}

/// Makes an empty file that only its owner can read, and makes its name durable: SQLite would give it wider rights
/// and flushes the folder for its logs only.
fn prepare(path: &Path, options: &Options) -> Result<(), RecordError> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => RecordError::Missing,
        std::io::ErrorKind::StorageFull => RecordError::DiskFull,
        _ => RecordError::Disk { sqlite: rusqlite::ffi::SQLITE_CANTOPEN },
    };
    if path.try_exists().map_err(failed)? {
        return Ok(());
    }
    if options.must_exist {
        return Err(RecordError::Missing);
    }
    let mut creation = std::fs::OpenOptions::new();
    creation.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut creation, 0o600);
    match creation.open(path) {
        Ok(file) => file.sync_all().map_err(failed)?,
        // Another program was faster; the lock decides between the two.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(failed(error)),
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}

/// Hands the key over, takes the lock, and reads a first page: the first proof that the key is right.
fn unlock(connection: &Connection, key: &Key) -> Result<(), RecordError> {
    // SQLCipher would write its complaints to the standard error output; ours are the errors that are answered.
    connection.execute_batch("PRAGMA cipher_log_level = NONE;")?;
    connection.execute_batch(key.statement().as_str())?;
    // Exclusive before the first page is read: the lock is then held until the file is closed, a second program is
    // told at once, and the log's index lives in memory and in no file.
    connection.busy_timeout(Duration::ZERO)?;
    word(connection, "locking_mode = EXCLUSIVE", "locking_mode", "exclusive")?;
    match connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)) {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => Err(RecordError::WrongKey),
        Err(error) => Err(error.into()),
    }
}

/// Sets what durability and secrecy rest on, and reads each setting back: SQLite ignores what it does not take.
fn set(connection: &Connection) -> Result<(), RecordError> {
    word(connection, "journal_mode = WAL", "journal_mode", "wal")?;
    connection.execute_batch("PRAGMA synchronous = FULL;")?;
    number(connection, "synchronous", SYNCHRONOUS_FULL)?;
    // Where the system call for flushing stops at the drive's own cache (macOS), ask for more. No effect elsewhere.
    connection.execute_batch("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;")?;
    connection.execute_batch("PRAGMA foreign_keys = ON;")?;
    number(connection, "foreign_keys", 1)?;
    // What was erased is overwritten with zeros and not only forgotten.
    word_or_number(connection, "secure_delete = ON", "secure_delete", 1)?;
    // A page that is read anew is decrypted and its seal computed: the upper pages of all indexes stay in memory.
    connection.execute_batch(&format!("PRAGMA cache_size = -{CACHE_KIB};"))?;
    // No page of the file in a temporary file beside it.
    connection.execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // One plan for a statement, whatever is bound to it: with an index of some rows only, SQLite would otherwise compile
    // a statement anew each time that a value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn word(connection: &Connection, statement: &str, setting: &'static str, expected: &str) -> Result<(), RecordError> {
    let found: String = connection.query_row(&format!("PRAGMA {statement}"), [], |row| row.get(0))?;
    if found.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(RecordError::Settings { setting }) }
}

fn number(connection: &Connection, setting: &'static str, expected: i64) -> Result<(), RecordError> {
    word_or_number(connection, setting, setting, expected)
}

fn word_or_number(
    connection: &Connection,
    statement: &str,
    setting: &'static str,
    expected: i64,
) -> Result<(), RecordError> {
    let found: i64 = connection.query_row(&format!("PRAGMA {statement}"), [], |row| row.get(0))?;
    if found == expected { Ok(()) } else { Err(RecordError::Settings { setting }) }
}

/// Brings the file to this program's format, each step in a transaction of its own.
fn migrate(connection: &mut Connection, options: &Options) -> Result<(), RecordError> {
    let known = known();
    let found = header(connection, "user_version")?;
    let application = header(connection, "application_id")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let ours = if tables == 0 { found == 0 } else { application == APPLICATION };
    if !ours {
        return Err(RecordError::NotARecord);
    }
    if found > known {
        return Err(RecordError::NewerSchema { found, known });
    }
    for (index, step) in MIGRATIONS.iter().enumerate() {
        let number = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(1);
        if number <= found {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        transaction.execute_batch(step)?;
        if number == 1 {
            transaction.execute(
                "INSERT INTO identity (id, workstation, epoch, created_at) VALUES (1, ?1, 1, ?2)",
                params![options.workstation, time::to_file(options.now)],
            )?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::IS_AFTER_SAVING;

    #[test]
    fn what_happens_to_a_document_is_found_by_an_index_and_its_saving_is_not_in_it() {
        let connection = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            connection.execute_batch(migration).unwrap();
        }
        let looked_for =
            format!("EXPLAIN QUERY PLAN SELECT sequence FROM event WHERE document_id = ?1 AND {IS_AFTER_SAVING}");
        let plan: String = connection.query_row(&looked_for, ["1"], |row| row.get(3)).unwrap();
        assert!(plan.contains("INDEX event_after_saving"), "{plan}");
        let in_it = format!("SELECT 1 FROM (SELECT ?1 AS kind, '1' AS document_id) WHERE {IS_AFTER_SAVING}");
        for (kind, expected) in [
            ("outbox.waiting", false),
            ("dispensation.signed", false),
            ("outbox.sending", true),
            ("outage.written", true),
        ] {
            let found = connection.prepare(&in_it).unwrap().exists([kind]).unwrap();
            assert_eq!(found, expected, "{kind}");
        }
    }
}
