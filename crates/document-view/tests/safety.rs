//! No document can say how it is shown: markup, writing direction, terminal commands, long words, many parts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{judged, lot, prescription, signed, unchecked, written};
use proptest::prelude::*;
use tiski_document_view::{Viewer, chain, compare, document, html, text};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;b&gt;</bdi></dd><!-- ]]> \
                       javascript:alert(1) \u{202e}txet\u{2066}\u{200b} \u{9b}31m";

#[test]
fn a_document_can_not_put_markup_or_commands_on_a_page() {
    let mut made = prescription();
    made.patient.name.family = HOSTILE.into();
    made.patient.name.call_name = Some(HOSTILE.into());
    made.prescriber.name.suffix = Some(HOSTILE.into());
    made.message_to_pharmacy = Some(HOSTILE.into());
    made.dosage.text = HOSTILE.into();
    made.product.strength = Some(HOSTILE.into());
    made.care_types[0].name = Some(HOSTILE.into());
    made.unknown[0].text = HOSTILE.into();
    made.unknown[0].xml = None;
    let document_of = |made: &prescription::Prescription| {
        let mut read = written(&prescription()).0;
        read.header.patient = made.patient.clone();
        read.content = cda::Content::Prescription(Box::new(made.clone()));
        read
    };
    let bytes = written(&prescription()).1;
    let hostile = document_of(&made);
    let pages = [
        document(&hostile, &signed(&bytes), &Viewer::default()),
        chain(&[(hostile.clone(), unchecked())], &Viewer::default()).unwrap(),
        compare(&written(&prescription()).0, &hostile, true, &Viewer::default()).unwrap().page(),
    ];
    for page in pages {
        let rendered = html(&page);
        let seen = judged(&rendered);
        assert!(seen.text.borrow().contains("<script>alert(1)</script>"), "shown as the text that it is");
        for (place, shown) in [("html", rendered.as_str()), ("text", text(&page).as_str())] {
            assert!(shown.contains("⟨U+202E⟩"), "{place}: made visible");
            let hidden =
                |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!shown.contains(hidden), "{place}");
        }
    }
}

#[test]
fn a_page_stands_by_itself() {
    let (read, bytes) = written(&prescription());
    let page = html(&document(&read, &signed(&bytes), &Viewer::default()));
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"fi\">"));
    for outside in ["http:", "https:", "url(", "@import", "src=", "href=", "<script", "<link"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(
        page.contains("default-src 'none'")
            && page.contains("prefers-color-scheme: dark")
            && page.contains("@media print")
    );
}

#[test]
fn an_identity_code_in_free_text_is_masked_too() {
    let mut made = prescription();
    made.message_to_pharmacy = Some("Noutaa äiti 131052-902N.".into());
    let (read, bytes) = written(&made);
    let shown = text(&document(&read, &signed(&bytes), &Viewer::default()));
    assert!(shown.contains("131052-9•••") && !shown.contains("131052-902N"));
}

/// Ten times as much is not a hundred times the work; counted in bytes, because time is not the same everywhere.
#[test]
fn a_page_grows_as_its_document_does() {
    let size = |parts: usize| {
        let mut made = prescription();
        made.details.clear();
        made.unknown = vec![made.unknown[0].clone(); parts];
        let mut read = written(&prescription()).0;
        read.content = cda::Content::Prescription(Box::new(made));
        html(&document(&read, &unchecked(), &Viewer::default())).len()
    };
    let (few, many) = (size(1_000), size(10_000));
    assert!(many < few * 11, "{few} {many}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_shown_as_text(words in "\\PC{0,60}", more in ".{0,40}") {
        let mut made = prescription();
        made.patient.name.family = words.clone();
        made.dosage.text = format!("{words} {more}");
        made.message_to_pharmacy = Some(more);
        let mut read = written(&prescription()).0;
        read.content = cda::Content::Prescription(Box::new(made.clone()));
        let lots = [lot(&made, 1, "2026-11-05T10:00:00", &[])];
        let mut given = common::dispensed(&lot(&prescription(), 1, "2026-11-05T10:00:00", &[])).0;
        given.content = cda::Content::Dispensation(Box::new(lots[0].clone()));
        judged(&html(&document(&read, &unchecked(), &Viewer::default())));
        judged(&html(&document(&given, &unchecked(), &Viewer::default())));
    }
}
