//! What is done to whole files: names, copies, and the mark that keeps two programs apart. SQLite has no word for these,
//! so that tests of failing disks bring their own beside their SQLite file system.

use std::fmt::Debug;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use crate::RecordError;

/// Whole files. What is answered without an error is on the disk.
pub trait Files: Debug + Send + Sync {
    /// Whether there is such a file.
    fn exists(&self, file: &Path) -> Result<bool>;
    /// Copies a file under a name that is not taken.
    fn copy(&self, from: &Path, to: &Path) -> Result<()>;
    /// Gives a file another name; what had that name is gone. At every moment the name means one of the two.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;
    /// Removes a file; one that is not there too.
    fn remove(&self, file: &Path) -> Result<()>;
    /// Takes the mark of a record's file until what is answered is dropped. An error of the kind `WouldBlock` says that
    /// another program has it.
    fn hold(&self, file: &Path) -> Result<Hold>;
}

/// The mark of a file, held.
#[derive(Debug)]
pub struct Hold(#[expect(dead_code, reason = "dropped to let go")] Option<std::fs::File>);

impl Hold {
    /// Nothing is held: for a disk that no other program sees.
    pub fn nothing() -> Hold {
        Hold(None)
    }
}

/// The operating system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsFiles;

impl Files for OsFiles {
    fn exists(&self, file: &Path) -> Result<bool> {
        file.try_exists()
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        let mut made = private().create_new(true).open(to)?;
        std::io::copy(&mut std::fs::File::open(from)?, &mut made)?;
        made.sync_all()?;
        sync_folder_of(to)
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        std::fs::rename(from, to)?;
        sync_folder_of(to)
    }

    fn remove(&self, file: &Path) -> Result<()> {
        match std::fs::remove_file(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => sync_folder_of(file),
        }
    }

    fn hold(&self, file: &Path) -> Result<Hold> {
        let mark = private().create(true).truncate(false).open(beside(file, "lock"))?;
        match mark.try_lock() {
            Ok(()) => Ok(Hold(Some(mark))),
            Err(std::fs::TryLockError::WouldBlock) => Err(Error::from(ErrorKind::WouldBlock)),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// A file's name with one more ending.
pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// The names of what SQLite keeps beside a file.
pub(crate) fn logs(file: &Path) -> [PathBuf; 2] {
    ["-wal", "-journal"].map(|ending| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}

/// An error of whole files as the record's.
pub(crate) fn failed(error: Error) -> RecordError {
    match error.kind() {
        ErrorKind::NotFound => RecordError::Missing,
        ErrorKind::StorageFull => RecordError::DiskFull,
        ErrorKind::WouldBlock => RecordError::InUse,
        ErrorKind::AlreadyExists => RecordError::Exists,
        _ => RecordError::Disk { sqlite: rusqlite::ffi::SQLITE_CANTOPEN },
    }
}

/// For a file that only its owner can read.
pub(crate) fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in a file's folder durable; where that cannot be asked for (Windows), the system does it itself.
pub(crate) fn sync_folder_of(file: &Path) -> Result<()> {
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    let _ = file;
    Ok(())
}
