//! A dispensation with its corrections and cancellations.

use prescription::wording::{euro, number};
use prescription::{Dispensation, RemainingStatement};

use super::people::{organisation, patient, professional};
use super::prescription::{change, changed_by};
use super::{Facts, amount, explained};
use crate::codes::coded;
use crate::{Section, Viewer, labels};

/// All of a dispensation.
pub(super) fn sections(dispensation: &Dispensation, viewer: &Viewer) -> Vec<Section> {
    let Dispensation {
        reference: _, // section "document", as version and time of making
        version: _,
        change: of_change,
        prescription: _, // section "dispensation", as whatever is not taken apart here
        patient: of_patient,
        author,
        pharmacy: _,
        preparer,
        dispensed_at: _,
        made_at: _,
        product,
        composition,
        packages: _, // section "amount"
        package_size: _,
        package_factor: _,
        package_text: _,
        part_package: _,
        compounded: _,
        delivered: _,
        delivered_text: _,
        delivered_words: _,
        remaining: _,
        fully_dispensed: _,
        dose_dispensing: _,
        dose_dispensing_text: _,
        substituted: _,
        remark: _,
        report_to_kela: _,
        price: _,
        substitution_reason: _,
        deviation: _,
        copayments: _,
        identification: _,
        control: _,
        narcotic: _,
        label_dosage,
        unknown,
    } = dispensation;
    let mut label = Facts::critical(&labels::DOSAGE, viewer);
    label.text(&labels::LABEL_DOSAGE, label_dosage);
    let mut strange = Facts::of(&labels::UNKNOWN, viewer);
    strange.unknown(unknown);
    let mut sections = vec![super::product::dispensed(product, composition, viewer), amounts(dispensation, viewer)];
    sections.push(label.done());
    sections.extend(of_change.as_ref().map(|of| change(of, viewer)));
    sections.push(patient(of_patient, viewer));
    sections.push(facts(dispensation, viewer));
    sections.push(professional(&labels::DISPENSER, author, viewer));
    sections.extend(preparer.as_ref().map(|person| professional(&labels::PREPARER, person, viewer)));
    sections.extend(of_change.as_ref().and_then(|of| changed_by(of, viewer)));
    sections.push(strange.done());
    sections
}

/// What a document says that remains.
pub(crate) fn remaining(stated: &RemainingStatement, viewer: &Viewer) -> String {
    let RemainingStatement { value, text, unit, words } = stated;
    let unit = viewer.shown(unit.as_str());
    let formula = text.as_ref().map(|text| viewer.shown(text));
    let number = value.map(|value| number(value, viewer.language));
    let mut lines: Vec<String> =
        formula.or(number).map(|amount| format!("{amount} {unit}").trim().to_owned()).into_iter().collect();
    lines.extend(words.as_ref().map(|words| viewer.shown(words)));
    if lines.is_empty() { unit } else { lines.join("\n") }
}

fn amounts(of: &Dispensation, viewer: &Viewer) -> Section {
    let mut facts = Facts::critical(&labels::AMOUNT, viewer);
    let more = [&of.delivered_text, &of.delivered_words].into_iter().flatten().map(|text| viewer.shown(text));
    let lines: Vec<String> = std::iter::once(amount(&of.delivered, viewer)).chain(more).collect();
    facts.say(&labels::DELIVERED, &(&of.delivered, &of.delivered_text, &of.delivered_words), lines.join("\n"));
    let size = amount(&of.package_size, viewer);
    let size = if of.package_factor == 1 { size } else { format!("({} × {size})", of.package_factor) };
    let mut packages = format!("{} × {size}", of.packages);
    if let Some(text) = &of.package_text {
        packages.push('\n');
        packages.push_str(&viewer.shown(text));
    }
    let typed = (of.packages, &of.package_size, of.package_factor, &of.package_text);
    facts.say(&labels::PACKAGES, &typed, packages);
    facts.flag(&labels::PART_PACKAGE, of.part_package);
    facts.say(&labels::REMAINING, &of.remaining, remaining(&of.remaining, viewer));
    facts.flag(&labels::FULLY, of.fully_dispensed);
    facts.done()
}

fn facts(of: &Dispensation, viewer: &Viewer) -> Section {
    let mut facts = Facts::of(&labels::DISPENSATION, viewer);
    facts.moment(&labels::DISPENSED_AT, of.dispensed_at);
    facts.say(&labels::PHARMACY, &of.pharmacy, organisation(&of.pharmacy, viewer));
    facts.reference(&labels::OF_PRESCRIPTION, &of.prescription);
    facts.flag(&labels::SUBSTITUTED, of.substituted);
    facts.maybe(&labels::SUBSTITUTION_REASON, &of.substitution_reason, |(code, text)| {
        let code = coded(code, viewer);
        text.as_ref().map_or_else(|| code.clone(), |text| format!("{code}\n{}", viewer.shown(text)))
    });
    facts.maybe(&labels::DEVIATION, &of.deviation, |of| explained(of, viewer));
    facts.maybe_text(&labels::REMARK, &of.remark);
    facts.maybe_text(&labels::REPORT_TO_KELA, &of.report_to_kela);
    facts.maybe(&labels::PRICE, &of.price, |price| euro(*price, viewer.language));
    facts.maybe(&labels::COPAYMENTS, &of.copayments, u32::to_string);
    facts.maybe(&labels::IDENTIFICATION, &of.identification, |of| explained(of, viewer));
    if let Some(class) = &of.control {
        facts.code_set(&labels::CONTROL, class);
    }
    facts.flag(&labels::NARCOTIC, of.narcotic);
    facts.flag(&labels::COMPOUNDED, of.compounded);
    facts.flag(&labels::DOSE_DISPENSING, of.dose_dispensing);
    facts.maybe_text(&labels::DOSE_DISPENSING, &of.dose_dispensing_text);
    facts.done()
}
