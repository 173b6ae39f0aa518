//! Who may be in the house at once. Whoever has not yet shown a certificate waits on the porch: when it is full, who has
//! waited longest makes room, so that a thousand who only stand there keep nobody out. Whoever has shown one is a guest:
//! so many of one certificate, so many in all.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// Those whose handshake is not done.
pub(super) struct Porch {
    waiting: Mutex<Waiting>,
    at_most: usize,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    /// The sender is dropped when somebody must make room.
    callers: VecDeque<(u64, oneshot::Sender<()>)>,
}

/// A place on the porch, given up when it is dropped.
pub(super) struct Place {
    porch: Arc<Porch>,
    number: u64,
    keep: oneshot::Receiver<()>,
}

impl Porch {
    pub(super) fn new(at_most: usize) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), at_most: at_most.max(1) })
    }

    /// A place; where there is none left, that of whoever has waited longest.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let (stay, keep) = oneshot::channel();
        let mut waiting = self.waiting();
        let number = waiting.next;
        waiting.next = number.wrapping_add(1);
        if waiting.callers.len() >= self.at_most {
            waiting.callers.pop_front();
        }
        waiting.callers.push_back((number, stay));
        drop(waiting);
        Place { porch: self.clone(), number, keep }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ends when the place is needed for somebody else.
    pub(super) async fn needed(&mut self) {
        let _ = (&mut self.keep).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.porch.waiting();
        waiting.callers.retain(|(number, _)| *number != self.number);
    }
}

/// Those who have shown a certificate, by its serial number.
pub(super) struct Guests {
    seats: Mutex<HashMap<String, usize>>,
    in_all: usize,
    of_one: usize,
}

/// A guest's seat, given up when it is dropped.
pub(super) struct Seat {
    guests: Arc<Guests>,
    certificate: String,
}

impl Guests {
    pub(super) fn new(in_all: usize, of_one: usize) -> Arc<Self> {
        Arc::new(Self { seats: Mutex::default(), in_all, of_one })
    }

    /// A seat for one more connection with this certificate, if there is one.
    pub(super) fn enter(self: &Arc<Self>, certificate: &str) -> Option<Seat> {
        let mut seats = self.seats();
        if seats.values().sum::<usize>() >= self.in_all {
            return None;
        }
        let taken = seats.entry(certificate.to_owned()).or_default();
        if *taken >= self.of_one {
            return None;
        }
        *taken = taken.saturating_add(1);
        Some(Seat { guests: self.clone(), certificate: certificate.to_owned() })
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.guests.seats();
        if let Some(taken) = seats.get_mut(&self.certificate) {
            *taken = taken.saturating_sub(1);
            if *taken == 0 {
                seats.remove(&self.certificate);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn on_a_full_porch_who_has_waited_longest_makes_room() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let porch = Porch::new(2);
            let (mut first, mut second) = (porch.enter(), porch.enter());
            let third = porch.enter();
            first.needed().await;
            assert!(tokio::time::timeout(Duration::from_millis(20), second.needed()).await.is_err());
            // A place that is given up is free: nobody must go for it.
            drop(third);
            let _fourth = porch.enter();
            assert!(tokio::time::timeout(Duration::from_millis(20), second.needed()).await.is_err());
        });
    }

    #[test]
    fn one_certificate_has_so_many_seats_and_leaves_the_others_theirs() {
        let guests = Guests::new(3, 2);
        let (first, second) = (guests.enter("01").unwrap(), guests.enter("01").unwrap());
        assert!(guests.enter("01").is_none());
        let other = guests.enter("02").unwrap();
        assert!(guests.enter("03").is_none(), "the house is full");
        drop(second);
        assert!(guests.enter("03").is_some());
        drop((first, other));
        assert!(guests.seats().is_empty());
    }
}
