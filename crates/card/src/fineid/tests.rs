//! Exact conversations with a scripted card.

use super::*;
use crate::script::tests::script;
use signing::HashAlgorithm;

const PIN1: PinSlot = PinSlot::Pin1;
const PIN2: PinSlot = PinSlot::Pin2;

fn pin() -> Pin {
    Pin::new("123456").unwrap()
}

/// A key that verifies nothing here; these tests look at the conversation up to the signature.
fn p384() -> PublicKey {
    let key = p384::ecdsa::SigningKey::from_slice(&[1; 48]).unwrap();
    PublicKey::P384(*key.verifying_key())
}

fn digest() -> DigestToSign {
    DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![7; 48] }
}

#[test]
fn the_profile_is_found_without_spending_a_try() {
    let mut professional = script(&[("00200011", "6A88"), ("00200003", "63C5")]);
    assert_eq!(Scheme::probe(&mut professional).unwrap(), Scheme::Organisational);
    professional.finished().unwrap();
    let mut citizen = script(&[("00200011", "63C5")]);
    assert_eq!(Scheme::probe(&mut citizen).unwrap(), Scheme::Citizen);
    let mut stranger = script(&[("00200011", "6A88"), ("00200003", "6A88")]);
    assert_eq!(Scheme::probe(&mut stranger), Err(CardError::UnknownCard));
    let mut not_activated = script(&[("00200011", "6A88"), ("00200003", "6984")]);
    assert_eq!(Scheme::probe(&mut not_activated).unwrap(), Scheme::Organisational);
}

#[test]
fn an_organisation_card_gets_bare_digits_and_an_inline_digest() {
    let signature = "11".repeat(96) + "9000";
    let pso = "002A9E9A 30".to_owned() + &"07".repeat(48) + "60";
    let mut card = script(&[
        ("00A4040C 06 452E5349474E", "9000"),
        ("00200004 06 313233343536", "9000"),
        ("002241B6 06 800154 840182", "9000"),
        (&pso, &signature),
    ]);
    Scheme::Organisational.select_folder(&mut card, PIN2).unwrap();
    verify(&mut card, Scheme::Organisational, PIN2, &pin()).unwrap();
    let made = sign_one(&mut card, Scheme::Organisational, PIN2, &p384(), &digest(), None).unwrap();
    assert_eq!(made, [0x11; 96]);
    card.finished().unwrap();
}

#[test]
fn a_citizen_card_gets_a_padded_pin_and_pso_hash() {
    let signature = "11".repeat(96) + "9000";
    let hash = "002A90A0 32 9030".to_owned() + &"07".repeat(48);
    let mut card = script(&[
        ("00A4040C 0C A000000063504B43532D3135", "9000"),
        ("00200082 0C 313233343536000000000000", "9000"),
        ("002241B6 06 800154 840102", "9000"),
        (&hash, "9000"),
        ("002A9E9A60", &signature),
    ]);
    Scheme::Citizen.select_folder(&mut card, PIN2).unwrap();
    verify(&mut card, Scheme::Citizen, PIN2, &pin()).unwrap();
    sign_one(&mut card, Scheme::Citizen, PIN2, &p384(), &digest(), None).unwrap();
    card.finished().unwrap();
}

#[test]
fn a_wrong_pin_is_sent_once_and_tells_the_tries_left() {
    let outcomes = [
        ("63C2", CardError::PinWrong { left: Some(2) }),
        ("63C0", CardError::PinBlocked(PIN1)),
        ("6983", CardError::PinBlocked(PIN1)),
        ("6300", CardError::PinWrong { left: None }),
        ("6984", CardError::NotActivated),
        ("6F00", CardError::Protocol(0x6F00)),
        ("", CardError::CardRemoved),
    ];
    for (answer, error) in outcomes {
        let mut card = script(&[("00200003 06 313233343536", answer)]);
        assert_eq!(verify(&mut card, Scheme::Organisational, PIN1, &pin()), Err(error));
        card.finished().unwrap();
    }
}

#[test]
fn the_last_try_needs_leave() {
    let ready = |left| PinStatus::Ready { left };
    assert_eq!(check_tries(ready(Some(1)), PIN2, false), Err(CardError::LastTry(PIN2)));
    assert_eq!(check_tries(ready(Some(1)), PIN2, true), Ok(()));
    assert_eq!(check_tries(ready(Some(2)), PIN2, false), Ok(()));
    assert_eq!(check_tries(ready(None), PIN2, false), Ok(()));
    assert_eq!(check_tries(PinStatus::Verified, PIN2, false), Ok(()));
    assert_eq!(check_tries(PinStatus::Blocked, PIN1, true), Err(CardError::PinBlocked(PIN1)));
    assert_eq!(check_tries(PinStatus::NotActivated, PIN1, true), Err(CardError::NotActivated));
}

#[test]
fn a_blocked_pin_is_told_from_one_that_was_never_set() {
    let status = |lines: &[(&str, &str)]| Scheme::Organisational.pin_status(&mut script(lines), PIN2);
    assert_eq!(status(&[("00200004", "6983")]), Ok(PinStatus::Blocked));
    let question = "00CB00FF 05 A003830104 00";
    assert_eq!(
        status(&[("00200004", "6984"), (question, "A00BDF2104 05FFA502 DF2F0100 9000")]),
        Ok(PinStatus::NotActivated)
    );
    assert_eq!(
        status(&[("00200004", "6984"), (question, "A00BDF2104 00FFA502 DF2F0101 9000")]),
        Ok(PinStatus::Blocked)
    );
    assert_eq!(status(&[("00200004", "6984"), (question, "6A88")]), Ok(PinStatus::Blocked));
}

#[test]
fn a_card_that_wants_the_pin_for_each_signature_gets_it_for_the_second_only() {
    let pso = "002A9E9A 30".to_owned() + &"07".repeat(48) + "60";
    let mse = "002241B6 06 800154 840182";
    let signature = "11".repeat(96) + "9000";
    let mut first = script(&[(mse, "9000"), (&pso, "6982")]);
    let refused = sign_one(&mut first, Scheme::Organisational, PIN2, &p384(), &digest(), None);
    assert_eq!(refused, Err(CardError::Protocol(0x6982)), "a PIN that did not help is not sent again");
    first.finished().unwrap();
    let mut second = script(&[
        (mse, "9000"),
        (&pso, "6982"),
        ("00200004 06 313233343536", "9000"),
        (mse, "9000"),
        (&pso, &signature),
    ]);
    sign_one(&mut second, Scheme::Organisational, PIN2, &p384(), &digest(), Some(&pin())).unwrap();
    second.finished().unwrap();
}
