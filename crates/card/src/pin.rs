//! A person's PIN on its short way from the keyboard to the card: wiped after use, never printed.

use crate::CardError;
use std::fmt;
use zeroize::Zeroizing;

/// 4 to 8 digits. The memory is wiped when it goes.
pub struct Pin {
    digits: Zeroizing<[u8; Pin::MOST]>,
    length: usize,
}

impl Pin {
    const LEAST: usize = 4;
    const MOST: usize = 8;

    /// Takes the digits. Professional cards have 4 to 8 of them for both PINs (dvv.fi); anything else costs a try on
    /// the card, so it ends here.
    pub fn new(text: &str) -> Result<Self, CardError> {
        let bytes = text.as_bytes();
        if !(Self::LEAST..=Self::MOST).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(CardError::PinLength);
        }
        let mut digits = Zeroizing::new([0; Self::MOST]);
        digits.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(Self { digits, length: bytes.len() })
    }

    pub(crate) fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(••••)")
    }
}

/// Which of the card's two PINs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PinSlot {
    /// Perustunnusluku: logging in.
    Pin1,
    /// Allekirjoitustunnusluku: signing.
    Pin2,
}

impl fmt::Display for PinSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pin1 => "PIN1",
            Self::Pin2 => "PIN2",
        })
    }
}

/// What the card says of a PIN before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinStatus {
    /// It can be used.
    Ready {
        /// Tries left, if the card tells.
        left: Option<u8>,
    },
    /// It was given and still counts, so all its tries are there.
    Verified,
    /// No try is left.
    Blocked,
    /// The holder has not activated the card.
    NotActivated,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_has_four_to_eight_digits_and_does_not_show_them() {
        for text in ["123", "123456789", "12 4", "12a4", "", "١٢٣٤"] {
            assert_eq!(Pin::new(text).map(|_| ()), Err(CardError::PinLength));
        }
        let pin = Pin::new("12345678").unwrap();
        assert_eq!(pin.digits(), b"12345678");
        assert_eq!(format!("{pin:?}"), "Pin(••••)");
        assert_eq!(Pin::new("0000").unwrap().digits(), b"0000");
    }
}
