//! A visit's end: from the last digit of PIN2 to three documents that are written, signed by a card, and verified as a
//! stranger would verify them. What the card takes is told apart from what this program takes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use card::{CardAccess, CardSigner, Pin};
use cda::Content;
use chrono::Utc;
use direct_card::DirectReader;
use signing::Signer;
use trust::{Purpose, TrustStore};
use virtual_card::{Card, Person, Profile, ShortMemory};

use crate::folder::{self, Folder, KEYS, Key, signing_of};

/// How large each document should be, in bytes: an ordinary dispensation.
const SIZE: usize = 29_000;
const DOCUMENTS: usize = 3;
const PIN2: &str = "5678";

/// Makes the folder from the three documents that are nearest to the size.
pub fn prepare(documents: &Path, root: &Path) -> Result<()> {
    let mut found = Vec::new();
    folder::gather(documents, &mut found)?;
    let mut sized = Vec::new();
    for file in found {
        let content = cda::read(&std::fs::read(&file)?).ok().map(|document| document.content);
        let written = content.filter(|it| matches!(it, Content::Prescription(_) | Content::Dispensation(_)));
        if let Some(bytes) = written.as_ref().and_then(folder::written) {
            sized.push((bytes.len().abs_diff(SIZE), file));
        }
    }
    sized.sort();
    let chosen = root.join("chosen");
    let _ = std::fs::remove_dir_all(&chosen);
    std::fs::create_dir_all(&chosen)?;
    anyhow::ensure!(sized.len() >= DOCUMENTS, "fewer than {DOCUMENTS} documents");
    for (number, (_, file)) in sized.iter().take(DOCUMENTS).enumerate() {
        std::fs::copy(file, chosen.join(format!("{number}.xml")))?;
    }
    folder::prepare(&chosen, root)
}

/// Which signatures are made.
#[derive(Clone, Copy)]
enum Way {
    /// One for each document (type 1).
    Separate,
    /// One for all of them (type 2).
    Together,
}

/// What this thread has used of a processor so far: others may work on the same machine, and nothing here waits.
fn clock() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(used.tv_sec.try_into().unwrap_or_default(), used.tv_nsec.try_into().unwrap_or_default())
}

/// One line for each key and way: name, milliseconds in all, in the card, and in this program; medians of the rounds. Then
/// the bytes of the documents.
pub fn measure(root: &Path, rounds: usize) -> Result<()> {
    let folder = Folder::load(root)?;
    let trust = TrustStore::load(&root.join("authority"))?;
    for key in KEYS {
        for (name, way) in [("separate", Way::Separate), ("together", Way::Together)] {
            let reader = reader(root, key)?;
            let mut all = Vec::new();
            for _ in 0..=rounds {
                all.push(once(&folder, &trust, &reader, way)?);
            }
            let all = all.get(1..).context("no rounds")?; // the first one warms up
            let median = |part: &dyn Fn(&(Duration, Duration)) -> Duration| {
                let mut times: Vec<Duration> = all.iter().map(part).collect();
                times.sort();
                times.get(times.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1e3
            };
            let total = median(&|(total, _)| *total);
            let card = median(&|(_, card)| *card);
            let ours = median(&|(total, card)| total.saturating_sub(*card));
            println!("{} {name}\t{total:.3}\t{card:.3}\t{ours:.3}", key.name);
        }
    }
    let sizes: Vec<usize> = folder.content.iter().filter_map(folder::written).map(|bytes| bytes.len()).collect();
    println!("bytes\t{sizes:?}");
    Ok(())
}

fn reader(root: &Path, key: Key) -> Result<DirectReader> {
    let person = Person::load(&root.join("authority/people").join(key.slug))?;
    let profile = Profile { pin2: PIN2.to_owned(), ..Profile::default() };
    Ok(DirectReader::with_clock(Card::new(profile, person, Box::new(ShortMemory::default()))?, clock))
}

/// All of it and the card's part.
fn once(folder: &Folder, trust: &TrustStore, reader: &DirectReader, way: Way) -> Result<(Duration, Duration)> {
    reader.forget();
    let started = clock();
    let pin = Pin::new(PIN2)?;
    let written: Option<Vec<Vec<u8>>> = folder.content.iter().map(folder::written).collect();
    let written = written.context("a document cannot be written")?;
    let mut session = reader.open(&DirectReader::reader())?;
    let mut signer = CardSigner::new(session.as_mut(), &pin)?;
    trust.judge(signer.certificate(), Purpose::ProfessionalSignature, Utc::now())?;
    let signed = match way {
        Way::Separate => {
            let all: Vec<_> = written.iter().map(|bytes| signing_of(bytes)).collect();
            signing::sign_many(&all, &mut signer)?
        }
        Way::Together => {
            let all: Vec<&[u8]> = written.iter().map(Vec::as_slice).collect();
            signing::sign_together(&all, Utc::now().fixed_offset(), "1", &mut signer)?
        }
    };
    for document in &signed {
        let signatures = signing::verify(document)?;
        anyhow::ensure!(!signatures.is_empty() && signatures.iter().all(|it| it.covers_this_document()), "not signed");
        anyhow::ensure!(cda::header_body_mismatches(document)?.is_empty(), "header and body differ");
        cda::read(document)?;
    }
    let total = clock().saturating_sub(started);
    let expected = if matches!(way, Way::Together) { 1 } else { DOCUMENTS };
    anyhow::ensure!(
        reader.pins_sent() == 1 && reader.signatures() == expected,
        "the card was not asked as it should be"
    );
    Ok((total, reader.in_card()))
}
