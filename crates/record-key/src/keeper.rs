//! The keeper of one record's key: makes it, gives it, wraps it, and brings it back.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use record::Key;
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::store::replace;
use crate::wrapped::{self, LARGEST};
use crate::{FileStore, KeyError, KeyStore, RecoveryKey, SystemStore};

/// Keeps the key of one record.
pub struct Keeper {
    store: Arc<dyn KeyStore>,
    /// The record's file.
    record: PathBuf,
    /// Under which name the store has its key.
    name: String,
    /// Whether a key may be made without anybody being shown a recovery key.
    makes_by_itself: bool,
}

/// Where the wrapped key of a record, or of a backup, lies.
pub fn recovery_file(record: &Path) -> PathBuf {
    let mut name = record.as_os_str().to_owned();
    name.push(".recovery");
    PathBuf::from(name)
}

impl Keeper {
    /// The operating system's key store.
    pub fn system(record: &Path) -> Keeper {
        Keeper::with(record, Arc::new(SystemStore))
    }

    /// A file beside the record, for servers and tests. It is made by itself where there is no record yet.
    pub fn file(record: &Path) -> Keeper {
        let file = record.with_extension("key");
        Keeper { makes_by_itself: true, ..Keeper::with(record, Arc::new(FileStore(file))) }
    }

    /// Any store.
    pub fn with(record: &Path, store: Arc<dyn KeyStore>) -> Keeper {
        // The store belongs to a person of this machine, who may have several records: each goes by its whole path.
        let absolute = std::path::absolute(record).unwrap_or_else(|_| record.to_owned());
        let folder = absolute.parent().and_then(|folder| folder.canonicalize().ok());
        let whole = match (folder, absolute.file_name()) {
            (Some(folder), Some(name)) => folder.join(name),
            _ => absolute,
        };
        let name = whole.to_string_lossy().into_owned();
        Keeper { store, record: record.to_owned(), name, makes_by_itself: false }
    }

    /// The record's key. Where there is neither key nor record, one is made if it lies in a file, and is otherwise to be
    /// set up first ([`KeyError::NotSetUp`]).
    pub fn key(&self) -> Result<Key, KeyError> {
        if let Some(key) = self.store.load(&self.name)? {
            return Ok(key);
        }
        let there = self.record.try_exists()? || recovery_file(&self.record).try_exists()?;
        match (there, self.makes_by_itself) {
            (true, _) => Err(KeyError::Lost),
            (false, false) => Err(KeyError::NotSetUp),
            (false, true) => {
                let key = random_key(&SystemRandom::new())?;
                self.keep(&key)?;
                Ok(key)
            }
        }
    }

    /// The key that is kept; none is made.
    pub fn kept(&self) -> Result<Key, KeyError> {
        self.store.load(&self.name)?.ok_or(KeyError::Lost)
    }

    /// Makes key and recovery key for a record that is not there yet. The recovery key is in no file: it is to be shown
    /// once and written down.
    pub fn set_up(&self) -> Result<RecoveryKey, KeyError> {
        if self.record.try_exists()? || self.store.load(&self.name)?.is_some() {
            return Err(KeyError::AlreadySetUp);
        }
        let random = SystemRandom::new();
        let key = random_key(&random)?;
        // The wrapped key first: a key in the store that nothing can bring back would count as set up.
        let recovery = self.wrap(&key, &random)?;
        self.keep(&key)?;
        Ok(recovery)
    }

    /// Makes a new recovery key for the key that is kept; the one before opens nothing any more but old backups.
    pub fn new_recovery_key(&self) -> Result<RecoveryKey, KeyError> {
        let key = self.kept()?;
        self.wrap(&key, &SystemRandom::new())
    }

    /// The key by the recovery key, from the file beside the record or beside a backup. Nothing is kept yet.
    pub fn open_with(&self, recovery: &RecoveryKey, beside: Option<&Path>) -> Result<Key, KeyError> {
        wrapped::unwrap(&read(&recovery_file(beside.unwrap_or(&self.record)))?, recovery)
    }

    /// Puts a key (back) into the store, and reads it back.
    pub fn keep(&self, key: &Key) -> Result<(), KeyError> {
        self.store.save(&self.name, key)?;
        match self.store.load(&self.name)? {
            Some(kept) if kept.bytes() == key.bytes() => Ok(()),
            _ => Err(KeyError::NotKept),
        }
    }

    /// Lays the wrapped key beside a backup, so that the paper opens the backup too. Answers whether there was one.
    pub fn copy_recovery_to(&self, backup: &Path) -> Result<bool, KeyError> {
        copy(&recovery_file(&self.record), &recovery_file(backup))
    }

    /// Takes the wrapped key from beside a backup where the record has none. Answers whether it did.
    pub fn copy_recovery_from(&self, backup: &Path) -> Result<bool, KeyError> {
        let own = recovery_file(&self.record);
        Ok(!own.try_exists()? && copy(&recovery_file(backup), &own)?)
    }

    fn wrap(&self, key: &Key, random: &SystemRandom) -> Result<RecoveryKey, KeyError> {
        let recovery = RecoveryKey::random(random)?;
        let text = wrapped::wrap(key, &recovery, random)?;
        replace(&recovery_file(&self.record), text.as_bytes())?;
        Ok(recovery)
    }
}

fn copy(from: &Path, to: &Path) -> Result<bool, KeyError> {
    match read(from) {
        Ok(text) => replace(to, text.as_bytes()).map(|()| true),
        Err(KeyError::RecoveryMissing) => Ok(false),
        Err(error) => Err(error),
    }
}

fn read(file: &Path) -> Result<String, KeyError> {
    let open = std::fs::File::open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => KeyError::RecoveryMissing,
        kind => KeyError::Disk(kind),
    })?;
    let mut text = String::new();
    open.take(LARGEST).read_to_string(&mut text).map_err(|_| KeyError::RecoveryDamaged)?;
    Ok(text)
}

fn random_key(random: &SystemRandom) -> Result<Key, KeyError> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    random.fill(bytes.as_mut()).map_err(|_| KeyError::NoRandomness)?;
    Ok(Key::new(*bytes))
}
