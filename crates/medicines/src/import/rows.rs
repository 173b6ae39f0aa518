//! Text files of Fimea: a head and rows, fields parted by semicolons, read line by line.

use std::io::{BufRead, BufReader, Read};

use super::error::{Fault, File, ReadError};
use super::limits::Limits;

/// How bytes are letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The basic register and the substitution list (medicines.md 2.1, 2.3).
    Latin1,
    /// The files of Fimea's newer address (assumed; docs/assumptions.md).
    Utf8,
}

impl Encoding {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Latin1 => "ISO-8859-1",
            Encoding::Utf8 => "UTF-8",
        }
    }

    /// The letters of these bytes, appended. What is plainly of another encoding is refused: ISO-8859-1 has no letters
    /// from 0x80 to 0x9F, and a text with other than ASCII letters that is sound UTF-8 is UTF-8.
    pub fn decode(self, bytes: &[u8], into: &mut String) -> Result<(), Fault> {
        let sound = std::str::from_utf8(bytes);
        match (self, sound) {
            (_, Ok(text)) if text.is_ascii() => into.push_str(text),
            (Encoding::Utf8, Ok(text)) if !text.contains('\u{FFFD}') => into.push_str(text),
            (Encoding::Latin1, Err(_)) if !bytes.iter().any(|byte| (0x80..0xA0).contains(byte)) => {
                into.extend(bytes.iter().copied().map(char::from));
            }
            _ => return Err(Fault::Encoding(self.name())),
        }
        // The controls of ISO-8859-1 above 0x80 are refused with its other bytes; in UTF-8 they are 0xC2 and a byte.
        let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7F;
        let is_high = |pair: &[u8]| matches!(pair, [0xC2, 0x80..=0x9F]);
        let found = bytes.iter().fold(false, |found, byte| found | is_control(*byte));
        if found || (self == Encoding::Utf8 && bytes.windows(2).any(is_high)) {
            Err(Fault::Encoding(self.name()))
        } else {
            Ok(())
        }
    }
}

/// What a text file looks like.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Which file it is.
    pub file: File,
    /// How its bytes are letters.
    pub encoding: Encoding,
    /// Every field stands in quotation marks.
    pub quoted: bool,
    /// Names of its columns.
    pub columns: &'static [&'static str],
}

/// Fields of one row, by their place.
#[derive(Debug)]
pub struct Row<'a> {
    text: &'a str,
    ends: &'a [(usize, usize)],
}

impl<'a> Row<'a> {
    /// What stands in a column, without blanks around it; nothing beyond the last.
    pub fn get(&self, column: usize) -> &'a str {
        self.ends.get(column).and_then(|&(from, to)| self.text.get(from..to)).unwrap_or_default().trim()
    }
}

/// Reads every row of a file, line by line. A file without a row is refused; so is the first row that is not sound.
pub fn read(
    from: impl Read,
    layout: &Layout,
    limits: &Limits,
    mut each: impl FnMut(&Row) -> Result<(), Fault>,
) -> Result<u64, ReadError> {
    let file = layout.file;
    let mut lines = BufReader::new(from.take(limits.file_bytes.saturating_add(1)));
    let (mut bytes, mut text, mut ends) = (Vec::new(), String::new(), Vec::new());
    let (mut line, mut size, mut rows) = (0u64, 0u64, 0u64);
    loop {
        bytes.clear();
        let most = limits.line_bytes as u64 + 2;
        let read =
            (&mut lines).take(most).read_until(b'\n', &mut bytes).map_err(|source| ReadError::Io { file, source })?;
        size += read as u64;
        if size > limits.file_bytes {
            return Err(ReadError::TooLarge { file, limit: limits.file_bytes });
        }
        if read == 0 {
            break;
        }
        line += 1;
        let at = |fault| ReadError::At { file, line, fault };
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        if bytes.len() > limits.line_bytes {
            return Err(at(Fault::TooLong(limits.line_bytes)));
        }
        let content = match layout.encoding {
            Encoding::Utf8 if line == 1 => bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes),
            _ => &bytes,
        };
        text.clear();
        layout.encoding.decode(content, &mut text).map_err(at)?;
        split(&text, layout.quoted, &mut ends).map_err(at)?;
        let row = Row { text: &text, ends: &ends };
        if line == 1 {
            head(&row, ends.len(), layout.columns).map_err(at)?;
            continue;
        }
        if ends.len() != layout.columns.len() {
            return Err(at(Fault::Fields { found: ends.len(), expected: layout.columns.len() }));
        }
        rows += 1;
        if rows > limits.rows {
            return Err(at(Fault::TooMany(limits.rows)));
        }
        each(&row).map_err(at)?;
    }
    if rows == 0 { Err(ReadError::Empty(file)) } else { Ok(rows) }
}

fn head(row: &Row, found: usize, columns: &'static [&'static str]) -> Result<(), Fault> {
    for (index, expected) in columns.iter().copied().enumerate() {
        if !row.get(index).eq_ignore_ascii_case(expected) {
            return Err(Fault::Columns { column: index + 1, expected });
        }
    }
    if found == columns.len() { Ok(()) } else { Err(Fault::Fields { found, expected: columns.len() }) }
}

/// Where the fields begin and end.
fn split(text: &str, quoted: bool, ends: &mut Vec<(usize, usize)>) -> Result<(), Fault> {
    ends.clear();
    if !quoted {
        let mut from = 0;
        for (at, _) in text.match_indices(';') {
            ends.push((from, at));
            from = at + 1;
        }
        ends.push((from, text.len()));
        return Ok(());
    }
    let mut rest = text;
    let mut from = 0;
    loop {
        let inner = rest.strip_prefix('"').ok_or(Fault::Quotation)?;
        let end = inner.find('"').ok_or(Fault::Quotation)?;
        ends.push((from + 1, from + 1 + end));
        let after = inner.get(end + 1..).unwrap_or_default();
        if after.is_empty() {
            return Ok(());
        }
        rest = after.strip_prefix(';').ok_or(Fault::Quotation)?;
        from = text.len() - rest.len();
    }
}
