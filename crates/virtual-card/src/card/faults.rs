//! What a tester lets go wrong, and when.

/// A fault that strikes at one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The card is pulled before the command reaches it.
    Pull,
    /// The card runs the command and is pulled before its answer arrives.
    PullAfter,
    /// The command is not run and gets this answer: a wrong status word, or too few bytes.
    Answer(Vec<u8>),
    /// Another program's reset: verified PINs, selection and security environment are gone before the command.
    Reset,
}

/// More faults than this wait for no test; the oldest go.
const LIMIT: usize = 64;

/// The faults that wait, each with the commands until it strikes.
#[derive(Default)]
pub(super) struct Faults(Vec<(u32, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, n: u32, fault: Fault) {
        if self.0.len() >= LIMIT {
            self.0.remove(0);
        }
        self.0.push((n.max(1), fault));
    }

    /// Counts one command; gives the fault that strikes at it. Of two for one command the first counts.
    pub(super) fn due(&mut self) -> Option<Fault> {
        self.0.iter_mut().for_each(|(left, _)| *left -= 1);
        let due = self.0.iter().find(|(left, _)| *left == 0).map(|(_, fault)| fault.clone());
        self.0.retain(|(left, _)| *left > 0);
        due
    }
}
