//! Kanta's documents: CDA R2 to the types of the trade and back.
//!
//! Reads every document of the prescription family in definitions 3.0 to 4.00, writes dispensations (2014.29/2014.30)
//! and prescriptions (2015.1/2015.2), tells where a header says other than its body (promise 4 of the house), and makes
//! a prescription of today from an old one. Signatures are left to `signing`, rules to `prescription`, messages that
//! carry documents to `kanta`.

mod compare;
mod document;
mod error;
mod fields;
mod form;
mod read;
mod reissue;
mod time;
mod tree;
mod verbatim;
mod write;

pub use compare::{COMPARED_FACTS, ComparedFact, Mismatch, Verdict, compared_facts, header_body_mismatches};
pub use document::{Author, Content, Definition, Document, Header, Related, Shape, Software, Writing};
pub use error::{ReadError, ReissueError, WriteError};
pub use form::{DeviationPlace, DispensationForm, DispensationOrganizer};
pub use read::{Parsed, read};
pub use reissue::{Reissue, reissue};
pub use tree::LARGEST_DOCUMENT;
pub use write::{write_dispensation, write_mark, write_prescription, write_renewal_request};
