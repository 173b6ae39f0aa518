//! Single values: what a field says, or what is wrong with it. Nothing is guessed and nothing repaired.

use chrono::NaiveDate;
use prescription::Vnr;
use rust_decimal::Decimal;

use super::error::Fault;

/// Digits of a decimal number, on both sides of its point.
const DIGITS: usize = 12;

/// A number of an article, which is text of six digits: leading zeros count.
pub fn vnr(text: &str, name: &'static str) -> Result<Vnr, Fault> {
    Vnr::parse(text).map_err(|_| Fault::Vnr(name))
}

/// The same, where a package may have none (special permits, 2.1).
pub fn optional_vnr(text: &str, name: &'static str) -> Result<Option<Vnr>, Fault> {
    if text.is_empty() { Ok(None) } else { vnr(text, name).map(Some) }
}

/// A decimal number with a point (medicines.md 1.6, 2.1); never below zero, never with a comma, a sign or an exponent.
pub fn decimal(text: &str, name: &'static str) -> Result<Decimal, Fault> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return Err(Fault::Decimal(name));
    }
    Decimal::from_str_exact(text).map_err(|_| Fault::Decimal(name))
}

/// The same, where the field may be empty.
pub fn optional_decimal(text: &str, name: &'static str) -> Result<Option<Decimal>, Fault> {
    if text.is_empty() { Ok(None) } else { decimal(text, name).map(Some) }
}

/// A price in euro, of at most four decimals; nothing where the field is empty, which is no price and not a price of nothing.
pub fn price(text: &str, name: &'static str) -> Result<Option<Decimal>, Fault> {
    match optional_decimal(text, name)? {
        Some(price) if price.scale() > 4 => Err(Fault::Decimal(name)),
        price => Ok(price),
    }
}

/// A day as 2026-11-15.
pub fn day(text: &str, name: &'static str) -> Result<NaiveDate, Fault> {
    let is_whole = text.len() == 10;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_whole);
    day.ok_or(Fault::Day(name))
}

/// The same, where the field may be empty.
pub fn optional_day(text: &str, name: &'static str) -> Result<Option<NaiveDate>, Fault> {
    if text.is_empty() { Ok(None) } else { day(text, name).map(Some) }
}

/// Yes or no as Fimea and Kela write it: 1 and 0, K and E, true and false.
pub fn flag(text: &str, name: &'static str) -> Result<bool, Fault> {
    match text {
        "1" | "K" | "true" => Ok(true),
        "0" | "E" | "false" => Ok(false),
        _ => Err(Fault::Value(name)),
    }
}

/// The same, where the field may be empty, which is kept as not said.
pub fn optional_flag(text: &str, name: &'static str) -> Result<Option<bool>, Fault> {
    if text.is_empty() { Ok(None) } else { flag(text, name).map(Some) }
}

/// Text that must be there.
pub fn text(text: &str, name: &'static str) -> Result<String, Fault> {
    if text.is_empty() { Err(Fault::Missing(name)) } else { Ok(text.to_owned()) }
}

/// Text that may be missing.
pub fn optional_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Numbers, codes, substances and the like of one entry.
const MOST: usize = 200;

/// One more of an entry's list.
pub fn add<T>(list: &mut Vec<T>, item: T) -> Result<(), Fault> {
    if list.len() >= MOST {
        return Err(Fault::TooMany(MOST as u64));
    }
    list.push(item);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_a_decimal_with_a_point_or_an_error_and_never_a_guess() {
        assert_eq!(price("12.88", "p").unwrap().unwrap().to_string(), "12.88");
        assert_eq!(price("7", "p").unwrap().unwrap().to_string(), "7");
        assert_eq!(price("", "p"), Ok(None));
        for wrong in ["12,88", "-1.00", "+1.00", "1e3", " 1.00", "1.", ".5", "1.2.3", "1 000.00", "NaN", "0.00001"] {
            assert_eq!(price(wrong, "p"), Err(Fault::Decimal("p")), "{wrong}");
        }
        assert!(price("1234567890123.00", "p").is_err());
    }

    #[test]
    fn a_vnr_has_six_digits_and_keeps_its_zeros() {
        assert_eq!(vnr("000410", "v").unwrap().as_str(), "000410");
        for wrong in ["410", "0004100", "00041A", "", " 00410", "٠٠٠٤١٠"] {
            assert!(vnr(wrong, "v").is_err(), "{wrong}");
        }
        assert_eq!(optional_vnr("", "v"), Ok(None));
    }

    #[test]
    fn a_day_that_is_not_in_the_calendar_is_refused() {
        assert!(day("2026-11-15", "d").is_ok());
        for wrong in ["2026-02-30", "15.11.2026", "2026-1-5", "2026-11-15T00:00", ""] {
            assert_eq!(day(wrong, "d"), Err(Fault::Day("d")), "{wrong}");
        }
    }
}
