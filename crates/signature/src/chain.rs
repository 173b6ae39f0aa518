//! A reference of a signature: what it points at, and by which of the accepted chains it was digested.
//!
//! The chains are those that the Prescription Centre has accepted from pharmacies and prescribers (counted
//! over 219 public signatures); a chain that is not among them is refused. Each is understood here, none is
//! executed: a reference always ends at an element that was found by absolute path.

use uppsala::{Document, NodeId};

use crate::Failure;
use crate::algorithm::DigestMethod;
use crate::canonical::{Mode, canonical};
use crate::envelope::{CDA, DS, Envelope, attribute, body_by_path, children, elements, parse};
use crate::stylesheet;

pub(crate) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const XSLT: &str = "http://www.w3.org/TR/1999/REC-xslt-19991116";
pub(crate) const XPATH: &str = "http://www.w3.org/TR/1999/REC-xpath-19991116";
const FILTER2: &str = "http://www.w3.org/2002/06/xmldsig-filter2";

/// What a reference may point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Timestamp,
    Body,
    List,
}

/// Where those are in this document, for one signature.
pub(crate) struct Targets {
    pub timestamp: NodeId,
    pub body: NodeId,
    pub list: Option<NodeId>,
}

impl Targets {
    pub fn node(&self, target: Target) -> Option<NodeId> {
        match target {
            Target::Timestamp => Some(self.timestamp),
            Target::Body => Some(self.body),
            Target::List => self.list,
        }
    }

    fn all(&self) -> impl Iterator<Item = (Target, NodeId)> + '_ {
        [Target::Timestamp, Target::Body, Target::List]
            .into_iter()
            .filter_map(|target| Some((target, self.node(target)?)))
    }
}

/// A reference, understood.
#[derive(Debug)]
pub(crate) struct Reference {
    pub target: Target,
    pub chain: Chain,
    pub digest_method: DigestMethod,
    pub digest: Vec<u8>,
}

/// How the bytes of an element come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chain {
    /// The element's own subtree, perhaps with the spaces of its text normalised.
    Subtree { normalize: bool, mode: Mode },
    /// The element found by its ID, spaces normalised, then exclusive. A stylesheet reads bytes, and those are
    /// inclusive when nothing else is said: the element takes its ancestors' `xml:lang` with it.
    NormalizedById,
    /// The whole document made canonical (exclusive) and read again, then the body of that, inclusive:
    /// what `exc-c14n` followed by an XPath without another canonicalisation means.
    BodyOfCanonical,
}

impl Chain {
    pub fn plain() -> Self {
        Self::Subtree { normalize: false, mode: Mode::Exclusive }
    }

    /// The bytes that are digested.
    pub fn bytes(self, document: &Document<'_>, element: NodeId) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Subtree { normalize: false, mode } => Ok(canonical(document, element, mode)),
            Self::Subtree { normalize: true, mode } => normalized(document, element, mode),
            Self::NormalizedById => {
                let bytes = normalized(document, element, Mode::Inclusive)?;
                read_again(&bytes, |again, root| Some(canonical(again, root, Mode::Exclusive)))
            }
            Self::BodyOfCanonical => {
                let root = document.document_element().ok_or(Failure::Malformed("canonical form"))?;
                let bytes = canonical(document, root, Mode::Exclusive);
                read_again(&bytes, |again, root| Some(canonical(again, body_by_path(again, root)?, Mode::Inclusive)))
            }
        }
    }
}

fn normalized(document: &Document<'_>, element: NodeId, mode: Mode) -> Result<Vec<u8>, Failure> {
    stylesheet::normalize_space(&canonical(document, element, mode)).ok_or(Failure::UnknownTransforms)
}

fn read_again(bytes: &[u8], then: impl FnOnce(&Document<'_>, NodeId) -> Option<Vec<u8>>) -> Result<Vec<u8>, Failure> {
    let text = std::str::from_utf8(bytes).ok();
    let document = text.and_then(|text| parse(text).ok());
    let again = document.and_then(|document| then(&document, document.document_element()?));
    again.ok_or(Failure::Malformed("canonical form"))
}

/// The canonicalisation of that name; those with comments are not accepted.
pub(crate) fn canonicalization(uri: &str) -> Option<Mode> {
    match uri {
        EXCLUSIVE => Some(Mode::Exclusive),
        INCLUSIVE => Some(Mode::Inclusive),
        _ => None,
    }
}

impl Reference {
    /// Understands a `ds:Reference`, or refuses it.
    pub fn read(envelope: &Envelope<'_>, targets: &Targets, reference: NodeId) -> Result<Self, Failure> {
        let document = &envelope.document;
        let (transforms, method, value) = match elements(document, reference)[..] {
            [transforms, method, value]
                if named(document, transforms, "Transforms")
                    && named(document, method, "DigestMethod")
                    && named(document, value, "DigestValue") =>
            {
                (transforms, method, value)
            }
            _ => return Err(Failure::Malformed("Reference")),
        };
        let uri = attribute(document, reference, "URI").ok_or(Failure::UnexpectedReferences)?;
        let (target, chain) = Steps::read(document, transforms)?.understand(document, targets, uri)?;
        let digest_method = attribute(document, method, "Algorithm")
            .and_then(DigestMethod::from_uri)
            .filter(|_| elements(document, method).is_empty())
            .ok_or(Failure::UnknownAlgorithm)?;
        let digest = base64_text(document, value).ok_or(Failure::Malformed("DigestValue"))?;
        Ok(Self { target, chain, digest_method, digest })
    }
}

/// The transforms of a reference in order, each with its algorithm's name.
struct Steps<'d> {
    steps: Vec<(&'d str, NodeId)>,
}

impl<'d> Steps<'d> {
    fn read(document: &'d Document<'_>, transforms: NodeId) -> Result<Self, Failure> {
        let steps = elements(document, transforms)
            .into_iter()
            .map(|one| match attribute(document, one, "Algorithm") {
                Some(algorithm) if named(document, one, "Transform") => Ok((algorithm, one)),
                _ => Err(Failure::Malformed("Transforms")),
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { steps })
    }

    fn understand(self, document: &Document<'_>, targets: &Targets, uri: &str) -> Result<(Target, Chain), Failure> {
        let mut steps = self.steps.as_slice();
        if let [(EXCLUSIVE, first), (XPATH, second)] = steps
            && uri.is_empty()
            && elements(document, *first).is_empty()
        {
            return if selects_body(document, *second) {
                Ok((Target::Body, Chain::BodyOfCanonical))
            } else {
                Err(Failure::UnknownTransforms)
            };
        }
        // The signature is never inside what a reference ends at, so taking it out changes nothing.
        if let [(ENVELOPED, one), rest @ ..] = steps
            && elements(document, *one).is_empty()
        {
            steps = rest;
        }
        let mut normalize = false;
        if let [(XSLT, one), rest @ ..] = steps {
            match elements(document, *one)[..] {
                [sheet] if stylesheet::is_normalize_space(document, sheet) => normalize = true,
                _ => return Err(Failure::UnknownTransforms),
            }
            steps = rest;
        }
        let target = if let Some(id) = uri.strip_prefix('#') {
            targets
                .all()
                .find(|(_, node)| attribute(document, *node, "ID") == Some(id))
                .map(|(target, _)| target)
                .ok_or(Failure::UnexpectedReferences)?
        } else if uri.is_empty() {
            let [(FILTER2, one), rest @ ..] = steps else { return Err(Failure::UnknownTransforms) };
            steps = rest;
            selected(document, targets, *one)?
        } else {
            return Err(Failure::UnexpectedReferences);
        };
        match steps {
            [(algorithm, one)] if elements(document, *one).is_empty() => {
                let chain = match canonicalization(algorithm).ok_or(Failure::UnknownTransforms)? {
                    Mode::Exclusive if normalize && !uri.is_empty() => Chain::NormalizedById,
                    mode => Chain::Subtree { normalize, mode },
                };
                Ok((target, chain))
            }
            _ => Err(Failure::UnknownTransforms),
        }
    }
}

/// XPath 1.0: `ancestor-or-self::p:structuredBody`, where `p` is CDA's namespace.
fn selects_body(document: &Document<'_>, transform: NodeId) -> bool {
    let [xpath] = children(document, transform, DS, "XPath")[..] else { return false };
    if elements(document, transform).len() != 1 || !elements(document, xpath).is_empty() {
        return false;
    }
    let text = document.text_content_deep(xpath);
    let prefix = text.trim().strip_prefix("ancestor-or-self::").and_then(|rest| rest.strip_suffix(":structuredBody"));
    prefix.is_some_and(|prefix| !prefix.is_empty() && namespace_in_scope(document, xpath, prefix) == Some(CDA))
}

/// XPath filter 2: intersect with `//*[@ID="…"]` or `//*[local-name()='…']`, which must mean one element only.
fn selected(document: &Document<'_>, targets: &Targets, transform: NodeId) -> Result<Target, Failure> {
    let [xpath] = children(document, transform, FILTER2, "XPath")[..] else { return Err(Failure::UnknownTransforms) };
    if elements(document, transform).len() != 1
        || !elements(document, xpath).is_empty()
        || attribute(document, xpath, "Filter") != Some("intersect")
    {
        return Err(Failure::UnknownTransforms);
    }
    let text = document.text_content_deep(xpath);
    let condition =
        text.trim().strip_prefix("//*[").and_then(|rest| rest.strip_suffix(']')).ok_or(Failure::UnknownTransforms)?;
    if let Some(id) = condition.strip_prefix("@ID=").and_then(unquoted) {
        return targets
            .all()
            .find(|(_, node)| attribute(document, *node, "ID") == Some(id))
            .map(|(target, _)| target)
            .ok_or(Failure::UnexpectedReferences);
    }
    let name = condition.strip_prefix("local-name()=").and_then(unquoted).ok_or(Failure::UnknownTransforms)?;
    let alone = document.get_elements_by_tag_name(name).len() == 1;
    targets
        .all()
        .find(|(_, node)| alone && document.element(*node).is_some_and(|one| one.name.local_name == name))
        .map(|(target, _)| target)
        .ok_or(Failure::UnexpectedReferences)
}

fn unquoted(text: &str) -> Option<&str> {
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')))?;
    (!inner.is_empty() && !inner.contains(['"', '\''])).then_some(inner)
}

fn namespace_in_scope<'d>(document: &'d Document<'_>, from: NodeId, prefix: &str) -> Option<&'d str> {
    std::iter::once(from).chain(document.ancestors(from)).find_map(|node| {
        let element = document.element(node)?;
        element.namespace_declarations.iter().find(|(one, _)| one == prefix).map(|(_, uri)| uri.as_ref())
    })
}

pub(crate) fn named(document: &Document<'_>, node: NodeId, name: &str) -> bool {
    crate::envelope::is(document, node, DS, name)
}

/// The text of an element as base64, whatever white space is in it.
pub(crate) fn base64_text(document: &Document<'_>, node: NodeId) -> Option<Vec<u8>> {
    use base64::Engine;
    let text: String = document.text_content_deep(node).chars().filter(|one| !one.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
