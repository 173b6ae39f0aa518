//! A CDA document as far as signatures need it: where the body, the collection and the signatures are.
//!
//! Everything is found by absolute path, never by ID or by name alone, and a document in which an ID or a
//! body could be taken for another is refused here, before any signature is looked at.

use std::collections::HashSet;

use uppsala::{Document, NodeId, NodeKind, Parser};

use crate::VerifyError;

/// The largest document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;
/// The deepest nesting of elements that is read. The deepest of Kela's 139 public documents has 22.
pub const MAX_DEPTH: u32 = 64;
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
    ids: HashSet<String>,
}

impl<'a> Envelope<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, VerifyError> {
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| VerifyError::NotUtf8)?;
        let document = parse(text)?;
        if let Some(encoding) = document.xml_declaration.as_ref().and_then(|one| one.encoding.as_ref())
            && !encoding.eq_ignore_ascii_case("utf-8")
        {
            return Err(VerifyError::NotUtf8);
        }
        let root = document.document_element().ok_or(VerifyError::NotXml)?;
        if !is(&document, root, CDA, "ClinicalDocument") {
            return Err(VerifyError::NotClinicalDocument);
        }
        let body = the_body(&document, root)?;
        let local_header = at_most_one(children(&document, root, HL7FI, "localHeader"))?;
        let collection = match local_header {
            Some(header) => at_most_one(children(&document, header, HL7FI, "signatureCollection"))?,
            None => None,
        };
        let signatures = collection.map_or_else(Vec::new, |one| children(&document, one, HL7FI, "signature"));
        if signatures.len() > MAX_SIGNATURES {
            return Err(VerifyError::TooManySignatures);
        }
        let ids = look_everywhere(&document, root, collection, &signatures)?;
        Ok(Self { document, text, root, body, local_header, collection, signatures, ids })
    }

    /// Whether some element has this ID.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
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

fn the_body(document: &Document<'_>, root: NodeId) -> Result<NodeId, VerifyError> {
    // By local name in any namespace: an XPath of a signature may look by local name alone.
    let everywhere = document
        .descendants(root)
        .into_iter()
        .filter(|node| document.element(*node).is_some_and(|one| one.name.local_name == "structuredBody"))
        .count();
    match everywhere {
        0 => Err(VerifyError::NoBody),
        1 => body_by_path(document, root).ok_or(VerifyError::BodyMisplaced),
        _ => Err(VerifyError::TwoBodies),
    }
}

/// Sees to it that no ID stands twice and that no signature is anywhere but in the collection.
fn look_everywhere(
    document: &Document<'_>,
    root: NodeId,
    collection: Option<NodeId>,
    signatures: &[NodeId],
) -> Result<HashSet<String>, VerifyError> {
    let mut ids = HashSet::new();
    for node in std::iter::once(root).chain(document.descendants(root)) {
        let Some(NodeKind::Element(element)) = document.node_kind(node) else { continue };
        for one in &element.attributes {
            let namespace = one.name.namespace_uri.as_deref();
            let local = one.name.local_name.as_ref();
            let plain = namespace.is_none() && matches!(local, "ID" | "Id");
            let xml = namespace == Some("http://www.w3.org/XML/1998/namespace") && local == "id";
            if (plain || xml) && !ids.insert(one.value.to_string()) {
                return Err(VerifyError::DuplicateId);
            }
        }
        let parent = document.parent(node);
        if element.matches_name_ns(DS, "Signature") && !parent.is_some_and(|one| signatures.contains(&one)) {
            return Err(VerifyError::SignatureMisplaced);
        }
        if element.matches_name_ns(HL7FI, "signatureCollection") && Some(node) != collection {
            return Err(VerifyError::TwoCollections);
        }
    }
    Ok(ids)
}

fn at_most_one(nodes: Vec<NodeId>) -> Result<Option<NodeId>, VerifyError> {
    match nodes[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(VerifyError::TwoCollections),
    }
}
