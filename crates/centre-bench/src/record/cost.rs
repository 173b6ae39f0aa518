//! One dispensation made durable, beside one bare row of the same size in a file with the same settings: alternately, some
//! of the one and some of the other, so that both meet the same disk.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use prescription::Oid;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{KEY, batch, median, open};
use crate::figures::hundredths;
use crate::messages::Made;

/// So many of the one before so many of the other.
const IN_TURN: usize = 10;

/// A bare row takes 6 pages of the log, which begins anew after 1000.
const IN_ADVANCE: usize = 400;

/// What was measured.
pub struct Cost {
    commit_ms: f64,
    number_ms: f64,
    bare_ms: f64,
    ratio: f64,
    rounds: usize,
}

impl Cost {
    /// One line.
    pub fn line(&self) -> String {
        format!(
            "durable dispensations: {:.0}/s ({:.2} ms), a bare row {:.0}/s ({:.2} ms): {:.2} times the cost (median of {} \
             rounds); the number of a document, durable before: {:.2} ms more",
            1000.0 / self.commit_ms,
            self.commit_ms,
            1000.0 / self.bare_ms,
            self.bare_ms,
            self.ratio,
            self.rounds,
            self.number_ms,
        )
    }

    /// For programs.
    pub fn told(&self) -> Value {
        json!({
            "dispensations_per_second": (1000.0 / self.commit_ms).round(), "commit_ms": hundredths(self.commit_ms),
            "bare_rows_per_second": (1000.0 / self.bare_ms).round(), "bare_ms": hundredths(self.bare_ms),
            "ratio": hundredths(self.ratio), "number_ms": hundredths(self.number_ms), "rounds": self.rounds,
        })
    }
}

/// Measures.
pub fn measure(folder: &Path, made: &[Made], rounds: usize, commits: usize) -> Result<Cost> {
    let record = open(folder, "cost.db")?;
    let bare = bare(&folder.join("bare.db"))?;
    let (mut commit, mut number, mut row, mut ratio) = (vec![], vec![], vec![], vec![]);
    let mut serial = 0_u64;
    // A round in advance, long enough that both logs have reached the size at which they begin anew: a log that still
    // grows is dearer to flush.
    for round in 0..=rounds {
        let commits = if round == 0 { commits.max(IN_ADVANCE) } else { commits };
        let (mut committing, mut numbering, mut inserting) = (0.0, 0.0, 0.0);
        for _ in 0..commits.div_ceil(IN_TURN) {
            for _ in 0..IN_TURN {
                let document = bytes(made, serial)?;
                let prescription = Oid::parse(&format!("1.2.246.10.99999903.93.2026.7.{serial}")).context("an OID")?;
                let begun = Instant::now();
                let given = record.next_document_number(2026)?;
                numbering += begun.elapsed().as_secs_f64();
                let batch = batch(&format!("1.2.246.10.99999901.93001.2026.{given}"), &prescription, document);
                let begun = Instant::now();
                record.commit(batch)?;
                committing += begun.elapsed().as_secs_f64();
                serial += 1;
            }
            for _ in 0..IN_TURN {
                let document = bytes(made, serial)?;
                // As large as all that the record keeps of a dispensation: document, summary, payload.
                let size = document.len() + ROUND_ABOUT;
                let mut one = document;
                one.resize(size, b' ');
                let begun = Instant::now();
                bare.prepare_cached("INSERT INTO row (bytes) VALUES (?1)")?.execute([&one])?;
                inserting += begun.elapsed().as_secs_f64();
            }
        }
        if round > 0 {
            let each = 1000.0 / (commits.div_ceil(IN_TURN) * IN_TURN) as f64;
            commit.push(committing * each);
            number.push(numbering * each);
            row.push(inserting * each);
            ratio.push(committing / inserting);
        }
    }
    Ok(Cost {
        commit_ms: median(commit),
        number_ms: median(number),
        bare_ms: median(row),
        ratio: median(ratio),
        rounds,
    })
}

/// The summary and the payload of a dispensation together, in bytes.
const ROUND_ABOUT: usize = 600;

fn bytes(made: &[Made], serial: u64) -> Result<Vec<u8>> {
    let at = usize::try_from(serial)? % made.len().max(1);
    Ok(made.get(at).context("no documents were made")?.request.document.clone())
}

/// A file with the settings of the record's, and one table of one column.
fn bare(file: &Path) -> Result<Connection> {
    let connection = unlocked(file)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;",
    )?;
    Ok(connection)
}

/// A file by SQLite alone, with the key of every file here.
pub fn unlocked(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; PRAGMA locking_mode = EXCLUSIVE;"))?;
    Ok(connection)
}
