//! The places where a key is kept.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use keyring_core::Error;
use keyring_core::api::CredentialStoreApi;
use record::Key;
use zeroize::Zeroizing;

use crate::KeyError;
use crate::wrapped::{from_hex, to_hex};

/// A place that keeps keys under names.
pub trait KeyStore: Send + Sync {
    /// The key of that name.
    fn load(&self, name: &str) -> Result<Option<Key>, KeyError>;
    /// Keeps a key under a name; another one of that name is replaced.
    fn save(&self, name: &str, key: &Key) -> Result<(), KeyError>;
}

/// The operating system's key store: the Secret Service, the Credential Manager, the Keychain.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemStore;

/// Under which program the key store shows the key.
const SERVICE: &str = "Tiski record";

impl SystemStore {
    fn entry(name: &str) -> Result<keyring_core::Entry, KeyError> {
        #[cfg(target_os = "linux")]
        let store = dbus_secret_service_keyring_store::Store::new();
        #[cfg(windows)]
        let store = windows_native_keyring_store::Store::new();
        #[cfg(target_os = "macos")]
        let store = apple_native_keyring_store::keychain::Store::new();
        store.and_then(|store| store.build(SERVICE, name, None)).map_err(told)
    }
}

impl KeyStore for SystemStore {
    fn load(&self, name: &str) -> Result<Option<Key>, KeyError> {
        match Self::entry(name)?.get_secret() {
            Ok(secret) => from_text(&Zeroizing::new(secret)).map(Some),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(told(error)),
        }
    }

    fn save(&self, name: &str, key: &Key) -> Result<(), KeyError> {
        // Digits and no bytes: one of the key stores (KDE's) takes text alone.
        let digits = Zeroizing::new(to_hex(key.bytes()));
        Self::entry(name)?.set_secret(digits.as_bytes()).map_err(told)
    }
}

/// What a key store says holds no secret: codes of the system and of its own.
fn told(error: Error) -> KeyError {
    match error {
        Error::NoStorageAccess(_) => KeyError::StoreLocked,
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::Ambiguous(_) => KeyError::NotAKey,
        other => KeyError::StoreUnavailable(other.to_string()),
    }
}

fn from_text(text: &[u8]) -> Result<Key, KeyError> {
    let digits = std::str::from_utf8(text).map_err(|_| KeyError::NotAKey)?;
    let bytes = from_hex(digits).ok_or(KeyError::NotAKey)?;
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| KeyError::NotAKey)?);
    Ok(Key::new(*bytes))
}

/// A file with the bare key, which its owner alone can read: for servers and tests, whose disk is all that guards it.
/// Production refuses it.
#[derive(Debug, Clone)]
pub struct FileStore(pub PathBuf);

impl KeyStore for FileStore {
    fn load(&self, _name: &str) -> Result<Option<Key>, KeyError> {
        use std::io::Read;
        let file = match std::fs::File::open(&self.0) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Zeroizing::new(Vec::with_capacity(64));
        file.take(33).read_to_end(&mut bytes)?;
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(bytes.as_slice().try_into().map_err(|_| KeyError::NotAKey)?);
        Ok(Some(Key::new(*bytes)))
    }

    fn save(&self, _name: &str, key: &Key) -> Result<(), KeyError> {
        replace(&self.0, key.bytes())
    }
}

/// Writes a file that only its owner can read, under its name only when it is whole and on the disk.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(&part)?;
    made.write_all(bytes)?;
    made.sync_all()?;
    drop(made);
    std::fs::rename(&part, file)?;
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// A store that lives as long as the test that made it.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<BTreeMap<String, Zeroizing<[u8; 32]>>>);

impl MemoryStore {
    /// As a system that was installed anew: everything is gone.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl KeyStore for MemoryStore {
    fn load(&self, name: &str) -> Result<Option<Key>, KeyError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.get(name).map(|bytes| Key::new(**bytes)))
    }

    fn save(&self, name: &str, key: &Key) -> Result<(), KeyError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(name.to_owned(), Zeroizing::new(*key.bytes()));
        Ok(())
    }
}
