//! The one thread that owns the file, and how a write becomes durable.
//!
//! It serves promise 1: a write is one transaction, and its answer is given after the transaction is on the disk.
//! When the disk fails in the middle of making it durable, the record does not guess: it overwrites the doubtful
//! transaction with an event that says so, and only when that is durable does it call the first one not saved.

use std::rc::Rc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use chrono::{DateTime, Utc};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Params, Transaction, TransactionBehavior, ffi, params};

use crate::chain::{Content, StoredEvent};
use crate::file::{self, Opened};
use crate::journal::{self, kinds};
use crate::limits::LIMIT_QUEUE;
use crate::options::Randomness;
use crate::{Head, Options, RecordError, Sequence, time};

/// How many pages a backup copies before it looks whether somebody waits: a few milliseconds' work.
const PAGES_AT_A_TIME: i32 = 64;

/// What the owner thread is asked to do.
enum Job {
    /// By itself.
    Alone(Box<dyn FnOnce(&mut Owner) + Send>),
    /// In one transaction with others that wait.
    Together(Box<dyn Write>),
}

/// The most writes of one transaction.
const LIMIT_TOGETHER: usize = 16;

/// A write whose transaction may hold others too.
trait Write: Send {
    /// Does it, and says why it could not.
    fn work(&mut self, writer: &mut Writer<'_>) -> Result<(), RecordError>;
    /// Answers whoever waits, once it is known what became of the transaction.
    fn answer(self: Box<Self>, outcome: Result<(), RecordError>);
}

/// One caller's write and the way back to him.
struct Asked<T, W> {
    work: Option<W>,
    done: Result<T, RecordError>,
    answer: SyncSender<Result<T, RecordError>>,
}

impl<T, W> Write for Asked<T, W>
where
    T: Send + 'static,
    W: FnOnce(&mut Writer<'_>) -> Result<T, RecordError> + Send + 'static,
{
    fn work(&mut self, writer: &mut Writer<'_>) -> Result<(), RecordError> {
        self.done = self.work.take().ok_or(RecordError::Closed).and_then(|work| work(writer));
        self.done.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, outcome: Result<(), RecordError>) {
        // What it did or found rests on the transaction: where that is not saved, neither is this.
        let _ = self.answer.send(outcome.and(self.done));
    }
}

/// How the same file is opened once more.
pub(crate) type Again = Box<dyn Fn() -> Result<Opened, RecordError> + Send>;

/// The way to the owner thread. Dropping it closes the file and waits until it is closed.
pub(crate) struct Door {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Starts the thread that owns the connection from now on, and opens the file `again` where a read has failed.
    pub(crate) fn open(opened: Opened, options: &Options, again: Again) -> Result<Door, RecordError> {
        let (jobs, inbox): (SyncSender<Job>, Receiver<Job>) = sync_channel(LIMIT_QUEUE);
        let inbox = Inbox(inbox);
        let randomness = options.randomness.clone();
        let thread = std::thread::Builder::new()
            .name("record".to_owned())
            .spawn(move || {
                let Opened { connection, newer } = opened;
                let inbox = Rc::new(inbox);
                let mut owner = Owner {
                    connection: Rc::new(connection),
                    inbox: Rc::clone(&inbox),
                    randomness,
                    doubt: None,
                    newer,
                    copying: false,
                    again,
                    unreadable: false,
                    aside: None,
                };
                while let Ok(job) = inbox.0.recv() {
                    owner.take(job);
                }
            })
            .map_err(|_| RecordError::Closed)?;
        Ok(Door { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Has the owner do something and waits for its own answer.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (answer, answered) = sync_channel(1);
        let job = Job::Alone(Box::new(move |owner| {
            let done = owner.make_readable().and_then(|()| work(owner));
            owner.unreadable |= done.as_ref().is_err_and(could_not_read);
            // Nobody waits any more when the asking thread is gone; the work is done all the same.
            let _ = answer.send(done);
        }));
        self.send(job)?;
        answered.recv().map_err(|_| RecordError::Closed)?
    }

    /// Has something written, and answers when it is on the disk. What others write at the same time may share the
    /// transaction and its flush; what fails takes nothing of theirs with it.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (answer, answered) = sync_channel(1);
        self.send(Job::Together(Box::new(Asked { work: Some(work), done: Err(RecordError::Closed), answer })))?;
        answered.recv().map_err(|_| RecordError::Closed)?
    }

    fn send(&self, job: Job) -> Result<(), RecordError> {
        self.jobs.as_ref().ok_or(RecordError::Closed)?.send(job).map_err(|_| RecordError::Closed)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where the owner's work arrives.
struct Inbox(Receiver<Job>);

/// What was copied.
pub(crate) struct Copied {
    pub pages: u64,
    /// How many calls were answered meanwhile.
    pub attended: u64,
}

/// The owner of the file.
pub(crate) struct Owner {
    /// Shared with a backup that is being made, on this thread alone.
    connection: Rc<Connection>,
    inbox: Rc<Inbox>,
    randomness: Randomness,
    /// Where the journal ended before a write of which it is not known whether it is on the disk.
    doubt: Option<Sequence>,
    /// The file's format when it is newer than what this program knows: then nothing is written.
    newer: Option<i64>,
    /// Whether a backup is being made.
    copying: bool,
    again: Again,
    /// Whether a page could not be read. SQLCipher serves nothing more over such a connection, although the disk may be
    /// well again.
    unreadable: bool,
    aside: Option<Aside>,
}

/// Document numbers of one year that the file counts as given.
struct Aside {
    year: i32,
    next: u64,
    last: u64,
}

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

impl Owner {
    /// For reading.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Opens the file anew where a page could not be read. What is in doubt stays so: the file decides.
    fn make_readable(&mut self) -> Result<(), RecordError> {
        if !self.unreadable || self.copying {
            return Ok(());
        }
        // The old connection's lock must go before the file can be opened.
        self.connection = Rc::new(Connection::open_in_memory()?);
        self.connection = Rc::new((self.again)()?.connection);
        self.unreadable = false;
        Ok(())
    }

    /// Copies the file's pages into another, some at a time; between two steps whoever waits is answered, and what he
    /// writes is in the copy too.
    pub(crate) fn copy_into(&mut self, copy: &mut Connection) -> Result<Copied, RecordError> {
        if std::mem::replace(&mut self.copying, true) {
            return Err(RecordError::BackupRunning);
        }
        let copied = self.copy_in_steps(copy);
        self.copying = false;
        copied
    }

    fn copy_in_steps(&mut self, copy: &mut Connection) -> Result<Copied, RecordError> {
        let mut attended = 0;
        let source = Rc::clone(&self.connection);
        let backup = Backup::new(&source, copy)?;
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

    /// Answers those who wait, as many as can wait at a time.
    fn attend(&mut self) -> u64 {
        let inbox = Rc::clone(&self.inbox);
        let mut attended = 0;
        for job in inbox.0.try_iter().take(LIMIT_QUEUE) {
            self.take(job);
            attended += 1;
        }
        attended
    }

    /// Does a job; a write together with those that wait behind it, and then the job that is none.
    fn take(&mut self, job: Job) {
        let mut together = Vec::new();
        let mut next = Some(job);
        while let Some(job) = next.take() {
            match job {
                Job::Alone(work) => {
                    self.write_together(std::mem::take(&mut together));
                    work(self);
                }
                Job::Together(write) => {
                    together.push(write);
                    next = if together.len() < LIMIT_TOGETHER { self.inbox.0.try_recv().ok() } else { None };
                }
            }
        }
        self.write_together(together);
    }

    /// Several writes in one transaction: each is whole or undone by itself, and all are answered when it is on the disk.
    fn write_together(&mut self, mut writes: Vec<Box<dyn Write>>) {
        let alone = writes.len() == 1;
        let mut failed_to_read = false;
        let outcome = self.make_readable().and_then(|()| {
            if writes.is_empty() {
                return Ok(());
            }
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
        self.unreadable |= failed_to_read || outcome.as_ref().is_err_and(could_not_read);
        for write in writes {
            write.answer(outcome.clone());
        }
    }

    /// Does `work` in one transaction, and answers when the transaction is on the disk.
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, RecordError>,
    ) -> Result<T, RecordError> {
        if let Some(found) = self.newer {
            return Err(RecordError::NewerSchema { found, known: file::known() });
        }
        // As long as an earlier write is in doubt, this one is not begun: its error is a plain "not saved".
        self.clear_doubt()?;
        match self.transact(work) {
            Ok(done) => Ok(done),
            Err(Failed::Before(error)) => Err(error),
            Err(Failed::Commit { before, error }) => {
                self.doubt = Some(before);
                match self.clear_doubt() {
                    Ok(()) => Err(error),
                    Err(_) => Err(RecordError::Uncertain),
                }
            }
        }
    }

    /// The next document number of a year.
    pub(crate) fn next_number(&mut self, year: i32) -> Result<u64, RecordError> {
        let mut aside = match self.aside.take() {
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
        self.aside = Some(aside);
        Ok(number)
    }

    /// Overwrites a transaction that failed while it was being made durable. Its frames may lie whole in the
    /// write-ahead log, and a crash now would bring them back to life; the next durable transaction lies in their
    /// place.
    fn clear_doubt(&mut self) -> Result<(), RecordError> {
        let Some(before) = self.doubt else {
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
                self.doubt = None;
                if cleared { Ok(()) } else { Err(RecordError::Uncertain) }
            }
            Err(Failed::Before(error) | Failed::Commit { error, .. }) => Err(error),
        }
    }

    fn transact<T>(&mut self, work: impl FnOnce(&mut Writer<'_>) -> Result<T, RecordError>) -> Result<T, Failed> {
        // One transaction at a time: this thread alone has the connection, and jobs do not nest within one.
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
            .map_err(|error| Failed::Before(error.into()))?;
        let head = journal::noted_head(&transaction).map_err(Failed::Before)?;
        let mut writer = Writer { transaction: &transaction, before: head, head, randomness: &self.randomness };
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
