//! What a transcript may hold: no PIN, and of an identity code only the birth date and the series. Everything that the
//! stage prints goes through [`line`], whatever it was made of.

/// The line as it may be shown.
pub fn line(text: &str) -> String {
    identity_codes(&pins(text))
}

/// "PIN 1234" becomes "PIN ••••": a person's PIN has 4 to 8 digits.
fn pins(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("PIN ") {
        let (before, after) = rest.split_at(at + 4);
        out.push_str(before);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 4 {
            out.push_str("••••");
        } else {
            out.push_str(after.get(..digits).unwrap_or_default());
        }
        rest = after.get(digits..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// "010181-900C" becomes "010181-9•••".
fn identity_codes(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        match letters.get(at..at + 11) {
            Some(window) if is_identity_code(window) => {
                out.extend(window.iter().take(8));
                out.push_str("•••");
                at += 11;
            }
            _ => {
                out.push(*letter);
                at += 1;
            }
        }
    }
    out
}

fn is_identity_code(window: &[char]) -> bool {
    window.iter().enumerate().all(|(place, letter)| match place {
        6 => matches!(letter, '+' | '-' | 'A'..='F' | 'U'..='Y'),
        10 => letter.is_ascii_alphanumeric(),
        _ => letter.is_ascii_digit(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pin_and_no_whole_identity_code_is_shown() {
        assert_eq!(line("log in with PIN 1234"), "log in with PIN ••••");
        assert_eq!(line("sign with PIN 12345678, then PIN 99"), "sign with PIN ••••, then PIN 99");
        assert_eq!(line("search 010181-900C now"), "search 010181-9••• now");
        assert_eq!(line("öäå 010102A9019."), "öäå 010102A9•••.");
        assert_eq!(line("1.2.246.10.99999901.10.1"), "1.2.246.10.99999901.10.1");
    }
}
