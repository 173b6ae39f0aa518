//! Other programs at the same card, and cards that are not the usual one, through the real service (smartcard notes, 2.4
//! and 1.8).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{CardAccess, CardError, CardEvent, Pin, PinSlot, PinStatus, verify_authentication};
use pcsc::{Disposition, Protocols, ShareMode};
use signing::{DigestToSign, HashAlgorithm};
use std::time::{Duration, Instant};
use support::world::{access_with_card, in_world, inserted, put_back, reader, removed, wait_for};
use support::{Keys, openssl_judges, person};
use virtual_card::{Fault, Profile, Scheme};

const PIN1_STATUS: &[u8] = &[0, 0x20, 0, 3];
const PIN2_STATUS: &[u8] = &[0, 0x20, 0, 4];

fn pin1() -> Pin {
    Pin::new("1234").unwrap()
}

fn pin2() -> Pin {
    Pin::new("123456").unwrap()
}

fn digest(filler: u8) -> DigestToSign {
    DigestToSign { hash: HashAlgorithm::Sha384, digest: vec![filler; 48] }
}

/// Another program that shares the card.
fn other_program() -> pcsc::Card {
    let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
    let name = std::ffi::CString::new(reader().0).unwrap();
    context.connect(&name, ShareMode::Shared, Protocols::ANY).unwrap()
}

fn says(card: &pcsc::Card, command: &[u8]) -> Vec<u8> {
    let mut buffer = [0; 258];
    card.transmit(command, &mut buffer).unwrap().to_vec()
}

#[test]
fn a_pin_that_another_program_verified_does_not_sign_for_us() {
    in_world("a_pin_that_another_program_verified_does_not_sign_for_us", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, _events) = access_with_card();
        let (theirs, another) = (other_program(), other_program());
        assert_eq!(says(&theirs, b"\x00\x20\x00\x04\x06123456"), [0x90, 0x00]);
        assert_eq!(says(&another, PIN2_STATUS), [0x90, 0x00], "programs share what a PIN has opened");
        let mut ours = access.open(&reader()).unwrap();
        assert_eq!(ours.pin_status(PinSlot::Pin2), Ok(PinStatus::Verified), "we see that it counts");
        let before = card.pins_sent();
        let refused = ours.sign(&Pin::new("9999").unwrap(), &[digest(1)]);
        assert_eq!(refused, Err(CardError::PinWrong { left: Some(4) }), "and want it given to us all the same");
        assert_eq!(card.pins_sent(), before + 1);
        ours.sign(&pin2(), &[digest(1)]).unwrap();
        assert_eq!(ours.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(5) }), "nobody has it after us");
    });
}

#[test]
fn another_program_waits_while_we_sign_and_cannot_reset_the_card_meanwhile() {
    in_world("another_program_waits_while_we_sign_and_cannot_reset_the_card_meanwhile", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile { sign_delay_ms: 300, ..Profile::default() });
        let (access, _events) = access_with_card();
        let mut ours = access.open(&reader()).unwrap();
        ours.identity().unwrap();
        for reset in [false, true] {
            let mut theirs = other_program();
            std::thread::scope(|scope| {
                let signing = scope.spawn(|| ours.sign(&pin2(), &[digest(1), digest(2)]));
                std::thread::sleep(Duration::from_millis(100));
                let started = Instant::now();
                if reset {
                    theirs.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard).unwrap();
                } else {
                    // Our reset at the end is what they are told after the wait.
                    let mut buffer = [0; 258];
                    assert_eq!(theirs.transmit(PIN2_STATUS, &mut buffer), Err(pcsc::Error::ResetCard));
                }
                let waited = started.elapsed();
                println!("waited {waited:?}");
                assert!(waited > Duration::from_millis(400), "{waited:?}");
                assert_eq!(signing.join().unwrap().unwrap().len(), 2, "our signatures are whole");
            });
            assert_eq!(card.slot.with_card(|card| card.counters()).pin2, 5);
        }
    });
}

#[test]
fn a_reset_between_two_of_our_transactions_costs_nothing_and_one_in_the_middle_ends_it() {
    in_world("a_reset_between_two_of_our_transactions_costs_nothing_and_one_in_the_middle_ends_it", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, _events) = access_with_card();
        let mut ours = access.open(&reader()).unwrap();
        ours.authenticate(&pin1(), b"x").unwrap();
        let mut theirs = other_program();
        theirs.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard).unwrap();
        ours.sign(&pin2(), &[digest(1)]).unwrap();
        assert_eq!(card.pins_sent(), 2);
        // Select, status, PIN, MSE, PSO: the card forgets everything before the fifth.
        card.slot.with_card(|card| card.fail_at(5, Fault::Reset));
        assert!(matches!(ours.sign(&pin2(), &[digest(1)]), Err(CardError::Protocol(_))));
        assert_eq!(card.pins_sent(), 3, "the PIN is not given again to a card that was reset");
        ours.sign(&pin2(), &[digest(1)]).unwrap();
    });
}

#[test]
fn a_card_that_another_program_holds_for_itself_is_busy_and_ours_is_never_held() {
    in_world("a_card_that_another_program_holds_for_itself_is_busy_and_ours_is_never_held", |world| {
        let person = person(Keys::P384);
        let _card = world.card(person.path(), Profile::default());
        let (access, _events) = access_with_card();
        let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
        let name = std::ffi::CString::new(reader().0).unwrap();
        let theirs = context.connect(&name, ShareMode::Exclusive, Protocols::ANY).unwrap();
        assert_eq!(access.open(&reader()).map(|_| ()), Err(CardError::Busy));
        assert!(theirs.disconnect(Disposition::LeaveCard).is_ok());
        let mut ours = access.open(&reader()).unwrap();
        ours.sign(&pin2(), &[digest(1)]).unwrap();
        assert_eq!(says(&other_program(), PIN2_STATUS), [0x63, 0xC5], "others share the card with us");
        let refused = context.connect(&name, ShareMode::Exclusive, Protocols::ANY).map(|_| ());
        assert_eq!(refused, Err(pcsc::Error::SharingViolation), "two cannot have it, and we share");
        drop(ours);
        context.connect(&name, ShareMode::Exclusive, Protocols::ANY).unwrap();
    });
}

#[test]
fn a_card_that_left_and_came_back_between_two_looks_is_told_as_both() {
    in_world("a_card_that_left_and_came_back_between_two_looks_is_told_as_both", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, events) = access_with_card();
        let mut session = access.open(&reader()).unwrap();
        session.identity().unwrap();
        // The hand is slower than the driver's 400 ms and quicker than a second: whatever the watch was doing, it tells both.
        for _ in 0..3 {
            card.slot.remove();
            std::thread::sleep(Duration::from_millis(600));
            card.slot.insert(Duration::from_secs(2));
            wait_for(&events, removed);
            wait_for(&events, inserted);
        }
        assert_eq!(
            session.sign(&pin2(), &[digest(1)]),
            Err(CardError::CardRemoved),
            "the session of the first stay ended"
        );
        assert_eq!(events.try_iter().count(), 0, "nothing is told twice");
        // Who looks only afterwards sees it by the service's count; what the watch makes of that is its own test.
        let context = pcsc::Context::establish(pcsc::Scope::System).unwrap();
        let name = std::ffi::CString::new(reader().0).unwrap();
        let look = || {
            let mut states = [pcsc::ReaderState::new(name.clone(), pcsc::State::UNAWARE)];
            context.get_status_change(Duration::from_secs(1), &mut states).unwrap();
            (states[0].event_state().contains(pcsc::State::PRESENT), states[0].event_count())
        };
        let (_, before) = look();
        card.slot.remove();
        std::thread::sleep(Duration::from_millis(600));
        card.slot.insert(Duration::from_secs(2));
        wait_for(&events, inserted);
        assert_eq!(look(), (true, before + 2));
    });
}

#[test]
fn five_wrong_pins_block_it_and_the_activation_code_opens_it() {
    in_world("five_wrong_pins_block_it_and_the_activation_code_opens_it", |world| {
        let person = person(Keys::P384);
        let _card = world.card(person.path(), Profile::default());
        let (access, _events) = access_with_card();
        let mut ours = access.open(&reader()).unwrap();
        let wrong = Pin::new("9999").unwrap();
        for left in [4, 3, 2, 1] {
            assert_eq!(ours.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(left + 1) }), "told before");
            assert_eq!(ours.sign(&wrong, &[digest(1)]), Err(CardError::PinWrong { left: Some(left) }));
        }
        ours.allow_last_try(PinSlot::Pin2);
        assert_eq!(ours.sign(&wrong, &[digest(1)]), Err(CardError::PinBlocked(PinSlot::Pin2)));
        // What DigiSign does then; this program never sends an activation code.
        let mut theirs = other_program();
        assert_eq!(says(&theirs, b"\x00\x20\x00\x12\x0812345678"), [0x90, 0x00]);
        assert_eq!(says(&theirs, b"\x00\x2C\x02\x04\x06654321"), [0x90, 0x00]);
        theirs.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard).unwrap();
        assert_eq!(ours.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(5) }));
        ours.sign(&Pin::new("654321").unwrap(), &[digest(1)]).unwrap();
    });
}

#[test]
fn whose_card_it_is_and_its_tries_are_told_at_once_and_without_a_pin() {
    in_world("whose_card_it_is_and_its_tries_are_told_at_once_and_without_a_pin", |world| {
        let person = person(Keys::P384);
        // In the reader before the program starts: macOS tells of arrivals only, so this must not need one.
        let card = world.card(person.path(), Profile { pin1_tries: 3, ..Profile::default() });
        let (access, events) = access_with_card();
        let (late, started) = (access.events(), Instant::now());
        wait_for(&late, inserted);
        assert!(started.elapsed() < Duration::from_millis(100), "who asks later is told as well");
        let mut session = access.open(&reader()).unwrap();
        let identity = session.identity().unwrap();
        assert_eq!(identity.signature_certificate, std::fs::read(person.path().join("sign.cert.der")).unwrap());
        assert_eq!(session.pin_status(PinSlot::Pin1), Ok(PinStatus::Ready { left: Some(3) }));
        assert_eq!(session.has_keypad(), Ok(false), "the virtual reader has none");
        assert_eq!(session.sign(&Pin::entered_elsewhere(), &[digest(1)]), Err(CardError::NoKeypad));
        assert_eq!(card.pins_sent(), 0);
        assert!(events.try_iter().all(|event| !matches!(event, CardEvent::CardRemoved { .. })));
    });
}

#[test]
fn cards_that_cannot_be_used_say_why_before_a_pin_is_sent() {
    in_world("cards_that_cannot_be_used_say_why_before_a_pin_is_sent", |world| {
        let person = person(Keys::P384);
        for (profile, error) in [
            (Profile { activated: false, ..Profile::default() }, CardError::NotActivated),
            (Profile { pin2_left: Some(0), ..Profile::default() }, CardError::PinBlocked(PinSlot::Pin2)),
            (Profile { pin2_left: Some(1), ..Profile::default() }, CardError::LastTry(PinSlot::Pin2)),
        ] {
            let card = world.card(person.path(), profile);
            let (access, events) = access_with_card();
            let mut session = access.open(&reader()).unwrap();
            session.identity().unwrap();
            assert_eq!(session.sign(&pin2(), &[digest(1)]), Err(error.clone()));
            assert_eq!(Pin::new("123").map(|_| ()), Err(CardError::PinLength));
            assert_eq!(card.pins_sent(), 0, "{error}");
            drop(session);
            card.slot.quit();
            wait_for(&events, removed);
        }
    });
}

#[test]
fn a_wrong_pin_is_not_replayed_after_a_reset_a_removal_or_a_silence() {
    in_world("a_wrong_pin_is_not_replayed_after_a_reset_a_removal_or_a_silence", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let (access, events) = access_with_card();
        let mut ours = access.open(&reader()).unwrap();
        ours.sign(&Pin::new("9999").unwrap(), &[digest(1)]).unwrap_err();
        other_program().reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard).unwrap();
        assert_eq!(ours.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(4) }));
        card.slot.remove();
        wait_for(&events, removed);
        put_back(&card, &events);
        let mut ours = access.open(&reader()).unwrap();
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(ours.pin_status(PinSlot::Pin2), Ok(PinStatus::Ready { left: Some(4) }));
        assert_eq!(card.pins_sent(), 1);
        // The last commands of a card in a bad reader: too short an answer to the PIN is a lost card, and it ends there.
        card.slot.with_card(|card| card.fail_at(3, Fault::Answer(vec![0x90])));
        ours.sign(&pin2(), &[digest(1)]).unwrap_err();
        assert_eq!(card.pins_sent(), 2);
    });
}

/// A citizen's card is read and works as what it is; that it is not a professional's is `trust`'s to say.
#[test]
fn a_citizens_card_is_known_for_what_it_is_and_never_blocked_by_a_bare_pin() {
    in_world("a_citizens_card_is_known_for_what_it_is_and_never_blocked_by_a_bare_pin", |world| {
        let person = person(Keys::P384);
        let atr = Profile::named("citizen").unwrap().unwrap().atr;
        let card = world.card(person.path(), Profile { scheme: Scheme::Citizen, t0: true, atr, ..Profile::default() });
        let (access, _events) = access_with_card();
        let mut session = access.open(&reader()).unwrap();
        let identity = session.identity().unwrap();
        let login = session.authenticate(&pin1(), b"challenge").unwrap();
        verify_authentication(&identity.authentication_certificate, b"challenge", &login).unwrap();
        let signatures = session.sign(&pin2(), &[digest(1), digest(2)]).unwrap();
        assert!(openssl_judges(person.path(), "sign.cert.der", Keys::P384, &[2; 48], &signatures[1]));
        assert_eq!(session.sign(&Pin::new("9999").unwrap(), &[digest(1)]), Err(CardError::PinWrong { left: Some(4) }));
        assert_eq!(card.slot.with_card(|card| card.counters()).pin1, 5);
        let theirs = other_program();
        assert_eq!(says(&theirs, PIN1_STATUS), [0x6A, 0x88], "a professional's references do not exist here");
    });
}

/// What a card said once through the real service is enough to work without it.
#[test]
fn a_recording_of_a_log_in_and_three_signatures_is_played_again_without_a_card() {
    in_world("a_recording_of_a_log_in_and_three_signatures_is_played_again_without_a_card", |world| {
        let person = person(Keys::P384);
        let card = world.card(person.path(), Profile::default());
        let work = |session: &mut dyn card::CardSession| {
            let login = session.authenticate(&pin1(), b"challenge").unwrap();
            (login, session.sign(&pin2(), &[digest(1), digest(2), digest(3)]).unwrap())
        };
        let (_access, _events) = access_with_card();
        let transport = card::PcscTransport::connect(&reader()).unwrap();
        let file = world.folder().join("recording");
        let recorder = card::Recorder::new(transport, std::fs::File::create(&file).unwrap());
        let said = work(&mut card::FineidSession::new(Box::new(recorder)));
        let trace = std::fs::read_to_string(&file).unwrap();
        let same = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.contains('*'));
            lines.map(|line| line.split(['>', '<']).nth(1).unwrap().replace(' ', "")).collect()
        };
        assert_eq!(same(&trace), same(&card.trace()), "the card heard what was recorded");
        let script = card::Script::parse(&trace).unwrap();
        let mut again = card::FineidSession::new(Box::new(script.clone()));
        assert_eq!(work(&mut again), said);
        script.finished().unwrap();
        use card::Ending::{Leave, Reset};
        assert_eq!(script.endings(), [Leave, Reset, Reset]);
    });
}
