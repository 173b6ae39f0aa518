//! The record from outside: its file, its journal, its outbox, and every way in which a disk can fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod backup;
mod file;
mod hand;
mod io_errors;
mod journal;
mod killed;
mod outage;
mod outbox;
mod outbox_story;
mod power_loss;
mod restore_power_loss;
mod support;
mod tampering;
mod together;
