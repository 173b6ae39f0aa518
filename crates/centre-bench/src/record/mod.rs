//! What the record costs: a dispensation made durable beside one bare encrypted row of the same size, the counter's
//! operations with many documents waiting beside few, a backup beside a counter that saves, and how fast what waited goes
//! to the real Centre over TLS beside what that Centre takes at all. Started by `cargo xtask bench record`.

mod backup;
mod cost;
mod drain;
mod waiting;

use std::path::Path;

use anyhow::{Context, Result};
use centre::store::SqliteStore;
use chrono::Utc;
use prescription::Oid;
use record::{Batch, Key, NewDocument, NewEvent, Options, Record};
use serde_json::{Value, json};
use test_authority::Authority;

use crate::chains::Chains;
use crate::figures::{self, hundredths};
use crate::messages::{Made, Messages};

/// How much is measured.
pub struct Plan {
    /// Rounds of which the median counts.
    pub rounds: usize,
    /// Dispensations of a round.
    pub commits: usize,
    /// Documents that wait.
    pub waiting: usize,
    /// Dispensations that are drained.
    pub drained: usize,
}

/// The actor of everything here: an artificial registration number.
const PHARMACIST: &str = "12345678903";

impl Plan {
    /// Measures all, and prints tables or one object.
    pub fn run(&self, folder: &Path, json: bool) -> Result<()> {
        let say = |line: String| if json { eprintln!("{line}") } else { println!("{line}") };
        let flush_before = figures::flush(folder)?;
        let (pki, data) = (folder.join("pki"), folder.join("centre"));
        std::fs::create_dir_all(&data)?;
        Authority::create(&pki, Utc::now()).context("the certificates")?;
        let messages = Messages::new(&pki)?;
        let store = SqliteStore::open(&data.join("centre.db"))?;
        let mut chains = Chains::new(&pki)?;
        // Each chain gives one dispensation: those that are drained in two ways, two rounds of each, and one in advance.
        let needed = self.drained * 3 + 100;
        chains.grow(&store, needed as u64 * 3)?;
        let made = messages.made(&store, &chains, self.drained)?;
        let size = made.iter().map(|one| one.request.document.len()).sum::<usize>() / made.len().max(1);
        say(format!("a signed dispensation has {size} bytes; a flush of 4 KiB takes {flush_before:.2} ms"));

        let cost = cost::measure(folder, &made, self.rounds, self.commits)?;
        say(cost.line());
        let waiting = waiting::measure(folder, &made, self.waiting, self.rounds)?;
        waiting.iter().for_each(|row| say(row.line()));
        let backup = backup::measure(folder, &made)?;
        say(backup.line());
        let drain = drain::measure(folder, &pki, &data, &store, &chains, &messages, made)?;
        say(drain.line());
        let flush_after = figures::flush(folder)?;
        say(format!("a flush of 4 KiB took {flush_after:.2} ms afterwards; load {}", figures::load()));
        if json {
            let told = json!({
                "bench": "record", "document_bytes": size, "flush_ms": hundredths(flush_before),
                "flush_ms_after": hundredths(flush_after), "cost": cost.told(),
                "waiting": waiting.iter().map(waiting::Row::told).collect::<Vec<Value>>(),
                "backup": backup.told(), "drain": drain.told(),
            });
            println!("{told}");
        }
        Ok(())
    }
}

/// A record in a file of its own.
fn open(folder: &Path, name: &str) -> Result<Record> {
    Ok(Record::open(&folder.join(name), &Key::new(KEY), Options::new(1, Utc::now()))?)
}

/// The key of every file here.
const KEY: [u8; 32] = [7; 32];

/// What the counter commits when one dispensation was signed: the same event, the same document, the same summary.
fn batch(document_id: &str, prescription: &Oid, bytes: Vec<u8>) -> Batch {
    let now = Utc::now();
    let event =
        json!({ "prescription": prescription.as_str(), "amount": "21 fol", "reason": null, "prepared_by": null });
    Batch::new(now)
        .by(PHARMACIST)
        .putting_down(prescription.as_str())
        .event(NewEvent::new("dispensation.signed", now, event).by(PHARMACIST).about(document_id))
        .document(NewDocument {
            document_id: document_id.to_owned(),
            set_id: document_id.to_owned(),
            prescription_set_id: prescription.to_string(),
            kind_code: "11".to_owned(),
            bytes,
            summary: summary(prescription),
        })
}

/// A summary as large as the counter's.
fn summary(prescription: &Oid) -> Value {
    json!({
        "prescription_id": prescription.as_str(), "medicine": "DIAPAM 5 mg tabletti", "amount": "21 fol", "kind": "part",
        "patient": "Testinen, Aino Maria", "dispensed_at": Utc::now(), "pharmacist": "Salminen, Siri",
    })
}

/// The document of one of those that were made, as a batch of its own.
fn of(made: &Made) -> Batch {
    let id = made.request.reference.id.as_str();
    let mut batch = batch(id, &made.prescription_set, made.request.document.clone());
    for document in &mut batch.outbox {
        document.set_id = made.request.reference.set_id.to_string();
    }
    batch
}

/// The middle one.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}
