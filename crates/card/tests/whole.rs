//! The whole way: PcscAccess, a real PC/SC daemon, vsmartcard's reader driver, the virtual card. Each test has a world
//! of its own (tests/support/world.rs). Judges from outside: openssl for signatures, OpenSC for the card's files.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{CardAccess, CardError, CardEvent, PcscAccess, Pin, PinSlot, PinStatus, ReaderId, verify_authentication};
use signing::{DigestToSign, HashAlgorithm};
use std::path::Path;
use std::time::{Duration, Instant};
use support::world::{SECOND_READER, access_with_card, in_world, inserted, put_back, reader, removed, wait_for};
use support::{Keys, openssl_judges, person};
use virtual_card::Profile;

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

fn file(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn both_kinds_of_card_log_in_and_sign() {
    in_world("both_kinds_of_card_log_in_and_sign", |world| {
        for (keys, request) in [
            (Keys::P384, digest(7)),
            (Keys::Rsa2048, DigestToSign { hash: HashAlgorithm::Sha256, digest: vec![7; 32] }),
        ] {
            let person = person(keys);
            let card = world.card(person.path(), Profile::default());
            let (access, events) = access_with_card();
            let mut session = access.open(&reader()).unwrap();
            let identity = session.identity().unwrap();
            assert_eq!(identity.authentication_certificate, file(person.path(), "auth.cert.der"));
            assert_eq!(identity.signature_certificate, file(person.path(), "sign.cert.der"));
            let login = session.authenticate(&pin1(), b"challenge").unwrap();
            verify_authentication(&identity.authentication_certificate, b"challenge", &login).unwrap();
            let signatures = session.sign(&pin2(), &[request.clone(), request.clone()]).unwrap();
            for signature in &signatures {
                assert!(openssl_judges(person.path(), "sign.cert.der", keys, &request.digest, signature));
            }
            assert_eq!(card.pins_sent(), 2, "one PIN1, one PIN2 for two documents");
            assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(5) }), "the card was reset");
            card.slot.quit();
            wait_for(&events, removed);
        }
    });
}

/// Without the quick acknowledgement in the virtual card each command takes 44 ms, and this takes two seconds.
#[test]
fn the_reader_driver_does_not_slow_the_card() {
    in_world("the_reader_driver_does_not_slow_the_card", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, _events) = access_with_card();
        let started = Instant::now();
        access.open(&reader()).unwrap().identity().unwrap();
        let took = started.elapsed();
        let commands = card.slot.with_card(|card| card.commands());
        println!("identity took {took:?} with {commands} commands");
        assert!(took < Duration::from_millis(600), "{took:?}");
    });
}

#[test]
fn a_wrong_pin_tells_the_tries_and_is_never_sent_again() {
    in_world("a_wrong_pin_tells_the_tries_and_is_never_sent_again", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile { pin2_tries: 3, ..Profile::default() });
        let (access, _events) = access_with_card();
        let mut session = access.open(&reader()).unwrap();
        assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::PinWrong { left: Some(2) }));
        assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::PinWrong { left: Some(1) }));
        assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::LastTry(PinSlot::Pin2)));
        session.allow_last_try(PinSlot::Pin2);
        assert_eq!(session.sign(&wrong(), &[digest(1)]), Err(CardError::PinBlocked(PinSlot::Pin2)));
        assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::PinBlocked(PinSlot::Pin2)));
        assert_eq!(card.pins_sent(), 3);
        drop(session);
        let mut session = access.open(&reader()).unwrap();
        assert_eq!(session.pin_status(PinSlot::Pin2), Ok(PinStatus::Blocked));
        session.authenticate(&pin1(), b"PIN1 still works").unwrap();
    });
}

#[test]
fn a_pulled_card_is_noticed_within_a_second_and_ends_its_session() {
    in_world("a_pulled_card_is_noticed_within_a_second_and_ends_its_session", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, events) = access_with_card();
        let mut session = access.open(&reader()).unwrap();
        session.identity().unwrap();
        card.slot.remove();
        let noticed = wait_for(&events, removed);
        println!("removal noticed after {noticed:?}");
        assert!(noticed < Duration::from_millis(900), "{noticed:?}");
        assert_eq!(session.pin_status(PinSlot::Pin1), Err(CardError::CardRemoved));
        assert_eq!(access.open(&reader()).map(|_| ()), Err(CardError::NoCard));
        assert_eq!(access.open(&ReaderId("no such".to_owned())).map(|_| ()), Err(CardError::NoReader));
        put_back(&card, &events);
        assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::CardRemoved), "the old session stays ended");
        access.open(&reader()).unwrap().sign(&pin2(), &[digest(1)]).unwrap();
    });
}

#[test]
fn a_card_pulled_while_it_signs_gives_no_signature() {
    in_world("a_card_pulled_while_it_signs_gives_no_signature", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, events) = access_with_card();
        for step in [3, 5] {
            // 1 SELECT, 2 status, 3 VERIFY, 4 MSE, 5 PSO
            let mut session = access.open(&reader()).unwrap();
            session.identity().unwrap();
            card.slot.with_card(|card| card.fail_at(step, virtual_card::Fault::Pull));
            assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::CardRemoved), "at step {step}");
            wait_for(&events, removed);
            put_back(&card, &events);
        }
        let status = access.open(&reader()).unwrap().pin_status(PinSlot::Pin2);
        assert_eq!(status, Ok(PinStatus::Ready { left: Some(5) }));
    });
}

#[test]
fn a_hand_that_pulls_a_slow_card_is_faster_than_the_card() {
    in_world("a_hand_that_pulls_a_slow_card_is_faster_than_the_card", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile { sign_delay_ms: 600, ..Profile::default() });
        let (access, _events) = access_with_card();
        let mut session = access.open(&reader()).unwrap();
        session.identity().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(200));
                card.slot.remove();
            });
            assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::CardRemoved));
        });
    });
}

#[test]
fn the_service_may_come_late_go_and_come_back() {
    in_world("the_service_may_come_late_go_and_come_back", |world| {
        world.stop_daemon();
        let access = PcscAccess::start().unwrap();
        let events = access.events();
        wait_for(&events, |event| *event == CardEvent::ServiceDown);
        assert_eq!(access.open(&reader()).map(|_| ()), Err(CardError::ServiceDown));
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        world.start_daemon();
        wait_for(&events, |event| *event == CardEvent::ServiceUp);
        wait_for(&events, inserted);
        let mut session = access.open(&reader()).unwrap();
        session.sign(&pin2(), &[digest(1)]).unwrap();
        world.stop_daemon();
        wait_for(&events, removed);
        let down = wait_for(&events, |event| *event == CardEvent::ServiceDown);
        assert!(down < Duration::from_secs(1));
        assert!(access.readers().is_empty());
        assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(CardError::ServiceDown));
        world.start_daemon();
        wait_for(&events, inserted);
        access.open(&reader()).unwrap().sign(&pin2(), &[digest(1)]).unwrap();
        assert_eq!(card.pins_sent(), 2);
        let started = Instant::now();
        drop(access);
        assert!(started.elapsed() < Duration::from_millis(500), "the watch ends when asked");
    });
}

#[test]
fn another_program_may_reset_the_card_and_never_finds_a_pin_verified() {
    in_world("another_program_may_reset_the_card_and_never_finds_a_pin_verified", |world| {
        let person = person(Keys::P384);
        let _card = world.card(person.path(), Profile::default());
        let (access, _events) = access_with_card();
        let mut ours = access.open(&reader()).unwrap();
        ours.sign(&pin2(), &[digest(1)]).unwrap();
        let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
        let name = std::ffi::CString::new(reader().0).unwrap();
        let mut theirs = context.connect(&name, pcsc::ShareMode::Shared, pcsc::Protocols::ANY).unwrap();
        let mut buffer = [0; 258];
        assert_eq!(theirs.transmit(&[0, 0x20, 0, 4], &mut buffer).unwrap(), [0x63, 0xC5]);
        ours.authenticate(&pin1(), b"x").unwrap();
        theirs.reconnect(pcsc::ShareMode::Shared, pcsc::Protocols::ANY, pcsc::Disposition::LeaveCard).unwrap();
        assert_eq!(theirs.transmit(&[0, 0x20, 0, 3], &mut buffer).unwrap(), [0x63, 0xC5]);
        theirs.reconnect(pcsc::ShareMode::Shared, pcsc::Protocols::ANY, pcsc::Disposition::ResetCard).unwrap();
        ours.sign(&pin2(), &[digest(1)]).unwrap();
        drop(theirs);
        let theirs = context.connect(&name, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY);
        assert!(matches!(theirs, Err(pcsc::Error::SharingViolation)));
        let mut theirs = context.connect(&name, pcsc::ShareMode::Shared, pcsc::Protocols::ANY).unwrap();
        drop(ours);
        access.open(&reader()).unwrap().identity().unwrap();
        theirs.transmit(&[0, 0x20, 0, 3], &mut buffer).expect("our coming and going does not reset their card");
        theirs.transaction().unwrap();
        drop(theirs);
        let _theirs = context.connect(&name, pcsc::ShareMode::Exclusive, pcsc::Protocols::ANY).unwrap();
        assert_eq!(access.open(&reader()).map(|_| ()), Err(CardError::Busy));
    });
}

#[test]
fn two_readers_have_two_cards() {
    in_world("two_readers_have_two_cards", |world| {
        let (one, two) = (person(Keys::P384), person(Keys::P384));
        let _one = world.card(one.path(), Profile::default());
        let _two = world.second_card(two.path(), Profile::default());
        let access = PcscAccess::start().unwrap();
        let events = access.events();
        let mut waiting = 2;
        while waiting > 0 {
            wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
            waiting -= 1;
        }
        for (name, person) in [(reader(), &one), (ReaderId(SECOND_READER.to_owned()), &two)] {
            let identity = access.open(&name).unwrap().identity().unwrap();
            assert_eq!(identity.signature_certificate, file(person.path(), "sign.cert.der"));
        }
        assert_eq!(access.readers().len(), 2);
    });
}
