//! A scanner at a serial port: a pseudo-terminal under a name that stays, so that it can be unplugged and plugged in again.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use anyhow::{Context, Result};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// The scanner.
#[derive(Debug)]
pub struct SerialScanner {
    port: PathBuf,
    terminal: Option<File>,
}

impl SerialScanner {
    /// Plugs one in, at a port of this name.
    pub fn plugged_in(port: PathBuf) -> Result<Self> {
        let mut scanner = Self { port, terminal: None };
        scanner.plug_in()?;
        Ok(scanner)
    }

    /// Plugs it in.
    pub fn plug_in(&mut self) -> Result<()> {
        // No program that is started after it keeps it plugged in.
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&terminal)?;
        unlockpt(&terminal)?;
        let name = ptsname(&terminal, Vec::new())?;
        // Another pseudo-terminal may have had the name before.
        let _ = std::fs::remove_file(&self.port);
        symlink(name.to_str()?, &self.port)?;
        self.terminal = Some(File::from(terminal));
        Ok(())
    }

    /// Pulls it out.
    pub fn unplug(&mut self) {
        self.terminal = None;
    }

    /// Scans a code, as it is sent: with a line end.
    pub fn scan(&mut self, code: &str) -> Result<()> {
        let terminal = self.terminal.as_mut().context("the scanner is not plugged in")?;
        write!(terminal, "{code}\r\n").context("the scanner could not send")
    }
}
