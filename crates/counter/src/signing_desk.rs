//! Signing: what was shown becomes documents, the card signs them with one PIN, they are verified as a stranger would
//! verify them, and made durable. Only then does anybody say "saved" (promises 1, 2 and 4 of the house).

use card::{CardSigner, Pin};
use cda::Writing;
use prescription::{Dispensation, DocumentReference, DocumentType, Oid, Professional, RegistrationNumber, Summary};
use record::{Batch, NewDocument, NewEvent};
use serde_json::json;
use signing::{Covered, SignatureKind, Signing};
use trust::Purpose;

use crate::{CardHeld, Counter, CounterError, Identifiers, Session, Visit, lock};

/// A signed and saved dispensation of the visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// Its identifier.
    pub document_id: Oid,
    /// The prescription.
    pub prescription_set_id: Oid,
    /// What a list shows of it.
    pub summary: Summary,
}

impl Counter {
    /// Signs the basket with PIN2 and makes it durable. After this the basket is empty and the outbox has the rest.
    pub fn sign(&self, pin: &Pin, allow_last_try: bool) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        if visit.basket.is_empty() {
            return Err(CounterError::EmptyBasket);
        }
        let dispensations = self.finished(&session, visit)?;
        let writing = Writing { definition: self.deps.definition.clone(), software: self.deps.software.clone() };
        let mut unsigned = Vec::with_capacity(dispensations.len());
        for dispensation in &dispensations {
            let document = cda::write_dispensation(dispensation, &writing)
                .map_err(|_| CounterError::SelfCheck("dispensation-not-writable"))?;
            unsigned.push(document);
        }
        let documents = self.signed_by_card(&session, (pin, allow_last_try), &dispensations, &unsigned)?;
        for (document, dispensation) in documents.iter().zip(&dispensations) {
            self.check_before_it_leaves(&session, document, dispensation)?;
        }
        let now = self.deps.clock.now();
        let mut batch = Batch::new(now).by(session.registration.as_str());
        let mut signed = Vec::with_capacity(documents.len());
        for (bytes, dispensation) in documents.into_iter().zip(&dispensations) {
            let line = Summary::of(dispensation);
            let id = dispensation.reference.id.clone();
            // The Centre ends its reservation with the dispensation: nothing is left to give back.
            batch = batch.putting_down(dispensation.prescription.set_id.as_str());
            let reason = visit.proposals.get(&dispensation.prescription.set_id).and_then(|p| p.reason.clone());
            batch = batch
                .event(
                    NewEvent::new(
                        "dispensation.signed",
                        now,
                        json!({
                            "prescription": line.prescription_id,
                            "amount": line.amount,
                            "reason": reason,
                            "prepared_by": registration_of(dispensation.preparer.as_ref()),
                        }),
                    )
                    .by(session.registration.as_str())
                    .about(id.as_str()),
                )
                .document(NewDocument {
                    document_id: id.to_string(),
                    set_id: dispensation.reference.set_id.to_string(),
                    prescription_set_id: dispensation.prescription.set_id.to_string(),
                    kind_code: dispensation.reference.document_type.code().to_owned(),
                    bytes,
                    summary: json!(line),
                });
            let prescription_set_id = dispensation.prescription.set_id.clone();
            signed.push(Signed { document_id: id, prescription_set_id, summary: line });
        }
        self.deps.record.commit(batch)?;
        // From here on it is saved, whatever happens.
        for (line, dispensation) in signed.into_iter().zip(dispensations) {
            visit.proposals.remove(&line.prescription_set_id);
            if let Some(fetched) = visit.fetched.get_mut(&line.prescription_set_id) {
                fetched.history.push(dispensation);
            }
            visit.signed.push(line);
        }
        visit.basket.clear();
        Ok(visit.clone())
    }

    /// The basket as documents will say it: made anew for this moment, every rule asked again, identifiers given.
    fn finished(&self, session: &Session, visit: &Visit) -> Result<Vec<Dispensation>, CounterError> {
        let now = self.deps.clock.now();
        let identifiers = Identifiers { record: &self.deps.record, pharmacy: &self.deps.pharmacy.id };
        let mut finished = Vec::with_capacity(visit.basket.len());
        for set_id in &visit.basket {
            let metadata = visit.metadata(set_id)?;
            let fetched = visit.fetched.get(set_id).ok_or(CounterError::UnknownPrescription)?;
            let old = visit.proposals.get(set_id).ok_or(CounterError::UnknownPrescription)?;
            let renewed = self.renewed(session, metadata, fetched, old)?;
            if let Some(finding) = renewed.findings.iter().find(|finding| finding.hinders()) {
                return Err(CounterError::Rule(Box::new(finding.clone())));
            }
            let id = identifiers.next(now)?;
            let reference = DocumentReference { set_id: id.clone(), id, document_type: DocumentType::Dispensation };
            finished.push(Dispensation { reference, ..renewed.dispensation });
        }
        Ok(finished)
    }

    fn signed_by_card(
        &self,
        session: &Session,
        (pin, allow_last_try): (&Pin, bool),
        dispensations: &[Dispensation],
        unsigned: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, CounterError> {
        let CardHeld::Ready(held) = self.card() else {
            return Err(CounterError::Card(card::CardError::NoCard));
        };
        let mut card = self.deps.cards.open(&held.reader)?;
        let identity = card.identity()?;
        if identity.serial != session.card_serial {
            return Err(CounterError::AnotherCard);
        }
        let now = self.deps.clock.now();
        let signer = self.deps.trust.judge(&identity.signature_certificate, Purpose::ProfessionalSignature, now)?;
        if signer.registration_number.as_ref() != Some(&session.registration) {
            return Err(CounterError::AnotherCard);
        }
        let seeds: Vec<String> = dispensations.iter().map(|d| d.reference.id.to_string()).collect();
        let signings: Vec<Signing<'_>> = unsigned
            .iter()
            .zip(&seeds)
            .map(|(document, seed)| Signing {
                document,
                kind: SignatureKind::Professional,
                signed_at: prescription::time::finnish_with_offset(now),
                id_seed: seed,
            })
            .collect();
        if allow_last_try {
            card.allow_last_try(card::PinSlot::Pin2);
        }
        let mut signer = CardSigner::new(card.as_mut(), pin)?;
        let signed = signing::sign_many(&signings, &mut signer);
        let refused = signer.failure().cloned();
        match (signed, refused) {
            (Ok(documents), _) => Ok(documents),
            (Err(_), Some(error)) => {
                self.look_at_card();
                Err(error.into())
            }
            (Err(_), None) => Err(CounterError::SelfCheck("signing-failed")),
        }
    }

    /// Reads the signed document as a stranger would: it must say what was shown, its one signature must hold and be the
    /// session's own, and its header must say what its body says.
    fn check_before_it_leaves(
        &self,
        session: &Session,
        document: &[u8],
        shown: &Dispensation,
    ) -> Result<(), CounterError> {
        let wrong = CounterError::SelfCheck;
        let signatures = signing::verify(document).map_err(|_| wrong("not-verifiable"))?;
        let [signature] = signatures.as_slice() else {
            return Err(wrong("not-one-signature"));
        };
        if signature.weak || !matches!(signature.outcome, Ok(Covered::Body)) {
            return Err(wrong("signature-does-not-cover-the-body"));
        }
        let signer = trust::holder(&signature.certificate)?;
        if signer.registration_number.as_ref() != Some(&session.registration) {
            return Err(wrong("signer-is-not-the-session"));
        }
        let mismatches = cda::header_body_mismatches(document).map_err(|_| wrong("not-readable"))?;
        if !mismatches.is_empty() {
            return Err(wrong("header-body-mismatch"));
        }
        let read = cda::read(document).map_err(|_| wrong("not-readable"))?;
        match read.content {
            cda::Content::Dispensation(said) if same_facts(&said, shown) => Ok(()),
            _ => Err(wrong("says-other-than-shown")),
        }
    }
}

fn registration_of(person: Option<&Professional>) -> Option<&str> {
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
        && said.substituted == shown.substituted
        && said.label_dosage.split_whitespace().eq(shown.label_dosage.split_whitespace())
}
