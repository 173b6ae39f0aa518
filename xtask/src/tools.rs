//! Tools that are not Debian's: installed into the build folder when the machine does not have them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths;
use crate::tasks::{ask, cargo, step};

const NEXTEST: &str = "0.9.143";
const FUZZ: &str = "0.13.1";

/// A command that runs nextest: the machine's own, or one that is built into the build folder.
pub fn nextest() -> Result<Command> {
    if ask("cargo-nextest", &["nextest", "--version"]).is_some() {
        return Ok(named("cargo-nextest".into()));
    }
    let tools = paths::scratch("tools")?;
    let own = tools.join("bin/cargo-nextest");
    if !own.exists() {
        let mut command = cargo();
        command
            .args(["install", "cargo-nextest", "--version", NEXTEST, "--locked", "--debug"])
            .args(["--no-default-features", "--features", "default-no-update", "--no-track", "--root"])
            .arg(&tools)
            .arg("--target-dir")
            .arg(tools.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        step("the test runner (cargo-nextest), once", &mut command)?;
        let _ = std::fs::remove_dir_all(tools.join("build"));
    }
    Ok(named(own))
}

/// A command that runs cargo-fuzz of the pinned version, built into the build folder.
pub fn fuzz() -> Result<Command> {
    let tools = paths::scratch("tools")?;
    let own = tools.join("bin/cargo-fuzz");
    if ask(&own.to_string_lossy(), &["--version"]).as_deref() != Some(&format!("cargo-fuzz {FUZZ}")) {
        let mut command = cargo();
        command
            .args([
                "install",
                "cargo-fuzz",
                "--version",
                FUZZ,
                "--locked",
                "--debug",
                "--force",
                "--no-track",
                "--root",
            ])
            .arg(&tools)
            .arg("--target-dir")
            .arg(tools.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        step("the fuzzer (cargo-fuzz), once", &mut command)?;
        let _ = std::fs::remove_dir_all(tools.join("build"));
    }
    let mut command = Command::new(own);
    command.current_dir(paths::root());
    Ok(command)
}

/// Whether a Node that the page's tools run on is here.
pub fn node_is_here() -> bool {
    let version = ask("node", &["--version"]).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= 18) && ask("npm", &["--version"]).is_some()
}

fn named(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.arg("nextest");
    command
}
