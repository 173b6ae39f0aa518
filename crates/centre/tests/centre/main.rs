//! The whole Centre, from messages in to messages out: one test for each refusal, the story of Kela's own sample, what
//! is kept over a restart, TLS, and a process that is killed between its commit and its answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod access;
mod asking;
mod batch;
mod crowd;
mod disk;
mod errors;
mod faults;
mod judges;
mod keeping;
mod kela;
mod life;
mod network;
mod own;
mod process;
mod refusals;
mod seeds;
mod world;
