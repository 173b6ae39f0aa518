//! What stands inside an element that is read, and that its reader does not look at: an element that no program of today
//! knows, a second one where one is read. Such a part is kept for a person to see; because it stands inside something that
//! is written anew, it cannot be carried on, so that a correction of its document is refused rather than poorer.

use prescription::UnknownPart;

use super::describe::unknown;
use super::people::telephone_number;
use super::values::field_code;
use crate::tree::Node;

/// What is read inside an element of that name.
const READ: &[(&str, &[&str])] = &[
    ("subject", &["relatedSubject", "name", "birthTime"]),
    ("relatedSubject", &["code", "telecom", "subject"]),
    ("name", &["given", "family", "prefix", "suffix"]),
    ("consumable", &["manufacturedProduct"]),
    ("product", &["manufacturedProduct"]),
    ("manufacturedProduct", &["manufacturedLabeledDrug", "manufacturedMaterial"]),
    ("manufacturedLabeledDrug", &["code", "name"]),
    ("manufacturedMaterial", &["code", "name"]),
    ("doseQuantity", &["translation"]),
    ("author", &["time", "assignedAuthor"]),
    ("performer", &["time", "assignedEntity"]),
    ("assignedAuthor", &["id", "code", "assignedPerson", "representedOrganization"]),
    ("assignedEntity", &["id", "code", "assignedPerson", "representedOrganization"]),
    ("assignedPerson", &["name"]),
    ("representedOrganization", &["id", "name", "telecom", "addr", "asOrganizationPartOf"]),
    ("asOrganizationPartOf", &["wholeOrganization"]),
    ("wholeOrganization", &["id", "name", "telecom", "addr"]),
    ("addr", &["streetAddressLine", "postBox", "postalCode", "city"]),
    ("participant", &["participantRole"]),
    ("participantRole", &["playingEntity", "scopingEntity", "addr", "telecom"]),
    ("playingEntity", &["name"]),
    ("scopingEntity", &["id", "desc"]),
    ("reference", &["externalDocument"]),
    ("externalDocument", &["id", "code", "setId"]),
    ("observation", &["id", "code", "statusCode", "text", "value", "author"]),
    ("code", &["translation"]),
    ("value", &["translation", "originalText", "qualifier"]),
    ("translation", &["originalText", "qualifier"]),
    ("qualifier", &["name", "value"]),
    ("effectiveTime", &["low"]),
];

/// Elements of which more than one is read.
const SEVERAL: &[&str] =
    &["id", "given", "family", "prefix", "suffix", "qualifier", "streetAddressLine", "postBox", "postalCode", "city"];

/// Fields of which the words beside the value are read.
const WITH_WORDS: &[&str] = &["91", "95", "96", "97", "102", "103", "109", "117"];

/// Fields of which a second value is read.
const WITH_TWO_VALUES: &[&str] = &["95", "97", "117"];

/// Adds what is not looked at inside an element that is read. Depth is bounded by the parser.
pub(super) fn inside(element: Node<'_>, found: &mut Vec<UnknownPart>) {
    let read = READ.iter().find(|(name, _)| *name == element.name()).map_or(&[] as &[&str], |(_, read)| read);
    let mut seen: Vec<&str> = Vec::new();
    for child in element.elements() {
        let name = child.name();
        let again = seen.contains(&name) && !SEVERAL.contains(&name) && !is_second_value(element, &seen, name);
        let other_telecom = name == "telecom" && child.attr("value").and_then(telephone_number).is_none();
        if !read.contains(&name) || again || other_telecom || is_idle_text(element, name) {
            found.push(unknown(&format!("inside/{}/{}", element.any_name(), child.any_name()), child));
        } else {
            seen.push(name);
            inside(child, found);
        }
    }
}

/// Adds what stands in an element beside the children of those names that are read.
pub(super) fn beside(element: Node<'_>, read: &[&str], found: &mut Vec<UnknownPart>) {
    let mut seen: Vec<&str> = Vec::new();
    for child in element.elements() {
        let name = child.name();
        let again = seen.contains(&name) && !matches!(name, "id" | "component");
        if !read.contains(&name) || again {
            found.push(unknown(&format!("inside/{}/{}", element.any_name(), child.any_name()), child));
        } else if matches!(name, "id" | "code" | "statusCode") {
            inside(child, found);
        }
        // Only names that are asked for: there may be any number of others.
        if read.contains(&name) && !again {
            seen.push(name);
        }
    }
}

fn is_second_value(element: Node<'_>, seen: &[&str], name: &str) -> bool {
    let two = field_code(element).is_some_and(|code| WITH_TWO_VALUES.contains(&code));
    name == "value" && two && seen.iter().filter(|seen| **seen == "value").count() == 1
}

/// Words beside a value of a field that is read by its value alone; words of an author who is not asked for.
fn is_idle_text(element: Node<'_>, name: &str) -> bool {
    if element.name() != "observation" {
        return false;
    }
    let code = field_code(element).unwrap_or_default();
    match name {
        "text" => {
            let value = element.child("value");
            let says = value.is_some_and(|v| v.text().is_some() || v.attr("value").or(v.attr("code")).is_some());
            !WITH_WORDS.contains(&code) && says
        }
        "author" => code != "97",
        _ => false,
    }
}
