//! `cargo xtask bench centre`: durable signed dispensations and searches a second of the Prescription Centre over TLS, at
//! several sizes of its store, beside a bare server. What is measured and how is said in docs/performance.md; the program
//! that measures is the crate `centre-bench`, optimised.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::{cargo, step};
use crate::{NOT_NOW, Options, debian, paths};

/// Sizes for a few minutes, and all of them.
const SHORT: &str = "10k,50k";
const LONG: &str = "10k,100k,1m";

/// Measures, and prints tables or, last, one JSON object.
pub fn bench(json: bool, options: &mut Options) -> Result<u8> {
    let long = options.flag("--long");
    let documents = options.value("--documents")?;
    let documents = documents.as_deref().unwrap_or(if long { LONG } else { SHORT });
    options.done()?;
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "-p", "tiski-centre", "-p", "tiski-centre-bench"]);
    step("the Centre and what measures it, optimised", &mut build)?;
    let programs = paths::programs()?;
    let optimised = programs.parent().context("this program has no folder")?.join("release");
    let mut run = Command::new(optimised.join("bench-centre"));
    run.args(["run", "--documents", documents, "--folder"]).arg(paths::scratch("bench-centre")?);
    if json {
        run.arg("--json");
    }
    let said = step(&format!("the Centre with {documents} documents"), &mut run)?;
    let told = if json { said.lines().last().unwrap_or_default() } else { said.trim_end() };
    println!("{told}");
    Ok(0)
}
