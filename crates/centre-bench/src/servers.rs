//! The servers that are measured, each in a process of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A server that listens; it ends with this value.
pub struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// The Prescription Centre over the store in `data`.
    pub fn centre(pki: &Path, data: &Path) -> Result<Self> {
        let own = std::env::current_exe()?;
        let mut command = Command::new(own.with_file_name("prescription-centre"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).arg("--pki").arg(pki);
        command.arg("--ready-file").arg(data.join("ready"));
        Self::start(command, &data.join("ready"))
    }

    /// The bare server.
    pub fn bare(pki: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").arg(pki).arg(data);
        Self::start(command, &data.join("ready"))
    }

    /// Processor time that it has used so far; nothing where the system does not tell.
    pub fn processor_time(&self) -> Option<Duration> {
        processor_time(self.child.id())
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn start(mut command: Command, ready: &Path) -> Result<Self> {
        let _ = std::fs::remove_file(ready);
        let child = command.stderr(Stdio::null()).spawn().context("a server cannot be started")?;
        let mut server = Self { child, address: String::new() };
        for _ in 0..3000 {
            if let Ok(address) = std::fs::read_to_string(ready)
                && address.ends_with('\n')
            {
                server.address = address.trim().to_owned();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("a server ended: {status}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("a server did not begin to listen");
    }
}

/// Processor time that a process has used so far with all its threads, as Linux tells it (in hundredths of a second).
pub fn processor_time(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the program's name, which may hold anything: the twelfth and thirteenth are the user's and the system's time.
    let mut times = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = times.next()?.ok()?.checked_add(times.next()?.ok()?)?;
    Some(Duration::from_millis(ticks.checked_mul(10)?))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
