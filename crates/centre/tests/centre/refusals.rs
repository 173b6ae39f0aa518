//! Every refusal of a store, each under its own code, in the order in which the Centre asks. Each test begins with a
//! dispensation that would be accepted and changes one thing. Nothing is ever stored.

use centre::store::{MemoryStore, Store};
use chrono::Duration;
use prescription::{DocumentType, Quantity, time};
use signing::software::SoftwareSigner;
use test_authority::who;

use crate::world::*;

type W = World<MemoryStore>;

/// Kept out, under this code and detail, with a log entry that says so.
fn kept_out(world: &W, answer: &kanta::mr::StoreAnswer, code: &str, detail: Option<&str>) {
    assert_eq!(refused(answer), [(code.to_owned(), detail.map(str::to_owned))]);
    assert_eq!(world.dispensations(), 0);
    assert_eq!(world.logged().last().unwrap(), &("store".to_owned(), Some(code.to_owned())));
}

/// What the sender of a message that the Centre could not read is told: codes.
fn told(world: &W, message: &kanta::http::Request, request: &kanta::mr::StoreRequest) -> Vec<String> {
    match kanta::mr::parse_store_response(&world.ask(message, KUUSI), request.frame.message_id) {
        Ok(answer) => refused(&answer).into_iter().map(|(code, _)| code).collect(),
        Err(kanta::KantaError::Refused(issues)) => issues.into_iter().map(|issue| issue.code).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn the_ordinary_case_is_accepted_and_signed_by_the_centre_too() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let (document, repeated) = accepted(world.send(&lot));
    assert!(!repeated);
    let signatures = signing::verify(&document).unwrap();
    let kinds: Vec<_> = signatures.iter().map(|s| (s.kind.unwrap().code(), s.outcome.is_ok())).collect();
    assert_eq!(kinds, [("1", true), ("4", true)]);
    assert_eq!(world.dispensations(), 1);
    assert_eq!(world.logged().last().unwrap(), &("store".to_owned(), None));
}

#[test]
fn a_document_over_one_mebibyte_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let sending = Sending::of(who::SIRI, KUUSI);
    let mut large = document.clone();
    large.resize(cda::LARGEST_DOCUMENT + 1, b' ');
    let request = store_request(&lot, large, &sending, world.now);
    assert!(matches!(kanta::mr::store_request(&request), Err(kanta::KantaError::TooLarge { .. })), "not even written");
    // A sender who writes it all the same: four characters of base64 are three bytes.
    let request = store_request(&lot, document, &sending, world.now);
    let mut message = kanta::mr::store_request(&request).unwrap();
    let text = String::from_utf8(message.body).unwrap();
    let (head, rest) = text.split_once("representation=\"B64\">").unwrap();
    let (_, tail) = rest.split_once('<').unwrap();
    let payload = "QUJD".repeat(cda::LARGEST_DOCUMENT / 3 + 1);
    message.body = format!("{head}representation=\"B64\">{payload}<{tail}").into_bytes();
    assert!(message.body.len() < kanta::MESSAGE_BYTES_AT_MOST, "the message itself is not too large");
    assert_eq!(told(&world, &message, &request), ["TSK-document-too-large"]);
    assert_eq!(world.dispensations(), 0);
    accepted(world.send(&lot));
}

#[test]
fn an_entity_bomb_and_a_document_nested_too_deeply_are_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let bomb = changed(&document, "<ClinicalDocument", "<!DOCTYPE a [<!ENTITY b \"bb\">]><ClinicalDocument");
    kept_out(&world, &world.send_document(&lot, bomb), "TSK-xml-refused", Some("document-doctype"));
    let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
    kept_out(&world, &world.send_document(&lot, deep.into_bytes()), "TSK-xml-refused", Some("document-too-deep"));
}

#[test]
fn a_document_cut_in_half_or_no_document_at_all_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let half = document[..document.len() / 2].to_vec();
    kept_out(&world, &world.send_document(&lot, half), "4Y00007", Some("document-not-xml"));
    kept_out(&world, &world.send_document(&lot, b"<a/>".to_vec()), "4Y00007", Some("document-not-cda"));
}

#[test]
fn a_message_cut_in_half_is_refused_and_may_be_sent_again() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let sending = Sending::of(who::SIRI, KUUSI);
    let request = store_request(&lot, document, &sending, world.now);
    let mut message = kanta::mr::store_request(&request).unwrap();
    message.body.truncate(message.body.len() / 2);
    assert_eq!(told(&world, &message, &request), ["TSK-message-broken"]);
    assert_eq!(world.logged().last().unwrap().0, "unreadable");
    accepted(world.send(&lot));
}

#[test]
fn promise_2_the_same_identifier_with_other_bytes_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let first = signed_by(&lot, who::SIRI, world.now);
    accepted(world.send_document(&lot, first));
    let second = signed_by(&lot, who::SIRI, world.now + Duration::seconds(1));
    let answer = world.send_document(&lot, second);
    assert_eq!(refused(&answer), [("TSK-same-id-other-bytes".to_owned(), None)]);
    assert_eq!(world.dispensations(), 1);
}

#[test]
fn promise_2_a_document_of_one_pharmacy_is_not_given_to_another_that_sends_it_again() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    accepted(world.send_document(&lot, document.clone()));
    let answer = world.send_as(&lot, document, &Sending::of(who::SIRI, LAHDE));
    assert_eq!(refused(&answer), [("TSK-organisation-mismatch".to_owned(), None)]);
}

#[test]
fn promise_4_a_header_that_says_other_than_its_body_is_refused_header_body_check() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    // The signature covers the body only: another encounter time in the header leaves it whole.
    let document = signed_by(&lot, who::SIRI, world.now);
    let (head, body) = std::str::from_utf8(&document).unwrap().split_once("<encompassingEncounter>").unwrap();
    let at = lot.dispensed_at.format("%Y%m%d%H%M%S").to_string();
    let other = (lot.dispensed_at - Duration::seconds(60)).format("%Y%m%d%H%M%S").to_string();
    let told = format!("{head}<encompassingEncounter>{}", body.replacen(&at, &other, 1)).into_bytes();
    assert_ne!(told, document);
    assert!(signing::verify(&told).unwrap().iter().all(|s| s.outcome.is_ok()), "the signature still holds");
    let answer = world.send_document(&lot, told);
    let codes = refused(&answer);
    assert!(!codes.is_empty() && codes.iter().all(|(code, _)| code == "TSK-header-body-mismatch"), "{codes:?}");
    assert_eq!(world.dispensations(), 0);
}

#[test]
fn an_unsigned_dispensation_is_refused_signature_check() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    kept_out(&world, &world.send_document(&lot, document(&lot)), "TSK-signature-missing", None);
}

#[test]
fn a_body_that_was_changed_after_signing_is_refused_signature_check() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let tampered = changed(&document, &lot.label_dosage, "9 tablettia tarvittaessa 9 kertaa vuorokaudessa.");
    let answer = world.send_document(&lot, tampered);
    kept_out(&world, &answer, "TSK-signature-invalid", Some("signature-body-changed"));
}

#[test]
fn a_document_wrapped_around_another_is_refused_signature_check() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    let text = std::str::from_utf8(&document).unwrap();
    let (from, to) = (text.find("<structuredBody").unwrap(), text.find("</structuredBody>").unwrap());
    let body = &text[from..to + "</structuredBody>".len()];
    // The signed body is kept aside, and another stands in its place: beside it, or where nobody reads.
    let other = body.replace(&lot.label_dosage, "9 tablettia.").replacen(" ID=\"", " ID=\"other-", 1);
    for (aside, code, detail) in [
        (body.to_owned(), "4Y00007", "document-fact-repeated"),
        (format!("<aside xmlns=\"urn:aside\">{body}</aside>"), "TSK-signature-invalid", "document-two-bodies"),
    ] {
        let kept = format!("{aside}</ClinicalDocument>");
        let wrapped = text.replacen(body, &other, 1).replacen("</ClinicalDocument>", &kept, 1);
        kept_out(&world, &world.send_document(&lot, wrapped.into_bytes()), code, Some(detail));
    }
}

#[test]
fn a_system_signature_is_no_professional_signature() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let unsigned = document(&lot);
    let signing = signing::Signing {
        document: &unsigned,
        kind: signing::SignatureKind::System,
        signed_at: time::finnish_with_offset(world.now),
        id_seed: "pharmacy",
    };
    let folder = pki();
    let (certificate, key) =
        (folder.read("systems/kuusen-apteekki/cert.der"), folder.read("systems/kuusen-apteekki/key.der"));
    let mut system = SoftwareSigner::from_pkcs8(&certificate.unwrap(), &key.unwrap()).unwrap();
    let signed = signing::sign(&signing, &mut system).unwrap();
    kept_out(&world, &world.send_document(&lot, signed), "TSK-signature-missing", None);
    // The kind is not covered by the signature: a system's certificate that calls itself a professional's is found out.
    let professional = signing::Signing { kind: signing::SignatureKind::Professional, ..signing };
    let signed = signing::sign(&professional, &mut system).unwrap();
    let answer = world.send_document(&lot, signed);
    assert!(refused(&answer)[0].0.starts_with("TSK-certificate-"), "{answer:?}");
    assert_eq!(world.dispensations(), 0);
}

#[test]
fn certificates_that_are_revoked_expired_strange_or_for_another_use_are_refused() {
    for (slug, code) in [
        (who::KAISA_REVOKED, "TSK-certificate-revoked"),
        (who::VESA_EXPIRED, "TSK-certificate-expired"),
        (who::TUULA_UNKNOWN_ISSUER, "TSK-certificate-unknown-issuer"),
    ] {
        let mut world = W::new();
        let prescription = world.held(|_| {});
        let mut lot = world.lot(&prescription, &[], 21);
        lot.author = professional(slug);
        let answer = world.send_as(&lot, signed_by(&lot, slug, world.now), &Sending::of(slug, KUUSI));
        assert_eq!(refused(&answer)[0].0, code);
        assert_eq!(world.dispensations(), 0);
    }
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let folder = pki();
    let (certificate, key) =
        (folder.read("people/siri-salminen/auth.cert.der"), folder.read("people/siri-salminen/auth.key.der"));
    let mut authentication = SoftwareSigner::from_pkcs8(&certificate.unwrap(), &key.unwrap()).unwrap();
    let answer = world.send_document(&lot, sign(&document(&lot), &mut authentication, world.now));
    assert_eq!(refused(&answer)[0].0, "TSK-certificate-wrong-use");
}

#[test]
fn promise_8_a_certificate_is_judged_when_signing_and_on_receipt() {
    let mut world = W::new();
    let prescription = world.held(|p| p.valid_until = None);
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    // Made in an outage, and sent six years later: the card has expired since.
    world.days_pass(6 * 365);
    let late = Sending { late: true, ..Sending::of(who::SIRI, KUUSI) };
    let answer = world.send_as(&lot, document, &late);
    assert_ne!(refused(&answer)[0].0, "TSK-clock-difference");
    assert_eq!(world.dispensations(), 0);
}

#[test]
fn promise_8_signer_author_and_stated_user_are_one() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let answer = world.send_document(&lot, signed_by(&lot, who::PETRI, world.now));
    kept_out(&world, &answer, "TSK-signer-mismatch", Some("author"));
    let signed = signed_by(&lot, who::SIRI, world.now);
    let answer = world.send_as(&lot, signed.clone(), &Sending::of(who::PETRI, KUUSI));
    kept_out(&world, &answer, "TSK-signer-mismatch", Some("user"));
    let nobody = Sending { user: None, ..Sending::of(who::SIRI, KUUSI) };
    kept_out(&world, &world.send_as(&lot, signed, &nobody), "TSK-signer-mismatch", Some("user"));
}

#[test]
fn promise_8_the_organisation_is_the_certificates() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let signed = signed_by(&lot, who::SIRI, world.now);
    let stated = Sending { caller: LAHDE, ..Sending::of(who::SIRI, KUUSI) };
    kept_out(&world, &world.send_as(&lot, signed.clone(), &stated), "TSK-organisation-mismatch", Some("message"));
    let other = Sending::of(who::SIRI, LAHDE);
    kept_out(&world, &world.send_as(&lot, signed, &other), "TSK-organisation-mismatch", Some("document"));
}

#[test]
fn promise_8_the_right_holds_today_in_the_register_whatever_the_card_says() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let mut lot = world.lot(&prescription, &[], 21);
    lot.author = professional(who::RAUNI_RIGHT_ENDED);
    let signed = signed_by(&lot, who::RAUNI_RIGHT_ENDED, world.now);
    let answer = world.send_as(&lot, signed, &Sending::of(who::RAUNI_RIGHT_ENDED, KUUSI));
    kept_out(&world, &answer, "TSK-right-missing", Some("register"));
}

#[test]
fn a_register_that_is_read_anew_counts_at_once() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let without_siri = centre::register::BUILT_IN.replace("99900000011", "99900000999");
    world.centre.replace_register(centre::register::Register::parse(&without_siri).unwrap());
    kept_out(&world, &world.send(&lot), "TSK-right-missing", Some("register"));
}

#[test]
fn di_3_a_student_prepares_and_does_not_sign() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let mut lot = world.lot(&prescription, &[], 21);
    lot.author = professional(who::ONNI);
    let signed = signed_by(&lot, who::ONNI, world.now);
    let answer = world.send_as(&lot, signed, &Sending::of(who::ONNI, KUUSI));
    kept_out(&world, &answer, "TSK-right-missing", Some("DI-3"));
}

#[test]
fn promise_8_times_lie_within_five_minutes_unless_made_in_an_outage() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let made = world.now;
    let lot = world.lot(&prescription, &[], 21);
    let signed = signed_by(&lot, who::SIRI, made);
    world.now = made + Duration::seconds(301);
    kept_out(&world, &world.send_document(&lot, signed.clone()), "TSK-clock-difference", Some("signed"));
    // A dispensing time of before, signed now.
    let again = signed_by(&lot, who::SIRI, world.now);
    kept_out(&world, &world.send_document(&lot, again), "TSK-clock-difference", Some("dispensed"));
    // The Centre's clock goes after the pharmacy's by more than is tolerated: not even an outage explains that.
    world.now = made - Duration::seconds(302);
    let late = Sending { late: true, ..Sending::of(who::SIRI, KUUSI) };
    kept_out(&world, &world.send_as(&lot, signed.clone(), &late), "TSK-clock-difference", Some("signed"));
    // By less than that it is tolerated, either way.
    world.now = made + Duration::hours(20);
    accepted(world.send_as(&lot, signed, &late));
}

#[test]
fn a_pharmacys_clock_may_go_before_by_less_than_five_minutes() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    world.now += Duration::seconds(290);
    let lot = world.lot(&prescription, &[], 21);
    let signed = signed_by(&lot, who::SIRI, world.now);
    world.now -= Duration::seconds(290);
    accepted(world.send_document(&lot, signed));
}

#[test]
fn a_prescription_that_is_not_held_is_unknown() {
    let mut world = W::new();
    let prescription = world.prescribed(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    kept_out(&world, &world.send(&lot), "TSK-prescription-unknown", None);
}

#[test]
fn a_dispensation_for_another_patient_than_the_prescription_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let mut lot = world.lot(&prescription, &[], 21);
    lot.patient.identity_code = Some(prescription::PersonIdentityCode::as_stated("051275-933B"));
    lot.patient.birth_date = lot.patient.identity_code.as_ref().and_then(|code| code.birth_date());
    kept_out(&world, &world.send(&lot), "4Y00007", Some("prescription-patient"));
}

#[test]
fn promise_8_a_prescription_that_a_pharmacist_sends_is_not_its_prescribers() {
    let mut world = W::new();
    let prescription = world.prescribed(|_| {});
    let mut lot = world.lot(&prescription, &[], 21);
    let signed = sign(&written(&prescription), &mut pki().professional(who::LAURI_PRESCRIBER).unwrap(), world.now);
    lot.reference = prescription.reference.clone();
    kept_out(&world, &world.send_document(&lot, signed), "TSK-signer-mismatch", Some("user"));
}

#[test]
fn a_message_that_announces_another_document_than_it_carries_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let signed = signed_by(&lot, who::SIRI, world.now);
    let other = world.lot(&prescription, &[], 21);
    kept_out(&world, &world.send_document(&other, signed), "4Y00007", Some("stated-reference"));
}

#[test]
fn promise_9_a_person_who_may_be_alive_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let mut lot = world.lot(&prescription, &[], 21);
    lot.patient.identity_code = Some(prescription::PersonIdentityCode::as_stated("010181-1234"));
    let answer = world.send(&lot);
    kept_out(&world, &answer, "5Y00009", Some("identity-code-not-artificial"));
}

#[test]
fn di_18_a_dispensation_from_a_version_that_was_corrected_is_refused() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let correction = String::from_utf8(written(&prescription))
        .unwrap()
        .replacen("<code code=\"1\"", "<code code=\"3\"", 1)
        .replacen("<versionNumber value=\"1\"", "<versionNumber value=\"2\"", 1)
        .replacen("<id root=\"1.2.246.10.99999903.93.2026.1\"", "<id root=\"1.2.246.10.99999903.93.2026.2\"", 1);
    let stored = world.centre.load(correction.as_bytes(), world.now).unwrap();
    assert_eq!(stored.document_type, DocumentType::Correction);
    let answer = world.send(&lot);
    assert!(rules(&answer).contains(&"DI-18".to_owned()));
    assert_eq!(world.dispensations(), 0);
}

#[test]
fn si_1_a_prescription_without_a_signature_is_held_and_not_dispensable() {
    let mut world = W::new();
    let prescription = world.prescribed(|_| {});
    let loaded = world.centre.load(&written(&prescription), world.now).unwrap();
    assert_eq!(loaded.trust, prescription::SignatureTrust::Unsigned);
    let lot = world.lot(&prescription, &[], 21);
    assert_eq!(rules(&world.send(&lot)), ["SI-1"]);
}

#[test]
fn si_1_a_prescription_whose_signature_does_not_hold_is_held_and_not_dispensable() {
    let mut world = W::new();
    let prescription = world.prescribed(|_| {});
    // Signed by somebody else than its author.
    let stranger = sign(&written(&prescription), &mut pki().professional(who::LEENA_PRESCRIBER).unwrap(), world.now);
    assert_eq!(world.centre.load(&stranger, world.now).unwrap().trust, prescription::SignatureTrust::Broken);
    let lot = world.lot(&prescription, &[], 21);
    assert_eq!(rules(&world.send(&lot)), ["SI-1"]);
}

#[test]
fn di_7_more_than_is_left_is_refused_remaining_amount_check() {
    let mut world = W::new();
    let prescription = world.held(|p| {
        p.iteration = None;
        p.control = None;
        p.quantity = Quantity::total(prescription::Amount::new(21, "fol")).unwrap();
    });
    let first = world.lot(&prescription, &[], 14);
    accepted(world.send(&first));
    // The pharmacy does not know of the first lot: it states what would be right without it.
    let second = world.lot(&prescription, &[], 14);
    let answer = world.send(&second);
    assert!(rules(&answer).contains(&"DI-7".to_owned()), "{answer:?}");
    assert_eq!(world.dispensations(), 1);
}

#[test]
fn di_7e_a_wrong_statement_of_what_remains_is_refused_remaining_amount_check() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let mut lot = world.lot(&prescription, &[], 21);
    lot.remaining.text = Some("4X21".into());
    assert_eq!(rules(&world.send(&lot)), ["DI-7e"]);
}

#[test]
fn every_use_leaves_an_entry_of_a_chain_that_holds() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    let document = signed_by(&lot, who::SIRI, world.now);
    accepted(world.send_document(&lot, document.clone()));
    accepted(world.send_document(&lot, document));
    world.search(&[AINO]).unwrap();
    let events: Vec<String> = world.logged().into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, ["load", "store", "store", "search"]);
    assert!(centre::verify::verify(world.centre.store()).unwrap().is_sound());
    let told = world.centre.store().log(1, 1).unwrap()[0].told().unwrap();
    assert_eq!(told.organisation.unwrap().as_str(), KUUSI);
    assert_eq!(told.user.as_deref(), Some("99900000011"));
    assert!(!told.user_stated, "in a signed document the user is proven");
    assert_eq!(told.right.as_deref(), Some("005"));
    assert_eq!(told.people, [AINO]);
    let searched = world.centre.store().log(3, 1).unwrap()[0].told().unwrap();
    assert!(searched.user_stated, "in a search the user is only stated");
}
