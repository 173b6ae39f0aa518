//! What stands on a label (medicines notes 5.1 and corrections), in every language and on every kind of printer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{NAMES, contents, of_escpos, of_pdf, of_zpl, words, words_of};
use labels::{
    Contents, Density, Face, Field, Item, LabelError, Layout, Remaining, Size, Warning, bitmap, escpos, layout, pdf,
    svg, zpl, zpl_picture,
};
use prescription::rules::Language;
use proptest::prelude::*;

fn laid(of: &Contents) -> Layout {
    layout(of, &Size::new(70, Some(50)).unwrap(), Face::Inter).unwrap()
}

fn text(of: &Contents) -> String {
    words(&laid(of)).join(" ")
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn med_5_1_a_label_says_for_whom_what_how_and_by_whom() {
    let of = contents("diapam");
    has(
        &text(&of),
        &[
            "Pekka Pietari Potilas",
            "22.11.2026",
            "DIAPAM 10 mg",
            "tabletti · 100 fol · 21 fol",
            "1 tabletti aamulla, päivällä ja illalla ahdistukseen.",
            "Jäljellä 2 × 21 fol, voimassa 24.4.2027 asti.",
            "Määrääjä: Lasse Lääkäri",
            "Esimerkkilän apteekki · 09 555 1234",
            "1.2.246.10.99999903.93.2026.1001",
        ],
    );
}

#[test]
fn med_5_1_the_purpose_is_said_once() {
    let mut of = contents("diapam");
    assert_eq!(text(&of).matches("ahdistukseen").count(), 1, "the dosage says it");
    of.dosage = "1 tabletti aamulla".into();
    has(&text(&of), &["Käyttötarkoitus: ahdistukseen"]);
    of.purpose = None;
    assert!(!text(&of).contains("Käyttötarkoitus"));
    of.duration = Some("2 viikkoa".into());
    has(&text(&of), &["Hoidon kesto: 2 viikkoa"]);
}

#[test]
fn med_5_1_an_exchange_names_both_products() {
    let mut of = contents("exchanged");
    has(
        &text(&of),
        &["Lääke on vaihdettu. Määrätty: EMCONCOR 5 mg. Toimitettu: BISOPROLOL ACCORD 5 mg.", "pakkaus 1/3"],
    );
    of.language = Language::Sv;
    has(&text(&of), &["Läkemedlet har bytts ut. Ordinerat: EMCONCOR 5 mg. Expedierat: BISOPROLOL ACCORD 5 mg."]);
    of.language = Language::En;
    has(&text(&of), &["The medicine was exchanged. Prescribed: EMCONCOR 5 mg. Dispensed: BISOPROLOL ACCORD 5 mg."]);
}

#[test]
fn med_5_1_corrections_a_split_package_carries_the_makers_marks_batch_and_expiry() {
    let mut of = contents("diapam");
    has(
        &text(&of),
        &[
            "Tabletin voi puolittaa.",
            "Säilytä alle 25 °C.",
            "Erä A1B2C3 · Käytettävä viimeistään 31.5.2028",
            "Myyntiluvan haltija: Orion Oyj",
        ],
    );
    of.split.as_mut().unwrap().batch = " ".into();
    assert_eq!(of.check(), Err(LabelError::Missing { field: Field::Batch }));
    of.split.as_mut().unwrap().batch = "A1".into();
    of.split.as_mut().unwrap().maker = String::new();
    assert_eq!(of.check(), Err(LabelError::Missing { field: Field::Maker }));
}

#[test]
fn med_5_1_corrections_a_compounded_medicine_has_composition_preparation_and_expiry() {
    let mut of = contents("compounded");
    has(
        &text(&of),
        &[
            "Sammansättning: Hydrocortison. 1 g, Propylenglycol. 10 g, Crem. basal. ad 100 g",
            "Tillverkat 21.11.2026 · Används senast 21.5.2027",
            "Endast för utvärtes bruk.",
            "Öppnad används senast 22.2.2027.",
        ],
    );
    of.compounded.as_mut().unwrap().composition = "-".into();
    assert_eq!(of.check(), Err(LabelError::Missing { field: Field::Composition }));
}

#[test]
fn med_6_2_a_translation_is_marked_and_the_prescribed_dosage_stands_below() {
    has(
        &text(&contents("translated")),
        &[
            "1 tablet in the morning and in the evening daily.",
            "A translation. Prescribed: 1 tabletti aamulla ja illalla ruokailun yhteydessä. Diabeteksen hoitoon.",
            "Printed again",
        ],
    );
}

#[test]
fn med_5_1_no_label_without_a_part_that_it_must_have() {
    let without = |change: fn(&mut Contents)| {
        let mut of = contents("exchanged");
        change(&mut of);
        of.check().map_err(|error| (error.code(), error))
    };
    for (change, field) in [
        ((|of| of.patient.clear()) as fn(&mut Contents), Field::Patient),
        (|of| of.product.name.clear(), Field::Product),
        (|of| of.dosage = " \n".into(), Field::Dosage),
        (|of| of.prescriber.clear(), Field::Prescriber),
        (|of| of.pharmacy.name.clear(), Field::Pharmacy),
    ] {
        assert_eq!(without(change), Err(("label-missing", LabelError::Missing { field })));
    }
    assert_eq!(without(|of| of.warnings = vec![Warning::Driving; 13]).unwrap_err().0, "label-too-long");
    let mut of = contents("exchanged");
    of.dosage = "a ".repeat(1_001);
    assert_eq!(layout(&of, &Size::new(70, None).unwrap(), Face::Inter).unwrap_err().code(), "label-too-long");
}

#[test]
fn med_5_1_type_shrinks_before_a_second_label_is_needed_and_a_dosage_is_never_cut() {
    let of = contents("exchanged");
    let whole = |height| layout(&of, &Size::new(70, Some(height)).unwrap(), Face::Inter).unwrap();
    assert_eq!((whole(60).sheets.len(), whole(60).percent), (1, 100));
    let shrunk = whole(45);
    assert!(shrunk.sheets.len() == 1 && (80..100).contains(&shrunk.percent), "{}", shrunk.percent);
    let several = whole(30);
    assert_eq!(several.sheets.len(), 2);
    let rigid = Size::new(70, Some(45)).unwrap().shrinking_to(100).unwrap();
    assert_eq!(layout(&of, &rigid, Face::Inter).unwrap().sheets.len(), 2);

    let long = laid(&contents("long"));
    let count = long.sheets.len();
    assert!(count > 1);
    for (n, sheet) in long.sheets.iter().enumerate() {
        let text: Vec<&str> = sheet
            .items
            .iter()
            .filter_map(|item| if let Item::Text(run) = item { Some(run.text.as_str()) } else { None })
            .collect();
        let number = format!("{}{}/{count}", if n + 1 < count { "jatkuu " } else { "" }, n + 1);
        assert!(text.contains(&"Timo Testinen") && text.contains(&"PREDNISOLON 5 mg"), "{text:?}");
        assert!(text.contains(&number.as_str()), "{text:?}");
    }
    let mut endless = contents("long");
    endless.dosage = "Otetaan kaksi tablettia ruokailun yhteydessä. ".repeat(40);
    let small = Size::new(60, Some(30)).unwrap();
    assert_eq!(layout(&endless, &small, Face::Inter).unwrap_err().code(), "label-too-many");
}

#[test]
fn a_number_stays_with_its_unit() {
    for run in laid(&contents("long")).runs().filter(|run| run.bold) {
        assert!(!run.text.ends_with(|letter: char| letter.is_ascii_digit()) || run.text.contains('/'), "{}", run.text);
    }
}

#[test]
fn med_5_2_finnish_letters_are_right_on_every_printer() {
    let mut of = contents("exchanged");
    of.patient = "Åke Äyräpää-Öhman Šarlote".into();
    let size = Size::new(70, Some(50)).unwrap();
    let inter = layout(&of, &size, Face::Inter).unwrap();
    let label = zpl(&inter, Density::Dots8).unwrap();
    assert!(label.starts_with("^XA^CI28") && label.contains("Åke Äyräpää-Öhman Šarlote"));
    assert!(of_pdf(&pdf(&inter, of.language).unwrap()).contains(&of.patient));
    let receipt = escpos(&layout(&of, &size, Face::Receipt).unwrap()).unwrap();
    let page_858 = b"\x8fke \x8eyr\x84p\x84\x84-\x99hman ";
    assert!(receipt.windows(page_858.len()).any(|bytes| bytes == page_858));
    // Of the letter that 858 lacks, 1252 has.
    assert!(receipt.windows(4).any(|bytes| bytes == b"\x1bt\x10\x8a"));
    // Letters in two parts are the same letters.
    of.patient = "A\u{30a}ke A\u{308}yra\u{308}pa\u{308}a\u{308}-O\u{308}hman S\u{30c}arlote".into();
    assert_eq!(layout(&of, &size, Face::Inter).unwrap(), inter);
}

#[test]
fn a_letter_that_cannot_be_printed_is_said_and_nothing_is_printed_in_its_place() {
    let mut of = contents("exchanged");
    of.dosage = "1 tabletti ≥ 2 kertaa 語".into();
    let size = Size::new(70, Some(50)).unwrap();
    let error = layout(&of, &size, Face::Inter).unwrap_err();
    assert_eq!(error, LabelError::Letters { letters: "≥語".into() });
    of.dosage = "1 tabletti ŋ".into();
    assert!(layout(&of, &size, Face::Inter).is_ok());
    assert_eq!(layout(&of, &size, Face::Receipt).unwrap_err().code(), "label-letters");
}

#[test]
fn a_layout_is_printed_by_its_own_kind_of_printer_only() {
    let of = contents("exchanged");
    let size = Size::new(72, None).unwrap();
    let (inter, roll) = (layout(&of, &size, Face::Inter).unwrap(), layout(&of, &size, Face::Receipt).unwrap());
    assert_eq!(escpos(&inter), Err(LabelError::OtherFace));
    assert_eq!(zpl(&roll, Density::Dots8), Err(LabelError::OtherFace));
    assert_eq!(zpl_picture(&roll, Density::Dots8), Err(LabelError::OtherFace));
    assert_eq!(pdf(&roll, of.language), Err(LabelError::OtherFace));
    assert!(bitmap(&roll.sheets[0], roll.face, 8).is_err());
}

/// Nothing lies outside the margins, and no line of text on another.
fn stands_in_its_place(laid: &Layout, margin_um: i64) {
    for sheet in &laid.sheets {
        let (right, bottom) = (sheet.width_um - margin_um, sheet.height_um - margin_um);
        let mut before: Option<(i64, i64)> = None;
        for item in &sheet.items {
            match item {
                Item::Text(run) => {
                    assert!(run.x_um >= margin_um && run.x_um + run.width_um <= right, "{run:?}");
                    assert!(run.baseline_um <= bottom, "{run:?}");
                    if let Some((baseline, x_end)) = before {
                        let beside = run.baseline_um == baseline && run.x_um >= x_end;
                        assert!(beside || run.baseline_um - baseline >= run.size_um * 9 / 10, "{run:?}");
                    }
                    before = Some((run.baseline_um, run.x_um + run.width_um));
                }
                Item::Rule { x_um, y_um, length_um, .. } => {
                    assert!(*x_um >= margin_um && x_um + length_um <= right && *y_um <= bottom);
                }
                Item::Frame { x_um, y_um, width_um, height_um, thick_um } => {
                    let (top, end) = (y_um + thick_um, y_um + height_um - thick_um);
                    let runs =
                        sheet.items.iter().filter_map(|item| if let Item::Text(run) = item { Some(run) } else { None });
                    for run in runs {
                        let (cap, base) = (run.baseline_um - run.size_um * 7 / 10, run.baseline_um);
                        let inside = cap >= top && base <= end;
                        assert!(inside || base <= *y_um || cap >= y_um + height_um, "{run:?} crosses a frame");
                    }
                    assert!(*x_um >= margin_um && x_um + width_um <= right && y_um + height_um <= bottom);
                }
            }
        }
    }
}

#[test]
fn med_5_1_nothing_leaves_the_label_and_nothing_lies_on_another() {
    for name in NAMES {
        for (width, height) in [(70, 50), (76, 40), (58, 60), (100, 150), (45, 90)] {
            let size = Size::new(width, Some(height)).unwrap();
            stands_in_its_place(&layout(&contents(name), &size, Face::Inter).unwrap(), 2_000);
        }
        let roll = layout(&contents(name), &Size::new(72, None).unwrap(), Face::Receipt).unwrap();
        stands_in_its_place(&roll, 2_000);
    }
}

/// Any words that a label may have: in Finnish and Swedish letters, with numbers, signs, and what means something to a
/// printer.
fn some_text() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-zåäöA-ZÅÄÖ]{1,14}|[0-9]{1,4}([,.][0-9]{1,2})?|[\\^~_<>&()½×°µ/\\\\-]{1,3}", 1..25)
        .prop_map(|words| words.join(" "))
        .prop_filter("says something", |text| text.chars().any(char::is_alphanumeric))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever stands on a label, each of its words stands whole in the PDF, in ZPL and in ESC/POS, in the same order.
    #[test]
    fn med_5_1_each_word_of_the_contents_stands_in_each_output_whole(
        name in prop::sample::select(&NAMES[..]),
        dosage in some_text(),
        product in some_text(),
        warning in some_text(),
        width in 60u16..110,
        height in 60u16..160,
    ) {
        let mut of = contents(name);
        of.product.name = product.clone();
        of.dosage = dosage.clone();
        of.translation = None;
        of.purpose = None;
        of.warnings = vec![Warning::Words(warning.clone())];
        let size = Size::new(width, Some(height)).unwrap();
        let inter = layout(&of, &size, Face::Inter).unwrap();
        stands_in_its_place(&inter, 2_000);
        let roll = layout(&of, &Size::new(width, None).unwrap(), Face::Receipt).unwrap();
        let flat = |texts: Vec<String>| texts.iter().flat_map(|text| words_of(text)).collect::<Vec<_>>();
        let outputs = [
            flat(of_pdf(&pdf(&inter, of.language).unwrap())),
            flat(of_zpl(&zpl(&inter, Density::Dots12).unwrap())),
            flat(of_escpos(&escpos(&roll).unwrap())),
        ];
        for output in &outputs {
            for wanted in [&dosage, &product, &warning, &of.patient, &of.prescriber, &of.pharmacy.name] {
                let wanted = words_of(wanted);
                // In one piece, but for what a label repeats where it goes on.
                let mut left = wanted.iter();
                let mut next = left.next();
                for word in output {
                    if Some(word) == next {
                        next = left.next();
                    }
                }
                prop_assert!(next.is_none(), "{next:?} of {wanted:?} in {output:?}");
            }
        }
        prop_assert_eq!(&outputs[0], &words(&inter));
        prop_assert_eq!(&outputs[1], &words(&inter));
        prop_assert_eq!(&outputs[2], &words(&roll));
        // No text became a command.
        let label = zpl(&inter, Density::Dots12).unwrap();
        prop_assert_eq!(label.matches("^XA").count(), inter.sheets.len());
        for field in label.split("^FD").skip(1).filter_map(|rest| rest.split("^FS").next()) {
            prop_assert!(!field.contains(['^', '~']), "{field}");
        }
        for sheet in &inter.sheets {
            prop_assert!(!svg(sheet, inter.face).contains("<<"));
        }
    }

    /// No text at all makes it stumble, and where a label is made no letter of the dosage is lost.
    #[test]
    fn med_5_1_any_text_is_set_whole_or_refused(
        dosage in "\\PC{1,200}|[a-z]{60,200}",
        amount in "\\PC{0,30}",
        width in 40u16..120,
        height in 25u16..80,
    ) {
        let mut of = contents("exchanged");
        of.dosage = dosage.clone();
        of.amount = amount.clone();
        of.remaining = Remaining::Left { amount, until: of.date };
        let letters = |text: &str| text.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect::<String>();
        for face in [Face::Inter, Face::Receipt] {
            match layout(&of, &Size::new(width, Some(height)).unwrap(), face) {
                Ok(laid) => {
                    let set: String = laid.runs().map(|run| run.text.as_str()).collect();
                    let wanted = letters(&dosage);
                    // What stands between two labels of one medicine is skipped.
                    let mut left = wanted.chars().peekable();
                    for letter in letters(&set).chars() {
                        left.next_if_eq(&letter);
                    }
                    prop_assert!(left.next().is_none(), "{dosage:?} in {set:?}");
                }
                Err(error) => prop_assert!(error.code().starts_with("label-")),
            }
        }
    }
}
