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
    #[arg(long, default_value_t = 20)]
    real: u32,
    /// Documents a second that the Centre can store.
    #[arg(long, default_value_t = 500)]
    rate: u64,
    /// Prints the course of its coming back too.
    #[arg(long)]
    course: bool,
    /// How the pharmacies send; all manners where nothing is said.
    #[arg(long, value_enum)]
    manner: Option<Manner>,
}

fn main() -> Result<ExitCode> {
    let words = Words::parse();
    let manners = match words.manner {
        Some(manner) => vec![manner],
        None => vec![Manner::Ours, Manner::NoJitter, Manner::NoPace, Manner::Neither],
    };
    let mut well = true;
    for manner in manners {
        let real = if manner == Manner::Ours { words.real } else { 0 };
        let settings = Settings {
            pharmacies: words.pharmacies,
            real,
            rate: words.rate,
            manner,
            seed: words.seed,
            ..Settings::default()
        };
        let begun = Instant::now();
        let report = run(settings)?;
        println!("\n{manner:?}: {} pharmacies, {real} with a real record, seed {}", words.pharmacies, words.seed);
        println!("{report}");
        if words.course {
            print!("{}", report.course(10));
        }
        println!("played in {:.1} s", begun.elapsed().as_secs_f64());
        if manner == Manner::Ours {
            well &= report.is_reconciled() && report.is_gentle();
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
