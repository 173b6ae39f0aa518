//! A prescription with its corrections and cancellations.

use prescription::dosage::words;
use prescription::wording::{day, euro};
use prescription::{
    Cancellation, Change, ChangeReason, Correction, Detail, Dosage, Iteration, Prescription, Quantity, Recording,
    RenewalProhibition, SpecialReport, StoredByPharmacy, Structure,
};

use super::people::{organisation, patient_and, professional};
use super::{Facts, amount, explained, length};
use crate::codes::coded;
use crate::{Section, Tone, Viewer, labels};

/// All of a prescription.
pub(super) fn sections(prescription: &Prescription, viewer: &Viewer) -> Vec<Section> {
    let Prescription {
        reference: _, // section "document", as version, definition and time of making
        version: _,
        change: of_change,
        definition: _,
        made_at: _,
        patient,
        minor_disclosure,
        prescriber,
        recording: _,
        prescribed_at: _, // section "prescription", as whatever is not taken apart here
        service_event: _,
        valid_until: _,
        renews: _,
        medicine: _, // section "medicine"
        kind: _,
        hospital_pharmacy: _,
        product: _,
        quantity: of_quantity,
        iteration: of_iteration,
        dosage: of_dosage,
        control: _,
        narcotic: _,
        identification: _,
        purpose: _,
        care_types: _,
        employer: _,
        insurer: _,
        special_report: _,
        message_to_pharmacy: _,
        substitution_prohibited: _,
        renewal_prohibited: _,
        permanent: _,
        dose_dispensing: _,
        dose_dispensing_text: _,
        first_use: _,
        weight: _,
        fee: _,
        fee_as_specialist: _,
        communicable_disease: _,
        monitored: _,
        biological: _,
        blood_product: _,
        details: of_details,
        unknown,
    } = prescription;
    let mut amounts = Facts::critical(&labels::AMOUNT, viewer);
    amounts.say(&labels::QUANTITY, of_quantity, quantity(of_quantity, viewer));
    if matches!(of_quantity, Quantity::Unknown { .. }) {
        amounts.marked(Tone::Unknown);
    }
    amounts.maybe(&labels::ITERATION, of_iteration, |of| iteration(of, viewer));
    let mut sections =
        vec![super::product::prescribed(prescription, viewer), amounts.done(), dosage(of_dosage, viewer)];
    sections.extend(of_change.as_ref().map(|of| change(of, viewer)));
    sections.push(patient_and(patient, minor_disclosure.as_ref(), None, viewer));
    sections.push(facts(prescription, viewer));
    sections.push(professional(&labels::PRESCRIBER, prescriber, viewer));
    sections.extend(people_beside(prescription, viewer));
    sections.push(details(of_details, viewer));
    let mut strange = Facts::of(&labels::UNKNOWN, viewer);
    strange.unknown(unknown);
    sections.push(strange.done());
    sections
}

/// How much is prescribed, in words.
pub(crate) fn quantity(quantity: &Quantity, viewer: &Viewer) -> String {
    let language = viewer.language;
    match quantity {
        Quantity::Packages { count, factor, size, text } => {
            let size = amount(size, viewer);
            let size = if factor.get() > 1 { format!("{factor} × {size}") } else { size };
            let packages = format!("{count} × ({size})");
            let packages = if count.get() == 1 { format!("1 × {size}") } else { packages };
            match text {
                Some(text) => format!("{packages}\n{}", viewer.shown(text)),
                None => packages,
            }
        }
        Quantity::Total { amount: total } => amount(total, viewer),
        Quantity::Period { start, length: how_long } => {
            let how_long = length(*how_long, viewer);
            let period = match language {
                prescription::Language::Fi => format!("{how_long} tarve"),
                prescription::Language::Sv => format!("behovet för {how_long}"),
                prescription::Language::En => format!("as much as {how_long} need"),
            };
            match start {
                Some(start) => format!("{period} ({} –)", day(*start, language)),
                None => period,
            }
        }
        Quantity::Nothing => match language {
            prescription::Language::Fi => "ei toimitettavaa määrää".to_owned(),
            prescription::Language::Sv => "ingen mängd att expediera".to_owned(),
            prescription::Language::En => "nothing to dispense".to_owned(),
        },
        Quantity::Unknown { code } => format!("? ({})", viewer.shown(code)),
    }
}

fn iteration(of: &Iteration, viewer: &Viewer) -> String {
    use prescription::Language::{En, Fi, Sv};
    let Iteration { repeats, interval, text } = of;
    let mut said = match (viewer.language, repeats.get()) {
        (Fi, 1) => "kerran uudelleen".to_owned(),
        (Fi, n) => format!("{n} kertaa uudelleen"),
        (Sv, 1) => "1 gång till".to_owned(),
        (Sv, n) => format!("{n} gånger till"),
        (En, 1) => "once more".to_owned(),
        (En, n) => format!("{n} times more"),
    };
    if let Some(interval) = interval {
        let interval = length(*interval, viewer);
        said.push_str(&match viewer.language {
            Fi => format!(", vähintään {interval} välein"),
            Sv => format!(", med minst {interval} emellan"),
            En => format!(", at least {interval} apart"),
        });
    }
    match text {
        Some(text) => format!("{said}\n{}", viewer.shown(text)),
        None => said,
    }
}

/// The prescriber's text first; the structure in words below it.
fn dosage(dosage: &Dosage, viewer: &Viewer) -> Section {
    let Dosage { text, only_text, sic, route, instruction, structure } = dosage;
    let mut facts = Facts::critical(&labels::DOSAGE, viewer);
    facts.text(&labels::DOSAGE_TEXT, text);
    let lines = words::structure(structure, viewer.language);
    match structure {
        Structure::Seasons(seasons) => {
            for (season, line) in seasons.iter().zip(lines) {
                facts.say(&labels::SEASON, season, viewer.shown(&line.text));
                if !line.sure {
                    facts.marked(Tone::Unsure);
                }
            }
        }
        Structure::Absent | Structure::Unclear => {
            for line in lines {
                facts.say(&labels::SEASON, structure, line.text);
                facts.marked(Tone::Unsure);
            }
        }
    }
    facts.flag(&labels::SIC, *sic);
    if *sic {
        facts.marked(Tone::Notice);
    }
    facts.maybe(&labels::ROUTE, route, |route| coded(route, viewer));
    facts.maybe_text(&labels::INSTRUCTION, instruction);
    facts.flag(&labels::ONLY_TEXT, *only_text);
    facts.quietly();
    facts.done()
}

fn facts(prescription: &Prescription, viewer: &Viewer) -> Section {
    let language = viewer.language;
    let mut facts = Facts::of(&labels::PRESCRIPTION, viewer);
    facts.maybe_text(&labels::MESSAGE_TO_PHARMACY, &prescription.message_to_pharmacy);
    if prescription.message_to_pharmacy.is_some() {
        facts.marked(Tone::Notice);
    }
    facts.maybe_text(&labels::PURPOSE, &prescription.purpose);
    facts.moment(&labels::PRESCRIBED_AT, prescription.prescribed_at);
    facts.say(&labels::VALID_UNTIL, &prescription.valid_until, day(prescription.last_valid_day(), language));
    facts.code_set(&labels::PRESCRIPTION_KIND, &prescription.kind);
    if let Some(class) = &prescription.control {
        facts.code_set(&labels::CONTROL, class);
    }
    facts.flag(&labels::NARCOTIC, prescription.narcotic);
    facts.maybe(&labels::IDENTIFICATION, &prescription.identification, |of| explained(of, viewer));
    facts.flag(&labels::FIRST_USE, prescription.first_use);
    facts.flag(&labels::PERMANENT, prescription.permanent);
    facts.flag(&labels::SUBSTITUTION_PROHIBITED, prescription.substitution_prohibited);
    facts.maybe(&labels::RENEWAL_PROHIBITED, &prescription.renewal_prohibited, |RenewalProhibition { reason: why }| {
        let yes = labels::words::YES.words.in_language(language).to_owned();
        why.as_ref().map_or(yes, |why| reason(why, viewer))
    });
    facts.flag(&labels::DOSE_DISPENSING, prescription.dose_dispensing);
    facts.maybe_text(&labels::DOSE_DISPENSING, &prescription.dose_dispensing_text);
    facts.maybe(&labels::WEIGHT, &prescription.weight, |weight| amount(weight, viewer));
    for care in &prescription.care_types {
        facts.say(&labels::CARE_TYPE, care, coded(care, viewer));
    }
    facts.maybe_text(&labels::EMPLOYER, &prescription.employer);
    facts.maybe_text(&labels::INSURER, &prescription.insurer);
    facts.maybe(&labels::SPECIAL_REPORT, &prescription.special_report, |SpecialReport { code, date, text }| {
        let code = code.as_ref().map(|code| coded(code, viewer));
        let date = date.map(|date| day(date, language));
        [code, date, text.as_ref().map(|text| viewer.shown(text))].into_iter().flatten().collect::<Vec<_>>().join("\n")
    });
    facts.maybe(&labels::COMMUNICABLE, &prescription.communicable_disease, |yes| {
        (if *yes { &labels::words::YES } else { &labels::words::NO }).words.in_language(language).to_owned()
    });
    facts.maybe(&labels::FEE, &prescription.fee, |fee| euro(*fee, language));
    facts.maybe(&labels::FEE_AS_SPECIALIST, &prescription.fee_as_specialist, |yes| {
        (if *yes { &labels::words::YES } else { &labels::words::NO }).words.in_language(language).to_owned()
    });
    facts.maybe(&labels::HOSPITAL_PHARMACY, &prescription.hospital_pharmacy, |of| organisation(of, viewer));
    facts.plain(&labels::SERVICE_EVENT, &prescription.service_event);
    if let Some(request) = &prescription.renews {
        facts.reference(&labels::RENEWS, request);
    }
    if let Recording::AtPharmacy(StoredByPharmacy { recorder: _, kind, reason }) = &prescription.recording {
        facts.code_set(&labels::STORED_KIND, kind);
        facts.say(&labels::STORED_REASON, reason, explained(reason, viewer));
    }
    facts.done()
}

/// What a version does to the one before it.
pub(super) fn change(change: &Change, viewer: &Viewer) -> Section {
    let mut facts = Facts::of(&labels::CHANGE, viewer);
    match change {
        Change::Correction(Correction { replaces, by: _, reason: why }) => {
            facts.say(&labels::REASON, why, reason(why, viewer));
            facts.reference(&labels::REPLACES, replaces);
        }
        Change::Cancellation(Cancellation { replaces, by: _, reason: why, kind, party, consent }) => {
            facts.say(&labels::REASON, why, reason(why, viewer));
            facts.code_set(&labels::CANCELLATION_KIND, kind);
            facts.say(&labels::PARTY, party, coded(party, viewer));
            if let Some(consent) = consent {
                facts.code_set(&labels::CONSENT, consent);
            }
            facts.reference(&labels::REPLACES, replaces);
        }
        Change::Unclear => {
            facts.say(&labels::REASON, change, "?");
            facts.marked(Tone::Unknown);
        }
    }
    facts.done()
}

/// Whoever changed a version.
pub(super) fn changed_by(change: &Change, viewer: &Viewer) -> Option<Section> {
    match change {
        Change::Correction(Correction { by, .. }) => Some(professional(&labels::CORRECTOR, by, viewer)),
        Change::Cancellation(Cancellation { by: Some(by), .. }) => Some(professional(&labels::CANCELLER, by, viewer)),
        Change::Cancellation(Cancellation { by: None, .. }) | Change::Unclear => None,
    }
}

fn people_beside(prescription: &Prescription, viewer: &Viewer) -> Vec<Section> {
    let recorder = match &prescription.recording {
        Recording::ByPrescriber => None,
        Recording::By(recorder) | Recording::AtPharmacy(StoredByPharmacy { recorder, .. }) => {
            Some(professional(&labels::RECORDER, recorder, viewer))
        }
    };
    let changed = prescription.change.as_ref().and_then(|change| changed_by(change, viewer));
    recorder.into_iter().chain(changed).collect()
}

fn reason(reason: &ChangeReason, viewer: &Viewer) -> String {
    let code = coded(reason.code(), viewer);
    reason.text().map_or_else(|| code.clone(), |text| format!("{code}\n{}", viewer.shown(text)))
}

fn details(details: &[Detail], viewer: &Viewer) -> Section {
    let mut facts = Facts::of(&labels::DETAILS, viewer);
    for detail in details {
        let Detail { place: _, name, text, xml: _ } = detail;
        facts.say(&labels::PART, detail, format!("{}: {}", viewer.shown(name), viewer.shown(text)));
    }
    facts.done()
}
