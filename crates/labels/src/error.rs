//! Why a label cannot be made. A label is never made without a part that it must have, or with a letter missing.

use std::fmt;

/// What can be wrong with a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// It lacks a part that every such label has (5.1).
    #[error("the label has no {field}")]
    Missing {
        /// Which.
        field: Field,
    },
    /// The typeface or the printer has no such letters. The text must be worded otherwise, or printed elsewhere.
    #[error("the label has letters that cannot be printed: {letters}")]
    Letters {
        /// Each of them once, in their order.
        letters: String,
    },
    /// A text is longer than a label may hold.
    #[error("a text of the label is longer than {limit} characters")]
    TooLong {
        /// The limit, characters.
        limit: usize,
    },
    /// It would take more labels than anybody would put on a package.
    #[error("the text takes more than {limit} labels of this size")]
    TooManySheets {
        /// The limit.
        limit: usize,
    },
    /// A label of that size cannot be printed on.
    #[error("the label's size is not possible: {what}")]
    Size {
        /// Which measure.
        what: &'static str,
    },
    /// The layout was made for another kind of printer.
    #[error("the layout is for another kind of printer")]
    OtherFace,
    /// The built-in typeface cannot be read: this program is damaged.
    #[error("the built-in typeface cannot be read")]
    Typeface,
}

impl LabelError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "label-missing",
            Self::Letters { .. } => "label-letters",
            Self::TooLong { .. } => "label-too-long",
            Self::TooManySheets { .. } => "label-too-many",
            Self::Size { .. } => "label-size",
            Self::OtherFace => "label-other-face",
            Self::Typeface => "label-typeface",
        }
    }
}

/// A part that a label must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Who uses the medicine.
    Patient,
    /// The name of the medicine.
    Product,
    /// How to use it.
    Dosage,
    /// Who prescribed it.
    Prescriber,
    /// The pharmacy's name.
    Pharmacy,
    /// The batch of a split package.
    Batch,
    /// Who made a medicine whose package was split.
    Maker,
    /// What a compounded medicine consists of.
    Composition,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patient => "patient",
            Self::Product => "product",
            Self::Dosage => "dosage",
            Self::Prescriber => "prescriber",
            Self::Pharmacy => "pharmacy",
            Self::Batch => "batch",
            Self::Maker => "maker",
            Self::Composition => "composition",
        })
    }
}
