//! One signature over a list of documents (type 2): made, copied into each, judged by xmlsec1 and, for what
//! xmlsec1 cannot judge (the listed digests), by xmllint and openssl.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::*;
use proptest::prelude::*;
use signing::{
    Covered, Listed, MAX_DOCUMENTS, SignError, SignatureKind, Signer, Signing, Verified, sign, sign_many,
    sign_together, verify,
};

/// Artificial documents, each with its own identifier and amount.
fn documents(many: usize) -> Vec<String> {
    (1..=many)
        .map(|one| {
            DOCUMENT
                .replace("93.2026.1\"/>", &format!("93.2026.{one}\"/>"))
                .replace("value=\"21\"", &format!("value=\"{one}\""))
        })
        .collect()
}

fn together(documents: &[String], signer: &mut dyn Signer) -> Result<Vec<String>, SignError> {
    let bytes: Vec<&[u8]> = documents.iter().map(String::as_bytes).collect();
    Ok(sign_together(&bytes, moment(), "batch.1", signer)?.into_iter().map(text).collect())
}

fn only(document: &str) -> Verified {
    let mut all = verify(document.as_bytes()).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn listed(document: &str) -> (Vec<Listed>, bool) {
    match only(document).outcome {
        Ok(Covered::List { refs, covers_this }) => (refs, covers_this),
        other => panic!("{other:?}"),
    }
}

fn signature_of(document: &str) -> &str {
    let from = document.find("<hl7fi:signatureCollection>").unwrap();
    &document[from..document.find("</hl7fi:signatureCollection>").unwrap()]
}

#[test]
fn every_document_of_a_batch_gets_its_copy_of_one_signature_in_order() {
    let documents = documents(3);
    let mut signer = Watched::new(p384());
    let signed = together(&documents, &mut signer).unwrap();
    assert_eq!(signer.calls, [1], "one value for the whole batch");
    let first = &signed[0];
    for (source, signed) in documents.iter().zip(&signed) {
        assert_eq!(signed.replace(&format!("{}</hl7fi:signatureCollection>", signature_of(signed)), ""), *source);
        assert_eq!(signature_of(signed), signature_of(first));
        let (refs, covers_this) = listed(signed);
        assert!(covers_this);
        assert_eq!(
            refs.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
            ["1.2.246.10.99999901.93.2026.1", "1.2.246.10.99999901.93.2026.2", "1.2.246.10.99999901.93.2026.3"]
        );
    }
}

#[test]
fn a_signature_over_a_list_tells_what_by_whom_when_and_with_which_certificate() {
    let one = only(&together(&documents(2), &mut p384()).unwrap()[1]);
    assert_eq!(one.kind, Some(SignatureKind::ProfessionalMulti));
    assert_eq!(one.signed_at, Some(moment()));
    assert_eq!(one.certificate, p384().certificate());
    assert!(!one.weak && one.covers_this_document());
}

#[test]
fn xmlsec1_accepts_the_signature_over_the_list_in_every_document() {
    for one in together(&documents(2), &mut p384()).unwrap() {
        assert!(xmlsec1_accepts(&one, 1));
        assert!(!xmlsec1_accepts(&one.replace("93.2026.2\" hash", "93.2026.3\" hash"), 1), "the judge can say no");
    }
    for one in together(&documents(2), &mut rsa()).unwrap() {
        assert!(xmlsec1_accepts_in(rsa_world(), &one, 1));
    }
}

#[test]
fn xmllint_and_openssl_find_the_listed_digests_in_the_bodies() {
    let signed = together(&documents(3), &mut p384()).unwrap();
    for (place, one) in signed.iter().enumerate() {
        let (refs, _) = listed(one);
        assert_eq!(openssl_sha256(&xmllint_exclusive(&body_alone(one))), refs[place].digest);
    }
    assert_ne!(openssl_sha256(&xmllint_exclusive(&body_alone(&signed[0]))), listed(&signed[0]).0[1].digest);
}

#[test]
fn a_listed_digest_is_the_one_of_an_ordinary_signature() {
    let documents = documents(2);
    let (refs, _) = listed(&together(&documents, &mut p384()).unwrap()[0]);
    let ordinary = text(sign(&signing(documents[0].as_bytes(), "1"), &mut p384()).unwrap());
    let digest = base64(&refs[0].digest);
    assert!(ordinary.contains(&format!("<ds:DigestValue>{digest}</ds:DigestValue>")));
}

#[test]
fn documents_of_different_writing_take_the_same_signature() {
    let mut all = documents(4);
    all[1] = all[1].replace(
        "</hl7fi:softwareSupport>",
        "</hl7fi:softwareSupport><signatureCollection xmlns=\"urn:hl7finland\" />",
    );
    // Here `hl7fi` is somebody else's prefix until the signature declares it for itself.
    all[2] = all[2].replace("hl7fi:", "f:").replace("xmlns:hl7fi=\"urn:hl7finland\"", "xmlns:f=\"urn:hl7finland\"");
    all[3] = all[3].replace(" ID=\"mainbody\"", "").replace('\n', "\r\n");
    for (place, one) in together(&all, &mut p384()).unwrap().iter().enumerate() {
        assert!(listed(one).1, "{place}");
        assert!(xmlsec1_accepts(one, 1), "{place}");
    }
}

#[test]
fn a_document_covers_itself_only_with_its_own_body_and_identifier() {
    let signed = together(&documents(2), &mut p384()).unwrap();
    let changed = signed[0].replace("value=\"1\"", "value=\"2\"");
    let renamed = signed[0].replace("<id root=\"1.2.246.10.99999901.93.2026.1\"/>", "<id root=\"1.2.3\"/>");
    let swapped = signed[0]
        .replace("<id root=\"1.2.246.10.99999901.93.2026.1\"/>", "<id root=\"1.2.246.10.99999901.93.2026.2\"/>");
    for (name, document) in [("changed", &changed), ("renamed", &renamed), ("swapped", &swapped)] {
        assert!(!listed(document).1 && !only(document).covers_this_document(), "{name}");
        assert!(xmlsec1_accepts(document, 1), "{name}: xmlsec1 judges the list alone");
    }
}

#[test]
fn a_copy_of_the_signature_in_a_document_that_is_not_listed_says_nothing_of_it() {
    let all = documents(3);
    let signed = together(&all[..2], &mut p384()).unwrap();
    let collection = format!("{}</hl7fi:signatureCollection>", signature_of(&signed[0]));
    let stranger = all[2].replace("</hl7fi:softwareSupport>", &format!("</hl7fi:softwareSupport>{collection}"));
    assert!(xmlsec1_accepts(&stranger, 1));
    assert!(!listed(&stranger).1);
}

#[test]
fn the_centre_signs_after_a_list_and_both_hold() {
    let first = together(&documents(2), &mut p384()).unwrap().remove(0);
    let system = Signing { kind: SignatureKind::System, ..signing(first.as_bytes(), "centre") };
    let both = text(sign(&system, &mut centre()).unwrap());
    let verified = verify(both.as_bytes()).unwrap();
    assert!(verified.iter().all(Verified::covers_this_document));
    assert!(xmlsec1_accepts(&both, 1) && xmlsec1_accepts(&both, 2));
}

#[test]
fn a_batch_is_signed_whole_or_not_at_all() {
    let all = documents(2);
    let broken = vec![all[0].clone(), all[1].replace("hl7fi:localHeader", "hl7fi:elsewhere")];
    let mut signer = Watched::new(p384());
    assert_eq!(together(&broken, &mut signer), Err(SignError::NoPlace));
    assert!(signer.calls.is_empty(), "no PIN is spent on a batch that cannot be signed");
    let mut spoiling = Watched { spoil: true, ..Watched::new(p384()) };
    assert_eq!(together(&all, &mut spoiling), Err(SignError::DoesNotVerify));
}

#[test]
fn a_batch_has_two_documents_at_least_a_hundred_at_most_and_none_twice() {
    let all = documents(MAX_DOCUMENTS + 1);
    let mut signer = Watched::new(p384());
    let refusal = |documents: &[String], signer: &mut Watched<_>| together(documents, signer).unwrap_err().code();
    assert_eq!(refusal(&all[..0], &mut signer), "signature-list-too-short");
    assert_eq!(refusal(&all[..1], &mut signer), "signature-list-too-short");
    assert_eq!(refusal(&all, &mut signer), "signature-too-many-documents");
    assert_eq!(
        refusal(&[all[0].clone(), all[1].clone(), all[0].clone()], &mut signer),
        "signature-list-document-twice"
    );
    let nameless = all[1].replace("<id root", "<setId root");
    assert_eq!(refusal(&[all[0].clone(), nameless], &mut signer), "document-no-identifier");
    let many: Vec<_> = all.iter().map(|one| signing(one.as_bytes(), "1")).collect();
    assert_eq!(sign_many(&many, &mut signer), Err(SignError::TooManyDocuments));
    assert!(signer.calls.is_empty());
    assert_eq!(together(&all[..MAX_DOCUMENTS], &mut signer).unwrap().len(), MAX_DOCUMENTS);
    assert_eq!(signer.calls, [1]);
}

#[test]
fn a_batch_needs_ids_that_are_new_in_every_document() {
    let all = documents(2);
    let signed = together(&all, &mut p384()).unwrap();
    assert_eq!(together(&[all[0].clone(), signed[1].clone()], &mut p384()), Err(SignError::UnusableSeed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_signed_together_every_document_is_covered_once(many in 2..8_usize, spaces in " {0,3}\n{0,2}") {
        let all: Vec<String> = documents(many).iter().map(|one| one.replace("<entry>", &format!("<entry>{spaces}"))).collect();
        for (place, one) in together(&all, &mut p384()).unwrap().iter().enumerate() {
            let (refs, covers_this) = listed(one);
            prop_assert!(covers_this);
            prop_assert_eq!(refs.len(), many);
            let own = format!("1.2.246.10.99999901.93.2026.{}", place + 1);
            prop_assert_eq!(refs.iter().filter(|entry| entry.id == own).count(), 1);
        }
    }
}
