//! How numbers and days are written in Finnish, Swedish and English.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use rust_decimal::Decimal;

use crate::Range;
use crate::amount::plain;
use crate::rules::table::Language;

/// Euro as the language writes them, to the cent: "12 345,60 €". What has smaller parts than cents keeps them.
pub fn euro(value: Decimal, language: Language) -> String {
    let value = value.normalize();
    let point = if language == Language::En { "." } else { "," };
    let written = number(value, language);
    match value.scale() {
        0 => format!("{written}{point}00 €"),
        1 => format!("{written}0 €"),
        _ => format!("{written} €"),
    }
}

/// A number as the language writes it: decimals with comma or point, digits in groups from five digits on.
pub fn number(value: Decimal, language: Language) -> String {
    let plain = plain(value);
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let (group, point) = if language == Language::En { (',', '.') } else { ('\u{a0}', ',') };
    let digits = whole.trim_start_matches('-').len();
    let mut said = String::with_capacity(plain.len() + digits / 3);
    let mut left = digits;
    for sign_or_digit in whole.chars() {
        said.push(sign_or_digit);
        if sign_or_digit.is_ascii_digit() {
            left -= 1;
            if digits > 4 && left > 0 && left.is_multiple_of(3) {
                said.push(group);
            }
        }
    }
    if !decimals.is_empty() {
        said.push(point);
        said.push_str(decimals);
    }
    said
}

/// A number or a range of numbers as the language writes them: "1–2".
pub fn range(range: Range, language: Language) -> String {
    match range.exact() {
        Some(value) => number(value, language),
        None => format!("{}–{}", number(range.low(), language), number(range.high(), language)),
    }
}

/// A day as the language writes it: "1.3.2026", "1 March 2026".
pub fn day(day: NaiveDate, language: Language) -> String {
    format!("{} {}", day_of_year(day, language), day.year()).replace(". ", ".")
}

/// From the first day to the last one, both included: "1.3.–7.3.2026".
pub fn days(first: NaiveDate, last: NaiveDate, language: Language) -> String {
    let dash = if language == Language::En { " – " } else { "–" };
    let from = if first.year() == last.year() { day_of_year(first, language) } else { self::day(first, language) };
    format!("{from}{dash}{}", self::day(last, language))
}

/// A moment as the language writes it, to the minute: "1.3.2026 klo 9.05", "1 March 2026 at 9:05".
pub fn moment(at: NaiveDateTime, language: Language) -> String {
    format!("{} {}", day(at.date(), language), clock(at.time(), language))
}

/// A time of the day as the language writes it: "klo 9.05", "kl. 9.05", "at 9:05".
pub fn clock(time: NaiveTime, language: Language) -> String {
    let (hour, minute) = (time.hour(), time.minute());
    match language {
        Language::Fi => format!("klo {hour}.{minute:02}"),
        Language::Sv => format!("kl. {hour}.{minute:02}"),
        Language::En => format!("at {hour}:{minute:02}"),
    }
}

fn day_of_year(day: NaiveDate, language: Language) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    match (language, MONTHS.get(day.month0() as usize)) {
        (Language::En, Some(month)) => format!("{} {month}", day.day()),
        _ => format!("{}.{}.", day.day(), day.month()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Language; 3] = [Language::Fi, Language::Sv, Language::En];

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let written = |text: &str| LANGUAGES.map(|language| number(text.parse().unwrap(), language));
        assert_eq!(written("2.50"), ["2,5", "2,5", "2.5"]);
        assert_eq!(written("8000"), ["8000", "8000", "8000"]);
        assert_eq!(written("1234567.25"), ["1\u{a0}234\u{a0}567,25", "1\u{a0}234\u{a0}567,25", "1,234,567.25"]);
        assert_eq!(written("-12000"), ["-12\u{a0}000", "-12\u{a0}000", "-12,000"]);
    }

    #[test]
    fn euro_are_written_to_the_cent() {
        let written = |text: &str| LANGUAGES.map(|language| euro(text.parse().unwrap(), language));
        assert_eq!(written("12345.6"), ["12\u{a0}345,60 €", "12\u{a0}345,60 €", "12,345.60 €"]);
        assert_eq!(written("3.00"), ["3,00 €", "3,00 €", "3.00 €"]);
        assert_eq!(written("3.865"), ["3,865 €", "3,865 €", "3.865 €"]);
    }

    #[test]
    fn days_and_moments_are_written_as_the_language_does() {
        let at: NaiveDateTime = "2026-03-01T09:05:40".parse().unwrap();
        let said = LANGUAGES.map(|language| moment(at, language));
        assert_eq!(said, ["1.3.2026 klo 9.05", "1.3.2026 kl. 9.05", "1 March 2026 at 9:05"]);
        let spring = NaiveDate::from_ymd_opt(2026, 5, 31).unwrap();
        assert_eq!(
            LANGUAGES.map(|l| days(at.date(), spring, l)),
            ["1.3.–31.5.2026", "1.3.–31.5.2026", "1 March – 31 May 2026"]
        );
    }
}
