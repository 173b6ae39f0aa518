//! A scanner that is read as a device and not as a keyboard of the computer: bytes of a serial port, or raw reports of USB HID.
//! No layout of the computer, no caps lock and no focus can change what it sends.
//!
//! Reports of a bar code scanner (USB HID Point of Sale Usage Tables, usage page 8C) as scanners' manuals show them: 64 bytes;
//! number 2, length of the data, the symbology's identifier (`]d2`) in three bytes, up to 56 bytes of data, the maker's own, and
//! in the last byte whether more of the same code follows (docs/assumptions.md). Reports of eight bytes are those of a keyboard.

use crate::{HidKeyboard, Key, Lines};

/// A scan of more bytes than these is dropped as a whole, and said.
pub(crate) const LONGEST: usize = 512;

/// The number of the report that holds scanned data.
const SCANNED_DATA: u8 = 2;

/// What came of a device's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A scan, for [`crate::read`]. One that was too long has one byte more than may be, so that it is refused.
    Scan(Vec<u8>),
    /// What came did not end as a scan does, or is no report that a scanner sends. To be said; nothing of it is guessed.
    Broken,
}

/// Cuts what a scanner sends into scans.
#[derive(Debug)]
pub enum Receiver {
    /// Bytes of a serial port.
    Serial(Lines),
    /// Raw reports of USB HID, each handed in whole.
    Hid(Reports),
}

impl Receiver {
    /// Takes what was read at once; of HID that is one report.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Received> {
        match self {
            Self::Serial(lines) => lines.take(bytes).into_iter().map(Received::Scan).collect(),
            Self::Hid(reports) => reports.take(bytes),
        }
    }

    /// Nothing came for a while. What is held is a scan where scans end with a pause, and else it was cut short.
    pub fn pause(&mut self, pause_ends: bool) -> Option<Received> {
        let (held, is_whole) = match self {
            Self::Serial(lines) => (lines.let_go()?, pause_ends),
            Self::Hid(reports) => {
                let (held, from_keyboard) = reports.let_go()?;
                (held, pause_ends && from_keyboard)
            }
        };
        Some(if is_whole { Received::Scan(held) } else { Received::Broken })
    }
}

/// Puts raw reports together.
#[derive(Debug, Default)]
pub struct Reports {
    keyboard: HidKeyboard,
    /// What the keyboard's keys have typed of a scan.
    typed: Vec<u8>,
    /// What came of a code that goes on in the next report.
    begun: Vec<u8>,
}

impl Reports {
    /// Takes one report.
    pub fn take(&mut self, report: &[u8]) -> Vec<Received> {
        match report {
            [_, _, _, _, _, _, _, _] => self.keys(report),
            // Some keyboards number their reports.
            [_, report @ ..] if report.len() == 8 => self.keys(report),
            [SCANNED_DATA, length, symbology @ .., more] if report.len() == 64 => {
                let (symbology, rest) = symbology.split_at(3);
                let Some(data) = rest.get(..usize::from(*length)).filter(|data| data.len() <= 56) else {
                    self.begun.clear();
                    return vec![Received::Broken];
                };
                // Each part of a code begins with the identifier; it counts once.
                if self.begun.is_empty() && symbology.first() == Some(&b']') {
                    self.begun.extend(symbology);
                }
                hold(&mut self.begun, data);
                if more & 1 == 1 {
                    return vec![];
                }
                scan(&mut self.begun).into_iter().collect()
            }
            // The state of a trigger, an answer to a command: numbered otherwise.
            [number, ..] if report.len() == 64 && *number != SCANNED_DATA => vec![],
            _ => vec![Received::Broken],
        }
    }

    fn keys(&mut self, report: &[u8]) -> Vec<Received> {
        let mut scans = Vec::new();
        for key in self.keyboard.report(report) {
            match key {
                Key::Enter | Key::Tab => scans.extend(scan(&mut self.typed)),
                Key::Separator => hold(&mut self.typed, &[0x1d]),
                Key::Char(c) => hold(&mut self.typed, c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        scans
    }

    /// What is held, and whether keys typed it.
    fn let_go(&mut self) -> Option<(Vec<u8>, bool)> {
        let begun = std::mem::take(&mut self.begun);
        let typed = std::mem::take(&mut self.typed);
        match (begun.is_empty(), typed.is_empty()) {
            (true, true) => None,
            (true, false) => Some((typed, true)),
            (false, _) => Some((begun, false)),
        }
    }
}

/// Holds what came, and of what is too long one byte more than may be.
fn hold(held: &mut Vec<u8>, more: &[u8]) {
    let room = (LONGEST + 1).saturating_sub(held.len());
    held.extend(more.iter().take(room));
}

fn scan(held: &mut Vec<u8>) -> Option<Received> {
    let scan = std::mem::take(held);
    (!scan.is_empty()).then_some(Received::Scan(scan))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ScanError, Scanner, read};

    const BURANA: &str = "01070462607000931728053110A1B2\u{1d}219XK3LM0Q7";

    /// The reports of a scanner that sends this.
    fn reports(symbology: &str, text: &str) -> Vec<Vec<u8>> {
        let parts: Vec<&[u8]> = text.as_bytes().chunks(56).collect();
        let last = parts.len() - 1;
        let report = |(at, part): (usize, &&[u8])| {
            let mut report = vec![0; 64];
            (report[0], report[1], report[63]) = (2, u8::try_from(part.len()).unwrap(), u8::from(at < last));
            report[2..5].copy_from_slice(symbology.as_bytes());
            report[5..5 + part.len()].copy_from_slice(part);
            report
        };
        parts.iter().enumerate().map(report).collect()
    }

    fn take(receiver: &mut Receiver, reports: Vec<Vec<u8>>) -> Vec<Received> {
        reports.iter().flat_map(|report| receiver.take(report)).collect()
    }

    #[test]
    fn med_5_3_a_code_in_reports_of_a_bar_code_scanner_is_one_scan() {
        let mut receiver = Receiver::Hid(Reports::default());
        let scanned = |text: &str| Received::Scan(format!("]d2{text}").into_bytes());
        assert_eq!(take(&mut receiver, reports("]d2", BURANA)), [scanned(BURANA)]);
        let long = format!("{BURANA}\u{1d}{}", "2403".repeat(20));
        assert_eq!(
            take(&mut receiver, reports("]d2", &long)),
            [scanned(&long)],
            "in three reports, its kind said once"
        );
        assert_eq!(
            take(&mut receiver, reports("\0\0\0", "7046260700093")),
            [Received::Scan(b"7046260700093".to_vec())]
        );
        assert_eq!(receiver.pause(true), None);
    }

    #[test]
    fn med_5_3_a_code_that_does_not_go_on_is_broken_and_the_next_one_whole() {
        let mut receiver = Receiver::Hid(Reports::default());
        let first = reports("]d2", &"1".repeat(60)).remove(0);
        assert_eq!(receiver.take(&first), []);
        assert_eq!(receiver.pause(true), Some(Received::Broken), "a pause never ends what was said to go on");
        assert_eq!(
            take(&mut receiver, reports("]E0", "7046260700093")),
            [Received::Scan(b"]E07046260700093".to_vec())]
        );
        let mut report = reports("]d2", BURANA).remove(0);
        report[1] = 57;
        assert_eq!(receiver.take(&report), [Received::Broken], "longer than a report");
        report[0] = 3;
        assert_eq!(receiver.take(&report), [], "not of a scan");
        assert_eq!(receiver.take(&[2; 63]), [Received::Broken]);
        assert_eq!(receiver.take(&[]), [Received::Broken]);
    }

    #[test]
    fn med_5_3_a_code_without_end_is_refused_as_too_long() {
        let mut receiver = Receiver::Hid(Reports::default());
        let endless = reports("]d2", &"1".repeat(3_000));
        let received = take(&mut receiver, endless);
        let [Received::Scan(scan)] = received.as_slice() else { panic!() };
        assert_eq!(scan.len(), LONGEST + 1);
        let today = "2026-11-26".parse().unwrap();
        assert_eq!(read(scan, today, Scanner::default()), Err(ScanError::TooLong));
    }

    #[test]
    fn med_5_3_a_keyboards_raw_reports_end_with_enter_or_where_it_is_set_so_with_a_pause() {
        let press = |receiver: &mut Receiver, usages: &[u8]| -> Vec<Received> {
            let pressed = usages.iter().flat_map(|usage| [[0, 0, *usage, 0, 0, 0, 0, 0], [0; 8]]);
            pressed.flat_map(|report| receiver.take(&report)).collect()
        };
        let mut receiver = Receiver::Hid(Reports::default());
        assert_eq!(press(&mut receiver, &[0x24, 0x27, 0x28]), [Received::Scan(b"70".to_vec())]);
        assert_eq!((press(&mut receiver, &[0x24]), receiver.pause(false)), (vec![], Some(Received::Broken)));
        assert_eq!(
            (press(&mut receiver, &[0x24]), receiver.pause(true)),
            (vec![], Some(Received::Scan(b"7".to_vec())))
        );
        let numbered = [1, 0, 0, 0x24, 0, 0, 0, 0, 0];
        assert_eq!((receiver.take(&numbered), receiver.pause(true)), (vec![], Some(Received::Scan(b"7".to_vec()))));
    }

    #[test]
    fn med_5_3_a_serial_scanner_ends_with_a_line_end_or_where_it_is_set_so_with_a_pause() {
        let mut receiver = Receiver::Serial(Lines::default());
        assert_eq!(receiver.take(b"\x02]E0704626"), []);
        assert_eq!(receiver.take(b"0700093\r\n"), [Received::Scan(b"\x02]E07046260700093".to_vec())]);
        assert_eq!(receiver.pause(false), None);
        assert_eq!((receiver.take(b"7046"), receiver.pause(false)), (vec![], Some(Received::Broken)));
        assert_eq!((receiver.take(b"70"), receiver.pause(true)), (vec![], Some(Received::Scan(b"70".to_vec()))));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_fall_and_nothing_is_held_without_limit(
            reports in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..70),
                proptest::collection::vec(any::<u8>(), 64).prop_map(|mut report| { report[0] = 2; report }),
                proptest::collection::vec(any::<u8>(), 8),
            ], 0..40),
        ) {
            let mut receivers = [Receiver::Hid(Reports::default()), Receiver::Serial(Lines::default())];
            for receiver in &mut receivers {
                for report in &reports {
                    for received in receiver.take(report) {
                        prop_assert!(!matches!(received, Received::Scan(scan) if scan.len() > LONGEST + 1));
                    }
                }
                receiver.pause(true);
                prop_assert_eq!(receiver.pause(true), None, "let go once");
            }
        }
    }
}
