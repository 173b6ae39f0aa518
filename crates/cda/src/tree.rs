//! From bytes to a tree of elements, within limits: one mebibyte, so many levels, UTF-8, no document type and no
//! entities. What is too large or not XML is refused before anything of it is believed.
//!
//! Elements are found by namespace and name and never by prefix; attributes only where they stand without a prefix.

use std::ops::Range;

use uppsala::{NodeId, NodeKind, Parser, XmlError};

use crate::ReadError;

/// The largest document that is read or written, in bytes: 1 MiB. Real ones have 5 to 60 KiB.
pub const LARGEST_DOCUMENT: usize = 1 << 20;

/// Elements within elements. Kela's richest document has 29 levels.
const DEEPEST: u32 = 96;

/// Attributes of one element. CDA elements have fewer than ten; a bound keeps the check for doubles from going quadratic.
const MOST_ATTRIBUTES: usize = 256;

pub(crate) const HL7: &str = "urn:hl7-org:v3";
pub(crate) const HL7_FI: &str = "urn:hl7finland";
pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A parsed document.
pub(crate) struct Tree<'s> {
    document: uppsala::Document<'s>,
}

/// The text of a document, if it is one that may be parsed.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, ReadError> {
    if bytes.len() > LARGEST_DOCUMENT {
        return Err(ReadError::TooLarge { bytes: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ReadError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // No CDA document mentions either, not even in a comment, so a plain search refuses more than it must and misses
    // nothing.
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return Err(ReadError::Doctype);
    }
    if has_crowded_tag(text.as_bytes()) { Err(ReadError::NotClinicalDocument) } else { Ok(text) }
}

/// Whether a tag may have too many attributes. Each takes four bytes at least, so such a tag is a long run without `<`,
/// in which a whole block has none: only such runs are looked at closely. Of real documents they are certificates.
fn has_crowded_tag(bytes: &[u8]) -> bool {
    const BLOCK: usize = 2 * MOST_ATTRIBUTES;
    let mut at = 0;
    while let Some(block) = bytes.get(at..(at + BLOCK).min(bytes.len())).filter(|block| !block.is_empty()) {
        if block.contains(&b'<') {
            at += BLOCK;
            continue;
        }
        let start = bytes.get(..at).and_then(|before| before.iter().rposition(|b| *b == b'<')).unwrap_or(0);
        let rest = bytes.get(at..).unwrap_or_default();
        let end = rest.iter().position(|b| *b == b'<').map_or(bytes.len(), |length| at + length);
        let tag = bytes.get(start..end).unwrap_or_default();
        let quoted = tag.windows(2).any(|pair| matches!(pair, b"=\"" | b"='"));
        if quoted && tag.iter().filter(|b| **b == b'=').count() > MOST_ATTRIBUTES {
            return true;
        }
        at = end.max(at + 1);
    }
    false
}

impl<'s> Tree<'s> {
    /// Parses a text that [`text`] let through.
    pub(crate) fn parse(source: &'s str) -> Result<Self, ReadError> {
        let parser = Parser::new().with_max_depth(DEEPEST).with_forbid_dtd(true).with_forbid_entities(true);
        let document = parser.parse(source).map_err(|error| refused(&error))?;
        let encoding = document.xml_declaration.as_ref().and_then(|d| d.encoding.as_deref());
        if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8") && !name.eq_ignore_ascii_case("us-ascii")) {
            return Err(ReadError::NotUtf8);
        }
        Ok(Self { document })
    }

    /// The parsed document itself.
    pub(crate) fn into_document(self) -> uppsala::Document<'s> {
        self.document
    }

    /// The `ClinicalDocument` element.
    pub(crate) fn clinical_document(&self) -> Result<Node<'_>, ReadError> {
        let id = self.document.document_element().ok_or(ReadError::NotClinicalDocument)?;
        let root = Node { document: &self.document, id };
        if root.name() == "ClinicalDocument" { Ok(root) } else { Err(ReadError::NotClinicalDocument) }
    }
}

fn refused(error: &XmlError) -> ReadError {
    let (message, line) = match error {
        XmlError::WellFormedness(e) => (e.message.as_str(), e.line),
        XmlError::Namespace(e) => (e.message.as_str(), e.line),
        XmlError::Parse(e) => (e.message.as_str(), e.line),
        _ => ("", 0),
    };
    if message.contains("maximum depth") { ReadError::TooDeep } else { ReadError::NotXml { line } }
}

/// One element.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    document: &'t uppsala::Document<'t>,
    id: NodeId,
}

impl<'t> Node<'t> {
    /// Its name if it is of HL7 version 3, its name after `hl7fi:` if it is of the Finnish extension, else nothing.
    pub(crate) fn name(self) -> &'t str {
        let Some(element) = self.document.element(self.id) else { return "" };
        if element.name.namespace_uri.as_deref() == Some(HL7) { &element.name.local_name } else { "" }
    }

    /// Whether it is an element of HL7 version 3 of that name. The local name is compared first: it mostly differs.
    fn is_named(self, name: &str) -> bool {
        let named = |element: &uppsala::Element<'_>| {
            element.name.local_name == name && element.name.namespace_uri.as_deref() == Some(HL7)
        };
        self.document.element(self.id).is_some_and(named)
    }

    /// Its name whatever its namespace, for showing.
    pub(crate) fn any_name(self) -> &'t str {
        self.document.element(self.id).map_or("", |element| &element.name.local_name)
    }

    /// An attribute without prefix, trimmed; nothing if it is empty.
    pub(crate) fn attr(self, name: &str) -> Option<&'t str> {
        self.attribute(None, name)
    }

    /// `xsi:type`.
    pub(crate) fn xsi_type(self) -> Option<&'t str> {
        self.attribute(Some(XSI), "type")
    }

    fn attribute(self, namespace: Option<&str>, name: &str) -> Option<&'t str> {
        let element = self.document.element(self.id)?;
        let found = element.attributes.iter().find(|a| a.name.matches(namespace, name))?;
        Some(found.value.trim()).filter(|value| !value.is_empty())
    }

    /// The elements in it, of whatever namespace.
    pub(crate) fn elements(self) -> impl Iterator<Item = Node<'t>> {
        let Self { document, id } = self;
        document.children_iter(id).filter(|id| document.element(*id).is_some()).map(move |id| Node { document, id })
    }

    /// The elements of that name in it.
    pub(crate) fn children(self, name: &'static str) -> impl Iterator<Item = Node<'t>> {
        let Self { document, id } = self;
        let nodes = document.children_iter(id).map(move |id| Node { document, id });
        nodes.filter(move |node| node.is_named(name))
    }

    /// The first element of that name in it.
    pub(crate) fn child(self, name: &'static str) -> Option<Node<'t>> {
        self.children(name).next()
    }

    /// The first element of that name of the Finnish extension in it.
    pub(crate) fn finnish_child(self, name: &str) -> Option<Node<'t>> {
        self.elements().find(|node| node.document.element(node.id).is_some_and(|e| e.matches_name_ns(HL7_FI, name)))
    }

    /// The only element of that name in it: two are refused, because which one is meant cannot be known.
    pub(crate) fn only(self, name: &'static str) -> Result<Option<Node<'t>>, ReadError> {
        let mut found = self.children(name);
        let first = found.next();
        if found.next().is_some() { Err(ReadError::Repeated { fact: name }) } else { Ok(first) }
    }

    /// The first element at a path of names.
    pub(crate) fn path(self, names: &[&'static str]) -> Option<Node<'t>> {
        names.iter().try_fold(self, |node, name| node.child(name))
    }

    /// Every element of that name anywhere in it.
    pub(crate) fn descendants(self, name: &'static str) -> Vec<Node<'t>> {
        let document = self.document;
        let mut found = Vec::new();
        let mut waiting: Vec<NodeId> = document.children_iter(self.id).rev().collect();
        while let Some(id) = waiting.pop() {
            let node = Node { document, id };
            if node.is_named(name) {
                found.push(node);
            }
            waiting.extend(document.children_iter(id).rev());
        }
        found
    }

    /// Whether it is written without a prefix.
    pub(crate) fn is_bare(self) -> bool {
        self.document.element(self.id).is_some_and(|element| element.name.prefix.is_none())
    }

    /// The element around it.
    pub(crate) fn parent(self) -> Option<Node<'t>> {
        let id = self.document.parent(self.id)?;
        Some(Node { document: self.document, id })
    }

    /// All text in it, trimmed; nothing if there is none.
    pub(crate) fn text(self) -> Option<String> {
        let text = self.document.text_content_deep(self.id);
        match text.trim() {
            "" => None,
            trimmed if trimmed.len() == text.len() => Some(text),
            trimmed => Some(trimmed.to_owned()),
        }
    }

    /// Which node of its document it is.
    pub(crate) fn id(self) -> NodeId {
        self.id
    }

    /// The parsed document that it is in, and which node of it.
    pub(crate) fn inside(self) -> (&'t uppsala::Document<'t>, NodeId) {
        (self.document, self.id)
    }

    /// Its place in the source, tags included.
    pub(crate) fn range(self) -> Option<Range<usize>> {
        self.document.node_range(self.id)
    }

    /// Where the name in its start tag ends in the source.
    pub(crate) fn name_end(self) -> Option<usize> {
        let name = self.document.element(self.id)?.name.prefixed_name().len();
        Some(self.range()?.start + 1 + name)
    }

    /// The texts directly and deeply in it, each with its place in the source.
    pub(crate) fn text_ranges(self) -> Vec<Range<usize>> {
        let texts = self.document.descendants(self.id).into_iter();
        let texts = texts.filter(|id| matches!(self.document.node_kind(*id), Some(NodeKind::Text(_))));
        texts.filter_map(|id| self.document.node_range(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is looked for, tag by tag.
    fn plainly(text: &str) -> bool {
        let crowded = |tag: &str| tag.bytes().filter(|b| *b == b'=').count() > MOST_ATTRIBUTES;
        text.split('<').any(|tag| crowded(tag) && (tag.contains("=\"") || tag.contains("='")))
    }

    #[test]
    fn a_tag_with_too_many_attributes_is_found_wherever_it_stands() {
        let attributes = |n: usize| (0..n).map(|_| " a=''").collect::<String>();
        for before in [0, 1, 500, 511, 512, 513, 1025] {
            for (n, after) in [(255, 0), (256, 700), (257, 0), (257, 700), (2_000, 3)] {
                let text = format!("{}<b{}/>{}", " ".repeat(before), attributes(n), "<c/>".repeat(after));
                assert_eq!(has_crowded_tag(text.as_bytes()), n > MOST_ATTRIBUTES, "{before} {n} {after}");
                assert_eq!(plainly(&text), n > MOST_ATTRIBUTES);
            }
        }
        assert!(!has_crowded_tag("=".repeat(10_000).as_bytes()), "no attributes at all");
        assert!(!has_crowded_tag(b""));
    }

    proptest::proptest! {
        #[test]
        fn crowded_tags_are_found_as_if_looked_for_tag_by_tag(
            parts in proptest::collection::vec((proptest::sample::select(&[" a=''", " b=\"1\"", "<c", "/>", "x"]), 0usize..400), 0..12)
        ) {
            let text: String = parts.into_iter().map(|(part, times)| part.repeat(times)).collect();
            proptest::prop_assert_eq!(has_crowded_tag(text.as_bytes()), plainly(&text));
        }
    }
}
