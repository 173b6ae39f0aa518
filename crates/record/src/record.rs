//! The record's handle: every call waits for its turn at the file and for its own answer.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;
use serde::Serialize;
use serde_json::json;

use crate::backup::{self, Backup};
use crate::chain::Content;
use crate::door::Door;
use crate::files::Hold;
use crate::journal::{self, Batch, Committed, Erasure, Event, EventFilter, NewEvent, kinds};
use crate::outage::{self, OutageEntry, OutageFilter};
use crate::outbox::{self, Change, Counts, Due, Lease, OutboxFilter, OutboxItem, StoredDocument};
use crate::owner::{Keeper, Owner};
use crate::restore::{self, Restored};
use crate::verify::{self, Opening, VerifyReport};
use crate::{
    Head, InHand, Key, LIMIT_ANSWER_BYTES, LIMIT_BATCH_DOCUMENTS, LIMIT_NOTE_BYTES, Options, RecordError, Sequence,
    file, hand, time,
};

/// Who a record is: what makes the identifiers that are made with it its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The workstation's number.
    pub workstation: u16,
    /// How often a backup of it was restored, plus one.
    pub epoch: u32,
    /// When the file was made.
    pub created_at: DateTime<Utc>,
}

/// The pharmacy's record: a handle that can be cloned and shared between threads. Every call waits for its own
/// answer, and a write is answered after it is on the disk. The file is closed, and free for others, when the last
/// handle has been dropped.
#[derive(Clone)]
pub struct Record {
    door: Arc<Door>,
    key: Arc<Key>,
    options: Arc<Options>,
    opening: Opening,
    /// After the door: other programs may come when the file is closed.
    hold: Option<Arc<Hold>>,
}

impl Record {
    /// Opens the file, or makes it.
    ///
    /// What a program that died was just sending waits again from now on: nobody else can be sending it, because
    /// the file is locked.
    pub fn open(path: &Path, key: &Key, options: Options) -> Result<Record, RecordError> {
        let hold = options.hold(path)?;
        let mut record = Self::open_held(path, &Arc::new(key.duplicate()), options)?;
        record.hold = Some(Arc::new(hold));
        Ok(record)
    }

    /// The same for whoever keeps other programs away by himself.
    pub(crate) fn open_held(path: &Path, key: &Arc<Key>, options: Options) -> Result<Record, RecordError> {
        let opened = file::open(path, key, &options)?;
        let again = {
            // A file that has vanished meanwhile is not made anew.
            let (path, key, options) = (path.to_owned(), key.clone(), Options { must_exist: true, ..options.clone() });
            Box::new(move || file::open(&path, &key, &options))
        };
        let door = Door::new(Keeper::new(opened, &options, again));
        let opening = Opening { newer: None, to_read: false };
        let (workstation, now) = (options.workstation, options.now);
        door.ask(move |owner| {
            if journal::noted_head(owner.connection())?.sequence == Sequence::default() {
                let payload = journal::text(&json!({
                    "workstation": workstation,
                    "program": env!("CARGO_PKG_VERSION"),
                }))?;
                owner.write(|writer| {
                    let content = Content { actor: None, document_id: None, payload: &payload };
                    writer.event(kinds::CREATED, now, &content)
                })?;
            }
            fail_point::at!(RecordOpened);
            outbox::release(owner, now)
        })?;
        Ok(Record { door: Arc::new(door), key: key.clone(), options: Arc::new(options), opening, hold: None })
    }

    /// Opens a file for reading, and leaves it as it is: a backup, or the record of a newer program, as far as this
    /// program can read it (`record-newer-schema` where it cannot, and for every write). The file must be there.
    pub fn open_to_read(path: &Path, key: &Key, options: Options) -> Result<Record, RecordError> {
        let key = Arc::new(key.duplicate());
        let opened = file::open_to_read(path, &key, &options)?;
        let opening = Opening { newer: opened.newer, to_read: true };
        let again = {
            let (path, key, options) = (path.to_owned(), key.clone(), options.clone());
            Box::new(move || file::open_to_read(&path, &key, &options))
        };
        let door = Arc::new(Door::new(Keeper::new(opened, &options, again)));
        Ok(Record { door, key, options: Arc::new(options), opening, hold: None })
    }

    /// The file's format, when a newer program wrote it and it was opened for reading.
    pub fn newer(&self) -> Option<i64> {
        self.opening.newer
    }

    /// Copies the record into a file that is not there yet, while others go on reading and writing: what they write
    /// meanwhile is in the copy. The file has the record's key, and its name only after it was verified and flushed.
    pub fn backup(&self, to: &Path) -> Result<Backup, RecordError> {
        backup::make(&self.door, &self.key, &self.options, to)
    }

    /// Puts a backup in the place of the record, which nobody may have open. It is verified whole; the epoch is raised
    /// before it becomes the record; what was there is kept under a dated name. A record that has what the backup has not
    /// is replaced only with `replace`.
    pub fn restore(
        path: &Path,
        key: &Key,
        options: Options,
        from: &Path,
        replace: bool,
    ) -> Result<Restored, RecordError> {
        restore::restore(path, &Arc::new(key.duplicate()), &options, from, replace)
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// The hash of one event.
    pub(crate) fn link_at(&self, sequence: Sequence) -> Result<Option<[u8; 32]>, RecordError> {
        self.door.ask(move |owner| {
            let mut statement = owner.connection().prepare("SELECT hash FROM event WHERE sequence = ?1")?;
            Ok(statement.query_row([sequence.0], |row| row.get(0)).optional()?)
        })
    }

    /// Appends events to the journal, all or none.
    pub fn append(&self, events: Vec<NewEvent>) -> Result<Committed, RecordError> {
        let Some(last) = events.last() else {
            return Err(RecordError::EmptyBatch);
        };
        let mut batch = Batch::new(last.at);
        batch.events = events;
        self.commit(batch)
    }

    /// Saves a batch, all or nothing. When this answers, it is on the disk.
    ///
    /// The same documents with the same bytes may be committed again: nothing is written, and the answer is that of
    /// the first time.
    pub fn commit(&self, batch: Batch) -> Result<Committed, RecordError> {
        batch.check()?;
        self.door.write(move |writer| journal::commit(writer, &batch))
    }

    /// The events that the filter names.
    pub fn events(&self, filter: EventFilter) -> Result<Vec<Event>, RecordError> {
        self.door.ask(move |owner| journal::list(owner.connection(), &filter))
    }

    /// The journal's end: what a person's card signs at the end of the day.
    pub fn head(&self) -> Result<Head, RecordError> {
        self.door.ask(|owner| journal::noted_head(owner.connection()))
    }

    /// Erases payloads whose lawful time has ended; the chain holds on without them.
    pub fn erase(&self, erasure: Erasure) -> Result<Committed, RecordError> {
        self.door.write(move |writer| journal::erase(writer, &erasure))
    }

    /// Rebuilds the chain, compares the outbox with the journal, and has SQLite and SQLCipher check the file. Other
    /// calls go on between its steps.
    pub fn verify(&self) -> Result<VerifyReport, RecordError> {
        verify::verify(&self.door, self.opening)
    }

    /// The documents to be sent now, each reserved for the caller for the time of a lease. What was never tried comes
    /// first, by the order of saving, then what has been due for longest; a document comes only when no earlier one of the
    /// same prescription is open.
    pub fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Due>, RecordError> {
        let limit = limit.min(LIMIT_BATCH_DOCUMENTS);
        let (lease, longest_wait) = (time::span(self.options.lease), time::span(self.options.longest_wait));
        self.door.write(move |writer| outbox::due(writer, now, limit, lease, longest_wait))
    }

    /// When the next document is due: `None` when nothing waits. A moment in the past means now.
    pub fn next_due(&self) -> Result<Option<DateTime<Utc>>, RecordError> {
        self.door.ask(|owner| outbox::next_due(owner.connection()))
    }

    /// Notes that an attempt to send failed, and when to try again. Of a lease that is over nothing is noted.
    pub fn attempt_failed(
        &self,
        lease: impl Into<Lease>,
        code: &str,
        next_try_at: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<Change, RecordError> {
        journal::name("code", code)?;
        let (lease, code) = (lease.into(), code.to_owned());
        let latest = time::to_file(at).saturating_add(time::span(self.options.longest_wait));
        let next = time::to_file(next_try_at).min(latest);
        self.door.write(move |writer| outbox::attempt_failed(writer, &lease, &code, next, at))
    }

    /// Notes that the Centre accepted a document, with its answer as it came.
    pub fn accepted(&self, document_id: &str, answer: &[u8], at: DateTime<Utc>) -> Result<Change, RecordError> {
        self.accepted_in_conflict(document_id, answer, Vec::new(), at)
    }

    /// The same of a document that the Centre took although something happened meanwhile: with the codes of what it
    /// conflicts with. A person must act; without a code it is a plain acceptance.
    pub fn accepted_in_conflict(
        &self,
        document_id: &str,
        answer: &[u8],
        conflicts: Vec<String>,
        at: DateTime<Utc>,
    ) -> Result<Change, RecordError> {
        journal::at_most("answer", answer.len(), LIMIT_ANSWER_BYTES)?;
        journal::name("code", &conflicts.join(" "))?;
        let (document_id, answer) = (document_id.to_owned(), answer.to_vec());
        self.door.write(move |writer| outbox::accepted(writer, &document_id, &answer, &conflicts, at))
    }

    /// The program does not send a release of a dispensing reservation any more, with the code of why. No other document
    /// can be withdrawn (`record-wrong-state`).
    pub fn withdraw(&self, document_id: &str, code: &str, at: DateTime<Utc>) -> Result<Change, RecordError> {
        journal::name("code", code)?;
        let (document_id, code) = (document_id.to_owned(), code.to_owned());
        self.door.write(move |writer| outbox::withdraw(writer, &document_id, &code, at))
    }

    /// Prescriptions that are in hand, in the order in which they were taken; also those of a program that died.
    pub fn in_hand(&self) -> Result<Vec<InHand>, RecordError> {
        self.door.ask(|owner| hand::list(owner.connection()))
    }

    /// Notes that the Centre refused a document: with the code for programs and the sentence for the person who
    /// must now act. The document stays. Of a lease that is over nothing is noted: whoever has the document now hears
    /// the same.
    pub fn refused(
        &self,
        lease: impl Into<Lease>,
        code: &str,
        sentence: &str,
        at: DateTime<Utc>,
    ) -> Result<Change, RecordError> {
        journal::name("code", code)?;
        let (lease, code) = (lease.into(), code.to_owned());
        let sentence = outbox::cut(sentence);
        self.door.write(move |writer| outbox::refused(writer, &lease, &code, &sentence, at))
    }

    /// A person has a refused document sent again as it is.
    pub fn resend(&self, document_id: &str, actor: &str, at: DateTime<Utc>) -> Result<Change, RecordError> {
        journal::name("actor", actor)?;
        let (document_id, actor) = (document_id.to_owned(), actor.to_owned());
        self.door.write(move |writer| outbox::resend(writer, &document_id, &actor, at))
    }

    /// A person has settled a refused or conflicting document, with a note of how. To settle it with the document that replaces it, use
    /// [`Batch::settling`].
    pub fn settle(&self, document_id: &str, how: &str, actor: &str, at: DateTime<Utc>) -> Result<Change, RecordError> {
        journal::at_most("way of settling", how.len(), LIMIT_NOTE_BYTES)?;
        journal::name("actor", actor)?;
        let (document_id, how, actor) = (document_id.to_owned(), how.to_owned(), actor.to_owned());
        self.door.write(move |writer| outbox::settle(writer, &document_id, &how, Some(&actor), at))
    }

    /// What was handed over in an outage, as the filter names it.
    pub fn outage_entries(&self, filter: OutageFilter) -> Result<Vec<OutageEntry>, RecordError> {
        self.door.ask(move |owner| outage::list(owner.connection(), &filter))
    }

    /// One hand-over of an outage.
    pub fn outage_entry(&self, entry_id: &str) -> Result<Option<OutageEntry>, RecordError> {
        let entry_id = entry_id.to_owned();
        self.door.ask(move |owner| outage::one(owner.connection(), &entry_id))
    }

    /// How many hand-overs of an outage wait for their document.
    pub fn outage_waiting(&self) -> Result<u64, RecordError> {
        self.door.ask(|owner| outage::waiting(owner.connection()))
    }

    /// A person has settled what was handed over in an outage without its document, with a note of how.
    pub fn settle_outage_entry(
        &self,
        entry_id: &str,
        how: &str,
        actor: &str,
        at: DateTime<Utc>,
    ) -> Result<(), RecordError> {
        journal::name("actor", actor)?;
        let (entry_id, how, actor) = (entry_id.to_owned(), how.to_owned(), actor.to_owned());
        self.door.write(move |writer| outage::settle(writer, &entry_id, &how, &actor, at))
    }

    /// The documents that the filter names, without their bytes.
    pub fn outbox(&self, filter: OutboxFilter) -> Result<Vec<OutboxItem>, RecordError> {
        self.door.ask(move |owner| outbox::list(owner.connection(), &filter))
    }

    /// One document with its bytes and the Centre's answer.
    pub fn document(&self, document_id: &str) -> Result<Option<StoredDocument>, RecordError> {
        let document_id = document_id.to_owned();
        self.door.ask(move |owner| outbox::document(owner.connection(), &document_id))
    }

    /// How many documents are in which state.
    pub fn counts(&self) -> Result<Counts, RecordError> {
        self.door.ask(|owner| outbox::counts(owner.connection()))
    }

    /// Who this record is.
    pub fn identity(&self) -> Result<Identity, RecordError> {
        self.door.ask(|owner| identity(owner))
    }

    /// The workstation's number.
    pub fn workstation(&self) -> Result<u16, RecordError> {
        Ok(self.identity()?.workstation)
    }

    /// The epoch: 1 in a new record.
    pub fn epoch(&self) -> Result<u32, RecordError> {
        Ok(self.identity()?.epoch)
    }

    /// Raises the epoch, after a backup was restored: documents made after the backup was taken may exist out there,
    /// and no number may be given twice. Answers the new epoch.
    pub fn raise_epoch(&self, actor: &str, at: DateTime<Utc>) -> Result<u32, RecordError> {
        journal::name("actor", actor)?;
        let actor = actor.to_owned();
        self.door.write(move |writer| {
            let epoch: u32 = writer.connection().query_row(
                "UPDATE identity SET epoch = epoch + 1 WHERE id = 1 RETURNING epoch",
                [],
                |row| row.get(0),
            )?;
            let payload = journal::text(&json!({ "epoch": epoch }))?;
            let content = Content { actor: Some(&actor), document_id: None, payload: &payload };
            writer.event(kinds::EPOCH_RAISED, at, &content)?;
            Ok(epoch)
        })
    }

    /// The next number of the year for a document's identifier: each is given once, in ascending order. Some are set aside
    /// together, durably, before the first of them is answered; those that were not used when the program ends stay unused.
    pub fn next_document_number(&self, year: i32) -> Result<u64, RecordError> {
        self.door.ask(move |owner| owner.next_number(year))
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Record(…)")
    }
}

fn identity(owner: &Owner<'_>) -> Result<Identity, RecordError> {
    let (workstation, epoch, created_at) = owner.connection().query_row(
        "SELECT workstation, epoch, created_at FROM identity WHERE id = 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(Identity { workstation, epoch, created_at: time::from_file(created_at)? })
}
