//! Deviating from a prescription and correcting an obvious error in it (Medicines Act 57 f, 57 g).

use counter::{Change, Counter, CounterError, Deviates, DeviationReason, Deviations, Proposal};
use medicines::Package;
use prescription::deviation::{Path, REASONS};
use prescription::{Outcome, Prescription, Vnr};
use serde_json::json;
use test_authority::who;

use crate::bench::Bench;
use crate::exchange::prescribed;

/// The prescribed package.
const DIAPAM: &str = "469452";
/// A capsule of the same substance and strength, in no group of exchange with it.
const CAPSULE: &str = "812016";

/// An ordinary medicine, a capsule of it that is no exchange, and a counter that knows two reasons.
fn bench() -> Bench {
    with(|held| (held.control, held.narcotic) = (None, false), |package| package.control = None)
}

fn with(held: impl Fn(&mut Prescription), of: impl Fn(&mut Package)) -> Bench {
    let mut bench = prescribed(held, |package| {
        of(package);
        if package.vnr.as_str() == CAPSULE {
            (package.group, package.form) = (None, "kapseli".to_owned());
        }
    });
    let mut deps = bench.counter.deps().clone();
    deps.definition.dispensation.deviation = Some(cda::DeviationPlace {
        field: "280".into(),
        name: "Poikkeavan toimituksen syy".into(),
        organizer: cda::DispensationOrganizer::Other,
    });
    let reason = |path, code: &str, fi: &str| {
        let [sv, en] = [fi.to_owned(), fi.to_owned()];
        DeviationReason { path, code: code.into(), fi: fi.into(), sv, en }
    };
    bench.counter = Counter::new(deps).with_deviations(Deviations {
        reasons: vec![
            reason(Path::Deviates, "A", "Lääkkeen saatavuushäiriö"),
            reason(Path::Corrects, "B", "Ilmeinen virhe"),
        ],
    });
    opened(bench)
}

fn opened(bench: Bench) -> Bench {
    bench.log_in(who::SIRI);
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    bench
}

fn says(path: Path, code: &str) -> Option<Deviates> {
    let words = "Kapseli, tablettia ei saa tukusta.".to_owned();
    Some(Deviates { path, code: code.into(), words, prescriber_told: false })
}

fn chosen(bench: &Bench, vnr: &str) -> Result<Proposal, CounterError> {
    let change = Change { vnr: Some(Vnr::parse(vnr).unwrap()), ..Change::default() };
    bench.counter.propose(&bench.set_id(), change).map(|visit| visit.proposals[&bench.set_id()].clone())
}

fn answers(proposal: &Proposal) -> Vec<(&'static str, Outcome)> {
    let ours = proposal.findings.iter().filter(|finding| finding.rule.id.starts_with("DV-"));
    ours.filter(|finding| finding.outcome != Outcome::Pass).map(|one| (one.rule.id, one.outcome)).collect()
}

#[test]
fn dv_2_what_only_a_deviation_allows_is_chosen_with_a_coded_reason_that_stands_in_the_document() {
    let bench = bench();
    assert!(matches!(chosen(&bench, CAPSULE), Err(CounterError::UnknownPackage)), "no exchange");
    bench.counter.deviate(&bench.set_id(), says(Path::Deviates, "A")).unwrap();
    let proposal = chosen(&bench, CAPSULE).unwrap();
    assert_eq!(answers(&proposal), [("DV-3", Outcome::Note)]);
    bench.counter.add_to_basket(&bench.set_id()).unwrap();
    bench.sign().unwrap();
    bench.send();
    let stored = bench.centre().stored[0].clone();
    let cda::Content::Dispensation(said) = cda::read(&stored.document).unwrap().content else { panic!() };
    assert_eq!(said.product.vnr.unwrap().as_str(), CAPSULE);
    let reason = said.deviation.unwrap();
    assert_eq!((reason.code.code.as_str(), reason.code.system.as_str()), ("A", REASONS));
    assert_eq!(reason.text.as_deref(), Some("Kapseli, tablettia ei saa tukusta."));
    // The journal has what a manager counts, and none of the words.
    let signed = bench.journal().into_iter().find(|(kind, ..)| kind == "dispensation.signed").unwrap().2;
    assert_eq!(signed["deviation"], json!({ "path": "57f", "code": "A", "prescriber_told": false }));
}

#[test]
fn a_deviation_that_is_taken_back_takes_its_package_with_it_and_leaves_the_basket() {
    let bench = bench();
    bench.counter.deviate(&bench.set_id(), says(Path::Deviates, "A")).unwrap();
    chosen(&bench, CAPSULE).unwrap();
    let visit = bench.counter.deviate(&bench.set_id(), None).unwrap();
    let proposal = &visit.proposals[&bench.set_id()];
    assert_eq!((proposal.vnr().unwrap().as_str(), &proposal.deviation), (DIAPAM, &None));
    assert_eq!(proposal.dispensation.deviation, None);
    assert!(matches!(chosen(&bench, CAPSULE), Err(CounterError::UnknownPackage)));
}

#[test]
fn correcting_an_obvious_error_opens_no_other_package() {
    let bench = bench();
    let visit = bench.counter.deviate(&bench.set_id(), says(Path::Corrects, "B")).unwrap();
    let proposal = &visit.proposals[&bench.set_id()];
    assert_eq!(proposal.dispensation.deviation.as_ref().unwrap().code.code, "B");
    assert!(matches!(chosen(&bench, CAPSULE), Err(CounterError::UnknownPackage)));
}

#[test]
fn dv_1_a_controlled_medicine_is_never_put_in_the_basket_so() {
    // As the prescription is, and where only the package says so.
    for bench in [with(|_| (), |_| ()), with(|held| (held.control, held.narcotic) = (None, false), |_| ())] {
        let visit = bench.counter.deviate(&bench.set_id(), says(Path::Deviates, "A")).unwrap();
        let answers = answers(&visit.proposals[&bench.set_id()]);
        assert!(answers.contains(&("DV-1", Outcome::Stop)), "{answers:?}");
        assert!(bench.counter.add_to_basket(&bench.set_id()).is_err());
    }
}

#[test]
fn only_a_pharmacist_says_so_and_for_a_known_reason_of_that_path() {
    let bench = bench();
    let refused = |said| bench.counter.deviate(&bench.set_id(), said).unwrap_err();
    assert!(matches!(refused(says(Path::Deviates, "B")), CounterError::DeviationUnreasoned), "of the other path");
    assert!(matches!(refused(says(Path::Deviates, "C")), CounterError::DeviationUnreasoned));
    let wordless = says(Path::Deviates, "A").map(|said| Deviates { words: " ".into(), ..said });
    assert!(matches!(refused(wordless), CounterError::DeviationUnreasoned));
    bench.log_in(who::ONNI);
    bench.search().unwrap();
    bench.counter.open_prescription(&bench.set_id()).unwrap();
    assert!(matches!(refused(says(Path::Deviates, "A")), CounterError::Right), "a student");
}

#[test]
fn without_reasons_or_without_a_place_in_the_document_the_path_is_closed() {
    let mut bench = bench();
    let deps = bench.counter.deps().clone();
    let reasons = bench.counter.deviations().unwrap().clone();
    let mut placeless = deps.clone();
    placeless.definition.dispensation.deviation = None;
    bench.counter = Counter::new(placeless).with_deviations(reasons);
    let bench = opened(bench);
    assert!(bench.counter.deviations().is_none());
    let refused = bench.counter.deviate(&bench.set_id(), says(Path::Deviates, "A")).unwrap_err();
    assert_eq!(refused.code(), "deviation-not-set-up");
}
