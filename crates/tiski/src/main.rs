//! Tiski without a window: the headless host, and what an administrator runs on the command line.

mod document;
mod evidence;
mod headless;
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
    /// Says link by link what works; ends with 1 when something does not.
    Doctor,
    /// The table of rules as Markdown.
    Rules,
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
        Work::Headless => settings().and_then(api::start).map(headless::serve),
        Work::Doctor => settings().and_then(api::start).map(|started| doctor(&started)),
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

fn doctor(started: &api::Started) -> bool {
    let Ok(status) = started.program.status(api::Nothing::default()) else { return false };
    let mut sound = true;
    for line in status.health {
        sound &= line.state != api::HealthState::Bad;
        let state = serde_json::to_value(line.state).unwrap_or_default();
        print(&format!("{:<12} {:<8} {} {}\n", line.link, state.as_str().unwrap_or(""), line.sentence, line.advice));
    }
    sound
}

/// Prints and survives a reader that has gone away.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
