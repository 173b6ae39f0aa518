//! A disk that fails once, or is full: an error answer means that nothing was saved, and the record works on when
//! the disk does. The failure moves on by one write, one flush or one read until the workload gets through without it.

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
            println!("a write failed at each of {} places; {failed} answers were errors", write - 1);
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

/// A read that fails once is an error answer and nothing else: what was saved stays, and the record works on.
#[test]
fn a_failed_read_loses_nothing() {
    let fs = FaultFs::new();
    let mut failed = 0;
    let mut reads = 0;
    for read in 1.. {
        let plan = Plan { fail_read: Some(read), ..Plan::default() };
        let Day { struck, errors, noticed, lasting } = reading_day(&fs, plan);
        if !struck {
            break;
        }
        assert!(!lasting, "read {read}");
        reads = read;
        failed += u64::from(noticed);
        // One answer at the most: SQLCipher gives a connection up whose read has failed, and the record opens another.
        assert!(errors.len() <= 1, "read {read}: {errors:?}");
        let expected = |error: &RecordError| matches!(error, RecordError::Disk { .. } | RecordError::Damaged);
        assert!(errors.iter().all(expected), "read {read}: {errors:?}");
    }
    println!("a read failed at each of {reads} places; {failed} were noticed by whoever asked");
    assert!(failed > 5 && reads > 20, "{failed} noticed at {reads} reads");
}

/// Bytes that come back otherwise than they were written are noticed by the cipher's own check of every page, or by the
/// checksum of the log: never are they shown as something that was saved. Where they were only copied, from the log into
/// the file, nobody looks at them then: that page is damaged from there on, and every later reader is told.
#[test]
fn a_spoilt_read_is_noticed() {
    let fs = FaultFs::new();
    let (mut noticed, mut reads, mut lasting) = (0, 0, 0);
    for read in 1.. {
        let plan = Plan { spoil_read: Some(read), ..Plan::default() };
        let day = reading_day(&fs, plan);
        // Only whole reads can be spoilt: some at an empty file's end are not.
        if !day.struck && read > 60 {
            break;
        }
        reads += u64::from(day.struck);
        noticed += u64::from(day.noticed || day.lasting);
        lasting += u64::from(day.lasting);
    }
    println!(
        "a read was spoilt at each of {reads} places; {noticed} were noticed, {lasting} left a page that is damaged"
    );
    assert!(noticed > 5 && reads > 20, "{noticed} noticed of {reads}");
}

/// What came of a day.
struct Day {
    struck: bool,
    errors: Vec<RecordError>,
    /// An error was answered, or the verifier complained.
    noticed: bool,
    /// The verifier still says that a page is damaged when the disk is well again.
    lasting: bool,
}

/// Opens a record that was closed, reads it, and saves more, with a cache that holds nothing: every page is read from the
/// disk.
fn reading_day(fs: &FaultFs, plan: Plan) -> Day {
    fs.reset();
    let before = open(fs).unwrap();
    before.commit(dispensation("1", "7")).unwrap();
    before.commit(dispensation("2", "8")).unwrap();
    drop(before);
    fs.plan(plan);
    let (mut errors, mut unsound) = (Vec::new(), None);
    let mut saved = vec!["1", "2"];
    // Whoever cannot open it tries again, as the person at the counter does.
    let record = loop {
        match open(fs) {
            Ok(record) => break record,
            Err(error) => errors.push(error),
        }
        assert!(errors.len() < 3, "{plan:?}: {errors:?}");
    };
    for id in ["1", "2"] {
        match record.document(&oid(id)) {
            Ok(stored) => {
                let bytes = stored.unwrap_or_else(|| panic!("{plan:?}: {id} was called unknown")).bytes.unwrap();
                assert_eq!(bytes, crate::support::document(id, "7").bytes, "{plan:?}");
            }
            Err(error) => errors.push(error),
        }
    }
    for id in ["3", "4"] {
        match record.commit(dispensation(id, "9")) {
            Ok(_) => saved.push(id),
            Err(error) => errors.push(error),
        }
    }
    match record.verify() {
        Ok(report) if report.is_sound() => {}
        // A verifier that cannot read a page, or reads a spoilt one, says so of that page.
        Ok(report) => unsound = Some(report),
        Err(error) => errors.push(error),
    }
    let struck = fs.struck() > 0;
    assert!(struck || (errors.is_empty() && unsound.is_none()), "{plan:?}: {errors:?} {unsound:?}");
    let noticed = !errors.is_empty() || unsound.is_some();
    fs.plan(Plan::default());
    drop(record);
    let record = match open(fs) {
        Ok(record) => record,
        Err(RecordError::WrongKey | RecordError::Damaged) => {
            return Day { struck, errors, noticed: true, lasting: true };
        }
        Err(error) => panic!("{plan:?}: cannot be opened afterwards: {error}"),
    };
    if !record.verify().is_ok_and(|report| report.is_sound()) {
        return Day { struck, errors, noticed: true, lasting: true };
    }
    for id in saved {
        assert!(record.document(&oid(id)).unwrap().is_some(), "{plan:?}: {id} was answered and is gone");
    }
    record.commit(dispensation("5", "9")).unwrap();
    Day { struck, errors, noticed, lasting: false }
}
