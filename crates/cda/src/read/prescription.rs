//! A prescription, from the organizers 83 (product), 4 and 10 (ingredients), 32 (dosage) and 88, 98 or 99 (the rest).
//!
//! Each field is read by its code, once, into a type that cannot be wrong. What does not fit its type is kept whole as an
//! unknown part, which a person sees and a correction carries on; it never hides the document, and nothing is guessed.

use prescription::codes::{MinorDisclosure, StoredKind};
use prescription::{
    Cancellation, Change, Correction, DocumentReference, DocumentType, MedicineIdentity, Oid, Prescription,
    PrescriptionKind, Professional, Recording, StoredByPharmacy,
};

use super::leftovers::Leftovers;
use super::others::{OTHERS, Others, change_reason, explained};
use super::people::{body_patient, completed, stated_person};
use super::values::{code, coded, count, field_code, reference};
use super::{dosage, entries, prescribed, unread};
use crate::fields::{CANCELLATION_KINDS, CANCELLER, CORRECTOR, MINOR_DISCLOSURE, PRESCRIBER, RECORDER};
use crate::tree::Node;
use crate::{Header, ReadError};

/// The container of what stands in entries of the innermost section.
const ENTRIES: &str = "entry";

/// Reads the prescription of a document with that header.
pub(super) fn read(header: &Header, root: Node<'_>, body: Node<'_>) -> Result<Prescription, ReadError> {
    let mut left = Leftovers::default();
    let entries = entries(body);
    let parts = Parts::of(&entries, &mut left)?;
    let product = parts.product.ok_or(ReadError::Missing { fact: "field 83" })?;
    let product = prescribed::read(product, parts.active, parts.other, &mut left)?;
    let dosage = parts.dosage.map(|organizer| dosage::read(organizer, &mut left)).unwrap_or_default();
    let others = parts.others.map(|organizer| Others::read(organizer, &mut left)).transpose()?.unwrap_or_default();

    let (administration, supply) = (product.administration, product.supply);
    let author = supply.only("author")?.or(administration.only("author")?).map(stated_person);
    left.unknown.extend(author.iter().flat_map(|author| author.leftovers()));
    let stated = header.author(PRESCRIBER.0).or(header.authors.first().map(|a| &a.professional));
    let prescriber = match author {
        Some(author) => completed(author.professional, stated),
        None => stated.cloned().ok_or(ReadError::Missing { fact: "prescriber" })?,
    };
    let recording = recording(header, &others, &mut left);
    let change = change(header, supply, &others, &mut left);
    let medicine = parts.medicine.and_then(|entry| {
        let read = medicine(entry);
        if read.is_none() {
            left.add(ENTRIES, entry);
        }
        read
    });
    unread::keep(&entries, &mut left);
    Ok(Prescription {
        reference: header.reference.clone(),
        version: header.version,
        change,
        definition: header.header_definition.clone(),
        made_at: header.made_at,
        patient: body_patient(supply.only("subject")?.or(administration.only("subject")?), &header.patient),
        minor_disclosure: minor_disclosure(root),
        prescriber,
        recording,
        prescribed_at: product
            .prescribed_at
            .or(header.encounter_at)
            .ok_or(ReadError::Missing { fact: "prescribing time" })?,
        service_event: root
            .path(&["componentOf", "encompassingEncounter", "id"])
            .and_then(|id| id.attr("root"))
            .and_then(|oid| Oid::parse(oid).ok()),
        valid_until: product.valid_until,
        renews: renews(header, supply),
        medicine,
        kind: others.kind.unwrap_or(PrescriptionKind::Ordinary),
        hospital_pharmacy: others.hospital_pharmacy,
        product: product.product,
        quantity: product.quantity,
        iteration: product.iteration,
        dosage,
        control: others.control,
        narcotic: others.narcotic,
        identification: others.identification,
        purpose: others.purpose,
        care_types: others.care_types,
        employer: product.employer,
        insurer: product.insurer,
        special_report: others.special_report,
        message_to_pharmacy: others.message_to_pharmacy,
        substitution_prohibited: others.substitution_prohibited,
        renewal_prohibited: others.renewal_prohibited,
        permanent: others.permanent,
        dose_dispensing: others.dose_dispensing,
        dose_dispensing_text: others.dose_dispensing_text,
        first_use: others.first_use,
        weight: others.weight,
        fee: others.fee,
        fee_as_specialist: others.fee_as_specialist,
        communicable_disease: others.communicable_disease,
        monitored: others.monitored,
        biological: others.biological,
        blood_product: others.blood_product,
        details: left.details,
        unknown: left.unknown,
    })
}

/// The organizers of a prescription, each at most once.
#[derive(Default)]
struct Parts<'t> {
    product: Option<Node<'t>>,
    active: Option<Node<'t>>,
    other: Option<Node<'t>>,
    dosage: Option<Node<'t>>,
    others: Option<Node<'t>>,
    medicine: Option<Node<'t>>,
}

impl<'t> Parts<'t> {
    fn of(entries: &[Node<'t>], left: &mut Leftovers) -> Result<Self, ReadError> {
        let mut parts = Self::default();
        for entry in entries.iter().copied() {
            let Some(act) = entry.elements().next() else { continue };
            let (place, fact) = match (act.name(), field_code(act)) {
                ("organizer", Some("83")) => (&mut parts.product, "field 83"),
                ("organizer", Some("4")) => (&mut parts.active, "field 4"),
                ("organizer", Some("10")) => (&mut parts.other, "field 10"),
                ("organizer", Some("32")) => (&mut parts.dosage, "field 32"),
                ("organizer", Some("88" | "98" | "99")) => (&mut parts.others, "field 88"),
                ("observation", Some("160")) if parts.medicine.is_none() => {
                    parts.medicine = Some(entry);
                    continue;
                }
                _ => {
                    left.add(ENTRIES, entry);
                    continue;
                }
            };
            if place.replace(act).is_some() {
                return Err(ReadError::Repeated { fact });
            }
        }
        Ok(parts)
    }
}

/// Fields 160 and 167.
fn medicine(entry: Node<'_>) -> Option<MedicineIdentity> {
    let act = entry.child("observation")?;
    let id = Oid::parse(act.child("value")?.attr("root")?).ok()?;
    let mut part = None;
    for inner in act.children("entryRelationship") {
        let inner = inner.child("observation").filter(|o| field_code(*o) == Some("167") && part.is_none())?;
        part = Some(count(inner.child("value")?)?);
    }
    Some(MedicineIdentity { id, part })
}

/// Who entered it: fields 212 and 213 belong to a pharmacy's recorder.
fn recording(header: &Header, others: &Others<'_>, left: &mut Leftovers) -> Recording {
    let field = |code: &str| others.of_version.iter().find(|(field, _)| *field == code).map(|(_, node)| *node);
    let recorder = header.author(RECORDER.0).cloned();
    let act = |code: &str| field(code).and_then(|component| component.child("observation"));
    let stored = act("212").and_then(code).map(StoredKind::from).zip(act("213").and_then(explained));
    let once = others.of_version.iter().filter(|(field, _)| matches!(*field, "212" | "213")).count() == 2;
    match (recorder, stored.filter(|_| once)) {
        (Some(recorder), Some((kind, reason))) => Recording::AtPharmacy(StoredByPharmacy { recorder, kind, reason }),
        (recorder, _) => {
            let parts = others.of_version.iter().filter(|(field, _)| matches!(*field, "212" | "213"));
            parts.for_each(|(_, component)| left.add(OTHERS, *component));
            recorder.map_or(Recording::ByPrescriber, Recording::By)
        }
    }
}

/// What a correction or cancellation does. It is understood whole or not at all.
fn change(header: &Header, supply: Node<'_>, others: &Others<'_>, left: &mut Leftovers) -> Option<Change> {
    let document_type = &header.reference.document_type;
    let of_change = others.of_version.iter().filter(|(field, _)| matches!(*field, "95" | "96" | "97"));
    // Why the version that is cancelled was once corrected.
    let is_earlier = |field: &str| field == "97" && *document_type == DocumentType::Cancellation;
    let (earlier, fields): (Vec<_>, Vec<_>) = of_change.partition(|(field, _)| is_earlier(field));
    earlier.iter().for_each(|(_, component)| left.add_known(OTHERS, *component));
    let act = |code: &str| {
        let mut found = fields.iter().filter(|(field, _)| *field == code);
        found.next().filter(|_| fields.len() <= 2).and_then(|(_, component)| component.child("observation"))
    };
    let in_body = supply.children("reference").find(|r| r.attr("typeCode") == Some("RPLC"));
    let in_body = in_body.and_then(|r| r.child("externalDocument"));
    let in_body = in_body.and_then(|document| reference(document, "replaced document").ok());
    let replaces = in_body.or_else(|| header.related("RPLC").cloned());
    let author = |function: (&str, &str)| header.author(function.0).cloned();
    let read = match document_type {
        DocumentType::Correction if fields.len() == 1 => correction(replaces, author(CORRECTOR), act("97")),
        DocumentType::Cancellation if fields.len() == 2 => {
            cancellation(replaces, author(CANCELLER), act("95"), act("96"))
        }
        DocumentType::Prescription if fields.is_empty() => return None,
        _ => None,
    };
    if read.is_none() {
        fields.iter().for_each(|(_, component)| left.add(OTHERS, *component));
        if *document_type == DocumentType::Prescription {
            return None;
        }
    }
    Some(read.unwrap_or(Change::Unclear))
}

pub(super) fn correction(
    replaces: Option<DocumentReference>,
    by: Option<Professional>,
    reason: Option<Node<'_>>,
) -> Option<Change> {
    let reason = change_reason(explained(reason?)?)?;
    Some(Change::Correction(Correction { replaces: replaces?, by: by?, reason }))
}

pub(super) fn cancellation(
    replaces: Option<DocumentReference>,
    by: Option<Professional>,
    reason: Option<Node<'_>>,
    kind: Option<Node<'_>>,
) -> Option<Change> {
    let value = kind?.child("value").filter(|v| v.attr("codeSystem") == Some(CANCELLATION_KINDS.oid))?;
    let (mut party, mut consent) = (None, None);
    for qualifier in value.children("qualifier") {
        let place = match qualifier.child("name")?.attr("code")? {
            "96.1" => &mut party,
            "96.2" => &mut consent,
            _ => return None,
        };
        if place.replace(coded(qualifier.child("value")?)?).is_some() {
            return None;
        }
    }
    Some(Change::Cancellation(Cancellation {
        replaces: replaces?,
        by,
        reason: change_reason(explained(reason?)?)?,
        kind: value.attr("code")?.into(),
        party: party?,
        consent: consent.map(|consent| consent.code.as_str().into()),
    }))
}

/// The renewal request that it answers: the body's word, else the header's.
fn renews(header: &Header, supply: Node<'_>) -> Option<DocumentReference> {
    let is_request = |document: &DocumentReference| document.document_type == DocumentType::RenewalRequest;
    let references = supply.children("reference").filter(|r| r.attr("typeCode") == Some("REFR"));
    let documents = references.filter_map(|r| r.child("externalDocument"));
    let in_body = documents.filter_map(|d| reference(d, "renewal request").ok()).find(is_request);
    let related = || header.related.iter().filter(|r| r.type_code == "APND").map(|r| &r.reference);
    in_body.or_else(|| related().find(|document| is_request(document)).cloned())
}

/// Whether a minor's data are disclosed to guardians: the header alone says it.
fn minor_disclosure(root: Node<'_>) -> Option<MinorDisclosure> {
    let codes = root.children("authorization").filter_map(|a| a.path(&["consent", "code"]));
    let mut stated = codes.filter(|code| code.attr("codeSystem") == Some(MINOR_DISCLOSURE.oid));
    let first = stated.next()?.attr("code")?;
    // Two answers are none: an unknown code hinders.
    if stated.next().is_some() { Some(MinorDisclosure::Unknown(String::new())) } else { Some(first.into()) }
}
