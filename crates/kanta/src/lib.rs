//! The messages between a pharmacy and the Prescription Centre (Reseptikeskus). Bytes in, bytes out.
//!
//! Four exchanges: a search for prescriptions' data ([`metadata`], FHIR) and, for supervisors, one for uses
//! ([`metadata::uses`]); a fetch of whole documents and the storing of
//! one ([`mr`], HL7 V3 Medical Records in SOAP). Both sides read and write here, so that what one writes the other
//! reads; [`incoming`] is the door that the Centre stands behind. [`errors`] says once what each error means, to a
//! person and to the program that might send again. Every identifier is a row of [`identifiers`].
//!
//! Nothing here opens a connection, a file or a clock: `kanta-client` carries the bytes, documents stay whole and unread
//! (`cda` and `signature` read them), and the Centre decides.

pub mod error_table;
pub mod errors;
pub mod http;
pub mod identifiers;
pub mod incoming;
pub mod issue;
pub mod metadata;
pub mod mr;
pub mod requester;
mod xml;

pub use incoming::Incoming;
pub use issue::{Issue, KantaError};
pub use mr::{Frame, MessageId};
pub use requester::{Basis, OnBehalf, Party, Requester, User};

/// The largest message that either side reads or writes, in bytes (4 MiB; the true limit is not public).
pub const MESSAGE_BYTES_AT_MOST: usize = 4 * 1024 * 1024;
