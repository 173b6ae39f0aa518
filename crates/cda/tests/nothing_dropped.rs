//! Nothing of a body is dropped silently: an element that no program knows is put into every element of a document in
//! turn, and each time either the document is refused or the part is among those that are kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "common/made_up.rs"]
mod made_up;
#[path = "common/made_up_marks.rs"]
mod made_up_marks;
#[path = "common/made_up_prescriptions.rs"]
mod made_up_prescriptions;

use made_up::writing;
use prescription::rules::samples;
use prescription::*;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use tiski_cda::{
    Content, Definition, Shape, read, write_dispensation, write_mark, write_prescription, write_renewal_request,
};

const STRANGE: &str = "<strange value=\"x42\"/>";

/// The document with the strange element in each element after the first entry begins.
fn with_something_strange(whole: &str) -> Vec<String> {
    let from = whole.find("<entry>").unwrap();
    let to = whole.rfind("</entry>").unwrap() + "</entry>".len();
    let mut made = Vec::new();
    for (at, _) in whole[..to].match_indices("</").filter(|(at, _)| *at >= from) {
        made.push(format!("{}{STRANGE}{}", &whole[..at], &whole[at..]));
    }
    for (at, _) in whole[..to].match_indices("/>").filter(|(at, _)| *at >= from) {
        let start = whole[..at].rfind('<').unwrap();
        let name = whole[start + 1..at].split_whitespace().next().unwrap();
        made.push(format!("{}>{STRANGE}</{name}>{}", &whole[..at], &whole[at + 2..]));
    }
    made
}

fn unknown(content: &Content) -> &[UnknownPart] {
    match content {
        Content::Mark(mark) => &mark.unknown,
        Content::RenewalRequest(request) => &request.unknown,
        Content::RenewalAnswer(answer) => &answer.unknown,
        Content::Dispensation(dispensation) => &dispensation.unknown,
        Content::Prescription(prescription) => &prescription.unknown,
        other => panic!("{other:?}"),
    }
}

fn nothing_is_dropped(document: Vec<u8>, least: usize) {
    let whole = String::from_utf8(document).unwrap();
    let changed = with_something_strange(&whole);
    assert!(changed.len() >= least, "{}", changed.len());
    let mut dropped = Vec::new();
    for text in changed {
        let Ok(document) = read(text.as_bytes()) else { continue };
        let is_in = |xml: &Option<String>| xml.as_deref().is_some_and(|xml| xml.contains("x42"));
        let known_by_name = match &document.content {
            Content::Prescription(prescription) => prescription.details.iter().any(|part| is_in(&part.xml)),
            _ => false,
        };
        if !known_by_name && !unknown(&document.content).iter().any(|part| is_in(&part.xml)) {
            let at = text.find(STRANGE).unwrap();
            dropped.push(text[text[..at].rfind('<').unwrap()..at + 60].to_owned());
        }
    }
    assert!(dropped.is_empty(), "{dropped:#?}");
}

#[test]
fn nothing_of_a_dispensation_or_of_its_correction_is_dropped() {
    let mut made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    made.preparer = Some(made.author.clone());
    made.composition = Some("M.d.s.".into());
    made.delivered_text = Some("3X7".into());
    made.delivered_words = Some("kolme liuskaa".into());
    made.dose_dispensing_text = Some("kahden viikon erissä".into());
    made.remark = Some("huomautus".into());
    made.report_to_kela = Some("selvitys".into());
    made.price = "3.86".parse().ok();
    let code = |system: &str| Code { code: "1".into(), system: system.into(), name: Some("syy".into()) };
    made.substitution_reason = Some((code("1.2.246.537.5.40183.2009"), Some("sanoin".into())));
    made.identification = Some(Explained { code: code("1.2.246.537.5.40109.2006"), text: Some("passi".into()) });
    let way = writing(Definition::dispensation_2014().unwrap());
    nothing_is_dropped(write_dispensation(&made, &way).unwrap(), 150);
    let reason = ChangeReason::new(code("1.2.246.537.6.600.2013"), Some("sanoin".into())).unwrap();
    let by = made.author.clone();
    let replaces = made.reference.clone();
    made.reference.id = Oid::parse("1.2.246.10.99999901.93.2026.2").unwrap();
    made.version = 2;
    let party = code("1.2.246.537.5.40102.2006");
    for cancelled in [false, true] {
        let (replaces, by, reason) = (replaces.clone(), by.clone(), reason.clone());
        (made.reference.document_type, made.change) = match cancelled {
            false => {
                let change = Correction { replaces, by, reason };
                (DocumentType::DispensationCorrection, Some(Change::Correction(change)))
            }
            true => {
                let (kind, party, by) = (CancellationKind::Technical, party.clone(), Some(by));
                let consent = Some(Consent::Oral);
                let change = Cancellation { replaces, by, reason, kind, party, consent };
                (DocumentType::DispensationCancellation, Some(Change::Cancellation(change)))
            }
        };
        nothing_is_dropped(write_dispensation(&made, &way).unwrap(), 160);
    }
}

#[test]
fn nothing_of_a_prescription_or_of_its_correction_is_dropped() {
    let mut runner = TestRunner::deterministic();
    let ways =
        [(Shape::Text, Definition::version_3_30().unwrap()), (Shape::Structured, Definition::version_4_00().unwrap())];
    for (shape, definition) in ways {
        let way = writing(definition);
        for _ in 0..8 {
            let made = made_up_prescriptions::prescription(shape).new_tree(&mut runner).unwrap().current();
            nothing_is_dropped(write_prescription(&made, &way).unwrap(), 90);
        }
    }
}

#[test]
fn nothing_of_a_mark_or_a_renewal_request_is_dropped() {
    let mut runner = TestRunner::deterministic();
    let way = writing(Definition::dispensation_2014().unwrap());
    for _ in 0..10 {
        let mark = made_up_marks::mark().new_tree(&mut runner).unwrap().current();
        nothing_is_dropped(write_mark(&mark, &way).unwrap(), 5);
        let request = made_up_marks::renewal_request().new_tree(&mut runner).unwrap().current();
        nothing_is_dropped(write_renewal_request(&request, &way).unwrap(), 40);
    }
}
