//! Reading: bytes to a document of the trade's types. The header is read for every type, the body for every type that is
//! a prescription's own. What the body states is preferred, because the body is what is signed.

mod describe;
mod dispensation;
mod dosage;
mod header;
mod item;
mod leftovers;
mod mark;
mod observations;
mod others;
mod people;
mod prescribed;
mod prescription;
mod product;
mod renewal;
mod strange;
mod unread;
mod values;

pub(crate) use header::{encounter_time, stated_once};
pub(crate) use people::{StatedPerson, birth_date, identity_code, person_name, stated_person, telephone};
pub(crate) use values::field_code;

use ::prescription::{DocumentReference, DocumentType};

use crate::compare::{Mismatch, mismatches};
use crate::tree::{Node, Tree, text};
use crate::{Content, Document, ReadError};

/// Reads any document of the prescription family. What it does not understand of one is among its unknown parts; a
/// document of a type that is none of a prescription's own is read as far as its header.
pub fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let tree = Tree::parse(text(bytes)?)?;
    let root = tree.clinical_document()?;
    document(root, body(root)?)
}

/// A document that was parsed once, for whoever reads it and whoever looks at its signatures.
pub struct Parsed<'s> {
    text: &'s str,
    tree: Tree<'s>,
}

impl<'s> Parsed<'s> {
    /// Parses a document. What is not XML, or not within the limits, is refused as [`read`] refuses it.
    pub fn new(bytes: &'s [u8]) -> Result<Self, ReadError> {
        let text = text(bytes)?;
        Ok(Self { text, tree: Tree::parse(text)? })
    }

    /// Reads it as [`read`] does, and compares its header with its body as [`header_body_mismatches`] does.
    ///
    /// [`header_body_mismatches`]: crate::header_body_mismatches
    pub fn read_compared(&self) -> Result<(Document, Result<Vec<Mismatch>, ReadError>), ReadError> {
        let root = self.tree.clinical_document()?;
        let body = body(root)?;
        Ok((document(root, body)?, mismatches(root, body)))
    }

    /// The text that was parsed, which is all of the document's bytes but for a byte order mark before it, and what the parser
    /// made of it.
    pub fn into_parts(self) -> (&'s str, uppsala::Document<'s>) {
        (self.text, self.tree.into_document())
    }
}

fn document(root: Node<'_>, body: Option<Node<'_>>) -> Result<Document, ReadError> {
    let header = header::read(root, body)?;
    let content = match header.reference.document_type.clone() {
        DocumentType::Prescription | DocumentType::Cancellation | DocumentType::Correction => {
            Content::Prescription(Box::new(prescription::read(&header, root, body.ok_or(NO_BODY)?)?))
        }
        DocumentType::Dispensation | DocumentType::DispensationCancellation | DocumentType::DispensationCorrection => {
            Content::Dispensation(Box::new(dispensation::read(&header, body.ok_or(NO_BODY)?)?))
        }
        DocumentType::RenewalRequest => {
            Content::RenewalRequest(Box::new(renewal::read_request(&header, root, body.ok_or(NO_BODY)?)?))
        }
        DocumentType::RenewalAnswer => Content::RenewalAnswer(Box::new(renewal::read_answer(&header, body)?)),
        other @ DocumentType::Unknown(_) => Content::Other(other),
        _ => Content::Mark(Box::new(mark::read(&header, body.ok_or(NO_BODY)?)?)),
    };
    Ok(Document { header, content })
}

/// The place of an element within another: the container, then the field code of what it holds, or its own name.
fn step(container: &str, element: Node<'_>) -> String {
    let field = element.elements().find_map(field_code);
    format!("{container}/{}", field.unwrap_or_else(|| element.any_name()))
}

const NO_BODY: ReadError = ReadError::Missing { fact: "structuredBody" };

/// The one body of a document. A second one anywhere is how a signed document is wrapped around another.
pub(crate) fn body(root: Node<'_>) -> Result<Option<Node<'_>>, ReadError> {
    if root.descendants("structuredBody").len() > 1 {
        return Err(ReadError::Repeated { fact: "structuredBody" });
    }
    Ok(root.only("component")?.and_then(|component| component.child("structuredBody")))
}

/// How an element names a document.
pub(crate) fn document_reference(node: Node<'_>) -> Result<DocumentReference, ReadError> {
    values::reference(node, "document reference")
}

/// The entries of a body, in whichever of its nested sections they stand.
pub(crate) fn entries(body: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut waiting = vec![body];
    while let Some(node) = waiting.pop() {
        found.extend(node.children("entry"));
        let inner: Vec<Node<'_>> = node.children("component").flat_map(|c| c.children("section")).collect();
        waiting.extend(inner.into_iter().rev());
    }
    found
}
