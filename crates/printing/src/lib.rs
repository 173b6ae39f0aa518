//! The way of finished bytes to a printer (medicines notes 5.2): a folder of files, a network address (raw, mostly port 9100),
//! or a queue of the operating system's spooler. It knows nothing of labels.
//!
//! Every way is bounded in time, so that no printer holds anybody up, and nothing is ever sent twice by itself: whether
//! something is printed again is a person's decision. "Sent" means that the printer, or who prints for it, has taken all of
//! it; no printer says whether paper came out.

mod folder;
mod network;
mod queue;

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where something is printed. Nothing is printed anywhere by default.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Each job becomes a file in that folder, which must be there.
    Folder(PathBuf),
    /// The bytes go to that address, "192.0.2.7:9100".
    Network(String),
    /// The bytes go to that queue of the system's spooler, by its command `lp`.
    Queue(String),
}

/// What is printed.
#[derive(Debug, Clone, Copy)]
pub struct Job<'b> {
    /// What it is called in a queue or folder: letters, digits and hyphens; never anything of a person.
    pub name: &'b str,
    /// What it is.
    pub kind: Kind,
    /// Itself; at most [`JOB_AT_MOST`] bytes.
    pub bytes: &'b [u8],
}

/// What is printed, as a spooler must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A document that the spooler renders.
    Pdf,
    /// A label printer's own language: passed on as it is.
    Zpl,
    /// A receipt printer's own language: passed on as it is.
    EscPos,
}

impl Kind {
    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Zpl => "zpl",
            Self::EscPos => "escpos",
        }
    }
}

/// No job is larger, bytes.
pub const JOB_AT_MOST: usize = 8 * 1024 * 1024;

/// Why something was not printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// The folder is not there, or nothing can be written in it.
    #[error("the printer's folder cannot be written")]
    Folder,
    /// The printer takes no connection.
    #[error("the printer is not reached")]
    NotReached,
    /// The connection ended, or stood still, before all was sent: a part may have been printed.
    #[error("the printer stopped before all was sent")]
    Interrupted,
    /// This machine has no spooler.
    #[error("there is no print spooler")]
    NoSpooler,
    /// The spooler does not know the queue, or does not take the job.
    #[error("the print spooler refused")]
    Refused,
    /// The job's name or size is not possible.
    #[error("the print job is not possible")]
    Job,
}

impl PrintError {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Folder => "printer-folder",
            Self::NotReached => "printer-not-reached",
            Self::Interrupted => "printer-interrupted",
            Self::NoSpooler => "printer-no-spooler",
            Self::Refused => "printer-refused",
            Self::Job => "printer-job",
        }
    }
}

impl Way {
    /// What of it cannot be, in a word; before anything is printed.
    pub fn fault(&self) -> Option<&'static str> {
        match self {
            Self::Folder(folder) => folder.as_os_str().is_empty().then_some("folder"),
            Self::Network(address) => {
                let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
                let is_port = port.and_then(|port| port.parse::<u16>().ok()).is_some_and(|port| port > 0);
                (!is_port).then_some("network: 192.0.2.7:9100")
            }
            // What begins with a hyphen would be an option of the command.
            Self::Queue(queue) => (!is_plain(queue)).then_some("queue"),
        }
    }

    /// The same with a folder that is meant relative to `base`.
    #[must_use]
    pub fn within(self, base: &Path) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(base.join(folder)),
            other => other,
        }
    }

    /// As a person knows it: the folder's name, the address, the queue.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Network(address) => address.clone(),
            Self::Queue(queue) => queue.clone(),
        }
    }

    /// Sends a job. Blocks, for some ten seconds at the most.
    pub fn print(&self, job: &Job<'_>) -> Result<(), PrintError> {
        if self.fault().is_some() || !is_plain(job.name) || job.bytes.len() > JOB_AT_MOST {
            return Err(PrintError::Job);
        }
        match self {
            Self::Folder(folder) => folder::print(folder, job),
            Self::Network(address) => network::print(address, job.bytes),
            Self::Queue(queue) => queue::print("lp", queue, job),
        }
    }

    /// Whether a job could be sent, as far as that can be seen without sending one: the folder is there, the address takes a
    /// connection. Of a queue nothing is seen before a job is sent. Blocks, for two seconds at the most.
    pub fn look(&self) -> Option<Result<(), PrintError>> {
        match self {
            Self::Folder(folder) => Some(folder::look(folder)),
            Self::Network(address) => Some(network::look(address)),
            Self::Queue(_) => None,
        }
    }
}

/// A name of letters, digits, hyphens, points and underscores that does not begin with a hyphen or point.
fn is_plain(name: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    (1..=100).contains(&name.len()) && name.chars().all(plain) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}
