//! A dispensation, from the organizers 100 and 104.

use prescription::{Amount, Code, Dispensation, RemainingStatement, Unit};

use super::entries;
use super::people::{body_patient, completed, read_organisation, stated_person};
use super::product::{self, Stated};
use super::values::{amount, code, coded, count, field_code, is, number, reference, text, truth};
use crate::fields::{self, DISPENSER};
use crate::time::read_time;
use crate::tree::Node;
use crate::{Header, ReadError};

/// Reads the dispensation of a document with that header.
pub(super) fn read(header: &Header, body: Node<'_>) -> Result<Dispensation, ReadError> {
    let organizers: Vec<Node<'_>> = entries(body).into_iter().flat_map(|e| e.children("organizer")).collect();
    let product = single(&organizers, fields::DISPENSED_PRODUCT, "field 100")?;
    let product = product.ok_or(ReadError::Missing { fact: "field 100" })?;
    let administration = product
        .only("component")?
        .and_then(|c| c.child("substanceAdministration"))
        .ok_or(ReadError::Missing { fact: "substanceAdministration" })?;
    let related: Vec<Node<'_>> = administration.children("entryRelationship").collect();
    let supplies: Vec<Node<'_>> = related.iter().filter_map(|r| r.child("supply")).collect();
    let supply = match supplies.as_slice() {
        [supply] => *supply,
        [] => return Err(ReadError::Missing { fact: "supply" }),
        _ => return Err(ReadError::Repeated { fact: "supply" }),
    };
    let amounts = Observations::of(related.into_iter().flat_map(|r| r.children("observation")))?;
    let package = Observations::of(supply.children("entryRelationship").flat_map(|r| r.children("observation")))?;
    let others = single(&organizers, fields::OTHER_OF_DISPENSATION, "field 104")?;
    let components = others.into_iter().flat_map(|o| o.children("component"));
    let others = Observations::of(components.flat_map(|c| c.children("observation")))?;

    let author = administration.only("author")?.ok_or(ReadError::Missing { fact: "author" })?;
    let pharmacy = author
        .path(&["assignedAuthor", "representedOrganization"])
        .and_then(read_organisation)
        .or_else(|| header.encounter_organisation.clone())
        .ok_or(ReadError::Missing { fact: "pharmacy" })?;
    let mut signer = completed(stated_person(author).professional, header.author(DISPENSER.0));
    signer.organisation = Some(pharmacy.clone());
    let compounded = package.truth(fields::COMPOUNDED)?;
    let stated = Stated {
        kind: package.code(fields::KIND).map(Into::into),
        form: package.text(fields::FORM),
        container: package.text(fields::CONTAINER),
        compounded,
    };
    Ok(Dispensation {
        reference: self_reference(header, administration)?,
        version: header.version,
        prescription: administration
            .children("reference")
            .find(|r| r.attr("typeCode") == Some("REFR"))
            .and_then(|r| r.child("externalDocument"))
            .ok_or(ReadError::Missing { fact: "prescription reference" })
            .and_then(|document| reference(document, "prescription reference"))?,
        patient: body_patient(administration.only("subject")?, &header.patient),
        author: signer,
        pharmacy,
        preparer: administration.only("performer")?.map(|p| stated_person(p).professional),
        dispensed_at: administration
            .only("effectiveTime")?
            .and_then(|t| t.attr("value"))
            .and_then(read_time)
            .or(header.encounter_at)
            .ok_or(ReadError::Missing { fact: "dispensing time" })?,
        made_at: header.made_at,
        product: product::read(administration, supply, stated),
        packages: match supply.only("repeatNumber")? {
            Some(number) => count(number).ok_or(ReadError::Malformed { fact: "number of packages" })?,
            None => 1,
        },
        package_size: supply
            .only("quantity")?
            .and_then(amount)
            .or_else(|| delivered(&amounts))
            .ok_or(ReadError::Missing { fact: "package size" })?,
        package_factor: match package.find(fields::PACKAGE_FACTOR).and_then(|o| o.child("value")) {
            Some(value) => count(value).ok_or(ReadError::Malformed { fact: "field 125" })?,
            None => 1,
        },
        package_text: package.text(fields::PACKAGE_TEXT),
        part_package: package.truth(fields::PART_PACKAGE)?,
        compounded,
        delivered: delivered(&amounts).ok_or(ReadError::Missing { fact: "field 102" })?,
        remaining: remaining(&amounts)?,
        fully_dispensed: others.truth(fields::FULLY_DISPENSED)?,
        dose_dispensing: others.truth(fields::DOSE_DISPENSING)?,
        substituted: others.truth(fields::SUBSTITUTED)?,
        remark: others.text(fields::REMARK),
        report_to_kela: others.text(fields::REPORT_TO_KELA),
        price: match others.find(fields::PRICE).and_then(|o| o.child("value")).and_then(|v| v.attr("value")) {
            Some(price) => Some(number(price).ok_or(ReadError::Malformed { fact: "field 108" })?),
            None => None,
        },
        substitution_reason: others.find(fields::SUBSTITUTION_REASON).and_then(substitution_reason),
        copayments: match others.find(fields::COPAYMENTS).and_then(|o| o.child("value")) {
            Some(value) => Some(count(value).ok_or(ReadError::Malformed { fact: "field 110" })?),
            None => None,
        },
        control: others.code(fields::CONTROL).map(Into::into),
        narcotic: others.truth(fields::NARCOTIC)?,
        label_dosage: others.text(fields::LABEL_DOSAGE).unwrap_or_default(),
    })
}

/// The body's own name of the document; the header's where the body has none.
fn self_reference(header: &Header, administration: Node<'_>) -> Result<prescription::DocumentReference, ReadError> {
    let own = administration.children("reference").find(|r| r.attr("typeCode") == Some("SPRT"));
    match own.and_then(|r| r.child("externalDocument")) {
        Some(document) => reference(document, "document reference"),
        None => Ok(header.reference.clone()),
    }
}

fn single<'t>(
    organizers: &[Node<'t>],
    field: fields::Field,
    fact: &'static str,
) -> Result<Option<Node<'t>>, ReadError> {
    let mut found = organizers.iter().filter(|o| is(**o, field));
    let first = found.next().copied();
    if found.next().is_some() { Err(ReadError::Repeated { fact }) } else { Ok(first) }
}

/// Field 102: a quantity, or a number in the text beside it.
fn delivered(amounts: &Observations<'_>) -> Option<Amount> {
    let value = amounts.find(fields::DELIVERED)?.child("value")?;
    amount(value).or_else(|| {
        let text = value.path(&["translation", "originalText"]).and_then(Node::text)?;
        let number = prescription::remaining::number_in(&text)?;
        Some(Amount { value: number, unit: Unit::new(value.attr("unit").unwrap_or("1")) })
    })
}

/// Field 103, which may be absent: then nothing is stated.
fn remaining(amounts: &Observations<'_>) -> Result<RemainingStatement, ReadError> {
    let observation = amounts.find(fields::REMAINING);
    let value = observation.and_then(|o| o.child("value"));
    let stated = value.and_then(|v| v.attr("value"));
    let text = value.and_then(|v| v.path(&["translation", "originalText"])).and_then(Node::text);
    Ok(RemainingStatement {
        value: match stated {
            Some(text) => Some(number(text).ok_or(ReadError::Malformed { fact: "field 103" })?),
            None => None,
        },
        text: text.or_else(|| observation.and_then(|o| o.child("text")).and_then(Node::text)),
        unit: Unit::new(value.and_then(|v| v.attr("unit")).unwrap_or_default()),
    })
}

fn substitution_reason(observation: Node<'_>) -> Option<(Code, Option<String>)> {
    let code = coded(observation.child("value")?)?;
    Some((code, observation.child("text").and_then(Node::text)))
}

/// The observations of one place, each field at most once.
struct Observations<'t>(Vec<(&'t str, Node<'t>)>);

impl<'t> Observations<'t> {
    fn of(nodes: impl Iterator<Item = Node<'t>>) -> Result<Self, ReadError> {
        let mut found: Vec<(&str, Node<'_>)> = Vec::new();
        for node in nodes {
            let Some(code) = field_code(node) else { continue };
            if found.iter().any(|(known, _)| *known == code) {
                return Err(ReadError::Repeated { fact: "field of the dispensation" });
            }
            found.push((code, node));
        }
        Ok(Self(found))
    }

    fn find(&self, field: fields::Field) -> Option<Node<'t>> {
        self.0.iter().find(|(code, _)| *code == field.code).map(|(_, node)| *node)
    }

    /// Absent or empty is no, as a dispensation says only what is so; any other word is malformed.
    fn truth(&self, field: fields::Field) -> Result<bool, ReadError> {
        let Some(observation) = self.find(field) else { return Ok(false) };
        let says = observation.child("value").is_some_and(|v| v.attr("value").is_some());
        match truth(observation) {
            None if says => Err(ReadError::Malformed { fact: "truth value of the dispensation" }),
            value => Ok(value.unwrap_or(false)),
        }
    }

    fn text(&self, field: fields::Field) -> Option<String> {
        self.find(field).and_then(text)
    }

    fn code(&self, field: fields::Field) -> Option<&'t str> {
        self.find(field).and_then(code)
    }
}
