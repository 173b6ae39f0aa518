//! Kela's public test documents, which are not part of the project: where they are absent, these tests say so and pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use tiski_cda::{Content, read};

#[test]
fn every_document_of_kela_is_read() {
    let Some(folder) = common::kela_documents() else { return };
    let mut failed = Vec::new();
    for path in common::xml_files(&folder) {
        let bytes = std::fs::read(&path).unwrap();
        match read(&bytes) {
            Ok(document) => {
                let kind = match &document.content {
                    Content::Prescription(p) => {
                        format!("{:?} | {} | details {} | unknown {:?}", p.quantity, p.product.name, p.details.len(), p.unknown)
                    }
                    Content::Dispensation(d) => format!("{:?}", d.remaining),
                    Content::Other(other) => format!("{other:?}"),
                };
                println!("{}: {kind}", path.display());
            }
            Err(error) => failed.push((path, error)),
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
