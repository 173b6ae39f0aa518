//! One prescription with its documents as the Centre gave them: read, its signatures checked, its history gathered.

use cda::Content;
use kanta::mr::FetchQuery;
use prescription::{Dispensation, Prescription, SignatureTrust};
use record::{OutboxFilter, OutboxState};
use signing::{Covered, SignatureKind, Verified};
use trust::{Holder, Purpose};

use crate::{Counter, CounterError};

/// A prescription of the visit as a working copy; it lives no longer than the visit (promise 6 of the house).
#[derive(Debug, Clone)]
pub struct Fetched {
    /// Its newest version.
    pub prescription: Prescription,
    /// What its signatures are worth.
    pub trust: SignatureTrust,
    /// Each signature.
    pub signatures: Vec<SignatureLine>,
    /// Live dispensations: the Centre's, and this pharmacy's own that still wait.
    pub history: Vec<Dispensation>,
}

/// One signature of a document, or what is wrong with the document beside its signatures, as a person wants to know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignatureLine {
    /// By whom.
    pub by: String,
    /// A professional's, or a system's.
    pub kind: Option<SignatureKind>,
    /// When, as it states.
    pub at: String,
    /// `None` where it holds; else the code of what is wrong.
    pub wrong: Option<&'static str>,
    /// Made with SHA-1, as before 2020.
    pub weak: bool,
}

/// The most documents that one prescription may have: 100 dispensations are years of weekly lots.
const MOST_DOCUMENTS: usize = 500;

impl Counter {
    /// Fetches a prescription and its dispensations, checks what can be checked, and adds what this pharmacy has signed
    /// and the Centre has not answered yet.
    pub(crate) fn fetch(
        &self,
        set_id: &prescription::Oid,
        requester: &kanta::Requester,
    ) -> Result<Fetched, CounterError> {
        let query = FetchQuery { identifiers: vec![set_id.clone()], document: None };
        let documents = self.deps.centre.fetch(&query, requester, &self.deps.frame()?)?;
        if documents.len() > MOST_DOCUMENTS {
            return Err(CounterError::Document("too-many-documents"));
        }
        let mut found = None;
        let mut history = Vec::new();
        for document in documents {
            let read = cda::read(&document.bytes).map_err(|error| CounterError::Document(error.code()))?;
            match read.content {
                Content::Prescription(prescription) => found = Some((*prescription, document.bytes)),
                Content::Dispensation(dispensation) => history.push(*dispensation),
                // Marks and requests say nothing of amounts; the metadata tells of them.
                Content::Mark(_) | Content::RenewalRequest(_) | Content::RenewalAnswer(_) | Content::Other(_) => {}
            }
        }
        let (prescription, bytes) = found.ok_or(CounterError::Document("prescription-missing"))?;
        let (trust, signatures) = self.signatures(&prescription, &bytes);
        // What was cancelled does not count, and of what was corrected only the newest version.
        let mut history = prescription::dispensation::live(history);
        history.extend(self.own_waiting(set_id, &history)?);
        history.sort_by_key(|dispensation| dispensation.dispensed_at);
        Ok(Fetched { prescription, trust, signatures, history })
    }

    /// What the signatures of a prescription are worth: its author's over the body, the Centre's own, and a header that
    /// says what the signed body says (SI-1; promises 4 and 8 of the house). Each line says by itself what is wrong.
    fn signatures(&self, prescription: &Prescription, document: &[u8]) -> (SignatureTrust, Vec<SignatureLine>) {
        let Ok(signatures) = self.verifier.verify(document) else {
            // Built so that nothing can be concluded from what is signed in it, as one document wrapped around another.
            let line = SignatureLine { wrong: Some("signature-structure"), ..SignatureLine::default() };
            return (SignatureTrust::Broken, vec![line]);
        };
        let mut lines = Vec::with_capacity(signatures.len() + 1);
        let (mut professional, mut system) = (false, false);
        for signature in &signatures {
            let line = self.signature(prescription, signature);
            if line.wrong.is_none() {
                match signature.kind {
                    Some(SignatureKind::System) => system = true,
                    Some(SignatureKind::Professional | SignatureKind::ProfessionalMulti) => professional = true,
                    None => {}
                }
            }
            lines.push(line);
        }
        let agrees = cda::header_body_mismatches(document).is_ok_and(|mismatches| mismatches.is_empty());
        if !agrees {
            lines.push(SignatureLine { wrong: Some("header-body-mismatch"), ..SignatureLine::default() });
        }
        let trust = match (signatures.is_empty(), professional && system && agrees) {
            (true, _) => SignatureTrust::Unsigned,
            (false, true) => SignatureTrust::Trusted,
            (false, false) => SignatureTrust::Broken,
        };
        (trust, lines)
    }

    fn signature(&self, prescription: &Prescription, signature: &Verified) -> SignatureLine {
        let is_system = signature.kind == Some(SignatureKind::System);
        let purpose = if is_system { Purpose::SystemSignature } else { Purpose::ProfessionalSignature };
        let at = signature.signed_at.map_or_else(|| self.deps.clock.now(), |at| at.to_utc());
        let judged = self.deps.trust.judge(&signature.certificate, purpose, at);
        let covers = match &signature.outcome {
            Ok(Covered::Body | Covered::List { covers_this: true, .. }) => None,
            Ok(Covered::List { covers_this: false, .. }) => Some("signature-of-another"),
            Err(_) => Some("signature-invalid"),
        };
        let stranger = |holder: &Holder| match is_system {
            true => !self.deps.is_the_centre(holder),
            false => !is_author(prescription, holder),
        };
        let wrong = match (covers, &judged) {
            (Some(code), _) => Some(code),
            (None, Err(why)) => Some(why.code()),
            (None, Ok(holder)) => stranger(holder).then_some("signature-of-a-stranger"),
        };
        SignatureLine {
            by: judged.map_or_else(|_| String::new(), |holder| holder.common_name),
            kind: signature.kind,
            at: signature.signed_at.map(|at| at.format("%-d.%-m.%Y %-H.%M").to_string()).unwrap_or_default(),
            wrong,
            weak: signature.weak,
        }
    }

    /// What this pharmacy dispensed from the prescription and the Centre does not count yet. Without it a second lot
    /// could be given while the first one waits for the network.
    fn own_waiting(
        &self,
        set_id: &prescription::Oid,
        known: &[Dispensation],
    ) -> Result<Vec<Dispensation>, CounterError> {
        let filter = OutboxFilter {
            states: vec![OutboxState::Waiting, OutboxState::Sending, OutboxState::Refused],
            prescription_set_id: Some(set_id.to_string()),
            ..OutboxFilter::default()
        };
        let mut waiting = Vec::new();
        for item in self.deps.record.outbox(filter)? {
            if known.iter().any(|dispensation| dispensation.reference.id.as_str() == item.document_id) {
                continue;
            }
            let bytes = self.deps.record.document(&item.document_id)?.and_then(|stored| stored.bytes);
            let Some(bytes) = bytes else { continue };
            let read = cda::read(&bytes).map_err(|error| CounterError::Document(error.code()))?;
            if let Content::Dispensation(dispensation) = read.content {
                waiting.push(*dispensation);
            }
        }
        Ok(waiting)
    }
}

/// Whether a certificate's holder is who the prescription says has made this version. One that states no registration
/// number leaves the question to the Centre, which has asked it.
fn is_author(prescription: &Prescription, holder: &Holder) -> bool {
    let stated = prescription.made_by().and_then(|person| person.registration.as_ref());
    stated.is_none_or(|number| holder.registration_number.as_ref() == Some(number))
}
