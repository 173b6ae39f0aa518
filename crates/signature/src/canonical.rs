//! Canonical XML of one element's subtree, without comments: exclusive, or inclusive as Canonical XML 1.0.
//!
//! It is the half of every signature's cost that is not arithmetic, and a subtree without comments is all that
//! Kanta's signatures need; so it is written here for that case alone, and judged by a complete library, by
//! xmllint and by xmlsec1 in the tests.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use uppsala::{Attribute, Document, Element, NodeId, NodeKind, QName};

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Which of the two canonicalisations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Exclusive XML Canonicalization 1.0, without a list of inclusive prefixes.
    Exclusive,
    /// Canonical XML 1.0.
    Inclusive,
}

/// The canonical form of the element and everything in it but comments; empty for what is no element.
pub(crate) fn canonical(document: &Document<'_>, apex: NodeId, mode: Mode) -> Vec<u8> {
    let Some(element) = document.element(apex) else { return Vec::new() };
    let mut writer = Writer { document, mode, written: BTreeMap::new(), around: None, out: Vec::new() };
    if let Some(range) = document.node_range(apex) {
        writer.out.reserve(range.len() + range.len() / 8);
    }
    match mode {
        Mode::Exclusive => writer.element(apex, element, &[], &[]),
        Mode::Inclusive => {
            let ancestors = document.ancestors(apex);
            writer.element(
                apex,
                element,
                &in_force(document, apex, &ancestors),
                &xml_attributes(document, apex, &ancestors),
            );
        }
    }
    writer.out
}

/// A prefix, empty for the default, and its namespace, empty for none.
type Binding<'d> = (&'d str, &'d str);

struct Writer<'d, 'a> {
    document: &'d Document<'a>,
    mode: Mode,
    /// The declarations that have been written and are in force.
    written: BTreeMap<&'d str, &'d str>,
    /// The name of the element around, whose own declaration is in force: most elements need no other.
    around: Option<&'d QName<'d>>,
    out: Vec<u8>,
}

impl<'d> Writer<'d, '_> {
    fn node(&mut self, node: NodeId) {
        match self.document.node_kind(node) {
            Some(NodeKind::Element(element)) => self.element(node, element, &[], &[]),
            Some(NodeKind::Text(text) | NodeKind::CData(text)) => self.escaped(text, text_escape),
            Some(NodeKind::ProcessingInstruction(one)) => {
                self.out.extend_from_slice(b"<?");
                self.out.extend_from_slice(one.target.as_bytes());
                if let Some(data) = one.data.as_deref().filter(|data| !data.is_empty()) {
                    self.out.push(b' ');
                    self.escaped(data, |byte| (byte == b'\r').then_some(b"&#xD;"));
                }
                self.out.extend_from_slice(b"?>");
            }
            _ => {}
        }
    }

    /// Recursion ends: documents nested deeper than [`crate::MAX_DEPTH`] are not read.
    fn element(
        &mut self,
        node: NodeId,
        element: &'d Element<'_>,
        in_force: &[Binding<'d>],
        inherited: &[&'d Attribute<'_>],
    ) {
        self.out.push(b'<');
        self.name(&element.name);
        let before = self.namespaces(element, in_force);
        self.attributes(element, inherited);
        self.out.push(b'>');
        let around = self.around.replace(&element.name);
        let document = self.document;
        for child in document.children_iter(node) {
            self.node(child);
        }
        self.around = around;
        self.out.extend_from_slice(b"</");
        self.name(&element.name);
        self.out.push(b'>');
        for (prefix, uri) in before {
            match uri {
                Some(uri) => self.written.insert(prefix, uri),
                None => self.written.remove(prefix),
            };
        }
    }

    /// Writes the declarations that are due here, and gives what they were before.
    fn namespaces(&mut self, element: &'d Element<'_>, in_force: &[Binding<'d>]) -> Vec<(&'d str, Option<&'d str>)> {
        let mut due = in_force.to_vec();
        match self.mode {
            Mode::Exclusive => {
                let own = Some(&element.name).filter(|name| !self.around.is_some_and(|around| same(around, name)));
                let named = element.attributes.iter().map(|one| &one.name).filter(|one| !prefix(one).is_empty());
                due.extend(own.into_iter().chain(named).map(|one| (prefix(one), namespace(one))));
            }
            Mode::Inclusive => {
                due.extend(element.namespace_declarations.iter().map(|(prefix, uri)| (&**prefix, &**uri)));
            }
        }
        due.retain(|(prefix, uri)| *prefix != "xml" && self.written.get(prefix).unwrap_or(&"") != uri);
        due.sort_unstable();
        due.dedup();
        let mut before = Vec::with_capacity(due.len());
        for (prefix, uri) in due {
            self.out.extend_from_slice(if prefix.is_empty() { b" xmlns" } else { b" xmlns:" });
            self.out.extend_from_slice(prefix.as_bytes());
            self.value(uri);
            before.push((prefix, self.written.insert(prefix, uri)));
        }
        before
    }

    /// Writes the attributes, by namespace and then by name.
    fn attributes(&mut self, element: &'d Element<'_>, inherited: &[&'d Attribute<'_>]) {
        // Most elements have one or two: these need no list to be put in order.
        match (element.attributes.as_slice(), inherited) {
            ([], []) => {}
            ([one], []) => self.attribute(one),
            ([one, other], []) => {
                let in_order = order(&one.name, &other.name).is_le();
                let (first, last) = if in_order { (one, other) } else { (other, one) };
                self.attribute(first);
                self.attribute(last);
            }
            (own, inherited) => {
                let mut attributes: Vec<&Attribute<'_>> = own.iter().chain(inherited.iter().copied()).collect();
                attributes.sort_unstable_by(|one, other| order(&one.name, &other.name));
                attributes.into_iter().for_each(|one| self.attribute(one));
            }
        }
    }

    fn attribute(&mut self, one: &Attribute<'_>) {
        self.out.push(b' ');
        self.name(&one.name);
        self.value(&one.value);
    }

    fn name(&mut self, name: &QName<'_>) {
        let prefix = prefix(name);
        if !prefix.is_empty() {
            self.out.extend_from_slice(prefix.as_bytes());
            self.out.push(b':');
        }
        self.out.extend_from_slice(name.local_name.as_bytes());
    }

    fn value(&mut self, value: &str) {
        self.out.extend_from_slice(b"=\"");
        self.escaped(value, attribute_escape);
        self.out.push(b'"');
    }

    fn escaped(&mut self, text: &str, escape: impl Fn(u8) -> Option<&'static [u8]>) {
        let mut rest = text.as_bytes();
        // Most texts have nothing to escape. That is seen many bytes at a time, as long as none of them ends the looking.
        if rest.iter().fold(false, |any, byte| any | may_need_escape(*byte)) {
            while let Some((at, replacement)) =
                rest.iter().enumerate().find_map(|(at, byte)| escape(*byte).map(|escape| (at, escape)))
            {
                let (clean, special) = rest.split_at(at);
                self.out.extend_from_slice(clean);
                self.out.extend_from_slice(replacement);
                rest = special.get(1..).unwrap_or_default();
            }
        }
        self.out.extend_from_slice(rest);
    }
}

/// Whether a byte is one that some escape is for, or another control character.
fn may_need_escape(byte: u8) -> bool {
    (byte < b' ') | (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"')
}

fn prefix<'d>(name: &'d QName<'_>) -> &'d str {
    name.prefix.as_deref().unwrap_or("")
}

fn namespace<'d>(name: &'d QName<'_>) -> &'d str {
    name.namespace_uri.as_deref().unwrap_or("")
}

/// Whether two names have the same prefix and namespace. Both are short: see [`order`].
fn same(one: &QName<'_>, other: &QName<'_>) -> bool {
    prefix(one).bytes().eq(prefix(other).bytes()) && namespace(one).bytes().eq(namespace(other).bytes())
}

/// By namespace, then by local name. Names are short: comparing byte by byte is faster than in blocks.
fn order(one: &QName<'_>, other: &QName<'_>) -> Ordering {
    let by_namespace = namespace(one).bytes().cmp(namespace(other).bytes());
    by_namespace.then_with(|| one.local_name.bytes().cmp(other.local_name.bytes()))
}

/// The declarations of the ancestors (nearest first) that are in force below them.
fn in_force<'d>(document: &'d Document<'_>, apex: NodeId, ancestors: &[NodeId]) -> Vec<Binding<'d>> {
    let mut bindings = BTreeMap::new();
    for one in ancestors.iter().rev().chain([&apex]).filter_map(|one| document.element(*one)) {
        bindings.extend(one.namespace_declarations.iter().map(|(prefix, uri)| (&**prefix, &**uri)));
    }
    bindings.into_iter().collect()
}

/// The `xml:` attributes that an apex takes over from its ancestors (nearest first), the nearest of each.
fn xml_attributes<'d, 'a>(document: &'d Document<'a>, apex: NodeId, ancestors: &[NodeId]) -> Vec<&'d Attribute<'a>> {
    let of = |node: NodeId| {
        let attributes = document.element(node).map_or(&[][..], |one| &one.attributes);
        attributes.iter().filter(|one| namespace(&one.name) == XML)
    };
    let mut taken: BTreeSet<&str> = of(apex).map(|one| &*one.name.local_name).collect();
    ancestors.iter().flat_map(|node| of(*node)).filter(|one| taken.insert(&one.name.local_name)).collect()
}

fn text_escape(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'>' => Some(b"&gt;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    }
}

fn attribute_escape(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'&' => Some(b"&amp;"),
        b'<' => Some(b"&lt;"),
        b'"' => Some(b"&quot;"),
        b'\t' => Some(b"&#x9;"),
        b'\n' => Some(b"&#xA;"),
        b'\r' => Some(b"&#xD;"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use bergshamra_c14n::{C14nMode, canonicalize_doc};
    use bergshamra_xml::NodeSet;
    use proptest::prelude::*;

    use super::*;

    /// Compares every element of the document, in both forms, with the library's.
    fn judged(xml: &str) {
        let document = uppsala::parse(xml).unwrap();
        let root = document.document_element().unwrap();
        for node in std::iter::once(root).chain(document.descendants(root)) {
            if document.element(node).is_none() {
                continue;
            }
            for (mode, theirs) in [(Mode::Exclusive, C14nMode::Exclusive), (Mode::Inclusive, C14nMode::Inclusive)] {
                let subtree = NodeSet::tree_without_comments(node, &document);
                let expected = canonicalize_doc::<&str>(&document, theirs, Some(&subtree), &[]).unwrap();
                let ours = String::from_utf8(canonical(&document, node, mode)).unwrap();
                assert_eq!(ours, String::from_utf8(expected).unwrap(), "{mode:?} of {node:?} in {xml}");
            }
        }
    }

    #[test]
    fn every_kind_of_node_is_written_as_the_library_writes_it() {
        judged(
            "<a xmlns=\"urn:a\" xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xml:lang=\"fi\" xml:space=\"preserve\">\
             <!-- c --><p:b p:y=\"&quot;&#9;&#10;&#13;'\" x=\" &lt; > &amp; \" q:a=\"1\" b=\"2\" a=\"3\"/>\
             <c xmlns=\"\" xml:lang=\"sv\"><d xmlns:p=\"urn:other\" p:e=\"1\"><e xmlns=\"urn:a\"/></d></c>\
             <![CDATA[ <x> & ]]>&#13;&gt;<?target data  here?><?bare?>\u{e4}\u{1f600}</a>",
        );
    }

    #[test]
    fn a_default_namespace_that_is_only_declared_takes_nothing_back() {
        judged("<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><b xmlns=\"\"><p:c/></b><p:d/></p:a>");
        judged("<a><b xmlns=\"urn:b\"><c xmlns=\"\"><d xmlns=\"urn:b\"/></c></b></a>");
    }

    #[test]
    fn a_prefix_that_changes_its_meaning_is_declared_again_and_comes_back() {
        judged("<p:a xmlns:p=\"urn:1\"><p:b xmlns:p=\"urn:2\"><p:c xmlns:p=\"urn:1\"/></p:b><p:d/></p:a>");
    }

    fn element(depth: u32) -> BoxedStrategy<String> {
        let declaration = prop::sample::select(vec![
            "",
            "",
            "",
            " xmlns=\"urn:1\"",
            " xmlns=\"\"",
            " xmlns:p=\"urn:1\"",
            " xmlns:p=\"urn:2\"",
            " xmlns:q=\"urn:1\"",
            " xmlns:unused=\"urn:3\"",
            " xmlns=\"urn:2\" xmlns:q=\"urn:2\"",
        ]);
        let attributes = prop::sample::select(vec![
            "",
            "",
            " a=\"1\"",
            " b=\"&#10;\" a=\"&amp;\"",
            " p:a=\"1\" a=\"2\"",
            " q:z=\"1\" a=\"2\"",
            " xml:lang=\"fi\"",
            " xml:space=\"preserve\" xml:lang=\"en\"",
        ]);
        let name = prop::sample::select(vec!["a", "b", "p:a", "q:b"]);
        let content = if depth == 0 {
            Just(String::new()).boxed()
        } else {
            let text = prop::sample::select(vec!["", " x ", "&lt;&#13;", "<!-- c -->", "<?p i?>", "<![CDATA[<&]]>"]);
            prop::collection::vec((element(depth - 1), text), 0..3)
                .prop_map(|parts| parts.into_iter().map(|(element, text)| element + text).collect())
                .boxed()
        };
        (name, declaration, attributes, content)
            .prop_map(|(name, declaration, attributes, content)| {
                format!("<{name}{declaration}{attributes}>{content}</{name}>")
            })
            .boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_the_document_both_write_the_same(inner in element(4)) {
            judged(&format!("<r xmlns:p=\"urn:p\" xmlns:q=\"urn:q\">{inner}</r>"));
        }
    }

    #[test]
    fn kelas_documents_are_written_as_the_library_writes_them() {
        let folder = std::env::var_os("TISKI_KELA_DOCUMENTS").map_or_else(
            || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"),
            std::path::PathBuf::from,
        );
        let Ok(files) = std::fs::read_dir(folder.join("documents")) else {
            println!("skipped: Kela's documents are not at {}; set TISKI_KELA_DOCUMENTS", folder.display());
            return;
        };
        let files: Vec<_> = files.map(|one| one.unwrap().path()).filter(|one| one.is_file()).collect();
        assert!(files.len() > 20);
        for file in files.iter().filter(|one| one.extension().is_some_and(|one| one == "xml")) {
            let text = std::fs::read_to_string(file).unwrap();
            let document = uppsala::parse(&text).unwrap();
            let root = document.document_element().unwrap();
            let body = document.get_elements_by_tag_name("structuredBody");
            for node in std::iter::once(root).chain(body) {
                for (mode, theirs) in [(Mode::Exclusive, C14nMode::Exclusive), (Mode::Inclusive, C14nMode::Inclusive)] {
                    let subtree = NodeSet::tree_without_comments(node, &document);
                    let expected = canonicalize_doc::<&str>(&document, theirs, Some(&subtree), &[]).unwrap();
                    assert!(canonical(&document, node, mode) == expected, "{mode:?} {}", file.display());
                }
            }
        }
    }
}
