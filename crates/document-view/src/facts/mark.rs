//! Marks on a prescription, requests to renew one, and their answers.

use prescription::{Explanation, Mark, MarkKind, RenewalAnswer, RenewalRequest, Requester, UnknownPart};

use super::Facts;
use super::people::{organisation, patient, patient_and, professional};
use crate::codes::coded;
use crate::{Section, Viewer, labels};

/// All of a mark.
pub(super) fn mark(mark: &Mark, viewer: &Viewer) -> Vec<Section> {
    let Mark {
        id: _, // section "document", as set, version and time of making
        set_id: _,
        version: _,
        kind,
        prescription,
        patient: of_patient,
        author,
        unit,
        at,
        made_at: _,
        unknown,
    } = mark;
    let mut facts = Facts::of(&labels::MARK, viewer);
    facts.code_set(&labels::WHAT, &kind.document_type());
    facts.moment(&labels::AT, *at);
    facts.say(&labels::UNIT, unit, organisation(unit, viewer));
    let (explanation, taken) = match kind {
        MarkKind::Unlock { lock, explanation } => (Some(explanation), Some(lock.reference())),
        MarkKind::Release { mark, explanation } | MarkKind::DoseDispensingEnd { mark, explanation } => {
            (explanation.as_ref(), mark.clone())
        }
        MarkKind::Lock { explanation }
        | MarkKind::Reservation { explanation }
        | MarkKind::DoseDispensing { explanation }
        | MarkKind::DispensingReservationRelease { explanation } => (explanation.as_ref(), None),
    };
    facts.text(&labels::EXPLANATION, explanation.map(Explanation::as_str).unwrap_or_default());
    if let Some(taken) = taken {
        facts.reference(&labels::TAKES_AWAY, &taken);
    }
    facts.reference(&labels::OF_PRESCRIPTION, prescription);
    let by = professional(&labels::MAKER, author, viewer);
    vec![facts.done(), patient(of_patient, viewer), by, strange(unknown, viewer)]
}

/// All of a renewal request.
pub(super) fn request(request: &RenewalRequest, viewer: &Viewer) -> Vec<Section> {
    let RenewalRequest {
        reference: _, // section "document", as version and time of making
        version: _,
        patient: of_patient,
        mobile,
        requester,
        asked_at,
        made_at: _,
        recipient,
        prescription,
        prescribed_at,
        prescriber,
        product_name,
        consent,
        message,
        state,
        unknown,
    } = request;
    let mut facts = Facts::of(&labels::RENEWAL, viewer);
    facts.text(&labels::PRODUCT_NAME, product_name);
    facts.moment(&labels::AT, *asked_at);
    facts.say(&labels::RECIPIENT, recipient, organisation(recipient, viewer));
    facts.maybe_text(&labels::MESSAGE, message);
    if let Some(consent) = consent {
        facts.code_set(&labels::CONSENT, consent);
    }
    facts.maybe(&labels::STATE, state, |state| coded(state, viewer));
    facts.reference(&labels::OF_PRESCRIPTION, prescription);
    facts.maybe(&labels::PRESCRIBED_AT, prescribed_at, |at| super::moment(*at, viewer.language));
    let by = match requester {
        Requester::Citizen { channel } => {
            facts.say(&labels::CHANNEL, channel, organisation(channel, viewer));
            None
        }
        Requester::Professional { person, unit } => {
            facts.say(&labels::UNIT, unit, organisation(unit, viewer));
            Some(person)
        }
    };
    let mut sections = vec![facts.done(), patient_and(of_patient, None, mobile.as_ref(), viewer)];
    sections.extend(by.map(|person| professional(&labels::MAKER, person, viewer)));
    sections.push(professional(&labels::PRESCRIBER, prescriber, viewer));
    sections.push(strange(unknown, viewer));
    sections
}

/// All of an answer to a renewal request.
pub(super) fn answer(answer: &RenewalAnswer, viewer: &Viewer) -> Vec<Section> {
    let RenewalAnswer {
        reference: _, // section "document", as version
        version: _,
        patient: of_patient,
        author,
        unit,
        answered_at,
        request,
        prescription,
        state,
        reasons,
        instruction,
        unknown,
    } = answer;
    let mut facts = Facts::of(&labels::RENEWAL, viewer);
    facts.moment(&labels::AT, *answered_at);
    facts.maybe(&labels::STATE, state, |state| coded(state, viewer));
    facts.maybe_text(&labels::REASONS, reasons);
    facts.maybe_text(&labels::FOR_CITIZEN, instruction);
    facts.maybe(&labels::UNIT, unit, |unit| organisation(unit, viewer));
    for (label, reference) in [(&labels::REQUEST, request), (&labels::OF_PRESCRIPTION, prescription)] {
        if let Some(reference) = reference {
            facts.reference(label, reference);
        }
    }
    let mut sections = vec![facts.done(), patient(of_patient, viewer)];
    sections.extend(author.as_ref().map(|person| professional(&labels::MAKER, person, viewer)));
    sections.push(strange(unknown, viewer));
    sections
}

fn strange(unknown: &[UnknownPart], viewer: &Viewer) -> Section {
    let mut facts = Facts::of(&labels::UNKNOWN, viewer);
    facts.unknown(unknown);
    facts.done()
}
