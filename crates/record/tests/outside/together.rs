//! Writes that wait at the same time share a transaction and its flush: each is whole or undone by itself, and none is
//! answered as saved that is not on the disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fault_fs::{FaultFs, Plan, Survives};
use record::{Committed, Options, OutboxState, Record, RecordError};

use crate::support::{dispensation, key, oid, options};

/// A record whose writer stands still for as long as it is told to, so that others come to wait behind it.
struct Slow {
    record: Record,
    stands: Arc<AtomicBool>,
}

fn open(fs: &FaultFs) -> Slow {
    let stands = Arc::new(AtomicBool::new(false));
    let seen = stands.clone();
    let usual = options().randomness;
    let randomness = move |bytes: &mut [u8]| {
        while seen.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        usual(bytes)
    };
    let options = Options { vfs: Some(fs.name()), randomness: Arc::new(randomness), ..options() };
    Slow { record: Record::open(Path::new("record.db"), &key(), options).unwrap(), stands }
}

/// Saves one dispensation, and while it is being saved four more, of which the third fails in the middle: it settles what
/// nobody may settle. Answers the four outcomes; `plan` is the disk's from then on.
fn four_behind_one(slow: &Slow, fs: &FaultFs, plan: Plan) -> Vec<Result<Committed, RecordError>> {
    let Slow { record, stands } = slow;
    record.commit(dispensation("waiting", "1")).unwrap();
    stands.store(true, Ordering::Relaxed);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| record.commit(dispensation("first", "1")));
        std::thread::sleep(Duration::from_millis(10));
        let others: Vec<_> = ["a", "b", "fails", "c"]
            .map(|id| {
                let batch = dispensation(id, "2");
                let batch = if id == "fails" { batch.settling(oid("waiting"), "not refused") } else { batch };
                let (at_work, begun) = std::sync::mpsc::channel();
                let other = scope.spawn(move || {
                    at_work.send(()).unwrap();
                    record.commit(batch)
                });
                // It runs; what is left is the few instructions until it waits.
                begun.recv().unwrap();
                std::thread::sleep(Duration::from_millis(20));
                other
            })
            .into_iter()
            .collect();
        fs.plan(plan);
        stands.store(false, Ordering::Relaxed);
        first.join().unwrap().unwrap();
        others.into_iter().map(|other| other.join().unwrap()).collect()
    })
}

#[test]
fn one_that_fails_takes_nothing_of_the_others_with_it() {
    let fs = FaultFs::new();
    let slow = open(&fs);
    let outcomes = four_behind_one(&slow, &fs, Plan::default());
    let unsettled = RecordError::WrongState { document_id: oid("waiting"), state: OutboxState::Waiting };
    let failed: Vec<_> = outcomes.iter().map(|outcome| outcome.as_ref().err()).collect();
    assert_eq!(failed, [None, None, Some(&unsettled), None]);
    assert!(slow.record.verify().unwrap().is_sound());
    fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
    drop(slow);
    fs.power_loss(Survives::Nothing);
    let record = open(&fs).record;
    assert!(record.verify().unwrap().is_sound());
    for id in ["first", "a", "b", "c"] {
        assert!(record.document(&oid(id)).unwrap().is_some(), "{id} was answered and is gone");
    }
    assert!(record.document(&oid("fails")).unwrap().is_none());
}

/// The second flush is that of the four; one more would be that of a transaction of its own.
#[test]
fn what_waits_together_is_flushed_together_and_lost_together() {
    let fs = FaultFs::new();
    let slow = open(&fs);
    let outcomes = four_behind_one(&slow, &fs, Plan { fail_sync: Some(2), ..Plan::default() });
    assert_eq!(fs.struck(), 1);
    assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
    for id in ["a", "b", "c"] {
        assert!(slow.record.document(&oid(id)).unwrap().is_none(), "{id} was refused and is there");
        slow.record.commit(dispensation(id, "3")).unwrap();
    }
    assert!(slow.record.document(&oid("first")).unwrap().is_some());
    assert!(slow.record.verify().unwrap().is_sound());
}

#[test]
fn who_dies_at_work_closes_the_record_and_leaves_nobody_waiting() {
    let fs = FaultFs::new();
    let dies = Arc::new(AtomicBool::new(false));
    let (seen, usual) = (dies.clone(), options().randomness);
    let randomness = move |bytes: &mut [u8]| {
        if seen.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(30));
            panic!("at work");
        }
        usual(bytes)
    };
    let options = Options { vfs: Some(fs.name()), randomness: Arc::new(randomness), ..options() };
    let record = Record::open(Path::new("record.db"), &key(), options).unwrap();
    record.commit(dispensation("before", "1")).unwrap();
    dies.store(true, Ordering::Relaxed);
    let closed = std::thread::scope(|scope| {
        let others: Vec<_> = (0..4)
            .map(|id| {
                scope.spawn({
                    let record = &record;
                    move || record.commit(dispensation(&format!("at-{id}"), "1"))
                })
            })
            .collect();
        others.into_iter().map(|other| other.join()).filter(|end| matches!(end, Ok(Err(RecordError::Closed)))).count()
    });
    assert_eq!(closed, 3, "one dies, and the others hear that the record is closed");
    assert_eq!(record.counts().unwrap_err(), RecordError::Closed);
    drop(record);
    let record = open(&fs).record;
    assert!(record.verify().unwrap().is_sound());
    assert!(record.document(&oid("before")).unwrap().is_some());
}

/// A record that is used while its caller's thread unwinds for another cause is well afterwards.
#[test]
fn who_dies_of_something_else_leaves_the_record_open() {
    struct Last(Record);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.commit(dispensation("last", "1")).unwrap();
        }
    }
    let fs = FaultFs::new();
    let record = open(&fs).record;
    let last = Last(record.clone());
    let died = std::thread::spawn(move || {
        let _last = last;
        panic!("of something else");
    });
    assert!(died.join().is_err());
    assert!(record.document(&oid("last")).unwrap().is_some());
    assert!(record.verify().unwrap().is_sound());
}
