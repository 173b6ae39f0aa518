//! The software card behaves towards the program as a card does, and a card of either kind is a signer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{
    CardAccess, CardError, CardEvent, CardSigner, Pin, PinSlot, PinStatus, ReaderId, SoftwareCard,
    verify_authentication,
};
use signing::{DigestToSign, HashAlgorithm, Signer, SignerError};
use support::{Keys, direct, openssl_judges, person};
use virtual_card::Profile;

fn pin(digits: &str) -> Pin {
    Pin::new(digits).unwrap()
}

fn digest() -> DigestToSign {
    DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![7; 48] }
}

#[test]
fn it_logs_in_signs_counts_tries_and_can_be_pulled() {
    let person = person(Keys::P384);
    let card = SoftwareCard::load(person.path(), pin("1234"), pin("123456")).unwrap();
    let events = card.events();
    let mut session = card.open(&SoftwareCard::reader()).unwrap();
    let identity = session.identity().unwrap();
    let login = session.authenticate(&pin("1234"), b"challenge").unwrap();
    verify_authentication(&identity.authentication_certificate, b"challenge", &login).unwrap();
    let signature = session.sign(&pin("123456"), &[digest()]).unwrap().remove(0);
    assert!(openssl_judges(person.path(), "sign.cert.der", Keys::P384, &[7; 48], &signature));
    for left in (1..5).rev() {
        assert_eq!(session.sign(&pin("9999"), &[digest()]), Err(CardError::PinWrong { left: Some(left) }));
    }
    assert_eq!(session.sign(&pin("123456"), &[digest()]), Err(CardError::LastTry(PinSlot::Pin2)));
    session.allow_last_try(PinSlot::Pin2);
    assert_eq!(session.sign(&pin("9999"), &[digest()]), Err(CardError::PinBlocked(PinSlot::Pin2)));
    assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Blocked));
    card.remove();
    assert_eq!(session.identity(), Err(CardError::CardRemoved));
    assert_eq!(card.open(&SoftwareCard::reader()).map(|_| ()), Err(CardError::NoCard));
    card.insert();
    assert_eq!(session.identity(), Err(CardError::CardRemoved), "the old session stays ended");
    assert_eq!(card.open(&ReaderId("other".to_owned())).map(|_| ()), Err(CardError::NoReader));
    let told: Vec<CardEvent> = events.try_iter().collect();
    assert!(matches!(
        told[..],
        [
            CardEvent::ServiceUp,
            CardEvent::ReaderAdded(_),
            CardEvent::CardInserted { .. },
            CardEvent::CardRemoved { .. },
            CardEvent::CardInserted { .. }
        ]
    ));
}

#[test]
fn a_card_is_a_signer_and_its_errors_keep_their_codes() {
    let person = person(Keys::P384);
    let direct = direct(person.path(), Profile { pin2_tries: 2, ..Profile::default() });
    let mut session = direct.session();
    let (right, wrong) = (pin("123456"), pin("9999"));
    {
        let mut signer = CardSigner::new(&mut session, &right).unwrap();
        assert_eq!(signer.certificate(), std::fs::read(person.path().join("sign.cert.der")).unwrap());
        let signature = signer.sign(&[digest()]).unwrap().remove(0);
        assert!(openssl_judges(person.path(), "sign.cert.der", Keys::P384, &[7; 48], &signature));
    }
    let mut signer = CardSigner::new(&mut session, &wrong).unwrap();
    assert_eq!(signer.sign(&[digest()]), Err(SignerError::PinWrong { left: Some(1) }));
    assert_eq!(signer.sign(&[digest()]), Err(SignerError::Custom { code: "pin2-last-try" }));
    assert_eq!(signer.failure(), Some(&CardError::LastTry(PinSlot::Pin2)));
    direct.pull();
    assert_eq!(signer.sign(&[digest()]), Err(SignerError::CardRemoved));
}
