//! What a document says in codes, as lines: where an element stands, its data type, code system and attributes. Values are
//! left out: that those are read alike is compared as typed values.

use std::collections::{BTreeMap, BTreeSet};

use uppsala::{Document, NodeId};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Attributes that say nothing that is compared: names beside codes, identifiers for the narrative, the schema's place, and
/// those for which the schema has a default or one value only.
const WITHOUT_MEANING: [&str; 13] = [
    "ID",
    "classCode",
    "codeSystemName",
    "codeSystemVersion",
    "contextControlCode",
    "determinerCode",
    "displayName",
    "moodCode",
    "operator",
    "schemaLocation",
    "styleCode",
    "type",
    "typeCode",
];

/// Elements that hold others and have no part in a place's name.
const WRAPPERS: [&str; 10] = [
    "ClinicalDocument",
    "assignedAuthor",
    "component",
    "entry",
    "entryRelationship",
    "manufacturedLabeledDrug",
    "manufacturedProduct",
    "section",
    "structuredBody",
    "substanceAdministration",
];

/// The places of a document, each with its lines. Narrative and local header are left out: those are each program's own.
#[derive(Default)]
pub struct Shape(BTreeMap<String, BTreeSet<String>>);

impl Shape {
    /// Reads a document; nothing of one that is none.
    pub fn of(document: &[u8]) -> Self {
        let mut shape = Self::default();
        let text = String::from_utf8_lossy(document);
        let Ok(parsed) = uppsala::parse(text.trim_start_matches('\u{feff}')) else { return shape };
        if let Some(root) = parsed.document_element() {
            shape.walk(&parsed, root, "");
        }
        shape
    }

    /// The lines that another has not. Of a place that it has not at all, only the place.
    pub fn beyond(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (place, lines) in &self.0 {
            let Some(theirs) = other.0.get(place) else {
                let outer = place.rsplit_once('/').map_or("", |(outer, _)| outer);
                let inside_another = !outer.is_empty() && !other.0.contains_key(outer);
                if !inside_another {
                    found.push(place.clone());
                }
                continue;
            };
            found.extend(lines.difference(theirs).cloned());
        }
        found
    }

    fn walk(&mut self, document: &Document<'_>, node: NodeId, path: &str) {
        let Some(element) = document.element(node) else { return };
        let name: &str = &element.name.local_name;
        if matches!(name, "text" | "title" | "localHeader") || name == "name" && element.attributes.is_empty() {
            return;
        }
        let code = field_code(document, node, name);
        let here = match (WRAPPERS.contains(&name), code) {
            (true, None) => path.to_owned(),
            (_, Some(code)) => format!("{path}/{code}"),
            (false, None) => format!("{path}/{name}"),
        };
        let attribute = |space: Option<&str>, wanted: &str| {
            element.attributes.iter().find(|a| a.name.matches(space, wanted)).map(|a| a.value.trim())
        };
        let mut line = here.clone();
        for part in [attribute(Some(XSI), "type").map(str::to_owned), attributes(element)].into_iter().flatten() {
            line.push_str(&format!(" {part}"));
        }
        if let Some(system) = attribute(None, "codeSystem") {
            line.push_str(&format!(" of {system}"));
        }
        if here != path {
            self.0.entry(here.clone()).or_default().insert(line);
        }
        for child in document.children(node) {
            self.walk(document, child, &here);
        }
    }
}

/// The names of an element's attributes that have a meaning.
fn attributes(element: &uppsala::Element<'_>) -> Option<String> {
    let mut names: Vec<&str> = element.attributes.iter().map(|a| a.name.local_name.as_ref()).collect();
    names.retain(|name| !WITHOUT_MEANING.contains(name));
    names.sort_unstable();
    (!names.is_empty()).then(|| format!("({})", names.join(" ")))
}

/// The code of a field or organizer. Codes of people, products, sections and patients are values, not places.
fn field_code(document: &Document<'_>, node: NodeId, name: &str) -> Option<String> {
    if !matches!(name, "observation" | "organizer") {
        return None;
    }
    let is_code = |child: &NodeId| document.element(*child).is_some_and(|element| element.name.local_name == "code");
    let code = document.children(node).into_iter().find(is_code)?;
    document.get_attribute(code, "code").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(inside: &str) -> Shape {
        Shape::of(format!("<ClinicalDocument xmlns='urn:hl7-org:v3'>{inside}</ClinicalDocument>").as_bytes())
    }

    #[test]
    fn a_place_that_is_missing_is_told_once_and_a_value_is_none_of_a_shape() {
        let field = |value: &str| {
            format!("<organizer><code code='88'/><observation><code code='92'/>{value}</observation></organizer>")
        };
        let whole = of(&field("<value value='1'/>"));
        assert_eq!(whole.beyond(&of(&field("<value value='2'/>"))), Vec::<String>::new());
        assert_eq!(whole.beyond(&of(&field("<value unit='1'/>"))), ["/88/92/value (value)"]);
        assert_eq!(whole.beyond(&of(&field(""))), ["/88/92/value"]);
        assert_eq!(whole.beyond(&of("")), ["/88"]);
    }
}
