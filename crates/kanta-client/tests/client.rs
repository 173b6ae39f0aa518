//! The three exchanges over a simulated transport: what a caller learns, and what it may believe.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use kanta::http::{Request, Response};
use kanta::metadata::{self, Answer, Query};
use kanta::mr::{self, FetchedDocument, StoreAnswer, StoreRequest};
use kanta::{Frame, Incoming, Issue, KantaError, MessageId, Party, Requester};
use kanta_client::{CentreClient, ClientError, Delivery, Simulated, TlsRefusal, Transport, TransportError};
use prescription::{DocumentReference, DocumentType, Oid, QueryReason};

fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

fn frame(n: u8) -> Frame {
    let created_at: DateTime<Utc> = "2026-11-21T07:30:00Z".parse().unwrap();
    Frame { message_id: MessageId::from_random([n; 16]), created_at }
}

fn requester() -> Requester {
    let party = |id: &str| Party { id: oid(id), name: "Kuusen apteekki".into() };
    Requester {
        system: party("1.2.3"),
        pharmacy: party("1.2.4"),
        user: None,
        reason: QueryReason::Dispensing,
        reason_text: None,
        on_behalf: None,
    }
}

fn store() -> StoreRequest {
    let reference =
        DocumentReference { id: oid("1.2.5.1"), set_id: oid("1.2.5.1"), document_type: DocumentType::Dispensation };
    let document = b"<ClinicalDocument/>".to_vec();
    StoreRequest { frame: frame(1), requester: requester(), reference, version: 1, document, late: true }
}

fn search() -> Query {
    Query { identifiers: vec![oid("1.2.5.1")], ..Query::default() }
}

/// A Centre that knows one document and accepts everything.
fn centre(request: &kanta::http::Request) -> Response {
    match Incoming::read(request).unwrap() {
        Incoming::Metadata { .. } => metadata::response(&Answer::default()),
        Incoming::Uses { .. } | Incoming::Settle { .. } => {
            metadata::uses::response(&metadata::uses::UsesAnswer::default())
        }
        Incoming::Fetch { query, frame: asked, .. } => {
            let known = FetchedDocument { reference: store().reference, version: 1, bytes: b"<x/>".to_vec() };
            let is_known = query.document == Some(known.reference.id.clone());
            let found: Vec<_> = is_known.then_some(known).into_iter().collect();
            mr::fetch_response(&found, &frame(9), asked.message_id)
        }
        Incoming::Store(store) => {
            let answer = StoreAnswer::Accepted {
                document_id: store.reference.id,
                stored_at: frame(9).created_at,
                document: store.document,
                repeated: false,
                conflicts: vec![],
            };
            mr::store_response(&answer, &frame(9), store.frame.message_id)
        }
    }
}

#[test]
fn the_three_exchanges_reach_the_centre_and_come_back() {
    let client = CentreClient::new(Simulated::new(|request| Ok(centre(request))));
    assert_eq!(client.search(&search(), &requester()).unwrap(), Answer::default());
    assert!(matches!(client.store(&store()).unwrap(), StoreAnswer::Accepted { repeated: false, .. }));
    let found = client.document(&oid("1.2.5.1"), &requester(), &frame(2)).unwrap();
    assert_eq!(found.unwrap().bytes, b"<x/>");
    assert_eq!(client.document(&oid("1.2.5.2"), &requester(), &frame(3)).unwrap(), None);
    assert_eq!(client.settle(&oid("1.2.5.1"), &requester()), Ok(()));
}

#[test]
fn promise_3_a_refusal_is_an_answer_with_its_reasons() {
    let issues = vec![Issue::rule("DI-7b"), Issue { code: "3Y00042".into(), detail: None, diagnostics: None }];
    let told = issues.clone();
    let client =
        CentreClient::new(Simulated::new(move |request| Ok(kanta::incoming::refuse(request, &told, &frame(9)))));
    assert_eq!(client.store(&store()).unwrap(), StoreAnswer::Refused(issues.clone()));
    let error = client.search(&search(), &requester()).unwrap_err();
    assert_eq!((error.issues(), error.code()), (issues.as_slice(), "refused"));
}

#[test]
fn a_client_sends_once_and_says_whether_it_may_have_arrived() {
    let sent = AtomicU32::new(0);
    for (error, delivery) in [
        (TransportError::NotReached, Delivery::No),
        (TransportError::TlsRefused(TlsRefusal::ClientRevoked), Delivery::No),
        (TransportError::LostAnswer, Delivery::Perhaps),
        (TransportError::TimedOut, Delivery::Perhaps),
    ] {
        sent.store(0, Ordering::SeqCst);
        let client = CentreClient::new(Simulated::new(|_| {
            sent.fetch_add(1, Ordering::SeqCst);
            Err(error.clone())
        }));
        let met = client.store(&store()).unwrap_err();
        assert_eq!((met.code(), met.delivery()), (error.code(), delivery));
        assert_eq!(sent.load(Ordering::SeqCst), 1);
    }
    let client = CentreClient::new(Simulated::new(|_| panic!("sent")));
    let error = client.search(&Query::default(), &requester()).unwrap_err();
    assert!(matches!(error, ClientError::Question(_)));
    assert_eq!(error.delivery(), Delivery::No);
}

#[test]
fn a_cut_answer_leaves_the_documents_fate_open() {
    let client = CentreClient::new(Simulated::new(|request| {
        let mut response = centre(request);
        response.body.truncate(response.body.len() / 2);
        Ok(response)
    }));
    let error = client.store(&store()).unwrap_err();
    assert_eq!(error, ClientError::Answer(KantaError::Truncated));
    assert_eq!((error.code(), error.delivery()), ("message-truncated", Delivery::Perhaps));
}

#[test]
fn every_failure_has_its_code_and_speaks_three_languages() {
    let others = [
        TransportError::NotReached,
        TransportError::ConnectTimedOut,
        TransportError::LostAnswer,
        TransportError::TimedOut,
        TransportError::TooLarge { limit: kanta::MESSAGE_BYTES_AT_MOST },
        TransportError::Unsendable,
    ];
    let all: Vec<_> = TlsRefusal::ALL.iter().copied().map(TransportError::TlsRefused).chain(others).collect();
    assert_eq!(all.iter().map(TransportError::code).collect::<BTreeSet<_>>().len(), all.len());
    for error in &all {
        assert_eq!(TransportError::of_code(error.code()).as_ref(), Some(error));
    }
    let certificates = TlsRefusal::ALL.iter().map(|refusal| refusal.meaning().fi);
    assert_eq!(certificates.collect::<BTreeSet<_>>().len(), TlsRefusal::ALL.len(), "each certificate's fault by name");
    for text in all.iter().flat_map(|error| [error.meaning(), error.advice()]) {
        assert!([text.fi, text.sv, text.en].iter().all(|t| t.len() > 10 && t.ends_with('.')), "{text:?}");
        assert!(text.fi != text.sv && text.sv != text.en, "{text:?}");
    }
}

/// A way on which each answer is that to the message before, and that is told when it is let go.
#[derive(Default)]
struct OutOfStep {
    before: std::sync::Mutex<Option<Response>>,
    let_go: AtomicU32,
}

impl Transport for OutOfStep {
    fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let own = centre(request);
        let before = self.before.lock().unwrap().replace(own.clone());
        Ok(before.unwrap_or(own))
    }

    fn let_go(&self) {
        self.let_go.fetch_add(1, Ordering::SeqCst);
        *self.before.lock().unwrap() = None;
    }
}

#[test]
fn decision_16_an_answer_to_another_message_is_not_believed_and_its_connection_let_go() {
    let client = CentreClient::new(std::sync::Arc::new(OutOfStep::default()));
    let next = |n| StoreRequest { frame: frame(n), ..store() };
    client.store(&next(1)).unwrap();
    let error = client.store(&next(2)).unwrap_err();
    assert_eq!(
        (error.clone(), error.delivery()),
        (ClientError::Answer(KantaError::AnswerToAnother), Delivery::Perhaps)
    );
    assert_eq!(client.transport().let_go.load(Ordering::SeqCst), 1);
    client.store(&next(3)).unwrap();
    let fetched = client.document(&oid("1.2.5.1"), &requester(), &frame(4)).unwrap_err();
    assert_eq!(fetched, ClientError::Answer(KantaError::AnswerToAnother));
    assert_eq!(client.transport().let_go.load(Ordering::SeqCst), 2);
}
