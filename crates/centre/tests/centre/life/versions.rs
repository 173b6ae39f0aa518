//! Prescriptions stored, corrected and cancelled, and their dispensations corrected and cancelled.

use prescription::{
    Change, Correction, Dispensation, Explained, Recording, StoredByPharmacy, StoredKind, Validity, lifecycle,
};

use super::*;

over_both_stores! {
    the_four_lots_with_the_second_one_cancelled,
    a_corrected_dispensation_counts_in_its_newest_version_and_only_its_pharmacy_changes_it,
    a_prescriber_stores_corrects_and_cancels_and_a_pharmacist_cannot_prescribe,
    a_pharmacy_stores_a_paper_prescription_and_dispenses_from_it,
    a_pharmacy_cancels_with_the_patients_consent_what_is_not_used_up,
    lc_6_a_month_after_the_end_a_reason_opens_what_is_no_controlled_medicine,
}

/// LM1: 21 fol three times over, a week apart. The second dispensation is cancelled, and its lot comes back.
fn the_four_lots_with_the_second_one_cancelled<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let mut history: Vec<Dispensation> = vec![];
    let mut remaining = vec![];
    for _ in 0..2 {
        let lot = life.world.lot(&prescription, &history, 21);
        takes(life.world.send(&lot));
        history.push(lot);
        remaining.push(life.found().remaining_text.unwrap());
        life.days_pass(8);
    }
    let cancelled = life.next_dispensation(&history[1], DocumentType::DispensationCancellation, |_| {});
    takes(life.send_dispensation(&cancelled, who::SIRI, KUUSI));
    history.remove(1);
    let found = life.found();
    remaining.push(found.remaining_text.unwrap());
    assert_eq!(found.dispense_status, kanta::metadata::DispenseStatus::Partly);
    for _ in 0..3 {
        let lot = life.world.lot(&prescription, &history, 21);
        takes(life.world.send(&lot));
        history.push(lot);
        remaining.push(life.found().remaining_text.unwrap());
        life.days_pass(8);
    }
    assert_eq!(remaining, ["3X21 fol", "2X21 fol", "3X21 fol", "2X21 fol", "1X21 fol", "0 fol"]);
    assert_eq!(life.found().dispense_status, kanta::metadata::DispenseStatus::Fully);
    let fifth = life.world.lot(&prescription, &history, 21);
    // DI-7e beside it: a document cannot state that less than nothing remains.
    assert_eq!(rules(&life.world.send(&fifth)), ["LC-1", "DI-7e"]);
}

fn a_corrected_dispensation_counts_in_its_newest_version_and_only_its_pharmacy_changes_it<S: Store>(
    life: &mut Life<S>,
) {
    let prescription = life.world.held(|p| p.control = None);
    let lot = life.world.lot(&prescription, &[], 21);
    takes(life.world.send(&lot));
    let half = |made: &mut Dispensation| {
        made.delivered.value = 7.into();
        made.package_size.value = 7.into();
    };
    let corrected = life.next_dispensation(&lot, DocumentType::DispensationCorrection, half);
    let (other, _) = elsewhere();
    let theirs = life.send_dispensation(&corrected, other, LAHDE);
    assert_eq!(refused(&theirs), [("TSK-signer-mismatch".to_owned(), Some("author".to_owned()))]);
    takes(life.send_dispensation(&corrected, who::SIRI, KUUSI));
    assert_eq!(life.found().remaining_text.unwrap(), "3X21+14 fol");
    let again = life.next_dispensation(&lot, DocumentType::DispensationCorrection, half);
    assert_eq!(rules(&life.send_dispensation(&again, who::SIRI, KUUSI)), ["OP-11"], "there is a newer version");
    let taken_back = life.next_dispensation(&corrected, DocumentType::DispensationCancellation, |_| {});
    takes(life.send_dispensation(&taken_back, who::SIRI, KUUSI));
    assert_eq!(life.found().remaining_text.unwrap(), "4X21 fol");
    let after = life.next_dispensation(&corrected, DocumentType::DispensationCorrection, half);
    assert_eq!(rules(&life.send_dispensation(&after, who::SIRI, KUUSI)), ["OP-11"], "nothing is left to correct");
}

fn a_prescriber_stores_corrects_and_cancels_and_a_pharmacist_cannot_prescribe<S: Store>(life: &mut Life<S>) {
    let first = life.world.prescribed(|p| p.prescribed_at = time::finnish(chrono::Utc::now()));
    takes(life.send_version(&first, who::LAURI_PRESCRIBER, CLINIC));
    assert_eq!(life.found().signature, prescription::SignatureTrust::Trusted);
    let again = Prescription { message_to_pharmacy: None, ..first.clone() };
    let answer = life.send_version(&again, who::LAURI_PRESCRIBER, CLINIC);
    assert_eq!(refused(&answer)[0].0, "TSK-same-id-other-bytes");

    let second = life.corrected(&first, who::LAURI_PRESCRIBER, reason("4", None), |p| p.iteration = None);
    takes(life.send_version(&second, who::LAURI_PRESCRIBER, CLINIC));
    assert_eq!(life.found().remaining_text.unwrap(), "21 fol");
    let from_first = life.corrected(&first, who::LAURI_PRESCRIBER, reason("4", None), |_| {});
    assert_eq!(rules(&life.send_version(&from_first, who::LAURI_PRESCRIBER, CLINIC)), ["VE-1"]);
    let technical = life.corrected(&second, who::SIRI, reason("7", None), |p| p.product.strength = Some("5 mg".into()));
    assert_eq!(rules(&life.send_version(&technical, who::SIRI, KUUSI)), ["CO-1"]);

    let third = life.cancelled(&second, who::LAURI_PRESCRIBER, CancellationKind::Technical, None);
    takes(life.send_version(&third, who::LAURI_PRESCRIBER, CLINIC));
    assert!(life.state().cancelled);
    let lot = life.world.lot(&second, &[], 21);
    assert!(rules(&life.world.send(&lot)).contains(&"LC-11".to_owned()));

    let mut by_pharmacist = life.world.prescribed(|p| p.prescribed_at = time::finnish(chrono::Utc::now()));
    by_pharmacist.reference = reference("1.2.246.10.99999901.93.2026.900", DocumentType::Prescription);
    by_pharmacist.prescriber = professional(who::SIRI);
    assert_eq!(rules(&life.send_version(&by_pharmacist, who::SIRI, KUUSI)), ["RI-1"]);
}

fn a_pharmacy_stores_a_paper_prescription_and_dispenses_from_it<S: Store>(life: &mut Life<S>) {
    let stored = |life: &mut Life<S>, kind: StoredKind, text: Option<&str>| {
        let id = life.id(KUUSI);
        let at = life.local();
        let code = Code { code: "3".into(), system: "1.2.246.537.5.40302.201501".into(), name: Some("Muu syy".into()) };
        life.world.prescribed(|p| {
            p.reference = reference(id.as_str(), DocumentType::Prescription);
            p.recording = Recording::AtPharmacy(StoredByPharmacy {
                recorder: professional(who::SIRI),
                kind,
                reason: Explained { code, text: text.map(str::to_owned) },
            });
            p.prescribed_at = at - chrono::Duration::days(3);
            p.made_at = at;
        })
    };
    let paper = stored(life, StoredKind::Paper, Some("Lääkäri matkalla."));
    takes(life.send_version(&paper, who::SIRI, KUUSI));
    let lot = life.world.lot(&paper, &[], 21);
    takes(life.world.send(&lot));
    let wordless = stored(life, StoredKind::Paper, Some("-").filter(|_| false));
    assert_eq!(rules(&life.send_version(&wordless, who::SIRI, KUUSI)), ["ST-1"]);
    let telephone = stored(life, StoredKind::Telephone, Some("Soitto."));
    assert_eq!(rules(&life.send_version(&telephone, who::SIRI, KUUSI)), ["LC-4"], "150 days are over three months");
}

fn a_pharmacy_cancels_with_the_patients_consent_what_is_not_used_up<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|p| p.iteration = None);
    let without = life.cancelled(&prescription, who::SIRI, CancellationKind::Care, None);
    assert_eq!(rules(&life.send_version(&without, who::SIRI, KUUSI)), ["CA-1"]);
    let lot = life.world.lot(&prescription, &[], 14);
    takes(life.world.send(&lot));
    let technical = life.cancelled(&prescription, who::SIRI, CancellationKind::Technical, None);
    assert_eq!(rules(&life.send_version(&technical, who::SIRI, KUUSI)), ["OP-6"]);
    let rest = life.world.lot(&prescription, &[lot], 7);
    takes(life.world.send(&rest));
    let used_up = life.cancelled(&prescription, who::SIRI, CancellationKind::Care, Some(Consent::Oral));
    assert_eq!(rules(&life.send_version(&used_up, who::SIRI, KUUSI)), ["LC-1"]);
    let taken_back = life.next_dispensation(&rest, DocumentType::DispensationCancellation, |_| {});
    takes(life.send_dispensation(&taken_back, who::SIRI, KUUSI));
    let partly = life.cancelled(&prescription, who::SIRI, CancellationKind::Care, Some(Consent::Oral));
    takes(life.send_version(&partly, who::SIRI, KUUSI));
    assert!(life.state().cancelled);
}

fn lc_6_a_month_after_the_end_a_reason_opens_what_is_no_controlled_medicine<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|p| {
        p.control = None;
        p.permanent = true;
        p.valid_until = None;
    });
    let last = prescription.last_valid_day();
    life.world.now = time::instant(last.and_hms_opt(10, 0, 0).unwrap());
    life.days_pass(10);
    assert_eq!(Validity::of(&prescription, life.local().date()), Validity::MonthAfter);
    assert!(lifecycle::has_month_after(&prescription));
    // Certificates of a test live a year: what is asked here is the rule alone, in advance.
    let chain = life.world.centre.store().chain(&prescription.reference.set_id).unwrap().unwrap();
    let mut situation = prescription::Situation {
        prescription: &chain.prescription,
        dispensations: &chain.dispensations,
        standing: &chain.standing,
        hold: None,
        unit: &oid(KUUSI),
        role: prescription::Role::Pharmacist,
        now: life.local(),
        reason: None,
    };
    let hindered = |situation: &prescription::Situation<'_>| -> Vec<&str> {
        let findings = prescription::operation::in_advance(prescription::Operation::Dispense, situation);
        findings.into_iter().filter(prescription::Finding::hinders).map(|finding| finding.rule.id).collect()
    };
    assert_eq!(hindered(&situation), ["LC-5"]);
    situation.reason = Some("Vastaanottoaika vasta ensi viikolla.");
    assert_eq!(hindered(&situation), Vec::<&str>::new());
    situation.now += chrono::Duration::days(30);
    assert_eq!(hindered(&situation), ["LC-5"]);
}

impl<S: Store> Life<S> {
    fn next_dispensation(
        &mut self,
        held: &Dispensation,
        kind: DocumentType,
        change: impl FnOnce(&mut Dispensation),
    ) -> Dispensation {
        let at = self.local();
        let by = professional(who::SIRI);
        let replaces = held.reference.clone();
        let reason = reason("5", Some("Väärä määrä."));
        let mut next = held.clone();
        let id = self.id(KUUSI);
        next.change = Some(match kind {
            DocumentType::DispensationCorrection => Change::Correction(Correction { replaces, by, reason }),
            _ => Change::Cancellation(prescription::Cancellation {
                replaces,
                by: Some(by),
                reason,
                kind: CancellationKind::Care,
                party: Code {
                    code: "2".into(),
                    system: "1.2.246.537.5.40102.2006".into(),
                    name: Some("Apteekki".into()),
                },
                consent: None,
            }),
        });
        next.reference = DocumentReference { id, set_id: held.reference.set_id.clone(), document_type: kind };
        next.version = held.version + 1;
        next.made_at = at;
        change(&mut next);
        next
    }

    fn send_dispensation(&self, made: &Dispensation, by: &'static str, from: &'static str) -> StoreAnswer {
        let signed = sign(&document(made), &mut pki().professional(by).unwrap(), self.world.now);
        self.send(&made.reference, made.version, signed, &Sending::of(by, from))
    }
}
