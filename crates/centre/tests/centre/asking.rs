//! Searching and fetching: by people and by identifiers, what the answer tells, and who may ask.

use centre::store::MemoryStore;
use kanta::metadata::{DispenseStatus, Query};
use kanta::mr::{self, FetchQuery};
use prescription::{DocumentType, SignatureTrust};
use test_authority::who;

use crate::world::*;

type W = World<MemoryStore>;

fn fetch(
    world: &W,
    query: &FetchQuery,
    user: Option<&str>,
    pharmacy: &str,
) -> Result<Vec<mr::FetchedDocument>, String> {
    let frame = frame(world.now);
    let request = mr::fetch_request(query, &requester(user, pharmacy), &frame).unwrap();
    match mr::parse_fetch_response(&world.ask(&request, pharmacy), frame.message_id) {
        Ok(documents) => Ok(documents),
        Err(kanta::KantaError::Refused(issues)) => Err(issues[0].code.clone()),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn se_5_a_search_by_identity_code_tells_what_is_left_by_the_centres_own_count() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let found = world.search(&[AINO]).unwrap().prescriptions;
    assert_eq!(found[0].prescribed_text.as_deref(), Some("4X21 fol"));
    assert_eq!(found[0].remaining_text.as_deref(), Some("4X21 fol"));
    assert_eq!(found[0].dispense_status, DispenseStatus::Not);
    assert_eq!(found[0].signature, SignatureTrust::Trusted);
    assert!(!found[0].expired);

    let lot = world.lot(&prescription, &[], 21);
    accepted(world.send(&lot));
    let found = world.search(&["051275-933B", AINO]).unwrap();
    assert_eq!(found.total, 1);
    assert_eq!(found.prescriptions[0].remaining_text.as_deref(), Some("3X21 fol"));
    assert_eq!(found.prescriptions[0].dispense_status, DispenseStatus::Partly);
    assert_eq!(found.prescriptions[0].last_dispensed_at, Some(lot.dispensed_at));
    assert_eq!(found.prescriptions[0].last_dispensed_text.as_deref(), Some("21 fol"));
    assert_eq!(world.search(&["051275-933B"]).unwrap().total, 0, "nothing found is an answer too");
    world.days_pass(200);
    assert!(world.search(&[AINO]).unwrap().prescriptions[0].expired);
}

#[test]
fn se_2_a_search_by_identifier_needs_no_identity_code_and_people_narrow_it() {
    let world = W::new();
    let prescription = world.held(|_| {});
    let by = |patients: &[&str], identifier: &str| {
        let query = Query {
            patients: patients.iter().map(|code| prescription::PersonIdentityCode::as_stated(code)).collect(),
            identifiers: vec![oid(identifier)],
            ..Query::default()
        };
        world.search_as(&query, &requester(Some(who::SIRI), KUUSI), KUUSI).unwrap().total
    };
    let id = prescription.reference.id.as_str();
    assert_eq!(by(&[], id), 1);
    assert_eq!(by(&[AINO], id), 1);
    assert_eq!(by(&["051275-933B"], id), 0);
    assert_eq!(by(&[], "1.2.3.4"), 0);
}

#[test]
fn se_7_a_fetch_brings_the_prescription_and_its_live_dispensations_byte_for_byte() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let (stored, _) = accepted(world.send(&lot));
    let query = FetchQuery { identifiers: vec![prescription.reference.set_id.clone()], document: None };
    let documents = fetch(&world, &query, Some(who::SIRI), KUUSI).unwrap();
    let types: Vec<_> = documents.iter().map(|d| d.reference.document_type.clone()).collect();
    assert_eq!(types, [DocumentType::Prescription, DocumentType::Dispensation]);
    assert_eq!(documents[1].bytes, stored);
    let kinds = |bytes: &[u8]| signing::verify(bytes).unwrap().iter().filter(|s| s.outcome.is_ok()).count();
    assert_eq!((kinds(&documents[0].bytes), kinds(&documents[1].bytes)), (2, 2));
}

#[test]
fn promise_2_one_document_by_its_own_identifier_settles_a_lost_answer_with_nobody_logged_in() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let ask = |world: &W, pharmacy| {
        fetch(world, &FetchQuery { identifiers: vec![], document: Some(lot.reference.id.clone()) }, None, pharmacy)
    };
    assert_eq!(ask(&world, KUUSI).unwrap(), [], "not stored: the answer is nothing, not an error");
    let (stored, _) = accepted(world.send(&lot));
    assert_eq!(ask(&world, KUUSI).unwrap()[0].bytes, stored);
    assert_eq!(ask(&world, LAHDE).unwrap(), [], "another pharmacy's system is not even told that there is one");
}

#[test]
fn promise_8_who_only_asks_must_hold_a_right_and_be_at_the_certificates_pharmacy() {
    let world = W::new();
    world.held(|_| {});
    let query = Query { patients: vec![prescription::PersonIdentityCode::as_stated(AINO)], ..Query::default() };
    let ask = |user, stated, caller| {
        world.search_as(&query, &requester(user, stated), caller).map(|a| a.total).map_err(|i| i[0].code.clone())
    };
    assert_eq!(ask(Some(who::SIRI), KUUSI, KUUSI), Ok(1));
    assert_eq!(ask(Some(who::ONNI), KUUSI, KUUSI), Ok(1), "a student may prepare");
    assert_eq!(ask(Some(who::SIRI), KUUSI, LAHDE), Err("TSK-organisation-mismatch".to_owned()));
    assert_eq!(ask(Some(who::RAUNI_RIGHT_ENDED), KUUSI, KUUSI), Err("TSK-right-missing".to_owned()));
    assert_eq!(ask(Some(who::LAURI_PRESCRIBER), KUUSI, KUUSI), Err("TSK-right-missing".to_owned()));
    assert_eq!(ask(None, KUUSI, KUUSI), Err("5Y00009".to_owned()));
}

#[test]
fn promise_9_nobody_who_may_be_alive_is_looked_up() {
    let world = W::new();
    assert_eq!(world.search(&["010181-1234"]).unwrap_err()[0].code, "5Y00009");
}
