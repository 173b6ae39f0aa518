//! What is signed here, xmlsec1 accepts; and nothing outside the collection changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::*;
use signing::{Covered, DigestToSign, SignError, SignatureKind, Signer, SignerError, Signing, sign, sign_many, verify};

fn holds(document: &str) -> bool {
    verify(document.as_bytes()).unwrap().iter().all(|one| one.outcome == Ok(Covered::Body) && !one.weak)
}

#[test]
fn a_p384_signature_is_accepted_by_xmlsec1() {
    let document = signed();
    assert!(holds(&document));
    assert!(xmlsec1_accepts(&document, 1));
}

#[test]
fn an_rsa_signature_is_accepted_by_xmlsec1() {
    let document = text(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut rsa()).unwrap());
    assert!(document.contains("rsa-sha256"));
    assert!(holds(&document));
    assert!(xmlsec1_accepts_in(rsa_world(), &document, 1));
}

#[test]
fn the_judge_can_say_no() {
    let document = signed().replace("value=\"21\"", "value=\"22\"");
    assert!(!xmlsec1_accepts(&document, 1));
}

#[test]
fn a_system_signature_after_a_professional_one_leaves_both_valid() {
    let first = signed();
    let system = Signing { kind: SignatureKind::System, ..signing(first.as_bytes(), "centre.1") };
    let both = text(sign(&system, &mut centre()).unwrap());
    let verified = verify(both.as_bytes()).unwrap();
    assert_eq!(
        verified.iter().map(|one| one.kind).collect::<Vec<_>>(),
        [Some(SignatureKind::Professional), Some(SignatureKind::System)]
    );
    assert!(holds(&both));
    assert!(xmlsec1_accepts(&both, 1) && xmlsec1_accepts(&both, 2));
}

#[test]
fn a_body_without_an_id_is_signed_by_xpath_and_accepted_by_xmlsec1() {
    let source = DOCUMENT.replace(" ID=\"mainbody\"", "");
    let document = text(sign(&signing(source.as_bytes(), "1"), &mut p384()).unwrap());
    assert!(document.contains("ancestor-or-self::hl7:structuredBody"));
    assert!(holds(&document));
    assert!(xmlsec1_accepts(&document, 1));
    let changed = document.replace("value=\"21\"", "value=\"22\"");
    assert!(!holds(&changed) && !xmlsec1_accepts(&changed, 1));
}

#[test]
fn an_empty_collection_and_a_default_namespace_are_places_too() {
    for collection in [
        "<hl7fi:signatureCollection/>",
        "<hl7fi:signatureCollection></hl7fi:signatureCollection>",
        "<signatureCollection xmlns=\"urn:hl7finland\" />",
    ] {
        let source = DOCUMENT.replace("</hl7fi:softwareSupport>", &format!("</hl7fi:softwareSupport>{collection}"));
        let document = text(sign(&signing(source.as_bytes(), "1"), &mut p384()).unwrap());
        assert!(holds(&document), "{collection}");
        assert!(xmlsec1_accepts(&document, 1), "{collection}");
    }
}

#[test]
fn everything_outside_the_collection_stays_byte_for_byte() {
    let document = signed();
    let begin = document.find("<hl7fi:signatureCollection>").unwrap();
    let end = document.find("</hl7fi:signatureCollection>").unwrap() + "</hl7fi:signatureCollection>".len();
    assert_eq!(format!("{}{}", &document[..begin], &document[end..]), DOCUMENT);
    assert!(document[..begin].ends_with("</hl7fi:softwareSupport>"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_not_move_the_place() {
    let source = format!("\u{feff}{}", DOCUMENT.replace('\n', "\r\n"));
    let document = text(sign(&signing(source.as_bytes(), "1"), &mut p384()).unwrap());
    assert!(document.starts_with('\u{feff}') && holds(&document));
    assert!(xmlsec1_accepts(&document, 1));
}

#[test]
fn the_time_and_the_certificate_are_told() {
    let verified = &verify(signed().as_bytes()).unwrap()[0];
    assert_eq!(verified.signed_at, Some(moment()));
    assert_eq!(verified.certificate, p384().certificate());
}

#[test]
fn many_documents_are_signed_in_one_call_of_the_signer() {
    let other = DOCUMENT.replace("value=\"21\"", "value=\"42\"");
    let mut signer = Watched::new(p384());
    let signed = sign_many(&[signing(DOCUMENT.as_bytes(), "1"), signing(other.as_bytes(), "2")], &mut signer).unwrap();
    assert_eq!(signer.calls, [2]);
    assert!(holds(&text(signed[0].clone())) && holds(&text(signed[1].clone())));
    assert!(text(signed[1].clone()).contains("value=\"42\""));
    assert!(xmlsec1_accepts(&text(signed[1].clone()), 1));
}

#[test]
fn a_value_that_does_not_verify_never_leaves() {
    let mut signer = Watched { spoil: true, ..Watched::new(p384()) };
    assert_eq!(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut signer), Err(SignError::DoesNotVerify));
}

/// One signer's certificate, another's key.
struct Mixed(Box<dyn Signer>, Box<dyn Signer>);

impl Signer for Mixed {
    fn certificate(&self) -> &[u8] {
        self.0.certificate()
    }
    fn sign(&mut self, requests: &[DigestToSign]) -> Result<Vec<Vec<u8>>, SignerError> {
        self.1.sign(requests)
    }
}

#[test]
fn a_signer_whose_key_is_not_its_certificates_never_signs_anything_that_leaves() {
    let mut mixed = Mixed(Box::new(p384()), Box::new(centre()));
    assert_eq!(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut mixed), Err(SignError::DoesNotVerify));
    let siri = world().authority.signature(test_authority::who::SIRI).unwrap();
    let key = world().authority.system(test_authority::place::CENTRE).unwrap().key;
    let made = signing::software::SoftwareSigner::from_pkcs8(&siri.certificate, &key);
    assert_eq!(made.unwrap_err(), SignError::UnusableCertificate);
}

#[test]
fn a_signature_over_a_list_is_not_made_for_one_document() {
    let multi = Signing { kind: SignatureKind::ProfessionalMulti, ..signing(DOCUMENT.as_bytes(), "1") };
    assert_eq!(sign(&multi, &mut p384()).unwrap_err().code(), "signature-kind-unsupported");
}

#[test]
fn a_software_key_signs_the_same_with_rsa_and_anew_with_p384() {
    let twice = |signer: &mut dyn Signer| [(); 2].map(|()| sign(&signing(DOCUMENT.as_bytes(), "1"), signer).unwrap());
    let [once, again] = twice(&mut rsa());
    assert_eq!(once, again);
    let [once, again] = twice(&mut p384());
    assert_ne!(once, again, "each has a secret number of its own, which must never come twice");
    for signed in [once, again] {
        assert!(signing::verify(&signed).unwrap().iter().all(|one| one.covers_this_document()));
    }
}

#[test]
fn a_seed_must_make_ids_of_its_own() {
    let first = signed();
    assert_eq!(sign(&signing(first.as_bytes(), "1"), &mut p384()), Err(SignError::UnusableSeed));
    for seed in ["", "a b", "\"/>", "ä"] {
        assert_eq!(sign(&signing(DOCUMENT.as_bytes(), seed), &mut p384()), Err(SignError::UnusableSeed), "{seed}");
    }
}

#[test]
fn a_document_without_a_local_header_has_no_place() {
    let source = DOCUMENT.replace("hl7fi:localHeader", "hl7fi:elsewhere");
    assert_eq!(sign(&signing(source.as_bytes(), "1"), &mut p384()), Err(SignError::NoPlace));
}
