//! Kela's published FHIR examples against our reader and our writer: another's idea of the shape is the judge.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use common::*;
use kanta::metadata::{self, Answer, DispenseStatus, Metadata};
use prescription::DocumentType;
use serde_json::Value;

fn folder() -> Option<PathBuf> {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela");
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS").map_or(default, PathBuf::from).join("fhir");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: Kela's FHIR examples are not here; TISKI_KELA_DOCUMENTS may name their folder");
    None
}

fn files(folder: &PathBuf) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, _)| name.ends_with(".json"))
        .collect();
    files.sort();
    files
}

fn read_with(file: &(String, Vec<u8>), others: &[(String, Vec<u8>)]) -> Metadata {
    let mut resources = vec![file.1.as_slice()];
    resources.extend(others.iter().map(|(_, bytes)| bytes.as_slice()));
    let read = metadata::read_resources(&resources).unwrap_or_else(|error| panic!("{}: {error:?}", file.0));
    assert_eq!(read.len(), 1, "{}", file.0);
    read.into_iter().next().unwrap()
}

#[test]
fn every_published_prescription_is_read() {
    let Some(folder) = folder() else { return };
    let (requests, others): (Vec<_>, Vec<_>) =
        files(&folder).into_iter().partition(|(name, _)| name.starts_with("medicationrequest"));
    assert!(requests.len() >= 10, "only {} examples", requests.len());
    for file in &requests {
        let read = read_with(file, &others);
        assert!(!read.medicine.name.is_empty(), "{}", file.0);
        assert!(!matches!(read.dispense_status, DispenseStatus::Unknown(_)), "{}", file.0);
        assert!(!matches!(read.reference.document_type, DocumentType::Unknown(_)), "{}", file.0);
    }
}

#[test]
fn the_first_example_says_what_it_says() {
    let Some(folder) = folder() else { return };
    let (requests, others): (Vec<_>, Vec<_>) =
        files(&folder).into_iter().partition(|(name, _)| name.starts_with("medicationrequest"));
    let read = read_with(requests.iter().find(|(name, _)| name == "medicationrequestesim1.json").unwrap(), &others);
    assert_eq!(read.reference.id, oid("1.2.246.10.1602257.93.2019.855"));
    assert_eq!(read.reference.document_type, DocumentType::Prescription);
    assert_eq!((read.version, read.repeats, read.interval_days), (1, Some(3), Some(30)));
    assert_eq!(read.prescribed_text.as_deref(), Some("8X98 fol"));
    assert_eq!(read.remaining_text.as_deref(), Some("5X98 fol"));
    assert_eq!(read.last_dispensed_text.as_deref(), Some("98 fol"));
    assert_eq!(read.quantity_form.as_deref(), Some("1"));
    assert_eq!(read.medicine.name, "CARDACE");
    assert_eq!(read.medicine.strength.as_deref(), Some("5 mg"));
    assert_eq!(read.medicine.vnr.as_ref().map(|vnr| vnr.as_str()), Some("403048"));
    assert_eq!(read.medicine.atc.as_ref().map(|atc| atc.code.as_str()), Some("C09AA05"));
    // 18:44:16+02:00 in October, when Finland is at +03:00: the instant counts.
    assert_eq!(read.prescribed_at, at("2019-10-16T19:44:16"));
    assert_eq!(read.unit_name.as_deref(), Some("Testi terveysasema"));
    assert_eq!(read.prescriber.family, "van der Knaapi");
    // What the values 2 and 3 mean is not public: a named owner hinders (promise 7).
    let owner = Some(oid("1.2.246.10.8182355.10.1"));
    assert_eq!((&read.state.locked_by, &read.state.reserved_by), (&owner, &owner));
    assert!(!read.state.cancelled);
}

/// Every place of a resource: members by name, extensions and codings by what they say they are.
fn shape(value: &Value, path: &str, places: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let url = members.get("url").and_then(Value::as_str).map(|url| format!("[{url}]")).unwrap_or_default();
            for (name, member) in members {
                shape(member, &format!("{path}{url}/{name}"), places);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| shape(item, path, places)),
        // A code system is part of the shape, a value is not.
        Value::String(text) if path.ends_with("/system") => drop(places.insert(format!("{path}={text}"))),
        _ => drop(places.insert(path.to_owned())),
    }
}

#[test]
fn what_is_written_has_the_shape_of_the_examples() {
    let Some(folder) = folder() else { return };
    let mut theirs = BTreeSet::new();
    for (name, bytes) in files(&folder) {
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kind = value["resourceType"].as_str().unwrap().to_owned();
        shape(&value, &kind, &mut theirs);
    }
    let mut told = metadata();
    told.state.cancelled = true;
    told.state.locked_by = Some(oid("1.2.3"));
    told.medicine.atc.as_mut().unwrap().system = "1.2.246.537.6.32.2007".into();
    let response = metadata::response(&Answer { total: 1, prescriptions: vec![told], next: None });
    let bundle: Value = serde_json::from_slice(&response.body).unwrap();
    let mut ours = BTreeSet::new();
    for entry in bundle["entry"].as_array().unwrap() {
        shape(&entry["resource"], entry["resource"]["resourceType"].as_str().unwrap(), &mut ours);
    }
    let own = |place: &String| place.contains("http://tiski.example/");
    let only_ours: Vec<_> = ours.iter().filter(|place| !own(place) && !theirs.contains(*place)).collect();
    // FHIR's own member; the examples happen to leave it out.
    assert_eq!(only_ours, ["Patient/gender"]);
}
