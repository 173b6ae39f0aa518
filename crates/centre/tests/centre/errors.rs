//! The table of errors is obeyed: every row is provoked at the Centre, here or by the test that its line names.

use std::collections::BTreeSet;
use std::path::Path;

use centre::store::Store;
use kanta::errors::Known;
use kanta::http::Request;
use kanta::metadata::{self, Query};
use prescription::PersonIdentityCode;
use test_authority::who;

use crate::world::*;

const UNIT: &str = "1.2.246.10.99999903.10.1";

/// Where each row is provoked: file and test, whose body names the code.
const PROVOKED: &[(Known, &str, &str)] = &[
    (Known::Integrity, "refusals.rs", "a_document_cut_in_half_or_no_document_at_all_is_refused"),
    (Known::AccessDenied, "asking.rs", "promise_8_who_only_asks_must_hold_a_right_and_be_at_the_certificates_pharmacy"),
    (Known::RuleRefused, "refusals.rs", "di_7e_a_wrong_statement_of_what_remains_is_refused_remaining_amount_check"),
    (Known::SignatureMissing, "refusals.rs", "an_unsigned_dispensation_is_refused_signature_check"),
    (Known::SignatureInvalid, "refusals.rs", "a_body_that_was_changed_after_signing_is_refused_signature_check"),
    (
        Known::CertificateRevoked,
        "refusals.rs",
        "certificates_that_are_revoked_expired_strange_or_for_another_use_are_refused",
    ),
    (
        Known::CertificateExpired,
        "refusals.rs",
        "certificates_that_are_revoked_expired_strange_or_for_another_use_are_refused",
    ),
    (
        Known::CertificateUnknownIssuer,
        "refusals.rs",
        "certificates_that_are_revoked_expired_strange_or_for_another_use_are_refused",
    ),
    (
        Known::CertificateWrongUse,
        "refusals.rs",
        "certificates_that_are_revoked_expired_strange_or_for_another_use_are_refused",
    ),
    (
        Known::HeaderBodyMismatch,
        "refusals.rs",
        "promise_4_a_header_that_says_other_than_its_body_is_refused_header_body_check",
    ),
    (
        Known::OrganisationMismatch,
        "asking.rs",
        "promise_8_who_only_asks_must_hold_a_right_and_be_at_the_certificates_pharmacy",
    ),
    (Known::SignerMismatch, "refusals.rs", "promise_8_signer_author_and_stated_user_are_one"),
    (Known::RightMissing, "asking.rs", "promise_8_who_only_asks_must_hold_a_right_and_be_at_the_certificates_pharmacy"),
    (Known::DocumentTooLarge, "refusals.rs", "a_document_over_one_mebibyte_is_refused"),
    (Known::XmlRefused, "refusals.rs", "an_entity_bomb_and_a_document_nested_too_deeply_are_refused"),
    (Known::MessageBroken, "errors.rs", "tsk_message_broken_a_message_that_ends_before_it_is_whole"),
    (Known::SameIdOtherBytes, "refusals.rs", "promise_2_the_same_identifier_with_other_bytes_is_refused"),
    (Known::PrescriptionUnknown, "refusals.rs", "a_prescription_that_is_not_held_is_unknown"),
    (Known::ClockDifference, "refusals.rs", "promise_8_times_lie_within_five_minutes_unless_made_in_an_outage"),
    (Known::VersionConflict, "errors.rs", "tsk_version_conflict_a_first_version_that_comes_after_its_correction"),
    (Known::DocumentTypeUnsupported, "life/marks.rs", "a_type_that_is_none_of_a_prescriptions_own_is_not_taken"),
    (Known::WrongEnvironment, "errors.rs", "tsk_wrong_environment_a_message_of_production_at_a_test_centre"),
    (
        Known::Busy,
        "crowd.rs",
        "when_more_wait_than_may_the_next_hears_that_the_centre_is_busy_and_those_who_wait_are_answered",
    ),
    (Known::Unavailable, "faults.rs", "a_full_disk_refuses_clearly_and_loses_nothing"),
];

#[test]
fn every_row_of_the_table_of_errors_is_provoked_by_a_test_that_is_there() {
    let rows: BTreeSet<Known> = PROVOKED.iter().map(|(known, ..)| *known).collect();
    let missing: Vec<_> = Known::ALL.iter().filter(|known| !rows.contains(known)).collect();
    assert!(missing.is_empty(), "rows without a test: {missing:?}");
    for (known, file, test) in PROVOKED {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/centre").join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{file} is not there"));
        let (_, body) = text.split_once(&format!("\nfn {test}(")).unwrap_or_else(|| panic!("{file} has no {test}"));
        let body = body.split_once("\n}\n").map_or(body, |(body, _)| body);
        let by_name = body.contains(known.code()) || body.contains(&format!("{known:?}"));
        // A rule's refusal is read by a function of the world that compares the code.
        assert!(by_name || (*known == Known::RuleRefused && body.contains("rules(")), "{test} does not name {known:?}");
    }
}

fn search(world: &World<centre::store::MemoryStore>, change: impl FnOnce(Request) -> Request) -> String {
    let query = Query { patients: vec![PersonIdentityCode::as_stated(AINO)], ..Query::default() };
    let request = metadata::request(&query, &requester(Some(who::SIRI), KUUSI)).unwrap();
    match metadata::parse_response(&world.ask(&change(request), KUUSI)) {
        Err(kanta::KantaError::Refused(issues)) => issues[0].code.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tsk_message_broken_a_message_that_ends_before_it_is_whole() {
    let code = search(&World::new(), |mut request| {
        request.body.truncate(request.body.len() / 2);
        request
    });
    assert_eq!(code, "TSK-message-broken");
}

#[test]
fn tsk_wrong_environment_a_message_of_production_at_a_test_centre() {
    let mut world = World::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let store = store_request(&lot, document, &Sending::of(who::SIRI, KUUSI), world.now);
    let mut message = kanta::mr::store_request(&store).unwrap();
    message.body = changed(&message.body, "<processingCode code=\"T\"", "<processingCode code=\"P\"");
    let answer = kanta::mr::parse_store_response(&world.ask(&message, KUUSI), store.frame.message_id).unwrap();
    assert_eq!(refused(&answer)[0].0, "TSK-wrong-environment");
    assert_eq!(world.dispensations(), 0);
}

#[test]
fn tsk_version_conflict_a_first_version_that_comes_after_its_correction() {
    let world = World::new();
    let first = world.prescribed(|prescription| prescription.prescribed_at = prescription::time::finnish(world.now));
    let document = written(&first);
    let id = format!("<id root=\"{}\"", first.reference.id);
    let correction = changed(&document, "<code code=\"1\"", "<code code=\"3\"");
    let correction = changed(&correction, "<versionNumber value=\"1\"", "<versionNumber value=\"2\"");
    world.centre.load(&changed(&correction, &id, "<id root=\"1.2.246.10.99999903.93.2026.77\""), world.now).unwrap();
    let store = kanta::mr::StoreRequest {
        frame: frame(world.now),
        requester: requester(Some(who::LAURI_PRESCRIBER), UNIT),
        reference: first.reference.clone(),
        version: 1,
        document: sign(&document, &mut pki().professional(who::LAURI_PRESCRIBER).unwrap(), world.now),
        late: false,
    };
    let message = kanta::mr::store_request(&store).unwrap();
    let answer = kanta::mr::parse_store_response(&world.ask(&message, UNIT), store.frame.message_id).unwrap();
    assert_eq!(refused(&answer)[0].0, "TSK-version-conflict");
    assert_eq!(world.centre.store().chain(&first.reference.set_id).unwrap().unwrap().versions.len(), 1);
}
