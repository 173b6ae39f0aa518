//! A restore that the power interrupts, at each operation of the disk in turn: afterwards the name of the record means the
//! old record or the new one, whole, and the epoch is never lower than it was, nor the old one in the new record.

use std::io::{Error, Result};
use std::path::Path;
use std::sync::Arc;

use fault_fs::{FaultFs, Plan, Survives};
use record::{Files, Hold, Options, Record, RecordError, Restored};

use crate::support::{at, dispensation, key, oid, options};

const RECORD: &str = "record.db";
const BACKUP: &str = "backup.db";

/// Whole files on the failing disk.
#[derive(Clone)]
struct OnFaultFs(Arc<FaultFs>);

impl std::fmt::Debug for OnFaultFs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnFaultFs")
    }
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn done(done: bool) -> Result<()> {
    if done { Ok(()) } else { Err(Error::other("the disk failed")) }
}

impl Files for OnFaultFs {
    fn exists(&self, file: &Path) -> Result<bool> {
        Ok(self.0.exists(name(file)))
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        done(self.0.copy(name(from), name(to)))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        done(self.0.rename(name(from), name(to)))
    }

    fn remove(&self, file: &Path) -> Result<()> {
        done(self.0.remove(name(file)))
    }

    fn hold(&self, _file: &Path) -> Result<Hold> {
        Ok(Hold::nothing())
    }
}

fn on(fs: &Arc<FaultFs>) -> Options {
    Options { now: at(100), vfs: Some(fs.name()), files: Arc::new(OnFaultFs(fs.clone())), ..options() }
}

fn open(fs: &Arc<FaultFs>) -> Record {
    Record::open(Path::new(RECORD), &key(), on(fs)).unwrap()
}

fn restore(fs: &Arc<FaultFs>) -> std::result::Result<Restored, RecordError> {
    Record::restore(Path::new(RECORD), &key(), on(fs), Path::new(BACKUP), true)
}

/// A record in epoch 4 with the dispensations 1 and 2, a backup of it (epoch 1) with the first alone. What lies on the disk
/// is answered, to be laid there again.
fn begin(fs: &Arc<FaultFs>) -> [(&'static str, Vec<u8>); 2] {
    let record = open(fs);
    record.commit(dispensation("1", "7")).unwrap();
    record.backup(Path::new(BACKUP)).unwrap();
    record.commit(dispensation("2", "8")).unwrap();
    for epoch in 2..=4 {
        assert_eq!(record.raise_epoch("12345678903", at(5)).unwrap(), epoch);
    }
    drop(record);
    [RECORD, BACKUP].map(|file| (file, fs.bytes(file).unwrap()))
}

fn at_every_operation(survives: impl Fn(u64) -> Survives) -> (u64, u64, u64) {
    let fs = Arc::new(FaultFs::new());
    let files = begin(&fs);
    let (mut old, mut new) = (0, 0);
    for operation in 1.. {
        fs.reset();
        for (file, bytes) in &files {
            fs.put(file, bytes.clone());
        }
        fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
        let outcome = restore(&fs);
        let finished = !fs.is_off();
        fs.power_loss(survives(operation));
        let when = format!("power lost at operation {operation}");
        let record = open(&fs);
        let report = record.verify().unwrap();
        assert!(report.is_sound(), "{when}: {report:?}");
        let epoch = record.epoch().unwrap();
        let has_second = record.document(&oid("2")).unwrap().is_some();
        assert!(record.document(&oid("1")).unwrap().is_some(), "{when}");
        match epoch {
            4 => {
                assert!(has_second, "{when}: the backup lies there in the old epoch");
                old += 1;
                drop(record);
            }
            5 => {
                assert!(!has_second, "{when}");
                new += 1;
                let kept = fs.files().into_iter().find(|file| file.contains(".before-")).expect(&when);
                drop(record);
                let kept = Record::open_to_read(Path::new(&kept), &key(), on(&fs)).unwrap();
                assert!(kept.document(&oid("2")).unwrap().is_some(), "{when}: what was there is not kept");
            }
            other => panic!("{when}: epoch {other}"),
        }
        // Whatever an interrupted restore left behind, the next one gets through, in a higher epoch.
        if let Ok(restored) = outcome {
            assert_eq!((restored.epoch, epoch), (5, 5), "{when}: answered and not on the disk");
        }
        let again = if epoch == 4 { restore(&fs).unwrap().epoch } else { epoch };
        assert_eq!(again, 5, "{when}");
        if finished {
            return (operation - 1, old, new);
        }
    }
    panic!("the loop ends by itself")
}

#[test]
fn a_restore_that_the_power_interrupts_leaves_the_old_record_or_the_new_one() {
    let (losses, old, new) = at_every_operation(|_| Survives::Nothing);
    assert!(losses > 30 && old > 20 && new >= 1, "{losses} operations, {old} times the old record, {new} the new");
    println!("the power was lost at each of {losses} operations: {old} times the old record, {new} times the new one");
}

#[test]
fn the_same_when_the_last_write_is_torn_or_only_some_sectors_survive() {
    at_every_operation(|_| Survives::AllButTornEnd);
    at_every_operation(Survives::Some);
}
