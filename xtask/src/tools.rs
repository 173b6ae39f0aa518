//! Tools that are not Debian's: installed into the build folder when the machine does not have them.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths;
use crate::tasks::{ask, cargo, step};

const NEXTEST: &str = "0.9.143";

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

/// A command that runs the examples in the documentation. The compiler's own `rustdoc` is named, since a machine may have
/// it only beside its compiler and not among its commands.
pub fn examples() -> Command {
    let mut command = cargo();
    command.args(["test", "--locked", "--doc", "--workspace"]);
    let beside = ask("rustc", &["--print", "sysroot"]).map(|root| PathBuf::from(root).join("bin/rustdoc"));
    if let Some(rustdoc) = beside.filter(|file| file.exists()) {
        command.env("RUSTDOC", rustdoc);
    }
    command
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
