//! Backups: made while the counter works, whole or not at all; and restored without an identifier that is made twice.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use record::{Key, Options, OutboxState, Record, RecordError};

use crate::support::{Room, at, dispensation, document, key, oid, options};

fn beside(room: &Room, name: &str) -> PathBuf {
    room.path.with_file_name(name)
}

fn to_read(path: &std::path::Path) -> Record {
    Record::open_to_read(path, &key(), options()).unwrap()
}

fn restore(room: &Room, from: &std::path::Path, replace: bool) -> Result<record::Restored, RecordError> {
    Record::restore(&room.path, &key(), Options { now: at(100), ..options() }, from, replace)
}

/// A record with one dispensation before its backup, sent since, and one after.
fn one_before_one_after() -> (Room, PathBuf) {
    let room = Room::new();
    let to = beside(&room, "backup.db");
    let record = room.open();
    record.next_document_number(2026).unwrap();
    record.commit(dispensation("1", "7")).unwrap();
    record.backup(&to).unwrap();
    record.next_document_number(2026).unwrap();
    record.commit(dispensation("2", "8")).unwrap();
    record.due(at(2), 10).unwrap();
    record.accepted(&oid("2"), b"accepted", at(3)).unwrap();
    (room, to)
}

#[test]
fn a_backup_is_one_whole_encrypted_file_of_its_own() {
    let room = Room::new();
    let to = beside(&room, "backup.db");
    let record = room.open();
    record.commit(dispensation("1", "7")).unwrap();
    let made = record.backup(&to).unwrap();
    assert_eq!(made.end, record.head().unwrap().sequence);
    assert_eq!(made.documents, 1);
    let bytes = std::fs::read(&to).unwrap();
    let clear = document("1", "7").bytes;
    assert!(!bytes.windows(clear.len()).any(|window| window == clear), "the backup is not encrypted");
    assert_eq!(record.backup(&to).unwrap_err(), RecordError::Exists);
    assert_eq!(std::fs::read(&to).unwrap(), bytes, "a backup was overwritten");
    let copy = to_read(&to);
    assert!(copy.verify().unwrap().is_sound());
    assert_eq!(copy.document(&oid("1")).unwrap().unwrap().bytes, Some(clear));
    drop(copy);
    let wrong = Record::open_to_read(&to, &Key::new([8; 32]), options()).unwrap_err();
    assert_eq!(wrong, RecordError::WrongKey);
    // Nothing was left beside it, and reading it left it as it is.
    assert_eq!(std::fs::read(&to).unwrap(), bytes);
    let names: Vec<_> = std::fs::read_dir(to.parent().unwrap()).unwrap().map(|e| e.unwrap().file_name()).collect();
    let left = |ending: &str| names.iter().any(|name| name.to_string_lossy().ends_with(ending));
    assert!(!left(".part") && !left("backup.db-wal") && !left("-journal"), "{names:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

/// Bytes that no compression makes less.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(length)
    .collect()
}

#[test]
fn the_counter_saves_on_while_a_backup_is_made_and_it_is_in_the_backup() {
    let room = Room::new();
    let to = beside(&room, "backup.db");
    let record = room.open();
    let mut large = dispensation("large", "1");
    large.outbox[0].bytes = noise(900_000, 0);
    record.commit(large).unwrap();
    for number in 0..30 {
        let mut batch = dispensation(&format!("before-{number}"), "1");
        batch.outbox[0].bytes = noise(500_000, number);
        record.commit(batch).unwrap();
    }
    let finished = AtomicBool::new(false);
    let (made, saved, longest) = std::thread::scope(|scope| {
        let saver = scope.spawn(|| {
            let (mut saved, mut longest) = (0, Duration::ZERO);
            while !finished.load(Ordering::Relaxed) {
                let begun = Instant::now();
                record.commit(dispensation(&format!("during-{saved}"), "2")).unwrap();
                longest = longest.max(begun.elapsed());
                saved += 1;
            }
            (saved, longest)
        });
        let made = record.backup(&to);
        finished.store(true, Ordering::Relaxed);
        let (saved, longest) = saver.join().unwrap();
        (made.unwrap(), saved, longest)
    });
    println!("{saved} dispensations were saved during {made:?}, the longest wait was {longest:?}");
    assert!(made.pages > 3_000);
    assert!(made.attended > 3, "the backup held the counter up");
    assert!(made.documents > 31 + 3, "what was saved meanwhile is not in it");
    let copy = to_read(&to);
    assert!(copy.document(&oid("during-0")).unwrap().is_some(), "what was saved during the backup is not in it");
    assert!(copy.verify().unwrap().is_sound());
}

#[test]
fn a_restore_raises_the_epoch_keeps_what_was_there_and_says_what_is_missing() {
    let (room, from) = one_before_one_after();
    let before = to_read(&room.path).head().unwrap();
    // The record has more than the backup: it is not replaced unless that is said.
    let refused = restore(&room, &from, false).unwrap_err();
    assert!(matches!(refused, RecordError::RestoreWouldLose { record, backup } if record > backup), "{refused:?}");
    assert_eq!(to_read(&room.path).head().unwrap(), before);
    let restored = restore(&room, &from, true).unwrap();
    assert_eq!(restored.epoch, 2);
    assert_eq!(restored.until, at(1));
    let lost = restored.lost.unwrap();
    assert_eq!(lost.at_the_centre, [oid("2")]);
    assert_eq!(lost.only_kept, [] as [String; 0]);
    assert_eq!(lost.events, before.sequence.get() - restored.end.get());
    let kept = to_read(&restored.kept.unwrap());
    assert!(kept.verify().unwrap().is_sound());
    assert_eq!(kept.head().unwrap(), before);
    let record = room.open();
    assert_eq!(record.epoch().unwrap(), 2);
    assert!(record.verify().unwrap().is_sound());
    // Running numbers go on from the backup's, in another epoch.
    assert_eq!(record.next_document_number(2026).unwrap(), 17);
    assert_eq!(record.document(&oid("1")).unwrap().unwrap().item.state, OutboxState::Waiting);
    assert!(record.document(&oid("2")).unwrap().is_none());
    drop(record);
    // The same backup once more: another epoch again.
    assert_eq!(restore(&room, &from, true).unwrap().epoch, 3);
}

#[test]
fn a_record_that_the_backup_holds_whole_is_replaced_without_asking() {
    let room = Room::new();
    let from = beside(&room, "backup.db");
    room.open().commit(dispensation("1", "7")).unwrap();
    room.open().backup(&from).unwrap();
    assert_eq!(restore(&room, &from, false).unwrap().epoch, 2);
}

#[test]
fn a_record_of_another_past_is_not_replaced_unless_that_is_said() {
    let (_room, from) = one_before_one_after();
    let other = Room::new();
    drop(other.open());
    let refused = restore(&other, &from, false).unwrap_err();
    assert!(matches!(refused, RecordError::RestoreWouldLose { .. }), "{refused:?}");
    restore(&other, &from, true).unwrap();
    assert!(other.open().document(&oid("1")).unwrap().is_some());
}

/// Nobody knows how often a backup was restored before where the record is gone: the epoch is beyond any count.
#[test]
fn without_a_readable_record_the_epoch_is_one_that_none_has_had() {
    let (room, from) = one_before_one_after();
    let elsewhere = Room::new();
    let first = restore(&elsewhere, &from, false).unwrap();
    assert!(first.epoch > 100_000, "{}", first.epoch);
    assert_eq!((first.kept, first.lost), (None, None));
    let counted = restore(&room, &from, true).unwrap().epoch;
    assert_ne!(counted, first.epoch);
    // Damaged: only when that is said, and what is there is kept byte for byte.
    std::fs::write(&elsewhere.path, "x".repeat(9000)).unwrap();
    assert_eq!(restore(&elsewhere, &from, false).unwrap_err(), RecordError::RestoreOverUnreadable);
    let restored = restore(&elsewhere, &from, true).unwrap();
    assert!(restored.epoch > 100_000);
    assert_eq!(std::fs::read(restored.kept.unwrap()).unwrap(), "x".repeat(9000).into_bytes());
    assert!(elsewhere.open().verify().unwrap().is_sound());
}

#[test]
fn a_backup_that_is_not_whole_is_refused_and_the_record_stays() {
    let (room, from) = one_before_one_after();
    let whole = std::fs::read(&from).unwrap();
    let before = to_read(&room.path).head().unwrap();
    for page in 0..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096 + 1000] ^= 1;
        std::fs::write(&from, bytes).unwrap();
        let refused = restore(&room, &from, true).unwrap_err();
        assert!(
            matches!(
                refused,
                RecordError::BackupUnsound | RecordError::Damaged | RecordError::WrongKey | RecordError::Disk { .. }
            ),
            "page {page}: {refused:?}"
        );
        assert_eq!(to_read(&room.path).head().unwrap(), before);
    }
    std::fs::write(&from, &whole[..whole.len() / 2]).unwrap();
    restore(&room, &from, true).unwrap_err();
    assert_eq!(to_read(&room.path).head().unwrap(), before);
    std::fs::remove_file(&from).unwrap();
    assert_eq!(restore(&room, &from, true).unwrap_err(), RecordError::Missing);
}

#[test]
fn a_record_that_a_program_has_open_is_not_replaced() {
    let (room, from) = one_before_one_after();
    let record = room.open();
    assert_eq!(restore(&room, &from, true).unwrap_err(), RecordError::InUse);
    assert!(record.document(&oid("2")).unwrap().is_some());
}
