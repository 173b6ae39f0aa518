//! A disk that fails once, or is full: an error answer means that nothing was saved, and the record works on when
//! the disk does. The failure moves on by one write or one flush until the workload gets through without it.

use std::path::Path;

use record::{Options, Record, RecordError};

use crate::support::{dispensation, key, oid, options};
use fault_fs::{FaultFs, Plan, Survives};

fn open(fs: &FaultFs) -> Result<Record, RecordError> {
    let options = Options { vfs: Some(fs.name()), ..options() };
    Record::open(Path::new("record.db"), &key(), options)
}

const IDS: [&str; 4] = ["1", "2", "3", "4"];

/// Saves four dispensations, going on after an error, and judges the outcome after a power loss. Answers whether
/// the failure happened and which errors were answered.
fn run(fs: &FaultFs, plan: Plan, survives: Survives) -> Vec<RecordError> {
    fs.reset();
    let mut errors = Vec::new();
    let record = open(fs).unwrap();
    fs.plan(plan);
    let mut outcomes = Vec::new();
    for id in IDS {
        let outcome = record.commit(dispensation(id, "7"));
        if let Err(error) = &outcome {
            errors.push(error.clone());
        }
        outcomes.push(outcome);
        if id == "2" {
            // A checkpoint in between; that it fails must harm nobody.
            let _ = record.verify();
        }
    }
    // The disk works again, and with it the record.
    fs.plan(Plan::default());
    record.commit(dispensation("5", "7")).unwrap();
    for (id, outcome) in IDS.iter().zip(&outcomes) {
        let there = record.document(&oid(id)).unwrap().is_some();
        match outcome {
            Ok(_) => assert!(there, "{plan:?}: {id} was answered and is gone"),
            Err(RecordError::Uncertain) => {}
            Err(error) => assert!(!there, "{plan:?}: {id} was refused with {error} and is there"),
        }
    }
    assert!(record.verify().unwrap().is_sound());
    let before: Vec<bool> = IDS.iter().map(|id| record.document(&oid(id)).unwrap().is_some()).collect();
    fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
    drop(record);
    fs.power_loss(survives);
    let record = open(fs).unwrap();
    for (id, there) in IDS.iter().zip(before) {
        // What the record showed after the disk worked again is what the disk has, the doubtful included.
        assert_eq!(record.document(&oid(id)).unwrap().is_some(), there, "{plan:?}: {id}");
    }
    assert!(record.document(&oid("5")).unwrap().is_some(), "{plan:?}");
    let report = record.verify().unwrap();
    assert!(report.is_sound(), "{plan:?}: {report:?}");
    errors
}

#[test]
fn a_failed_write_is_an_error_and_nothing_is_saved() {
    let fs = FaultFs::new();
    let mut failed = 0;
    for write in 1.. {
        let plan = Plan { fail_write: Some(write), ..Plan::default() };
        let errors = run(&fs, plan, Survives::Some(write));
        if errors.is_empty() && write > 20 {
            break;
        }
        failed += errors.len();
        for error in errors {
            assert!(matches!(error, RecordError::Disk { .. }), "{error:?}");
        }
    }
    assert!(failed > 10, "only {failed} commits failed");
}

#[test]
fn a_failed_flush_is_an_error_and_nothing_is_saved() {
    let fs = FaultFs::new();
    let mut failed = 0;
    for sync in 1..=12 {
        for survives in [Survives::Nothing, Survives::AllButTornEnd, Survives::Some(sync)] {
            let plan = Plan { fail_sync: Some(sync), ..Plan::default() };
            let errors = run(&fs, plan, survives);
            failed += errors.len();
            for error in errors {
                assert!(matches!(error, RecordError::Disk { .. }), "{error:?}");
            }
        }
    }
    assert!(failed >= 12, "only {failed} commits failed");
}

/// A doubtful commit (its flush failed) must not come back to life after it was called not saved.
#[test]
fn what_was_called_not_saved_does_not_come_back() {
    let fs = FaultFs::new();
    let record = open(&fs).unwrap();
    record.commit(dispensation("1", "7")).unwrap();
    fs.plan(Plan { fail_sync: Some(1), ..Plan::default() });
    let error = record.commit(dispensation("2", "7")).unwrap_err();
    assert!(matches!(error, RecordError::Disk { .. }), "{error:?}");
    fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
    drop(record);
    // Everything that was ever written has reached the disk, the doubtful frames too, were they not overwritten.
    fs.power_loss(Survives::AllButTornEnd);
    let record = open(&fs).unwrap();
    assert!(record.document(&oid("2")).unwrap().is_none());
    let cleared = record
        .events(record::EventFilter { kinds: vec![record::kinds::DOUBT_CLEARED.to_owned()], ..Default::default() });
    assert_eq!(cleared.unwrap().len(), 1);
}

#[test]
fn a_full_disk_is_said_and_work_goes_on_when_there_is_room() {
    let fs = FaultFs::new();
    let mut said = 0;
    for write in 1..=60 {
        let plan = Plan { full_from_write: Some(write), ..Plan::default() };
        let errors = run(&fs, plan, Survives::Some(write));
        for error in &errors {
            let expected = matches!(error, RecordError::DiskFull | RecordError::Uncertain);
            assert!(expected, "{error:?}");
        }
        said += errors.len();
    }
    assert!(said > 20, "only {said} commits failed");
}
