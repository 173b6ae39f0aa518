//! The layout as ZPL II for a label printer: as text in the printer's own scalable type with UTF-8 (`^CI28`), or as a
//! picture of the layout, which prints exactly what the preview shows on any such printer, whatever types it has.
//!
//! The commands are recalled and not tried on a printer (docs/assumptions.md).

use std::fmt::Write as _;

use serde::Deserialize;

use crate::{Bitmap, Face, Item, LabelError, Layout, bitmap};

/// How fine a label printer prints: 203, 300 or 600 dots per inch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Density {
    /// 8 dots to the millimetre, 203 dpi.
    #[default]
    #[serde(rename = "203")]
    Dots8,
    /// 12 dots to the millimetre, 300 dpi.
    #[serde(rename = "300")]
    Dots12,
    /// 24 dots to the millimetre, 600 dpi.
    #[serde(rename = "600")]
    Dots24,
}

impl Density {
    /// Dots to the millimetre.
    pub fn dots_per_mm(self) -> u8 {
        match self {
            Self::Dots8 => 8,
            Self::Dots12 => 12,
            Self::Dots24 => 24,
        }
    }

    fn dots(self, um: i64) -> i64 {
        (um * i64::from(self.dots_per_mm()) + 500) / 1_000
    }
}

/// The labels as ZPL text.
pub fn zpl(layout: &Layout, density: Density) -> Result<String, LabelError> {
    if layout.face != Face::Inter {
        return Err(LabelError::OtherFace);
    }
    let dots = |um: i64| density.dots(um);
    let mut text = String::new();
    for sheet in &layout.sheets {
        begin(&mut text, dots(sheet.width_um), dots(sheet.height_um));
        for item in &sheet.items {
            let _ = match item {
                Item::Text(run) => {
                    // There is no bold in the printer's type; what is bold is set a little wider.
                    let height = dots(run.size_um);
                    let width = if run.bold { height } else { height * 9 / 10 };
                    let (x, y) = (dots(run.x_um), dots(run.baseline_um));
                    writeln!(text, "^FT{x},{y}^A0N,{height},{width}^FH_^FD{}^FS", escaped(&run.text))
                }
                Item::Rule { x_um, y_um, length_um, thick_um } => {
                    let (length, thick) = (dots(*length_um), dots(*thick_um).max(1));
                    writeln!(text, "^FO{},{}^GB{length},{thick},{thick}^FS", dots(*x_um), dots(*y_um))
                }
                Item::Frame { x_um, y_um, width_um, height_um, thick_um } => {
                    let (width, height, thick) = (dots(*width_um), dots(*height_um), dots(*thick_um).max(1));
                    writeln!(text, "^FO{},{}^GB{width},{height},{thick}^FS", dots(*x_um), dots(*y_um))
                }
            };
        }
        text.push_str("^XZ\n");
    }
    Ok(text)
}

/// The labels as ZPL pictures.
pub fn zpl_picture(layout: &Layout, density: Density) -> Result<String, LabelError> {
    let mut text = String::new();
    for sheet in &layout.sheets {
        let picture = bitmap(sheet, layout.face, density.dots_per_mm())?;
        begin(&mut text, i64::from(picture.width), i64::from(picture.height));
        let row = picture.row_bytes();
        let total = row * usize::try_from(picture.height).unwrap_or_default();
        let _ = writeln!(text, "^FO0,0^GFA,{total},{total},{row},{}^FS", packed(&picture));
        text.push_str("^XZ\n");
    }
    Ok(text)
}

/// A label's beginning: UTF-8, its width and length, its home.
fn begin(text: &mut String, width: i64, height: i64) {
    let _ = writeln!(text, "^XA^CI28^PW{width}^LL{height}^LH0,0");
}

/// Text between `^FH_^FD` and `^FS`: what ZPL reads as a command is written by its number, so that no dosage gives one.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '^' | '~' | '_' | '\\' => {
                let _ = write!(escaped, "_{:02X}", u32::from(letter));
            }
            // The printer's type may not know a space that does not break.
            '\u{a0}' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The rows in hexadecimal; a comma ends a row whose rest is white, and a colon stands for the row before again.
fn packed(picture: &Bitmap) -> String {
    let mut packed = String::new();
    let mut before: Option<&[u8]> = None;
    for row in picture.bits.chunks(picture.row_bytes().max(1)) {
        if before == Some(row) {
            packed.push(':');
        } else {
            let full = row.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            for byte in row.iter().take(full) {
                let _ = write!(packed, "{byte:02X}");
            }
            if full < row.len() {
                packed.push(',');
            }
        }
        before = Some(row);
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_a_command() {
        assert_eq!(escaped("a^XZ~HS_\\å"), "a_5EXZ_7EHS_5F_5Cå");
    }

    #[test]
    fn rows_are_packed_without_loss() {
        let bits = vec![0, 0, 0xff, 0, 0xff, 0, 0x01, 0x80];
        let picture = Bitmap { width: 16, height: 4, bits };
        assert_eq!(packed(&picture), ",FF,:0180");
    }
}
