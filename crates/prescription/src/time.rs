//! Documents carry Finnish local time without a zone; programs count in UTC. Here is the one place that converts.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Europe::Helsinki;

/// The local time in Finland at an instant, to the second, as documents write it.
pub fn finnish(at: DateTime<Utc>) -> NaiveDateTime {
    let local = at.with_timezone(&Helsinki).naive_local();
    local - chrono::Duration::nanoseconds(i64::from(chrono::Timelike::nanosecond(&local)))
}

/// The instant with Finland's offset of that day, as signature time stamps write it.
pub fn finnish_with_offset(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let local = at.with_timezone(&Helsinki);
    local.with_timezone(&local.offset().fix())
}

/// The instant of a Finnish local time. Where the clock is turned back an hour twice occurs, the earlier one is meant;
/// in the hour that spring skips, the time after the leap.
pub fn instant(local: NaiveDateTime) -> DateTime<Utc> {
    match Helsinki.from_local_datetime(&local) {
        chrono::LocalResult::Single(at) | chrono::LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
        chrono::LocalResult::None => {
            let later = local + chrono::Duration::hours(1);
            Helsinki.from_local_datetime(&later).earliest().map_or_else(|| later.and_utc(), |at| at.with_timezone(&Utc))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finnish_time_follows_summer_and_winter() {
        let winter: DateTime<Utc> = "2026-11-21T07:30:00Z".parse().unwrap();
        let summer: DateTime<Utc> = "2026-07-21T07:30:00Z".parse().unwrap();
        assert_eq!(finnish(winter).to_string(), "2026-11-21 09:30:00");
        assert_eq!(finnish(summer).to_string(), "2026-07-21 10:30:00");
        assert_eq!(instant(finnish(summer)), summer);
        assert_eq!(finnish_with_offset(winter).to_rfc3339(), "2026-11-21T09:30:00+02:00");
    }
}
