//! Tests of the whole: a card, a reader, a counter and a Prescription Centre, as real programs, in a corner of the
//! machine. Each story of `fixtures/scenarios` is one test, headless and, for some, in the real window; each scenario of
//! `fixtures/scenarios/centre` is one against the Centre alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "whole/centre.rs"]
mod centre;
#[path = "whole/corner.rs"]
mod corner;
#[path = "whole/crash.rs"]
mod crash;
#[path = "whole/faults.rs"]
mod faults;
#[path = "whole/stage.rs"]
mod stage;
#[path = "whole/stories.rs"]
mod stories;
#[path = "whole/working_copies.rs"]
mod working_copies;
