//! Editions beside one another in one SQLite file: taken in whole or not at all, in force from midnight of their day,
//! readable for ever by their name, which every dispensation carries.

mod error;
mod freshness;
mod importing;
mod reading;
mod registering;
mod sources;
mod version;

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use prescription::time;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};

use crate::import::File;
pub use error::{ImportError, StoreError};
pub use freshness::{Calendar, Freshness};
pub use importing::{Outcome, Policy};
pub use sources::Sources;
pub use version::VersionId;

/// "TMed": what the file says of itself.
const APPLICATION: i32 = 0x544d_6564;
/// Version of the schema. 2: a package may have no price. 3: the register may leave open whether a package is sold.
const SCHEMA: i32 = 3;
/// What brings a store of each earlier version to the next when it is opened.
const MIGRATIONS: [(i32, &str); 2] = [(1, include_str!("from-1-to-2.sql")), (2, include_str!("from-2-to-3.sql"))];

/// What is known of an edition without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionInfo {
    /// Its name.
    pub version: VersionId,
    /// In force from 00:00 in Finland of this day.
    pub in_force: NaiveDate,
    /// Packages with a VNR.
    pub packages: u64,
}

impl EditionInfo {
    /// The moment from which it is in force.
    pub fn from(&self) -> DateTime<Utc> {
        time::instant(self.in_force.and_time(chrono::NaiveTime::MIN))
    }
}

/// The store of all editions.
pub struct Editions {
    connection: Connection,
}

impl Editions {
    /// Opens the store, or makes it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_in(path, None)
    }

    /// The same in another of SQLite's file systems: for tests of power losses.
    pub fn open_in(path: &Path, file_system: Option<&str>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match file_system {
            Some(name) => Connection::open_with_flags_and_vfs(path, flags, name)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        Self::prepare(connection)
    }

    fn prepare(mut connection: Connection) -> Result<Self, StoreError> {
        connection.set_prepared_statement_cache_capacity(32);
        // Whoever reads goes on while an edition comes in; a commit is on the disk before it is said.
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")?;
        // What needs nothing is opened without a lock: the counter looks while an import holds it.
        if form(&connection)? == (APPLICATION, SCHEMA) {
            return Ok(Self { connection });
        }
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        match form(&transaction)? {
            (APPLICATION, SCHEMA) => {}
            (APPLICATION, earlier) if MIGRATIONS.iter().any(|(from, _)| *from == earlier) => {
                for (_, step) in MIGRATIONS.iter().filter(|(from, _)| *from >= earlier) {
                    transaction.execute_batch(step)?;
                }
                transaction.pragma_update(None, "user_version", SCHEMA)?;
            }
            (0, 0) if is_empty(&transaction)? => {
                transaction.execute_batch(include_str!("schema.sql"))?;
                transaction.pragma_update(None, "application_id", APPLICATION)?;
                transaction.pragma_update(None, "user_version", SCHEMA)?;
            }
            _ => return Err(StoreError::Foreign),
        }
        transaction.commit()?;
        Ok(Self { connection })
    }

    /// Every edition, oldest first.
    pub fn all(&self) -> Result<Vec<EditionInfo>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT version, in_force, packages FROM edition ORDER BY in_force, version")?;
        let rows = statement.query_map([], stored)?;
        rows.map(|row| info(row?)).collect()
    }

    /// The edition in force at a moment: the newest whose midnight in Finland has come. One that corrects another of the
    /// same day has the higher number and comes after it.
    pub fn edition_at(&self, moment: DateTime<Utc>) -> Result<Option<EditionInfo>, StoreError> {
        let today = time::finnish(moment).date();
        let mut statement = self.connection.prepare_cached(
            "SELECT version, in_force, packages FROM edition WHERE in_force <= ?1 ORDER BY in_force DESC, version DESC LIMIT 1",
        )?;
        statement.query_row([today.to_string()], stored).optional()?.map(info).transpose()
    }

    /// The edition that comes into force next after a moment, where it is here already; of two of one day the higher number.
    pub fn next_after(&self, moment: DateTime<Utc>) -> Result<Option<EditionInfo>, StoreError> {
        let today = time::finnish(moment).date();
        let mut statement = self.connection.prepare_cached(
            "SELECT version, in_force, packages FROM edition WHERE in_force > ?1 ORDER BY in_force, version DESC LIMIT 1",
        )?;
        statement.query_row([today.to_string()], stored).optional()?.map(info).transpose()
    }

    /// The files that an edition was made of.
    pub fn files(&self, version: VersionId) -> Result<Vec<File>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached("SELECT file FROM edition_file WHERE edition = ?1")?;
        let names = statement.query_map([id], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        Ok(File::ALL.into_iter().filter(|file| names.iter().any(|name| name == file.name())).collect())
    }

    /// Whether the edition in force is the one that should be.
    pub fn freshness(&self, moment: DateTime<Utc>, calendar: &Calendar) -> Result<Freshness, StoreError> {
        let today = time::finnish(moment).date();
        let Some(edition) = self.edition_at(moment)? else { return Ok(Freshness::None) };
        let due = calendar.next(edition.in_force);
        if due <= today {
            let days = today.signed_duration_since(due).num_days();
            return Ok(Freshness::Stale { version: edition.version, due, days });
        }
        let next = self.all()?.into_iter().rev().find(|other| other.in_force > today && other.in_force <= due);
        Ok(Freshness::Fresh { version: edition.version, next_due: due, next: next.map(|next| next.version) })
    }

    fn id(&self, version: VersionId) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM edition WHERE version = ?1")?;
        Ok(statement.query_row(params![version.to_string()], |row| row.get(0)).optional()?)
    }
}

/// Whose file it is, and the version of its schema.
fn form(connection: &Connection) -> Result<(i32, i32), rusqlite::Error> {
    let number = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    Ok((number("application_id")?, number("user_version")?))
}

fn is_empty(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
}

fn stored(row: &Row) -> rusqlite::Result<(String, String, i64)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn info((version, in_force, packages): (String, String, i64)) -> Result<EditionInfo, StoreError> {
    Ok(EditionInfo {
        version: VersionId::parse(&version).ok_or(StoreError::Damaged("version"))?,
        in_force: in_force.parse().map_err(|_| StoreError::Damaged("day"))?,
        packages: u64::try_from(packages).map_err(|_| StoreError::Damaged("count"))?,
    })
}
