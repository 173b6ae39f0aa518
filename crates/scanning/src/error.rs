//! What hinders a scan, and what makes it doubtful. None of it holds the scanned text: that may be a prescription's
//! identifier.

/// Why a scan is not taken. Every one means: scan again, or type what is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ScanError {
    /// Nothing was in it.
    #[error("the scan is empty")]
    Empty,
    /// Longer than any code on a package.
    #[error("the scan is too long")]
    TooLong,
    /// A check digit does not fit: a digit was lost or misread.
    #[error("the check digit does not fit")]
    CheckDigit,
    /// An element ends before its length.
    #[error("the code is cut short in element {0}")]
    Truncated(&'static str),
    /// A group separator was lost, so that this element and the next are glued together.
    #[error("a separator was lost after element {0}")]
    SeparatorLost(&'static str),
    /// The computer reads the scanner's keys with another keyboard layout.
    #[error("the scanner's keyboard layout is not the computer's")]
    KeyboardLayout,
    /// An element (application identifier) that is not known, so that its length is not known either.
    #[error("the code has an element that is not known")]
    UnknownElement,
    /// One element twice, with different values.
    #[error("the code says element {0} twice")]
    Twice(&'static str),
    /// A date that is none.
    #[error("the date in element {0} is not a date")]
    Date(&'static str),
    /// A character that the element must not hold.
    #[error("element {0} holds a character that it must not")]
    Character(&'static str),
    /// A code of elements without a product code (01).
    #[error("the code has no product number")]
    NoProduct,
    /// No code of a package or a prescription.
    #[error("the code is none that is known here")]
    NotRecognised,
}

impl ScanError {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "scan-empty",
            Self::TooLong => "scan-too-long",
            Self::CheckDigit => "scan-check-digit",
            Self::Truncated(_) => "scan-truncated",
            Self::SeparatorLost(_) => "scan-separator-lost",
            Self::KeyboardLayout => "scan-keyboard-layout",
            Self::UnknownElement => "scan-unknown-element",
            Self::Twice(_) => "scan-element-twice",
            Self::Date(_) => "scan-date",
            Self::Character(_) => "scan-character",
            Self::NoProduct => "scan-no-product",
            Self::NotRecognised => "scan-not-recognised",
        }
    }
}

/// What makes a scan doubtful. The scan counts; a person should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warning {
    /// The leading identifier came with its letters swapped: capitals are on, or the layout swaps them. Serial and batch
    /// were swapped back.
    CaseSwapped,
    /// Small letters and no capital in serial or batch: perhaps swapped. They were left as they are.
    CaseDoubtful,
    /// The separator came as something else (`^]`, `{GS}`, `\F1` …): it was read, and the scanner should be set up anew.
    SeparatorWritten,
    /// A VNR of a range in which there are no medicines (200000–369999, 600000–999999; wiki.vnr.fi).
    NotAMedicinesNumber,
}

impl Warning {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::CaseSwapped => "scan-case-swapped",
            Self::CaseDoubtful => "scan-case-doubtful",
            Self::SeparatorWritten => "scan-separator-written",
            Self::NotAMedicinesNumber => "scan-not-a-medicines-number",
        }
    }
}
