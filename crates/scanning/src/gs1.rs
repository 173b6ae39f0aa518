//! GS1 element strings: application identifiers with their values, as in the DataMatrix on a package.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::transport::{GS, swap_case};
use crate::{Expiry, Gtin, ScanError, Scanner, Warning};

/// A code of at most so many elements.
const MOST_ELEMENTS: usize = 24;

/// How long an element's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// So many digits, and no separator after them.
    Digits(usize),
    /// Up to so many characters, until a separator or the end.
    UpTo(usize),
}

use Length::{Digits, UpTo};

/// The elements that are known. A medicine's are 01, 10, 17, 21 and 710–716 (medicines.md 5.3); the lengths of the others,
/// which are read over, are recalled.
const ELEMENTS: [(&str, Length); 29] = [
    ("01", Digits(14)),
    ("10", UpTo(20)),
    ("17", Digits(6)),
    ("21", UpTo(20)),
    ("710", UpTo(20)),
    ("711", UpTo(20)),
    ("712", UpTo(20)),
    ("713", UpTo(20)),
    ("714", UpTo(20)),
    ("715", UpTo(20)),
    ("716", UpTo(20)),
    ("00", Digits(18)),
    ("02", Digits(14)),
    ("11", Digits(6)),
    ("12", Digits(6)),
    ("13", Digits(6)),
    ("15", Digits(6)),
    ("16", Digits(6)),
    ("20", Digits(2)),
    ("22", UpTo(20)),
    ("30", UpTo(8)),
    ("37", UpTo(8)),
    ("240", UpTo(30)),
    ("241", UpTo(30)),
    ("250", UpTo(30)),
    ("251", UpTo(30)),
    ("400", UpTo(30)),
    ("90", UpTo(30)),
    ("91", UpTo(90)),
];

/// A national reimbursement number (710–716). Nordic packages carry none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct National {
    /// Whose: the element, "710" to "716".
    pub element: String,
    /// The number.
    pub number: String,
}

/// What the elements of a package say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ElementString {
    /// Product code (01).
    pub gtin: Gtin,
    /// Expiry (17).
    pub expiry: Option<Expiry>,
    /// Batch (10).
    pub batch: Option<String>,
    /// Serial number (21).
    pub serial: Option<String>,
    /// National reimbursement number (710–716).
    pub national: Option<National>,
}

impl ElementString {
    /// Reads elements in any order. Loud when a separator was lost: a value longer than its element may be, or one behind
    /// which an element is hidden that is missing otherwise. A package without a serial number may have a batch that only
    /// looks so; it is refused as well, unless the scanner has been proven to send separators.
    pub(crate) fn parse(text: &str, today: NaiveDate, scanner: Scanner) -> Result<Self, ScanError> {
        let mut found: Vec<(&'static str, &str)> = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(GS) {
                rest = after; // one after an element of fixed length is superfluous and allowed
                continue;
            }
            let known = ELEMENTS.iter().find(|(element, _)| rest.starts_with(element));
            let &(element, length) = known.ok_or(ScanError::UnknownElement)?;
            let value = rest.get(element.len()..).unwrap_or_default();
            let until = value.find(GS).unwrap_or(value.len());
            let end = match length {
                Digits(count) if until < count => return Err(ScanError::Truncated(element)),
                Digits(count) => count,
                UpTo(_) if until == 0 => return Err(ScanError::Truncated(element)),
                UpTo(most) if until > most => return Err(ScanError::SeparatorLost(element)),
                UpTo(_) => until,
            };
            let (value, after) = value.split_at_checked(end).ok_or(ScanError::Character(element))?;
            let allowed = |byte: u8| match length {
                Digits(_) => byte.is_ascii_digit(),
                UpTo(_) => is_allowed(byte),
            };
            if !value.bytes().all(allowed) {
                return Err(ScanError::Character(element));
            }
            match found.iter().find(|(known, _)| *known == element) {
                Some((_, other)) if *other != value => return Err(ScanError::Twice(element)),
                Some(_) => {}
                None if found.len() >= MOST_ELEMENTS => return Err(ScanError::TooLong),
                None => found.push((element, value)),
            }
            rest = after;
        }
        if !scanner.separators_proven {
            no_element_is_hidden(&found, today)?;
        }
        let value = |wanted: &str| found.iter().find(|(element, _)| *element == wanted).map(|(_, value)| *value);
        let national = found.iter().find(|(element, _)| element.starts_with("71"));
        Ok(Self {
            gtin: Gtin::parse(value("01").ok_or(ScanError::NoProduct)?)?,
            expiry: value("17").map(|digits| Expiry::parse(digits, today)).transpose()?,
            batch: value("10").map(str::to_owned),
            serial: value("21").map(str::to_owned),
            national: national
                .map(|(element, number)| National { element: (*element).to_owned(), number: (*number).to_owned() }),
        })
    }

    /// The elements as a scanner sends them, in the order 01, 17, 10, 21, 71x.
    pub fn print(&self) -> String {
        let mut text = format!("01{}", self.gtin);
        if let Some(expiry) = self.expiry {
            text.push_str("17");
            text.push_str(&expiry.digits());
        }
        let national = self.national.as_ref();
        let variable = [
            self.batch.as_ref().map(|batch| ("10", batch)),
            self.serial.as_ref().map(|serial| ("21", serial)),
            national.map(|national| (national.element.as_str(), &national.number)),
        ];
        let variable: Vec<String> =
            variable.into_iter().flatten().map(|(element, value)| format!("{element}{value}")).collect();
        text + &variable.join("\u{1d}")
    }

    /// What is doubtful about the letters of serial and batch.
    pub(crate) fn doubts(&self) -> Option<Warning> {
        let letters = || self.serial.iter().chain(&self.batch).flat_map(|text| text.chars());
        let is_doubtful = letters().any(|c| c.is_ascii_lowercase()) && !letters().any(|c| c.is_ascii_uppercase());
        is_doubtful.then_some(Warning::CaseDoubtful)
    }

    /// Swaps the letters back.
    pub(crate) fn swapped(mut self) -> Self {
        for text in self.serial.iter_mut().chain(&mut self.batch) {
            *text = swap_case(text);
        }
        if let Some(national) = &mut self.national {
            national.number = swap_case(&national.number);
        }
        self
    }
}

/// GS1's characters for values (set 82).
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"%&'()*+,-./_:;<=>?".contains(&byte)
}

/// Refuses a value of free length behind which stands what every medicine's code should have and this one has not.
fn no_element_is_hidden(found: &[(&'static str, &str)], today: NaiveDate) -> Result<(), ScanError> {
    let free = |element: &str| ELEMENTS.iter().any(|&(known, length)| known == element && matches!(length, UpTo(_)));
    for missing in ["01", "17", "10", "21"] {
        if found.iter().any(|(element, _)| *element == missing) {
            continue;
        }
        for (element, value) in found.iter().filter(|(element, _)| free(element)) {
            let mut beginnings = (1..value.len()).filter_map(|at| value.get(at..)?.strip_prefix(missing));
            let is_hidden = beginnings.any(|rest| match missing {
                "01" => rest.get(..14).is_some_and(|digits| Gtin::parse(digits).is_ok()),
                "17" => rest.get(..6).is_some_and(|digits| Expiry::parse(digits, today).is_ok()),
                _ => !rest.is_empty(),
            });
            if is_hidden {
                return Err(ScanError::SeparatorLost(element));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
