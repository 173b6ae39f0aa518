//! Signing: one more `hl7fi:signature` put into the bytes of a document.
//!
//! Everything outside the collection stays byte for byte as it was. All documents of one occasion go to the
//! signer together: one PIN, one transaction of the card. What comes back is verified before anybody gets it.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, FixedOffset};

use crate::algorithm::PublicKey;
use crate::draft::{Content, Draft, Ids, listed};
use crate::envelope::Envelope;
use crate::keyed::{self, KEYED_HASH};
use crate::place::Place;
use crate::verify::Opened;
use crate::{HashAlgorithm, SignError, SignatureKind, Signer, SignerError, Verifier};

/// The largest number of documents that are signed on one occasion.
pub const MAX_DOCUMENTS: usize = 100;

/// One document to sign, and how.
#[derive(Debug, Clone)]
pub struct Signing<'a> {
    /// The document's bytes, UTF-8.
    pub document: &'a [u8],
    /// The kind of signature: a professional's (1) or a system's (4). See [`sign_together`] for 2.
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

impl Opened<'_> {
    /// Signs the document as [`sign`] does, without reading it again; what is asked is what [`Signing`] holds.
    pub fn sign(
        &self,
        kind: SignatureKind,
        signed_at: DateTime<FixedOffset>,
        id_seed: &str,
        signer: &mut dyn Signer,
    ) -> Result<Vec<u8>, SignError> {
        let by = By::of(signer, 1)?;
        let document = self.0.text.as_bytes();
        let (place, draft) = by.prepared(&self.0, &Signing { document, kind, signed_at, id_seed })?;
        let values = by.values(signer, std::iter::once(&draft))?;
        let value = values.first().ok_or(SignError::DoesNotVerify)?;
        by.finish(document, &place, &draft, value)
    }
}

/// Signs several documents in one call of the signer: each gets an ordinary signature of its own.
///
/// At most [`MAX_DOCUMENTS`]; in their order; either all are signed or none is returned.
pub fn sign_many(documents: &[Signing<'_>], signer: &mut dyn Signer) -> Result<Vec<Vec<u8>>, SignError> {
    let by = By::of(signer, documents.len())?;
    let drafts =
        documents.iter().map(|one| by.prepared(&Envelope::read(one.document)?, one)).collect::<Result<Vec<_>, _>>()?;
    let values = by.values(signer, drafts.iter().map(|(_, draft)| draft))?;
    let signed = documents.iter().zip(&drafts).zip(&values);
    signed.map(|((one, (place, draft)), value)| by.finish(one.document, place, draft, value)).collect()
}

/// Signs several documents with one signature over the list of them (type 2, moniallekirjoitus): the signer
/// makes one value, and every document gets its copy of the same signature.
///
/// From 2 to [`MAX_DOCUMENTS`] documents, each with an identifier of its own; in their order; either all are
/// signed or none is returned. A document is listed with the digest that its body would have in an ordinary
/// signature.
pub fn sign_together(
    documents: &[&[u8]],
    signed_at: DateTime<FixedOffset>,
    id_seed: &str,
    signer: &mut dyn Signer,
) -> Result<Vec<Vec<u8>>, SignError> {
    if documents.len() < 2 {
        return Err(SignError::ListTooShort);
    }
    let by = By::of(signer, documents.len())?;
    let ids = Ids::new(id_seed)?;
    let opened = documents.iter().map(|one| {
        let envelope = Envelope::read(one)?;
        ids.must_be_new_in(&envelope)?;
        Ok((Place::find(&envelope)?, listed(&envelope)?))
    });
    let (places, list): (Vec<_>, Vec<_>) = opened.collect::<Result<Vec<_>, SignError>>()?.into_iter().unzip();
    let mut seen = HashSet::new();
    if !list.iter().all(|one| seen.insert(one.id.as_str())) {
        return Err(SignError::ListedTwice);
    }
    let draft = by.draft(SignatureKind::ProfessionalMulti, Content::List(list), signed_at, ids)?;
    let values = by.values(signer, std::iter::once(&draft))?;
    let value = values.first().ok_or(SignError::DoesNotVerify)?;
    documents.iter().zip(&places).map(|(one, place)| by.finish(one, place, &draft, value)).collect()
}

/// By whom the documents of one occasion are signed.
struct By {
    certificate: Vec<u8>,
    /// The hash of `SignedInfo` and the algorithm's name.
    way: (HashAlgorithm, &'static str),
    vouches: bool,
    verifier: Verifier,
}

impl By {
    fn of(signer: &dyn Signer, documents: usize) -> Result<Self, SignError> {
        if documents > MAX_DOCUMENTS {
            return Err(SignError::TooManyDocuments);
        }
        let certificate = signer.certificate().to_vec();
        let key = PublicKey::of_certificate(&certificate).ok_or(SignError::UnusableCertificate)?;
        let (way, verifier) = match signer.keyed_hash() {
            Some(keyed) => ((keyed::HASH, KEYED_HASH), Verifier::knowing(keyed.clone())),
            None => (key.way_of_signing().ok_or(SignError::UnusableCertificate)?, Verifier::default()),
        };
        Ok(Self { certificate, way, vouches: signer.vouches_for_values(), verifier })
    }

    fn draft(
        &self,
        kind: SignatureKind,
        content: Content,
        signed_at: DateTime<FixedOffset>,
        ids: Ids,
    ) -> Result<Draft, SignError> {
        Draft::new(kind, content, signed_at, ids, &self.certificate, self.way.1)
    }

    /// Where an ordinary signature goes in this document, and all of it but its value.
    fn prepared(&self, envelope: &Envelope<'_>, how: &Signing<'_>) -> Result<(Place, Draft), SignError> {
        if how.kind == SignatureKind::ProfessionalMulti {
            return Err(SignError::UnsupportedKind);
        }
        let ids = Ids::new(how.id_seed)?;
        ids.must_be_new_in(envelope)?;
        let (place, content) = (Place::find(envelope)?, Content::body(envelope)?);
        Ok((place, self.draft(how.kind, content, how.signed_at, ids)?))
    }

    /// One call of the signer for all; none when there is nothing to sign.
    fn values<'d>(
        &self,
        signer: &mut dyn Signer,
        drafts: impl Iterator<Item = &'d Draft>,
    ) -> Result<Vec<Vec<u8>>, SignError> {
        let (hash, _) = self.way;
        let messages: Vec<&[u8]> = drafts.map(|one| one.message.as_slice()).collect();
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let values = signer.sign_messages(hash, &messages)?;
        if values.len() != messages.len() {
            return Err(SignError::Signer(SignerError::Custom { code: "signer-answer-incomplete" }));
        }
        Ok(values)
    }

    /// The signed document, read again and verified as a stranger would; only the arithmetic of the value is spared
    /// where the signer vouches for it, and then the value must stand beside exactly what was signed.
    fn finish(&self, document: &[u8], place: &Place, draft: &Draft, value: &[u8]) -> Result<Vec<u8>, SignError> {
        let signed = place.insert(document, &draft.text(place.prefix_is_bound, &STANDARD.encode(value)))?;
        let vouched = self.vouches.then_some(draft.message.as_slice());
        match self.verifier.last(&signed, vouched)? {
            Some(last) if last.covers_this_document() && !last.weak && last.certificate == self.certificate => {
                Ok(signed)
            }
            _ => Err(SignError::DoesNotVerify),
        }
    }
}
