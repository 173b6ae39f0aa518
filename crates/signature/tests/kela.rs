//! Kela's public documents: the signatures that are known to hold do, and the others fail by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::*;
use signing::{Covered, SignatureKind, Verified, verify};

fn read(path: &str) -> Option<Vec<Verified>> {
    let file = kela()?.join("documents").join(path);
    Some(verify(&std::fs::read(file).unwrap()).unwrap())
}

#[test]
fn both_signatures_of_the_ointment_prescription_hold_and_are_weak() {
    let Some(verified) = read("vendors/V3_0/Esko/Voideseos LM.xml") else { return };
    assert_eq!(
        verified.iter().map(|one| one.kind).collect::<Vec<_>>(),
        [Some(SignatureKind::ProfessionalMulti), Some(SignatureKind::System)]
    );
    assert!(verified.iter().all(|one| one.weak && one.signed_at.is_some()));
    assert!(
        matches!(&verified[0].outcome, Ok(Covered::List { refs, covers_this: true }) if refs.len() > 2),
        "{:?}",
        verified[0].outcome
    );
    assert_eq!(verified[1].outcome, Ok(Covered::Body));
}

#[test]
fn both_signatures_of_the_diazepam_prescription_hold_and_are_weak() {
    let Some(verified) = read("vendors/V3_0/Esko/Diatsepaami LM.xml") else { return };
    assert_eq!(verified.len(), 2);
    assert!(verified.iter().all(|one| one.weak && one.outcome.is_ok()), "{verified:?}");
}

#[test]
fn the_centres_signature_by_xpath_holds_and_is_weak() {
    let Some(verified) = read("LM_testiasiakirja_mitatointiin.xml") else { return };
    let system: Vec<_> = verified.iter().filter(|one| one.kind == Some(SignatureKind::System)).collect();
    assert_eq!(system.len(), 1);
    assert!(system[0].weak);
    assert_eq!(system[0].outcome, Ok(Covered::Body));
}

#[test]
fn every_other_signature_of_kelas_fails_by_what_was_changed_and_never_by_an_error() {
    let Some(folder) = kela() else { return };
    let mut outcomes = BTreeMap::new();
    for file in xml_files(&folder.join("documents")) {
        let verified =
            verify(&std::fs::read(&file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for one in verified {
            let name = one.outcome.as_ref().map_or_else(|failure| failure.code(), |_| "holds");
            *outcomes.entry(name).or_insert(0) += 1;
            if !matches!(
                name,
                "holds" | "signature-body-changed" | "signature-list-changed" | "signature-timestamp-changed"
            ) {
                println!("{}: {:?} {:?}", file.display(), one.kind, one.outcome);
            }
        }
    }
    println!("{outcomes:?}");
    assert!(outcomes["holds"] >= 5);
    assert!(!outcomes.contains_key("signature-transforms-unknown"), "{outcomes:?}");
    assert!(!outcomes.contains_key("signature-algorithm-unknown"), "{outcomes:?}");
}

fn xml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(xml_files(&path));
        } else if path.extension().is_some_and(|one| one == "xml") {
            files.push(path);
        }
    }
    files
}
