//! The labels of `fixtures/labels`, and readers of what the writers write: enough to see which words came out.
#![allow(dead_code)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use labels::{Contents, Layout};

pub const NAMES: [&str; 5] = ["diapam", "exchanged", "compounded", "translated", "long"];

pub fn contents(name: &str) -> Contents {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../fixtures/labels/{name}.toml"));
    toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// The words of a layout, in the order of reading.
pub fn words(layout: &Layout) -> Vec<String> {
    layout.runs().flat_map(|run| words_of(&run.text)).collect()
}

pub fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The texts of a ZPL program, each field's escapes undone.
pub fn of_zpl(zpl: &str) -> Vec<String> {
    let fields = zpl.split("^FD").skip(1).map(|rest| rest.split("^FS").next().unwrap());
    fields
        .map(|field| {
            let mut bytes = Vec::new();
            let mut rest = field.as_bytes();
            while let Some((first, after)) = rest.split_first() {
                if *first == b'_' {
                    let digits = std::str::from_utf8(&after[..2]).unwrap();
                    bytes.push(u8::from_str_radix(digits, 16).unwrap());
                    rest = &after[2..];
                } else {
                    bytes.push(*first);
                    rest = after;
                }
            }
            String::from_utf8(bytes).unwrap()
        })
        .collect()
}

/// The texts of an ESC/POS program, a row each, read with Windows 1252 and the few letters of 858 that stand elsewhere.
pub fn of_escpos(bytes: &[u8]) -> Vec<String> {
    let upper = |page: u8, byte: u8| match (page, byte) {
        (19, 0x84) => 'ä',
        (19, 0x86) => 'å',
        (19, 0x94) => 'ö',
        (19, 0x8e) => 'Ä',
        (19, 0x8f) => 'Å',
        (19, 0x99) => 'Ö',
        (19, 0x82) => 'é',
        (19, 0x9e) => '×',
        (19, 0xfa) => '·',
        (19, 0xf8) => '°',
        (19, 0xab) => '½',
        (19, 0xe6) => 'µ',
        (16, 0x96) => '–',
        (16, 0x9a) => 'š',
        (16, 0x9e) => 'ž',
        (16, 0xe4) => 'ä',
        (16, 0xf6) => 'ö',
        (16, 0xe5) => 'å',
        (16, 0xc4) => 'Ä',
        (16, 0xd6) => 'Ö',
        (16, 0xc5) => 'Å',
        (16, 0xe9) => 'é',
        (16, 0xd7) => '×',
        (16, 0xb7) => '·',
        (16, 0xb0) => '°',
        (16, 0xbd) => '½',
        (16, 0xb5) => 'µ',
        other => panic!("{other:?}"),
    };
    let (mut rows, mut row, mut page, mut at) = (Vec::new(), String::new(), 0, 0);
    while at < bytes.len() {
        match bytes[at..] {
            [0x1b, b'@', ..] => {
                page = 0;
                at += 2;
            }
            [0x1d, b'P', ..] | [0x1d, b'V', ..] => at += 4,
            [0x1b, b't', number, ..] => {
                page = number;
                at += 3;
            }
            [0x1b, b'J', ..] => {
                if !row.is_empty() {
                    rows.push(std::mem::take(&mut row));
                }
                at += 3;
            }
            [0x1b, b'$', ..] => {
                if !row.is_empty() {
                    row.push(' ');
                }
                at += 4;
            }
            [0x1b, b'M' | b'E', ..] | [0x1d, b'!', ..] => at += 3,
            [0x1d, b'v', b'0', _, low, high, height, 0, ..] => {
                at += 8 + (usize::from(low) + 256 * usize::from(high)) * usize::from(height);
            }
            [byte @ b' '..=b'~', ..] => {
                row.push(char::from(byte));
                at += 1;
            }
            [byte, ..] if byte >= 0x80 => {
                row.push(upper(page, byte));
                at += 1;
            }
            ref other => panic!("{:?}", &other[..other.len().min(8)]),
        }
    }
    rows
}

/// The texts of a PDF that this program wrote, by each font's own table from glyphs to letters.
pub fn of_pdf(pdf: &[u8]) -> Vec<String> {
    let text: String = pdf.iter().map(|byte| char::from(*byte)).collect();
    let tables: Vec<HashMap<&str, char>> = text
        .split("begincmap")
        .skip(1)
        .map(|map| {
            let map = map.split("endcmap").next().unwrap();
            let lines =
                map.split("beginbfchar").skip(1).flat_map(|section| section.split("endbfchar").next().unwrap().lines());
            lines
                .filter_map(|line| {
                    let (glyph, letter) = line.strip_prefix('<')?.split_once("> <")?;
                    let unit = u16::from_str_radix(letter.strip_suffix('>')?, 16).unwrap();
                    Some((glyph, char::from_u32(unit.into()).unwrap()))
                })
                .collect()
        })
        .collect();
    text.lines()
        .filter(|line| line.starts_with("BT "))
        .map(|line| {
            let font = usize::from(line.starts_with("BT /F1"));
            let glyphs = line.split_once('<').unwrap().1.split_once('>').unwrap().0;
            (0..glyphs.len() / 4).map(|n| tables[font][&glyphs[4 * n..4 * n + 4]]).collect()
        })
        .collect()
}
