//! A backup in the place of the record.
//!
//! It serves promise 2: documents that were made after the backup may be out in the world, so that the epoch is raised in
//! the copy before the copy becomes the record, and no identifier is made twice. It serves promise 3: what stood there
//! before is kept under a dated name. The name of the record means the old file until it means the new one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use serde_json::json;

use crate::chain::Content;
use crate::files::{self, beside};
use crate::journal::{self, kinds};
use crate::record::Record;
use crate::{
    EventFilter, Head, Identity, Key, LIMIT_LISTING, Options, OutboxFilter, OutboxState, RecordError, Sequence, backup,
    file,
};

/// What a restore came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The epoch from now on: no document of an earlier one can have an identifier that is made now.
    pub epoch: u32,
    /// The backup's last event.
    pub end: Sequence,
    /// When that event happened: what happened later is missing.
    pub until: DateTime<Utc>,
    /// Where what was there before lies now.
    pub kept: Option<PathBuf>,
    /// What the file that was there before had and the backup has not; `None` when there was none or it could not be read.
    pub lost: Option<Lost>,
}

/// What a record had after a backup was made of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lost {
    /// How many events.
    pub events: u64,
    /// Documents that the Centre has: it can be asked for them. At most [`LIMIT_LISTING`].
    pub at_the_centre: Vec<String>,
    /// Documents that the Centre does not have, as far as that record knows: they are in the kept file alone.
    pub only_kept: Vec<String>,
}

/// The record that is there.
enum Old {
    Nothing,
    Unreadable,
    Read { identity: Identity, head: Head, lost: Lost, shares_past: bool },
}

/// Puts a backup in the place of the record.
pub(crate) fn restore(
    path: &Path,
    key: &Arc<Key>,
    options: &Options,
    from: &Path,
    replace: bool,
) -> Result<Restored, RecordError> {
    let _hold = options.hold(path)?;
    if !options.files.exists(from).map_err(files::failed)? {
        return Err(RecordError::Missing);
    }
    let source = Record::open_to_read(from, key, options.clone())?;
    let (identity, end) = (source.identity()?, source.head()?);
    let old = look_at(path, key, options, &end)?;
    match &old {
        Old::Read { head, shares_past, .. } if !replace && (head.sequence > end.sequence || !shares_past) => {
            return Err(RecordError::RestoreWouldLose { record: head.sequence.get(), backup: end.sequence.get() });
        }
        Old::Unreadable if !replace => return Err(RecordError::RestoreOverUnreadable),
        _ => {}
    }
    let new = beside(path, "restoring");
    let epoch = next_epoch(&identity, &old, options.now);
    let until = prepare(&source, &new, key, options, epoch, &end)?;
    drop(source);
    let kept = keep(path, key, options, &old)?;
    options.files.rename(&new, path).map_err(files::failed)?;
    let lost = match old {
        Old::Read { lost, .. } => Some(lost),
        Old::Nothing | Old::Unreadable => None,
    };
    Ok(Restored { epoch, end: end.sequence, until, kept, lost })
}

/// Reads the record that is there, and what it has beyond the backup's end.
fn look_at(path: &Path, key: &Arc<Key>, options: &Options, end: &Head) -> Result<Old, RecordError> {
    if !options.files.exists(path).map_err(files::failed)? {
        return Ok(Old::Nothing);
    }
    let read = || -> Result<Old, RecordError> {
        let old = Record::open_to_read(path, key, options.clone())?;
        let head = old.head()?;
        let shares_past = end.sequence <= head.sequence && old.link_at(end.sequence)? == Some(end.hash);
        let beyond = if shares_past { end.sequence } else { Sequence::default() };
        let mut lost = Lost { events: head.sequence.get().saturating_sub(beyond.get()), ..Lost::default() };
        let filter = OutboxFilter { after: Some(beyond), limit: Some(LIMIT_LISTING), ..OutboxFilter::default() };
        for item in old.outbox(filter)? {
            let list = match item.state {
                OutboxState::Accepted | OutboxState::Conflicting => &mut lost.at_the_centre,
                _ => &mut lost.only_kept,
            };
            list.push(item.document_id);
        }
        Ok(Old::Read { identity: old.identity()?, head, lost, shares_past })
    };
    match read() {
        Ok(old) => Ok(old),
        // An empty file is what a program that died while it made a record leaves behind.
        Err(RecordError::Damaged | RecordError::WrongKey | RecordError::NotARecord | RecordError::Internal { .. }) => {
            Ok(Old::Unreadable)
        }
        Err(error) => Err(error),
    }
}

/// An epoch that no record of this workstation has had. Where the record that was there cannot be read, nobody knows how
/// often a backup was restored before: the minutes since 2026 are beyond any such count.
fn next_epoch(backup: &Identity, old: &Old, now: DateTime<Utc>) -> u32 {
    let before = match old {
        Old::Read { identity, .. } => identity.epoch,
        Old::Nothing | Old::Unreadable => {
            let beginning = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).single().unwrap_or_default();
            u32::try_from((now - beginning).num_minutes()).unwrap_or_default()
        }
    };
    before.max(backup.epoch).saturating_add(1)
}

/// Makes the new record beside the old one: whole, verified, in its own epoch, flushed.
fn prepare(
    source: &Record,
    new: &Path,
    key: &Arc<Key>,
    options: &Options,
    epoch: u32,
    end: &Head,
) -> Result<DateTime<Utc>, RecordError> {
    backup::copy(source.door(), key, options, new)?;
    let record = Record::open_held(new, key, Options { must_exist: true, ..options.clone() })?;
    if !record.verify()?.is_sound() {
        return Err(RecordError::BackupUnsound);
    }
    let last = EventFilter { newest_first: true, limit: Some(1), ..EventFilter::default() };
    let until = source.events(last)?.first().map_or(options.now, |event| event.at);
    let (now, end) = (options.now, end.sequence);
    record.door().ask(move |owner| {
        owner.write(|writer| {
            writer.connection().execute("UPDATE identity SET epoch = ?1 WHERE id = 1", [epoch])?;
            let payload = journal::text(&json!({ "epoch": epoch, "restored": end }))?;
            let content = Content { actor: None, document_id: None, payload: &payload };
            writer.event(kinds::EPOCH_RAISED, now, &content)
        })
    })?;
    drop(record);
    file::close_into_one(new, key, options)?;
    let made = Record::open_to_read(new, key, options.clone())?;
    if made.epoch()? != epoch {
        return Err(RecordError::BackupUnsound);
    }
    Ok(until)
}

/// Copies what is there under a dated name, and takes away logs that would be read into the new file.
fn keep(path: &Path, key: &Arc<Key>, options: &Options, old: &Old) -> Result<Option<PathBuf>, RecordError> {
    let mut kept = None;
    if !matches!(old, Old::Nothing) {
        if matches!(old, Old::Read { .. }) {
            file::close_into_one(path, key, options)?;
        }
        let name = free_name(path, options)?;
        options.files.copy(path, &name).map_err(files::failed)?;
        for (log, copy) in files::logs(path).iter().zip(files::logs(&name)) {
            if options.files.exists(log).map_err(files::failed)? {
                options.files.copy(log, &copy).map_err(files::failed)?;
            }
        }
        kept = Some(name);
    }
    for log in files::logs(path) {
        options.files.remove(&log).map_err(files::failed)?;
    }
    Ok(kept)
}

/// A dated name that nothing has.
fn free_name(path: &Path, options: &Options) -> Result<PathBuf, RecordError> {
    let dated = format!("before-{}", options.now.format("%Y%m%dT%H%M%SZ"));
    for number in 1..=LIMIT_KEPT_AT_A_TIME {
        let ending = if number == 1 { dated.clone() } else { format!("{dated}-{number}") };
        let name = beside(path, &ending);
        if !options.files.exists(&name).map_err(files::failed)? {
            return Ok(name);
        }
    }
    Err(RecordError::Exists)
}

/// How many files are kept under the same second.
const LIMIT_KEPT_AT_A_TIME: u32 = 100;
