//! Bugs that can be put in on purpose without touching the program: what stands around it is broken, as the program would
//! have it broken if it had the bug. The others lie as patches in `bugs/`.

/// A bug that is put in on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Bug {
    /// The record's flushes are forgotten: saved is said of what a power loss takes away.
    FlushForgotten,
    /// The Centre answers before its commit is on the disk.
    AcknowledgedBeforeCommit,
    /// The Centre stores a document and forgets to bring its projection up to date.
    ProjectionForgotten,
    /// The Centre does not look whether another pharmacy holds the prescription.
    ReservationForgotten,
    /// A backup is restored and its epoch is not raised.
    EpochNotRaised,
    /// A clock that was set back holds a document for as long as it was wrong.
    ClockBelieved,
}
