//! Promise 4 of the house: Kanta's signatures do not cover the header, so every header fact that the signed body repeats
//! must equal it. Header and body are read separately here, from the elements themselves, and never from a value that
//! has already been completed from both. What to do about a difference is left to the caller: it is refused as
//! `header-body-mismatch`.

use std::collections::BTreeSet;
use std::fmt;

use prescription::{DocumentReference, DocumentType, Professional};

use crate::ReadError;
use crate::fields::{CORRECTION_REASON, DISPENSER, DOCUMENT_TYPES, PRESCRIBER};
use crate::read::{
    StatedPerson, birth_date, body, document_reference, encounter_time, entries, field_code, identity_code,
    person_name, stated_once, stated_person, telephone,
};
use crate::time::read_time;
use crate::tree::{Node, Tree, text};

/// A fact that the header states otherwise than the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mismatch {
    /// Which fact, by one of the words of [`COMPARED_FACTS`].
    pub fact: &'static str,
}

/// The fixed words by which compared facts are named.
pub const COMPARED_FACTS: [&str; 15] = [
    "document-identifier",
    "document-type",
    "prescription-reference",
    "replaced-document",
    "patient-identity-code",
    "patient-name",
    "patient-birth-date",
    "patient-mobile",
    "author-registration-number",
    "author-prescriber-id",
    "author-name",
    "author-right",
    "organisation",
    "recipient",
    "time",
];

/// One comparison: what the header states of a fact, what the body states, and whether that is the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ComparedFact {
    /// Which fact, by one of the words of [`COMPARED_FACTS`].
    pub fact: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// What the header states, as a person reads it.
    pub header: Option<String>,
    /// What the body states.
    pub body: Option<String>,
}

/// What came of comparing a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Header and body state the same.
    Same,
    /// They differ, or one that must state it is silent.
    Differs,
    /// Only the header states it, which it may: no signature covers it.
    HeaderAlone,
}

/// Shows the verdict and never the values: they may be somebody's name or identity code.
impl fmt::Debug for ComparedFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ComparedFact({}: {:?})", self.fact, self.verdict)
    }
}

/// Every header fact that the body repeats otherwise, each fact once. An empty answer means that header and body agree
/// in whatever both state; a fact that only the header has is not among them, but for the identifier and the patient of
/// a prescription or dispensation, which its body must state.
pub fn header_body_mismatches(document: &[u8]) -> Result<Vec<Mismatch>, ReadError> {
    let tree = Tree::parse(text(document)?)?;
    let root = tree.clinical_document()?;
    mismatches(root, body(root)?)
}

/// The same of a document that has been parsed, and of its body.
pub(crate) fn mismatches(root: Node<'_>, body: Option<Node<'_>>) -> Result<Vec<Mismatch>, ReadError> {
    let facts = compared(root, body)?.into_iter();
    let differing = facts.filter(|compared| compared.verdict == Verdict::Differs);
    let mut found: Vec<Mismatch> = differing.map(|compared| Mismatch { fact: compared.fact }).collect();
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Every comparison of a header fact with the body, fact by fact, so that a person can see what was compared and not
/// only what differs. The same comparison with the same result is there once.
pub fn compared_facts(document: &[u8]) -> Result<Vec<ComparedFact>, ReadError> {
    let tree = Tree::parse(text(document)?)?;
    let root = tree.clinical_document()?;
    Ok(compared(root, body(root)?)?.into_iter().collect())
}

fn compared(root: Node<'_>, body: Option<Node<'_>>) -> Result<BTreeSet<ComparedFact>, ReadError> {
    stated_once(root)?;
    let body = body.ok_or(ReadError::Missing { fact: "structuredBody" })?;
    let mut found = Found::default();
    let own = document_reference(root)?;
    references(root, body, &own, &mut found)?;
    patients(root, body, &own.document_type, &mut found);
    acts(root, body, &own.document_type, &mut found);
    recipients(root, body, &own.document_type, &mut found);
    Ok(found.0)
}

#[derive(Default)]
struct Found(BTreeSet<ComparedFact>);

impl Found {
    fn add(&mut self, fact: &'static str, same: bool, header: Option<String>, body: Option<String>) {
        let verdict = if same { Verdict::Same } else { Verdict::Differs };
        self.0.insert(ComparedFact { fact, verdict, header, body });
    }

    /// A fact that the body states must be the header's; one that it does not state is the header's alone.
    fn repeated(&mut self, fact: &'static str, header: Option<String>, body: Option<String>) {
        if body.is_some() {
            self.add(fact, header == body, header, body);
        } else if header.is_some() {
            self.0.insert(ComparedFact { fact, verdict: Verdict::HeaderAlone, header, body });
        }
    }
}

/// Whether documents of that type name themselves and their patient in the body.
fn has_product(document_type: &DocumentType) -> bool {
    use DocumentType::{Cancellation, Correction, Prescription};
    matches!(document_type, Prescription | Correction | Cancellation) || is_dispensation(document_type)
}

/// A dispensation, its correction or its cancellation.
fn is_dispensation(document_type: &DocumentType) -> bool {
    use DocumentType::{Dispensation, DispensationCancellation, DispensationCorrection};
    matches!(document_type, Dispensation | DispensationCorrection | DispensationCancellation)
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
    let of = |kind: &str| related.iter().filter(|(known, _)| *known == kind).map(|(_, document)| document).collect();
    let (continued, replaced): (Vec<_>, Vec<_>) = (of("APND"), of("RPLC"));
    let dispensation = is_dispensation(&own.document_type);
    for (kind, document) in &stated {
        let mut one_of = |fact, known: &[&DocumentReference]| {
            found.add(fact, known.contains(&document), all_shown(known), Some(shown(document)));
        };
        match *kind {
            // A correction or cancellation of a dispensation may leave its prescription to the body.
            "REFR" if dispensation && own.document_type != DocumentType::Dispensation && continued.is_empty() => {}
            "REFR" => one_of("prescription-reference", &continued),
            "RPLC" => one_of("replaced-document", &replaced),
            "SPRT" => {
                let same = document.id == own.id && document.set_id == own.set_id;
                found.add("document-identifier", same, Some(identifiers(own)), Some(identifiers(document)));
                kinds(own, Some(document.document_type.code()), found);
            }
            _ => {}
        }
    }
    // Without its own identifier a signed body could be put under any header.
    if !stated.iter().any(|(kind, _)| *kind == "SPRT") {
        match has_product(&own.document_type) {
            true => found.add("document-identifier", false, Some(identifiers(own)), None),
            false => found.repeated("document-identifier", Some(identifiers(own)), None),
        }
    }
    for (fact, kind, known) in
        [("prescription-reference", "REFR", &continued), ("replaced-document", "RPLC", &replaced)]
    {
        for document in known.iter().filter(|document| !stated.contains(&(kind, (**document).clone()))) {
            // A dispensation belongs to the prescription that its signed body names, and to no other.
            match dispensation && kind == "REFR" {
                true => found.add(fact, false, Some(shown(document)), None),
                false => found.repeated(fact, Some(shown(document)), None),
            }
        }
    }
    let sections = body.children("component").filter_map(|component| component.child("section"));
    let codes = sections.filter_map(|section| section.child("code"));
    for code in codes.filter(|code| code.attr("codeSystem") == Some(DOCUMENT_TYPES.oid)) {
        kinds(own, code.attr("code").or(Some("")), found);
    }
    Ok(())
}

fn kinds(own: &DocumentReference, stated: Option<&str>, found: &mut Found) {
    found.repeated("document-type", Some(own.document_type.code().to_owned()), stated.map(str::to_owned));
}

fn identifiers(document: &DocumentReference) -> String {
    format!("{} ({})", document.id, document.set_id)
}

fn shown(document: &DocumentReference) -> String {
    format!("{} {}", document.document_type.code(), identifiers(document))
}

fn all_shown(documents: &[&DocumentReference]) -> Option<String> {
    let all: Vec<String> = documents.iter().map(|document| shown(document)).collect();
    if all.is_empty() { None } else { Some(all.join(", ")) }
}

/// Every patient whom the body names is the patient of the header.
fn patients(root: Node<'_>, body: Node<'_>, document_type: &DocumentType, found: &mut Found) {
    let role = root.path(&["recordTarget", "patientRole"]);
    let patient = role.and_then(|r| r.child("patient"));
    let code = |node: Option<Node<'_>>| node.and_then(identity_code).map(|code| code.reveal().to_owned());
    let related = body.descendants("relatedSubject");
    if related.is_empty() {
        match has_product(document_type) {
            true => found.add("patient-identity-code", false, code(role), None),
            false => found.repeated("patient-identity-code", code(role), None),
        }
    }
    let name = |person: Option<Node<'_>>| {
        let name = person_name(person?.child("name")?);
        Some(spaced(&format!("{}, {}", name.family, name.given.join(" "))))
    };
    let call_name = |p: Option<Node<'_>>| person_name(p?.child("name")?).call_name;
    let birth = |p: Option<Node<'_>>| p.and_then(birth_date).map(|date| date.to_string());
    for related in related {
        let person = related.child("subject");
        // Both ways: a body that names a person without a code must not be filed under somebody's code.
        let (header, stated) = (code(role), code(Some(related)));
        found.add("patient-identity-code", header == stated, header, stated);
        found.repeated("patient-name", name(patient), name(person));
        if let (Some(header), Some(stated)) = (call_name(patient), call_name(person)) {
            found.repeated("patient-name", Some(header), Some(stated));
        }
        found.repeated("patient-birth-date", birth(patient), birth(person));
        found.repeated("patient-mobile", role.and_then(telephone), telephone(related));
    }
}

/// Author, organisation and time of what was prescribed or dispensed, or of the mark that was made.
fn acts(root: Node<'_>, body: Node<'_>, document_type: &DocumentType, found: &mut Found) {
    let encounter = root.path(&["componentOf", "encompassingEncounter"]);
    let met = encounter.and_then(encounter_time).map(|time| time.to_string());
    let strict = is_dispensation(document_type);
    let function = if strict { DISPENSER.0 } else { PRESCRIBER.0 };
    let stated = header_author(root, function);
    let places = places(root, function, strict);
    let read = |time: Option<&str>| time.and_then(read_time).map(|time| time.to_string());
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
                    let known: Vec<String> = place.iter().map(|(id, name)| format!("{id} {}", spaced(name))).collect();
                    let same = same.is_some_and(|(_, name)| named(name));
                    let body = format!("{} {}", unit.id, spaced(&unit.name));
                    found.add("organisation", same, Some(known.join(", ")), Some(body));
                }
            }
        }
        let time = administration.child("effectiveTime");
        let time = time.and_then(|t| t.attr("value").or_else(|| t.child("low").and_then(|low| low.attr("value"))));
        found.repeated("time", met.clone(), read(time));
    }
    for reason in body.descendants("observation").into_iter().filter(|o| field_code(*o) == Some(CORRECTION_REASON.code))
    {
        if let (Some(corrector), Some(author)) = (header_author(root, "KOR"), reason.child("author")) {
            same_person(Some(&corrector), &stated_person(author), found);
        }
    }
    for act in entries(body).into_iter().flat_map(|entry| entry.children("act")) {
        let code = act.child("code").and_then(|code| code.attr("code")).map(str::to_owned);
        found.repeated("document-type", Some(document_type.code().to_owned()), code);
        found.repeated("time", met.clone(), read(act.child("effectiveTime").and_then(|time| time.attr("value"))));
    }
    let person_stated = |fact: &str| found.0.iter().any(|compared| compared.fact == fact);
    if !person_stated("author-name") {
        header_alone(stated.as_ref(), &places, found);
    }
}

/// The author and organisation of a document whose body names neither, as marks and requests do.
fn header_alone(stated: Option<&StatedPerson>, places: &[Vec<(&str, String)>], found: &mut Found) {
    if let Some(person) = stated {
        found.repeated("author-registration-number", number(person), None);
        found.repeated("author-name", author_name(&person.professional), None);
    }
    for (id, name) in places.iter().flatten() {
        found.repeated("organisation", Some(format!("{id} {}", spaced(name))), None);
    }
}

/// The care unit that a renewal request asks.
fn recipients(root: Node<'_>, body: Node<'_>, document_type: &DocumentType, found: &mut Found) {
    if *document_type != DocumentType::RenewalRequest {
        return;
    }
    let named = |unit: Node<'_>, name: &'static str| {
        let id = unit.child("id").and_then(|id| id.attr("root")).unwrap_or_default();
        let name = unit.child(name).and_then(Node::text).unwrap_or_default();
        spaced(&format!("{id} {name}"))
    };
    let path = ["informationRecipient", "intendedRecipient", "receivedOrganization"];
    let header = root.path(&path).map(|unit| named(unit, "name"));
    let directed = body.descendants("participant").into_iter().filter(|p| p.attr("typeCode") == Some("DIR"));
    for unit in directed.filter_map(|p| p.path(&["participantRole", "scopingEntity"])) {
        found.repeated("recipient", header.clone(), Some(named(unit, "desc")));
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
        let stated = author_name(&body.professional);
        return found.add("author-name", body.professional.name.family.is_empty(), None, stated);
    };
    found.repeated("author-registration-number", number(header), number(body));
    let (header, body) = (&header.professional, &body.professional);
    found.repeated("author-prescriber-id", header.prescriber_id.clone(), body.prescriber_id.clone());
    let right = |person: &Professional| person.right.as_ref().map(|right| right.code().to_owned());
    found.repeated("author-right", right(header), right(body));
    found.repeated("author-name", author_name(header), author_name(body));
}

fn number(person: &StatedPerson) -> Option<String> {
    let number = person.professional.registration.as_ref().map(|n| n.as_str().to_owned());
    number.or_else(|| person.odd_registration.clone())
}

fn author_name(person: &Professional) -> Option<String> {
    let name = spaced(&format!("{} {}", person.name.given.join(" "), person.name.family));
    Some(name).filter(|name| !name.is_empty())
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
