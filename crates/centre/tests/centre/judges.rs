//! Others judge what the Centre keeps: xmllint with Kela's schema, xmlsec1 for the professional's and the Centre's
//! signature. The programs belong to the set-up of the tests; only Kela's schema may be absent, and then it is said.

use std::path::Path;
use std::process::Command;

use centre::seed::{SeedFile, seed};
use centre::store::Store;
use prescription::DocumentType;

use crate::world::*;

fn kept(folder: &Path) -> Vec<(DocumentType, std::path::PathBuf)> {
    let mut world = World::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/prescriptions");
    let files = ["patients.toml", "prescriptions.toml"]
        .map(|name| SeedFile::parse(&std::fs::read_to_string(fixtures.join(name)).unwrap()).unwrap());
    seed(&world.centre, &pki(), &files, world.now).unwrap();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    accepted(world.send(&lot));
    let store = world.centre.store();
    let mut kept = vec![];
    for set in store.prescription_sets(None, 100).unwrap() {
        for document in store.documents_of(&set).unwrap() {
            let path = folder.join(format!("{}.xml", document.id));
            std::fs::write(&path, &document.bytes).unwrap();
            kept.push((document.document_type, path));
        }
    }
    kept
}

#[test]
fn what_is_kept_is_valid_by_kelas_schema_and_signed_twice_by_xmlsec1() {
    let folder = tempfile::tempdir().unwrap();
    let documents = kept(folder.path());
    assert_eq!(documents.len(), 24);

    let kela = std::env::var_os("TISKI_KELA_DOCUMENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"), std::path::PathBuf::from);
    let schema = kela.join("schemas/CDA_Fi.xsd");
    if schema.exists() {
        let mut xmllint = Command::new("xmllint");
        xmllint.args(["--noout", "--nonet", "--schema"]).arg(schema).args(documents.iter().map(|(_, path)| path));
        let output = xmllint.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    } else {
        println!("SKIPPED: Kela's schema is not there (TISKI_KELA_DOCUMENTS names its folder)");
    }

    let signed = [DocumentType::Prescription, DocumentType::Dispensation];
    for (_, path) in documents.iter().filter(|(document_type, _)| signed.contains(document_type)) {
        for nth in [1, 2] {
            let output = Command::new("xmlsec1")
                .args(["--verify", "--insecure", "--enabled-key-data", "x509"])
                .args(["--id-attr:ID", "urn:hl7-org:v3:structuredBody"])
                .args(["--id-attr:ID", "urn:hl7finland:signatureTimestamp"])
                .args(["--node-xpath", &format!("(//*[local-name()='Signature'])[{nth}]")])
                .arg(path)
                .output()
                .unwrap();
            assert!(output.status.success(), "{nth}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}
