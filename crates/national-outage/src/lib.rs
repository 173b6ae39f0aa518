//! A national outage in simulated time: all of Finland's pharmacies on a Monday, a Prescription Centre that is gone from 11
//! to 16, and what happens when it comes back.
//!
//! When documents are sent, how long each waits, and how many are under way is decided by the code of the counter itself
//! (`counter::{Round, Pace}`, the table of `kanta::errors`); some pharmacies keep their documents in a real record. Only
//! time, the network and the Centre are made up, and a seed repeats them exactly.

mod centre;
mod chance;
mod outbox;
mod report;
mod world;

pub use outbox::{Light, Out, Outbox, Real};
pub use report::{Report, Second};
pub use world::run;

/// How the pharmacies send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Manner {
    /// As the program does.
    Ours,
    /// The same without chance in the waits.
    NoJitter,
    /// Every document by itself when it is due, as if nobody had learnt from the others that the Centre is gone.
    NoPace,
    /// Without either.
    Neither,
}

impl Manner {
    fn jitters(self) -> bool {
        matches!(self, Self::Ours | Self::NoPace)
    }

    fn paces(self) -> bool {
        matches!(self, Self::Ours | Self::NoJitter)
    }
}

/// What is played.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Pharmacies.
    pub pharmacies: u32,
    /// Of those, with a real record.
    pub real: u32,
    /// Dispensations of each, a day.
    pub dispensations: u32,
    /// Documents a second that the Centre can store.
    pub rate: u64,
    /// From when until when it is gone, hours of the day.
    pub gone: (u64, u64),
    /// How the pharmacies send.
    pub manner: Manner,
    /// The seed.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { pharmacies: 815, real: 20, dispensations: 250, rate: 500, gone: (11, 16), manner: Manner::Ours, seed: 1 }
    }
}

/// A request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A document.
    Store {
        /// Whose.
        pharmacy: u32,
        /// Which.
        out: Out,
        /// The document of the same prescription that was saved before it.
        behind: Option<u64>,
        /// The request's own number.
        request: u64,
    },
    /// A search for a customer who stands there.
    Search {
        /// Whose.
        pharmacy: u32,
    },
    /// Whether the Centre is there.
    Presence {
        /// Whose.
        pharmacy: u32,
    },
}
