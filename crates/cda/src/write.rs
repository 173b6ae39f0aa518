//! Writing.
use prescription::{Dispensation, Prescription};

use crate::{WriteError, Writing};

/// Writes a dispensation (type 10).
pub fn write_dispensation(dispensation: &Dispensation, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    let _ = (dispensation, writing);
    Err(WriteError::DocumentType)
}

/// Writes a prescription (type 1).
pub fn write_prescription(prescription: &Prescription, writing: &Writing) -> Result<Vec<u8>, WriteError> {
    let _ = (prescription, writing);
    Err(WriteError::DocumentType)
}
