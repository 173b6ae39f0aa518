//! Four times as much of anything costs about four times as much: inputs that are built to be quadratic are read at one
//! size and at four times that size. Compared are two measures of the same minute, by the processor's own time and the best
//! of several; sixteen times would be quadratic, nine is refused. (Twice is too near: the system's memory comes in steps.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::hint::black_box;

use cda::{Definition, Software, Writing};
use chrono::{DateTime, Utc};
use kanta::http::Response;
use kanta::{MessageId, metadata, mr};
use prescription::rules::samples;
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};
use test_authority::{Authority, People, who};

/// Four times the size may cost at most so many times as much. Linear is 4, quadratic 16.
const AT_MOST: f64 = 9.0;
/// What costs less than this, in seconds, is not worth a ratio.
const WORTH_MEASURING: f64 = 0.0005;
const ROUNDS: usize = 5;

/// A piece, the `n`-th of many.
type Piece = fn(usize) -> String;

#[test]
fn a_document_of_four_times_the_size_costs_about_four_times_as_much() {
    for (kind, whole) in [("prescription", prescription()), ("dispensation", dispensation())] {
        document_grows(kind, &whole);
    }
}

fn document_grows(kind: &str, whole: &str) {
    let at = |before: &'static str| whole.find(before).unwrap();
    let field = whole.rfind("</organizer>").unwrap();
    let entry = at("<entry>");
    let body = at("<structuredBody");
    let root = whole[..body].rfind("<component>").unwrap();
    let cases: Vec<(&str, usize, usize, Piece)> = vec![
        ("elements", root, 20_000, |_| "<b/>".into()),
        ("elements of another space", root, 10_000, |n| format!("<b xmlns='u{n}'/>")),
        ("prefixes", root, 5_000, |n| format!("<p{n}:b xmlns:p{n}='u'/>")),
        ("attributes", root, 125, |n| format!("<b {}/>", (0..200).map(|i| format!("a{i}='{n}' ")).collect::<String>())),
        ("texts", root, 15_000, |_| "a<!-- -->".into()),
        ("marked sections", root, 10_000, |_| "<![CDATA[ ]]>".into()),
        ("references to characters", root, 30_000, |_| "&amp;".into()),
        ("instructions", root, 15_000, |_| "<?a b?>".into()),
        ("nested elements", root, 350, |_| format!("{}{}", "<b>".repeat(50), "</b>".repeat(50))),
        ("identifiers", root, 6_000, |n| format!("<b ID='i{n}'/>")),
        ("authors", root, 5_000, |n| {
            format!("<author><assignedAuthor><id extension='{n}'/></assignedAuthor></author>")
        }),
        ("documents related", root, 4_500, |n| {
            format!("<relatedDocument><parentDocument><id root='1.{n}'/></parentDocument></relatedDocument>")
        }),
        ("entries", entry, 6_000, |n| format!("<entry><organizer><code code='9{n}'/></organizer></entry>")),
        ("fields alike", field, 6_000, |_| {
            "<component><observation><code code='58'/></observation></component>".into()
        }),
        ("fields of their own", field, 6_000, |n| {
            format!("<component><observation><code code='9{n}'/></observation></component>")
        }),
    ];
    for (what, place, count, piece) in cases {
        let of = |count: usize| {
            let many: String = (0..count).map(piece).collect();
            format!("{}{many}{}", &whole[..place], &whole[place..])
        };
        grows(&format!("{kind}, {what}"), of(count / 2), of(2 * count));
    }
}

#[test]
fn four_times_as_much_to_verify_costs_about_four_times_as_much() {
    let folder = std::env::temp_dir().join(format!("tiski-growth-{}", std::process::id()));
    let authority = Authority::create_for(&folder, Utc::now(), People::built_in().unwrap().only(&[who::SIRI])).unwrap();
    let pair = authority.signature(who::SIRI).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let mut signer = SoftwareSigner::from_pkcs8(&pair.certificate, &pair.key).unwrap();
    let at = DateTime::<Utc>::UNIX_EPOCH.fixed_offset();
    let whole = prescription();
    let signing =
        Signing { document: whole.as_bytes(), kind: SignatureKind::Professional, signed_at: at, id_seed: "1" };
    let signed = String::from_utf8(signing::sign(&signing, &mut signer).unwrap()).unwrap();
    assert!(signing::verify(signed.as_bytes()).unwrap()[0].outcome.is_ok());
    let exclusive = "<ds:Transform Algorithm='http://www.w3.org/2001/10/xml-exc-c14n#'/>";
    let reference = format!("<ds:Reference URI='#mainbody'><ds:Transforms>{exclusive}</ds:Transforms></ds:Reference>");
    let put = |before: &str, piece: &str, count: usize| {
        signed.replacen(before, &format!("{}{before}", piece.repeat(count)), 1)
    };
    let last =
        |n: usize| signed.replacen("</structuredBody>", &format!("{}</structuredBody>", "<b a='1'>x</b>".repeat(n)), 1);
    let collection =
        &signed[signed.find("<hl7fi:signature ").unwrap()..signed.find("</hl7fi:signatureCollection>").unwrap()];
    for (what, small, large) in [
        ("references", put("</ds:SignedInfo>", &reference, 1_250), put("</ds:SignedInfo>", &reference, 5_000)),
        ("transforms", put("</ds:Transforms>", exclusive, 2_500), put("</ds:Transforms>", exclusive, 10_000)),
        ("a body", last(10_000), last(40_000)),
        (
            "signatures",
            put("</hl7fi:signatureCollection>", collection, 3),
            put("</hl7fi:signatureCollection>", collection, 15),
        ),
    ] {
        grows(what, small, large);
    }
    let list = |count: usize, signer: &mut SoftwareSigner| {
        let own = whole.split_once("<id root=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
        let all: Vec<String> = (0..count).map(|n| whole.replace(own, &format!("{own}.{n}"))).collect();
        let all: Vec<&[u8]> = all.iter().map(String::as_bytes).collect();
        String::from_utf8(signing::sign_together(&all, at, "1", signer).unwrap().swap_remove(0)).unwrap()
    };
    let (small, large) = (list(signing::MAX_DOCUMENTS / 4, &mut signer), list(signing::MAX_DOCUMENTS, &mut signer));
    grows("a list of documents", small, large);
}

#[test]
fn a_message_of_four_times_the_size_costs_about_four_times_as_much() {
    let to = MessageId::from_random([7; 16]);
    let answer = |body: String| Response { status: 200, headers: vec![], body: body.into_bytes() };
    let search = |body: &String| drop(black_box(metadata::parse_response(&answer(body.clone()))));
    let fetch = |body: &String| drop(black_box(mr::parse_fetch_response(&answer(body.clone()), to)));
    let bundle = |count: usize| {
        let one = |n| {
            format!("{{\"fullUrl\":\"urn:uuid:{n}\",\"resource\":{{\"resourceType\":\"Patient\",\"id\":\"{n}\"}}}}")
        };
        format!(
            "{{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":[{}]}}",
            (0..count).map(one).collect::<Vec<_>>().join(",")
        )
    };
    grows_with("resources", &bundle(5_000), &bundle(20_000), search);
    let elements = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
    grows_with("elements of a message", &elements(75_000), &elements(300_000), fetch);
    let frame = kanta::Frame { message_id: to, created_at: Default::default() };
    let documents = |count: u32| {
        let reference = samples::iterated_diazepam().reference;
        let one = |version| mr::FetchedDocument { reference: reference.clone(), version, bytes: vec![b'x'; 700] };
        String::from_utf8(mr::fetch_response(&(0..count).map(one).collect::<Vec<_>>(), &frame, to).body).unwrap()
    };
    grows_with("documents of a message", &documents(225), &documents(900), fetch);
}

/// The same of every reader of documents.
fn grows(what: &str, small: String, large: String) {
    assert!(large.len() <= cda::LARGEST_DOCUMENT, "{what}: {} bytes", large.len());
    grows_with(&format!("{what}, read"), &small, &large, |text| drop(black_box(cda::read(text.as_bytes()))));
    let compare = |text: &String| drop(black_box(cda::header_body_mismatches(text.as_bytes())));
    grows_with(&format!("{what}, compared"), &small, &large, compare);
    grows_with(&format!("{what}, verified"), &small, &large, |text| drop(black_box(signing::verify(text.as_bytes()))));
}

fn grows_with(what: &str, small: &String, large: &String, work: impl Fn(&String)) {
    let best = |input: &String| {
        let round = |_| {
            let start = processor_seconds();
            work(input);
            processor_seconds() - start
        };
        (0..ROUNDS).map(round).fold(f64::MAX, f64::min)
    };
    let (one, four) = (best(small), best(large));
    println!("{what}: {:.2} ms, four times the size {:.2} times", one * 1e3, four / one);
    assert!(one < WORTH_MEASURING || four / one < AT_MOST, "{what}: {:.2} times", four / one);
}

fn prescription() -> String {
    let bytes = cda::write_prescription(&samples::iterated_diazepam(), &writing(Definition::version_3_30().unwrap()));
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn dispensation() -> String {
    let mut lot = samples::lot(&samples::iterated_diazepam(), 21, "2026-11-03T10:00:00");
    lot.product.container = None;
    let bytes = cda::write_dispensation(&lot, &writing(Definition::dispensation_2014().unwrap()));
    String::from_utf8(bytes.unwrap()).unwrap()
}

fn writing(definition: Definition) -> Writing {
    Writing {
        definition,
        software: Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1.0".into() },
    }
}

/// What this thread has used of a processor so far.
fn processor_seconds() -> f64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}
