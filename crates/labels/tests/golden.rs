//! The labels of the fixtures as they were looked at: texts and pictures, dot for dot. `UPDATE=1` writes them anew, and then
//! somebody looks at them again. Two judges that are not ours read the PDF: pdftotext and pdftoppm, where they are installed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::process::Command;

use common::{NAMES, contents, golden, of_pdf, words, words_of};
use labels::{Bitmap, Density, Face, Size, bitmap, escpos, layout, pdf, svg, zpl};

const DOTS_PER_MM: u8 = 8;

fn size() -> Size {
    Size::new(70, Some(50)).unwrap()
}

fn compare(name: &str, made: &[u8]) {
    let file = golden(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, made).unwrap();
    }
    let kept = std::fs::read(&file).unwrap_or_default();
    assert!(kept == made, "{name} is another than the one that was looked at; UPDATE=1 writes it anew");
}

#[test]
fn med_5_1_labels_are_those_that_were_looked_at() {
    for name in NAMES {
        let of = contents(name);
        let laid = layout(&of, &size(), Face::Inter).unwrap();
        for (n, sheet) in laid.sheets.iter().enumerate() {
            compare(&format!("{name}-{}.svg", n + 1), svg(sheet, laid.face).as_bytes());
            compare(&format!("{name}-{}.pbm", n + 1), &bitmap(sheet, laid.face, DOTS_PER_MM).unwrap().pbm());
        }
        compare(&format!("{name}.zpl"), zpl(&laid, Density::Dots8).unwrap().as_bytes());
        let roll = layout(&of, &Size::new(72, None).unwrap(), Face::Receipt).unwrap();
        compare(&format!("{name}.escpos"), &escpos(&roll).unwrap());
        compare(&format!("{name}-roll.svg"), svg(&roll.sheets[0], roll.face).as_bytes());
        // The same label is the same file.
        assert_eq!(pdf(&laid, of.language).unwrap(), pdf(&laid, of.language).unwrap());
    }
}

fn is_there(program: &str) -> bool {
    let there = Command::new(program).arg("-v").output().is_ok();
    if !there {
        eprintln!("{program} is not installed: skipped");
    }
    there
}

#[test]
fn med_5_1_pdftotext_reads_every_word_and_pdffonts_sees_both_weights_embedded() {
    if !is_there("pdftotext") || !is_there("pdffonts") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        let of = contents(name);
        let laid = layout(&of, &size(), Face::Inter).unwrap();
        let file = folder.path().join(format!("{name}.pdf"));
        let made = pdf(&laid, of.language).unwrap();
        std::fs::write(&file, &made).unwrap();
        let read = Command::new("pdftotext").args(["-layout", "-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
        assert!(read.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&read.stderr));
        let sorted = |mut words: Vec<String>| {
            words.sort();
            words
        };
        let found = words_of(&String::from_utf8(read.stdout).unwrap());
        assert_eq!(sorted(found), sorted(words(&laid)), "{name}");
        assert_eq!(of_pdf(&made).iter().flat_map(|run| words_of(run)).collect::<Vec<_>>(), words(&laid));
        let fonts = Command::new("pdffonts").arg(&file).output().unwrap();
        let fonts = String::from_utf8(fonts.stdout).unwrap();
        for font in ["TISKIA+Inter-Regular", "TISKIB+Inter-Bold"] {
            let line = fonts.lines().find(|line| line.starts_with(font)).unwrap_or_else(|| panic!("{fonts}"));
            // Embedded, a subset, with a table to Unicode.
            assert!(line.contains("yes yes yes"), "{line}");
        }
    }
}

#[test]
fn med_5_1_another_program_draws_the_pdf_as_our_picture() {
    if !is_there("pdftoppm") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in NAMES {
        let of = contents(name);
        let laid = layout(&of, &size(), Face::Inter).unwrap();
        let file = folder.path().join(format!("{name}.pdf"));
        std::fs::write(&file, pdf(&laid, of.language).unwrap()).unwrap();
        for (n, sheet) in laid.sheets.iter().enumerate() {
            let ours = bitmap(sheet, laid.face, DOTS_PER_MM).unwrap();
            let page = (n + 1).to_string();
            let out = folder.path().join("page");
            let size = [ours.width.to_string(), ours.height.to_string()];
            let drawn = Command::new("pdftoppm")
                .args([
                    "-f",
                    &page,
                    "-l",
                    &page,
                    "-gray",
                    "-singlefile",
                    "-scale-to-x",
                    &size[0],
                    "-scale-to-y",
                    &size[1],
                ])
                .arg(&file)
                .arg(&out)
                .status()
                .unwrap();
            assert!(drawn.success());
            let theirs = grey(&std::fs::read(out.with_extension("pgm")).unwrap());
            let (lost, added) = (apart(&ours, &theirs), apart(&theirs, &ours));
            assert!(lost < 0.01 && added < 0.01, "{name} {page}: {lost} of ours, {added} of theirs stand alone");
        }
    }
}

/// A grey picture (P5) as dots: half black or more is black.
fn grey(file: &[u8]) -> Bitmap {
    let mut numbers = Vec::new();
    let mut at = 2;
    while numbers.len() < 3 {
        while file[at].is_ascii_whitespace() {
            at += 1;
        }
        let end = at + file[at..].iter().position(u8::is_ascii_whitespace).unwrap();
        numbers.push(std::str::from_utf8(&file[at..end]).unwrap().parse::<usize>().unwrap());
        at = end;
    }
    at += 1;
    let (width, height) = (numbers[0], numbers[1]);
    let row = width.div_ceil(8);
    let mut bits = vec![0; row * height];
    for y in 0..height {
        for x in 0..width {
            if file[at + y * width + x] < 128 {
                bits[y * row + x / 8] |= 0x80 >> (x % 8);
            }
        }
    }
    Bitmap { width: width as u32, height: height as u32, bits }
}

/// The share of one picture's black dots that have none beside them in the other.
fn apart(one: &Bitmap, other: &Bitmap) -> f64 {
    let (mut black, mut alone) = (0, 0);
    for y in 0..one.height {
        for x in 0..one.width {
            if one.is_black(x, y) {
                black += 1;
                let near = |dx: u32, dy: u32| (x + dx).checked_sub(1).zip((y + dy).checked_sub(1));
                let beside = (0..3).flat_map(|dx| (0..3).filter_map(move |dy| near(dx, dy)));
                if !beside.into_iter().any(|(x, y)| other.is_black(x, y)) {
                    alone += 1;
                }
            }
        }
    }
    assert!(black > 500, "a label is not empty");
    f64::from(alone) / f64::from(black)
}
