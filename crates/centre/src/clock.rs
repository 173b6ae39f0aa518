//! The Centre's clock: the machine's, moved by an offset, so that a scenario can walk days. The offset is a number, or a
//! file with one that is read anew at every use, so that the pharmacy's program can share it. Only this module and the
//! TLS library look at the machine's time; the core is handed every moment.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, Utc};

/// The most that a clock can be moved either way: a hundred years, in seconds.
const MOST_S: i64 = 100 * 366 * 86_400;

/// A clock that can be moved.
#[derive(Debug, Default)]
pub struct Clock {
    offset_s: AtomicI64,
    /// On top of the offset, and in no file: the Centre alone is wrong.
    skew_s: AtomicI64,
    file: Option<PathBuf>,
}

/// Why a clock cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Neither a number of seconds (`-3600`, `7d`) nor a file with one.
    #[error("not a number of seconds, nor a file with one")]
    Offset,
    /// Not a time as `2014-04-24T09:40:12+03:00`.
    #[error("not a time with its offset from UTC")]
    Time,
    /// Further away than a hundred years.
    #[error("further away than a clock can be moved")]
    TooFar,
    /// The file could not be written.
    #[error("the clock's file cannot be written")]
    File,
}

impl ClockError {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Offset => "clock-offset",
            Self::Time => "clock-time",
            Self::TooFar => "clock-too-far",
            Self::File => "clock-file",
        }
    }
}

impl Clock {
    /// The clock of an option: an offset such as `-3600`, `90m` or `7d`, or the path of a file with an offset.
    pub fn of_option(text: &str) -> Result<Self, ClockError> {
        if let Some(offset) = seconds(text) {
            return Ok(Self { offset_s: AtomicI64::new(bounded(offset)?), file: None, ..Self::default() });
        }
        let path = PathBuf::from(text);
        let offset = fs::read_to_string(&path).ok().and_then(|text| seconds(&text)).ok_or(ClockError::Offset)?;
        Ok(Self { offset_s: AtomicI64::new(bounded(offset)?), file: Some(path), ..Self::default() })
    }

    /// The moment now.
    pub fn now(&self) -> DateTime<Utc> {
        // A file that cannot be read just now (it is being replaced) leaves the offset as it was.
        if let Some(offset) =
            self.file.as_ref().and_then(|path| fs::read_to_string(path).ok()).and_then(|t| seconds(&t))
            && bounded(offset).is_ok()
        {
            self.offset_s.store(offset, Ordering::Relaxed);
        }
        Utc::now() + Duration::seconds(self.offset_s.load(Ordering::Relaxed) + self.skew_s.load(Ordering::Relaxed))
    }

    /// Makes the clock wrong by so many seconds, for its Centre alone: whoever shares its file does not share this.
    pub fn skew(&self, seconds: i64) -> Result<(), ClockError> {
        self.skew_s.store(bounded(seconds)?, Ordering::Relaxed);
        Ok(())
    }

    /// Sets the clock to a moment, in the file too where there is one.
    pub fn set(&self, rfc3339: &str) -> Result<DateTime<Utc>, ClockError> {
        let at = DateTime::parse_from_rfc3339(rfc3339.trim()).map_err(|_| ClockError::Time)?.with_timezone(&Utc);
        // Upwards to a whole second: the clock is never before the moment that it was set to.
        let distance = at - Utc::now() + Duration::milliseconds(999);
        let offset = bounded(distance.num_milliseconds().div_euclid(1000))?;
        if let Some(path) = &self.file {
            fs::write(path, format!("{offset}\n")).map_err(|_| ClockError::File)?;
        }
        self.offset_s.store(offset, Ordering::Relaxed);
        Ok(self.now())
    }
}

fn bounded(offset_s: i64) -> Result<i64, ClockError> {
    if offset_s.unsigned_abs() <= MOST_S.unsigned_abs() { Ok(offset_s) } else { Err(ClockError::TooFar) }
}

fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (number, unit_s) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) if text.ends_with('d') => (number, 86_400),
        Some(number) if text.ends_with('h') => (number, 3_600),
        Some(number) if text.ends_with('m') => (number, 60),
        Some(number) => (number, 1),
        None => (text, 1),
    };
    number.parse::<i64>().ok()?.checked_mul(unit_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_moved_by_a_number_a_file_or_a_moment() {
        let near = |clock: &Clock, offset_s: i64| ((clock.now() - Utc::now()).num_seconds() - offset_s).abs() <= 1;
        assert!(near(&Clock::default(), 0));
        assert!(near(&Clock::of_option("-7d").unwrap(), -604_800));

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clock");
        fs::write(&path, "60\n").unwrap();
        let clock = Clock::of_option(path.to_str().unwrap()).unwrap();
        assert!(near(&clock, 60));
        fs::write(&path, "3600").unwrap();
        assert!(near(&clock, 3600), "the file is read anew");
        fs::write(&path, "").unwrap();
        assert!(near(&clock, 3600), "a file that is being replaced changes nothing");

        let set = clock.set("2014-04-24T09:40:12+03:00").unwrap();
        assert!((set - "2014-04-24T06:40:12Z".parse::<DateTime<Utc>>().unwrap()).num_seconds().abs() <= 1);
        assert!(fs::read_to_string(&path).unwrap().starts_with('-'));
    }

    #[test]
    fn what_is_no_offset_is_refused() {
        assert_eq!(Clock::of_option("/nowhere/at/all").unwrap_err(), ClockError::Offset);
        assert_eq!(Clock::of_option("999999999999").unwrap_err(), ClockError::TooFar);
        assert_eq!(Clock::default().set("yesterday").unwrap_err(), ClockError::Time);
    }
}
