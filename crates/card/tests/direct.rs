//! The FINEID application against the virtual card in the same process: PINs, signatures, faults at every step.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{CardError, CardSession, Pin, PinSlot, PinStatus, authentication_hash, verify_authentication};
use signing::{DigestToSign, HashAlgorithm};
use support::{Keys, direct, openssl_judges, person};
use virtual_card::{Fault, Pin2Mode, Profile};

fn pin1() -> Pin {
    Pin::new("1234").unwrap()
}

fn pin2() -> Pin {
    Pin::new("123456").unwrap()
}

fn wrong() -> Pin {
    Pin::new("9999").unwrap()
}

fn digest(filler: u8) -> DigestToSign {
    DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![filler; 48] }
}

#[test]
fn every_kind_of_key_signs_and_openssl_agrees() {
    for keys in [Keys::P384, Keys::Rsa2048, Keys::Rsa3072] {
        let person = person(keys);
        for t0 in [false, true] {
            let reader = direct(person.path(), Profile { t0, ..Profile::default() });
            let mut session = reader.session();
            let sha256 = DigestToSign { hash: HashAlgorithm::Sha256, digest: vec![3; 32] };
            let signatures = session.sign(&pin2(), &[digest(1), sha256.clone()]).unwrap();
            for (request, signature) in [digest(1), sha256].iter().zip(&signatures) {
                assert!(
                    openssl_judges(person.path(), "sign.cert.der", keys, &request.digest, signature),
                    "{keys:?} {t0}"
                );
            }
            assert!(!openssl_judges(person.path(), "sign.cert.der", keys, &[9; 48], &signatures[0]));
        }
    }
}

#[test]
fn identity_needs_no_pin_and_finds_certificates_by_their_usage() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile::default());
    let identity = reader.session().identity().unwrap();
    assert_eq!(identity.authentication_certificate, std::fs::read(person.path().join("auth.cert.der")).unwrap());
    assert_eq!(identity.signature_certificate, std::fs::read(person.path().join("sign.cert.der")).unwrap());
    assert_eq!(identity.serial, reader.with_card(|card| card.serial()));
    assert_eq!(reader.pins_sent(), 0);
}

#[test]
fn a_login_challenge_is_signed_by_the_authentication_key_only() {
    for (keys, hash) in [(Keys::P384, HashAlgorithm::Sha384), (Keys::Rsa2048, HashAlgorithm::Sha256)] {
        let person = person(keys);
        let mut session = direct(person.path(), Profile::default()).session();
        let identity = session.identity().unwrap();
        let signature = session.authenticate(&pin1(), b"tiski login 1").unwrap();
        assert_eq!(authentication_hash(&identity.authentication_certificate), Ok(hash));
        verify_authentication(&identity.authentication_certificate, b"tiski login 1", &signature).unwrap();
        let other = verify_authentication(&identity.authentication_certificate, b"tiski login 2", &signature);
        assert_eq!(other, Err(CardError::SignatureInvalid));
        if keys == Keys::P384 {
            let other = verify_authentication(&identity.signature_certificate, b"tiski login 1", &signature);
            assert_eq!(other, Err(CardError::SignatureInvalid));
        }
    }
}

#[test]
fn a_wrong_pin_is_sent_once_and_the_last_try_is_kept() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile { pin2_tries: 3, ..Profile::default() });
    let mut session = reader.session();
    assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(3) }));
    assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::PinWrong { left: Some(2) }));
    assert_eq!(reader.pins_sent(), 1);
    assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::PinWrong { left: Some(1) }));
    assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::LastTry(PinSlot::Pin2)));
    assert_eq!(reader.pins_sent(), 2, "nothing was sent on the last try");
    session.allow_last_try(PinSlot::Pin1);
    assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::LastTry(PinSlot::Pin2)), "leave is for one PIN");
    session.allow_last_try(PinSlot::Pin2);
    assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::PinBlocked(PinSlot::Pin2)));
    assert_eq!(reader.pins_sent(), 3);
    assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Blocked));
    assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::PinBlocked(PinSlot::Pin2)));
    assert_eq!(reader.pins_sent(), 3);
    assert_eq!(session.pin_status(PinSlot::Pin1), Ok(PinStatus::Ready { left: Some(5) }), "PIN1 is another matter");
}

#[test]
fn a_right_pin_on_the_allowed_last_try_gives_all_tries_back() {
    let person = person(Keys::P384);
    let mut session = direct(person.path(), Profile { pin1_tries: 2, ..Profile::default() }).session();
    assert_eq!(session.authenticate(&wrong(), b"x"), Err(CardError::PinWrong { left: Some(1) }));
    session.allow_last_try(PinSlot::Pin1);
    session.authenticate(&pin1(), b"x").unwrap();
    assert_eq!(session.pin_status(PinSlot::Pin1), Ok(PinStatus::Ready { left: Some(2) }));
}

#[test]
fn many_documents_take_one_pin_and_a_card_for_single_signatures_one_each() {
    for (mode, sent) in [(Pin2Mode::Sticky, 1), (Pin2Mode::Each, 3)] {
        let person = person(Keys::P384);
        let reader = direct(person.path(), Profile { pin2_mode: mode, ..Profile::default() });
        let mut session = reader.session();
        let signatures = session.sign(&pin2(), &[digest(1), digest(2), digest(3)]).unwrap();
        assert_eq!(signatures.len(), 3);
        assert_eq!(reader.pins_sent(), sent);
        let status = session.pin_status(PinSlot::Pin2);
        assert_eq!(status, Ok(PinStatus::Ready { left: Some(5) }), "the PIN's effect ended with the signature");
    }
}

/// The place of the second VERIFY when two documents are signed on a card that wants PIN2 for each: select, tries, PIN,
/// MSE, PSO; MSE, PSO refused, PIN.
const SECOND_PIN: u32 = 8;

#[test]
fn decision_8_a_refused_pin_is_never_given_again_even_to_a_card_that_asks_each_time() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile { pin2_mode: Pin2Mode::Each, ..Profile::default() });
    let mut session = reader.session();
    session.identity().unwrap();
    // Refused at the first document: nothing more is sent for the other two.
    let three = [digest(1), digest(2), digest(3)];
    assert_eq!(session.sign(&wrong(), &three), Err(CardError::PinWrong { left: Some(4) }));
    assert_eq!(reader.pins_sent(), 1);
    // Accepted for the first and refused for the second: it ends there, and no signature is given out.
    for (answer, error) in [
        ([0x63, 0xC2], CardError::PinWrong { left: Some(2) }),
        ([0x63, 0xC0], CardError::PinBlocked(PinSlot::Pin2)),
        ([0x69, 0x83], CardError::PinBlocked(PinSlot::Pin2)),
        ([0x6F, 0x00], CardError::Protocol(0x6F00)),
    ] {
        let before = reader.pins_sent();
        reader.with_card(|card| card.fail_at(SECOND_PIN, Fault::Answer(answer.to_vec())));
        assert_eq!(session.sign(&pin2(), &three), Err(error));
        assert_eq!(reader.pins_sent(), before + 2, "once accepted, once refused, never after that");
    }
    // Accepted again, and the card refuses the signature all the same: it is not asked a third time.
    let before = reader.pins_sent();
    reader.with_card(|card| card.fail_at(SECOND_PIN + 2, Fault::Answer(vec![0x69, 0x82])));
    assert_eq!(session.sign(&pin2(), &three), Err(CardError::Protocol(0x6982)));
    assert_eq!(reader.pins_sent(), before + 2);
    // A transaction that ended has used its PIN up: the next one begins with the person's own, once.
    assert_eq!(session.sign(&pin2(), &[digest(1)]).unwrap().len(), 1);
    assert_eq!(reader.pins_sent(), before + 3);
}

#[test]
fn a_strange_answer_at_any_step_is_an_error_and_no_pin_goes_twice() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile::default());
    let mut session = reader.session();
    session.identity().unwrap();
    for answer in [&[0x6F, 0x00][..], &[0x90], &[0x6C, 0x10], &[0x61, 0x10], &[0x63, 0x00], &[1, 2, 3, 0x90, 0x00]] {
        for step in 1..=5 {
            let pins = reader.pins_sent();
            reader.with_card(|card| card.fail_at(step, Fault::Answer(answer.to_vec())));
            let _ = session.sign(&pin2(), &[digest(1)]); // some answers are harmless at some steps
            assert!(reader.pins_sent() <= pins + 1, "{answer:02X?} at step {step}");
            reader.with_card(virtual_card::Card::insert);
        }
    }
}

#[test]
fn a_signature_that_does_not_fit_the_certificate_is_not_given_out() {
    let (person, other) = (person(Keys::P384), person(Keys::P384));
    std::fs::copy(other.path().join("sign.key.der"), person.path().join("sign.key.der")).unwrap();
    let mut session = direct(person.path(), Profile::default()).session();
    assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::SignatureInvalid));
}

#[test]
fn a_card_that_was_not_activated_is_told_so_before_a_pin_is_sent() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile { activated: false, ..Profile::default() });
    let mut session = reader.session();
    session.identity().unwrap();
    assert_eq!(session.pin_status(PinSlot::Pin1), Ok(PinStatus::NotActivated));
    assert_eq!(session.authenticate(&pin1(), b"x"), Err(CardError::NotActivated));
    assert_eq!(reader.pins_sent(), 0);
}

#[test]
fn what_cannot_be_signed_never_reaches_the_card() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile::default());
    let mut session = reader.session();
    let short = DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![1; 32] };
    for digests in [vec![], vec![short], vec![digest(1); 33]] {
        assert_eq!(session.sign(&pin2(), &digests), Err(CardError::Unsignable));
    }
    assert_eq!(reader.pins_sent(), 0);
}
