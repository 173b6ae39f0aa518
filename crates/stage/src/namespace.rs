//! A corner of the machine for one world: its own mounts, network and process numbers, so that it meets no real card
//! reader, nothing leaves the machine, and everything ends when the stage ends, however it ends.
//!
//! The stage runs itself again through util-linux: `setpriv` ends it with its parent, `unshare` gives it the corner and
//! ends everything in it. What is mounted for the reader is `reader`'s.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

const INSIDE: &str = "TISKI_STAGE_CORNER";

/// Where this process stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// In a corner of its own.
    Own,
    /// Among everybody else, since the machine gives no corners.
    Shared,
}

/// Whether this process was started into a corner by [`enter`]; `None` when it was not started by it at all.
pub fn here() -> Option<Corner> {
    match std::env::var(INSIDE).ok()?.as_str() {
        "own" => Some(Corner::Own),
        _ => Some(Corner::Shared),
    }
}

/// Runs this program again with the same arguments in a corner, and gives its exit code.
pub fn enter(folder: &Path) -> Result<u8> {
    let own = may_have_corner();
    let program = std::env::current_exe()?;
    let mut command = if own {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "SIGKILL", "unshare"]).args(corner_words()).arg(program);
        command
    } else {
        eprintln!(
            "This machine gives no private mounts and network (unshare is refused). Without them no virtual card reader \
             can run beside a real one, so that only --card software is possible, and the Centre listens on 127.0.0.1 of \
             the machine itself."
        );
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "SIGKILL"]).arg(program);
        command
    };
    let status = command
        .args(std::env::args_os().skip(1))
        .env(INSIDE, if own { "own" } else { "shared" })
        .env("TISKI_STAGE_FOLDER", folder)
        .status()
        .context("cannot start setpriv (Debian package util-linux)")?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Makes the corner usable: the loopback network and a view of its own processes.
pub fn furnish(corner: Corner) -> Result<()> {
    if corner == Corner::Own {
        // Where the machine refuses a second view of the processes, the old one serves: only its numbers differ.
        let _ = Command::new("mount").args(["-t", "proc", "proc", "/proc"]).stderr(Stdio::null()).status();
        run(Command::new("ip").args(["link", "set", "lo", "up"])).context("the Debian package iproute2 is needed")?;
    }
    Ok(())
}

/// Runs a short command and fails with what it said.
pub fn run(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    anyhow::ensure!(output.status.success(), "{name} failed ({}): {said}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn may_have_corner() -> bool {
    Command::new("unshare")
        .args(corner_words())
        .arg("true")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn corner_words() -> Vec<&'static str> {
    let mut words = vec!["-m", "-n", "-p", "-f", "--kill-child=SIGKILL", "--propagation", "private"];
    if !rustix::process::geteuid().is_root() {
        words.push("-r");
    }
    words
}
