//! A person's PIN on its short way from the keyboard to the card: wiped after use, never printed.

use crate::CardError;
use std::fmt;
use zeroize::Zeroizing;

/// 4 to 8 digits whose memory is wiped when it goes, or the word that its holder enters it elsewhere.
pub struct Pin(Option<Digits>);

struct Digits {
    digits: Zeroizing<[u8; Pin::MOST]>,
    length: usize,
}

impl Pin {
    /// Fewest digits of a PIN.
    pub(crate) const LEAST: usize = 4;
    /// Most digits of a PIN.
    pub(crate) const MOST: usize = 8;

    /// Takes the digits. Professional cards have 4 to 8 of them for both PINs (dvv.fi); anything else costs a try on
    /// the card, so it ends here.
    pub fn new(text: &str) -> Result<Self, CardError> {
        let bytes = text.as_bytes();
        if !(Self::LEAST..=Self::MOST).contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(CardError::PinLength);
        }
        let mut digits = Zeroizing::new([0; Self::MOST]);
        digits.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(Self(Some(Digits { digits, length: bytes.len() })))
    }

    /// The holder enters it on the reader's own keypad ([`crate::CardSession::has_keypad`]) or in the window of the
    /// program that holds the card. This program never sees it.
    pub fn entered_elsewhere() -> Self {
        Self(None)
    }

    /// Whether the holder enters it elsewhere.
    pub fn is_entered_elsewhere(&self) -> bool {
        self.0.is_none()
    }

    /// The digits, where they were given to this program.
    pub(crate) fn digits(&self) -> Option<&[u8]> {
        self.0.as_ref().and_then(|pin| pin.digits.get(..pin.length))
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
        assert_eq!(pin.digits(), Some(&b"12345678"[..]));
        assert_eq!(format!("{pin:?}"), "Pin(••••)");
        assert_eq!(Pin::new("0000").unwrap().digits(), Some(&b"0000"[..]));
        assert!(Pin::entered_elsewhere().is_entered_elsewhere() && !pin.is_entered_elsewhere());
    }
}
