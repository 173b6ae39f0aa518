//! Whole pharmacies and a whole Prescription Centre in one deterministic simulation on a made-up clock: the judge of the
//! promise that nothing is lost and nothing is there twice.
//!
//! One seed is one schedule ([`Schedule`]). Real: the counter, the record in its encrypted file, the outbox, the messages,
//! the Centre's core, rules, documents. Made up: time, chance, the network, the disks ([`fault_fs`]), the people. A few
//! things stand in for what would take too long a million times over: a keyed hash for the arithmetic of signatures (one
//! seed in a thousand has the real one), and the Centre's store in memory.

// A judge for tests: it is in no program that is shipped.
#![allow(clippy::indexing_slicing)]

pub mod actor;
pub mod bugs;
pub mod card;
pub mod checker;
pub mod dice;
pub mod disk;
pub mod faults;
pub mod ledger;
pub mod materials;
pub mod people;
mod reservations;
pub mod schedule;
pub mod station;
pub mod trace;

use std::sync::Arc;

use anyhow::Result;
use fault_fs::FaultFs;

pub use actor::Stacks;
pub use bugs::Bug;
pub use materials::Materials;
pub use schedule::{Manner, Outcome, Schedule};

/// One worker's things, which are used again from schedule to schedule.
pub struct Worker {
    stacks: Stacks,
    disks: Vec<Arc<FaultFs>>,
}

impl Default for Worker {
    fn default() -> Self {
        let disks = materials::DESKS.iter().map(|_| Arc::new(FaultFs::new())).collect();
        Self { stacks: Stacks::default(), disks }
    }
}

impl Worker {
    /// Runs the schedule of a seed.
    pub fn run(&mut self, materials: &Materials, seed: u64, manner: Manner) -> Result<Outcome> {
        Schedule::new(materials, &mut self.stacks, &self.disks, seed, manner)?.run(seed)
    }

    /// Runs the schedule of a seed; a panic of the program is an error as any other. After an error this worker is not to
    /// be used any more.
    pub fn judged(&mut self, materials: &Materials, seed: u64, manner: Manner) -> Result<Outcome> {
        let run = std::panic::AssertUnwindSafe(|| self.run(materials, seed, manner));
        std::panic::catch_unwind(run).unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
            Err(anyhow::anyhow!("the program panicked: {}", said.unwrap_or_default()))
        })
    }
}
