//! The chain of documents of one prescription, and what stands after them: the newest version, the live dispensations,
//! locks and reservations. It serves promise 5: nothing here is kept that cannot be computed again from the documents.
//! What remains is left to `prescription::remaining`, what is allowed to its rules.

use cda::{Content, Document};
use chrono::NaiveDateTime;
use prescription::{
    Dispensation, DocumentType, Mark, MarkKind, Oid, PersonIdentityCode, Prescription, Remaining, SignatureTrust,
    State, remaining,
};
use serde::{Deserialize, Serialize};

use crate::store::StoredDocument;

/// A prescription as it stands after every document of its chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The prescription's set.
    pub set_id: Oid,
    /// How many documents the chain has: what a decision must name to be taken.
    pub revision: u64,
    /// The newest version.
    pub prescription: Prescription,
    /// Identifiers of all versions, oldest first.
    pub versions: Vec<Oid>,
    /// What the newest version's signatures are worth.
    pub signature: SignatureTrust,
    /// Cancelled, locked, reserved.
    pub state: State,
    /// Dispensations that count, in the order in which they came.
    pub dispensations: Vec<Dispensation>,
    /// The pharmacy whose dose-dispensing mark (type 16) is on it, until that pharmacy takes it away (17). A cancellation
    /// ends the reservation and not this: the pharmacy must hear of it (reason 17, section 2.8).
    #[serde(default)]
    pub dosed_by: Option<Oid>,
}

/// Why a document does not continue a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It belongs to a prescription that is not there.
    #[error("the document belongs to a prescription that is not held")]
    PrescriptionUnknown,
    /// It is a version of a prescription, and not the next one.
    #[error("the document is not the next version")]
    NotTheNext,
    /// It is about another patient than the prescription.
    #[error("the document is about another patient than the prescription")]
    OtherPatient,
    /// Its type does not belong to a prescription's chain.
    #[error("the document's type is not kept here")]
    Type,
}

impl Chain {
    /// The chain that `document` begins or continues. `chain` is unchanged where it does not fit.
    pub fn continued(chain: Option<&Self>, document: &Document, trust: SignatureTrust) -> Result<Self, Unfit> {
        match (&document.content, chain) {
            (Content::Prescription(prescription), None) => Ok(Self {
                set_id: prescription.reference.set_id.clone(),
                revision: 1,
                versions: vec![prescription.reference.id.clone()],
                signature: trust,
                state: State {
                    cancelled: prescription.reference.document_type == DocumentType::Cancellation,
                    ..State::default()
                },
                prescription: prescription.as_ref().clone(),
                dispensations: vec![],
                dosed_by: None,
            }),
            (_, None) => Err(Unfit::PrescriptionUnknown),
            (content, Some(chain)) => {
                if chain.patient_differs(document) {
                    return Err(Unfit::OtherPatient);
                }
                let mut next = chain.clone();
                next.revision = next.revision.saturating_add(1);
                match content {
                    Content::Prescription(version) => next.take_version(version, trust)?,
                    Content::Dispensation(dispensation) => next.take_dispensation(dispensation),
                    Content::Mark(mark) => next.take_mark(mark),
                    // Requests change nothing of the prescription; others are no part of it.
                    Content::RenewalRequest(_) | Content::RenewalAnswer(_) | Content::Other(_) => {
                        return Err(Unfit::Type);
                    }
                }
                Ok(next)
            }
        }
    }

    /// The chain of these documents, read again from their bytes; `None` where one cannot be read or does not fit.
    pub fn of(documents: &[StoredDocument]) -> Option<Self> {
        documents.iter().try_fold(None, |chain: Option<Self>, stored| {
            let document = cda::read(&stored.bytes).ok()?;
            Self::continued(chain.as_ref(), &document, stored.trust).ok().map(Some)
        })?
    }

    /// What remains.
    pub fn remaining(&self) -> Remaining {
        remaining(&self.prescription, &self.dispensations)
    }

    /// The pharmacies that lock or reserve it.
    pub fn holders(&self) -> Vec<&Oid> {
        self.state.locked_by.iter().chain(&self.state.reserved_by).collect()
    }

    /// Whether it is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.state.cancelled
    }

    /// What a search tells of its state at a moment.
    pub fn state_at(&self, _now: NaiveDateTime) -> State {
        self.state.clone()
    }

    /// How its newest renewal request stands at a moment, as 1.2.246.537.5.40106.2006 codes it; nothing where nobody asked.
    pub fn renewal_at(&self, _now: NaiveDateTime) -> Option<String> {
        None
    }

    /// Whose it is.
    pub fn identity_code(&self) -> Option<&PersonIdentityCode> {
        self.prescription.patient.identity_code.as_ref()
    }

    fn patient_differs(&self, document: &Document) -> bool {
        let (held, stated) = (&self.prescription.patient, &document.header.patient);
        match (&held.identity_code, &stated.identity_code) {
            (None, None) => held.birth_date != stated.birth_date || held.name.family != stated.name.family,
            (held, stated) => held != stated,
        }
    }

    fn take_version(&mut self, version: &Prescription, trust: SignatureTrust) -> Result<(), Unfit> {
        if version.version <= self.prescription.version {
            return Err(Unfit::NotTheNext);
        }
        self.versions.push(version.reference.id.clone());
        self.signature = trust;
        match version.reference.document_type {
            DocumentType::Cancellation => self.state = State { cancelled: true, ..State::default() },
            // LC-10: a correction removes the lock.
            _ => self.state.locked_by = None,
        }
        self.prescription = version.clone();
        Ok(())
    }

    fn take_dispensation(&mut self, dispensation: &Dispensation) {
        let same_set = |held: &Dispensation| held.reference.set_id == dispensation.reference.set_id;
        match dispensation.reference.document_type {
            DocumentType::DispensationCancellation => self.dispensations.retain(|held| !same_set(held)),
            _ => match self.dispensations.iter_mut().find(|held| same_set(held)) {
                Some(held) => *held = dispensation.clone(),
                None => self.dispensations.push(dispensation.clone()),
            },
        }
        // Section 1.6: a prescription that is used up is nobody's reservation any more.
        if self.remaining().is_over() {
            self.state.reserved_by = None;
        }
    }

    fn take_mark(&mut self, mark: &Mark) {
        let owner = Some(mark.unit.id.clone());
        match mark.kind {
            MarkKind::DoseDispensing { .. } => self.dosed_by = owner.clone(),
            MarkKind::DoseDispensingEnd { .. } => self.dosed_by = None,
            _ => {}
        }
        match mark.kind {
            MarkKind::Lock { .. } => self.state.locked_by = owner,
            MarkKind::Unlock { .. } => self.state.locked_by = None,
            MarkKind::Reservation { .. } | MarkKind::DoseDispensing { .. } => self.state.reserved_by = owner,
            MarkKind::Release { .. }
            | MarkKind::DoseDispensingEnd { .. }
            | MarkKind::DispensingReservationRelease { .. } => self.state.reserved_by = None,
        }
    }
}

/// The set of the prescription that a document belongs to: its own for a version of one, else the set that it names.
pub fn prescription_set(document: &Document) -> Option<&Oid> {
    match &document.content {
        Content::Prescription(prescription) => Some(&prescription.reference.set_id),
        Content::Dispensation(dispensation) => Some(&dispensation.prescription.set_id),
        Content::Mark(mark) => Some(&mark.prescription.set_id),
        Content::RenewalRequest(_) | Content::RenewalAnswer(_) | Content::Other(_) => {
            document.header.related("APND").map(|related| &related.set_id)
        }
    }
}
