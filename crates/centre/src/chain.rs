//! The chain of documents of one prescription, and what stands after them: the newest version, the live dispensations,
//! locks, reservations and renewal requests. It serves promise 5: all but the dispensing reservation, which no document
//! says, can be computed again from the documents. What remains is left to `prescription::remaining`, what each document
//! does to `prescription::lifecycle`, what is allowed to its rules.

use cda::{Content, Document};
use chrono::NaiveDateTime;
use prescription::{
    Conflict, Dispensation, Dispensing, DocumentType, Hold, Mark, MarkKind, Oid, PersonIdentityCode, Prescription,
    Remaining, ReservationKind, SignatureTrust, Standing, State, remaining,
};
use serde::{Deserialize, Serialize};

use crate::store::StoredDocument;

/// A prescription as it stands after every document of its chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The prescription's set.
    pub set_id: Oid,
    /// How often it has changed: by a document of its own, by a renewal, by a dispensing reservation. What a decision must
    /// name to be taken.
    pub revision: u64,
    /// The newest version.
    pub prescription: Prescription,
    /// Identifiers of all versions, oldest first.
    pub versions: Vec<Oid>,
    /// What the newest version's signatures are worth.
    pub signature: SignatureTrust,
    /// What marks and requests have made of it.
    pub standing: Standing,
    /// Dispensations that count, in the order in which they came.
    pub dispensations: Vec<Dispensation>,
    /// The pharmacy whose dose-dispensing mark (type 16) is on it, until that pharmacy takes it away (17). A cancellation
    /// ends the reservation and not this: the pharmacy must hear of it (reason 17, section 2.8).
    #[serde(default)]
    pub dosed_by: Option<Oid>,
    /// Prescriptions of other chains that were made on its renewal requests, oldest first.
    #[serde(default)]
    pub renewals: Vec<Oid>,
    /// Late dispensations that were taken although something had happened meanwhile, for a person to settle.
    #[serde(default)]
    pub conflicts: Vec<InConflict>,
    /// The dispensing reservation. The one thing here that no document says: `verify` sets it aside.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// How often that has changed.
    #[serde(default)]
    pub holds: u64,
}

/// A late dispensation and what it conflicts with (section 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InConflict {
    /// The dispensation.
    pub document: Oid,
    /// With what.
    pub with: Vec<Conflict>,
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
    /// The chain that `document` begins or continues.
    pub fn continued(chain: Option<Self>, document: &Document, trust: SignatureTrust) -> Result<Self, Unfit> {
        match (&document.content, chain) {
            (Content::Prescription(prescription), None) => Ok(Self::begun(prescription, trust)),
            (_, None) => Err(Unfit::PrescriptionUnknown),
            (content, Some(chain)) => {
                if chain.patient_differs(document) {
                    return Err(Unfit::OtherPatient);
                }
                let mut next = chain.with_next_revision();
                match content {
                    Content::Prescription(version) => next.take_version(version, trust)?,
                    Content::Dispensation(dispensation) => next.take_dispensation(dispensation),
                    Content::Mark(mark) => next.take_mark(mark),
                    Content::RenewalRequest(request) => next.standing.take_request(request),
                    Content::RenewalAnswer(answer) => next.standing.take_answer(answer),
                    Content::Other(_) => return Err(Unfit::Type),
                }
                Ok(next)
            }
        }
    }

    /// The chain of these documents, read again from their bytes; `None` where one cannot be read or does not fit.
    /// Prescriptions of other chains that renew it are no part of them: [`Chain::renewed`] takes each.
    pub fn of(documents: &[StoredDocument]) -> Option<Self> {
        documents.iter().try_fold(None, |chain: Option<Self>, stored| {
            let document = cda::read(&stored.bytes).ok()?;
            let next = Self::continued(chain, &document, stored.trust).ok()?;
            Some(Some(next.in_conflict(&stored.id, &stored.conflicts)))
        })?
    }

    /// The chain after a new prescription that was made on one of its renewal requests (section 1.6).
    pub fn renewed(&self, by: &Prescription) -> Self {
        let mut next = self.clone().with_next_revision();
        next.renewals.push(by.reference.id.clone());
        if let Some(request) = &by.renews {
            next.standing.take_renewal(request);
        }
        next
    }

    /// The chain that remembers what a document of it conflicts with, if with anything.
    pub fn in_conflict(mut self, document: &Oid, with: &[Conflict]) -> Self {
        if !with.is_empty() {
            self.conflicts.push(InConflict { document: document.clone(), with: with.to_vec() });
        }
        self
    }

    /// The chain with that dispensing reservation, or with none.
    pub fn held(&self, hold: Option<Hold>) -> Self {
        let mut next = self.clone().with_next_revision();
        next.hold = hold;
        next.holds = next.holds.saturating_add(1);
        next
    }

    /// The chain as its documents alone say it.
    pub fn without_hold(&self) -> Self {
        let revision = self.revision.saturating_sub(self.holds);
        Self { revision, hold: None, holds: 0, ..self.clone() }
    }

    /// What remains.
    pub fn remaining(&self) -> Remaining {
        remaining(&self.prescription, &self.dispensations)
    }

    /// Whether it is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.prescription.reference.document_type == DocumentType::Cancellation
    }

    /// What a search tells of its state at a moment: a reservation of a document, else the dispensing reservation.
    pub fn state_at(&self, now: NaiveDateTime) -> State {
        let reservation = self.standing.reservation.as_ref().map(|held| (held.owner.clone(), held.kind.clone()));
        let hold = self.hold_at(now).map(|hold| (hold.owner.clone(), ReservationKind::Dispensing));
        let (reserved_by, reserved_for) = reservation.or(hold).unzip();
        State {
            cancelled: self.is_cancelled(),
            locked_by: self.standing.lock.as_ref().map(|lock| lock.owner.clone()),
            reserved_by,
            reserved_for,
            newer: None,
        }
    }

    /// The dispensing reservation that is in force at a moment.
    pub fn hold_at(&self, now: NaiveDateTime) -> Option<&Hold> {
        self.hold.as_ref().filter(|hold| hold.is_at(now))
    }

    /// How its newest renewal request stands at a moment, as 1.2.246.537.5.40106.2006 codes it; nothing where nobody asked.
    pub fn renewal_at(&self, now: NaiveDateTime) -> Option<String> {
        self.standing.renewal.as_ref().map(|renewal| renewal.state_at(now).code().to_owned())
    }

    /// The documents that count: the newest version, the live dispensations, the lock and the reservation in force (which
    /// whoever takes them away must name), the newest renewal request.
    pub fn live(&self) -> Vec<&Oid> {
        let standing = &self.standing;
        std::iter::once(&self.prescription.reference.id)
            .chain(self.dispensations.iter().map(|made| &made.reference.id))
            .chain(standing.lock.iter().map(|lock| &lock.document.id))
            .chain(standing.reservation.iter().map(|held| &held.document.id))
            .chain(standing.renewal.iter().map(|renewal| &renewal.request.id))
            .collect()
    }

    /// The pharmacies that lock or reserve it by a document.
    pub fn holders(&self) -> Vec<&Oid> {
        let lock = self.standing.lock.iter().map(|lock| &lock.owner);
        lock.chain(self.standing.reservation.iter().map(|held| &held.owner)).collect()
    }

    /// Whose it is.
    pub fn identity_code(&self) -> Option<&PersonIdentityCode> {
        self.prescription.patient.identity_code.as_ref()
    }

    fn begun(prescription: &Prescription, trust: SignatureTrust) -> Self {
        Self {
            set_id: prescription.reference.set_id.clone(),
            revision: 1,
            versions: vec![prescription.reference.id.clone()],
            signature: trust,
            standing: Standing::default(),
            prescription: prescription.clone(),
            dispensations: vec![],
            dosed_by: None,
            renewals: vec![],
            conflicts: vec![],
            hold: None,
            holds: 0,
        }
    }

    fn with_next_revision(self) -> Self {
        Self { revision: self.revision.saturating_add(1), ..self }
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
        self.standing.take_version(version);
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
        self.standing.take_dispensing(Dispensing::of(&self.prescription, &self.dispensations));
    }

    fn take_mark(&mut self, mark: &Mark) {
        match mark.kind {
            MarkKind::DoseDispensing { .. } => self.dosed_by = Some(mark.unit.id.clone()),
            MarkKind::DoseDispensingEnd { .. } => self.dosed_by = None,
            _ => {}
        }
        self.standing.take_mark(mark);
    }
}

/// The set of the prescription that a document belongs to: its own for a version of one, else the set that it names.
pub fn prescription_set(document: &Document) -> Option<&Oid> {
    match &document.content {
        Content::Prescription(prescription) => Some(&prescription.reference.set_id),
        Content::Dispensation(dispensation) => Some(&dispensation.prescription.set_id),
        Content::Mark(mark) => Some(&mark.prescription.set_id),
        Content::RenewalRequest(request) => Some(&request.prescription.set_id),
        Content::RenewalAnswer(answer) => answer.prescription.as_ref().map(|named| &named.set_id),
        Content::Other(_) => document.header.related("APND").map(|related| &related.set_id),
    }
}
