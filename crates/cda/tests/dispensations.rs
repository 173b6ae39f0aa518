//! Dispensations in every form, and their corrections and cancellations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
#[path = "common/made_up.rs"]
mod made_up;

use made_up::{explained, oid, professional, strange_parts, text, writing};
use prescription::rules::samples;
use prescription::*;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tiski_cda::{
    Content, Definition, DeviationPlace, DispensationOrganizer, ReadError, Verdict, WriteError, Writing,
    compared_facts, header_body_mismatches, read, write_dispensation,
};

fn read_back(bytes: &[u8]) -> Dispensation {
    match read(bytes).unwrap().content {
        Content::Dispensation(dispensation) => *dispensation,
        other => panic!("{other:?}"),
    }
}

/// The definitions in which a dispensation may be written, with the reason for deviating in either organizer.
fn ways() -> Vec<Writing> {
    let place =
        |organizer| DeviationPlace { field: "280".into(), name: "Poikkeavan toimituksen syy".into(), organizer };
    let mut old = writing(Definition::dispensation_2014().unwrap());
    old.definition.dispensation.deviation = Some(place(DispensationOrganizer::Other));
    let mut new = writing(Definition::version_4_00().unwrap());
    new.definition.dispensation.deviation = Some(place(DispensationOrganizer::Product));
    new.definition.dispensation.change_names_prescription = false;
    vec![old, new]
}

fn change_reason() -> BoxedStrategy<ChangeReason> {
    ("[1-8]", text(), option::of(text()))
        .prop_map(|(code, name, words)| {
            let words = words.or_else(|| (code == "5").then(|| "muu".to_owned()));
            ChangeReason::new(Code { code, system: "1.2.246.537.6.600.2013".into(), name: Some(name) }, words).unwrap()
        })
        .boxed()
}

/// A correction or a cancellation.
fn changed() -> BoxedStrategy<Dispensation> {
    let party = "[1-3]".prop_map(|code| Code { code, system: "1.2.246.537.5.40102.2006".into(), name: None });
    let kind = proptest::sample::select(&["1", "2", "3", "4", "5", "8"]).prop_map(CancellationKind::from);
    let consent = option::of(proptest::sample::select(&["1", "2", "5"]).prop_map(Consent::from));
    let cancelled = option::of((kind, party, consent));
    let deviation = option::of(explained("1.2.246.537.6.2025.5"));
    (made_up::dispensation(), professional(None), change_reason(), cancelled, oid(), 2u32..9, deviation)
        .prop_filter("another version has another identifier", |(made, _, _, _, replaced, _, _)| {
            *replaced != made.reference.id
        })
        .prop_map(|(mut made, by, reason, cancelled, replaced, version, deviation)| {
            let document_type =
                if version == 2 { DocumentType::Dispensation } else { DocumentType::DispensationCorrection };
            let replaces = DocumentReference { id: replaced, set_id: made.reference.set_id.clone(), document_type };
            made.version = version;
            made.deviation = deviation;
            made.product.container = Some("purkki".into());
            (made.reference.document_type, made.change) = match cancelled {
                None => {
                    let change = Correction { replaces, by, reason };
                    (DocumentType::DispensationCorrection, Some(Change::Correction(change)))
                }
                Some((kind, party, consent)) => {
                    let change = Cancellation { replaces, by: Some(by), reason, kind, party, consent };
                    (DocumentType::DispensationCancellation, Some(Change::Cancellation(change)))
                }
            };
            made
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_correction_or_cancellation_is_read_as_it_was_written_in_either_definition(made in changed()) {
        for way in ways() {
            let bytes = write_dispensation(&made, &way).unwrap();
            prop_assert_eq!(&read_back(&bytes), &made);
            prop_assert_eq!(header_body_mismatches(&bytes).unwrap(), vec![]);
        }
    }

    #[test]
    fn a_dispensation_of_version_4_00_is_read_as_it_was_written(made in made_up::dispensation()) {
        let mut made = made;
        made.product.container = Some("purkki".into());
        let bytes = write_dispensation(&made, &ways()[1]).unwrap();
        prop_assert_eq!(read_back(&bytes), made);
    }

    #[test]
    fn no_change_of_bytes_makes_the_reader_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut bytes = write_dispensation(&correction(), &ways()[0]).unwrap();
        for (place, byte) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = read(&bytes);
        let _ = header_body_mismatches(&bytes);
    }
}

#[test]
fn what_is_written_is_valid_by_the_public_schema() {
    let Some(kela) = common::kela() else { return };
    let mut runner = TestRunner::deterministic();
    let mut written = Vec::new();
    for i in 0..25 {
        let made = changed().new_tree(&mut runner).unwrap().current();
        for way in ways() {
            written.push((format!("changed {i}"), write_dispensation(&made, &way).unwrap()));
        }
        let made = made_up::dispensation().new_tree(&mut runner).unwrap().current();
        written.push((format!("dispensation {i}"), write_dispensation(&made, &ways()[1]).unwrap()));
    }
    common::assert_valid(&kela, &written);
}

fn given() -> Dispensation {
    let mut made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    made.product.container = None;
    made.author.organisation = Some(made.pharmacy.clone());
    made
}

/// A correction of [`given`] by another pharmacist, with parts that only a newer program understands.
fn correction() -> Dispensation {
    let mut made = given();
    let replaces = made.reference.clone();
    let code = Code { code: "7".into(), system: "1.2.246.537.6.600.2013".into(), name: Some("Tekninen syy".into()) };
    let reason = ChangeReason::new(code, None).unwrap();
    let by = Professional {
        registration: RegistrationNumber::parse("00000000042").ok(),
        name: PersonName { given: vec!["Kaisa".into()], family: "Korjaaja".into(), ..PersonName::default() },
        ..made.author.clone()
    };
    made.reference.id = Oid::parse("1.2.246.10.99999901.93.2026.2").unwrap();
    made.reference.document_type = DocumentType::DispensationCorrection;
    made.version = 2;
    made.change = Some(Change::Correction(Correction { replaces, by, reason }));
    made.unknown = strange_parts();
    made
}

#[test]
fn what_a_newer_program_wrote_is_carried_on_into_a_correction() {
    let mut first = given();
    first.unknown = strange_parts();
    let first = read_back(&write_dispensation(&first, &ways()[0]).unwrap());
    let corrected = Dispensation { unknown: first.unknown.clone(), ..correction() };
    let again = read_back(&write_dispensation(&corrected, &ways()[0]).unwrap());
    assert_eq!(again.unknown, strange_parts());
    assert_eq!(again, corrected);
}

#[test]
fn a_correction_names_both_people_and_what_it_replaces_in_header_and_body() {
    let bytes = write_dispensation(&correction(), &ways()[0]).unwrap();
    let header = read(&bytes).unwrap().header;
    assert_eq!(header.author("LTE").unwrap().name.family, "Salminen");
    assert_eq!(header.author("KOR").unwrap().name.family, "Korjaaja");
    assert_eq!(header.related("RPLC").unwrap().id.as_str(), "1.2.246.10.99999901.93.2026.1");
    assert_eq!(header.related("APND").unwrap().id.as_str(), "1.2.246.10.99999902.93.2026.1001");
    let compared = compared_facts(&bytes).unwrap();
    for fact in ["replaced-document", "prescription-reference", "author-name", "document-identifier"] {
        assert!(compared.iter().any(|c| c.fact == fact && c.verdict == Verdict::Same), "{fact}");
    }
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_at(text.find("<structuredBody").unwrap());
    let changed = |old: &str, new: &str| {
        assert!(head.contains(old), "{old}");
        let other = format!("{}{body}", head.replacen(old, new, 1));
        header_body_mismatches(other.as_bytes()).unwrap().into_iter().map(|m| m.fact).collect::<Vec<_>>()
    };
    let replaced =
        &head[head.find("<relatedDocument typeCode=\"RPLC\">").unwrap()..head.find("<code code=\"10\"").unwrap()];
    assert_eq!(changed(replaced, &replaced.replace("2026.1\"", "2026.9\"")), ["replaced-document"]);
    assert_eq!(changed("93.2026.1001", "93.2026.1002"), ["prescription-reference"]);
    assert_eq!(changed("<family>Korjaaja</family>", "<family>Toinen</family>"), ["author-name"]);
    let alone = write_dispensation(&correction(), &ways()[1]).unwrap();
    assert_eq!(read(&alone).unwrap().header.related("APND"), None, "by configuration only the body names it");
    assert_eq!(header_body_mismatches(&alone).unwrap(), []);
}

#[test]
fn a_correction_without_reason_is_unclear_and_cannot_be_written_again() {
    let text = String::from_utf8(write_dispensation(&correction(), &ways()[0]).unwrap()).unwrap();
    let other = text.replace("1.2.246.537.6.600.2013", "1.2.3");
    let read = read_back(other.as_bytes());
    assert_eq!(read.change, Some(Change::Unclear));
    assert!(read.unknown.iter().any(|part| part.place == "104/97"), "{:?}", read.unknown);
    let refused = write_dispensation(&read, &ways()[0]).unwrap_err();
    assert_eq!(refused, WriteError::Missing { fact: "change of the dispensation" });
}

#[test]
fn what_contradicts_itself_is_refused_by_name() {
    let refused = |change: &dyn Fn(&mut Dispensation)| {
        let mut made = correction();
        change(&mut made);
        write_dispensation(&made, &ways()[0]).unwrap_err()
    };
    let replaced = WriteError::Contradiction { fact: "replaced document" };
    assert_eq!(refused(&|d| d.version = 1), replaced);
    assert_eq!(refused(&|d| d.reference.set_id = Oid::parse("1.2.3").unwrap()), replaced);
    assert_eq!(refused(&|d| d.reference.id = given().reference.id), replaced);
    assert_eq!(refused(&|d| d.reference.document_type = DocumentType::Dispensation), WriteError::DocumentType);
    let cancellation = DocumentType::DispensationCancellation;
    assert_eq!(refused(&|d| d.reference.document_type = cancellation.clone()).code(), "write-missing");
    let lost = |place: &str| UnknownPart { place: place.into(), text: "?".into(), xml: None };
    assert_eq!(refused(&|d| d.unknown.push(lost("100/x"))), WriteError::Missing { fact: "an understood part" });
    let mut deviating = given();
    let code = Code { code: "1".into(), system: "1.2.246.537.6.2025.5".into(), name: None };
    deviating.deviation = Some(Explained { code, text: Some("häiriö".into()) });
    let plain = writing(Definition::dispensation_2014().unwrap());
    let no_place = WriteError::NoPlace { fact: "the reason for a deviating dispensation" };
    assert_eq!(write_dispensation(&deviating, &plain).unwrap_err(), no_place);
    assert_eq!(read_back(&write_dispensation(&deviating, &ways()[0]).unwrap()), deviating);
}

#[test]
fn an_amount_that_is_only_a_formula_or_only_words_is_read() {
    let mut made = given();
    made.delivered_text = Some("3X7".into());
    made.delivered_words = Some("kolme liuskaa".into());
    let text = String::from_utf8(write_dispensation(&made, &ways()[0]).unwrap()).unwrap();
    assert_eq!(read_back(text.as_bytes()), made);
    let at = text.find("<code code=\"102\"").unwrap();
    let (head, tail) = text.split_at(at);
    let formula = format!("{head}{}", tail.replacen(" value=\"21\"", "", 1));
    assert_eq!(read_back(formula.as_bytes()), made, "3X7 is 21");
    let words = formula.replacen("3X7", "kaikki", 1);
    let read = read_back(words.as_bytes());
    assert_eq!((read.delivered, read.delivered_text.as_deref()), (Amount::new(21, "fol"), Some("kaikki")), "as packed");
    let code = "<code code=\"102\" codeSystem=\"1.2.246.537.6.12.2002.126\"";
    let none = words.replacen(code, "<code code=\"102\" codeSystem=\"1.2.3\"", 1);
    assert_eq!(tiski_cda::read(none.as_bytes()).unwrap_err(), ReadError::Missing { fact: "field 102" });
}

#[test]
fn kelas_dispensation_is_read_whole_and_written_again_the_same() {
    let Some(folder) = common::kela_documents() else { return };
    let bytes = std::fs::read(folder.join("LT1_testiasiakirja_toimitus.xml")).unwrap();
    let kelas = read(&bytes).unwrap();
    let made = read_back(&bytes);
    assert_eq!((made.unknown.len(), made.remaining.shown().as_str()), (0, "3X21 fol"));
    assert_eq!(made.preparer.as_ref().unwrap().right.as_ref().unwrap().code(), "907");
    let ours = writing(Definition::dispensation_2014().unwrap());
    let mut again = read(&write_dispensation(&made, &ours).unwrap()).unwrap();
    assert_eq!(again.content, kelas.content);
    again.header.software = kelas.header.software.clone();
    assert_eq!(again.header, kelas.header, "but for the program that wrote it");
}
