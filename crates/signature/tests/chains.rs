//! Every form of reference that the Prescription Centre has accepted, signed by xmlsec1 and read here: the form is
//! understood, what it covers is told, and a change of that is told too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::forge::*;
use common::*;
use signing::{Covered, Failure, Verified, verify};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#sha384";
const RSA_SHA384: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384";

/// The transforms before the way to the element, and those after it.
fn chains() -> Vec<(&'static str, String, String)> {
    let (exclusive, inclusive, enveloped) = (transform(EXCLUSIVE), transform(INCLUSIVE), transform(ENVELOPED));
    let normalized = normalize_space();
    vec![
        ("exclusive", String::new(), exclusive.clone()),
        ("inclusive", String::new(), inclusive.clone()),
        ("enveloped, exclusive", enveloped.clone(), exclusive.clone()),
        ("normalised, exclusive", normalized.clone(), exclusive.clone()),
        ("enveloped, normalised, exclusive", format!("{enveloped}{normalized}"), exclusive),
        ("enveloped, normalised, inclusive", format!("{enveloped}{normalized}"), inclusive),
    ]
}

/// The reference in each way to find the element: by ID, by filter on the ID, by filter on the name.
fn ways(id: &str, name: &str, (before, after): (&str, &str), digest: &str) -> Vec<(String, String)> {
    let by =
        |expression: String| reference("", &format!("{before}{}{after}", filter("intersect", &expression)), digest);
    vec![
        ("by ID".to_owned(), reference(&format!("#{id}"), &format!("{before}{after}"), digest)),
        ("filtered by ID".to_owned(), by(format!("//*[@ID='{id}']"))),
        ("filtered by name".to_owned(), by(format!("//*[local-name()='{name}']"))),
    ]
}

/// The document, with what an inclusive form takes over from outside the body.
fn source() -> String {
    DOCUMENT.replacen("<ClinicalDocument ", "<ClinicalDocument xml:lang=\"fi\" xmlns:unused=\"urn:u\" ", 1)
}

fn only(document: &str) -> Verified {
    verify(document.as_bytes()).unwrap().remove(0)
}

#[test]
fn every_way_to_the_body_by_every_chain_is_understood() {
    let source = source();
    for (name, before, after) in chains() {
        for (way, content) in ways("mainbody", "structuredBody", (&before, &after), SHA256) {
            let document = Forge::of(&content).made_in(&source);
            assert!(naive_verifier_accepts(&document, 1), "{name} {way}");
            assert_eq!(only(&document).outcome, Ok(Covered::Body), "{name} {way}");
            assert!(!only(&document).weak);
            let changed = document.replace("value=\"21\"", "value=\"22\"");
            assert_eq!(only(&changed).outcome, Err(Failure::BodyChanged), "{name} {way}");
        }
    }
}

#[test]
fn the_centres_way_by_xpath_is_understood() {
    let by_xpath = transform(EXCLUSIVE) + &xpath("urn:hl7-org:v3", "ancestor-or-self::p:structuredBody");
    let document = Forge { kind: "4", ..Forge::of(&reference("", &by_xpath, SHA256)) }.made_in(&source());
    assert!(naive_verifier_accepts(&document, 1));
    assert_eq!(only(&document).outcome, Ok(Covered::Body));
    assert_eq!(only(&document.replace("value=\"21\"", "value=\"22\"")).outcome, Err(Failure::BodyChanged));
}

#[test]
fn every_way_to_a_list_by_every_chain_is_understood_and_its_digests_are_of_that_chain() {
    let id = "1.2.246.10.99999901.93.2026.1";
    for (name, before, after) in chains() {
        let ordinary = Forge::of(&reference("#mainbody", &format!("{before}{after}"), SHA256)).made();
        let hash = digest_value(&ordinary, 2);
        let list = list(&[(id, &hash), ("1.2.246.10.99999901.93.2026.2", &base64(&[7; 32]))]);
        for (way, content) in ways("MDS_1", "multipleDocumentSignature", (&before, &after), SHA256) {
            let document = Forge { kind: "2", list: list.clone(), ..Forge::of(&content) }.made();
            assert!(naive_verifier_accepts(&document, 1), "{name} {way}");
            assert!(only(&document).covers_this_document(), "{name} {way}");
            let changed = document.replace("value=\"21\"", "value=\"22\"");
            assert!(only(&changed).outcome.is_ok() && !only(&changed).covers_this_document(), "{name} {way}");
            let other = document.replace("93.2026.2\" hash", "93.2026.3\" hash");
            assert_eq!(only(&other).outcome, Err(Failure::ListChanged), "{name} {way}");
        }
    }
}

#[test]
fn every_accepted_algorithm_is_understood_and_sha_1_is_shown_as_old() {
    let all = |digest: &str| {
        reference("#TS_1", &transform(EXCLUSIVE), digest) + &reference("#mainbody", &transform(EXCLUSIVE), digest)
    };
    for (method, digest, weak) in [
        (RSA_SHA256, SHA256, false),
        (RSA_SHA384, SHA384, false),
        (ECDSA_SHA384, SHA384, false),
        (ECDSA_SHA384, SHA256, false),
        (RSA_SHA1, SHA1, true),
        (RSA_SHA1, SHA256, true),
        (RSA_SHA256, SHA1, true),
        (ECDSA_SHA384, SHA1, true),
    ] {
        let forge = if method == ECDSA_SHA384 { Forge::of("") } else { Forge::rsa("") };
        let document = Forge { method, references: all(digest), ..forge }.made();
        let one = only(&document);
        assert_eq!((one.outcome, one.weak), (Ok(Covered::Body), weak), "{method} {digest}");
        assert!(naive_verifier_accepts(&document, 1));
    }
}

#[test]
fn one_weak_digest_is_enough_to_be_old() {
    let document = Forge::of(&reference("#mainbody", &transform(EXCLUSIVE), SHA1)).made();
    assert!(only(&document).weak && only(&document).covers_this_document());
}
