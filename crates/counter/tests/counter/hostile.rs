//! Things from the Centre that cannot be right: each is told by its own name, nothing of it is dispensed, stored or signed,
//! and the next honest answer is taken as ever.

use chrono::Utc;
use kanta::http::{Request, Response};
use kanta::mr::{self, FetchedDocument};
use kanta::{Incoming, MESSAGE_BYTES_AT_MOST};
use kanta_client::TransportError;
use prescription::{DocumentReference, SignatureTrust};
use signing::SignatureKind;
use test_authority::{place, who};

use crate::bench::{Bench, frame, sign};

/// What the pharmacist sees of a prescription that the Centre gives so: the codes beside its signatures.
fn looked_at(document: impl FnOnce(&Bench) -> Vec<u8>) -> (Bench, Vec<&'static str>) {
    let bench = Bench::new();
    let document = document(&bench);
    bench.centre().document = document;
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    let visit = bench.counter.open_prescription(&bench.set_id()).unwrap();
    let fetched = &visit.fetched[&bench.set_id()];
    let codes = fetched.signatures.iter().filter_map(|line| line.wrong).collect();
    assert_eq!(fetched.trust, SignatureTrust::Broken);
    (bench, codes)
}

/// SI-1 hinders, and nothing came of it.
fn nothing_came_of_it(bench: &Bench) {
    let refused = bench.counter.add_to_basket(&bench.set_id()).unwrap_err();
    assert!(matches!(&refused, counter::CounterError::Rule(finding) if finding.rule.id == "SI-1"), "{refused:?}");
    assert_eq!(bench.sign().unwrap_err().code(), "basket-empty");
    assert_eq!(bench.counter.deps().record.counts().unwrap().waiting, 0);
    assert!(bench.centre().stored.is_empty());
}

fn held(bench: &Bench) -> String {
    String::from_utf8(bench.centre().document.clone()).unwrap()
}

/// The prescription signed by that professional and that system in place of its own.
fn signed_by(bench: &Bench, slug: &str, system: &str) -> Vec<u8> {
    let prescription = bench.centre().prescription.clone();
    let software = cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() };
    let writing = cda::Writing { definition: cda::Definition::version_3_30().unwrap(), software };
    let document = cda::write_prescription(&prescription, &writing).unwrap();
    let now = Utc::now();
    let once = sign(&document, &format!("people/{slug}/sign"), SignatureKind::Professional, now);
    sign(&once, &format!("systems/{system}/"), SignatureKind::System, now)
}

fn signed_as(bench: &Bench, slug: &str) -> Vec<u8> {
    signed_by(bench, slug, place::CENTRE)
}

#[test]
fn si_1_a_pharmacys_system_does_not_pass_for_the_centre() {
    let (bench, codes) = looked_at(|bench| signed_by(bench, who::LAURI_PRESCRIBER, place::KUUSI));
    assert!(codes.contains(&"signature-of-a-stranger"), "{codes:?}");
    nothing_came_of_it(&bench);
}

#[test]
fn si_1_a_tampered_prescription_is_told_by_name() {
    let (bench, codes) = looked_at(|bench| {
        let text = held(bench);
        assert!(text.contains("3 kertaa vuorokaudessa"));
        text.replace("3 kertaa vuorokaudessa", "9 kertaa vuorokaudessa").into_bytes()
    });
    assert!(codes.contains(&"signature-invalid"), "{codes:?}");
    nothing_came_of_it(&bench);
}

#[test]
fn si_1_a_certificate_that_is_revoked_expired_or_strange_is_told_by_name() {
    for (slug, code) in [
        (who::KAISA_REVOKED, "certificate-revoked"),
        (who::VESA_EXPIRED, "certificate-expired"),
        (who::TUULA_UNKNOWN_ISSUER, "certificate-unknown-issuer"),
        (who::PETRI, "signature-of-a-stranger"),
    ] {
        let (bench, codes) = looked_at(|bench| signed_as(bench, slug));
        assert_eq!(codes, [code], "{slug}");
        nothing_came_of_it(&bench);
    }
}

#[test]
fn promise_4_a_header_that_says_other_than_its_body_is_told_by_name() {
    let (bench, codes) = looked_at(|bench| {
        let text = held(bench);
        let body = text.find("<structuredBody").unwrap();
        let (head, body) = text.split_at(body);
        assert!(head.contains("Pietari"));
        format!("{}{body}", head.replace("Pietari", "Petteri")).into_bytes()
    });
    assert_eq!(codes, ["header-body-mismatch"], "the signatures themselves hold");
    nothing_came_of_it(&bench);
}

/// The document with another body in the signed one's place, and the signed one kept aside where it is not read.
fn wrapped(document: &[u8], keep: impl Fn(&str) -> String) -> Vec<u8> {
    let text = std::str::from_utf8(document).unwrap();
    let end = "</structuredBody>";
    let (from, to) = (text.find("<structuredBody").unwrap(), text.find(end).unwrap() + end.len());
    let body = &text[from..to];
    let other = body.replace("3 kertaa vuorokaudessa", "9 kertaa vuorokaudessa").replacen(" ID=\"", " ID=\"other-", 1);
    assert_ne!(body, other);
    let aside = format!("{}</ClinicalDocument>", keep(body));
    text.replacen(body, &other, 1).replacen("</ClinicalDocument>", &aside, 1).into_bytes()
}

#[test]
fn si_1_a_document_wrapped_around_another_is_told_by_name() {
    // In a place that nobody reads, the signed body's signature holds: over something else than what is shown.
    let (bench, codes) = looked_at(|bench| {
        let document = bench.centre().document.clone();
        wrapped(&document, |body| format!("<aside xmlns=\"urn:aside\">{body}</aside>"))
    });
    assert_eq!(codes, ["signature-structure"]);
    nothing_came_of_it(&bench);
    // Beside the other one, it is not even opened.
    let code = fetch_refused(|held, request| Ok(held.answer(request, wrapped(&held.document, str::to_owned))));
    assert_eq!(code, "document-fact-repeated");
}

/// What the Centre holds of the one prescription.
struct Held {
    document: Vec<u8>,
    reference: DocumentReference,
}

impl Held {
    fn answer(&self, request: &Request, bytes: Vec<u8>) -> Response {
        let Ok(Incoming::Fetch { frame: asked, .. }) = Incoming::read(request) else { panic!("not a fetch") };
        let found = FetchedDocument { reference: self.reference.clone(), version: 1, bytes };
        mr::fetch_response(&[found], &frame(Utc::now()), asked.message_id)
    }
}

/// Opens the prescription while the Centre answers a fetch so; the code that the pharmacist is told. Afterwards the honest
/// answer opens it.
fn fetch_refused(answer: impl Fn(&Held, &Request) -> Result<Response, TransportError> + Send + 'static) -> String {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    let held = {
        let centre = bench.centre();
        Held { document: centre.document.clone(), reference: centre.prescription.reference.clone() }
    };
    bench.centre_answers(move |request| Some(answer(&held, request)));
    let code = bench.counter.open_prescription(&bench.set_id()).unwrap_err().code();
    let visit = bench.counter.visit().unwrap();
    assert!(visit.fetched.is_empty() && visit.basket.is_empty(), "nothing of it was kept");
    bench.centre().wish = None;
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    assert_eq!(bench.sign().unwrap().signed.len(), 1);
    code
}

#[test]
fn a_document_over_one_mebibyte_is_told_by_name() {
    let code = fetch_refused(|held, request| {
        let mut document = held.document.clone();
        document.resize(cda::LARGEST_DOCUMENT + 1, b' ');
        Ok(held.answer(request, document))
    });
    assert!(["document-too-large", "message-too-large"].contains(&code.as_str()), "{code}");
    let code = fetch_refused(|_, _| Err(TransportError::TooLarge { limit: MESSAGE_BYTES_AT_MOST }));
    assert_eq!(code, "answer-too-large");
}

#[test]
fn an_entity_bomb_in_a_document_or_around_it_is_told_by_name_and_not_opened() {
    const BOMB: &str = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let inside = fetch_refused(|held, request| {
        let text = String::from_utf8(held.document.clone()).unwrap();
        let bombed = text.replacen("<ClinicalDocument", &format!("{BOMB}<ClinicalDocument"), 1);
        Ok(held.answer(request, bombed.into_bytes()))
    });
    assert_eq!(inside, "document-doctype");
    let around = fetch_refused(|held, request| {
        let honest = held.answer(request, held.document.clone());
        let body = [BOMB.as_bytes(), &honest.body].concat();
        Ok(Response { body, ..honest })
    });
    assert_eq!(around, "doctype-refused");
}

#[test]
fn a_message_or_a_document_cut_in_half_is_told_by_name() {
    let message = fetch_refused(|held, request| {
        let mut honest = held.answer(request, held.document.clone());
        honest.body.truncate(honest.body.len() / 2);
        Ok(honest)
    });
    assert_eq!(message, "message-truncated");
    let document = fetch_refused(|held, request| {
        let half = held.document[..held.document.len() / 2].to_vec();
        Ok(held.answer(request, half))
    });
    assert_eq!(document, "document-not-xml");
    assert_eq!(fetch_refused(|_, _| Err(TransportError::LostAnswer)), "answer-lost");
}
