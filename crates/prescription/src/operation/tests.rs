//! Each cell of the matrix of operations, each row's role and object, and every rule of a document, by rule id.

use chrono::Days;

use super::*;
use crate::rules::{Finding, Outcome, samples};
use crate::{
    Cancellation, CancellationKind, Change, ChangeReason, Code, Consent, Correction, DocumentReference, DocumentType,
    Explained, Explanation, LockReference, Mark, MarkKind, Oid, Organisation, Prescription, Quantity, Recording,
    Renewal, RenewalAnswer, RenewalProhibition, RenewalRequest, RenewalState, Requester, StoredByPharmacy, StoredKind,
};

mod papers;
mod world;

use papers::*;
use world::*;

/// The matrix as the notes have it (1.5), said once more by hand: each row's letters are the columns' answers, `r` one
/// that needs a reason, `-` one that decides nothing.
const BY_HAND: [(&str, &str); 17] = [
    ("view", "yyyyyyyyyy"),
    ("hold for dispensing", "yynnrnnynn"),
    ("dispense (10)", "yynnrnnynn"),
    ("correct (3)", "yynnnnyynn"),
    ("cancel (2)", "yynnnnyynn"),
    ("cancel for a technical reason (2)", "ynnnnnyynn"),
    ("lock (4)", "yynnynnynn"),
    ("unlock (5)", "------y---"),
    ("reserve (6)", "yynnnnn-nn"),
    ("mark dose dispensing (16)", "yynnnnn-nn"),
    ("release (7)", "----yyyyn-"),
    ("end dose dispensing (17)", "----yyyyn-"),
    ("correct a dispensation (12)", "-yynyyyyyn"),
    ("cancel a dispensation (11)", "-yynyyyyyn"),
    ("request a renewal (8)", "nyynyyyyyy"),
    ("give back the hold (18)", "----------"),
    ("answer a renewal request (9)", "---n------"),
];

#[test]
fn op_1_to_op_14_the_matrix_is_that_of_the_notes() {
    let written: Vec<(String, String)> = MATRIX
        .iter()
        .map(|(operation, cells)| {
            let letter = |cell: &Cell| match cell {
                Cell::Yes => 'y',
                Cell::No => 'n',
                Cell::Reason => 'r',
                Cell::Silent => '-',
            };
            (operation.name().to_owned(), cells.iter().map(letter).collect())
        })
        .collect();
    let by_hand: Vec<(String, String)> = BY_HAND.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(written, by_hand);
    let rules = ["OP-1", "OP-2", "OP-3", "OP-4", "OP-5", "OP-6", "OP-7", "OP-8", "OP-9", "OP-10", "OP-11", "OP-12"];
    let rows: Vec<&str> = Operation::all().map(|operation| operation.rule().id).collect();
    assert!(rules.iter().chain(&["OP-13", "OP-14"]).all(|rule| rows.contains(rule)), "{rows:?}");
}

/// Every cell, asked of a world in that state: a refusal has the state's own rule, or the row's where the state has none.
#[test]
fn every_cell_of_the_matrix_answers_as_it_says() {
    for operation in Operation::all() {
        for condition in Condition::ALL {
            let mut world = World::new();
            // What a state alone does not give: something to release, to correct and to renew.
            match operation {
                Operation::RequestRenewal | Operation::CorrectDispensation | Operation::CancelDispensation
                    if condition != Condition::Undispensed && condition != Condition::Fully =>
                {
                    world = world.dispensed(21);
                }
                Operation::Release => world = world.reserved(ReservationKind::Ordinary, own()),
                Operation::EndDoseDispensing => world = world.reserved(ReservationKind::DoseDispensing, own()),
                Operation::AnswerRenewal => {
                    world.role = Role::Prescriber;
                    world.standing.renewal = Some(renewal(RenewalState::Requested, own(), world.now));
                }
                _ => {}
            }
            let dosed = operation == Operation::EndDoseDispensing && condition == Condition::ReservedByOwn;
            world = match condition {
                Condition::Partly if !world.dispensations.is_empty() => world,
                Condition::ReservedByOwn if dosed => world,
                condition => world.in_state(condition),
            };
            let refused: Vec<&str> = world.hindered(operation).into_iter().map(|(id, _)| id).collect();
            let name = format!("{operation:?} when {condition:?}");
            let expected = condition.rule().unwrap_or_else(|| operation.rule()).id;
            match operation.cell(condition) {
                Cell::No => assert!(refused.contains(&expected), "{name}: {refused:?}"),
                Cell::Yes => assert_eq!(refused, Vec::<&str>::new(), "{name}"),
                Cell::Reason => {
                    assert_eq!(world.hindered(operation), [("LC-5", Outcome::NeedsReason)], "{name}");
                    world.reason = Some("Vastaanottoaika vasta ensi viikolla.");
                    assert_eq!(world.hindered(operation), [], "{name} with a reason");
                    world.prescription.control = Some(crate::ControlClass::Pkv);
                    assert_eq!(world.hindered(operation), [("LC-5", Outcome::Stop)], "{name}: LC-6 does not allow it");
                }
                Cell::Silent => {
                    assert!(condition.rule().is_none_or(|rule| !refused.contains(&rule.id)), "{name}: {refused:?}");
                }
            }
        }
    }
}

#[test]
fn ri_1_who_may_do_what_is_table_5_2() {
    let may = |role: Role| -> Vec<Operation> { Operation::all().filter(|o| o.may_be_done_by(role)).collect() };
    assert_eq!(may(Role::PharmacyStudent), [Operation::View, Operation::Hold, Operation::GiveBackHold]);
    assert_eq!(may(Role::System), [Operation::GiveBackHold]);
    assert_eq!(may(Role::Citizen), [Operation::RequestRenewal]);
    assert_eq!(may(Role::Other), []);
    assert_eq!(may(Role::Pharmacist).len(), MATRIX.len() - 1, "all but answering a renewal request");
    use Operation::{AnswerRenewal, Cancel, CancelTechnically, Correct, RequestRenewal, Unlock, View};
    let prescriber = [View, Correct, Cancel, CancelTechnically, Unlock, RequestRenewal, AnswerRenewal];
    assert_eq!(may(Role::Prescriber), prescriber);
    let student = World { role: Role::PharmacyStudent, ..World::new() };
    assert_eq!(student.hindered(Operation::Lock), [("RI-1", Outcome::Stop)]);
    let roles = ["001", "005", "006", "031", "907", "777"].map(|code| Role::of(&Right::new(code)));
    use Role::{Other, Pharmacist, PharmacyStudent, Prescriber};
    assert_eq!(roles, [Prescriber, Pharmacist, Pharmacist, Prescriber, PharmacyStudent, Other]);
}

#[test]
fn op_8_who_locked_or_a_prescriber_unlocks_and_names_the_lock() {
    let locked = || World::new().in_state(Condition::Locked);
    let unlock = |id: &str| {
        mark(MarkKind::Unlock {
            lock: LockReference { id: oid(id), set_id: oid(id) },
            explanation: Explanation::new("Selvisi.").unwrap(),
        })
    };
    assert_eq!(locked().refused(&Act::Mark(&unlock("1.2.3.4"))), Vec::<&str>::new());
    assert_eq!(locked().refused(&Act::Mark(&unlock("1.2.3.9"))), ["OP-8"]);
    assert_eq!(World { unit: other(), ..locked() }.hindered(Operation::Unlock), [("OP-8", Outcome::Stop)]);
    let prescriber = World { unit: other(), role: Role::Prescriber, ..locked() };
    assert_eq!(prescriber.hindered(Operation::Unlock), []);
    assert_eq!(World::new().hindered(Operation::Unlock), [("OP-8", Outcome::Stop)], "there is no lock");
}

#[test]
fn op_10_a_release_takes_away_its_own_kind_of_its_own_pharmacy() {
    let doses = World::new().reserved(ReservationKind::DoseDispensing, own());
    assert_eq!(doses.hindered(Operation::Release), [("OP-10", Outcome::Stop)]);
    assert_eq!(doses.hindered(Operation::EndDoseDispensing), []);
    let theirs = World::new().reserved(ReservationKind::Ordinary, other());
    assert!(theirs.hindered(Operation::Release).contains(&("OP-10", Outcome::Stop)));
    let ours = World::new().reserved(ReservationKind::Ordinary, own());
    let release = |named: Option<&str>| {
        mark(MarkKind::Release { mark: named.map(|id| document(id, DocumentType::Reservation)), explanation: None })
    };
    assert_eq!(ours.refused(&Act::Mark(&release(None))), Vec::<&str>::new());
    assert_eq!(ours.refused(&Act::Mark(&release(Some("1.2.3.5")))), Vec::<&str>::new());
    assert_eq!(ours.refused(&Act::Mark(&release(Some("1.2.3.6")))), ["OP-10"]);
}

#[test]
fn di_18_a_lock_is_set_on_the_newest_version() {
    let mut lock = mark(MarkKind::Lock { explanation: None });
    assert_eq!(World::new().refused(&Act::Mark(&lock)), Vec::<&str>::new());
    lock.prescription.id = oid("1.2.3");
    assert_eq!(World::new().refused(&Act::Mark(&lock)), ["DI-18"]);
}

#[test]
fn re_1_a_reservation_of_an_unknown_kind_hinders_even_its_owner_and_re_2_a_hold_ends_by_time() {
    let strange = World::new().reserved(ReservationKind::Unknown("8".into()), own());
    assert_eq!(strange.hindered(Operation::Dispense), [("RE-1", Outcome::Stop)]);
    let mut held = World::new().in_state(Condition::HeldByOther);
    assert_eq!(held.hindered(Operation::Dispense), [("RE-2", Outcome::Stop)]);
    held.now += chrono::Duration::minutes(1);
    assert_eq!(held.hindered(Operation::Dispense), []);
}

#[test]
fn re_3_a_pharmacys_reservation_or_dose_mark_does_not_hinder_the_prescriber_and_a_pharmacy_that_dispenses_does() {
    use Operation::{Cancel, CancelTechnically, Correct, Dispense, Lock};
    let prescriber = |world: World| World { role: Role::Prescriber, unit: oid("1.2.9"), ..world };
    for kind in [ReservationKind::Ordinary, ReservationKind::DoseDispensing] {
        let reserved = || World::new().reserved(kind.clone(), other());
        for operation in [Correct, Cancel, CancelTechnically] {
            let told = in_advance(operation, &prescriber(reserved()).situation());
            assert!(told.iter().all(|finding| !finding.hinders()), "{operation:?}: {told:?}");
            let note = told.iter().find(|finding| finding.rule.id == "RE-3").unwrap();
            assert_eq!((note.outcome, &note.facts), (Outcome::Note, &vec![("owner", other().to_string())]));
            assert_eq!(reserved().hindered(operation), [("RE-1", Outcome::Stop)], "another pharmacy");
        }
        assert!(Operation::all().all(|o| !o.passes_reservations(Role::Pharmacist)));
        assert!([Dispense, Lock].iter().all(|o| !o.passes_reservations(Role::Prescriber)));
    }
    let strange = prescriber(World::new().reserved(ReservationKind::Unknown("8".into()), other()));
    assert_eq!(strange.hindered(Correct), [("RE-1", Outcome::Stop)], "what is not known hinders everybody");
    let held = prescriber(World::new().in_state(Condition::HeldByOther));
    assert_eq!(held.hindered(Correct), [("RE-2", Outcome::Stop)], "somebody is dispensing right now");
}

#[test]
fn ve_1_a_version_replaces_the_newest_one() {
    let world = World::new();
    let next = corrected(&world.prescription, "4", Some("Sovittu lääkärin kanssa."), |_| {});
    assert_eq!(world.refused(&Act::Version(&next)), Vec::<&str>::new());
    let again = World { prescription: next.clone(), ..World::new() };
    assert_eq!(again.refused(&Act::Version(&next)), ["VE-1"]);
    let skipping = Prescription { version: 3, ..next };
    assert_eq!(world.refused(&Act::Version(&skipping)), ["VE-1"]);
}

#[test]
fn co_1_a_technical_correction_moves_data_and_changes_neither_medicine_patient_nor_prescriber() {
    let world = World::new();
    let technical = |change: fn(&mut Prescription)| {
        let next = corrected(&world.prescription, ChangeReason::TECHNICAL, None, change);
        world.refused(&Act::Version(&next))
    };
    assert_eq!(technical(|p| p.dosage.text = "1 tabletti kolmesti päivässä.".into()), Vec::<&str>::new());
    assert_eq!(technical(|p| p.product.strength = Some("5 mg".into())), ["CO-1"]);
    assert_eq!(technical(|p| p.quantity = Quantity::total(crate::Amount::new(42, "fol")).unwrap()), ["CO-1"]);
    assert_eq!(technical(|p| p.iteration = None), ["CO-1"]);
    assert_eq!(technical(|p| p.patient.name.family = "Toinen".into()), ["CO-1"]);
    assert_eq!(technical(|p| p.prescriber.prescriber_id = Some("900002".into())), ["CO-1"]);
}

#[test]
fn co_2_a_pharmacys_correction_of_content_says_what_was_agreed() {
    let world = World::new();
    let wordless = corrected(&world.prescription, "4", None, |p| p.product.strength = Some("5 mg".into()));
    assert_eq!(world.refused(&Act::Version(&wordless)), ["CO-2"]);
    let prescriber = World { role: Role::Prescriber, ..World::new() };
    assert_eq!(prescriber.refused(&Act::Version(&wordless)), Vec::<&str>::new());
}

#[test]
fn ca_1_ca_2_ca_3_uk_2_a_cancellation_has_a_reason_and_whose_consent_it_needs() {
    let refused = |kind: CancellationKind, reason: &str, consent: Option<Consent>, role: Role| {
        let world = World { role, ..World::new() };
        world.refused(&Act::Version(&cancelled(&world.prescription, kind, reason, consent)))
    };
    use CancellationKind::{Care, CausedByPatient, Death, Lapse, Technical};
    use Role::{Pharmacist, Prescriber};
    let none = Vec::<&str>::new();
    assert_eq!(refused(Care, "2", Some(Consent::Oral), Pharmacist), none);
    assert_eq!(refused(Care, "2", None, Pharmacist), ["CA-1"]);
    assert_eq!(refused(Care, "2", Some(Consent::Refused), Prescriber), ["CA-1"]);
    assert_eq!(refused(Care, "2", Some(Consent::NotNeeded), Pharmacist), ["CA-1"]);
    assert_eq!(refused(Death, "2", None, Pharmacist), none);
    assert_eq!(refused(Technical, "7", None, Pharmacist), none);
    assert_eq!(refused(CausedByPatient, "8", None, Pharmacist), ["CA-2"]);
    assert_eq!(refused(Care, "8", Some(Consent::Oral), Pharmacist), ["CA-2"]);
    assert_eq!(refused(CausedByPatient, "8", None, Prescriber), none);
    assert_eq!(refused(Lapse, "2", None, Prescriber), ["CA-3"]);
    assert_eq!(refused(CancellationKind::Unknown("9".into()), "2", None, Prescriber), ["UK-2"]);
    assert_eq!(refused(Care, "2", Some(Consent::Unknown("9".into())), Pharmacist), ["UK-2", "CA-1"]);
}

#[test]
fn op_6_for_a_technical_reason_only_what_is_undispensed_is_cancelled() {
    let world = World::new().dispensed(21);
    let version = cancelled(&world.prescription, CancellationKind::Technical, "7", None);
    assert_eq!(world.refused(&Act::Version(&version)), ["OP-6"]);
}

#[test]
fn uk_2_a_version_that_does_not_say_what_it_does_is_refused() {
    let world = World::new();
    let mut next = corrected(&world.prescription, "4", Some("Sovittu."), |_| {});
    next.change = Some(Change::Unclear);
    assert_eq!(world.refused(&Act::Version(&next)), ["UK-2"]);
}

#[test]
fn op_11_the_newest_version_of_an_own_dispensation_is_corrected_and_cancelled() {
    let world = World::new().dispensed(21);
    let next = |kind: DocumentType, version: u32| {
        let mut next = world.dispensations[0].clone();
        let replaces = next.reference.clone();
        next.change =
            Some(Change::Correction(Correction { replaces, by: next.author.clone(), reason: reason("7", None) }));
        next.reference = DocumentReference { id: oid("1.2.7"), document_type: kind, ..next.reference };
        next.version = version;
        next
    };
    for kind in [DocumentType::DispensationCorrection, DocumentType::DispensationCancellation] {
        assert_eq!(world.refused(&Act::Dispensation(&next(kind.clone(), 2))), Vec::<&str>::new());
        assert_eq!(world.refused(&Act::Dispensation(&next(kind.clone(), 3))), ["OP-11"]);
        let mut elsewhere = World { unit: other(), ..World::new() };
        elsewhere.dispensations = world.dispensations.clone();
        assert!(elsewhere.refused(&Act::Dispensation(&next(kind, 2))).contains(&"OP-11"));
    }
    let mut both = World::new().dispensed(21).dispensed(21);
    both.dispensations[0].pharmacy.id = other();
    both.dispensations[1].reference.set_id = oid("1.2.8");
    let mut theirs = next(DocumentType::DispensationCancellation, 2);
    theirs.pharmacy.id = other();
    assert_eq!(both.refused(&Act::Dispensation(&theirs)), ["OP-11"], "who has one of its own changes no other's");
    let mut more = next(DocumentType::DispensationCorrection, 2);
    more.delivered.value = 105.into();
    assert_eq!(world.refused(&Act::Dispensation(&more)), ["DI-7", "DI-7d"], "84 were prescribed");
}

#[test]
fn op_12_rn_1_lc_4_lc_7_what_cannot_be_renewed() {
    let renewable = || World::new().dispensed(21);
    let hindered = |world: World| -> Vec<&str> {
        world.hindered(Operation::RequestRenewal).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(hindered(renewable()), Vec::<&str>::new());
    assert_eq!(hindered(World::new()), ["OP-12"]);
    let mut never = renewable();
    never.prescription.renewal_prohibited = Some(RenewalProhibition::default());
    assert_eq!(hindered(never), ["RN-1"]);
    let mut telephone = renewable();
    telephone.prescription.recording = stored(StoredKind::Telephone, "2", None);
    assert_eq!(hindered(telephone), ["LC-4"]);

    let months = |world: &World, months| world.prescription.prescribed_at + chrono::Months::new(months);
    let mut late = renewable();
    late.now = months(&late, 28);
    assert_eq!(hindered(late), Vec::<&str>::new());
    let mut late = renewable();
    late.now = months(&late, 28) + Days::new(1);
    assert_eq!(hindered(late), ["LC-7"]);
    let mut one_year = renewable();
    one_year.prescription.valid_until = Some(months(&one_year, 12).date());
    one_year.now = months(&one_year, 16) + Days::new(1);
    assert_eq!(hindered(one_year), ["LC-7"]);
}

#[test]
fn lc_12_lc_13_rn_2_rn_3_a_request_after_another() {
    let asked = |state: RenewalState, at: fn(NaiveDateTime) -> NaiveDateTime| {
        let mut world = World::new().dispensed(21);
        world.standing.renewal = Some(renewal(state.clone(), oid("1.2.8"), at(world.now)));
        world.standing.renewal_rejected = state == RenewalState::Rejected;
        world
    };
    let refused = |world: &World, unit: &str, consent: Option<Consent>| {
        world.refused(&Act::Request(&request(&world.prescription, unit, consent, world.now)))
    };
    let just_now: fn(NaiveDateTime) -> NaiveDateTime = |now| now;
    let none = Vec::<&str>::new();
    assert_eq!(refused(&asked(RenewalState::Requested, just_now), "1.2.9", None), ["LC-12"]);
    let eight: fn(NaiveDateTime) -> NaiveDateTime = |now| now - Days::new(8);
    assert_eq!(refused(&asked(RenewalState::Requested, eight), "1.2.9", None), ["LC-12"], "the eighth day is its last");
    let nine: fn(NaiveDateTime) -> NaiveDateTime = |now| now - Days::new(9);
    let lapsed = asked(RenewalState::Requested, nine);
    assert_eq!(lapsed.standing.renewal.as_ref().unwrap().state_at(lapsed.now), RenewalState::Lapsed);
    assert_eq!(refused(&lapsed, "1.2.9", None), none);
    assert_eq!(refused(&asked(RenewalState::Rejected, nine), "1.2.9", None), ["LC-13"]);
    assert_eq!(refused(&asked(RenewalState::Returned, just_now), "1.2.9", None), none);
    assert_eq!(refused(&asked(RenewalState::Returned, just_now), "1.2.8", None), ["RN-2"]);
    assert_eq!(refused(&asked(RenewalState::Renewed, just_now), "1.2.9", None), ["RN-3"]);
    assert_eq!(refused(&asked(RenewalState::Unknown("7".into()), just_now), "1.2.9", None), ["UK-2"]);
    let world = World::new().dispensed(21);
    assert_eq!(refused(&world, "1.2.9", Some(Consent::Refused)), ["RN-4"]);
    assert_eq!(refused(&world, "1.2.9", Some(Consent::Unknown("8".into()))), ["UK-2"]);
}

#[test]
fn op_14_only_the_unit_that_was_asked_answers_while_the_request_is_open() {
    let asked = |unit: Oid, days: u64| {
        let mut world = World { role: Role::Prescriber, ..World::new() };
        world.standing.renewal = Some(renewal(RenewalState::Requested, unit, world.now - Days::new(days)));
        world
    };
    let answer = |code: &str, request: Option<&str>| answer(&World::new().prescription, code, request);
    assert_eq!(asked(own(), 1).refused(&Act::Answer(&answer("3", None))), Vec::<&str>::new());
    assert_eq!(asked(own(), 1).refused(&Act::Answer(&answer("3", Some("1.2.3.8")))), Vec::<&str>::new());
    assert_eq!(asked(own(), 1).refused(&Act::Answer(&answer("3", Some("1.2.3.7")))), ["OP-14"]);
    assert_eq!(asked(other(), 1).refused(&Act::Answer(&answer("3", None))), ["OP-14"]);
    assert_eq!(asked(own(), 9).refused(&Act::Answer(&answer("3", None))), ["OP-14"], "it has lapsed");
    assert_eq!(asked(own(), 1).refused(&Act::Answer(&answer("77", None))), ["UK-2"]);
}

#[test]
fn st_1_st_2_lc_4_a_new_prescription_is_its_own_first_version_and_a_pharmacy_says_why_it_stores_one() {
    let refused = |prescription: &Prescription, role: Role| -> Vec<&str> {
        hindering(prescribing(prescription, role)).into_iter().map(|(id, _)| id).collect()
    };
    let mut prescription = samples::iterated_diazepam();
    assert_eq!(refused(&prescription, Role::Prescriber), Vec::<&str>::new());
    assert_eq!(refused(&prescription, Role::Pharmacist), ["RI-1"]);
    let second = Prescription { version: 2, ..prescription.clone() };
    assert_eq!(refused(&second, Role::Prescriber), ["ST-2"]);

    prescription.valid_until = Some(prescription.prescribed_at.date() + chrono::Months::new(3));
    let with = |recording: Recording| Prescription { recording, ..prescription.clone() };
    assert_eq!(refused(&with(stored(StoredKind::Paper, "1", None)), Role::Pharmacist), Vec::<&str>::new());
    assert_eq!(refused(&with(stored(StoredKind::Paper, "1", None)), Role::Prescriber), ["RI-1"]);
    assert_eq!(refused(&with(stored(StoredKind::Paper, "3", Some("Matkalla."))), Role::Pharmacist), Vec::<&str>::new());
    assert_eq!(refused(&with(stored(StoredKind::Paper, "3", Some(" "))), Role::Pharmacist), ["ST-1"]);
    assert_eq!(refused(&with(stored(StoredKind::Paper, "8", None)), Role::Pharmacist), ["ST-1"]);
    let telephone = with(stored(StoredKind::Telephone, "2", None));
    assert_eq!(refused(&telephone, Role::Pharmacist), Vec::<&str>::new());
    let longer = Prescription { valid_until: telephone.valid_until.and_then(|day| day.succ_opt()), ..telephone };
    assert_eq!(refused(&longer, Role::Pharmacist), ["LC-4"]);
}

#[test]
fn lc_10_a_correction_removes_the_lock_and_a_cancellation_closes_all_that_was_open() {
    let world = World::new().in_state(Condition::Locked).reserved(ReservationKind::Ordinary, own());
    let mut standing = world.standing.clone();
    standing.renewal = Some(renewal(RenewalState::Requested, other(), world.now));
    let open = standing.clone();
    standing.take_version(&corrected(&world.prescription, "4", Some("Sovittu."), |_| {}));
    assert_eq!(standing, Standing { lock: None, ..open });
    standing.take_version(&cancelled(&world.prescription, CancellationKind::Care, "2", Some(Consent::Oral)));
    assert_eq!((&standing.lock, &standing.reservation), (&None, &None));
    assert_eq!(standing.renewal.unwrap().state, RenewalState::Lapsed);
}

#[test]
fn a_prescription_that_is_used_up_is_nobodys_reservation_and_each_mark_takes_away_its_own_kind() {
    let mut standing = World::new().reserved(ReservationKind::DoseDispensing, own()).standing;
    let before = standing.clone();
    standing.take_mark(&mark(MarkKind::Release { mark: None, explanation: None }));
    standing.take_mark(&mark(MarkKind::DispensingReservationRelease { explanation: None }));
    standing.take_dispensing(crate::lifecycle::Dispensing::Partly);
    assert_eq!(standing, before);
    standing.take_dispensing(crate::lifecycle::Dispensing::Fully);
    assert_eq!(standing.reservation, None);
    standing.take_mark(&mark(MarkKind::DoseDispensing { explanation: None }));
    assert_eq!(standing.reservation.as_ref().unwrap().kind, ReservationKind::DoseDispensing);
    standing.take_mark(&mark(MarkKind::DoseDispensingEnd { mark: None, explanation: None }));
    assert_eq!(standing.reservation, None);
}
