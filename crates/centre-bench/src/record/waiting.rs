//! The counter's own operations with many documents waiting, beside a record in which few do.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use chrono::{Duration, Utc};
use prescription::Oid;
use record::{Batch, OutboxFilter, OutboxState, Record};
use serde_json::{Value, json};

use super::{batch, median, open};
use crate::figures::hundredths;
use crate::messages::Made;

/// In the record with few, so that both list as much.
const FEW: usize = 60;
/// How many a list shows at once.
const PAGE: usize = 50;
/// Calls of one kind in a round.
const CALLS: usize = 20;

/// One operation.
pub struct Row {
    what: &'static str,
    few_ms: f64,
    many_ms: f64,
    many: usize,
}

impl Row {
    /// One line.
    pub fn line(&self) -> String {
        format!(
            "{:<34} {FEW} waiting {:.3} ms, {} waiting {:.3} ms: {:+.1} %",
            self.what,
            self.few_ms,
            self.many,
            self.many_ms,
            (self.many_ms / self.few_ms - 1.0) * 100.0
        )
    }

    /// For programs.
    pub fn told(&self) -> Value {
        let thousandths = |value: f64| (value * 1000.0).round() / 1000.0;
        json!({ "what": self.what, "few_ms": thousandths(self.few_ms), "many_ms": thousandths(self.many_ms),
                "few": FEW, "many": self.many, "ratio": hundredths(self.many_ms / self.few_ms) })
    }
}

type Operation = (&'static str, fn(&Record, &[Made], &mut u64) -> Result<()>);

const OPERATIONS: &[Operation] = &[
    ("save a dispensation", save),
    ("counts", |record, _, _| Ok(record.counts().map(|_| ())?)),
    ("when the next is due", |record, _, _| Ok(record.next_due().map(|_| ())?)),
    ("what is due: nothing yet", |record, _, _| Ok(record.due(Utc::now(), 16).map(|_| ())?)),
    ("list what waits, a page", |record, _, _| list(record, vec![OutboxState::Waiting], None)),
    ("list what was refused", |record, _, _| list(record, vec![OutboxState::Refused], None)),
    ("documents of one prescription", |record, _, _| list(record, vec![], Some(set(3)?.to_string()))),
];

/// Measures, the two records in turn.
pub fn measure(folder: &Path, made: &[Made], many: usize, rounds: usize) -> Result<Vec<Row>> {
    let mut serials = [1_000_000_u64, 2_000_000];
    for (name, count) in [("few.db", FEW), ("many.db", many)] {
        fill(folder, name, made, count)?;
    }
    let records = [open(folder, "few.db")?, open(folder, "many.db")?];
    let mut rows = vec![];
    for (what, operation) in OPERATIONS {
        let mut times = [vec![], vec![]];
        for round in 0..=rounds.max(3) {
            for _ in 0..CALLS {
                for ((record, serial), times) in records.iter().zip(&mut serials).zip(&mut times) {
                    let begun = Instant::now();
                    operation(record, made, serial)?;
                    if round > 0 {
                        times.push(begun.elapsed().as_secs_f64() * 1000.0);
                    }
                }
            }
        }
        let [few, many_times] = times;
        rows.push(Row { what, few_ms: median(few), many_ms: median(many_times), many });
    }
    Ok(rows)
}

/// So many that were tried once and wait for another attempt, as in an outage.
fn fill(folder: &Path, name: &str, made: &[Made], count: usize) -> Result<()> {
    let now = Utc::now();
    let record = open(folder, name)?;
    let numbers: Vec<usize> = (0..count).collect();
    for part in numbers.chunks(record::LIMIT_BATCH_DOCUMENTS) {
        let mut together = Batch::new(now).by(super::PHARMACIST);
        for number in part {
            let bytes = made.get(number % made.len().max(1)).context("a document")?.request.document.clone();
            let one = batch(&format!("1.2.246.10.99999901.93001.2026.5{number}"), &set(*number)?, bytes);
            together.events.extend(one.events);
            together.outbox.extend(one.outbox);
        }
        record.commit(together)?;
    }
    drop(record);
    // The attempts themselves are noted past the record: a hundred thousand flushes would say nothing more.
    let file = super::cost::unlocked(&folder.join(name))?;
    let next = (now + Duration::minutes(50)).timestamp_micros();
    file.execute("UPDATE outbox SET next_try_at = ?1, attempts = 1, last_code = 'no-connection'", [next])?;
    Ok(())
}

fn set(number: usize) -> Result<Oid> {
    Oid::parse(&format!("1.2.246.10.99999903.93.2026.6.{number}")).context("an OID")
}

fn save(record: &Record, made: &[Made], serial: &mut u64) -> Result<()> {
    *serial += 1;
    let bytes = made.first().context("a document")?.request.document.clone();
    let id = format!("1.2.246.10.99999901.93001.2026.{serial}");
    let now = Utc::now();
    record.commit(batch(&id, &set(usize::try_from(*serial)?)?, bytes))?;
    // Nothing of it is due while other operations are measured.
    for due in record.due(now, 4)? {
        record.attempt_failed(&due.item.document_id, "no-connection", now + Duration::minutes(50), now)?;
    }
    Ok(())
}

fn list(record: &Record, states: Vec<OutboxState>, prescription_set_id: Option<String>) -> Result<()> {
    let filter = OutboxFilter { states, prescription_set_id, limit: Some(PAGE), ..OutboxFilter::default() };
    record.outbox(filter)?;
    Ok(())
}
