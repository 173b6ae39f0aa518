//! The header, which every type of document has alike.

use prescription::{Oid, Organisation, UnknownPart};

use super::describe::unknown;
use super::people::{address, header_patient, stated_person, whole_organisation};
use super::values::reference;
use crate::time::read_time;
use crate::tree::Node;
use crate::{Author, Header, ReadError, Related, Software};

/// Reads the header of a document whose body is `body`.
pub(super) fn read(root: Node<'_>, body: Option<Node<'_>>) -> Result<Header, ReadError> {
    stated_once(root)?;
    let local = root.finnish_child("localHeader");
    let record = root.child("recordTarget").ok_or(ReadError::Missing { fact: "recordTarget" })?;
    let role = record.only("patientRole")?.ok_or(ReadError::Missing { fact: "patientRole" })?;
    let encounter = root.path(&["componentOf", "encompassingEncounter"]);
    Ok(Header {
        reference: reference(root, "document reference")?,
        version: version(root)?,
        header_definition: root
            .children("templateId")
            .find_map(|t| t.attr("root"))
            .and_then(|oid| Oid::parse(oid).ok())
            .ok_or(ReadError::Missing { fact: "templateId" })?,
        body_definition: body
            .and_then(|b| b.path(&["component", "templateId"]))
            .and_then(|t| t.attr("root"))
            .and_then(|oid| Oid::parse(oid).ok()),
        patient: header_patient(role),
        authors: root
            .children("author")
            .map(|author| Author {
                function: author.child("functionCode").and_then(|c| c.attr("code")).map(str::to_owned),
                professional: stated_person(author).professional,
            })
            .collect(),
        made_at: root
            .child("effectiveTime")
            .and_then(|t| t.attr("value"))
            .ok_or(ReadError::Missing { fact: "effectiveTime" })
            .and_then(|text| read_time(text).ok_or(ReadError::Malformed { fact: "effectiveTime" }))?,
        declared_at: local
            .and_then(|l| l.finnish_child("declaredTime"))
            .and_then(|t| t.attr("value"))
            .and_then(read_time),
        encounter_at: encounter.and_then(encounter_time),
        encounter_organisation: encounter.and_then(encounter_organisation),
        related: root
            .children("relatedDocument")
            .map(|related| {
                let parent = related.child("parentDocument").ok_or(ReadError::Missing { fact: "parentDocument" })?;
                Ok(Related {
                    type_code: related.attr("typeCode").unwrap_or_default().to_owned(),
                    reference: reference(parent, "parentDocument")?,
                })
            })
            .collect::<Result<_, ReadError>>()?,
        custodian: root
            .path(&["custodian", "assignedCustodian", "representedCustodianOrganization", "id"])
            .and_then(|id| id.attr("root"))
            .and_then(|oid| Oid::parse(oid).ok()),
        software: local.and_then(|l| l.finnish_child("softwareSupport")).map(software),
        unknown: strange(root, local),
    })
}

/// The parts of a header that are read, here or with the content of their type, or say nothing of a document's own.
const READ: &[&str] = &[
    "realmCode",
    "typeId",
    "templateId",
    "id",
    "code",
    "title",
    "effectiveTime",
    "confidentialityCode",
    "languageCode",
    "setId",
    "versionNumber",
    "recordTarget",
    "author",
    "custodian",
    "informationRecipient",
    "relatedDocument",
    "authorization",
    "componentOf",
    "component",
];
const READ_LOCAL: &[&str] = &["declaredTime", "softwareSupport", "signatureCollection"];

fn strange(root: Node<'_>, local: Option<Node<'_>>) -> Vec<UnknownPart> {
    let is_local = |element: &Node<'_>| local.is_some_and(|local| local.range() == element.range());
    let of_root = root.elements().filter(|e| !READ.contains(&e.name()) && !is_local(e));
    let of_local = local.into_iter().flat_map(Node::elements);
    let of_local = of_local.filter(|element| !READ_LOCAL.contains(&element.any_name()));
    of_root.chain(of_local).map(|element| unknown(&format!("header/{}", element.any_name()), element)).collect()
}

/// What a header has once: with two of them, which one is meant could not be known.
pub(crate) fn stated_once(root: Node<'_>) -> Result<(), ReadError> {
    let names = ["id", "code", "setId", "versionNumber", "effectiveTime", "recordTarget", "componentOf", "custodian"];
    names.into_iter().try_for_each(|name| root.only(name).map(drop))
}

fn version(root: Node<'_>) -> Result<u32, ReadError> {
    let text = root.child("versionNumber").and_then(|v| v.attr("value"));
    let text = text.ok_or(ReadError::Missing { fact: "versionNumber" })?;
    text.parse().map_err(|_| ReadError::Malformed { fact: "versionNumber" })
}

/// When the patient was met.
pub(crate) fn encounter_time(encounter: Node<'_>) -> Option<chrono::NaiveDateTime> {
    let time = encounter.child("effectiveTime")?;
    time.attr("value").or_else(|| time.child("low").and_then(|low| low.attr("value"))).and_then(read_time)
}

/// Where the patient was met: the unit's identifier, with its name and address from the place.
fn encounter_organisation(encounter: Node<'_>) -> Option<Organisation> {
    let facility = encounter.path(&["location", "healthCareFacility"])?;
    let id = facility.children("id").filter_map(|id| id.attr("root")).find_map(|root| Oid::parse(root).ok())?;
    let place = facility.child("location");
    Some(Organisation {
        id,
        name: place.and_then(|p| p.child("name")).and_then(Node::text).unwrap_or_default(),
        phone: None,
        address: place.and_then(|p| p.child("addr")).and_then(address),
        part_of: facility.child("serviceProviderOrganization").and_then(whole_organisation).map(Box::new),
    })
}

/// Older documents have all of it as one text, which then is the product.
fn software(node: Node<'_>) -> Software {
    let part = |name| node.attr(name).map(str::to_owned);
    Software {
        vendor: part("moderator").unwrap_or_default(),
        product: part("product").or_else(|| node.text()).unwrap_or_default(),
        version: part("version").unwrap_or_default(),
    }
}
