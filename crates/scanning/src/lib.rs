//! Scanning at the counter: what a scanner sends, as a recognised code; and whether the package in the hand is the one on
//! the screen.
//!
//! Pure: bytes, keys, times and the day are handed in. From the outside to the inside: [`Wedge`] tells a scanner's burst of
//! keys from a person's typing, [`Receiver`] cuts what a device sends into scans: [`Lines`] a serial port's bytes, [`Reports`] raw
//! reports, of which [`HidKeyboard`] makes keys; [`read`] recognises one scan, [`GtinTable`] knows which VNR stands for a GTIN, [`in_the_hand`] compares the
//! package with the chosen one, [`Recent`] notices a double scan, and [`Remnant`] is what is left of a split package.
//!
//! Sources: medicines.md 5.3 and 8.3, and for what is not said there the GS1 General Specifications as recalled. What is
//! recalled stands in docs/assumptions.md.

mod code;
mod device;
mod error;
mod expiry;
mod gs1;
mod gtin;
mod hand;
mod hid;
mod lines;
mod matrix;
mod recent;
mod remnant;
mod self_test;
mod table;
mod transport;
mod wedge;

pub use code::{Code, Reading, Scanner, read};
pub use device::{Received, Receiver, Reports};
pub use error::{ScanError, Warning};
pub use expiry::{Expiry, Freshness};
pub use gs1::{ElementString, National};
pub use gtin::Gtin;
pub use hand::{Difference, InTheHand, Part, in_the_hand};
pub use hid::HidKeyboard;
pub use lines::Lines;
pub use matrix::data_matrix;
pub use recent::{Recent, Seen};
pub use remnant::{Remnant, RemnantError, choose};
pub use self_test::{Hazard, SELF_TEST, judge_self_test, judge_self_test_keys, names_symbology};
pub use table::{GtinLink, GtinStore, GtinTable, Learnt, NotStored, Source, TableError, TakenBack};
pub use transport::Symbology;
pub use wedge::{Key, Wedge, WedgeEvent, WedgeSettings};
