//! The package in the hand is the package on the screen, or the flow stops (medicines.md 0 no. 7).

use std::sync::{Arc, Mutex};

use checks::Checks;
use chrono::Datelike;
use counter::{Change, Counter, CounterError, Doubt, Scanned, Scanning, Visit};
use prescription::{Outcome, Vnr};
use scanning::{Gtin, GtinLink, GtinStore, GtinTable, Key, NotStored, Part, Scanner, TakenBack, WedgeSettings};
use test_authority::who;

use crate::bench::Bench;

/// DIAPAM 10 mg, a hundred, is what the program proposes; 5 mg is the commonest error.
pub const CHOSEN: &str = "469452";
const WEAKER: &str = "813014";

#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<(Vec<GtinLink>, bool)>>);

impl GtinStore for Memory {
    fn keep(&mut self, link: &GtinLink) -> Result<(), NotStored> {
        let mut kept = self.0.lock().unwrap();
        if kept.1 {
            return Err(NotStored);
        }
        kept.0.push(link.clone());
        Ok(())
    }

    fn take_back(&mut self, link: &GtinLink, _: &TakenBack) -> Result<(), NotStored> {
        let mut kept = self.0.lock().unwrap();
        if kept.1 {
            return Err(NotStored);
        }
        kept.0.retain(|one| one != link);
        Ok(())
    }
}

/// A counter with a scanner, at which that person has the prescription in hand.
pub fn bench_of(person: &str, required: bool, store: Memory) -> Bench {
    with_scanner(Bench::new(), person, required, store)
}

/// The same of a bench that is there.
pub fn with_scanner(mut bench: Bench, person: &str, required: bool, store: Memory) -> Bench {
    let scanning = Scanning {
        table: GtinTable::default(),
        store: Box::new(store),
        scanner: Scanner { separators_proven: true },
        wedge: WedgeSettings::default(),
        required,
    };
    let counter = Counter::new(bench.counter.deps().clone()).with_checks(Checks::built_in().unwrap());
    bench.counter = counter.with_scanning(scanning);
    bench.log_in(person);
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench
}

pub fn bench() -> Bench {
    bench_of(who::SIRI, false, Memory::default())
}

/// The year in which the packages expire: four years from now.
pub fn expires() -> i32 {
    chrono::Utc::now().year() + 4
}

/// A package's DataMatrix.
pub fn code(vnr: &str, batch: &str, serial: &str) -> String {
    let gtin = Gtin::nordic(&Vnr::parse(vnr).unwrap());
    format!("]d201{gtin}17{:02}123110{batch}\u{1d}21{serial}", expires() % 100)
}

pub fn scan(bench: &Bench, text: &str, at_ms: u64) -> Result<(Visit, Vec<Doubt>), CounterError> {
    match bench.counter.scan(text, at_ms)? {
        Scanned::Package(visit, doubts) => Ok((*visit, doubts)),
        other => panic!("{other:?}"),
    }
}

pub fn says(visit: &Visit, bench: &Bench, id: &str) -> Option<Outcome> {
    let mut all = visit.proposals[&bench.set_id()].checks.iter();
    all.find(|one| one.finding.rule.id == id).map(|one| one.finding.outcome)
}

#[test]
fn sc_15_the_right_package_is_kept_with_batch_and_expiry_beside_the_dispensation() {
    let bench = bench();
    assert_eq!(says(&bench.counter.visit().unwrap(), &bench, "SC-15u"), Some(Outcome::Unchecked));
    let (visit, doubts) = scan(&bench, &code(CHOSEN, "A1B2", "S1"), 0).unwrap();
    assert_eq!((doubts, says(&visit, &bench, "SC-15")), (vec![], Some(Outcome::Pass)));
    let (visit, doubts) = scan(&bench, &code(CHOSEN, "A1B2", "S1"), 60_000).unwrap();
    assert_eq!((doubts, visit.hands[&bench.set_id()].packs.len()), (vec![Doubt::Again], 1), "not a second package");
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    bench.sign().unwrap();
    let signed = bench.journal().into_iter().find(|(kind, ..)| kind == "dispensation.signed").unwrap().2;
    assert_eq!(signed["packages"].as_array().unwrap().len(), 1);
    let (pack, text) = (&signed["packages"][0], signed.to_string());
    assert_eq!(
        (pack["vnr"].as_str(), pack["batch"].as_str(), pack["expiry"].as_str()),
        (Some(CHOSEN), Some("A1B2"), Some(format!("{}-12-31", expires()).as_str()))
    );
    assert!(!text.contains("S1"), "the serial number is not kept");
}

#[test]
fn sc_15_another_strength_stops_until_it_is_put_aside_and_is_a_near_miss_of_nobody() {
    let bench = bench();
    let (visit, _) = scan(&bench, &code(WEAKER, "A1", "S1"), 0).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Stop));
    let differs = bench.counter.differences(&visit, &bench.set_id());
    assert_eq!(
        (differs[0].part, differs[0].chosen.as_str(), differs[0].in_hand.as_str()),
        (Part::Strength, "10 mg", "5 mg")
    );
    let reason = Change { reason: Some("kiire".into()), ..Change::default() };
    bench.counter.propose(&bench.set_id(), reason).unwrap();
    match bench.counter.add_to_basket(&bench.set_id()) {
        Err(CounterError::Rule(finding)) => assert_eq!(finding.rule.id, "SC-15", "no reason opens it"),
        other => panic!("{other:?}"),
    }
    let (_, _, miss) = bench.journal().into_iter().find(|(kind, ..)| kind == "package.mismatch").unwrap();
    assert_eq!((miss["chosen"].as_str(), miss["in_hand"].as_str()), (Some(CHOSEN), Some(WEAKER)));
    assert_eq!(miss["differs"][0], "strength");
    assert_eq!(miss.as_object().unwrap().len(), 3, "nothing tells for whom it was");
    let visit = bench.counter.put_aside(&bench.set_id()).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), None);
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
}

#[test]
fn sc_15_a_wrong_package_in_the_basket_keeps_it_from_being_signed() {
    let bench = bench();
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    scan(&bench, &code(WEAKER, "A1", "S1"), 0).unwrap();
    match bench.sign() {
        Err(CounterError::Rule(finding)) => assert_eq!(finding.rule.id, "SC-15"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn sc_15_the_right_package_after_the_wrong_one_and_choosing_the_scanned_one_both_resolve_it() {
    let bench = bench();
    scan(&bench, &code(WEAKER, "A1", "S1"), 0).unwrap();
    let (visit, _) = scan(&bench, &code(CHOSEN, "A1", "S2"), 9_000).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Pass));
    // 30 of the same product: another package, and one that may be given.
    let (visit, _) = scan(&bench, &code("469528", "A1", "S3"), 18_000).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Stop));
    let choose = Change { vnr: Some(Vnr::parse("469528").unwrap()), ..Change::default() };
    let visit = bench.counter.propose(&bench.set_id(), choose).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Pass));
    let hand = &visit.hands[&bench.set_id()];
    assert_eq!((hand.packs.len(), hand.packs[0].vnr.as_str()), (1, "469528"), "the other one is no longer given");
}

#[test]
fn sc_15b_an_expired_package_stops() {
    let bench = bench();
    let gtin = Gtin::nordic(&Vnr::parse(CHOSEN).unwrap());
    let (visit, _) = scan(&bench, &format!("]d201{gtin}1720010010A1\u{1d}21S1"), 0).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15b"), Some(Outcome::Stop));
    assert!(matches!(bench.counter.add_to_basket(&bench.set_id()), Err(CounterError::Rule(_))));
    bench.counter.put_aside(&bench.set_id()).unwrap();
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
}

#[test]
fn sc_15d_where_it_is_required_a_scan_is_left_out_only_with_a_reason() {
    let bench = bench_of(who::SIRI, true, Memory::default());
    assert!(matches!(bench.counter.add_to_basket(&bench.set_id()), Err(CounterError::Rule(_))));
    scan(&bench, &code(CHOSEN, "A1", "S1"), 0).unwrap();
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
}

#[test]
fn med_5_3_an_unknown_number_stops_until_a_pharmacist_confirms_it_once() {
    let store = Memory::default();
    let bench = bench_of(who::SIRI, false, store.clone());
    let (visit, _) = scan(&bench, "4006381333931", 0).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Stop));
    store.0.lock().unwrap().1 = true;
    let error = bench.counter.confirm_scan(&bench.set_id()).unwrap_err();
    assert_eq!(error.code(), "gtin-not-stored");
    store.0.lock().unwrap().1 = false;
    let visit = bench.counter.confirm_scan(&bench.set_id()).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Pass));
    let link = store.0.lock().unwrap().0[0].clone();
    assert_eq!((link.vnr.as_str(), link.gtin.as_str()), (CHOSEN, "04006381333931"));
    bench.counter.put_aside(&bench.set_id()).unwrap();
    let (visit, _) = scan(&bench, "4006381333931", 9_000).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Pass), "known from now on");
    assert_eq!(bench.counter.confirm_scan(&bench.set_id()).unwrap_err().code(), "scan-nothing-to-confirm");
}

#[test]
fn di_3_a_student_teaches_the_table_nothing() {
    let bench = bench_of(who::ONNI, false, Memory::default());
    scan(&bench, "4006381333931", 0).unwrap();
    assert_eq!(bench.counter.confirm_scan(&bench.set_id()).unwrap_err().code(), "right-missing");
}

#[test]
fn med_5_3_a_wrong_link_is_taken_back_by_whoever_may_dispense_and_stops_what_rested_on_it() {
    let store = Memory::default();
    let bench = bench_of(who::SIRI, false, store.clone());
    let (gtin, vnr) = (Gtin::parse("4006381333931").unwrap(), Vnr::parse(CHOSEN).unwrap());
    assert_eq!(bench.counter.take_back_link(&gtin, &vnr).unwrap_err().code(), "gtin-not-learnt");
    scan(&bench, "4006381333931", 0).unwrap();
    bench.counter.confirm_scan(&bench.set_id()).unwrap();
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    assert_eq!(bench.counter.learnt_link(&gtin).unwrap().vnr, vnr);
    assert_eq!(bench.counter.learnt_links().unwrap().len(), 1);
    assert_eq!(bench.counter.vnr_of_digits("4006381333931"), Some(vnr.clone()), "the search knows it");
    store.0.lock().unwrap().1 = true;
    assert_eq!(bench.counter.take_back_link(&gtin, &vnr).unwrap_err().code(), "gtin-not-stored");
    store.0.lock().unwrap().1 = false;
    bench.counter.take_back_link(&gtin, &vnr).unwrap();
    let visit = bench.counter.visit().unwrap();
    let hand = &visit.hands[&bench.set_id()];
    assert_eq!((hand.packs.len(), hand.unknown.as_ref().and_then(|code| code.gtin())), (0, Some(&gtin)));
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Stop));
    assert!(matches!(bench.sign(), Err(CounterError::Rule(_))), "what is in the basket is not signed");
    assert_eq!((bench.counter.learnt_links().unwrap().len(), bench.counter.vnr_of_digits("4006381333931")), (0, None));
    let (_, by, told) = bench.journal().into_iter().find(|(kind, ..)| kind == "package.unlinked").unwrap();
    assert_eq!((told["gtin"].as_str(), told["vnr"].as_str()), (Some("04006381333931"), Some(CHOSEN)));
    assert_eq!(by, told["linked_by"].as_str().map(str::to_owned), "who learnt it has taken it back");
    // The same pack again, a moment later, is not taken for the one that was known.
    let (visit, _) = scan(&bench, "4006381333931", 200).unwrap();
    assert_eq!(says(&visit, &bench, "SC-15"), Some(Outcome::Stop));
    bench.counter.confirm_scan(&bench.set_id()).unwrap();
    assert_eq!(bench.counter.learnt_links().unwrap().len(), 1, "learnt anew, by a person who looked again");
}

#[test]
fn med_5_3_a_pack_that_a_wrong_link_made_another_is_unknown_once_the_link_is_taken_back() {
    let bench = bench();
    let gtin = Gtin::parse("4006381333931").unwrap();
    scan(&bench, "4006381333931", 0).unwrap();
    bench.counter.confirm_scan(&bench.set_id()).unwrap();
    let choose = Change { vnr: Some(Vnr::parse("469528").unwrap()), ..Change::default() };
    bench.counter.propose(&bench.set_id(), choose).unwrap();
    let (visit, _) = scan(&bench, "4006381333931", 9_000).unwrap();
    assert!(visit.hands[&bench.set_id()].other.is_some());
    bench.counter.take_back_link(&gtin, &Vnr::parse(CHOSEN).unwrap()).unwrap();
    let hand = bench.counter.visit().unwrap().hands[&bench.set_id()].clone();
    assert!(hand.other.is_none() && hand.unknown.is_some());
}

#[test]
fn di_3_a_student_takes_no_link_back() {
    let store = Memory::default();
    let (gtin, vnr) = (Gtin::parse("4006381333931").unwrap(), Vnr::parse(CHOSEN).unwrap());
    let bench = bench_of(who::ONNI, false, store);
    assert_eq!(bench.counter.take_back_link(&gtin, &vnr).unwrap_err().code(), "right-missing");
    bench.counter.log_out().unwrap();
    assert_eq!(bench.counter.take_back_link(&gtin, &vnr).unwrap_err().code(), "no-session");
    assert_eq!(bench.counter.learnt_links().unwrap_err().code(), "no-session");
}

#[test]
fn med_5_3_a_burst_is_a_scan_typing_is_typing_and_a_code_that_is_none_is_told() {
    let bench = bench();
    let keys = |text: &str, pace: u64| -> Vec<(Key, u64)> {
        let key = |c| match c {
            '\n' => Key::Enter,
            '\u{1d}' => Key::Separator,
            c => Key::Char(c),
        };
        text.chars().zip(0..).map(|(c, at)| (key(c), at * pace)).collect()
    };
    let typed = bench.counter.scan_keys(&keys("7046264694525\n", 120), 0).unwrap();
    assert!(matches!(typed.1, Scanned::Typed) && typed.0.len() == 14);
    let burst = keys(&format!("{}\n", code(CHOSEN, "A1", "S1")), 9);
    assert!(matches!(bench.counter.scan_keys(&burst, 0).unwrap().1, Scanned::Package(..)));
    let cut = keys("0107046264694", 9);
    assert_eq!(bench.counter.scan_keys(&cut, 0).unwrap_err().code(), "scan-broken");
    // What a program types for a person, with a pause in the middle.
    let mut halting = keys("051275-", 9);
    halting.extend(keys("933B\n", 9).into_iter().map(|(key, at)| (key, at + 120)));
    let typed = bench.counter.scan_keys(&halting, 0).unwrap();
    assert!(matches!(typed.1, Scanned::Typed) && typed.0.len() == 12);
    assert_eq!(bench.counter.scan_keys(&keys("abcdefgh\n", 9), 0).unwrap_err().code(), "scan-not-recognised");
    assert_eq!(bench.counter.scan_keys(&vec![(Key::Char('1'), 0); 2_000], 0).unwrap_err().code(), "scan-broken");
    let identifier = keys("1.2.246.10.99999903.93.2026.1001\n", 9);
    assert!(matches!(bench.counter.scan_keys(&identifier, 0).unwrap().1, Scanned::Prescription(_)));
}

#[test]
fn nothing_is_scanned_without_a_session_a_visit_or_a_prescription_in_hand() {
    let bench = bench();
    bench.search().unwrap();
    assert_eq!(scan(&bench, &code(CHOSEN, "A1", "S1"), 0).unwrap_err().code(), "scan-nothing-open");
    bench.counter.close_visit();
    assert_eq!(scan(&bench, &code(CHOSEN, "A1", "S1"), 0).unwrap_err().code(), "no-visit");
    bench.counter.log_out().unwrap();
    assert_eq!(scan(&bench, &code(CHOSEN, "A1", "S1"), 0).unwrap_err().code(), "no-session");
    let bare = Bench::new();
    bare.log_in(who::SIRI);
    bare.prepare();
    assert_eq!(scan(&bare, &code(CHOSEN, "A1", "S1"), 0).unwrap_err().code(), "scan-not-set-up");
}
