//! How the program's threads are woken and waited for: rounds that are asked for and done.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Wakes a thread, and those who wait for what it did.
#[derive(Default)]
pub(crate) struct Bell {
    rounds: Mutex<Rounds>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Rounds {
    asked: u64,
    done: u64,
    news: u64,
    closing: bool,
}

impl Bell {
    /// Asks for a round; returns its number.
    pub(crate) fn ring(&self) -> u64 {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.asked += 1;
        self.changed.notify_all();
        rounds.asked
    }

    /// Waits until a round is asked for or the time is over. `None` when the program is closing.
    pub(crate) fn wait(&self, longest: Duration) -> Option<u64> {
        let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(rounds, longest, |rounds| rounds.asked == rounds.done && !rounds.closing)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.0.closing { None } else { Some(waited.0.asked) }
    }

    /// Says that everything asked for up to a number was done.
    pub(crate) fn done(&self, up_to: u64) {
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        rounds.done = rounds.done.max(up_to);
        self.changed.notify_all();
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner).closing = true;
        self.changed.notify_all();
    }

    /// Something came of a round that goes on.
    pub(crate) fn news(&self) {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner).news += 1;
        self.changed.notify_all();
    }

    /// Waits until that round is done, at most so long.
    pub(crate) fn wait_for(&self, round: u64, longest: Duration) {
        self.wait_until(round, longest, || false);
    }

    /// The same, or until what is wanted is so: asked whenever there is news, without a lock.
    pub(crate) fn wait_until(&self, round: u64, longest: Duration, wanted: impl Fn() -> bool) {
        let until = Instant::now() + longest;
        let mut seen = self.rounds.lock().unwrap_or_else(PoisonError::into_inner).news;
        while !wanted() {
            let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
            let left = until.saturating_duration_since(Instant::now());
            let over = |rounds: &Rounds| rounds.done >= round || rounds.closing;
            let (rounds, _) = self
                .changed
                .wait_timeout_while(rounds, left, |rounds| !over(rounds) && rounds.news == seen)
                .unwrap_or_else(PoisonError::into_inner);
            if over(&rounds) || rounds.news == seen {
                return;
            }
            seen = rounds.news;
        }
    }
}
