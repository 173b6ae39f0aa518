//! Which card is taken where there are several readers (smartcard notes, 1.8), a PIN that is entered on the reader, and a
//! card behind another program.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use card::{CardAccess, CardError, CardEvent, CardSession, Pin, ReaderId, ReaderState};
use counter::{CardHeld, CounterError, MissingCard};
use direct_card::{DirectReader, Typed};
use scs::ScsAccess;
use test_authority::who;
use virtual_card::{Card, Person, Profile, ShortMemory};

use crate::bench::{AUTHORITY, Bench};
use crate::scs_service::{Service, wait_for};

fn card_of(slug: &str, change: impl FnOnce(&mut Profile)) -> DirectReader {
    let person = Person::load(&AUTHORITY.join("people").join(slug)).unwrap();
    let mut profile = Profile { pin2: "5678".to_owned(), ..Profile::default() };
    change(&mut profile);
    DirectReader::new(Card::new(profile, person, Box::new(ShortMemory::default())).unwrap())
}

fn elsewhere() -> Pin {
    Pin::entered_elsewhere()
}

/// A workstation with several readers, named as they stand.
struct Desk(Mutex<Vec<(&'static str, DirectReader)>>);

impl Desk {
    fn new(readers: Vec<(&'static str, DirectReader)>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(readers)))
    }

    fn reader(&self, name: &str) -> Option<DirectReader> {
        self.0.lock().unwrap().iter().find(|(known, _)| *known == name).map(|(_, reader)| reader.clone())
    }
}

impl CardAccess for Desk {
    fn events(&self) -> Receiver<CardEvent> {
        std::sync::mpsc::channel().1
    }

    fn readers(&self) -> Vec<ReaderState> {
        let state = |(name, reader): &(&str, DirectReader)| {
            let atr = reader.readers().remove(0).atr;
            ReaderState { reader: named(name), atr }
        };
        self.0.lock().unwrap().iter().map(state).collect()
    }

    fn open(&self, reader: &ReaderId) -> Result<Box<dyn CardSession>, CardError> {
        self.reader(&reader.0).ok_or(CardError::NoReader)?.open(&DirectReader::reader())
    }
}

fn named(name: &str) -> ReaderId {
    ReaderId(name.to_owned())
}

/// In which reader the card is that is taken, and whether another one could be.
fn taken(bench: &Bench) -> Option<(String, bool)> {
    match bench.counter.look_at_card() {
        CardHeld::Ready(card) => Some((card.reader.0.clone(), card.others)),
        _ => None,
    }
}

fn log_in(bench: &Bench) -> Result<counter::Session, CounterError> {
    bench.counter.log_in(&Pin::new("1234").unwrap(), false)
}

#[test]
fn of_several_cards_the_first_that_can_be_used_is_taken_by_its_certificate() {
    let revoked = || card_of(who::KAISA_REVOKED, |_| ());
    let blocked = || card_of(who::PETRI, |profile| profile.pin1_left = Some(0));
    let asleep = || card_of(who::PETRI, |profile| profile.activated = false);
    let empty = || {
        let reader = card_of(who::SIRI, |_| ());
        reader.pull();
        reader
    };
    for other in [revoked(), blocked(), asleep(), empty()] {
        for names in [["a", "b"], ["b", "a"]] {
            let bench = Bench::new();
            let siri = card_of(who::SIRI, |_| ());
            bench.put(Desk::new(vec![(names[0], other.clone()), (names[1], siri)]));
            assert_eq!(taken(&bench), Some((names[1].to_owned(), false)));
            assert_eq!(log_in(&bench).unwrap().holder.family, "Salminen");
        }
    }
    // Where none can be used, what is said is of the card that is nearest to it, whichever reader it is in.
    for readers in [vec![("a", empty()), ("b", revoked())], vec![("a", revoked()), ("b", empty())]] {
        let bench = Bench::new();
        bench.put(Desk::new(readers));
        assert_eq!(log_in(&bench).unwrap_err().code(), "certificate-revoked");
    }
    let bench = Bench::new();
    bench.put(Desk::new(vec![("a", empty()), ("b", empty())]));
    assert!(matches!(bench.counter.look_at_card(), CardHeld::Missing(MissingCard::Card)));
}

#[test]
fn of_two_that_can_be_used_the_remembered_readers_is_taken_and_the_other_is_told() {
    let desk = || Desk::new(vec![("a", card_of(who::PETRI, |_| ())), ("b", card_of(who::SIRI, |_| ()))]);
    let bench = Bench::new();
    bench.put(desk());
    assert_eq!(taken(&bench), Some(("a".to_owned(), true)), "nothing is remembered yet");
    let mut bench = Bench::new();
    bench.counter = bench.counter.with_reader(Some(named("b")));
    let readers = desk();
    bench.put(readers.clone());
    assert_eq!(taken(&bench), Some(("b".to_owned(), true)));
    assert_eq!(log_in(&bench).unwrap().holder.family, "Salminen");
    // The remembered reader is empty: the other one serves, and is the remembered one once somebody has logged in.
    readers.reader("b").unwrap().pull();
    assert!(bench.counter.card_removed(&named("b")));
    assert_eq!(taken(&bench), Some(("a".to_owned(), false)));
    assert_eq!(bench.counter.reader(), Some(named("b")));
    log_in(&bench).unwrap();
    assert_eq!(bench.counter.reader(), Some(named("a")));
}

#[test]
fn a_card_in_another_reader_disturbs_nobody_and_the_own_one_locks_when_it_leaves_its_reader() {
    let bench = Bench::new();
    let other = card_of(who::PETRI, |_| ());
    other.pull();
    let desk = Desk::new(vec![("a", other.clone()), ("b", card_of(who::SIRI, |_| ()))]);
    bench.put(desk.clone());
    log_in(&bench).unwrap();
    other.insert();
    assert_eq!(taken(&bench), Some(("b".to_owned(), true)), "the card in use stays the one in use");
    bench.prepare();
    other.pull();
    assert!(!bench.counter.card_removed(&named("a")));
    bench.counter.look_at_card();
    assert!(!bench.counter.session().unwrap().locked);
    bench.sign().unwrap();
    // The own card in another reader has left its own, whether or not anybody saw it on its way.
    desk.0.lock().unwrap().iter_mut().for_each(|(name, _)| *name = if *name == "a" { "b" } else { "a" });
    assert_eq!(taken(&bench), Some(("a".to_owned(), false)));
    assert!(bench.counter.session().unwrap().locked);
}

#[test]
fn a_pin_entered_on_the_reader_logs_in_and_signs_and_what_goes_wrong_there_tells_itself_apart() {
    let bench = Bench::new();
    let reader = card_of(who::SIRI, |_| ());
    bench.put(Arc::new(reader.clone()));
    let keypad = |bench: &Bench| match bench.counter.look_at_card() {
        CardHeld::Ready(card) => card.keypad,
        other => panic!("{other:?}"),
    };
    assert!(!keypad(&bench));
    assert_eq!(bench.counter.log_in(&elsewhere(), false).unwrap_err().code(), "card-no-keypad");
    for (typed, code) in [(Typed::Cancel, "pin-cancelled"), (Typed::Nothing, "pin-timeout")] {
        reader.keypad(typed);
        assert!(keypad(&bench));
        assert_eq!(bench.counter.log_in(&elsewhere(), false).unwrap_err().code(), code);
    }
    reader.keypad(Typed::Digits("1234".to_owned()));
    bench.counter.log_in(&elsewhere(), false).unwrap();
    bench.prepare();
    for (typed, code) in [(Typed::Cancel, "pin-cancelled"), (Typed::Nothing, "pin-timeout")] {
        reader.keypad(typed);
        assert_eq!(bench.counter.sign(&elsewhere(), false).unwrap_err().code(), code);
        assert_eq!(bench.counter.visit().unwrap().basket.len(), 1, "the basket is as it was");
    }
    assert_eq!(reader.pins_sent(), 1, "what was not entered was not sent");
    reader.keypad(Typed::Digits("5678".to_owned()));
    let visit = bench.counter.sign(&elsewhere(), false).unwrap();
    assert_eq!((visit.basket.len(), visit.signed.len(), reader.pins_sent()), (0, 1, 2));
    bench.send();
    assert_eq!(bench.centre().stored.len(), 1);
}

#[test]
fn decision_11_a_card_behind_another_program_is_asked_for_only_when_somebody_logs_in() {
    let bench = Bench::new();
    let service = Service::start(crate::bench::pairs(who::SIRI));
    let (access, events) = service.access();
    bench.put(Arc::new(access));
    wait_for(&events, |event| matches!(event, CardEvent::CardInserted { .. }));
    assert!(matches!(bench.counter.look_at_card(), CardHeld::Unread(_)));
    bench.counter.look_at_card();
    assert_eq!(service.asked(), 0, "looking opens no window");
    service.set(|inside| inside.manner = crate::scs_service::Manner::Fails(401));
    let refused = bench.counter.log_in(&elsewhere(), false).unwrap_err();
    assert!(matches!(refused, CounterError::Card(CardError::Service(401))), "{refused:?}");
    assert!(matches!(bench.counter.card(), CardHeld::Unread(_)), "a refusal is no property of the card");
    service.set(|inside| inside.manner = crate::scs_service::Manner::Signs);
    let before = service.asked();
    assert_eq!(bench.counter.log_in(&elsewhere(), false).unwrap().holder.family, "Salminen");
    assert_eq!(service.asked() - before, 3, "whose card it is, twice, and the log-in");
    bench.prepare();
    let typed = bench.sign().unwrap_err();
    assert_eq!(typed.code(), "pin-elsewhere", "digits that were typed here help nobody");
    let visit = bench.counter.sign(&elsewhere(), false).unwrap();
    assert_eq!((visit.basket.len(), visit.signed.len()), (0, 1));
    assert_eq!(service.asked() - before, 4);
    bench.send();
    assert_eq!(bench.centre().stored.len(), 1);
    // The program goes: what was known of its card goes with it, and nobody works on.
    service.close();
    wait_for(&events, |event| *event == CardEvent::ServiceDown);
    assert!(bench.counter.card_removed(&ScsAccess::reader()));
    bench.counter.card_service(false);
    assert!(matches!(bench.counter.look_at_card(), CardHeld::Missing(MissingCard::Service)));
    assert!(bench.counter.session().unwrap().locked);
    assert_eq!(bench.counter.sign(&elsewhere(), false).unwrap_err().code(), "no-session");
}
