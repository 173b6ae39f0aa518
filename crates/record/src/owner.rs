//! The file's owner: how a write becomes durable.
//!
//! It serves promise 1: a write is one transaction, and its answer is given after the transaction is on the disk.
//! When the disk fails in the middle of making it durable, the record does not guess: it overwrites the doubtful
//! transaction with an event that says so, and only when that is durable does it call the first one not saved.

use chrono::{DateTime, Utc};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Params, Transaction, TransactionBehavior, ffi, params};

use crate::chain::{Content, StoredEvent};
use crate::door::{Job, Others, Write};
use crate::file::{self, Opened};
use crate::journal::{self, kinds};
use crate::options::Randomness;
use crate::{Head, Options, RecordError, Sequence, time};

/// How many pages a backup copies before it looks whether somebody waits: a few milliseconds' work.
const PAGES_AT_A_TIME: i32 = 64;

/// How many are answered between two steps of a backup, at most.
const ATTENDED_AT_A_TIME: usize = 64;

/// How the same file is opened once more.
pub(crate) type Again = Box<dyn Fn() -> Result<Opened, RecordError> + Send>;

/// What was copied.
pub(crate) struct Copied {
    pub pages: u64,
    /// How many calls were answered meanwhile.
    pub attended: u64,
}

/// The open file, and what is known of it: one at a time has it ([`crate::door::Door`]).
pub(crate) struct Keeper {
    connection: Connection,
    again: Again,
    state: State,
}

/// What is known of the file beside what stands in it.
struct State {
    randomness: Randomness,
    /// Where the journal ended before a write of which it is not known whether it is on the disk.
    doubt: Option<Sequence>,
    /// The file's format when it is newer than what this program knows: then nothing is written.
    newer: Option<i64>,
    /// Whether a backup is being made.
    copying: bool,
    /// Whether a page could not be read. SQLCipher serves nothing more over such a connection, although the disk may be
    /// well again.
    unreadable: bool,
    aside: Option<Aside>,
}

impl Keeper {
    /// Keeps an open file, and opens it `again` where a read has failed.
    pub(crate) fn new(opened: Opened, options: &Options, again: Again) -> Keeper {
        let Opened { connection, newer } = opened;
        let randomness = options.randomness.clone();
        let state = State { randomness, doubt: None, newer, copying: false, unreadable: false, aside: None };
        Keeper { connection, again, state }
    }

    /// Does a job, or answers it with why the file cannot be read.
    pub(crate) fn take(&mut self, job: Job, others: &dyn Others) {
        let readable = self.make_readable();
        Owner { connection: &self.connection, state: &mut self.state, others }.take(job, readable);
    }

    /// Opens the file anew where a page could not be read. What is in doubt stays so: the file decides.
    fn make_readable(&mut self) -> Result<(), RecordError> {
        if !self.state.unreadable {
            return Ok(());
        }
        // The old connection's lock must go before the file can be opened.
        self.connection = Connection::open_in_memory()?;
        self.connection = (self.again)()?.connection;
        self.state.unreadable = false;
        Ok(())
    }
}

/// The owner of the file, for the time of a job.
pub(crate) struct Owner<'a> {
    connection: &'a Connection,
    state: &'a mut State,
    /// Those who wait meanwhile.
    others: &'a dyn Others,
}

/// Document numbers of one year that the file counts as given.
struct Aside {
    year: i32,
    next: u64,
    last: u64,
}

/// The most writes of one transaction.
const LIMIT_TOGETHER: usize = 16;

/// So many document numbers are set aside together: a flush for each would be a third of what a dispensation waits for.
const NUMBERS_ASIDE: u64 = 16;

/// Whether an error may come from a page that could not be read, or from SQLCipher's own refusal afterwards.
fn could_not_read(error: &RecordError) -> bool {
    match error {
        RecordError::Damaged => true,
        RecordError::Disk { sqlite } => matches!(*sqlite, ffi::SQLITE_IOERR_READ | ffi::SQLITE_READONLY),
        _ => false,
    }
}

impl Owner<'_> {
    /// For reading.
    pub(crate) fn connection(&self) -> &Connection {
        self.connection
    }

    /// Copies the file's pages into another, some at a time; between two steps whoever waits is answered, and what he
    /// writes is in the copy too.
    pub(crate) fn copy_into(&mut self, copy: &mut Connection) -> Result<Copied, RecordError> {
        if std::mem::replace(&mut self.state.copying, true) {
            return Err(RecordError::BackupRunning);
        }
        let copied = self.copy_in_steps(copy);
        self.state.copying = false;
        copied
    }

    fn copy_in_steps(&mut self, copy: &mut Connection) -> Result<Copied, RecordError> {
        let mut attended = 0;
        let backup = Backup::new(self.connection, copy)?;
        loop {
            match backup.step(PAGES_AT_A_TIME)? {
                StepResult::Done => {
                    let pages = u64::try_from(backup.progress().pagecount).unwrap_or_default();
                    return Ok(Copied { pages, attended });
                }
                StepResult::More => attended += self.attend(),
                // Nobody else has either of the files.
                _ => return Err(RecordError::InUse),
            }
        }
    }

    /// Answers those who wait. The file is not opened anew meanwhile: the backup reads it.
    fn attend(&mut self) -> u64 {
        let mut attended = 0;
        for _ in 0..ATTENDED_AT_A_TIME {
            let Some(job) = self.others.next() else { break };
            self.take(job, Ok(()));
            attended += 1;
        }
        if attended > 0 {
            self.others.tell();
        }
        attended
    }

    /// Does a job: a write together with those that wait right behind it.
    fn take(&mut self, job: Job, readable: Result<(), RecordError>) {
        match job {
            Job::Alone(work) => {
                let failed = work(readable.map(|()| &mut *self));
                self.state.unreadable |= failed.is_err_and(|error| could_not_read(&error));
            }
            Job::Together(write) => {
                let mut together = vec![write];
                while together.len() < LIMIT_TOGETHER
                    && let Some(write) = self.others.next_write()
                {
                    together.push(write);
                }
                self.write_together(together, readable);
            }
        }
    }

    /// Several writes in one transaction: each is whole or undone by itself, and all are answered when it is on the disk.
    fn write_together(&mut self, mut writes: Vec<Box<dyn Write>>, readable: Result<(), RecordError>) {
        let alone = writes.len() == 1;
        let mut failed_to_read = false;
        let outcome = readable.and_then(|()| {
            self.write(|writer| {
                for write in &mut writes {
                    let done = if alone { write.work(writer) } else { writer.apart(|writer| write.work(writer))? };
                    failed_to_read |= done.as_ref().is_err_and(could_not_read);
                    if alone {
                        done?;
                    }
                }
                Ok(())
            })
        });
        self.state.unreadable |= failed_to_read || outcome.as_ref().is_err_and(could_not_read);
        for write in writes {
            write.answer(outcome.clone());
        }
    }

    /// Does `work` in one transaction, and answers when the transaction is on the disk.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        if let Some(found) = self.state.newer {
            return Err(RecordError::NewerSchema { found, known: file::known() });
        }
        // As long as an earlier write is in doubt, this one is not begun: its error is a plain "not saved".
        self.clear_doubt()?;
        match self.transact(work) {
            Ok(done) => Ok(done),
            Err(Failed::Before(error)) => Err(error),
            Err(Failed::Commit { before, error }) => {
                self.state.doubt = Some(before);
                match self.clear_doubt() {
                    Ok(()) => Err(error),
                    Err(_) => Err(RecordError::Uncertain),
                }
            }
        }
    }

    /// The next document number of a year.
    pub(crate) fn next_number(&mut self, year: i32) -> Result<u64, RecordError> {
        let mut aside = match self.state.aside.take() {
            Some(aside) if aside.year == year && aside.next <= aside.last => aside,
            _ => {
                let last: u64 = self.write(|writer| {
                    let mut statement = writer.connection().prepare_cached(
                        "INSERT INTO number (year, last) VALUES (?1, ?2)
                         ON CONFLICT (year) DO UPDATE SET last = last + ?2 RETURNING last",
                    )?;
                    Ok(statement.query_row(params![year, NUMBERS_ASIDE], |row| row.get(0))?)
                })?;
                Aside { year, next: last.saturating_sub(NUMBERS_ASIDE).saturating_add(1), last }
            }
        };
        let number = aside.next;
        aside.next = aside.next.saturating_add(1);
        self.state.aside = Some(aside);
        Ok(number)
    }

    /// Overwrites a transaction that failed while it was being made durable. Its frames may lie whole in the
    /// write-ahead log, and a crash now would bring them back to life; the next durable transaction lies in their
    /// place.
    fn clear_doubt(&mut self) -> Result<(), RecordError> {
        let Some(before) = self.state.doubt else {
            return Ok(());
        };
        let cleared = self.transact(|writer| {
            if writer.head().sequence != before {
                // It is in the file after all. To call it saved or not saved would be a guess.
                return Ok(false);
            }
            // No clock is at hand: the time is that of the event before.
            let at: i64 = writer.connection().query_row(
                "SELECT coalesce(max(at), 0) FROM event WHERE sequence = ?1",
                [before.0],
                |row| row.get(0),
            )?;
            let content = Content { actor: None, document_id: None, payload: "{}" };
            writer.event(kinds::DOUBT_CLEARED, time::from_file(at)?, &content)?;
            Ok(true)
        });
        match cleared {
            Ok(cleared) => {
                self.state.doubt = None;
                if cleared { Ok(()) } else { Err(RecordError::Uncertain) }
            }
            Err(Failed::Before(error) | Failed::Commit { error, .. }) => Err(error),
        }
    }

    fn transact<T>(&mut self, work: impl FnOnce(&mut Writer<'_>) -> Result<T, RecordError>) -> Result<T, Failed> {
        // One transaction at a time: this thread alone has the connection, and jobs do not nest within one.
        let transaction = Transaction::new_unchecked(self.connection, TransactionBehavior::Immediate)
            .map_err(|error| Failed::Before(error.into()))?;
        let head = journal::noted_head(&transaction).map_err(Failed::Before)?;
        let mut writer = Writer { transaction: &transaction, before: head, head, randomness: &self.state.randomness };
        // An error drops the transaction, which rolls it back: nothing of it has been written.
        let done = work(&mut writer).map_err(Failed::Before)?;
        writer.note_head().map_err(Failed::Before)?;
        fail_point::at!(RecordBeforeCommit);
        transaction.commit().map_err(|error| Failed::Commit { before: head.sequence, error: error.into() })?;
        fail_point::at!(RecordCommitted);
        Ok(done)
    }
}

/// How a transaction failed.
enum Failed {
    /// Before its commit: it certainly is not in the file.
    Before(RecordError),
    /// While it was being made durable.
    Commit { before: Sequence, error: RecordError },
}

/// A transaction that writes: it gives every event its place in the journal and its link in the chain.
pub(crate) struct Writer<'a> {
    transaction: &'a Transaction<'a>,
    before: Head,
    head: Head,
    randomness: &'a Randomness,
}

impl Writer<'_> {
    /// The connection, within the transaction.
    pub(crate) fn connection(&self) -> &Connection {
        self.transaction
    }

    /// One statement that changes rows; how many. It is prepared once for as long as the file is open.
    pub(crate) fn run(&self, statement: &str, values: impl Params) -> Result<usize, RecordError> {
        Ok(self.transaction.prepare_cached(statement)?.execute(values)?)
    }

    /// Does something that may fail by itself: then nothing of it is left, and the transaction goes on. An error beside
    /// that says that the transaction cannot go on.
    fn apart(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), RecordError>,
    ) -> Result<Result<(), RecordError>, RecordError> {
        let head = self.head;
        self.run("SAVEPOINT one", [])?;
        let done = work(self);
        if let Err(error) = &done {
            // A disk that is full, for one, has undone all already.
            self.run("ROLLBACK TO one", []).map_err(|_| error.clone())?;
            self.head = head;
        }
        self.run("RELEASE one", [])?;
        Ok(done)
    }

    /// The journal's end, with the events of this transaction.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Appends one event.
    pub(crate) fn event(
        &mut self,
        kind: &str,
        at: DateTime<Utc>,
        content: &Content<'_>,
    ) -> Result<Sequence, RecordError> {
        let mut salt = [0u8; 16];
        (self.randomness)(&mut salt).map_err(|_| RecordError::NoRandomness)?;
        let event = StoredEvent::after(&self.head, kind, time::to_file(at), content, &salt);
        journal::insert(self.transaction, &event)?;
        self.head = event.head();
        Ok(event.sequence)
    }

    /// Notes the journal's new end beside it: so a journal that was cut short is found.
    fn note_head(&self) -> Result<(), RecordError> {
        if self.head == self.before {
            return Ok(());
        }
        let mut statement = self
            .transaction
            .prepare_cached("UPDATE head SET sequence = ?1, hash = ?2 WHERE id = 1 AND sequence = ?3")?;
        let noted = statement.execute(params![self.head.sequence.0, self.head.hash, self.before.sequence.0])?;
        if noted != 1 {
            return Err(RecordError::Damaged);
        }
        Ok(())
    }
}
