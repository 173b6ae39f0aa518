//! Corrections, cancellations and prescriptions that a pharmacy stores: written, judged by Kela's schema, read back equal;
//! what is not understood is carried on; what cannot be written is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
#[path = "common/made_up.rs"]
mod made_up;

use chrono::NaiveDateTime;
use prescription::rules::samples;
use prescription::*;
use tiski_cda::{Content, Definition, Shape, WriteError, header_body_mismatches, read, write_prescription};

fn code(code: &str, system: &str, name: &str) -> Code {
    Code { code: code.into(), system: system.into(), name: Some(name.into()) }
}

fn reason(value: &str, text: Option<&str>) -> ChangeReason {
    ChangeReason::new(code(value, "1.2.246.537.6.600.2013", "syy"), text.map(str::to_owned)).unwrap()
}

fn pharmacist() -> Professional {
    samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00").author
}

fn at() -> NaiveDateTime {
    "2026-11-03T12:00:00".parse().unwrap()
}

fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

fn correction(of: &Prescription) -> Prescription {
    let next = Next::Correction { by: pharmacist(), reason: reason("5", Some("Annos korjattu")), at: at() };
    of.next(oid("1.2.246.10.99999901.93.2026.7"), next).unwrap()
}

fn cancellation(of: &Prescription) -> Prescription {
    let next = Next::Cancellation {
        by: pharmacist(),
        reason: reason("2", None),
        kind: CancellationKind::Care,
        party: code("2", "1.2.246.537.5.40102.2006", "Apteekki"),
        consent: Some(Consent::Oral),
        at: at(),
    };
    of.next(oid("1.2.246.10.99999901.93.2026.8"), next).unwrap()
}

/// A prescription from the telephone, as a pharmacist stores it.
fn stored() -> Prescription {
    let made = samples::iterated_diazepam();
    Prescription {
        made_at: at(),
        recording: Recording::AtPharmacy(StoredByPharmacy {
            recorder: pharmacist(),
            kind: StoredKind::Telephone,
            reason: Explained {
                code: code("3", "1.2.246.537.5.40302.201501", "Muu syy"),
                text: Some("Yhteys poikki".into()),
            },
        }),
        fee: "25.50".parse().ok(),
        fee_as_specialist: Some(true),
        communicable_disease: Some(false),
        ..made
    }
}

fn definitions() -> [Definition; 2] {
    [Definition::version_3_30().unwrap(), Definition::version_4_00().unwrap()]
}

fn back(bytes: &[u8]) -> Prescription {
    match read(bytes).unwrap().content {
        Content::Prescription(prescription) => *prescription,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_pharmacy_writes_of_prescriptions_reads_the_same_and_is_valid() {
    let first = samples::iterated_diazepam();
    let corrected = correction(&first);
    let made = [stored(), corrected.clone(), cancellation(&corrected), cancellation(&stored())];
    let mut written = Vec::new();
    for definition in definitions() {
        for made in &made {
            let made = Prescription { definition: definition.header.clone(), ..made.clone() };
            let bytes = write_prescription(&made, &made_up::writing(definition.clone())).unwrap();
            assert_eq!(back(&bytes), made);
            assert_eq!(header_body_mismatches(&bytes).unwrap(), vec![]);
            written.push((format!("{:?} {:?}", definition.shape, made.reference.document_type), bytes));
        }
    }
    let text = String::from_utf8(written[0].1.clone()).unwrap();
    let functions = ["LAL", "KIR"].map(|function| text.matches(&format!("functionCode code=\"{function}\"")).count());
    assert_eq!(functions, [1, 1]);
    let cancelled = String::from_utf8(written[2].1.clone()).unwrap();
    assert!(cancelled.contains("<code code=\"98\"") && !cancelled.contains("<code code=\"88\""));
    if let Some(kela) = common::kela() {
        common::assert_valid(&kela, &written);
    }
}

/// "Eteenpäin yhteensopivuus": a document of a newer definition, with parts in every place where there can be some.
#[test]
fn parts_that_are_not_understood_are_carried_on_into_correction_and_cancellation() {
    let definition = Definition::of("1.2.246.777.11.2027.1", "1.2.246.777.11.2027.2", Shape::Structured).unwrap();
    let writing = made_up::writing(definition.clone());
    let sound = Prescription { definition: definition.header.clone(), ..samples::iterated_diazepam() };
    let text = String::from_utf8(write_prescription(&sound, &writing).unwrap()).unwrap();
    let observation = "<observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"999\" \
                       codeSystem=\"1.2.246.537.6.12.2002.126\" displayName=\"Uusi kenttä\"/><value xsi:type=\"ST\">uutta</value></observation>";
    let within = |wrapper: &str| format!("<{wrapper} typeCode=\"COMP\">{observation}</{wrapper}>");
    let component = within("component").replace(" typeCode=\"COMP\"", "");
    let ingredient = "<component><substanceAdministration classCode=\"SBADM\" moodCode=\"EVN\"><doseQuantity>\
                      <center unit=\"mg\" value=\"1\"/></doseQuantity><consumable><manufacturedProduct><manufacturedLabeledDrug>\
                      <name>outo</name></manufacturedLabeledDrug></manufacturedProduct></consumable></substanceAdministration></component>";
    let end_of = |field: &str| {
        let from =
            text.find(&format!("<organizer classCode=\"CLUSTER\" moodCode=\"EVN\">\n         <code code=\"{field}\""));
        let from = from.or_else(|| text.find(&format!("<code code=\"{field}\""))).unwrap();
        from + text[from..].find("</organizer>").unwrap()
    };
    let mut edits = [
        (text.find("<subject typeCode").unwrap(), "<expectedUseTime value=\"20261103\"/>".to_owned()),
        (text.find("<reference typeCode").unwrap(), within("entryRelationship")),
        (text.find("<doseQuantity").unwrap(), "<approachSiteCode code=\"9\" codeSystem=\"1.2.3\"/>".to_owned()),
        (end_of("4"), ingredient.to_owned()),
        (end_of("32"), component.clone()),
        (end_of("88"), component.clone()),
        (text.rfind("</entry>").unwrap() + "</entry>".len(), format!("<entry>{observation}</entry>")),
    ];
    edits.sort_by_key(|(position, _)| std::cmp::Reverse(*position));
    let mut newer = text.clone();
    edits.iter().for_each(|(position, part)| newer.insert_str(*position, part));
    let read = back(newer.as_bytes());
    let mut places: Vec<&str> = read.unknown.iter().map(|part| part.place.as_str()).collect();
    places.sort_unstable();
    let expected = [
        "32/999",
        "4/component",
        "83/approachSiteCode",
        "83/supply/999",
        "83/supply/expectedUseTime",
        "88/999",
        "entry/999",
    ];
    assert_eq!(places, expected);
    let mut written = vec![("newer".to_owned(), newer.into_bytes())];
    for next in [correction(&read), cancellation(&read)] {
        let bytes = write_prescription(&next, &writing).unwrap();
        let again = back(&bytes);
        let sorted = |prescription: &Prescription| {
            let mut parts = prescription.unknown.clone();
            parts.sort_by(|a, b| a.place.cmp(&b.place));
            parts
        };
        assert_eq!(sorted(&again), sorted(&read));
        assert_eq!(Prescription { unknown: vec![], ..again }, Prescription { unknown: vec![], ..next });
        written.push(("next".to_owned(), bytes));
    }
    if let Some(kela) = common::kela() {
        common::assert_valid(&kela, &written);
    }
}

#[test]
fn an_amount_or_a_field_that_is_not_understood_stands_again_as_it_stood() {
    let writing = made_up::writing(Definition::version_3_30().unwrap());
    let text = String::from_utf8(write_prescription(&samples::iterated_diazepam(), &writing).unwrap()).unwrap();
    let changed = text
        .replacen(
            "code=\"2\" codeSystem=\"1.2.246.537.5.40100.2006\"",
            "code=\"7\" codeSystem=\"1.2.246.537.5.40100.2006\"",
            1,
        )
        .replacen("value=\"false\" xsi:type=\"BL\"/>", "value=\"true\" xsi:type=\"BL\"/>", 1);
    let read = back(changed.as_bytes());
    assert_eq!(read.quantity, Quantity::Unknown { code: "7".into() });
    let next = correction(&read);
    let bytes = write_prescription(&next, &writing).unwrap();
    assert_eq!(back(&bytes), next);
    let again = String::from_utf8(bytes).unwrap();
    assert_eq!(
        again.matches("<code code=\"124\"").count(),
        1,
        "a field that contradicts the kind is not written twice"
    );
}

/// Which of two containers is meant cannot be known: both reach whoever reads the correction.
#[test]
fn a_field_of_the_package_that_stands_twice_is_carried_on_beside_the_first() {
    let writing = made_up::writing(Definition::version_3_30().unwrap());
    let text = String::from_utf8(write_prescription(&samples::iterated_diazepam(), &writing).unwrap()).unwrap();
    let start = text[..text.find("<code code=\"24\"").unwrap()].rfind("<entryRelationship").unwrap();
    let end = start + text[start..].find("</entryRelationship>").unwrap() + "</entryRelationship>".len();
    let twice = format!("{}{}{}", &text[..end], text[start..end].replace("tabletti", "kapseli"), &text[end..]);
    let read = back(twice.as_bytes());
    assert_eq!(read.product.form.as_deref(), Some("tabletti"));
    assert_eq!(read.unknown.iter().map(|part| part.place.as_str()).collect::<Vec<_>>(), ["83/supply/24"]);
    let next = correction(&read);
    assert_eq!(back(&write_prescription(&next, &writing).unwrap()), next);
}

#[test]
fn a_change_that_says_other_than_its_document_and_a_loss_are_refused_by_name() {
    let first = samples::iterated_diazepam();
    let refused = |made: &Prescription, definition: Definition| {
        write_prescription(made, &made_up::writing(definition)).unwrap_err()
    };
    let [old, new] = definitions();
    let contradiction = WriteError::Contradiction { fact: "change of the prescription" };
    let mut made = correction(&first);
    made.reference.document_type = DocumentType::Cancellation;
    assert_eq!(refused(&made, new.clone()), contradiction);
    let mut made = correction(&first);
    made.reference.set_id = oid("1.2.3");
    assert_eq!(refused(&made, new.clone()), contradiction, "another prescription");
    let made = Prescription { version: 1, ..correction(&first) };
    assert_eq!(refused(&made, new.clone()), contradiction, "a correction is never the first version");
    let made = Prescription { change: Some(Change::Unclear), ..correction(&first) };
    assert_eq!(refused(&made, new.clone()), WriteError::Missing { fact: "reason of the change" });
    let mut made = first.clone();
    made.reference.document_type = DocumentType::Dispensation;
    assert_eq!(refused(&made, new.clone()), WriteError::DocumentType);
    let mut made = first.clone();
    made.dosage.structure = Structure::Unclear;
    assert_eq!(refused(&made, new.clone()), WriteError::Missing { fact: "an understood dosage" });
    let mut made = first.clone();
    made.unknown = vec![UnknownPart { place: "88/999".into(), text: "uutta".into(), xml: None }];
    assert_eq!(refused(&made, new.clone()), WriteError::Missing { fact: "an understood part" });
    let mut made = first.clone();
    made.hospital_pharmacy = Some(samples::lot(&first, 21, "2026-11-03T10:00:00").pharmacy);
    assert_eq!(refused(&made, new.clone()), WriteError::Contradiction { fact: "hospital pharmacy" });
    let made = Prescription { fee: Some((-1).into()), ..first.clone() };
    assert_eq!(refused(&made, new.clone()), WriteError::Negative { fact: "fee" });
    let made = Prescription { minor_disclosure: Some(MinorDisclosure::Unknown(String::new())), ..first.clone() };
    assert_eq!(refused(&made, new.clone()), WriteError::Missing { fact: "answer about disclosure" });
    let mut made = first.clone();
    made.monitored = Some(Answer::Yes);
    assert_eq!(refused(&made, old), WriteError::NoPlace { fact: "additional monitoring" });
    assert!(write_prescription(&made, &made_up::writing(new)).is_ok());
}
