//! A label as a picture of black and white dots, drawn from the typeface's own outlines: what a printer without any type
//! prints, and what the golden pictures compare. The same everywhere, dot for dot.

use crate::font::{Font, Point};
use crate::{Face, Item, LabelError, Run, Sheet};

/// A picture of dots, row by row, the leftmost dot in the highest bit; 1 is black. Rows begin at a byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    /// Dots across.
    pub width: u32,
    /// Dots down.
    pub height: u32,
    /// The dots.
    pub bits: Vec<u8>,
}

impl Bitmap {
    /// A white picture.
    fn white(width: u32, height: u32) -> Self {
        let row = width.div_ceil(8);
        let bytes = u64::from(row) * u64::from(height);
        Self { width, height, bits: vec![0; usize::try_from(bytes).unwrap_or_default()] }
    }

    /// How many bytes a row takes.
    pub fn row_bytes(&self) -> usize {
        usize::try_from(self.width.div_ceil(8)).unwrap_or_default()
    }

    /// Whether a dot is black; beyond the edges everything is white.
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        let byte = self.place(x, y).and_then(|place| self.bits.get(place));
        byte.is_some_and(|byte| byte & (0x80 >> (x % 8)) != 0)
    }

    /// The picture as a portable bitmap file (P4).
    pub fn pbm(&self) -> Vec<u8> {
        let mut file = format!("P4\n{} {}\n", self.width, self.height).into_bytes();
        file.extend_from_slice(&self.bits);
        file
    }

    fn place(&self, x: u32, y: u32) -> Option<usize> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let row = usize::try_from(y).ok()?.checked_mul(self.row_bytes())?;
        row.checked_add(usize::try_from(x / 8).ok()?)
    }

    fn blacken(&mut self, x: u32, y: u32) {
        let place = self.place(x, y);
        if let Some(byte) = place.and_then(|place| self.bits.get_mut(place)) {
            *byte |= 0x80 >> (x % 8);
        }
    }

    fn rectangle(&mut self, x: i64, y: i64, width: i64, height: i64) {
        for row in y..y + height.max(1) {
            for column in x..x + width.max(1) {
                if let (Ok(column), Ok(row)) = (u32::try_from(column), u32::try_from(row)) {
                    self.blacken(column, row);
                }
            }
        }
    }
}

/// A label as a picture, with so many dots to the millimetre.
pub fn bitmap(sheet: &Sheet, face: Face, dots_per_mm: u8) -> Result<Bitmap, LabelError> {
    if face != Face::Inter {
        return Err(LabelError::OtherFace);
    }
    let dots = |um: i64| (um * i64::from(dots_per_mm) + 500) / 1_000;
    let side = |um: i64| u32::try_from(dots(um)).map_err(|_| LabelError::Size { what: "picture" });
    let mut picture = Bitmap::white(side(sheet.width_um)?, side(sheet.height_um)?);
    for item in &sheet.items {
        match item {
            Item::Text(run) => draw(&mut picture, run, dots_per_mm)?,
            Item::Rule { x_um, y_um, length_um, thick_um } => {
                picture.rectangle(dots(*x_um), dots(*y_um), dots(*length_um), dots(*thick_um));
            }
            Item::Frame { x_um, y_um, width_um, height_um, thick_um } => {
                let (x, y, width, height) = (dots(*x_um), dots(*y_um), dots(*width_um), dots(*height_um));
                let thick = dots(*thick_um).max(1);
                picture.rectangle(x, y, width, thick);
                picture.rectangle(x, y + height - thick, width, thick);
                picture.rectangle(x, y, thick, height);
                picture.rectangle(x + width - thick, y, thick, height);
            }
        }
    }
    Ok(picture)
}

/// Each row of dots is looked at in so many finer rows.
const FINER: u8 = 4;
/// Each bend of an outline is drawn in so many straight pieces.
const PIECES: u8 = 6;

/// A straight piece of an outline, in dots.
struct Edge {
    from: (f64, f64),
    to: (f64, f64),
}

fn draw(picture: &mut Bitmap, run: &Run, dots_per_mm: u8) -> Result<(), LabelError> {
    let font = Font::of(run.bold)?;
    let dots_per_um = f64::from(dots_per_mm) / 1_000.0;
    let scale = small(run.size_um) * dots_per_um / f64::from(font.units);
    let (mut x, y) = (small(run.x_um) * dots_per_um, small(run.baseline_um) * dots_per_um);
    for letter in run.text.chars() {
        let glyph = font.glyph(letter).ok_or(LabelError::Typeface)?;
        let mut edges = Vec::new();
        for outline in font.outlines(glyph).ok_or(LabelError::Typeface)? {
            let placed: Vec<Point> = outline
                .iter()
                .map(|point| Point { x: x + point.x * scale, y: y - point.y * scale, on: point.on })
                .collect();
            trace(&placed, &mut edges);
        }
        fill(picture, &edges);
        x += f64::from(font.advance(glyph).ok_or(LabelError::Typeface)?) * scale;
    }
    Ok(())
}

/// A length on a label, exactly: it has far fewer digits than a number of this kind holds.
fn small(um: i64) -> f64 {
    i32::try_from(um).map(f64::from).unwrap_or_default()
}

/// A closed outline in straight pieces. Between two bends that follow each other the outline goes through their middle.
fn trace(points: &[Point], edges: &mut Vec<Edge>) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let middle = |a: &Point, b: &Point| ((a.x + b.x) / 2.0, (a.y + b.y) / 2.0);
    let start = match (first.on, last.on) {
        (true, _) => (first.x, first.y),
        (false, true) => (last.x, last.y),
        (false, false) => middle(first, last),
    };
    let mut at = start;
    let mut bend: Option<&Point> = None;
    for point in points {
        match (bend, point.on) {
            (None, true) => {
                edges.push(Edge { from: at, to: (point.x, point.y) });
                at = (point.x, point.y);
            }
            (None, false) => bend = Some(point),
            (Some(before), true) => {
                curve(at, before, (point.x, point.y), edges);
                at = (point.x, point.y);
                bend = None;
            }
            (Some(before), false) => {
                let through = middle(before, point);
                curve(at, before, through, edges);
                at = through;
                bend = Some(point);
            }
        }
    }
    match bend {
        Some(before) => curve(at, before, start, edges),
        None => edges.push(Edge { from: at, to: start }),
    }
}

fn curve(from: (f64, f64), bend: &Point, to: (f64, f64), edges: &mut Vec<Edge>) {
    let mut at = from;
    for piece in 1..=PIECES {
        let t = f64::from(piece) / f64::from(PIECES);
        let along = |a: f64, b: f64, c: f64| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
        let next = (along(from.0, bend.x, to.0), along(from.1, bend.y, to.1));
        edges.push(Edge { from: at, to: next });
        at = next;
    }
}

/// Blackens every dot of which half or more is inside.
fn fill(picture: &mut Bitmap, edges: &[Edge]) {
    let ys = edges.iter().flat_map(|edge| [edge.from.1, edge.to.1]);
    let (top, bottom) = ys.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(y), high.max(y)));
    let xs = edges.iter().flat_map(|edge| [edge.from.0, edge.to.0]);
    let (left, right) = xs.fold((f64::MAX, f64::MIN), |(low, high), x| (low.min(x), high.max(x)));
    for row in
        (0..picture.height).skip_while(|row| f64::from(*row) + 1.0 < top).take_while(|row| f64::from(*row) < bottom)
    {
        let mut covers: Vec<(f64, f64)> = Vec::new();
        for finer in 0..FINER {
            let y = f64::from(row) + (f64::from(finer) + 0.5) / f64::from(FINER);
            covers.extend(spans(edges, y));
        }
        if covers.is_empty() {
            continue;
        }
        let columns = (0..picture.width)
            .skip_while(|column| f64::from(*column) + 1.0 < left)
            .take_while(|column| f64::from(*column) < right);
        for column in columns {
            let x = f64::from(column);
            let inside: f64 = covers.iter().map(|(from, to)| (to.min(x + 1.0) - from.max(x)).max(0.0)).sum();
            if inside >= f64::from(FINER) / 2.0 {
                picture.blacken(column, row);
            }
        }
    }
}

/// From where to where a line across is inside, by the direction of the outlines that it crosses.
fn spans(edges: &[Edge], y: f64) -> Vec<(f64, f64)> {
    let mut crossings: Vec<(f64, i32)> = edges
        .iter()
        .filter_map(|edge| {
            let ((x1, y1), (x2, y2)) = (edge.from, edge.to);
            let turns = if y1 <= y && y2 > y {
                1
            } else if y2 <= y && y1 > y {
                -1
            } else {
                return None;
            };
            Some((x1 + (y - y1) * (x2 - x1) / (y2 - y1), turns))
        })
        .collect();
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut spans = Vec::new();
    let (mut winding, mut from) = (0, 0.0);
    for (x, turns) in crossings {
        if winding == 0 {
            from = x;
        }
        winding += turns;
        if winding == 0 {
            spans.push((from, x));
        }
    }
    spans
}
