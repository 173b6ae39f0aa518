//! An import from files on the disk, beside SQLite's own bulk insert: the same rows out of memory, into the same tables
//! with the same indexes and the same settings, prepared statements, one transaction. Both are in turns, each into a
//! file of its own. By the clock, from the first byte to the commit on the disk, so on a machine that does nothing else: an
//! import reads and writes at the same time. The same in processor time, which a busy machine does not change, is given as well.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use chrono::Utc;
use medicines::Shelf;
use medicines::artificial::{Artificial, Recipe};
use medicines::editions::{Editions, Policy, Sources, VersionId};
use medicines::import::File;
use medicines::import::kela::KelaNames;
use rusqlite::Connection;
use rusqlite::types::Value;
use rustix::time::{ClockId, clock_gettime};

use crate::figures::{Figures, median};

/// Measures Kela's database alone, and all files.
pub fn measure(folder: &Path, packages: usize, rounds: usize, figures: &mut Figures) -> Result<()> {
    let names = KelaNames::built_in()?;
    let version = VersionId::parse("2026.022").context("a version")?;
    let in_force = chrono::NaiveDate::from_ymd_opt(2026, 11, 15).context("a day")?;
    let mut made = Artificial::make(&Recipe { seed: 1, packages, version, in_force }, &names);
    for (what, is_all) in [("import of all files", true), ("import of Kela's database alone", false)] {
        if !is_all {
            File::ALL.into_iter().filter(|file| *file != File::Kela).for_each(|file| made.remove(file));
        }
        let files = folder.join(if is_all { "all" } else { "kela" });
        let _ = std::fs::remove_dir_all(&files);
        made.write(&files)?;
        let bytes = made_bytes(&files)?;
        let (mut here, mut beside, mut at_hand) = (Vec::new(), Vec::new(), Vec::new());
        let (mut work_here, mut work_beside) = (Vec::new(), Vec::new());
        let mut rows = None;
        for _ in 0..rounds.max(1) {
            let imported = Fresh::new(folder.join("imported.db"));
            let mut editions = Editions::open(&imported.0)?;
            let (begun, worked) = (Instant::now(), processor());
            editions.import(Sources::folder(&files)?, &names, &Policy::default(), Utc::now())?;
            here.push(begun.elapsed().as_secs_f64());
            work_here.push(processor() - worked);
            // What the counter does when an edition comes into force: reads it and builds its search.
            let worked = processor();
            Shelf::of(editions.load(version)?.context("the edition")?)?;
            at_hand.push(processor() - worked);
            drop(editions);
            let rows = match &mut rows {
                Some(rows) => rows,
                none => none.insert(Table::all(&Connection::open(&imported.0)?)?),
            };
            let bare = Fresh::new(folder.join("bare.db"));
            let (clock, work) = insert(&bare.0, rows)?;
            beside.push(clock);
            work_beside.push(work);
        }
        let (megabytes, rate) = (bytes / 1_000_000, |seconds: f64| packages as f64 / seconds);
        let what = format!("{what}, {packages} packages, {megabytes} MB");
        let bulk = "SQLite's bulk insert";
        let by_work = format!("{what}, in processor time");
        figures.add(what, rate(median(here)), bulk, Some(rate(median(beside))), "packages/s");
        figures.add(by_work, rate(median(work_here)), bulk, Some(rate(median(work_beside))), "packages/s");
        if is_all {
            let what = format!("an edition brought to hand, {packages} packages");
            figures.add(what, 1000.0 * median(at_hand), "", None, "ms");
        }
    }
    Ok(())
}

/// Seconds that this process has worked.
fn processor() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn made_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// A database file that is not there yet, and is gone afterwards.
struct Fresh(PathBuf);

impl Fresh {
    fn new(path: PathBuf) -> Self {
        let fresh = Self(path);
        fresh.remove();
        fresh
    }

    fn remove(&self) {
        for end in ["", "-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        self.remove();
    }
}

/// A table with all its rows, in memory.
struct Table {
    insert: String,
    rows: Vec<Vec<Value>>,
}

impl Table {
    fn all(from: &Connection) -> Result<Vec<Table>> {
        let mut names =
            from.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")?;
        let names = names.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        names.iter().map(|name| Table::read(from, name)).collect()
    }

    fn read(from: &Connection, name: &str) -> Result<Table> {
        let mut select = from.prepare(&format!("SELECT * FROM {name}"))?;
        let columns = select.column_count();
        let rows = select.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?;
        let rows = rows.collect::<Result<Vec<Vec<Value>>, _>>()?;
        let places: Vec<String> = (1..=columns).map(|place| format!("?{place}")).collect();
        Ok(Table { insert: format!("INSERT INTO {name} VALUES ({})", places.join(", ")), rows })
    }
}

/// Seconds of the bulk insert.
fn insert(path: &Path, tables: &[Table]) -> Result<(f64, f64)> {
    drop(Editions::open(path)?);
    let mut connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")?;
    let (begun, worked) = (Instant::now(), processor());
    let transaction = connection.transaction()?;
    for table in tables {
        let mut statement = transaction.prepare(&table.insert)?;
        for row in &table.rows {
            statement.execute(rusqlite::params_from_iter(row))?;
        }
    }
    transaction.commit()?;
    Ok((begun.elapsed().as_secs_f64(), processor() - worked))
}
