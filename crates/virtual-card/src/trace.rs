//! Commands and answers in hexadecimal, for comparing with a real card's; a PIN never appears.

use std::fmt::Write as _;
use std::io::Write;

/// A trace stops growing here; 16 MiB are some hundred thousand commands.
const LIMIT_BYTES: usize = 16 * 1024 * 1024;

/// Writes a trace until its limit is reached.
pub struct Trace<W: Write> {
    out: W,
    written: usize,
}

impl<W: Write> Trace<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, written: 0 }
    }

    /// One line: milliseconds since the program started, a mark (`>` command, `<` answer, `*` remark), the bytes.
    /// A full disk must not stop a card, so failures to write are ignored.
    pub fn line(&mut self, at_ms: u128, mark: char, text: &str) {
        if self.written > LIMIT_BYTES {
            return;
        }
        let line = format!("{at_ms:>8} {mark} {text}\n");
        self.written += line.len();
        let _ = self.out.write_all(line.as_bytes());
        let _ = self.out.flush();
    }
}

/// A command in hexadecimal. The data of VERIFY, CHANGE and RESET RETRY COUNTER is replaced by its length, also when
/// the command is malformed: whatever follows the header could be a PIN.
pub fn command(bytes: &[u8]) -> String {
    match bytes {
        [_, 0x20 | 0x24 | 0x2C, _, _, data @ ..] if !data.is_empty() => {
            let header = bytes.get(..4).unwrap_or_default();
            format!("{} [{} bytes blacked out]", hex(header), data.len())
        }
        _ => hex(bytes),
    }
}

/// Bytes in hexadecimal with spaces.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        let _ = write!(text, "{byte:02X} ");
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_blacked_out_in_every_form() {
        for bytes in [
            &b"\x00\x20\x00\x03\x041234"[..],
            b"\x00\x2C\x02\x03\x041234",
            b"\x80\x24\x00\x041234",
            b"\x00\x20\x00\x031234",
        ] {
            let text = command(bytes);
            assert!(text.contains("blacked out") && !text.contains("31 32"), "{text}");
        }
        assert_eq!(command(&[0, 0x20, 0, 3]), "00 20 00 03");
        assert_eq!(command(&[0, 0xA4, 4, 0]), "00 A4 04 00");
    }
}
