//! Where the public test documents and schemas are, if they are anywhere.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

/// Kela's folder of public test material, from `TISKI_KELA_DOCUMENTS` or beside the repository.
pub fn kela() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela");
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS").map_or_else(beside, PathBuf::from);
    if folder.join("documents").is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: Kela's public test documents are not at {} (set TISKI_KELA_DOCUMENTS)", folder.display());
    None
}

/// The documents in it.
pub fn kela_documents() -> Option<PathBuf> {
    kela().map(|folder| folder.join("documents"))
}

/// Every XML file below a folder, in order.
pub fn xml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "xml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Lets xmllint judge a document by the public schema.
pub fn assert_valid(kela: &Path, what: &str, document: &[u8]) {
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(document).unwrap();
    let schema = kela.join("schemas/CDA_Fi.xsd");
    let judged = std::process::Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(schema)
        .arg(file.path())
        .output()
        .expect("xmllint (package libxml2-utils) must be installed");
    let said = String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success(), "{what}: {said}\n{}", String::from_utf8_lossy(document));
}
