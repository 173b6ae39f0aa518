//! Who signs a document of which type: the professional's card, the pharmacy's system, or nobody. Which it is for marks
//! and requests is not known, so it is data with a default (docs/assumptions.md), for the writer and the counter alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::DocumentType;

/// Who signs a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedBy {
    /// The professional who made it, with the card.
    Professional,
    /// The pharmacy, with its system signature certificate (järjestelmäallekirjoitus).
    System,
    /// Nobody: it is sent unsigned.
    Nobody,
}

/// Who signs documents of each type. Types that it does not name are the default's: a professional signs prescriptions
/// and dispensations with their corrections and cancellations (1, 2, 3, 10, 11, 12), nobody signs marks, requests and
/// answers (4–9, 16–18), which are unsigned in Kela's samples.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signers(BTreeMap<DocumentType, SignedBy>);

impl Signers {
    /// The same, but for documents of that type.
    pub fn with(mut self, document_type: DocumentType, signed_by: SignedBy) -> Self {
        self.0.insert(document_type, signed_by);
        self
    }

    /// Who signs a document of that type. A type that is not known is a professional's: the strictest answer.
    pub fn of(&self, document_type: &DocumentType) -> SignedBy {
        use DocumentType::{
            Cancellation, Correction, Dispensation, DispensationCancellation, DispensationCorrection,
            DispensingReservationRelease, DoseDispensing, DoseDispensingEnd, Lock, Prescription, Release,
            RenewalAnswer, RenewalRequest, Reservation, Unknown, Unlock,
        };
        let default = match document_type {
            Prescription | Cancellation | Correction => SignedBy::Professional,
            Dispensation | DispensationCancellation | DispensationCorrection => SignedBy::Professional,
            Lock | Unlock | Reservation | Release | RenewalRequest | RenewalAnswer => SignedBy::Nobody,
            DoseDispensing | DoseDispensingEnd | DispensingReservationRelease => SignedBy::Nobody,
            Unknown(_) => SignedBy::Professional,
        };
        self.0.get(document_type).copied().unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_professional_signs_what_is_prescribed_and_dispensed_and_configuration_says_the_rest() {
        let signed = |signers: &Signers, by: SignedBy| -> Vec<u32> {
            (1..=18).filter(|n| signers.of(&n.to_string().as_str().into()) == by).collect()
        };
        let signers = Signers::default();
        assert_eq!(signed(&signers, SignedBy::Professional), [1, 2, 3, 10, 11, 12, 13, 14, 15]);
        assert_eq!(signed(&signers, SignedBy::Nobody), [4, 5, 6, 7, 8, 9, 16, 17, 18]);
        let signers = signers.with(DocumentType::Lock, SignedBy::System);
        assert_eq!(signed(&signers, SignedBy::System), [4]);
    }
}
