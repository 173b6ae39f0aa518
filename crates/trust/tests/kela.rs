//! The certificates in Kela's public documents: real test certificates of a professional and of the Centre.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use chrono::Utc;
use test_authority::{Authority, People};
use trust::{Distrust, Purpose, TrustStore, holder};

fn certificates() -> Option<Vec<Vec<u8>>> {
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"), PathBuf::from);
    let Ok(document) = std::fs::read(folder.join("documents/vendors/V3_0/Esko/Voideseos LM.xml")) else {
        println!("skipped: Kela's documents are not at {}; set TISKI_KELA_DOCUMENTS", folder.display());
        return None;
    };
    Some(signing::verify(&document).unwrap().into_iter().map(|one| one.certificate).collect())
}

#[test]
fn a_real_prescriber_and_the_real_centre_are_read_as_what_they_are() {
    let Some(certificates) = certificates() else { return };
    let prescriber = holder(&certificates[0]).unwrap();
    assert_eq!(prescriber.right_code.as_deref(), Some("034"));
    assert_eq!(prescriber.title, "erikoislääkäri, specialläkare");
    assert!(prescriber.registration_number.is_some() && prescriber.prescriber_id.is_some());
    assert!(prescriber.common_name.ends_with(prescriber.registration_number.unwrap().as_str()));
    assert_eq!(prescriber.issuer, "VRK TEST CA for Healthcare Professionals");
    let centre = holder(&certificates[1]).unwrap();
    assert_eq!(centre.common_name, "ASTST_Reseptikeskus");
    assert_eq!(centre.organisation_oid.as_deref(), Some("1.2.246.556.12005.1"));
    assert_eq!(centre.registration_number, None);
}

#[test]
fn nobody_trusts_them_here() {
    let Some(certificates) = certificates() else { return };
    let folder = tempfile::tempdir().unwrap();
    Authority::create_for(folder.path(), Utc::now(), People::built_in().unwrap().only(&[])).unwrap();
    let store = TrustStore::load(folder.path()).unwrap();
    let at = holder(&certificates[0]).unwrap().not_after - chrono::Duration::days(100);
    assert_eq!(store.judge(&certificates[0], Purpose::ProfessionalSignature, at), Err(Distrust::UnknownIssuer));
}
