//! What a tester can make the Centre do wrong. The server asks here at the few places where something can be lost
//! between two machines; in another environment than `test` nothing is ever set. The core knows nothing of it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kanta::Issue;

use crate::Exchange;

/// What is to happen to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Close the connection, having done nothing.
    DropRequest,
    /// Do all of it, on disk, and close the connection without an answer.
    DropAnswer,
    /// Do all of it, on disk, and hold the answer until it is released (or the process is killed).
    HoldAnswer,
    /// Do all of it, on disk, and answer so much later.
    DelayAnswer(Duration),
    /// Do all of it once, on disk, and send the answer twice.
    AnswerTwice,
    /// Answer with this issue, having done nothing.
    Refuse(Issue),
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// So many more times.
    Count(u32),
    /// Until it is cleared.
    Always,
}

/// A fault that waits for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What happens.
    pub fault: Fault,
    /// To which exchange; any where absent.
    pub exchange: Option<Exchange>,
    /// How often.
    pub times: Times,
}

/// All that a tester has set.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Set>);

#[derive(Debug, Default)]
struct Set {
    planned: Vec<Planned>,
    unreachable: bool,
    holding: bool,
    held: u32,
}

impl Faults {
    /// Adds a fault.
    pub fn plan(&self, planned: Planned) {
        let mut set = self.set();
        set.holding |= planned.fault == Fault::HoldAnswer;
        set.planned.push(planned);
    }

    /// Removes every fault and lets go of every answer that is held.
    pub fn clear(&self) {
        let mut set = self.set();
        set.planned.clear();
        set.unreachable = false;
        set.holding = false;
    }

    /// Lets go of the answers that are held, and holds no more.
    pub fn release(&self) {
        let mut set = self.set();
        set.planned.retain(|planned| planned.fault != Fault::HoldAnswer);
        set.holding = false;
    }

    /// Whether the Centre is to be unreachable.
    pub fn set_unreachable(&self, unreachable: bool) {
        self.set().unreachable = unreachable;
    }

    /// Whether the Centre is unreachable.
    pub fn is_unreachable(&self) -> bool {
        self.set().unreachable
    }

    /// Whether anything is planned, so that a request must be looked at first.
    pub fn any(&self) -> bool {
        !self.set().planned.is_empty()
    }

    /// The fault that befalls a request of this kind, used up by one.
    pub fn strike(&self, exchange: Option<Exchange>) -> Option<Fault> {
        let mut set = self.set();
        let place = set.planned.iter().position(|p| p.exchange.is_none() || p.exchange == exchange)?;
        let planned = set.planned.get_mut(place)?;
        let fault = planned.fault.clone();
        match &mut planned.times {
            Times::Always => {}
            Times::Count(left) => {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    set.planned.remove(place);
                }
            }
        }
        Some(fault)
    }

    /// An answer begins to be held.
    pub fn hold(&self) {
        let mut set = self.set();
        set.held = set.held.saturating_add(1);
    }

    /// Whether answers are still held back.
    pub fn still_holding(&self) -> bool {
        self.set().holding
    }

    /// An answer is held no more.
    pub fn let_go(&self) {
        let mut set = self.set();
        set.held = set.held.saturating_sub(1);
    }

    /// How many answers are being held: their documents are on disk.
    pub fn held(&self) -> u32 {
        self.set().held
    }

    /// How many faults are planned.
    pub fn planned(&self) -> usize {
        self.set().planned.len()
    }

    fn set(&self) -> MutexGuard<'_, Set> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_befalls_its_kind_of_request_so_often_and_no_more() {
        let faults = Faults::default();
        faults.plan(Planned { fault: Fault::DropAnswer, exchange: Some(Exchange::Store), times: Times::Count(2) });
        assert_eq!(faults.strike(Some(Exchange::Search)), None);
        assert_eq!(faults.strike(Some(Exchange::Store)), Some(Fault::DropAnswer));
        assert_eq!(faults.strike(Some(Exchange::Store)), Some(Fault::DropAnswer));
        assert_eq!(faults.strike(Some(Exchange::Store)), None);
        assert!(!faults.any());
    }
}
