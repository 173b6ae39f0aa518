//! `tiski doctor`: the same links in the same words as the strip on the screen, for whoever has no screen or is asked over
//! the telephone; and the evidence file that goes with a fault report.

use std::io::Write;
use std::path::{Path, PathBuf};

use api::{Examination, HealthLine, HealthState, Problem, Settings};

use crate::print;

#[derive(clap::Args)]
pub struct Arguments {
    /// One JSON object instead of lines for people.
    #[arg(long)]
    json: bool,
    /// Writes an evidence file for a fault report: states, codes, versions, certificates' issuers and ends; nothing about
    /// any person. A file that is there is not overwritten.
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
}

/// Looks once. Whether no link is broken.
pub fn run(arguments: &Arguments, settings: &Settings) -> Result<bool, Problem> {
    let Examination { lines, evidence } = api::examine(settings)?;
    if arguments.json {
        print(&format!("{}\n", serde_json::json!({ "links": lines })));
    } else {
        lines.iter().for_each(|line| print(&said(line)));
    }
    let written = match &arguments.evidence {
        None => true,
        Some(file) => match write(file, &format!("{evidence:#}\n")) {
            Ok(()) => true,
            Err(error) => {
                eprintln!("{}: {error}", file.display());
                false
            }
        },
    };
    Ok(written && lines.iter().all(|line| line.state != HealthState::Bad))
}

fn said(line: &HealthLine) -> String {
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let (link, state) = (word(serde_json::to_value(line.link)), word(serde_json::to_value(line.state)));
    format!("{link:<12} {state:<8} {} {}", line.sentence, line.advice).trim_end().to_owned() + "\n"
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut open = std::fs::OpenOptions::new().write(true).create_new(true).open(file)?;
    open.write_all(text.as_bytes())?;
    open.sync_all()
}
