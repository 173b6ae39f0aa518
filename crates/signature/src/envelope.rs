//! A CDA document as far as signatures need it: where the body, the collection and the signatures are.
//!
//! Everything is found by absolute path, never by ID or by name alone, and a document in which an ID or a
//! body could be taken for another is refused here, before any signature is looked at.

use std::cell::RefCell;
use std::collections::HashSet;

use uppsala::{Attribute, Document, Element, NodeId, NodeKind, Parser};

use crate::algorithm::DigestMethod;
use crate::chain::Chain;
use crate::{Failure, VerifyError};

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;
/// The deepest nesting of elements that is read. The deepest of Kela's 139 public documents has 22.
pub const MAX_DEPTH: u32 = 64;
/// The largest number of attributes in one element; a parser's check for doubles grows with its square.
pub const MAX_ATTRIBUTES: usize = 512;
/// The largest number of signatures in one document.
pub const MAX_SIGNATURES: usize = 16;

pub(crate) const CDA: &str = "urn:hl7-org:v3";
pub(crate) const HL7FI: &str = "urn:hl7finland";
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// A document that is fit to be asked about its signatures.
pub(crate) struct Envelope<'a> {
    pub document: Document<'a>,
    pub text: &'a str,
    /// `/ClinicalDocument`.
    pub root: NodeId,
    /// `/ClinicalDocument/component/structuredBody`, the only one.
    pub body: NodeId,
    /// `/ClinicalDocument/hl7fi:localHeader`.
    pub local_header: Option<NodeId>,
    /// `/ClinicalDocument/hl7fi:localHeader/hl7fi:signatureCollection`.
    pub collection: Option<NodeId>,
    /// The `hl7fi:signature` elements of the collection, in order.
    pub signatures: Vec<NodeId>,
    /// Digests of the body that were asked for: of all that is done with a signature they cost most.
    body_digests: RefCell<Vec<(Chain, DigestMethod, Vec<u8>)>>,
}

impl<'a> Envelope<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, VerifyError> {
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| VerifyError::NotUtf8)?;
        Self::of(text, parse(text)?)
    }

    /// As [`Self::read`], of a text that somebody else has parsed, with other limits perhaps.
    pub fn of_parsed(text: &'a str, document: Document<'a>) -> Result<Self, VerifyError> {
        if text.len() > MAX_DOCUMENT_BYTES {
            return Err(VerifyError::TooLarge);
        }
        if document.doctype.is_some() {
            return Err(VerifyError::Doctype);
        }
        within_limits(&document, document.root(), MAX_DEPTH)?;
        Self::of(text, document)
    }

    fn of(text: &'a str, document: Document<'a>) -> Result<Self, VerifyError> {
        if let Some(encoding) = document.xml_declaration.as_ref().and_then(|one| one.encoding.as_ref())
            && !encoding.eq_ignore_ascii_case("utf-8")
        {
            return Err(VerifyError::NotUtf8);
        }
        let root = document.document_element().ok_or(VerifyError::NotXml)?;
        if !is(&document, root, CDA, "ClinicalDocument") {
            return Err(VerifyError::NotClinicalDocument);
        }
        let local_header = at_most_one(children(&document, root, HL7FI, "localHeader"))?;
        let collection = match local_header {
            Some(header) => at_most_one(children(&document, header, HL7FI, "signatureCollection"))?,
            None => None,
        };
        let signatures = collection.map_or_else(Vec::new, |one| children(&document, one, HL7FI, "signature"));
        if signatures.len() > MAX_SIGNATURES {
            return Err(VerifyError::TooManySignatures);
        }
        let body = look_everywhere(&document, root, collection, &signatures)?;
        let body_digests = RefCell::default();
        Ok(Self { document, text, root, body, local_header, collection, signatures, body_digests })
    }

    /// The digest of the body by that chain.
    pub fn body_digest(&self, chain: Chain, method: DigestMethod) -> Result<Vec<u8>, Failure> {
        let mut known = self.body_digests.borrow_mut();
        if let Some((_, _, digest)) = known.iter().find(|(one, with, _)| (*one, *with) == (chain, method)) {
            return Ok(digest.clone());
        }
        let digest = method.digest(&chain.bytes(&self.document, self.body)?);
        known.push((chain, method, digest.clone()));
        Ok(digest)
    }

    /// Whether some element has one of these IDs.
    pub fn has_id_of(&self, wanted: &[&str]) -> bool {
        let everywhere = std::iter::once(self.root).chain(self.document.descendants(self.root));
        everywhere.filter_map(|node| self.document.element(node)).flat_map(ids).any(|one| wanted.contains(&one))
    }

    /// The document's own identifier, `/ClinicalDocument/id/@root`; `None` unless there is one, and an OID.
    pub fn document_id(&self) -> Option<&str> {
        match children(&self.document, self.root, CDA, "id").as_slice() {
            [id] => attribute(&self.document, *id, "root").filter(|one| is_oid(one)),
            _ => None,
        }
    }
}

/// Parses with the limits of this crate: no document type, no deep nesting.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, VerifyError> {
    if has_crowded_tag(text) {
        return Err(VerifyError::TooManyAttributes);
    }
    let parser = Parser::new().with_forbid_dtd(true).with_forbid_entities(true).with_max_depth(MAX_DEPTH);
    parser.parse(text).map_err(|error| {
        if text.contains("<!DOCTYPE") {
            VerifyError::Doctype
        } else if error.to_string().contains("depth") {
            VerifyError::TooDeep
        } else {
            VerifyError::NotXml
        }
    })
}

/// Sees to it that what a node contains is not deeper than so many levels of elements, and no element crowded.
fn within_limits(document: &Document<'_>, node: NodeId, levels: u32) -> Result<(), VerifyError> {
    for child in document.children_iter(node) {
        let Some(element) = document.element(child) else { continue };
        if element.attributes.len() > MAX_ATTRIBUTES {
            return Err(VerifyError::TooManyAttributes);
        }
        let levels = levels.checked_sub(1).ok_or(VerifyError::TooDeep)?;
        within_limits(document, child, levels)?;
    }
    Ok(())
}

/// Whether a tag, with the text behind it, could have too many attributes: each needs `=` and two quotes. So many need more
/// bytes than two blocks, and one of these is then without `<`: most blocks of a document have one, and only where one has
/// none it is looked closely.
fn has_crowded_tag(text: &str) -> bool {
    const BLOCK: usize = 2 * MAX_ATTRIBUTES;
    let without_tag = text.as_bytes().chunks_exact(BLOCK).any(|block| !block.contains(&b'<'));
    without_tag && text.split('<').any(is_crowded)
}

fn is_crowded(tag: &str) -> bool {
    let many = |wanted: &[u8]| tag.bytes().filter(|byte| wanted.contains(byte)).count();
    tag.len() > 4 * MAX_ATTRIBUTES && many(b"=").min(many(b"\"'") / 2) > MAX_ATTRIBUTES
}

/// The one `structuredBody` at its absolute path.
pub(crate) fn body_by_path(document: &Document<'_>, root: NodeId) -> Option<NodeId> {
    let [component] = children(document, root, CDA, "component")[..] else { return None };
    match children(document, component, CDA, "structuredBody")[..] {
        [body] => Some(body),
        _ => None,
    }
}

pub(crate) fn is(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    document.element(node).is_some_and(|element| element.matches_name_ns(namespace, name))
}

/// The element children.
pub(crate) fn elements(document: &Document<'_>, node: NodeId) -> Vec<NodeId> {
    document.children_iter(node).filter(|child| document.element(*child).is_some()).collect()
}

/// The element children of that name.
pub(crate) fn children(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Vec<NodeId> {
    document.children_iter(node).filter(|child| is(document, *child, namespace, name)).collect()
}

/// An attribute in no namespace.
pub(crate) fn attribute<'d>(document: &'d Document<'_>, node: NodeId, name: &str) -> Option<&'d str> {
    document
        .element(node)?
        .attributes
        .iter()
        .find(|one| one.name.namespace_uri.is_none() && one.name.local_name == name)
        .map(|one| one.value.as_ref())
}

/// Whether the text is an OID in the one way in which it can be written.
pub(crate) fn is_oid(text: &str) -> bool {
    let arc = |one: &str| {
        !one.is_empty() && one.bytes().all(|byte| byte.is_ascii_digit()) && (one == "0" || !one.starts_with('0'))
    };
    text.len() <= 128 && text.contains('.') && text.split('.').all(arc)
}

/// Sees to it that there is one body in its place, that no ID stands twice, and that no signature is anywhere
/// but in the collection; gives the body.
fn look_everywhere(
    document: &Document<'_>,
    root: NodeId,
    collection: Option<NodeId>,
    signatures: &[NodeId],
) -> Result<NodeId, VerifyError> {
    let mut seen = HashSet::new();
    let mut bodies = 0;
    let mut misled = None;
    for node in std::iter::once(root).chain(document.descendants(root)) {
        let Some(NodeKind::Element(element)) = document.node_kind(node) else { continue };
        // By local name in any namespace: an XPath of a signature may look by local name alone.
        bodies += usize::from(element.name.local_name == "structuredBody");
        let doubled = ids(element).any(|one| !seen.insert(one));
        let parent = document.parent(node);
        if doubled {
            misled = misled.or(Some(VerifyError::DuplicateId));
        } else if element.matches_name_ns(DS, "Signature") && !parent.is_some_and(|one| signatures.contains(&one)) {
            misled = misled.or(Some(VerifyError::SignatureMisplaced));
        } else if element.matches_name_ns(HL7FI, "signatureCollection") && Some(node) != collection {
            misled = misled.or(Some(VerifyError::TwoCollections));
        }
    }
    let body = match bodies {
        0 => return Err(VerifyError::NoBody),
        1 => body_by_path(document, root).ok_or(VerifyError::BodyMisplaced)?,
        _ => return Err(VerifyError::TwoBodies),
    };
    misled.map_or(Ok(body), Err)
}

/// What an element could be referred to by: `ID`, `Id`, `xml:id`.
fn ids<'e>(element: &'e Element<'_>) -> impl Iterator<Item = &'e str> {
    let is_id = |one: &&Attribute<'_>| match one.name.namespace_uri.as_deref() {
        None => matches!(&*one.name.local_name, "ID" | "Id"),
        Some(namespace) => namespace == "http://www.w3.org/XML/1998/namespace" && one.name.local_name == "id",
    };
    element.attributes.iter().filter(is_id).map(|one| &*one.value)
}

fn at_most_one(nodes: Vec<NodeId>) -> Result<Option<NodeId>, VerifyError> {
    match nodes[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(VerifyError::TwoCollections),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(inside: &str) -> String {
        format!(
            "<ClinicalDocument xmlns=\"{CDA}\"><component><structuredBody>{inside}</structuredBody></component>\
             </ClinicalDocument>"
        )
    }

    /// What a parser without any limit made of a text, as it is taken here.
    fn of_parsed(text: &str) -> Result<(), VerifyError> {
        let document = Parser::new().with_max_depth(10_000).parse(text).unwrap();
        Envelope::of_parsed(text, document).map(drop)
    }

    #[test]
    fn what_somebody_else_has_parsed_has_the_same_limits() {
        let nested = |levels: usize| document(&format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels)));
        let attributes = |many: usize| (0..many).map(|one| format!(" a{one}=\"\"")).collect::<String>();
        let crowded = |many: usize| document(&format!("<a{}/>", attributes(many)));
        let doctype = format!("<!DOCTYPE ClinicalDocument>{}", document(""));
        let deepest = MAX_DEPTH as usize - 3;
        for (text, refusal) in [
            (nested(deepest), None),
            (nested(deepest + 1), Some(VerifyError::TooDeep)),
            (crowded(MAX_ATTRIBUTES), None),
            (crowded(MAX_ATTRIBUTES + 1), Some(VerifyError::TooManyAttributes)),
            (doctype, Some(VerifyError::Doctype)),
            (document(&" ".repeat(MAX_DOCUMENT_BYTES)), Some(VerifyError::TooLarge)),
            (document("<structuredBody/>"), Some(VerifyError::TwoBodies)),
        ] {
            assert_eq!(of_parsed(&text).err(), refusal, "{} bytes", text.len());
            assert_eq!(Envelope::read(text.as_bytes()).map(drop).err(), refusal, "{} bytes, read here", text.len());
        }
    }

    proptest! {
        #[test]
        fn crowded_tags_are_found_as_if_looked_for_tag_by_tag(
            parts in prop::collection::vec((prop::sample::select(vec![" a=''", " b=\"1\"", "<c", "/>", "x"]), 0usize..800), 0..8)
        ) {
            let text: String = parts.into_iter().map(|(part, times)| part.repeat(times)).collect();
            prop_assert_eq!(has_crowded_tag(&text), text.split('<').any(is_crowded));
        }
    }
}
