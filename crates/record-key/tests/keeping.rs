//! A record's key: set up once, lost, brought back by what was written down; and the operating system's own key store.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use record_key::{Keeper, KeyError, KeyStore, MemoryStore, RecoveryKey, SystemStore, recovery_file};

struct Room {
    _folder: tempfile::TempDir,
    record: PathBuf,
}

fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let record = folder.path().join("record.db");
    Room { _folder: folder, record }
}

#[test]
fn a_lost_key_comes_back_by_what_was_written_down() {
    let (room, store) = (room(), Arc::new(MemoryStore::default()));
    let keeper = Keeper::with(&room.record, store.clone());
    assert_eq!(keeper.key().unwrap_err(), KeyError::NotSetUp);
    let written_down = keeper.set_up().unwrap().words().to_string();
    let key = keeper.key().unwrap();
    std::fs::write(&room.record, "a record").unwrap();
    assert_eq!(keeper.set_up().unwrap_err(), KeyError::AlreadySetUp);
    // The machine was installed anew: the key store is empty, the record is there.
    store.forget();
    assert_eq!(keeper.key().unwrap_err(), KeyError::Lost);
    assert_eq!(keeper.set_up().unwrap_err(), KeyError::AlreadySetUp);
    let typed = RecoveryKey::parse(&written_down).unwrap();
    let found = keeper.open_with(&typed, None).unwrap();
    assert_eq!(found.bytes(), key.bytes());
    keeper.keep(&found).unwrap();
    assert_eq!(keeper.key().unwrap().bytes(), key.bytes());
}

#[test]
fn another_records_recovery_key_opens_nothing_and_a_new_one_replaces_the_old() {
    let (mine, other) = (room(), room());
    let store = Arc::new(MemoryStore::default());
    let (keeper, others) = (Keeper::with(&mine.record, store.clone()), Keeper::with(&other.record, store.clone()));
    let old = keeper.set_up().unwrap();
    let strange = others.set_up().unwrap();
    assert_ne!(keeper.key().unwrap().bytes(), others.key().unwrap().bytes(), "one store, two records");
    assert_eq!(keeper.open_with(&strange, None).unwrap_err(), KeyError::WrongRecoveryKey);
    let new = keeper.new_recovery_key().unwrap();
    assert_eq!(keeper.open_with(&old, None).unwrap_err(), KeyError::WrongRecoveryKey);
    assert_eq!(keeper.open_with(&new, None).unwrap().bytes(), keeper.key().unwrap().bytes());
    std::fs::remove_file(recovery_file(&mine.record)).unwrap();
    assert_eq!(keeper.open_with(&new, None).unwrap_err(), KeyError::RecoveryMissing);
}

#[test]
fn a_backup_carries_the_wrapped_key_with_it() {
    let (room, elsewhere) = (room(), room());
    let keeper = Keeper::with(&room.record, Arc::new(MemoryStore::default()));
    let recovery = keeper.set_up().unwrap();
    let backup = room.record.with_file_name("backup.db");
    assert!(keeper.copy_recovery_to(&backup).unwrap());
    // Another machine, with the backup and the paper alone.
    let new = Keeper::with(&elsewhere.record, Arc::new(MemoryStore::default()));
    let key = new.open_with(&recovery, Some(&backup)).unwrap();
    assert_eq!(key.bytes(), keeper.key().unwrap().bytes());
    assert!(new.copy_recovery_from(&backup).unwrap());
    assert!(!new.copy_recovery_from(&backup).unwrap(), "its own is not replaced");
    assert_eq!(new.open_with(&recovery, None).unwrap().bytes(), key.bytes());
}

#[test]
fn a_key_in_a_file_is_made_by_itself_and_never_anew_for_a_record_that_is_there() {
    let room = room();
    let key = Keeper::file(&room.record).key().unwrap();
    assert_eq!(Keeper::file(&room.record).key().unwrap().bytes(), key.bytes());
    let file = room.record.with_extension("key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    std::fs::write(&file, "too short").unwrap();
    assert_eq!(Keeper::file(&room.record).key().unwrap_err(), KeyError::NotAKey);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&room.record, "a record").unwrap();
    assert_eq!(Keeper::file(&room.record).key().unwrap_err(), KeyError::Lost);
}

/// Nothing that the program shows by itself has the secrets in it.
#[test]
fn secrets_are_not_shown() {
    let room = room();
    let keeper = Keeper::with(&room.record, Arc::new(MemoryStore::default()));
    let recovery = keeper.set_up().unwrap();
    let shown = format!("{recovery:?} {:?} {:?}", keeper.key().unwrap(), RecoveryKey::parse(&recovery.words()[..46]));
    for group in recovery.words().split('-') {
        assert!(!shown.contains(group), "{shown}");
    }
    let wrapped = std::fs::read_to_string(recovery_file(&room.record)).unwrap();
    let digits: String = keeper.key().unwrap().bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!wrapped.contains(&digits));
}

/// Set for the program that runs inside a session of its own with a key store.
const INSIDE: &str = "TISKI_TEST_KEY_STORE";

/// Not a test by itself: what happens inside.
#[test]
#[ignore = "run by the test that starts a key store"]
fn inside() {
    let Some(folder) = std::env::var_os(INSIDE).map(PathBuf::from) else { return };
    let record = folder.join("record.db");
    let keeper = Keeper::system(&record);
    assert_eq!(keeper.key().unwrap_err(), KeyError::NotSetUp);
    let recovery = keeper.set_up().unwrap();
    let key = Keeper::system(&record).key().unwrap();
    assert_eq!(keeper.open_with(&recovery, None).unwrap().bytes(), key.bytes());
    let other = Keeper::system(&folder.join("other.db"));
    assert_eq!(other.key().unwrap_err(), KeyError::NotSetUp, "another record has a key of its own");
    assert!(SystemStore.load("nobody has this name").unwrap().is_none());
    println!("kept by the system's key store");
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The real Secret Service (gnome-keyring) on a bus of its own, with an empty login keyring in a temporary folder.
#[cfg(target_os = "linux")]
#[test]
fn the_systems_own_key_store_keeps_it() {
    if !is_there("dbus-run-session") || !is_there("gnome-keyring-daemon") {
        println!("skipped: gnome-keyring and dbus-run-session are not installed");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let script = "printf 'artificial' | gnome-keyring-daemon --unlock --components=secrets >/dev/null && \
                  exec \"$0\" --ignored --exact --nocapture inside";
    let output = Command::new("timeout")
        .args(["60", "dbus-run-session", "--", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env("XDG_RUNTIME_DIR", home.path())
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("XDG_CACHE_HOME", home.path().join("cache"))
        .env(INSIDE, home.path())
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("kept by the system's key store"), "{said}");
}

/// Without a session there is no key store on Linux: that is said, and nothing hangs.
#[cfg(target_os = "linux")]
#[test]
fn without_a_session_it_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    if let Some(asked) = std::env::var_os(INSIDE) {
        let error = Keeper::system(&PathBuf::from(asked).join("record.db")).key().unwrap_err();
        assert_eq!(error.code(), "key-store-unavailable", "{error}");
        println!("said so");
        return;
    }
    let output = Command::new("timeout")
        .arg("60")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "without_a_session_it_says_what_is_missing"])
        .env(INSIDE, folder.path())
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", folder.path().join("nothing").display()))
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("said so"), "{said}");
}
