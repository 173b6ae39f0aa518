//! Any document of the prescription family as something to look at: a page of facts, the chain of one prescription, and
//! two versions compared field by field.
//!
//! Everything is built from typed values, never from the document's own markup, so that no document can say how it is
//! shown. What the signatures are worth and whether header and body agree is handed in: this crate knows `cda` and
//! `prescription`, and neither certificates nor files. Identity codes are masked unless they are asked for, because a
//! screen is read across the counter.

mod chain;
mod check;
mod codes;
mod comparison;
mod definition;
mod facts;
mod html;
mod labels;
mod page;
mod reasons;
mod signatures;
mod text;
mod view;
mod viewer;

pub use chain::{ChainError, MOST_DOCUMENTS, chain};
pub use check::{Check, Finding, check};
pub use comparison::{Change, Comparison, Difference, NotComparable, compare};
pub use definition::{DefinitionAge, definition_age, definition_words};
pub use html::html;
pub use page::{Fact, Page, Row, Section, Table, Tone};
pub use reasons::reason;
pub use signatures::{CertificateFact, Covers, SignatureFact, SignatureKind, Signatures};
pub use text::text;
pub use view::{Evidence, agreement_words, document};
pub use viewer::Viewer;
