//! The fields of one organizer or act of a dispensation: observations, each at most once, found by their codes. What is no
//! field that is known there is left over as it stood.

use prescription::Explained;

use super::leftovers::Leftovers;
use super::others::explained;
use super::strange::{beside, inside};
use super::values::{code, count, field_code, text, truth};
use crate::ReadError;
use crate::fields::{DEVIATIONS, Field};
use crate::tree::Node;

/// The observations of one place, each field at most once.
#[derive(Default)]
pub(super) struct Observations<'t>(Vec<(&'t str, Node<'t>)>);

impl<'t> Observations<'t> {
    /// The known fields among the children of a container. The reason for a deviating dispensation is known by its code
    /// set, whatever its field is; every other child that holds something is left over.
    pub(super) fn of(
        container: Node<'t>,
        place: &str,
        known: &[Field],
        deviation: &mut Option<Explained>,
        left: &mut Leftovers,
    ) -> Result<Self, ReadError> {
        let mut found: Vec<(&str, Node<'t>)> = Vec::new();
        for child in container.elements().filter(|e| matches!(e.name(), "component" | "entryRelationship")) {
            if child.child("supply").is_some() {
                beside(child, &["supply"], &mut left.unknown);
                continue;
            }
            let observation = child.child("observation");
            let deviates =
                observation.filter(|o| o.child("value").and_then(|v| v.attr("codeSystem")) == Some(DEVIATIONS.oid));
            if let Some(reason) = deviates.and_then(explained).filter(|_| deviation.is_none()) {
                *deviation = Some(reason);
                continue;
            }
            let field = observation.and_then(field_code).filter(|code| known.iter().any(|field| field.code == *code));
            let (Some(observation), Some(code)) = (observation, field) else {
                left.add(place, child);
                continue;
            };
            if found.iter().any(|(known, _)| *known == code) {
                return Err(ReadError::Repeated { fact: "field of the dispensation" });
            }
            beside(child, &["observation"], &mut left.unknown);
            inside(observation, &mut left.unknown);
            found.push((code, observation));
        }
        Ok(Self(found))
    }

    pub(super) fn find(&self, field: Field) -> Option<Node<'t>> {
        self.0.iter().find(|(code, _)| *code == field.code).map(|(_, node)| *node)
    }

    /// What a field says; one that says nothing understandable is left over as it stood.
    pub(super) fn take<T>(
        &self,
        field: Field,
        read: impl FnOnce(Node<'t>) -> Option<T>,
        container: &str,
        left: &mut Leftovers,
    ) -> Option<T> {
        let observation = self.find(field)?;
        let value = read(observation);
        if let (None, Some(component)) = (&value, observation.parent()) {
            left.add(container, component);
        }
        value
    }

    /// Absent or empty is no, as a dispensation says only what is so; any other word is malformed.
    pub(super) fn truth(&self, field: Field) -> Result<bool, ReadError> {
        let Some(observation) = self.find(field) else { return Ok(false) };
        let says = observation.child("value").is_some_and(|v| v.attr("value").is_some());
        match truth(observation) {
            None if says => Err(ReadError::Malformed { fact: "truth value of the dispensation" }),
            value => Ok(value.unwrap_or(false)),
        }
    }

    pub(super) fn text(&self, field: Field) -> Option<String> {
        self.find(field).and_then(text)
    }

    /// The formula in which an amount is written beside its number (laskukaavamuoto).
    pub(super) fn formula(&self, field: Field) -> Option<String> {
        self.find(field)?.path(&["value", "translation", "originalText"]).and_then(Node::text)
    }

    /// The words beside a value.
    pub(super) fn words(&self, field: Field) -> Option<String> {
        self.find(field)?.child("text").and_then(Node::text)
    }

    pub(super) fn code(&self, field: Field) -> Option<&'t str> {
        self.find(field).and_then(code)
    }

    pub(super) fn count(&self, field: Field, fact: &'static str) -> Result<Option<u32>, ReadError> {
        let value = self.find(field).and_then(|o| o.child("value"));
        value.map(|value| count(value).ok_or(ReadError::Malformed { fact })).transpose()
    }
}
