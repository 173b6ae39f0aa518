//! The body of a request, read within limits of size, time, rate and memory. What says that it is too large is refused
//! before it is read.

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::Limits;

/// What is reserved for bodies at a time.
const PORTION: usize = 64 * 1024;

/// The memory for all bodies that are being read or answered.
pub(super) struct Room(Arc<Semaphore>);

/// A body that has come whole, and the memory that is reserved for it.
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    pub(super) room: Option<OwnedSemaphorePermit>,
}

/// Why a body was not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// Larger than any message.
    #[error("too large")]
    TooLarge,
    /// All memory for bodies is in use.
    #[error("no room")]
    NoRoom,
    /// Slower than is waited for.
    #[error("too slow")]
    TooSlow,
    /// The caller has gone.
    #[error("broken off")]
    BrokenOff,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / PORTION).max(1))))
    }

    /// Reads a body to its end.
    pub(super) async fn read(&self, mut body: Incoming, limits: &Limits) -> Result<Whole, Unread> {
        let most = kanta::MESSAGE_BYTES_AT_MOST;
        if body.size_hint().lower() > most as u64 {
            return Err(Unread::TooLarge);
        }
        let begun = Instant::now();
        let mut whole = Whole { bytes: vec![], room: None };
        loop {
            // What has come buys time for what is to come: a caller that only drips is not waited for.
            let due = begun + limits.patience(whole.bytes.len());
            let Ok(piece) = tokio::time::timeout_at(due, body.frame()).await else { return Err(Unread::TooSlow) };
            let Some(piece) = piece else { return Ok(whole) };
            let piece: Bytes = piece.map_err(|_| Unread::BrokenOff)?.into_data().unwrap_or_default();
            if whole.bytes.len().saturating_add(piece.len()) > most {
                return Err(Unread::TooLarge);
            }
            self.reserve(&mut whole, piece.len())?;
            whole.bytes.extend_from_slice(&piece);
        }
    }

    fn reserve(&self, whole: &mut Whole, more: usize) -> Result<(), Unread> {
        let needed = whole.bytes.len().saturating_add(more).div_ceil(PORTION);
        let held = whole.room.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = u32::try_from(needed.saturating_sub(held)).unwrap_or(u32::MAX);
        if missing == 0 {
            return Ok(());
        }
        let new = self.0.clone().try_acquire_many_owned(missing).map_err(|_| Unread::NoRoom)?;
        match &mut whole.room {
            Some(room) => room.merge(new),
            None => whole.room = Some(new),
        }
        Ok(())
    }
}
