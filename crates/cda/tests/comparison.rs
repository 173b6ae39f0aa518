//! Header against body, fact by fact: what is compared in documents of each type, and what the body leaves to the header.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "common/made_up.rs"]
mod made_up;
#[path = "common/made_up_marks.rs"]
mod made_up_marks;

use made_up::writing;
use prescription::rules::samples;
use prescription::*;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use tiski_cda::{
    COMPARED_FACTS, Definition, Verdict, compared_facts, header_body_mismatches, write_dispensation, write_mark,
    write_renewal_request,
};

fn first<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, fits: impl Fn(&T) -> bool) -> T {
    let mut runner = TestRunner::deterministic();
    std::iter::from_fn(|| Some(strategy.new_tree(&mut runner).unwrap().current())).find(fits).unwrap()
}

fn lock() -> String {
    let mut made = first(made_up_marks::mark(), |mark| matches!(mark.kind, MarkKind::Unlock { .. }));
    made.at = "2026-11-03T10:00:00".parse().unwrap();
    made.patient = samples::iterated_diazepam().patient;
    String::from_utf8(write_mark(&made, &writing(Definition::dispensation_2014().unwrap())).unwrap()).unwrap()
}

fn request() -> String {
    let made = first(made_up_marks::renewal_request(), |request| request.mobile.is_some());
    let bytes = write_renewal_request(&made, &writing(Definition::dispensation_2014().unwrap()));
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn dispensation() -> String {
    let mut made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    made.product.container = None;
    let bytes = write_dispensation(&made, &writing(Definition::dispensation_2014().unwrap())).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The facts of a document with that verdict, each once.
fn facts(text: &str, verdict: Verdict) -> Vec<&'static str> {
    let compared = compared_facts(text.as_bytes()).unwrap();
    let mut found: Vec<_> = compared.into_iter().filter(|c| c.verdict == verdict).map(|c| c.fact).collect();
    found.dedup();
    assert!(found.iter().all(|fact| COMPARED_FACTS.contains(fact)), "{found:?}");
    found
}

#[test]
fn a_dispensation_repeats_what_its_header_says_of_document_patient_person_place_and_time() {
    let text = dispensation();
    let same = [
        "author-name",
        "author-registration-number",
        "author-right",
        "document-identifier",
        "document-type",
        "organisation",
        "patient-birth-date",
        "patient-identity-code",
        "patient-name",
        "prescription-reference",
        "time",
    ];
    assert_eq!(facts(&text, Verdict::Same), same);
    assert_eq!(facts(&text, Verdict::Differs), [""; 0]);
    let named = compared_facts(text.as_bytes()).unwrap();
    let time = named.iter().find(|compared| compared.fact == "time").unwrap();
    assert_eq!(time.header.as_deref(), Some("2026-11-03 10:00:00"));
    assert_eq!(time.header, time.body);
    let shown = format!("{named:?}");
    assert!(!shown.contains("010181") && !shown.contains("Potilas"), "{shown}");
}

#[test]
fn a_mark_repeats_its_type_and_time_and_leaves_the_rest_to_its_header() {
    let text = lock();
    assert_eq!(facts(&text, Verdict::Same), ["document-type", "time"]);
    let alone = [
        "author-name",
        "author-registration-number",
        "document-identifier",
        "organisation",
        "patient-identity-code",
        "prescription-reference",
        "replaced-document",
    ];
    assert_eq!(facts(&text, Verdict::HeaderAlone), alone);
    let act = text.find("<act ").unwrap();
    let (before, after) = text.split_at(act);
    let other = format!("{before}{}", after.replacen("20261103100000", "20261103100001", 1));
    assert_eq!(facts(&other, Verdict::Differs), ["time"]);
    let other = format!("{before}{}", after.replacen("<code code=\"5\"", "<code code=\"4\"", 1));
    assert_eq!(facts(&other, Verdict::Differs), ["document-type"]);
}

#[test]
fn a_renewal_request_repeats_patient_mobile_number_and_the_unit_that_is_asked() {
    let text = request();
    let same = facts(&text, Verdict::Same);
    for fact in ["document-type", "patient-identity-code", "patient-mobile", "patient-name", "recipient"] {
        assert!(same.contains(&fact), "{fact}: {same:?}");
    }
    assert_eq!(facts(&text, Verdict::Differs), [""; 0]);
    let header_end = text.find("<structuredBody").unwrap();
    let changed = |part: &str| {
        let at = text.find(part).unwrap();
        let start = at + text[at..header_end].find("root=\"1.2.246.10.").unwrap();
        let changed = format!("{}root=\"1.2.246.11.{}", &text[..start], &text[start + "root=\"1.2.246.10.".len()..]);
        header_body_mismatches(changed.as_bytes()).unwrap().into_iter().map(|m| m.fact).collect::<Vec<_>>()
    };
    assert_eq!(changed("<receivedOrganization>"), ["recipient"]);
    let mobile = text.find("<telecom").unwrap();
    let other = format!("{}{}", &text[..mobile], text[mobile..].replacen("tel:", "tel:9", 1));
    assert_eq!(facts(&other, Verdict::Differs), ["patient-mobile"]);
}
