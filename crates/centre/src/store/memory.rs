//! A store in memory, for tests and for simulations of a whole Centre.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use prescription::{DocumentType, Oid};

use super::{Counts, Decision, Outcome, Store, StoreError, StoredDocument, Whose};
use crate::chain::Chain;
use crate::log::{Entry, Head};

/// Keeps everything until it is dropped.
#[derive(Default)]
pub struct MemoryStore(Mutex<Kept>);

#[derive(Default, Clone)]
struct Kept {
    documents: Vec<StoredDocument>,
    chains: BTreeMap<Oid, Chain>,
    log: Vec<Entry>,
    settled: BTreeSet<Oid>,
    erased: u64,
    full: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing below leaves the value half-changed, so a poisoned lock still guards a whole one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        let mut kept = self.kept();
        let as_expected = decision
            .expected
            .iter()
            .all(|e| kept.chains.get(&e.prescription_set).map_or(0, |c| c.revision) == e.revision);
        if kept.full {
            return Err(StoreError::DiskFull);
        }
        let taken = decision.documents.iter().any(|new| kept.documents.iter().any(|held| held.id == new.id));
        if !as_expected || taken {
            return Ok(Outcome::Conflict);
        }
        kept.documents.extend(decision.documents);
        for chain in decision.projection {
            kept.chains.insert(chain.set_id.clone(), chain);
        }
        for set in &decision.erased {
            kept.documents.retain(|held| held.prescription_set != *set);
            if kept.chains.remove(set).is_some() {
                kept.erased = kept.erased.saturating_add(1);
            }
        }
        kept.settled.extend(decision.settled);
        for new in decision.log {
            let entry = kept.log.last().map(Entry::head).unwrap_or_default().link(new);
            kept.log.push(entry);
        }
        Ok(Outcome::Done)
    }

    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        Ok(self.kept().documents.iter().find(|d| d.id == *id).cloned())
    }

    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        Ok(self.kept().documents.iter().filter(|d| d.prescription_set == *prescription_set).cloned().collect())
    }

    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        Ok(self.kept().chains.get(prescription_set).cloned())
    }

    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        let kept = self.kept();
        let later = kept.chains.iter().filter(|(set, _)| after.is_none_or(|after| *set > after));
        Ok(later.map(|(_, chain)| chain).filter(|chain| whose.hold(chain)).take(limit).cloned().collect())
    }

    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        Ok(self.kept().settled.contains(document))
    }

    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        let kept = self.kept();
        Ok(kept.chains.keys().filter(|set| after.is_none_or(|after| *set > after)).take(limit).cloned().collect())
    }

    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        Ok(self.kept().log.iter().filter(|e| e.sequence > after).take(limit).cloned().collect())
    }

    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let is_of = |entry: &&Entry| entry.told().is_some_and(|told| told.organisation.as_ref() == Some(organisation));
        Ok(self.kept().log.iter().filter(|e| e.sequence > after).filter(is_of).take(limit).cloned().collect())
    }

    fn erase_log(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let before = before.timestamp_micros();
        let mut kept = self.kept();
        let erased = kept.log.iter_mut().filter(|e| e.at < before).filter_map(|entry| entry.beside.take()).count();
        Ok(erased as u64)
    }

    fn log_head(&self) -> Result<Head, StoreError> {
        Ok(self.kept().log.last().map(Entry::head).unwrap_or_default())
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        let kept = self.kept();
        let dispensations = kept.documents.iter().filter(|d| d.document_type == DocumentType::Dispensation).count();
        Ok(Counts {
            documents: kept.documents.len() as u64,
            dispensations: dispensations as u64,
            prescriptions: kept.chains.len() as u64,
            log: kept.log.len() as u64,
            erased: kept.erased,
        })
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        Ok(vec![])
    }

    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(Box::new(Self(Mutex::new(self.kept().clone()))))
    }

    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        self.kept().full = full;
        Ok(())
    }
}
