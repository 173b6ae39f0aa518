//! Comparison of versions: every field counts, the medicine first, and unknown parts by their XML.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use cda::Document;
use common::{corrected, dispensed, lot, prescription, written};
use prescription::{
    Consent, DocumentReference, Explanation, Mark, MarkKind, Prescription, RenewalRequest, Requester, UnknownPart,
};
use tiski_document_view::{Change, NotComparable, Viewer, compare};

fn keys(a: &Document, b: &Document) -> Vec<(String, &'static str)> {
    let comparison = compare(a, b, false, &Viewer::default()).unwrap();
    comparison.differences.iter().map(|one| (one.key.clone(), one.change.name())).collect()
}

/// The same document with another content.
fn with(read: &Document, change: impl FnOnce(&mut Prescription)) -> Document {
    let mut changed = read.clone();
    if let cda::Content::Prescription(prescription) = &mut changed.content {
        change(prescription);
    }
    changed
}

#[test]
fn a_correction_is_told_field_by_field_the_medicine_first() {
    let first = prescription();
    let (a, b) = (written(&first).0, written(&corrected(&first)).0);
    let comparison = compare(&a, &b, false, &Viewer::default()).unwrap();
    assert!(!comparison.is_equal());
    let critical: Vec<&str> =
        comparison.differences.iter().take_while(|d| d.critical).map(|d| d.key.as_str()).collect();
    assert_eq!(critical, ["medicine.strength", "dosage.text"]);
    assert!(comparison.differences[critical.len()..].iter().all(|d| !d.critical));
    let of = |key: &str| comparison.differences.iter().find(|d| d.key == key).map(|d| &d.change).unwrap();
    assert!(
        matches!(of("medicine.strength"), Change::Changed { before, after } if before == "10 mg" && after == "5 mg")
    );
    assert!(matches!(of("prescription.purpose"), Change::Removed(before) if before == "Ahdistuneisuuden hoitoon."));
    assert!(matches!(of("prescription.employer"), Change::Added(after) if after == "Esimerkki Oy"));
    assert!(comparison.differences.iter().any(|d| d.key == "change.reason"));
}

#[test]
fn a_document_equals_itself_and_others_are_not_compared_unasked() {
    let first = prescription();
    let (a, _) = written(&first);
    let comparison = compare(&a, &a, false, &Viewer::default()).unwrap();
    assert!(comparison.is_equal() && comparison.same > 40);
    let given = dispensed(&lot(&first, 1, "2026-11-05T10:00:00", &[])).0;
    assert_eq!(compare(&a, &given, true, &Viewer::default()).err(), Some(NotComparable::Kinds));
    let other = dispensed(&lot(&first, 2, "2026-11-05T10:00:00", &[])).0;
    assert_eq!(compare(&given, &other, false, &Viewer::default()).err(), Some(NotComparable::Sets));
    assert!(compare(&given, &other, true, &Viewer::default()).is_ok());
}

#[test]
fn a_difference_that_is_not_shown_is_a_difference() {
    let (a, _) = written(&prescription());
    // Masked alike, and another person's.
    let b = with(&a, |of| of.patient.identity_code = Some(prescription::PersonIdentityCode::as_stated("010181-901D")));
    assert_eq!(keys(&a, &b), [("patient.identity-code".to_owned(), "changed")]);
    let b = with(&a, |of| of.care_types[0].system = "1.2.3".into());
    assert_eq!(keys(&a, &b), [("prescription.care-type".to_owned(), "changed")]);
    let b = with(&a, |of| of.valid_until = None);
    assert_eq!(keys(&a, &b), [("prescription.valid-until".to_owned(), "changed")]);
}

#[test]
fn unknown_parts_are_compared_by_their_xml() {
    let (a, _) = written(&prescription());
    let strange = |xml: &str| UnknownPart { place: "88/995".into(), text: "x".into(), xml: Some(xml.into()) };
    let more = with(&a, |of| of.unknown.insert(0, strange("<a/>")));
    assert_eq!(keys(&a, &more), [("unknown.part".to_owned(), "added")]);
    assert_eq!(keys(&more, &a), [("unknown.part".to_owned(), "removed")]);
    let other = with(&a, |of| of.unknown.insert(0, strange("<b/>")));
    let told: Vec<&str> = keys(&more, &other).iter().map(|(_, change)| *change).collect();
    assert_eq!(told, ["removed", "added"]);
}

/// Whatever field of a prescription is changed, the comparison tells: the fields are walked through as JSON.
#[test]
fn every_field_of_a_prescription_takes_part() {
    let (read, _) = written(&prescription());
    let cda::Content::Prescription(full) = &read.content else { panic!() };
    let json = serde_json::to_value(full.as_ref()).unwrap();
    let mut silent = Vec::new();
    for (field, value) in json.as_object().unwrap() {
        // The header states these; that the content has them too is how it was read.
        if ["reference", "version", "definition", "made_at"].contains(&field.as_str()) {
            continue;
        }
        let Some(other) = other_than(field, value) else { panic!("{field} is not tried") };
        let mut changed = json.clone();
        changed[field] = other;
        let changed: Prescription = serde_json::from_value(changed).unwrap_or_else(|e| panic!("{field}: {e}"));
        if keys(&read, &with(&read, |of| *of = changed)).is_empty() {
            silent.push(field.clone());
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

/// The same of a dispensation.
#[test]
fn every_field_of_a_dispensation_takes_part() {
    let (read, _) = dispensed(&lot(&prescription(), 1, "2026-11-05T10:00:00", &[]));
    let cda::Content::Dispensation(full) = &read.content else { panic!() };
    let json = serde_json::to_value(full.as_ref()).unwrap();
    let mut silent = Vec::new();
    for (field, value) in json.as_object().unwrap() {
        if ["reference", "version", "made_at"].contains(&field.as_str()) {
            continue;
        }
        let Some(other) = other_than(field, value) else { panic!("{field} is not tried") };
        let mut changed = json.clone();
        changed[field] = other;
        let changed = serde_json::from_value(changed).unwrap_or_else(|e| panic!("{field}: {e}"));
        let other = Document { content: cda::Content::Dispensation(Box::new(changed)), ..read.clone() };
        if keys(&read, &other).is_empty() {
            silent.push(field.clone());
        }
    }
    assert_eq!(silent, Vec::<String>::new());
}

/// The same of a mark and of a renewal request, one change at a time.
#[test]
fn every_field_of_a_mark_and_of_a_request_takes_part() {
    let first = prescription();
    let given = lot(&first, 1, "2026-11-05T10:00:00", &[]);
    let id = common::oid("1.2.246.10.99999901.93.2026.9");
    let mark = Mark {
        id: id.clone(),
        set_id: id.clone(),
        version: 1,
        kind: MarkKind::Lock { explanation: None },
        prescription: first.reference.clone(),
        patient: first.patient.clone(),
        author: given.author.clone(),
        unit: given.pharmacy.clone(),
        at: given.made_at,
        made_at: given.made_at,
        unknown: vec![],
    };
    let strange = || vec![UnknownPart { place: "x".into(), text: "x".into(), xml: None }];
    let other = || DocumentReference { id: common::oid("1.2.3"), ..first.reference.clone() };
    let changes: [fn(&mut Mark); 4] = [
        |of| of.kind = MarkKind::Lock { explanation: Explanation::new("muu").ok() },
        |of| of.patient.name.given.clear(),
        |of| of.author.post = Some("muu".into()),
        |of| of.unit.name = "Muu".into(),
    ];
    let mut marks: Vec<Mark> = changes
        .map(|change| {
            let mut of = mark.clone();
            change(&mut of);
            of
        })
        .into();
    marks.push(Mark { prescription: other(), ..mark.clone() });
    marks.push(Mark { at: first.made_at, ..mark.clone() });
    marks.push(Mark { unknown: strange(), ..mark.clone() });
    let read = cda::read(&cda::write_mark(&mark, &common::writing()).unwrap()).unwrap();
    let of = |mark: &Mark| Document { content: cda::Content::Mark(Box::new(mark.clone())), ..read.clone() };
    for changed in &marks {
        assert_eq!(keys(&of(&mark), &of(changed)).len(), 1, "{:?}", changed.kind);
    }

    let request = RenewalRequest {
        reference: first.reference.clone(),
        version: 1,
        patient: first.patient.clone(),
        mobile: None,
        requester: Requester::Citizen { channel: given.pharmacy.clone() },
        asked_at: given.made_at,
        made_at: given.made_at,
        recipient: given.pharmacy.clone(),
        prescription: first.reference.clone(),
        prescribed_at: None,
        prescriber: first.prescriber.clone(),
        product_name: "DIAPAM".into(),
        consent: None,
        message: None,
        state: None,
        unknown: vec![],
    };
    let requests = [
        RenewalRequest { mobile: Some("0401234567".into()), ..request.clone() },
        RenewalRequest { asked_at: first.made_at, ..request.clone() },
        RenewalRequest { prescription: other(), ..request.clone() },
        RenewalRequest { prescribed_at: Some(first.made_at), ..request.clone() },
        RenewalRequest { product_name: "MUU".into(), ..request.clone() },
        RenewalRequest { consent: Some(Consent::Oral), ..request.clone() },
        RenewalRequest { message: Some("muu".into()), ..request.clone() },
        RenewalRequest { state: Some(common::code("1", "1.2", "muu")), ..request.clone() },
        RenewalRequest { unknown: strange(), ..request.clone() },
    ];
    let of = |request: &RenewalRequest| Document {
        content: cda::Content::RenewalRequest(Box::new(request.clone())),
        ..read.clone()
    };
    for (at, changed) in requests.iter().enumerate() {
        assert_eq!(keys(&of(&request), &of(changed)).len(), 1, "{at}");
    }
}

/// Another value of the same type, where one is easily made.
fn other_than(field: &str, value: &serde_json::Value) -> Option<serde_json::Value> {
    use serde_json::json;
    Some(match (field, value) {
        (_, serde_json::Value::Bool(yes)) => json!(!yes),
        ("prescribed_at", _) => json!("2020-01-01T00:00:00"),
        ("valid_until", _) => json!("2020-01-01"),
        ("service_event" | "medicine", _) => {
            if field == "medicine" {
                json!({ "id": "1.2.3", "part": 2 })
            } else {
                json!("1.2.3")
            }
        }
        ("kind" | "control" | "minor_disclosure" | "monitored" | "blood_product", _) => json!("other"),
        ("care_types" | "details" | "unknown", serde_json::Value::Array(some)) if !some.is_empty() => json!([]),
        ("purpose" | "employer" | "insurer" | "message_to_pharmacy" | "dose_dispensing_text", _) => json!("muu"),
        ("fee", _) => json!("1.5"),
        ("fee_as_specialist" | "communicable_disease", _) => json!(true),
        ("iteration", _) => serde_json::Value::Null,
        ("quantity", _) => json!("Nothing"),
        ("weight", _) => json!({ "value": "11", "unit": "kg" }),
        ("special_report", _) => json!({ "code": null, "date": null, "text": "muu" }),
        ("renewal_prohibited", _) => json!({ "reason": null }),
        ("biological", _) => {
            json!({ "is_biological": "K", "biosimilar": null, "not_cheapest_because": null, "group": null })
        }
        ("identification", _) => json!({ "code": { "code": "1", "system": "1.2", "name": null }, "text": null }),
        ("renews", _) => json!({ "id": "1.2.3", "set_id": "1.2.3", "document_type": "8" }),
        ("dispensed_at", _) => json!("2020-01-01T00:00:00"),
        ("packages" | "package_factor" | "copayments", _) => json!(7),
        ("package_size" | "delivered", _) => json!({ "value": "7", "unit": "ml" }),
        ("remaining", _) => json!({ "value": "7", "text": null, "unit": "ml", "words": null }),
        ("package_text" | "composition" | "delivered_text" | "delivered_words" | "remark", _) => json!("muu"),
        ("report_to_kela" | "label_dosage", _) => json!("muu"),
        ("price", _) => json!("1.5"),
        ("deviation", _) => json!({ "code": { "code": "1", "system": "1.2", "name": null }, "text": null }),
        ("substitution_reason", _) => json!([{ "code": "1", "system": "1.2", "name": null }, null]),
        ("prescription", _) => json!({ "id": "1.2.3", "set_id": "1.2.3", "document_type": "1" }),
        ("preparer" | "hospital_pharmacy", _) => {
            let person = json!({
                "registration": null, "prescriber_id": null, "right": null, "organisation": null, "logged_in_at": null,
                "name": { "given": [], "call_name": null, "family": "Muu", "suffix": null },
            });
            let unit = json!({ "id": "1.2.3", "name": "Muu", "phone": null, "address": null });
            if field == "preparer" { person } else { unit }
        }
        ("pharmacy", _) => json!({ "id": "1.2.3", "name": "Muu", "phone": null, "address": null }),
        ("change", _) => json!("Unclear"),
        ("recording", _) => json!({ "By": {
            "registration": null, "prescriber_id": null, "right": null, "organisation": null, "logged_in_at": null,
            "name": { "given": [], "call_name": null, "family": "Muu", "suffix": null },
        } }),
        ("details" | "unknown", _) => json!([{ "place": "x", "name": "x", "text": "x", "xml": null }]),
        ("patient" | "prescriber" | "author" | "product" | "dosage", serde_json::Value::Object(parts)) => {
            let mut parts = parts.clone();
            let (part, other) = match field {
                "patient" => ("birth_date", json!("1999-01-01")),
                "prescriber" | "author" => ("post", json!("muu")),
                "product" => ("holder", json!("muu")),
                _ => ("instruction", json!("muu")),
            };
            parts.insert(part.to_owned(), other);
            serde_json::Value::Object(parts)
        }
        _ => return None,
    })
}
