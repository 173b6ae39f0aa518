//! A store that sees the past: reads see what was there at a moment, decisions and the log are of now. It serves a fault
//! of tests: a pharmacy that searches is told of yesterday, and what it stores meets today.

use chrono::{DateTime, Utc};
use prescription::Oid;

use super::{Counts, Decision, Outcome, Store, StoreError, StoredDocument, Whose};
use crate::chain::Chain;
use crate::log::{Entry, Head};

/// Two stores that look like one.
pub struct Lagging<'a> {
    /// What documents and chains are read from.
    pub then: &'a dyn Store,
    /// What decisions and the log go into.
    pub now: &'a dyn Store,
}

impl Store for Lagging<'_> {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        self.now.commit(decision)
    }

    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        self.then.document(id)
    }

    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        self.then.documents_of(prescription_set)
    }

    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        self.then.chain(prescription_set)
    }

    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        self.then.chains_of(whose, after, limit)
    }

    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        self.now.is_settled(document)
    }

    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        self.then.prescription_sets(after, limit)
    }

    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.now.log(after, limit)
    }

    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.now.log_of(organisation, after, limit)
    }

    fn erase_log(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.now.erase_log(before)
    }

    fn log_head(&self) -> Result<Head, StoreError> {
        self.now.log_head()
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.now.counts()
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.now.integrity()
    }

    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        self.now.as_of_now()
    }

    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        self.now.set_full(full)
    }
}
