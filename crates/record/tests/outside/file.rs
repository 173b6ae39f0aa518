//! The file: its key, its lock, its format, its rights.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use record::{Key, NoRandomness, Options, Record, RecordError};

use crate::support::{Room, at, dispensation, key, oid, options};

#[test]
fn a_new_record_says_who_it_is() {
    let room = Room::new();
    let record = room.open();
    let identity = record.identity().unwrap();
    assert_eq!((identity.workstation, identity.epoch), (3, 1));
    assert_eq!(identity.created_at, at(0));
    let events = record.events(Default::default()).unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, record::kinds::CREATED);
    assert!(record.verify().unwrap().is_sound());
}

#[test]
fn the_files_own_identity_counts_when_it_is_opened_again() {
    let room = Room::new();
    assert_eq!(room.open().raise_epoch("12345678903", at(1)).unwrap(), 2);
    let other = Options::new(9, at(50));
    let record = Record::open(&room.path, &key(), other).unwrap();
    assert_eq!(record.workstation().unwrap(), 3);
    assert_eq!(record.epoch().unwrap(), 2);
    // Opening again writes nothing.
    assert_eq!(record.events(Default::default()).unwrap().len(), 2);
}

#[test]
fn another_key_is_its_own_error_and_harms_nothing() {
    let room = Room::new();
    room.open().commit(dispensation("1", "7")).unwrap();
    let before = std::fs::read(&room.path).unwrap();
    let error = Record::open(&room.path, &Key::new([8; 32]), options()).unwrap_err();
    assert_eq!(error, RecordError::WrongKey);
    assert_eq!(error.code(), "record-wrong-key");
    assert_eq!(std::fs::read(&room.path).unwrap(), before);
    assert!(room.open().document(&oid("1")).unwrap().is_some());
}

#[test]
fn a_file_that_is_no_database_cannot_be_read_with_the_key() {
    let room = Room::new();
    std::fs::write(&room.path, "this is a letter to the manager. ".repeat(400)).unwrap();
    let error = Record::open(&room.path, &key(), options()).unwrap_err();
    assert_eq!(error, RecordError::WrongKey);
}

#[test]
fn another_programs_database_is_not_a_record() {
    let room = Room::new();
    room.raw().execute_batch("CREATE TABLE t (x);").unwrap();
    let error = Record::open(&room.path, &key(), options()).unwrap_err();
    assert_eq!(error, RecordError::NotARecord);
}

#[test]
fn a_newer_format_is_refused_plainly_and_left_as_it_is() {
    let room = Room::new();
    drop(room.open());
    let known: i64 = room.raw().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    room.raw().execute_batch("PRAGMA user_version = 77;").unwrap();
    let error = Record::open(&room.path, &key(), options()).unwrap_err();
    assert_eq!(error, RecordError::NewerSchema { found: 77, known });
    let version: i64 = room.raw().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 77);
}

/// A newer program has added a table and a column, and writes kinds of events that this one does not know.
#[test]
fn a_newer_programs_file_is_opened_for_reading_and_nothing_else() {
    let room = Room::new();
    room.open().commit(dispensation("1", "7")).unwrap();
    let version: i64 = room.raw().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    room.raw()
        .execute_batch(&format!(
            "CREATE TABLE later (x TEXT) STRICT; ALTER TABLE event ADD COLUMN later TEXT; PRAGMA user_version = {};",
            version + 1
        ))
        .unwrap();
    let newer = RecordError::NewerSchema { found: version + 1, known: version };
    assert_eq!(Record::open(&room.path, &key(), options()).unwrap_err(), newer);
    let before = std::fs::read(&room.path).unwrap();
    let record = Record::open_to_read(&room.path, &key(), options()).unwrap();
    assert_eq!(record.newer(), Some(version + 1));
    assert_eq!(record.identity().unwrap().workstation, 3);
    assert_eq!(record.events(Default::default()).unwrap().len(), 3);
    assert!(record.document(&oid("1")).unwrap().is_some());
    let report = record.verify().unwrap();
    assert!(report.is_sound(), "{report:?}");
    assert_eq!((report.events, report.documents, report.newer), (3, 0, Some(version + 1)));
    assert_eq!(record.commit(dispensation("2", "7")).unwrap_err(), newer);
    assert_eq!(record.next_document_number(2026).unwrap_err(), newer);
    drop(record);
    assert_eq!(std::fs::read(&room.path).unwrap(), before, "reading changed the file");
    // What this program reads is not there any more: it says so.
    room.raw().execute_batch("ALTER TABLE event RENAME COLUMN payload TO content_2;").unwrap();
    assert_eq!(Record::open_to_read(&room.path, &key(), options()).unwrap_err(), newer);
}

#[test]
fn what_is_opened_for_reading_is_not_written() {
    let room = Room::new();
    room.open().commit(dispensation("1", "7")).unwrap();
    let record = Record::open_to_read(&room.path, &key(), options()).unwrap();
    assert!(record.verify().unwrap().is_sound());
    record.commit(dispensation("2", "7")).unwrap_err();
    record.due(at(2), 1).unwrap_err();
    drop(record);
    assert!(room.open().document(&oid("2")).unwrap().is_none());
}

#[test]
fn a_second_opening_is_told_that_the_file_is_in_use() {
    let room = Room::new();
    let record = room.open();
    let error = Record::open(&room.path, &key(), options()).unwrap_err();
    assert_eq!(error, RecordError::InUse);
    let clone = record.clone();
    drop(record);
    assert_eq!(Record::open(&room.path, &key(), options()).unwrap_err(), RecordError::InUse, "a clone still holds it");
    drop(clone);
    room.open();
}

#[test]
fn a_missing_file_is_made_only_when_that_is_wanted() {
    let room = Room::new();
    let wanted = Options { must_exist: true, ..options() };
    let error = Record::open(&room.path, &key(), wanted.clone()).unwrap_err();
    assert_eq!(error, RecordError::Missing);
    assert!(!room.path.exists());
    drop(room.open());
    Record::open(&room.path, &key(), wanted).unwrap();
    let nowhere = room.path.with_file_name("no-folder").join("record.db");
    assert_eq!(Record::open(&nowhere, &key(), options()).unwrap_err(), RecordError::Missing);
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    for entry in std::fs::read_dir(room.path.parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[test]
fn numbers_go_on_where_they_were_year_by_year() {
    let room = Room::new();
    let record = room.open();
    assert_eq!(record.next_document_number(2026).unwrap(), 1);
    assert_eq!(record.next_document_number(2026).unwrap(), 2);
    assert_eq!(record.next_document_number(2027).unwrap(), 1);
    drop(record);
    let record = room.open();
    // Those that were set aside and not used stay unused.
    let next = record.next_document_number(2026).unwrap();
    assert!(next > 2 && next <= 2 + 16, "{next}");
    assert!(record.next_document_number(2027).unwrap() > 1);
    assert!(record.next_document_number(2026).unwrap() > next);
}

#[test]
fn each_call_has_its_own_answer_from_many_threads() {
    let room = Room::new();
    let record = room.open();
    let mut numbers: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let record = record.clone();
                scope.spawn(move || (0..10).map(|_| record.next_document_number(2026).unwrap()).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=80).collect::<Vec<_>>());
}

#[test]
fn without_randomness_nothing_is_written() {
    let room = Room::new();
    let left = Arc::new(AtomicU64::new(1));
    let options = Options {
        randomness: Arc::new(move |bytes| {
            bytes.fill(5);
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                .map(|_| ())
                .map_err(|_| NoRandomness)
        }),
        ..options()
    };
    let record = Record::open(&room.path, &key(), options).unwrap();
    let error = record.commit(dispensation("1", "7")).unwrap_err();
    assert_eq!(error, RecordError::NoRandomness);
    assert!(record.document(&oid("1")).unwrap().is_none());
    assert_eq!(record.events(Default::default()).unwrap().len(), 1);
}
