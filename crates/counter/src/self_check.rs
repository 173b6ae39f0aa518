//! What was signed is read again as a stranger would read it, before it is durable and before it leaves (promise 1 of the
//! house).

use cda::Content;
use prescription::{Dispensation, Oid, Prescription, Professional, RegistrationNumber};
use signing::{Covered, SignatureKind, Verified};

use crate::{Counter, CounterError, Session};

impl Counter {
    /// Reads the signed document as a stranger would: it must say what was shown, its one signature must hold, be
    /// of the session's own card and cover this document, by itself or on the list of exactly those that are signed with
    /// it, and its header must say what its body says.
    pub(crate) fn check_before_it_leaves(
        &self,
        session: &Session,
        document: &[u8],
        shown: Shown<'_>,
        listed: &[&Oid],
    ) -> Result<(), CounterError> {
        let wrong = CounterError::SelfCheck;
        let signatures = self.verifier.verify(document).map_err(|_| wrong("not-verifiable"))?;
        let [signature] = signatures.as_slice() else {
            return Err(wrong("not-one-signature"));
        };
        let kind = self.deps.visit_signing.kind(listed.len());
        if signature.weak || signature.kind != Some(kind) || !covers(signature, kind, listed) {
            return Err(wrong("signature-does-not-cover-the-document"));
        }
        if signature.certificate != session.signature_certificate {
            return Err(wrong("signer-is-not-the-session"));
        }
        let mismatches = cda::header_body_mismatches(document).map_err(|_| wrong("not-readable"))?;
        if !mismatches.is_empty() {
            return Err(wrong("header-body-mismatch"));
        }
        let read = cda::read(document).map_err(|_| wrong("not-readable"))?;
        match (read.content, shown) {
            (Content::Dispensation(said), Shown::Dispensation(shown)) if same_facts(&said, shown) => Ok(()),
            (Content::Prescription(said), Shown::Prescription(shown)) if same_order(&said, shown) => Ok(()),
            _ => Err(wrong("says-other-than-shown")),
        }
    }
}

/// What a person was shown before it was signed.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// A dispensation.
    Dispensation(&'a Dispensation),
    /// A prescription that is stored from paper or telephone.
    Prescription(&'a Prescription),
}

/// Whether a signature of this kind covers the document: its body, or the list of exactly these documents, on which the
/// document is with this body.
fn covers(signature: &Verified, kind: SignatureKind, documents: &[&Oid]) -> bool {
    match &signature.outcome {
        Ok(Covered::Body) => kind == SignatureKind::Professional,
        Ok(Covered::List { refs, covers_this: true }) => {
            let listed = refs.iter().map(|one| one.id.as_str());
            kind == SignatureKind::ProfessionalMulti && listed.eq(documents.iter().map(|id| id.as_str()))
        }
        Ok(Covered::List { covers_this: false, .. }) | Err(_) => false,
    }
}

pub(crate) fn registration_of(person: Option<&Professional>) -> Option<&str> {
    person.and_then(|person| person.registration.as_ref()).map(RegistrationNumber::as_str)
}

/// Whether a document that was read back says what was shown, in everything that a rule or a person looks at.
fn same_facts(said: &Dispensation, shown: &Dispensation) -> bool {
    said.reference == shown.reference
        && said.prescription == shown.prescription
        && said.patient.identity_code == shown.patient.identity_code
        && said.patient.name == shown.patient.name
        && registration_of(said.preparer.as_ref()) == registration_of(shown.preparer.as_ref())
        && said.dispensed_at == shown.dispensed_at
        && said.delivered == shown.delivered
        && said.remaining == shown.remaining
        && said.fully_dispensed == shown.fully_dispensed
        && said.product.vnr == shown.product.vnr
        && said.product.strength == shown.product.strength
        && said.packages == shown.packages
        && said.package_size == shown.package_size
        && said.part_package == shown.part_package
        && said.compounded == shown.compounded
        && same_words(said.composition.as_deref(), shown.composition.as_deref())
        && said.substituted == shown.substituted
        && same_words(Some(&said.label_dosage), Some(&shown.label_dosage))
}

/// Whether two texts are the same but for the white space in them; nothing is as good as an empty one.
fn same_words(said: Option<&str>, shown: Option<&str>) -> bool {
    said.unwrap_or_default().split_whitespace().eq(shown.unwrap_or_default().split_whitespace())
}

/// The same of a prescription.
fn same_order(said: &Prescription, shown: &Prescription) -> bool {
    said.reference == shown.reference
        && said.version == shown.version
        && said.change.is_none()
        && said.patient == shown.patient
        && said.prescriber.registration == shown.prescriber.registration
        && said.prescriber.prescriber_id == shown.prescriber.prescriber_id
        && said.prescriber.name == shown.prescriber.name
        && said.prescriber.right == shown.prescriber.right
        && said.recording == shown.recording
        && said.prescribed_at == shown.prescribed_at
        && said.valid_until == shown.valid_until
        && said.product == shown.product
        && said.quantity == shown.quantity
        && said.control == shown.control
        && said.narcotic == shown.narcotic
        && same_words(Some(&said.dosage.text), Some(&shown.dosage.text))
}

#[cfg(test)]
mod tests {
    use prescription::rules::samples;
    use signing::Listed;

    use super::*;

    fn visit() -> [Oid; 2] {
        let prescription = samples::iterated_diazepam();
        let lot = samples::lot(&prescription, 21, "2026-11-02T10:00:00");
        [lot.reference.id, prescription.reference.id]
    }

    fn over(ids: &[&str], covers_this: bool) -> Verified {
        let refs = ids.iter().map(|id| Listed { id: (*id).to_owned(), digest: vec![0; 32] }).collect();
        Verified {
            kind: None,
            signed_at: None,
            certificate: vec![],
            weak: false,
            outcome: Ok(Covered::List { refs, covers_this }),
        }
    }

    #[test]
    fn di_4_a_list_is_of_exactly_this_visits_documents_and_this_one_is_on_it_as_it_stands() {
        let ids = visit();
        let visit = [&ids[0], &ids[1]];
        let [first, second] = visit.map(Oid::as_str);
        let kind = SignatureKind::ProfessionalMulti;
        assert!(covers(&over(&[first, second], true), kind, &visit));
        assert!(!covers(&over(&[first, second], false), kind, &visit));
        assert!(!covers(&over(&[first], true), kind, &visit), "one of the visit is missing");
        assert!(!covers(&over(&[first, second, "1.2.3"], true), kind, &visit), "something was slipped in");
        assert!(!covers(&over(&[first, "1.2.3"], true), kind, &visit));
        // Each in its own form: what was asked for is what must have come.
        let body = Verified { outcome: Ok(Covered::Body), ..over(&[], true) };
        assert!(covers(&body, SignatureKind::Professional, &visit));
        assert!(!covers(&body, kind, &visit));
        assert!(!covers(&over(&[first, second], true), SignatureKind::Professional, &visit));
    }
}
