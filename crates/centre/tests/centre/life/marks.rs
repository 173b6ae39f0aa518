//! Locks, reservations and dose-dispensing marks.

use prescription::{LockReference, ReservationKind};

use super::*;

over_both_stores! {
    lock_then_refused_then_correction_then_dispensed_against_the_newest_version_only,
    op_8_the_locking_pharmacy_or_a_prescriber_unlocks_and_another_pharmacy_does_not,
    re_1_what_one_pharmacy_reserves_another_does_not_dispense_and_sees_whose_it_is,
    a_dose_dispensing_mark_is_taken_away_by_its_own_end_and_ends_when_all_is_dispensed,
}

fn lock_then_refused_then_correction_then_dispensed_against_the_newest_version_only<S: Store>(life: &mut Life<S>) {
    let first = life.world.held(|_| {});
    let lock = life.mark(&first, who::SIRI, MarkKind::Lock { explanation: because("Annos epäselvä.") });
    takes(life.send_mark(&lock, who::SIRI, KUUSI));
    assert_eq!(life.state().locked_by, Some(oid(KUUSI)));
    let lot = life.world.lot(&first, &[], 21);
    assert_eq!(rules(&life.world.send(&lot)), ["LC-10"]);
    let again = life.mark(&first, who::SIRI, MarkKind::Lock { explanation: None });
    assert_eq!(rules(&life.send_mark(&again, who::SIRI, KUUSI)), ["LC-10"], "it is locked already");

    let agreed = reason("4", Some("Sovittu lääkärin kanssa puhelimessa."));
    let second = life.corrected(&first, who::SIRI, agreed, |p| p.dosage.text = "1 tabletti iltaisin.".into());
    takes(life.send_version(&second, who::SIRI, KUUSI));
    assert_eq!(life.state().locked_by, None, "LC-10: a correction removes the lock");
    let against_first = life.world.lot(&first, &[], 21);
    assert_eq!(rules(&life.world.send(&against_first)), ["DI-18"]);
    let against_second = life.world.lot(&second, &[], 21);
    takes(life.world.send(&against_second));
}

fn op_8_the_locking_pharmacy_or_a_prescriber_unlocks_and_another_pharmacy_does_not<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let unlock = |lock: &Mark| MarkKind::Unlock {
        lock: LockReference { id: lock.id.clone(), set_id: lock.set_id.clone() },
        explanation: because("Selvisi.").unwrap(),
    };
    for opens in [(who::SIRI, KUUSI), (who::LAURI_PRESCRIBER, CLINIC)] {
        let lock = life.mark(&prescription, who::SIRI, MarkKind::Lock { explanation: None });
        takes(life.send_mark(&lock, who::SIRI, KUUSI));
        let by_other = life.mark(&prescription, elsewhere().0, unlock(&lock));
        assert_eq!(rules(&life.send_mark(&by_other, elsewhere().0, LAHDE)), ["OP-8"]);
        let opened = life.mark(&prescription, opens.0, unlock(&lock));
        takes(life.send_mark(&opened, opens.0, opens.1));
        assert_eq!(life.state().locked_by, None);
    }
    let nothing = life.mark(&prescription, who::SIRI, unlock(&life_lock(&prescription)));
    assert!(rules(&life.send_mark(&nothing, who::SIRI, KUUSI)).contains(&"OP-8".to_owned()));
}

/// A lock that nobody ever set.
fn life_lock(prescription: &Prescription) -> Mark {
    Life { world: World::new() }.mark(prescription, who::SIRI, MarkKind::Lock { explanation: None })
}

fn re_1_what_one_pharmacy_reserves_another_does_not_dispense_and_sees_whose_it_is<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let (other, sofia) = elsewhere();
    let kind = MarkKind::Reservation { explanation: because("Tilattu tukusta.") };
    let reservation = life.mark(&prescription, other, kind);
    takes(life.send_mark(&reservation, other, LAHDE));
    let state = life.state();
    assert_eq!(state.reserved_by, Some(sofia.organisation.unwrap().id));
    assert_eq!(state.reserved_for, Some(ReservationKind::Ordinary));
    let lot = life.world.lot(&prescription, &[], 21);
    assert_eq!(rules(&life.world.send(&lot)), ["RE-1"]);

    let release = MarkKind::Release { mark: Some(reservation.reference()), explanation: None };
    let by_other = life.mark(&prescription, who::SIRI, release.clone());
    assert_eq!(rules(&life.send_mark(&by_other, who::SIRI, KUUSI)), ["RE-1", "OP-10"]);
    let own = life.mark(&prescription, other, release);
    takes(life.send_mark(&own, other, LAHDE));
    assert_eq!(life.state().reserved_by, None);
    takes(life.world.send(&lot));
}

fn a_dose_dispensing_mark_is_taken_away_by_its_own_end_and_ends_when_all_is_dispensed<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|p| p.iteration = None);
    let mark = life.mark(&prescription, who::SIRI, MarkKind::DoseDispensing { explanation: None });
    takes(life.send_mark(&mark, who::SIRI, KUUSI));
    assert_eq!(life.state().reserved_for, Some(ReservationKind::DoseDispensing));
    let release = life.mark(&prescription, who::SIRI, MarkKind::Release { mark: None, explanation: None });
    assert_eq!(rules(&life.send_mark(&release, who::SIRI, KUUSI)), ["OP-10"], "it is no reservation");
    let end = life.mark(&prescription, who::SIRI, MarkKind::DoseDispensingEnd { mark: None, explanation: None });
    takes(life.send_mark(&end, who::SIRI, KUUSI));
    assert_eq!(life.state().reserved_by, None);

    let mark = life.mark(&prescription, who::SIRI, MarkKind::DoseDispensing { explanation: None });
    takes(life.send_mark(&mark, who::SIRI, KUUSI));
    let all = life.world.lot(&prescription, &[], 21);
    takes(life.world.send(&all));
    assert_eq!(life.state().reserved_by, None, "used up is nobody's reservation");
}

#[test]
fn ri_1_a_student_locks_nothing_and_a_mark_is_its_authors_and_its_pharmacys() {
    let mut life = Life { world: World::new() };
    let prescription = life.world.held(|_| {});
    let by_student = life.mark(&prescription, who::ONNI, MarkKind::Lock { explanation: None });
    let answer = life.send_mark(&by_student, who::ONNI, KUUSI);
    assert_eq!(refused(&answer), [("TSK-right-missing".to_owned(), Some("RI-1".to_owned()))]);
    let lock = life.mark(&prescription, who::SIRI, MarkKind::Lock { explanation: None });
    let by_another = life.send_mark(&lock, who::PETRI, KUUSI);
    assert_eq!(refused(&by_another), [("TSK-signer-mismatch".to_owned(), Some("user".to_owned()))]);
    let from_elsewhere = life.send_mark(&lock, who::SIRI, LAHDE);
    assert_eq!(refused(&from_elsewhere), [("TSK-organisation-mismatch".to_owned(), Some("document".to_owned()))]);
    let nobody = Sending { user: None, ..Sending::of(who::SIRI, KUUSI) };
    let document = cda::write_mark(&lock, &marking()).unwrap();
    let unnamed = life.send(&lock.reference(), 1, document, &nobody);
    assert_eq!(refused(&unnamed), [("TSK-signer-mismatch".to_owned(), Some("user".to_owned()))]);
    life.days_pass(1);
    let old = life.send_mark(&lock, who::SIRI, KUUSI);
    assert_eq!(refused(&old), [("TSK-clock-difference".to_owned(), Some("marked".to_owned()))]);
    assert_eq!(life.state().locked_by, None);
}

#[test]
fn a_type_that_is_none_of_a_prescriptions_own_is_not_taken() {
    let mut life = Life { world: World::new() };
    let prescription = life.world.held(|_| {});
    let lock = life.mark(&prescription, who::SIRI, MarkKind::Lock { explanation: None });
    let document = String::from_utf8(cda::write_mark(&lock, &marking()).unwrap()).unwrap();
    // 19, the log of viewing (katseluyhteyden loki).
    let other =
        document.replace("code=\"4\" codeSystem=\"1.2.246.537.5.40105", "code=\"19\" codeSystem=\"1.2.246.537.5.40105");
    let reference = DocumentReference { document_type: DocumentType::Unknown("19".into()), ..lock.reference() };
    let answer = life.send(&reference, 1, other.into_bytes(), &Sending::of(who::SIRI, KUUSI));
    assert_eq!(refused(&answer), [("TSK-document-type".to_owned(), None)]);
}

#[test]
fn who_signs_marks_is_configuration() {
    use prescription::{SignedBy, Signers};
    let signers = Signers::default().with(DocumentType::Lock, SignedBy::System);
    let signers = signers.with(DocumentType::Reservation, SignedBy::Professional);
    let settings = centre::Settings { signers, ..centre::Settings::default() };
    let mut life = Life { world: World::new() };
    life.world.centre = centre_with(MemoryStore::new(), settings);
    let prescription = life.world.held(|_| {});
    let mut send = |kind: MarkKind, signed: Option<&str>| {
        let mark = life.mark(&prescription, who::SIRI, kind);
        let mut document = cda::write_mark(&mark, &marking()).unwrap();
        if let Some(system) = signed {
            let (kind, mut signer) = match system {
                "person" => (signing::SignatureKind::Professional, pki().professional(who::SIRI).unwrap()),
                system => (signing::SignatureKind::System, system_of(system)),
            };
            let signed_at = time::finnish_with_offset(life.world.now);
            let signing = signing::Signing { document: &document, kind, signed_at, id_seed: "mark" };
            document = signing::sign(&signing, &mut signer).unwrap();
        }
        life.send(&mark.reference(), 1, document, &Sending::of(who::SIRI, KUUSI))
    };
    let lock = || MarkKind::Lock { explanation: None };
    let code = |answer: &StoreAnswer| refused(answer).remove(0).0;
    assert_eq!(code(&send(lock(), None)), "TSK-signature-missing");
    assert_eq!(code(&send(lock(), Some("person"))), "TSK-signature-invalid");
    assert_eq!(code(&send(lock(), Some("centre"))), "TSK-organisation-mismatch", "another's system");
    takes(send(lock(), Some("kuusen-apteekki")));
    assert_eq!(code(&send(MarkKind::Reservation { explanation: None }, None)), "TSK-signature-missing");
}

/// The key with which an organisation's system signs.
fn system_of(slug: &str) -> signing::software::SoftwareSigner {
    let read = |name: &str| std::fs::read(AUTHORITY.join("systems").join(slug).join(name)).unwrap();
    signing::software::SoftwareSigner::from_pkcs8(&read("cert.der"), &read("key.der")).unwrap()
}
