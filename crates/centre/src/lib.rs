//! The Prescription Centre (Reseptikeskus): a complete local one, for testing.
//!
//! The core is [`Centre`]: it answers searches and fetches, and decides on every document that is to be stored, with
//! each refusal under its own code. Time, randomness, store, trust and signer are handed in; it spawns nothing and
//! sleeps nowhere. Around it stand the [`server`] (TLS), the [`control`] socket (faults for tests) and the ways in for
//! prescriptions: [`intake`] and [`seed`].
//!
//! Rules of the trade are `prescription`'s, documents `cda`'s, signatures `signing`'s, certificates `trust`'s, messages
//! `kanta`'s; this crate puts them in order.

mod access;
pub mod answer;
mod centre;
pub mod chain;
pub mod clock;
pub mod control;
pub mod faults;
mod fetching;
mod holding;
pub mod intake;
pub mod keeper;
pub mod log;
mod making;
mod obeying;
pub mod pki;
pub mod purposes;
pub mod register;
mod searching;
pub mod seed;
pub mod server;
mod signatures;
pub mod store;
mod storing;
mod supervising;
pub mod verify;
pub mod wishes;

pub use centre::{Caller, Centre, Exchange, Randomness, Settings, exchange};
pub use chain::Chain;
