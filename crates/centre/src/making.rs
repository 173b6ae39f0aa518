//! Who made a document that is to be stored, and for whom: promise 8. Nobody is believed about himself: the signature, by
//! whom the type of the document wants it, the author, the stated user and the certificate of the connection must be one
//! person and one organisation, and the register says which right that person holds.

use cda::{Content, Document};
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use kanta::errors::Known;
use kanta::mr::StoreRequest;
use kanta::{Issue, Requester};
use prescription::{
    DocumentType, Oid, Professional, Recording, RegistrationNumber, Right, Role, SignatureTrust, SignedBy, time,
};
use signing::Opened;

use crate::log::Use;
use crate::signatures;
use crate::store::Store;
use crate::storing::fingerprint;
use crate::{Caller, Centre};

/// Who made a document, as far as it is proven.
pub(crate) struct Maker {
    /// In which role.
    pub role: Role,
    /// In which right; nobody's where a system or a citizen made it.
    pub right: Option<Right>,
    /// What the signature is worth.
    pub trust: SignatureTrust,
    /// The right held when signing and has ended since. Only a late document comes so far.
    pub right_ended: bool,
}

/// What a document says of its making.
struct Claims<'a> {
    author: Option<&'a Professional>,
    unit: Option<&'a Oid>,
    /// The act that it tells of, by name, and when that was.
    act: (&'static str, NaiveDateTime),
}

/// A signature that holds, or that there is none where none is wanted.
struct Proof {
    registration: Option<RegistrationNumber>,
    signed_at: Option<DateTime<Utc>>,
}

impl<S: Store> Centre<S> {
    /// Who made a document, or why that is not believed.
    pub(crate) fn maker(
        &self,
        document: &Document,
        opened: &Opened<'_>,
        request: &StoreRequest,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Maker, Vec<Issue>> {
        let claims = claims(document)?;
        let proof = self.proof(document, opened, caller, now, told).map_err(|issue| vec![issue])?;
        let person = one_person(&claims, &proof, &request.requester, &document.header.reference.document_type)?;
        told.user_stated = proof.registration.is_none();
        one_organisation(&claims, &request.requester, caller)?;
        let trust = if proof.signed_at.is_some() { SignatureTrust::Trusted } else { SignatureTrust::Unsigned };
        let maker = match person {
            Some(number) => {
                let made_at = proof.signed_at.unwrap_or_else(|| time::instant(claims.act.1));
                let late = request.late && document.header.reference.document_type == DocumentType::Dispensation;
                let (right, right_ended) = self.right(number, made_at, late, now)?;
                told.right = Some(right.code().to_owned());
                Maker { role: self.register().role_of(&right), right: Some(right), trust, right_ended }
            }
            None => {
                let role = if claims.author.is_some() { Role::System } else { Role::Citizen };
                Maker { role, right: None, trust, right_ended: false }
            }
        };
        self.right_moment(&claims, &proof, request.late, now)?;
        Ok(maker)
    }

    /// The signature that documents of this type are to have. One that is signed without need must hold as well.
    fn proof(
        &self,
        document: &Document,
        opened: &Opened<'_>,
        caller: &Caller,
        now: DateTime<Utc>,
        told: &mut Use,
    ) -> Result<Proof, Issue> {
        let wanted = self.settings.signers.of(&document.header.reference.document_type);
        let wanted = match wanted {
            SignedBy::Nobody => signatures::kind_of(opened, &self.verifier),
            wanted => wanted,
        };
        match wanted {
            SignedBy::Professional => {
                let signature = signatures::professional(opened, &self.verifier, &self.trust(), now)?;
                told.certificate = Some(fingerprint(&signature.certificate));
                Ok(Proof { registration: Some(signature.registration), signed_at: Some(signature.signed_at) })
            }
            SignedBy::System => {
                let signature = signatures::system(opened, &self.verifier, &self.trust(), now)?;
                told.certificate = Some(fingerprint(&signature.certificate));
                if signature.organisation != caller.organisation {
                    return Err(Issue::of(Known::OrganisationMismatch).about("signature"));
                }
                Ok(Proof { registration: None, signed_at: Some(signature.signed_at) })
            }
            SignedBy::Nobody => Ok(Proof { registration: None, signed_at: None }),
        }
    }

    /// The register, not the certificate, says which right the person holds: when signing, and now. Of what was made in an
    /// outage and signed in time, the right may have ended since; that is told.
    fn right(
        &self,
        number: &RegistrationNumber,
        made_at: DateTime<Utc>,
        late: bool,
        now: DateTime<Utc>,
    ) -> Result<(Right, bool), Vec<Issue>> {
        let register = self.register();
        match (register.right_at(number, made_at), register.right_at(number, now)) {
            (Some(_), Some(right)) => Ok((right, false)),
            (Some(right), None) if late => Ok((right, true)),
            _ => Err(vec![Issue::of(Known::RightMissing).about("register")]),
        }
    }

    /// Online, the act and its signing lie near the Centre's clock; what was made in an outage says so, and even then
    /// nothing comes from the future.
    fn right_moment(
        &self,
        claims: &Claims<'_>,
        proof: &Proof,
        late: bool,
        now: DateTime<Utc>,
    ) -> Result<(), Vec<Issue>> {
        let tolerance = Duration::seconds(self.settings.clock_tolerance_s.into());
        let (act, at) = claims.act;
        let signed = proof.signed_at.map(|at| ("signed", at));
        for (what, at) in signed.into_iter().chain([(act, time::instant(at))]) {
            if at - now > tolerance || (!late && now - at > tolerance) {
                return Err(vec![Issue::of(Known::ClockDifference).about(what)]);
            }
        }
        Ok(())
    }
}

fn claims(document: &Document) -> Result<Claims<'_>, Vec<Issue>> {
    Ok(match &document.content {
        Content::Prescription(prescription) => {
            let author = prescription.made_by();
            // What a pharmacy typed in was prescribed before.
            let first = prescription.reference.document_type == DocumentType::Prescription;
            let act = match (first, &prescription.recording) {
                (true, Recording::ByPrescriber | Recording::By(_)) => ("prescribed", prescription.prescribed_at),
                _ => ("made", prescription.made_at),
            };
            let unit = author.and_then(|author| author.organisation.as_ref()).map(|unit| &unit.id);
            Claims { author, unit, act }
        }
        Content::Dispensation(made) => {
            let first = made.reference.document_type == DocumentType::Dispensation;
            let act = if first { ("dispensed", made.dispensed_at) } else { ("made", made.made_at) };
            Claims { author: made.made_by(), unit: Some(&made.pharmacy.id), act }
        }
        Content::Mark(mark) => {
            Claims { author: Some(&mark.author), unit: Some(&mark.unit.id), act: ("marked", mark.at) }
        }
        Content::RenewalRequest(request) => {
            let author = match &request.requester {
                prescription::Requester::Professional { person, .. } => Some(person.as_ref()),
                prescription::Requester::Citizen { .. } => None,
            };
            Claims { author, unit: Some(&request.requester.unit().id), act: ("asked", request.asked_at) }
        }
        Content::RenewalAnswer(answer) => Claims {
            author: answer.author.as_ref(),
            unit: answer.unit.as_ref().map(|unit| &unit.id),
            act: ("answered", answer.answered_at),
        },
        Content::Other(_) => return Err(vec![Issue::of(Known::DocumentTypeUnsupported)]),
    })
}

/// Signer, author and stated user are one person. Without a logged-in user only two documents come: the dispensing
/// reservation that a program gives back by itself, and a citizen's request; nothing else has nobody.
fn one_person<'a>(
    claims: &Claims<'a>,
    proof: &Proof,
    requester: &Requester,
    document_type: &DocumentType,
) -> Result<Option<&'a RegistrationNumber>, Vec<Issue>> {
    let about = |detail: &str| Err(vec![Issue::of(Known::SignerMismatch).about(detail)]);
    let user = requester.user.as_ref().map(|user| &user.registration);
    let author = claims.author.and_then(|author| author.registration.as_ref());
    if proof.registration.is_some() && author != proof.registration.as_ref() {
        return about("author");
    }
    let by_itself = match document_type {
        DocumentType::DispensingReservationRelease => author.is_some(),
        DocumentType::RenewalRequest => claims.author.is_none(),
        _ => false,
    };
    if user.is_none() && proof.registration.is_none() && by_itself {
        return Ok(None);
    }
    match author {
        None => about("author"),
        Some(_) if user != author => about("user"),
        Some(number) => Ok(Some(number)),
    }
}

/// The organisation of the document and that of the message are the certificate's.
fn one_organisation(claims: &Claims<'_>, requester: &Requester, caller: &Caller) -> Result<(), Vec<Issue>> {
    let about = |detail: &str| Err(vec![Issue::of(Known::OrganisationMismatch).about(detail)]);
    if requester.pharmacy.id != caller.organisation {
        return about("message");
    }
    if claims.unit != Some(&caller.organisation) {
        return about("document");
    }
    Ok(())
}
