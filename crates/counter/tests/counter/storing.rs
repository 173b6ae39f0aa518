//! OU-2, second half: a telephone or paper prescription that a medicine was handed over on is stored in the real core of
//! the Centre when it answers again, and its dispensation after it, by the same person and with the real time.

use card::Pin;
use cda::Content;
use chrono::Duration;
use counter::{CounterError, HandOver, Sent, Stored, ToStore};
use prescription::codes::StoredKind;
use prescription::outage::Basis;
use prescription::storing::Lack;
use prescription::{Oid, PersonIdentityCode, PersonName, Recording, RegistrationNumber, Right, Vnr, time};
use record::{OutageState, OutboxState};
use rust_decimal::Decimal;
use test_authority::who;

use crate::bench::AINO;
use crate::elsewhere::Elsewhere;

/// AMLODIPIN MALLI 5 mg, 98 tablets: of no class.
const AMLODIPIN: &str = "814012";
/// DIAPAM 10 mg: a PKV medicine.
const DIAPAM: &str = "469593";

fn by_telephone() -> HandOver {
    HandOver {
        basis: Basis::Telephone,
        identity_code: PersonIdentityCode::parse(AINO).ok(),
        customer: "Aino Mallikas".into(),
        identified: "identity-card".into(),
        on_behalf: None,
        prescription: None,
        read: "Amlodipin 5 mg, 1 tabletti aamuisin, 98 kpl".into(),
        prescriber: "Lauri Lääkäri 99900000094".into(),
        vnr: Vnr::parse(AMLODIPIN).ok(),
        product: String::new(),
        amount: Decimal::from(98),
        unit: String::new(),
        immediate: true,
        reason: None,
        handed_over_at: None,
        person: String::new(),
    }
}

fn name(given: &str, family: &str) -> PersonName {
    PersonName { given: vec![given.into()], family: family.into(), ..PersonName::default() }
}

/// What the pharmacist reads from the notes of the call, ten minutes before the hand-over.
fn to_store(story: &Elsewhere) -> ToStore {
    ToStore {
        identity_code: None,
        patient: name("Aino", "Mallikas"),
        prescriber: name("Lauri", "Lääkäri"),
        registration: RegistrationNumber::parse("99900000094").ok(),
        prescriber_id: None,
        right: Right::new("034"),
        prescribed_at: Some(time::finnish(story.now() - Duration::minutes(10))),
        vnr: Vnr::parse(AMLODIPIN).ok(),
        product: String::new(),
        amount: Decimal::from(98),
        unit: String::new(),
        dosage: "1 tabletti aamuisin".into(),
        purpose: "Verenpaineen hoitoon".into(),
        why: "1".into(),
        why_words: String::new(),
        valid_until: None,
        reason: None,
    }
}

fn store(story: &Elsewhere, entry: &str, with: &ToStore) -> Result<Stored, CounterError> {
    story.bench.counter.store_prescription(entry, with, (&Pin::new("5678").unwrap(), false))
}

fn rule(error: CounterError) -> String {
    match error {
        CounterError::Rule(finding) => finding.rule.id.to_owned(),
        other => other.code(),
    }
}

fn is_sound(story: &Elsewhere) -> bool {
    story.bench.counter.deps().record.verify().unwrap().is_sound()
}

/// The Centre is gone, Siri is at the counter, and a medicine was handed over.
fn handed_over(with: HandOver) -> (Elsewhere, String) {
    let story = Elsewhere::new(|_| {});
    story.bench.log_in(who::SIRI);
    story.centre_is_silent();
    let entry = story.bench.counter.hand_over(with, false).unwrap();
    (story, entry.entry_id)
}

#[test]
fn ou_2_a_telephone_prescription_is_stored_and_then_its_dispensation_with_the_real_time() {
    let (story, entry) = handed_over(by_telephone());
    let given = story.now();
    let with = to_store(&story);
    story.later(Duration::hours(3));
    let checks = story.bench.counter.check_storing(&entry, &with).unwrap();
    assert!(checks.may_sign(), "{:?}", checks.findings);
    assert_eq!(checks.valid_until, given_day(&with).checked_add_months(chrono::Months::new(3)), "LC-4");
    let stored = store(&story, &entry, &with).unwrap();
    let (order, lot) = (stored.prescription.document_id, stored.dispensation.document_id);
    assert_eq!(lot.as_str(), entry, "one identity from the hand-over on");
    let record = &story.bench.counter.deps().record;
    let written = record.outage_entry(&entry).unwrap().unwrap();
    assert_eq!((written.state, written.document_id.as_deref()), (OutageState::Written, Some(lot.as_str())));

    // The Centre is still gone: the prescription is tried and nothing else.
    assert!(
        matches!(story.bench.send().as_slice(), [Sent::Waits { document_id, .. }] if *document_id == order.to_string())
    );
    assert_eq!(story.bench.stands(lot.as_str()), (OutboxState::Waiting, None));
    story.later(Duration::minutes(20));
    story.centre_answers();
    // What waited goes one after the other, with a gap.
    for id in [&order, &lot] {
        assert_eq!(story.bench.send(), [Sent::Accepted { document_id: id.to_string() }]);
        story.later(Duration::seconds(10));
    }

    let chain = story.chain_of(&order).unwrap();
    let Recording::AtPharmacy(recording) = &chain.prescription.recording else { panic!("stored by a pharmacy") };
    assert_eq!((&recording.kind, recording.reason.code.code.as_str()), (&StoredKind::Telephone, "1"));
    assert_eq!(recording.recorder.registration.as_ref().unwrap().as_str(), "99900000011");
    assert_eq!(chain.prescription.prescribed_at, with.prescribed_at.unwrap());
    assert_eq!(chain.prescription.patient.identity_code, PersonIdentityCode::parse(AINO).ok());
    let [made] = chain.dispensations.as_slice() else { panic!("one dispensation: {:?}", chain.dispensations) };
    assert_eq!(made.dispensed_at, time::finnish(given), "the real time of hand-over");
    assert_eq!(made.made_at, time::finnish(given + Duration::hours(3)));
    assert_eq!(made.author.registration, recording.recorder.registration, "the same person");
    assert!(made.fully_dispensed);
    assert!(chain.conflicts.is_empty());
    assert!(is_sound(&story));
    assert!(matches!(store(&story, &entry, &with), Err(CounterError::UnknownHandOver)), "once");
}

fn given_day(with: &ToStore) -> chrono::NaiveDate {
    with.prescribed_at.unwrap().date()
}

#[test]
fn ou_2_a_paper_prescription_of_more_and_of_a_product_as_written() {
    let (story, entry) = handed_over(HandOver { basis: Basis::Paper, ..by_telephone() });
    let day = story.now().date_naive().and_time(chrono::NaiveTime::MIN);
    let with = ToStore {
        prescribed_at: Some(day),
        registration: None,
        prescriber_id: Some("999011".into()),
        amount: Decimal::from(196),
        ..to_store(&story)
    };
    let stored = store(&story, &entry, &with).unwrap();
    story.centre_answers();
    story.later(Duration::hours(1));
    assert_eq!(story.bench.send().len(), 2);
    let chain = story.chain_of(&stored.prescription.document_id).unwrap();
    assert_eq!(chain.prescription.valid_until, day.date().checked_add_months(chrono::Months::new(24)), "LC-2");
    assert_eq!(chain.prescription.prescriber.prescriber_id.as_deref(), Some("999011"));
    assert_eq!(chain.dispensations[0].remaining.shown(), "1X98 fol");
    assert!(!chain.dispensations[0].fully_dispensed);

    let (story, entry) = handed_over(HandOver { basis: Basis::Paper, ..by_telephone() });
    let written = ToStore { vnr: None, product: "Amlodipin Norja 5 mg".into(), unit: "fol".into(), ..to_store(&story) };
    let stored = store(&story, &entry, &written).unwrap();
    story.centre_answers();
    story.later(Duration::hours(1));
    story.bench.send();
    let chain = story.chain_of(&stored.prescription.document_id).unwrap();
    assert_eq!(chain.prescription.product.name(), "Amlodipin Norja 5 mg");
    assert!(chain.dispensations[0].substituted);
}

#[test]
fn ou_2_what_is_missing_or_forbidden_is_signed_by_nobody() {
    let (story, entry) = handed_over(by_telephone());
    let whole = to_store(&story);
    let refused = |with: ToStore| {
        let checks = story.bench.counter.check_storing(&entry, &with).unwrap();
        assert!(!checks.may_sign());
        rule(store(&story, &entry, &with).unwrap_err())
    };
    assert_eq!(refused(ToStore { registration: None, ..whole.clone() }), "OU-2c");
    assert_eq!(refused(ToStore { prescribed_at: None, ..whole.clone() }), "OU-2c");
    assert_eq!(refused(ToStore { amount: Decimal::ZERO, ..whole.clone() }), "OU-2c");
    let nothing = ToStore { prescribed_at: None, amount: Decimal::ZERO, vnr: None, ..whole.clone() };
    let lacks = story.bench.counter.check_storing(&entry, &nothing).unwrap().lacks;
    assert_eq!(lacks, [Lack::Time, Lack::Product, Lack::Amount], "each is named");
    assert_eq!(refused(ToStore { dosage: " ".into(), ..whole.clone() }), "OU-2c");
    let after = Some(time::finnish(story.now() + Duration::minutes(1)));
    assert_eq!(refused(ToStore { prescribed_at: after, ..whole.clone() }), "OU-2c");
    assert_eq!(refused(ToStore { why: "3".into(), ..whole.clone() }), "ST-1");
    let long = given_day(&whole).checked_add_months(chrono::Months::new(4));
    assert_eq!(refused(ToStore { valid_until: long, ..whole.clone() }), "LC-4");
    let before = given_day(&whole).pred_opt();
    assert_eq!(refused(ToStore { valid_until: before, ..whole.clone() }), "ST-3");
    assert_eq!(refused(ToStore { vnr: Vnr::parse(DIAPAM).ok(), ..whole.clone() }), "OU-2b");
    let unknown = ToStore { vnr: Vnr::parse("000000").ok(), ..whole.clone() };
    assert_eq!(rule(story.bench.counter.check_storing(&entry, &unknown).unwrap_err()), "package-unknown");
    // A wrong PIN leaves neither document, and the entry as it was.
    let wrong = story.bench.counter.store_prescription(&entry, &whole, (&Pin::new("1111").unwrap(), false));
    assert_eq!(wrong.unwrap_err().code(), "pin-wrong");
    let record = &story.bench.counter.deps().record;
    assert_eq!((record.counts().unwrap().waiting, record.outage_waiting().unwrap()), (0, 1));
    assert!(is_sound(&story));
}

#[test]
fn ou_2b_no_pkv_is_handed_over_on_the_telephone_or_on_paper() {
    let story = Elsewhere::new(|_| {});
    story.bench.log_in(who::SIRI);
    for basis in [Basis::Telephone, Basis::Paper] {
        let pkv = HandOver { basis, vnr: Vnr::parse(DIAPAM).ok(), reason: Some("hätä".into()), ..by_telephone() };
        assert_eq!(rule(story.bench.counter.hand_over(pkv, false).unwrap_err()), "OU-2b");
    }
    assert_eq!(story.bench.counter.deps().record.outage_waiting().unwrap(), 0);
}

#[test]
fn ou_2_ou_6_only_who_handed_over_stores_and_only_what_a_doctor_prescribed_anew() {
    let (story, entry) = handed_over(by_telephone());
    let with = to_store(&story);
    story.bench.log_in(who::PETRI);
    assert!(matches!(store(&story, &entry, &with), Err(CounterError::AnothersHandOver)));
    assert!(matches!(story.bench.counter.check_storing(&entry, &with), Err(CounterError::AnothersHandOver)));
    story.bench.log_in(who::SIRI);
    let words = HandOver { vnr: None, product: "Jokin voide".into(), reason: Some("voide".into()), ..by_telephone() };
    let instruction = HandOver { basis: Basis::Instruction, ..by_telephone() };
    for with in [words, instruction] {
        let entry = story.bench.counter.hand_over(with, false).unwrap().entry_id;
        assert!(matches!(store(&story, &entry, &to_store(&story)), Err(CounterError::NotStorable)));
    }
}

#[test]
fn ou_2_a_refused_prescription_is_a_persons_and_its_dispensation_is_held() {
    let (story, entry) = handed_over(by_telephone());
    let stored = store(&story, &entry, &to_store(&story)).unwrap();
    let [order, lot] = [&stored.prescription, &stored.dispensation].map(|one| one.document_id.to_string());
    story.later(Duration::hours(1));
    story.prescriptions_are_refused();
    assert!(matches!(story.bench.send().as_slice(), [Sent::Refused { document_id, .. }] if *document_id == order));
    // However often it is tried, and after a day: the dispensation does not go before its prescription.
    story.later(Duration::days(1));
    assert_eq!(story.bench.send(), []);
    assert_eq!(story.bench.stands(&order).0, OutboxState::Refused);
    assert_eq!(story.bench.stands(&lot).0, OutboxState::Waiting);
    // The Centre has learnt of the prescriber: a person sends it again, and both are there.
    story.centre_answers();
    story.bench.counter.resend(&order).unwrap();
    assert_eq!(story.bench.send(), [&order, &lot].map(|id| Sent::Accepted { document_id: id.clone() }));
    let chain = story.chain_of(&Oid::parse(&order).unwrap()).unwrap();
    assert_eq!(chain.dispensations.len(), 1);
    assert!(is_sound(&story));
}

#[test]
fn ou_2_where_the_prescription_is_settled_its_dispensation_comes_before_a_person_too() {
    let (story, entry) = handed_over(by_telephone());
    let stored = store(&story, &entry, &to_store(&story)).unwrap();
    let [order, lot] = [&stored.prescription, &stored.dispensation].map(|one| one.document_id.to_string());
    story.later(Duration::hours(1));
    story.prescriptions_are_refused();
    story.bench.send();
    story.bench.counter.settle(&order, "Lääkäri teki sähköisen lääkemääräyksen.").unwrap();
    assert!(matches!(story.bench.send().as_slice(), [Sent::Refused { document_id, .. }] if *document_id == lot));
    let (state, code) = story.bench.stands(&lot);
    assert_eq!((state, code.as_deref()), (OutboxState::Refused, Some("TSK-prescription-unknown")));
    let held = story.bench.counter.deps().record.document(&lot).unwrap().unwrap().bytes.unwrap();
    assert!(matches!(cda::read(&held).unwrap().content, Content::Dispensation(_)), "kept, whatever a person decides");
}
