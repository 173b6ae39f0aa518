//! A whole pharmacy and a whole Prescription Centre on one machine, for demonstrations and tests.
//!
//! `stage run STORY…` plays stories of `fixtures/scenarios` with the real programs: card reader, card, Centre, counter,
//! headless or in the real window. `stage centre SCENARIO…` plays what happens between pharmacies, care units and the
//! Centre, over their real connections and without a counter. `stage demo` leaves the world standing for a person to work in. It proves the rules
//! that its stories name; what a rule says is `prescription`'s, and what a screen shows is `ui`'s.

// Answers are JSON values; a member that is not there is null when asked by name, and no panic.
#![allow(clippy::indexing_slicing)]

mod command_line;
mod crash;
mod demo;
mod faults;
mod hands;
mod interop;
mod judge;
mod mask;
mod namespace;
mod process;
mod run;
mod scenario;
mod screens;
mod story;
mod webdriver;
mod world;

pub use command_line::main;
