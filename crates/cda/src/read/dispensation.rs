//! A dispensation, its correction or its cancellation, from the organizers 100 and 104. Types 11 and 12 are read by analogy
//! with the corrections and cancellations of prescriptions: fields 95, 96 and 97 stand among the other data.
//!
//! Each field is read by its code. One that has no place here is an unknown part with its XML; none is dropped.

use std::collections::HashSet;

use prescription::{
    Amount, Change, Code, Dispensation, DocumentReference, DocumentType, Explained, Professional, RemainingStatement,
    Unit,
};
use rust_decimal::Decimal;

use super::entries;
use super::leftovers::Leftovers;
use super::observations::Observations;
use super::others::explained;
use super::people::{body_patient, completed, read_organisation, stated_person};
use super::prescription::{cancellation, correction};
use super::product::{self, Stated};
use super::strange::{beside, inside};
use super::values::{amount, code, coded, count, field_code, number, reference};
use crate::fields::{self, CANCELLER, CORRECTOR, DISPENSER, Field};
use crate::time::read_time;
use crate::tree::Node;
use crate::{Header, ReadError};

/// The containers of what has no place: organizer 100's substance administration and supply, and organizer 104.
const ADMINISTRATION: &str = "100";
const SUPPLY: &str = "100/supply";
const OTHERS: &str = "104";

/// What an organizer holds.
const ORGANIZER: &[&str] = &["id", "code", "statusCode", "component"];
/// Fields in the substance administration.
const AMOUNTS: &[Field] = &[fields::DELIVERED, fields::REMAINING];
/// Fields in the supply.
const PACKAGE: &[Field] = &[
    fields::FORM,
    fields::PART_PACKAGE,
    fields::COMPOUNDED,
    fields::PACKAGE_FACTOR,
    fields::PACKAGE_TEXT,
    fields::CONTAINER,
    fields::KIND,
];
/// Fields of the other data; 95, 96 and 97 only where something is corrected or cancelled.
const OTHER: &[Field] = &[
    fields::DOSE_DISPENSING,
    fields::SUBSTITUTED,
    fields::REMARK,
    fields::REPORT_TO_KELA,
    fields::PRICE,
    fields::SUBSTITUTION_REASON,
    fields::COPAYMENTS,
    fields::IDENTIFICATION,
    fields::CONTROL,
    fields::FULLY_DISPENSED,
    fields::NARCOTIC,
    fields::LABEL_DOSAGE,
];
const CHANGE: &[Field] = &[fields::CANCELLATION_REASON, fields::CANCELLATION_TYPE, fields::CORRECTION_REASON];

/// Reads the dispensation of a document with that header.
pub(super) fn read(header: &Header, body: Node<'_>) -> Result<Dispensation, ReadError> {
    let mut left = Leftovers::default();
    let parts = Parts::of(header, body, &mut left)?;
    let administration = parts.administration;
    let author = administration.only("author")?.ok_or(ReadError::Missing { fact: "author" })?;
    let pharmacy = author
        .path(&["assignedAuthor", "representedOrganization"])
        .and_then(read_organisation)
        .or_else(|| header.encounter_organisation.clone())
        .ok_or(ReadError::Missing { fact: "pharmacy" })?;
    let author = stated_person(author);
    left.unknown.extend(author.leftovers());
    let mut signer = completed(author.professional, header.author(DISPENSER.0));
    signer.organisation = Some(pharmacy.clone());
    let (amounts, package, others) = (&parts.amounts, &parts.package, &parts.others);
    let compounded = package.truth(fields::COMPOUNDED)?;
    let stated = Stated {
        kind: package.code(fields::KIND).map(Into::into),
        form: package.text(fields::FORM),
        container: package.text(fields::CONTAINER),
        compounded,
    };
    let prescription = of_type(administration, "REFR").ok_or(ReadError::Missing { fact: "prescription reference" })?;
    let packages = match parts.supply.only("repeatNumber")? {
        Some(number) => count(number).ok_or(ReadError::Malformed { fact: "number of packages" })?,
        None => 1,
    };
    let package_factor = package.count(fields::PACKAGE_FACTOR, "field 125")?.unwrap_or(1);
    let size = parts.supply.only("quantity")?.and_then(amount);
    let delivered = delivered(amounts, size.as_ref(), packages, package_factor)?;
    let substitution_reason = others.take(fields::SUBSTITUTION_REASON, substitution_reason, OTHERS, &mut left);
    let identification = others.take(fields::IDENTIFICATION, explained, OTHERS, &mut left);
    let control = others.take(fields::CONTROL, |o| code(o).map(Into::into), OTHERS, &mut left);
    Ok(Dispensation {
        reference: match of_type(administration, "SPRT") {
            Some(own) => reference(own, "document reference")?,
            None => header.reference.clone(),
        },
        version: header.version,
        change: change(header, administration, others, &mut left),
        prescription: reference(prescription, "prescription reference")?,
        patient: body_patient(administration.only("subject")?, &header.patient),
        author: signer,
        pharmacy,
        preparer: preparer(administration, &mut left)?,
        dispensed_at: administration
            .only("effectiveTime")?
            .and_then(|t| t.attr("value"))
            .and_then(read_time)
            .or(header.encounter_at)
            .ok_or(ReadError::Missing { fact: "dispensing time" })?,
        made_at: header.made_at,
        product: product::read(administration, parts.supply, stated),
        composition: administration.only("text")?.and_then(Node::text),
        packages,
        package_size: size.unwrap_or_else(|| delivered.clone()),
        package_factor,
        package_text: package.text(fields::PACKAGE_TEXT),
        part_package: package.truth(fields::PART_PACKAGE)?,
        compounded,
        delivered,
        delivered_text: amounts.formula(fields::DELIVERED),
        delivered_words: amounts.words(fields::DELIVERED),
        remaining: remaining(amounts)?,
        fully_dispensed: others.truth(fields::FULLY_DISPENSED)?,
        dose_dispensing: others.truth(fields::DOSE_DISPENSING)?,
        dose_dispensing_text: others.words(fields::DOSE_DISPENSING),
        substituted: others.truth(fields::SUBSTITUTED)?,
        remark: others.text(fields::REMARK),
        report_to_kela: others.text(fields::REPORT_TO_KELA),
        price: price(others)?,
        substitution_reason,
        deviation: parts.deviation,
        copayments: others.count(fields::COPAYMENTS, "field 110")?,
        identification,
        control,
        narcotic: others.truth(fields::NARCOTIC)?,
        label_dosage: others.text(fields::LABEL_DOSAGE).unwrap_or_default(),
        unknown: left.unknown,
    })
}

/// The elements of a dispensation that are there once, and its fields.
struct Parts<'t> {
    administration: Node<'t>,
    supply: Node<'t>,
    amounts: Observations<'t>,
    package: Observations<'t>,
    others: Observations<'t>,
    deviation: Option<Explained>,
}

impl<'t> Parts<'t> {
    fn of(header: &Header, body: Node<'t>, left: &mut Leftovers) -> Result<Self, ReadError> {
        let (mut product, mut other) = (None, None);
        for entry in entries(body) {
            let organizer = entry.elements().next().filter(|act| act.name() == "organizer");
            let (place, fact) = match organizer.and_then(field_code) {
                Some("100") => (&mut product, "field 100"),
                Some("104") => (&mut other, "field 104"),
                _ => {
                    left.add("entry", entry);
                    continue;
                }
            };
            if std::mem::replace(place, organizer).is_some() {
                return Err(ReadError::Repeated { fact });
            }
            beside(entry, &["organizer"], &mut left.unknown);
        }
        let product = product.ok_or(ReadError::Missing { fact: "field 100" })?;
        let administration = product
            .only("component")?
            .and_then(|c| c.child("substanceAdministration"))
            .ok_or(ReadError::Missing { fact: "substanceAdministration" })?;
        beside(product, ORGANIZER, &mut left.unknown);
        product.children("component").for_each(|c| beside(c, &["substanceAdministration"], &mut left.unknown));
        let supply = supply(administration)?;
        let mut deviation = None;
        let amounts = Observations::of(administration, ADMINISTRATION, AMOUNTS, &mut deviation, left)?;
        let package = Observations::of(supply, SUPPLY, PACKAGE, &mut deviation, left)?;
        strange(administration, supply, left);
        let known: Vec<Field> = match header.reference.document_type {
            DocumentType::Dispensation => OTHER.to_vec(),
            _ => OTHER.iter().chain(CHANGE).copied().collect(),
        };
        let others = match other {
            Some(organizer) => {
                beside(organizer, ORGANIZER, &mut left.unknown);
                Observations::of(organizer, OTHERS, &known, &mut deviation, left)?
            }
            None => Observations::default(),
        };
        Ok(Self { administration, supply, amounts, package, others, deviation })
    }
}

fn supply(administration: Node<'_>) -> Result<Node<'_>, ReadError> {
    let mut supplies = administration.children("entryRelationship").filter_map(|r| r.child("supply"));
    let supply = supplies.next().ok_or(ReadError::Missing { fact: "supply" })?;
    if supplies.next().is_some() { Err(ReadError::Repeated { fact: "supply" }) } else { Ok(supply) }
}

/// Elements beside fields that no reader takes, and second ones of those of which one is taken.
fn strange<'t>(administration: Node<'t>, supply: Node<'t>, left: &mut Leftovers) {
    let mut seen: HashSet<(&str, Option<&str>)> = HashSet::new();
    for element in administration.elements() {
        let kind = element.attr("typeCode");
        let taken = match element.name() {
            "id" | "statusCode" | "entryRelationship" => true,
            "text" | "effectiveTime" | "subject" | "consumable" | "performer" | "author" => {
                is_first(element, &mut seen)
            }
            "doseQuantity" => element.path(&["translation", "originalText"]).is_some() && is_first(element, &mut seen),
            "reference" => matches!(kind, Some("SPRT" | "REFR" | "RPLC")) && is_first(element, &mut seen),
            _ => false,
        };
        keep(taken, ADMINISTRATION, element, left);
    }
    seen.clear();
    for element in supply.elements() {
        let owner = || element.child("participantRole").and_then(|role| role.attr("classCode")) == Some("OWN");
        let taken = match element.name() {
            "id" | "statusCode" | "entryRelationship" => true,
            "repeatNumber" | "quantity" | "product" => is_first(element, &mut seen),
            "participant" => element.attr("typeCode") == Some("HLD") && owner() && is_first(element, &mut seen),
            _ => false,
        };
        keep(taken, SUPPLY, element, left);
    }
}

/// Whether it is the first of its name and kind.
fn is_first<'t>(element: Node<'t>, seen: &mut HashSet<(&'t str, Option<&'t str>)>) -> bool {
    seen.insert((element.name(), element.attr("typeCode")))
}

/// An element that no reader takes, or what no reader looks at inside one that is taken. Fields are looked into one by
/// one.
fn keep(taken: bool, container: &str, element: Node<'_>, left: &mut Leftovers) {
    match taken {
        false => left.add(container, element),
        true if element.name() == "entryRelationship" => {}
        true => inside(element, &mut left.unknown),
    }
}

/// The document that a reference of that type names.
fn of_type<'t>(administration: Node<'t>, type_code: &str) -> Option<Node<'t>> {
    let mut references = administration.children("reference");
    references.find(|r| r.attr("typeCode") == Some(type_code)).and_then(|r| r.child("externalDocument"))
}

fn preparer(administration: Node<'_>, left: &mut Leftovers) -> Result<Option<Professional>, ReadError> {
    let Some(performer) = administration.only("performer")?.map(stated_person) else { return Ok(None) };
    left.unknown.extend(performer.leftovers());
    Ok(Some(performer.professional))
}

/// What a correction or cancellation does. It is understood whole or not at all.
fn change(
    header: &Header,
    administration: Node<'_>,
    others: &Observations<'_>,
    left: &mut Leftovers,
) -> Option<Change> {
    let in_body = of_type(administration, "RPLC").and_then(|document| reference(document, "replaced document").ok());
    let replaces: Option<DocumentReference> = in_body.or_else(|| header.related("RPLC").cloned());
    let author = |function: (&str, &str)| header.author(function.0).cloned();
    let (reason, kind) = (others.find(fields::CANCELLATION_REASON), others.find(fields::CANCELLATION_TYPE));
    let corrected = others.find(fields::CORRECTION_REASON);
    let read = match header.reference.document_type {
        DocumentType::DispensationCorrection if reason.or(kind).is_none() => {
            correction(replaces, author(CORRECTOR), corrected)
        }
        DocumentType::DispensationCancellation if corrected.is_none() => {
            cancellation(replaces, author(CANCELLER), reason, kind)
        }
        DocumentType::DispensationCorrection | DocumentType::DispensationCancellation => None,
        _ => return None,
    };
    if read.is_none() {
        let parts = [reason, kind, corrected].into_iter().flatten();
        parts.filter_map(Node::parent).for_each(|component| left.add(OTHERS, component));
    }
    Some(read.unwrap_or(Change::Unclear))
}

/// Field 102: a quantity, or a number in the formula beside it; else what the packages hold.
fn delivered(
    amounts: &Observations<'_>,
    size: Option<&Amount>,
    packages: u32,
    factor: u32,
) -> Result<Amount, ReadError> {
    let missing = ReadError::Missing { fact: "field 102" };
    let observation = amounts.find(fields::DELIVERED).ok_or(missing.clone())?;
    let value = observation.child("value");
    let in_formula = || {
        let number = prescription::remaining::number_in(&amounts.formula(fields::DELIVERED)?)?;
        Some(Amount { value: number, unit: Unit::new(value?.attr("unit").unwrap_or("1")) })
    };
    let in_packages = || {
        let size = size?;
        let value = size.value.checked_mul(Decimal::from(packages))?.checked_mul(Decimal::from(factor))?;
        Some(Amount { value, unit: size.unit.clone() })
    };
    value.and_then(amount).or_else(in_formula).or_else(in_packages).ok_or(missing)
}

/// Field 103, which may be absent: then nothing is stated.
fn remaining(amounts: &Observations<'_>) -> Result<RemainingStatement, ReadError> {
    let value = amounts.find(fields::REMAINING).and_then(|o| o.child("value"));
    Ok(RemainingStatement {
        value: match value.and_then(|v| v.attr("value")) {
            Some(text) => Some(number(text).ok_or(ReadError::Malformed { fact: "field 103" })?),
            None => None,
        },
        text: amounts.formula(fields::REMAINING),
        unit: Unit::new(value.and_then(|v| v.attr("unit")).unwrap_or_default()),
        words: amounts.words(fields::REMAINING),
    })
}

fn price(others: &Observations<'_>) -> Result<Option<Decimal>, ReadError> {
    let value = others.find(fields::PRICE).and_then(|o| o.child("value")).and_then(|v| v.attr("value"));
    value.map(|price| number(price).ok_or(ReadError::Malformed { fact: "field 108" })).transpose()
}

fn substitution_reason(observation: Node<'_>) -> Option<(Code, Option<String>)> {
    let code = coded(observation.child("value")?)?;
    Some((code, observation.child("text").and_then(Node::text)))
}
