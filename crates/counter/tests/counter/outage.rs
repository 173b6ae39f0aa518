//! OU-1, OU-2, OU-6: what is handed over in an outage is durable at once and without a network, and its document is written
//! by the same person when the Centre answers again, with the real time of hand-over.

use cda::Content;
use chrono::{DateTime, Duration, Utc};
use counter::{Clock, CounterError, HandOver};
use kanta_client::TransportError;
use prescription::outage::Basis;
use prescription::{Outcome, PersonIdentityCode, Vnr, time};
use record::{OutageState, OutboxState};
use rust_decimal::Decimal;
use test_authority::who;

use crate::bench::{AINO, Bench};

/// DIAPAM 10 mg, 21 tablets: a PKV medicine, and the prescribed one.
const DIAPAM: &str = "469593";
/// AMLODIPIN MALLI 5 mg: of no class.
const AMLODIPIN: &str = "814012";

fn on_instruction(bench: &Bench) -> HandOver {
    HandOver {
        basis: Basis::Instruction,
        identity_code: PersonIdentityCode::parse(AINO).ok(),
        customer: "Aino Mallikas".into(),
        identified: "identity-card".into(),
        on_behalf: None,
        prescription: Some(bench.set_id()),
        read: String::new(),
        prescriber: String::new(),
        vnr: Vnr::parse(DIAPAM).ok(),
        product: String::new(),
        amount: Decimal::from(21),
        unit: String::new(),
        immediate: true,
        reason: None,
        handed_over_at: None,
        person: String::new(),
    }
}

fn the_centre_is_gone(bench: &Bench) {
    bench.centre_answers(|_| Some(Err(TransportError::NotReached)));
}

fn the_centre_is_back(bench: &Bench, at: DateTime<Utc>) {
    bench.centre().wish = None;
    bench.clock.turn_to(at);
}

fn rule(error: CounterError) -> String {
    match error {
        CounterError::Rule(finding) => finding.rule.id.to_owned(),
        other => other.code(),
    }
}

#[test]
fn ou_1_ou_6_what_is_handed_over_needs_no_network_and_the_same_person_writes_its_document_with_its_real_time() {
    let bench = Bench::new();
    the_centre_is_gone(&bench);
    bench.log_in(who::SIRI);
    let given = bench.clock.now();
    let entry = bench.counter.hand_over(on_instruction(&bench), false).unwrap();
    assert_eq!(bench.centre().asked, 0, "nobody was asked");
    let record = &bench.counter.deps().record;
    assert_eq!(record.outage_waiting().unwrap(), 1);
    assert_eq!(bench.counter.handed_over().unwrap(), std::slice::from_ref(&entry));
    // While the Centre is silent, writing fails and loses nothing.
    assert!(matches!(bench.counter.write_up(&entry.entry_id), Err(CounterError::Centre(_))));
    assert_eq!(record.outage_waiting().unwrap(), 1);

    let back = given + Duration::hours(3);
    the_centre_is_back(&bench, back);
    let visit = bench.counter.write_up(&entry.entry_id).unwrap();
    let set_id = bench.set_id();
    assert_eq!(visit.open.as_ref(), Some(&set_id), "the prescription that was read is in hand");
    let proposal = &visit.proposals[&set_id];
    assert_eq!((proposal.vnr().unwrap().as_str(), proposal.dispensation.delivered.value), (DIAPAM, Decimal::from(21)));
    bench.counter.add_to_basket(&set_id).unwrap();
    let signed = bench.sign().unwrap().signed;
    assert_eq!(signed[0].document_id.as_str(), entry.entry_id, "one identity from the hand-over on");

    let written = record.outage_entry(&entry.entry_id).unwrap().unwrap();
    assert_eq!((written.state, written.document_id), (OutageState::Written, Some(entry.entry_id.clone())));
    bench.send();
    assert_eq!(bench.stands(&entry.entry_id).0, OutboxState::Accepted);
    let stored = bench.centre().stored.pop().unwrap();
    assert!(stored.late, "sent as made in an outage");
    let Content::Dispensation(made) = cda::read(&stored.document).unwrap().content else { panic!("a dispensation") };
    assert_eq!((made.dispensed_at, made.made_at), (time::finnish(given), time::finnish(back)));
    assert!(cda::header_body_mismatches(&stored.document).unwrap().is_empty());
    assert!(matches!(bench.counter.write_up(&entry.entry_id), Err(CounterError::UnknownHandOver)));
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn ou_1_the_same_without_an_identifier_finds_the_prescription_by_person_and_medicine() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let read = "Diapam 10 mg, 1 tabletti tarvittaessa";
    let with = HandOver { basis: Basis::Summary, prescription: None, read: read.into(), ..on_instruction(&bench) };
    let entry = bench.counter.hand_over(with.clone(), false).unwrap();
    let visit = bench.counter.write_up(&entry.entry_id).unwrap();
    assert_eq!(visit.open, Some(bench.set_id()));
    // Another medicine than any listed: the person looks, nothing is guessed.
    let other = HandOver { vnr: Vnr::parse(AMLODIPIN).ok(), ..with };
    let entry = bench.counter.hand_over(other, false).unwrap();
    let visit = bench.counter.write_up(&entry.entry_id).unwrap();
    assert_eq!((visit.open, visit.listed.len()), (None, 1));
}

#[test]
fn ou_1b_ou_2_ou_3_ou_8_what_the_rules_refuse_leaves_no_entry() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let refused = |with: HandOver| rule(bench.counter.hand_over(with, false).unwrap_err());
    let label = HandOver { basis: Basis::OldLabel, read: "etiketti".into(), ..on_instruction(&bench) };
    assert_eq!(refused(label.clone()), "OU-1b");
    let words = HandOver { vnr: None, product: "Jokin valmiste".into(), ..label.clone() };
    assert_eq!(refused(words), "OU-1b", "a class that is not known hinders");
    assert_eq!(refused(HandOver { basis: Basis::Telephone, ..on_instruction(&bench) }), "OU-2");
    assert_eq!(refused(HandOver { basis: Basis::Nothing, ..on_instruction(&bench) }), "OU-8");
    assert_eq!(refused(HandOver { immediate: false, ..on_instruction(&bench) }), "OU-3");
    assert_eq!(refused(HandOver { amount: Decimal::ZERO, ..on_instruction(&bench) }), "amount-invalid");
    assert_eq!(refused(HandOver { vnr: Vnr::parse("000000").ok(), ..on_instruction(&bench) }), "package-unknown");
    let answering = bench.counter.hand_over(on_instruction(&bench), true).unwrap_err();
    assert_eq!(rule(answering), "OU-1c");
    assert_eq!(bench.counter.deps().record.outage_waiting().unwrap(), 0);
    let free = HandOver { vnr: Vnr::parse(AMLODIPIN).ok(), ..label };
    bench.counter.hand_over(free, false).unwrap();
    bench.log_in(who::ONNI);
    assert_eq!(rule(bench.counter.hand_over(on_instruction(&bench), false).unwrap_err()), "DI-3");
}

#[test]
fn ou_6_another_person_writes_nothing_and_settles_with_a_note() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let entry = bench.counter.hand_over(on_instruction(&bench), false).unwrap();
    bench.log_in(who::ONNI);
    assert!(matches!(bench.counter.write_up(&entry.entry_id), Err(CounterError::Right)));
    assert!(matches!(bench.counter.settle_hand_over(&entry.entry_id, "x"), Err(CounterError::Right)));
    bench.log_in(who::PETRI);
    assert!(matches!(bench.counter.write_up(&entry.entry_id), Err(CounterError::AnothersHandOver)));
    assert!(matches!(bench.counter.settle_hand_over(&entry.entry_id, " "), Err(CounterError::NoNote)));
    assert_eq!(bench.counter.handed_over().unwrap().len(), 1, "it never leaves the list by itself");
    bench.counter.settle_hand_over(&entry.entry_id, "Siri on lomalla; kirjattu paperille.").unwrap();
    assert_eq!(bench.counter.handed_over().unwrap(), []);
    assert!(bench.counter.deps().record.verify().unwrap().is_sound());
}

#[test]
fn ou_6_more_than_was_left_is_a_note_now_and_the_fact_is_signed() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    let with = HandOver { amount: Decimal::from(200), ..on_instruction(&bench) };
    let entry = bench.counter.hand_over(with, false).unwrap();
    bench.clock.turn_to(bench.clock.now() + Duration::hours(1));
    let visit = bench.counter.write_up(&entry.entry_id).unwrap();
    let findings = &visit.proposals[&bench.set_id()].findings;
    let more = findings.iter().find(|finding| finding.rule.id == "DI-7").unwrap();
    assert_eq!(more.outcome, Outcome::Note);
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    let signed = bench.sign().unwrap().signed;
    let stored = bench.counter.deps().record.document(signed[0].document_id.as_str()).unwrap().unwrap();
    let Content::Dispensation(made) = cda::read(&stored.bytes.unwrap()).unwrap().content else { panic!() };
    assert_eq!(made.remaining.value, Some(Decimal::ZERO));
    assert_eq!(made.remaining.words.as_deref(), Some("Annettu käyttökatkon aikana 116 fol yli jäljellä olevan."));
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    let again = bench.counter.add_to_basket(&bench.set_id());
    assert!(matches!(again, Err(CounterError::FullBasket)), "a hand-over has one document");
}

#[test]
fn ou_6b_a_colleague_is_told_what_is_not_entered_yet() {
    let bench = Bench::new();
    bench.log_in(who::SIRI);
    bench.counter.hand_over(on_instruction(&bench), false).unwrap();
    bench.log_in(who::PETRI);
    bench.search().unwrap();
    let visit = bench.counter.open_prescription(&bench.set_id()).unwrap();
    let findings = &visit.proposals[&bench.set_id()].findings;
    let told = findings.iter().find(|finding| finding.rule.id == "OU-6b").unwrap();
    assert_eq!(told.outcome, Outcome::NeedsReason);
    assert!(matches!(bench.counter.add_to_basket(&bench.set_id()), Err(CounterError::Rule(_))));
}
