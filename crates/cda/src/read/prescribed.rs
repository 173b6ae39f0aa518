//! What was prescribed and how much: organizer 83 with the supply in it.

use std::num::NonZeroU32;

use chrono::{NaiveDate, NaiveDateTime};
use prescription::amount::package_size_in;
use prescription::quantity::interval_in;
use prescription::{Container, Iteration, Length, PositiveAmount, PrescribedProduct, Quantity, TimeUnit};

use super::item;
use super::leftovers::{Leftovers, says_something};
use super::product::drug_or_material;
use super::values::{amount, count, field_code, text};
use crate::ReadError;
use crate::fields::AMOUNT_FORMS;
use crate::time::{read_date, read_time};
use crate::tree::Node;

/// The container of what stands in the substance administration of organizer 83.
pub(super) const ADMINISTRATION: &str = "83";
/// The container of what stands in its supply.
pub(super) const SUPPLY: &str = "83/supply";

/// Organizer 83, with the elements of people that the caller reads.
pub(super) struct Prescribed<'t> {
    pub(super) administration: Node<'t>,
    pub(super) supply: Node<'t>,
    pub(super) prescribed_at: Option<NaiveDateTime>,
    pub(super) valid_until: Option<NaiveDate>,
    pub(super) product: PrescribedProduct,
    pub(super) quantity: Quantity,
    pub(super) iteration: Option<Iteration>,
    pub(super) employer: Option<String>,
    pub(super) insurer: Option<String>,
}

/// Reads organizer 83 and what organizers 4 and 10 say of its ingredients.
pub(super) fn read<'t>(
    organizer: Node<'t>,
    active: Option<Node<'t>>,
    other: Option<Node<'t>>,
    left: &mut Leftovers,
) -> Result<Prescribed<'t>, ReadError> {
    let administration = organizer
        .only("component")?
        .and_then(|c| c.child("substanceAdministration"))
        .ok_or(ReadError::Missing { fact: "substanceAdministration" })?;
    let mut supply = None;
    for related in administration.children("entryRelationship") {
        match related.child("supply") {
            None => left.add(ADMINISTRATION, related),
            Some(found) if supply.is_none() => supply = Some(found),
            Some(_) => return Err(ReadError::Repeated { fact: "supply" }),
        }
    }
    let supply = supply.ok_or(ReadError::Missing { fact: "supply" })?;
    let (prescribed_at, valid_until) = times(administration)?;
    let mut fields = Fields::default();
    let mut read = Vec::new();
    fields.read(supply, &mut read, left);
    let quantity = quantity(supply, &mut fields, &mut read, left);
    fields.leave(left);
    let strength = strength(administration, left);
    let (kind, compounded) = (fields.kind, fields.compounded);
    let item = item::read(&item::Stated { administration, supply, active, other, kind, compounded }, left)?;
    for element in administration.elements() {
        let known = ["text", "effectiveTime", "doseQuantity", "consumable", "entryRelationship", "subject", "author"];
        if !known.contains(&element.name()) && !is_technical(element) {
            left.add(ADMINISTRATION, element);
        }
    }
    Ok(Prescribed {
        prescribed_at,
        valid_until,
        product: PrescribedProduct {
            strength,
            form: fields.form,
            holder: fields.holder,
            container: fields.container,
            note: fields.note,
            database_version: database_version(administration, supply, [active, other]),
            item,
        },
        quantity,
        iteration: fields.iteration,
        employer: fields.employer,
        insurer: fields.insurer,
        administration,
        supply,
    })
}

/// When it was prescribed, and the last day of validity if the document limits it.
fn times(administration: Node<'_>) -> Result<(Option<NaiveDateTime>, Option<NaiveDate>), ReadError> {
    let Some(time) = administration.only("effectiveTime")? else { return Ok((None, None)) };
    let malformed = ReadError::Malformed { fact: "prescribing time" };
    let start = time.attr("value").or_else(|| time.child("low").and_then(|low| low.attr("value")));
    let start = start.map(|text| read_time(text).ok_or(malformed)).transpose()?;
    let Some(high) = time.child("high").filter(|high| high.attr("value").is_some()) else { return Ok((start, None)) };
    let malformed = ReadError::Malformed { fact: "end of validity" };
    let end = high.attr("value").and_then(read_date).ok_or(malformed.clone())?;
    // An end that is not part of the interval is the day after the last one.
    let excluded = high.attr("inclusive") == Some("false");
    let last = if excluded { end.pred_opt().ok_or(malformed)? } else { end };
    Ok((start, Some(last)))
}

pub(super) fn is_technical(element: Node<'_>) -> bool {
    matches!(element.name(), "id" | "statusCode" | "code" | "templateId")
}

/// What the observations and participants of the supply say. Each keeps its element until it is used, so that what does
/// not fit can be handed on.
#[derive(Default)]
struct Fields<'t> {
    kind: Option<Node<'t>>,
    compounded: Option<Node<'t>>,
    factor: Option<Node<'t>>,
    package_text: Option<Node<'t>>,
    form: Option<String>,
    container: Option<Container>,
    note: Option<String>,
    holder: Option<String>,
    employer: Option<String>,
    insurer: Option<String>,
    iteration: Option<Iteration>,
}

impl<'t> Fields<'t> {
    fn read(&mut self, supply: Node<'t>, amounts: &mut Vec<Node<'t>>, left: &mut Leftovers) {
        let mut seen = Vec::new();
        for element in supply.elements() {
            match element.name() {
                "entryRelationship" => {
                    let field = element.elements().next().and_then(field_code);
                    let first = field.is_none_or(|field| !seen.contains(&field));
                    seen.extend(field);
                    match field {
                        Some(field) if first => self.field(field, element, left),
                        _ => left.add(SUPPLY, element),
                    }
                }
                "participant" => self.participant(element, left),
                "code" | "effectiveTime" | "repeatNumber" | "quantity" => amounts.push(element),
                "subject" | "product" | "author" | "independentInd" => {}
                "reference" if matches!(element.attr("typeCode"), Some("SPRT" | "RPLC" | "REFR")) => {}
                _ if is_technical(element) => {}
                _ => left.add(SUPPLY, element),
            }
        }
    }

    fn field(&mut self, field: &str, element: Node<'t>, left: &mut Leftovers) {
        let Some(act) = element.child("observation") else { return left.add(SUPPLY, element) };
        match field {
            "24" => self.form = text(act),
            "121" => match iteration(act) {
                Some(iteration) => self.iteration = Some(iteration),
                None => left.add(SUPPLY, element),
            },
            "124" => self.compounded = Some(element),
            "125" => self.factor = Some(element),
            "126" => self.package_text = Some(element),
            "127" => self.note = text(act),
            "128" => {
                let code = act.child("value").and_then(|value| value.attr("code")).map(str::to_owned);
                self.container = text(act).map(|name| Container { name, code });
            }
            "164" => self.kind = Some(element),
            _ => left.add_field(SUPPLY, element),
        }
    }

    /// The holder of the marketing authorisation; employer and insurance company after an accident at work.
    fn participant(&mut self, participant: Node<'t>, left: &mut Leftovers) {
        let role = participant.child("participantRole");
        let name = role.and_then(|r| r.path(&["playingEntity", "name"])).and_then(Node::text);
        let place = match role.and_then(|r| r.attr("classCode")) {
            Some("OWN") => &mut self.holder,
            Some("EMP") => &mut self.employer,
            Some("PAYOR") => &mut self.insurer,
            _ => return left.add(SUPPLY, participant),
        };
        if place.is_some() && name.is_some() {
            return left.add(SUPPLY, participant);
        }
        *place = place.take().or(name);
    }

    /// What belongs to packages and was not used, because the amount is no packages or says them otherwise.
    fn leave(&mut self, left: &mut Leftovers) {
        for unused in [self.factor.take(), self.package_text.take()].into_iter().flatten() {
            let says = unused.child("observation").and_then(|o| o.child("value"));
            if says.is_some_and(|value| value.attr("value").is_some() || value.text().is_some()) {
                left.add(SUPPLY, unused);
            }
        }
    }
}

/// Field 121. Repeats that are none, or an interval in a unit that is not known, are no iteration: to read half of it would
/// let the same amount go again too often or too soon (DI-7b).
fn iteration(act: Node<'_>) -> Option<Iteration> {
    let words = act.child("text").and_then(Node::text).or_else(|| text(act));
    let interval = match act.child("effectiveTime") {
        Some(time) if time.elements().next().is_some() => Some(length(time.child("width")?)?),
        _ => words.as_deref().and_then(interval_in),
    };
    Iteration::new(act.child("repeatNumber").and_then(count)?, interval, words)
}

fn length(width: Node<'_>) -> Option<Length> {
    Length::new(count(width)?, TimeUnit::parse(width.attr("unit")?)?)
}

/// The prescribed amount in the form that the prescriber chose (DI-6). What does not add up to a form is unknown, so that
/// it hinders, and every element of it is kept.
fn quantity<'t>(
    supply: Node<'t>,
    fields: &mut Fields<'t>,
    stated: &mut Vec<Node<'t>>,
    left: &mut Leftovers,
) -> Quantity {
    let form = supply.child("code").filter(|c| c.attr("codeSystem") == Some(AMOUNT_FORMS.oid));
    let form = form.and_then(|c| c.attr("code")).unwrap_or_default();
    let (read, used): (Option<Quantity>, &[&str]) = match form {
        "1" => (packages(supply, fields), &["code", "repeatNumber", "quantity"]),
        "2" => {
            let total = supply.child("quantity").and_then(amount).and_then(Quantity::total);
            (total, &["code", "quantity"])
        }
        "3" => (period(supply), &["code", "effectiveTime"]),
        "9" => (Some(Quantity::Nothing), &["code"]),
        _ => (None, &[]),
    };
    let used = if read.is_some() { used } else { &[] };
    let mut once = Vec::new();
    for element in stated.drain(..) {
        let first = !once.contains(&element.name());
        once.push(element.name());
        if (!first || !used.contains(&element.name())) && (says_something(element) || used.is_empty()) {
            left.add(SUPPLY, element);
        }
    }
    read.unwrap_or_else(|| Quantity::Unknown { code: form.to_owned() })
}

fn packages<'t>(supply: Node<'t>, fields: &mut Fields<'t>) -> Option<Quantity> {
    let value = |element: Option<Node<'t>>| element.and_then(|e| e.child("observation"));
    let count = NonZeroU32::new(supply.child("repeatNumber").and_then(count)?)?;
    let words = value(fields.package_text).and_then(text);
    let in_words = words.as_deref().and_then(|words| package_size_in(words, count));
    let factor = match value(fields.factor).and_then(|o| o.child("value")).and_then(|v| v.attr("value")) {
        Some(stated) => Some(stated.parse::<NonZeroU32>().ok()?),
        None => None,
    };
    let quantity = supply.child("quantity").filter(|q| q.attr("value").is_some());
    let (factor, size) = match quantity {
        Some(quantity) => {
            let size = PositiveAmount::of(amount(quantity)?)?;
            // One vendor writes "10 X2,5ml": the number is the factor, and the rest of the size stands in the unit.
            let joined = format!("{} {}", size.value, size.unit);
            match size
                .unit
                .as_str()
                .strip_prefix(['x', 'X'])
                .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            {
                Some(_) if factor.is_none() => package_size_in(&joined, count)?,
                Some(_) => return None,
                None => (factor.unwrap_or(NonZeroU32::MIN), size),
            }
        }
        // Products outside the database have the size of their package only as text.
        None => match (in_words?, factor) {
            ((one, size), None) => (one, size),
            ((one, size), Some(factor)) if one == NonZeroU32::MIN || one == factor => (factor, size),
            _ => return None,
        },
    };
    (fields.factor, fields.package_text) = (None, None);
    Some(Quantity::Packages { count, factor, size, text: words })
}

fn period(supply: Node<'_>) -> Option<Quantity> {
    let time = supply.child("effectiveTime")?;
    let start = match time.child("low").and_then(|low| low.attr("value")) {
        Some(low) => Some(read_date(low)?),
        None => None,
    };
    Some(Quantity::Period { start, length: length(time.child("width")?)? })
}

/// The strength, which is a text beside an absent number.
fn strength(administration: Node<'_>, left: &mut Leftovers) -> Option<String> {
    let dose = administration.child("doseQuantity")?;
    let only_text = dose.elements().all(|e| e.name() == "translation") && dose.attr("value").is_none();
    if !only_text {
        left.add(ADMINISTRATION, dose);
        return None;
    }
    dose.path(&["translation", "originalText"]).and_then(Node::text)
}

/// The edition of the database that the first code names.
fn database_version(administration: Node<'_>, supply: Node<'_>, ingredients: [Option<Node<'_>>; 2]) -> Option<String> {
    let acts = ingredients.into_iter().flatten().flat_map(|o| o.children("component"));
    let acts = acts.filter_map(|c| c.child("substanceAdministration"));
    let places = [supply.child("product"), administration.child("consumable")].into_iter();
    let mut codes = places.chain(acts.map(|act| act.child("consumable"))).flatten().filter_map(drug_code);
    codes.find_map(|code| code.attr("codeSystemVersion")).map(str::to_owned)
}

fn drug_code(around: Node<'_>) -> Option<Node<'_>> {
    around.child("manufacturedProduct").and_then(drug_or_material)?.child("code")
}
