//! The card pulled at every single command of a log-in, of one signature (a visit's documents under one, type 2) and of
//! three separate ones: nothing is given out, nothing is lost, no PIN goes twice, and all of it works when the card is back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use card::{CardAccess, CardError, CardSession, Pin, PinSlot, PinStatus, verify_authentication};
use direct_card::DirectReader;
use signing::{DigestToSign, HashAlgorithm};
use std::path::Path;
use support::world::{access_with_card, in_world, put_back, reader, removed, wait_for};
use support::{Keys, direct, openssl_judges, person};
use virtual_card::{Fault, Pin2Mode, Profile, Scheme};

const CHALLENGE: &[u8] = b"tiski log-in";

/// What a person does with the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    LogIn,
    /// One signature over a list of references (type 2).
    One,
    /// A signature for each of three documents, in one transaction.
    Three,
}

impl Work {
    fn digests(self) -> Vec<DigestToSign> {
        let digest = |filler| DigestToSign { hash: HashAlgorithm::Sha256, digest: vec![filler; 32] };
        (1..=if self == Self::Three { 3 } else { 1 }).map(digest).collect()
    }

    /// From opening the card to its signatures, as the counter does it.
    fn done(self, access: &dyn CardAccess, reader: &card::ReaderId) -> Result<Vec<Vec<u8>>, CardError> {
        let mut session = access.open(reader)?;
        session.identity()?;
        self.done_in(session.as_mut())
    }

    fn done_in(self, session: &mut dyn CardSession) -> Result<Vec<Vec<u8>>, CardError> {
        match self {
            Self::LogIn => session.authenticate(&Pin::new("1234").unwrap(), CHALLENGE).map(|signature| vec![signature]),
            _ => session.sign(&Pin::new("123456").unwrap(), &self.digests()),
        }
    }

    /// Somebody else says that they are what they should be.
    fn judged(self, folder: &Path, keys: Keys, signatures: &[Vec<u8>]) {
        if self == Self::LogIn {
            let certificate = std::fs::read(folder.join("auth.cert.der")).unwrap();
            verify_authentication(&certificate, CHALLENGE, &signatures[0]).unwrap();
            return;
        }
        assert_eq!(signatures.len(), self.digests().len());
        for (request, signature) in self.digests().iter().zip(signatures) {
            assert!(openssl_judges(folder, "sign.cert.der", keys, &request.digest, signature));
        }
    }

    fn slot(self) -> PinSlot {
        if self == Self::LogIn { PinSlot::Pin1 } else { PinSlot::Pin2 }
    }
}

/// Pulls at every command and gives how many there were.
fn at_every_command(keys: Keys, profile: &Profile, work: Work) -> usize {
    let person = person(keys);
    let reader = direct(person.path(), profile.clone());
    let name = DirectReader::reader();
    work.done(&reader, &name).unwrap();
    let (steps, pins) = (reader.commands(), reader.pins_sent());
    for fault in [Fault::Pull, Fault::PullAfter] {
        for step in 1..=steps {
            let at = format!("{keys:?} {:?} {work:?}, {fault:?} at {step} of {steps}", profile.scheme);
            reader.forget();
            reader.with_card(|card| card.fail_at(u32::try_from(step).unwrap(), fault.clone()));
            let mut session = reader.session();
            let outcome = session.identity().and_then(|_| work.done_in(&mut session));
            assert_eq!(outcome, Err(CardError::CardRemoved), "{at}");
            assert_eq!(reader.commands(), step, "nothing is sent to a card that is gone: {at}");
            // A sticky PIN is sent once; a card that wants it each time gets it once for each signature before.
            assert!(reader.pins_sent() <= pins, "{at}");
            assert_eq!(
                session.sign(&Pin::new("123456").unwrap(), &work.digests()),
                Err(CardError::CardRemoved),
                "{at}"
            );
            assert_eq!(reader.open(&name).map(|_| ()), Err(CardError::NoCard), "{at}");

            reader.insert();
            assert_eq!(
                session.pin_status(work.slot()),
                Err(CardError::CardRemoved),
                "the old session stays ended: {at}"
            );
            let mut session = reader.open(&name).unwrap();
            let status = session.pin_status(work.slot());
            assert_eq!(status, Ok(PinStatus::Ready { left: Some(5) }), "no try is lost, no PIN still counts: {at}");
            if step == steps {
                work.judged(person.path(), keys, &work.done_in(session.as_mut()).unwrap());
            } else {
                work.done_in(session.as_mut()).unwrap();
            }
        }
    }
    steps
}

#[test]
fn p384_pulled_at_every_command_of_a_log_in_one_signature_and_three() {
    for pin2_mode in [Pin2Mode::Sticky, Pin2Mode::Each] {
        let profile = Profile { pin2_mode, ..Profile::default() };
        for work in [Work::LogIn, Work::One, Work::Three] {
            assert!(at_every_command(Keys::P384, &profile, work) > 20);
        }
    }
}

#[test]
fn rsa_pulled_at_every_command_of_a_log_in_one_signature_and_three() {
    for (work, t0) in [(Work::LogIn, false), (Work::One, true), (Work::Three, false)] {
        assert!(at_every_command(Keys::Rsa2048, &Profile { t0, ..Profile::default() }, work) > 20);
    }
    at_every_command(Keys::Rsa2048, &Profile { pin2_mode: Pin2Mode::Each, ..Profile::default() }, Work::Three);
}

#[test]
fn rsa_3072_pulled_at_every_command_of_a_log_in_one_signature_and_three() {
    for (work, t0) in [(Work::LogIn, true), (Work::One, false), (Work::Three, true)] {
        assert!(at_every_command(Keys::Rsa3072, &Profile { t0, ..Profile::default() }, work) > 20);
    }
}

#[test]
fn a_citizens_card_pulled_at_every_command() {
    let profile = Profile { scheme: Scheme::Citizen, t0: true, ..Profile::default() };
    for work in [Work::LogIn, Work::Three] {
        at_every_command(Keys::P384, &profile, work);
    }
}

/// Another program's reset in the middle, which a transaction forbids and a broken reader may bring all the same.
#[test]
fn a_reset_at_any_command_gives_no_signature_or_all_and_no_pin_goes_twice() {
    for work in [Work::LogIn, Work::One, Work::Three] {
        let person = person(Keys::P384);
        let reader = direct(person.path(), Profile::default());
        let mut session = reader.session();
        session.identity().unwrap();
        reader.forget();
        work.done_in(&mut session).unwrap();
        let steps = reader.commands();
        for step in 1..=steps {
            reader.forget();
            reader.with_card(|card| card.fail_at(u32::try_from(step).unwrap(), Fault::Reset));
            match work.done_in(&mut session) {
                Ok(signatures) => work.judged(person.path(), Keys::P384, &signatures),
                Err(error) => assert!(matches!(error, CardError::Protocol(_)), "{work:?} at {step}: {error}"),
            }
            assert!(reader.pins_sent() <= 1, "{work:?} at {step}");
            assert_eq!(session.pin_status(work.slot()), Ok(PinStatus::Ready { left: Some(5) }));
        }
    }
}

/// The same through the real service: every command of three signatures, and of a log-in with what is read before it.
#[test]
fn pulled_at_every_command_through_the_service() {
    in_world("pulled_at_every_command_through_the_service", |world| {
        for (keys, works) in [(Keys::P384, &[Work::Three, Work::LogIn][..]), (Keys::Rsa2048, &[Work::One])] {
            let person = person(keys);
            let card = world.card(person.path(), Profile::default());
            let (access, events) = access_with_card();
            for work in works {
                let mut session = access.open(&reader()).unwrap();
                session.identity().unwrap();
                let before = card.slot.with_card(|card| card.commands());
                work.done_in(session.as_mut()).unwrap();
                let steps = card.slot.with_card(|card| card.commands()) - before;
                for step in 1..=u32::try_from(steps).unwrap() {
                    let mut session = access.open(&reader()).unwrap();
                    session.identity().unwrap();
                    let pins = card.pins_sent();
                    card.slot.with_card(|card| card.fail_at(step, Fault::Pull));
                    let outcome = work.done_in(session.as_mut());
                    assert_eq!(outcome, Err(CardError::CardRemoved), "{keys:?} {work:?} at {step}");
                    assert!(card.pins_sent() <= pins + 1);
                    wait_for(&events, removed);
                    put_back(&card, &events);
                    let mut session = access.open(&reader()).unwrap();
                    assert_eq!(session.pin_status(work.slot()), Ok(PinStatus::Ready { left: Some(5) }));
                }
                work.judged(person.path(), keys, &work.done(&access, &reader()).unwrap());
            }
            card.slot.quit();
            wait_for(&events, removed);
        }
    });
}
