//! Fuzzing with cargo-fuzz on the stable compiler: the corpus and every finding are replayed, then each reader is fed for
//! a while. Within `test` without a sanitizer, ten seconds each; within `--long` ten minutes each with the address
//! sanitizer, which the compiler has and only lets be used when asked twice (`RUSTC_BOOTSTRAP`).

use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::{Finished, attempt, cargo, step};
use crate::{NOT_NOW, Options, debian, paths, tools};

/// A fuzzed program: its name, and the largest input that its readers let in, and a little more.
pub struct Target {
    name: &'static str,
    largest: u32,
}

/// All of them. The limits are those of production: 1 MiB for a document, 4 MiB for a message.
pub const TARGETS: [Target; 4] = [
    Target { name: "document", largest: (1 << 20) + 1024 },
    Target { name: "signature", largest: (1 << 20) + 1024 },
    Target { name: "message", largest: (4 << 20) + 1024 },
    Target { name: "texts", largest: 4096 },
];

/// The most memory that a program may have, in MiB, its corpus and the sanitizer's own included. What one input may take
/// is bounded by the programs themselves, at 256 MiB.
const MEMORY: u32 = 2048;
/// The most seconds that one input may take, on a busy machine with a sanitizer. Growth is a test of its own.
const TIMEOUT: u32 = 20;

/// How a program is fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Ten seconds each.
    Short,
    /// Ten minutes each, with the address sanitizer.
    Long,
}

impl Way {
    fn seconds(self) -> u32 {
        match self {
            Self::Short => 10,
            Self::Long => 600,
        }
    }
}

/// Runs `one` with the name and command of each step of fuzzing.
pub fn all(way: Way, mut one: impl FnMut(&str, &mut Command) -> Result<Finished>) -> Result<()> {
    let manifest = paths::root().join("fuzz/Cargo.toml");
    one("format of fuzz/", cargo().args(["fmt", "--check", "--manifest-path"]).arg(&manifest))?;
    let locked = ["tree", "--locked", "--manifest-path"];
    one("fuzz/Cargo.lock is up to date", cargo().args(locked).arg(&manifest))?;
    if !one("the fuzzed programs are built", &mut build(way)?)?.well {
        return Ok(());
    }
    for target in &TARGETS {
        let name = format!("fuzzing: {} ({} s)", target.name, way.seconds());
        one(&name, &mut run(target, way, way.seconds())?)?;
    }
    Ok(())
}

/// `cargo xtask fuzz TARGET SECONDS [--long]`.
pub fn by_hand(target: Option<String>, seconds: Option<String>, long: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    let way = if long { Way::Long } else { Way::Short };
    let names = TARGETS.map(|target| target.name).join(", ");
    let wanted = target.with_context(|| format!("which? {names}"))?;
    let target = TARGETS.iter().find(|one| one.name == wanted).with_context(|| format!("which? {names}"))?;
    let seconds = seconds.context("how many seconds?")?.parse().context("how many seconds?")?;
    if !debian::packages(&[debian::FUZZER])? {
        return Ok(NOT_NOW);
    }
    step("the fuzzed programs are built", &mut build(way)?)?;
    let finished = attempt(&format!("fuzzing: {}", target.name), &mut run(target, way, seconds)?)?;
    Ok(u8::from(!finished.well))
}

fn build(way: Way) -> Result<Command> {
    fuzzer("build", way)
}

fn run(target: &Target, way: Way, seconds: u32) -> Result<Command> {
    let kept = paths::root().join("fuzz");
    let mut command = fuzzer("run", way)?;
    command.arg(target.name);
    // New inputs go to the first folder; the others are replayed and never written.
    command.arg(paths::scratch(&format!("fuzz-new/{}", target.name))?);
    for folder in ["corpus", "found"] {
        let folder = kept.join(folder).join(target.name);
        if folder.is_dir() {
            command.arg(folder);
        }
    }
    let findings = paths::scratch(&format!("fuzz-findings/{}", target.name))?;
    command.arg("--").args([
        format!("-max_total_time={seconds}"),
        format!("-timeout={TIMEOUT}"),
        format!("-rss_limit_mb={MEMORY}"),
        format!("-max_len={}", target.largest),
        format!("-artifact_prefix={}/", findings.display()),
        "-print_final_stats=1".to_owned(),
    ]);
    if way == Way::Long {
        command.arg("-malloc_limit_mb=256");
    }
    if target.name != "texts" {
        command.arg(format!("-dict={}", kept.join("dictionaries/xml.dict").display()));
    }
    Ok(command)
}

fn fuzzer(what: &str, way: Way) -> Result<Command> {
    let mut command = tools::fuzz()?;
    let folder = match way {
        Way::Short => "fuzz",
        Way::Long => "fuzz-sanitized",
    };
    command.arg(what).arg("--target-dir").arg(paths::scratch(folder)?);
    match way {
        Way::Short => command.args(["--sanitizer", "none"]),
        Way::Long => command.args(["--sanitizer", "address"]).env("RUSTC_BOOTSTRAP", "1"),
    };
    Ok(command)
}
