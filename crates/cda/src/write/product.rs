//! What was prescribed and how much: organizer 83 with its supply, and the ingredients of organizers 4 and 10.

use prescription::amount::plain;
use prescription::{
    Code, DocumentReference, Ingredient, IngredientAmount, Item, Iteration, Length, NamedKind, Organisation,
    ProductKind, Professional, Quantity, Substance,
};

use super::carried::{ADMINISTRATION, ALIKE, SUPPLY};
use super::parts::{
    author, code, coded_value, consumable, holder, no_code, organizer, own, package, reference, related, said,
    strength, subject, text, time, truth, whole,
};
use super::prescription::Written;
use super::xml::Xml;
use crate::fields::{self, AMOUNT_FORMS, ATC, PRODUCT_KINDS};
use crate::time::{write_date, write_time};

const ACT: [(&str, &str); 2] = [("classCode", "SBADM"), ("moodCode", "EVN")];

/// The content of organizer 83.
pub(super) fn product(xml: &mut Xml, written: &Written<'_>) {
    let prescription = written.prescription;
    let mut carried = written.carried("83", ADMINISTRATION);
    xml.element("component", &[], |xml| {
        xml.element("substanceAdministration", &ACT, |xml| {
            carried.before(xml, "text");
            if let Some(words) = prescription.product.recipe().and_then(|recipe| recipe.words()) {
                xml.optional_text("text", words);
            }
            carried.before(xml, "effectiveTime");
            match prescription.valid_until {
                Some(end) => xml.element("effectiveTime", &[("xsi:type", "IVL_TS")], |xml| {
                    xml.empty("low", &[("inclusive", "true"), ("value", &write_time(prescription.prescribed_at))]);
                    xml.empty("high", &[("inclusive", "true"), ("value", &write_date(end))]);
                }),
                None => time(xml, "effectiveTime", prescription.prescribed_at),
            }
            carried.before(xml, "doseQuantity");
            if !written.is_carried("83", "doseQuantity") {
                strength(xml, &prescription.product.as_dispensed());
            }
            carried.before(xml, "consumable");
            if !written.is_carried("83", "consumable") {
                substance(xml, written);
            }
            carried.before(xml, "entryRelationship");
            xml.element("entryRelationship", &[("typeCode", "COMP")], |xml| {
                xml.element("supply", &[("classCode", "SPLY"), ("moodCode", "EVN")], |xml| supply(xml, written));
            });
            carried.rest(xml);
        });
    });
}

/// A product that is known by its name alone stands in the consumable, as Kela's samples write compounded medicines and
/// those that are not of the database.
fn is_by_name(written: &Written<'_>) -> bool {
    let product = &written.prescription.product;
    let alone = product.vnr().is_none() && product.atc().is_none() && said(&product.database_version).is_none();
    match &product.item {
        Item::Compounded { name, recipe } => {
            let elsewhere = !recipe.active().is_empty() || !recipe.other().is_empty();
            name.is_some() && (alone || elsewhere)
        }
        Item::Named { kind, .. } => {
            let outside = [NamedKind::OutsideDatabase, NamedKind::CareSupply, NamedKind::PatientSpecialPermit];
            alone && outside.contains(kind)
        }
        Item::Authorised { .. } | Item::BySubstance { .. } | Item::Unknown { .. } => false,
    }
}

fn substance(xml: &mut Xml, written: &Written<'_>) {
    let product = written.prescription.product.as_dispensed();
    if !is_by_name(written) {
        return consumable(xml, &product);
    }
    xml.element("consumable", &[], |xml| {
        xml.element("manufacturedProduct", &[], |xml| {
            xml.element("manufacturedMaterial", &[], |xml| {
                xml.empty("code", &[("nullFlavor", "NI")]);
                xml.text("name", &[], &product.name);
            });
        });
    });
}

/// Whether the supply names a package or its name.
fn has_package(written: &Written<'_>) -> bool {
    let named = match &written.prescription.product.item {
        Item::Authorised { .. } | Item::Named { .. } => true,
        Item::BySubstance { .. } => false,
        Item::Compounded { name, .. } => name.is_some(),
        Item::Unknown { name, vnr, .. } => name.is_some() || vnr.is_some(),
    };
    named && !is_by_name(written) && !written.is_carried("83/supply", "product")
}

fn supply(xml: &mut Xml, written: &Written<'_>) {
    let prescription = written.prescription;
    let product = prescription.product.as_dispensed();
    let mut carried = written.carried("83/supply", SUPPLY);
    amount(xml, &prescription.quantity, &mut carried);
    carried.before(xml, "subject");
    subject(xml, &prescription.patient);
    carried.before(xml, "product");
    if has_package(written) {
        // What nobody named stays nameless: a name that stands in for one would make it another product.
        let nameless = matches!(&prescription.product.item, Item::Unknown { name: None, .. });
        let mut product = product.clone();
        if nameless {
            product.name.clear();
        }
        package(xml, &product);
    }
    carried.before(xml, "author");
    author(xml, None, &in_body(&prescription.prescriber));
    carried.before(xml, "participant");
    holder(xml, &product);
    payer(xml, "EMP", prescription.employer.as_ref());
    payer(xml, "PAYOR", prescription.insurer.as_ref());
    carried.before(xml, "entryRelationship");
    supply_fields(xml, written);
    carried.before(xml, "reference");
    let replaced = prescription.change.as_ref().and_then(replaced);
    if let Some(replaced) = replaced {
        reference(xml, "RPLC", replaced);
    }
    reference(xml, "SPRT", &prescription.reference);
    if let Some(request) = &prescription.renews {
        reference(xml, "REFR", request);
    }
    carried.rest(xml);
}

/// A person as the body names one: the organisation of the unit stands in the header alone (Kela's samples).
pub(super) fn in_body(person: &Professional) -> Professional {
    let unit = person.organisation.clone().map(|unit| Organisation { part_of: None, ..unit });
    Professional { organisation: unit, ..person.clone() }
}

fn replaced(change: &prescription::Change) -> Option<&DocumentReference> {
    match change {
        prescription::Change::Correction(correction) => Some(&correction.replaces),
        prescription::Change::Cancellation(cancellation) => Some(&cancellation.replaces),
        prescription::Change::Unclear => None,
    }
}

fn supply_fields(xml: &mut Xml, written: &Written<'_>) {
    let prescription = written.prescription;
    let product = &prescription.product;
    if let Some(form) = said(&product.form) {
        related(xml, fields::FORM, text(form));
    }
    if let Some(turns) = &prescription.iteration {
        related(xml, fields::ITERATION, |xml| iteration(xml, turns));
    }
    // One that contradicts the kind is carried on, and does not stand twice.
    if !written.is_structured() && !written.is_carried("83/supply", fields::COMPOUNDED.code) {
        related(xml, fields::COMPOUNDED, truth(product.kind() == ProductKind::Compounded));
    }
    if let Quantity::Packages { factor, text: size, .. } = &prescription.quantity {
        related(xml, fields::PACKAGE_FACTOR, whole(factor.get()));
        if let Some(size) = said(size) {
            related(xml, fields::PACKAGE_TEXT, text(size));
        }
    }
    if let Some(note) = said(&product.note) {
        related(xml, fields::PRODUCT_NOTE, text(note));
    }
    if let Some(container) = &product.container {
        let code = container.code.as_deref().unwrap_or_default();
        related(xml, fields::CONTAINER, |xml| {
            xml.text("value", &[("code", code), ("xsi:type", "SC")], &container.name);
        });
    }
    let kind = product.kind();
    related(xml, fields::KIND, |xml| coded_value(xml, "CD", PRODUCT_KINDS, kind.code(), kind.name()));
}

/// Who pays after an accident at work.
fn payer(xml: &mut Xml, class: &str, name: Option<&String>) {
    if let Some(name) = name.map(|name| name.trim()).filter(|name| !name.is_empty()) {
        xml.element("participant", &[("typeCode", "HLD")], |xml| {
            xml.element("participantRole", &[("classCode", class)], |xml| {
                xml.element("playingEntity", &[], |xml| xml.text("name", &[], name));
            });
        });
    }
}

/// The amount in its form (DI-6).
fn amount(xml: &mut Xml, quantity: &Quantity, carried: &mut super::carried::Carried<'_>) {
    let form = |xml: &mut Xml, shown: &str| code(xml, "code", AMOUNT_FORMS, quantity.form(), shown);
    let (count, size) = match quantity {
        Quantity::Packages { count, size, .. } => {
            form(xml, "Pakkaus");
            (Some(count.to_string()), Some(size))
        }
        Quantity::Total { amount } => {
            form(xml, "Kokonaismäärä");
            (None, Some(amount))
        }
        Quantity::Period { .. } => {
            form(xml, "Lääkehoidon kestoaika");
            (None, None)
        }
        Quantity::Nothing => {
            form(xml, "Ei toimitettavaa määrää");
            (None, None)
        }
        Quantity::Unknown { .. } => (None, None),
    };
    carried.before(xml, "effectiveTime");
    if let Quantity::Period { start, length } = quantity {
        xml.element("effectiveTime", &[("xsi:type", "IVL_TS")], |xml| {
            if let Some(start) = start {
                xml.empty("low", &[("inclusive", "true"), ("value", &write_date(*start))]);
            }
            width(xml, *length);
        });
    }
    carried.before(xml, "repeatNumber");
    if let Some(count) = &count {
        xml.empty("repeatNumber", &[("value", count)]);
    }
    carried.before(xml, "independentInd");
    xml.empty("independentInd", &[("value", "false")]);
    carried.before(xml, "quantity");
    if let Some(size) = size {
        xml.empty("quantity", &[("unit", size.unit.as_str()), ("value", &plain(size.value))]);
    }
}

fn width(xml: &mut Xml, length: Length) {
    xml.empty("width", &[("unit", length.unit.code()), ("value", &length.count.to_string())]);
}

fn iteration(xml: &mut Xml, turns: &Iteration) {
    if let Some(words) = said(&turns.text) {
        xml.text("text", &[], words);
    }
    if let Some(interval) = turns.interval {
        xml.element("effectiveTime", &[], |xml| width(xml, interval));
    }
    xml.empty("repeatNumber", &[("value", &turns.repeats.to_string())]);
}

/// Organizers 4 and 10, where there is anything to say.
pub(super) fn ingredients(xml: &mut Xml, written: &Written<'_>) {
    let product = &written.prescription.product;
    let version = said(&product.database_version).unwrap_or_default();
    let (active, other): (Vec<Ingredient>, &[Ingredient]) = match &product.item {
        Item::Compounded { recipe, .. } => (recipe.active().to_vec(), recipe.other()),
        Item::Authorised { substances, .. }
        | Item::Named { substances, .. }
        | Item::BySubstance { substances, .. }
        | Item::Unknown { substances, .. } => (substances.iter().map(unmeasured).collect(), &[]),
    };
    for (field, ingredients) in [(fields::ACTIVE_SUBSTANCES, active.as_slice()), (fields::OTHER_INGREDIENTS, other)] {
        let carried = written.carried(field.code, ALIKE);
        if ingredients.is_empty() && carried.is_empty() {
            continue;
        }
        organizer(xml, field, |xml| {
            ingredients.iter().for_each(|ingredient| component(xml, ingredient, version));
            carried.rest(xml);
        });
    }
}

fn unmeasured(substance: &Substance) -> Ingredient {
    Ingredient { substance: substance.clone(), amount: IngredientAmount::Unstated }
}

fn component(xml: &mut Xml, ingredient: &Ingredient, version: &str) {
    xml.element("component", &[], |xml| {
        xml.element("substanceAdministration", &ACT, |xml| {
            match &ingredient.amount {
                IngredientAmount::Exact(amount) => xml.element("doseQuantity", &[], |xml| {
                    xml.empty("center", &[("unit", amount.unit.as_str()), ("value", &plain(amount.value))]);
                }),
                IngredientAmount::Text(words) => xml.element("doseQuantity", &[("nullFlavor", "OTH")], |xml| {
                    xml.element("translation", &[], |xml| xml.text("originalText", &[], words));
                }),
                IngredientAmount::Unstated => {}
            }
            xml.element("consumable", &[], |xml| {
                xml.element("manufacturedProduct", &[], |xml| {
                    xml.element("manufacturedLabeledDrug", &[], |xml| {
                        match &ingredient.substance.code {
                            Some(code) => versioned(xml, code, version),
                            None => no_code(xml, ATC, version),
                        }
                        xml.text("name", &[], &ingredient.substance.name);
                    });
                });
            });
        });
    });
}

fn versioned(xml: &mut Xml, code: &Code, version: &str) {
    let [first, system, name, shown] = own(code);
    xml.empty("code", &[first, system, name, ("codeSystemVersion", version), shown]);
}
