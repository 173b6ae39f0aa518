//! A known code for a scanner to read once, when it is set up: it tells what the scanner's way into the computer does to a
//! code (medicines.md 5.3). A program prints it as a GS1 DataMatrix.

use crate::transport::{GS, clean};
use crate::{Key, ScanError, Scanner, WedgeSettings};

/// The contents, with separators: a shop's own number, so that it can never be taken for a medicine; batch and serial hold
/// every kind of character that layouts and capitals change.
pub const SELF_TEST: &str = "01020000000000081799120010aZ-y/Y_z+7\u{1d}21Qw;A:b?9=&";

/// What a scanner's way does to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hazard {
    /// The separator does not arrive.
    SeparatorLost,
    /// Capitals and small letters are swapped or made alike.
    CaseSwapped,
    /// Other characters arrive than were sent: another keyboard layout.
    KeyboardLayout,
    /// The end does not arrive.
    Truncated,
    /// Something else than the symbology's identifier stands before the code.
    Prefix,
    /// The code does not end with the key that is set.
    EndMissing,
    /// More time passes between its keys than a scanner is given.
    TooSlow,
    /// Another code was scanned.
    AnotherCode,
}

impl Hazard {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::SeparatorLost => "scanner-separator-lost",
            Self::CaseSwapped => "scanner-case-swapped",
            Self::KeyboardLayout => "scanner-keyboard-layout",
            Self::Truncated => "scanner-truncated",
            Self::Prefix => "scanner-prefix",
            Self::EndMissing => "scanner-end-missing",
            Self::TooSlow => "scanner-too-slow",
            Self::AnotherCode => "scanner-another-code",
        }
    }
}

/// Judges the scan of the self-test code: a scanner that has been proven, or what is wrong with it, each once.
pub fn judge_self_test(raw: &[u8]) -> Result<Scanner, Vec<Hazard>> {
    let cleaned = match clean(raw) {
        Ok(cleaned) => cleaned,
        // Characters that no code holds; that it was this code is likely but not known.
        Err(ScanError::KeyboardLayout) => return Err(vec![Hazard::KeyboardLayout]),
        Err(_) => return Err(vec![Hazard::AnotherCode]),
    };
    let mut hazards = Vec::new();
    let (prefixed, text) = without_prefix(&cleaned.text);
    if prefixed {
        hazards.push(Hazard::Prefix);
    }
    let expected: Vec<char> = SELF_TEST.chars().filter(|&c| c != GS).collect();
    let came: Vec<char> = text.chars().filter(|&c| c != GS).collect();
    if !text.starts_with(NUMBER) || came.len() > expected.len() {
        return Err(vec![Hazard::AnotherCode]);
    }
    if came.len() < expected.len() {
        hazards.push(Hazard::Truncated);
    }
    for (sent, came) in expected.iter().zip(&came).filter(|(sent, came)| sent != came) {
        hazards.push(if sent.eq_ignore_ascii_case(came) { Hazard::CaseSwapped } else { Hazard::KeyboardLayout });
    }
    let separator = |text: &str| text.find(GS);
    if separator(text) != separator(SELF_TEST) {
        hazards.push(Hazard::SeparatorLost);
    }
    hazards.sort_unstable();
    hazards.dedup();
    if hazards.is_empty() { Ok(Scanner { separators_proven: true }) } else { Err(hazards) }
}

/// The same of a scanner that types: its keys, each with its time, and how it is set up. Also whether it ends as it is set to,
/// and fast enough.
pub fn judge_self_test_keys(keys: &[(Key, u64)], settings: &WedgeSettings) -> Result<Scanner, Vec<Hazard>> {
    let last = keys.last().map(|(key, _)| *key);
    let ends = matches!(last, Some(Key::Enter | Key::Tab));
    let text: String = keys.iter().take(keys.len() - usize::from(ends)).map(|(key, _)| key.character()).collect();
    let judged = judge_self_test(text.as_bytes());
    let mut hazards = judged.err().unwrap_or_default();
    if hazards == [Hazard::AnotherCode] {
        return Err(hazards);
    }
    if last.filter(|_| ends) != settings.suffix {
        hazards.push(Hazard::EndMissing);
    }
    let is_identified = text.starts_with(']');
    let longest = if is_identified { settings.identified_gap_ms } else { settings.gap_ms };
    let gaps = keys.iter().zip(keys.iter().skip(1)).map(|((_, before), (_, after))| after.saturating_sub(*before));
    if gaps.max().is_some_and(|slowest| slowest > longest) {
        hazards.push(Hazard::TooSlow);
    }
    hazards.sort_unstable();
    hazards.dedup();
    if hazards.is_empty() { Ok(Scanner { separators_proven: true }) } else { Err(hazards) }
}

/// Whether the scanner says what kind of code it has read: then it may be slow, and swapped letters are noticed.
pub fn names_symbology(raw: &[u8]) -> bool {
    clean(raw).is_ok_and(|cleaned| cleaned.symbology.is_some())
}

/// How the code begins: it is known by this.
const NUMBER: &str = "0102000000000008";

/// The text from its number on, and whether a few characters stood before it.
fn without_prefix(text: &str) -> (bool, &str) {
    match text.find(NUMBER) {
        Some(at @ 1..=8) => (true, text.get(at..).unwrap_or(text)),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::swap_case;
    use crate::{Code, read};

    #[test]
    fn the_self_test_code_is_a_sound_one_of_a_shops_own() {
        let read = read(SELF_TEST.as_bytes(), "2026-11-26".parse().unwrap(), Scanner::default()).unwrap();
        let Code::Elements(elements) = read.code else { panic!() };
        assert!(elements.gtin.is_in_store());
        assert!(elements.serial.is_some() && elements.batch.is_some());
    }

    #[test]
    fn med_5_3_each_hazard_is_told_by_name() {
        let proven = Scanner { separators_proven: true };
        assert_eq!(judge_self_test(SELF_TEST.as_bytes()), Ok(proven));
        assert_eq!(judge_self_test(format!("]d2{SELF_TEST}\r\n").as_bytes()), Ok(proven));
        assert_eq!(judge_self_test(SELF_TEST.replace(GS, "{GS}").as_bytes()), Ok(proven));
        let hazards = |text: String| judge_self_test(text.as_bytes()).unwrap_err();
        assert_eq!(hazards(SELF_TEST.replace(GS, "")), [Hazard::SeparatorLost]);
        assert_eq!(hazards(swap_case(SELF_TEST)), [Hazard::CaseSwapped]);
        assert_eq!(hazards(SELF_TEST.to_uppercase()), [Hazard::CaseSwapped]);
        // A German layout swaps y and z; a Finnish one makes "+" of "-" and "-" of "/".
        let german = SELF_TEST.replace('y', "\0").replace('z', "y").replace('\0', "z");
        assert_eq!(hazards(german), [Hazard::KeyboardLayout]);
        assert_eq!(hazards(SELF_TEST.replace('-', "+").replace('/', "-")), [Hazard::KeyboardLayout]);
        assert_eq!(hazards(SELF_TEST[..40].to_owned()), [Hazard::Truncated]);
        assert_eq!(hazards("å".to_owned() + SELF_TEST), [Hazard::KeyboardLayout]);
        assert_eq!(hazards("7046260700093".to_owned()), [Hazard::AnotherCode]);
        assert_eq!(hazards(format!("w{SELF_TEST}")), [Hazard::Prefix]);
        assert!(names_symbology(format!("]d2{SELF_TEST}").as_bytes()) && !names_symbology(SELF_TEST.as_bytes()));
        assert_eq!(hazards(swap_case(&SELF_TEST.replace(GS, ""))), [Hazard::SeparatorLost, Hazard::CaseSwapped]);
    }

    #[test]
    fn med_5_3_a_scanner_that_types_is_judged_by_its_keys_as_well() {
        let settings = WedgeSettings::default();
        let typed = |text: &str, pace: u64| -> Vec<(Key, u64)> {
            let key = |c| match c {
                GS => Key::Separator,
                '\n' => Key::Enter,
                '\t' => Key::Tab,
                c => Key::Char(c),
            };
            text.chars().map(key).zip((0..).step_by(usize::try_from(pace).unwrap())).collect()
        };
        let judge = |text: String, pace| judge_self_test_keys(&typed(&text, pace), &settings).err().unwrap_or_default();
        assert_eq!(judge(format!("{SELF_TEST}\n"), 10), []);
        assert_eq!(judge(format!("]d2{SELF_TEST}\n"), 100), [], "one that says its kind may be slow");
        assert_eq!(judge(format!("{SELF_TEST}\n"), 100), [Hazard::TooSlow]);
        assert_eq!(judge(SELF_TEST.to_owned(), 10), [Hazard::EndMissing]);
        assert_eq!(judge(format!("{SELF_TEST}\t"), 10), [Hazard::EndMissing], "another key than the one that is set");
        assert_eq!(judge(format!("{}\n", SELF_TEST.replace(GS, "")), 10), [Hazard::SeparatorLost]);
        assert_eq!(
            judge("7046260700093\n".to_owned(), 100),
            [Hazard::AnotherCode],
            "of another code nothing else is said"
        );
        assert_eq!(judge(String::new(), 10), [Hazard::AnotherCode]);
        let pausing = WedgeSettings { suffix: None, ..settings };
        assert!(judge_self_test_keys(&typed(SELF_TEST, 10), &pausing).is_ok());
    }
}
