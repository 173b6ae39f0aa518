//! A serial port's bytes, cut into scans.

use crate::device::LONGEST;

/// Collects bytes until a line ends (CR, LF or ETX).
#[derive(Debug, Default)]
pub struct Lines {
    held: Vec<u8>,
    is_too_long: bool,
}

impl Lines {
    /// Takes bytes as they come; answers the scans that they complete. One that was too long is answered with its first
    /// bytes and one more than may be, so that [`crate::read`] refuses it.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut scans = Vec::new();
        for &byte in bytes {
            match byte {
                b'\r' | b'\n' | 3 => {
                    let scan = std::mem::take(&mut self.held);
                    self.is_too_long = false;
                    if !scan.is_empty() {
                        scans.push(scan);
                    }
                }
                _ if self.is_too_long => {}
                _ => {
                    self.held.push(byte);
                    self.is_too_long = self.held.len() > LONGEST;
                }
            }
        }
        scans
    }

    /// What has come of a scan whose end has not, if anything.
    pub(crate) fn let_go(&mut self) -> Option<Vec<u8>> {
        self.is_too_long = false;
        let held = std::mem::take(&mut self.held);
        (!held.is_empty()).then_some(held)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_become_scans_however_they_are_cut() {
        let mut lines = Lines::default();
        assert!(lines.take(b"]d20107").is_empty());
        assert_eq!(lines.take(b"046\r\n\x02123\x03"), [b"]d20107046".to_vec(), b"\x02123".to_vec()]);
        let long = lines.take(&[vec![b'1'; 5000], b"\r".to_vec()].concat());
        assert_eq!(long[0].len(), LONGEST + 1);
        let today = "2026-11-26".parse().unwrap();
        assert_eq!(crate::read(&long[0], today, crate::Scanner::default()), Err(crate::ScanError::TooLong));
    }

    proptest! {
        #[test]
        fn nothing_is_held_without_limit(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut lines = Lines::default();
            for scan in lines.take(&bytes) {
                prop_assert!(scan.len() <= LONGEST + 1);
            }
            prop_assert!(lines.held.len() <= LONGEST + 1);
        }
    }
}
