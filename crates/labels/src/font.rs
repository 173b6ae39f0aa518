//! The built-in typeface (fonts/README.md): the widths of its letters for the layout, its file for the PDF, and its outlines
//! for pictures. Read from the TrueType file as it is; where that cannot be read there is no label rather than a wrong one.

use crate::LabelError;

const REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/Inter-Bold.ttf");

/// One weight of the typeface.
#[derive(Clone, Copy)]
pub(crate) struct Font {
    file: Bytes,
    /// Units of an em.
    pub(crate) units: u16,
    long_metrics: u16,
    pub(crate) glyphs: u16,
    hmtx: usize,
    cmap: usize,
    loca: usize,
    glyf: usize,
    long_loca: bool,
}

/// A point of an outline, in the font's units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Whether the outline goes through it; otherwise it bends towards it.
    pub(crate) on: bool,
}

/// Composed letters ("ä") are made of at most so many parts within parts.
const DEEPEST: u8 = 4;

impl Font {
    /// A weight.
    pub(crate) fn of(bold: bool) -> Result<Self, LabelError> {
        Self::read(Bytes(if bold { BOLD } else { REGULAR })).ok_or(LabelError::Typeface)
    }

    fn read(file: Bytes) -> Option<Self> {
        let (head, hhea, maxp) = (file.table(b"head")?, file.table(b"hhea")?, file.table(b"maxp")?);
        let cmap = file.table(b"cmap")?;
        let subtables = file.u16(cmap + 2)?;
        let unicode = (0..usize::from(subtables)).find_map(|n| {
            let entry = cmap + 4 + n * 8;
            let at = cmap + usize::try_from(file.u32(entry + 4)?).ok()?;
            (file.u16(entry)? == 3 && file.u16(entry + 2)? == 1 && file.u16(at)? == 4).then_some(at)
        })?;
        Some(Self {
            file,
            units: file.u16(head + 18).filter(|units| *units > 0)?,
            long_loca: file.i16(head + 50)? == 1,
            long_metrics: file.u16(hhea + 34).filter(|count| *count > 0)?,
            glyphs: file.u16(maxp + 4)?,
            hmtx: file.table(b"hmtx")?,
            cmap: unicode,
            loca: file.table(b"loca")?,
            glyf: file.table(b"glyf")?,
        })
    }

    /// The whole file, as it is embedded.
    pub(crate) fn bytes(&self) -> &'static [u8] {
        self.file.0
    }

    /// The glyph of a letter, where the typeface has it.
    pub(crate) fn glyph(&self, letter: char) -> Option<u16> {
        let code = u16::try_from(u32::from(letter)).ok()?;
        let doubled = usize::from(self.file.u16(self.cmap + 6)?);
        let segment =
            (0..doubled).step_by(2).find(|n| self.file.u16(self.cmap + 14 + n).is_some_and(|end| end >= code))?;
        let start = self.file.u16(self.cmap + 16 + doubled + segment)?;
        let delta = self.file.u16(self.cmap + 16 + 2 * doubled + segment)?;
        let offset_at = self.cmap + 16 + 3 * doubled + segment;
        let offset = usize::from(self.file.u16(offset_at)?);
        let after = code.checked_sub(start)?;
        let glyph = if offset == 0 {
            code.wrapping_add(delta)
        } else {
            match self.file.u16(offset_at + offset + 2 * usize::from(after))? {
                0 => 0,
                found => found.wrapping_add(delta),
            }
        };
        (glyph != 0).then_some(glyph)
    }

    /// How far a glyph goes, in the font's units. Between words there is a third of an em at least: "1 tabletti" must not
    /// look like one word on a coarse printer.
    pub(crate) fn advance(&self, glyph: u16) -> Option<u16> {
        let long = glyph.min(self.long_metrics - 1);
        let own = self.file.u16(self.hmtx + 4 * usize::from(long))?;
        let is_space = [' ', '\u{a0}'].iter().any(|space| self.glyph(*space) == Some(glyph));
        Some(if is_space { own.max(self.units / 3) } else { own })
    }

    /// How much wider a space is than the typeface's own, thousandths of an em.
    pub(crate) fn word_spacing_per_mille(&self) -> Option<u16> {
        let space = self.glyph(' ')?;
        let own = self.file.u16(self.hmtx + 4 * usize::from(space.min(self.long_metrics - 1)))?;
        let more = u32::from(self.advance(space)?.saturating_sub(own)) * 1_000 / u32::from(self.units);
        u16::try_from(more).ok()
    }

    /// The closed outlines of a glyph; none of a space.
    pub(crate) fn outlines(&self, glyph: u16) -> Option<Vec<Vec<Point>>> {
        self.outlines_within(glyph, DEEPEST)
    }

    fn place(&self, glyph: u16) -> Option<(usize, usize)> {
        let n = Some(glyph).filter(|glyph| *glyph < self.glyphs).map(usize::from)?;
        let at = |n: usize| {
            if self.long_loca {
                usize::try_from(self.file.u32(self.loca + 4 * n)?).ok()
            } else {
                self.file.u16(self.loca + 2 * n).map(|half| 2 * usize::from(half))
            }
        };
        Some((self.glyf + at(n)?, self.glyf + at(n + 1)?))
    }

    fn outlines_within(&self, glyph: u16, depth: u8) -> Option<Vec<Vec<Point>>> {
        let (at, end) = self.place(glyph)?;
        if at == end {
            return Some(Vec::new());
        }
        match self.file.i16(at)? {
            count if count >= 0 => self.simple(at, usize::try_from(count).ok()?),
            _ => self.composed(at + 10, depth.checked_sub(1)?),
        }
    }

    fn simple(&self, at: usize, count: usize) -> Option<Vec<Vec<Point>>> {
        let ends: Vec<usize> =
            (0..count).map(|n| self.file.u16(at + 10 + 2 * n).map(usize::from)).collect::<Option<_>>()?;
        let points = ends.last().map_or(0, |last| last + 1);
        let mut next = at + 10 + 2 * count;
        next += 2 + usize::from(self.file.u16(next)?);
        let mut flags = Vec::with_capacity(points);
        while flags.len() < points {
            let flag = self.file.u8(next)?;
            next += 1;
            flags.push(flag);
            if flag & 8 != 0 {
                let again = usize::from(self.file.u8(next)?);
                next += 1;
                flags.extend(std::iter::repeat_n(flag, again.min(points - flags.len())));
            }
        }
        let mut axis = |short: u8, same: u8| -> Option<Vec<f64>> {
            let mut value = 0i32;
            flags
                .iter()
                .map(|flag| {
                    if flag & short != 0 {
                        let step = i32::from(self.file.u8(next)?);
                        next += 1;
                        value += if flag & same != 0 { step } else { -step };
                    } else if flag & same == 0 {
                        value += i32::from(self.file.i16(next)?);
                        next += 2;
                    }
                    Some(f64::from(value))
                })
                .collect()
        };
        let (xs, ys) = (axis(2, 16)?, axis(4, 32)?);
        let all: Vec<Point> =
            xs.iter().zip(&ys).zip(&flags).map(|((x, y), flag)| Point { x: *x, y: *y, on: flag & 1 != 0 }).collect();
        let mut outlines = Vec::with_capacity(count);
        let mut start = 0;
        for end in ends {
            outlines.push(all.get(start..=end)?.to_vec());
            start = end + 1;
        }
        Some(outlines)
    }

    /// A letter of parts, each moved and perhaps scaled. Parts that are placed by points are not in this typeface.
    fn composed(&self, mut next: usize, depth: u8) -> Option<Vec<Vec<Point>>> {
        let mut outlines = Vec::new();
        loop {
            let flags = self.file.u16(next)?;
            let part = self.file.u16(next + 2)?;
            next += 4;
            let placed = flags & 2 != 0;
            let (dx, dy) = if flags & 1 != 0 {
                let moved = (f64::from(self.file.i16(next)?), f64::from(self.file.i16(next + 2)?));
                next += 4;
                moved
            } else {
                let byte = |at: usize| self.file.u8(at).map(|value| f64::from(value.cast_signed()));
                let moved = (byte(next)?, byte(next + 1)?);
                next += 2;
                moved
            };
            let mut scale = || -> Option<f64> {
                let value = f64::from(self.file.i16(next)?) / 16_384.0;
                next += 2;
                Some(value)
            };
            let (a, b, c, d) = if flags & 8 != 0 {
                let both = scale()?;
                (both, 0.0, 0.0, both)
            } else if flags & 0x40 != 0 {
                (scale()?, 0.0, 0.0, scale()?)
            } else if flags & 0x80 != 0 {
                (scale()?, scale()?, scale()?, scale()?)
            } else {
                (1.0, 0.0, 0.0, 1.0)
            };
            if !placed {
                return None;
            }
            for outline in self.outlines_within(part, depth)? {
                let moved = outline.into_iter().map(|Point { x, y, on }| Point {
                    x: a * x + c * y + dx,
                    y: b * x + d * y + dy,
                    on,
                });
                outlines.push(moved.collect());
            }
            if flags & 0x20 == 0 {
                return Some(outlines);
            }
        }
    }
}

/// A file's bytes, read without ever going beyond them.
#[derive(Clone, Copy)]
struct Bytes(&'static [u8]);

impl Bytes {
    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    fn u16(self, at: usize) -> Option<u16> {
        Some(u16::from_be_bytes(self.0.get(at..at.checked_add(2)?)?.try_into().ok()?))
    }

    fn i16(self, at: usize) -> Option<i16> {
        self.u16(at).map(u16::cast_signed)
    }

    fn u32(self, at: usize) -> Option<u32> {
        Some(u32::from_be_bytes(self.0.get(at..at.checked_add(4)?)?.try_into().ok()?))
    }

    /// Where a table of the file begins.
    fn table(self, name: &[u8; 4]) -> Option<usize> {
        let count = usize::from(self.u16(4)?);
        (0..count).map(|n| 12 + 16 * n).find_map(|entry| {
            let found = self.0.get(entry..entry + 4)? == name;
            if found { usize::try_from(self.u32(entry + 8)?).ok() } else { None }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typeface_has_the_letters_of_finnish_swedish_and_sami() {
        for bold in [false, true] {
            let font = Font::of(bold).unwrap();
            assert_eq!(font.units, 2048);
            for letter in "abcåäöÅÄÖšžŠŽáčđŋŧéüõßµ½¼¾×°–—’”…€%αβγ0123456789()[]/,.;:!?+-±".chars()
            {
                let glyph = font.glyph(letter).unwrap_or_else(|| panic!("{letter}"));
                assert!(glyph < font.glyphs);
                assert!(font.advance(glyph).unwrap() > 0, "{letter}");
                assert!(!font.outlines(glyph).unwrap().is_empty(), "{letter}");
            }
            assert_eq!(font.outlines(font.glyph(' ').unwrap()).unwrap(), Vec::<Vec<Point>>::new());
            for without in ['語', '😀', '≥'] {
                assert_eq!(font.glyph(without), None);
            }
        }
    }

    #[test]
    fn every_glyph_can_be_drawn() {
        for bold in [false, true] {
            let font = Font::of(bold).unwrap();
            for glyph in 0..font.glyphs {
                assert!(font.outlines(glyph).is_some(), "{glyph}");
            }
        }
    }

    #[test]
    fn a_damaged_file_is_no_typeface() {
        for length in [0, 3, 11, 12, 40, 200, 1_000, 5_000] {
            assert!(REGULAR.get(..length).is_some_and(|cut| {
                let font = Font::read(Bytes(cut));
                font.is_none_or(|font| font.glyph('ä').and_then(|glyph| font.outlines(glyph)).is_none())
            }));
        }
    }
}
