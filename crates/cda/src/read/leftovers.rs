//! What of a prescription has no place of its own: parts that are known by name and that later definitions dropped, and
//! parts that this program does not understand. None is dropped, and each keeps its XML.

use std::collections::HashSet;

use prescription::{Detail, UnknownPart};
use uppsala::NodeId;

use super::describe::{described_content, unknown};
use super::step;
use super::values::field_code;
use crate::fields::{RETIRED, name_of};
use crate::tree::Node;
use crate::verbatim::verbatim;

/// The parts in the order of the document.
#[derive(Default)]
pub(super) struct Leftovers {
    pub(super) details: Vec<Detail>,
    pub(super) unknown: Vec<UnknownPart>,
    /// The elements that are kept in either.
    kept: HashSet<NodeId>,
}

impl Leftovers {
    /// A child of the container that this program does not understand, if it says anything.
    pub(super) fn add(&mut self, container: &str, element: Node<'_>) {
        if !says_something(element) {
            return;
        }
        self.kept.insert(element.id());
        self.unknown.push(unknown(&step(container, element), element));
    }

    /// Whether an element is kept.
    pub(super) fn holds(&self, element: Node<'_>) -> bool {
        self.kept.contains(&element.id())
    }

    /// A child of the container that holds a field which has no place where it stands: a detail if the field is one that
    /// later definitions dropped, else an unknown part.
    pub(super) fn add_field(&mut self, container: &str, element: Node<'_>) {
        let retired = element.elements().next().and_then(field_code).is_some_and(|code| RETIRED.contains(&code));
        if retired { self.add_known(container, element) } else { self.add(container, element) }
    }

    /// A child of the container that is known by name and that no type has a place for.
    pub(super) fn add_known(&mut self, container: &str, element: Node<'_>) {
        let act = element.elements().next();
        let name = act.and_then(field_code).and_then(name_of);
        let (Some(act), Some(name)) = (act, name) else { return self.add(container, element) };
        self.kept.insert(element.id());
        self.details.push(Detail {
            place: step(container, element),
            name: name.to_owned(),
            text: described_content(act),
            xml: Some(verbatim(element)),
        });
    }
}

/// Whether an element or anything in it says something: old programs write whole empty structures.
pub(super) fn says_something(node: Node<'_>) -> bool {
    let attributes = ["value", "code", "root", "extension", "displayName"];
    attributes.into_iter().any(|name| node.attr(name).is_some())
        || node.text().is_some()
        || node.elements().any(says_something)
}
