//! The other data of a prescription: organizer 88, which is 98 in a cancellation and 99 in a correction.

use std::collections::HashSet;

use prescription::codes::PrescriptionKind;
use prescription::{
    Answer, Biological, ChangeReason, Code, ControlClass, Explained, Organisation, PositiveAmount, RenewalProhibition,
    SpecialReport,
};
use rust_decimal::Decimal;

use super::leftovers::Leftovers;
use super::people::read_organisation;
use super::values::{amount, code, coded, field_code, number, text, truth};
use crate::ReadError;
use crate::fields::{CARE_TYPES, CHANGE_REASONS};
use crate::time::read_date;
use crate::tree::Node;

/// The container of what stands in that organizer, whichever of the three it is.
pub(super) const OTHERS: &str = "88";

/// What it holds. Fields 95, 96, 97, 212 and 213 are left for who knows the type of the document and its authors.
#[derive(Default)]
pub(super) struct Others<'t> {
    pub(super) kind: Option<PrescriptionKind>,
    pub(super) hospital_pharmacy: Option<Organisation>,
    pub(super) control: Option<ControlClass>,
    pub(super) narcotic: bool,
    pub(super) identification: Option<Explained>,
    pub(super) purpose: Option<String>,
    pub(super) care_types: Vec<Code>,
    pub(super) special_report: Option<SpecialReport>,
    pub(super) message_to_pharmacy: Option<String>,
    pub(super) substitution_prohibited: bool,
    pub(super) renewal_prohibited: Option<RenewalProhibition>,
    pub(super) permanent: bool,
    pub(super) dose_dispensing: bool,
    pub(super) dose_dispensing_text: Option<String>,
    pub(super) first_use: bool,
    pub(super) weight: Option<PositiveAmount>,
    pub(super) fee: Option<Decimal>,
    pub(super) fee_as_specialist: Option<bool>,
    pub(super) communicable_disease: Option<bool>,
    pub(super) monitored: Option<Answer>,
    pub(super) biological: Option<Biological>,
    pub(super) blood_product: Option<Answer>,
    /// Components of fields that say what this version is: field code and component.
    pub(super) of_version: Vec<(&'t str, Node<'t>)>,
}

impl<'t> Others<'t> {
    /// Reads the organizer.
    pub(super) fn read(organizer: Node<'t>, left: &mut Leftovers) -> Result<Self, ReadError> {
        let mut others = Self::default();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut prohibition = None;
        for component in organizer.elements() {
            let act = component.elements().next().filter(|act| act.name() == "observation");
            let field = act.and_then(field_code).filter(|_| component.name() == "component");
            let (Some(act), Some(field)) = (act, field) else {
                if !matches!(component.name(), "code" | "statusCode" | "id") {
                    left.add(OTHERS, component);
                }
                continue;
            };
            let again = !seen.insert(field);
            // Which of two prohibitions or classes is meant cannot be known.
            if again && matches!(field, "68" | "75" | "81" | "91" | "119" | "129" | "132" | "169") {
                return Err(ReadError::Repeated { fact: "field of the prescription" });
            }
            match field {
                "95" | "96" | "97" | "212" | "213" => others.of_version.push((field, component)),
                "194" if !again => prohibition = Some((explained(act), component)),
                _ if again || !others.take(field, act) => left.add_field(OTHERS, component),
                _ => {}
            }
        }
        if let Some((stated, component)) = prohibition {
            let reason = stated.and_then(change_reason);
            match (&mut others.renewal_prohibited, reason) {
                (Some(prohibition), Some(reason)) => prohibition.reason = Some(reason),
                _ => left.add(OTHERS, component),
            }
        }
        Ok(others)
    }

    /// Takes the value of a field; false if it has no place or does not fit it. An empty text is no text.
    fn take(&mut self, field: &str, act: Node<'_>) -> bool {
        match field {
            "58" => self.purpose = text(act),
            "92" => self.message_to_pharmacy = text(act),
            "68" => return set(&mut self.permanent, truth(act)),
            "81" => return set(&mut self.substitution_prohibited, truth(act)),
            "129" => return set(&mut self.first_use, truth(act)),
            "132" => return set(&mut self.narcotic, truth(act)),
            "75" => {
                let prohibited = truth(act);
                self.renewal_prohibited = (prohibited == Some(true)).then(RenewalProhibition::default);
                return prohibited.is_some();
            }
            "91" => {
                self.dose_dispensing_text = act.child("text").and_then(Node::text);
                return set(&mut self.dose_dispensing, truth(act));
            }
            "67" => {
                let types: Option<Vec<Code>> = act.children("value").map(|v| of(v, CARE_TYPES.oid)).collect();
                return set(&mut self.care_types, types.filter(|types| !types.is_empty()));
            }
            "69" => return self.special_report(act),
            "89" => return keep(&mut self.weight, act.child("value").and_then(amount).and_then(PositiveAmount::of)),
            "117" => return keep(&mut self.identification, explained(act)),
            "119" => return keep(&mut self.control, code(act).map(ControlClass::from)),
            "169" => {
                self.hospital_pharmacy =
                    act.path(&["author", "assignedAuthor", "representedOrganization"]).and_then(read_organisation);
                let kind = code(act).map(PrescriptionKind::from);
                if self.hospital_pharmacy.is_some() && kind != Some(PrescriptionKind::HospitalPharmacy) {
                    self.hospital_pharmacy = None;
                    self.kind = kind;
                    return false;
                }
                return keep(&mut self.kind, kind);
            }
            "214" => {
                let value = act.child("value").filter(|v| v.attr("currency") == Some("EUR"));
                let fee = value.and_then(|v| v.attr("value")).and_then(number).filter(|fee| *fee >= Decimal::ZERO);
                return keep(&mut self.fee, fee);
            }
            "215" => return keep(&mut self.fee_as_specialist, truth(act)),
            "216" => return keep(&mut self.communicable_disease, truth(act)),
            "270" => return keep(&mut self.monitored, code(act).map(Answer::from)),
            "271" => return keep(&mut self.biological, biological(act)),
            "275" => return keep(&mut self.blood_product, code(act).map(Answer::from)),
            _ => return false,
        }
        true
    }

    /// Field 69; one that says nothing at all, as one vendor writes it, is understood and no report.
    fn special_report(&mut self, act: Node<'_>) -> bool {
        let value = act.child("value");
        let date = act.child("effectiveTime").and_then(|time| time.attr("value"));
        let report = SpecialReport {
            code: value.and_then(coded),
            date: date.and_then(read_date),
            text: act.child("text").and_then(Node::text),
        };
        let malformed = date.is_some() != report.date.is_some() || act.children("value").count() > 1;
        if report != (SpecialReport { code: None, date: None, text: None }) {
            self.special_report = Some(report).filter(|_| !malformed);
        }
        !malformed
    }
}

/// A code with the words beside it: in the value, as a second value, or as the text of the observation.
pub(super) fn explained(act: Node<'_>) -> Option<Explained> {
    let mut values = act.children("value");
    let value = values.next()?;
    let beside = values.next();
    let text = value.child("originalText").and_then(Node::text);
    let text = text.or_else(|| beside.and_then(Node::text)).or_else(|| act.child("text").and_then(Node::text));
    let odd = beside.is_some_and(|v| v.attr("code").is_some()) || values.next().is_some();
    if odd { None } else { Some(Explained { code: coded(value)?, text }) }
}

/// A reason of a change, if it is of that code set and says what it must.
pub(super) fn change_reason(stated: Explained) -> Option<ChangeReason> {
    if stated.code.system == CHANGE_REASONS.oid { ChangeReason::new(stated.code, stated.text) } else { None }
}

fn biological(act: Node<'_>) -> Option<Biological> {
    let mut read = Biological {
        is_biological: code(act).map(Answer::from)?,
        biosimilar: None,
        not_cheapest_because: None,
        group: None,
    };
    for part in act.children("entryRelationship") {
        let part = part.child("observation")?;
        match field_code(part)? {
            "272" => read.biosimilar = Some(code(part).map(Answer::from)?),
            "273" => read.not_cheapest_because = text(part),
            "274" => read.group = text(part),
            _ => return None,
        }
    }
    Some(read)
}

fn of(value: Node<'_>, system: &str) -> Option<Code> {
    coded(value).filter(|code| code.system == system)
}

/// Sets a value that is there; false if it is not.
fn set<T>(place: &mut T, value: Option<T>) -> bool {
    let there = value.is_some();
    if let Some(value) = value {
        *place = value;
    }
    there
}

/// Sets an optional value; false if it is not there.
fn keep<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    *place = value;
    place.is_some()
}
