//! A known code for a scanner to read once, when it is set up: it tells what the scanner's way into the computer does to a
//! code (medicines.md 5.3). A program prints it as a GS1 DataMatrix.

use crate::Scanner;
use crate::transport::{GS, clean};

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
            Self::AnotherCode => "scanner-another-code",
        }
    }
}

/// Judges the scan of the self-test code: a scanner that has been proven, or what is wrong with it, each once.
pub fn judge_self_test(raw: &[u8]) -> Result<Scanner, Vec<Hazard>> {
    let Ok(cleaned) = clean(raw) else {
        // Characters that no code holds; that it was this code is likely but not known.
        return Err(vec![Hazard::KeyboardLayout]);
    };
    let mut hazards = Vec::new();
    let expected: Vec<char> = SELF_TEST.chars().filter(|&c| c != GS).collect();
    let came: Vec<char> = cleaned.text.chars().filter(|&c| c != GS).collect();
    let digits = |text: &[char]| text.iter().take(16).collect::<String>();
    if digits(&expected) != digits(&came) || came.len() > expected.len() {
        return Err(vec![Hazard::AnotherCode]);
    }
    if came.len() < expected.len() {
        hazards.push(Hazard::Truncated);
    }
    for (sent, came) in expected.iter().zip(&came).filter(|(sent, came)| sent != came) {
        hazards.push(if sent.eq_ignore_ascii_case(came) { Hazard::CaseSwapped } else { Hazard::KeyboardLayout });
    }
    let separator = |text: &str| text.find(GS);
    if separator(&cleaned.text) != separator(SELF_TEST) {
        hazards.push(Hazard::SeparatorLost);
    }
    hazards.sort_unstable();
    hazards.dedup();
    if hazards.is_empty() { Ok(Scanner { separators_proven: true }) } else { Err(hazards) }
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
        assert_eq!(hazards(swap_case(&SELF_TEST.replace(GS, ""))), [Hazard::SeparatorLost, Hazard::CaseSwapped]);
    }
}
