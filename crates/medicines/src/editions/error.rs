//! Why an edition is not taken in, or cannot be read.

use chrono::NaiveDate;

use super::VersionId;
use crate::import::{File, ReadError};

/// Why an import is refused. Nothing of it is kept, and what was in force stays in force.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file is not as it should be.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Kela's database itself was not given.
    #[error("{0} is not there")]
    NotThere(File),
    /// Fewer entries than the edition before lets expect: a cut file, or half of one.
    #[error("{file} has {now} entries after {before}: shrunken")]
    Shrunken {
        /// Which file.
        file: File,
        /// Entries in the edition before.
        before: u64,
        /// Entries now.
        now: u64,
    },
    /// The register was given twice: as XML and as text.
    #[error("{0} and {1} are one register")]
    Twice(File, File),
    /// Something in a file names what is not in it.
    #[error("{0} names what is not there")]
    Reference(File),
    /// Hardly any package has a price: the element of the price is named otherwise than the mapping file says.
    #[error("{priced} of {packages} packages have a price")]
    Unpriced {
        /// Packages with one.
        priced: u64,
        /// All packages.
        packages: u64,
    },
    /// An edition of this name is there, made of other files. What was dispensed by it stays what it was.
    #[error("edition {0} is there already, with other content")]
    OtherContent(VersionId),
    /// The year of the name is not that of the day (medicines.md 1.2).
    #[error("edition {version} says that it is in force from {in_force}")]
    Year {
        /// Its name.
        version: VersionId,
        /// Its day.
        in_force: NaiveDate,
    },
    /// The store of the editions.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ImportError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::NotThere(_) => "import-not-there",
            Self::Shrunken { .. } => "import-shrunken",
            Self::Twice(..) => "import-register-twice",
            Self::Reference(_) => "import-reference",
            Self::Unpriced { .. } => "import-unpriced",
            Self::OtherContent(_) => "import-other-content",
            Self::Year { .. } => "import-year",
            Self::Store(error) => error.code(),
        }
    }
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Database(error))
    }
}

/// Why the store of the editions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("the store of editions: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file is something else, or of a newer program.
    #[error("the store of editions is of another kind or version")]
    Foreign,
    /// A value that the import would not have written.
    #[error("the store of editions has a damaged {0}")]
    Damaged(&'static str),
    /// More packages than an edition can have, or none.
    #[error(transparent)]
    Edition(#[from] crate::EditionError),
}

impl StoreError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "editions-database",
            Self::Foreign => "editions-foreign",
            Self::Damaged(_) => "editions-damaged",
            Self::Edition(error) => error.code(),
        }
    }
}
