//! How the program's threads are woken and waited for: rounds that are asked for and done.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

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

    /// Waits until that round is done, at most so long.
    pub(crate) fn wait_for(&self, round: u64, longest: Duration) {
        let rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.changed.wait_timeout_while(rounds, longest, |rounds| rounds.done < round && !rounds.closing);
        drop(result);
    }
}
