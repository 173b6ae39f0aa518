//! Disks that fail under the Centre's store. The decisions of a small morning are made once; then they are taken by a store
//! in a file on a disk that loses its power, tears a write, is full, or fails a write, a flush or a read once, at each
//! place in turn until it no longer strikes. What was answered `Done` must be there whole, everything else whole or not at
//! all, the verifier must be content, and the store must work on when the disk does.

use std::path::Path;
use std::sync::{LazyLock, Mutex};

use centre::Chain;
use centre::log::{Entry, Head};
use centre::store::{Counts, Decision, MemoryStore, Outcome, SqliteStore, Store, StoreError, StoredDocument, Whose};
use centre::verify::verify;
use chrono::{DateTime, Utc};
use fault_fs::{FaultFs, Plan, Survives};
use prescription::{Amount, DocumentType, Oid, Quantity};

use crate::world::*;

/// A store in memory that keeps a copy of every decision that was taken.
#[derive(Default)]
struct Recorder {
    store: MemoryStore,
    taken: Mutex<Vec<Decision>>,
}

impl Store for &'static Recorder {
    fn commit(&self, decision: Decision) -> Result<Outcome, StoreError> {
        let outcome = self.store.commit(decision.clone())?;
        if outcome == Outcome::Done {
            self.taken.lock().unwrap().push(decision);
        }
        Ok(outcome)
    }
    fn document(&self, id: &Oid) -> Result<Option<StoredDocument>, StoreError> {
        self.store.document(id)
    }
    fn documents_of(&self, prescription_set: &Oid) -> Result<Vec<StoredDocument>, StoreError> {
        self.store.documents_of(prescription_set)
    }
    fn chain(&self, prescription_set: &Oid) -> Result<Option<Chain>, StoreError> {
        self.store.chain(prescription_set)
    }
    fn chains_of(&self, whose: &Whose<'_>, after: Option<&Oid>, limit: usize) -> Result<Vec<Chain>, StoreError> {
        self.store.chains_of(whose, after, limit)
    }
    fn is_settled(&self, document: &Oid) -> Result<bool, StoreError> {
        self.store.is_settled(document)
    }
    fn prescription_sets(&self, after: Option<&Oid>, limit: usize) -> Result<Vec<Oid>, StoreError> {
        self.store.prescription_sets(after, limit)
    }
    fn log(&self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.store.log(after, limit)
    }
    fn log_of(&self, organisation: &Oid, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.store.log_of(organisation, after, limit)
    }
    fn erase_log(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.store.erase_log(before)
    }
    fn log_head(&self) -> Result<Head, StoreError> {
        self.store.log_head()
    }
    fn counts(&self) -> Result<Counts, StoreError> {
        self.store.counts()
    }
    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        self.store.integrity()
    }
    fn as_of_now(&self) -> Result<Box<dyn Store>, StoreError> {
        self.store.as_of_now()
    }
    fn set_full(&self, full: bool) -> Result<(), StoreError> {
        self.store.set_full(full)
    }
}

/// Two prescriptions, a search, and three dispensations, of which one is the last lot.
static MORNING: LazyLock<Vec<Decision>> = LazyLock::new(|| {
    let recorder: &'static Recorder = Box::leak(Box::default());
    let mut world = World::over(recorder);
    let first = world.held(|p| {
        p.iteration = None;
        p.quantity = Quantity::total(Amount::new(42, "fol")).unwrap();
    });
    let second = world.held(|p| p.reference = reference("1.2.246.10.99999903.93.2026.2", DocumentType::Prescription));
    let one = world.lot(&first, &[], 21);
    accepted(world.send(&one));
    world.search(&[AINO]).unwrap();
    let of_second = world.lot(&second, &[], 21);
    accepted(world.send(&of_second));
    let two = world.lot(&first, &[one], 21);
    accepted(world.send(&two));
    let taken = recorder.taken.lock().unwrap().clone();
    assert_eq!(taken.len(), 6);
    taken
});

fn open(fs: &FaultFs) -> Result<SqliteStore, StoreError> {
    SqliteStore::open_on(Path::new("centre.db"), &fs.name())
}

/// Whether all of a decision is there; half of one is a fault.
fn is_there(store: &SqliteStore, decision: &Decision, when: &str) -> bool {
    let log = store.log(0, 1000).unwrap();
    let entry = decision.log.iter().all(|new| {
        log.iter()
            .any(|entry| entry.beside.as_ref().is_some_and(|(salt, text)| salt[..] == new.salt && *text == new.payload))
    });
    for document in &decision.documents {
        let stored = store.document(&document.id).unwrap();
        assert_eq!(stored.is_some(), entry, "{when}: half of the decision about {}", document.id);
        if let Some(stored) = stored {
            let same = stored.bytes == document.bytes && stored.sent_digest == document.sent_digest;
            assert!(same, "{when}: {} is another", document.id);
        }
    }
    entry
}

/// After a fault: what was `Done` is there, the rest whole or not, and all of it can still be taken.
fn judge(fs: &FaultFs, done: &[bool], when: &str) {
    let store = open(fs).unwrap_or_else(|error| panic!("{when}: cannot be opened: {error}"));
    let report = verify(&store).unwrap();
    assert!(report.is_sound(), "{when}: {:?}", report.faults);
    let there: Vec<bool> = MORNING.iter().map(|decision| is_there(&store, decision, when)).collect();
    for (number, (done, there)) in done.iter().zip(&there).enumerate() {
        assert!(*there || !*done, "{when}: decision {number} was Done and is lost");
    }
    assert_eq!(report.log_entries, there.iter().filter(|there| **there).count() as u64, "{when}");
    go_on(&store, &there, when);
}

/// Takes what is not there yet.
fn go_on(store: &SqliteStore, there: &[bool], when: &str) {
    for (number, decision) in MORNING.iter().enumerate() {
        if !there[number] {
            assert_eq!(store.commit(decision.clone()), Ok(Outcome::Done), "{when}: decision {number} afterwards");
        }
    }
    let report = verify(store).unwrap();
    assert!(report.is_sound(), "{when}: {:?}", report.faults);
    assert_eq!(report.log_entries, MORNING.len() as u64, "{when}");
    assert_eq!(store.counts().unwrap().dispensations, 3, "{when}");
}

/// Takes the morning's decisions until the first error, as a Centre does whose power is gone; in the middle it is read, and
/// closed and opened again.
fn until_the_power_goes(fs: &FaultFs, done: &mut [bool]) -> Result<(), StoreError> {
    let mut store = open(fs)?;
    for (number, decision) in MORNING.iter().enumerate() {
        if number == 3 {
            assert!(verify(&store)?.is_sound());
            drop(store);
            store = open(fs)?;
        }
        done[number] = store.commit(decision.clone())? == Outcome::Done;
        assert!(done[number]);
    }
    Ok(())
}

fn power_lost_everywhere(survives: impl Fn(u64) -> Survives) -> u64 {
    let fs = FaultFs::new();
    for operation in 1.. {
        fs.reset();
        fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
        let mut done = vec![false; MORNING.len()];
        let outcome = until_the_power_goes(&fs, &mut done);
        let struck = fs.is_off();
        if !struck {
            outcome.unwrap();
            assert!(done.iter().all(|done| *done));
        }
        fs.power_loss(survives(operation));
        judge(&fs, &done, &format!("power lost at operation {operation}"));
        if !struck {
            return operation - 1;
        }
    }
    0
}

#[test]
fn done_survives_a_power_loss() {
    let places = power_lost_everywhere(|_| Survives::Nothing);
    println!("power lost, unsynced pages dropped: {places} places");
    assert!(places > 50, "only {places} operations were seen");
}

#[test]
fn done_survives_a_power_loss_that_tears_the_last_write() {
    let places = power_lost_everywhere(|_| Survives::AllButTornEnd);
    println!("power lost, last write torn: {places} places");
}

#[test]
fn done_survives_a_power_loss_that_keeps_some_sectors() {
    let seeds: u64 = std::env::var("TISKI_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1);
    let places: u64 =
        (1..=seeds).map(|seed| power_lost_everywhere(|operation| Survives::Some(seed << 32 | operation))).sum();
    println!("power lost, some sectors kept: {places} places");
}

#[test]
fn done_survives_a_power_loss_during_recovery() {
    let fs = FaultFs::new();
    for operation in 1.. {
        fs.reset();
        let done = vec![true, true, true, false, false, false];
        {
            let store = open(&fs).unwrap();
            MORNING[..3].iter().for_each(|decision| assert_eq!(store.commit(decision.clone()), Ok(Outcome::Done)));
            fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
        }
        fs.power_loss(Survives::Nothing);
        fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
        let recovered = open(&fs).and_then(|store| verify(&store).map(|report| assert!(report.is_sound())));
        let struck = fs.is_off();
        fs.power_loss(Survives::Some(operation));
        judge(&fs, &done, &format!("second loss at operation {operation}"));
        if !struck {
            recovered.unwrap();
            println!("power lost again during recovery: {} places", operation - 1);
            assert!(operation > 2, "only {operation} operations were seen");
            return;
        }
    }
}

/// A disk that fails and works again, under a Centre that stays: every decision is tried once while it fails, and those that
/// were not `Done` again when it works. Then the power goes. Answers whether it failed, and the errors.
fn while_it_fails(fs: &FaultFs, plan: Plan, survives: Survives) -> (bool, Vec<StoreError>) {
    let when = format!("{plan:?}");
    fs.reset();
    // What is there is not in anybody's cache.
    let mut done = vec![false; MORNING.len()];
    {
        let before = open(fs).unwrap();
        done[0] = before.commit(MORNING[0].clone()) == Ok(Outcome::Done);
        assert!(done[0]);
    }
    fs.plan(plan);
    let mut errors = Vec::new();
    let store = loop {
        match open(fs) {
            Ok(store) => break Some(store),
            Err(error) => errors.push(error),
        }
        // A full disk does not get better by asking again.
        if errors.len() > 2 {
            break None;
        }
    };
    if let Some(store) = &store {
        for (number, decision) in MORNING.iter().enumerate().skip(1) {
            match store.commit(decision.clone()) {
                Ok(outcome) => done[number] = outcome == Outcome::Done,
                Err(error) => errors.push(error),
            }
            if number == 3 {
                // Somebody looks at everything; that it fails must harm nobody.
                errors.extend(verify(store).err());
            }
        }
    }
    let struck = fs.struck() > 0;
    assert!(struck || errors.is_empty(), "{when}: {errors:?}");
    fs.plan(Plan::default());
    // The same program goes on, where it was not turned away at the door.
    let store = store.unwrap_or_else(|| open(fs).unwrap());
    let there: Vec<bool> = MORNING.iter().map(|decision| is_there(&store, decision, &when)).collect();
    for (number, (done, there)) in done.iter().zip(&there).enumerate() {
        assert!(*there || !*done, "{when}: decision {number} was Done and is gone");
    }
    go_on(&store, &there, &when);
    fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
    drop(store);
    fs.power_loss(survives);
    judge(fs, &[true; 6], &when);
    (struck, errors)
}

/// Moves a fault on until it no longer strikes; prints how often it did and how many errors were answered.
fn everywhere(what: &str, plan: impl Fn(u64) -> Plan, expected: impl Fn(&StoreError) -> bool) -> (u64, usize) {
    let fs = FaultFs::new();
    let (mut places, mut said) = (0, 0);
    for place in 1.. {
        let survives = [Survives::Nothing, Survives::AllButTornEnd, Survives::Some(place)][place as usize % 3];
        let (struck, errors) = while_it_fails(&fs, plan(place), survives);
        for error in &errors {
            assert!(expected(error), "{what} {place}: {error:?}");
        }
        said += errors.len();
        if !struck {
            break;
        }
        places = place;
    }
    println!("{what}: {places} places, {said} errors answered");
    (places, said)
}

fn is_of_the_disk(error: &StoreError) -> bool {
    matches!(error, StoreError::Database(code) if code & 0xff == rusqlite::ffi::SQLITE_IOERR)
}

#[test]
fn a_failed_write_loses_nothing() {
    let (places, said) =
        everywhere("a write fails", |place| Plan { fail_write: Some(place), ..Plan::default() }, is_of_the_disk);
    assert!(places > 20 && said > 10, "{places}, {said}");
}

#[test]
fn a_failed_flush_loses_nothing() {
    let (places, said) =
        everywhere("a flush fails", |place| Plan { fail_sync: Some(place), ..Plan::default() }, is_of_the_disk);
    assert!(places > 5 && said > 5, "{places}, {said}");
}

#[test]
fn a_failed_read_loses_nothing() {
    let (places, said) =
        everywhere("a read fails", |place| Plan { fail_read: Some(place), ..Plan::default() }, is_of_the_disk);
    assert!(places > 20 && said > 10, "{places}, {said}");
}

#[test]
fn a_full_disk_loses_nothing_and_the_store_works_on_when_there_is_room() {
    let (places, said) = everywhere(
        "the disk is full",
        |place| Plan { full_from_write: Some(place), ..Plan::default() },
        |error| *error == StoreError::DiskFull,
    );
    assert!(places > 20 && said > 20, "{places}, {said}");
}
