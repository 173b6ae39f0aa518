//! Times as documents write them: digits from the year downwards, Finnish local time without a zone.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

/// Reads `YYYYMMDD` with as many of `hhmmss` as there are. A zone, which no Kanta document should have, is honoured.
pub(crate) fn read_time(text: &str) -> Option<NaiveDateTime> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let rest = text.get(digits.len()..)?;
    let date = NaiveDate::parse_from_str(digits.get(0..8)?, "%Y%m%d").ok()?;
    let two = |from: usize| match digits.get(from..from + 2) {
        Some(part) => part.parse::<u32>().ok(),
        None => (digits.len() <= from).then_some(0),
    };
    if digits.len() > 14 {
        return None;
    }
    let local = date.and_hms_opt(two(8)?, two(10)?, two(12)?)?;
    let rest = rest.strip_prefix('.').map_or(rest, |r| r.trim_start_matches(|c: char| c.is_ascii_digit()));
    if rest.is_empty() {
        return Some(local);
    }
    let zoned = DateTime::parse_from_str(&format!("{}{rest}", local.format("%Y%m%d%H%M%S")), "%Y%m%d%H%M%S%z").ok()?;
    Some(prescription::time::finnish(zoned.to_utc()))
}

/// Reads the day of a time.
pub(crate) fn read_date(text: &str) -> Option<NaiveDate> {
    read_time(text).map(|time| time.date())
}

/// `20261121093000`.
pub(crate) fn write_time(time: NaiveDateTime) -> String {
    time.format("%Y%m%d%H%M%S").to_string()
}

/// `20261121`.
pub(crate) fn write_date(date: NaiveDate) -> String {
    date.format("%Y%m%d").to_string()
}

/// `21.11.2026`, as a Finn reads it.
pub(crate) fn show_date(date: NaiveDate) -> String {
    date.format("%-d.%-m.%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_precision_that_it_has() {
        assert_eq!(write_time(read_time("20140424092357").unwrap()), "20140424092357");
        assert_eq!(write_time(read_time("201404240923").unwrap()), "20140424092300");
        assert_eq!(write_time(read_time("20140424").unwrap()), "20140424000000");
        assert_eq!(write_time(read_time("20140724092357+0000").unwrap()), "20140724122357");
        for wrong in ["", "2014", "20141324", "20140424x", "2014042409235", "201404240923571", "20140424996100"] {
            assert_eq!(read_time(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,20}") { let _ = read_time(&text); }

        #[test]
        fn nearly_a_time_does_not_either(text in "[0-9]{7,15}[.+-]?[0-9:]{0,5}") { let _ = read_time(&text); }
    }
}
