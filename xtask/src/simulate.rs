//! `cargo xtask simulate`: whole pharmacies and a whole Centre by seeds (`crates/simulation`), and how many seeds it takes to
//! find each bug that is put in on purpose. The bugs are in no program: some are what stands around it in the simulation,
//! the others patches in `crates/simulation/bugs`, each applied to a copy of the sources.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::tasks::{cargo, step};
use crate::{Options, paths};

/// Bugs that the simulation puts around the program, as its `--bug` names them.
const AROUND: [&str; 6] = [
    "flush-forgotten",
    "acknowledged-before-commit",
    "projection-forgotten",
    "reservation-forgotten",
    "epoch-not-raised",
    "clock-believed",
];

/// So many seeds are tried for a bug.
const SEEDS_FOR_A_BUG: &str = "20000";

/// Runs seeds, or shows that bugs are found.
pub fn simulate(options: &mut Options) -> Result<u8> {
    if options.flag("--bugs") {
        options.done()?;
        return bugs();
    }
    let words = [
        ("--seeds", options.value("--seeds")?),
        ("--from", options.value("--from")?),
        ("--jobs", options.value("--jobs")?),
        ("--bug", options.value("--bug")?),
    ];
    let flags: Vec<&str> = ["--json", "--trace", "--first"].into_iter().filter(|flag| options.flag(flag)).collect();
    options.done()?;
    let mut run = program(&paths::root(), &paths::scratch("..")?)?;
    for (word, value) in words {
        if let Some(value) = value {
            run.arg(word).arg(value);
        }
    }
    let status = run.args(flags).status().context("the simulation")?;
    Ok(u8::from(!status.success()))
}

/// The simulation of these sources, optimised, ready to run.
fn program(sources: &Path, target: &Path) -> Result<Command> {
    let mut build = cargo();
    build.current_dir(sources).env("CARGO_TARGET_DIR", target);
    build.args(["build", "--locked", "--profile", "sim", "-p", "tiski-simulation"]);
    step("the simulation, optimised", &mut build)?;
    let mut run = Command::new(target.join("sim/simulate"));
    run.arg("--certificates").arg(paths::scratch("simulation")?.join("certificates")).stdin(Stdio::null());
    Ok(run)
}

/// Every bug that is put in on purpose, by which check it is found, and how many seeds that took.
fn bugs() -> Result<u8> {
    let mut rows = Vec::new();
    let own = paths::scratch("..")?;
    for bug in AROUND {
        let mut run = program(&paths::root(), &own)?;
        rows.push(row(bug, run.args(["--bug", bug]))?);
    }
    let copy = paths::scratch("bugs/sources")?;
    // A folder of its own: cargo takes the crates of a copy for those of the original, and would keep the bug.
    let target = paths::scratch("bugs/target")?;
    for patch in patches()? {
        copy_of_sources(&copy)?;
        let mut apply = Command::new("git");
        apply.args(["apply", "--whitespace=nowarn"]).arg(&patch).current_dir(&copy);
        // Else git looks for the copy's files in the repository in which the folder of what is built may lie.
        step("the bug, put in", apply.env("GIT_CEILING_DIRECTORIES", paths::scratch("bugs")?))?;
        let name = patch.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        rows.push(row(&name, &mut program(&copy, &target)?)?);
    }
    println!("\n| bug | found by | seeds |\n| --- | --- | ---: |");
    rows.iter().for_each(|row| println!("{}", row.line));
    Ok(u8::from(!rows.iter().all(|row| row.found)))
}

struct Row {
    line: String,
    found: bool,
}

/// Runs seeds until one finds the bug.
fn row(bug: &str, run: &mut Command) -> Result<Row> {
    let output = run.args(["--first", "--seeds", SEEDS_FOR_A_BUG]).stderr(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // `seed 17: lost: …`; several run at once, and the first to say something need not be the first seed.
    let told = said.lines().filter_map(|line| {
        let (seed, told) = line.strip_prefix("seed ")?.split_once(": ")?;
        Some((seed.parse::<u64>().ok()?, told.split_once(':').map_or(told, |(check, _)| check)))
    });
    let first = told.min_by_key(|(seed, _)| *seed);
    let line = match first {
        Some((seed, check)) => format!("| {bug} | {check} | {} |", seed + 1),
        None => format!("| {bug} | NOT FOUND | {SEEDS_FOR_A_BUG} |"),
    };
    println!("{line}");
    Ok(Row { line, found: first.is_some() })
}

fn patches() -> Result<Vec<PathBuf>> {
    let folder = paths::root().join("crates/simulation/bugs");
    let mut found: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    found.retain(|path| path.extension().is_some_and(|end| end == "patch"));
    found.sort();
    Ok(found)
}

/// The sources as they are now, what is not committed included, without what is built. Files that have not changed keep
/// their times, so that only the bug's own crates are built anew.
fn copy_of_sources(to: &Path) -> Result<()> {
    let listed = step("the sources, listed", Command::new("git").args(["ls-files", "-z"]))?;
    for name in listed.split('\0').filter(|name| !name.is_empty()) {
        let (from, into) = (paths::root().join(name), to.join(name));
        let Ok(bytes) = std::fs::read(&from) else { continue };
        if std::fs::read(&into).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = into.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&into, bytes)?;
    }
    Ok(())
}
