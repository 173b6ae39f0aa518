//! The way to the file's owner: one at a time works, on his own thread, in the order in which they came. Only writes that
//! wait right behind a write are done together with it, and who makes a backup answers the others meanwhile.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::RecordError;
use crate::owner::{Keeper, Owner, Writer};

/// What the owner of the file is asked to do.
pub(crate) enum Job {
    /// By itself; answers why it failed.
    Alone(Alone),
    /// In one transaction with others that wait.
    Together(Box<dyn Write>),
}

/// A job that is done by itself, or answered with why the file cannot be read.
pub(crate) type Alone = Box<dyn FnOnce(Result<&mut Owner<'_>, RecordError>) -> Result<(), RecordError> + Send>;

/// A write whose transaction may hold others too.
pub(crate) trait Write: Send {
    /// Does it, and says why it could not.
    fn work(&mut self, writer: &mut Writer<'_>) -> Result<(), RecordError>;
    /// Answers whoever waits, once it is known what became of the transaction.
    fn answer(self: Box<Self>, outcome: Result<(), RecordError>);
}

/// Those who wait while somebody works.
pub(crate) trait Others {
    /// The first in the row.
    fn next(&self) -> Option<Job>;
    /// The first in the row where it may share a transaction.
    fn next_write(&self) -> Option<Box<dyn Write>>;
    /// Has them look whether they were answered.
    fn tell(&self);
}

/// The way to the file. Dropping it closes the file.
pub(crate) struct Door {
    room: Mutex<Room>,
    changed: Condvar,
}

struct Room {
    /// The file, while nobody works.
    keeper: Option<Keeper>,
    /// What is still to be done, in the order in which it was asked, each with its number. As long as there are callers at
    /// the most.
    waiting: VecDeque<(u64, Job)>,
    /// The last number that was given.
    last: u64,
    /// Whether somebody died at work: what he had in hand is gone with him, and the disk decides when the file is opened anew.
    closed: bool,
}

impl Door {
    pub(crate) fn new(keeper: Keeper) -> Door {
        let room = Room { keeper: Some(keeper), waiting: VecDeque::new(), last: 0, closed: false };
        Door { room: Mutex::new(room), changed: Condvar::new() }
    }

    /// Has something done with the file, by itself.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner<'_>) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (answer, answered) = sync_channel(1);
        let job: Alone = Box::new(move |owner| {
            let done = owner.and_then(work);
            let failed = done.as_ref().map(|_| ()).map_err(Clone::clone);
            let _ = answer.send(done);
            failed
        });
        self.wait(Job::Alone(job), &answered)
    }

    /// Has something written, and answers when it is on the disk. What others write at the same time may share the
    /// transaction and its flush; what fails takes nothing of theirs with it.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer<'_>) -> Result<T, RecordError> + Send + 'static,
    ) -> Result<T, RecordError> {
        let (answer, answered) = sync_channel(1);
        let asked = Asked { work: Some(work), done: Err(RecordError::Closed), answer };
        self.wait(Job::Together(Box::new(asked)), &answered)
    }

    fn wait<T>(&self, job: Job, answered: &Receiver<Result<T, RecordError>>) -> Result<T, RecordError> {
        let mut room = self.room();
        if room.closed {
            return Err(RecordError::Closed);
        }
        room.last = room.last.wrapping_add(1);
        let own = room.last;
        room.waiting.push_back((own, job));
        loop {
            match answered.try_recv() {
                Ok(answer) => return answer,
                Err(TryRecvError::Disconnected) => return Err(RecordError::Closed),
                Err(TryRecvError::Empty) => {}
            }
            let first = room.waiting.front().is_some_and(|(number, _)| *number == own);
            match if first { room.keeper.take() } else { None } {
                None => room = self.changed.wait(room).unwrap_or_else(PoisonError::into_inner),
                Some(keeper) => {
                    let job = room.waiting.pop_front();
                    drop(room);
                    let mut at_work = AtWork { door: self, keeper: Some(keeper), done: false };
                    if let (Some(keeper), Some((_, job))) = (&mut at_work.keeper, job) {
                        keeper.take(job, self);
                    }
                    at_work.done = true;
                    drop(at_work);
                    room = self.room();
                }
            }
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Others for Door {
    fn next(&self) -> Option<Job> {
        self.room().waiting.pop_front().map(|(_, job)| job)
    }

    fn next_write(&self) -> Option<Box<dyn Write>> {
        let mut room = self.room();
        if !matches!(room.waiting.front(), Some((_, Job::Together(_)))) {
            return None;
        }
        match room.waiting.pop_front() {
            Some((_, Job::Together(write))) => Some(write),
            _ => None,
        }
    }

    fn tell(&self) {
        // Whoever has just looked for his answer has gone to wait before he is told.
        drop(self.room());
        self.changed.notify_all();
    }
}

/// Somebody works: the file goes back when he is done, and not when he dies of it.
struct AtWork<'a> {
    door: &'a Door,
    keeper: Option<Keeper>,
    done: bool,
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut room = self.door.room();
        if self.done {
            room.keeper = self.keeper.take();
        } else {
            room.closed = true;
            // Whose job goes with it hears that the record is closed.
            room.waiting.clear();
        }
        drop(room);
        self.door.changed.notify_all();
    }
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
