//! What a prescription's reader has not looked at: an element within one that is read, or a second one where one is read.
//! Such a part is kept for a person to see. Because it stands inside something that is written anew it cannot be carried
//! on, so that a correction of its document is refused rather than poorer.

use std::collections::HashMap;

use prescription::UnknownPart;

use super::describe::unknown;
use super::leftovers::{Leftovers, says_something};
use super::values::field_code;
use crate::tree::Node;

/// Adds everything in the entries that was neither read nor kept.
pub(super) fn keep(entries: &[Node<'_>], left: &mut Leftovers) {
    let mut found = Vec::new();
    entries.iter().for_each(|entry| look_into(*entry, left, &mut found));
    left.unknown.extend(found);
}

/// Depth is bounded by the parser.
fn look_into(element: Node<'_>, left: &Leftovers, found: &mut Vec<UnknownPart>) {
    let mut children = element.elements().peekable();
    if children.peek().is_none() || left.holds(element) {
        return;
    }
    let name = element.name();
    let field = if name == "observation" { field_code(element).unwrap_or_default() } else { "" };
    let read = read_in(element, name, field);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for child in children {
        let name = child.name();
        let count = seen.entry(name).or_default();
        let times = *count;
        *count += 1;
        if (!read.contains(&name) || times >= most(field, name)) && says_something(child) && !left.holds(child) {
            found.push(unknown(&format!("inside/{}/{}", element.any_name(), child.any_name()), child));
        } else {
            look_into(child, left, found);
        }
    }
}

/// The children that are read of an element of that name; of an observation, by its field.
fn read_in(element: Node<'_>, name: &str, field: &str) -> &'static [&'static str] {
    match name {
        "entry" | "component" | "entryRelationship" => match element.elements().next().map(Node::name) {
            Some("observation") => &["observation"],
            Some("organizer") => &["organizer"],
            Some("substanceAdministration") => &["substanceAdministration"],
            Some("supply") => &["supply"],
            _ => &[],
        },
        "organizer" => &["id", "code", "statusCode", "component"],
        "observation" => observation(element, field),
        // Their readers look at each child of theirs.
        "substanceAdministration" | "supply" => element_by_element(),
        "effectiveTime" => match element.parent().map(Node::name) {
            Some("supply") => &["low", "width"],
            Some("observation") => &["low", "high", "width"],
            _ => &["low", "high"],
        },
        "value" => &["originalText", "qualifier", "low", "high", "width"],
        "doseQuantity" => &["translation", "low", "high", "center"],
        "code" => &["translation"],
        "translation" => &["originalText", "qualifier"],
        "qualifier" => &["name", "value"],
        "subject" => &["relatedSubject", "name", "birthTime"],
        "relatedSubject" => &["code", "subject"],
        "name" => &["given", "family", "prefix", "suffix"],
        "consumable" | "product" => &["manufacturedProduct"],
        "manufacturedProduct" => &["manufacturedLabeledDrug", "manufacturedMaterial"],
        "manufacturedLabeledDrug" | "manufacturedMaterial" => &["code", "name"],
        "author" => &["time", "assignedAuthor"],
        "assignedAuthor" => &["id", "code", "assignedPerson", "representedOrganization"],
        "assignedPerson" | "playingEntity" => &["name"],
        "representedOrganization" => &["id", "name", "telecom", "addr", "asOrganizationPartOf"],
        "asOrganizationPartOf" => &["wholeOrganization"],
        "wholeOrganization" => &["id", "name", "telecom", "addr"],
        // The country of a Finnish address says nothing.
        "addr" => &["streetAddressLine", "postBox", "postalCode", "city", "country"],
        "participant" => &["participantRole"],
        "participantRole" => &["playingEntity"],
        "reference" => &["externalDocument"],
        "externalDocument" => &["id", "code", "setId"],
        _ => &[],
    }
}

fn element_by_element() -> &'static [&'static str] {
    &[
        "id",
        "templateId",
        "code",
        "text",
        "statusCode",
        "effectiveTime",
        "repeatNumber",
        "independentInd",
        "routeCode",
        "quantity",
        "doseQuantity",
        "administrationUnitCode",
        "subject",
        "consumable",
        "product",
        "author",
        "participant",
        "entryRelationship",
        "reference",
    ]
}

fn observation(observation: Node<'_>, field: &str) -> &'static [&'static str] {
    match field {
        "121" => &["id", "code", "statusCode", "text", "effectiveTime", "repeatNumber"],
        "69" => &["id", "code", "statusCode", "text", "effectiveTime", "value"],
        "236" => &["id", "code", "statusCode", "effectiveTime"],
        "91" | "95" | "117" | "194" | "212" | "213" => &["id", "code", "statusCode", "text", "value"],
        "97" => &["id", "code", "statusCode", "text", "value", "author"],
        "169" => &["id", "code", "statusCode", "value", "author"],
        "160" | "271" => &["id", "code", "statusCode", "value", "entryRelationship"],
        // Words beside a value of which the value alone is read; without a value they are read.
        _ if observation.child("value").is_some_and(says_something) => &["id", "code", "statusCode", "value"],
        _ => &["id", "code", "statusCode", "value", "text"],
    }
}

/// How many children of that name are read.
fn most(field: &str, name: &str) -> usize {
    match name {
        "value" if field == "67" => usize::MAX,
        "value" if matches!(field, "95" | "97" | "117" | "194" | "213") => 2,
        "id" | "templateId" | "given" | "family" | "prefix" | "suffix" | "qualifier" | "streetAddressLine"
        | "postBox" | "postalCode" | "city" | "component" | "entryRelationship" | "participant" | "reference" => {
            usize::MAX
        }
        _ => 1,
    }
}
