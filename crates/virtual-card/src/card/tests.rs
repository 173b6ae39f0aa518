//! The card's answers, command by command.

use super::*;
use crate::keys::Key;
use crate::{Pin2Mode, Scheme, ShortMemory};
use p384::ecdsa::signature::hazmat::PrehashVerifier;
use p384::ecdsa::{Signature, SigningKey, VerifyingKey};
use proptest::prelude::*;
use std::sync::LazyLock;

const SELECT_ESIGN: &[u8] = b"\x00\xA4\x04\x0C\x06E.SIGN";
const SELECT_APPLICATION: &[u8] = b"\x00\xA4\x04\x0C\x0C\xA0\x00\x00\x00\x63PKCS-15";
const PIN2_RIGHT: &[u8] = b"\x00\x20\x00\x04\x06123456";
const MSE_SIGN: &[u8] = &[0, 0x22, 0x41, 0xB6, 6, 0x80, 1, 0x54, 0x84, 1, 0x82];

fn key(seed: u8) -> SigningKey {
    // Made once: deriving a public key is slow in a debug build.
    static KEYS: LazyLock<[SigningKey; 3]> =
        LazyLock::new(|| [1, 1, 2].map(|seed| SigningKey::from_slice(&[seed; 48]).unwrap()));
    KEYS[usize::from(seed)].clone()
}

pub(crate) fn test_card_with(profile: Profile) -> Card {
    let certificate = |filler: u8| crate::der::element(0x30, &[filler; 700]);
    let person =
        Person::new(certificate(1), Key::P384(Box::new(key(1))), certificate(2), Key::P384(Box::new(key(2)))).unwrap();
    Card::new(profile, person, Box::new(ShortMemory::default())).unwrap()
}

pub(crate) fn test_card() -> Card {
    test_card_with(Profile::default())
}

fn ok(card: &mut Card, command: &[u8]) -> Vec<u8> {
    let mut answer = card.transmit(command);
    let sw = answer.split_off(answer.len() - 2);
    assert_eq!(sw, [0x90, 0x00], "{command:02X?}");
    answer
}

fn sw(card: &mut Card, command: &[u8]) -> u16 {
    let answer = card.transmit(command);
    u16::from_be_bytes([answer[answer.len() - 2], answer[answer.len() - 1]])
}

fn pso() -> Vec<u8> {
    [&[0, 0x2A, 0x9E, 0x9A, 48][..], &[7; 48], &[0x60]].concat()
}

#[test]
fn a_digest_is_signed_in_the_organisational_way() {
    let mut card = test_card();
    ok(&mut card, SELECT_ESIGN);
    ok(&mut card, PIN2_RIGHT);
    ok(&mut card, MSE_SIGN);
    let signature = Signature::from_slice(&ok(&mut card, &pso())).unwrap();
    VerifyingKey::from(&key(2)).verify_prehash(&[7; 48], &signature).unwrap();
}

#[test]
fn citizen_ways_are_refused() {
    let mut card = test_card();
    ok(&mut card, SELECT_ESIGN);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 0x11]), 0x6A88);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 0x82]), 0x6A88);
    assert_eq!(sw(&mut card, b"\x00\x20\x00\x04\x0C123456\0\0\0\0\0\0"), 0x63C4, "padding is a wrong PIN");
    ok(&mut card, PIN2_RIGHT);
    ok(&mut card, MSE_SIGN);
    assert_eq!(sw(&mut card, &[0, 0x2A, 0x90, 0xA0, 2, 0x90, 0]), 0x6A86, "no PSO:HASH");
    assert_eq!(sw(&mut card, &[0, 0x2A, 0x9E, 0x9A, 0x60]), 0x6A80, "no signature without an inline digest");
}

#[test]
fn the_signature_key_exists_in_esign_only_and_esign_opens_by_name_only() {
    let mut card = test_card();
    ok(&mut card, SELECT_APPLICATION);
    assert_eq!(sw(&mut card, MSE_SIGN), 0x6A88);
    ok(&mut card, &[0, 0xA4, 0x01, 0x0C, 2, 0x50, 0x16]);
    assert_eq!(sw(&mut card, MSE_SIGN), 0x6A88, "by identifier it says yes and stays where it was");
    ok(&mut card, SELECT_ESIGN);
    ok(&mut card, MSE_SIGN);
    assert_eq!(sw(&mut card, &pso()), 0x6982, "PIN2 was not given");
}

#[test]
fn tries_run_out_and_asking_costs_none() {
    let mut card = test_card();
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
    for left in (1..5).rev() {
        assert_eq!(sw(&mut card, b"\x00\x20\x00\x03\x049999"), 0x63C0 | left);
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C0 | left);
    }
    assert_eq!(sw(&mut card, b"\x00\x20\x00\x03\x049999"), 0x6983);
    assert_eq!(sw(&mut card, b"\x00\x20\x00\x03\x041234"), 0x6983, "the right PIN does not open a blocked card");
    ok(&mut card, b"\x00\x20\x00\x12\x0812345678");
    ok(&mut card, b"\x00\x2C\x02\x03\x044321");
    ok(&mut card, b"\x00\x20\x00\x03\x044321");
}

#[test]
fn a_pin_wears_off_with_a_reset_and_in_each_mode_with_a_signature() {
    for (mode, second) in [(Pin2Mode::Sticky, 0x9000), (Pin2Mode::Each, 0x6982)] {
        let mut card = test_card_with(Profile { pin2_mode: mode, ..Profile::default() });
        ok(&mut card, SELECT_ESIGN);
        ok(&mut card, PIN2_RIGHT);
        ok(&mut card, MSE_SIGN);
        ok(&mut card, &pso());
        assert_eq!(sw(&mut card, &pso()), second);
        ok(&mut card, PIN2_RIGHT);
        card.reset();
        assert_eq!(sw(&mut card, &[0, 0x20, 0, 4]), 0x63C5);
        assert_eq!(sw(&mut card, MSE_SIGN), 0x6A88, "the folder is the root again");
    }
}

#[test]
fn over_t0_an_answer_waits_for_get_response() {
    let mut card = test_card_with(Profile { t0: true, ..Profile::default() });
    ok(&mut card, SELECT_ESIGN);
    ok(&mut card, PIN2_RIGHT);
    ok(&mut card, MSE_SIGN);
    assert_eq!(card.transmit(&pso()), [0x61, 0x60]);
    assert_eq!(ok(&mut card, &[0, 0xC0, 0, 0, 0x60]).len(), 96);
    assert_eq!(sw(&mut card, &[0, 0xC0, 0, 0, 0x60]), 0x6985);
}

#[test]
fn a_card_that_was_never_activated_says_so() {
    let mut card = test_card_with(Profile { activated: false, ..Profile::default() });
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x6984);
    assert_eq!(sw(&mut card, PIN2_RIGHT), 0x6984);
    let data = ok(&mut card, &[0, 0xCB, 0, 0xFF, 5, 0xA0, 3, 0x83, 1, 3, 0]);
    assert!(data.ends_with(&[0xDF, 0x2F, 1, 0]));
}

#[test]
fn faults_come_at_their_command() {
    let mut card = test_card();
    card.fail_at(2, Fault::Answer(vec![0x6F, 0x00]));
    card.fail_at(3, Fault::Pull);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x6F00);
    assert!(card.transmit(&[0, 0x20, 0, 3]).is_empty());
    assert!(!card.is_in_place());
    card.insert();
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
}

#[test]
fn a_card_pulled_after_a_command_has_run_it_and_a_reset_forgets_the_pin() {
    let mut card = test_card();
    card.fail_at(1, Fault::PullAfter);
    assert!(card.transmit(b"\x00\x20\x00\x03\x049999").is_empty());
    card.insert();
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C4, "the try was spent");
    ok(&mut card, b"\x00\x20\x00\x03\x041234");
    card.fail_at(2, Fault::Reset);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x9000);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
}

#[test]
fn a_citizens_card_has_references_padding_and_signatures_of_its_own() {
    let mut card = test_card_with(Profile { scheme: Scheme::Citizen, ..Profile::default() });
    ok(&mut card, SELECT_APPLICATION);
    for organisational in [3, 4, 0x12] {
        assert_eq!(sw(&mut card, &[0, 0x20, 0, organisational]), 0x6A88);
    }
    assert_eq!(sw(&mut card, b"\x00\x20\x00\x82\x06123456"), 0x63C4, "bare digits are a wrong PIN");
    ok(&mut card, b"\x00\x20\x00\x82\x0C123456\0\0\0\0\0\0");
    ok(&mut card, &[0, 0x22, 0x41, 0xB6, 6, 0x80, 1, 0x54, 0x84, 1, 0x02]);
    assert_eq!(sw(&mut card, &pso()), 0x6A80, "no digest inside the command");
    assert_eq!(sw(&mut card, &[0, 0x2A, 0x9E, 0x9A, 0x60]), 0x6985, "no signature without PSO:HASH");
    ok(&mut card, &[&[0, 0x2A, 0x90, 0xA0, 50, 0x90, 48][..], &[7; 48]].concat());
    let signature = Signature::from_slice(&ok(&mut card, &[0, 0x2A, 0x9E, 0x9A, 0x60])).unwrap();
    VerifyingKey::from(&key(2)).verify_prehash(&[7; 48], &signature).unwrap();
    for _ in 0..5 {
        sw(&mut card, b"\x00\x20\x00\x11\x0C9999\0\0\0\0\0\0\0\0");
    }
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 0x11]), 0x6983);
    ok(&mut card, b"\x00\x2C\x00\x11\x1812345678\0\0\0\x004321\0\0\0\0\0\0\0\0");
    ok(&mut card, b"\x00\x20\x00\x11\x0C4321\0\0\0\0\0\0\0\0");
}

#[test]
fn a_card_may_come_with_a_pin_that_is_blocked() {
    let mut card = test_card_with(Profile { pin2_left: Some(0), ..Profile::default() });
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 4]), 0x6983);
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 3]), 0x63C5);
    card.restore_tries().unwrap();
    assert_eq!(sw(&mut card, &[0, 0x20, 0, 4]), 0x63C5);
}

proptest! {
    /// No command, however broken, makes the card fall over, and none but VERIFY and RESET RETRY COUNTER costs a try.
    #[test]
    fn any_bytes_get_an_answer(commands in proptest::collection::vec(any_command(), 1..40), t0 in any::<bool>(), citizen in any::<bool>()) {
        let scheme = if citizen { Scheme::Citizen } else { Scheme::Organisational };
        let mut card = test_card_with(Profile { t0, scheme, ..Profile::default() });
        for command in commands {
            let before = card.counters();
            let answer = card.transmit(&command);
            prop_assert!((2..=258).contains(&answer.len()));
            if !matches!(command.get(1), Some(0x20 | 0x2C)) {
                prop_assert_eq!(before, card.counters());
            }
        }
    }
}

/// Plain noise, and commands that are nearly right.
fn any_command() -> impl Strategy<Value = Vec<u8>> {
    let instruction = prop::sample::select(vec![0xA4_u8, 0xB0, 0x20, 0x22, 0x2A, 0x2C, 0xC0, 0xCB, 0x00]);
    let parameters = prop::sample::select(vec![
        (0x00_u8, 0x00_u8),
        (0x00, 0x03),
        (0x00, 0x04),
        (0x00, 0x12),
        (0x02, 0x0C),
        (0x04, 0x0C),
        (0x08, 0x00),
        (0x09, 0x00),
        (0x41, 0xB6),
        (0x9E, 0x9A),
        (0x90, 0xA0),
        (0x00, 0x11),
        (0x00, 0x82),
        (0x00, 0xFF),
        (0x7F, 0xFF),
    ]);
    let data = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..60),
        Just(vec![0x3F, 0x00, 0x50, 0x16, 0x43, 0x32]),
        Just(vec![0x3F, 0x00, 0x43, 0x31, 0x43, 0x31]),
        Just(vec![0x80, 1, 0x54, 0x84, 1, 0x01]),
        Just(b"1234".to_vec()),
        Just(b"E.SIGN".to_vec()),
        Just(vec![0xA0, 3, 0x83, 1, 4]),
    ];
    let nearly =
        (instruction, parameters, data, proptest::option::of(any::<u8>())).prop_map(|(ins, (p1, p2), data, le)| {
            let mut command = vec![0, ins, p1, p2];
            if !data.is_empty() {
                command.push(u8::try_from(data.len()).unwrap());
                command.extend(data);
            }
            command.extend(le);
            command
        });
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..300), nearly]
}
