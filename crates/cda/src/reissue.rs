//! Making a prescription of today.
use chrono::NaiveDateTime;
use prescription::{Oid, Patient, Professional};

use crate::ReissueError;

/// What a prescription is made into.
#[derive(Debug, Clone, PartialEq)]
pub struct Reissue {
    /// The new identifier, also of the set.
    pub id: Oid,
    /// When it is prescribed now. Every other date moves by as many days, so that the length of validity stays.
    pub prescribed_at: NaiveDateTime,
    /// An artificial patient.
    pub patient: Patient,
    /// An artificial prescriber. Where it has no organisation, the document's own stays.
    pub prescriber: Professional,
}

/// Makes a prescription of today from an old one.
pub fn reissue(document: &[u8], reissue: &Reissue) -> Result<Vec<u8>, ReissueError> {
    let _ = (document, reissue);
    Err(ReissueError::NotAPrescription)
}
