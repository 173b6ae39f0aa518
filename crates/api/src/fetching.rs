//! Fetches the files of the Pharmaceutical Database from the addresses of the settings and takes them in: when a person asks
//! for it (`tiski medicines fetch`), and by itself where the settings say how often. Only what the settings name is asked.

use std::fs::File as Opened;
use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kanta_client::{DownloadError, Downloads, Timeouts};
use medicines::editions::{Editions, ImportError, Outcome, Policy, Sources, StoreError};
use medicines::import::kela::{KelaNames, NamesError};
use medicines::import::{File, ReadError};

use crate::bell::Bell;
use crate::program::Tiski;
use crate::settings::{Fetch, Medicines};

/// Why no edition was fetched, taken in or shown. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum EditionsError {
    /// The settings name no file of editions.
    #[error("medicines.editions")]
    NoStore,
    /// The settings name no addresses.
    #[error("medicines.fetch")]
    NoAddresses,
    /// The issuers that are believed cannot be read, or none is named.
    #[error("medicines.fetch.trusted")]
    Trusted,
    /// A file did not come.
    #[error("{file}: {source}")]
    Download {
        /// Which.
        file: File,
        /// Why.
        source: DownloadError,
    },
    /// A file came packed: whether Kela packs its file could not be read, and nothing is unpacked here.
    #[error("{0} is an archive")]
    Archive(File),
    /// What came was not taken in.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The names of the elements cannot be read.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// The disk.
    #[error("{0}")]
    Disk(#[from] std::io::Error),
}

impl From<StoreError> for EditionsError {
    fn from(error: StoreError) -> Self {
        Self::Import(error.into())
    }
}

impl From<ReadError> for EditionsError {
    fn from(error: ReadError) -> Self {
        Self::Import(error.into())
    }
}

impl EditionsError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoStore | Self::NoAddresses | Self::Trusted => "settings-invalid",
            Self::Download { source, .. } => source.code(),
            Self::Archive(_) => "medicines-archive",
            Self::Import(error) => error.code(),
            Self::Names(_) => "medicines-names",
            Self::Disk(_) => "medicines-file",
        }
    }
}

/// Fetches everything that the settings name into a folder beside the file of editions, takes it in, and removes the folder.
/// Blocks as long as the downloads may take.
pub fn fetch_editions(settings: &Medicines, names: &KelaNames, now: DateTime<Utc>) -> Result<Outcome, EditionsError> {
    let file = settings.editions.as_ref().ok_or(EditionsError::NoStore)?;
    let fetch = settings.fetch.as_ref().ok_or(EditionsError::NoAddresses)?;
    let mut folder = file.clone().into_os_string();
    folder.push(".fetched");
    let folder = PathBuf::from(folder);
    let outcome = fetch_into(fetch, &folder)
        .and_then(|()| Ok(Editions::open(file)?))
        .and_then(|mut editions| Ok(editions.import(Sources::folder(&folder)?, names, &Policy::default(), now)?));
    // What was fetched is in the store, or was refused: it is no second copy of anything.
    let removed = std::fs::remove_dir_all(&folder);
    let outcome = outcome?;
    removed?;
    Ok(outcome)
}

/// Every address's file into a folder, each under its own name.
fn fetch_into(fetch: &Fetch, folder: &Path) -> Result<(), EditionsError> {
    let trusted = std::fs::read(&fetch.trusted).map_err(|_| EditionsError::Trusted)?;
    let overall = Duration::from_secs(fetch.at_most_s);
    let timeouts = Timeouts { connect: Duration::from_secs(10).min(overall), overall };
    let downloads = Downloads::new(&crate::certificates(&trusted), timeouts).map_err(|_| EditionsError::Trusted)?;
    std::fs::create_dir_all(folder)?;
    let limits = Policy::default().limits;
    for file in File::ALL {
        let Some(address) = fetch.addresses.get(file.name()) else { continue };
        let path = folder.join(file.name());
        let to = std::io::BufWriter::new(Opened::create(&path)?);
        downloads.save(address, limits.file_bytes, to).map_err(|source| EditionsError::Download { file, source })?;
        if is_archive(&path)? {
            return Err(EditionsError::Archive(file));
        }
    }
    Ok(())
}

/// Whether a file is packed (ZIP or gzip).
fn is_archive(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(Opened::open(path)?, 4), &mut start)?;
    Ok(start.starts_with(b"PK") || start.starts_with(&[0x1f, 0x8b]))
}

/// After a failure it is tried again so soon, or when it is due anyway.
const AFTER_A_FAILURE: Duration = Duration::from_secs(3_600);

/// Fetches for as long as the program lives: when it starts, and then as often as the settings say. The program is not held
/// meanwhile: one that ends does not wait for a download. What came is at work at once, or at midnight of its day.
pub(crate) fn keep_fetching(program: &Weak<Tiski>, bell: &Bell, settings: &Medicines, every: Duration) {
    let mut pause = Duration::ZERO;
    loop {
        let Some(asked) = bell.wait(pause) else { return };
        let Some(now) = program.upgrade().map(|program| program.counter.deps().clock.now()) else { return };
        let fetched =
            KelaNames::built_in().map_err(EditionsError::from).and_then(|names| fetch_editions(settings, &names, now));
        let Some(program) = program.upgrade() else { return };
        pause = match fetched {
            Ok(Outcome::Imported(info)) => {
                tracing::info!(edition = %info.version, "an edition of the medicines database was fetched");
                program.look_for_editions();
                program.push_health();
                every
            }
            Ok(Outcome::AlreadyThere(_)) => every,
            Err(error) => {
                // That the edition is out of date is said by the chain, loudly; here is why.
                tracing::warn!(code = error.code(), "the medicines database could not be fetched");
                every.min(AFTER_A_FAILURE)
            }
        };
        bell.done(asked);
    }
}
