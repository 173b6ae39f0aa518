//! `cargo xtask simulate national`: all of Finland's pharmacies and a Centre that is gone for an afternoon, in simulated
//! time, as the program sends and as it would without jitter or without a shared pace. The program that plays is the crate
//! `national-outage`, optimised; docs/reliability.md says what comes of it.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::{cargo, step};
use crate::{NOT_NOW, Options, debian, paths};

/// Plays, and prints what came of it.
pub fn simulate(options: &mut Options) -> Result<u8> {
    let seed = options.value("--seed")?.unwrap_or_else(|| "1".to_owned());
    options.done()?;
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "-p", "tiski-national-outage"]);
    step("the national outage, optimised", &mut build)?;
    let programs = paths::programs()?;
    let optimised = programs.parent().context("this program has no folder")?.join("release");
    let said =
        step("815 pharmacies on a Monday", Command::new(optimised.join("national-outage")).args(["--seed", &seed]))?;
    println!("{}", said.trim_end());
    Ok(0)
}
