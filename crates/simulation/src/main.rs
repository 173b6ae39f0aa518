//! `simulate`: runs schedules of seeds and says which of them found something.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use simulation::{Bug, Manner, Materials, Outcome, Worker};

/// Runs whole pharmacies and a whole Prescription Centre by seeds, and says which seed found something.
#[derive(Parser)]
struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 200)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many at once.
    #[arg(long, default_value_t = 1)]
    jobs: usize,
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
    /// Everything that happens is printed.
    #[arg(long)]
    trace: bool,
    /// A bug that is put in on purpose.
    #[arg(long)]
    bug: Option<Bug>,
    /// Ends with the first seed that found something.
    #[arg(long)]
    first: bool,
    /// Where the certificates lie, or are made.
    #[arg(long)]
    certificates: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("simulate: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<bool> {
    let materials = Materials::in_folder(&options.certificates)?;
    let begun = Instant::now();
    let next = AtomicU64::new(options.from);
    let end = options.from.saturating_add(options.seeds);
    let found = Mutex::new(Vec::<Outcome>::new());
    let sums = Mutex::new(Sums::default());
    let manner = Manner { lines: options.trace, bug: options.bug };
    std::thread::scope(|scope| {
        let work = || {
            let mut worker = Worker::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end {
                    return;
                }
                let outcome = match worker.run(&materials, seed, manner) {
                    Ok(outcome) => outcome,
                    Err(error) => {
                        eprintln!("seed {seed}: {error:#}");
                        next.store(end, Ordering::Relaxed);
                        if let Ok(mut sums) = sums.lock() { sums.broken += 1 }
                        return;
                    }
                };
                if let Ok(mut sums) = sums.lock() { sums.add(&outcome) }
                if options.trace {
                    outcome.lines.iter().for_each(|line| println!("{line}"));
                }
                if !outcome.violations.is_empty() {
                    if !options.json {
                        for one in &outcome.violations {
                            println!("seed {seed}: {}: {}", one.check, one.text);
                        }
                    }
                    if options.first { next.store(end, Ordering::Relaxed) }
                    if let Ok(mut found) = found.lock() { found.push(outcome) }
                } else if options.seeds == 1 {
                    println!("seed {seed}: {}", outcome.hash);
                }
            }
        };
        for _ in 0..options.jobs.max(1) {
            scope.spawn(work);
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let sums = sums.into_inner().unwrap_or_default();
    let found = found.into_inner().unwrap_or_default();
    println!("{} schedules, {:.1} a second; {} hand-overs, {} steps; {} found something", sums.schedules, sums.schedules as f64 / seconds, sums.hand_overs, sums.steps, found.len());
    for (name, count) in &sums.faults { println!("  {name}: {count}"); }
    for (name, count) in &sums.failures { println!("  failed {name}: {count}"); }
    Ok(found.is_empty() && sums.broken == 0)
}

#[derive(Default)]
struct Sums {
    schedules: u64,
    broken: u64,
    hand_overs: usize,
    steps: u64,
    faults: std::collections::BTreeMap<&'static str, u64>,
    failures: std::collections::BTreeMap<String, u64>,
}

impl Sums {
    fn add(&mut self, outcome: &Outcome) {
        self.schedules += 1;
        self.hand_overs += outcome.hand_overs;
        self.steps += outcome.steps;
        for (name, count) in &outcome.faults { *self.faults.entry(name).or_default() += count; }
        for (name, count) in &outcome.failures { *self.failures.entry(name.clone()).or_default() += count; }
    }
}
