//! `simulate`: runs the schedules of seeds and says which of them found something.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Parser;
use serde_json::json;
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
    /// How many at once. A schedule waits for its records' own threads now and then: twice as many as processors is best.
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from) * 2)]
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
    let (next, end) = (options.from, options.from.saturating_add(options.seeds));
    let seeds = Mutex::new(Seeds { next, end, running: BTreeSet::new() });
    let shop = Shop { options, materials: &materials, seeds, sums: Mutex::default() };
    let (ended, end) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| shop.tells_how_far(begun, end));
        let workers: Vec<_> = (0..options.jobs.max(1)).map(|_| scope.spawn(|| shop.work())).collect();
        // A worker's panic is the scope's own, after all have ended.
        workers.into_iter().for_each(|worker| drop(worker.join()));
        drop(ended);
    });
    let sums = shop.sums.into_inner().unwrap_or_else(PoisonError::into_inner);
    let told = if options.json { sums.json(begun.elapsed()) } else { sums.lines(begun.elapsed()) };
    println!("{told}");
    Ok(sums.found.is_empty())
}

/// How often it is said how far the seeds are.
const EVERY: Duration = Duration::from_secs(60);

/// Which seeds are still to be run, and which are.
struct Seeds {
    next: u64,
    end: u64,
    running: BTreeSet<u64>,
}

impl Seeds {
    /// The next seed, if there is one; `done` is what the asker ran before.
    fn take(&mut self, done: Option<u64>) -> Option<u64> {
        done.map(|seed| self.running.remove(&seed));
        let seed = (self.next < self.end).then_some(self.next)?;
        self.next += 1;
        self.running.insert(seed);
        Some(seed)
    }

    /// Every seed before this one has been run.
    fn done_before(&self) -> u64 {
        self.running.first().copied().unwrap_or(self.next)
    }
}

struct Shop<'a> {
    options: &'a Options,
    materials: &'a Materials,
    seeds: Mutex<Seeds>,
    sums: Mutex<Sums>,
}

impl Shop<'_> {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seeds(&self) -> MutexGuard<'_, Seeds> {
        self.seeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says each minute how far it is, so that a run that was ended can be gone on with.
    fn tells_how_far(&self, begun: Instant, end: Receiver<()>) {
        while end.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
            let next = self.seeds().done_before();
            let sums = self.sums();
            let (schedules, rate, found) = (sums.schedules, sums.rate(begun.elapsed()), sums.found.len());
            eprintln!("{schedules} schedules, {rate:.1} a second, {found} found something; goes on with --from {next}");
        }
    }

    /// Takes one seed after another until there is none.
    fn work(&self) {
        let mut worker = Worker::default();
        let mut done = None;
        loop {
            // In a statement of its own: the lock is not held while the seed is run.
            let taken = self.seeds().take(done);
            let Some(seed) = taken else { return };
            let manner = Manner { lines: self.options.trace, bug: self.options.bug };
            match worker.judged(self.materials, seed, manner) {
                Ok(outcome) => self.told(outcome),
                Err(worst) => {
                    // The program panicked, or the simulation itself: the worker's things may be half used.
                    worker = Worker::default();
                    self.found(seed, &[format!("panic: {worst}")]);
                }
            }
            done = Some(seed);
        }
    }

    fn told(&self, outcome: Outcome) {
        if self.options.trace {
            outcome.lines.iter().for_each(|line| println!("{line}"));
        }
        if self.options.seeds == 1 && !self.options.json {
            println!("seed {}, trace {}", outcome.seed, outcome.hash);
        }
        self.sums().add(&outcome);
        let lines: Vec<String> = outcome.violations.iter().map(|one| format!("{}: {}", one.check, one.text)).collect();
        if !lines.is_empty() {
            self.found(outcome.seed, &lines);
        }
    }

    fn found(&self, seed: u64, lines: &[String]) {
        let mut sums = self.sums();
        if !self.options.json {
            lines.iter().for_each(|line| println!("seed {seed}: {line}"));
        }
        sums.found.entry(seed).or_default().extend_from_slice(lines);
        if self.options.first {
            self.seeds().end = 0;
        }
    }
}

/// So many seeds that found something are named at the end.
const NAMED: usize = 10;

#[derive(Default)]
struct Sums {
    schedules: u64,
    hand_overs: u64,
    steps: u64,
    faults: BTreeMap<&'static str, u64>,
    failures: BTreeMap<String, u64>,
    found: BTreeMap<u64, Vec<String>>,
}

impl Sums {
    fn add(&mut self, outcome: &Outcome) {
        self.schedules += 1;
        self.hand_overs += outcome.hand_overs as u64;
        self.steps += outcome.steps;
        for (name, count) in &outcome.faults {
            *self.faults.entry(name).or_default() += count;
        }
        for (name, count) in &outcome.failures {
            *self.failures.entry(name.clone()).or_default() += count;
        }
    }

    fn rate(&self, took: Duration) -> f64 {
        self.schedules as f64 / took.as_secs_f64().max(f64::EPSILON)
    }

    fn lines(&self, took: Duration) -> String {
        let (schedules, rate) = (self.schedules, self.rate(took));
        let (hand_overs, steps, found) = (self.hand_overs, self.steps, self.found.len());
        let mut told = format!("{schedules} schedules, {rate:.1} a second; {hand_overs} hand-overs, {steps} steps\n");
        let list = |counts: Vec<String>| counts.join(", ");
        told += &format!("faults: {}\n", list(self.faults.iter().map(|(n, c)| format!("{n} {c}")).collect()));
        told +=
            &format!("came to nothing: {}\n", list(self.failures.iter().map(|(n, c)| format!("{n} {c}")).collect()));
        told += &format!("{found} seeds found something");
        for seed in self.found.keys().take(NAMED) {
            told += &format!("\nagain: cargo xtask simulate --seeds 1 --from {seed} --trace");
        }
        told
    }

    fn json(&self, took: Duration) -> String {
        json!({
            "schedules": self.schedules,
            "schedules_a_second": self.rate(took),
            "seconds": took.as_secs_f64(),
            "hand_overs": self.hand_overs,
            "steps": self.steps,
            "faults": self.faults,
            "came_to_nothing": self.failures,
            "found": self.found,
        })
        .to_string()
    }
}
