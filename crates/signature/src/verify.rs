//! Verification: every signature of a document, and for each what it covers or why it does not hold.
//!
//! Nothing of a signature is believed before its value has been checked with the certificate that it carries;
//! whether that certificate is anybody's is for `trust`. The kind (1, 2, 4) stands outside what is signed:
//! a caller that needs a professional's signature must look at the certificate, not at the kind alone.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};
use uppsala::{Document, NodeId};

use crate::algorithm::{PublicKey, SignatureMethod};
use crate::canonical::canonical;
use crate::chain::{Reference, Target, Targets, base64_text, canonicalization, named};
use crate::envelope::{DS, Envelope, HL7FI, attribute, children, elements, is, is_oid};
use crate::keyed::KEYED_HASH;
use crate::{Failure, SignatureKind, Verifier, VerifyError};

/// One signature of a document. Only what `outcome` says may be relied on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The kind that the signature states of itself; not covered by the signature.
    pub kind: Option<SignatureKind>,
    /// The time that the signer states; covered.
    pub signed_at: Option<DateTime<FixedOffset>>,
    /// The signature certificate, DER; empty when there is none to read. Not judged here.
    pub certificate: Vec<u8>,
    /// SHA-1 was used: good for reading old documents, not for dispensing.
    pub weak: bool,
    /// What the signature covers, or why it does not hold.
    pub outcome: Result<Covered, Failure>,
}

impl Verified {
    /// Whether the signature holds and covers this document's body: by itself, or by naming it on its list.
    #[must_use]
    pub fn covers_this_document(&self) -> bool {
        matches!(self.outcome, Ok(Covered::Body | Covered::List { covers_this: true, .. }))
    }
}

/// What a signature that holds covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covered {
    /// The one `structuredBody` at `/ClinicalDocument/component/structuredBody`, and the timestamp.
    Body,
    /// A list of documents (type 2, moniallekirjoitus), and the timestamp.
    List {
        /// Every document of the list, each once.
        refs: Vec<Listed>,
        /// Whether this document is on the list with this body. If not, the signature says nothing of it: either
        /// its identifier is not in `refs`, or it is and the body is not the one that was signed.
        covers_this: bool,
    },
}

/// One document of a list (moniallekirjoitus).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The document's identifier, an OID.
    pub id: String,
    /// The digest of its body, as a signature of type 1 would have it.
    pub digest: Vec<u8>,
}

/// Checks every signature of the document, in order.
///
/// A signature that does not hold is an element with its [`Failure`]. An error means that the document itself
/// is refused: it cannot be read, or is built to mislead (document type, duplicate ID, second body, misplaced
/// signature, over the size limit).
pub fn verify(document: &[u8]) -> Result<Vec<Verified>, VerifyError> {
    Verifier::default().verify(document)
}

/// A document that was read for its signatures, so that they can be checked and another one be put beside them without
/// reading it again.
pub struct Opened<'a>(pub(crate) Envelope<'a>);

impl<'a> Opened<'a> {
    /// Reads the document. An error means, as with [`verify`], that it is refused as a whole.
    pub fn read(document: &'a [u8]) -> Result<Self, VerifyError> {
        Envelope::read(document).map(Self)
    }

    /// The document that was parsed from a text, whatever its parser allowed; an error means the same as with
    /// [`Self::read`]. The text must be all of the document's bytes.
    pub fn of_parsed(text: &'a str, document: Document<'a>) -> Result<Self, VerifyError> {
        Envelope::of_parsed(text, document).map(Self)
    }

    /// Checks every signature, in order, as [`Verifier::verify`] does.
    #[must_use]
    pub fn verify(&self) -> Vec<Verified> {
        Verifier::default().check(self)
    }
}

/// Every signature of a document that was opened, in order.
pub(crate) fn verify_all(opened: &Opened<'_>, by: &Verifier) -> Vec<Verified> {
    opened.0.signatures.iter().map(|one| verify_one(&opened.0, *one, None, by)).collect()
}

/// As [`verify`], for the newest signature alone. With `vouched`, its value is known to be right over that message.
pub(crate) fn verify_last(
    document: &[u8],
    vouched: Option<&[u8]>,
    by: &Verifier,
) -> Result<Option<Verified>, VerifyError> {
    let envelope = Envelope::read(document)?;
    Ok(envelope.signatures.last().map(|one| verify_one(&envelope, *one, vouched, by)))
}

fn verify_one(envelope: &Envelope<'_>, signature: NodeId, vouched: Option<&[u8]>, by: &Verifier) -> Verified {
    let document = &envelope.document;
    let kind = match children(document, signature, HL7FI, "signatureDescription")[..] {
        [one] => attribute(document, one, "code").and_then(SignatureKind::from_code),
        _ => None,
    };
    let timestamp = one(document, signature, HL7FI, "signatureTimestamp");
    let ds_signature = one(document, signature, DS, "Signature");
    let mut verified = Verified {
        kind,
        signed_at: timestamp.and_then(|one| DateTime::parse_from_rfc3339(document.text_content_deep(one).trim()).ok()),
        certificate: ds_signature.and_then(|one| certificate(document, one)).unwrap_or_default(),
        weak: false,
        outcome: Err(Failure::UnknownKind),
    };
    verified.outcome = match (kind, timestamp, ds_signature) {
        (None, _, _) => Err(Failure::UnknownKind),
        (_, None, _) => Err(Failure::Malformed("signatureTimestamp")),
        (_, _, None) => Err(Failure::Malformed("Signature")),
        (Some(kind), Some(timestamp), Some(ds_signature)) => {
            let list = children(document, signature, HL7FI, "multipleDocumentSignature");
            match list.as_slice() {
                [] | [_] => {
                    let targets = Targets { timestamp, body: envelope.body, list: list.first().copied() };
                    check(envelope, kind, &targets, ds_signature, &mut verified, (vouched, by))
                }
                _ => Err(Failure::Malformed("multipleDocumentSignature")),
            }
        }
    };
    if verified.signed_at.is_none() && verified.outcome.is_ok() {
        verified.outcome = Err(Failure::Malformed("signatureTimestamp"));
    }
    verified
}

fn check(
    envelope: &Envelope<'_>,
    kind: SignatureKind,
    targets: &Targets,
    ds_signature: NodeId,
    verified: &mut Verified,
    (vouched, by): (Option<&[u8]>, &Verifier),
) -> Result<Covered, Failure> {
    let document = &envelope.document;
    let [signed_info, value, key_info, objects @ ..] = &elements(document, ds_signature)[..] else {
        return Err(Failure::Malformed("Signature"));
    };
    if !named(document, *signed_info, "SignedInfo")
        || !named(document, *value, "SignatureValue")
        || !named(document, *key_info, "KeyInfo")
        || !objects.iter().all(|one| named(document, *one, "Object"))
    {
        return Err(Failure::Malformed("Signature"));
    }
    let info = SignedInfo::read(envelope, targets, *signed_info, by)?;
    verified.weak = info.method.is_some_and(SignatureMethod::is_weak)
        || info.references.iter().any(|one| one.digest_method.is_weak());

    let expected = if kind == SignatureKind::ProfessionalMulti { Target::List } else { Target::Body };
    let (content, timestamp) = match &info.references[..] {
        [a, b] if a.target == expected && b.target == Target::Timestamp => (a, b),
        [a, b] if b.target == expected && a.target == Target::Timestamp => (b, a),
        _ => return Err(Failure::UnexpectedReferences),
    };
    if expected == Target::Body && targets.list.is_some() {
        // Nobody signed that list.
        return Err(Failure::Malformed("multipleDocumentSignature"));
    }
    check_digest(envelope, targets, content)?;
    check_digest(envelope, targets, timestamp)?;

    let value = base64_text(document, *value).ok_or(Failure::Malformed("SignatureValue"))?;
    // Whose certificate it is, and that it is readable, is for whoever vouches to know.
    let key = || PublicKey::of_certificate(&verified.certificate).ok_or(Failure::CertificateUnreadable);
    let right = match (vouched, info.method) {
        (Some(message), _) => Some(message == info.canonical),
        (None, Some(method)) => method.verify(&key()?, &info.canonical, &value),
        (None, None) => {
            key()?;
            by.keyed().map(|keyed| keyed.is_right(&verified.certificate, &info.canonical, &value))
        }
    };
    match right {
        Some(true) => {}
        Some(false) => return Err(Failure::WrongValue),
        None => return Err(Failure::UnknownAlgorithm),
    }
    match expected {
        Target::List => list(envelope, targets, content),
        _ => Ok(Covered::Body),
    }
}

/// What was signed by the value: the canonicalisation's result, the algorithm and the references.
pub(crate) struct SignedInfo {
    pub canonical: Vec<u8>,
    /// Absent where it is the keyed hash that the verifier knows.
    method: Option<SignatureMethod>,
    references: Vec<Reference>,
}

impl SignedInfo {
    fn read(envelope: &Envelope<'_>, targets: &Targets, signed_info: NodeId, by: &Verifier) -> Result<Self, Failure> {
        let document = &envelope.document;
        let [canonicalization_method, signature_method, references @ ..] = &elements(document, signed_info)[..] else {
            return Err(Failure::Malformed("SignedInfo"));
        };
        if !named(document, *canonicalization_method, "CanonicalizationMethod")
            || !named(document, *signature_method, "SignatureMethod")
            || !references.iter().all(|one| named(document, *one, "Reference"))
        {
            return Err(Failure::Malformed("SignedInfo"));
        }
        if references.len() != 2 {
            return Err(Failure::UnexpectedReferences);
        }
        let plain =
            |node: NodeId| attribute(document, node, "Algorithm").filter(|_| elements(document, node).is_empty());
        let mode = plain(*canonicalization_method).and_then(canonicalization).ok_or(Failure::UnknownAlgorithm)?;
        let method = match plain(*signature_method) {
            Some(KEYED_HASH) if by.keyed().is_some() => None,
            named => Some(named.and_then(SignatureMethod::from_uri).ok_or(Failure::UnknownAlgorithm)?),
        };
        Ok(Self {
            canonical: canonical(document, signed_info, mode),
            method,
            references: references
                .iter()
                .map(|one| Reference::read(envelope, targets, *one))
                .collect::<Result<Vec<_>, _>>()?,
        })
    }
}

fn check_digest(envelope: &Envelope<'_>, targets: &Targets, reference: &Reference) -> Result<(), Failure> {
    let Reference { target, chain, digest_method, .. } = reference;
    let element = targets.node(*target).ok_or(Failure::UnexpectedReferences)?;
    let digest = match target {
        Target::Body => envelope.body_digest(*chain, *digest_method)?,
        Target::Timestamp | Target::List => digest_method.digest(&chain.bytes(&envelope.document, element)?),
    };
    if digest == reference.digest {
        return Ok(());
    }
    Err(match reference.target {
        Target::Timestamp => Failure::TimestampChanged,
        Target::Body => Failure::BodyChanged,
        Target::List => Failure::ListChanged,
    })
}

/// What a list says, once it is known to be what was signed.
fn list(envelope: &Envelope<'_>, targets: &Targets, reference: &Reference) -> Result<Covered, Failure> {
    let document = &envelope.document;
    let list = targets.list.ok_or(Failure::UnexpectedReferences)?;
    let refs = elements(document, list)
        .into_iter()
        .map(|one| listed(document, one).ok_or(Failure::Malformed("Ref")))
        .collect::<Result<Vec<_>, _>>()?;
    if refs.len() < 2 {
        return Err(Failure::Malformed("multipleDocumentSignature"));
    }
    // A listed digest is the one that the same document would have in a signature of type 1.
    let own = envelope.body_digest(reference.chain, reference.digest_method)?;
    if refs.iter().any(|one| one.digest.len() != own.len()) {
        return Err(Failure::UnknownAlgorithm);
    }
    let mut seen = HashSet::new();
    if !refs.iter().all(|one| seen.insert(one.id.as_str())) {
        return Err(Failure::ListedTwice);
    }
    let id = envelope.document_id();
    let covers_this = refs.iter().any(|one| Some(one.id.as_str()) == id && one.digest == own);
    Ok(Covered::List { refs, covers_this })
}

fn listed(document: &Document<'_>, entry: NodeId) -> Option<Listed> {
    let id = attribute(document, entry, "OID").filter(|one| is_oid(one))?.to_owned();
    let digest = STANDARD.decode(attribute(document, entry, "hash")?).ok()?;
    is(document, entry, HL7FI, "Ref").then_some(Listed { id, digest })
}

/// The one certificate in the key information.
fn certificate(document: &Document<'_>, ds_signature: NodeId) -> Option<Vec<u8>> {
    let key_info = one(document, ds_signature, DS, "KeyInfo")?;
    let mut certificates =
        document.descendants(key_info).into_iter().filter(|node| named(document, *node, "X509Certificate"));
    match (certificates.next(), certificates.next()) {
        (Some(only), None) => base64_text(document, only),
        _ => None,
    }
}

fn one(document: &Document<'_>, parent: NodeId, namespace: &str, name: &str) -> Option<NodeId> {
    match children(document, parent, namespace, name)[..] {
        [only] => Some(only),
        _ => None,
    }
}
