//! The medicine: what was prescribed by its kind, and what was dispensed.

use prescription::{
    Biological, Code, Container, Ingredient, IngredientAmount, Item, MedicineIdentity, PrescribedProduct, Prescription,
    Product, Recipe, Substance, Vnr,
};

use super::Facts;
use crate::codes::coded;
use crate::{Section, Tone, Viewer, labels};

/// What was prescribed.
pub(super) fn prescribed(prescription: &Prescription, viewer: &Viewer) -> Section {
    let PrescribedProduct { item: of_kind, strength, form, holder, container, note, database_version } =
        &prescription.product;
    let mut facts = Facts::critical(&labels::MEDICINE, viewer);
    facts.text(&labels::NAME, prescription.product.name());
    facts.maybe_text(&labels::STRENGTH, strength);
    facts.maybe_text(&labels::FORM, form);
    facts.code_set(&labels::KIND, &prescription.product.kind());
    item(&mut facts, of_kind);
    facts.maybe_text(&labels::PRODUCT_NOTE, note);
    facts.maybe(&labels::CONTAINER, container, |Container { name, code }| match code {
        Some(code) => viewer.shown(&format!("{name} ({code})")),
        None => viewer.shown(name),
    });
    facts.maybe_text(&labels::HOLDER, holder);
    if let Some(monitored) = &prescription.monitored {
        facts.code_set(&labels::MONITORED, monitored);
    }
    if let Some(of) = &prescription.biological {
        biological(&mut facts, of);
    }
    if let Some(blood) = &prescription.blood_product {
        facts.code_set(&labels::BLOOD_PRODUCT, blood);
    }
    facts.maybe_text(&labels::DATABASE, database_version);
    facts.maybe(&labels::MEDICINE_ID, &prescription.medicine, |MedicineIdentity { id, part }| match part {
        Some(part) => format!("{id} / {part}"),
        None => id.to_string(),
    });
    facts.done()
}

/// What was dispensed.
pub(super) fn dispensed(product: &Product, composition: &Option<String>, viewer: &Viewer) -> Section {
    let Product { kind, name, strength, form, atc, vnr, holder, container, database_version } = product;
    let mut facts = Facts::critical(&labels::MEDICINE, viewer);
    facts.text(&labels::NAME, name);
    facts.maybe_text(&labels::STRENGTH, strength);
    facts.maybe_text(&labels::FORM, form);
    facts.code_set(&labels::KIND, kind);
    numbers(&mut facts, vnr.as_ref(), atc.as_ref());
    facts.maybe_text(&labels::COMPOSITION, composition);
    facts.maybe_text(&labels::CONTAINER, container);
    facts.maybe_text(&labels::HOLDER, holder);
    facts.maybe_text(&labels::DATABASE, database_version);
    facts.done()
}

fn item(facts: &mut Facts<'_>, item: &Item) {
    match item {
        Item::Authorised { vnr, name: _, atc, substances: of } => {
            numbers(facts, Some(vnr), atc.as_ref());
            substances(facts, of);
        }
        Item::Named { kind: _, name: _, vnr, atc, substances: of } => {
            numbers(facts, vnr.as_ref(), atc.as_ref());
            substances(facts, of);
        }
        Item::BySubstance { atc, substances: of } => {
            numbers(facts, None, Some(atc));
            substances(facts, of);
        }
        Item::Compounded { name: _, recipe } => made(facts, recipe),
        Item::Unknown { code: _, name: _, vnr, atc, substances: of } => {
            facts.marked(Tone::Unknown);
            numbers(facts, vnr.as_ref(), atc.as_ref());
            substances(facts, of);
        }
    }
}

fn numbers(facts: &mut Facts<'_>, vnr: Option<&Vnr>, atc: Option<&Code>) {
    let viewer = facts.viewer;
    facts.maybe(&labels::VNR, &vnr, |vnr| vnr.as_str().to_owned());
    facts.maybe(&labels::ATC, &atc, |atc| coded(atc, viewer));
}

fn substances(facts: &mut Facts<'_>, substances: &[Substance]) {
    for of in substances {
        facts.say(&labels::SUBSTANCE, of, substance(of, facts.viewer));
    }
}

fn made(facts: &mut Facts<'_>, recipe: &Recipe) {
    for part in recipe.active() {
        facts.say(&labels::SUBSTANCE, part, ingredient(part, facts.viewer));
    }
    for part in recipe.other() {
        facts.say(&labels::OTHER_INGREDIENT, part, ingredient(part, facts.viewer));
    }
    facts.text(&labels::MAKING, recipe.words().unwrap_or_default());
}

fn substance(substance: &Substance, viewer: &Viewer) -> String {
    let Substance { name, code } = substance;
    match code {
        Some(code) => viewer.shown(&format!("{name} ({})", code.code)),
        None => viewer.shown(name),
    }
}

fn ingredient(part: &Ingredient, viewer: &Viewer) -> String {
    let Ingredient { substance: what, amount } = part;
    let what = substance(what, viewer);
    match amount {
        IngredientAmount::Exact(amount) => format!("{what}: {}", super::amount(amount, viewer)),
        IngredientAmount::Text(text) => format!("{what}: {}", viewer.shown(text)),
        IngredientAmount::Unstated => what,
    }
}

fn biological(facts: &mut Facts<'_>, of: &Biological) {
    let Biological { is_biological, biosimilar, not_cheapest_because, group } = of;
    let viewer = facts.viewer;
    let mut lines = vec![crate::codes::InWords::shown(is_biological, viewer)];
    if let Some(answer) = biosimilar {
        lines.push(format!("biosimilar: {}", crate::codes::InWords::shown(answer, viewer)));
    }
    lines.extend([not_cheapest_because, group].into_iter().flatten().map(|text| viewer.shown(text)));
    facts.say(&labels::BIOLOGICAL, of, lines.join("\n"));
}
