//! How fast the Prescription Centre is: durable signed dispensations and searches a second over TLS with client
//! certificates, at several sizes of its store, beside a bare server that does only the unavoidable work of one
//! dispensation. The Centre is the real program in a process of its own; the load comes from this one, on the same
//! machine. Started by `cargo xtask bench centre`.

mod bare;
mod chains;
mod figures;
mod messages;
mod record;
mod servers;
mod traffic;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use centre::store::{SqliteStore, Store};
use chrono::Utc;
use clap::{Parser, Subcommand};
use test_authority::{Authority, place};

use crate::chains::Chains;
use crate::figures::{Cost, Mixed, Row, Told, file_size, median};
use crate::messages::{Messages, Wire};
use crate::servers::{Server, processor_time};
use crate::traffic::{Arrival, Clients, Connections, Load};

/// Finland's estimated peak: dispensations and searches a second.
const PEAK: (u32, u32) = (16, 40);

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measures.
    Run {
        /// Sizes of the store in documents, growing: `10k,100k,1m`.
        #[arg(long, default_value = "10k,50k", value_delimiter = ',', value_parser = size)]
        documents: Vec<u64>,
        /// Rounds of which the median counts.
        #[arg(long, default_value_t = 3)]
        rounds: usize,
        /// Dispensations in a round; three times as many searches.
        #[arg(long, default_value_t = 1000)]
        messages: usize,
        /// Connections that send one message after the other.
        #[arg(long, default_value_t = 32)]
        connections: usize,
        /// Seconds of the peak.
        #[arg(long, default_value_t = 20)]
        peak_seconds: u32,
        /// Where the stores are made; a folder of the system's where none is said. It is removed afterwards.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// One JSON object at the end instead of tables.
        #[arg(long)]
        json: bool,
    },
    /// Measures the record: what a dispensation costs, what waiting documents cost, a backup, and draining.
    Record {
        /// Rounds of which the median counts.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Dispensations of a round.
        #[arg(long, default_value_t = 200)]
        commits: usize,
        /// Documents that wait.
        #[arg(long, default_value_t = 100_000)]
        waiting: usize,
        /// Dispensations that are drained.
        #[arg(long, default_value_t = 1000)]
        drained: usize,
        /// Where the files are made; a folder of the system's where none is said. It is removed afterwards.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// One JSON object at the end instead of lines.
        #[arg(long)]
        json: bool,
    },
    /// The bare server; started by `run`.
    #[command(hide = true)]
    Bare {
        /// Certificates.
        pki: PathBuf,
        /// Folder of its data.
        data: PathBuf,
    },
}

fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix(['k', 'm']) {
        Some(number) if text.ends_with('m') => (number, 1_000_000),
        Some(number) => (number, 1_000),
        None => (text, 1),
    };
    let size = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    size.filter(|size| (3_000..=5_000_000).contains(size)).ok_or_else(|| "3k to 5m documents".to_owned())
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run { documents, rounds, messages, connections, peak_seconds, folder, json } => {
            let plan = Plan { documents, rounds: rounds.max(1), messages, connections, peak_seconds };
            plan.run(folder, json)
        }
        Command::Record { rounds, commits, waiting, drained, folder, json } => temporary(folder).and_then(|folder| {
            record::Plan { rounds: rounds.max(1), commits, waiting, drained: drained.max(10) }.run(folder.path(), json)
        }),
        Command::Bare { pki, data } => bare::serve(&pki, &data),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench-centre: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn temporary(folder: Option<PathBuf>) -> Result<tempfile::TempDir> {
    Ok(match folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    })
}

struct Plan {
    documents: Vec<u64>,
    rounds: usize,
    messages: usize,
    connections: usize,
    peak_seconds: u32,
}

impl Plan {
    fn run(&self, folder: Option<PathBuf>, json: bool) -> Result<()> {
        ensure!(self.documents.is_sorted(), "the sizes must grow");
        let folder = temporary(folder)?;
        let (pki, data) = (folder.path().join("pki"), folder.path().join("data"));
        std::fs::create_dir_all(&data)?;
        let mut told = Told::of_this_machine(folder.path())?;
        Authority::create(&pki, Utc::now()).context("the certificates")?;
        let messages = Messages::new(&pki)?;
        let store = SqliteStore::open(&data.join("centre.db"))?;
        let mut chains = Chains::new(&pki)?;
        for documents in &self.documents {
            let begun = Instant::now();
            chains.grow(&store, *documents)?;
            told.say(&format!("{documents} documents are there, made in {:.0} s", begun.elapsed().as_secs_f32()), json);
            let row = self.measure(&store, &chains, &messages, &pki, &data)?;
            told.say(&row.line(), json);
            told.rows.push(row);
        }
        (told.bare, told.bare_cost) = self.bare(&store, &messages, folder.path())?;
        if json {
            told.print_json(self.rounds)
        } else {
            told.print_tables(self.rounds)
        }
        Ok(())
    }

    /// The Centre over the store as it stands.
    fn measure(
        &self,
        store: &SqliteStore,
        chains: &Chains,
        messages: &Messages,
        pki: &std::path::Path,
        data: &std::path::Path,
    ) -> Result<Row> {
        let server = Server::centre(pki, data)?;
        let clients = Clients::new(pki, place::KUUSI, server.address())?;
        let anew = clients.with(Connections::ForEach);
        let before = store.counts()?;
        let bytes = file_size(data)?;
        let (mut stores, mut costs, mut searches, mut searches_anew, mut accepted) =
            (vec![], vec![], vec![], vec![], 0);
        // A round in advance: caches are warm and the files have grown.
        for round in 0..=self.rounds {
            let (wires, asked) = messages.dispensations(store, chains, self.per_round(chains))?;
            let (load, cost) = self.dispensed(&server, &clients, &wires)?;
            accepted += messages.all_accepted(&load, &asked)?;
            let wires = messages.searches(chains, self.per_round(chains) * 3)?;
            let searched = clients.together(&wires, self.connections)?;
            messages.all_found(&searched)?;
            let searched_anew = anew.together(&wires, self.connections)?;
            messages.all_found(&searched_anew)?;
            if round > 0 {
                stores.push(load.figures());
                costs.push(cost);
                searches.push(searched.figures());
                searches_anew.push(searched_anew.figures());
            }
        }
        let mixed = self.peak(store, chains, messages, &anew, &mut accepted)?;
        let after = store.counts()?;
        ensure!(after.dispensations - before.dispensations == accepted, "what was accepted is not what is stored");
        let dispensed = after.dispensations - before.dispensations;
        Ok(Row {
            documents: before.documents,
            file_bytes_a_document: bytes as f64 / before.documents as f64,
            document_bytes: chains.mean_document(),
            packed_bytes: chains.mean_packed(&data.join("centre.db"))?,
            stores: median(stores),
            cost: Cost::mean(&costs),
            searches: median(searches),
            searches_anew: median(searches_anew),
            mixed,
            dispensed,
        })
    }

    /// A round of dispensations, as fast as they are answered, and what one costs.
    fn dispensed(&self, server: &Server, clients: &Clients, wires: &[Wire]) -> Result<(Load, Option<Cost>)> {
        let used = || [server.processor_time(), processor_time(std::process::id())];
        let before = used();
        let load = clients.together(wires, self.connections)?;
        let cost = Cost::of(load.answers.len(), before, used());
        Ok((load, cost))
    }

    fn per_round(&self, chains: &Chains) -> usize {
        // Each chain is used once: rounds, the one in advance, and the peak.
        let rounds = self.rounds + 2;
        self.messages.min(usize::try_from(chains.count()).unwrap_or(usize::MAX) / rounds)
    }

    /// Both at once, at the rate of the peak, whether or not the answers keep up; as pharmacies come, with a connection
    /// for each exchange.
    fn peak(
        &self,
        store: &SqliteStore,
        chains: &Chains,
        messages: &Messages,
        clients: &Clients,
        accepted: &mut u64,
    ) -> Result<Mixed> {
        let (a_second, searches_a_second) = PEAK;
        let count = (a_second * self.peak_seconds) as usize;
        let (stores, asked) = messages.dispensations(store, chains, count.min(self.per_round(chains)))?;
        let searches = messages.searches(chains, (searches_a_second * self.peak_seconds) as usize)?;
        let arrivals =
            [Arrival { wires: &stores, a_second }, Arrival { wires: &searches, a_second: searches_a_second }];
        let [stored, searched]: [Load; 2] =
            clients.arriving(&arrivals, self.connections)?.try_into().ok().context("two kinds")?;
        *accepted += messages.all_accepted(&stored, &asked)?;
        messages.all_found(&searched)?;
        Ok(Mixed { stores: stored.figures(), searches: searched.figures() })
    }

    /// The bare server with messages of the same size.
    fn bare(
        &self,
        store: &SqliteStore,
        messages: &Messages,
        folder: &std::path::Path,
    ) -> Result<(figures::Figures, Option<Cost>)> {
        let (pki, data) = (folder.join("pki"), folder.join("bare"));
        std::fs::create_dir_all(&data)?;
        let key = bare::key(&data)?;
        let server = Server::bare(&pki, &data)?;
        let clients = Clients::new(&pki, place::KUUSI, server.address())?;
        let wires = messages.bare(store, self.messages, &key)?;
        let (mut rounds, mut costs) = (vec![], vec![]);
        for round in 0..=self.rounds {
            let (load, cost) = self.dispensed(&server, &clients, &wires)?;
            ensure!(load.answers.iter().all(|answer| answer.status == 200), "the bare server refused");
            if round > 0 {
                rounds.push(load.figures());
                costs.push(cost);
            }
        }
        Ok((median(rounds), Cost::mean(&costs)))
    }
}
