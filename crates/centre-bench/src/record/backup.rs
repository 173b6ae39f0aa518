//! A backup of a large record while the counter saves: the longest that a dispensation waited for its answer, beside the
//! longest without a backup.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use chrono::Utc;
use prescription::Oid;
use record::{Batch, Key, Options, Record};
use serde_json::{Value, json};

use super::{KEY, batch, median};
use crate::figures::hundredths;
use crate::messages::Made;

/// What was measured.
pub struct Backup {
    megabytes: f64,
    took: Duration,
    attended: u64,
    during: Waits,
    without: Waits,
}

/// How long dispensations waited, in milliseconds.
struct Waits {
    count: usize,
    median: f64,
    longest: f64,
}

impl Backup {
    /// One line.
    pub fn line(&self) -> String {
        format!(
            "backup of {:.0} MB in {:.1} s, {} calls answered between its steps: a dispensation waited {:.2} ms in the \
             median and {:.1} ms at the longest ({} of them); without a backup {:.2} and {:.1} ms",
            self.megabytes,
            self.took.as_secs_f64(),
            self.attended,
            self.during.median,
            self.during.longest,
            self.during.count,
            self.without.median,
            self.without.longest,
        )
    }

    /// For programs.
    pub fn told(&self) -> Value {
        let waits = |waits: &Waits| {
            json!({ "dispensations": waits.count, "median_ms": hundredths(waits.median),
                                               "longest_ms": hundredths(waits.longest) })
        };
        json!({ "megabytes": self.megabytes.round(), "seconds": hundredths(self.took.as_secs_f64()),
                "attended": self.attended, "during": waits(&self.during), "without": waits(&self.without) })
    }
}

/// Measures, on the record with many waiting that is there already.
pub fn measure(folder: &Path, made: &[Made]) -> Result<Backup> {
    let file = folder.join("many.db");
    let record = Record::open(&file, &Key::new(KEY), Options::new(1, Utc::now()))?;
    let megabytes = std::fs::metadata(&file)?.len() as f64 / 1e6;
    let serial = std::sync::atomic::AtomicU64::new(0);
    let save = |until: &dyn Fn(Instant) -> bool| -> Result<Waits> {
        let mut times = vec![];
        let begun = Instant::now();
        while !until(begun) {
            let number = serial.fetch_add(1, Ordering::Relaxed);
            let bytes = made.first().context("a document")?.request.document.clone();
            let set = Oid::parse(&format!("1.2.246.10.99999903.93.2026.8.{number}")).context("an OID")?;
            let batch: Batch = batch(&format!("1.2.246.10.99999901.93001.2026.8{number}"), &set, bytes);
            let asked = Instant::now();
            record.commit(batch)?;
            times.push(asked.elapsed().as_secs_f64() * 1000.0);
            // As a counter that is very busy.
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Waits { count: times.len(), longest: times.iter().copied().fold(0.0, f64::max), median: median(times) })
    };
    let without = save(&|begun| begun.elapsed() > Duration::from_secs(3))?;
    let finished = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let backup = scope.spawn(|| {
            let begun = Instant::now();
            let made = record.backup(&folder.join("backup.db"));
            finished.store(true, Ordering::Relaxed);
            made.map(|made| (made, begun.elapsed()))
        });
        let during = save(&|_| finished.load(Ordering::Relaxed))?;
        let (made, took) = backup.join().ok().context("the backup's thread")??;
        Ok(Backup { megabytes, took, attended: made.attended, during, without })
    })
}
