//! The dispensing reservation (toimitusvaraus): taken by a fetch for dispensing, given back, or over by time.

use kanta::mr::FetchQuery;
use prescription::ReservationKind;

use super::*;

over_both_stores! {
    re_2_while_one_pharmacy_dispenses_another_does_not,
    message_18_gives_it_back_also_with_nobody_logged_in,
    it_ends_by_time_and_never_hinders_whoever_holds_it,
    a_list_a_look_and_what_may_not_be_dispensed_hold_nothing,
    it_outlives_other_documents_and_the_documents_alone_say_nothing_of_it,
}

fn give_back() -> MarkKind {
    MarkKind::DispensingReservationRelease { explanation: None }
}

fn re_2_while_one_pharmacy_dispenses_another_does_not<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let (other, _) = elsewhere();
    assert_eq!(life.fetch(&prescription, other, LAHDE), 1);
    let state = life.state();
    assert_eq!((state.reserved_by, state.reserved_for), (Some(oid(LAHDE)), Some(ReservationKind::Dispensing)));
    assert_eq!(life.fetch(&prescription, who::SIRI, KUUSI), 1, "it is shown all the same");
    assert_eq!(life.state().reserved_by, Some(oid(LAHDE)), "and stays with whoever came first");
    let lot = life.world.lot(&prescription, &[], 21);
    assert_eq!(rules(&life.world.send(&lot)), ["RE-2"]);
    let lock = life.mark(&prescription, who::SIRI, MarkKind::Lock { explanation: None });
    assert_eq!(rules(&life.send_mark(&lock, who::SIRI, KUUSI)), ["RE-2"]);
    let theirs = life.mark(&prescription, other, give_back());
    takes(life.send_mark(&theirs, other, LAHDE));
    assert_eq!(life.fetch(&prescription, who::SIRI, KUUSI), 1);
    assert_eq!(life.state().reserved_by, Some(oid(KUUSI)));
    takes(life.world.send(&lot));
    assert_eq!(life.state().reserved_by, None, "dispensed: given back");
}

fn message_18_gives_it_back_also_with_nobody_logged_in<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    life.fetch(&prescription, who::ONNI, KUUSI);
    assert_eq!(life.state().reserved_by, Some(oid(KUUSI)), "a student may begin");
    let (other, _) = elsewhere();
    let theirs = life.mark(&prescription, other, give_back());
    takes(life.send_mark(&theirs, other, LAHDE));
    assert_eq!(life.state().reserved_by, Some(oid(KUUSI)), "OP-13: another's is left alone");
    let back = life.mark(&prescription, who::SIRI, give_back());
    let document = cda::write_mark(&back, &marking()).unwrap();
    let nobody = Sending { user: None, ..Sending::of(who::SIRI, KUUSI) };
    takes(life.send(&back.reference(), 1, document.clone(), &nobody));
    assert_eq!(life.state().reserved_by, None);
    assert!(accepted(life.send(&back.reference(), 1, document, &nobody)).1, "promise 2");
    let twice = life.mark(&prescription, who::SIRI, give_back());
    takes(life.send_mark(&twice, who::SIRI, KUUSI));
}

fn it_ends_by_time_and_never_hinders_whoever_holds_it<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let (other, _) = elsewhere();
    life.fetch(&prescription, other, LAHDE);
    life.world.now += chrono::Duration::minutes(29);
    assert_eq!(life.state().reserved_by, Some(oid(LAHDE)));
    life.fetch(&prescription, other, LAHDE);
    life.world.now += chrono::Duration::minutes(29);
    assert_eq!(life.state().reserved_by, Some(oid(LAHDE)), "fetching again begins anew");
    life.world.now += chrono::Duration::minutes(1);
    assert_eq!(life.state().reserved_by, None);
    let lot = life.world.lot(&prescription, &[], 21);
    takes(life.world.send(&lot));
}

fn a_list_a_look_and_what_may_not_be_dispensed_hold_nothing<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    let fetch = |life: &Life<S>, query: &FetchQuery| {
        let frame = frame(life.world.now);
        let request = mr::fetch_request(query, &requester(Some(who::SIRI), KUUSI), &frame).unwrap();
        mr::parse_fetch_response(&life.world.ask(&request, KUUSI), frame.message_id).unwrap().len()
    };
    let set = prescription.reference.set_id.clone();
    let list = FetchQuery { identifiers: vec![set.clone(), oid("1.2.3")], document: None };
    assert_eq!(fetch(life, &list), 1);
    let one = FetchQuery { identifiers: vec![], document: Some(prescription.reference.id.clone()) };
    assert_eq!(fetch(life, &one), 1);
    assert_eq!(life.state().reserved_by, None);
    let lock = life.mark(&prescription, who::SIRI, MarkKind::Lock { explanation: None });
    takes(life.send_mark(&lock, who::SIRI, KUUSI));
    assert_eq!(life.fetch(&prescription, who::SIRI, KUUSI), 2, "with the lock, which an unlock must name");
    assert_eq!(life.state().reserved_by, None, "OP-2: what is locked is not dispensed");
}

fn it_outlives_other_documents_and_the_documents_alone_say_nothing_of_it<S: Store>(life: &mut Life<S>) {
    let prescription = life.world.held(|_| {});
    life.fetch(&prescription, who::SIRI, KUUSI);
    let next = life.corrected(&prescription, who::SIRI, reason("7", None), |_| {});
    takes(life.send_version(&next, who::SIRI, KUUSI));
    assert_eq!(life.state().reserved_by, Some(oid(KUUSI)));
    let report = verify(life.world.centre.store()).unwrap();
    assert_eq!((report.faults, report.holds), (vec![], 1));
}
