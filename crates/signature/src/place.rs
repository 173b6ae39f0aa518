//! Where in a document's bytes a new signature goes.
//!
//! A document is never written anew: a signature is text put between two bytes of the original, at the end of
//! the collection or in a collection of its own.

use crate::SignError;
use crate::envelope::{Envelope, HL7FI, elements};

/// The prefix that a new signature's text uses for Kanta's extension, with its colon.
pub(crate) const PREFIX: &str = "hl7fi:";

/// Where in the bytes a signature goes, and what must stand around it.
pub(crate) struct Place {
    at: usize,
    /// Bytes that fall away there: the `/>` of an empty collection.
    replaced: usize,
    before: String,
    after: String,
    /// Whether [`PREFIX`] already means Kanta's extension there.
    pub prefix_is_bound: bool,
}

/// What comes before `signatureCollection` in a local header, by the schema.
const BEFORE_COLLECTION: [&str; 16] = [
    "description",
    "tableOfContents",
    "registratedTime",
    "declaredTime",
    "typeCode",
    "fileFormat",
    "softwareSupport",
    "documentType",
    "currentLocation",
    "retentionPeriod",
    "functionCode",
    "recordStatus",
    "auditTrail",
    "serviceChainLink",
    "episodeLink",
    "product",
];

impl Place {
    pub fn find(envelope: &Envelope<'_>) -> Result<Self, SignError> {
        let document = &envelope.document;
        let prefix_of = |node| {
            let prefix = document.element(node).and_then(|one| one.name.prefix.as_deref());
            prefix.map_or_else(String::new, |prefix| format!("{prefix}:"))
        };
        if let Some(collection) = envelope.collection {
            let prefix = prefix_of(collection);
            let prefix_is_bound = prefix == PREFIX;
            let range = document.node_range(collection).ok_or(SignError::NoPlace)?;
            let source = envelope.text.get(range.clone()).ok_or(SignError::NoPlace)?;
            return if source.ends_with("/>") {
                Ok(Self {
                    at: range.end - 2,
                    replaced: 2,
                    before: ">".to_owned(),
                    after: format!("</{prefix}signatureCollection>"),
                    prefix_is_bound,
                })
            } else {
                let end_tag = source.rfind("</").ok_or(SignError::NoPlace)?;
                let at = range.start + end_tag;
                Ok(Self { at, replaced: 0, before: String::new(), after: String::new(), prefix_is_bound })
            };
        }
        let header = envelope.local_header.ok_or(SignError::NoPlace)?;
        let neighbour = elements(document, header)
            .into_iter()
            .rfind(|child| {
                document.element(*child).is_some_and(|one| {
                    one.name.namespace_uri.as_deref() == Some(HL7FI)
                        && BEFORE_COLLECTION.contains(&one.name.local_name.as_ref())
                })
            })
            .ok_or(SignError::NoPlace)?;
        let prefix = prefix_of(header);
        Ok(Self {
            at: document.node_range(neighbour).ok_or(SignError::NoPlace)?.end,
            replaced: 0,
            before: format!("<{prefix}signatureCollection>"),
            after: format!("</{prefix}signatureCollection>"),
            prefix_is_bound: prefix == PREFIX,
        })
    }

    pub fn insert(&self, document: &[u8], text: &str) -> Result<Vec<u8>, SignError> {
        let (head, rest) = document.split_at_checked(self.at).ok_or(SignError::NoPlace)?;
        let (_, tail) = rest.split_at_checked(self.replaced).ok_or(SignError::NoPlace)?;
        Ok([head, self.before.as_bytes(), text.as_bytes(), self.after.as_bytes(), tail].concat())
    }
}
