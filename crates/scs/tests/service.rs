//! The access against a service of our own that speaks as DVV's does, over real TLS on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{
    CardAccess, CardError, CardEvent, CardSession, Pin, PinSlot, PinStatus, verify_authentication, verify_signature,
};
use scs::{ScsAccess, Settings, SetupError};
use signing::{DigestToSign, HashAlgorithm};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use support::{Manner, Service, wait_for};
use test_authority::{Authority, Pair, People, who};

/// Two persons with P-384 keys, one with RSA: certificates and keys for authentication and for signatures.
static PEOPLE: LazyLock<BTreeMap<&str, [Pair; 2]>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let slugs = [who::SIRI, who::SOFIA, who::PETRI];
    let people = People::built_in().unwrap().only(&slugs);
    let authority = Authority::create_for(folder.path(), std::time::SystemTime::now().into(), people).unwrap();
    let pairs = |slug| [authority.authentication(slug).unwrap(), authority.signature(slug).unwrap()];
    slugs.map(|slug| (slug, pairs(slug))).into()
});

fn card_of(slug: &str) -> [Pair; 2] {
    PEOPLE[slug].clone()
}

fn digests() -> [DigestToSign; 3] {
    [1, 2, 3].map(|filler| DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![filler; 48] })
}

fn elsewhere() -> Pin {
    Pin::entered_elsewhere()
}

fn open(access: &ScsAccess) -> Box<dyn CardSession> {
    access.open(&ScsAccess::reader()).unwrap()
}

#[test]
fn a_card_behind_the_service_logs_in_and_signs_like_any_other() {
    for (whose, manner) in [(who::SIRI, Manner::Signs), (who::SIRI, Manner::SignsInDer), (who::PETRI, Manner::Signs)] {
        let service = Service::start(card_of(whose));
        service.set(|inside| inside.manner = manner);
        let (access, events) = service.access();
        wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
        assert_eq!(access.readers().len(), 1);
        let mut session = open(&access);
        let identity = session.identity().unwrap();
        assert!(!session.identity_asks() && !open(&access).identity_asks(), "known by now");
        assert_eq!(identity.signature_certificate, PEOPLE[whose][1].certificate);
        assert_eq!(service.asked(), 2, "a signature with each key tells whose they are");
        let login = session.authenticate(&elsewhere(), b"challenge").unwrap();
        verify_authentication(&identity.authentication_certificate, b"challenge", &login).unwrap();
        let signatures = session.sign(&elsewhere(), &digests()).unwrap();
        for (request, signature) in digests().iter().zip(&signatures) {
            verify_signature(&identity.signature_certificate, request, signature).unwrap();
        }
        assert_eq!(service.asked(), 6, "one consent each, and the card is known by now");
        assert_eq!(open(&access).identity().unwrap(), identity);
        assert_eq!(service.asked(), 6);
        let inside = service.inside.lock().unwrap();
        assert!(inside.heads.iter().all(|head| head.contains("Origin: https://tiski.invalid\r\n")));
        assert_eq!(inside.requests[3]["contentType"], "digest", "a document's content never leaves this program");
    }
}

#[test]
fn what_the_service_cannot_tell_is_not_made_up() {
    let service = Service::start(card_of(who::SIRI));
    let (access, _events) = service.access();
    let mut session = open(&access);
    assert!(session.identity_asks(), "whose card it is would cost the person two windows");
    assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: None }));
    assert_eq!(session.has_keypad(), Ok(true));
    let typed = Pin::new("123456").unwrap();
    assert_eq!(session.sign(&typed, &digests()), Err(CardError::PinElsewhere));
    assert_eq!(session.authenticate(&typed, b"x"), Err(CardError::PinElsewhere));
    assert_eq!(service.asked(), 0, "a PIN that was typed here goes nowhere");
    service.set(|inside| inside.digests = false);
    assert_eq!(open(&access).sign(&elsewhere(), &digests()), Err(CardError::Unsignable));
    assert_eq!(access.open(&card::ReaderId("other".to_owned())).map(|_| ()), Err(CardError::NoReader));
}

#[test]
fn nothing_is_given_out_that_is_refused_or_does_not_verify() {
    let service = Service::start(card_of(who::SIRI));
    let (access, _events) = service.access();
    let mut session = open(&access);
    session.identity().unwrap();
    for (manner, error) in [
        (Manner::Fails(401), CardError::Service(401)),
        (Manner::SignsSomethingElse, CardError::SignatureInvalid),
        (Manner::Chatters, CardError::ServiceDown),
    ] {
        service.set(|inside| inside.manner = manner);
        let before = service.asked();
        assert_eq!(session.sign(&elsewhere(), &digests()), Err(error));
        assert_eq!(service.asked(), before + 1, "nothing is asked again");
    }
    service.set(|inside| inside.manner = Manner::Signs);
    assert_eq!(session.sign(&elsewhere(), &digests()).unwrap().len(), 3);
}

#[test]
fn another_card_is_noticed_at_its_first_signature_which_is_thrown_away() {
    let service = Service::start(card_of(who::SIRI));
    let (access, events) = service.access();
    wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
    let mut session = open(&access);
    let siri = session.identity().unwrap();
    service.set(|inside| inside.card = card_of(who::SOFIA));
    assert_eq!(session.sign(&elsewhere(), &digests()), Err(CardError::CardRemoved));
    wait_for(&events, |event| matches!(event, CardEvent::CardRemoved { .. }));
    wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
    let sofia = open(&access).identity().unwrap();
    assert_ne!(sofia.serial, siri.serial);
}

#[test]
fn a_service_that_goes_and_one_that_is_not_believed() {
    let service = Service::start(card_of(who::SIRI));
    let (access, events) = service.access();
    wait_for(&events, |event| *event == CardEvent::ServiceUp);
    open(&access).identity().unwrap();
    let stranger = Service::start(card_of(who::SIRI));
    let settings = Settings { port: service.port, ..stranger.settings() };
    let misled = ScsAccess::start(&settings).unwrap();
    wait_for(&misled.events(), |event| *event == CardEvent::ServiceDown);
    let opened = misled.open(&ScsAccess::reader()).map(|_| ());
    assert_eq!(opened, Err(CardError::ServiceDown), "whoever listens there must have the known certificate");
    service.close();
    wait_for(&events, |event| matches!(event, CardEvent::CardRemoved { .. }));
    wait_for(&events, |event| *event == CardEvent::ServiceDown);
    assert!(access.readers().is_empty());
    let started = Instant::now();
    drop(access);
    assert!(started.elapsed() < Duration::from_secs(4), "the watch ends when asked");
}

#[test]
fn a_person_who_enters_no_pin_is_waited_for_so_long_and_no_longer() {
    let service = Service::start(card_of(who::SIRI));
    let settings = Settings { patience: Duration::from_millis(700), ..service.settings() };
    let access = ScsAccess::start(&settings).unwrap();
    service.set(|inside| inside.manner = Manner::Silent);
    let started = Instant::now();
    assert_eq!(open(&access).identity(), Err(CardError::PinTimeout));
    assert!((600..3000).contains(&started.elapsed().as_millis()));
    service.set(|inside| inside.deaf = true);
    assert_eq!(
        access.open(&ScsAccess::reader()).map(|_| ()),
        Err(CardError::ServiceDown),
        "nobody was asked for a PIN"
    );
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[test]
fn a_file_of_certificates_is_pem_or_one_in_der() {
    let der = &PEOPLE[who::SIRI][0].certificate;
    let pem = |der: &[u8]| {
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", support::base64(der)).into_bytes()
    };
    assert_eq!(scs::certificates(der), std::slice::from_ref(der));
    let two = [pem(der), pem(&PEOPLE[who::SOFIA][0].certificate)].concat();
    assert_eq!(scs::certificates(&two), [der.clone(), PEOPLE[who::SOFIA][0].certificate.clone()]);
}

#[test]
fn settings_that_trust_nobody_or_break_a_header_are_refused() {
    let service = Service::start(card_of(who::SIRI));
    let with = |change: fn(&mut Settings)| {
        let mut settings = service.settings();
        change(&mut settings);
        ScsAccess::start(&settings).map(|_| ())
    };
    assert_eq!(with(|settings| settings.trusted.clear()), Err(SetupError::Trust));
    assert_eq!(with(|settings| settings.trusted = vec![vec![1, 2, 3]]), Err(SetupError::Trust));
    assert_eq!(with(|settings| settings.origin = "x\r\nEvil: y".to_owned()), Err(SetupError::Origin));
}
