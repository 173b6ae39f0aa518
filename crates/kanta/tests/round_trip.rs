//! What one side writes the other reads as the same value: requests, answers, refusals.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::*;
use kanta::metadata::uses::{self, SeenUse, UsesAnswer, UsesQuery};
use kanta::metadata::{self, Answer, Page, Query};
use kanta::mr::{self, FetchQuery, StoreAnswer, StoreRequest};
use kanta::{Incoming, Issue, KantaError};
use prescription::{Conflict, PersonIdentityCode, QueryReason, RegistrationNumber, Right};
use proptest::prelude::*;

fn any_issue() -> impl Strategy<Value = Issue> {
    use proptest::option::of;
    let code = prop_oneof!["[0-9]Y[0-9]{5}", "TSK-[a-z-]{1,20}"];
    (code, of(any_text()), of(any_text())).prop_map(|(code, detail, diagnostics)| Issue { code, detail, diagnostics })
}

fn any_issues() -> impl Strategy<Value = Vec<Issue>> {
    proptest::collection::vec(any_issue(), 1..4)
}

proptest! {
    #[test]
    fn a_search_arrives_as_it_was_asked(query in any_query(), requester in any_requester()) {
        let request = metadata::request(&query, &requester).unwrap();
        prop_assert_eq!(metadata::parse_request(&request).unwrap(), (query.clone(), requester.clone()));
        prop_assert_eq!(Incoming::read(&request).unwrap(), Incoming::Metadata { query, requester });
    }

    #[test]
    fn found_prescriptions_arrive_as_they_were_told(
        prescriptions in proptest::collection::vec(any_metadata(), 0..4), more in 0u32..9,
        next in proptest::option::of("[0-9A-Za-z_.-]{1,80}"),
    ) {
        let answer = Answer { total: u32::try_from(prescriptions.len()).unwrap() + more, prescriptions, next };
        prop_assert_eq!(metadata::parse_response(&metadata::response(&answer)).unwrap(), answer);
    }

    #[test]
    fn a_refused_search_arrives_with_every_issue(issues in any_issues()) {
        let response = metadata::error_response(&issues);
        prop_assert_eq!(metadata::parse_response(&response), Err(KantaError::Refused(issues)));
    }

    #[test]
    fn a_fetch_arrives_as_it_was_asked(
        identifiers in proptest::collection::vec(any_oid(), 1..9), one in any_oid(), by_document in any::<bool>(),
        requester in any_requester(), frame in any_frame(),
    ) {
        let query = if by_document {
            FetchQuery { identifiers: vec![], document: Some(one) }
        } else {
            FetchQuery { identifiers, document: None }
        };
        let request = mr::fetch_request(&query, &requester, &frame).unwrap();
        let read = mr::parse_fetch_request(&request).unwrap();
        prop_assert_eq!(read, (query.clone(), requester.clone(), frame));
        prop_assert_eq!(Incoming::read(&request).unwrap(), Incoming::Fetch { query, requester, frame });
    }

    #[test]
    fn fetched_documents_arrive_byte_for_byte(
        documents in proptest::collection::vec(any_document(), 0..4), asked in any_frame(), answered in any_frame(),
    ) {
        let response = mr::fetch_response(&documents, &answered, asked.message_id);
        prop_assert_eq!(mr::parse_fetch_response(&response, asked.message_id).unwrap(), documents);
    }

    #[test]
    fn a_document_to_store_arrives_byte_for_byte(
        document in any_document(), requester in any_requester(), frame in any_frame(), late in any::<bool>(),
    ) {
        let (reference, version, document) = (document.reference, document.version, document.bytes);
        let store = StoreRequest { frame, requester, reference, version, document, late };
        let request = mr::store_request(&store).unwrap();
        prop_assert_eq!(mr::parse_store_request(&request).unwrap(), store.clone());
        prop_assert_eq!(mr::message_id(&request), Some(frame.message_id));
        prop_assert_eq!(Incoming::read(&request).unwrap(), Incoming::Store(store));
    }

    #[test]
    fn an_acceptance_arrives_with_the_stored_document(
        document_id in any_oid(), stored_at in any_instant(), document in any_bytes(), repeated in any::<bool>(),
        conflicts in proptest::sample::subsequence(Conflict::ALL.map(|(conflict, ..)| conflict).to_vec(), 0..=8),
        asked in any_frame(), answered in any_frame(),
    ) {
        let answer = StoreAnswer::Accepted { document_id, stored_at, document, repeated, conflicts };
        let response = mr::store_response(&answer, &answered, asked.message_id);
        prop_assert_eq!(mr::parse_store_response(&response, asked.message_id).unwrap(), answer);
    }

    #[test]
    fn a_refusal_arrives_with_every_issue(issues in any_issues(), asked in any_frame(), answered in any_frame()) {
        let answer = StoreAnswer::Refused(issues.clone());
        let response = mr::store_response(&answer, &answered, asked.message_id);
        prop_assert_eq!(mr::parse_store_response(&response, asked.message_id).unwrap(), answer.clone());
        prop_assert_eq!(
            mr::parse_fetch_response(&response, asked.message_id),
            Err(KantaError::Refused(issues.clone())),
        );
        let unread = mr::error_response(&issues, &answered, None);
        prop_assert_eq!(mr::parse_store_response(&unread, asked.message_id).unwrap(), answer);
    }
}

#[test]
fn promise_6_a_message_shows_no_person_in_a_debug_print() {
    let request = metadata::request(
        &Query { patients: vec![PersonIdentityCode::parse("010181-900C").unwrap()], ..Query::default() },
        &requester(),
    )
    .unwrap();
    let read = Incoming::read(&request).unwrap();
    let store = store(b"<x/>");
    let printed =
        format!("{request:?} {read:?} {store:?} {:?} {:?}", metadata().patient, Incoming::Store(store.clone()));
    for secret in ["010181", "Salminen", "Potilas", "90000000015"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[test]
fn a_request_names_its_place_and_kind_as_the_table_says() {
    let request = mr::store_request(&store(b"<x/>")).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/mr"));
    assert_eq!(request.header("soapaction"), Some("\"urn:hl7-org:v3:RCMR_IN000002FI01\""));
    let text = String::from_utf8(request.body).unwrap();
    for part in [
        "<interactionId root=\"2.16.840.1.113883.1.6\" extension=\"RCMR_IN000002FI01\" assigningAuthorityName=\"HL7FI\"/>",
        "<versionCode code=\"V3-2005\"/>",
        "<processingCode code=\"T\"/>",
        "<creationTime value=\"20261121",
        "<text mediaType=\"text/xml\" representation=\"B64\">PHgvPg==</text>",
        "<reasonCode code=\"6\" codeSystem=\"1.2.246.537.5.40110.2006\"/>",
    ] {
        assert!(text.contains(part), "{part} not in {text}");
    }
}

proptest! {
    #[test]
    fn uses_of_the_own_organisation_arrive_as_they_were_asked_and_told(
        seen in proptest::collection::vec(any_use(), 0..4), next in proptest::option::of("[0-9]{1,19}"),
        number in proptest::option::of("[0-9]{11}"), reason in proptest::option::of("[0-9]{1,2}"),
        code in proptest::option::of("[0-9A-Z+-]{1,11}"), size in proptest::option::of(1u32..500),
        requester in any_requester(), in_conflict in any::<bool>(), document in any_oid(),
    ) {
        let settling = uses::settle_request(&document, &requester).unwrap();
        let settle = Incoming::Settle { document, requester: requester.clone() };
        prop_assert_eq!(Incoming::read(&settling).unwrap(), settle);
        let query = UsesQuery {
            in_conflict,
            person: code.map(|code| PersonIdentityCode::as_stated(&code)),
            user: number.map(|number| RegistrationNumber::parse(&number).unwrap()),
            reason: reason.map(QueryReason::from),
            page: Page { size, after: next.clone() },
            ..UsesQuery::default()
        };
        let request = uses::request(&query, &requester).unwrap();
        prop_assert_eq!(Incoming::read(&request).unwrap(), Incoming::Uses { query, requester });
        let answer = UsesAnswer { uses: seen, next };
        prop_assert_eq!(uses::parse_response(&uses::response(&answer)).unwrap(), answer);
    }
}

fn any_use() -> impl Strategy<Value = SeenUse> {
    use proptest::option::of;
    let who = (of("[0-9]{11}"), any::<bool>(), of("[0-9]{3}"), of("[0-9]{1,2}"));
    let what = (proptest::collection::vec("[0-9A-Z+-]{1,11}", 0..3), proptest::collection::vec(any_oid(), 0..3));
    let late = (proptest::sample::subsequence(Conflict::ALL.to_vec(), 0..3), any::<bool>());
    let all = (any_instant(), "[a-z]{1,9}", who, what, of("[A-Za-z0-9-]{1,20}"), late);
    all.prop_map(|(at, event, who, what, error, (conflicts, settled))| {
        let (user, proven, right, reason) = who;
        let (people, documents) = what;
        SeenUse {
            at,
            event,
            user: user.map(|number| RegistrationNumber::parse(&number).unwrap()),
            proven,
            right: right.map(|code| Right::new(&code)),
            reason: reason.map(QueryReason::from),
            people: people.iter().map(|code| PersonIdentityCode::as_stated(code)).collect(),
            documents,
            error,
            conflicts: conflicts.into_iter().map(|(conflict, ..)| conflict).collect(),
            settled,
        }
    })
}
