//! Reading.
use crate::{Document, ReadError};

/// Reads any document of the prescription family.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let _ = bytes;
    Err(ReadError::NotClinicalDocument)
}
