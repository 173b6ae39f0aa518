//! The text of a new signature, and the bytes that its value is made over.
//!
//! Exclusive canonicalisation does not look around, so each part of a signature is digested by itself, before
//! it stands anywhere; the same text then fits into any document. That is what lets one signature over a list stand
//! in every document of the list.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};

use crate::algorithm::{DIGEST_SHA256, DigestMethod};
use crate::canonical::{Mode, canonical};
use crate::chain::{Chain, EXCLUSIVE, XPATH};
use crate::envelope::{CDA, DS, Envelope, HL7FI, attribute, parse};
use crate::place::PREFIX;
use crate::{Failure, Listed, SignError, SignatureKind, VerifyError};

/// The digest of everything that is referred to in what is written.
const DIGEST: DigestMethod = DigestMethod::Sha256;

/// What a new signature covers beside its timestamp.
pub(crate) enum Content {
    /// The body of one document.
    Body {
        /// The body's ID; without one it is found by XPath, as the Centre itself has done it.
        id: Option<String>,
        /// Its digest, base64.
        digest: String,
    },
    /// The bodies of several documents.
    List(Vec<Listed>),
}

impl Content {
    /// The document's body, by its ID if it has one.
    pub fn body(envelope: &Envelope<'_>) -> Result<Self, SignError> {
        let id = attribute(&envelope.document, envelope.body, "ID").map(str::to_owned);
        let chain = if id.is_some() { Chain::plain() } else { Chain::BodyOfCanonical };
        let digest = envelope.body_digest(chain, DIGEST).map_err(unsignable)?;
        Ok(Self::Body { id, digest: STANDARD.encode(digest) })
    }
}

/// The document as an entry of a list: its identifier and the digest that a signature of type 1 would have.
pub(crate) fn listed(envelope: &Envelope<'_>) -> Result<Listed, SignError> {
    let id = envelope.document_id().ok_or(SignError::NoIdentifier)?.to_owned();
    Ok(Listed { id, digest: envelope.body_digest(Chain::plain(), DIGEST).map_err(unsignable)? })
}

/// The IDs of one signature.
pub(crate) struct Ids {
    envelope: String,
    timestamp: String,
    list: String,
    signature: String,
}

impl Ids {
    pub fn new(seed: &str) -> Result<Self, SignError> {
        let plain = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'.' | b'-' | b'_');
        if seed.is_empty() || seed.len() > 128 || !seed.bytes().all(plain) {
            return Err(SignError::UnusableSeed);
        }
        Ok(Self {
            envelope: format!("SIG_{seed}"),
            timestamp: format!("TS_{seed}"),
            list: format!("MDS_{seed}"),
            signature: format!("DS_{seed}"),
        })
    }

    /// Refuses IDs that stand in the document already.
    pub fn must_be_new_in(&self, envelope: &Envelope<'_>) -> Result<(), SignError> {
        let taken = envelope.has_id_of(&[&self.envelope, &self.timestamp, &self.list, &self.signature]);
        if taken { Err(SignError::UnusableSeed) } else { Ok(()) }
    }
}

/// A new signature, complete but for its value.
pub(crate) struct Draft {
    kind: SignatureKind,
    signed_at: String,
    ids: Ids,
    content: Content,
    signature_method: &'static str,
    certificate: String,
    timestamp_digest: String,
    list_digest: String,
    /// What the value is made over: `SignedInfo`, canonical.
    pub message: Vec<u8>,
}

impl Draft {
    pub fn new(
        kind: SignatureKind,
        content: Content,
        signed_at: DateTime<FixedOffset>,
        ids: Ids,
        certificate: &[u8],
        signature_method: &'static str,
    ) -> Result<Self, SignError> {
        let mut draft = Self {
            kind,
            signed_at: signed_at.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            ids,
            content,
            signature_method,
            certificate: STANDARD.encode(certificate),
            timestamp_digest: String::new(),
            list_digest: String::new(),
            message: Vec::new(),
        };
        let digest = |text: String| -> Result<String, SignError> { Ok(STANDARD.encode(DIGEST.digest(&alone(&text)?))) };
        draft.timestamp_digest = digest(draft.timestamp())?;
        if matches!(draft.content, Content::List(_)) {
            draft.list_digest = digest(draft.list())?;
        }
        draft.message = alone(&draft.signed_info())?;
        Ok(draft)
    }

    /// The signature's text. Its prefix is declared in it unless it is bound where the text goes.
    pub fn text(&self, prefix_is_bound: bool, value: &str) -> String {
        let Self { ids: Ids { envelope, signature, .. }, certificate, .. } = self;
        let p = PREFIX;
        let declared = if prefix_is_bound { String::new() } else { format!(" xmlns:hl7fi=\"{HL7FI}\"") };
        let (code, name) = (self.kind.code(), self.kind.display_name());
        let (timestamp, list, signed_info) = (self.timestamp(), self.list(), self.signed_info());
        format!(
            "<{p}signature{declared} ID=\"{envelope}\">\
             <{p}signatureDescription code=\"{code}\" codeSystem=\"1.2.246.537.5.40127.2006\" \
             codeSystemName=\"Sähköisen allekirjoituksen tyyppi\" displayName=\"{name}\"/>{timestamp}{list}\
             <ds:Signature xmlns:ds=\"{DS}\" Id=\"{signature}\">{signed_info}\
             <ds:SignatureValue>{value}</ds:SignatureValue>\
             <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
             </ds:Signature></{p}signature>"
        )
    }

    fn timestamp(&self) -> String {
        let Self { ids: Ids { timestamp, .. }, signed_at, .. } = self;
        format!("<{PREFIX}signatureTimestamp ID=\"{timestamp}\">{signed_at}</{PREFIX}signatureTimestamp>")
    }

    fn list(&self) -> String {
        let Content::List(listed) = &self.content else { return String::new() };
        let refs: String = listed
            .iter()
            .map(|one| format!("<{PREFIX}Ref OID=\"{}\" hash=\"{}\"/>", one.id, STANDARD.encode(&one.digest)))
            .collect();
        let id = &self.ids.list;
        format!("<{PREFIX}multipleDocumentSignature ID=\"{id}\">{refs}</{PREFIX}multipleDocumentSignature>")
    }

    fn signed_info(&self) -> String {
        let (method, references) = (self.signature_method, self.references());
        format!(
            "<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>\
             <ds:SignatureMethod Algorithm=\"{method}\"/>{references}</ds:SignedInfo>"
        )
    }

    fn references(&self) -> String {
        let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>");
        let by_id = |id: &str, digest: &str| reference(&format!("#{}", escaped(id)), &exclusive, digest);
        let content = match &self.content {
            Content::Body { id: Some(id), digest } => by_id(id, digest),
            Content::Body { id: None, digest } => {
                let xpath = format!(
                    "{exclusive}<ds:Transform Algorithm=\"{XPATH}\">\
                     <ds:XPath xmlns:hl7=\"{CDA}\">ancestor-or-self::hl7:structuredBody</ds:XPath></ds:Transform>"
                );
                reference("", &xpath, digest)
            }
            Content::List(_) => by_id(&self.ids.list, &self.list_digest),
        };
        by_id(&self.ids.timestamp, &self.timestamp_digest) + &content
    }
}

fn reference(uri: &str, transforms: &str, digest: &str) -> String {
    format!(
        "<ds:Reference URI=\"{uri}\"><ds:Transforms>{transforms}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{DIGEST_SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
}

/// The canonical form of an element of a signature's text, wherever it will stand.
fn alone(text: &str) -> Result<Vec<u8>, SignError> {
    let text = format!("<alone xmlns:hl7fi=\"{HL7FI}\" xmlns:ds=\"{DS}\">{text}</alone>");
    let document = parse(&text)?;
    let element = document.document_element().and_then(|root| document.children_iter(root).next());
    Ok(canonical(&document, element.ok_or(SignError::NoPlace)?, Mode::Exclusive))
}

fn unsignable(_: Failure) -> SignError {
    SignError::Document(VerifyError::NotXml)
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
