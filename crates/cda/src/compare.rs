//! Promise 4 of the house: Kanta's signatures do not cover the header, so every header fact that the signed body repeats
//! must equal it. Header and body are read separately here, from the elements themselves, and never from a value that
//! has already been completed from both. What to do about a difference is left to the caller: it is refused as
//! `header-body-mismatch`.

use prescription::{DocumentReference, DocumentType};

use crate::ReadError;
use crate::fields::{CORRECTION_REASON, DISPENSER, DOCUMENT_TYPES, PRESCRIBER};
use crate::read::{
    StatedPerson, birth_date, body, document_reference, encounter_time, entries, field_code, identity_code,
    person_name, stated_once, stated_person,
};
use crate::time::read_time;
use crate::tree::{Node, Tree, text};

/// A fact that the header states otherwise than the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mismatch {
    /// Which fact, by a fixed word: `document-identifier`, `document-type`, `prescription-reference`,
    /// `replaced-document`, `patient-identity-code`, `patient-name`, `patient-birth-date`, `author-registration-number`,
    /// `author-prescriber-id`, `author-name`, `author-right`, `organisation` or `time`.
    pub fact: &'static str,
}

/// Every header fact that the body repeats otherwise, each fact once. An empty answer means that header and body agree
/// in whatever both state; a fact that only the header has is not among them, but for the identifier and the patient of
/// a prescription or dispensation, which its body must state.
pub fn header_body_mismatches(document: &[u8]) -> Result<Vec<Mismatch>, ReadError> {
    let tree = Tree::parse(text(document)?)?;
    let root = tree.clinical_document()?;
    stated_once(root)?;
    let body = body(root)?.ok_or(ReadError::Missing { fact: "structuredBody" })?;
    let mut found = Found::default();
    let own = document_reference(root)?;
    references(root, body, &own, &mut found)?;
    patients(root, body, &mut found);
    if has_product(&own.document_type) {
        found.unless(!body.descendants("relatedSubject").is_empty(), "patient-identity-code");
    }
    acts(root, body, &own.document_type, &mut found);
    found.0.sort_unstable();
    found.0.dedup();
    Ok(found.0)
}

#[derive(Default)]
struct Found(Vec<Mismatch>);

impl Found {
    fn unless(&mut self, same: bool, fact: &'static str) {
        if !same {
            self.0.push(Mismatch { fact });
        }
    }

    /// A fact that the body states must be the header's; one that it does not state is the header's alone.
    fn repeated<T: PartialEq>(&mut self, header: Option<T>, body: Option<T>, fact: &'static str) {
        if let Some(body) = body {
            self.unless(header == Some(body), fact);
        }
    }
}

/// Whether documents of that type name themselves and their patient in the body.
fn has_product(document_type: &DocumentType) -> bool {
    use DocumentType::{Cancellation, Correction, Dispensation, Prescription};
    matches!(document_type, Prescription | Correction | Cancellation | Dispensation)
}

/// Identifier, set, type, and the documents that this one continues or replaces.
fn references(root: Node<'_>, body: Node<'_>, own: &DocumentReference, found: &mut Found) -> Result<(), ReadError> {
    let mut related = Vec::new();
    for document in root.children("relatedDocument") {
        if let Some(parent) = document.child("parentDocument") {
            related.push((document.attr("typeCode").unwrap_or_default(), document_reference(parent)?));
        }
    }
    let mut stated = Vec::new();
    for reference in body.descendants("reference") {
        if let Some(document) = reference.child("externalDocument") {
            stated.push((reference.attr("typeCode").unwrap_or_default(), document_reference(document)?));
        }
    }
    for (kind, document) in &stated {
        match *kind {
            "SPRT" => {
                let same = document.id == own.id && document.set_id == own.set_id;
                found.unless(same, "document-identifier");
                found.unless(document.document_type == own.document_type, "document-type");
            }
            "REFR" => found.unless(related.contains(&("APND", document.clone())), "prescription-reference"),
            "RPLC" => found.unless(related.contains(&("RPLC", document.clone())), "replaced-document"),
            _ => {}
        }
    }
    // Without its own identifier a signed body could be put under any header.
    if has_product(&own.document_type) {
        found.unless(stated.iter().any(|(kind, _)| *kind == "SPRT"), "document-identifier");
    }
    // A dispensation belongs to the prescription that its signed body names, and to no other.
    if own.document_type == DocumentType::Dispensation {
        for (_, document) in related.iter().filter(|(kind, _)| *kind == "APND") {
            found.unless(stated.contains(&("REFR", document.clone())), "prescription-reference");
        }
    }
    let sections = body.children("component").filter_map(|component| component.child("section"));
    let codes = sections.filter_map(|section| section.child("code"));
    for code in codes.filter(|code| code.attr("codeSystem") == Some(DOCUMENT_TYPES.oid)) {
        found.unless(code.attr("code") == Some(own.document_type.code()), "document-type");
    }
    Ok(())
}

/// Every patient whom the body names is the patient of the header.
fn patients(root: Node<'_>, body: Node<'_>, found: &mut Found) {
    let role = root.path(&["recordTarget", "patientRole"]);
    let patient = role.and_then(|r| r.child("patient"));
    for related in body.descendants("relatedSubject") {
        let person = related.child("subject");
        // Both ways: a body that names a person without a code must not be filed under somebody's code.
        found.unless(role.and_then(identity_code) == identity_code(related), "patient-identity-code");
        let name = |person: Option<Node<'_>>| {
            let name = person_name(person?.child("name")?);
            Some((spaced(&name.given.join(" ")), spaced(&name.family)))
        };
        found.repeated(name(patient), name(person), "patient-name");
        let call_name = |p: Option<Node<'_>>| person_name(p?.child("name")?).call_name;
        if call_name(patient).is_some() {
            found.repeated(call_name(patient), call_name(person), "patient-name");
        }
        found.repeated(patient.and_then(birth_date), person.and_then(birth_date), "patient-birth-date");
    }
}

/// Author, organisation and time of what was prescribed or dispensed, or of the mark that was made.
fn acts(root: Node<'_>, body: Node<'_>, document_type: &DocumentType, found: &mut Found) {
    let encounter = root.path(&["componentOf", "encompassingEncounter"]);
    let function = if *document_type == DocumentType::Dispensation { DISPENSER.0 } else { PRESCRIBER.0 };
    let stated = header_author(root, function);
    let strict = *document_type == DocumentType::Dispensation;
    let places = places(root, function, strict);
    for administration in entries(body).into_iter().flat_map(product_administrations) {
        let supplies = administration.children("entryRelationship").filter_map(|r| r.child("supply"));
        let authors = administration.children("author").chain(supplies.flat_map(|supply| supply.children("author")));
        for author in authors.map(stated_person) {
            same_person(stated.as_ref(), &author, found);
            if let Some(unit) = &author.professional.organisation {
                for place in &places {
                    let same = place.iter().find(|(id, _)| *id == unit.id.as_str());
                    // One vendor spells the name of the same unit in two ways; a pharmacy has one name.
                    let named = |name: &str| !strict || spaced(name) == spaced(&unit.name);
                    found.unless(same.is_some_and(|(_, name)| named(name)), "organisation");
                }
            }
        }
        let time = administration.child("effectiveTime");
        let time = time.and_then(|t| t.attr("value").or_else(|| t.child("low").and_then(|low| low.attr("value"))));
        found.repeated(encounter.and_then(encounter_time), time.and_then(read_time), "time");
    }
    for reason in body.descendants("observation").into_iter().filter(|o| field_code(*o) == Some(CORRECTION_REASON.code))
    {
        if let (Some(corrector), Some(author)) = (header_author(root, "KOR"), reason.child("author")) {
            same_person(Some(&corrector), &stated_person(author), found);
        }
    }
    for act in entries(body).into_iter().flat_map(|entry| entry.children("act")) {
        let code = act.child("code").and_then(|code| code.attr("code"));
        found.repeated(Some(document_type.code()), code, "document-type");
        let time = act.child("effectiveTime").and_then(|time| time.attr("value"));
        found.repeated(encounter.and_then(encounter_time), time.and_then(read_time), "time");
    }
}

/// The substance administrations of the product: the only component of organizer 83 or 100.
fn product_administrations(entry: Node<'_>) -> Vec<Node<'_>> {
    let organizers = entry.children("organizer").filter(|o| matches!(field_code(*o), Some("83" | "100")));
    organizers.flat_map(|o| o.children("component")).filter_map(|c| c.child("substanceAdministration")).collect()
}

/// The author of the header with that function; the first one where none has a function.
fn header_author(root: Node<'_>, function: &str) -> Option<StatedPerson> {
    let with = root.children("author").find(|author| function_of(*author) == Some(function));
    let without = || root.children("author").next().filter(|author| function_of(*author).is_none());
    with.or_else(without).map(stated_person)
}

fn same_person(header: Option<&StatedPerson>, body: &StatedPerson, found: &mut Found) {
    let Some(header) = header else {
        return found.unless(body.professional.name.family.is_empty(), "author-name");
    };
    let number = |person: &StatedPerson| {
        let number = person.professional.registration.as_ref().map(|n| n.as_str().to_owned());
        number.or_else(|| person.odd_registration.clone())
    };
    found.repeated(number(header), number(body), "author-registration-number");
    let (header, body) = (&header.professional, &body.professional);
    found.repeated(header.prescriber_id.clone(), body.prescriber_id.clone(), "author-prescriber-id");
    found.repeated(header.right.clone(), body.right.clone(), "author-right");
    let name = |p: &prescription::Professional| Some(spaced(&format!("{} {}", p.name.given.join(" "), p.name.family)));
    let stated = name(body).filter(|name| !name.is_empty());
    found.repeated(name(header), stated, "author-name");
}

/// The two places where the header names organisations, as far as it names any: by the author, and by where the patient
/// was met. The body's organisation must be in both. Of a dispensation that is the pharmacy alone; a prescription may
/// name the unit in one place and the organisation that it is part of in the other.
fn places<'t>(root: Node<'t>, function: &str, strict: bool) -> Vec<Vec<(&'t str, String)>> {
    let author = root.children("author").find(|a| function_of(*a) == Some(function)).or(root.child("author"));
    let own = author.and_then(|a| a.path(&["assignedAuthor", "representedOrganization"]));
    let whole = own.and_then(|o| o.path(&["asOrganizationPartOf", "wholeOrganization"]));
    let facility = root.path(&["componentOf", "encompassingEncounter", "location", "healthCareFacility"]);
    let provider = facility.and_then(|f| f.child("serviceProviderOrganization"));
    let named = |unit: Option<Node<'t>>, place: Option<Node<'t>>| {
        let id = unit?.child("id")?.attr("root")?;
        Some((id, place.and_then(|p| p.child("name")).and_then(Node::text).unwrap_or_default()))
    };
    let by_author = [named(own, own), named(whole, whole).filter(|_| !strict)];
    let met = facility.and_then(|f| f.child("location"));
    let by_encounter = [named(facility, met), named(provider, provider).filter(|_| !strict)];
    let places = [by_author, by_encounter].map(|place| place.into_iter().flatten().collect::<Vec<_>>());
    places.into_iter().filter(|place| !place.is_empty()).collect()
}

fn function_of(author: Node<'_>) -> Option<&str> {
    author.child("functionCode").and_then(|code| code.attr("code"))
}

/// A text with single spaces: line breaks of pretty printing are no difference.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
