//! Programs that the stage starts: each in a process group of its own, with its output in a file, stopped with SIGTERM
//! and then SIGKILL, and stopped as well when the stage forgets it. Nothing else on the machine is ever signalled.

use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

/// How long a program may take to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(3);
const GLANCE: Duration = Duration::from_millis(10);

/// A program that the stage started and will stop.
pub struct Started {
    name: &'static str,
    child: Child,
    ended: Option<ExitStatus>,
}

impl Started {
    /// Starts `command` with what it says going to `log` (added to what is there).
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = open_log(log)?;
        command.stdout(file.try_clone()?).stderr(file);
        Self::start_as_is(name, command)
    }

    /// Starts `command`, whose standard streams the caller has arranged.
    pub fn start_as_is(name: &'static str, command: &mut Command) -> Result<Self> {
        let program = PathBuf::from(command.get_program());
        let child = command.process_group(0).spawn().with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self { name, child, ended: None })
    }

    /// The child itself, for its streams.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// Fails with the end of its log when it is no longer running.
    pub fn must_run(&mut self, log: &Path) -> Result<()> {
        match self.ended() {
            None => Ok(()),
            Some(status) => anyhow::bail!("{} ended ({status}): {}", self.name, last_lines(log)),
        }
    }

    /// Asks it to end, and ends it when it does not.
    pub fn stop(&mut self) {
        if self.ended().is_some() {
            return;
        }
        self.signal(Signal::TERM);
        if self.wait(GRACE).is_none() {
            self.kill();
        }
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        if self.ended().is_none() {
            self.signal(Signal::KILL);
            self.ended = self.child.wait().ok();
        }
    }

    /// Waits for its end, at most so long.
    pub fn wait(&mut self, most: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + most;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() >= until {
                return None;
            }
            sleep(GLANCE);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // The child is not reaped yet, so that its number cannot have become another's.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Opens a log to add to it.
pub fn open_log(log: &Path) -> Result<File> {
    File::options().create(true).append(true).open(log).with_context(|| format!("cannot write {}", log.display()))
}

/// The last lines of a log, in one line.
pub fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(4).collect();
    if lines.is_empty() {
        "it said nothing".to_owned()
    } else {
        lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
    }
}

/// Waits until `ready` says so, looking at it every few milliseconds.
pub fn until(what: &str, most: Duration, mut ready: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + most;
    loop {
        if ready()? {
            return Ok(());
        }
        anyhow::ensure!(Instant::now() < end, "{what}: not within {} s", most.as_secs_f32());
        sleep(GLANCE);
    }
}

/// A program of this workspace, beside this one; says how to build it when it is not there.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let folder = here.parent().context("this program has no folder")?;
    let path = folder.join(name);
    anyhow::ensure!(path.exists(), "{name} is not built: run `cargo build --workspace`");
    Ok(path)
}
