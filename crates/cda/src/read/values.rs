//! Single values: codes, amounts, truth values and references.

use prescription::{Amount, Code, DocumentReference, Oid, Unit};
use rust_decimal::Decimal;

use crate::ReadError;
use crate::fields::FIELDS;
use crate::tree::Node;

/// The field code of an observation, organizer or the like, if it has one of the code set of fields.
pub(crate) fn field_code(act: Node<'_>) -> Option<&str> {
    let code = act.child("code")?;
    if code.attr("codeSystem") == Some(FIELDS.oid) { code.attr("code") } else { None }
}

/// A truth value; nothing if it is neither true nor false.
pub(super) fn truth(observation: Node<'_>) -> Option<bool> {
    match observation.child("value")?.attr("value")? {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A text value (ST, SC, ED), or the text beside an absent value.
pub(super) fn text(observation: Node<'_>) -> Option<String> {
    observation.child("value").and_then(Node::text).or_else(|| observation.child("text").and_then(Node::text))
}

/// The code of a coded value.
pub(super) fn code(observation: Node<'_>) -> Option<&str> {
    observation.child("value").and_then(|v| v.attr("code"))
}

/// A code with its code set and name.
pub(super) fn coded(node: Node<'_>) -> Option<Code> {
    Some(Code {
        code: node.attr("code")?.to_owned(),
        system: node.attr("codeSystem").unwrap_or_default().to_owned(),
        name: node.attr("displayName").map(str::to_owned),
    })
}

/// A decimal number; a comma is read as a point.
pub(super) fn number(text: &str) -> Option<Decimal> {
    text.replace(',', ".").parse().ok()
}

/// A physical quantity.
pub(super) fn amount(node: Node<'_>) -> Option<Amount> {
    Some(Amount { value: number(node.attr("value")?)?, unit: Unit::new(node.attr("unit").unwrap_or("1")) })
}

/// A whole number that is not below zero.
pub(super) fn count(node: Node<'_>) -> Option<u32> {
    node.attr("value")?.parse().ok()
}

/// How an element names a document: id, set and type. Without a set, the document is its own.
pub(super) fn reference(node: Node<'_>, fact: &'static str) -> Result<DocumentReference, ReadError> {
    let root = |name: &'static str| node.child(name).and_then(|id| id.attr("root")).map(Oid::parse).transpose();
    let id = root("id").map_err(|_| ReadError::Malformed { fact })?.ok_or(ReadError::Missing { fact })?;
    let set_id = root("setId").map_err(|_| ReadError::Malformed { fact })?.unwrap_or_else(|| id.clone());
    let code = node.child("code").and_then(|code| code.attr("code")).ok_or(ReadError::Missing { fact })?;
    Ok(DocumentReference { id, set_id, document_type: code.into() })
}
