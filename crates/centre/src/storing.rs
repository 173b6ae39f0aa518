//! The decision on a document that a pharmacy sends to be stored: the heart of the Centre.
//!
//! The questions come in a fixed order, each with its own answer: may it be read, is it the same as before, does it say
//! one thing only (promise 4), who signed it (promise 8), may that person, is it the right moment, does it fit the
//! prescription and every rule of the trade. Then the Centre signs it, and documents, projection and log change together
//! or not at all. The Centre believes nothing that it can compute itself (DI-7e).

use cda::{Content, Document, ReadError};
use chrono::{DateTime, Duration, Utc};
use kanta::errors::Known;
use kanta::mr::{StoreAnswer, StoreRequest};
use kanta::{Issue, Requester};
use prescription::{
    Case, Dispensation, DocumentType, Finding, Language, RegistrationNumber, Right, SignatureTrust, check, time,
};
use sha2::{Digest, Sha256};
use signing::{SignatureKind, Signing};

use crate::centre::{failed, stated};
use crate::chain::{Chain, Unfit, prescription_set};
use crate::log::{Event, Use};
use crate::signatures::{self, ProfessionalSignature};
use crate::store::{Decision, Expected, Outcome, Store, StoredDocument};
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
        let document = cda::read(bytes).map_err(|error| vec![unreadable(&error)])?;
        told.people = document.header.patient.identity_code.iter().map(|c| c.reveal().to_owned()).collect();

        // The chain is read before it is asked whether the document is there: were it stored by another sending between
        // the two, the other way round would hold it against itself.
        let chain = match prescription_set(&document) {
            Some(set) => self.store.chain(set).map_err(|error| vec![failed(&error)])?,
            None => None,
        };
        if let Some(before) = self.answered_before(&document, bytes, caller)? {
            told.documents =
                vec![(document.header.reference.id.clone(), document.header.reference.document_type.clone())];
            told.detail = Some("repeated".to_owned());
            return Ok(Decided::Before(before));
        }

        says_one_thing(bytes)?;
        let dispensation = a_new_dispensation(&document, request)?;
        self.only_artificial(dispensation.patient.identity_code.as_slice()).map_err(|issue| vec![issue])?;
        let signature = signatures::professional(bytes, &self.trust(), now).map_err(|issue| vec![issue])?;
        told.certificate = Some(fingerprint(&signature.certificate));
        one_person(dispensation, &signature, &request.requester)?;
        told.user_stated = false;
        one_organisation(dispensation, &request.requester, caller)?;
        let right = self.right(&signature, now)?;
        told.right = Some(right.code().to_owned());
        self.right_moment(dispensation, &signature, request.late, now)?;

        let chain = chain
            .filter(|chain| chain.versions.contains(&dispensation.prescription.id))
            .ok_or_else(|| one(Known::PrescriptionUnknown))?;
        obeys_the_rules(dispensation, &chain, &right, now, self.settings.clock_tolerance_s)?;
        self.store_it(&document, request, &chain, caller, now, told)
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
        }))
    }

    /// Promise 8: the register, not the certificate, says which right the person holds, when signing and now.
    fn right(&self, signature: &ProfessionalSignature, now: DateTime<Utc>) -> Result<Right, Vec<Issue>> {
        let register = self.register();
        let on = |at: DateTime<Utc>| register.right_at(&signature.registration, at);
        let missing = |detail: &str| vec![Issue::of(Known::RightMissing).about(detail)];
        let (Some(_), Some(right)) = (on(signature.signed_at), on(now)) else { return Err(missing("register")) };
        // DI-3: a student prepares and does not sign.
        if right.may_dispense() { Ok(right) } else { Err(missing("DI-3")) }
    }

    /// Promise 8: online, dispensing and signing lie near the Centre's clock; what was made in an outage says so, and
    /// even then nothing comes from the future.
    fn right_moment(
        &self,
        dispensation: &Dispensation,
        signature: &ProfessionalSignature,
        late: bool,
        now: DateTime<Utc>,
    ) -> Result<(), Vec<Issue>> {
        let tolerance = Duration::seconds(self.settings.clock_tolerance_s.into());
        let moments = [("signed", signature.signed_at), ("dispensed", time::instant(dispensation.dispensed_at))];
        for (what, at) in moments {
            if at - now > tolerance || (!late && now - at > tolerance) {
                return Err(vec![Issue::of(Known::ClockDifference).about(what)]);
            }
        }
        Ok(())
    }

    fn store_it(
        &self,
        document: &Document,
        request: &StoreRequest,
        chain: &Chain,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Decided, Vec<Issue>> {
        let next =
            Chain::continued(Some(chain), document, SignatureTrust::Trusted).map_err(|unfit| vec![not_fit(unfit)])?;
        let signed = self.signed(&request.document, now)?;
        let stored = StoredDocument {
            id: document.header.reference.id.clone(),
            set_id: document.header.reference.set_id.clone(),
            version: document.header.version,
            document_type: document.header.reference.document_type.clone(),
            prescription_set: chain.set_id.clone(),
            organisation: Some(caller.organisation.clone()),
            received_at: now,
            sent_digest: digest(&request.document),
            trust: SignatureTrust::Trusted,
            bytes: signed.clone(),
        };
        let mut entry = told.clone();
        entry.organisation = Some(caller.organisation.clone());
        entry.documents = vec![(stored.id.clone(), stored.document_type.clone())];
        let decision = Decision {
            expected: vec![Expected { prescription_set: chain.set_id.clone(), revision: chain.revision }],
            documents: vec![stored],
            log: vec![self.entry(&entry, now)],
            projection: vec![next],
        };
        match self.store.commit(decision).map_err(|error| vec![failed(&error)])? {
            Outcome::Conflict => Ok(Decided::Overtaken),
            Outcome::Done => Ok(Decided::Stored(StoreAnswer::Accepted {
                document_id: document.header.reference.id.clone(),
                stored_at: now,
                document: signed,
                repeated: false,
            })),
        }
    }

    /// The document with the Centre's own signature (type 4).
    pub(crate) fn signed(&self, document: &[u8], now: DateTime<Utc>) -> Result<Vec<u8>, Vec<Issue>> {
        let seed: String = self.random::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
        let seed = format!("centre-{seed}");
        let signing = Signing {
            document,
            kind: SignatureKind::System,
            signed_at: time::finnish_with_offset(now),
            id_seed: &seed,
        };
        signing::sign(&signing, self.signer().as_mut()).map_err(|error| {
            tracing::error!(code = error.code(), "the Centre could not sign");
            vec![Issue::of(Known::Unavailable).about(error.code())]
        })
    }
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

/// Promise 4: what a header says, which no signature covers, is what the body says.
fn says_one_thing(bytes: &[u8]) -> Result<(), Vec<Issue>> {
    let mismatches = cda::header_body_mismatches(bytes).map_err(|error| vec![unreadable(&error)])?;
    if mismatches.is_empty() {
        return Ok(());
    }
    Err(mismatches.iter().map(|mismatch| Issue::of(Known::HeaderBodyMismatch).about(mismatch.fact)).collect())
}

/// Only a first version of a dispensation, and the one that the message around it announces.
fn a_new_dispensation<'a>(document: &'a Document, request: &StoreRequest) -> Result<&'a Dispensation, Vec<Issue>> {
    let Content::Dispensation(dispensation) = &document.content else {
        return Err(one(Known::DocumentTypeUnsupported));
    };
    if dispensation.reference.document_type != DocumentType::Dispensation {
        return Err(one(Known::DocumentTypeUnsupported));
    }
    let integrity = |detail: &str| Err(vec![Issue::of(Known::Integrity).about(detail)]);
    if document.header.reference != request.reference || document.header.version != request.version {
        return integrity("stated-reference");
    }
    if document.header.version != 1 || dispensation.reference.id != dispensation.reference.set_id {
        return integrity("version");
    }
    Ok(dispensation)
}

/// Promise 8: signer, author and stated user are one person.
fn one_person(
    dispensation: &Dispensation,
    signature: &ProfessionalSignature,
    requester: &Requester,
) -> Result<(), Vec<Issue>> {
    let is_signer = |number: Option<&RegistrationNumber>| number == Some(&signature.registration);
    let about = |detail: &str| Err(vec![Issue::of(Known::SignerMismatch).about(detail)]);
    if !is_signer(dispensation.author.registration.as_ref()) {
        return about("author");
    }
    if !is_signer(requester.user.as_ref().map(|user| &user.registration)) {
        return about("user");
    }
    Ok(())
}

/// Promise 8: the organisation of the document and that of the message are the certificate's.
fn one_organisation(dispensation: &Dispensation, requester: &Requester, caller: &Caller) -> Result<(), Vec<Issue>> {
    let about = |detail: &str| Err(vec![Issue::of(Known::OrganisationMismatch).about(detail)]);
    if requester.pharmacy.id != caller.organisation {
        return about("message");
    }
    if dispensation.pharmacy.id != caller.organisation {
        return about("document");
    }
    Ok(())
}

/// Every rule of the trade, with the Centre's own history.
fn obeys_the_rules(
    dispensation: &Dispensation,
    chain: &Chain,
    right: &Right,
    now: DateTime<Utc>,
    tolerance_s: u32,
) -> Result<(), Vec<Issue>> {
    let mut state = chain.state.clone();
    if dispensation.prescription.id != chain.prescription.reference.id {
        state.newer = Some(chain.prescription.reference.clone());
    }
    let case = Case {
        prescription: &chain.prescription,
        state: &state,
        signature: chain.signature,
        history: &chain.dispensations,
        proposal: dispensation,
        acting: right,
        // The pharmacy's clock may go before the Centre's by as much as is tolerated.
        now: time::finnish(now + Duration::seconds(tolerance_s.into())),
        // The reason travels as the pharmacy's remark (field 106): that is what the signature covers.
        reason: dispensation.remark.as_deref(),
    };
    let issues: Vec<Issue> = check(&case)
        .iter()
        .filter(|finding| finding.hinders())
        .map(|finding: &Finding| Issue::rule(finding.rule.id).saying(&finding.sentence(Language::Fi)))
        .collect();
    if issues.is_empty() { Ok(()) } else { Err(issues) }
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

fn fingerprint(certificate: &[u8]) -> String {
    digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect()
}
