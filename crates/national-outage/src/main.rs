//! Plays a national outage and prints what came of it; ends with 1 where something was lost or the Centre was stormed.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use national_outage::{Manner, Settings, run};

/// All of Finland's pharmacies, and a Prescription Centre that is gone from 11 to 16.
#[derive(Parser)]
struct Words {
    /// The seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Pharmacies.
    #[arg(long, default_value_t = 815)]
    pharmacies: u32,
    /// Of those, with a real record on the disk; the others have a stand-in.
    #[arg(long, default_value_t = 5)]
    real: u32,
    /// Documents a second that the Centre can store.
    #[arg(long, default_value_t = 500)]
    rate: u64,
    /// Prints the course of its coming back too.
    #[arg(long)]
    course: bool,
    /// How the pharmacies send. Without a shared pace a whole country takes many minutes to play.
    #[arg(long, value_enum, default_value_t = Manner::Ours)]
    manner: Manner,
}

fn main() -> Result<ExitCode> {
    let words = Words::parse();
    let settings = Settings {
        pharmacies: words.pharmacies,
        real: words.real,
        rate: words.rate,
        manner: words.manner,
        seed: words.seed,
        ..Settings::default()
    };
    let begun = Instant::now();
    let report = run(settings)?;
    println!(
        "{:?}: {} pharmacies, {} with a real record, seed {}",
        words.manner, words.pharmacies, words.real, words.seed
    );
    println!("{report}");
    if words.course {
        print!("{}", report.course(10));
    }
    println!("played in {:.1} s", begun.elapsed().as_secs_f64());
    let well = words.manner != Manner::Ours || (report.is_reconciled() && report.is_gentle());
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
