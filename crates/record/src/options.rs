//! How a record is opened. Time and randomness come from here, so that a simulation can hand in its own.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom, SystemRandom};

use crate::RecordError;
use crate::files::{self, Files, Hold, OsFiles};

/// No random bytes could be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRandomness;

/// A source of random bytes for the salts of the chain: fills the slice or says that it could not.
pub type Randomness = Arc<dyn Fn(&mut [u8]) -> Result<(), NoRandomness> + Send + Sync>;

/// How a record is opened.
#[derive(Clone)]
pub struct Options {
    /// The workstation's number. It is written when the file is created; afterwards the file's own counts.
    pub workstation: u16,
    /// The moment of opening: it dates the record's creation, and the release of what a program that died was
    /// just sending.
    pub now: DateTime<Utc>,
    /// Whether the file must be there already. Otherwise a missing file is created.
    pub must_exist: bool,
    /// For how long a document that was handed out for sending is reserved for its sender.
    pub lease: Duration,
    /// The longest time that a document waits for its next attempt. A time further away than this (a clock that
    /// was set back) counts as due, so that no clock can hold a dispensation for ever.
    pub longest_wait: Duration,
    /// The name of a registered SQLite file system, for tests of failing disks. `None`: the operating system's.
    pub vfs: Option<String>,
    /// Whole files: of the operating system, or beside `vfs` of a test.
    pub files: Arc<dyn Files>,
    /// Random bytes for the salts.
    pub randomness: Randomness,
}

impl Options {
    /// The ordinary options: create when missing, 2 minutes of lease, at most an hour of waiting, the system's
    /// randomness.
    pub fn new(workstation: u16, now: DateTime<Utc>) -> Options {
        let random = SystemRandom::new();
        Options {
            workstation,
            now,
            must_exist: false,
            lease: Duration::from_secs(120),
            longest_wait: Duration::from_secs(3600),
            vfs: None,
            files: Arc::new(OsFiles),
            randomness: Arc::new(move |bytes| random.fill(bytes).map_err(|_| NoRandomness)),
        }
    }
}

impl Options {
    /// Keeps other programs away from a record. A test's disk has no other programs.
    pub(crate) fn hold(&self, path: &Path) -> Result<Hold, RecordError> {
        if self.vfs.is_some() {
            return Ok(Hold::nothing());
        }
        // A missing file that must be there gets no mark beside it.
        if self.must_exist && !self.files.exists(path).map_err(files::failed)? {
            return Err(RecordError::Missing);
        }
        self.files.hold(path).map_err(files::failed)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("workstation", &self.workstation)
            .field("now", &self.now)
            .field("must_exist", &self.must_exist)
            .field("lease", &self.lease)
            .field("longest_wait", &self.longest_wait)
            .field("vfs", &self.vfs)
            .finish_non_exhaustive()
    }
}
