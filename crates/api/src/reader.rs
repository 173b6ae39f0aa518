//! The reader of this workstation's last log-in, kept beside the record: a name as the card service gives it, nothing of
//! anybody. It only decides between cards that can be used alike, so a file that is missing or strange is no mistake.

use std::path::PathBuf;

use card::ReaderId;

use crate::settings::Settings;

/// A reader's name has at most so many bytes (PC/SC's own limit is 128).
const LONGEST_NAME: usize = 256;

/// Where it is kept.
pub(crate) struct LastReader(PathBuf);

impl LastReader {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self(settings.data.join("reader"))
    }

    /// The reader, where there was a log-in.
    pub(crate) fn recall(&self) -> Option<ReaderId> {
        let name = std::fs::read_to_string(&self.0).ok()?;
        let sound = (1..=LONGEST_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
        sound.then_some(ReaderId(name))
    }

    /// Keeps it. A workstation that cannot is one that asks its readers in their order.
    pub(crate) fn keep(&self, reader: &ReaderId) {
        if self.recall().as_ref() == Some(reader) {
            return;
        }
        if let Err(error) = std::fs::write(&self.0, &reader.0) {
            tracing::warn!(kind = ?error.kind(), "the reader's name was not kept");
        }
    }
}
