//! The outbox's protocol as a small model: workstations with a record each, a network that loses, repeats and re-orders, a
//! Centre, and crashes of everybody at any moment. A model checker looks at every state that can come of it.
//!
//! Each step is one of the real program, and a test plays random courses on the real record beside the model:
//!
//! | step | the program's |
//! | --- | --- |
//! | [`Step::Save`] | `Record::commit`: on the disk before anybody is told |
//! | [`Step::HandOut`] | `Record::due` and the first half of `Going::send`; a second one while the first is out is a lease that ended |
//! | [`Step::GiveUp`] | `Record::attempt_failed`, by a sender that waited long enough |
//! | [`Step::Arrive`], [`Step::ArriveRefused`] | the Centre takes a message: stores it, knows it by identity, or refuses it |
//! | [`Step::Hear`], [`Step::HearNo`] | `Record::accepted`, `Record::refused` under a lease |
//! | [`Step::Resend`], [`Step::Settle`] | a person: `Counter::resend`, `Counter::settle` |
//! | [`Step::Ask`] | the Centre is asked whether it has the document |
//! | [`Step::Crash`] | the program dies and starts again: `Record::open` lets go of what was being sent |
//! | [`Step::CentreCrash`] | the Centre dies and starts again |
//! | [`Step::LoseRequest`], [`Step::LoseAnswer`] | the network; what is not lost can arrive again and in any order |

mod protocol;
mod steps;

pub use protocol::{Bug, Document, Outbox, PROPERTIES};
pub use steps::{Paper, Row, State, Step};
