//! The card pulled at every single command of a log-in and of a signature: the visit and its basket stay, nothing is in the
//! record, and the same person goes on when the card is back.

use std::sync::Arc;

use card::{CardError, Pin};
use counter::CounterError;
use direct_card::DirectReader;
use test_authority::who;
use virtual_card::{Card, Fault, Person, Profile, ShortMemory};

use crate::bench::{AUTHORITY, Bench};

/// A card that counts commands and can be pulled at each.
fn card_of(slug: &str) -> DirectReader {
    let person = Person::load(&AUTHORITY.join("people").join(slug)).unwrap();
    let profile = Profile { pin2: "5678".to_owned(), ..Profile::default() };
    DirectReader::new(Card::new(profile, person, Box::new(ShortMemory::default())).unwrap())
}

fn log_in(bench: &Bench) -> Result<counter::Session, CounterError> {
    bench.counter.log_in(&Pin::new("1234").unwrap(), false)
}

/// A visit with so many prescriptions in its basket, and the card in the reader.
fn ready_to_sign(slug: &str, many: usize) -> (Bench, DirectReader) {
    let bench = Bench::new();
    let reader = card_of(slug);
    bench.put(Arc::new(reader.clone()));
    log_in(&bench).unwrap();
    if many == 1 {
        bench.prepare()
    } else {
        bench.prepare_two()
    }
    reader.forget();
    (bench, reader)
}

/// Pulled or left without an answer at this command.
fn fail(reader: &DirectReader, fault: &Fault, step: usize) {
    reader.forget();
    reader.with_card(|card| card.fail_at(u32::try_from(step).unwrap(), fault.clone()));
}

fn signed_in_the_journal(bench: &Bench) -> usize {
    bench.journal().iter().filter(|(kind, _, _)| kind == "dispensation.signed").count()
}

fn pulled_at_every_command_of_a_signature(slug: &str, many: usize, fault: &Fault) {
    let (bench, reader) = ready_to_sign(slug, many);
    bench.sign().unwrap();
    let steps = reader.commands();
    assert!(steps > 20, "what is read before the signature counts too");
    for step in 1..=steps {
        let at = format!("{slug}, {many} documents, {fault:?} at {step} of {steps}");
        let (bench, reader) = ready_to_sign(slug, many);
        fail(&reader, fault, step);
        let error = bench.sign().unwrap_err();
        assert!(matches!(error, CounterError::Card(CardError::CardRemoved)), "{at}: {error:?}");
        assert!(reader.pins_sent() <= 1, "{at}");
        let visit = bench.counter.visit().unwrap();
        assert_eq!((visit.basket.len(), visit.signed.len()), (many, 0), "{at}");
        assert_eq!(signed_in_the_journal(&bench), 0, "{at}");
        assert!(bench.send().is_empty(), "nothing waits to be sent: {at}");
        bench.counter.card_removed(&DirectReader::reader()); // what the watch over the readers tells
        assert!(bench.counter.session().unwrap().locked, "{at}");
        assert_eq!(bench.sign().unwrap_err().code(), "no-session", "{at}");

        reader.insert();
        log_in(&bench).unwrap();
        assert_eq!(bench.counter.visit().unwrap().basket, visit.basket, "the same visit: {at}");
        let visit = bench.sign().unwrap();
        assert_eq!((visit.basket.len(), visit.signed.len()), (0, many), "{at}");
        assert_eq!(signed_in_the_journal(&bench), many, "{at}");
        bench.send();
        assert_eq!(bench.centre().stored.len(), many, "once, and once only: {at}");
    }
}

#[test]
fn a_card_pulled_at_any_command_of_a_signature_leaves_the_basket_and_nothing_signed() {
    for slug in [who::SIRI, who::PETRI] {
        pulled_at_every_command_of_a_signature(slug, 1, &Fault::Pull);
    }
}

#[test]
fn a_card_pulled_at_any_command_of_a_signature_over_a_list_leaves_all_of_the_basket_and_nothing_signed() {
    for fault in [Fault::Pull, Fault::PullAfter] {
        pulled_at_every_command_of_a_signature(who::SIRI, 2, &fault);
    }
}

#[test]
fn a_card_whose_answer_is_lost_at_any_command_of_a_signature_leaves_the_basket_and_nothing_signed() {
    pulled_at_every_command_of_a_signature(who::SIRI, 1, &Fault::PullAfter);
}

#[test]
fn a_card_pulled_at_any_command_of_a_log_in_lets_nobody_in_who_is_not_there() {
    let bench = Bench::new();
    let reader = card_of(who::SIRI);
    bench.put(Arc::new(reader.clone()));
    log_in(&bench).unwrap();
    let steps = reader.commands();
    let bench = Bench::new();
    bench.put(Arc::new(reader.clone()));
    for step in 1..=steps {
        fail(&reader, &Fault::Pull, step);
        let outcome = log_in(&bench);
        assert!(reader.pins_sent() <= 1, "at {step}");
        // Pulled after the challenge was signed: the session begins and is locked in the same breath.
        let open = bench.counter.session().filter(|session| !session.locked);
        assert!(open.is_none(), "at {step} of {steps}: {outcome:?}");
        reader.insert();
    }
    log_in(&bench).unwrap();
    bench.prepare();
    bench.sign().unwrap();
}
