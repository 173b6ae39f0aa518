//! Names of editions.

use std::fmt;

/// An edition's name, `vvvv.xxx`: the year in which it comes into force and its running number in that year
/// (medicines.md 1.2). A dispensation carries it (field 174).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId {
    year: u16,
    number: u16,
}

impl VersionId {
    /// Reads `2026.022`: four digits, a point, three digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, number) = text.split_once('.')?;
        let is_number = |text: &str, long: usize| text.len() == long && text.bytes().all(|byte| byte.is_ascii_digit());
        let sound = is_number(year, 4) && is_number(number, 3);
        sound.then_some(Self { year: year.parse().ok()?, number: number.parse().ok()? })
    }

    /// The year.
    pub fn year(self) -> i32 {
        i32::from(self.year)
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}.{:03}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_a_year_and_a_number_of_three_digits() {
        assert_eq!(VersionId::parse("2026.022").unwrap().to_string(), "2026.022");
        assert!(VersionId::parse("2026.022") < VersionId::parse("2027.001"));
        for wrong in ["2026.22", "2026-022", "26.022", "2026.0221", "2026.", "", "2026.02x", "+026.022"] {
            assert_eq!(VersionId::parse(wrong), None, "{wrong}");
        }
    }
}
