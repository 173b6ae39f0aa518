//! A prescription, from the organizers 83 (product), 4 and 10 (ingredients), 32 (dosage) and 88, 98 or 99 (the rest).
//!
//! Each field is read by its code. One that is known and has no place of its own becomes a detail, one that is not known
//! becomes an unknown part; none is dropped.

use chrono::NaiveDate;
use prescription::codes::PrescriptionKind;
use prescription::{Amount, ControlClass, Dosage, Iteration, Prescription, ProductKind, Quantity, Unit, UnknownPart};

use super::describe::{described, detail, plain_detail, unknown};
use super::entries;
use super::people::{body_patient, completed, stated_person};
use super::product::{self, Stated};
use super::values::{amount, code, count, field_code, number, text, truth};
use crate::fields::{self, AMOUNT_FORMS, FIELDS, PRESCRIBER, RECORDER, name_of};
use crate::time::{read_date, read_time};
use crate::tree::Node;
use crate::{Header, ReadError};

/// Reads the prescription of a document with that header.
pub(super) fn read(header: &Header, body: Node<'_>) -> Result<Prescription, ReadError> {
    let mut product = None;
    let mut rest = Vec::new();
    for entry in entries(body) {
        for act in entry.elements() {
            if field_code(act) == Some(fields::PRODUCT.code) && act.name() == "organizer" {
                if product.replace(act).is_some() {
                    return Err(ReadError::Repeated { fact: "field 83" });
                }
            } else {
                rest.push(act);
            }
        }
    }
    let organizer = product.ok_or(ReadError::Missing { fact: "field 83" })?;
    let mut prescription = read_product(header, organizer)?;
    for act in rest {
        match (act.name(), field_code(act)) {
            ("organizer", Some("4")) => read_ingredients(act, true, &mut prescription),
            ("organizer", Some("10")) => read_ingredients(act, false, &mut prescription),
            ("organizer", Some("32")) => read_dosage(act, &mut prescription),
            ("organizer", Some("88" | "98" | "99")) => read_others(act, &mut prescription)?,
            ("observation", Some("160")) => prescription.details.push(detail(act)),
            (name, code) => {
                let place = code.unwrap_or(if name.is_empty() { act.any_name() } else { name });
                prescription.unknown.push(unknown(place, act));
            }
        }
    }
    Ok(prescription)
}

/// Organizer 83: when, what, how much, for whom and by whom.
fn read_product(header: &Header, organizer: Node<'_>) -> Result<Prescription, ReadError> {
    let administration = organizer
        .only("component")?
        .and_then(|c| c.child("substanceAdministration"))
        .ok_or(ReadError::Missing { fact: "substanceAdministration" })?;
    let mut found = Found::default();
    let mut supply = None;
    for related in administration.children("entryRelationship") {
        for act in related.elements() {
            if act.name() == "supply" {
                if supply.replace(act).is_some() {
                    return Err(ReadError::Repeated { fact: "supply" });
                }
            } else {
                found.unknown.push(unknown("83", act));
            }
        }
    }
    let supply = supply.ok_or(ReadError::Missing { fact: "supply" })?;
    found.read_supply(supply);
    found.read_rest_of_administration(administration);

    let author = supply.only("author")?.or(administration.only("author")?).map(stated_person);
    if let Some(author) = &author {
        found.note("registration number", author.odd_registration.as_deref());
        found.note("representedOrganization", author.nameless_organisation.as_deref());
    }
    let stated = header.author(PRESCRIBER.0).or(header.authors.first().map(|a| &a.professional));
    let prescriber = match author {
        Some(author) => completed(author.professional, stated),
        None => stated.cloned().ok_or(ReadError::Missing { fact: "prescriber" })?,
    };
    let (prescribed_at, valid_until) = times(administration)?;
    let quantity = quantity(supply, &mut found);
    let compounded = found.stated.compounded;
    Ok(Prescription {
        reference: header.reference.clone(),
        version: header.version,
        definition: header.header_definition.clone(),
        patient: body_patient(supply.only("subject")?.or(administration.only("subject")?), &header.patient),
        prescriber,
        recorder: header.author(RECORDER.0).cloned(),
        prescribed_at: prescribed_at.or(header.encounter_at).ok_or(ReadError::Missing { fact: "prescribing time" })?,
        valid_until,
        kind: PrescriptionKind::Ordinary,
        product: product::read(administration, supply, Stated { compounded, ..found.stated }),
        active_substances: vec![],
        quantity,
        iteration: found.iteration,
        dosage: Dosage::default(),
        control: None,
        narcotic: false,
        purpose: None,
        message_to_pharmacy: None,
        substitution_prohibited: false,
        renewal_prohibited: false,
        permanent: false,
        dose_dispensing: false,
        first_use: false,
        details: found.details,
        unknown: found.unknown,
    })
}

/// When it was prescribed, and the last day of validity if the document limits it.
fn times(administration: Node<'_>) -> Result<(Option<chrono::NaiveDateTime>, Option<NaiveDate>), ReadError> {
    let Some(time) = administration.only("effectiveTime")? else { return Ok((None, None)) };
    let malformed = ReadError::Malformed { fact: "prescribing time" };
    let start = time.attr("value").or_else(|| time.child("low").and_then(|low| low.attr("value")));
    let start = start.map(|text| read_time(text).ok_or(malformed.clone())).transpose()?;
    let end = time.child("high").and_then(|high| high.attr("value"));
    let end = end.map(|text| read_date(text).ok_or(ReadError::Malformed { fact: "end of validity" })).transpose()?;
    Ok((start, end))
}

/// What organizer 83 holds beside people and times.
#[derive(Default)]
struct Found {
    stated: Stated,
    iteration: Option<Iteration>,
    factor: Option<u32>,
    package_text: Option<String>,
    details: Vec<prescription::Detail>,
    unknown: Vec<UnknownPart>,
}

impl Found {
    fn read_supply(&mut self, supply: Node<'_>) {
        for element in supply.elements() {
            match element.name() {
                "entryRelationship" => element.elements().for_each(|act| self.read_field(act)),
                "participant" => self.read_participant(element),
                // Read by name elsewhere, or says nothing of this prescription.
                "code" | "effectiveTime" | "repeatNumber" | "independentInd" | "quantity" | "subject" | "product"
                | "author" | "reference" | "id" | "statusCode" => {}
                _ => self.unknown.push(unknown(&format!("83/supply/{}", element.any_name()), element)),
            }
        }
    }

    fn read_field(&mut self, act: Node<'_>) {
        match field_code(act) {
            Some("24") => self.stated.form = text(act),
            Some("121") => self.read_iteration(act),
            Some("124") => match truth(act) {
                Some(compounded) => self.stated.compounded = compounded,
                None => self.unknown.push(unknown("124", act)),
            },
            Some("125") => match act.child("value").and_then(count) {
                Some(factor) => self.factor = Some(factor),
                None => self.unknown.push(unknown("125", act)),
            },
            Some("126") => self.package_text = text(act),
            Some("128") => self.stated.container = text(act),
            Some("164") => self.stated.kind = code(act).map(ProductKind::from),
            Some(known) if name_of(known).is_some() => self.details.push(detail(act)),
            other => self.unknown.push(unknown(&format!("83/{}", other.unwrap_or_else(|| act.any_name())), act)),
        }
    }

    fn read_iteration(&mut self, act: Node<'_>) {
        let width = act.path(&["effectiveTime", "width"]);
        // Only days are known. An interval in another unit must not become one of days.
        let days = width.filter(|w| w.attr("unit") == Some("d")).and_then(count);
        let repeats = act.child("repeatNumber").and_then(count);
        if repeats.is_none() || (width.is_some() && days.is_none()) {
            self.unknown.push(unknown("121", act));
        }
        let text = act.child("text").and_then(Node::text).or_else(|| text(act));
        self.iteration = Some(Iteration { repeats: repeats.unwrap_or(0), interval_days: days, text });
    }

    /// The holder of the marketing authorisation is part of the product; employer and insurer are details.
    fn read_participant(&mut self, participant: Node<'_>) {
        let role = participant.child("participantRole");
        let name = match role.and_then(|r| r.attr("classCode")) {
            Some("OWN") => return,
            Some("EMP") => "Työnantaja",
            Some("PAYOR") => "Vakuutusyhtiö",
            _ => return self.unknown.push(unknown("83/participant", participant)),
        };
        let text = role.and_then(|r| r.path(&["playingEntity", "name"])).and_then(Node::text).unwrap_or_default();
        self.details.push(plain_detail("participant", name, text));
    }

    fn read_rest_of_administration(&mut self, administration: Node<'_>) {
        for element in administration.elements() {
            match element.name() {
                "text" => {
                    let text = element.text().unwrap_or_default();
                    if !text.is_empty() {
                        self.details.push(plain_detail("83/text", "Valmistusohje", text));
                    }
                }
                "effectiveTime" | "doseQuantity" | "consumable" | "entryRelationship" | "subject" | "author" | "id"
                | "statusCode" => {}
                _ => self.unknown.push(unknown(&format!("83/{}", element.any_name()), element)),
            }
        }
    }

    fn note(&mut self, place: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.unknown.push(UnknownPart {
                place: place.to_owned(),
                text: text.chars().take(2_000).collect(),
                xml: None,
            });
        }
    }
}

/// The prescribed amount in the form that the prescriber chose (DI-6). What does not add up to a form is unknown, so
/// that it hinders.
fn quantity(supply: Node<'_>, found: &mut Found) -> Quantity {
    let stated = supply.child("code").filter(|c| c.attr("codeSystem") == Some(AMOUNT_FORMS.oid));
    let form = stated.and_then(|c| c.attr("code")).unwrap_or_default();
    let size = supply.child("quantity").and_then(amount);
    let read = match form {
        "1" => packages(supply, size, found),
        "2" => size.map(|amount| Quantity::Total { amount }),
        "3" => period(supply),
        "9" => Some(Quantity::Nothing),
        _ => None,
    };
    read.unwrap_or_else(|| {
        let stated =
            ["code", "effectiveTime", "repeatNumber", "quantity"].into_iter().filter_map(|name| supply.child(name));
        let words = stated.map(described).chain(found.package_text.clone()).collect::<Vec<_>>().join(" ");
        found.note("83/supply", Some(&words));
        Quantity::Unknown { code: form.to_owned() }
    })
}

fn packages(supply: Node<'_>, size: Option<Amount>, found: &Found) -> Option<Quantity> {
    Some(Quantity::Packages {
        count: supply.child("repeatNumber").and_then(count)?,
        factor: found.factor.unwrap_or(1),
        size: size.or_else(|| found.package_text.as_deref().and_then(plain_size))?,
        text: found.package_text.clone(),
    })
}

/// Products outside the database have the size of their package only as text. "100 g" has one meaning, "1X98 fol" more.
fn plain_size(text: &str) -> Option<Amount> {
    let (value, unit) = text.trim().split_once(' ')?;
    let unit = unit.trim();
    let plain = !unit.is_empty() && unit.chars().all(char::is_alphabetic);
    Some(Amount { value: number(value)?, unit: Unit::new(unit) }).filter(|_| plain)
}

fn period(supply: Node<'_>) -> Option<Quantity> {
    let time = supply.child("effectiveTime")?;
    let width = time.child("width")?;
    let start = time.child("low").and_then(|low| low.attr("value")).map(read_date);
    if start == Some(None) {
        return None;
    }
    Some(Quantity::Period { start: start.flatten(), length: count(width)?, unit: width.attr("unit")?.to_owned() })
}

/// Organizers 4 and 10. Amounts, which only compounded medicines have, are details.
fn read_ingredients(organizer: Node<'_>, active: bool, prescription: &mut Prescription) {
    for component in organizer.children("component") {
        for act in component.elements() {
            let drug = act.path(&["consumable", "manufacturedProduct", "manufacturedLabeledDrug"]);
            let name = drug.and_then(|d| {
                let coded = || d.child("code").and_then(|c| c.attr("displayName")).map(str::to_owned);
                d.child("name").and_then(Node::text).or_else(coded)
            });
            let (Some(name), "substanceAdministration") = (name, act.name()) else {
                prescription.unknown.push(unknown(if active { "4" } else { "10" }, act));
                continue;
            };
            let field = if active { fields::ACTIVE_SUBSTANCES } else { fields::OTHER_INGREDIENTS };
            match act.child("doseQuantity").map(described).filter(|dose| !dose.is_empty()) {
                Some(dose) => {
                    prescription.details.push(plain_detail(field.code, field.name, format!("{name} {dose}")));
                }
                None if !active => prescription.details.push(plain_detail(field.code, field.name, name.clone())),
                None => {}
            }
            if active {
                prescription.active_substances.push(name);
            }
        }
    }
}

/// Organizer 32. Structured dosage (definition 4.00) is kept in readable words beside the text; where there is no text,
/// those words are the dosage, and every structured part is also an unknown one, so that a person looks at it.
fn read_dosage(organizer: Node<'_>, prescription: &mut Prescription) {
    let mut structured = Vec::new();
    let mut texts = Vec::new();
    for act in organizer.children("component").flat_map(Node::elements) {
        match (act.name(), field_code(act)) {
            ("observation", Some("87")) => prescription.dosage.only_text = truth(act).unwrap_or(false),
            ("observation", Some("56")) => prescription.dosage.sic |= truth(act).unwrap_or(false),
            ("substanceAdministration", Some("29") | None) if is_plain(act) => {
                texts.extend(act.child("text").and_then(Node::text));
                for inner in act.children("entryRelationship").flat_map(Node::elements) {
                    match field_code(inner) {
                        Some("56") => prescription.dosage.sic |= truth(inner).unwrap_or(false),
                        Some(known) if name_of(known).is_some() => prescription.details.push(detail(inner)),
                        other => {
                            let place = format!("32/{}", other.unwrap_or_else(|| inner.any_name()));
                            prescription.unknown.push(unknown(&place, inner));
                        }
                    }
                }
            }
            ("substanceAdministration", Some("230" | "250")) => structured.push(act),
            (_, other) => {
                let place = format!("32/{}", other.unwrap_or_else(|| act.any_name()));
                prescription.unknown.push(unknown(&place, act));
            }
        }
    }
    if texts.is_empty() {
        prescription.dosage.text = structured.iter().map(|act| described(*act)).collect::<Vec<_>>().join(". ");
        prescription.unknown.extend(structured.iter().map(|act| unknown("32", *act)));
    } else {
        prescription.dosage.text = texts.join(" ");
        prescription.details.extend(structured.into_iter().map(detail));
    }
}

/// Whether a dosage has a field code of the code set or none at all.
fn is_plain(act: Node<'_>) -> bool {
    act.child("code").is_none_or(|c| c.attr("codeSystem") == Some(FIELDS.oid))
}

/// Organizers 88, 98 (of a cancellation) and 99 (of a correction).
fn read_others(organizer: Node<'_>, prescription: &mut Prescription) -> Result<(), ReadError> {
    let mut seen: Vec<&str> = Vec::new();
    for act in organizer.children("component").flat_map(Node::elements) {
        let field = if act.name() == "observation" { field_code(act) } else { None };
        if let Some(code) = field {
            // Which of two prohibitions or classes is meant cannot be known.
            if seen.contains(&code) {
                return Err(ReadError::Repeated { fact: "field of the prescription" });
            }
            seen.push(code);
        }
        read_other(act, field, prescription);
    }
    Ok(())
}

fn read_other(act: Node<'_>, field: Option<&str>, prescription: &mut Prescription) {
    match field {
        Some("58") => prescription.purpose = text(act),
        Some("92") => prescription.message_to_pharmacy = text(act),
        Some("119") if code(act).is_some() => prescription.control = code(act).map(ControlClass::from),
        Some("169") if code(act).is_some() => {
            prescription.kind = code(act).map_or(PrescriptionKind::Ordinary, PrescriptionKind::from);
        }
        Some(code @ ("68" | "75" | "81" | "91" | "129" | "132")) => {
            let Some(value) = truth(act) else {
                return prescription.unknown.push(unknown(code, act));
            };
            match code {
                "68" => prescription.permanent = value,
                "75" => prescription.renewal_prohibited = value,
                "81" => prescription.substitution_prohibited = value,
                "91" => prescription.dose_dispensing = value,
                "129" => prescription.first_use = value,
                _ => prescription.narcotic = value,
            }
            if act.child("text").and_then(Node::text).is_some() {
                prescription.details.push(detail(act));
            }
        }
        Some(known) if !matches!(known, "119" | "169") && name_of(known).is_some() => {
            prescription.details.push(detail(act));
        }
        other => {
            let place = format!("88/{}", other.unwrap_or_else(|| act.any_name()));
            prescription.unknown.push(unknown(&place, act));
        }
    }
}
