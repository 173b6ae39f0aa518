//! `cargo xtask bench record`: what a dispensation costs in the record beside one bare encrypted row, what many waiting
//! documents cost the counter, how long a backup makes it wait, and how fast what waited goes out. What is measured and how
//! is said in docs/performance.md; the program that measures is the crate `centre-bench`, optimised.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::{cargo, step};
use crate::{NOT_NOW, Options, debian, paths};

/// Measures, and prints lines or, last, one JSON object.
pub fn bench(json: bool, options: &mut Options) -> Result<u8> {
    let waiting = options.value("--waiting")?;
    options.done()?;
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "-p", "tiski-centre", "-p", "tiski-centre-bench"]);
    step("the Centre and what measures the record, optimised", &mut build)?;
    let programs = paths::programs()?;
    let optimised = programs.parent().context("this program has no folder")?.join("release");
    let mut run = Command::new(optimised.join("bench-centre"));
    run.args(["record", "--folder"]).arg(paths::scratch("bench-record")?);
    if let Some(waiting) = waiting {
        run.args(["--waiting", &waiting]);
    }
    if json {
        run.arg("--json");
    }
    let said = step("the record", &mut run)?;
    let told = if json { said.lines().last().unwrap_or_default() } else { said.trim_end() };
    println!("{told}");
    Ok(0)
}
