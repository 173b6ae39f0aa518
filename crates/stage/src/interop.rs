//! Reads every document of a folder with the program's own reader and tells what it made of each: type, definition,
//! what it does not understand, and each signature. Documents that are known to be signed whole are the vectors: their
//! signatures must verify.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::story::kela_folder;

/// Documents of Kela's public collection whose signatures verify completely, and how many they have.
const VECTORS: [(&str, usize); 3] =
    [("Voideseos LM.xml", 2), ("Diatsepaami LM.xml", 2), ("LM_testiasiakirja_mitatointiin.xml", 1)];
const ESKO: &str = "Esko";

/// What became of a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    read: usize,
    refused: usize,
    vectors_held: usize,
    vectors_failed: usize,
}

/// Tells of every document in `folder`, or in Kela's where none is named; whether all is as it should be.
pub fn interop(folder: Option<&Path>) -> Result<bool> {
    let Some(folder) = folder.map(Path::to_owned).or_else(kela_folder) else {
        println!(
            "No folder was named, and Kela's public test documents are not on this machine (TISKI_KELA_DOCUMENTS)."
        );
        return Ok(true);
    };
    let mut files = Vec::new();
    gather(&folder, &mut files)?;
    files.sort();
    anyhow::ensure!(!files.is_empty(), "no documents in {}", folder.display());
    let mut told = Told::default();
    println!("| document | type | body by | made by | signatures |\n| --- | --- | --- | --- | --- |");
    for file in &files {
        let bytes = std::fs::read(file)?;
        let name = file.strip_prefix(&folder).unwrap_or(file).display().to_string();
        println!("| {name} | {} |", row(&bytes, &mut told));
        vector(file, &bytes, &mut told);
    }
    println!(
        "\n{} documents read, {} refused; vectors: {} of {} hold",
        told.read,
        told.refused,
        told.vectors_held,
        told.vectors_held + told.vectors_failed
    );
    Ok(told.refused == 0 && told.vectors_failed == 0)
}

fn row(bytes: &[u8], told: &mut Told) -> String {
    let document = match cda::read(bytes) {
        Ok(document) => document,
        Err(error) => {
            told.refused += 1;
            return format!("REFUSED {} ({error}) | | | {}", error.code(), signatures(bytes));
        }
    };
    told.read += 1;
    let header = document.header;
    let software = header.software.map(|software| format!("{} {}", software.product, software.version));
    format!(
        "{} | {} | {} | {}",
        header.reference.document_type.code(),
        header.body_definition.map(|oid| oid.as_str().to_owned()).unwrap_or_default(),
        software.unwrap_or_default(),
        signatures(bytes)
    )
}

fn signatures(bytes: &[u8]) -> String {
    match signing::verify(bytes) {
        Err(error) => error.code().to_owned(),
        Ok(signatures) if signatures.is_empty() => "none".to_owned(),
        Ok(signatures) => {
            let words = signatures.iter().map(|one| match &one.outcome {
                Ok(_) if one.weak => "holds (SHA-1)",
                Ok(_) => "holds",
                Err(failure) => failure.code(),
            });
            words.collect::<Vec<_>>().join(", ")
        }
    }
}

fn vector(file: &Path, bytes: &[u8], told: &mut Told) {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some((_, least)) = VECTORS.iter().find(|(vector, _)| *vector == name) else { return };
    // Two vendors call a document alike; only one of them is a vector.
    if name != "LM_testiasiakirja_mitatointiin.xml" && !file.iter().any(|part| part == ESKO) {
        return;
    }
    let held = signing::verify(bytes).map(|all| all.iter().filter(|one| one.outcome.is_ok()).count()).unwrap_or(0);
    if held >= *least {
        told.vectors_held += 1;
    } else {
        told.vectors_failed += 1;
        println!("| ↑ a vector: {held} of {least} signatures hold | | | | |");
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            gather(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml")) {
            files.push(path);
        }
    }
    Ok(())
}
