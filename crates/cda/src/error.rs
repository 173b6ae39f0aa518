//! Why a document could not be read, written or made anew. No variant holds a word of the document: it may be
//! somebody's name or identity code. Facts are named by fixed texts of this program.

/// Why bytes are not a document that this program can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Over the limit of [`crate::LARGEST_DOCUMENT`].
    #[error("the document has {bytes} bytes, more than is allowed")]
    TooLarge {
        /// How many it has.
        bytes: usize,
    },
    /// Not UTF-8, or declared to be in another encoding.
    #[error("the document is not in UTF-8")]
    NotUtf8,
    /// It declares a document type or entities, which no CDA document does.
    #[error("the document declares a document type or entities")]
    Doctype,
    /// Elements within elements beyond any real document.
    #[error("the document is nested too deeply")]
    TooDeep,
    /// Not well-formed: cut in half, or never XML.
    #[error("the document is not well-formed XML (line {line})")]
    NotXml {
        /// Where it stops being XML, counted from 1; 0 where that is not known.
        line: usize,
    },
    /// XML, and not a CDA document.
    #[error("the document is not a CDA document")]
    NotClinicalDocument,
    /// A fact without which the document means nothing is absent.
    #[error("the document lacks {fact}")]
    Missing {
        /// Which one.
        fact: &'static str,
    },
    /// A fact is there and cannot be what it should be.
    #[error("the document has a malformed {fact}")]
    Malformed {
        /// Which one.
        fact: &'static str,
    },
    /// A fact that a document has once is there twice: which one is meant cannot be known.
    #[error("the document has more than one {fact}")]
    Repeated {
        /// Which one.
        fact: &'static str,
    },
}

impl ReadError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "document-too-large",
            Self::NotUtf8 => "document-not-utf8",
            Self::Doctype => "document-doctype",
            Self::TooDeep => "document-too-deep",
            Self::NotXml { .. } => "document-not-xml",
            Self::NotClinicalDocument => "document-not-cda",
            Self::Missing { .. } => "document-fact-missing",
            Self::Malformed { .. } => "document-fact-malformed",
            Self::Repeated { .. } => "document-fact-repeated",
        }
    }
}

/// Why a value cannot be written as a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The value is of a type that this function does not write.
    #[error("a document of this type is not written here")]
    DocumentType,
    /// An amount, price or rest below zero.
    #[error("{fact} is below zero")]
    Negative {
        /// Which one.
        fact: &'static str,
    },
    /// A text has a character that XML cannot carry, or a code or unit has a space.
    #[error("{fact} has a character that a document cannot carry")]
    Character {
        /// Which one.
        fact: &'static str,
    },
    /// A fact without which the document would mean nothing is absent.
    #[error("{fact} is missing")]
    Missing {
        /// Which one.
        fact: &'static str,
    },
    /// Two parts of the value disagree, so that the document would contradict itself.
    #[error("{fact} is stated in two ways")]
    Contradiction {
        /// Which one.
        fact: &'static str,
    },
    /// The definition to be followed has no place for something that must not be lost.
    #[error("this definition has no place for {fact}")]
    NoPlace {
        /// For what.
        fact: &'static str,
    },
    /// The document would be over the limit of [`crate::LARGEST_DOCUMENT`].
    #[error("the document would be larger than is allowed")]
    TooLarge,
}

impl WriteError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DocumentType => "write-document-type",
            Self::Negative { .. } => "write-negative",
            Self::Character { .. } => "write-character",
            Self::Missing { .. } => "write-missing",
            Self::Contradiction { .. } => "write-contradiction",
            Self::NoPlace { .. } => "write-no-place",
            Self::TooLarge => "write-too-large",
        }
    }
}

/// Why a prescription of today could not be made from a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReissueError {
    /// The document cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The new person or organisation cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The document is not a prescription in its first version (type 1).
    #[error("only a prescription can be made anew")]
    NotAPrescription,
    /// A date would leave the calendar.
    #[error("a date of the document cannot be moved")]
    Date,
    /// The result says other in its header than in its body.
    #[error("the header of the result differs from its body in {fact}")]
    Mismatch {
        /// In what.
        fact: &'static str,
    },
}

impl ReissueError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::NotAPrescription => "reissue-not-a-prescription",
            Self::Date => "reissue-date",
            Self::Mismatch { .. } => "header-body-mismatch",
        }
    }
}
