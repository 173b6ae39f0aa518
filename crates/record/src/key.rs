//! The file's key: 32 raw bytes, for SQLCipher without any derivation from a password.
//!
//! It serves the promise that every database of the pharmacy is encrypted. Where the key is kept and how it is
//! wrapped for recovery is left to the caller; here it is only held, used once, and wiped.

use std::fmt;

use zeroize::Zeroizing;

/// The raw 32-byte key of a record. Wiped when dropped; never shown.
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Takes the key's bytes. The caller wipes its own copy.
    pub fn new(bytes: [u8; 32]) -> Key {
        Key(Zeroizing::new(bytes))
    }

    /// The key's bytes, for whoever keeps or wraps it.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The same key once more, for the handle that opens files with it.
    pub(crate) fn duplicate(&self) -> Key {
        Key(self.0.clone())
    }

    /// SQLCipher's statement for a raw key; the text is wiped when dropped.
    pub(crate) fn statement(&self) -> Zeroizing<String> {
        const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        // The capacity is set at once: a string that grows leaves copies of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(96));
        text.push_str("PRAGMA key = \"x'");
        for byte in self.0.iter() {
            for half in [byte >> 4, byte & 0x0f] {
                if let Some(digit) = DIGITS.get(usize::from(half)) {
                    text.push(*digit);
                }
            }
        }
        text.push_str("'\";");
        text
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_written_raw_and_never_shown() {
        let mut bytes = [0u8; 32];
        bytes[0] = 0xa5;
        bytes[31] = 0x0f;
        let key = Key::new(bytes);
        let expected = format!("PRAGMA key = \"x'a5{}0f'\";", "00".repeat(30));
        assert_eq!(key.statement().as_str(), expected);
        assert!(key.statement().capacity() >= expected.len());
        assert_eq!(format!("{key:?}"), "Key(…)");
    }
}
