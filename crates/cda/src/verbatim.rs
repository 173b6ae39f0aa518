//! A part of a document as XML by itself, so that what this program does not understand can be copied into a correction
//! or cancellation. Whatever prefixes the sender used, it is written in one way: HL7's names bare, `hl7fi` and `xsi` as
//! every document that is written here declares them, anything else declared where it stands.

use uppsala::{NodeId, NodeKind};

use crate::tree::{HL7, HL7_FI, Node, Tree, XSI};
use crate::write::xml::escape_into;

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The element with everything in it; comments and the white space of pretty printing are left out.
pub(crate) fn verbatim(node: Node<'_>) -> String {
    let (document, id) = node.inside();
    let mut out = String::new();
    write(document, id, HL7, &mut out);
    out
}

/// Whether a text is one element as [`verbatim`] writes it: only such a text may be copied into a document.
pub(crate) fn is_verbatim(text: &str) -> bool {
    let whole = format!(
        "<ClinicalDocument xmlns=\"{HL7}\" xmlns:hl7fi=\"{HL7_FI}\" xmlns:xsi=\"{XSI}\">{text}</ClinicalDocument>"
    );
    let Ok(tree) = Tree::parse(&whole) else { return false };
    let Ok(root) = tree.clinical_document() else { return false };
    let mut elements = root.elements();
    elements.next().is_some_and(|element| verbatim(element) == text) && elements.next().is_none()
}

/// Depth is bounded by the parser.
fn write(document: &uppsala::Document<'_>, id: NodeId, default: &str, out: &mut String) {
    let Some(element) = document.element(id) else { return };
    let namespace = element.name.namespace_uri.as_deref().unwrap_or_default();
    let finnish = namespace == HL7_FI;
    let mut name = element.name.local_name.to_string();
    if finnish {
        name.insert_str(0, "hl7fi:");
    }
    out.push('<');
    out.push_str(&name);
    if !finnish && namespace != default {
        attribute("xmlns", namespace, out);
    }
    for (number, held) in element.attributes.iter().enumerate() {
        let local = &held.name.local_name;
        match held.name.namespace_uri.as_deref() {
            None | Some("") => attribute(local, &held.value, out),
            Some(XML) => attribute(&format!("xml:{local}"), &held.value, out),
            Some(XSI) => attribute(&format!("xsi:{local}"), data_type(document, id, &held.value), out),
            Some(other) => {
                attribute(&format!("xmlns:a{number}"), other, out);
                attribute(&format!("a{number}:{local}"), &held.value, out);
            }
        }
    }
    let inner = if finnish { default } else { namespace };
    let children: Vec<NodeId> = document.children_iter(id).collect();
    let start = out.len();
    out.push('>');
    let empty = out.len();
    for child in children {
        match document.node_kind(child) {
            Some(NodeKind::Element(_)) => write(document, child, inner, out),
            Some(NodeKind::Text(text) | NodeKind::CData(text)) if !text.trim().is_empty() => {
                escape_into(text, false, out);
            }
            _ => {}
        }
    }
    if out.len() == empty {
        out.truncate(start);
        out.push_str("/>");
    } else {
        out.push_str("</");
        out.push_str(&name);
        out.push('>');
    }
}

fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape_into(value, true, out);
    out.push('"');
}

/// The value of `xsi:type` without a prefix that means HL7, since HL7's names are written bare.
fn data_type<'v>(document: &uppsala::Document<'_>, id: NodeId, value: &'v str) -> &'v str {
    let Some((prefix, local)) = value.split_once(':') else { return value };
    let around = std::iter::successors(Some(id), |id| document.parent(*id));
    let declared = around.filter_map(|id| document.element(id)).flat_map(|e| &e.namespace_declarations);
    let bound = declared.into_iter().find(|(known, _)| known == prefix.trim()).map(|(_, uri)| uri.as_ref());
    if bound == Some(HL7) { local } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(source: &str) -> String {
        let tree = Tree::parse(source).unwrap();
        let root = tree.clinical_document().unwrap();
        let found = root.elements().next().unwrap();
        verbatim(found)
    }

    #[test]
    fn a_part_is_written_in_one_way_whatever_prefixes_its_sender_used() {
        let bare = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
                    <observation>\n <value xsi:type=\"CD\" code=\"1\"/> <!-- no --> <text> a &amp; b </text></observation>\
                    </ClinicalDocument>";
        let prefixed = "<h:ClinicalDocument xmlns:h=\"urn:hl7-org:v3\"><h:observation>\
                        <h:value xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"h:CD\" code=\"1\"/>\
                        <h:text> a <![CDATA[&]]> b </h:text></h:observation></h:ClinicalDocument>";
        let expected = "<observation><value xsi:type=\"CD\" code=\"1\"/><text> a &amp; b </text></observation>";
        assert_eq!(first(bare), expected);
        assert_eq!(first(prefixed), expected);
        assert!(is_verbatim(expected));
    }

    #[test]
    fn what_is_of_another_namespace_declares_it_and_what_is_no_single_element_is_refused() {
        let foreign = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><a xmlns=\"urn:x\" xmlns:y=\"urn:y\" y:k=\"1\">\
                       <b xmlns=\"\"/><f:c xmlns:f=\"urn:hl7finland\"/></a></ClinicalDocument>";
        let part = "<a xmlns=\"urn:x\" xmlns:a0=\"urn:y\" a0:k=\"1\"><b xmlns=\"\"/><hl7fi:c/></a>";
        assert_eq!(first(foreign), part);
        assert!(is_verbatim(part));
        for wrong in
            ["", "a", "<a/><b/>", "<a>", "</ClinicalDocument><ClinicalDocument>", "<a><!-- x --></a>", "<z:a/>"]
        {
            assert!(!is_verbatim(wrong), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_was_written_is_written_so_again(text in "[a-z &<>\"'\n\t]{0,20}", inner in "[a-z<&]{0,8}") {
            let mut value = String::new();
            escape_into(&text, true, &mut value);
            let mut words = String::new();
            escape_into(&inner, false, &mut words);
            let part = first(&format!(
                "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><v a=\"{value}\">{words}</v></ClinicalDocument>"
            ));
            proptest::prop_assert!(is_verbatim(&part), "{part}");
        }
    }
}
