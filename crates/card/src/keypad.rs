//! PIN entry on a reader's own keypad, as PC/SC part 10 defines it: the program says what the command looks like, the
//! reader takes the digits from its holder and gives them to the card. The program never has the PIN.

use crate::Pin;

/// Which control code the reader has for FEATURE_VERIFY_PIN_DIRECT; asked with CM_IOCTL_GET_FEATURE_REQUEST.
const VERIFY_PIN_DIRECT: u8 = 0x06;
/// How long the reader waits for the first digit and for each after it, in seconds.
const PATIENCE_S: u8 = 30;
/// ASCII digits, left, at the first byte of the command's data; positions are in bytes.
const FORMAT_ASCII: u8 = 0x82;
/// The entry ends when the holder presses the confirming key.
const KEY_ENDS: u8 = 0x02;

/// A VERIFY whose PIN the reader fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeypadEntry {
    /// The PIN's reference on the card.
    pub(crate) reference: u8,
    /// Bytes to which the digits are padded with zeros; 0: they stay bare and the reader writes the length.
    pub(crate) block: u8,
}

impl KeypadEntry {
    /// PIN_VERIFY_STRUCTURE of part 10, in the byte order of this machine.
    pub fn verify_structure(&self) -> Vec<u8> {
        let mut command = vec![0x00, 0x20, 0x00, self.reference];
        if self.block > 0 {
            command.push(self.block);
            command.resize(command.len() + usize::from(self.block), 0);
        }
        let [least, most] = [Pin::LEAST, Pin::MOST].map(|length| u16::try_from(length).unwrap_or(0));
        let length = u32::try_from(command.len()).unwrap_or(0);
        [
            &[PATIENCE_S, PATIENCE_S, FORMAT_ASCII, self.block & 0x0F, 0][..],
            &(least << 8 | most).to_ne_bytes(),
            &[KEY_ENDS, 0],       // no messages of the program's on a display
            &0_u16.to_ne_bytes(), // the reader's language
            &[0, 0, 0, 0],        // message index, T=1 prologue
            &length.to_ne_bytes(),
            &command,
        ]
        .concat()
    }
}

/// The control code for PIN entry in the reader's list of features, if it has a keypad: tag, length 4, code with the
/// highest byte first.
pub(crate) fn control_code(mut features: &[u8]) -> Option<u32> {
    while let [tag, length, rest @ ..] = features {
        let (value, rest) = rest.split_at_checked(usize::from(*length))?;
        if *tag == VERIFY_PIN_DIRECT {
            return value.try_into().ok().map(u32::from_be_bytes);
        }
        features = rest;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_professionals_pin_stays_bare_and_a_citizens_is_padded_by_the_reader() {
        let bare = KeypadEntry { reference: 0x04, block: 0 }.verify_structure();
        let expected = [30, 30, 0x82, 0x00, 0, 8, 4, 2, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0x00, 0x20, 0x00, 0x04];
        assert_eq!(bare, expected, "on a machine whose lowest byte comes first");
        let padded = KeypadEntry { reference: 0x82, block: 12 }.verify_structure();
        assert_eq!(padded[..5], [30, 30, 0x82, 0x0C, 0]);
        assert_eq!(padded[15..24], [17, 0, 0, 0, 0x00, 0x20, 0x00, 0x82, 0x0C]);
        assert_eq!(padded[24..], [0; 12]);
    }

    #[test]
    fn a_reader_without_the_feature_has_no_keypad() {
        let features = [0x12, 4, 0x42, 0x33, 0, 0x12, 0x06, 4, 0x42, 0x33, 0x00, 0x06, 0x0A, 4, 0x42, 0x33, 0, 0x0A];
        assert_eq!(control_code(&features), Some(0x4233_0006));
        assert_eq!(control_code(&features[..6]), None);
        for broken in [&[][..], &[6], &[6, 4, 1], &[6, 2, 1, 2], &[1, 255, 6, 4, 0, 0, 0, 1]] {
            assert_eq!(control_code(broken), None);
        }
    }
}
