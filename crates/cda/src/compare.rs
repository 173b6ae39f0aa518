//! Promise 4.
use crate::ReadError;

/// A fact that the header states otherwise than the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mismatch {
    /// Which fact: a fixed word such as `patient-name`.
    pub fact: &'static str,
}

/// Every header fact that the body repeats otherwise.
pub fn header_body_mismatches(document: &[u8]) -> Result<Vec<Mismatch>, ReadError> {
    let _ = document;
    Err(ReadError::NotClinicalDocument)
}
