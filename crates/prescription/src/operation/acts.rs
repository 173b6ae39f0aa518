//! What a finished document must say beside being allowed by the matrix: corrections, cancellations, marks, renewal
//! requests and their answers, and new prescriptions.

use super::{Operation, Role, Situation, in_advance};
use crate::change::{Cancellation, Change, ChangeReason, Correction, Recording, StoredByPharmacy};
use crate::codes::{CancellationKind, Consent, StoredKind};
use crate::lifecycle::{ReservationKind, last_renewal_day};
use crate::rules::{
    Answers, Case, Finding, finnish_day, is_the_right_amount_again, is_the_right_product, operations as op,
};
use crate::rules::{SignatureTrust, State, table};
use crate::storing;
use crate::{
    Dispensation, DocumentReference, DocumentType, Mark, MarkKind, Prescription, RenewalAnswer, RenewalRequest,
    RenewalState, Right,
};

/// A document that does something to a prescription. A dispensation's first version is asked by `rules::check`, a new
/// prescription by [`prescribing`].
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// A correction (3) or cancellation (2) of the prescription.
    Version(&'a Prescription),
    /// A correction (12) or cancellation (11) of one of its dispensations.
    Dispensation(&'a Dispensation),
    /// A mark (4–7, 16–18).
    Mark(&'a Mark),
    /// A renewal request (8).
    Request(&'a RenewalRequest),
    /// An answer to one (9).
    Answer(&'a RenewalAnswer),
}

impl Act<'_> {
    /// The row of the matrix that the document belongs to.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Version(version) => match (&version.reference.document_type, &version.change) {
                (DocumentType::Cancellation, Some(Change::Cancellation(c)))
                    if c.kind == CancellationKind::Technical =>
                {
                    Operation::CancelTechnically
                }
                (DocumentType::Cancellation, _) => Operation::Cancel,
                _ => Operation::Correct,
            },
            Self::Dispensation(made) if made.is_cancelled() => Operation::CancelDispensation,
            Self::Dispensation(_) => Operation::CorrectDispensation,
            Self::Mark(mark) => match mark.kind {
                MarkKind::Lock { .. } => Operation::Lock,
                MarkKind::Unlock { .. } => Operation::Unlock,
                MarkKind::Reservation { .. } => Operation::Reserve,
                MarkKind::Release { .. } => Operation::Release,
                MarkKind::DoseDispensing { .. } => Operation::MarkDoseDispensing,
                MarkKind::DoseDispensingEnd { .. } => Operation::EndDoseDispensing,
                MarkKind::DispensingReservationRelease { .. } => Operation::GiveBackHold,
            },
            Self::Request(_) => Operation::RequestRenewal,
            Self::Answer(_) => Operation::AnswerRenewal,
        }
    }
}

/// Asks every rule of a document that does something to a prescription: first whether it may be done at all.
pub fn permitted(act: &Act<'_>, situation: &Situation<'_>) -> Vec<Finding> {
    let mut answers = Answers::new(situation.reason);
    answers.findings = in_advance(act.operation(), situation);
    match act {
        Act::Version(version) => next_version(version, situation, &mut answers),
        Act::Dispensation(made) => changed_dispensation(made, situation, &mut answers),
        Act::Mark(mark) => marked(mark, situation, &mut answers),
        Act::Request(request) => requested(request, situation, &mut answers),
        Act::Answer(answer) => answered(answer, situation, &mut answers),
    }
    answers.findings
}

/// Asks every rule of a new prescription: by its prescriber, or stored by a pharmacy (2.13).
pub fn prescribing(prescription: &Prescription, role: Role) -> Vec<Finding> {
    let mut answers = Answers::new(None);
    let by_pharmacy = matches!(prescription.recording, Recording::AtPharmacy(_));
    answers.stop(&op::RI_1, role != if by_pharmacy { Role::Pharmacist } else { Role::Prescriber }, vec![]);
    let first = prescription.reference.document_type == DocumentType::Prescription
        && prescription.version == 1
        && prescription.reference.id == prescription.reference.set_id
        && prescription.change.is_none();
    answers.stop(&op::ST_2, !first, vec![]);
    if let Recording::AtPharmacy(stored) = &prescription.recording {
        stored_by_pharmacy(stored, prescription, &mut answers);
    }
    answers.findings
}

/// Whether there is anything to do an operation to: a lock to unlock, an own reservation to release, a renewal that may
/// be asked for, a request to answer.
pub(super) fn has_an_object(operation: Operation, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let standing = situation.standing;
    match operation {
        Operation::Unlock => {
            let may = |owner| situation.role == Role::Prescriber || owner == situation.unit;
            answers.stop(&op::OP_8, !standing.lock.as_ref().is_some_and(|lock| may(&lock.owner)), vec![]);
        }
        Operation::Release => own_reservation(&ReservationKind::Ordinary, situation, answers),
        Operation::EndDoseDispensing => own_reservation(&ReservationKind::DoseDispensing, situation, answers),
        Operation::CorrectDispensation | Operation::CancelDispensation => {
            let own = situation.dispensations.iter().any(|made| made.pharmacy.id == *situation.unit);
            answers.stop(&op::OP_11, !own, vec![]);
        }
        Operation::RequestRenewal => may_be_renewed(situation, answers),
        Operation::AnswerRenewal => {
            let open = standing.renewal.as_ref().is_some_and(|renewal| {
                renewal.unit == *situation.unit && renewal.state_at(situation.now) == RenewalState::Requested
            });
            answers.stop(&op::OP_14, !open, vec![]);
        }
        _ => {}
    }
}

fn own_reservation(kind: &ReservationKind, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let held = situation.standing.reservation.as_ref();
    let own = held.is_some_and(|held| held.kind == *kind && held.owner == *situation.unit);
    answers.stop(&op::OP_10, !own, vec![]);
}

fn may_be_renewed(situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let (prescription, standing) = (situation.prescription, situation.standing);
    answers.stop(&op::RN_1, prescription.renewal_prohibited.is_some(), vec![]);
    answers.stop(&op::LC_4, is_telephone(prescription), vec![]);
    let last = last_renewal_day(prescription);
    answers.stop(&op::LC_7, situation.now.date() > last, vec![("day", finnish_day(last))]);
    answers.stop(&op::LC_13, standing.renewal_rejected, vec![]);
    let renewal = standing.renewal.as_ref();
    let state = renewal.map_or(RenewalState::None, |renewal| renewal.state_at(situation.now));
    let until = renewal.map(|renewal| finnish_day(renewal.until.date())).unwrap_or_default();
    answers.stop(&op::LC_12, state == RenewalState::Requested, vec![("day", until)]);
    answers.stop(&op::RN_3, state == RenewalState::Renewed, vec![]);
    answers.stop(&op::UK_2, matches!(state, RenewalState::Unknown(_)), vec![]);
}

fn next_version(version: &Prescription, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let held = situation.prescription;
    let replaces = |named: &DocumentReference| {
        named.id == held.reference.id
            && version.reference.set_id == held.reference.set_id
            && held.version.checked_add(1) == Some(version.version)
    };
    match &version.change {
        Some(Change::Correction(correction)) => {
            answers.stop(&op::VE_1, !replaces(&correction.replaces), vec![]);
            corrected(version, correction, situation, answers);
        }
        Some(Change::Cancellation(cancellation)) => {
            answers.stop(&op::VE_1, !replaces(&cancellation.replaces), vec![]);
            cancelled(cancellation, situation, answers);
        }
        Some(Change::Unclear) | None => answers.stop(&op::UK_2, true, vec![]),
    }
}

fn corrected(version: &Prescription, correction: &Correction, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let held = situation.prescription;
    let technical = correction.reason.code().code == ChangeReason::TECHNICAL;
    let touches = version.product != held.product
        || version.quantity != held.quantity
        || version.iteration != held.iteration
        || version.control != held.control
        || version.narcotic != held.narcotic
        || version.patient != held.patient
        || version.prescriber != held.prescriber;
    answers.stop(&op::CO_1, technical && touches, vec![]);
    let wordless = correction.reason.text().is_none();
    answers.stop(&op::CO_2, !technical && situation.role == Role::Pharmacist && wordless, vec![]);
}

fn cancelled(cancellation: &Cancellation, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let kind = &cancellation.kind;
    let forced = *kind == CancellationKind::CausedByPatient
        || cancellation.reason.code().code == ChangeReason::FALSE_INFORMATION;
    answers.stop(&op::CA_2, forced && situation.role != Role::Prescriber, vec![]);
    answers.stop(&op::CA_3, *kind == CancellationKind::Lapse, vec![]);
    let unknown =
        matches!(kind, CancellationKind::Unknown(_)) || matches!(&cancellation.consent, Some(Consent::Unknown(_)));
    answers.stop(&op::UK_2, unknown, vec![]);
    // The dead and whoever deceived or was forced are not asked, and a technical slip is nobody's to consent to.
    let needed = *kind == CancellationKind::Care && !forced;
    let given = matches!(&cancellation.consent, Some(Consent::Oral | Consent::Signed | Consent::OralRequest));
    answers.stop(&op::CA_1, needed && !given, vec![]);
}

/// A dispensation's next version replaces its newest one, which the same pharmacy made; a correction is asked about
/// product and amount anew, as if the version before had not been.
fn changed_dispensation(made: &Dispensation, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let replaced = match &made.change {
        Some(Change::Correction(correction)) => Some(&correction.replaces),
        Some(Change::Cancellation(cancellation)) => Some(&cancellation.replaces),
        Some(Change::Unclear) | None => None,
    };
    answers.stop(&op::UK_2, replaced.is_none(), vec![]);
    let held = situation.dispensations.iter().find(|held| held.reference.set_id == made.reference.set_id);
    let fits = held.zip(replaced).is_some_and(|(held, replaced)| {
        held.reference.id == replaced.id
            && held.version.checked_add(1) == Some(made.version)
            && held.pharmacy.id == *situation.unit
            && held.pharmacy.id == made.pharmacy.id
    });
    answers.stop(&op::OP_11, !fits, vec![]);
    if made.is_cancelled() {
        return;
    }
    let others: Vec<Dispensation> =
        situation.dispensations.iter().filter(|held| held.reference.set_id != made.reference.set_id).cloned().collect();
    let right = made.author.right.clone().unwrap_or_else(|| Right::new(""));
    let case = Case {
        prescription: situation.prescription,
        state: &State::default(),
        signature: SignatureTrust::Trusted,
        history: &others,
        proposal: made,
        acting: &right,
        now: situation.now,
        reason: situation.reason,
    };
    let late = made.dispensed_at < situation.prescription.prescribed_at || made.dispensed_at > situation.now;
    answers.stop(&table::DI_21, late, vec![("day", finnish_day(made.dispensed_at.date()))]);
    is_the_right_product(&case, answers);
    is_the_right_amount_again(&case, answers);
}

fn marked(mark: &Mark, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let standing = situation.standing;
    let newest = mark.prescription.id == situation.prescription.reference.id;
    // A lock or reservation is set on what was seen; what takes one away names that one itself.
    let sets =
        matches!(mark.kind, MarkKind::Lock { .. } | MarkKind::Reservation { .. } | MarkKind::DoseDispensing { .. });
    answers.stop(&table::DI_18, sets && !newest, vec![]);
    match &mark.kind {
        MarkKind::Unlock { lock, .. } => {
            let names = standing.lock.as_ref().is_some_and(|held| held.document.id == lock.id);
            answers.stop(&op::OP_8, !names, vec![]);
        }
        MarkKind::Release { mark: Some(named), .. } | MarkKind::DoseDispensingEnd { mark: Some(named), .. } => {
            let names = standing.reservation.as_ref().is_some_and(|held| held.document.id == named.id);
            answers.stop(&op::OP_10, !names, vec![]);
        }
        _ => {}
    }
}

fn requested(request: &RenewalRequest, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let agreed = !matches!(request.consent, Some(Consent::Refused));
    answers.stop(&op::RN_4, !agreed, vec![]);
    answers.stop(&op::UK_2, matches!(request.consent, Some(Consent::Unknown(_))), vec![]);
    let returned_by = situation.standing.renewal.as_ref().filter(|r| r.state == RenewalState::Returned);
    answers.stop(&op::RN_2, returned_by.is_some_and(|renewal| renewal.unit == request.recipient.id), vec![]);
}

fn answered(answer: &RenewalAnswer, situation: &Situation<'_>, answers: &mut Answers<'_>) {
    let renewal = situation.standing.renewal.as_ref();
    let names = |named: &DocumentReference| renewal.is_some_and(|renewal| renewal.request.id == named.id);
    answers.stop(&op::OP_14, !answer.request.as_ref().is_none_or(names), vec![]);
    let unknown = matches!(RenewalState::answered(answer.state.as_ref()), RenewalState::Unknown(_));
    answers.stop(&op::UK_2, unknown, vec![]);
}

fn stored_by_pharmacy(stored: &StoredByPharmacy, prescription: &Prescription, answers: &mut Answers<'_>) {
    const OTHER: &str = "3";
    let known = !matches!(stored.kind, StoredKind::Unknown(_))
        && ["1", "2", "3", "4"].contains(&stored.reason.code.code.as_str());
    let words = stored.reason.text.as_ref().is_some_and(|text| !text.trim().is_empty());
    answers.stop(&op::ST_1, !known || (stored.reason.code.code == OTHER && !words), vec![]);
    let (longest, ends) = (storing::longest(prescription), prescription.last_valid_day());
    let (telephone, longer) = (is_telephone(prescription), ends > longest);
    answers.stop(&op::LC_4, telephone && longer, vec![]);
    let backwards = ends < prescription.prescribed_at.date();
    answers.stop(&op::ST_3, backwards || (longer && !telephone), vec![("day", finnish_day(longest))]);
}

fn is_telephone(prescription: &Prescription) -> bool {
    matches!(&prescription.recording, Recording::AtPharmacy(stored) if stored.kind == StoredKind::Telephone)
}
