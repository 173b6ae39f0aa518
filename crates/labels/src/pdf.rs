//! The layout as a PDF (ISO 32000): a page for each label, with both weights of the typeface embedded, so that it looks the
//! same everywhere. Each letter is placed by the glyph of the layout's own typeface and can be read back as text. The file
//! says nothing of when or by whom it was made, so that the same label is the same file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use prescription::rules::Language;

use crate::font::Font;
use crate::{Face, Item, LabelError, Layout, Run, Sheet};

/// The labels as a PDF.
pub fn pdf(layout: &Layout, language: Language) -> Result<Vec<u8>, LabelError> {
    if layout.face != Face::Inter {
        return Err(LabelError::OtherFace);
    }
    let mut file = File::default();
    let pages = 2 + 2 * OBJECTS_OF_A_FONT + 1;
    let kids: String = (0..layout.sheets.len()).map(|n| format!("{} 0 R ", pages + 2 * n)).collect();
    let tongue = match language {
        Language::Fi => "fi-FI",
        Language::Sv => "sv-FI",
        Language::En => "en",
    };
    // A label is printed in its own size, never fitted to a paper.
    file.object(&format!(
        "<< /Type /Catalog /Pages 2 0 R /Lang ({tongue}) /ViewerPreferences << /PrintScaling /None >> >>"
    ));
    file.object(&format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", layout.sheets.len()));
    for bold in [false, true] {
        file.font(layout, bold)?;
    }
    for sheet in &layout.sheets {
        file.page(sheet)?;
    }
    Ok(file.finished())
}

/// A typeface takes so many objects of the file.
const OBJECTS_OF_A_FONT: usize = 5;

#[derive(Default)]
struct File {
    bytes: Vec<u8>,
    /// Where each object begins.
    offsets: Vec<usize>,
}

impl File {
    /// Begins an object, and answers its number.
    fn begin(&mut self) -> usize {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
        }
        self.offsets.push(self.bytes.len());
        let number = self.offsets.len();
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        number
    }

    fn object(&mut self, content: &str) -> usize {
        let number = self.begin();
        self.bytes.extend_from_slice(content.as_bytes());
        self.bytes.extend_from_slice(b"\nendobj\n");
        number
    }

    fn stream(&mut self, more: &str, content: &[u8]) -> usize {
        let number = self.begin();
        self.bytes.extend_from_slice(format!("<< /Length {}{more} >>\nstream\n", content.len()).as_bytes());
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        number
    }

    fn font(&mut self, layout: &Layout, bold: bool) -> Result<(), LabelError> {
        let font = Font::of(bold)?;
        let name = if bold { "TISKIB+Inter-Bold" } else { "TISKIA+Inter-Regular" };
        let mut used: BTreeMap<u16, char> = BTreeMap::new();
        for letter in layout.runs().filter(|run| run.bold == bold).flat_map(|run| run.text.chars()) {
            used.insert(font.glyph(letter).ok_or(LabelError::Typeface)?, letter);
        }
        let per_mille = |units: u16| u32::from(units) * 1000 / u32::from(font.units);
        let mut widths = String::new();
        for glyph in used.keys() {
            let advance = font.advance(*glyph).ok_or(LabelError::Typeface)?;
            let _ = write!(widths, "{glyph} [{}] ", per_mille(advance));
        }
        let first = self.offsets.len() + 1;
        self.object(&format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{} 0 R] \
             /ToUnicode {} 0 R >>",
            first + 1,
            first + 4
        ));
        self.object(&format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDToGIDMap /Identity /DW 500 /W [{widths}] \
             /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor {} 0 R >>",
            first + 2
        ));
        self.object(&format!(
            "<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [-800 -300 2600 1100] /ItalicAngle 0 \
             /Ascent 969 /Descent -241 /CapHeight 727 /StemV {} /FontFile2 {} 0 R >>",
            if bold { 140 } else { 80 },
            first + 3
        ));
        self.stream(&format!(" /Length1 {}", font.bytes().len()), font.bytes());
        self.stream("", to_unicode(&used).as_bytes());
        Ok(())
    }

    fn page(&mut self, sheet: &Sheet) -> Result<(), LabelError> {
        let number = self.offsets.len() + 1;
        let regular = 3;
        self.object(&format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Contents {} 0 R /Resources << /Font << /F0 {regular} 0 R \
             /F1 {} 0 R >> >> >>",
            points(sheet.width_um),
            points(sheet.height_um),
            number + 1,
            regular + OBJECTS_OF_A_FONT,
        ));
        let mut drawn = String::new();
        for item in &sheet.items {
            match item {
                Item::Text(run) => text(&mut drawn, run, sheet)?,
                Item::Rule { x_um, y_um, length_um, thick_um } => {
                    let bottom = sheet.height_um - y_um - thick_um;
                    let numbers = [*x_um, bottom, *length_um, *thick_um].map(points).join(" ");
                    let _ = writeln!(drawn, "{numbers} re f");
                }
                Item::Frame { x_um, y_um, width_um, height_um, thick_um } => {
                    let bottom = sheet.height_um - y_um - height_um + thick_um / 2;
                    let numbers =
                        [x_um + thick_um / 2, bottom, width_um - thick_um, height_um - thick_um].map(points).join(" ");
                    let _ = writeln!(drawn, "{} w {numbers} re S", points(*thick_um));
                }
            }
        }
        self.stream("", drawn.as_bytes());
        Ok(())
    }

    fn finished(mut self) -> Vec<u8> {
        let table = self.bytes.len();
        let count = self.offsets.len() + 1;
        let mut end = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            let _ = writeln!(end, "{offset:010} 00000 n ");
        }
        let _ = write!(end, "trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        self.bytes.extend_from_slice(end.as_bytes());
        self.bytes
    }
}

fn text(drawn: &mut String, run: &Run, sheet: &Sheet) -> Result<(), LabelError> {
    let font = Font::of(run.bold)?;
    let mut glyphs = String::with_capacity(4 * run.text.len());
    for letter in run.text.chars() {
        let _ = write!(glyphs, "{:04X}", font.glyph(letter).ok_or(LabelError::Typeface)?);
    }
    let (size, x, y) = (points(run.size_um), points(run.x_um), points(sheet.height_um - run.baseline_um));
    let _ = writeln!(drawn, "BT /F{} {size} Tf 1 0 0 1 {x} {y} Tm <{glyphs}> Tj ET", u8::from(run.bold));
    Ok(())
}

/// Which letter each glyph stands for, for whoever searches or copies.
fn to_unicode(used: &BTreeMap<u16, char>) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let pairs: Vec<(&u16, &char)> = used.iter().collect();
    // A section has at most a hundred lines.
    for section in pairs.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", section.len());
        for (glyph, letter) in section {
            let mut units = [0; 2];
            let unicode: String = letter.encode_utf16(&mut units).iter().map(|unit| format!("{unit:04X}")).collect();
            let _ = writeln!(map, "<{glyph:04X}> <{unicode}>");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

/// Micrometres as points of 1/72 inch, to a thousandth.
fn points(um: i64) -> String {
    let thousandths = (um * 72_000 + 12_700).div_euclid(25_400);
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", thousandths.abs() / 1_000, thousandths.abs() % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inch_is_72_points() {
        assert_eq!(points(25_400), "72.000");
        assert_eq!(points(-12_700), "-36.000");
        assert_eq!(points(352), "0.998");
    }
}
