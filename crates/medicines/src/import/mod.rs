//! Reading what Kela and Fimea publish: Kela's Pharmaceutical Database in XML, Fimea's registers as text and XML.
//!
//! Readers go through a file once, keep nothing, and hand out typed entries. A row with too few fields, a letter of
//! another encoding, a number that is none: each is an error with its line and a stable code.
//! What readers hand out is not imported before the whole file has been read ([`crate::editions`]).

mod error;
pub mod fimea;
pub mod kela;
mod limits;
pub mod register;
pub mod risks;
mod rows;
mod value;
mod xml;

pub use error::{Fault, File, ReadError};
pub use limits::Limits;
pub use rows::{Encoding, Layout, Row};
