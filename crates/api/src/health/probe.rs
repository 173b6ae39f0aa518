//! Asking whether the Centre is there, apart from the counter's own exchanges: on a thread of its own, with a short time of
//! its own, so that nobody at the counter ever waits for it. What it found is kept with the moment at which it was found.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use counter::Clock;
use kanta_client::{CentreClient, TlsRefusal, Transport, TransportError};

/// How the Centre last answered, to the probe or to real work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// When, in time that only runs.
    pub at: Instant,
    /// The code of what went wrong.
    pub outcome: Result<(), String>,
    /// How much later the workstation's clock is than the Centre's, where the Centre has told its time.
    pub skew: Option<chrono::Duration>,
}

impl Asked {
    /// What real work has just learnt; of the clock it learns nothing.
    pub(crate) fn by_work(outcome: Result<(), String>, before: Option<&Self>) -> Self {
        Self { at: Instant::now(), outcome, skew: before.and_then(|before| before.skew) }
    }
}

/// Asks once. Blocks for as long as the client's transport allows.
pub(super) fn ask<T: Transport>(centre: &CentreClient<T>, clock: &dyn Clock, path: &str) -> Asked {
    let (begun, sent_at) = (clock.now(), Instant::now());
    let presence = centre.presence(path);
    let middle = begun + chrono::Duration::from_std(sent_at.elapsed() / 2).unwrap_or_default();
    let (outcome, skew) = match presence {
        Ok(presence) => {
            let refusal = presence.refusal().map(str::to_owned);
            (refusal.map_or(Ok(()), Err), presence.date.map(|date| difference(middle, date)))
        }
        Err(error) => (Err(error.code().to_owned()), None),
    };
    Asked { at: Instant::now(), outcome, skew }
}

/// The Centre tells whole seconds: half of one is added, since it cuts.
fn difference(ours: DateTime<Utc>, theirs: DateTime<Utc>) -> chrono::Duration {
    ours - (theirs + chrono::Duration::milliseconds(500))
}

/// Which part of the way a code is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Nothing arrived there.
    Network,
    /// The Centre refused the pharmacy's own certificate, or this side has no list that says whether the Centre's holds.
    Ours,
    /// The Centre.
    Centre,
}

/// Whose fault a failed asking is.
pub(super) fn whose(code: &str) -> Whose {
    match TransportError::of_code(code) {
        Some(TransportError::NotReached | TransportError::ConnectTimedOut) => Whose::Network,
        Some(TransportError::TlsRefused(TlsRefusal::ServerRevocationUnknown)) => Whose::Ours,
        Some(TransportError::TlsRefused(refusal)) if refusal.is_of_client() => Whose::Ours,
        _ => Whose::Centre,
    }
}

/// How long ago that was, as a person says it.
pub(super) fn ago(at: Instant, now: Instant) -> String {
    let age = now.saturating_duration_since(at);
    if age < Duration::from_secs(120) { format!("{} s", age.as_secs()) } else { format!("{} min", age.as_secs() / 60) }
}
