//! A PIN that the holder enters on the reader's keypad: the program never has it, the card gets it once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{CardError, CardSession, Pin, PinSlot, PinStatus, verify_authentication};
use direct_card::Typed;
use signing::{DigestToSign, HashAlgorithm};
use support::{Keys, direct, openssl_judges, person};
use virtual_card::{Profile, Scheme};

fn digest() -> DigestToSign {
    DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![1; 48] }
}

#[test]
fn a_pin_from_the_keypad_logs_in_and_signs_on_both_kinds_of_card() {
    for scheme in [Scheme::Organisational, Scheme::Citizen] {
        let person = person(Keys::P384);
        let reader = direct(person.path(), Profile { scheme, ..Profile::default() });
        let mut session = reader.session();
        assert_eq!(session.has_keypad(), Ok(false));
        reader.keypad(Typed::Digits("1234".to_owned()));
        assert_eq!(session.has_keypad(), Ok(true));
        let certificate = session.identity().unwrap().authentication_certificate;
        let signature = session.authenticate(&Pin::entered_elsewhere(), b"challenge").unwrap();
        verify_authentication(&certificate, b"challenge", &signature).unwrap();
        reader.keypad(Typed::Digits("123456".to_owned()));
        let signatures = session.sign(&Pin::entered_elsewhere(), &[digest(), digest()]).unwrap();
        assert!(openssl_judges(person.path(), "sign.cert.der", Keys::P384, &[1; 48], &signatures[1]));
        assert_eq!(reader.pins_sent(), 2);
        // Digits that were typed here work at such a reader too.
        session.sign(&Pin::new("123456").unwrap(), &[digest()]).unwrap();
    }
}

#[test]
fn each_way_in_which_an_entry_on_the_keypad_fails_tells_itself_apart() {
    let person = person(Keys::P384);
    let reader = direct(person.path(), Profile { pin2_tries: 3, ..Profile::default() });
    let mut session = reader.session();
    session.identity().unwrap();
    assert_eq!(session.sign(&Pin::entered_elsewhere(), &[digest()]), Err(CardError::NoKeypad));
    for (typed, error) in [
        (Typed::Cancel, CardError::PinCancelled),
        (Typed::Nothing, CardError::PinTimeout),
        (Typed::Digits("123".to_owned()), CardError::PinLength),
        (Typed::Digits("123456789".to_owned()), CardError::PinLength),
    ] {
        reader.keypad(typed);
        assert_eq!(session.sign(&Pin::entered_elsewhere(), &[digest()]), Err(error));
        assert_eq!(reader.pins_sent(), 0, "no PIN reached the card");
    }
    reader.keypad(Typed::Digits("999999".to_owned()));
    for left in [2, 1] {
        let outcome = session.sign(&Pin::entered_elsewhere(), &[digest()]);
        assert_eq!(outcome, Err(CardError::PinWrong { left: Some(left) }));
    }
    assert_eq!(session.sign(&Pin::entered_elsewhere(), &[digest()]), Err(CardError::LastTry(PinSlot::Pin2)));
    assert_eq!(reader.pins_sent(), 2, "the keypad is not even opened for the last try");
    session.allow_last_try(PinSlot::Pin2);
    let outcome = session.sign(&Pin::entered_elsewhere(), &[digest()]);
    assert_eq!(outcome, Err(CardError::PinBlocked(PinSlot::Pin2)));
    assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Blocked));
}
