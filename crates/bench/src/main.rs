//! How many documents a second one thread reads, verifies, writes and signs. `prepare` makes the folder that this program
//! and its judge measure with: documents without signatures, the same signed, and the templates that xmlsec1's library
//! signs. `measure` loads them once and works on them in memory. `cargo xtask bench documents` runs both, in turns.
//! `visit` measures a visit's end with a card, for `cargo xtask bench card`.

mod folder;
mod visit;

use std::hint::black_box;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use folder::{Folder, KEYS, signing_of};
use signing::Verified;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["prepare", documents, folder] => folder::prepare(&PathBuf::from(documents), &PathBuf::from(folder)),
        ["measure", folder, times] => measure(&Folder::load(&PathBuf::from(folder))?, times.parse()?),
        ["visit", "prepare", documents, folder] => visit::prepare(&PathBuf::from(documents), &PathBuf::from(folder)),
        ["visit", folder, rounds] => visit::measure(&PathBuf::from(folder), rounds.parse()?),
        _ => bail!("bench-documents [visit] prepare DOCUMENTS FOLDER | measure FOLDER TIMES | visit FOLDER ROUNDS"),
    }
}

/// One line a measure: its name, how many documents, how many seconds of processor time.
fn measure(folder: &Folder, times: usize) -> Result<()> {
    timed("read", &folder.plain, times * 10, |bytes| black_box(cda::read(bytes)).is_ok())?;
    timed("compare", &folder.plain, times * 10, |bytes| black_box(cda::header_body_mismatches(bytes)).is_ok())?;
    for key in KEYS {
        let signed = folder.signed.iter().find(|(name, _)| *name == key.name).context("signed documents")?;
        timed(&format!("verify {}", key.name), &signed.1, times, |bytes| {
            let all_hold = |all: Vec<Verified>| all.iter().all(Verified::covers_this_document);
            black_box(cda::read(bytes)).is_ok() && signing::verify(bytes).is_ok_and(all_hold)
        })?;
        let mut signer = folder.signer(key)?;
        timed(&format!("sign {}", key.name), &folder.content, times, |content| {
            let written = folder::written(content);
            let sign = |bytes: Vec<u8>| signing::sign(&signing_of(&bytes), &mut signer).ok();
            black_box(written.and_then(sign)).is_some()
        })?;
    }
    Ok(())
}

fn timed<T>(name: &str, all: &[T], times: usize, mut one: impl FnMut(&T) -> bool) -> Result<()> {
    let start = processor_seconds()?;
    for _ in 0..times {
        for it in all {
            anyhow::ensure!(one(it), "{name}: a document failed");
        }
    }
    println!("{name}\t{}\t{}", all.len() * times, processor_seconds()? - start);
    Ok(())
}

/// What this program, of one thread, has used of a processor so far: others may work on the same machine.
fn processor_seconds() -> Result<f64> {
    let told = std::fs::read_to_string("/proc/self/schedstat").context("measuring needs Linux")?;
    let nanoseconds: f64 = told.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanoseconds / 1e9)
}
