//! Makes the corpus anew: documents, signatures, messages and texts by this project's own writers, about artificial people
//! only, and small hostile ones. `cargo run --example seeds` in `fuzz/`. Keys are new each time, so signed files differ.
#![allow(missing_docs)]

use std::path::PathBuf;

use kanta::metadata::{self, Answer, Query};
use kanta::mr::{self, FetchQuery, FetchedDocument, StoreAnswer};
use kanta::{Issue, errors::Known};
use prescription::rules::samples;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use signing::software::SoftwareSigner;
use signing::{SignatureKind, Signing};
use test_authority::{Authority, People, place, who};
use tiski_cda::{Definition, Shape, Software, Writing};

#[path = "../../crates/cda/tests/common/made_up.rs"]
mod made_up;
#[path = "../../crates/cda/tests/common/made_up_marks.rs"]
mod made_up_marks;
#[path = "../../crates/cda/tests/common/made_up_prescriptions.rs"]
mod made_up_prescriptions;
#[path = "../../crates/kanta/tests/common/mod.rs"]
mod messages;

/// Documents of each type.
const OF_EACH: usize = 8;

fn main() {
    let documents = documents();
    for (name, bytes) in &documents {
        write("document", name, bytes);
    }
    for (name, bytes) in hostile(&documents) {
        write("document", &name, &bytes);
        write("signature", &name, &bytes);
    }
    for (name, bytes) in signed(&documents) {
        write("document", &name, &bytes);
        write("signature", &name, &bytes);
    }
    for (name, bytes) in messages_of_both_sides() {
        write("message", &name, &bytes);
    }
    for (number, text) in TEXTS.iter().enumerate() {
        write("texts", &format!("{number:02}.txt"), &[&[u8::try_from(number * 5).unwrap()], text.as_bytes()].concat());
    }
}

fn write(target: &str, name: &str, bytes: &[u8]) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "corpus", target].iter().collect();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), bytes).unwrap();
}

type Files = Vec<(String, Vec<u8>)>;

fn documents() -> Files {
    let mut runner = TestRunner::deterministic();
    let writing = |definition| Writing {
        definition,
        software: Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1.0".into() },
    };
    let old = writing(Definition::dispensation_2014().unwrap());
    let text = writing(Definition::version_3_30().unwrap());
    let structured = writing(Definition::version_4_00().unwrap());
    let mut made = Vec::new();
    let sample = samples::iterated_diazepam();
    let lot = samples::lot(&sample, 21, "2026-11-03T10:00:00");
    made.push(("prescription-00.xml".to_owned(), tiski_cda::write_prescription(&sample, &text).unwrap()));
    made.push(("dispensation-00.xml".to_owned(), tiski_cda::write_dispensation(&lot, &old).unwrap()));
    for number in 1..=OF_EACH {
        let mut push = |kind: &str, bytes: Vec<u8>| made.push((format!("{kind}-{number:02}.xml"), bytes));
        let of = |mut it: prescription::Prescription, writing: &Writing| {
            it.definition = writing.definition.header.clone();
            tiski_cda::write_prescription(&it, writing).unwrap()
        };
        push("prescription", of(value(&mut runner, made_up_prescriptions::prescription(Shape::Text)), &text));
        push("structured", of(value(&mut runner, made_up_prescriptions::prescription(Shape::Structured)), &structured));
        push(
            "dispensation",
            tiski_cda::write_dispensation(&value(&mut runner, made_up::dispensation()), &old).unwrap(),
        );
        push("mark", tiski_cda::write_mark(&value(&mut runner, made_up_marks::mark()), &old).unwrap());
        let request = value(&mut runner, made_up_marks::renewal_request());
        push("renewal", tiski_cda::write_renewal_request(&request, &old).unwrap());
    }
    made
}

fn value<T: std::fmt::Debug>(runner: &mut TestRunner, strategy: impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).unwrap().current()
}

/// What a forger or a broken program sends.
fn hostile(documents: &Files) -> Files {
    let (_, whole) = documents.iter().find(|(name, _)| name == "dispensation-00.xml").unwrap();
    let whole = String::from_utf8(whole.clone()).unwrap();
    let body = &whole[whole.find("<structuredBody").unwrap()..whole.find("</structuredBody>").unwrap()];
    let body = format!("<component>{body}</structuredBody></component>");
    let root = |inside: &str| format!("<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{inside}</ClinicalDocument>");
    let spaces: String = (0..300).map(|i| format!(" xmlns:a{i}=\"b{i}\"")).collect();
    let forged = [
        ("two-bodies", whole.replacen("</ClinicalDocument>", &format!("{body}</ClinicalDocument>"), 1)),
        ("body-in-header", whole.replacen("<hl7fi:localHeader>", &format!("<hl7fi:localHeader>{body}"), 1)),
        ("doctype", format!("<!DOCTYPE a [<!ENTITY b \"bbbb\">]>{whole}")),
        ("entity", root("&b;")),
        ("characters", root("&#0;&#xD800;&#x10FFFF;&#99999999999;")),
        ("deep", root(&format!("{}{}", "<b>".repeat(97), "</b>".repeat(97)))),
        ("attributes", format!("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"{}/>", " a='1'".repeat(300))),
        ("namespaces", format!("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"{spaces}/>")),
        ("cdata", root("<![CDATA[]]]]><![CDATA[>]]>")),
        ("instruction", root("<?xml-stylesheet href='a'?><!-- - -->")),
        ("encoding", format!("<?xml version='1.0' encoding='UTF-16'?>{}", root(""))),
        ("mark-of-bytes", format!("\u{feff}{whole}")),
        ("prefix", whole.replace("<", "<v3:").replace("<v3:/", "</v3:").replace("<v3:?", "<?").replace("<v3:!", "<!")),
        ("cut", whole[..whole.len() / 2].to_owned()),
        ("nothing", String::new()),
    ];
    forged.into_iter().map(|(name, text)| (format!("hostile-{name}.xml"), text.into_bytes())).collect()
}

/// Signed by the pharmacist, then by the Centre; alone and over a list.
fn signed(documents: &Files) -> Files {
    let folder = tempfile::tempdir().unwrap();
    let people = People::built_in().unwrap().only(&[who::SIRI, who::PETRI]);
    let authority = Authority::create_for(folder.path(), chrono::Utc::now(), people).unwrap();
    let signer = |pair: test_authority::Pair| SoftwareSigner::from_pkcs8(&pair.certificate, &pair.key).unwrap();
    let mut siri = signer(authority.signature(who::SIRI).unwrap());
    let mut petri = signer(authority.signature(who::PETRI).unwrap());
    let mut centre = signer(authority.system(place::CENTRE).unwrap());
    let mut made = Vec::new();
    let wanted = ["prescription-00.xml", "dispensation-00.xml", "mark-01.xml"];
    let chosen: Vec<_> = documents.iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect();
    for (name, bytes) in &chosen {
        let once = signing::sign(&signing_of(bytes, SignatureKind::Professional, "1"), &mut siri).unwrap();
        let twice = signing::sign(&signing_of(&once, SignatureKind::System, "2"), &mut centre).unwrap();
        made.push((format!("signed-rsa-{name}"), {
            signing::sign(&signing_of(bytes, SignatureKind::Professional, "1"), &mut petri).unwrap()
        }));
        made.push((format!("signed-{name}"), twice));
    }
    let together: Vec<&[u8]> = chosen.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let signed = signing::sign_together(&together, at(), "3", &mut siri).unwrap();
    made.extend(signed.into_iter().enumerate().map(|(n, bytes)| (format!("signed-list-{n}.xml"), bytes)));
    made
}

fn signing_of<'a>(document: &'a [u8], kind: SignatureKind, id_seed: &'a str) -> Signing<'a> {
    Signing { document, kind, signed_at: at(), id_seed }
}

fn at() -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339("2026-11-22T09:30:05+02:00").unwrap()
}

/// Requests and answers of every exchange, each behind the line that names its reader.
fn messages_of_both_sides() -> Files {
    let to = messages::frame(7).message_id;
    let document =
        FetchedDocument { reference: messages::reference(5), version: 1, bytes: b"<ClinicalDocument/>".into() };
    let fetch = FetchQuery { identifiers: vec![messages::oid("1.2.3"), messages::oid("1.2.4")], document: None };
    let one = FetchQuery { identifiers: vec![], document: Some(messages::oid("1.2.3")) };
    let code = prescription::PersonIdentityCode::parse("010181-900C").unwrap();
    let query = Query { patients: vec![code], identifiers: vec![messages::oid("1.2.3")] };
    let search = metadata::request(&query, &messages::requester()).unwrap();
    let authorization = search.header("Authorization").unwrap().to_owned();
    let accepted = StoreAnswer::Accepted {
        document_id: messages::reference(12).id,
        stored_at: messages::frame(1).created_at,
        document: b"<ClinicalDocument/>".to_vec(),
        repeated: true,
    };
    let refused = StoreAnswer::Refused(vec![Issue::of(Known::Busy), Issue::rule("DI-4").about("1.2.3").saying("ei")]);
    let frame = messages::frame(2);
    let mut cut = messages::metadata();
    cut.quantity_form = None;
    cut.medicine.atc = None;
    let list = Answer { total: 3, prescriptions: vec![messages::metadata(), cut] };
    let ask = |query| mr::fetch_request(query, &messages::requester(), &messages::frame(7)).unwrap().body;
    let all = [
        ("fetch", "q", ask(&fetch)),
        ("fetch-one", "q", ask(&one)),
        ("store", "q", mr::store_request(&messages::store(b"<ClinicalDocument/>")).unwrap().body),
        ("fetched", "f", mr::fetch_response(&[document.clone(), document], &frame, to).body),
        ("fetched-nothing", "f", mr::fetch_response(&[], &frame, to).body),
        ("stored", "t", mr::store_response(&accepted, &frame, to).body),
        ("refused", "t", mr::store_response(&refused, &frame, to).body),
        ("fault", "f", mr::error_response(&[Issue::of(Known::XmlRefused)], &frame, Some(to)).body),
        ("found", "m", metadata::response(&list).body),
        ("not-found", "m", metadata::response(&Answer::default()).body),
        ("outcome", "m", metadata::error_response(&[Issue::of(Known::AccessDenied)]).body),
        ("nested", "m", [b"[".repeat(200), b"]".repeat(200)].concat()),
        ("entities", "q", b"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>".to_vec()),
    ];
    let mut files: Files = all
        .into_iter()
        .map(|(name, which, body)| (format!("{name}.txt"), [which.as_bytes(), b"\n", body.as_slice()].concat()))
        .collect();
    files.push(("search.txt".into(), [b"s", authorization.as_bytes(), b"\n", search.body.as_slice()].concat()));
    files
}

const TEXTS: &[&str] = &[
    "1.2.246.10.99999901.93.2026.1",
    "1.2.246.10.99999901.93.2026.01",
    "0.0",
    "010181-900C",
    "010126A900X",
    "310299+9999",
    "90000000015",
    "900001",
    "4X21 fol",
    "3x30",
    "0,5",
    "12.50",
    "10x2,5 ml",
    "100 g",
    "1 x 100 tabl.",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "1/3",
    "1 viikko",
    "3 kk",
    "4294967296 vrk",
    "20261103",
    "20261103100000",
    "20261103100000.123+0200",
    "20260230",
    "00000101",
    "99991231235959",
    "-1",
    "+1",
    "1e9",
    "NaN",
    "٣",
    "½",
    " \t\n",
    "",
    "true",
    "]]>&<\"'",
    "#OID1.2.3.1",
    "😀",
];
