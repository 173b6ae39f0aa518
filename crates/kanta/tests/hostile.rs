//! Messages that were cut, forged, bloated or answered to somebody else: each gets its own error, and no bytes panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::*;
use kanta::errors::Known;
use kanta::http::{Request, Response};
use kanta::metadata::{self, Answer, Query};
use kanta::mr::{self, FetchQuery, FetchedDocument, StoreAnswer};
use kanta::{Incoming, Issue, KantaError, MESSAGE_BYTES_AT_MOST, incoming};
use prescription::PersonIdentityCode;
use proptest::prelude::*;

fn search() -> Request {
    let query = Query { patients: vec![PersonIdentityCode::parse("010181-900C").unwrap()], ..Query::default() };
    metadata::request(&query, &requester()).unwrap()
}

fn edited(request: &Request, from: &str, to: &str) -> Request {
    let body = String::from_utf8(request.body.clone()).unwrap();
    assert!(body.contains(from), "{from} is not in the message");
    Request { body: body.replacen(from, to, 1).into_bytes(), ..request.clone() }
}

fn answered(request: &Request) -> Vec<Issue> {
    let error = Incoming::read(request).unwrap_err();
    let response = incoming::refuse(request, &error.issues(), &frame(9));
    let read = if request.path == "/mr" {
        mr::parse_fetch_response(&response, frame(7).message_id).unwrap_err()
    } else {
        metadata::parse_response(&response).unwrap_err()
    };
    match read {
        KantaError::Refused(issues) => issues,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_cut_anywhere_is_called_cut_on_both_sides() {
    for whole in [mr::store_request(&store(b"<ClinicalDocument/>")).unwrap(), search()] {
        assert!(Incoming::read(&whole).is_ok());
        for length in 0..whole.body.len() {
            let cut = Request { body: whole.body[..length].to_vec(), ..whole.clone() };
            assert_eq!(Incoming::read(&cut), Err(KantaError::Truncated), "{length} of {}", whole.path);
            if length % 97 == 0 {
                assert_eq!(answered(&cut)[0].known(), Some(Known::MessageBroken));
            }
        }
    }
}

#[test]
fn an_answer_cut_anywhere_is_never_taken_for_an_acceptance() {
    let accepted = StoreAnswer::Accepted {
        document_id: reference(12).id,
        stored_at: frame(1).created_at,
        document: b"<ClinicalDocument/>".to_vec(),
        repeated: false,
        conflicts: vec![],
    };
    let whole = mr::store_response(&accepted, &frame(2), frame(1).message_id);
    for length in 0..whole.body.len() {
        let cut = Response { body: whole.body[..length].to_vec(), ..whole.clone() };
        assert_eq!(mr::parse_store_response(&cut, frame(1).message_id), Err(KantaError::Truncated));
    }
    let list = metadata::response(&Answer { total: 1, prescriptions: vec![metadata()], next: None });
    for length in 0..list.body.len() {
        let cut = Response { body: list.body[..length].to_vec(), ..list.clone() };
        assert_eq!(metadata::parse_response(&cut), Err(KantaError::Truncated));
    }
}

#[test]
fn an_answer_to_another_message_is_not_believed() {
    let response = mr::fetch_response(&[], &frame(2), frame(1).message_id);
    assert_eq!(mr::parse_fetch_response(&response, frame(3).message_id), Err(KantaError::AnswerToAnother));
    let refusal = mr::error_response(&[Issue::of(Known::Busy)], &frame(2), Some(frame(1).message_id));
    assert_eq!(mr::parse_store_response(&refusal, frame(3).message_id), Err(KantaError::AnswerToAnother));
    let fetched = mr::fetch_response(&[], &frame(2), frame(1).message_id);
    assert_eq!(mr::parse_store_response(&fetched, frame(1).message_id), Err(KantaError::WrongInteraction));
}

#[test]
fn an_answer_with_fewer_documents_than_its_total_is_not_believed() {
    let document = FetchedDocument { reference: reference(1), version: 1, bytes: b"<x/>".to_vec() };
    let response = mr::fetch_response(&[document.clone(), document], &frame(2), frame(1).message_id);
    let body = String::from_utf8(response.body.clone()).unwrap();
    let (start, end) = (body.find("<subject").unwrap(), body.find("</subject>").unwrap() + "</subject>".len());
    let fewer = Response { body: format!("{}{}", &body[..start], &body[end..]).into_bytes(), ..response };
    assert!(matches!(mr::parse_fetch_response(&fewer, frame(1).message_id), Err(KantaError::Malformed(_))));
}

#[test]
fn forged_requests_are_refused_each_by_name() {
    let store = mr::store_request(&store(b"<ClinicalDocument/>")).unwrap();
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><soap:Envelope";
    assert_eq!(Incoming::read(&edited(&store, "<soap:Envelope", bomb)), Err(KantaError::Doctype));
    assert_eq!(answered(&edited(&store, "<soap:Envelope", bomb))[0].known(), Some(Known::XmlRefused));
    let production = edited(&store, "<processingCode code=\"T\"/>", "<processingCode code=\"P\"/>");
    assert_eq!(Incoming::read(&production), Err(KantaError::WrongEnvironment), "promise 9");
    let malformed = |from: &str, to: &str| match Incoming::read(&edited(&store, from, to)) {
        Err(KantaError::Malformed(what)) => what,
        other => panic!("{to}: {other:?}"),
    };
    assert_eq!(malformed("<setId", "<setId root=\"1.2\"/><setId"), "an element occurs twice");
    assert_eq!(malformed("RCMR_IN000002FI01</wsa:Action>", "X</wsa:Action>"), "message names itself in two ways");
    assert_eq!(malformed("representation=\"B64\"", ""), "document is not marked as base64");
    assert_eq!(malformed("PENsaW5p", "PENsaW5*"), "document is not base64");
    assert_eq!(malformed("extension=\"90000000015\"", "extension=\"9\""), "registration number");
    let reason = "<reasonCode code=\"6\" codeSystem=\"1.2.246.537.5.40110.2006\"/>";
    assert_eq!(malformed(reason, ""), "no reason of query");
    assert_eq!(malformed(reason, &reason.repeat(2)), "two reasons of query");
    assert_eq!(malformed("</soap:Body>", "<x/></soap:Body>"), "SOAP body holds other than one message");
    let deep = format!("<x>{}{}</x></soap:Body>", "<y>".repeat(60), "</y>".repeat(60));
    assert_eq!(Incoming::read(&edited(&store, "</soap:Body>", &deep)), Err(KantaError::TooDeep));
}

#[test]
fn a_search_widened_by_an_unknown_parameter_is_refused() {
    let widened = edited(&search(), "patientIdentifier", "anything");
    assert_eq!(Incoming::read(&widened), Err(KantaError::Malformed("parameter of the query")));
    assert_eq!(answered(&widened)[0].known(), Some(Known::Integrity));
    let fetch = FetchQuery { identifiers: vec![oid("1.2.3")], document: None };
    let fetch = mr::fetch_request(&fetch, &requester(), &frame(7)).unwrap();
    let widened = Request {
        body: String::from_utf8(fetch.body.clone())
            .unwrap()
            .replace("clinicalDocument.setId", "patient.id")
            .into_bytes(),
        ..fetch
    };
    assert_eq!(Incoming::read(&widened), Err(KantaError::Malformed("parameter of the query")));
}

#[test]
fn nobody_searches_without_saying_who() {
    let mut request = search();
    request.headers.retain(|(name, _)| name != "Authorization");
    assert_eq!(answered(&request)[0].known(), Some(Known::AccessDenied));
    assert_eq!(incoming::refuse(&request, &[Issue::of(Known::AccessDenied)], &frame(1)).status, 401);
    request.headers.push(("authorization".into(), "Kanta e30=".into()));
    assert_eq!(Incoming::read(&request), Err(KantaError::Malformed("Authorization header")));
}

#[test]
fn bounds_hold_on_both_sides() {
    let many = Query { patients: vec![PersonIdentityCode::as_stated("x"); 21], ..Query::default() };
    assert!(matches!(metadata::request(&many, &requester()), Err(KantaError::TooLarge { what: "patients", .. })));
    assert!(metadata::request(&Query::default(), &requester()).is_err());
    let both = FetchQuery { identifiers: vec![oid("1.2")], document: Some(oid("1.2")) };
    assert!(mr::fetch_request(&both, &requester(), &frame(1)).is_err());
    let large = store(&vec![b'x'; mr::DOCUMENT_BYTES_AT_MOST + 1]);
    assert!(matches!(mr::store_request(&large), Err(KantaError::TooLarge { what: "bytes of document", .. })));
    let whole = mr::store_request(&store(&vec![b'x'; mr::DOCUMENT_BYTES_AT_MOST])).unwrap();
    assert!(Incoming::read(&whole).is_ok(), "exactly 1 MiB is still a document");
    let above = edited(&whole, "eA==</text>", "eHh4</text>");
    assert!(matches!(Incoming::read(&above), Err(KantaError::TooLarge { what: "bytes of document", .. })));
    assert_eq!(answered(&above)[0].known(), Some(Known::DocumentTooLarge));
    let bloated = Request { body: vec![b' '; MESSAGE_BYTES_AT_MOST + 1], ..whole };
    assert!(matches!(Incoming::read(&bloated), Err(KantaError::TooLarge { what: "bytes of message", .. })));
    let document = FetchedDocument { reference: reference(1), version: 1, bytes: vec![b'x'; 1024 * 1024] };
    let response = mr::fetch_response(&vec![document; 4], &frame(2), frame(1).message_id);
    let refused = mr::parse_fetch_response(&response, frame(1).message_id);
    assert!(matches!(refused, Err(KantaError::Refused(issues)) if issues[0].known() == Some(Known::DocumentTooLarge)));
}

#[test]
fn what_is_no_answer_of_the_centre_is_told_by_its_status() {
    let page = Response { status: 502, headers: vec![], body: b"<html><body>Bad gateway</body></html>".to_vec() };
    assert_eq!(mr::parse_store_response(&page, frame(1).message_id), Err(KantaError::Status(502)));
    assert_eq!(metadata::parse_response(&page), Err(KantaError::Status(502)));
    let empty = Response { status: 503, headers: vec![], body: vec![] };
    assert_eq!(mr::parse_store_response(&empty, frame(1).message_id), Err(KantaError::Status(503)));
    let fault =
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault/></s:Body></s:Envelope>";
    let fault = Response { status: 500, headers: vec![], body: fault.as_bytes().to_vec() };
    assert_eq!(mr::parse_store_response(&fault, frame(1).message_id), Err(KantaError::Fault));
    let busy = mr::error_response(&[Issue::of(Known::Busy)], &frame(2), None);
    assert_eq!(busy.status, 503);
    let elsewhere = Request { path: "/elsewhere".into(), ..search() };
    assert_eq!(Incoming::read(&elsewhere), Err(KantaError::UnknownPath));
    let read = Request { method: "GET".into(), ..search() };
    assert_eq!(Incoming::read(&read), Err(KantaError::UnknownPath));
}

#[test]
fn deep_json_is_refused() {
    let request = Request { body: format!("{{\"x\":{}", "[".repeat(100_000)).into_bytes(), ..search() };
    assert_eq!(Incoming::read(&request), Err(KantaError::TooDeep));
}

#[test]
fn promise_7_an_unknown_lock_hinders_and_never_means_free() {
    let mut told = metadata();
    told.state.locked_by = Some(oid("1.2.246.10.1"));
    let response = metadata::response(&Answer { total: 1, prescriptions: vec![told], next: None });
    let text = String::from_utf8(response.body.clone()).unwrap();
    let locked = "{\"system\":\"urn:oid:1.2.246.537.5.40124.2006\",\"code\":\"2\"}";
    assert!(text.contains(locked), "{text}");
    let owner = "{\"url\":\"lockOwner\",\"valueString\":\"1.2.246.10.1\"}";
    let read = |text: String| {
        let response = Response { body: text.into_bytes(), ..response.clone() };
        metadata::parse_response(&response).unwrap().prescriptions[0].state.locked_by.clone()
    };
    let coded = |code: &str| locked.replace("\"code\":\"2\"", &format!("\"code\":\"{code}\""));
    assert_eq!(read(text.replace(locked, &coded("77"))), Some(oid("1.2.246.10.1")));
    assert_eq!(read(text.replace(owner, "{\"url\":\"other\"}")), Some(oid("0.0")), "locked by whom nobody says");
    assert_eq!(read(text.replace(locked, &coded("1"))), Some(oid("1.2.246.10.1")), "free, yet somebody owns it");
    assert_eq!(read(text.replace(locked, &coded("1")).replace(owner, "{\"url\":\"other\"}")), None);
}

#[test]
fn a_refused_rule_speaks_its_own_sentence_and_an_unknown_code_says_that_it_is_unknown() {
    use prescription::rules::Language;
    let rule = prescription::rules::by_id("DI-7b").unwrap();
    let sentence = Issue::rule("DI-7b").sentence(Language::En);
    assert!(sentence.contains(rule.demand.en) && sentence.contains("DI-7b"), "{sentence}");
    assert_eq!(Issue::rule("DI-7b").advice(Language::Sv), rule.advice.sv);
    let unknown = Issue { code: "9Y12345".into(), detail: Some("DI-7b".into()), diagnostics: None };
    assert_eq!(unknown.known(), None);
    assert!(unknown.sentence(Language::En).contains("does not know"));
}

proptest! {
    #[test]
    fn no_bytes_make_either_side_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), status in 100u16..600) {
        let response = Response { status, headers: vec![], body: bytes.clone() };
        let _ = metadata::parse_response(&response);
        let _ = mr::parse_store_response(&response, frame(1).message_id);
        let _ = mr::parse_fetch_response(&response, frame(1).message_id);
        for path in ["/mr".to_owned(), search().path] {
            let request = Request { path, body: bytes.clone(), ..search() };
            let _ = Incoming::read(&request);
            let _ = incoming::refuse(&request, &[], &frame(1));
        }
    }

    #[test]
    fn no_change_of_a_message_makes_either_side_panic(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for mut request in [mr::store_request(&store(b"<x/>")).unwrap(), search()] {
            let place = place.index(request.body.len());
            request.body[place] = byte;
            let _ = Incoming::read(&request);
        }
        let documents = [FetchedDocument { reference: reference(1), version: 1, bytes: b"<x/>".to_vec() }];
        let mut response = mr::fetch_response(&documents, &frame(2), frame(1).message_id);
        let place = place.index(response.body.len());
        response.body[place] = byte;
        let _ = mr::parse_fetch_response(&response, frame(1).message_id);
        let mut response = metadata::response(&Answer { total: 1, prescriptions: vec![metadata()], next: None });
        let place = place % response.body.len();
        response.body[place] = byte;
        let _ = metadata::parse_response(&response);
    }

    #[test]
    fn no_authorization_header_makes_the_centre_panic(value in "\\PC*") {
        let mut request = search();
        request.headers = vec![("Authorization".into(), value)];
        let _ = Incoming::read(&request);
    }
}

#[test]
fn se_5_a_query_of_more_than_is_allowed_or_of_nothing_is_refused_before_it_is_sent() {
    let refused = |change: fn(&mut Query)| {
        let mut query = Query { identifiers: vec![reference(1).id], ..Query::default() };
        change(&mut query);
        metadata::request(&query, &requester()).unwrap_err().code()
    };
    assert_eq!(refused(|q| q.identifiers.clear()), "message-malformed");
    assert_eq!(refused(|q| q.sets = vec![reference(2).id; 200]), "message-too-large");
    assert_eq!(refused(|q| q.types = vec!["1".into(); 21]), "message-too-large");
    assert_eq!(refused(|q| q.page.size = Some(1001)), "message-too-large");
    assert_eq!(refused(|q| q.page.size = Some(0)), "message-malformed");
    assert_eq!(refused(|q| q.page.after = Some("x".repeat(201))), "message-too-large");
    let backwards = |q: &mut Query| {
        q.prescribed = metadata::Days { from: "2026-02-01".parse().ok(), to: "2026-01-01".parse().ok() };
    };
    assert_eq!(refused(backwards), "message-malformed");
}

#[test]
fn a_parameter_that_is_not_understood_never_widens_the_answer() {
    let query = Query {
        identifiers: vec![reference(1).id],
        locked: Some(true),
        unit: Some(reference(2).id),
        ..Query::default()
    };
    let whole = metadata::request(&query, &requester()).unwrap();
    for (from, to) in [
        ("representedOrganizationId", "representedOrganisationId"),
        ("tiski-lockStatus", "tiski-lockstatus"),
        (":\"2\"", ":\"7\""),
        ("urn:ietf:rfc:3986", "urn:ietf:rfc:3987"),
        ("fhir/id/id", "fhir/id/other"),
    ] {
        let error = metadata::parse_request(&edited(&whole, from, to)).unwrap_err();
        assert_eq!(error.code(), "message-malformed", "{from}");
    }
}
