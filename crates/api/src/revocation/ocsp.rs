//! OCSP answers about the certificates of the card in the reader: asked for at the address of the settings, believed where
//! `trust` believes them, and kept on disk so that a restart without a network knows who was revoked. The rules are in
//! docs/trust.md.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use kanta_client::{PublicFiles, Timeouts};
use ring::rand::{SecureRandom, SystemRandom};
use trust::{AnswerRefusal, AnswerStatus, Question, TrustStore};

use super::{keep, name};
use crate::Problem;
use crate::settings::{Settings, wrong};

/// No answer of the field comes near this.
const ANSWER_BYTES_AT_MOST: usize = 64 << 10;

/// Answers that are kept; then the oldest file goes.
const KEPT_AT_MOST: usize = 1_000;

/// How long one answer may take.
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(3), overall: Duration::from_secs(5) };

/// A responder that was silent is asked again after so long.
const AFTER_SILENCE: Duration = Duration::from_secs(60);

/// Certificates whose last question is remembered; then it begins anew.
const ASKED_AT_MOST: usize = 1_000;

/// About so many who were revoked before it is asked again in one round, at most.
const AGAIN_AT_MOST: usize = 8;

/// Asks a responder, and keeps its answers.
pub(crate) struct Ocsp {
    files: PublicFiles,
    address: Option<String>,
    pub(super) folder: PathBuf,
    /// How long an answer is news.
    again: Duration,
    /// About which certificate it must not be asked before when.
    not_before: Mutex<HashMap<Vec<u8>, Instant>>,
}

impl Ocsp {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Problem> {
        Ok(Self {
            files: PublicFiles::new(TIMEOUTS).map_err(|error| wrong("trust.ocsp", error.code()))?,
            address: settings.trust.ocsp.clone(),
            folder: settings.data.join("ocsp-answers"),
            again: Duration::from_secs(u64::from(settings.trust.ocsp_minutes.max(1)) * 60),
            not_before: Mutex::default(),
        })
    }

    /// Gives the store the answers that were kept, also where nobody is asked any more: who was revoked stays so. One that
    /// somebody changed is left.
    pub(crate) fn recall(&self, store: &TrustStore, now: DateTime<Utc>) {
        for file in kept(&self.folder) {
            let small = std::fs::metadata(&file).is_ok_and(|file| file.len() <= ANSWER_BYTES_AT_MOST as u64);
            if let Some(der) = small.then(|| std::fs::read(&file).ok()).flatten()
                && let Err(why) = store.recall_answer(&der, now)
            {
                tracing::info!(code = why.code(), "a kept OCSP answer is not used");
            }
        }
    }

    /// Asks about these certificates, and once more about whoever was revoked by an answer before, where it is time to. Whether
    /// somebody is believed less or more than before. Blocks, for a bounded time for each.
    pub(crate) fn ask(&self, store: &TrustStore, certificates: &[&[u8]], now: DateTime<Utc>) -> bool {
        let Some(address) = &self.address else { return false };
        let revoked = store.revoked_by_answers();
        let about = certificates.iter().filter_map(|certificate| store.about(certificate));
        let mut ids: Vec<_> = about.filter(|id| !revoked.contains(id)).map(|id| (id, false)).collect();
        let again = revoked.into_iter().filter(|id| self.is_due(&id.bytes())).take(AGAIN_AT_MOST);
        ids.extend(again.map(|id| (id, true)));
        let mut changed = false;
        for (id, was_revoked) in ids {
            let mut nonce = [0; 32];
            let is_random = SystemRandom::new().fill(&mut nonce).is_ok();
            if !is_random || !self.is_due(&id.bytes()) {
                continue;
            }
            let question = Question::new(id, nonce);
            let status = self.ask_one(address, store, &question, now);
            self.remember(question.about().bytes(), if status.is_some() { self.again } else { AFTER_SILENCE });
            changed |= status.is_some_and(|status| (status == AnswerStatus::Revoked) != was_revoked);
        }
        changed
    }

    fn ask_one(
        &self,
        address: &str,
        store: &TrustStore,
        question: &Question,
        now: DateTime<Utc>,
    ) -> Option<AnswerStatus> {
        let answer = self.files.post(address, "application/ocsp-request", question.der(), ANSWER_BYTES_AT_MOST);
        let der = answer.map_err(|error| tracing::warn!(code = error.code(), "the OCSP responder is silent")).ok()?;
        let told = |why: AnswerRefusal| tracing::warn!(code = why.code(), "an OCSP answer was not taken");
        let status = store.take_answer(&der, question, now).map_err(told).ok()?;
        if status == AnswerStatus::Unknown {
            tracing::warn!("the OCSP responder does not know a certificate of a card");
            return None;
        }
        let file = self.folder.join(format!("{}.ocsp", name(&question.about().bytes())));
        make_room(&self.folder, &file);
        if let Err(error) = keep(&file, &der) {
            tracing::warn!(%error, "an OCSP answer was not kept");
        }
        Some(status)
    }

    fn is_due(&self, about: &[u8]) -> bool {
        let not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        not_before.get(about).is_none_or(|moment| Instant::now() >= *moment)
    }

    fn remember(&self, about: Vec<u8>, pause: Duration) {
        let mut not_before = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
        if not_before.len() >= ASKED_AT_MOST {
            not_before.clear();
        }
        not_before.insert(about, Instant::now() + pause);
    }
}

/// The files of kept answers.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|file| file.extension().is_some_and(|one| one == "ocsp")).take(KEPT_AT_MOST + 1).collect()
}

fn make_room(folder: &Path, for_file: &Path) {
    let files = kept(folder);
    if files.len() >= KEPT_AT_MOST && !for_file.exists() {
        let written = |file: &PathBuf| std::fs::metadata(file).and_then(|file| file.modified()).ok();
        let oldest = files.iter().min_by_key(|file| written(file));
        if let Some(Err(error)) = oldest.map(std::fs::remove_file) {
            tracing::warn!(%error, "an old OCSP answer could not be removed");
        }
    }
}

#[cfg(test)]
mod tests;
