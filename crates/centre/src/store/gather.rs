//! Many who wait for the same slow thing: whoever comes first does it for all who wait with it. A store uses it so that
//! decisions that come at the same time share one flush of the disk; each is still answered only after its own flush.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Items that wait, and the results that are to be fetched. Threads are the callers' own; it has none.
pub struct Gather<T, R> {
    state: Mutex<State<T, R>>,
    changed: Condvar,
    at_most: usize,
}

struct State<T, R> {
    waiting: Vec<(u64, T)>,
    results: BTreeMap<u64, Option<R>>,
    next: u64,
    somebody_works: bool,
}

impl<T, R> Gather<T, R> {
    /// At most so many items are worked on together.
    pub fn new(at_most: usize) -> Self {
        let state = State { waiting: vec![], results: BTreeMap::new(), next: 0, somebody_works: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), at_most: at_most.max(1) }
    }

    /// The result of `item`, from `work` on it and on what waits with it: done by this thread, or by another one that
    /// waits here too. `work` answers in the order of its items. `None` where it failed to answer.
    pub fn run(&self, item: T, work: impl Fn(Vec<T>) -> Vec<R>) -> Option<R> {
        let mut state = self.state();
        let ticket = state.next;
        state.next = state.next.wrapping_add(1);
        state.waiting.push((ticket, item));
        loop {
            if let Some(result) = state.results.remove(&ticket) {
                return result;
            }
            if state.somebody_works {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            state.somebody_works = true;
            let together = state.waiting.len().min(self.at_most);
            let (tickets, items): (Vec<u64>, Vec<T>) = state.waiting.drain(..together).unzip();
            drop(state);
            // Whatever becomes of the work, also a panic, nobody is left waiting.
            let mut answered = Answered { gather: self, tickets, results: vec![] };
            answered.results = work(items);
            drop(answered);
            state = self.state();
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T, R>> {
        // Every change below is one push, drain or insert: a poisoned lock guards a whole value.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Answered<'a, T, R> {
    gather: &'a Gather<T, R>,
    tickets: Vec<u64>,
    results: Vec<R>,
}

impl<T, R> Drop for Answered<'_, T, R> {
    fn drop(&mut self) {
        let mut state = self.gather.state();
        let mut results = self.results.drain(..);
        for ticket in self.tickets.drain(..) {
            state.results.insert(ticket, results.next());
        }
        state.somebody_works = false;
        self.gather.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};

    use super::*;

    #[test]
    fn each_gets_the_result_of_its_own_item_and_many_share_one_work() {
        let gather = Arc::new(Gather::new(8));
        let (works, together) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(16)));
        let threads: Vec<_> = (0..16_u64)
            .map(|number| {
                let (gather, works, together) = (gather.clone(), works.clone(), together.clone());
                std::thread::spawn(move || {
                    together.wait();
                    let result = gather.run(number, |items| {
                        works.fetch_add(1, Ordering::SeqCst);
                        assert!(items.len() <= 8);
                        std::thread::sleep(std::time::Duration::from_millis(100));
                        items.iter().map(|item| item * 10).collect()
                    });
                    assert_eq!(result, Some(number * 10));
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(works.load(Ordering::SeqCst) < 16, "nobody shared");
    }

    #[test]
    fn whoever_fails_to_answer_leaves_nobody_waiting() {
        let gather = Arc::new(Gather::<u32, u32>::new(8));
        assert_eq!(gather.run(1, |_| vec![]), None);
        let panicking = gather.clone();
        assert!(std::thread::spawn(move || panicking.run(2, |_| panic!("on purpose"))).join().is_err());
        assert_eq!(gather.run(3, |items| items), Some(3));
    }
}
