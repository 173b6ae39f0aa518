//! Dispensations that were made in an outage: the medicine has been handed over, so that what happened meanwhile is a
//! conflict that is kept for a person, and no refusal. Cases a to i of the domain notes, section 4.

use prescription::Conflict;

use super::*;

over_both_stores! {
    a_late_dispensation_without_conflict_is_as_any_other,
    cases_a_to_g_are_taken_and_kept_in_conflict,
    what_remains_goes_below_zero_and_is_told,
    the_mark_of_lateness_alone_opens_nothing,
    what_is_the_documents_own_fault_is_refused_however_late,
}

/// What happens before the late dispensation comes.
type Meanwhile<S> = fn(&mut Life<S>, &Prescription);

impl<S: Store> Life<S> {
    /// Sends a dispensation of two hours ago as made in an outage.
    fn send_late(&self, lot: &prescription::Dispensation, handed_over: chrono::DateTime<chrono::Utc>) -> StoreAnswer {
        let signed = signed_by(lot, who::SIRI, handed_over);
        self.world.send_as(lot, signed, &Sending { late: true, ..Sending::of(who::SIRI, KUUSI) })
    }

    fn conflicts(&self, prescription: &Prescription) -> Vec<Conflict> {
        let chain = self.world.centre.store().chain(&prescription.reference.set_id).unwrap().unwrap();
        chain.conflicts.into_iter().flat_map(|conflict| conflict.with).collect()
    }
}

fn a_late_dispensation_without_conflict_is_as_any_other<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let (lot, handed_over) = (life.world.lot(&prescription, &[], 21), life.world.now);
    life.world.now += chrono::Duration::hours(2);
    takes(life.send_late(&lot, handed_over));
    assert_eq!(life.conflicts(&prescription), []);
}

fn cases_a_to_g_are_taken_and_kept_in_conflict<S: Store>(life: &mut Life<S>) {
    let cases: [(Conflict, Meanwhile<S>); 6] = [
        (Conflict::Cancelled, |life, p| {
            let next = life.cancelled(p, who::SIRI, CancellationKind::Care, Some(Consent::Oral));
            takes(life.send_version(&next, who::SIRI, KUUSI));
        }),
        (Conflict::FullyDispensed, |life, p| {
            let all = life.world.lot(p, &[], 21);
            takes(life.world.send(&all));
        }),
        (Conflict::LessRemained, |life, p| {
            let some = life.world.lot(p, &[], 14);
            takes(life.world.send(&some));
        }),
        (Conflict::Locked, |life, p| {
            let lock = life.mark(p, who::SIRI, MarkKind::Lock { explanation: None });
            takes(life.send_mark(&lock, who::SIRI, KUUSI));
        }),
        (Conflict::Reserved, |life, p| {
            let (other, _) = elsewhere();
            let mark = life.mark(p, other, MarkKind::Reservation { explanation: None });
            takes(life.send_mark(&mark, other, LAHDE));
        }),
        (Conflict::NewerVersion, |life, p| {
            let next = life.corrected(p, who::SIRI, reason("7", None), |_| {});
            takes(life.send_version(&next, who::SIRI, KUUSI));
        }),
    ];
    for (conflict, meanwhile) in cases {
        let id = life.id(CLINIC);
        let prescription = life.world.held(|p| {
            p.reference = reference(id.as_str(), DocumentType::Prescription);
            p.iteration = None;
        });
        let (lot, handed_over) = (life.world.lot(&prescription, &[], 21), life.world.now);
        life.world.now += chrono::Duration::hours(2);
        meanwhile(life, &prescription);
        takes(life.send_late(&lot, handed_over));
        assert!(life.conflicts(&prescription).contains(&conflict), "{conflict:?}");
        let told = life.world.centre.store().log(0, 1000).unwrap();
        let told = told.last().unwrap().told().unwrap();
        assert!(told.detail.unwrap().contains(conflict.code()), "the log says so");
    }
}

fn what_remains_goes_below_zero_and_is_told<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|p| p.iteration = None);
    let (lot, handed_over) = (life.world.lot(&prescription, &[], 21), life.world.now);
    life.world.now += chrono::Duration::hours(2);
    let meanwhile = life.world.lot(&prescription, &[], 21);
    takes(life.world.send(&meanwhile));
    let signed = signed_by(&lot, who::SIRI, handed_over);
    for again in [false, true] {
        // Promise 2: the first answer comes again whole.
        let late = Sending { late: true, ..Sending::of(who::SIRI, KUUSI) };
        let answer = life.world.send_as(&lot, signed.clone(), &late);
        let StoreAnswer::Accepted { conflicts, repeated, .. } = answer else { panic!("{answer:?}") };
        assert_eq!((conflicts, repeated), (vec![Conflict::FullyDispensed], again));
    }
    assert_eq!(life.conflicts(&prescription), [Conflict::FullyDispensed]);
    assert_eq!(life.found().remaining_text.unwrap(), "-21 fol");
    assert_eq!(life.world.dispensations(), 2);
}

fn the_mark_of_lateness_alone_opens_nothing<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let lock = life.mark(&prescription, who::SIRI, MarkKind::Lock { explanation: None });
    takes(life.send_mark(&lock, who::SIRI, KUUSI));
    let lot = life.world.lot(&prescription, &[], 21);
    assert_eq!(rules(&life.send_late(&lot, life.world.now)), ["LC-10"]);
}

fn what_is_the_documents_own_fault_is_refused_however_late<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let mut lot = life.world.lot(&prescription, &[], 21);
    lot.product.strength = Some("5 mg".into());
    let handed_over = life.world.now;
    life.world.now += chrono::Duration::hours(2);
    assert_eq!(rules(&life.send_late(&lot, handed_over)), ["SU-1"]);
}
