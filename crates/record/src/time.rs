//! Times in the file: microseconds since 1970 in UTC, one integer, so that they sort, and hash in one way only.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::RecordError;

/// A time as the file keeps it.
pub(crate) fn to_file(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// A time from the file.
pub(crate) fn from_file(microseconds: i64) -> Result<DateTime<Utc>, RecordError> {
    DateTime::from_timestamp_micros(microseconds).ok_or(RecordError::Damaged)
}

/// A time that may be missing.
pub(crate) fn from_file_if_any(microseconds: Option<i64>) -> Result<Option<DateTime<Utc>>, RecordError> {
    microseconds.map(from_file).transpose()
}

/// A span in the file's unit; one beyond what an integer holds is as good as endless.
pub(crate) fn span(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
