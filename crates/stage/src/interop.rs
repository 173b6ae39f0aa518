//! Reads every document of a folder with the program's own reader, writes it again where it is of a type that this program
//! writes, lets others judge what was written, and tells every difference. A difference that `docs/interop.md` does not
//! explain is a failure, and so is an explanation that explains nothing.

mod explained;
mod judges;
mod shape;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cda::{Content, Definition, Document, Software, Writing};

use crate::story::kela_folder;
use explained::Explained;
use judges::Judges;
use shape::Shape;

/// The page whose tables explain.
const PAGE: &str = include_str!("../../../docs/interop.md");

/// What became of a folder.
#[derive(Debug, Default)]
struct Told {
    read: usize,
    written: usize,
    signatures: usize,
    hold: usize,
    /// Differences without a row, and the documents that have them.
    unexplained: BTreeMap<String, Vec<String>>,
    explained: usize,
}

/// Tells of every document in `folder`, or in Kela's where none is named; whether all is as it should be.
pub fn interop(folder: Option<&Path>) -> Result<bool> {
    let kela = kela_folder();
    let Some(root) = folder.map(Path::to_owned).or_else(|| kela.as_ref().map(|kela| kela.join("documents"))) else {
        println!("SKIPPED: no folder was named, and Kela's public documents are not here (TISKI_KELA_DOCUMENTS).");
        return Ok(true);
    };
    let mut files = Vec::new();
    gather(&root, &mut files)?;
    files.sort();
    anyhow::ensure!(!files.is_empty(), "no documents in {}", root.display());
    let explained = Explained::read(PAGE);
    let mut judges = Judges::new(kela.as_deref())?;
    let mut told = Told::default();
    println!(
        "| document | type | body by | made by | signatures | differences |\n| --- | --- | --- | --- | --- | --- |"
    );
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).display().to_string();
        tell(&name, &std::fs::read(file)?, &mut judges, &explained, &mut told)?;
    }
    println!(
        "\n{} documents read of {}, {} of them written again, judged{} and read alike; {} of {} signatures hold; {} differences are explained",
        told.read,
        files.len(),
        told.written,
        if judges.have_schema() { "" } else { " (without Kela's schema, which is not here)" },
        told.hold,
        told.signatures,
        told.explained
    );
    for (difference, documents) in &told.unexplained {
        println!("UNEXPLAINED in {}: {difference}", documents.join(", "));
    }
    let outdated: Vec<String> = if folder.is_none() { explained.unused().collect() } else { Vec::new() };
    outdated.iter().for_each(|row| println!("EXPLAINED IN VAIN: {row}"));
    Ok(told.unexplained.is_empty() && outdated.is_empty())
}

/// One document: its line, and its differences.
fn tell(name: &str, bytes: &[u8], judges: &mut Judges, explained: &Explained, told: &mut Told) -> Result<()> {
    let mut differences = Vec::new();
    let signatures = signatures(bytes, &mut differences, told);
    let about = match cda::read(bytes) {
        Err(error) => {
            differences.push(format!("refused: {}", error.code()));
            "REFUSED | |".to_owned()
        }
        Ok(document) => {
            told.read += 1;
            for mismatch in cda::header_body_mismatches(bytes)? {
                differences.push(format!("header and body: {}", mismatch.fact));
            }
            again(&document, bytes, judges, &mut differences, told)?;
            let header = document.header;
            let software = header.software.map(|software| format!("{} {}", software.product, software.version));
            let body = header.body_definition.map(|oid| oid.as_str().to_owned());
            let document_type = header.reference.document_type;
            format!("{} | {} | {}", document_type.code(), body.unwrap_or_default(), software.unwrap_or_default())
        }
    };
    println!("| {name} | {about} | {signatures} | {} |", differences.len());
    for difference in differences {
        if explained.explains(name, &difference) {
            told.explained += 1;
        } else {
            told.unexplained.entry(difference).or_default().push(name.to_owned());
        }
    }
    Ok(())
}

/// Writes a document again from what was read of it, lets others judge it, and compares.
fn again(
    document: &Document,
    bytes: &[u8],
    judges: &mut Judges,
    found: &mut Vec<String>,
    told: &mut Told,
) -> Result<()> {
    let Some(written) = written(&document.content)? else { return Ok(()) };
    let written = match written {
        Ok(written) => written,
        Err(error) => {
            found.push(format!("not written: {error}"));
            return Ok(());
        }
    };
    told.written += 1;
    found.extend(judges.judge(&written)?);
    match cda::read(&written) {
        Err(error) => found.push(format!("written, and then refused: {}", error.code())),
        Ok(back) if back.content != document.content => found.push("written, and then read otherwise".to_owned()),
        Ok(_) => {}
    }
    found.extend(
        cda::header_body_mismatches(&written)?.iter().map(|it| format!("written header and body: {}", it.fact)),
    );
    let (theirs, ours) = (Shape::of(bytes), Shape::of(&written));
    found.extend(theirs.beyond(&ours).iter().map(|line| format!("- {line}")));
    found.extend(ours.beyond(&theirs).iter().map(|line| format!("+ {line}")));
    Ok(())
}

/// What was read, written in the definition that it came in; nothing for types that this program does not write.
fn written(content: &Content) -> Result<Option<Result<Vec<u8>, cda::WriteError>>> {
    let writing = |definition| Writing {
        definition,
        software: Software {
            vendor: "Tiski".into(),
            product: "Tiski".into(),
            version: env!("CARGO_PKG_VERSION").into(),
        },
    };
    let of_2014 = writing(Definition::dispensation_2014()?);
    Ok(Some(match content {
        Content::Prescription(it) => {
            let structured = Definition::version_4_00()?;
            let shape = if it.definition == structured.header { cda::Shape::Structured } else { cda::Shape::Text };
            cda::write_prescription(it, &writing(Definition { header: it.definition.clone(), shape, ..structured }))
        }
        Content::Dispensation(it) => cda::write_dispensation(it, &of_2014),
        Content::Mark(it) => cda::write_mark(it, &of_2014),
        Content::RenewalRequest(it) => cda::write_renewal_request(it, &of_2014),
        Content::RenewalAnswer(_) | Content::Other(_) => return Ok(None),
    }))
}

/// What every signature is worth, in one cell.
fn signatures(bytes: &[u8], differences: &mut Vec<String>, told: &mut Told) -> String {
    let all = match signing::verify(bytes) {
        Ok(all) if all.is_empty() => return "none".to_owned(),
        Ok(all) => all,
        Err(error) => {
            differences.push(format!("signatures: {}", error.code()));
            return error.code().to_owned();
        }
    };
    told.signatures += all.len();
    let words: Vec<String> = (1..)
        .zip(&all)
        .map(|(number, one)| match &one.outcome {
            // Told like a difference: one that no longer holds leaves its row without use.
            Ok(_) => {
                told.hold += 1;
                let words = format!("holds{}", if one.weak { " (SHA-1)" } else { "" });
                differences.push(format!("signature {number}: {words}"));
                words
            }
            Err(failure) => {
                differences.push(format!("signature {number}: {}", failure.code()));
                failure.code().to_owned()
            }
        })
        .collect();
    words.join(", ")
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
