//! The hazards of medicines.md 5.3 and the vectors of 8.3, by name, through [`read`](crate::read).

use proptest::prelude::*;

use super::*;
use crate::{Code, Symbology, read};

const BURANA: &str = "010704626070009317280531";

fn today() -> NaiveDate {
    "2026-11-26".parse().unwrap()
}

fn scan(text: &str) -> Result<crate::Reading, ScanError> {
    read(text.as_bytes(), today(), Scanner::default())
}

fn elements(text: &str) -> ElementString {
    match scan(text).unwrap().code {
        Code::Elements(elements) => elements,
        other => panic!("{other:?}"),
    }
}

fn burana() -> ElementString {
    ElementString {
        gtin: Gtin::parse("07046260700093").unwrap(),
        expiry: Some(Expiry::parse("280531", today()).unwrap()),
        batch: Some("A1B2".into()),
        serial: Some("9XK3LM0Q7".into()),
        national: None,
    }
}

#[test]
fn med_8_3_the_vector_and_another_order() {
    let read = scan(&format!("]d2{BURANA}10A1B2\u{1d}219XK3LM0Q7")).unwrap();
    assert_eq!(read.code, Code::Elements(burana()));
    assert_eq!(read.symbology, Some(Symbology::Gs1DataMatrix));
    assert_eq!(read.warnings, []);
    assert_eq!(read.code.vnr(&crate::GtinTable::default()).unwrap().as_str(), "070009");
    assert_eq!(elements("]d2219XK3LM0Q7\u{1d}10A1B2\u{1d}172805310107046260700093"), burana());
    assert_eq!(elements(&format!("{BURANA}10A1B2\u{1d}219XK3LM0Q7\u{1d}")), burana(), "a separator at the end");
    assert_eq!(elements("0107046260700093\u{1d}17280531\u{1d}10A1B2\u{1d}219XK3LM0Q7"), burana(), "superfluous ones");
}

#[test]
fn med_5_3_a_lost_separator_fails_loudly() {
    let lost = |element| Err(ScanError::SeparatorLost(element));
    assert_eq!(scan(&format!("]d2{BURANA}10A1B2219XK3LM0Q7")), lost("10"));
    assert_eq!(scan(&format!("{BURANA}10A1B2219XK3LM0Q7")), lost("10"), "without identifier as well");
    assert_eq!(scan(&format!("{BURANA}219XK3LM0Q710A1B2")), lost("21"));
    assert_eq!(scan("]d2219XK3LM0Q7\u{1d}10A1B2172805310107046260700093"), lost("10"), "one of two lost: too long");
    assert_eq!(scan("]d2010704626070009321S\u{1d}10A1B217280531"), lost("10"), "the date is hidden in the batch");
    assert_eq!(scan("]d217280531\u{1d}21S\u{1d}10A0107046260700093"), lost("10"), "the product is");
    // What is complete is not suspected, whatever stands in its values.
    assert_eq!(elements(&format!("{BURANA}10A2110B\u{1d}2110S21")).batch.as_deref(), Some("A2110B"));
}

#[test]
fn med_5_3_a_value_longer_than_its_element_may_be_is_glued_whoever_sends_it() {
    let proven = |text: String| read(text.as_bytes(), today(), Scanner { separators_proven: true });
    let longest = "B".repeat(20);
    assert!(proven(format!("]d2{BURANA}10{longest}\u{1d}21{longest}")).is_ok());
    assert_eq!(proven(format!("]d2{BURANA}10{longest}B\u{1d}21S")), Err(ScanError::SeparatorLost("10")));
    assert_eq!(proven(format!("]d2{BURANA}10B\u{1d}21{longest}S")), Err(ScanError::SeparatorLost("21")));
}

#[test]
fn med_5_3_a_package_without_a_serial_number_is_believed_from_a_proven_scanner() {
    let text = format!("]d2{BURANA}10A21B");
    assert_eq!(scan(&text), Err(ScanError::SeparatorLost("10")));
    let proven = read(text.as_bytes(), today(), Scanner { separators_proven: true }).unwrap();
    assert_eq!(proven.code.batch(), Some("A21B"));
    assert_eq!(elements(&format!("{BURANA}10A1B2")).serial, None, "nothing in it looks like one");
}

#[test]
fn med_5_3_the_separator_written_in_other_ways() {
    for written in ["^]", "{GS}", "\\F1", "\u{241d}", "\u{2194}"] {
        let read = scan(&format!("]d2{BURANA}10A1B2{written}219XK3LM0Q7")).unwrap();
        assert_eq!(read.code, Code::Elements(burana()), "{written}");
        assert_eq!(read.warnings, [Warning::SeparatorWritten], "{written}");
    }
    assert_eq!(scan(&format!("]d2{BURANA}10A1B2<GS>219XK3LM0Q7")), Err(ScanError::SeparatorLost("10")), "not guessed");
}

#[test]
fn med_5_3_swapped_letter_case_warns() {
    let read = scan(&format!("]d2{BURANA}10a1b2\u{1d}219xk3lm0q7")).unwrap();
    assert_eq!(read.warnings, [Warning::CaseDoubtful]);
    assert_eq!(read.code.batch(), Some("a1b2"), "left as it came");
    let read = scan(&format!("]D2{BURANA}10a1b2\u{1d}219xk3lm0q7")).unwrap();
    assert_eq!(read.warnings, [Warning::CaseSwapped]);
    assert_eq!(read.code, Code::Elements(burana()), "the identifier tells that capitals are on");
    assert_eq!(
        scan(&format!("]d2{BURANA}10A1b2\u{1d}219xk")).unwrap().warnings,
        [],
        "mixed letters are somebody's choice"
    );
}

#[test]
fn med_5_3_a_wrong_check_digit() {
    assert_eq!(scan("]d201070462607000941728053110A\u{1d}21B"), Err(ScanError::CheckDigit));
    assert_eq!(scan("7046260700094"), Err(ScanError::CheckDigit));
    assert_eq!(scan("]E07046260700094"), Err(ScanError::CheckDigit));
}

#[test]
fn med_5_3_another_keyboard_layout() {
    assert_eq!(scan(&format!("¨d2{BURANA}10A1B2")), Err(ScanError::KeyboardLayout), "Finnish layout: the bracket");
    assert_eq!(scan(&format!("åd2{BURANA}10A1B2")), Err(ScanError::KeyboardLayout));
    assert_eq!(scan("à&àèà'-é-à"), Err(ScanError::KeyboardLayout), "French layout: digits");
    assert_eq!(read(b"\xe5d20107046260700093", today(), Scanner::default()), Err(ScanError::KeyboardLayout), "Latin-1");
}

#[test]
fn med_5_3_truncated_or_no_code_at_all() {
    assert_eq!(scan("]d20107046260700"), Err(ScanError::Truncated("01")));
    assert_eq!(scan("]d20107046260700093172805"), Err(ScanError::Truncated("17")));
    assert_eq!(scan("]d2010704626070009310"), Err(ScanError::Truncated("10")));
    assert_eq!(scan("]d20107046260700093\u{1d}1728\u{1d}10A"), Err(ScanError::Truncated("17")));
    assert_eq!(scan("]d217280531"), Err(ScanError::NoProduct));
    assert_eq!(scan("]d2010704626070009317281331"), Err(ScanError::Date("17")));
    assert_eq!(scan("]d2010704626070009399X\u{1d}"), Err(ScanError::UnknownElement));
    assert_eq!(scan("]d2010704626070009310A\u{1d}10B"), Err(ScanError::Twice("10")));
    assert_eq!(scan("]d201070462607000931O280531"), Err(ScanError::UnknownElement));
    assert_eq!(scan("]d2010704626070009310A#B"), Err(ScanError::Character("10")));
    assert_eq!(scan(""), Err(ScanError::Empty));
    assert_eq!(scan("]d2\r\n"), Err(ScanError::Empty));
    assert_eq!(scan(&"1".repeat(600)), Err(ScanError::TooLong));
    for nothing in
        ["hello", "704626070009", "12345", "https://id.gs1.org/01/07046260700093", "]E012345", "1.2.246.", "21ABC"]
    {
        assert!(scan(nothing).is_err(), "{nothing}");
    }
}

#[test]
fn med_5_3_linear_codes() {
    let gtin = |text: &str| scan(text).unwrap().code.gtin().unwrap().as_str().to_owned();
    for text in ["7046260700093", "]E07046260700093", "07046260700093\r\n", "]I107046260700093"] {
        assert_eq!(gtin(text), "07046260700093", "{text}");
    }
    assert_eq!(gtin("]C10107046260700093"), "07046260700093");
    assert_eq!(gtin("]e00107046260700093"), "07046260700093");
    for text in ["070009", "]A0070009", "*070009*", "]C0070009", "\u{2}070009\u{3}"] {
        assert_eq!(scan(text).unwrap().code, Code::Number(prescription::Vnr::parse("070009").unwrap()), "{text}");
    }
    assert_eq!(scan("070009").unwrap().warnings, []);
    assert_eq!(scan("812016").unwrap().warnings, [Warning::NotAMedicinesNumber]);
    assert_eq!(scan("369999").unwrap().warnings, [Warning::NotAMedicinesNumber]);
    assert_eq!(scan("370000").unwrap().warnings, []);
}

#[test]
fn se_2_a_prescriptions_identifier() {
    let oid = "1.2.246.10.1602257.93.2014.1001";
    assert_eq!(scan(oid).unwrap().code, Code::Prescription(prescription::Oid::parse(oid).unwrap()));
    assert_eq!(scan("1.2.246.10..1"), Err(ScanError::NotRecognised));
}

#[test]
fn a_national_number_is_read() {
    let read = elements(&format!("{BURANA}10A1B2\u{1d}219XK3LM0Q7\u{1d}7141234567"));
    assert_eq!(read.national, Some(National { element: "714".into(), number: "1234567".into() }));
}

#[test]
fn no_error_tells_what_was_scanned() {
    let error = scan("SECRET-010594Y9032").unwrap_err();
    assert!(!format!("{error:?} {error} {}", error.code()).contains("010594"));
}

fn some_elements() -> impl Strategy<Value = ElementString> {
    const VALUE: &str = "[!\"%&'()*+,./0-9:;<=>?A-Z_a-z-]{1,20}";
    (
        "[0-9]{6}",
        proptest::option::of((0i32..50, 1u32..13, 0u32..29)),
        proptest::option::of(VALUE),
        proptest::option::of(VALUE),
        proptest::option::of((710u32..717, VALUE)),
    )
        .prop_map(|(vnr, expiry, batch, serial, national)| ElementString {
            gtin: Gtin::nordic(&prescription::Vnr::parse(&vnr).unwrap()),
            expiry: expiry.map(|(y, m, d)| Expiry::parse(&format!("{y:02}{m:02}{d:02}"), today()).unwrap()),
            batch,
            serial,
            national: national.map(|(element, number)| National { element: element.to_string(), number }),
        })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_it_was(elements in some_elements()) {
        let proven = Scanner { separators_proven: true };
        let read = read(format!("]d2{}", elements.print()).as_bytes(), today(), proven).unwrap();
        prop_assert_eq!(read.code, Code::Elements(elements));
    }

    /// Of a package with all that the law wants, no lost separator goes unnoticed.
    #[test]
    fn a_lost_separator_never_gives_another_package(batch in "[A-Z0-9]{1,20}", serial in "[A-Z0-9]{1,20}") {
        let whole = ElementString { batch: Some(batch), serial: Some(serial), ..burana() };
        let lost = scan(&format!("]d2{}", whole.print().replace(GS, "")));
        prop_assert_eq!(lost, Err(ScanError::SeparatorLost("10")));
    }

    #[test]
    fn no_scan_makes_it_fall(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        text in "(\\]d2|\\]C1|)(01[0-9]{14}|17[0-9]{6}|10[A-Z0-9]{0,22}|21[a-z]{0,22}|\u{1d}|71[0-9]|.){0,8}",
    ) {
        let _ = read(&bytes, today(), Scanner::default());
        let _ = scan(&text);
        let _ = crate::judge_self_test(&bytes);
        let _ = crate::judge_self_test(text.as_bytes());
    }
}
