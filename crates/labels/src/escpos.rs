//! The layout as ESC/POS for a receipt printer of the common kind: text in the printer's own types, each letter in a code
//! page that has it (858, with the euro, or Windows 1252). A letter that is in neither cannot be printed there, and the label
//! says so instead of printing another one.
//!
//! The commands are recalled and not tried on a printer (docs/assumptions.md). A roll has no sides of a frame: of a frame its
//! upper and lower edges are printed.

use crate::face::Cell;
use crate::{Face, Item, LabelError, Layout, Run, Sheet};

/// Dots to the millimetre of the paper, across and down.
pub const PAPER_DOTS_PER_MM: i64 = 8;

/// A code page of the printer: its number for `ESC t`, and its upper half.
struct Page {
    number: u8,
    upper: &'static str,
}

const PAGES: [Page; 2] = [
    Page {
        number: 19,
        upper: "\
            ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
            └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
    },
    Page {
        number: 16,
        upper: "\
            €\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯°±²³´µ¶·¸¹º»¼½¾¿\
            ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ",
    },
];

/// The labels as ESC/POS, each cut off the roll.
pub fn escpos(layout: &Layout) -> Result<Vec<u8>, LabelError> {
    if layout.face != Face::Receipt {
        return Err(LabelError::OtherFace);
    }
    let mut printer = Printer::default();
    for sheet in &layout.sheets {
        printer.sheet(sheet)?;
    }
    Ok(printer.bytes)
}

/// The letters that no code page has, each once.
pub(crate) fn letters_without_page(text: &str) -> String {
    let mut missing = String::new();
    for letter in text.chars() {
        if byte_in(letter, None).is_none() && !missing.contains(letter) {
            missing.push(letter);
        }
    }
    missing
}

/// The byte of a letter and the number of the page that has it, if it is not in all; the page that is set is asked first.
fn byte_in(letter: char, set: Option<u8>) -> Option<(u8, Option<u8>)> {
    match letter {
        '\u{a0}' => return Some((b' ', None)),
        ' '..='~' => return u8::try_from(letter).ok().map(|byte| (byte, None)),
        '\u{fffd}' => return None,
        _ => {}
    }
    let of = |page: &Page| {
        let place = page.upper.chars().position(|one| one == letter)?;
        Some((u8::try_from(place).ok()?.checked_add(128)?, Some(page.number)))
    };
    PAGES.iter().filter(|page| Some(page.number) == set).find_map(of).or_else(|| PAGES.iter().find_map(of))
}

/// What stands in one row across.
enum Row<'s> {
    Text { top: i64, cell: Cell, runs: Vec<&'s Run> },
    Rule { top: i64, x: i64, length: i64, thick: i64 },
}

impl Row<'_> {
    fn top(&self) -> i64 {
        match self {
            Self::Text { top, .. } | Self::Rule { top, .. } => *top,
        }
    }
}

#[derive(Default)]
struct Printer {
    bytes: Vec<u8>,
    /// The code page that is set.
    page: Option<u8>,
    /// How far the paper has gone, dots.
    at: i64,
}

const ESC: u8 = 0x1b;
const GS: u8 = 0x1d;

fn dots(um: i64) -> i64 {
    (um * PAPER_DOTS_PER_MM + 500) / 1_000
}

impl Printer {
    fn sheet(&mut self, sheet: &Sheet) -> Result<(), LabelError> {
        // As switched on; then units of 1/203 inch both ways, so that a dot is a dot.
        self.bytes.extend_from_slice(&[ESC, b'@', GS, b'P', 203, 203]);
        (self.page, self.at) = (None, 0);
        let mut rows = rows(sheet);
        rows.sort_by_key(Row::top);
        for row in &rows {
            self.feed(row.top() - self.at);
            match row {
                Row::Text { cell, runs, .. } => {
                    for run in runs {
                        self.run(run)?;
                    }
                    self.feed(dots(cell.height_um()));
                }
                Row::Rule { x, length, thick, .. } => self.rule(*x, *length, *thick),
            }
        }
        self.feed(dots(sheet.height_um) - self.at);
        // Feed to the knife, and cut.
        self.bytes.extend_from_slice(&[GS, b'V', 66, 0]);
        Ok(())
    }

    /// Prints what is set and moves the paper.
    fn feed(&mut self, dots: i64) {
        let mut left = dots;
        while left > 0 {
            let step = u8::try_from(left).unwrap_or(u8::MAX);
            self.bytes.extend_from_slice(&[ESC, b'J', step]);
            left -= i64::from(step);
        }
        self.at += dots.max(0);
    }

    fn run(&mut self, run: &Run) -> Result<(), LabelError> {
        let [low, high] = u16::try_from(dots(run.x_um)).unwrap_or_default().to_le_bytes();
        let cell = Cell::of(run.size_um);
        let font = u8::from(cell == Cell::Small);
        let tall = u8::from(cell == Cell::Tall);
        self.bytes.extend_from_slice(&[ESC, b'$', low, high, ESC, b'M', font, GS, b'!', tall]);
        self.bytes.extend_from_slice(&[ESC, b'E', u8::from(run.bold)]);
        for letter in run.text.chars() {
            let missing = || LabelError::Letters { letters: letter.to_string() };
            let (byte, page) = byte_in(letter, self.page).ok_or_else(missing)?;
            if let Some(page) = page.filter(|page| Some(*page) != self.page) {
                self.bytes.extend_from_slice(&[ESC, b't', page]);
                self.page = Some(page);
            }
            self.bytes.push(byte);
        }
        Ok(())
    }

    /// A line across, as a picture of full rows.
    fn rule(&mut self, x: i64, length: i64, thick: i64) {
        let width = x + length;
        let row: Vec<u8> = (0..(width + 7) / 8)
            .map(|byte| (0..8).fold(0, |bits, bit| bits << 1 | u8::from((x..width).contains(&(byte * 8 + bit)))))
            .collect();
        let [low, high] = u16::try_from(row.len()).unwrap_or_default().to_le_bytes();
        let height = u8::try_from(thick.max(1)).unwrap_or(u8::MAX);
        self.bytes.extend_from_slice(&[GS, b'v', b'0', 0, low, high, height, 0]);
        for _ in 0..height {
            self.bytes.extend_from_slice(&row);
        }
        self.at += i64::from(height);
    }
}

/// A label's rows: runs on one baseline are one row.
fn rows(sheet: &Sheet) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for item in &sheet.items {
        match item {
            Item::Text(run) => {
                let cell = Cell::of(run.size_um);
                let top = dots(run.baseline_um - cell.height_um());
                let beside = rows.iter_mut().find_map(|row| match row {
                    Row::Text { cell: of, runs, .. } if runs.iter().any(|one| one.baseline_um == run.baseline_um) => {
                        Some((of, runs))
                    }
                    _ => None,
                });
                match beside {
                    Some((of, runs)) => {
                        if cell.height_um() > of.height_um() {
                            *of = cell;
                        }
                        runs.push(run);
                    }
                    None => rows.push(Row::Text { top, cell, runs: vec![run] }),
                }
            }
            Item::Rule { x_um, y_um, length_um, thick_um } => rows.push(Row::Rule {
                top: dots(*y_um),
                x: dots(*x_um),
                length: dots(*length_um),
                thick: dots(*thick_um),
            }),
            Item::Frame { x_um, y_um, width_um, height_um, thick_um } => {
                for y_um in [*y_um, y_um + height_um - thick_um] {
                    let (x, length, thick) = (dots(*x_um), dots(*width_um), dots(*thick_um));
                    rows.push(Row::Rule { top: dots(y_um), x, length, thick });
                }
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finnish_letters_have_their_bytes() {
        for (letter, byte) in
            [('å', 0x86), ('ä', 0x84), ('ö', 0x94), ('Å', 0x8f), ('Ä', 0x8e), ('Ö', 0x99), ('€', 0xd5), ('½', 0xab)]
        {
            assert_eq!(byte_in(letter, None), Some((byte, Some(19))), "{letter}");
        }
        assert_eq!(byte_in('š', None), Some((0x9a, Some(16))));
        assert_eq!(byte_in('–', Some(19)), Some((0x96, Some(16))));
        // The page that is set stays where it has the letter.
        assert_eq!(byte_in('ä', Some(16)), Some((0xe4, Some(16))));
        assert_eq!(letters_without_page("a語ŋa語"), "語ŋ");
        for page in &PAGES {
            assert_eq!(page.upper.chars().count(), 128, "{}", page.number);
        }
    }
}
