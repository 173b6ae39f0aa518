//! The small model of a page: sections of labelled facts and tables, with a mark where something is unknown, unsure, old
//! or does not agree. Pages are rendered by `html` and `text`, and compared by `compare`.

use std::fmt;

use prescription::Language;
use prescription::rules::Text;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its language.
    pub language: Language,
    /// What it shows: "Lääkemääräys".
    pub title: String,
    /// More about what it shows, one line each.
    pub subtitle: Vec<String>,
    /// What a reader must know first.
    pub warnings: Vec<(Tone, String)>,
    /// Its sections in order.
    pub sections: Vec<Section>,
}

/// A part of a page with a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// A stable name.
    pub key: &'static str,
    /// Its heading.
    pub heading: &'static str,
    /// Whether a difference here is a difference of the medicine: what, how strong, how much, how to take it.
    pub critical: bool,
    /// Facts, in order.
    pub facts: Vec<Fact>,
    /// A table below them.
    pub table: Option<Table>,
}

/// A fact: what it is called and what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Fact {
    /// A stable name, unique within a document.
    pub key: String,
    /// What it is called, in the page's language.
    pub label: String,
    /// What it says, one line or more; safe to show.
    pub value: String,
    /// A mark.
    pub tone: Option<Tone>,
    /// The ordinary case, which a page need not mention: "no" of a flag. It takes part in comparisons.
    pub quiet: bool,
    /// The typed value in a form that is equal exactly if the values are; never shown.
    pub(crate) identity: String,
}

/// Shows the name of the fact and not what it says: it may be somebody's name.
impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fact({}, {:?})", self.key, self.tone)
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What its columns are called.
    pub columns: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// One text for each column; safe to show.
    pub cells: Vec<String>,
    /// A mark.
    pub tone: Option<Tone>,
}

/// Shows how long the row is and not what it says.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} cells, {:?})", self.cells.len(), self.tone)
    }
}

/// What there is to mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// A person must notice it.
    Notice,
    /// This program does not understand it.
    Unknown,
    /// It is not said with certainty.
    Unsure,
    /// Made with means of old times (SHA-1), or in a definition of old times.
    Old,
    /// Two things that must agree do not, or something does not hold.
    Mismatch,
    /// It was checked and holds.
    Holds,
}

impl Tone {
    /// The mark in words: colour alone says nothing to many.
    pub fn words(self, language: Language) -> &'static str {
        let text = match self {
            Self::Notice => Text { fi: "huomaa", sv: "obs", en: "note" },
            Self::Unknown => Text { fi: "tuntematon", sv: "okänd", en: "unknown" },
            Self::Unsure => Text { fi: "epävarma", sv: "osäker", en: "not sure" },
            Self::Old => Text { fi: "vanha", sv: "gammal", en: "old" },
            Self::Mismatch => Text { fi: "ei kunnossa", sv: "stämmer inte", en: "does not hold" },
            Self::Holds => Text { fi: "kunnossa", sv: "stämmer", en: "holds" },
        };
        text.in_language(language)
    }

    /// A stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Unknown => "unknown",
            Self::Unsure => "unsure",
            Self::Old => "old",
            Self::Mismatch => "mismatch",
            Self::Holds => "holds",
        }
    }
}
