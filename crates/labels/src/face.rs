//! The type with which a printer sets a label: how wide a text becomes, and how high a line. The layout is made for one, and
//! only a printer of that kind prints it, so that nothing is wrapped anywhere else.

use crate::LabelError;
use crate::font::Font;

/// A kind of type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Inter, which the PDF and pictures embed. A Zebra printer's own scalable type (font 0, condensed) is narrower, so that
    /// what was laid out in Inter fits there too (docs/assumptions.md).
    Inter,
    /// The fixed-pitch types of a receipt printer with 8 dots to the millimetre: 9 × 17 dots, 12 × 24, and 12 × 48.
    Receipt,
}

/// A micrometre count of one printer's point, thousandths: 1/72 inch.
const POINT_NM: i64 = 352_778;

/// Points as µm, at a percentage.
pub(crate) fn points_um(points: i64, percent: i64) -> i64 {
    points.saturating_mul(percent).saturating_mul(POINT_NM) / 100_000
}

impl Face {
    /// How wide a text becomes at a size of type, µm; or which of its letters are missing.
    pub(crate) fn width_um(self, text: &str, size_um: i64, bold: bool) -> Result<i64, LabelError> {
        match self {
            Self::Inter => {
                let font = Font::of(bold)?;
                let mut units = 0i64;
                let mut missing = String::new();
                for letter in text.chars() {
                    match font.glyph(letter).and_then(|glyph| font.advance(glyph)) {
                        Some(advance) => units += i64::from(advance),
                        None if missing.contains(letter) => {}
                        None => missing.push(letter),
                    }
                }
                if !missing.is_empty() {
                    return Err(LabelError::Letters { letters: missing });
                }
                let per_em = i64::from(font.units);
                // Never too little.
                Ok((units.saturating_mul(size_um) + per_em - 1) / per_em)
            }
            Self::Receipt => {
                let missing: String = crate::escpos::letters_without_page(text);
                if !missing.is_empty() {
                    return Err(LabelError::Letters { letters: missing });
                }
                let letters = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
                Ok(letters.saturating_mul(Cell::of(size_um).width_um()))
            }
        }
    }

    /// From one line's top to the next one's, µm.
    pub(crate) fn line_um(self, size_um: i64) -> i64 {
        match self {
            Self::Inter => size_um * 121 / 100,
            Self::Receipt => Cell::of(size_um).height_um() * 112 / 100,
        }
    }

    /// From a line's top to its baseline, µm.
    pub(crate) fn baseline_um(self, size_um: i64) -> i64 {
        match self {
            Self::Inter => size_um * 97 / 100,
            Self::Receipt => Cell::of(size_um).height_um(),
        }
    }
}

/// The cell in which a receipt printer sets one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Font B, 9 × 17 dots.
    Small,
    /// Font A, 12 × 24 dots.
    Usual,
    /// Font A of double height.
    Tall,
}

impl Cell {
    /// The cell for a size of type.
    pub(crate) fn of(size_um: i64) -> Self {
        match size_um {
            ..2_700 => Self::Small,
            2_700..3_700 => Self::Usual,
            _ => Self::Tall,
        }
    }

    fn width_um(self) -> i64 {
        if self == Self::Small { 9 * 125 } else { 12 * 125 }
    }

    pub(crate) fn height_um(self) -> i64 {
        match self {
            Self::Small => 17 * 125,
            Self::Usual => 24 * 125,
            Self::Tall => 48 * 125,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_type() {
        let size = points_um(10, 100);
        assert_eq!(size, 3_527);
        let plain = Face::Inter.width_um("tabletti", size, false).unwrap();
        assert!((11_000..13_000).contains(&plain), "{plain}");
        assert!(Face::Inter.width_um("tabletti", size, true).unwrap() > plain);
        assert_eq!(Face::Receipt.width_um("tabletti", 3_000, false).unwrap(), 8 * 1_500);
        assert_eq!(
            Face::Inter.width_um("a語b語☃", size, false),
            Err(LabelError::Letters { letters: "語☃".to_owned() })
        );
    }
}
