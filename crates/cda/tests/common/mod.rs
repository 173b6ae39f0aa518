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

/// Lets xmllint judge documents, each with a name, by the public schema.
pub fn assert_valid(kela: &Path, documents: &[(String, Vec<u8>)]) {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = Vec::new();
    for (i, (_, bytes)) in documents.iter().enumerate() {
        let path = folder.path().join(format!("{i}.xml"));
        std::fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    let judged = std::process::Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(kela.join("schemas/CDA_Fi.xsd"))
        .args(&paths)
        .output()
        .expect("xmllint (package libxml2-utils) must be installed");
    let said = String::from_utf8_lossy(&judged.stderr);
    let names: Vec<&str> = documents.iter().map(|(name, _)| name.as_str()).collect();
    assert!(judged.status.success(), "{said}\n{names:#?}");
    assert_eq!(said.matches(" validates").count(), documents.len(), "{said}");
}
