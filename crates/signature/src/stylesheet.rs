//! The one stylesheet that Kanta's signatures use: it copies everything and normalises the spaces of text.
//!
//! No stylesheet is ever run. Exactly this one is recognised, by its elements and attributes whatever their
//! prefix, and what it does is done here to canonical bytes.

use uppsala::{Document, NodeId, NodeKind};

/// Elements and attributes of the stylesheet: `(` name, `@` attribute, `)`; all in the XSLT namespace.
const NORMALIZE_SPACE: &str = "(stylesheet@version=1.0\
    (template@match=*|@*|comment()(copy(apply-templates@select=*|@*|text()|comment())))\
    (template@match=text()(value-of@select=normalize-space(.))))";
const XSLT: &str = "http://www.w3.org/1999/XSL/Transform";

/// Whether the element is exactly that stylesheet.
pub(crate) fn is_normalize_space(document: &Document<'_>, stylesheet: NodeId) -> bool {
    let mut shape = String::new();
    write_shape(document, stylesheet, &mut shape).is_some() && shape == NORMALIZE_SPACE
}

fn write_shape(document: &Document<'_>, node: NodeId, shape: &mut String) -> Option<()> {
    if shape.len() > NORMALIZE_SPACE.len() {
        return None;
    }
    match document.node_kind(node)? {
        NodeKind::Element(element) => {
            if element.name.namespace_uri.as_deref() != Some(XSLT) {
                return None;
            }
            shape.push('(');
            shape.push_str(&element.name.local_name);
            // None of its elements has two attributes, so their order does not matter.
            for one in &element.attributes {
                if one.name.namespace_uri.is_some() {
                    return None;
                }
                shape.push('@');
                shape.push_str(&one.name.local_name);
                shape.push('=');
                shape.push_str(&one.value);
            }
            for child in document.children_iter(node) {
                write_shape(document, child, shape)?;
            }
            shape.push(')');
            Some(())
        }
        NodeKind::Text(text) => text.chars().all(|one| matches!(one, ' ' | '\t' | '\r' | '\n')).then_some(()),
        _ => None,
    }
}

/// What the stylesheet does, done to canonical XML without comments.
///
/// Canonical text has no CDATA sections, comments or entities other than the escapes, so a run of text is
/// what stands between two tags; carriage returns stand as `&#xD;`. A processing instruction would be dropped
/// by the stylesheet; `None` then, for nobody signs one.
pub(crate) fn normalize_space(canonical: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(canonical.len());
    let mut rest = canonical;
    while !rest.is_empty() {
        let text_end = rest.iter().position(|byte| *byte == b'<').unwrap_or(rest.len());
        let (text, after) = rest.split_at_checked(text_end)?;
        write_normalized(text, &mut out);
        let tag_end = end_of_tag(after)?;
        let (tag, after) = after.split_at_checked(tag_end)?;
        if tag.starts_with(b"<?") || tag.starts_with(b"<!") {
            return None;
        }
        out.extend_from_slice(tag);
        rest = after;
    }
    Some(out)
}

/// Where the tag that begins here ends; a `>` inside an attribute's value does not end it.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    if bytes.is_empty() {
        return Some(0);
    }
    let mut quoted = false;
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(place + 1),
            _ => {}
        }
    }
    None
}

fn write_normalized(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    let mut begun = false;
    let mut space = false;
    while let Some((first, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"&#xD;") {
            space = true;
            rest = after;
            continue;
        }
        if matches!(first, b' ' | b'\t' | b'\n' | b'\r') {
            space = true;
        } else {
            if space && begun {
                out.push(b' ');
            }
            out.push(*first);
            begun = true;
            space = false;
        }
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(text: &str) -> String {
        String::from_utf8(normalize_space(text.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn text_is_trimmed_and_its_spaces_are_made_one() {
        assert_eq!(normalized("<a>  x \n\t y&#xD; </a>"), "<a>x y</a>");
        assert_eq!(normalized("<a>\n  <b></b>\n</a>"), "<a><b></b></a>");
    }

    #[test]
    fn attributes_stay_as_they_are() {
        assert_eq!(normalized("<a b=\" x > y \"> z </a>"), "<a b=\" x > y \">z</a>");
    }

    #[test]
    fn a_space_that_does_not_break_is_not_a_space() {
        assert_eq!(normalized("<a>\u{a0}x</a>"), "<a>\u{a0}x</a>");
    }

    #[test]
    fn a_processing_instruction_is_refused() {
        assert!(normalize_space(b"<a><?p x?></a>").is_none());
    }

    #[test]
    fn only_exactly_that_stylesheet_is_recognised() {
        let sheet = |body: &str| format!("<s:stylesheet version=\"1.0\" xmlns:s=\"{XSLT}\"> {body} </s:stylesheet>");
        let copy = "<s:template match=\"*|@*|comment()\"><s:copy><s:apply-templates select=\"*|@*|text()|comment()\"/></s:copy></s:template>";
        let text = "<s:template match=\"text()\"><s:value-of select=\"normalize-space(.)\"/></s:template>";
        let recognised = |xml: &str| {
            let document = uppsala::parse(xml).unwrap();
            is_normalize_space(&document, document.document_element().unwrap())
        };
        assert!(recognised(&sheet(&format!("{copy}{text}"))));
        assert!(!recognised(&sheet(copy)));
        assert!(!recognised(&sheet(&format!("{copy}{}", text.replace("normalize-space(.)", "'forged'")))));
        assert!(!recognised(&sheet(&format!("{copy}{text}<s:output method=\"text\"/>"))));
        assert!(!recognised(&sheet(&format!("{copy}{text}x"))));
    }
}
