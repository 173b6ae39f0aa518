//! Renewal requests, after Kela's samples from OmaKanta and from Kelain, and their answers, of which no sample is public.

use prescription::{DocumentType, Organisation, Professional, RenewalAnswer, RenewalRequest, Requester, UnknownPart};

use super::describe::unknown;
use super::mark::one_related;
use super::people::{address, body_patient, read_organisation, stated_person, telephone};
use super::strange::{beside, inside};
use super::values::{code, coded, field_code, text};
use super::{entries, step};
use crate::time::read_time;
use crate::tree::Node;
use crate::{Header, ReadError};

/// Reads the request of a document with that header.
pub(super) fn read_request(header: &Header, root: Node<'_>, body: Node<'_>) -> Result<RenewalRequest, ReadError> {
    let mut parts = Parts::default();
    parts.read(body)?;
    let act = parts.act.ok_or(ReadError::Missing { fact: "act" })?;
    let medicine = parts.medicine.ok_or(ReadError::Missing { fact: "medicine to be renewed" })?;
    let author = medicine.only("author")?.map(stated_person).ok_or(ReadError::Missing { fact: "prescriber" })?;
    parts.unknown.extend(author.leftovers());
    let time = |node: Node<'_>| node.attr("value").map(read_time);
    let prescribed_at = match medicine.only("effectiveTime")?.and_then(time) {
        Some(time) => Some(time.ok_or(ReadError::Malformed { fact: "prescribing time" })?),
        None => None,
    };
    let role = root.path(&["recordTarget", "patientRole"]);
    let subject = act.only("subject")?;
    let mobile = subject.and_then(|s| s.child("relatedSubject")).and_then(telephone);
    Ok(RenewalRequest {
        reference: header.reference.clone(),
        version: header.version,
        patient: body_patient(subject, &header.patient),
        mobile: mobile.or_else(|| role.and_then(telephone)),
        requester: requester(header)?,
        asked_at: header.encounter_at.unwrap_or(header.made_at),
        made_at: header.made_at,
        recipient: recipient(root, act)?,
        prescription: one_related(header, "APND")?
            .cloned()
            .ok_or(ReadError::Missing { fact: "prescription reference" })?,
        prescribed_at,
        prescriber: author.professional,
        product_name: medicine
            .path(&["consumable", "manufacturedProduct", "manufacturedLabeledDrug", "name"])
            .and_then(Node::text)
            .ok_or(ReadError::Missing { fact: "name of the product" })?,
        consent: parts.consent.and_then(code).map(Into::into),
        message: parts.message.and_then(text),
        state: parts.state.and_then(|state| state.child("value")).and_then(coded),
        unknown: parts.unknown,
    })
}

/// Reads an answer as far as it says anything; every entry is also kept as it stood.
pub(super) fn read_answer(header: &Header, body: Option<Node<'_>>) -> Result<RenewalAnswer, ReadError> {
    let named = |types: &[DocumentType]| {
        let mut related = header.related.iter().map(|related| &related.reference);
        related.find(|document| types.contains(&document.document_type)).cloned()
    };
    let entries = body.map(entries).unwrap_or_default();
    let observations: Vec<Node<'_>> = entries.iter().flat_map(|entry| entry.descendants("observation")).collect();
    let said = |code: &str| observations.iter().find(|o| field_code(**o) == Some(code)).copied();
    let author = header.authors.first().map(|author| author.professional.clone());
    let author = author.filter(|person| !is_nobody(person));
    Ok(RenewalAnswer {
        reference: header.reference.clone(),
        version: header.version,
        patient: header.patient.clone(),
        unit: header.encounter_organisation.clone().or_else(|| author.as_ref()?.organisation.clone()),
        author,
        answered_at: header.encounter_at.unwrap_or(header.made_at),
        request: named(&[DocumentType::RenewalRequest]),
        prescription: named(&[DocumentType::Prescription, DocumentType::Correction, DocumentType::Cancellation]),
        state: said("111").and_then(|state| state.child("value")).and_then(coded),
        reasons: said("114").and_then(text),
        instruction: said("115").and_then(text),
        unknown: entries.into_iter().map(|entry| unknown(&step("entry", entry), entry)).collect(),
    })
}

/// What the entries of a request hold.
#[derive(Default)]
struct Parts<'t> {
    act: Option<Node<'t>>,
    medicine: Option<Node<'t>>,
    message: Option<Node<'t>>,
    consent: Option<Node<'t>>,
    state: Option<Node<'t>>,
    unknown: Vec<UnknownPart>,
}

impl<'t> Parts<'t> {
    fn read(&mut self, body: Node<'t>) -> Result<(), ReadError> {
        for entry in entries(body) {
            let (act, medicine) = (entry.child("act"), entry.child("substanceAdministration"));
            match (act, medicine) {
                (Some(act), None) => {
                    if self.act.replace(act).is_some() {
                        return Err(ReadError::Repeated { fact: "act" });
                    }
                    beside(entry, &["act"], &mut self.unknown);
                    self.read_act(act)?;
                }
                (None, Some(medicine)) => {
                    if self.medicine.replace(medicine).is_some() {
                        return Err(ReadError::Repeated { fact: "medicine to be renewed" });
                    }
                    beside(entry, &["substanceAdministration"], &mut self.unknown);
                    self.strange(medicine, "medicine", &["effectiveTime", "consumable", "author"]);
                }
                _ => self.unknown.push(unknown(&step("entry", entry), entry)),
            }
        }
        Ok(())
    }

    fn read_act(&mut self, act: Node<'t>) -> Result<(), ReadError> {
        for related in act.children("entryRelationship") {
            let observation = related.child("observation");
            let place = match observation.and_then(field_code) {
                Some("111") => &mut self.state,
                Some("113") => &mut self.message,
                Some("120") => &mut self.consent,
                _ => {
                    self.unknown.push(unknown(&step("act", related), related));
                    continue;
                }
            };
            if place.is_some() {
                return Err(ReadError::Repeated { fact: "field of the renewal request" });
            }
            *place = observation;
            beside(related, &["observation"], &mut self.unknown);
            if let Some(observation) = observation {
                inside(observation, &mut self.unknown);
            }
        }
        let directed = |p: &Node<'_>| p.attr("typeCode") == Some("DIR");
        for other in act.children("participant").filter(|p| !directed(p)) {
            self.unknown.push(unknown(&step("act", other), other));
        }
        if act.children("participant").filter(directed).count() > 1 {
            return Err(ReadError::Repeated { fact: "recipient" });
        }
        self.strange(act, "act", &["code", "statusCode", "subject", "participant", "entryRelationship"]);
        Ok(())
    }

    fn strange(&mut self, node: Node<'t>, container: &str, known: &[&str]) {
        for element in node.elements() {
            match element.name() {
                // Looked into one by one.
                "entryRelationship" if known.contains(&"entryRelationship") => {}
                name if known.contains(&name) => inside(element, &mut self.unknown),
                _ => self.unknown.push(unknown(&step(container, element), element)),
            }
        }
    }
}

/// The care unit that is asked, as the body names it; the header's where the body names none.
fn recipient(root: Node<'_>, act: Node<'_>) -> Result<Organisation, ReadError> {
    let role = act.children("participant").find(|p| p.attr("typeCode") == Some("DIR"));
    let role = role.and_then(|p| p.child("participantRole"));
    let of_body = role.and_then(|role| {
        let unit = role.child("scopingEntity")?;
        Some(Organisation {
            name: unit.child("desc").and_then(Node::text).unwrap_or_default(),
            phone: telephone(role),
            address: role.child("addr").and_then(address),
            ..read_organisation(unit)?
        })
    });
    let path = ["informationRecipient", "intendedRecipient", "receivedOrganization"];
    let of_header = || root.path(&path).and_then(read_organisation);
    of_body.or_else(of_header).ok_or(ReadError::Missing { fact: "recipient" })
}

fn requester(header: &Header) -> Result<Requester, ReadError> {
    let mut person = header.authors.first().ok_or(ReadError::Missing { fact: "author" })?.professional.clone();
    let place = header.encounter_organisation.as_ref();
    let mut unit = person.organisation.clone().or_else(|| place.cloned());
    if let (Some(unit), Some(place)) = (&mut unit, place)
        && unit.id == place.id
    {
        if unit.name.is_empty() {
            unit.name = place.name.clone();
        }
        unit.address = unit.address.take().or_else(|| place.address.clone());
    }
    let unit = unit.ok_or(ReadError::Missing { fact: "sender of the request" })?;
    if is_nobody(&person) {
        return Ok(Requester::Citizen { channel: unit });
    }
    person.organisation = Some(unit.clone());
    Ok(Requester::Professional { person: Box::new(person), unit })
}

/// Whether an author is none: OmaKanta's requests have one without number and name.
fn is_nobody(person: &Professional) -> bool {
    person.registration.is_none() && person.prescriber_id.is_none() && person.name.family.is_empty()
}
