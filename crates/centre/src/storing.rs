//! The decision on a document that is sent to be stored: the heart of the Centre.
//!
//! The questions come in a fixed order, each with its own answer: may it be read, is it the same as before, does it say
//! one thing only (promise 4), who made it and is it the right moment (`making`), does it fit the prescription and every
//! rule of the trade (`obeying`). Then the Centre signs it, and documents, projection and log change together or not at
//! all. The Centre believes nothing that it can compute itself (DI-7e).

use cda::{Content, Document, Mismatch, ReadError};
use chrono::{DateTime, Duration, Utc};
use kanta::Issue;
use kanta::errors::Known;
use kanta::mr::{StoreAnswer, StoreRequest};
use prescription::{Conflict, DocumentType, Oid, Prescription, time};
use sha2::{Digest, Sha256};
use signing::{Opened, SignatureKind, VerifyError};

use crate::centre::{failed, stated};
use crate::chain::{Chain, Unfit, prescription_set};
use crate::holding::given_back;
use crate::log::{Event, Use};
use crate::making::Maker;
use crate::obeying::{Asked, obeys};
use crate::signatures::structure;
use crate::store::{Decision, Expected, Outcome, Store, StoreError, StoredDocument};
use crate::{Caller, Centre};

/// How often a decision is made anew when another one came between.
const TRIES: usize = 4;

impl<S: Store> Centre<S> {
    /// Decides on a document. `Accepted` means that it is on disk.
    pub(crate) fn take(&self, request: &StoreRequest, caller: &Caller, now: DateTime<Utc>) -> StoreAnswer {
        let mut told = Use::of(Event::Store);
        stated(&request.requester, &mut told);
        told.criteria = vec![request.reference.id.to_string()];
        let mut answer = Err(vec![Issue::of(Known::Busy)]);
        for _ in 0..TRIES {
            match self.decide(request, caller, now, &mut told) {
                Ok(Decided::Stored(accepted)) => return accepted,
                Ok(Decided::Before(accepted)) => {
                    answer = Ok(accepted);
                    break;
                }
                Ok(Decided::Overtaken) => {}
                Err(issues) => {
                    answer = Err(issues);
                    break;
                }
            }
        }
        if let Err(issues) = &answer {
            told.refused(issues);
        }
        match (self.note(told, caller, now), answer) {
            (Err(error), _) => StoreAnswer::Refused(vec![failed(&error)]),
            (Ok(()), Ok(accepted)) => accepted,
            (Ok(()), Err(issues)) => StoreAnswer::Refused(issues),
        }
    }

    fn decide(
        &self,
        request: &StoreRequest,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Decided, Vec<Issue>> {
        let bytes = request.document.as_slice();
        if bytes.len() > cda::LARGEST_DOCUMENT {
            return Err(one(Known::DocumentTooLarge));
        }
        let parsed = cda::Parsed::new(bytes).map_err(|error| vec![unreadable(&error)])?;
        let (document, mismatches) = parsed.read_compared().map_err(|error| vec![unreadable(&error)])?;
        told.people = document.header.patient.identity_code.iter().map(|c| c.reveal().to_owned()).collect();

        // The chain is read before it is asked whether the document is there: were it stored by another sending between
        // the two, the other way round would hold it against itself.
        let set = self.set_of(&document).map_err(|error| vec![failed(&error)])?;
        let chain = match &set {
            Some(set) => self.store.chain(set).map_err(|error| vec![failed(&error)])?,
            None => None,
        };
        if let Some(before) = self.answered_before(&document, bytes, caller)? {
            told.documents =
                vec![(document.header.reference.id.clone(), document.header.reference.document_type.clone())];
            told.detail = Some("repeated".to_owned());
            return Ok(Decided::Before(before));
        }

        says_one_thing(mismatches)?;
        announced(&document, request)?;
        self.only_artificial(document.header.patient.identity_code.as_slice()).map_err(|issue| vec![issue])?;
        let opened = opened(bytes, parsed).map_err(|error| vec![structure(&error)])?;
        let maker = self.maker(&document, &opened, request, caller, now, told)?;
        let asked = Asked {
            chain: chain.as_ref(),
            maker: &maker,
            unit: &caller.organisation,
            late: request.late,
            now,
            tolerance: Duration::seconds(self.settings.clock_tolerance_s.into()),
        };
        let conflicts = obeys(&document, &asked)?;
        let prescription_set = set.unwrap_or_else(|| document.header.reference.set_id.clone());
        let (document, maker) = (&document, &maker);
        let taken = Taken { document, opened: &opened, maker, conflicts, prescription_set, chain };
        self.store_it(taken, request, caller, now, told)
    }

    /// The set of the prescription that a document belongs to. An answer to a renewal request may name the request only.
    pub(crate) fn set_of(&self, document: &Document) -> Result<Option<Oid>, StoreError> {
        if let Content::RenewalAnswer(answer) = &document.content
            && let Some(request) = &answer.request
            && let Some(held) = self.store.document(&request.id)?
        {
            return Ok(Some(held.prescription_set));
        }
        Ok(prescription_set(document).cloned())
    }

    /// The chain that a new prescription renews, as it is afterwards, with the revision that it had; nothing where it
    /// renews none that is held. A renewal is the same person's.
    pub(crate) fn renewed_by(&self, document: &Document) -> Result<Option<(Expected, Chain)>, StoreError> {
        let Content::Prescription(prescription) = &document.content else { return Ok(None) };
        let Some(request) = prescription.renews.as_ref().filter(|_| is_first(prescription)) else { return Ok(None) };
        let Some(request) = self.store.document(&request.id)? else { return Ok(None) };
        let Some(old) = self.store.chain(&request.prescription_set)? else { return Ok(None) };
        if old.prescription.patient.identity_code != prescription.patient.identity_code {
            return Ok(None);
        }
        let expected = Expected { prescription_set: old.set_id.clone(), revision: old.revision };
        Ok(Some((expected, old.renewed(prescription))))
    }

    /// Promise 2: the same identifier with the same bytes has the same answer as before, with other bytes it is refused.
    fn answered_before(
        &self,
        document: &Document,
        bytes: &[u8],
        caller: &Caller,
    ) -> Result<Option<StoreAnswer>, Vec<Issue>> {
        let held = self.store.document(&document.header.reference.id).map_err(|error| vec![failed(&error)])?;
        let Some(held) = held else { return Ok(None) };
        if held.sent_digest != digest(bytes) {
            return Err(one(Known::SameIdOtherBytes));
        }
        if held.organisation.as_ref() != Some(&caller.organisation) {
            return Err(one(Known::OrganisationMismatch));
        }
        Ok(Some(StoreAnswer::Accepted {
            document_id: held.id,
            stored_at: held.received_at,
            document: held.bytes,
            repeated: true,
            conflicts: held.conflicts,
        }))
    }

    fn store_it(
        &self,
        taken: Taken<'_>,
        request: &StoreRequest,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Decided, Vec<Issue>> {
        let reference = &taken.document.header.reference;
        let revision = taken.chain.as_ref().map_or(0, |chain| chain.revision);
        let next =
            Chain::continued(taken.chain, taken.document, taken.maker.trust).map_err(|unfit| vec![not_fit(unfit)])?;
        let mut next = next.in_conflict(&reference.id, &taken.conflicts);
        if ends_hold(taken.document) {
            fail_point::at!(CentreGivingBack);
            next = given_back(next, &caller.organisation);
        }
        fail_point::at!(CentreChecked);
        let signed = self.signed(taken.opened, now)?;
        fail_point::at!(CentreSigned);
        let stored = StoredDocument {
            id: reference.id.clone(),
            set_id: reference.set_id.clone(),
            version: taken.document.header.version,
            document_type: reference.document_type.clone(),
            prescription_set: taken.prescription_set.clone(),
            organisation: Some(caller.organisation.clone()),
            received_at: now,
            sent_digest: digest(&request.document),
            trust: taken.maker.trust,
            conflicts: taken.conflicts.clone(),
            bytes: signed.clone(),
        };
        let mut entry = told.clone();
        entry.organisation = Some(caller.organisation.clone());
        entry.documents = vec![(stored.id.clone(), stored.document_type.clone())];
        if !taken.conflicts.is_empty() {
            entry.detail = Some(taken.conflicts.iter().map(|conflict| conflict.code()).collect::<Vec<_>>().join(" "));
        }
        let mut decision = Decision {
            expected: vec![Expected { prescription_set: taken.prescription_set.clone(), revision }],
            documents: vec![stored],
            log: vec![self.entry(&entry, now)],
            projection: vec![next],
            ..Decision::default()
        };
        if let Some((expected, renewed)) = self.renewed_by(taken.document).map_err(|error| vec![failed(&error)])? {
            decision.expected.push(expected);
            decision.projection.push(renewed);
        }
        match self.store.commit(decision).map_err(|error| vec![failed(&error)])? {
            Outcome::Conflict => Ok(Decided::Overtaken),
            Outcome::Done => Ok(Decided::Stored(StoreAnswer::Accepted {
                document_id: reference.id.clone(),
                stored_at: now,
                document: signed,
                repeated: false,
                conflicts: taken.conflicts.clone(),
            })),
        }
    }

    /// The document with the Centre's own signature (type 4).
    pub(crate) fn signed(&self, document: &Opened<'_>, now: DateTime<Utc>) -> Result<Vec<u8>, Vec<Issue>> {
        let seed: String = self.random::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
        let seed = format!("centre-{seed}");
        let at = time::finnish_with_offset(now);
        document.sign(SignatureKind::System, at, &seed, &mut self.signer()).map_err(|error| {
            tracing::error!(code = error.code(), "the Centre could not sign");
            vec![Issue::of(Known::Unavailable).about(error.code())]
        })
    }
}

/// A document that is to be taken, with what was found of it.
struct Taken<'a> {
    document: &'a Document,
    opened: &'a Opened<'a>,
    maker: &'a Maker,
    conflicts: Vec<Conflict>,
    prescription_set: Oid,
    chain: Option<Chain>,
}

/// What became of a decision.
enum Decided {
    /// Stored just now; the log was written with it.
    Stored(StoreAnswer),
    /// Stored before; the log is still to be written.
    Before(StoreAnswer),
    /// Another decision came between: make it anew.
    Overtaken,
}

/// The document for its signatures, not parsed again unless a byte order mark stands before what was.
fn opened<'a>(bytes: &'a [u8], parsed: cda::Parsed<'a>) -> Result<Opened<'a>, VerifyError> {
    let (text, document) = parsed.into_parts();
    if text.len() == bytes.len() { Opened::of_parsed(text, document) } else { Opened::read(bytes) }
}

/// Promise 4: what a header says, which no signature covers, is what the body says.
fn says_one_thing(compared: Result<Vec<Mismatch>, ReadError>) -> Result<(), Vec<Issue>> {
    let mismatches = compared.map_err(|error| vec![unreadable(&error)])?;
    if mismatches.is_empty() {
        return Ok(());
    }
    Err(mismatches.iter().map(|mismatch| Issue::of(Known::HeaderBodyMismatch).about(mismatch.fact)).collect())
}

/// The document is the one that the message around it announces, and its version fits its identifiers: a first version is
/// its own set, and only corrections and cancellations are later ones.
fn announced(document: &Document, request: &StoreRequest) -> Result<(), Vec<Issue>> {
    let header = &document.header;
    let integrity = |detail: &str| Err(vec![Issue::of(Known::Integrity).about(detail)]);
    if header.reference != request.reference || header.version != request.version {
        return integrity("stated-reference");
    }
    let is_next = matches!(
        header.reference.document_type,
        DocumentType::Correction
            | DocumentType::Cancellation
            | DocumentType::DispensationCorrection
            | DocumentType::DispensationCancellation
    );
    let is_first = header.version == 1 && header.reference.id == header.reference.set_id;
    let is_later = header.version > 1 && header.reference.id != header.reference.set_id;
    let fits = match header.reference.document_type {
        // Whether a prescription is a new one is a rule's question (ST-2), or another has taken its place.
        DocumentType::Prescription => true,
        _ if is_next => is_later,
        _ => is_first,
    };
    if fits { Ok(()) } else { integrity("version") }
}

/// A dispensation is the end of the dispensing that it was held for; message 18 gives it up.
fn ends_hold(document: &Document) -> bool {
    matches!(
        document.header.reference.document_type,
        DocumentType::Dispensation | DocumentType::DispensingReservationRelease
    )
}

fn is_first(prescription: &Prescription) -> bool {
    prescription.reference.document_type == DocumentType::Prescription
}

/// What a sender hears of a document that cannot be read.
fn unreadable(error: &ReadError) -> Issue {
    let known = match error {
        ReadError::TooLarge { .. } => Known::DocumentTooLarge,
        ReadError::Doctype | ReadError::TooDeep => Known::XmlRefused,
        _ => Known::Integrity,
    };
    Issue::of(known).about(error.code()).saying(&error.to_string())
}

fn not_fit(unfit: Unfit) -> Issue {
    match unfit {
        Unfit::PrescriptionUnknown => Issue::of(Known::PrescriptionUnknown),
        Unfit::OtherPatient => Issue::of(Known::Integrity).about("prescription-patient"),
        Unfit::NotTheNext => Issue::of(Known::VersionConflict),
        Unfit::Type => Issue::of(Known::DocumentTypeUnsupported),
    }
}

fn one(known: Known) -> Vec<Issue> {
    vec![Issue::of(known)]
}

/// SHA-256 of a document as it was sent.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of a certificate, as the log tells it.
pub(crate) fn fingerprint(certificate: &[u8]) -> String {
    digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect()
}
