//! Whoever kills: arms a fail point in a file that both programs look at, or waits for a moment and sends SIGKILL.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use super::chance::Blow;

/// The file of the fail points, and a blow that is on its way.
pub struct Killer {
    file: PathBuf,
    armed: bool,
    shot: Option<JoinHandle<bool>>,
}

impl Killer {
    /// Nothing is armed.
    pub fn new(file: &Path) -> Self {
        Self { file: file.to_owned(), armed: false, shot: None }
    }

    /// Makes a blow ready; `process` is the one that dies at a moment.
    pub fn aim(&mut self, blow: Blow, process: Option<u32>) -> Result<()> {
        match blow {
            Blow::Point(point, passed) => {
                // Renamed into its place, so that nobody ever reads half of it.
                let draft = self.file.with_extension("draft");
                std::fs::write(&draft, format!("{} {passed}", point.name()))?;
                std::fs::rename(&draft, &self.file).context("cannot arm a fail point")?;
                self.armed = true;
            }
            Blow::Moment(_, after_ms) => {
                let process = process.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
                let process = process.context("nothing is there to be killed")?;
                self.shot = Some(std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(after_ms));
                    // Whoever started it has not asked yet how it ended: the number cannot be another's by now.
                    kill_process(process, Signal::KILL).is_ok()
                }));
            }
        }
        Ok(())
    }

    /// Whether the blow has struck. One at a moment is waited for.
    pub fn struck(&mut self) -> bool {
        if let Some(shot) = self.shot.take() {
            return shot.join().unwrap_or(false);
        }
        let struck = self.armed && !self.file.exists();
        self.armed &= !struck;
        struck
    }

    /// Whether the blow at a fail point strikes in this time.
    pub fn strikes_within(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while !self.struck() {
            if Instant::now() >= until {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Nothing strikes any more.
    pub fn disarm(&mut self) {
        let _ = std::fs::remove_file(&self.file);
        self.armed = false;
        self.struck();
    }
}
