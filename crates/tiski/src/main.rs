//! Tiski without a window: the headless host, and what an administrator runs on the command line.

mod doctor;
mod document;
mod evidence;
mod headless;
mod label;
mod medicines;
mod medicines_words;
mod outage_pack;
mod record;
mod record_words;
mod rules;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A pharmacy counter for Finland's Kanta services, without a window.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The workstation's settings file.
    #[arg(long, env = "TISKI_SETTINGS", default_value = "tiski.toml")]
    settings: PathBuf,
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand)]
enum Work {
    /// Answers requests: one JSON object a line on standard input, one a line on standard output.
    Headless,
    /// Says link by link what works; ends with 1 when something does not. Looks beside a program that runs.
    Doctor(doctor::Arguments),
    /// Sets up, shows, verifies, backs up and restores this workstation's record (docs/record.md).
    Record(record::Arguments),
    /// Takes editions of the Pharmaceutical Database in, shows and fetches them (docs/medicines.md).
    Medicines(medicines::Arguments),
    /// The table of rules as Markdown.
    Rules,
    /// Writes the blank form for dispensing in an outage, as a page to print. Needs no settings.
    OutagePack(outage_pack::Arguments),
    /// Writes the label of a file as PDF, ZPL, ESC/POS or picture. Needs no settings.
    Label(label::Arguments),
    /// Shows, checks or compares documents in files. Needs no settings.
    Document(document::Arguments),
}

fn main() -> ExitCode {
    // Logs go to standard error, because standard output carries answers.
    let filter = tracing_subscriber::EnvFilter::try_from_env("TISKI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let arguments = Arguments::parse();
    let settings = || api::Settings::load(&arguments.settings);
    let ended = match arguments.work {
        Work::Document(arguments) => return document::run(&arguments),
        Work::Record(arguments) => return record::run(&arguments, settings()),
        Work::Medicines(arguments) => return medicines::run(&arguments, settings()),
        Work::OutagePack(arguments) => {
            return said(outage_pack::run(&arguments).map_err(|error| format!("file-not-written: {error}")));
        }
        Work::Label(arguments) => return said(label::run(&arguments)),
        Work::Headless => settings().and_then(api::start).map(headless::serve),
        Work::Doctor(arguments) => settings().and_then(|settings| doctor::run(&arguments, &settings)),
        Work::Rules => {
            print(&rules::markdown());
            Ok(true)
        }
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{}: {} {}", problem.code, problem.sentence, problem.advice);
            ExitCode::FAILURE
        }
    }
}

/// How a command that needs no settings ended.
fn said(ended: Result<(), String>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Prints and survives a reader that has gone away.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
