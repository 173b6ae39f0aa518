//! Where the public test documents and schemas are, if they are anywhere.
#![allow(dead_code)]

use std::collections::BTreeSet;
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

/// (path of field codes, element, data type, code system, and value where it is a code) of everything coded in a body.
pub fn coded_facts(document: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(document).unwrap();
    let parsed = uppsala::parse(text).unwrap();
    let body = parsed.get_elements_by_tag_name("structuredBody")[0];
    let mut found = BTreeSet::new();
    walk(&parsed, body, "", &mut found);
    found
}

fn walk(document: &uppsala::Document<'_>, node: uppsala::NodeId, path: &str, found: &mut BTreeSet<String>) {
    let element = document.element(node).unwrap();
    let name = element.name.local_name.to_string();
    if matches!(name.as_str(), "text" | "title" | "name") && element.attributes.is_empty() {
        return;
    }
    let child_code = document.children(node).into_iter().find(|child| {
        document.element(*child).is_some_and(|e| e.name.local_name == "code") && name != "assignedAuthor"
    });
    let code = child_code.and_then(|c| document.get_attribute(c, "code")).unwrap_or_default();
    // Identity codes and package numbers are values of this dispensation, not places.
    let code = if matches!(name.as_str(), "relatedSubject" | "manufacturedLabeledDrug") { "" } else { code };
    let path = format!("{path}/{name}[{code}]");
    let attribute = |name: &str| element.get_attribute(name).unwrap_or_default().to_owned();
    let data_type = element.get_attribute_ns("http://www.w3.org/2001/XMLSchema-instance", "type").unwrap_or_default();
    let shape: Vec<String> = element.attributes.iter().map(|a| a.name.local_name.to_string()).collect();
    let shape: BTreeSet<String> = shape.into_iter().filter(|a| !matches!(a.as_str(), "ID" | "displayName")).collect();
    found.insert(format!("{path} type={data_type} system={} {shape:?}", attribute("codeSystem")));
    for child in document.children(node) {
        if document.element(child).is_some() {
            walk(document, child, &path, found);
        }
    }
}
