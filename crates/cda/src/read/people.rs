//! People and organisations, as header and body both write them.

use chrono::NaiveDate;
use prescription::{
    Address, Oid, Organisation, Patient, PersonIdentityCode, PersonName, Professional, RegistrationNumber, Right, Sex,
    UnknownPart,
};

use super::values::coded;
use crate::fields::{IDENTITY_CODES, PRESCRIBER_IDS, REGISTRATION_NUMBERS, RIGHT_CODES};
use crate::time::{read_date, read_time};
use crate::tree::Node;

/// The patient of the header.
pub(super) fn header_patient(role: Node<'_>) -> Patient {
    let patient = role.child("patient");
    Patient {
        identity_code: identity_code(role),
        name: patient.and_then(|p| p.child("name")).map(person_name).unwrap_or_default(),
        birth_date: patient.and_then(birth_date),
        sex: patient
            .and_then(|p| p.child("administrativeGenderCode"))
            .and_then(|c| c.attr("code"))
            .map_or(Sex::Unknown, Sex::from_code),
    }
}

/// The patient as the body states it, with what only the header has filled in.
pub(super) fn body_patient(subject: Option<Node<'_>>, header: &Patient) -> Patient {
    let Some(related) = subject.and_then(|s| s.child("relatedSubject")) else { return header.clone() };
    let person = related.child("subject");
    Patient {
        identity_code: identity_code(related),
        name: person.and_then(|p| p.child("name")).map_or_else(|| header.name.clone(), person_name),
        birth_date: person.and_then(birth_date).or(header.birth_date),
        sex: header.sex,
    }
}

/// The identity code of a `patientRole` (in `id`) or of a `relatedSubject` (in `code`).
pub(crate) fn identity_code(node: Node<'_>) -> Option<PersonIdentityCode> {
    let in_id =
        node.children("id").find(|id| id.attr("root") == Some(IDENTITY_CODES)).and_then(|id| id.attr("extension"));
    let in_code =
        node.child("code").filter(|c| c.attr("codeSystem") == Some(IDENTITY_CODES)).and_then(|c| c.attr("code"));
    in_id.or(in_code).map(PersonIdentityCode::as_stated)
}

/// The date of birth of a person.
pub(crate) fn birth_date(person: Node<'_>) -> Option<NaiveDate> {
    person.child("birthTime").and_then(|t| t.attr("value")).and_then(read_date)
}

/// A name in its parts; one that has none is all family name.
pub(crate) fn person_name(name: Node<'_>) -> PersonName {
    let texts = |part: &'static str| name.children(part).filter_map(Node::text).collect::<Vec<_>>();
    let is_call_name =
        |given: &Node<'_>| given.attr("qualifier").is_some_and(|q| q.split_whitespace().any(|q| q == "CL"));
    let given: Vec<String> = name.children("given").filter(|g| !is_call_name(g)).filter_map(Node::text).collect();
    let family = [texts("prefix"), texts("family")].concat().join(" ");
    let bare = if name.elements().next().is_none() { name.text().unwrap_or_default() } else { family };
    PersonName {
        given,
        call_name: name.children("given").filter(is_call_name).find_map(Node::text),
        family: bare,
        suffix: texts("suffix").into_iter().next(),
    }
}

/// A professional, and what of the person could not be kept in that type.
pub(crate) struct StatedPerson {
    pub(crate) professional: Professional,
    /// A registration number that is none.
    pub(crate) odd_registration: Option<String>,
    /// The name of an organisation that has no identifier.
    pub(crate) nameless_organisation: Option<String>,
}

impl StatedPerson {
    /// What could not be kept, as parts that a person can see.
    pub(super) fn leftovers(&self) -> Vec<UnknownPart> {
        let registration = self.odd_registration.as_deref().map(|text| ("registration number", text));
        let organisation = self.nameless_organisation.as_deref().map(|text| ("representedOrganization", text));
        let parts = registration.into_iter().chain(organisation);
        let part = |(place, text): (&str, &str)| UnknownPart {
            place: place.to_owned(),
            text: text.chars().take(2_000).collect(),
            xml: None,
        };
        parts.map(part).collect()
    }
}

/// A professional, from `author` or `performer`.
pub(crate) fn stated_person(participation: Node<'_>) -> StatedPerson {
    let assigned = participation.child("assignedAuthor").or_else(|| participation.child("assignedEntity"));
    let id = |root: &str, longer: bool| {
        let ids = assigned?.children("id");
        let matches = |r: &str| r == root || (longer && r.strip_prefix(root).is_some_and(|rest| rest.starts_with('.')));
        ids.filter(|id| id.attr("root").is_some_and(matches)).find_map(|id| id.attr("extension"))
    };
    let registration = id(REGISTRATION_NUMBERS, false);
    let number = registration.and_then(|text| RegistrationNumber::parse(text).ok());
    let organisation = assigned.and_then(|a| a.child("representedOrganization"));
    let known = organisation.and_then(read_organisation);
    let code = assigned.and_then(|a| a.child("code"));
    let qualifiers = code.map(|code| code.descendants("qualifier")).unwrap_or_default();
    let qualifier = |names: &[&str]| {
        let named =
            |q: &Node<'_>| q.child("name").and_then(|n| n.attr("code")).is_some_and(|name| names.contains(&name));
        qualifiers.iter().copied().find(named).and_then(|q| q.child("value"))
    };
    let title = |name: &str| qualifier(&[name])?.child("originalText").and_then(Node::text);
    StatedPerson {
        odd_registration: registration.filter(|_| number.is_none()).map(str::to_owned),
        nameless_organisation: organisation
            .filter(|_| known.is_none())
            .and_then(|o| o.child("name"))
            .and_then(Node::text),
        professional: Professional {
            registration: number,
            prescriber_id: id(PRESCRIBER_IDS, true).map(str::to_owned),
            name: assigned.and_then(|a| a.path(&["assignedPerson", "name"])).map(person_name).unwrap_or_default(),
            right: qualifier(RIGHT_CODES).and_then(|value| value.attr("code")).map(Right::new),
            specialty: code.and_then(coded),
            post: title("1.2"),
            degree: title("1.3"),
            organisation: known,
            logged_in_at: participation.child("time").and_then(|t| t.attr("value")).and_then(read_time),
        },
    }
}

/// The body's professional, with what only the header has filled in, as long as both name the same person.
pub(super) fn completed(body: Professional, header: Option<&Professional>) -> Professional {
    let Some(header) = header else { return body };
    let same = body.name.family == header.name.family || body.name.family.is_empty();
    if !same {
        return body;
    }
    Professional {
        registration: body.registration.or_else(|| header.registration.clone()),
        prescriber_id: body.prescriber_id.or_else(|| header.prescriber_id.clone()),
        name: if body.name.family.is_empty() { header.name.clone() } else { body.name },
        right: body.right.or_else(|| header.right.clone()),
        specialty: body.specialty.or_else(|| header.specialty.clone()),
        post: body.post.or_else(|| header.post.clone()),
        degree: body.degree.or_else(|| header.degree.clone()),
        organisation: match (body.organisation, &header.organisation) {
            (Some(unit), Some(same)) if unit.part_of.is_none() && unit.id == same.id => {
                Some(Organisation { part_of: same.part_of.clone(), ..unit })
            }
            (body, header) => body.or_else(|| header.clone()),
        },
        logged_in_at: body.logged_in_at.or(header.logged_in_at),
    }
}

/// An organisation, if it has an identifier.
pub(super) fn read_organisation(node: Node<'_>) -> Option<Organisation> {
    let id = node.children("id").filter_map(|id| id.attr("root")).find_map(|root| Oid::parse(root).ok())?;
    let whole = node.path(&["asOrganizationPartOf", "wholeOrganization"]);
    Some(Organisation {
        id,
        name: node.child("name").and_then(Node::text).unwrap_or_default(),
        phone: telephone(node),
        address: node.child("addr").and_then(address),
        // One level: an organisation within one within one occurs in no document.
        part_of: whole.and_then(whole_organisation).map(Box::new),
    })
}

/// The organisation that a unit is part of.
pub(super) fn whole_organisation(node: Node<'_>) -> Option<Organisation> {
    let id = node.children("id").filter_map(|id| id.attr("root")).find_map(|root| Oid::parse(root).ok())?;
    Some(Organisation {
        id,
        name: node.child("name").and_then(Node::text).unwrap_or_default(),
        phone: telephone(node),
        address: node.child("addr").and_then(address),
        part_of: None,
    })
}

/// The first telephone number of an element.
pub(crate) fn telephone(node: Node<'_>) -> Option<String> {
    let phone = node.children("telecom").filter_map(|t| t.attr("value")).find_map(telephone_number)?.trim();
    Some(phone.to_owned()).filter(|phone| !phone.is_empty())
}

/// The number in a value of `telecom`. Two vendors leave the scheme out; another scheme is an e-mail address or a fax.
pub(super) fn telephone_number(value: &str) -> Option<&str> {
    value.strip_prefix("tel:").or((!value.contains(':')).then_some(value))
}

/// An address, if it says anything.
pub(super) fn address(node: Node<'_>) -> Option<Address> {
    let texts = |name: &'static str| node.children(name).filter_map(Node::text).collect::<Vec<_>>().join(", ");
    let street = [texts("streetAddressLine"), texts("postBox")].into_iter().find(|s| !s.is_empty()).unwrap_or_default();
    let address = Address { street, postal_code: texts("postalCode"), city: texts("city") };
    if address == Address::default() { None } else { Some(address) }
}
