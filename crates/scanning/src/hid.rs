//! A scanner that is a USB keyboard, read from its raw reports instead of through the operating system: then no keyboard
//! layout of the computer and no caps lock can change what it sends.
//!
//! Reports of the boot protocol (eight bytes: modifiers, reserved, six keys), with the usages of a US keyboard, which is
//! what scanners send unless they are set up otherwise (USB HID Usage Tables, page 7; recalled).

use crate::Key;

/// Ctrl on either side.
const CTRL: u8 = 0b0001_0001;
/// Shift on either side.
const SHIFT: u8 = 0b0010_0010;

/// The keys of usages 0x2c to 0x38, bare and with Shift; 0x32 is not on a US keyboard.
const SIGNS: [(char, char); 13] = [
    (' ', ' '),
    ('-', '_'),
    ('=', '+'),
    ('[', '{'),
    (']', '}'),
    ('\\', '|'),
    ('#', '~'),
    (';', ':'),
    ('\'', '"'),
    ('`', '~'),
    (',', '<'),
    ('.', '>'),
    ('/', '?'),
];

/// Turns reports into keys. A key counts when it goes down.
#[derive(Debug, Default)]
pub struct HidKeyboard {
    down: [u8; 6],
}

impl HidKeyboard {
    /// The keys that went down with a report. A report of another length has none, nor has one that says that too many
    /// keys are down.
    pub fn report(&mut self, report: &[u8]) -> Vec<Key> {
        let Ok([modifiers, _, down @ ..]) = <[u8; 8]>::try_from(report) else { return vec![] };
        if down.contains(&1) {
            return vec![];
        }
        let new = down.iter().filter(|usage| **usage > 3 && !self.down.contains(usage));
        let keys = new.filter_map(|&usage| key(usage, modifiers)).collect();
        self.down = down;
        keys
    }
}

fn key(usage: u8, modifiers: u8) -> Option<Key> {
    let is_shifted = modifiers & SHIFT != 0;
    let character = match usage {
        0x28 | 0x58 => return Some(Key::Enter),
        0x2b => return Some(Key::Tab),
        0x04..=0x1d => {
            let letter = char::from(b'a' + (usage - 0x04));
            if is_shifted { letter.to_ascii_uppercase() } else { letter }
        }
        0x1e..=0x27 => {
            let at = usize::from(usage - 0x1e);
            let row: &[u8] = if is_shifted { b"!@#$%^&*()" } else { b"1234567890" };
            char::from(*row.get(at)?)
        }
        0x2c..=0x38 => {
            let &(bare, shifted) = SIGNS.get(usize::from(usage - 0x2c))?;
            if is_shifted { shifted } else { bare }
        }
        _ => return None,
    };
    if modifiers & CTRL != 0 {
        return (character == ']').then_some(Key::Separator); // Ctrl-] is ASCII 29
    }
    Some(Key::Char(character))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The reports of a US keyboard on which this is typed: each key down and up again.
    fn reports(text: &str) -> Vec<[u8; 8]> {
        let report = |c: char| {
            let found = (0u8..=0xff).flat_map(|usage| [0u8, 2, 1].map(|modifiers| (usage, modifiers)));
            let wanted = match c {
                '\u{1d}' => Key::Separator,
                '\n' => Key::Enter,
                c => Key::Char(c),
            };
            let (usage, modifiers) = found.into_iter().find(|&(usage, m)| key(usage, m) == Some(wanted)).unwrap();
            [[modifiers, 0, usage, 0, 0, 0, 0, 0], [0; 8]]
        };
        text.chars().flat_map(report).collect()
    }

    #[test]
    fn known_usages() {
        assert_eq!(key(0x04, 0), Some(Key::Char('a')));
        assert_eq!(key(0x1d, 0x02), Some(Key::Char('Z')));
        assert_eq!(key(0x1e, 0), Some(Key::Char('1')));
        assert_eq!(key(0x27, 0), Some(Key::Char('0')));
        assert_eq!(key(0x1f, 0x20), Some(Key::Char('@')));
        assert_eq!(key(0x30, 0), Some(Key::Char(']')));
        assert_eq!(key(0x30, 0x10), Some(Key::Separator));
        assert_eq!(key(0x38, 0), Some(Key::Char('/')));
        assert_eq!(key(0x2d, 0x02), Some(Key::Char('_')));
        assert_eq!(key(0x04, 0x01), None, "Ctrl-a types nothing");
    }

    #[test]
    fn med_5_3_a_scan_from_raw_reports_needs_no_layout() {
        let text = "]d201070462607000931728053110A-1/b_Z\u{1d}219XK3LM0Q77\n";
        let mut keyboard = HidKeyboard::default();
        let mut wedge = crate::Wedge::new(crate::WedgeSettings::default());
        let mut events = vec![];
        for (report, at) in reports(text).into_iter().zip((0u64..).step_by(2)) {
            for key in keyboard.report(&report) {
                events.extend(wedge.key(key, at));
            }
        }
        assert_eq!(events, [crate::WedgeEvent::Scan(text.trim_end().to_owned())]);
    }

    #[test]
    fn a_key_that_stays_down_counts_once() {
        let mut keyboard = HidKeyboard::default();
        assert_eq!(keyboard.report(&[0, 0, 4, 0, 0, 0, 0, 0]), [Key::Char('a')]);
        assert_eq!(keyboard.report(&[0, 0, 4, 5, 0, 0, 0, 0]), [Key::Char('b')]);
        assert_eq!(keyboard.report(&[0, 0, 1, 1, 1, 1, 1, 1]), [], "too many keys");
        assert_eq!(keyboard.report(&[0, 0, 4, 5, 0, 0, 0, 0]), [], "they were down all the time");
        assert_eq!(keyboard.report(&[0, 0, 4]), []);
    }

    proptest! {
        #[test]
        fn no_report_makes_it_fall(reports in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..10), 0..20)) {
            let mut keyboard = HidKeyboard::default();
            for report in reports {
                prop_assert!(keyboard.report(&report).len() <= 6);
            }
        }
    }
}
