//! What a scanner adds to a code and what its way into the computer does to it: leading identifiers of the symbology,
//! separators written in other ways, swapped letter case, another keyboard layout (medicines.md 5.3).

use crate::{ScanError, Warning};

/// The group separator (FNC1 within a code).
pub const GS: char = '\u{1d}';

/// A longer scan, in bytes, is none of a package.
const LONGEST: usize = 512;

/// How scanners write the separator when they do not send it. None of these can stand in an element's value but the
/// separator itself, so that nothing is guessed; `<GS>` could, and is not read.
const WRITTEN: [&str; 7] = ["{GS}", "{gs}", "^]", "\\F1", "\\f1", "\u{241d}", "\u{2194}"];

/// The kind of code, as the scanner's leading identifier (AIM, ISO/IEC 15424) says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Symbology {
    /// `]d2`.
    Gs1DataMatrix,
    /// `]C1`.
    Gs1Code128,
    /// `]e0`.
    Gs1DataBar,
    /// `]Q3`.
    Gs1Qr,
    /// `]E`: EAN-13, EAN-8, UPC.
    Ean,
    /// `]C`.
    Code128,
    /// `]A`.
    Code39,
    /// Any other that says who it is.
    Other,
}

impl Symbology {
    /// Whether it holds element strings.
    pub fn has_elements(self) -> bool {
        matches!(self, Self::Gs1DataMatrix | Self::Gs1Code128 | Self::Gs1DataBar | Self::Gs1Qr)
    }
}

/// A scan without what the way added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// What the identifier said, if there was one.
    pub symbology: Option<Symbology>,
    /// The identifier came with its letter swapped.
    pub is_swapped: bool,
    /// The code's text; separators as [`GS`].
    pub text: String,
    /// What was noticed.
    pub warnings: Vec<Warning>,
}

/// Takes off what the way added.
pub fn clean(raw: &[u8]) -> Result<Cleaned, ScanError> {
    if raw.len() > LONGEST {
        return Err(ScanError::TooLong);
    }
    // Serial scanners may send Latin-1.
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => raw.iter().map(|&byte| char::from(byte)).collect(),
    };
    let mut warnings = Vec::new();
    let framing = |c: char| c.is_whitespace() && c != GS || matches!(c, '\u{2}' | '\u{3}');
    let mut text = text.trim_matches(framing);
    let mut symbology = None;
    let mut is_swapped = false;
    let identifier =
        text.strip_prefix(']').and_then(|rest| Some((rest.chars().next()?, rest.get(1..2)?, rest.get(2..)?)));
    if let Some((letter, modifier, rest)) = identifier {
        let (kind, swapped) = kind_of(letter, modifier);
        (symbology, is_swapped, text) = (Some(kind), swapped, rest);
        if swapped {
            warnings.push(Warning::CaseSwapped);
        }
    }
    let mut plain = text.to_owned();
    for written in WRITTEN {
        if plain.contains(written) {
            plain = plain.replace(written, "\u{1d}");
            if !warnings.contains(&Warning::SeparatorWritten) {
                warnings.push(Warning::SeparatorWritten);
            }
        }
    }
    let plain = plain.trim_start_matches(GS).to_owned();
    if plain.is_empty() {
        return Err(ScanError::Empty);
    }
    // No code of a package holds such a letter: a Finnish layout makes å and ¨ of the brackets, a French one é of digits.
    if !plain.is_ascii() {
        return Err(ScanError::KeyboardLayout);
    }
    Ok(Cleaned { symbology, is_swapped, text: plain, warnings })
}

/// The kind that an identifier says, and whether its letter came swapped: of the kinds with a letter of the other case,
/// none is on packages, but `]e0` and `]E0`, which their contents tell apart.
fn kind_of(letter: char, modifier: &str) -> (Symbology, bool) {
    match (letter, modifier) {
        ('d', "2") => (Symbology::Gs1DataMatrix, false),
        ('D', "2") => (Symbology::Gs1DataMatrix, true),
        ('C', "1") => (Symbology::Gs1Code128, false),
        ('c', "1") => (Symbology::Gs1Code128, true),
        ('Q', "3") => (Symbology::Gs1Qr, false),
        ('q', "3") => (Symbology::Gs1Qr, true),
        ('e', "0") => (Symbology::Gs1DataBar, false),
        ('E', _) => (Symbology::Ean, false),
        ('C', _) => (Symbology::Code128, false),
        ('A', _) => (Symbology::Code39, false),
        ('a', _) => (Symbology::Code39, true),
        _ => (Symbology::Other, false),
    }
}

/// Capitals for small letters and the other way round.
pub fn swap_case(text: &str) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(swap).collect()
}
