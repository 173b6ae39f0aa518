//! The counter with a made-up clock, cards of software and a Centre that a test can bend: what a pharmacist is told, and
//! what becomes of a document.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

extern crate tiski_counter as counter;

mod advance;
mod bench;
mod checks;
mod coming_back;
mod deviating;
mod editions;
mod elsewhere;
mod exchange;
mod from_hand_to_hand;
mod hand;
mod hostile;
mod lost_answers;
mod on_behalf;
mod outage;
mod outbox;
mod practising;
mod profiles;
mod pulled;
mod readers;
mod remnants;
mod restored;
mod scan;
mod session;
mod settling;
mod storing;
mod together;
mod trouble;
mod unlisted;
mod working_copies;

#[path = "../../../scs/tests/support/mod.rs"]
mod scs_service;
