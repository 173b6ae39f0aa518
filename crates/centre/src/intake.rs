//! How documents come in that no pharmacy sends: the Centre's keeper loads them as they are, or makes a prescription of
//! today from an old one. A prescription without a valid signature is held, shown, and not dispensable (rule SI-1).

use cda::{Content, ReadError, Reissue, ReissueError, WriteError};
use chrono::{DateTime, Utc};
use prescription::{DocumentType, Oid, Professional, SignatureTrust, time};
use signing::{Opened, SignError, SignatureKind, Signer, Signing};
use trust::Purpose;

use crate::Centre;
use crate::chain::{Chain, Unfit};
use crate::log::{Event, Use};
use crate::pki::PkiError;
use crate::signatures;
use crate::store::{Decision, Expected, Outcome, Store, StoreError, StoredDocument};
use crate::storing::digest;

/// What became of a document that was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Its identifier.
    pub id: Oid,
    /// Its type.
    pub document_type: DocumentType,
    /// What its signatures are worth.
    pub trust: SignatureTrust,
    /// It was there before, with the same bytes.
    pub already: bool,
}

/// Why a document was not loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is about somebody who may be alive (promise 9).
    #[error("the document's patient is not artificial")]
    NotArtificial,
    /// Another document has its identifier.
    #[error("another document is held under the same identifier")]
    SameIdOtherBytes,
    /// It does not continue what is held.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Another decision came between, again and again.
    #[error("the store is busy")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It could not be signed.
    #[error("the document could not be signed: {0}")]
    Sign(String),
    /// It could not be made anew.
    #[error(transparent)]
    Reissue(#[from] ReissueError),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A key is missing.
    #[error(transparent)]
    Key(#[from] PkiError),
    /// A fixture or an option names a person, place or value that there is not.
    #[error("there is no {0}")]
    Unknown(String),
}

impl LoadError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::NotArtificial => "identity-code-not-artificial",
            Self::SameIdOtherBytes => "same-id-other-bytes",
            Self::Unfit(Unfit::PrescriptionUnknown) => "prescription-unknown",
            Self::Unfit(Unfit::NotTheNext) => "version-conflict",
            Self::Unfit(Unfit::OtherPatient) => "other-patient",
            Self::Unfit(Unfit::Type) => "document-type",
            Self::Busy => "store-busy",
            Self::Store(error) => error.code(),
            Self::Sign(_) => "sign-failed",
            Self::Reissue(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Unknown(_) => "unknown-name",
        }
    }
}

impl From<SignError> for LoadError {
    fn from(error: SignError) -> Self {
        Self::Sign(error.code().to_owned())
    }
}

impl<S: Store> Centre<S> {
    /// Takes a document in as it is.
    pub fn load(&self, bytes: &[u8], now: DateTime<Utc>) -> Result<Loaded, LoadError> {
        let document = cda::read(bytes)?;
        let reference = document.header.reference.clone();
        if self.only_artificial(document.header.patient.identity_code.as_slice()).is_err() {
            return Err(LoadError::NotArtificial);
        }
        if let Some(held) = self.store.document(&reference.id)? {
            let loaded = Loaded { id: held.id, document_type: held.document_type, trust: held.trust, already: true };
            return if held.sent_digest == digest(bytes) { Ok(loaded) } else { Err(LoadError::SameIdOtherBytes) };
        }
        let set = self.set_of(&document)?.ok_or(LoadError::Unfit(Unfit::PrescriptionUnknown))?;
        let trust = self.worth(bytes, &document.content);
        let has_system = || signatures::has_system_signature(bytes, &self.verifier, &self.trust());
        let kept = if trust == SignatureTrust::Trusted && !has_system() {
            self.signed(&Opened::read(bytes).map_err(SignError::from)?, now).map_err(|issues| {
                LoadError::Sign(issues.into_iter().find_map(|issue| issue.detail).unwrap_or_default())
            })?
        } else {
            bytes.to_vec()
        };
        let mut told = Use::of(Event::Load);
        told.people = document.header.patient.identity_code.iter().map(|c| c.reveal().to_owned()).collect();
        told.documents = vec![(reference.id.clone(), reference.document_type.clone())];
        let stored = StoredDocument {
            id: reference.id.clone(),
            set_id: reference.set_id,
            version: document.header.version,
            document_type: reference.document_type.clone(),
            prescription_set: set.clone(),
            organisation: None,
            received_at: now,
            sent_digest: digest(bytes),
            trust,
            conflicts: vec![],
            bytes: kept,
        };
        // Loading is a keeper's work: one retry against a pharmacy's store at the same moment is plenty.
        for _ in 0..2 {
            let chain = self.store.chain(&set)?;
            let revision = chain.as_ref().map_or(0, |chain| chain.revision);
            let next = Chain::continued(chain, &document, trust)?;
            let mut decision = Decision {
                expected: vec![Expected { prescription_set: set.clone(), revision }],
                documents: vec![stored.clone()],
                log: vec![self.entry(&told, now)],
                projection: vec![next],
                ..Decision::default()
            };
            if let Some((expected, renewed)) = self.renewed_by(&document)? {
                decision.expected.push(expected);
                decision.projection.push(renewed);
            }
            if self.store.commit(decision)? == Outcome::Done {
                let document_type = reference.document_type;
                return Ok(Loaded { id: reference.id, document_type, trust, already: false });
            }
        }
        Err(LoadError::Busy)
    }

    /// Makes a prescription of today from an old one, signs it with the prescriber's key and takes it in.
    pub fn reissue(
        &self,
        bytes: &[u8],
        reissue: &Reissue,
        prescriber: &mut dyn Signer,
        now: DateTime<Utc>,
    ) -> Result<Loaded, LoadError> {
        let anew = cda::reissue(bytes, reissue)?;
        let signed = self.signed_by(&anew, time::instant(reissue.prescribed_at), prescriber, now)?;
        self.load(&signed, now)
    }

    /// A document with a professional's signature of that moment. A key that did not exist at that moment signs now: a
    /// scenario may tell of old prescriptions, and its certificates are as young as the test.
    pub(crate) fn signed_by(
        &self,
        document: &[u8],
        at: DateTime<Utc>,
        signer: &mut dyn Signer,
        now: DateTime<Utc>,
    ) -> Result<Vec<u8>, LoadError> {
        let held = self.trust().judge(signer.certificate(), Purpose::ProfessionalSignature, at).is_ok();
        let signing = Signing {
            document,
            kind: SignatureKind::Professional,
            signed_at: time::finnish_with_offset(if held { at } else { now }),
            id_seed: "professional",
        };
        Ok(signing::sign(&signing, signer)?)
    }

    /// Signatures count only where the signer is the author, and where the header says what the body says: else the
    /// document is held as one whose signature does not hold.
    fn worth(&self, bytes: &[u8], content: &Content) -> SignatureTrust {
        let (trust, signature) = signatures::worth(bytes, &self.verifier, &self.trust());
        let Some(signature) = signature else { return trust };
        let author: Option<&Professional> = match content {
            Content::Prescription(prescription) => prescription.made_by(),
            Content::Dispensation(dispensation) => dispensation.made_by(),
            Content::Mark(mark) => Some(&mark.author),
            Content::RenewalRequest(_) | Content::RenewalAnswer(_) | Content::Other(_) => None,
        };
        let is_author = author.is_none_or(|author| author.registration.as_ref() == Some(&signature.registration));
        let says_one_thing = cda::header_body_mismatches(bytes).is_ok_and(|mismatches| mismatches.is_empty());
        if is_author && says_one_thing { trust } else { SignatureTrust::Broken }
    }

    /// The next identifier `<root>.<number>` that no document has, from `from` on.
    pub fn free_identifier(&self, root: &str, from: u64) -> Result<Oid, LoadError> {
        for number in from..from.saturating_add(100_000) {
            let id =
                Oid::parse(&format!("{root}.{number}")).map_err(|_| LoadError::Unknown("identifier root".into()))?;
            if self.store.document(&id)?.is_none() {
                return Ok(id);
            }
        }
        Err(LoadError::Busy)
    }
}
