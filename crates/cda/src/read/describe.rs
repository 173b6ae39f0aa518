//! A part of a document in readable words, for people who must see it although the program has no place for it.

use prescription::UnknownPart;

use crate::fields::name_of;
use crate::time::{read_time, show_date};
use crate::tree::Node;
use crate::verbatim::verbatim;

/// The longest text of one part, in characters.
const LONGEST: usize = 2_000;

/// A part that this program does not understand.
pub(super) fn unknown(place: &str, node: Node<'_>) -> UnknownPart {
    UnknownPart { place: place.to_owned(), text: described(node), xml: Some(verbatim(node)) }
}

/// The content of an element.
pub(super) fn described_content(node: Node<'_>) -> String {
    cut(content(node))
}

/// An element with its name and content.
fn described(node: Node<'_>) -> String {
    let content = content(node);
    cut(match label(node) {
        Some(label) if content.is_empty() => label,
        Some(label) => format!("{label}: {content}"),
        None => content,
    })
}

fn cut(text: String) -> String {
    if text.chars().count() <= LONGEST { text } else { text.chars().take(LONGEST).collect() }
}

fn label(node: Node<'_>) -> Option<String> {
    let code = node.child("code")?;
    let is_act = matches!(node.name(), "observation" | "organizer" | "substanceAdministration" | "supply" | "act");
    if !is_act {
        return None;
    }
    let name = code.attr("displayName").or_else(|| code.attr("code").and_then(name_of)).or_else(|| code.attr("code"));
    name.map(str::to_owned)
}

/// The content of an element: its own value, then those of the elements in it. Depth is bounded by the parser.
fn content(node: Node<'_>) -> String {
    let labelled = label(node).is_some();
    let mut parts: Vec<String> = own_value(node).into_iter().collect();
    let mut has_elements = false;
    for element in node.elements() {
        has_elements = true;
        let skipped = (labelled && element.name() == "code") || matches!(element.name(), "statusCode" | "id");
        if !skipped {
            parts.push(described(element));
        }
    }
    if !has_elements {
        parts.extend(node.text());
    }
    parts.retain(|part| !part.is_empty());
    let separator = match node.name() {
        "organizer" | "substanceAdministration" | "observation" | "supply" => "; ",
        "effectiveTime" | "doseQuantity" => "–",
        "value" if node.xsi_type().is_some_and(|t| t.starts_with("IVL")) => "–",
        _ => " ",
    };
    parts.join(separator)
}

/// What the attributes of an element say.
fn own_value(node: Node<'_>) -> Option<String> {
    if let Some(name) = node.attr("displayName").or_else(|| node.attr("code")) {
        return Some(name.to_owned());
    }
    let Some(value) = node.attr("value") else {
        return (node.name() == "value").then(|| node.attr("root")).flatten().map(str::to_owned);
    };
    Some(match (value, node.attr("unit").or_else(|| node.attr("currency"))) {
        ("true", None) => "kyllä".to_owned(),
        ("false", None) => "ei".to_owned(),
        (value, None) if matches!(value.len(), 8 | 14) && is_time(node) => {
            read_time(value).map_or_else(|| value.to_owned(), |time| show_date(time.date()))
        }
        (value, None | Some("1")) => value.to_owned(),
        (value, Some(unit)) => format!("{value} {unit}"),
    })
}

fn is_time(node: Node<'_>) -> bool {
    matches!(node.name(), "effectiveTime" | "low" | "high" | "time" | "birthTime")
}
