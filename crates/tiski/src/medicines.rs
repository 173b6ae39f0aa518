//! `tiski medicines`: takes editions of the Pharmaceutical Database in, shows which are there, and fetches them from where
//! the settings say. It works beside a running program, which sees a new edition within a minute. Exit codes: 0 done, 1
//! failed and nothing changed.

use std::fs::File as Opened;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::medicines::editions::{Editions, Freshness, ImportError, Outcome, Policy, Sources};
use ::medicines::import::File;
use ::medicines::import::kela::KelaNames;
use api::{EditionsError, Problem, Settings, fetch_editions};
use chrono::{DateTime, Utc};
use clap::Subcommand;
use prescription::Language;
use serde_json::{Value, json};

use crate::medicines_words as words;
use crate::print;

#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of lines for people.
    #[arg(long, global = true)]
    json: bool,
    /// Names of the elements of Kela's file, in place of those that are built in.
    #[arg(long, global = true, value_name = "FILE")]
    names: Option<PathBuf>,
    #[command(subcommand)]
    work: Work,
}

#[derive(Subcommand)]
enum Work {
    /// Takes an edition in: from a folder with the files of Kela and Fimea by their names, or from Kela's file alone.
    Import {
        /// The folder, or Kela's XML.
        from: PathBuf,
    },
    /// Lists the editions, which is in force, and whether a newer one is due.
    Show,
    /// Fetches the files from the addresses of the settings and takes them in. Without addresses nothing is asked.
    Fetch,
}

/// Runs one piece of work.
pub fn run(arguments: &Arguments, settings: Result<Settings, Problem>) -> ExitCode {
    let settings = match settings {
        Ok(settings) => settings,
        Err(problem) => {
            eprintln!("{}: {} {}", problem.code, problem.sentence, problem.advice);
            return ExitCode::FAILURE;
        }
    };
    let language = settings.language;
    match work(arguments, &settings, Utc::now()) {
        Ok((lines, value)) => {
            print(&if arguments.json { format!("{value}\n") } else { lines });
            ExitCode::SUCCESS
        }
        Err(error) => {
            let (code, sentence) = (error.code(), words::failed(&error.to_string(), language));
            if arguments.json {
                print(&format!("{}\n", json!({ "problem": { "code": code, "sentence": sentence } })));
            } else {
                eprintln!("{code}: {sentence}");
            }
            ExitCode::FAILURE
        }
    }
}

fn work(arguments: &Arguments, settings: &Settings, now: DateTime<Utc>) -> Result<(String, Value), EditionsError> {
    let language = settings.language;
    let file = settings.medicines.editions.as_ref().ok_or(EditionsError::NoStore)?;
    let names = match &arguments.names {
        Some(names) => KelaNames::parse(&std::fs::read_to_string(names)?)?,
        None => KelaNames::built_in()?,
    };
    match &arguments.work {
        Work::Show => show(&Editions::open(file)?, settings, now),
        Work::Import { from } => {
            let outcome = import(file, sources(from)?, &names, now)?;
            Ok(taken_in(&outcome, language))
        }
        Work::Fetch => Ok(taken_in(&fetch_editions(&settings.medicines, &names, now)?, language)),
    }
}

fn sources(from: &Path) -> Result<Sources<'static>, EditionsError> {
    if from.is_dir() {
        return Ok(Sources::folder(from)?);
    }
    Ok(Sources::new().with(File::Kela, Opened::open(from)?))
}

fn import(file: &Path, sources: Sources<'_>, names: &KelaNames, now: DateTime<Utc>) -> Result<Outcome, ImportError> {
    Editions::open(file)?.import(sources, names, &Policy::default(), now)
}

fn taken_in(outcome: &Outcome, language: Language) -> (String, Value) {
    let (info, is_new) = match outcome {
        Outcome::Imported(info) => (info, true),
        Outcome::AlreadyThere(info) => (info, false),
    };
    let value = json!({ "edition": info.version.to_string(), "inForce": info.in_force, "packages": info.packages,
                        "imported": is_new });
    (words::taken_in(info, is_new, language), value)
}

fn show(editions: &Editions, settings: &Settings, now: DateTime<Utc>) -> Result<(String, Value), EditionsError> {
    let (all, at) = (editions.all()?, editions.edition_at(now)?);
    let mut lines = String::new();
    let mut listed = Vec::new();
    for info in &all {
        let is_in_force = at.as_ref() == Some(info);
        let (files, mark) = (editions.files(info.version)?, if is_in_force { "*" } else { " " });
        lines.push_str(&words::edition(mark, info, files.len(), settings.language));
        let files: Vec<&str> = files.iter().map(|file| file.name()).collect();
        listed.push(json!({ "edition": info.version.to_string(), "inForce": info.in_force, "packages": info.packages,
                            "now": is_in_force, "files": files }));
    }
    let freshness = editions.freshness(now, &settings.medicines.calendar())?;
    lines.push_str(&words::freshness(&freshness, settings.language));
    let stale = matches!(freshness, Freshness::Stale { .. });
    let due = match freshness {
        Freshness::None => None,
        Freshness::Fresh { next_due: due, .. } | Freshness::Stale { due, .. } => Some(due),
    };
    Ok((lines, json!({ "editions": listed, "due": due, "stale": stale })))
}
