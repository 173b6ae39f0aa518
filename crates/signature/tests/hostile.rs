//! Tampered, wrapped, cut, swollen: each is refused by its own name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::*;
use signing::{Covered, Failure, SignError, VerifyError, sign, verify};

fn outcome(document: &str) -> Result<Covered, Failure> {
    verify(document.as_bytes()).unwrap().remove(0).outcome
}

fn refusal(document: &str) -> VerifyError {
    verify(document.as_bytes()).unwrap_err()
}

/// Replaces something that must be there.
fn with(document: &str, from: &str, to: &str) -> String {
    assert!(document.contains(from), "{from}");
    document.replacen(from, to, 1)
}

fn between<'a>(document: &'a str, begin: &str, end: &str) -> &'a str {
    let from = document.find(begin).unwrap();
    let to = document[from..].find(end).unwrap() + from + end.len();
    &document[from..to]
}

#[test]
fn the_untouched_document_holds() {
    assert_eq!(outcome(&signed()), Ok(Covered::Body));
}

#[test]
fn a_changed_body_is_told() {
    assert_eq!(outcome(&with(&signed(), "value=\"21\"", "value=\"22\"")), Err(Failure::BodyChanged));
    assert_eq!(outcome(&with(&signed(), "toimitus", "toimitus ")), Err(Failure::BodyChanged));
    assert_eq!(outcome(&with(&signed(), "<value ", "<extra/><value ")), Err(Failure::BodyChanged));
}

#[test]
fn a_comment_in_the_body_changes_nothing_and_hides_nothing() {
    let commented = with(&signed(), "<!-- inside -->", "<!-- another -->");
    assert_eq!(outcome(&commented), Ok(Covered::Body));
    assert!(xmlsec1_accepts(&commented, 1));
}

#[test]
fn the_header_is_not_covered_and_nobody_may_think_so() {
    assert_eq!(outcome(&with(&signed(), "93.2026.1\"/>", "93.2026.2\"/>")), Ok(Covered::Body));
}

#[test]
fn a_changed_timestamp_is_told() {
    assert_eq!(outcome(&with(&signed(), "2026-11-22T09:30:05", "2026-11-22T09:30:06")), Err(Failure::TimestampChanged));
}

#[test]
fn a_swapped_certificate_is_told() {
    let certificate = |text: &str| between(text, "<ds:X509Certificate>", "</ds:X509Certificate>").to_owned();
    let document = signed();
    let other = text(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut centre()).unwrap());
    assert_eq!(outcome(&document.replace(&certificate(&document), &certificate(&other))), Err(Failure::WrongValue));
    let rsa = text(sign(&signing(DOCUMENT.as_bytes(), "1"), &mut rsa()).unwrap());
    assert_eq!(outcome(&document.replace(&certificate(&document), &certificate(&rsa))), Err(Failure::UnknownAlgorithm));
}

#[test]
fn a_missing_doubled_or_broken_certificate_is_told() {
    let document = signed();
    let certificate = between(&document, "<ds:X509Certificate>", "</ds:X509Certificate>");
    for replacement in
        [String::new(), certificate.repeat(2), "<ds:X509Certificate>AAAA</ds:X509Certificate>".to_owned()]
    {
        assert_eq!(outcome(&document.replace(certificate, &replacement)), Err(Failure::CertificateUnreadable));
    }
}

#[test]
fn a_changed_signed_info_is_told_by_the_value() {
    // The digests are made to fit the changed body: only the value can tell.
    let forged = with(DOCUMENT, "value=\"21\"", "value=\"22\"");
    let forged = text(sign(&signing(forged.as_bytes(), "1"), &mut p384()).unwrap());
    let value = |text: &str| between(text, "<ds:SignatureValue>", "</ds:SignatureValue>").to_owned();
    assert_eq!(outcome(&forged.replace(&value(&forged), &value(&signed()))), Err(Failure::WrongValue));
}

#[test]
fn a_document_wrapped_around_another_is_refused() {
    let document = signed();
    let body = between(&document, "<structuredBody", "</structuredBody>").to_owned();
    // The signed body is kept where its ID is still found; another stands in its place.
    let evil = body.replace("mainbody", "evil").replace("value=\"21\"", "value=\"210\"");
    let wrapped = with(&document, &body, &evil);
    let beside = with(&wrapped, "<hl7fi:sender>", &format!("<hl7fi:sender>{body}"));
    assert_eq!(refusal(&beside), VerifyError::TwoBodies);
    assert!(xmlsec1_accepts(&beside, 1), "xmlsec1 alone accepts the wrapping: that is why there is a check of our own");
    let in_object = with(&wrapped, "</ds:KeyInfo>", &format!("</ds:KeyInfo><ds:Object>{body}</ds:Object>"));
    assert_eq!(refusal(&in_object), VerifyError::TwoBodies);
}

#[test]
fn a_body_under_another_name_cannot_take_the_place_of_the_signed_one() {
    let document = signed();
    let body = between(&document, "<structuredBody", "</structuredBody>").to_owned();
    let other = body.replace("structuredBody", "nonXMLBody").replace("mainbody", "evil");
    let moved = with(&with(&document, &body, &other), "<hl7fi:sender>", &format!("<hl7fi:sender>{body}"));
    assert_eq!(refusal(&moved), VerifyError::BodyMisplaced);
}

#[test]
fn a_second_component_is_refused() {
    let two = with(&signed(), "</ClinicalDocument>", "<component><nonXMLBody/></component></ClinicalDocument>");
    assert_eq!(refusal(&two), VerifyError::BodyMisplaced);
}

#[test]
fn a_doubled_id_is_refused() {
    assert_eq!(refusal(&with(&signed(), "ID=\"c1\"", "ID=\"mainbody\"")), VerifyError::DuplicateId);
    assert_eq!(refusal(&with(&signed(), "ID=\"c1\"", "ID=\"DS_1\"")), VerifyError::DuplicateId);
    assert_eq!(refusal(&with(&signed(), "ID=\"c1\"", "xml:id=\"TS_1\"")), VerifyError::DuplicateId);
}

#[test]
fn a_reference_to_anything_but_timestamp_and_body_is_refused() {
    let document = signed();
    assert_eq!(outcome(&with(&document, "URI=\"#mainbody\"", "URI=\"#c1\"")), Err(Failure::UnexpectedReferences));
    assert_eq!(outcome(&with(&document, "URI=\"#mainbody\"", "URI=\"#TS_1\"")), Err(Failure::UnexpectedReferences));
    assert_eq!(
        outcome(&with(&document, "URI=\"#mainbody\"", "URI=\"http://tiski.test/\"")),
        Err(Failure::UnexpectedReferences)
    );
    assert_eq!(outcome(&with(&document, "URI=\"#mainbody\"", "")), Err(Failure::UnexpectedReferences));
    let reference = between(&document, "<ds:Reference URI=\"#TS_1\">", "</ds:Reference>");
    assert_eq!(outcome(&document.replace(reference, "")), Err(Failure::UnexpectedReferences));
    assert_eq!(outcome(&document.replace(reference, &reference.repeat(2))), Err(Failure::UnexpectedReferences));
}

#[test]
fn a_transform_that_is_not_on_the_list_is_refused() {
    let document = signed();
    let exclusive = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>";
    let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><ds:XPath>not(self::text())</ds:XPath></ds:Transform>";
    let xslt = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><x:stylesheet version=\"1.0\" xmlns:x=\"http://www.w3.org/1999/XSL/Transform\"/></ds:Transform>";
    for other in [
        "</ds:Transforms>".to_owned(),
        "<ds:Transform Algorithm=\"urn:none\"/></ds:Transforms>".to_owned(),
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/></ds:Transforms>".to_owned(),
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/></ds:Transforms>".to_owned(),
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xsi\"/></ds:Transform></ds:Transforms>".to_owned(),
        format!("{xpath}{exclusive}"),
        format!("{xslt}{exclusive}"),
    ] {
        assert_eq!(outcome(&with(&document, exclusive, &other)), Err(Failure::UnknownTransforms), "{other}");
    }
}

#[test]
fn an_xpath_for_another_namespaces_body_is_refused() {
    let source = with(DOCUMENT, " ID=\"mainbody\"", "");
    let document = text(sign(&signing(source.as_bytes(), "1"), &mut p384()).unwrap());
    for (from, to) in [
        ("xmlns:hl7=\"urn:hl7-org:v3\"", "xmlns:hl7=\"urn:hl7finland\""),
        ("ancestor-or-self::hl7:structuredBody", "ancestor-or-self::hl7:component"),
        ("ancestor-or-self::hl7:structuredBody", "ancestor-or-self::hl7:structuredBody or true()"),
        ("ancestor-or-self::hl7:structuredBody", "descendant::hl7:structuredBody"),
    ] {
        assert_eq!(outcome(&with(&document, from, to)), Err(Failure::UnknownTransforms), "{to}");
    }
}

#[test]
fn a_filter_must_mean_one_element_and_the_expected_one() {
    let filtered = |document: &str, condition: &str| {
        let filter = format!(
            "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\">\
             <f:XPath xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\" Filter=\"intersect\">{condition}</f:XPath></ds:Transform>"
        );
        let begin = "<ds:Reference URI=\"#TS_1\"><ds:Transforms>";
        with(document, begin, &format!("<ds:Reference URI=\"\"><ds:Transforms>{filter}"))
    };
    let one = signed();
    // Understood and its digest right: only the value tells that the reference was written anew.
    for condition in ["//*[@ID='TS_1']", "//*[@ID=\"TS_1\"]", "//*[local-name()='signatureTimestamp']"] {
        assert_eq!(outcome(&filtered(&one, condition)), Err(Failure::WrongValue), "{condition}");
    }
    let two = text(sign(&signing(one.as_bytes(), "2"), &mut p384()).unwrap());
    assert_eq!(outcome(&filtered(&two, "//*[@ID='TS_1']")), Err(Failure::WrongValue));
    for condition in ["//*[local-name()='signatureTimestamp']", "//*[@ID='TS_2']", "//*[@ID='c1']"] {
        assert_eq!(outcome(&filtered(&two, condition)), Err(Failure::UnexpectedReferences), "{condition}");
    }
    for condition in ["//*", "//*[@ID='TS_1' or true()]", "/*[@ID='TS_1']", "//*[@ID='TS_1'] | //*", ""] {
        assert_eq!(outcome(&filtered(&one, condition)), Err(Failure::UnknownTransforms), "{condition}");
    }
    let subtracted = filtered(&one, "//*[@ID='TS_1']").replace("\"intersect\"", "\"subtract\"");
    assert_eq!(outcome(&subtracted), Err(Failure::UnknownTransforms));
}

#[test]
fn an_algorithm_that_is_not_on_the_list_is_refused() {
    let document = signed();
    for (from, to) in [
        ("xmldsig-more#ecdsa-sha384", "xmldsig-more#hmac-sha256"),
        ("xmldsig-more#ecdsa-sha384", "xmldsig-more#ecdsa-sha512"),
        ("xmldsig-more#ecdsa-sha384", "xmldsig-more#rsa-sha256"),
        ("xmlenc#sha256", "xmldsig-more#md5"),
        (
            "CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#",
            "CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        ),
    ] {
        assert_eq!(outcome(&with(&document, from, to)), Err(Failure::UnknownAlgorithm), "{to}");
    }
}

#[test]
fn an_unknown_kind_is_refused_and_a_false_kind_does_not_fit_its_references() {
    assert_eq!(
        outcome(&with(&signed(), "signatureDescription code=\"1\"", "signatureDescription code=\"3\"")),
        Err(Failure::UnknownKind)
    );
    assert_eq!(
        outcome(&with(&signed(), "signatureDescription code=\"1\"", "signatureDescription code=\"2\"")),
        Err(Failure::UnexpectedReferences)
    );
}

#[test]
fn a_signature_outside_the_collection_is_refused() {
    let document = signed();
    let signature = between(&document, "<ds:Signature ", "</ds:Signature>").replace("DS_1", "DS_2");
    assert_eq!(
        refusal(&with(&document, "<hl7fi:sender>", &format!("<hl7fi:sender>{signature}"))),
        VerifyError::SignatureMisplaced
    );
    let collection = "<hl7fi:signatureCollection></hl7fi:signatureCollection>";
    assert_eq!(
        refusal(&with(&document, "<hl7fi:sender>", &format!("{collection}<hl7fi:sender>"))),
        VerifyError::TwoCollections
    );
    assert_eq!(
        refusal(&with(&document, "</section>", &format!("</section>{collection}"))),
        VerifyError::TwoCollections
    );
}

#[test]
fn a_document_type_or_entity_bomb_is_refused_before_anything_grows() {
    let bomb = "<!DOCTYPE lolz [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let document = with(&signed(), "<ClinicalDocument", &format!("{bomb}<ClinicalDocument"));
    assert_eq!(refusal(&document), VerifyError::Doctype);
    assert_eq!(refusal(&with(&document, "toimitus", "&c;")), VerifyError::Doctype);
    assert_eq!(
        refusal(&with(&signed(), "<ClinicalDocument", "<!DOCTYPE ClinicalDocument><ClinicalDocument")),
        VerifyError::Doctype
    );
}

#[test]
fn a_document_cut_anywhere_is_refused() {
    let document = signed();
    for cut in [1, 50, 400, document.len() / 2, document.find("<ds:SignatureValue>").unwrap() + 30, document.len() - 5]
    {
        let cut = (cut..).find(|place| document.is_char_boundary(*place)).unwrap();
        assert_eq!(refusal(&document[..cut]), VerifyError::NotXml, "{cut}");
    }
    assert_eq!(verify(b"").unwrap_err(), VerifyError::NotXml);
}

#[test]
fn a_document_over_one_mebibyte_is_refused_and_one_that_fits_is_not() {
    let document = signed();
    let padded =
        |size: usize| with(&document, "<!-- the header", &format!("<!--{}", " ".repeat(size - document.len())));
    let fits = padded(signing::MAX_DOCUMENT_BYTES - 20);
    assert_eq!(outcome(&fits), Ok(Covered::Body));
    assert_eq!(refusal(&padded(signing::MAX_DOCUMENT_BYTES + 20)), VerifyError::TooLarge);
    // Room for the document but not for one more signature: told, not made.
    assert_eq!(sign(&signing(fits.as_bytes(), "2"), &mut p384()), Err(SignError::Document(VerifyError::TooLarge)));
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("{}{}", "<a>".repeat(70), "</a>".repeat(70));
    assert_eq!(refusal(&with(&signed(), "<entry>", &format!("{deep}<entry>"))), VerifyError::TooDeep);
}

#[test]
fn an_element_with_a_crowd_of_attributes_is_refused_before_it_is_parsed() {
    let crowd = |many: usize| (0..many).map(|one| format!(" a{one} = '{one}'")).collect::<String>();
    let with_crowd = |many| with(&signed(), "<observation ", &format!("<observation{} ", crowd(many)));
    assert_eq!(refusal(&with_crowd(signing::MAX_ATTRIBUTES)), VerifyError::TooManyAttributes);
    assert_eq!(outcome(&with_crowd(signing::MAX_ATTRIBUTES - 10)), Err(Failure::BodyChanged));
    assert_eq!(outcome(&with(&signed(), "<!-- the header", &format!("<!-- {}", "=".repeat(5000)))), Ok(Covered::Body));
}

#[test]
fn too_many_signatures_are_refused() {
    let empty = "<hl7fi:signature/>".repeat(signing::MAX_SIGNATURES);
    assert_eq!(
        refusal(&with(&signed(), "</hl7fi:signatureCollection>", &format!("{empty}</hl7fi:signatureCollection>"))),
        VerifyError::TooManySignatures
    );
}

#[test]
fn another_encoding_is_refused() {
    assert_eq!(refusal(&with(&signed(), "encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"")), VerifyError::NotUtf8);
    assert_eq!(verify(b"<a>\xff</a>").unwrap_err(), VerifyError::NotUtf8);
}

#[test]
fn what_is_not_a_clinical_document_is_refused() {
    assert_eq!(refusal("<a/>"), VerifyError::NotClinicalDocument);
    assert_eq!(refusal("<ClinicalDocument/>"), VerifyError::NotClinicalDocument);
    assert_eq!(refusal("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>"), VerifyError::NoBody);
}

#[test]
fn an_unsigned_document_has_no_signatures_and_that_is_no_error() {
    assert_eq!(verify(DOCUMENT.as_bytes()).unwrap(), []);
}
