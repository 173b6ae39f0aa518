//! Documents that mean harm: each gets its own error, in bounded time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "common/made_up.rs"]
mod made_up;

use std::time::{Duration, Instant};

use made_up::writing;
use prescription::rules::samples;
use tiski_cda::write_prescription;
use tiski_cda::{Content, Definition, LARGEST_DOCUMENT, ReadError, header_body_mismatches, read, write_dispensation};

fn dispensation() -> String {
    let mut made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    made.product.container = None;
    let bytes = write_dispensation(&made, &writing(Definition::dispensation_2014().unwrap())).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn prescription() -> String {
    let bytes = write_prescription(&samples::iterated_diazepam(), &writing(Definition::version_3_30().unwrap()));
    String::from_utf8(bytes.unwrap()).unwrap()
}

/// The error of reading, which comparing must share.
fn refused(text: &str) -> ReadError {
    let error = read(text.as_bytes()).unwrap_err();
    assert_eq!(header_body_mismatches(text.as_bytes()).unwrap_err(), error);
    error
}

#[test]
fn what_must_not_be_parsed_is_not_parsed() {
    let whole = dispensation();
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]>";
    assert_eq!(
        refused(&whole.replacen("<ClinicalDocument", &format!("{bomb}<ClinicalDocument"), 1)),
        ReadError::Doctype
    );
    let large = format!("{whole}<!--{}-->", "x".repeat(LARGEST_DOCUMENT));
    assert_eq!(refused(&large).code(), "document-too-large");
    assert_eq!(read(&[0xff, 0xfe, b'<', 0]).unwrap_err(), ReadError::NotUtf8);
    let wide: Vec<u8> = whole.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(read(&wide), Err(ReadError::NotUtf8 | ReadError::NotXml { .. })));
    assert_eq!(refused(&whole.replacen("UTF-8", "ISO-8859-1", 1)), ReadError::NotUtf8);
    assert!(read(format!("\u{feff}{whole}").as_bytes()).is_ok(), "a byte order mark is no harm");
}

#[test]
fn a_document_cut_anywhere_is_not_a_document() {
    let whole = dispensation();
    for part in 1..40 {
        let end = (0..=whole.len() * part / 40).rev().find(|end| whole.is_char_boundary(*end)).unwrap();
        assert_eq!(refused(&whole[..end]).code(), "document-not-xml", "cut at {end}");
    }
    assert_eq!(refused("<ClinicalDocument/>"), ReadError::NotClinicalDocument, "of no namespace");
    assert_eq!(refused("<a xmlns=\"urn:hl7-org:v3\"/>"), ReadError::NotClinicalDocument);
}

#[test]
fn a_document_wrapped_around_another_is_refused() {
    let whole = dispensation();
    let body = &whole[whole.find("<structuredBody").unwrap()..whole.find("</component>\n</ClinicalDocument>").unwrap()];
    let second = |place: &str| whole.replacen(place, &format!("<component>{body}</component>{place}"), 1);
    for place in ["<recordTarget>", "</ClinicalDocument>", "<hl7fi:localHeader>"] {
        assert_eq!(refused(&second(place)), ReadError::Repeated { fact: "structuredBody" }, "{place}");
    }
    let record = &whole[whole.find("<recordTarget>").unwrap()..whole.find("<author>").unwrap()];
    let two = whole.replacen(record, &format!("{record}{record}"), 1);
    assert_eq!(read(two.as_bytes()).unwrap_err(), ReadError::Repeated { fact: "recordTarget" });
    assert_eq!(header_body_mismatches(two.as_bytes()).unwrap_err(), ReadError::Repeated { fact: "recordTarget" });
}

#[test]
fn a_fact_that_is_there_twice_is_refused() {
    let whole = dispensation();
    let entry = &whole[whole.find("<entry>").unwrap()..whole.find("</entry>").unwrap() + "</entry>\n".len()];
    let twice = whole.replacen(entry, &format!("{entry}{entry}"), 1);
    assert_eq!(read(twice.as_bytes()).unwrap_err(), ReadError::Repeated { fact: "field 100" });
    let whole = prescription();
    let control = whole.find("<code code=\"119\"").unwrap();
    let start = whole[..control].rfind("<component>").unwrap();
    let end = control + whole[control..].find("</component>").unwrap() + "</component>".len();
    let field = &whole[start..end];
    let twice = whole.replacen(field, &format!("{field}{}", field.replace("\"Z\"", "\"P\"")), 1);
    assert_eq!(read(twice.as_bytes()).unwrap_err(), ReadError::Repeated { fact: "field of the prescription" });
}

#[test]
fn what_is_not_known_is_kept_in_words() {
    let whole = prescription();
    let strange = "<component><observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"999\" \
                   codeSystem=\"1.2.246.537.6.12.2002.126\" displayName=\"Uusi kenttä\"/>\
                   <value xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"ST\">uutta</value>\
                   </observation></component>";
    let place = whole.find("<code code=\"58\"").unwrap();
    let place = whole[..place].rfind("<component>").unwrap();
    let text = format!("{}{strange}{}", &whole[..place], &whole[place..]);
    let text = text.replacen("<independentInd", "<expectedUseTime value=\"20261103\"/><independentInd", 1);
    let text = text.replacen("value=\"false\" xsi:type=\"BL\"/>", "value=\"maybe\" xsi:type=\"BL\"/>", 1);
    let Content::Prescription(read) = read(text.as_bytes()).unwrap().content else { panic!() };
    let parts: Vec<(&str, &str)> = read.unknown.iter().map(|p| (p.place.as_str(), p.text.as_str())).collect();
    let expected = [
        ("83/supply/expectedUseTime", "20261103"),
        ("83/supply/124", "Apteekissa valmistettava lääke: maybe"),
        ("88/999", "Uusi kenttä: uutta"),
    ];
    assert_eq!(parts, expected);
    let form = whole.replacen(
        "code=\"2\" codeSystem=\"1.2.246.537.5.40100.2006\"",
        "code=\"7\" codeSystem=\"1.2.246.537.5.40100.2006\"",
        1,
    );
    let Content::Prescription(read) = tiski_cda::read(form.as_bytes()).unwrap().content else { panic!() };
    assert_eq!(read.quantity, prescription::Quantity::Unknown { code: "7".into() });
    let places: Vec<&str> = read.unknown.iter().map(|p| p.place.as_str()).collect();
    assert_eq!(places, ["83/supply/code", "83/supply/quantity"]);
}

/// Promise 4: change one fact of the header, and its name is the answer.
#[test]
fn a_header_that_says_other_than_its_body_is_named() {
    let whole = dispensation();
    let header_end = whole.find("<structuredBody").unwrap();
    let changed = |old: &str, new: &str| {
        let header = whole[..header_end].replace(old, new);
        assert_ne!(header, whole[..header_end], "{old} is in the header");
        let text = format!("{header}{}", &whole[header_end..]);
        let facts = header_body_mismatches(text.as_bytes()).unwrap();
        facts.into_iter().map(|m| m.fact).collect::<Vec<_>>()
    };
    let id = "1.2.246.10.99999901.93.2026.1";
    assert_eq!(changed(&format!("<id root=\"{id}\"/>"), "<id root=\"1.2.3\"/>"), ["document-identifier"]);
    assert_eq!(changed(&format!("<setId root=\"{id}\"/>"), "<setId root=\"1.2.3\"/>"), ["document-identifier"]);
    assert_eq!(changed("1.2.246.10.99999902.93.2026.1001", "1.2.3"), ["prescription-reference"]);
    assert_eq!(changed("typeCode=\"APND\"", "typeCode=\"RPLC\""), ["prescription-reference"]);
    assert_eq!(changed("010181-900C", "010181-901D"), ["patient-identity-code"]);
    assert_eq!(
        changed("<id extension=\"010181-900C\" root=\"1.2.246.21\"/>", "<id nullFlavor=\"NA\"/>"),
        ["patient-identity-code"]
    );
    assert_eq!(changed("<family>Potilas</family>", "<family>Toinen</family>"), ["patient-name"]);
    assert_eq!(changed("<given>Pietari</given>", ""), ["patient-name"]);
    assert_eq!(changed("<birthTime value=\"19810101\"/>", "<birthTime value=\"19810102\"/>"), ["patient-birth-date"]);
    assert_eq!(changed("00000000026", "00000000034"), ["author-registration-number"]);
    assert_eq!(changed("<family>Salminen</family>", "<family>Toinen</family>"), ["author-name"]);
    assert_eq!(changed("<value code=\"005\"", "<value code=\"006\""), ["author-right"]);
    assert_eq!(changed("1.2.246.10.99999901.34", "1.2.246.10.99999901.35"), ["organisation"]);
    assert_eq!(changed("<name>Esimerkin apteekki</name>", "<name>Toinen apteekki</name>"), ["organisation"]);
    assert_eq!(
        changed(
            "<encompassingEncounter>\n   <effectiveTime value=\"20261103100000\"/>",
            "<encompassingEncounter>\n   <effectiveTime value=\"20261103100001\"/>"
        ),
        ["time"]
    );
    assert_eq!(changed("<code code=\"10\"", "<code code=\"6\""), ["author-name", "document-type"]);
    assert_eq!(changed("<functionCode code=\"LTE\"", "<functionCode code=\"KIR\""), ["author-name"]);
}

#[test]
fn shapes_that_cost_much_are_bounded() {
    let elements = format!("<a xmlns=\"urn:hl7-org:v3\">{}</a>", "<b/>".repeat(200_000));
    let deep = format!("{}{}", "<b>".repeat(100_000), "</b>".repeat(100_000));
    let attributes: String = (0..80_000).map(|i| format!(" a{i}=\"\"")).collect();
    let wide = format!("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"{attributes}/>");
    let namespaces: String = (0..20_000).map(|i| format!(" xmlns:a{i}=\"b{i}\"")).collect();
    let spaces = format!("<ClinicalDocument{namespaces}/>");
    let unknown = "<component><observation><code code=\"1\"/></observation></component>".repeat(14_000);
    let many = prescription();
    let place = many[..many.find("<code code=\"58\"").unwrap()].rfind("<component>").unwrap();
    let many = format!("{}{unknown}{}", &many[..place], &many[place..]);
    for (what, text) in [("elements", elements), ("deep", deep), ("wide", wide), ("spaces", spaces), ("many", many)] {
        let start = Instant::now();
        let _ = read(text.as_bytes());
        let _ = header_body_mismatches(text.as_bytes());
        assert!(start.elapsed() < Duration::from_secs(30), "{what}: {:?}", start.elapsed());
    }
    let deep = format!(
        "<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{}{}</ClinicalDocument>",
        "<b>".repeat(200),
        "</b>".repeat(200)
    );
    assert_eq!(refused(&deep), ReadError::TooDeep);
}

/// Which of two messages is meant cannot be known: both reach whoever reads a correction of that prescription.
#[test]
fn a_message_that_stands_twice_is_written_twice() {
    let whole = prescription();
    let start = whole[..whole.find("<code code=\"92\"").unwrap()].rfind("<component>").unwrap();
    let message = &whole[start..start + whole[start..].find("</component>").unwrap() + "</component>".len()];
    let twice = whole.replacen(message, &format!("{message}{message}"), 1);
    let Content::Prescription(read) = read(twice.as_bytes()).unwrap().content else { panic!() };
    assert_eq!(read.unknown.len(), 1, "the second is unknown, and hinders");
    let written = write_prescription(&read, &writing(Definition::version_3_30().unwrap())).unwrap();
    assert_eq!(String::from_utf8(written).unwrap().matches("<code code=\"92\"").count(), 2);
}

#[test]
fn a_telephone_number_without_its_scheme_is_one_and_an_email_address_is_none() {
    let mut made = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    made.pharmacy.phone = Some("0901234567".to_owned());
    made.product.container = None;
    let whole = write_dispensation(&made, &writing(Definition::dispensation_2014().unwrap())).unwrap();
    let phone_with = |scheme: &str| {
        let text = String::from_utf8(whole.clone()).unwrap().replace("\"tel:", &format!("\"{scheme}"));
        let Content::Dispensation(read) = read(text.as_bytes()).unwrap().content else { panic!() };
        read.pharmacy.phone
    };
    assert_eq!([phone_with("tel:"), phone_with("")], [made.pharmacy.phone.clone(), made.pharmacy.phone.clone()]);
    assert_eq!(phone_with("mailto:"), None);
}
