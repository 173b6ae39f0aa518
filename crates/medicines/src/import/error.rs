//! Why a file of Kela's or Fimea's is refused. Nothing of a refused import is kept (Bad input).

use std::fmt;
use std::io;

/// A file that an import reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum File {
    /// Kela's Pharmaceutical Database (Lääketietokanta), XML.
    Kela,
    /// Fimea's basic register: packages (`pakkaus1.txt`, `pakkaus_nolla.txt`).
    Packages,
    /// Fimea's basic register: packages of special permits (`pakkaus-m.txt`).
    PermitPackages,
    /// Fimea's basic register: active substances of packages (`laakeaine.txt`).
    Substances,
    /// Fimea's basic register: ATC codes (`atc.txt`).
    Atc,
    /// Fimea's basic register: dosage forms (`laakemuoto.txt`).
    Forms,
    /// Fimea's basic register: containers (`sailytysastia.txt`).
    Containers,
    /// Fimea's basic register: prescribing conditions (`maaraamisehto.txt`).
    Conditions,
    /// Fimea's basic register, XML (`Perusrekisteri.xml`): in the place of packages and substances as text.
    Register,
    /// Fimea's list of substitutable products (`GS-ladattava.txt`).
    Substitutable,
    /// Fimea's shortages (`Saatavuushairiot.txt`).
    Shortages,
    /// Fimea's national high-risk medicines classification, XML.
    Risks,
}

impl File {
    /// Every file, in the order in which an import reads them.
    pub const ALL: [File; 12] = [
        File::Kela,
        File::Packages,
        File::PermitPackages,
        File::Substances,
        File::Atc,
        File::Forms,
        File::Containers,
        File::Conditions,
        File::Register,
        File::Substitutable,
        File::Shortages,
        File::Risks,
    ];

    /// The name under which it lies in a folder. Kela's own name is not known; the others are Fimea's.
    pub fn name(self) -> &'static str {
        match self {
            File::Kela => "laaketietokanta.xml",
            File::Packages => "pakkaus1.txt",
            File::PermitPackages => "pakkaus-m.txt",
            File::Substances => "laakeaine.txt",
            File::Atc => "atc.txt",
            File::Forms => "laakemuoto.txt",
            File::Containers => "sailytysastia.txt",
            File::Conditions => "maaraamisehto.txt",
            File::Register => "Perusrekisteri.xml",
            File::Substitutable => "GS-ladattava.txt",
            File::Shortages => "Saatavuushairiot.txt",
            File::Risks => "riskilaakeluokitus.xml",
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is wrong at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The head of a text file is not the one that its readers know.
    #[error("column {column} should be {expected}")]
    Columns {
        /// Which column, from 1.
        column: usize,
        /// What it should be called.
        expected: &'static str,
    },
    /// A row has more or fewer fields than its head: it was cut, or a separator was lost.
    #[error("{found} fields instead of {expected}")]
    Fields {
        /// Fields of the row.
        found: usize,
        /// Fields of the head.
        expected: usize,
    },
    /// Bytes that the file's encoding does not have, or that are plainly of another one.
    #[error("not {0}")]
    Encoding(&'static str),
    /// A quotation mark that does not open or close a field.
    #[error("a quotation mark out of place")]
    Quotation,
    /// A line or a value longer than any there should be.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// More rows, packages or elements than there can be.
    #[error("more than {0} entries")]
    TooMany(u64),
    /// Not a Nordic article number of six digits.
    #[error("{0} is no VNR of six digits")]
    Vnr(&'static str),
    /// Not a decimal number with a point.
    #[error("{0} is no decimal number")]
    Decimal(&'static str),
    /// Not a day as 2026-11-15.
    #[error("{0} is no day")]
    Day(&'static str),
    /// None of the values that this field has.
    #[error("{0} has a value that is none of the known")]
    Value(&'static str),
    /// A field that must be there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field that may be there once, twice.
    #[error("{0} occurs twice")]
    Twice(&'static str),
    /// One number for two rows.
    #[error("{0} names two rows")]
    DoubleNumber(&'static str),
    /// Not well-formed XML, or cut.
    #[error("not well-formed XML")]
    Xml,
    /// A document type declaration: it may declare entities, and neither Kela's nor Fimea's files need one.
    #[error("a document type declaration")]
    Doctype,
    /// Elements within elements, more than there should be.
    #[error("nested too deep")]
    Depth,
    /// Another document than was expected.
    #[error("the root element should be {0}")]
    Root(String),
    /// Whoever took the entries wanted no more of them.
    #[error("the import was stopped")]
    Stopped,
    /// Not `vvvv.xxx`.
    #[error("the version is not vvvv.xxx")]
    Version,
}

impl Fault {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::Columns { .. } => "import-columns",
            Fault::Fields { .. } => "import-fields",
            Fault::Encoding(_) => "import-encoding",
            Fault::Quotation => "import-quotation",
            Fault::TooLong(_) => "import-too-long",
            Fault::TooMany(_) => "import-too-many",
            Fault::Vnr(_) => "import-vnr",
            Fault::Decimal(_) => "import-decimal",
            Fault::Day(_) => "import-day",
            Fault::Value(_) => "import-value",
            Fault::Missing(_) => "import-missing",
            Fault::Twice(_) => "import-twice",
            Fault::DoubleNumber(_) => "import-double-number",
            Fault::Xml => "import-xml",
            Fault::Doctype => "import-doctype",
            Fault::Depth => "import-depth",
            Fault::Root(_) => "import-root",
            Fault::Stopped => "import-stopped",
            Fault::Version => "import-version",
        }
    }
}

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Something is wrong at a line.
    #[error("{file}, line {line}: {fault}")]
    At {
        /// Which file.
        file: File,
        /// Which line, from 1; of XML, that of the element's end.
        line: u64,
        /// What is wrong.
        fault: Fault,
    },
    /// More bytes than it may have.
    #[error("{file} is larger than {limit} bytes")]
    TooLarge {
        /// Which file.
        file: File,
        /// How many bytes it may have.
        limit: u64,
    },
    /// Nothing in it, or no row below its head.
    #[error("{0} is empty")]
    Empty(File),
    /// It cannot be read.
    #[error("{file} cannot be read: {source}")]
    Io {
        /// Which file.
        file: File,
        /// Why.
        source: io::Error,
    },
}

impl ReadError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            ReadError::At { fault, .. } => fault.code(),
            ReadError::TooLarge { .. } => "import-too-large",
            ReadError::Empty(_) => "import-empty",
            ReadError::Io { .. } => "import-unreadable",
        }
    }

    /// The line at which it is wrong, where there is one.
    pub fn line(&self) -> Option<u64> {
        match self {
            ReadError::At { line, .. } => Some(*line),
            _ => None,
        }
    }
}
