//! Fresh revocation lists: read from the addresses of the settings now and then, taken where `trust` lets them stand, and
//! kept on disk so that a restart without a network knows what was known. The rules are in docs/trust.md.

mod ocsp;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use kanta_client::{PublicFiles, Timeouts};
use ring::digest::{SHA256, digest};
use trust::TrustStore;

use crate::Problem;
use crate::settings::{Settings, wrong};

pub(crate) use ocsp::Ocsp;

/// No list of the field comes near this.
const LIST_BYTES_AT_MOST: usize = 32 << 20;

/// How long reading one list may take.
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), overall: Duration::from_secs(20) };

/// Reads lists and keeps them.
pub(crate) struct Revocation {
    files: PublicFiles,
    addresses: Vec<String>,
    folder: PathBuf,
}

impl Revocation {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Problem> {
        let files = PublicFiles::new(TIMEOUTS).map_err(|error| wrong("trust.lists", error.code()))?;
        Ok(Self { files, addresses: settings.trust.lists.clone(), folder: settings.data.join("revocation-lists") })
    }

    /// Gives the store the lists that were kept. One that no longer counts, or that somebody changed, is left.
    pub(crate) fn recall(&self, store: &TrustStore, now: DateTime<Utc>) {
        for address in &self.addresses {
            let file = self.file(address);
            if let Ok(der) = std::fs::read(&file)
                && let Err(why) = store.take_list(der, now)
            {
                tracing::info!(code = why.code(), "a kept revocation list is not used");
            }
        }
    }

    /// Reads every list once. Whether the store has another one afterwards. An address that does not answer, or gives what
    /// is not a list of a trusted issuer, changes nothing.
    pub(crate) fn refresh(&self, store: &TrustStore, now: DateTime<Utc>) -> bool {
        let mut changed = false;
        for address in &self.addresses {
            let der = match self.files.get(address, LIST_BYTES_AT_MOST) {
                Ok(der) => der,
                Err(error) => {
                    tracing::warn!(code = error.code(), "a revocation list was not read");
                    continue;
                }
            };
            match store.take_list(der.clone(), now) {
                Ok(true) => {
                    changed = true;
                    if let Err(error) = keep(&self.file(address), &der) {
                        tracing::warn!(%error, "a revocation list was not kept");
                    }
                }
                Ok(false) => {}
                Err(why) => tracing::warn!(code = why.code(), "a revocation list was not taken"),
            }
        }
        changed
    }

    /// Where a list is kept: a name that an address cannot choose.
    fn file(&self, address: &str) -> PathBuf {
        self.folder.join(format!("{}.crl", name(address.as_bytes())))
    }
}

/// The name of a file that is kept for that.
fn name(of: &[u8]) -> String {
    digest(&SHA256, of).as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

/// Written beside and renamed, so that a power cut leaves the old file or the new one.
fn keep(file: &Path, der: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = file.with_extension("draft");
    let mut open = std::fs::File::create(&draft)?;
    open.write_all(der)?;
    open.sync_all()?;
    std::fs::rename(draft, file)
}

#[cfg(test)]
mod tests;
