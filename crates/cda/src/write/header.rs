//! A whole document: the header that every type has alike, and the nested sections of the body with what a person reads.

use chrono::NaiveDateTime;
use prescription::{DocumentReference, MinorDisclosure, Oid, Organisation, Patient, Professional};

use super::parts::{author, code, document_ids, facility, record_target, represented_organisation, time};
use super::xml::Xml;
use crate::fields::{CONFIDENTIALITY, CONSENT_TEMPLATE, CUSTODIAN, DOCUMENT_TYPES, MINOR_DISCLOSURE};
use crate::{WriteError, Writing};

/// What the header of a document says beside the people.
pub(super) struct HeaderFacts<'a> {
    pub(super) reference: &'a DocumentReference,
    pub(super) version: u32,
    pub(super) made_at: NaiveDateTime,
    pub(super) encounter_at: NaiveDateTime,
    pub(super) encounter_organisation: Option<&'a Organisation>,
    pub(super) patient: &'a Patient,
    /// Each with the function in which the person made the document; marks state none.
    pub(super) authors: &'a [(Option<(&'a str, &'a str)>, &'a Professional)],
    /// `APND` and `RPLC` with the documents that they name.
    pub(super) related: &'a [(&'a str, &'a DocumentReference)],
    pub(super) request: RequestFacts<'a>,
}

/// What only the header of some types says: a renewal request's sender, receiver and telephone, a prescription's service
/// event and consent.
#[derive(Default)]
pub(super) struct RequestFacts<'a> {
    /// Who sends what a citizen asks: such a request has no author.
    pub(super) channel: Option<&'a Organisation>,
    /// The care unit that is asked.
    pub(super) recipient: Option<&'a Organisation>,
    /// The patient's mobile number.
    pub(super) mobile: Option<&'a str>,
    /// The service event in which it was prescribed.
    pub(super) service_event: Option<&'a Oid>,
    /// Whether a minor's data are disclosed to guardians.
    pub(super) minor_disclosure: Option<&'a MinorDisclosure>,
}

/// A whole document: its header, and the body that `entries` writes into the innermost section.
pub(super) fn document(
    facts: &HeaderFacts<'_>,
    writing: &Writing,
    narrative: (&[String], &[String]),
    entries: impl FnOnce(&mut Xml),
) -> Result<Vec<u8>, WriteError> {
    let mut xml = Xml::new();
    let root = [
        ("xmlns", "urn:hl7-org:v3"),
        ("xmlns:hl7fi", "urn:hl7finland"),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", "urn:hl7-org:v3 CDA_Fi.xsd"),
    ];
    xml.element("ClinicalDocument", &root, |xml| {
        header(xml, facts, writing);
        xml.element("component", &[], |xml| {
            xml.element("structuredBody", &[("ID", "mainbody")], |xml| {
                xml.element("component", &[], |xml| {
                    xml.empty("templateId", &[("root", writing.definition.body.as_str())]);
                    sections(xml, facts.reference, narrative, entries);
                });
            });
        });
    });
    xml.document()
}

fn header(xml: &mut Xml, facts: &HeaderFacts<'_>, writing: &Writing) {
    let title = facts.reference.document_type.title();
    xml.empty("realmCode", &[("code", "FI")]);
    xml.empty("typeId", &[("extension", "POCD_HD000040"), ("root", "2.16.840.1.113883.1.3")]);
    xml.empty("templateId", &[("root", writing.definition.header.as_str())]);
    xml.empty("id", &[("root", facts.reference.id.as_str())]);
    code(xml, "code", DOCUMENT_TYPES, facts.reference.document_type.code(), title);
    xml.text("title", &[], title);
    time(xml, "effectiveTime", facts.made_at);
    code(xml, "confidentialityCode", CONFIDENTIALITY, "5", "Terveydenhuollon salassapidettävä");
    xml.empty("languageCode", &[("code", "fi")]);
    xml.empty("setId", &[("root", facts.reference.set_id.as_str())]);
    xml.empty("versionNumber", &[("value", &facts.version.to_string())]);
    record_target(xml, facts.patient, facts.request.mobile);
    for (function, person) in facts.authors {
        author(xml, *function, person);
    }
    if let Some(channel) = facts.request.channel {
        nobody(xml, channel);
    }
    xml.element("custodian", &[], |xml| {
        xml.element("assignedCustodian", &[], |xml| {
            xml.element("representedCustodianOrganization", &[], |xml| {
                xml.empty("id", &[("root", CUSTODIAN)]);
                xml.text("name", &[], "Kansaneläkelaitos");
                xml.element("addr", &[("use", "PST")], |xml| {
                    xml.text("postBox", &[], "PL 450");
                    xml.text("city", &[], "Helsinki");
                    xml.text("postalCode", &[], "00101");
                });
            });
        });
    });
    if let Some(unit) = facts.request.recipient {
        xml.element("informationRecipient", &[], |xml| {
            xml.element("intendedRecipient", &[], |xml| {
                xml.element("receivedOrganization", &[], |xml| {
                    xml.empty("id", &[("root", unit.id.as_str())]);
                    xml.optional_text("name", &unit.name);
                });
            });
        });
    }
    for (type_code, document) in facts.related {
        xml.element("relatedDocument", &[("typeCode", type_code)], |xml| {
            xml.element("parentDocument", &[], |xml| document_ids(xml, document));
        });
    }
    if let Some(disclosure) = facts.request.minor_disclosure {
        consent(xml, disclosure);
    }
    xml.element("componentOf", &[], |xml| {
        xml.element("encompassingEncounter", &[], |xml| {
            if let Some(event) = facts.request.service_event {
                xml.empty("id", &[("root", event.as_str())]);
            }
            time(xml, "effectiveTime", facts.encounter_at);
            if let Some(unit) = facts.encounter_organisation {
                xml.element("location", &[], |xml| facility(xml, unit));
            }
        });
    });
    let software = &writing.software;
    xml.element("hl7fi:localHeader", &[], |xml| {
        time(xml, "hl7fi:declaredTime", facts.made_at);
        xml.text(
            "hl7fi:softwareSupport",
            &[("moderator", &software.vendor), ("product", &software.product), ("version", &software.version)],
            &format!("{} {} {}", software.vendor, software.product, software.version),
        );
    });
}

fn consent(xml: &mut Xml, disclosure: &MinorDisclosure) {
    xml.element("authorization", &[("typeCode", "AUTH")], |xml| {
        xml.element("consent", &[("classCode", "CONS"), ("moodCode", "EVN")], |xml| {
            xml.empty("templateId", &[("root", CONSENT_TEMPLATE)]);
            code(xml, "code", MINOR_DISCLOSURE, disclosure.code(), disclosure.name());
            xml.empty("statusCode", &[("code", "completed")]);
        });
    });
}

fn sections(
    xml: &mut Xml,
    document: &DocumentReference,
    (place, medicine): (&[String], &[String]),
    entries: impl FnOnce(&mut Xml),
) {
    let title = document.document_type.title();
    let ids: Vec<String> = (1..=3).map(|arc| document.id.child(arc).to_string()).collect();
    let [outer, middle, inner] = ids.as_slice() else { return };
    section(xml, outer, |xml| {
        code(xml, "code", DOCUMENT_TYPES, document.document_type.code(), title);
        xml.text("title", &[], title);
        xml.element("component", &[], |xml| {
            section(xml, middle, |xml| {
                paragraphs(xml, place);
                xml.element("component", &[], |xml| {
                    section(xml, inner, |xml| {
                        paragraphs(xml, medicine);
                        entries(xml);
                    });
                });
            });
        });
    });
}

fn section(xml: &mut Xml, id: &str, inside: impl FnOnce(&mut Xml)) {
    xml.element("section", &[("ID", &format!("OID{id}"))], |xml| {
        xml.empty("id", &[("root", id)]);
        inside(xml);
    });
}

fn paragraphs(xml: &mut Xml, lines: &[String]) {
    xml.element("text", &[], |xml| {
        for line in lines {
            xml.element("paragraph", &[], |xml| xml.text("content", &[], line));
        }
    });
}

/// The author of a request that a citizen makes: none, but for the organisation that sends it (Kela's OmaKanta sample).
fn nobody(xml: &mut Xml, channel: &Organisation) {
    xml.element("author", &[("nullFlavor", "NA")], |xml| {
        xml.empty("time", &[("nullFlavor", "NA")]);
        xml.element("assignedAuthor", &[], |xml| {
            xml.empty("id", &[("nullFlavor", "NA")]);
            // Its name and address stand by the encounter only.
            represented_organisation(xml, &Organisation { name: String::new(), address: None, ..channel.clone() });
        });
    });
}
