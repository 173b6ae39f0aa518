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
    let program = match ask("cargo-nextest", &["nextest", "--version"]) {
        Some(_) => "cargo-nextest".into(),
        None => built("cargo-nextest", NEXTEST, &["--no-default-features", "--features", "default-no-update"])?,
    };
    let mut command = Command::new(program);
    command.arg("nextest");
    Ok(command)
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

/// A command that runs cargo-fuzz of the pinned version.
pub fn fuzz() -> Result<Command> {
    let mut command = Command::new(built("cargo-fuzz", FUZZ, &[])?);
    command.current_dir(paths::root());
    Ok(command)
}

/// A tool of that version, built into the build folder once.
fn built(name: &str, version: &str, more: &[&str]) -> Result<PathBuf> {
    let tools = paths::scratch("tools")?.join(format!("{name}-{version}"));
    let program = tools.join("bin").join(name);
    if !program.exists() {
        let mut command = cargo();
        command.args(["install", name, "--version", version, "--locked", "--debug", "--no-track"]).args(more);
        command.arg("--root").arg(&tools).arg("--target-dir").arg(tools.join("build"));
        step(&format!("{name}, once"), command.env("CARGO_PROFILE_DEV_DEBUG", "0"))?;
        let _ = std::fs::remove_dir_all(tools.join("build"));
    }
    Ok(program)
}

/// Whether a Node that the page's tools run on is here.
pub fn node_is_here() -> bool {
    let version = ask("node", &["--version"]).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= 18) && ask("npm", &["--version"]).is_some()
}
