//! For whom a page is made: in which language, and whether identity codes are shown whole. Every text of a document
//! passes here once on its way to a page: characters that could disturb a page or a terminal are made visible, and
//! whatever looks like an identity code is masked, also in free text.

use prescription::{Language, PersonIdentityCode};

/// For whom a page is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Viewer {
    /// In which language.
    pub language: Language,
    /// Whether identity codes are shown whole.
    pub whole: bool,
}

impl Viewer {
    /// A text of a document as it may be shown.
    pub fn shown(&self, text: &str) -> String {
        let text = text.trim();
        if self.whole { visible(text) } else { visible(&masked(text)) }
    }

    /// A patient's identity code as it may be shown, whatever it looks like.
    pub fn identity_code(&self, code: &PersonIdentityCode) -> String {
        if self.whole { visible(code.reveal()) } else { visible(&code.masked()) }
    }
}

/// Replaces what could reorder, hide or command: control characters, marks of writing direction, invisible characters.
/// Line ends stay, tabulators become spaces.
fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => seen.push('\n'),
            '\r' => {}
            '\t' => seen.push(' '),
            '\u{2028}' | '\u{2029}' => seen.push('\n'),
            _ if is_hidden(letter) => seen.push_str(&format!("⟨U+{:04X}⟩", u32::from(letter))),
            _ => seen.push(letter),
        }
    }
    seen
}

fn is_hidden(letter: char) -> bool {
    let noncharacter = matches!(letter, '\u{fdd0}'..='\u{fdef}') || (u32::from(letter) & 0xfffe) == 0xfffe;
    letter.is_control()
        || noncharacter
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Masks every piece of text that has the form of an identity code.
fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        match rest.get(..LENGTH).filter(|code| is_code(code)) {
            Some(code) => {
                shown.push_str(code.get(..8).unwrap_or_default());
                shown.push_str("•••");
                rest = rest.get(LENGTH..).unwrap_or_default();
            }
            None => {
                shown.push(letter);
                rest = rest.get(letter.len_utf8()..).unwrap_or_default();
            }
        }
    }
    shown
}

/// `ddmmyyCnnnT`.
const LENGTH: usize = 11;

/// Whether that is a code, also where it is joined to other words: rather a number too many than a code too few.
fn is_code(code: &str) -> bool {
    code.bytes().enumerate().all(|(at, byte)| match at {
        6 => matches!(byte.to_ascii_uppercase(), b'-' | b'+' | b'A'..=b'F' | b'U'..=b'Y'),
        10 => byte.is_ascii_alphanumeric(),
        _ => byte.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_codes_are_masked_wherever_they_stand() {
        let viewer = Viewer::default();
        assert_eq!(viewer.shown("Äiti 010181-900C, isä 010181A900c."), "Äiti 010181-9•••, isä 010181A9•••.");
        assert_eq!(viewer.shown("hetu010181-900C010181-900C"), "hetu010181-9•••010181-9•••", "joined to other words");
        assert_eq!(viewer.shown("1.2.246.10.1602257.93.2014.1001"), "1.2.246.10.1602257.93.2014.1001");
        assert_eq!(Viewer { whole: true, ..viewer }.shown("010181-900C"), "010181-900C");
        assert_eq!(viewer.identity_code(&PersonIdentityCode::as_stated("010181-900C")), "010181-9•••");
    }

    #[test]
    fn nothing_hides_or_commands() {
        let shown = Viewer::default().shown("a\u{202e}b\u{9b}31m\u{200b}c\td\r\ne\u{e0041}");
        assert_eq!(shown, "a⟨U+202E⟩b⟨U+009B⟩31m⟨U+200B⟩c d\ne⟨U+E0041⟩");
        assert_eq!(Viewer::default().shown("Åke Ö. 👩‍⚕️"), "Åke Ö. 👩‍⚕️");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic_and_no_code_comes_through(text in "\\PC{0,30}") {
            let shown = Viewer::default().shown(&format!("{text} 010181-900C {text}"));
            proptest::prop_assert!(!shown.contains("010181-900C"));
        }
    }
}
