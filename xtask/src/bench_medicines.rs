//! `cargo xtask bench medicines`: the Pharmaceutical Database beside SQLite's own work. What is measured and how is said in
//! docs/performance.md; the program that measures is the crate `medicines-bench`, optimised, with a module for each part.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::{cargo, step};
use crate::{NOT_NOW, Options, debian, paths};

/// Measures all parts, or the one that is named, and prints a table or, last, one JSON object.
pub fn bench(json: bool, options: &mut Options) -> Result<u8> {
    let packages = options.value("--packages")?;
    let part = options.next();
    options.done()?;
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "-p", "tiski-medicines-bench"]);
    step("what measures the medicines, optimised", &mut build)?;
    let programs = paths::programs()?;
    let optimised = programs.parent().context("this program has no folder")?.join("release");
    let mut run = Command::new(optimised.join("bench-medicines"));
    run.args(part).arg("--folder").arg(paths::scratch("bench-medicines")?);
    if let Some(packages) = packages {
        run.args(["--packages", &packages]);
    }
    if json {
        run.arg("--json");
    }
    let said = step("the medicines", &mut run)?;
    let told = if json { said.lines().last().unwrap_or_default() } else { said.trim_end() };
    println!("{told}");
    Ok(0)
}
