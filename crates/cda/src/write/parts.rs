//! The parts that documents share: codes, people, organisations, products and references.

use chrono::NaiveDateTime;
use prescription::{Address, Code, DocumentReference, Organisation, Patient, PersonName, Product, Professional, Right};

use super::xml::Xml;
use crate::WriteError;
use crate::fields::{
    ATC, CodeSet, DOCUMENT_TYPES, FIELDS, FUNCTIONS, Field, IDENTITY_CODES, PRESCRIBER_IDS, REGISTRATION_NUMBERS,
    RIGHT, RIGHTS, SEX, STRUCTURE, VNR, set_name,
};
use crate::time::{write_date, write_time};

/// A coded element.
pub(super) fn code(xml: &mut Xml, name: &'static str, set: CodeSet, code: &str, shown: &str) {
    xml.empty(name, &[("code", code), ("codeSystem", set.oid), ("codeSystemName", set.name), ("displayName", shown)]);
}

/// A coded value of that data type.
pub(super) fn coded_value(xml: &mut Xml, data_type: &str, set: CodeSet, code: &str, shown: &str) {
    xml.empty(
        "value",
        &[
            ("code", code),
            ("codeSystem", set.oid),
            ("codeSystemName", set.name),
            ("displayName", shown),
            ("xsi:type", data_type),
        ],
    );
}

/// An observation of a field with whatever it holds.
pub(super) fn observation(xml: &mut Xml, field: Field, inside: impl FnOnce(&mut Xml)) {
    xml.element("observation", &[("classCode", "OBS"), ("moodCode", "EVN")], |xml| {
        code(xml, "code", FIELDS, field.code, field.name);
        inside(xml);
    });
}

/// The same within `entryRelationship`, as product and supply have them.
pub(super) fn related(xml: &mut Xml, field: Field, inside: impl FnOnce(&mut Xml)) {
    xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| observation(xml, field, inside));
}

/// The same within `component`, as organizers have them.
pub(super) fn component(xml: &mut Xml, field: Field, inside: impl FnOnce(&mut Xml)) {
    xml.element("component", &[], |xml| observation(xml, field, inside));
}

/// A truth value.
pub(super) fn truth(value: bool) -> impl FnOnce(&mut Xml) {
    move |xml| xml.empty("value", &[("value", if value { "true" } else { "false" }), ("xsi:type", "BL")])
}

/// A text value.
pub(super) fn text(value: &str) -> impl FnOnce(&mut Xml) {
    move |xml| xml.text("value", &[("xsi:type", "ST")], value)
}

/// A whole number.
pub(super) fn whole(value: u32) -> impl FnOnce(&mut Xml) {
    move |xml| xml.empty("value", &[("value", &value.to_string()), ("xsi:type", "INT")])
}

/// A text that says something.
pub(super) fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// An organizer of a field within `entry`.
pub(super) fn organizer(xml: &mut Xml, field: Field, inside: impl FnOnce(&mut Xml)) {
    xml.element("entry", &[], |xml| {
        xml.element("organizer", &[("classCode", "CLUSTER"), ("moodCode", "EVN")], |xml| {
            code(xml, "code", FIELDS, field.code, field.name);
            xml.empty("statusCode", &[("code", "completed")]);
            inside(xml);
        });
    });
}

/// An element with a time in it.
pub(super) fn time(xml: &mut Xml, name: &'static str, time: NaiveDateTime) {
    let value = write_time(time);
    if value.len() != 14 {
        xml.fail(WriteError::Character { fact: "time" });
    }
    xml.empty(name, &[("value", &value)]);
}

/// A reference of a body: `SPRT` to the document itself, `REFR` to the one that it is made from.
pub(super) fn reference(xml: &mut Xml, type_code: &str, document: &DocumentReference) {
    xml.element("reference", &[("typeCode", type_code)], |xml| {
        xml.element("externalDocument", &[], |xml| document_ids(xml, document));
    });
}

pub(super) fn document_ids(xml: &mut Xml, document: &DocumentReference) {
    xml.empty("id", &[("root", document.id.as_str())]);
    code(xml, "code", DOCUMENT_TYPES, document.document_type.code(), document.document_type.title());
    xml.empty("setId", &[("root", document.set_id.as_str())]);
}

/// A name in its parts.
pub(super) fn name(xml: &mut Xml, name: &PersonName) {
    xml.element("name", &[], |xml| {
        for given in &name.given {
            xml.optional_text("given", given);
        }
        if let Some(call_name) = said(&name.call_name) {
            xml.text("given", &[("qualifier", "CL")], call_name);
        }
        xml.optional_text("family", &name.family);
        if let Some(suffix) = said(&name.suffix) {
            xml.text("suffix", &[("qualifier", "AC")], suffix);
        }
    });
}

/// `recordTarget`.
pub(crate) fn record_target(xml: &mut Xml, patient: &Patient, mobile: Option<&str>) {
    xml.element("recordTarget", &[], |xml| {
        xml.element("patientRole", &[], |xml| {
            match &patient.identity_code {
                Some(code) => xml.empty("id", &[("extension", code.reveal()), ("root", IDENTITY_CODES)]),
                None => xml.empty("id", &[("nullFlavor", "NA")]),
            }
            telephone(xml, mobile, "MC");
            xml.element("patient", &[], |xml| {
                name(xml, &patient.name);
                code(xml, "administrativeGenderCode", SEX, patient.sex.code(), patient.sex.name());
                birth(xml, patient);
            });
        });
    });
}

fn birth(xml: &mut Xml, patient: &Patient) {
    if let Some(date) = patient.birth_date {
        xml.empty("birthTime", &[("value", &write_date(date))]);
    }
}

/// The patient again, in the body.
pub(crate) fn subject(xml: &mut Xml, patient: &Patient) {
    subject_with(xml, patient, None);
}

/// The same with the number at which the patient is told of the answer.
pub(super) fn subject_with(xml: &mut Xml, patient: &Patient, mobile: Option<&str>) {
    xml.element("subject", &[("typeCode", "SBJ")], |xml| {
        xml.element("relatedSubject", &[("classCode", "PAT")], |xml| {
            if let Some(code) = &patient.identity_code {
                xml.empty("code", &[("code", code.reveal()), ("codeSystem", IDENTITY_CODES)]);
            }
            telephone(xml, mobile, "MC");
            xml.element("subject", &[("classCode", "PSN")], |xml| {
                name(xml, &patient.name);
                birth(xml, patient);
            });
        });
    });
}

/// `author`, of the header with a function and of the body without one.
pub(super) fn author(xml: &mut Xml, function: Option<(&str, &str)>, person: &Professional) {
    xml.element("author", &[], |xml| {
        if let Some((function, shown)) = function {
            code(xml, "functionCode", FUNCTIONS, function, shown);
        }
        match person.logged_in_at {
            Some(at) => time(xml, "time", at),
            None => xml.empty("time", &[("nullFlavor", "NA")]),
        }
        xml.element("assignedAuthor", &[], |xml| assigned(xml, person));
    });
}

/// `performer`: the student who prepared a dispensation.
pub(super) fn performer(xml: &mut Xml, person: &Professional) {
    xml.element("performer", &[], |xml| {
        if let Some(at) = person.logged_in_at {
            time(xml, "time", at);
        }
        xml.element("assignedEntity", &[], |xml| assigned(xml, person));
    });
}

fn assigned(xml: &mut Xml, person: &Professional) {
    identifiers(xml, person);
    qualification(xml, person);
    assigned_person(xml, &person.name);
    if let Some(unit) = &person.organisation {
        represented_organisation(xml, unit);
    }
}

/// Specialty, and post, degree and right as its qualifiers.
fn qualification(xml: &mut Xml, person: &Professional) {
    let (post, degree) = (said(&person.post), said(&person.degree));
    if person.specialty.is_none() && post.is_none() && degree.is_none() && person.right.is_none() {
        return;
    }
    let specialty = person.specialty.as_ref();
    let attributes =
        specialty.map_or([("code", ""), ("codeSystem", ""), ("codeSystemName", ""), ("displayName", "")], own);
    let title = |xml: &mut Xml, kind: &str, shown: &str, words: &str| {
        xml.element("qualifier", &[], |xml| {
            code(xml, "name", STRUCTURE, kind, shown);
            xml.element("value", &[], |xml| xml.text("originalText", &[], words));
        });
    };
    xml.element("code", &attributes, |xml| {
        if post.is_none() && degree.is_none() && person.right.is_none() {
            return;
        }
        xml.element("translation", &[], |xml| {
            if let Some(post) = post {
                title(xml, "1.2", "Virkanimike", post);
            }
            if let Some(degree) = degree {
                title(xml, "1.3", "Oppiarvo", degree);
            }
            if let Some(held) = &person.right {
                xml.element("qualifier", &[], |xml| {
                    code(xml, "name", FIELDS, RIGHT.code, RIGHT.name);
                    right(xml, held);
                });
            }
        });
    });
}

/// The attributes of a code that keeps the name that a document gave it. The name of its code set is written where this
/// program knows it.
pub(super) fn own(stated: &Code) -> [(&'static str, &str); 4] {
    [
        ("code", &stated.code),
        ("codeSystem", &stated.system),
        ("codeSystemName", set_name(&stated.system)),
        ("displayName", stated.name.as_deref().unwrap_or_default()),
    ]
}

/// The identifiers of a professional.
pub(crate) fn identifiers(xml: &mut Xml, person: &Professional) {
    if let Some(id) = said(&person.prescriber_id) {
        xml.empty("id", &[("extension", id), ("root", PRESCRIBER_IDS)]);
    }
    if let Some(number) = &person.registration {
        xml.empty("id", &[("extension", number.as_str()), ("root", REGISTRATION_NUMBERS)]);
    }
    if said(&person.prescriber_id).is_none() && person.registration.is_none() {
        xml.empty("id", &[("nullFlavor", "NA")]);
    }
}

/// The value of the qualifier that holds a right.
pub(crate) fn right(xml: &mut Xml, right: &Right) {
    code(xml, "value", RIGHTS, right.code(), right.name());
}

/// `assignedPerson`.
pub(crate) fn assigned_person(xml: &mut Xml, person: &PersonName) {
    xml.element("assignedPerson", &[], |xml| name(xml, person));
}

/// `representedOrganization`.
pub(crate) fn represented_organisation(xml: &mut Xml, unit: &Organisation) {
    xml.element("representedOrganization", &[], |xml| {
        organisation(xml, unit);
        if let Some(whole) = &unit.part_of {
            xml.element("asOrganizationPartOf", &[], |xml| {
                xml.element("wholeOrganization", &[], |xml| organisation(xml, whole));
            });
        }
    });
}

fn organisation(xml: &mut Xml, unit: &Organisation) {
    xml.empty("id", &[("root", unit.id.as_str())]);
    xml.optional_text("name", &unit.name);
    telephone(xml, unit.phone.as_deref(), "DIR");
    address(xml, unit.address.as_ref());
}

/// A number for that use: `DIR` of a unit, `MC` of a person. Spaces are forbidden in it (Kela's samples).
pub(super) fn telephone(xml: &mut Xml, number: Option<&str>, used: &str) {
    let number: String = number.unwrap_or_default().split_whitespace().collect();
    if !number.is_empty() {
        xml.empty("telecom", &[("value", &format!("tel:{number}")), ("use", used)]);
    }
}

pub(super) fn address(xml: &mut Xml, address: Option<&Address>) {
    let Some(address) = address.filter(|a| **a != Address::default()) else { return };
    xml.element("addr", &[], |xml| {
        xml.optional_text("streetAddressLine", &address.street);
        xml.optional_text("postalCode", &address.postal_code);
        xml.optional_text("city", &address.city);
    });
}

/// `healthCareFacility`: where the patient was met.
pub(crate) fn facility(xml: &mut Xml, unit: &Organisation) {
    xml.element("healthCareFacility", &[], |xml| {
        xml.empty("id", &[("root", unit.id.as_str())]);
        xml.element("location", &[], |xml| {
            xml.optional_text("name", &unit.name);
            address(xml, unit.address.as_ref());
        });
        if let Some(whole) = &unit.part_of {
            xml.element("serviceProviderOrganization", &[], |xml| organisation(xml, whole));
        }
    });
}

/// The substance of a product by its ATC code.
pub(super) fn consumable(xml: &mut Xml, product: &Product) {
    let version = said(&product.database_version).unwrap_or_default();
    xml.element("consumable", &[], |xml| {
        xml.element("manufacturedProduct", &[], |xml| {
            xml.element("manufacturedLabeledDrug", &[], |xml| match &product.atc {
                Some(atc) => {
                    if !atc.system.starts_with(ATC.oid) {
                        xml.fail(WriteError::Contradiction { fact: "ATC code" });
                    }
                    xml.empty(
                        "code",
                        &[
                            ("code", &atc.code),
                            ("codeSystem", &atc.system),
                            ("codeSystemName", ATC.name),
                            ("codeSystemVersion", version),
                            ("displayName", atc.name.as_deref().unwrap_or_default()),
                        ],
                    );
                }
                None => no_code(xml, ATC, version),
            });
        });
    });
}

/// The package of a product by its number, else by its name.
pub(super) fn package(xml: &mut Xml, product: &Product) {
    let version = said(&product.database_version).unwrap_or_default();
    xml.element("product", &[], |xml| {
        xml.element("manufacturedProduct", &[], |xml| {
            xml.element("manufacturedLabeledDrug", &[], |xml| match &product.vnr {
                Some(vnr) => {
                    let mut code = vec![
                        ("code", vnr.as_str()),
                        ("codeSystem", VNR.oid),
                        ("codeSystemName", VNR.name),
                        ("codeSystemVersion", version),
                    ];
                    code.extend(
                        Some(product.name.trim()).filter(|name| !name.is_empty()).map(|name| ("displayName", name)),
                    );
                    xml.empty("code", &code);
                }
                None => {
                    no_code(xml, VNR, version);
                    xml.text("name", &[], &product.name);
                }
            });
        });
    });
}

/// The holder of the marketing authorisation, if it is known.
pub(super) fn holder(xml: &mut Xml, product: &Product) {
    if let Some(holder) = said(&product.holder) {
        xml.element("participant", &[("typeCode", "HLD")], |xml| {
            xml.element("participantRole", &[("classCode", "OWN")], |xml| {
                xml.element("playingEntity", &[], |xml| xml.text("name", &[], holder));
            });
        });
    }
}

/// A code that is not known, with the edition of the database in which it was looked for.
pub(super) fn no_code(xml: &mut Xml, set: CodeSet, version: &str) {
    xml.empty(
        "code",
        &[("nullFlavor", "NI"), ("codeSystem", set.oid), ("codeSystemName", set.name), ("codeSystemVersion", version)],
    );
}

/// The strength, which documents carry as text.
pub(super) fn strength(xml: &mut Xml, product: &Product) {
    if let Some(strength) = said(&product.strength) {
        xml.element("doseQuantity", &[("nullFlavor", "NA")], |xml| {
            xml.element("translation", &[], |xml| xml.text("originalText", &[], strength));
        });
    }
}
