//! `cargo xtask simulate national`: all of Finland's pharmacies and a Centre that is gone for an afternoon, in simulated
//! time, as the program sends; and a seventh of them as they would without a shared pace. The program that plays is the crate
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
    let program = optimised.join("national-outage");
    let mut ours = Command::new(&program);
    ours.args(["--seed", &seed]);
    println!("{}\n", step("815 pharmacies on a Monday", &mut ours)?.trim_end());
    // A storm is long to play: a seventh of the country, and of the Centre.
    let mut storm = Command::new(&program);
    storm.args(["--seed", &seed, "--pharmacies", "116", "--rate", "71", "--real", "0", "--manner", "no-pace"]);
    println!("{}", step("116 pharmacies without a shared pace", &mut storm)?.trim_end());
    Ok(0)
}
