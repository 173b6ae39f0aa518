//! The Centre's store in the simulation: a real store on a disk that fails when told, and from which the Centre may die
//! in the middle of a request. What was committed survives a restart, nothing else does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use centre::chain::Chain;
use centre::log::{Entry, Head};
use centre::store::{Counts, Decision, Outcome, Store, StoreError, StoredDocument, Whose};
use chrono::{DateTime, Utc};
use prescription::Oid;

use crate::bugs::Bug;

/// What goes wrong with the Centre's disk, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskFault {
    /// The next commit finds no room.
    Full,
    /// The next commit fails and nothing of it is kept.
    Fails,
    /// The Centre dies before the next commit.
    DiesBefore,
    /// The Centre dies after the next commit: nobody is answered.
    DiesAfter,
}

/// A store that fails when told. Clones are the same disk.
#[derive(Clone)]
pub struct CentreDisk(Arc<Inside>);

struct Inside {
    store: Box<dyn Store>,
    state: Mutex<State>,
    bug: Option<Bug>,
}

#[derive(Default)]
struct State {
    fault: Option<DiskFault>,
    dead: bool,
    /// With the bug that answers before the commit: what is not on the disk yet.
    unwritten: Vec<Decision>,
}

const DEAD: StoreError = StoreError::OnlyReads;

impl CentreDisk {
    /// A disk with this content.
    pub fn new(store: Box<dyn Store>, bug: Option<Bug>) -> Self {
        Self(Arc::new(Inside { store, state: Mutex::default(), bug }))
    }

    /// Plans what goes wrong next.
    pub fn plan(&self, fault: Option<DiskFault>) {
        self.state().fault = fault;
    }

    /// Whether the Centre died of it.
    pub fn is_dead(&self) -> bool {
        self.state().dead
    }

    /// The Centre starts again on what is on the disk.
    pub fn restart(&self) {
        *self.state() = State::default();
    }

    /// Time has passed: what a careless Centre had put off is written.
    pub fn settle(&self) {
        let unwritten = std::mem::take(&mut self.state().unwritten);
        for decision in unwritten {
            let _ = self.0.store.commit(decision);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn store(&self) -> Result<&dyn Store, StoreError> {
        if self.is_dead() { Err(DEAD) } else { Ok(self.0.store.as_ref()) }
    }
}

impl Store for CentreDisk {
    fn commit(&self, mut decision: Decision) -> Result<Outcome, StoreError> {
        let mut state = self.state();
        if state.dead {
            return Err(DEAD);
        }
        if self.0.bug == Some(Bug::ProjectionForgotten) && !decision.documents.is_empty() {
            decision.projection.clear();
        }
        if self.0.bug == Some(Bug::AcknowledgedBeforeCommit) && state.fault != Some(DiskFault::DiesBefore) {
            // It is answered now and written some time later, unless the Centre dies first.
            if matches!(state.fault.take(), Some(DiskFault::DiesAfter)) {
                state.dead = true;
            }
            state.unwritten.push(decision);
            return Ok(Outcome::Done);
        }
        match state.fault.take() {
            None => self.0.store.commit(decision),
            Some(DiskFault::Full) => Err(StoreError::DiskFull),
            Some(DiskFault::Fails) => Err(StoreError::Database(10)),
            Some(DiskFault::DiesBefore) => {
                state.dead = true;
                Err(DEAD)
            }
            Some(DiskFault::DiesAfter) => {
                state.dead = true;
                let _ = self.0.store.commit(decision);
                Err(DEAD)
            }
        }
    }

    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        self.store()?.document(id)
    }

    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        self.store()?.documents_of(prescription_set)
    }

    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        let chain = self.store()?.chain(prescription_set)?;
        Ok(chain.map(|chain| match self.0.bug {
            Some(Bug::ReservationForgotten) => Chain { hold: None, ..chain },
            _ => chain,
        }))
    }

    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        self.store()?.chains_of(whose, after, limit)
    }

    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        self.store()?.is_settled(document)
    }

    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        self.store()?.prescription_sets(after, limit)
    }

    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.store()?.log(after, limit)
    }

    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.store()?.log_of(organisation, after, limit)
    }

    fn erase_log(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.store()?.erase_log(before)
    }

    fn log_head(&self) -> Result<Head, StoreError> {
        self.store()?.log_head()
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.store()?.counts()
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.store()?.integrity()
    }

    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        self.store()?.as_of_now()
    }

    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        self.store()?.set_full(full)
    }
}
