//! Signing: what was shown becomes documents, the card signs them with one PIN, they are verified as a stranger would
//! verify them, and made durable. Only then does anybody say "saved" (promises 1, 2 and 4 of the house).

use card::{CardSigner, Pin};
use cda::Writing;
use chrono::{DateTime, Utc};
use prescription::{Dispensation, DocumentReference, DocumentType, Oid, Summary, Unlisted};
use record::{Batch, NewDocument, NewEvent};
use serde::Deserialize;
use serde_json::{Value, json};
use signing::{SignError, SignatureKind, Signing};
use trust::Purpose;

use crate::self_check::{Shown, registration_of};
use crate::{CardHeld, Counter, CounterError, Identifiers, Proposal, Session, Visit, lock};

/// How several documents of one visit are signed (DI-4). Either way it is one PIN2 and one transaction of the card, and one
/// document alone has an ordinary signature (type 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VisitSigning {
    /// One signature over the list of them (type 2, moniallekirjoitus), of which each document carries a copy.
    #[default]
    Together,
    /// Each by an ordinary signature of its own (type 1).
    Each,
}

impl VisitSigning {
    /// The kind of the signature that each of so many documents carries.
    pub(crate) fn kind(self, documents: usize) -> SignatureKind {
        match self {
            Self::Together if documents > 1 => SignatureKind::ProfessionalMulti,
            Self::Together | Self::Each => SignatureKind::Professional,
        }
    }
}

/// A signed and saved dispensation of the visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Signed {
    /// Its identifier.
    pub document_id: Oid,
    /// The prescription.
    pub prescription_set_id: Oid,
    /// What a list shows of it.
    pub summary: Summary,
    /// Of what the database does not have: what a person said of it, for the label.
    pub unlisted: Option<Unlisted>,
}

/// A document that is made and not signed yet.
pub(crate) struct Unsigned {
    pub(crate) id: Oid,
    pub(crate) bytes: Vec<u8>,
}

/// What is kept beside a signed dispensation: a person's reason, the rules and checks that it opened, and what was scanned.
#[derive(Default)]
pub(crate) struct Beside<'a> {
    pub(crate) reason: Option<&'a str>,
    pub(crate) reasoned: Vec<&'static str>,
    /// The scanned packages with batch and expiry: no document has a field for these.
    pub(crate) packages: Vec<Value>,
    /// How it deviates from the prescription or corrects it: the words stand in the document alone.
    pub(crate) deviation: Option<Value>,
    /// On which days it was made and may be used at the latest, where the pharmacy made it: no document has a field for these.
    pub(crate) compounding: Option<Value>,
}

impl<'a> Beside<'a> {
    fn of(visit: &'a Visit, set_id: &Oid) -> Self {
        let Some(proposal) = visit.proposals.get(set_id) else { return Self::default() };
        let packages = visit.packs_kept(set_id);
        let deviation = proposal.deviation.as_ref().map(crate::deviating::kept);
        let compounding = proposal.unlisted().and_then(|given| given.compounding.as_ref());
        let compounding = compounding.map(|made| json!({ "prepared": made.prepared, "use_until": made.use_until }));
        Self { reason: proposal.reason.as_deref(), reasoned: proposal.reasoned(), packages, deviation, compounding }
    }
}

/// Puts a signed dispensation with its event in a batch, and what is kept beside it.
pub(crate) fn kept(
    batch: Batch,
    session: &Session,
    (dispensation, beside): (&Dispensation, Beside<'_>),
    bytes: Vec<u8>,
    now: DateTime<Utc>,
) -> Batch {
    let line = Summary::of(dispensation);
    let id = &dispensation.reference.id;
    let payload = json!({
        "prescription": line.prescription_id,
        "amount": line.amount,
        "reason": beside.reason,
        "reasoned": beside.reasoned,
        "packages": beside.packages,
        "deviation": beside.deviation,
        "compounding": beside.compounding,
        "prepared_by": registration_of(dispensation.preparer.as_ref()),
    });
    let event = NewEvent::new("dispensation.signed", now, payload).by(session.registration.as_str());
    batch.event(event.about(id.as_str())).document(NewDocument {
        document_id: id.to_string(),
        set_id: dispensation.reference.set_id.to_string(),
        prescription_set_id: dispensation.prescription.set_id.to_string(),
        kind_code: dispensation.reference.document_type.code().to_owned(),
        bytes,
        summary: json!(line),
    })
}

impl Counter {
    /// Signs the basket with PIN2 and makes it durable. After this the basket is empty and the outbox has the rest.
    pub fn sign(&self, pin: &Pin, allow_last_try: bool) -> Result<Visit, CounterError> {
        let session = self.who_may_still_practise(self.open_session()?)?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        if visit.keeper.right.as_ref() != Some(&session.right) {
            visit.keeper = session.professional();
            self.ask_again(&session, visit);
        }
        self.ask_checks(visit);
        if visit.basket.is_empty() {
            return Err(CounterError::EmptyBasket);
        }
        self.edition_is_the_one_shown(&session, visit)?;
        let dispensations = self.finished(&session, visit)?;
        let unsigned = dispensations.iter().map(|one| self.unsigned(one)).collect::<Result<Vec<_>, _>>()?;
        let parts = self.parts(visit, &dispensations)?;
        fail_point::at!(AppBeforeSigning);
        let documents = self.signed_by_card(&session, (pin, allow_last_try), &unsigned)?;
        let listed: Vec<&Oid> = unsigned.iter().map(|one| &one.id).collect();
        for (document, dispensation) in documents.iter().zip(&dispensations) {
            self.check_before_it_leaves(&session, document, Shown::Dispensation(dispensation), &listed)?;
        }
        fail_point::at!(AppSigned);
        let now = self.deps.clock.now();
        let mut batch = Batch::new(now).by(session.registration.as_str());
        let mut signed = Vec::with_capacity(documents.len());
        for (bytes, dispensation) in documents.into_iter().zip(&dispensations) {
            // The Centre ends its reservation with the dispensation: nothing is left to give back.
            batch = batch.putting_down(dispensation.prescription.set_id.as_str());
            let beside = Beside::of(visit, &dispensation.prescription.set_id);
            let line = Summary::of(dispensation);
            batch = kept(batch, &session, (dispensation, beside), bytes, now);
            let id = dispensation.reference.id.clone();
            let prescription_set_id = dispensation.prescription.set_id.clone();
            let unlisted = visit.proposals.get(&prescription_set_id).and_then(Proposal::unlisted).cloned();
            signed.push(Signed { document_id: id, prescription_set_id, summary: line, unlisted });
        }
        for part in parts {
            batch = batch.event(part.by(session.registration.as_str()));
        }
        if let (Some(entry), Some(line)) = (&visit.handed_over, signed.first()) {
            batch = batch.writing(entry.entry_id.as_str(), line.document_id.as_str());
        }
        self.deps.record.commit(batch)?;
        fail_point::at!(AppSaved);
        // From here on it is saved, whatever happens.
        self.forget_remnants();
        for (line, dispensation) in signed.into_iter().zip(dispensations) {
            visit.proposals.remove(&line.prescription_set_id);
            visit.hands.remove(&line.prescription_set_id);
            if let Some(fetched) = visit.fetched.get_mut(&line.prescription_set_id) {
                fetched.history.push(dispensation);
            }
            visit.signed.push(line);
        }
        visit.basket.clear();
        Ok(visit.clone())
    }

    /// What was shown is what is signed: where another edition has come into force since, prices and exchange are asked
    /// again and a person looks at them before signing.
    fn edition_is_the_one_shown(&self, session: &Session, visit: &mut Visit) -> Result<(), CounterError> {
        let shelf = self.deps.shelf();
        let of_another = |proposal: &Proposal| {
            let shown = proposal.dispensation.product.database_version.as_deref();
            proposal.unlisted().is_none() && shown != Some(shelf.edition().name())
        };
        if !visit.basket.iter().filter_map(|set_id| visit.proposals.get(set_id)).any(of_another) {
            return Ok(());
        }
        self.ask_again(session, visit);
        Err(CounterError::EditionChanged)
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
            let renewed = self.renewed(session, metadata, fetched, old, &visit.kela)?;
            let checked = old.checks.iter().map(|one| &one.finding);
            if let Some(finding) = renewed.findings.iter().chain(checked).find(|finding| finding.hinders()) {
                return Err(CounterError::Rule(Box::new(finding.clone())));
            }
            // Made at hand-over where it was handed over in an outage: one identity, however often it is tried.
            let id = match &visit.handed_over {
                Some(entry) => Oid::parse(&entry.entry_id).map_err(|_| CounterError::UnknownHandOver)?,
                None => identifiers.next(now)?,
            };
            let reference = DocumentReference { set_id: id.clone(), id, document_type: DocumentType::Dispensation };
            finished.push(Dispensation { reference, ..renewed.dispensation });
        }
        Ok(finished)
    }

    /// A dispensation as a document without its signature.
    pub(crate) fn unsigned(&self, dispensation: &Dispensation) -> Result<Unsigned, CounterError> {
        let writing = Writing { definition: self.deps.definition.clone(), software: self.deps.software.clone() };
        let bytes = cda::write_dispensation(dispensation, &writing)
            .map_err(|_| CounterError::SelfCheck("dispensation-not-writable"))?;
        Ok(Unsigned { id: dispensation.reference.id.clone(), bytes })
    }

    /// The documents with the session's signature, made by its card with one PIN.
    pub(crate) fn signed_by_card(
        &self,
        session: &Session,
        (pin, allow_last_try): (&Pin, bool),
        unsigned: &[Unsigned],
    ) -> Result<Vec<Vec<u8>>, CounterError> {
        let CardHeld::Ready(held) = self.card() else {
            return Err(CounterError::Card(card::CardError::NoCard));
        };
        let mut card = self.deps.cards.open(&held.reader)?;
        let identity = card.identity()?;
        let is_the_sessions =
            identity.serial == session.card_serial && identity.signature_certificate == session.signature_certificate;
        if !is_the_sessions {
            return Err(CounterError::AnotherCard);
        }
        let now = self.deps.clock.now();
        let signer = self.deps.trust.judge(&identity.signature_certificate, Purpose::ProfessionalSignature, now)?;
        if signer.registration_number.as_ref() != Some(&session.registration) {
            return Err(CounterError::AnotherCard);
        }
        if allow_last_try {
            card.allow_last_try(card::PinSlot::Pin2);
        }
        let mut signer = CardSigner::new(card.as_mut(), pin)?;
        let signed = self.signatures_of(unsigned, &mut signer);
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

    /// One call of the signer for all of them, in the way that the settings say.
    fn signatures_of(&self, unsigned: &[Unsigned], signer: &mut CardSigner<'_>) -> Result<Vec<Vec<u8>>, SignError> {
        let signed_at = prescription::time::finnish_with_offset(self.deps.clock.now());
        let kind = self.deps.visit_signing.kind(unsigned.len());
        if let (SignatureKind::ProfessionalMulti, Some(first)) = (kind, unsigned.first()) {
            let documents: Vec<&[u8]> = unsigned.iter().map(|one| one.bytes.as_slice()).collect();
            return signing::sign_together(&documents, signed_at, first.id.as_str(), signer);
        }
        let signings: Vec<Signing<'_>> = unsigned
            .iter()
            .map(|one| Signing { document: &one.bytes, kind, signed_at, id_seed: one.id.as_str() })
            .collect();
        signing::sign_many(&signings, signer)
    }
}
