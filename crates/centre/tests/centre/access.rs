//! Who may see what: reasons, rights, denials, minors, whoever acts for a patient; and that what is withheld leaves no
//! trace.

use std::sync::atomic::{AtomicUsize, Ordering};

use centre::Chain;
use centre::log::{Entry, Head};
use centre::register::{BUILT_IN, Register};
use centre::store::{Counts, Decision, MemoryStore, Outcome, SqliteStore, Store, StoreError, StoredDocument, Whose};
use centre::wishes::Wishes;
use kanta::metadata::{Answer, Days, DispenseStatus, Page, Query};
use kanta::mr::{self, FetchQuery};
use kanta::{Basis, OnBehalf, Requester};
use prescription::codes::MinorDisclosure;
use prescription::{Oid, PersonIdentityCode, Prescription, QueryReason};
use test_authority::who;

use crate::world::*;

const PEKKA: &str = "051275-933B";
/// Eleven years old in the story.
const CHILD: &str = "150315A9409";
const UNIT: &str = "1.2.246.10.99999903.10.1";

fn person(code: &str) -> PersonIdentityCode {
    PersonIdentityCode::as_stated(code)
}

fn of_person(code: &str) -> Query {
    Query { patients: vec![person(code)], ..Query::default() }
}

fn of_set(prescription: &Prescription) -> Query {
    Query { sets: vec![prescription.reference.set_id.clone()], ..Query::default() }
}

fn of_identifier(prescription: &Prescription) -> Query {
    Query { identifiers: vec![prescription.reference.id.clone()], ..Query::default() }
}

fn for_reason(reason: &str, user: &str, place: &str) -> Requester {
    Requester { reason: QueryReason::from(reason), ..requester(Some(user), place) }
}

/// What Siri hears at Kuusi, dispensing: how many, or code and detail of the refusal.
fn hears<S: Store>(world: &World<S>, query: &Query) -> Result<u32, (String, String)> {
    hears_as(world, query, &requester(Some(who::SIRI), KUUSI), KUUSI)
}

fn hears_as<S: Store>(
    world: &World<S>,
    query: &Query,
    requester: &Requester,
    caller: &str,
) -> Result<u32, (String, String)> {
    let answer = world.search_as(query, requester, caller);
    answer
        .map(|answer| answer.total)
        .map_err(|issues| (issues[0].code.clone(), issues[0].detail.clone().unwrap_or_default()))
}

fn fetched<S: Store>(world: &World<S>, prescription: &Prescription, requester: &Requester) -> Result<usize, String> {
    let query = FetchQuery { identifiers: vec![prescription.reference.set_id.clone()], document: None };
    let frame = frame(world.now);
    let request = mr::fetch_request(&query, requester, &frame).unwrap();
    match mr::parse_fetch_response(&world.ask(&request, KUUSI), frame.message_id) {
        Ok(documents) => Ok(documents.len()),
        Err(kanta::KantaError::Refused(issues)) => Err(issues[0].code.clone()),
        Err(other) => panic!("{other}"),
    }
}

fn numbered(number: u32) -> impl FnOnce(&mut Prescription) {
    move |prescription| {
        let id = format!("1.2.246.10.99999903.93.2026.{number}");
        prescription.reference = reference(&id, prescription::DocumentType::Prescription);
        prescription.prescribed_at -= chrono::Duration::days(number.into());
    }
}

fn childs(prescription: &mut Prescription) {
    prescription.patient.identity_code = Some(person(CHILD));
    prescription.patient.birth_date = person(CHILD).birth_date();
}

fn wish<S: Store>(world: &World<S>, wishes: &str) {
    world.centre.replace_wishes(Wishes::parse(wishes).unwrap());
}

fn denied(code: &str) -> String {
    format!("[[denial]]\nperson = \"{code}\"\n")
}

#[test]
fn se_8_a_denied_prescription_is_not_found_by_identity_code_and_is_found_and_fetched_by_identifier() {
    let world = World::new();
    let prescription = world.held(|_| {});
    wish(&world, &denied(AINO));
    assert_eq!(hears(&world, &of_person(AINO)), Ok(0));
    assert_eq!(hears(&world, &of_identifier(&prescription)), Ok(1));
    assert_eq!(hears(&world, &of_set(&prescription)), Ok(1));
    let both = Query { patients: vec![person(AINO)], ..of_set(&prescription) };
    assert_eq!(hears(&world, &both), Ok(1), "the identifier was brought");
    assert_eq!(fetched(&world, &prescription, &requester(Some(who::SIRI), KUUSI)), Ok(1));
}

#[test]
fn se_8_a_denial_of_one_prescription_withholds_no_other_and_ends_when_it_ends() {
    let mut world = World::new();
    let one = world.held(numbered(11));
    world.held(numbered(12));
    let end = world.now + chrono::Duration::days(1);
    let set = &one.reference.set_id;
    wish(&world, &format!("{}prescription = \"{set}\"\nuntil = \"{}\"\n", denied(AINO), end.to_rfc3339()));
    assert_eq!(hears(&world, &of_person(AINO)), Ok(1));
    world.days_pass(1);
    assert_eq!(hears(&world, &of_person(AINO)), Ok(2));
}

/// Everything that a pharmacy gets for a search, byte for byte.
fn answer_bytes<S: Store>(world: &World<S>, query: &Query) -> Vec<u8> {
    let request = kanta::metadata::request(query, &requester(Some(who::SIRI), KUUSI)).unwrap();
    let response = world.ask(&request, KUUSI);
    [format!("{}{:?}", response.status, response.headers).into_bytes(), response.body].concat()
}

#[test]
fn what_is_withheld_is_byte_for_byte_what_is_not_there() {
    let (with, mut without) = (World::new(), World::new());
    without.now = with.now;
    for world in [&with, &without] {
        world.held(numbered(11));
        world.held(numbered(13));
    }
    let hidden = with.held(numbered(12));
    wish(&with, &format!("{}prescription = \"{}\"\n", denied(AINO), hidden.reference.set_id));
    let page = |size, after: Option<String>| Query { page: Page { size: Some(size), after }, ..of_person(AINO) };
    let narrowed = Query { dispense_states: vec![DispenseStatus::Not], ..of_person(AINO) };
    let first = with.search_as(&page(1, None), &requester(Some(who::SIRI), KUUSI), KUUSI).unwrap();
    assert_eq!((first.total, first.prescriptions.len()), (2, 1));
    for query in [of_person(AINO), page(1, None), page(1, first.next), page(2, None), narrowed] {
        let (told, expected) = (answer_bytes(&with, &query), answer_bytes(&without, &query));
        assert_eq!(String::from_utf8(told), String::from_utf8(expected), "{query:?}");
    }
}

/// A store that counts how often it is read.
struct Counting {
    inner: MemoryStore,
    reads: AtomicUsize,
}

impl Counting {
    fn read(&self) -> &MemoryStore {
        self.reads.fetch_add(1, Ordering::SeqCst);
        &self.inner
    }
}

impl Store for Counting {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        self.inner.commit(decision)
    }
    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        self.read().document(id)
    }
    fn documents_of(&self, set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        self.read().documents_of(set)
    }
    fn chain(&self, set: &Oid) -> Result<Option<Chain>, StoreError> {
        self.read().chain(set)
    }
    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        self.read().chains_of(whose, after, limit)
    }
    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        self.read().is_settled(document)
    }
    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        self.read().prescription_sets(after, limit)
    }
    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read().log(after, limit)
    }
    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.read().log_of(organisation, after, limit)
    }
    fn erase_log(&self, before: chrono::DateTime<chrono::Utc>) -> Result<u64, StoreError> {
        self.inner.erase_log(before)
    }
    fn log_head(&self) -> Result<Head, StoreError> {
        self.read().log_head()
    }
    fn counts(&self) -> Result<Counts, StoreError> {
        self.read().counts()
    }
    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.read().integrity()
    }
    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        self.inner.as_of_now()
    }
    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        self.inner.set_full(full)
    }
}

#[test]
fn what_is_withheld_costs_as_many_reads_as_what_is_not_there() {
    let world = World::over(Counting { inner: MemoryStore::new(), reads: AtomicUsize::new(0) });
    let prescription = world.held(childs);
    let guardian = Requester { on_behalf: Some(OnBehalf::with(Basis::Guardian)), ..requester(Some(who::SIRI), KUUSI) };
    let nowhere = Prescription { reference: reference("1.2.3.4.5", "1".into()), ..prescription.clone() };
    let reads_of = |query: &Query| {
        let before = world.centre.store().reads.load(Ordering::SeqCst);
        assert_eq!(hears_as(&world, query, &guardian, KUUSI), Ok(0));
        world.centre.store().reads.load(Ordering::SeqCst) - before
    };
    assert_eq!(reads_of(&of_person(CHILD)), reads_of(&of_person(PEKKA)));
    assert_eq!(reads_of(&of_set(&prescription)), reads_of(&of_set(&nowhere)));
    assert_eq!(reads_of(&of_identifier(&prescription)), reads_of(&of_identifier(&nowhere)));
    let document = |id: &Oid| FetchQuery { identifiers: vec![], document: Some(id.clone()) };
    let sets = |id: &Oid| FetchQuery { identifiers: vec![id.clone()], document: None };
    let fetch_reads = |query: FetchQuery| {
        let before = world.centre.store().reads.load(Ordering::SeqCst);
        let frame = frame(world.now);
        let response = world.ask(&mr::fetch_request(&query, &guardian, &frame).unwrap(), KUUSI);
        assert_eq!(mr::parse_fetch_response(&response, frame.message_id), Ok(vec![]));
        world.centre.store().reads.load(Ordering::SeqCst) - before
    };
    let (there, absent) = (&prescription.reference.id, &nowhere.reference.id);
    assert_eq!(fetch_reads(document(there)), fetch_reads(document(absent)));
    assert_eq!(fetch_reads(sets(there)), fetch_reads(sets(absent)));
    assert!(fetch_reads(sets(there)) > 0, "the count counts");
}

#[test]
fn the_log_counts_what_was_withheld_for_the_centres_keeper_and_names_nobody_by_it() {
    let world = World::new();
    let prescription = world.held(childs);
    let guardian = Requester { on_behalf: Some(OnBehalf::with(Basis::Guardian)), ..requester(Some(who::SIRI), KUUSI) };
    hears_as(&world, &of_identifier(&prescription), &guardian, KUUSI).unwrap();
    let told = world.centre.store().log(1, 9).unwrap()[0].told().unwrap();
    assert_eq!((told.hits, told.withheld), (0, 1));
    assert_eq!(told.people, Vec::<String>::new());
    assert_eq!(told.on_behalf.as_deref(), Some("guardian"));
}

#[test]
fn ob_7_a_minors_data_go_to_a_guardian_only_where_a_decision_says_so() {
    let world = World::new();
    let guardian = Requester { on_behalf: Some(OnBehalf::with(Basis::Guardian)), ..requester(Some(who::SIRI), KUUSI) };
    let decided = |number: u32, decision: Option<MinorDisclosure>| {
        let held = world.held(|prescription| {
            numbered(number)(prescription);
            childs(prescription);
            prescription.minor_disclosure = decision;
        });
        let found = hears_as(&world, &of_set(&held), &guardian, KUUSI).unwrap();
        assert_eq!(fetched(&world, &held, &guardian), Ok(found as usize), "a fetch shows what a search shows");
        assert_eq!(hears(&world, &of_set(&held)), Ok(1), "the child alone");
        found
    };
    assert_eq!(decided(1, Some(MinorDisclosure::NotCapable)), 1);
    assert_eq!(decided(2, Some(MinorDisclosure::Allowed)), 1);
    assert_eq!(decided(3, Some(MinorDisclosure::Forbidden)), 0);
    assert_eq!(decided(4, Some(MinorDisclosure::NotKnown)), 0);
    assert_eq!(decided(5, None), 0, "without a decision nothing is disclosed");
    assert_eq!(hears_as(&world, &of_person(CHILD), &guardian, KUUSI), Ok(2));
    wish(&world, &format!("[[disclosure]]\nperson = \"{CHILD}\"\ncode = \"3\"\n"));
    assert_eq!(hears_as(&world, &of_person(CHILD), &guardian, KUUSI), Ok(0), "a newer decision outranks the document");
    assert_eq!(hears(&world, &of_person(CHILD)), Ok(5));
}

#[test]
fn ob_6_a_guardian_acts_for_children_and_not_for_adults() {
    let world = World::new();
    let adult = world.held(|prescription| prescription.minor_disclosure = Some(MinorDisclosure::Allowed));
    let acting =
        |basis: Basis| Requester { on_behalf: Some(OnBehalf::with(basis)), ..requester(Some(who::SIRI), KUUSI) };
    assert_eq!(hears_as(&world, &of_set(&adult), &acting(Basis::Guardian), KUUSI), Ok(0));
    for basis in [Basis::ElectronicAuthorisation, Basis::PaperAuthorisation, Basis::Organisation] {
        assert_eq!(hears_as(&world, &of_person(AINO), &acting(basis), KUUSI), Ok(1));
    }
}

#[test]
fn ob_2_whoever_brings_a_kela_card_hears_of_the_medicine_that_they_name_and_of_no_other() {
    let world = World::new();
    let prescription = world.held(|_| {});
    let naming = |medicine: Option<&str>| Requester {
        on_behalf: Some(OnBehalf { basis: Basis::KelaCard, medicine: medicine.map(str::to_owned) }),
        ..requester(Some(who::SIRI), KUUSI)
    };
    let name = prescription.product.name().to_owned();
    let hears = |medicine| hears_as(&world, &of_person(AINO), &naming(medicine), KUUSI);
    assert_eq!(hears(Some(&name)), Ok(1));
    let with_strength = format!(" {}  10 mg", name.to_lowercase());
    assert_eq!(hears(Some(&with_strength)), Ok(1));
    assert_eq!(hears(Some("Amoksisilliini")), Ok(0));
    let unnamed = Err(("4Y00007".to_owned(), "medicine".to_owned()));
    assert_eq!(hears(None), unnamed);
    assert_eq!(hears(Some("di")), unnamed, "two letters name half of the shelf");
}

#[test]
fn ob_2_whoever_brings_the_instruction_asks_by_its_identifier_and_an_unknown_basis_hinders() {
    let world = World::new();
    let prescription = world.held(|_| {});
    let acting =
        |basis: Basis| Requester { on_behalf: Some(OnBehalf::with(basis)), ..requester(Some(who::SIRI), KUUSI) };
    assert_eq!(hears_as(&world, &of_set(&prescription), &acting(Basis::Instruction), KUUSI), Ok(1));
    let refused = Err(("4Y00007".to_owned(), "on-behalf".to_owned()));
    assert_eq!(hears_as(&world, &of_person(AINO), &acting(Basis::Instruction), KUUSI), refused);
    let unknown = Basis::from("neighbour".to_owned());
    assert_eq!(hears_as(&world, &of_set(&prescription), &acting(unknown), KUUSI), refused);
}

#[test]
fn se_1_the_reason_decides_who_may_ask_and_an_unknown_one_is_refused() {
    let world = World::new();
    let prescription = world.held(|_| {});
    let asks = |reason: &str, user: &str, place: &str, query: &Query| {
        hears_as(&world, query, &for_reason(reason, user, place), place)
    };
    let in_words = |reason: &str, user: &str, text: &str, query: &Query| {
        let worded = Requester { reason_text: Some(text.to_owned()), ..for_reason(reason, user, KUUSI) };
        hears_as(&world, query, &worded, KUUSI)
    };
    let (by_person, by_set) = (of_person(AINO), of_set(&prescription));
    let refused = |code: &str, detail: &str| Err((code.to_owned(), detail.to_owned()));
    for unknown in ["9", "19", "30", "0", ""] {
        assert_eq!(asks(unknown, who::SIRI, KUUSI, &by_person), refused("4Y00007", "reason"), "{unknown}");
    }
    assert_eq!(asks("6", who::SIRI, KUUSI, &by_person), Ok(1));
    assert_eq!(asks("5", who::ONNI, KUUSI, &by_person), Ok(1));
    // Table 5.2: a student neither corrects nor cancels.
    assert_eq!(asks("3", who::SIRI, KUUSI, &by_person), Ok(1));
    assert_eq!(asks("3", who::ONNI, KUUSI, &by_person), refused("TSK-right-missing", "search"));
    // Care is not a pharmacy's reason, nor dispensing a health centre's.
    assert_eq!(asks("1", who::SIRI, KUUSI, &by_person), refused("5Y00009", "reason"));
    assert_eq!(asks("6", who::LAURI_PRESCRIBER, UNIT, &by_person), refused("5Y00009", "reason"));
    assert_eq!(asks("1", who::LAURI_PRESCRIBER, UNIT, &by_person), Ok(1));
    assert_eq!(asks("1", who::SIRI, UNIT, &by_person), refused("TSK-right-missing", "search"));
    // What is kept for others is nobody's here.
    for elsewhere in ["8", "12", "13", "15"] {
        assert_eq!(asks(elsewhere, who::SIRI, KUUSI, &by_set), refused("5Y00009", "reason"), "{elsewhere}");
    }
    // A fault and "other" are settled on what is identified, not by looking at people.
    assert_eq!(asks("25", who::TEPPO_TECHNICIAN, KUUSI, &by_set), Ok(1));
    assert_eq!(asks("25", who::TEPPO_TECHNICIAN, KUUSI, &by_person), refused("5Y00009", "criteria"));
    assert_eq!(asks("25", who::PETRI, KUUSI, &by_set), refused("TSK-right-missing", "search"), "not a technician");
    assert_eq!(asks("6", who::TEPPO_TECHNICIAN, KUUSI, &by_set), refused("TSK-right-missing", "register"));
    assert_eq!(asks("25", who::TEPPO_TECHNICIAN, LAHDE, &by_set), refused("TSK-right-missing", "register"));
    let why = "Asiakas pyysi selvitystä.";
    assert_eq!(in_words("99", who::SIRI, why, &by_set), Ok(1));
    assert_eq!(in_words("99", who::SIRI, why, &by_person), refused("5Y00009", "criteria"));
    assert_eq!(in_words("99", who::SIRI, " ", &by_set), refused("4Y00007", "reason-text"));
    assert_eq!(asks("99", who::SIRI, KUUSI, &by_set), refused("4Y00007", "reason-text"));
    let told = |event: &Option<centre::log::Use>| event.as_ref().and_then(|told| told.reason_text.clone());
    let entries: Vec<_> = world.centre.store().log(0, 1000).unwrap().iter().map(|entry| entry.told()).collect();
    assert_eq!(entries.iter().filter(|entry| told(entry).as_deref() == Some(why)).count(), 2, "the words are kept");
    let technicians = |told: &&centre::log::Use| told.role == Some(centre::register::LocalRole::Technician);
    assert_eq!(entries.iter().flatten().filter(technicians).count(), 2, "each of a technician's uses is logged");
    // Supervision looks at uses, never at prescriptions.
    assert_eq!(asks("14", who::PETRI, KUUSI, &by_person), refused("5Y00009", "criteria"));
    let refusals = world.logged().into_iter().filter(|(_, error)| error.is_some()).count();
    assert_eq!(refusals, 21, "everything refused is logged");
}

#[test]
fn reason_20_a_prescriber_sees_controlled_medicines_despite_a_denial_and_a_pharmacy_does_not() {
    let world = World::new();
    world.held(numbered(1));
    world.held(|prescription| {
        numbered(2)(prescription);
        prescription.control = None;
    });
    wish(&world, &denied(AINO));
    let query = of_person(AINO);
    let prescriber = for_reason("20", who::LAURI_PRESCRIBER, UNIT);
    assert_eq!(hears_as(&world, &query, &prescriber, UNIT), Ok(1), "the controlled one alone");
    let pharmacist = for_reason("20", who::SIRI, KUUSI);
    assert_eq!(hears_as(&world, &query, &pharmacist, KUUSI).unwrap_err().0, "5Y00009");
}

#[test]
fn table_5_2_a_right_that_begins_or_ends_during_the_day_counts_at_once_and_a_restriction_is_only_noted() {
    let mut world = World::new();
    world.held(|_| {});
    let end = world.now + chrono::Duration::hours(1);
    let ends = format!("{BUILT_IN}\n[[restriction]]\nregistration_number = \"99900000011\"\ntarget = \"20\"\n")
        .replacen(
            "registration_number = \"99900000011\"",
            &format!("registration_number = \"99900000011\"\nright_ends = \"{}\"", end.to_rfc3339()),
            1,
        );
    world.centre.replace_register(Register::parse(&ends).unwrap());
    assert_eq!(hears(&world, &of_person(AINO)), Ok(1));
    let told = world.centre.store().log(1, 1).unwrap()[0].told().unwrap();
    assert_eq!(told.restrictions, ["20"], "5.3: shown, not enforced");
    world.now = end;
    assert_eq!(hears(&world, &of_person(AINO)), Err(("TSK-right-missing".to_owned(), "register".to_owned())));
}

#[test]
fn se_5_parameters_narrow_each_other_and_repeats_widen() {
    let mut world = World::new();
    let dispensed = world.held(numbered(1));
    world.held(numbered(40));
    world.held(|prescription| {
        numbered(2)(prescription);
        prescription.patient.identity_code = Some(person(PEKKA));
    });
    let lot = world.lot(&dispensed, &[], 21);
    accepted(world.send(&lot));
    let today = lot.dispensed_at.date();
    let both = || Query { patients: vec![person(AINO), person(PEKKA)], ..Query::default() };
    let count = |query: Query| hears(&world, &query).unwrap();
    assert_eq!(count(both()), 3);
    assert_eq!(count(Query { dispense_states: vec![DispenseStatus::Partly], ..both() }), 1);
    assert_eq!(count(Query { dispense_states: vec![DispenseStatus::Not, DispenseStatus::Partly], ..both() }), 3);
    let last_month = Days { from: Some(today - chrono::Days::new(30)), to: None };
    assert_eq!(count(Query { prescribed: last_month, ..both() }), 2);
    assert_eq!(count(Query { dispensed: Days { from: Some(today), to: Some(today) }, ..both() }), 1);
    assert_eq!(count(Query { dispensed: Days { from: None, to: today.pred_opt() }, ..both() }), 0);
    assert_eq!(count(Query { types: vec!["2".into(), "3".into()], ..both() }), 0);
    assert_eq!(count(Query { types: vec!["1".into()], ..both() }), 3);
    assert_eq!(count(Query { unit: Some(oid(UNIT)), ..both() }), 3);
    assert_eq!(count(Query { unit: Some(oid(LAHDE)), ..both() }), 0);
    assert_eq!(count(Query { pharmacy: Some(oid(KUUSI)), ..both() }), 1);
    assert_eq!(count(Query { locked: Some(true), ..both() }), 0);
    assert_eq!(count(Query { locked: Some(false), reserved: Some(false), ..both() }), 3);
    assert_eq!(count(Query { dose_dispensing: Some(true), ..both() }), 0);
    let prescriber = dispensed.prescriber.prescriber_id.clone();
    assert_eq!(count(Query { prescriber, ..both() }), 3);
    assert_eq!(count(Query { prescriber: Some("000000".into()), ..both() }), 0);
    let others = Query { pharmacy: Some(oid(LAHDE)), ..both() };
    assert_eq!(hears(&world, &others), Err(("5Y00009".to_owned(), "pharmacy".to_owned())));
}

#[test]
fn se_6_pages_hold_everything_once_in_one_order_whatever_comes_in_between() {
    let world = World::new();
    for number in 1..=7 {
        world.held(numbered(number));
    }
    let ask = |after: Option<String>| -> Answer {
        let query = Query { page: Page { size: Some(3), after }, ..of_person(AINO) };
        world.search_as(&query, &requester(Some(who::SIRI), KUUSI), KUUSI).unwrap()
    };
    let first = ask(None);
    // One more, newer than all, while the second page is asked for.
    world.held(|prescription| {
        prescription.reference = reference("1.2.246.10.99999903.93.2026.99", prescription::DocumentType::Prescription);
    });
    let second = ask(first.next.clone());
    let third = ask(second.next.clone());
    assert_eq!((first.total, second.total), (7, 8));
    assert_eq!(third.next, None);
    let shown: Vec<Oid> = [first, second, third]
        .iter()
        .flat_map(|page| page.prescriptions.iter().map(|metadata| metadata.reference.set_id.clone()))
        .collect();
    let expected: Vec<Oid> = (1..=7).map(|number| oid(&format!("1.2.246.10.99999903.93.2026.{number}"))).collect();
    assert_eq!(shown, expected);
    let forged = Query { page: Page { size: None, after: Some("tomorrow".into()) }, ..of_person(AINO) };
    assert_eq!(hears(&world, &forged), Err(("4Y00007".to_owned(), "cursor".to_owned())));
}

#[test]
fn reason_7_a_pharmacy_finds_what_it_dispensed_itself_and_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::over(SqliteStore::open(&folder.path().join("centre.db")).unwrap());
    let one = world.held(numbered(1));
    world.held(numbered(2));
    let lot = world.lot(&one, &[], 21);
    accepted(world.send(&lot));
    let own = |place: &str| Query { pharmacy: Some(oid(place)), ..Query::default() };
    assert_eq!(hears_as(&world, &own(KUUSI), &for_reason("7", who::SIRI, KUUSI), KUUSI), Ok(1));
    assert_eq!(hears_as(&world, &own(LAHDE), &for_reason("7", who::SOFIA, LAHDE), LAHDE), Ok(0));
    let peeping = hears_as(&world, &own(LAHDE), &for_reason("7", who::SIRI, KUUSI), KUUSI);
    assert_eq!(peeping, Err(("5Y00009".to_owned(), "pharmacy".to_owned())));
    let dispensing = hears_as(&world, &own(KUUSI), &for_reason("6", who::SIRI, KUUSI), KUUSI);
    assert_eq!(dispensing, Err(("5Y00009".to_owned(), "criteria".to_owned())), "one dispenses to a person");
}
