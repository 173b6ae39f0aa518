//! Rates, percentiles and medians, and how they are told.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

/// One round: how many a second, and how long one took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// A second.
    pub rate: f64,
    /// Milliseconds that half, nineteen of twenty and ninety-nine of a hundred took at most.
    pub p50: f64,
    /// 95 %.
    pub p95: f64,
    /// 99 %.
    pub p99: f64,
}

impl Figures {
    /// Of the times of a round that lasted so long.
    pub fn of(mut times: Vec<Duration>, lasted: Duration) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self { rate: times.len() as f64 / lasted.as_secs_f64(), p50: at(50), p95: at(95), p99: at(99) }
    }

    fn told(&self) -> Value {
        json!({
            "per_second": tenths(self.rate), "p50_ms": tenths(self.p50), "p95_ms": tenths(self.p95),
            "p99_ms": tenths(self.p99),
        })
    }
}

/// The round whose rate is the median.
pub fn median(mut rounds: Vec<Figures>) -> Figures {
    rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    rounds.get(rounds.len() / 2).copied().unwrap_or_else(|| Figures::of(vec![], Duration::from_secs(1)))
}

/// Processor time of one dispensation in milliseconds, of both ends: both have the same cores. Nothing where the system does
/// not tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// The server's.
    pub server: f64,
    /// That of whoever sends.
    pub load: f64,
}

impl Cost {
    /// Of so many dispensations, from what both processes had used before and after them.
    pub fn of(count: usize, before: [Option<Duration>; 2], after: [Option<Duration>; 2]) -> Option<Self> {
        let [server, load] = [0, 1].map(|end: usize| {
            let used = (*after.get(end)?)?.checked_sub((*before.get(end)?)?)?;
            Some(used.as_secs_f64() * 1000.0 / count.max(1) as f64)
        });
        Some(Self { server: server?, load: load? })
    }

    /// The mean of rounds; nothing where one was not told.
    pub fn mean(rounds: &[Option<Self>]) -> Option<Self> {
        let all: Vec<Self> = rounds.iter().copied().collect::<Option<_>>()?;
        let mean = |of: fn(&Self) -> f64| all.iter().map(of).sum::<f64>() / all.len().max(1) as f64;
        Some(Self { server: mean(|one| one.server), load: mean(|one| one.load) })
    }

    fn told(cost: Option<Self>) -> Value {
        cost.map_or(Value::Null, |cost| json!({ "server": hundredths(cost.server), "load": hundredths(cost.load) }))
    }

    fn line(cost: Option<Self>) -> String {
        cost.map_or_else(|| " | ".to_owned(), |cost| format!("{:.2} | {:.2}", cost.server, cost.load))
    }
}

/// Both at once, at the rate of the peak.
pub struct Mixed {
    /// Dispensations.
    pub stores: Figures,
    /// Searches.
    pub searches: Figures,
}

/// What was measured at one size.
pub struct Row {
    /// Documents in the store when it began.
    pub documents: u64,
    /// The whole file by its documents: with their chains, the log and the indexes.
    pub file_bytes_a_document: f64,
    /// A document as it is.
    pub document_bytes: f64,
    /// A document as it lies in the file.
    pub packed_bytes: f64,
    /// Dispensations alone.
    pub stores: Figures,
    /// Processor time of one of them.
    pub cost: Option<Cost>,
    /// Searches alone.
    pub searches: Figures,
    /// The same searches with a connection for each.
    pub searches_anew: Figures,
    /// At the peak.
    pub mixed: Mixed,
    /// Dispensations that were accepted and found in the store afterwards.
    pub dispensed: u64,
}

impl Row {
    /// One line.
    pub fn line(&self) -> String {
        let one = |f: &Figures| format!("{:.0}/s (p50 {:.1}, p95 {:.1}, p99 {:.1} ms)", f.rate, f.p50, f.p95, f.p99);
        format!(
            "{} documents: dispensations {}, searches {}, with a connection for each {}; at the peak p99 {:.1} and {:.1} ms",
            self.documents,
            one(&self.stores),
            one(&self.searches),
            one(&self.searches_anew),
            self.mixed.stores.p99,
            self.mixed.searches.p99
        )
    }

    /// What a connection for each adds to a search: milliseconds of this machine, both ends on it.
    fn handshake_ms(&self) -> f64 {
        1000.0 / self.searches_anew.rate - 1000.0 / self.searches.rate
    }

    fn told(&self) -> Value {
        json!({
            "documents": self.documents,
            "document_bytes": self.document_bytes.round(),
            "packed_bytes": self.packed_bytes.round(),
            "file_bytes_per_document": self.file_bytes_a_document.round(),
            "dispensations": self.stores.told(),
            "processor_ms_a_dispensation": Cost::told(self.cost),
            "searches": self.searches.told(),
            "searches_with_a_connection_for_each": self.searches_anew.told(),
            "peak": { "dispensations": self.mixed.stores.told(), "searches": self.mixed.searches.told() },
            "accepted_and_stored": self.dispensed,
        })
    }
}

/// Everything that is told at the end.
pub struct Told {
    /// One for each size.
    pub rows: Vec<Row>,
    /// The bare server.
    pub bare: Figures,
    /// Processor time of one of its dispensations.
    pub bare_cost: Option<Cost>,
    cores: usize,
    load_before: String,
    flush_ms: f64,
}

impl Told {
    /// What this machine is like just now.
    pub fn of_this_machine(folder: &Path) -> Result<Self> {
        Ok(Self {
            rows: vec![],
            bare: median(vec![]),
            bare_cost: None,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load_before: load(),
            flush_ms: flush(folder)?,
        })
    }

    /// Says a line where a person reads.
    pub fn say(&self, line: &str, json: bool) {
        if json { eprintln!("{line}") } else { println!("{line}") }
    }

    /// Tables.
    pub fn print_tables(&self, rounds: usize) {
        println!(
            "\n{} cores, load {} before and {} after; a flush of 4 KiB takes {:.2} ms; medians of {rounds} rounds\n",
            self.cores,
            self.load_before,
            load(),
            self.flush_ms
        );
        println!(
            "| documents | dispensations/s | p50 | p95 | p99 ms | of the bare | searches/s | p50 | p95 | p99 ms |"
        );
        println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for row in &self.rows {
            let (s, q) = (row.stores, row.searches);
            println!(
                "| {} | {:.0} | {:.1} | {:.1} | {:.1} | {:.2} | {:.0} | {:.1} | {:.1} | {:.1} |",
                row.documents,
                s.rate,
                s.p50,
                s.p95,
                s.p99,
                s.rate / self.bare.rate,
                q.rate,
                q.p50,
                q.p95,
                q.p99
            );
        }
        let bare = self.bare;
        println!("| bare | {:.0} | {:.1} | {:.1} | {:.1} | 1.00 | | | | |\n", bare.rate, bare.p50, bare.p95, bare.p99);
        println!("| documents | processor ms a dispensation | of whoever sends |\n| ---: | ---: | ---: |");
        for row in &self.rows {
            println!("| {} | {} |", row.documents, Cost::line(row.cost));
        }
        println!("| bare | {} |\n", Cost::line(self.bare_cost));
        println!("| documents | searches/s with a connection for each | p50 | p95 | p99 ms | a handshake costs |");
        println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
        for row in &self.rows {
            let q = row.searches_anew;
            println!(
                "| {} | {:.0} | {:.1} | {:.1} | {:.1} | {:.2} ms |",
                row.documents,
                q.rate,
                q.p50,
                q.p95,
                q.p99,
                row.handshake_ms()
            );
        }
        println!("\n| documents | peak, dispensations p50 | p95 | p99 ms | searches p50 | p95 | p99 ms |");
        println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        for row in &self.rows {
            let (s, q) = (row.mixed.stores, row.mixed.searches);
            println!(
                "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                row.documents, s.p50, s.p95, s.p99, q.p50, q.p95, q.p99
            );
        }
        println!(
            "\n| documents | a document | as it lies | all of the file by documents |\n| ---: | ---: | ---: | ---: |"
        );
        for row in &self.rows {
            println!(
                "| {} | {:.0} B | {:.0} B | {:.0} B |",
                row.documents, row.document_bytes, row.packed_bytes, row.file_bytes_a_document
            );
        }
        if let Some(kept) = self.kept() {
            println!("\nat the largest store {:.0} % of the rate at the smallest", kept * 100.0);
        }
    }

    /// One object.
    pub fn print_json(&self, rounds: usize) {
        let sizes: Vec<Value> = self.rows.iter().map(Row::told).collect();
        let of_bare: Vec<f64> = self.rows.iter().map(|row| hundredths(row.stores.rate / self.bare.rate)).collect();
        println!(
            "{}",
            json!({
                "bench": "centre", "rounds": rounds, "cores": self.cores, "load_before": self.load_before,
                "load_after": load(), "flush_ms": hundredths(self.flush_ms), "sizes": sizes, "bare": self.bare.told(),
                "bare_processor_ms": Cost::told(self.bare_cost),
                "ratio_to_bare": of_bare, "rate_kept_at_largest": self.kept().map(hundredths),
            })
        );
    }

    fn kept(&self) -> Option<f64> {
        let (first, last) = (self.rows.first()?, self.rows.last()?);
        Some(last.stores.rate / first.stores.rate)
    }
}

/// Bytes of a store's file.
pub fn file_size(data: &Path) -> Result<u64> {
    Ok(std::fs::metadata(data.join("centre.db"))?.len())
}

/// The machine's load.
pub fn load() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').next().unwrap_or_default().to_owned()
}

/// How long the disk takes to flush a page that was appended: the median of fifty.
pub fn flush(folder: &Path) -> Result<f64> {
    use std::io::Write;
    let path = folder.join("flush");
    let mut file = std::fs::File::create(&path)?;
    let mut times = vec![];
    for _ in 0..50 {
        let begun = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(Figures::of(times, Duration::from_secs(1)).p50)
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Rounded to hundredths.
pub fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_so_many_took_at_most() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let figures = Figures::of(times, Duration::from_secs(2));
        assert_eq!(figures, Figures { rate: 100.0, p50: 100.0, p95: 190.0, p99: 198.0 });
    }

    #[test]
    fn processor_time_is_told_for_one_dispensation_and_only_where_the_system_tells_both() {
        let used = |server, load| [Some(Duration::from_millis(server)), Some(Duration::from_millis(load))];
        let cost = Cost::of(100, used(50, 20), used(250, 70));
        assert_eq!(cost, Some(Cost { server: 2.0, load: 0.5 }));
        assert_eq!(Cost::of(100, used(50, 20), [Some(Duration::from_secs(1)), None]), None);
        assert_eq!(Cost::mean(&[cost, Some(Cost { server: 4.0, load: 1.5 })]), Some(Cost { server: 3.0, load: 1.0 }));
        assert_eq!(Cost::mean(&[cost, None]), None);
    }

    #[test]
    fn of_several_rounds_the_middle_one_counts() {
        let round = |rate| Figures { rate, p50: rate, p95: 0.0, p99: 0.0 };
        assert_eq!(median(vec![round(3.0), round(1.0), round(2.0)]), round(2.0));
    }
}
