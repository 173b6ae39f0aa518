//! What the pharmacist asked for and was told, written down by whoever sat at the counter, line by line, as it happened.
//! The checker reads this file and asks no program what it thinks that it said.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// One line of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Line {
    /// A dispensation is begun, of the prescription whose identifier ends with this number; what is to strike meanwhile.
    Begins {
        /// Which dispensation.
        round: u32,
        /// The prescription.
        prescription: u64,
        /// The blow's name.
        blow: String,
    },
    /// The blow of the round struck: a program was killed.
    Struck {
        /// Which dispensation.
        round: u32,
    },
    /// She typed her PIN and waits.
    Signs {
        /// Which dispensation.
        round: u32,
    },
    /// The screen said that it is saved.
    Saved {
        /// Which dispensation.
        round: u32,
    },
    /// The screen said no, so that nothing may have been saved.
    Refused {
        /// Which dispensation.
        round: u32,
        /// Why.
        code: String,
    },
    /// Today's list shows a dispensation that it did not show before: this round's.
    Listed {
        /// Which dispensation.
        round: u32,
        /// The document.
        document: String,
        /// Where it is, as she was told.
        state: String,
    },
    /// She gave up.
    GaveUp {
        /// Which dispensation.
        round: u32,
        /// The last thing she was told.
        why: String,
    },
    /// The end of the day: what the program still calls open, and what the Centre still holds for this pharmacy.
    Ends {
        /// Documents that wait.
        waiting: u32,
        /// Documents that were refused or taken in conflict.
        for_a_person: u32,
        /// Dispensing reservations that nobody gave back.
        held: u32,
    },
}

/// The book, open for writing.
pub struct Book {
    path: PathBuf,
    file: File,
}

impl Book {
    /// Opens a new book.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::options().create(true).append(true).open(path).context("the book cannot be written")?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a line.
    pub fn write(&mut self, line: &Line) -> Result<()> {
        self.file.write_all(format!("{}\n", serde_json::to_string(line)?).as_bytes()).context("the book is full")
    }
}

/// Reads a book.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).context("the book cannot be read")?;
    text.lines().map(|line| serde_json::from_str(line).context("a line of the book")).collect()
}
