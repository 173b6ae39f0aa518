//! The folder that is measured with. Every file has the same number in each of its folders, so that both programs do the
//! same documents in the same order.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cda::{Content, Definition, Software, Writing};
use chrono::{DateTime, Utc};
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};
use test_authority::{Authority, Pair, People, who};

/// A key that documents are signed with.
#[derive(Clone, Copy)]
pub struct Key {
    /// As the tables call it, and the folder.
    pub name: &'static str,
    /// Whose it is.
    pub slug: &'static str,
}

/// The two kinds of keys that professionals have.
pub const KEYS: [Key; 2] = [Key { name: "P-384", slug: who::SIRI }, Key { name: "RSA-2048", slug: who::PETRI }];

/// Everything, in memory.
pub struct Folder {
    root: PathBuf,
    /// Documents without signatures, as they were found.
    pub plain: Vec<Vec<u8>>,
    /// The same, signed with each key.
    pub signed: Vec<(&'static str, Vec<Vec<u8>>)>,
    /// What those say that this program writes.
    pub content: Vec<Content>,
}

impl Folder {
    /// Loads what [`prepare`] made.
    pub fn load(root: &Path) -> Result<Self> {
        let plain = files(&root.join("plain"))?;
        let signed = KEYS.iter().map(|key| Ok((key.name, files(&root.join("signed").join(key.name))?)));
        let content: Result<Vec<_>> = files(&root.join("written"))?
            .iter()
            .map(|bytes| cda::read(bytes).map(|document| document.content).context("a document that was written"))
            .collect();
        Ok(Self { root: root.to_owned(), signed: signed.collect::<Result<_>>()?, plain, content: content? })
    }

    /// The signer of a key.
    pub fn signer(&self, key: Key) -> Result<SoftwareSigner> {
        let read = |part: &str| std::fs::read(self.root.join(format!("{}.{part}.der", key.name)));
        Ok(SoftwareSigner::from_pkcs8(&read("certificate")?, &read("key")?)?)
    }
}

/// Makes the folder from documents: those that can be read.
pub fn prepare(documents: &Path, root: &Path) -> Result<()> {
    let people = People::built_in()?.only(&KEYS.map(|key| key.slug));
    let authority = Authority::create_for(&root.join("authority"), Utc::now(), people)?;
    let mut found = Vec::new();
    gather(documents, &mut found)?;
    found.sort();
    let mut plain = Vec::new();
    for file in &found {
        let text = without_signatures(&String::from_utf8_lossy(&std::fs::read(file)?));
        if cda::read(text.as_bytes()).is_ok() {
            plain.push(text.into_bytes());
        }
    }
    anyhow::ensure!(!plain.is_empty(), "no documents in {}", documents.display());
    write_all(&root.join("plain"), &plain)?;
    let written: Vec<Vec<u8>> =
        plain.iter().filter_map(|bytes| cda::read(bytes).ok()).filter_map(|it| written(&it.content)).collect();
    write_all(&root.join("written"), &written)?;
    for key in KEYS {
        let Pair { certificate, key: private } = authority.signature(key.slug)?;
        std::fs::write(root.join(format!("{}.certificate.der", key.name)), &certificate)?;
        std::fs::write(root.join(format!("{}.key.der", key.name)), &private)?;
        let mut signer = SoftwareSigner::from_pkcs8(&certificate, &private)?;
        let mut sign = |all: &[Vec<u8>]| -> Result<Vec<Vec<u8>>> {
            all.iter().map(|bytes| Ok(signing::sign(&signing_of(bytes), &mut signer)?)).collect()
        };
        write_all(&root.join("signed").join(key.name), &sign(&plain)?)?;
        let templates: Vec<Vec<u8>> =
            sign(&written)?.iter().map(|bytes| template(&String::from_utf8_lossy(bytes)).into_bytes()).collect();
        write_all(&root.join("templates").join(key.name), &templates)?;
    }
    println!("{} documents, {} of them written by this program", plain.len(), written.len());
    Ok(())
}

/// How everything is signed here.
pub fn signing_of(document: &[u8]) -> Signing<'_> {
    let signed_at = DateTime::<Utc>::UNIX_EPOCH.fixed_offset();
    Signing { document, kind: SignatureKind::Professional, signed_at, id_seed: "1" }
}

/// A content as this program writes it, if it does.
pub fn written(content: &Content) -> Option<Vec<u8>> {
    let writing = |definition| Writing {
        definition,
        software: Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1.0".into() },
    };
    let definition = Definition::dispensation_2014().ok();
    match content {
        Content::Prescription(it) => {
            let old = Definition::version_3_30().ok().filter(|old| old.header == it.definition);
            let definition = old.or(Definition::version_4_00().ok())?;
            cda::write_prescription(it, &writing(definition)).ok()
        }
        Content::Dispensation(it) => cda::write_dispensation(it, &writing(definition?)).ok(),
        Content::Mark(it) => cda::write_mark(it, &writing(definition?)).ok(),
        Content::RenewalRequest(it) => cda::write_renewal_request(it, &writing(definition?)).ok(),
        Content::RenewalAnswer(_) | Content::Other(_) => None,
    }
}

/// The text without its collection of signatures, whatever its prefix: only what was signed here verifies on both sides.
fn without_signatures(text: &str) -> String {
    let Some((until_name, after_name)) = text.split_once("signatureCollection") else { return text.to_owned() };
    let Some((_, after)) = after_name.rsplit_once("signatureCollection") else { return text.to_owned() };
    let before = until_name.rsplit_once('<').map_or(until_name, |(before, _)| before);
    let after = after.split_once('>').map_or("", |(_, after)| after);
    format!("{before}{after}")
}

/// A signed document as xmlsec1 wants it for signing: values and certificate empty.
fn template(signed: &str) -> String {
    let mut text = signed.to_owned();
    for name in ["ds:DigestValue", "ds:SignatureValue", "ds:X509Data"] {
        let mut made = String::new();
        let mut rest = text.as_str();
        while let Some((before, from)) = rest.split_once(&format!("<{name}>")) {
            made.push_str(&format!("{before}<{name}/>"));
            rest = from.split_once(&format!("</{name}>")).map_or("", |(_, after)| after);
        }
        text = made + rest;
    }
    text
}

/// Every XML file of a folder and its folders.
pub fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
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

fn files(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    gather(folder, &mut paths)?;
    paths.sort();
    paths.iter().map(|path| Ok(std::fs::read(path)?)).collect()
}

fn write_all(folder: &Path, all: &[Vec<u8>]) -> Result<()> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    for (number, bytes) in all.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:03}.xml")), bytes)?;
    }
    Ok(())
}
