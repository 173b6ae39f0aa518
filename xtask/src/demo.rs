//! `demo`, `screens`, `interop`: set-up, build, and then the stage does it.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::paths;
use crate::tasks::{cargo, spoken, step};
use crate::{NOT_NOW, Options, debian};

const PROGRAMS: &[&str] = &["tiski-stage", "tiski-tiski", "tiski-centre", "tiski-virtual-card"];
const FIRST_STORY: &str = "fixtures/scenarios/first-dispensation.story";

/// A whole pharmacy, for a person or for a transcript.
pub fn demo(headless: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    let begun = Instant::now();
    if !headless && !has_display() {
        println!(
            "There is no display here (DISPLAY is not set). `cargo xtask demo --headless` shows the same job as text."
        );
        return Ok(NOT_NOW);
    }
    let mut wanted = vec![debian::BUILD, debian::READER];
    if !headless {
        wanted.push(debian::WINDOW);
    }
    if !debian::packages(&wanted)? {
        return Ok(NOT_NOW);
    }
    build(if headless { &[] } else { &["tiski-desktop"] })?;
    println!("  ok  ready after {}\n", spoken(begun.elapsed()));
    if headless { stage(&["run", FIRST_STORY]) } else { stage(&["demo"]) }
}

/// Pictures of every screen.
pub fn screens(out: Option<String>, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD, debian::READER, debian::WINDOW, debian::SCREEN])? {
        return Ok(NOT_NOW);
    }
    build(&["tiski-desktop"])?;
    let out = match out {
        Some(out) => out,
        None => paths::scratch("screens")?.to_string_lossy().into_owned(),
    };
    stage(&["screens", "--out", &out])
}

/// Reads every document of a folder, writes it again, lets others judge, compares.
pub fn interop(folder: Option<String>, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD, debian::JUDGES])? {
        return Ok(NOT_NOW);
    }
    build(&[])?;
    match folder {
        Some(folder) => stage(&["interop", &folder]),
        None => stage(&["interop"]),
    }
}

/// Builds the programs that the stage needs, and these.
pub fn build(more: &[&str]) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--locked"]);
    for package in PROGRAMS.iter().chain(more) {
        command.args(["-p", package]);
    }
    step("building (the first time takes minutes)", &mut command).map(drop)
}

/// Lets the stage work, with this terminal as its own.
pub fn stage(words: &[&str]) -> Result<u8> {
    let status = Command::new(paths::programs()?.join("stage")).args(words).current_dir(paths::root()).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
