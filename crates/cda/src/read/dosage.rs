//! Dosage: organizer 32, with the text (field 29), more about its use (250) and the structure of definition 4.00 (230).

use chrono::NaiveTime;
use prescription::{Bounds, Dosage, Dose, DoseAmount, End, Oid, Pause, Range, Season, Span, Structure, TimeUnit, Unit};

use super::leftovers::{Leftovers, says_something};
use super::values::{coded, count, field_code, number, text, truth};
use crate::fields::{DAYS, DOSE_UNITS, FIELDS, ROUTES, TIMES_OF_DAY};
use crate::time::read_date;
use crate::tree::Node;

/// The container of what stands in organizer 32.
const DOSAGE: &str = "32";

/// Reads organizer 32. A structure is read whole or not at all: half of a dosage is another dosage.
pub(super) fn read(organizer: Node<'_>, left: &mut Leftovers) -> Dosage {
    let mut dosage = Dosage::default();
    let (mut texts, mut seasons, mut unclear) = (Vec::new(), Vec::new(), false);
    for component in organizer.elements() {
        if component.name() != "component" {
            if !matches!(component.name(), "code" | "statusCode" | "id") {
                left.add(DOSAGE, component);
            }
            continue;
        }
        let Some(act) = component.elements().next() else { continue };
        match (act.name(), field_code(act)) {
            ("observation", Some("87")) if truth(act).is_some() => dosage.only_text = truth(act) == Some(true),
            ("observation", Some("56")) if truth(act).is_some() => dosage.sic |= truth(act) == Some(true),
            ("substanceAdministration", Some("29") | None) if is_plain(act) && reads_text(act, &mut dosage) => {
                texts.extend(act.child("text").and_then(Node::text));
            }
            ("substanceAdministration", Some("250")) if reads_use(act, &mut dosage) => {}
            ("substanceAdministration", Some("230")) => match season(act) {
                Some(season) => seasons.push((season, component)),
                None => {
                    unclear = true;
                    left.add(DOSAGE, component);
                }
            },
            _ => left.add_field(DOSAGE, component),
        }
    }
    dosage.text = texts.join(" ");
    dosage.structure = if unclear {
        seasons.iter().for_each(|(_, component)| left.add(DOSAGE, *component));
        Structure::Unclear
    } else if seasons.is_empty() {
        Structure::Absent
    } else {
        Structure::Seasons(seasons.into_iter().map(|(season, _)| season).collect())
    };
    dosage
}

/// Whether a dosage has a field code of the code set or none at all.
fn is_plain(act: Node<'_>) -> bool {
    act.child("code").is_none_or(|c| c.attr("codeSystem") == Some(FIELDS.oid))
}

/// The text with its SIC mark: true if that is all there is.
fn reads_text(act: Node<'_>, dosage: &mut Dosage) -> bool {
    let mut sic = false;
    let known = parts(act, &["text"]).is_some_and(|parts| {
        parts.into_iter().all(|part| match (part.name(), field_code(part), truth(part)) {
            ("observation", Some("56"), Some(value)) => {
                sic |= value;
                true
            }
            _ => false,
        })
    });
    dosage.sic |= known && sic;
    known
}

/// Route and more about the use: true if that is all there is, and for the first time.
fn reads_use(act: Node<'_>, dosage: &mut Dosage) -> bool {
    let route = act.child("routeCode").filter(|code| code.attr("code").is_some());
    let known_route = route.is_none_or(|code| code.attr("codeSystem") == Some(ROUTES.oid));
    let Some(parts) = parts(act, &["routeCode"]) else { return false };
    let mut instruction = None;
    for part in parts {
        if part.name() != "observation" || field_code(part) != Some("234") || instruction.is_some() {
            return false;
        }
        instruction = Some(text(part));
    }
    if !known_route || dosage.route.is_some() || dosage.instruction.is_some() {
        return false;
    }
    dosage.route = route.and_then(coded);
    dosage.instruction = instruction.flatten();
    true
}

/// What stands in the entry relationships of an act, if nothing but them, its code and the given elements is there. The
/// consumable of a dosage is always empty.
fn parts<'t>(act: Node<'t>, known: &[&str]) -> Option<Vec<Node<'t>>> {
    let mut found = Vec::new();
    for element in act.elements() {
        match element.name() {
            "entryRelationship" => found.push(element.elements().next()?),
            "consumable" => {
                let drug = element.path(&["manufacturedProduct", "manufacturedLabeledDrug"])?;
                if drug.elements().next().is_some() {
                    return None;
                }
            }
            "code" | "statusCode" => {}
            name if known.contains(&name) => {}
            _ if says_something(element) => return None,
            _ => {}
        }
    }
    Some(found)
}

fn season(act: Node<'_>) -> Option<Season> {
    let (start, end) = interval(act)?;
    let mut season = Season {
        id: identifier(act)?,
        bounds: Bounds::new(start, end.map_or(End::Open, End::On))?,
        pauses: Vec::new(),
        as_needed: None,
        period: None,
        doses: Vec::new(),
    };
    let mut length = None;
    for part in parts(act, &["id", "effectiveTime"])? {
        match (part.name(), field_code(part)?) {
            ("observation", "235") => once(&mut length, span(part.child("value")?)?)?,
            ("observation", "236") => {
                let (start, end) = interval(part)?;
                season.pauses.push(Pause::new(start?, end)?);
            }
            ("observation", "237") => once(&mut season.as_needed, truth(part)?)?,
            ("observation", "238") => once(&mut season.period, span(part.child("value")?)?)?,
            ("substanceAdministration", "239") => season.doses.push(dose(part)?),
            _ => return None,
        }
    }
    if let Some(length) = length {
        if season.bounds.end() != End::Open {
            return None;
        }
        season.bounds = Bounds::new(season.bounds.start(), End::After(length))?;
    }
    Some(season)
}

fn dose(act: Node<'_>) -> Option<Dose> {
    let mut amounts = Vec::new();
    if let Some(quantity) = act.child("doseQuantity") {
        let unit = act.child("administrationUnitCode").filter(|c| c.attr("codeSystem") == Some(DOSE_UNITS.oid))?;
        let (range, one) = range(quantity)?;
        if one != "1" {
            return None;
        }
        amounts.push(DoseAmount::Units { range, unit: coded(unit)? });
    }
    let mut dose = (None, None, None, None);
    for part in parts(act, &["id", "doseQuantity", "administrationUnitCode"])? {
        match (part.name(), field_code(part)?) {
            ("substanceAdministration", "241") => {
                let (range, unit) = range(part.child("doseQuantity")?)?;
                parts(part, &["doseQuantity"])?;
                amounts.push(DoseAmount::Physical { range, unit: Unit::new(unit) });
            }
            ("observation", "243") => once(&mut dose.0, truth(part)?)?,
            ("observation", "244") => once(&mut dose.1, value_of(part, TIMES_OF_DAY.oid)?)?,
            ("observation", "240") => once(&mut dose.2, clock(&text(part)?)?)?,
            ("observation", "245") => once(&mut dose.3, value_of(part, DAYS.oid)?)?,
            _ => return None,
        }
    }
    let (as_needed, time_of_day, clock, day) = dose;
    let [amount] = <[DoseAmount; 1]>::try_from(amounts).ok()?;
    Some(Dose { id: identifier(act)?, amount, as_needed, time_of_day, clock, day })
}

/// Sets what may be said once.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

fn value_of(observation: Node<'_>, system: &str) -> Option<prescription::Code> {
    let mut values = observation.children("value");
    let value = values.next().filter(|v| v.attr("codeSystem") == Some(system))?;
    if values.next().is_some() { None } else { coded(value) }
}

/// The technical identifier, which may be absent and not malformed.
fn identifier(act: Node<'_>) -> Option<Option<Oid>> {
    match act.child("id").and_then(|id| id.attr("root")) {
        Some(root) => Oid::parse(root).ok().map(Some),
        None => Some(None),
    }
}

type Days = (Option<chrono::NaiveDate>, Option<chrono::NaiveDate>);

/// First and last day of an effective time, each of which may be absent and not malformed.
fn interval(act: Node<'_>) -> Option<Days> {
    let Some(time) = act.child("effectiveTime") else { return Some((None, None)) };
    let day = |name: &'static str| match time.child(name).and_then(|end| end.attr("value")) {
        Some(value) => read_date(value).map(Some),
        None => Some(None),
    };
    let other = time.elements().any(|e| !matches!(e.name(), "low" | "high")) || time.attr("value").is_some();
    if other { None } else { Some((day("low")?, day("high")?)) }
}

/// A length of time, or a range of them.
fn span(value: Node<'_>) -> Option<Span> {
    let unit = |node: Node<'_>| TimeUnit::parse(node.attr("unit")?);
    match (value.child("width"), value.child("low"), value.child("high")) {
        (Some(width), None, None) => Span::exactly(count(width)?, unit(width)?),
        (None, Some(low), Some(high)) if unit(low)? == unit(high)? => {
            Span::between(count(low)?, count(high)?, unit(low)?)
        }
        _ => None,
    }
}

/// A number or a range of them, with its unit.
fn range(quantity: Node<'_>) -> Option<(Range, &str)> {
    let value = |node: Node<'_>| number(node.attr("value")?);
    match (quantity.child("center"), quantity.child("low"), quantity.child("high")) {
        (Some(center), None, None) => Some((Range::exactly(value(center)?)?, center.attr("unit")?)),
        (None, Some(low), Some(high)) if low.attr("unit")? == high.attr("unit")? => {
            Some((Range::between(value(low)?, value(high)?)?, low.attr("unit")?))
        }
        _ => None,
    }
}

/// "0800".
fn clock(text: &str) -> Option<NaiveTime> {
    let four = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
    if four { NaiveTime::from_hms_opt(number(0..2)?, number(2..4)?, 0) } else { None }
}
