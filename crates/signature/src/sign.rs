//! Signing: one more `hl7fi:signature` put into the bytes of a document.
//!
//! Everything outside the collection stays byte for byte as it was. All documents of one occasion go to the
//! signer together: one PIN, one transaction of the card. What comes back is verified before anybody gets it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::C14nMode;
use chrono::{DateTime, FixedOffset};

use crate::algorithm::{DIGEST_SHA256, HashAlgorithm, PublicKey};
use crate::chain::{Chain, EXCLUSIVE, XPATH, canonical};
use crate::envelope::{CDA, DS, Envelope, HL7FI, attribute, children, elements};
use crate::verify::verify;
use crate::{DigestToSign, Failure, SignError, SignatureKind, Signer, SignerError, VerifyError};

/// One document to sign, and how.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// The document's bytes, UTF-8.
    pub document: &'a [u8],
    /// The kind of signature.
    pub kind: SignatureKind,
    /// When it is signed; stands in the document and is covered.
    pub signed_at: DateTime<FixedOffset>,
    /// What makes the IDs of this signature unique in the document: letters, digits, `.`, `-`, `_`.
    pub id_seed: &'a str,
}

/// Signs one document and returns it with its new signature.
pub fn sign(signing: &Signing<'_>, signer: &mut dyn Signer) -> Result<Vec<u8>, SignError> {
    let mut signed = sign_many(std::slice::from_ref(signing), signer)?;
    signed.pop().ok_or(SignError::DoesNotVerify)
}

/// Signs several documents in one call of the signer: each gets an ordinary signature of its own.
///
/// Either all are signed or none is returned.
pub fn sign_many(documents: &[Signing<'_>], signer: &mut dyn Signer) -> Result<Vec<Vec<u8>>, SignError> {
    let certificate = signer.certificate().to_vec();
    let key = PublicKey::of_certificate(&certificate).ok_or(SignError::UnusableCertificate)?;
    let prepared = documents.iter().map(|one| Prepared::new(one, &certificate, &key)).collect::<Result<Vec<_>, _>>()?;
    if prepared.is_empty() {
        return Ok(Vec::new());
    }
    let requests: Vec<_> = prepared.iter().map(|one| one.request.clone()).collect();
    let values = signer.sign(&requests)?;
    if values.len() != prepared.len() {
        return Err(SignError::Signer(SignerError::Custom { code: "signer-answer-incomplete" }));
    }
    prepared.iter().zip(&values).map(|(one, value)| one.finish(value, &certificate)).collect()
}

/// A document with everything of its new signature but the value.
struct Prepared<'a> {
    document: &'a [u8],
    place: Place,
    parts: Parts,
    request: DigestToSign,
}

impl<'a> Prepared<'a> {
    fn new(signing: &Signing<'a>, certificate: &[u8], key: &PublicKey) -> Result<Self, SignError> {
        if signing.kind == SignatureKind::ProfessionalMulti {
            return Err(SignError::UnsupportedKind);
        }
        let envelope = Envelope::read(signing.document)?;
        let ids = Ids::new(signing.id_seed, &envelope)?;
        let place = Place::find(&envelope)?;
        let (hash, signature_method) = key.way_of_signing();
        let mut parts = Parts {
            kind: signing.kind,
            signed_at: signing.signed_at.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            ids,
            prefix: place.prefix.clone(),
            signature_method,
            body_id: attribute(&envelope.document, envelope.body, "ID").map(str::to_owned),
            certificate: STANDARD.encode(certificate),
            timestamp_digest: String::new(),
            body_digest: String::new(),
        };
        // Once without digests, to digest the timestamp and the body where they will stand;
        // once with them, to digest what the value will be made over.
        let draft = place.insert(signing.document, &parts.text(""))?;
        (parts.timestamp_digest, parts.body_digest) = digests(&draft, parts.body_chain())?;
        let draft = place.insert(signing.document, &parts.text(""))?;
        let request = DigestToSign { hash, digest: hash.digest(&signed_info(&draft)?) };
        Ok(Self { document: signing.document, place, parts, request })
    }

    fn finish(&self, value: &[u8], certificate: &[u8]) -> Result<Vec<u8>, SignError> {
        let signed = self.place.insert(self.document, &self.parts.text(&STANDARD.encode(value)))?;
        match verify(&signed)?.last() {
            Some(last) if last.outcome.is_ok() && last.certificate == certificate => Ok(signed),
            _ => Err(SignError::DoesNotVerify),
        }
    }
}

fn digests(draft: &[u8], body_chain: Chain) -> Result<(String, String), SignError> {
    let envelope = Envelope::read(draft)?;
    let document = &envelope.document;
    let newest = envelope.signatures.last().ok_or(SignError::NoPlace)?;
    let [timestamp] = children(document, *newest, HL7FI, "signatureTimestamp")[..] else {
        return Err(SignError::NoPlace);
    };
    let digest = |chain: Chain, element| -> Result<String, SignError> {
        Ok(STANDARD.encode(HashAlgorithm::Sha256.digest(&chain.bytes(document, element).map_err(unsignable)?)))
    };
    Ok((digest(Chain::plain(), timestamp)?, digest(body_chain, envelope.body)?))
}

fn signed_info(draft: &[u8]) -> Result<Vec<u8>, SignError> {
    let envelope = Envelope::read(draft)?;
    let document = &envelope.document;
    let newest = envelope.signatures.last().ok_or(SignError::NoPlace)?;
    let [signature] = children(document, *newest, DS, "Signature")[..] else { return Err(SignError::NoPlace) };
    let [signed_info] = children(document, signature, DS, "SignedInfo")[..] else { return Err(SignError::NoPlace) };
    canonical(document, signed_info, C14nMode::Exclusive).map_err(unsignable)
}

fn unsignable(_: Failure) -> SignError {
    SignError::Document(VerifyError::NotXml)
}

/// The IDs of one signature.
#[derive(Debug, Clone)]
struct Ids {
    envelope: String,
    timestamp: String,
    signature: String,
}

impl Ids {
    fn new(seed: &str, envelope: &Envelope<'_>) -> Result<Self, SignError> {
        let plain = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'.' | b'-' | b'_');
        if seed.is_empty() || seed.len() > 128 || !seed.bytes().all(plain) {
            return Err(SignError::UnusableSeed);
        }
        let ids =
            Self { envelope: format!("SIG_{seed}"), timestamp: format!("TS_{seed}"), signature: format!("DS_{seed}") };
        if [&ids.envelope, &ids.timestamp, &ids.signature].into_iter().any(|one| envelope.has_id(one)) {
            return Err(SignError::UnusableSeed);
        }
        Ok(ids)
    }
}

/// Everything that a signature's text is made of.
struct Parts {
    kind: SignatureKind,
    signed_at: String,
    ids: Ids,
    prefix: String,
    signature_method: &'static str,
    body_id: Option<String>,
    certificate: String,
    timestamp_digest: String,
    body_digest: String,
}

impl Parts {
    fn body_chain(&self) -> Chain {
        if self.body_id.is_some() { Chain::plain() } else { Chain::BodyOfCanonical }
    }

    fn text(&self, value: &str) -> String {
        let Self { prefix: p, signature_method, signed_at, .. } = self;
        let Ids { envelope, timestamp, signature } = &self.ids;
        let (code, name) = (self.kind.code(), self.kind.display_name());
        let exclusive = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"/>");
        let (body_uri, body_transforms) = match &self.body_id {
            Some(id) => (format!("#{}", escaped(id)), exclusive.clone()),
            // A body without an ID is found by XPath, as the Centre itself has done it.
            None => (
                String::new(),
                format!(
                    "{exclusive}<ds:Transform Algorithm=\"{XPATH}\">\
                     <ds:XPath xmlns:hl7=\"{CDA}\">ancestor-or-self::hl7:structuredBody</ds:XPath></ds:Transform>"
                ),
            ),
        };
        let reference = |uri: &str, transforms: &str, digest: &str| {
            format!(
                "<ds:Reference URI=\"{uri}\"><ds:Transforms>{transforms}</ds:Transforms>\
                 <ds:DigestMethod Algorithm=\"{DIGEST_SHA256}\"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
            )
        };
        let references = reference(&format!("#{timestamp}"), &exclusive, &self.timestamp_digest)
            + &reference(&body_uri, &body_transforms, &self.body_digest);
        format!(
            "<{p}signature ID=\"{envelope}\">\
             <{p}signatureDescription code=\"{code}\" codeSystem=\"1.2.246.537.5.40127.2006\" \
             codeSystemName=\"Sähköisen allekirjoituksen tyyppi\" displayName=\"{name}\"/>\
             <{p}signatureTimestamp ID=\"{timestamp}\">{signed_at}</{p}signatureTimestamp>\
             <ds:Signature xmlns:ds=\"{DS}\" Id=\"{signature}\"><ds:SignedInfo>\
             <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/>\
             <ds:SignatureMethod Algorithm=\"{signature_method}\"/>{references}</ds:SignedInfo>\
             <ds:SignatureValue>{value}</ds:SignatureValue>\
             <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>\
             </ds:Signature></{p}signature>",
            certificate = self.certificate,
        )
    }
}

fn escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// Where in the bytes a signature goes, and what must stand around it.
struct Place {
    at: usize,
    /// Bytes that fall away there: the `/>` of an empty collection.
    replaced: usize,
    before: String,
    after: String,
    /// The prefix of Kanta's extension there, with its colon; empty when it is the default namespace.
    prefix: String,
}

/// What comes before `signatureCollection` in a local header, by the schema.
const BEFORE_COLLECTION: [&str; 16] = [
    "description",
    "tableOfContents",
    "registratedTime",
    "declaredTime",
    "typeCode",
    "fileFormat",
    "softwareSupport",
    "documentType",
    "currentLocation",
    "retentionPeriod",
    "functionCode",
    "recordStatus",
    "auditTrail",
    "serviceChainLink",
    "episodeLink",
    "product",
];

impl Place {
    fn find(envelope: &Envelope<'_>) -> Result<Self, SignError> {
        let document = &envelope.document;
        let prefix_of = |node| {
            let prefix = document.element(node).and_then(|one| one.name.prefix.as_deref());
            prefix.map_or_else(String::new, |prefix| format!("{prefix}:"))
        };
        if let Some(collection) = envelope.collection {
            let prefix = prefix_of(collection);
            let range = document.node_range(collection).ok_or(SignError::NoPlace)?;
            let source = envelope.text.get(range.clone()).ok_or(SignError::NoPlace)?;
            return if source.ends_with("/>") {
                Ok(Self {
                    at: range.end - 2,
                    replaced: 2,
                    before: ">".to_owned(),
                    after: format!("</{prefix}signatureCollection>"),
                    prefix,
                })
            } else {
                let end_tag = source.rfind("</").ok_or(SignError::NoPlace)?;
                let at = range.start + end_tag;
                Ok(Self { at, replaced: 0, before: String::new(), after: String::new(), prefix })
            };
        }
        let header = envelope.local_header.ok_or(SignError::NoPlace)?;
        let neighbour = elements(document, header)
            .into_iter()
            .rfind(|child| {
                document.element(*child).is_some_and(|one| {
                    one.name.namespace_uri.as_deref() == Some(HL7FI)
                        && BEFORE_COLLECTION.contains(&one.name.local_name.as_ref())
                })
            })
            .ok_or(SignError::NoPlace)?;
        let prefix = prefix_of(header);
        Ok(Self {
            at: document.node_range(neighbour).ok_or(SignError::NoPlace)?.end,
            replaced: 0,
            before: format!("<{prefix}signatureCollection>"),
            after: format!("</{prefix}signatureCollection>"),
            prefix,
        })
    }

    fn insert(&self, document: &[u8], text: &str) -> Result<Vec<u8>, SignError> {
        let (head, rest) = document.split_at_checked(self.at).ok_or(SignError::NoPlace)?;
        let (_, tail) = rest.split_at_checked(self.replaced).ok_or(SignError::NoPlace)?;
        Ok([head, self.before.as_bytes(), text.as_bytes(), self.after.as_bytes(), tail].concat())
    }
}
