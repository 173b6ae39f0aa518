//! The layout: where each run of text, line and frame stands, in micrometres from the label's upper left corner.
//!
//! A label that is full at its ordinary size of type is set smaller, down to the size that the settings allow; what does not
//! fit even so is set on several labels, as few as possible, each of which says for whom it is and that it goes on. A dosage
//! is never cut.

use crate::blocks::{Before, Block, Paragraph, blocks};
use crate::face::points_um;
use crate::wrap::{widest_word_um, wrapped};
use crate::{Contents, Face, LabelError, Size, words};

/// No medicine has more labels on one package.
pub const SHEETS_AT_MOST: usize = 9;

/// A label, laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The labels, in their order; at least one.
    pub sheets: Vec<Sheet>,
    /// The type for which it was made.
    pub face: Face,
    /// How large the type is, percent of the ordinary size.
    pub percent: u16,
}

/// One label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its width, µm.
    pub width_um: i64,
    /// Its height, µm; on a roll without an end, as high as what stands on it.
    pub height_um: i64,
    /// What stands on it, in the order of reading.
    pub items: Vec<Item>,
}

/// Something on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// Text in one line.
    Text(Run),
    /// A line across, from its left end.
    Rule {
        /// From the left, µm.
        x_um: i64,
        /// From the top, µm.
        y_um: i64,
        /// How long, µm.
        length_um: i64,
        /// How thick, µm.
        thick_um: i64,
    },
    /// A frame.
    Frame {
        /// Its left edge, µm.
        x_um: i64,
        /// Its top, µm.
        y_um: i64,
        /// Its width, µm.
        width_um: i64,
        /// Its height, µm.
        height_um: i64,
        /// How thick, µm.
        thick_um: i64,
    },
}

/// A run of text in one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its left end, µm.
    pub x_um: i64,
    /// Its baseline, µm from the top.
    pub baseline_um: i64,
    /// How wide it becomes, µm.
    pub width_um: i64,
    /// The size of its type, µm.
    pub size_um: i64,
    /// Whether it is bold.
    pub bold: bool,
    /// Its letters.
    pub text: String,
}

impl Run {
    /// By how much the spaces between its words are wider than the typeface's own, µm: for whoever draws it with the
    /// same typeface.
    pub fn word_spacing_um(&self, face: Face) -> i64 {
        crate::svg::word_spacing_um(self, face)
    }
}

impl Layout {
    /// The runs of all labels, in the order of reading.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.sheets.iter().flat_map(|sheet| &sheet.items).filter_map(|item| match item {
            Item::Text(run) => Some(run),
            _ => None,
        })
    }
}

/// Lays out a label.
pub fn layout(contents: &Contents, size: &Size, face: Face) -> Result<Layout, LabelError> {
    let blocks = blocks(contents)?;
    // All missing letters are said at once.
    let paragraphs = blocks.iter().flat_map(|block| &block.paragraphs);
    face.width_um(&paragraphs.map(|one| one.text.replace('\n', " ")).collect::<String>(), SMALLEST_UM, false)?;
    let page = Page { face, width_um: size.width_um(), margin_um: size.margin_um() };
    let Some(height_um) = size.height_um() else {
        let mut sheet = Sheet { width_um: page.width_um, height_um: 0, items: Vec::new() };
        let mut y = page.margin_um;
        for block in &blocks {
            y = page.set(&page.measured(block, 100)?, y, &mut sheet.items);
        }
        sheet.height_um = y + page.margin_um;
        return Ok(Layout { sheets: vec![sheet], face, percent: 100 });
    };
    let bottom = height_um - page.margin_um;
    for percent in sizes(size) {
        let mut items = Vec::new();
        let mut y = page.margin_um;
        for block in &blocks {
            y = page.set(&page.measured(block, percent)?, y, &mut items);
        }
        if y <= bottom {
            let sheet = Sheet { width_um: page.width_um, height_um, items };
            return Ok(Layout { sheets: vec![sheet], face, percent });
        }
    }
    // On as few labels as possible, and then as large as possible.
    let mut fewest: Result<Layout, LabelError> = Err(LabelError::TooManySheets { limit: SHEETS_AT_MOST });
    for percent in sizes(size) {
        let sheets = page.several(&blocks, contents, height_um, percent);
        let is_better = match (&fewest, &sheets) {
            (Ok(fewest), Ok(sheets)) => sheets.len() < fewest.sheets.len(),
            (Err(_), _) => true,
            (Ok(_), Err(_)) => false,
        };
        if is_better {
            fewest = sheets.map(|sheets| Layout { sheets, face, percent });
        }
    }
    fewest
}

/// The sizes of type that are tried, percent, the largest first.
fn sizes(size: &Size) -> impl Iterator<Item = u16> {
    (size.smallest_percent()..=100).rev().step_by(5)
}

/// Room before a block, µm.
const ROOM_UM: i64 = 700;
/// How thick rules and frames are, µm.
const THICK_UM: i64 = 200;
/// Between a frame and its text, µm.
const INSIDE_UM: i64 = 900;
/// Type is never smaller than this for the sake of a long word, µm (6 points).
const SMALLEST_UM: i64 = 2_117;
/// Type in which a label says that it goes on, points.
const NUMBER_POINTS: i64 = 7;

struct Page {
    face: Face,
    width_um: i64,
    margin_um: i64,
}

/// A block in lines.
struct Measured {
    before: Before,
    lines: Vec<Line>,
}

#[derive(Clone)]
struct Line {
    text: String,
    beside: Option<String>,
    size_um: i64,
    bold: bool,
}

impl Page {
    fn inner_um(&self) -> i64 {
        self.width_um - 2 * self.margin_um
    }

    fn measured(&self, block: &Block, percent: u16) -> Result<Measured, LabelError> {
        let inset = if block.before == Before::Frame { INSIDE_UM } else { 0 };
        let mut lines = Vec::new();
        for paragraph in &block.paragraphs {
            lines.extend(self.lines(paragraph, percent, self.inner_um() - 2 * inset)?);
        }
        Ok(Measured { before: block.before, lines })
    }

    fn lines(&self, paragraph: &Paragraph, percent: u16, width_um: i64) -> Result<Vec<Line>, LabelError> {
        let Paragraph { text, beside, points, bold } = paragraph;
        let face = self.face;
        let mut size_um = points_um(*points, i64::from(percent));
        let beside_size = |size_um: i64| size_um * 8 / 10;
        let mut beside_um = 0;
        if let Some(beside) = beside {
            beside_um = face.width_um(beside, beside_size(size_um), false)? + size_um / 2;
        }
        // A word that is wider than the label is set smaller before it is divided.
        let widest = widest_word_um(text, face, size_um, *bold)?;
        if widest > width_um - beside_um {
            let fitting = size_um.saturating_mul(width_um - beside_um) / widest;
            size_um = fitting.max(SMALLEST_UM).min(size_um);
        }
        let line =
            |(n, text): (usize, String)| Line { text, beside: beside.clone().filter(|_| n == 0), size_um, bold: *bold };
        let lines = wrapped(text, face, size_um, *bold, width_um - beside_um)?;
        Ok(lines.into_iter().enumerate().map(line).collect())
    }

    /// How high a block becomes with what is before it, µm.
    fn height_um(&self, block: &Measured) -> i64 {
        let lines: i64 = block.lines.iter().map(|line| self.face.line_um(line.size_um)).sum();
        lines
            + match block.before {
                Before::Room => ROOM_UM,
                Before::Rule => 2 * ROOM_UM + THICK_UM,
                Before::Frame => ROOM_UM + 2 * INSIDE_UM,
            }
    }

    /// Sets a block below `y`, and answers where it ends.
    fn set(&self, block: &Measured, y: i64, items: &mut Vec<Item>) -> i64 {
        let first = y <= self.margin_um;
        let mut at = if first { y } else { y + ROOM_UM };
        let mut x_um = self.margin_um;
        match block.before {
            Before::Room => {}
            Before::Rule if first => {}
            Before::Rule => {
                items.push(Item::Rule { x_um, y_um: at, length_um: self.inner_um(), thick_um: THICK_UM });
                at += THICK_UM + ROOM_UM;
            }
            Before::Frame => {
                let height_um = self.height_um(block) - ROOM_UM;
                let width_um = self.inner_um();
                items.push(Item::Frame { x_um, y_um: at, width_um, height_um, thick_um: THICK_UM });
                at += INSIDE_UM;
                x_um += INSIDE_UM;
            }
        }
        for line in &block.lines {
            let baseline_um = at + self.face.baseline_um(line.size_um);
            items.extend(self.run(&line.text, x_um, baseline_um, line.size_um, line.bold));
            if let Some(beside) = &line.beside {
                items.extend(self.right(beside, baseline_um, line.size_um * 8 / 10));
            }
            at += self.face.line_um(line.size_um);
        }
        if block.before == Before::Frame { at + INSIDE_UM } else { at }
    }

    fn run(&self, text: &str, x_um: i64, baseline_um: i64, size_um: i64, bold: bool) -> Option<Item> {
        let width_um = self.face.width_um(text, size_um, bold).ok()?;
        Some(Item::Text(Run { x_um, baseline_um, width_um, size_um, bold, text: text.to_owned() }))
    }

    /// A run that ends at the right edge.
    fn right(&self, text: &str, baseline_um: i64, size_um: i64) -> Option<Item> {
        let width_um = self.face.width_um(text, size_um, false).ok()?;
        self.run(text, self.width_um - self.margin_um - width_um, baseline_um, size_um, false)
    }

    /// The blocks on several labels, none of which loses a line.
    fn several(
        &self,
        blocks: &[Block],
        contents: &Contents,
        height_um: i64,
        percent: u16,
    ) -> Result<Vec<Sheet>, LabelError> {
        let number_um = points_um(NUMBER_POINTS, 100);
        let foot_um = self.face.line_um(number_um);
        let bottom = height_um - self.margin_um - foot_um;
        let heads: Vec<Measured> = blocks
            .iter()
            .filter(|block| block.heads)
            .map(|block| self.measured(block, percent))
            .collect::<Result<_, _>>()?;
        let product = Block {
            paragraphs: vec![Paragraph {
                text: crate::letters::settled(&contents.product.title()),
                beside: None,
                points: 9,
                bold: true,
            }],
            before: Before::Room,
            heads: false,
        };
        let product = self.measured(&product, percent)?;
        let begun = |items: &mut Vec<Item>, first: bool| {
            let mut y = self.margin_um;
            for head in &heads {
                y = self.set(head, y, items);
            }
            if !first {
                y = self.set(&product, y, items);
            }
            y
        };
        let mut sheets: Vec<Vec<Item>> = Vec::new();
        let mut items = Vec::new();
        let mut y = begun(&mut items, true);
        let top = begun(&mut Vec::new(), false);
        for block in blocks.iter().filter(|block| !block.heads) {
            let mut rest = self.measured(block, percent)?;
            while !rest.lines.is_empty() {
                if y + self.height_um(&rest) <= bottom {
                    y = self.set(&rest, y, &mut items);
                    break;
                }
                // What fits on an empty label is not divided.
                let fits_alone = top + self.height_um(&rest) <= bottom;
                let taken = if fits_alone && y > top { 0 } else { self.fitting(&rest, bottom - y) };
                let (now, later) = rest.lines.split_at(taken.min(rest.lines.len()));
                if !now.is_empty() {
                    let part = Measured { before: rest.before, lines: now.to_vec() };
                    y = self.set(&part, y, &mut items);
                } else if y <= top && !sheets.is_empty() {
                    // Not one line has room on an empty label.
                    return Err(LabelError::Size { what: "height" });
                }
                rest = Measured { before: rest.before, lines: later.to_vec() };
                if rest.lines.is_empty() {
                    break;
                }
                sheets.push(std::mem::take(&mut items));
                if sheets.len() >= SHEETS_AT_MOST {
                    return Err(LabelError::TooManySheets { limit: SHEETS_AT_MOST });
                }
                y = begun(&mut items, false);
            }
        }
        sheets.push(items);
        let count = sheets.len();
        let baseline_um = bottom + self.face.baseline_um(number_um);
        let numbered = sheets.into_iter().enumerate().map(|(n, mut items)| {
            let goes_on = if n + 1 < count { words::CONTINUES.in_language(contents.language) } else { "" };
            let number = format!("{goes_on} {}/{count}", n + 1);
            items.extend(self.right(number.trim(), baseline_um, number_um));
            Sheet { width_um: self.width_um, height_um, items }
        });
        Ok(numbered.collect())
    }

    /// How many lines of a block have room in that height.
    fn fitting(&self, block: &Measured, height_um: i64) -> usize {
        (1..=block.lines.len())
            .take_while(|n| {
                let lines = block.lines.iter().take(*n).cloned().collect();
                self.height_um(&Measured { before: block.before, lines }) <= height_um
            })
            .last()
            .unwrap_or(0)
    }
}
