//! How long the main way through the house takes, by the stage's own transcript: made world, log in, search, sign until
//! accepted. Debug build: for comparing one day with another, not for promises.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{NOT_NOW, Options, debian, demo, paths};

const ROUNDS: usize = 5;

/// Plays a story a few times and gives the median of each step.
pub fn bench(json: bool, name: Option<String>, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD, debian::READER])? {
        return Ok(NOT_NOW);
    }
    demo::build(&[])?;
    let story = name.unwrap_or_else(|| "first-dispensation".to_owned());
    let file = format!("fixtures/scenarios/{story}.story");
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(played(&file)?);
    }
    let steps = rounds.first().context("no rounds")?.len();
    for at in 0..steps {
        let name = rounds.first().and_then(|round| round.get(at)).map(|step| step.0.clone()).unwrap_or_default();
        let mut times: Vec<u64> = rounds.iter().filter_map(|round| round.get(at)).map(|step| step.1).collect();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        if json {
            println!(
                "{{\"story\":\"{story}\",\"step\":\"{}\",\"median_ms\":{median},\"rounds\":{}}}",
                name.replace('"', "'"),
                times.len()
            );
        } else {
            println!("{median:7} ms  {name}");
        }
    }
    Ok(0)
}

/// Each step's words and milliseconds.
fn played(file: &str) -> Result<Vec<(String, u64)>> {
    let output = Command::new(paths::programs()?.join("stage"))
        .args(["run", "--json", file])
        .current_dir(paths::root())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    anyhow::ensure!(output.status.success(), "the story failed:\n{said}");
    Ok(said
        .lines()
        .filter_map(|line| {
            let step = between(line, "\"step\":\"", "\"")?;
            let took = between(line, "\"took_ms\":", "}").or_else(|| between(line, "\"took_ms\":", ","))?;
            Some((step.to_owned(), took.trim().parse().ok()?))
        })
        .collect())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inner, _)| inner)
}
