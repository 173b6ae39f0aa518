//! What time it is.

use chrono::{DateTime, Utc};
use counter::Clock;

/// The system's clock, moved by as many seconds as a file says; for tests that walk days.
pub(crate) struct SettableClock {
    pub(crate) offset: Option<std::path::PathBuf>,
}

impl Clock for SettableClock {
    fn now(&self) -> DateTime<Utc> {
        let seconds = self
            .offset
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok())
            .and_then(|text| text.trim().parse::<i64>().ok())
            .and_then(chrono::Duration::try_seconds)
            .unwrap_or_default();
        Utc::now() + seconds
    }
}
