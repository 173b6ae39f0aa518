//! A backup while the counter works: a file of its own with the same key, verified before it has its name.

use std::path::Path;
use std::sync::Arc;

use crate::door::Door;
use crate::files::{self, beside};
use crate::owner::Copied;
use crate::record::Record;
use crate::verify::VerifyReport;
use crate::{Key, Options, RecordError, Sequence, file};

/// A backup that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backup {
    /// Its last event.
    pub end: Sequence,
    /// How many documents of the outbox are in it.
    pub documents: u64,
    /// How many pages of 4 KiB were copied.
    pub pages: u64,
    /// How many calls of others were answered between them.
    pub attended: u64,
}

/// Copies the record into a file that is not there yet. It has its name only after it was read back and verified, and is
/// on the disk.
pub(crate) fn make(door: &Door, key: &Arc<Key>, options: &Options, to: &Path) -> Result<Backup, RecordError> {
    let whole = |error| files::failed(error);
    if options.files.exists(to).map_err(whole)? {
        return Err(RecordError::Exists);
    }
    let part = beside(to, "part");
    let Copied { pages, attended } = copy(door, key, options, &part)?;
    let report = verified(&part, key, options)?;
    options.files.rename(&part, to).map_err(whole)?;
    Ok(Backup { end: report.head.sequence, documents: report.documents, pages, attended })
}

/// Copies the pages into a file, which is flushed and needs no log afterwards. What was there before is removed.
pub(crate) fn copy(door: &Door, key: &Arc<Key>, options: &Options, to: &Path) -> Result<Copied, RecordError> {
    discard(options, to)?;
    let mut copy = file::open_copy(to, key, options)?;
    let copied = door.ask(move |owner| {
        let copied = owner.copy_into(&mut copy)?;
        copy.close().map_err(|(_, error)| RecordError::from(error))?;
        Ok(copied)
    })?;
    file::close_into_one(to, key, options)?;
    Ok(copied)
}

/// Reads a copy whole.
pub(crate) fn verified(path: &Path, key: &Arc<Key>, options: &Options) -> Result<VerifyReport, RecordError> {
    let report = Record::open_to_read(path, key, options.clone())?.verify()?;
    if report.is_sound() { Ok(report) } else { Err(RecordError::BackupUnsound) }
}

/// Removes a copy that was not finished.
pub(crate) fn discard(options: &Options, part: &Path) -> Result<(), RecordError> {
    for file in files::logs(part).iter().map(AsRef::as_ref).chain([part]) {
        options.files.remove(file).map_err(files::failed)?;
    }
    Ok(())
}
