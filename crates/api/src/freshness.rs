//! How fresh what is seen is: when the Centre answered last, since when it does not, and which edition of the medicines is
//! in use. What was fetched before an outage stays on the screen and says so by this.

use std::time::Instant;

use chrono::{DateTime, Utc};
use prescription::time::finnish;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::words;

/// How fresh what is seen is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Freshness {
    /// When the Centre answered last, "10.42"; absent where it has not answered since the program started.
    pub answered_at: Option<String>,
    /// How long ago that was, seconds.
    pub answered_ago_s: Option<u32>,
    /// Since when it does not answer, "10.43"; absent while it does, and before it was asked.
    pub silent_since: Option<String>,
    /// The edition of the Pharmaceutical Database, "2026.022"; empty where there is none.
    pub medicines: String,
}

/// What has been heard of the Centre.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    answered: Option<(Instant, DateTime<Utc>)>,
    silent: Option<DateTime<Utc>>,
}

impl Heard {
    /// Notes how it answered just now.
    pub(crate) fn note(&mut self, answered: bool, instant: Instant, now: DateTime<Utc>) {
        if answered {
            self.answered = Some((instant, now));
            self.silent = None;
        } else if self.silent.is_none() {
            self.silent = Some(now);
        }
    }

    /// As it is told.
    pub(crate) fn view(&self, instant: Instant, medicines: &str) -> Freshness {
        let clock = |at: DateTime<Utc>| words::clock(finnish(at));
        let age = |at: Instant| u32::try_from(instant.saturating_duration_since(at).as_secs()).unwrap_or(u32::MAX);
        Freshness {
            answered_at: self.answered.map(|(_, at)| clock(at)),
            answered_ago_s: self.answered.map(|(at, _)| age(at)),
            silent_since: self.silent.map(clock),
            medicines: medicines.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn silence_is_dated_from_its_beginning_and_the_last_answer_stays() {
        let (began, at): (_, DateTime<Utc>) = (Instant::now(), "2026-11-25T08:42:10Z".parse().unwrap());
        let mut heard = Heard::default();
        assert_eq!(
            heard.view(began, ""),
            Freshness { answered_at: None, answered_ago_s: None, silent_since: None, medicines: String::new() }
        );
        heard.note(true, began, at);
        let minutes = |n: u64| began + Duration::from_secs(60 * n);
        heard.note(false, minutes(1), at + chrono::Duration::minutes(1));
        heard.note(false, minutes(2), at + chrono::Duration::minutes(2));
        let silent = heard.view(minutes(3), "2026.022");
        assert_eq!(silent.answered_at.as_deref(), Some("10.42"));
        assert_eq!((silent.answered_ago_s, silent.silent_since.as_deref()), (Some(180), Some("10.43")));
        heard.note(true, minutes(4), at + chrono::Duration::minutes(4));
        let back = heard.view(minutes(4), "2026.022");
        assert_eq!((back.answered_at.as_deref(), back.silent_since), (Some("10.46"), None));
    }
}
