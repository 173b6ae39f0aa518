//! Promise 1, *durable before saved*: what the record has answered is there after the power was lost, whenever it
//! was lost. The loss moves on by one operation of the disk until the whole workload gets through.

use std::path::Path;

use record::{Batch, Change, NewOutageEntry, Options, OutageState, OutboxState, Record, RecordError};
use serde_json::json;

use crate::support::{at, dispensation, document, key, oid, options};
use fault_fs::{FaultFs, Plan, Survives};

const FILE: &str = "record.db";

fn open(fs: &FaultFs) -> Result<Record, RecordError> {
    let options = Options { vfs: Some(fs.name()), ..options() };
    Record::open(Path::new(FILE), &key(), options)
}

/// What the record has answered before the power went off.
#[derive(Debug, Default)]
struct Answered {
    saved: Vec<String>,
    accepted: Vec<String>,
    /// The hand-over of an outage, and the document that it was written with.
    handed_over: bool,
    written: bool,
    number: u64,
}

/// A day at the counter in small: saving, sending, an answer, a checkpoint, closing, opening, saving again. It stops
/// at the first error, as the program would when the power is gone.
fn workload(fs: &FaultFs, answered: &mut Answered) -> Result<(), RecordError> {
    let record = open(fs)?;
    for id in ["1", "2", "3"] {
        answered.number = record.next_document_number(2026)?;
        record.commit(dispensation(id, "7"))?;
        answered.saved.push(id.to_owned());
    }
    let due = record.due(at(2), 10)?;
    assert_eq!(due.len(), 1, "one of a prescription at a time");
    record.accepted(&oid("1"), b"accepted", at(3))?;
    answered.accepted.push("1".to_owned());
    // The verifier brings the log into the file.
    assert!(record.verify()?.is_sound());
    record.commit(dispensation("4", "8"))?;
    answered.saved.push("4".to_owned());
    let entry = NewOutageEntry { entry_id: oid("6"), handed_over_at: at(4), content: json!({ "amount": "21" }) };
    record.commit(Batch::new(at(4)).by("99900000011").handing_over(entry))?;
    answered.handed_over = true;
    drop(record);
    let record = open(fs)?;
    record.attempt_failed(&oid("2"), "no-connection", at(60), at(4))?;
    record.commit(dispensation("5", "9"))?;
    answered.saved.push("5".to_owned());
    record.commit(dispensation("6", "10").writing(oid("6"), oid("6")))?;
    answered.written = true;
    answered.number = record.next_document_number(2026)?;
    Ok(())
}

/// After the loss: everything answered is there, everything else is there whole or not at all, nothing is damaged,
/// and work goes on.
fn judge(fs: &FaultFs, answered: &Answered, when: &str) {
    let record = open(fs).unwrap_or_else(|error| panic!("{when}: cannot be opened: {error}"));
    for id in &answered.saved {
        let stored = record.document(&oid(id)).unwrap();
        let stored = stored.unwrap_or_else(|| panic!("{when}: dispensation {id} was answered and is lost"));
        assert_eq!(stored.bytes, Some(document(id, "1").bytes), "{when}");
    }
    for id in &answered.accepted {
        let stored = record.document(&oid(id)).unwrap().unwrap();
        assert_eq!(stored.item.state, OutboxState::Accepted, "{when}");
    }
    // A batch is whole: its event is there exactly when its document is.
    let events =
        record.events(record::EventFilter { kinds: vec!["dispensation.saved".to_owned()], ..Default::default() });
    for id in ["1", "2", "3", "4", "5"] {
        let has_event =
            events.as_ref().unwrap().iter().any(|event| event.document_id.as_deref() == Some(oid(id).as_str()));
        let has_document = record.document(&oid(id)).unwrap().is_some();
        assert_eq!(has_event, has_document, "{when}: half of dispensation {id}");
    }
    let entry = record.outage_entry(&oid("6")).unwrap().map(|entry| entry.state);
    let document = record.document(&oid("6")).unwrap().is_some();
    assert!(entry.is_some() || !answered.handed_over, "{when}: a hand-over was answered and is lost");
    assert!(document || !answered.written, "{when}: the document of a hand-over was answered and is lost");
    assert_eq!(entry == Some(OutageState::Written), document, "{when}: half of a hand-over's document");
    let report = record.verify().unwrap();
    assert!(report.is_sound(), "{when}: {report:?}");
    let number = record.next_document_number(2026).unwrap();
    assert!(number > answered.number, "{when}: number {number} was given before");
    // The same batch again is harmless, whether it had reached the disk or not.
    for id in ["1", "2", "3", "4", "5"] {
        record
            .commit(dispensation(
                id,
                match id {
                    "4" => "8",
                    "5" => "9",
                    _ => "7",
                },
            ))
            .unwrap();
    }
    assert_eq!(record.outbox(Default::default()).unwrap().len(), 5 + usize::from(document), "{when}");
    assert!(record.verify().unwrap().is_sound(), "{when}");
}

/// Loses the power at each operation of the disk in turn. Answers how often.
fn at_every_operation(survives: impl Fn(u64) -> Survives) -> u64 {
    let fs = FaultFs::new();
    for operation in 1.. {
        fs.reset();
        fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
        let mut answered = Answered::default();
        let outcome = workload(&fs, &mut answered);
        if !fs.is_off() {
            outcome.unwrap();
            fs.power_loss(survives(operation));
            judge(&fs, &answered, "after the whole workload");
            assert_eq!(answered.saved.len(), 5);
            return operation - 1;
        }
        fs.power_loss(survives(operation));
        judge(&fs, &answered, &format!("power lost at operation {operation}"));
    }
    0
}

#[test]
fn what_was_answered_survives_a_power_loss() {
    let losses = at_every_operation(|_| Survives::Nothing);
    // The loop must really have gone through the workload: it has five flushed commits at the very least.
    assert!(losses > 50, "only {losses} operations were seen");
    println!("the power was lost at each of {losses} operations");
}

#[test]
fn what_was_answered_survives_a_power_loss_that_tears_the_last_write() {
    at_every_operation(|_| Survives::AllButTornEnd);
}

#[test]
fn what_was_answered_survives_a_power_loss_that_keeps_some_sectors() {
    // The long test run sets more seeds.
    let seeds = std::env::var("TISKI_SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    for seed in 1..=seeds.unwrap_or(1u64) {
        at_every_operation(|operation| Survives::Some(seed << 32 | operation));
    }
}

/// A second loss while the record recovers from the first.
#[test]
fn what_was_answered_survives_a_power_loss_during_recovery() {
    let fs = FaultFs::new();
    for operation in 1.. {
        fs.reset();
        let mut answered = Answered::default();
        {
            let record = open(&fs).unwrap();
            for id in ["1", "2"] {
                record.commit(dispensation(id, "7")).unwrap();
                answered.saved.push(id.to_owned());
            }
            record.due(at(2), 1).unwrap();
            // The power goes off before the file is closed: closing would write.
            fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
        }
        fs.power_loss(Survives::Nothing);
        fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
        let recovered = open(&fs).and_then(|record| {
            assert!(record.verify()?.is_sound());
            Ok(())
        });
        let finished = !fs.is_off();
        if finished {
            recovered.unwrap();
        }
        fs.power_loss(Survives::Some(operation));
        judge(&fs, &answered, &format!("second loss at operation {operation}"));
        if finished {
            assert!(operation > 5, "only {operation} operations were seen");
            println!("the power was lost again at each of {} operations of the recovery", operation - 1);
            return;
        }
    }
}

/// The judge itself is judged: with the flush taken away, this disk loses what SQLite had answered. If this did not
/// fail, the tests above would prove nothing.
#[test]
fn the_disk_sees_a_missing_flush() {
    for (synchronous, kept) in [("FULL", true), ("NORMAL", false), ("OFF", false)] {
        let fs = FaultFs::new();
        let connect = || {
            let connection =
                rusqlite::Connection::open_with_flags_and_vfs(FILE, rusqlite::OpenFlags::default(), fs.name().as_str())
                    .unwrap();
            connection
                .execute_batch(&format!(
                    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous};"
                ))
                .unwrap();
            connection
        };
        let connection = connect();
        connection.execute_batch("CREATE TABLE t (x); PRAGMA wal_checkpoint; INSERT INTO t VALUES (1);").unwrap();
        fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
        drop(connection);
        fs.power_loss(Survives::Nothing);
        let found = connect().query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap_or(0);
        assert_eq!(found == 1, kept, "synchronous = {synchronous}");
    }
}

/// Without the power, every call answers an error of the disk and none answers success.
#[test]
fn without_power_nothing_is_called_saved() {
    let fs = FaultFs::new();
    let record = open(&fs).unwrap();
    record.commit(dispensation("1", "7")).unwrap();
    fs.plan(Plan { power_off_at: Some(1), ..Plan::default() });
    let error = record.commit(dispensation("2", "7")).unwrap_err();
    assert_eq!(error, RecordError::Uncertain);
    for _ in 0..3 {
        let error = record.commit(dispensation("3", "7")).unwrap_err();
        assert!(matches!(error, RecordError::Disk { .. }), "{error:?}");
    }
    assert!(record.accepted(&oid("1"), b"", at(5)).is_err());
    drop(record);
    fs.power_loss(Survives::Nothing);
    let record = open(&fs).unwrap();
    assert!(record.document(&oid("1")).unwrap().is_some());
    assert!(record.document(&oid("2")).unwrap().is_none());
    assert!(matches!(record.accepted(&oid("1"), b"", at(5)), Ok(Change::Made(_))));
}

/// Nothing of a document can be read from the disk without the key: not in the file, not in its log.
#[test]
fn the_disk_holds_no_plain_text() {
    let fs = FaultFs::new();
    let record = open(&fs).unwrap();
    record.commit(dispensation("1", "7")).unwrap();
    assert!(fs.files().iter().any(|name| name.ends_with("-wal")), "{:?}", fs.files());
    for needle in ["toimitus", "dispensation.saved", "12345678903", "SQLite format 3", "CREATE TABLE"] {
        assert!(!fs.holds(needle.as_bytes()), "{needle}");
    }
    drop(record);
    assert!(!fs.holds(b"toimitus"));
}
