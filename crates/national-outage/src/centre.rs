//! The Prescription Centre as its door lets in: so many requests at work, so many that wait, the rest told that it is busy.
//! What it has stored it knows by identity, over crashes too.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::Asked;

/// How many requests are at work at once, and how many may wait for that: the limits of `centre::server::Limits`, at 500
/// documents a second. A smaller Centre has as much less of both.
const AT_WORK: u64 = 16;
const WAITING: u64 = 256;
/// How long one may wait, microseconds.
const WAIT: u64 = 10_000_000;

/// What becomes of a request that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// Nobody is there.
    Gone,
    /// It is told that the Centre is busy.
    Busy,
    /// It is worked on, or waits for that.
    In,
}

/// The Centre.
#[derive(Default)]
pub struct Centre {
    /// Whether it is gone.
    pub gone: bool,
    /// Work, microseconds, of one document; a search and a question whether it is there cost less.
    work: u64,
    most_at_work: usize,
    most_waiting: usize,
    at_work: usize,
    queue: VecDeque<(Asked, u64)>,
    stored: BTreeMap<u32, BTreeSet<u64>>,
    /// Documents that came again and were answered as the first time.
    pub repeated: u64,
    /// Documents that came before an earlier one of their prescription.
    pub out_of_order: u64,
}

impl Centre {
    /// One that can store so many documents a second.
    pub fn new(rate: u64) -> Self {
        let share = |of: u64| (of * rate / 500).max(1);
        let work = share(AT_WORK) * 1_000_000 / rate.max(1);
        let places = |of| usize::try_from(share(of)).unwrap_or(usize::MAX);
        Self { work, most_at_work: places(AT_WORK), most_waiting: places(WAITING), ..Self::default() }
    }

    /// A request comes in.
    pub fn enter(&mut self, asked: Asked, now: u64) -> Entered {
        if self.gone {
            return Entered::Gone;
        }
        if self.at_work + self.queue.len() >= self.most_at_work + self.most_waiting {
            return Entered::Busy;
        }
        self.queue.push_back((asked, now));
        Entered::In
    }

    /// The next request that is worked on, and until when; those before it that waited too long are told `Busy`.
    pub fn begin(&mut self, now: u64) -> (Vec<Asked>, Option<(Asked, u64)>) {
        let mut too_long = Vec::new();
        while self.at_work < self.most_at_work {
            let Some((asked, since)) = self.queue.pop_front() else { break };
            if now.saturating_sub(since) > WAIT {
                too_long.push(asked);
                continue;
            }
            self.at_work += 1;
            let work = match asked {
                Asked::Store { .. } => self.work,
                // `bench centre`: five searches are as much work as one document.
                Asked::Search { .. } => self.work / 5,
                Asked::Presence { .. } => self.work / 50,
            };
            return (too_long, Some((asked, now + work)));
        }
        (too_long, None)
    }

    /// A request is done: a document is stored, or was before.
    pub fn done(&mut self, asked: Asked) {
        self.at_work = self.at_work.saturating_sub(1);
        if let Asked::Store { pharmacy, out, behind, .. } = asked {
            let stored = self.stored.entry(pharmacy).or_default();
            if behind.is_some_and(|earlier| !stored.contains(&earlier)) {
                self.out_of_order += 1;
            }
            self.repeated += u64::from(!stored.insert(out.number));
        }
    }

    /// It goes down: what was at work and what waited is lost, whatever had been stored is not.
    pub fn goes(&mut self) {
        (self.gone, self.at_work) = (true, 0);
        self.queue.clear();
    }

    /// Whether it has a document.
    pub fn has(&self, pharmacy: u32, number: u64) -> bool {
        self.stored.get(&pharmacy).is_some_and(|stored| stored.contains(&number))
    }

    /// How many documents it has.
    pub fn count(&self) -> u64 {
        self.stored.values().map(|stored| stored.len() as u64).sum()
    }
}
