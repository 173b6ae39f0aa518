//! Identifiers of documents, people and packages (wire-format notes, sections 2.1 and 9).
//!
//! Each is parsed once at the border into a type that cannot be malformed. An identity code never shows itself in a
//! debug print, so that no log line can hold one by accident.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::Sex;

/// Why a text is not the identifier that it should be. Holds no part of the text: it may be somebody's identity code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIdentifier {
    /// Not digits and dots, an arc with a leading zero, or too long.
    #[error("not an object identifier")]
    Oid,
    /// Not the eleven characters of a personal identity code with a real date.
    #[error("not a personal identity code")]
    IdentityCodeForm,
    /// The form is right and the check character is wrong.
    #[error("the check character of the personal identity code does not match")]
    IdentityCodeCheck,
    /// Not eleven digits.
    #[error("not a registration number of eleven digits")]
    RegistrationNumber,
    /// Not six digits.
    #[error("not a Nordic article number of six digits")]
    Vnr,
}

impl InvalidIdentifier {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Oid => "oid-invalid",
            Self::IdentityCodeForm => "identity-code-form",
            Self::IdentityCodeCheck => "identity-code-check",
            Self::RegistrationNumber => "registration-number-invalid",
            Self::Vnr => "vnr-invalid",
        }
    }
}

/// An ISO object identifier such as `1.2.246.10.1602257.93.2014.1001`; arcs carry no leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Oid(String);

impl Oid {
    /// The longest identifier that any known document holds is 44 characters; 128 leaves room and bounds storage.
    const LONGEST: usize = 128;

    /// Reads an object identifier.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let arc_is_sound = |arc: &str| {
            !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit()) && (arc == "0" || !arc.starts_with('0'))
        };
        let sound = text.len() <= Self::LONGEST && text.contains('.') && text.split('.').all(arc_is_sound);
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidIdentifier::Oid) }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This identifier with one more arc, as inner sections of a document carry it.
    pub fn child(&self, arc: u64) -> Self {
        Self(format!("{}.{arc}", self.0))
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Oid {
    type Error = InvalidIdentifier;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Oid> for String {
    fn from(oid: Oid) -> Self {
        oid.0
    }
}

/// A personal identity code (henkilötunnus, HETU): `ddmmyyCnnnT`.
///
/// What a person types must pass [`PersonIdentityCode::parse`]. What a document holds is kept as it stands by
/// [`PersonIdentityCode::as_stated`], because refusing somebody else's slip would hide a prescription from a patient.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonIdentityCode(String);

impl PersonIdentityCode {
    const CHECK: &'static [u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

    /// Reads a code that a person typed or scanned: form, date and check character must be right.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let text = text.trim().to_ascii_uppercase();
        let code = Self(text);
        code.birth_date().ok_or(InvalidIdentifier::IdentityCodeForm)?;
        if code.check_matches() { Ok(code) } else { Err(InvalidIdentifier::IdentityCodeCheck) }
    }

    /// Keeps a code as a document states it, whatever it is (at most 32 characters of it).
    pub fn as_stated(text: &str) -> Self {
        Self(text.trim().chars().take(32).collect())
    }

    /// Whether the check character is the one that the digits demand (remainder of 31, recalled rule).
    pub fn check_matches(&self) -> bool {
        let bytes = self.0.as_bytes();
        let (Some(date), Some(individual), Some(check)) = (self.0.get(0..6), self.0.get(7..10), bytes.get(10)) else {
            return false;
        };
        let Ok(number) = format!("{date}{individual}").parse::<u64>() else { return false };
        usize::try_from(number % 31).ok().and_then(|i| Self::CHECK.get(i)) == Some(check) && bytes.len() == 11
    }

    /// The date of birth that the code states, if it is a date.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        if self.0.len() != 11 || !self.0.is_ascii() {
            return None;
        }
        let number = |range| self.0.get(range).and_then(|t: &str| t.parse::<u32>().ok());
        number(7..10)?;
        let century = match self.0.as_bytes().get(6)? {
            b'+' => 1800,
            b'-' | b'Y' | b'X' | b'W' | b'V' | b'U' => 1900,
            b'A'..=b'F' => 2000,
            _ => return None,
        };
        let year = century + i32::try_from(number(4..6)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(2..4)?, number(0..2)?)
    }

    /// The sex that the individual number states: odd for men (recalled rule).
    pub fn sex(&self) -> Option<Sex> {
        let number: u32 = self.0.get(7..10)?.parse().ok()?;
        Some(if number % 2 == 1 { Sex::Male } else { Sex::Female })
    }

    /// Whether the individual number lies in 900–999, which no living person has.
    pub fn is_artificial(&self) -> bool {
        self.0.get(7..8) == Some("9")
    }

    /// The whole code, for documents and queries only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The code as a screen shows it across the counter: `030875-9•••`.
    pub fn masked(&self) -> String {
        let shown: String = self.0.chars().take(8).collect();
        format!("{shown}•••")
    }
}

impl fmt::Debug for PersonIdentityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonIdentityCode(•••)")
    }
}

/// A professional's registration number (rekisteröintinumero, "Terhikki"), eleven digits under root 1.2.246.537.26.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistrationNumber(String);

impl RegistrationNumber {
    /// Reads eleven digits. The Luhn digit is not demanded: Kela's own test numbers break it.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let sound = text.len() == 11 && text.bytes().all(|b| b.is_ascii_digit());
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidIdentifier::RegistrationNumber) }
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RegistrationNumber {
    type Error = InvalidIdentifier;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RegistrationNumber> for String {
    fn from(number: RegistrationNumber) -> Self {
        number.0
    }
}

/// A Nordic article number (VNR), six digits, naming one package of one product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Vnr(String);

impl Vnr {
    /// Reads six digits. The Luhn digit is a warning elsewhere, never a refusal: numbers that start with 0 break it.
    pub fn parse(text: &str) -> Result<Self, InvalidIdentifier> {
        let sound = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidIdentifier::Vnr) }
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Vnr {
    type Error = InvalidIdentifier;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Vnr> for String {
    fn from(vnr: Vnr) -> Self {
        vnr.0
    }
}

/// How one document names another: its own identifier, that of its first version, and its type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DocumentReference {
    /// `id/@root`: this very version.
    pub id: Oid,
    /// `setId/@root`: the first version, the same through corrections and cancellations.
    pub set_id: Oid,
    /// Code in 1.2.246.537.5.40105.2006.
    pub document_type: crate::DocumentType,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_code_is_checked_when_typed_and_kept_when_stated() {
        assert!(PersonIdentityCode::parse("010181-900C").unwrap().is_artificial());
        assert_eq!(PersonIdentityCode::parse("010181-900D"), Err(InvalidIdentifier::IdentityCodeCheck));
        assert_eq!(PersonIdentityCode::parse("310281-900C"), Err(InvalidIdentifier::IdentityCodeForm));
        assert_eq!(PersonIdentityCode::as_stated("010181-900D").reveal(), "010181-900D");
        assert_eq!(PersonIdentityCode::parse("010181-900C").unwrap().masked(), "010181-9•••");
    }

    #[test]
    fn an_identity_code_never_shows_itself_in_a_debug_print() {
        let code = PersonIdentityCode::as_stated("010181-900C");
        assert!(!format!("{code:?}").contains("0181"));
    }

    #[test]
    fn an_object_identifier_has_no_leading_zeros() {
        assert!(Oid::parse("1.2.246.10.1602257.93.2014.1001").is_ok());
        for wrong in ["", "1", "1..2", "1.02", "1.2.x", "1.2."] {
            assert_eq!(Oid::parse(wrong), Err(InvalidIdentifier::Oid), "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(text in "\\PC*") {
            let _ = PersonIdentityCode::parse(&text);
            let _ = PersonIdentityCode::as_stated(&text).masked();
            let _ = Oid::parse(&text);
            let _ = RegistrationNumber::parse(&text);
            let _ = Vnr::parse(&text);
        }
    }
}
