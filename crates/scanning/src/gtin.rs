//! Trade item numbers, always as fourteen digits, and the VNR that stands in those of the Nordic prefix.

use std::fmt;

use prescription::Vnr;
use serde::{Deserialize, Serialize};

use crate::ScanError;

/// The prefix of Nordic article numbers within a GTIN-13 (NTIN), read in wiki.vnr.fi. For no other prefix does the number
/// say the VNR.
const NORDIC: &str = "704626";

/// A global trade item number (GTIN-8, -12, -13 or -14), kept as fourteen digits with leading zeros. Its check digit fits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Gtin(String);

impl Gtin {
    /// Reads 8, 12, 13 or 14 digits.
    pub fn parse(text: &str) -> Result<Self, ScanError> {
        if !matches!(text.len(), 8 | 12 | 13 | 14) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ScanError::NotRecognised);
        }
        let (digits, check) = text.split_at(text.len() - 1);
        if check != check_digit(digits).to_string() {
            return Err(ScanError::CheckDigit);
        }
        Ok(Self(format!("{text:0>14}")))
    }

    /// The Nordic number (NTIN) of a VNR.
    pub fn nordic(vnr: &Vnr) -> Self {
        let digits = format!("0{NORDIC}{}", vnr.as_str());
        Self(format!("{digits}{}", check_digit(&digits)))
    }

    /// The fourteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The VNR, for a number of the Nordic prefix; of any other the table must know it (medicines.md, part 0 no. 9).
    pub fn nordic_vnr(&self) -> Option<Vnr> {
        let number = self.0.strip_prefix('0')?.strip_prefix(NORDIC)?;
        Vnr::parse(number.get(..6)?).ok()
    }

    /// A number that a shop gives to its own goods (GS1 prefixes 02, 04 and 20–29; recalled): it names no medicine.
    pub fn is_in_store(&self) -> bool {
        let company = self.0.get(1..).unwrap_or_default();
        company.starts_with("02") || company.starts_with("04") || company.starts_with('2')
    }
}

/// GS1's check digit: weights 3 and 1 from the right.
fn check_digit(digits: &str) -> u32 {
    let weighted = digits.bytes().rev().zip([3u32, 1].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
    (10 - sum % 10) % 10
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Gtin {
    type Error = ScanError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Gtin> for String {
    fn from(gtin: Gtin) -> Self {
        gtin.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn med_8_3_nordic_numbers() {
        for (gtin, vnr) in [
            ("07046260700093", "070009"),
            ("07046260624085", "062408"),
            ("07046264865712", "486571"),
            ("07046263742311", "374231"),
            ("07046260162945", "016294"),
            ("07046260491342", "049134"),
        ] {
            let parsed = Gtin::parse(gtin).unwrap();
            assert_eq!(parsed.nordic_vnr().unwrap().as_str(), vnr);
            assert_eq!(Gtin::parse(&gtin[1..]).unwrap(), parsed, "as EAN-13");
            assert_eq!(Gtin::nordic(&Vnr::parse(vnr).unwrap()), parsed);
        }
    }

    #[test]
    fn med_0_9_another_prefix_never_says_a_vnr() {
        assert_eq!(Gtin::parse("6438153469593").map(|gtin| gtin.nordic_vnr()), Err(ScanError::CheckDigit));
        let other = Gtin::parse("6438153469598").or_else(|_| Gtin::parse("4006381333931")).unwrap();
        assert_eq!(other.nordic_vnr(), None);
        // An outer box (indicator digit 1) of a Nordic number is another item.
        let outer = (0..10).find_map(|check| Gtin::parse(&format!("1704626070009{check}")).ok()).unwrap();
        assert_eq!(outer.nordic_vnr(), None);
    }

    proptest! {
        #[test]
        fn one_wrong_digit_or_a_lost_one_is_noticed(vnr in "[0-9]{6}", at in 0usize..14, digit in 0u8..10) {
            let good = Gtin::nordic(&Vnr::parse(&vnr).unwrap());
            let mut wrong = good.as_str().as_bytes().to_vec();
            wrong[at] = b'0' + digit;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(Gtin::parse(&wrong).is_ok(), wrong == good.as_str());
            prop_assert_eq!(Gtin::parse(good.as_str()), Ok(good.clone()));
        }

        #[test]
        fn no_text_makes_it_fall(text in any::<String>()) {
            let _ = Gtin::parse(&text);
        }
    }
}
