//! Marks and renewal requests: what is written is read back as it was and is valid; Kela's samples are read whole and
//! written again; an impossible or hostile one is refused by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;
#[path = "common/made_up.rs"]
mod made_up;
#[path = "common/made_up_marks.rs"]
mod made_up_marks;

use made_up::writing;
use prescription::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tiski_cda::{
    Content, Definition, Document, ReadError, WriteError, header_body_mismatches, read, write_mark,
    write_renewal_request,
};

fn definition() -> Definition {
    Definition::dispensation_2014().unwrap()
}

fn read_mark(bytes: &[u8]) -> Mark {
    match read(bytes).unwrap().content {
        Content::Mark(mark) => *mark,
        other => panic!("{other:?}"),
    }
}

fn read_request(bytes: &[u8]) -> RenewalRequest {
    match read(bytes).unwrap().content {
        Content::RenewalRequest(request) => *request,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_mark_is_read_as_it_was_written(made in made_up_marks::mark()) {
        let bytes = write_mark(&made, &writing(definition())).unwrap();
        prop_assert_eq!(read_mark(&bytes), made);
        prop_assert_eq!(header_body_mismatches(&bytes).unwrap(), vec![]);
    }

    #[test]
    fn a_renewal_request_is_read_as_it_was_written(made in made_up_marks::renewal_request()) {
        let bytes = write_renewal_request(&made, &writing(definition())).unwrap();
        prop_assert_eq!(read_request(&bytes), made);
        prop_assert_eq!(header_body_mismatches(&bytes).unwrap(), vec![]);
    }

    #[test]
    fn no_change_of_bytes_makes_the_reader_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let writing = writing(definition());
        let (mark, request) = (some_mark(DocumentType::Unlock), some_request());
        for mut bytes in [write_mark(&mark, &writing).unwrap(), write_renewal_request(&request, &writing).unwrap()] {
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            if !whole {
                bytes.truncate(cut.index(bytes.len()));
            }
            let _ = read(&bytes);
            let _ = header_body_mismatches(&bytes);
        }
    }
}

#[test]
fn every_kind_that_is_written_is_valid_by_the_public_schema() {
    let Some(kela) = common::kela() else { return };
    let mut runner = TestRunner::deterministic();
    let writing = writing(definition());
    let mut written = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for i in 0..60 {
        let mark = made_up_marks::mark().new_tree(&mut runner).unwrap().current();
        kinds.insert(mark.reference().document_type.code().to_owned());
        written.push((format!("mark {i}"), write_mark(&mark, &writing).unwrap()));
        let request = made_up_marks::renewal_request().new_tree(&mut runner).unwrap().current();
        written.push((format!("renewal request {i}"), write_renewal_request(&request, &writing).unwrap()));
    }
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    common::assert_valid(&kela, &written);
}

#[test]
fn kelas_marks_are_read_whole_and_written_again_the_same() {
    let Some(folder) = common::kela_documents() else { return };
    let samples = [
        ("LM_lukitus.xml", "4", "Tämä on lukittu testiä varten.Tämä on Syy."),
        ("LM_varaus.xml", "6", "Varauksen syy on salainen ehkä."),
        ("LM_annosjakelu.xml", "16", "Varauksen syy on salainen ehkä."),
    ];
    for (name, kind, explanation) in samples {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let kelas = read(&bytes).unwrap();
        let mark = read_mark(&bytes);
        assert_eq!(mark.kind.document_type().code(), kind, "{name}");
        assert_eq!(mark.kind.explanation().unwrap().as_str(), explanation, "{name}");
        assert_eq!(mark.author.right.as_ref().unwrap().code(), "006", "{name}");
        assert_eq!(mark.unit.name, "Kelan MAXX apteekki", "{name}");
        assert_eq!(mark.unknown, [], "{name}");
        let again = read(&write_mark(&mark, &writing(definition())).unwrap()).unwrap();
        assert_eq!(again.content, kelas.content, "{name}");
        assert_eq!(but_for_the_program(again, &kelas).header, kelas.header, "{name}");
    }
}

#[test]
fn kelas_renewal_requests_are_read_whole_and_written_again_the_same() {
    let Some(folder) = common::kela_documents() else { return };
    let citizens = read_request(&std::fs::read(folder.join("up_omakanta.xml")).unwrap());
    let Requester::Citizen { channel } = &citizens.requester else { panic!("{citizens:?}") };
    assert_eq!((channel.id.as_str(), channel.name.as_str()), ("1.2.246.553.18.1", "Omakanta"));
    assert_eq!((citizens.consent.as_ref(), citizens.message.as_deref()), (Some(&Consent::Oral), Some("Potilas itse")));
    assert_eq!((citizens.product_name.as_str(), citizens.recipient.name.as_str()), ("BEROCCA", "Kelan Effica"));
    assert_eq!(citizens.prescriber.prescriber_id.as_deref(), Some("030411"));
    assert_eq!(citizens.prescribed_at.unwrap().to_string(), "2017-01-04 14:17:20");
    let cares = read_request(&std::fs::read(folder.join("up_Kelain.xml")).unwrap());
    let Requester::Professional { person, unit } = &cares.requester else { panic!("{cares:?}") };
    assert_eq!(person.registration.as_ref().unwrap().as_str(), "00198702425");
    assert_eq!(unit.phone.as_deref(), Some("040-1234567"));
    assert_eq!((cares.consent.as_ref(), cares.message.as_deref()), (Some(&Consent::OralRequest), None));
    assert_eq!(cares.recipient.address.as_ref().unwrap().street, "Kelakatu 10 B 1");
    for (name, request) in [("up_omakanta.xml", citizens), ("up_Kelain.xml", cares)] {
        assert_eq!(request.unknown, []);
        let kelas = read(&std::fs::read(folder.join(name)).unwrap()).unwrap();
        let again = read(&write_renewal_request(&request, &writing(definition())).unwrap()).unwrap();
        assert_eq!(again.content, kelas.content, "{name}");
        assert_eq!(but_for_the_program(again, &kelas).header, kelas.header, "{name}");
    }
}

/// The document as if Kela's program had made it: its name, the definition that it follows, that it does not declare when
/// it was made, and that it states the telephone of a provider only once.
fn but_for_the_program(mut ours: Document, kelas: &Document) -> Document {
    ours.header.software = kelas.header.software.clone();
    ours.header.header_definition = kelas.header.header_definition.clone();
    ours.header.body_definition = kelas.header.body_definition.clone();
    assert_eq!((ours.header.declared_at, kelas.header.declared_at), (Some(ours.header.made_at), None));
    ours.header.declared_at = None;
    let provider = ours.header.encounter_organisation.as_mut().and_then(|unit| unit.part_of.as_mut());
    if let Some(provider) = provider {
        provider.phone = None;
    }
    ours
}

fn some_mark(wanted: DocumentType) -> Mark {
    let mut runner = TestRunner::deterministic();
    let mut marks = std::iter::from_fn(|| Some(made_up_marks::mark().new_tree(&mut runner).unwrap().current()));
    marks.find(|mark| mark.kind.document_type() == wanted).unwrap()
}

/// One that a professional sends.
fn some_request() -> RenewalRequest {
    let mut runner = TestRunner::deterministic();
    let mut requests =
        std::iter::from_fn(|| Some(made_up_marks::renewal_request().new_tree(&mut runner).unwrap().current()));
    requests.find(|request| matches!(request.requester, Requester::Professional { .. })).unwrap()
}

fn written(mark: &Mark) -> String {
    String::from_utf8(write_mark(mark, &writing(definition())).unwrap()).unwrap()
}

#[test]
fn an_unlock_without_its_lock_or_its_explanation_is_no_document() {
    let whole = written(&some_mark(DocumentType::Unlock));
    let error = |text: &str| read(text.as_bytes()).unwrap_err();
    let lock = whole.find("<relatedDocument typeCode=\"RPLC\">").unwrap();
    let end = lock + whole[lock..].find("</relatedDocument>").unwrap() + "</relatedDocument>".len();
    let lock = &whole[lock..end];
    assert_eq!(error(&whole.replacen(lock, "", 1)), ReadError::Missing { fact: "lock" });
    assert_eq!(error(&whole.replacen(lock, &lock.replace("\"4\"", "\"6\""), 1)), ReadError::Malformed { fact: "lock" });
    assert_eq!(
        error(&whole.replacen(lock, &format!("{lock}{lock}"), 1)),
        ReadError::Repeated { fact: "relatedDocument" }
    );
    let act = whole.find("<act ").unwrap();
    let start = act + whole[act..].find("<text>").unwrap();
    let end = act + whole[act..].find("</text>").unwrap() + "</text>".len();
    let silent = format!("{}<text>  </text>{}", &whole[..start], &whole[end..]);
    assert_eq!(error(&silent), ReadError::Missing { fact: "explanation" });
}

#[test]
fn a_mark_that_says_two_things_is_refused_and_what_is_strange_in_one_is_kept() {
    let whole = written(&some_mark(DocumentType::Lock));
    let entry = &whole[whole.find("<entry>").unwrap()..whole.find("</entry>").unwrap() + "</entry>".len()];
    let twice = whole.replacen(entry, &format!("{entry}{entry}"), 1);
    assert_eq!(read(twice.as_bytes()).unwrap_err(), ReadError::Repeated { fact: "act" });
    let apnd = whole.replacen("typeCode=\"APND\"", "typeCode=\"XFRM\"", 1);
    assert_eq!(read(apnd.as_bytes()).unwrap_err(), ReadError::Missing { fact: "prescription reference" });
    let named = "<relatedDocument typeCode=\"RPLC\"><parentDocument><id root=\"1.2.3\"/><code code=\"6\"/>\
                 </parentDocument></relatedDocument><componentOf>";
    let strange = read_mark(whole.replacen("<componentOf>", named, 1).as_bytes()).unknown;
    let found = strange.iter().find(|part| part.place == "relatedDocument").unwrap();
    assert_eq!(found.text, "Lääkemääräyksen varaus 1.2.3");
    let header = "<legalAuthenticator><time value=\"20261103\"/></legalAuthenticator><relatedDocument";
    let header = read(whole.replacen("<relatedDocument", header, 1).as_bytes()).unwrap().header.unknown;
    let header: Vec<_> = header.iter().map(|part| (part.place.as_str(), part.text.as_str())).collect();
    assert_eq!(header, [("header/legalAuthenticator", "3.11.2026")]);
    let mut lock = some_mark(DocumentType::Lock);
    lock.unknown.push(found.clone());
    let refused = write_mark(&lock, &writing(definition())).unwrap_err();
    assert_eq!(refused, WriteError::Missing { fact: "an understood part" }, "what cannot be carried is not dropped");
    lock.unknown = vec![UnknownPart { place: "act/a".into(), text: String::new(), xml: Some("</act><act>".into()) }];
    assert_eq!(write_mark(&lock, &writing(definition())).unwrap_err(), WriteError::Character { fact: "unknown part" });
}

#[test]
fn a_pharmacys_request_has_what_kelas_validator_demands() {
    let whole = some_request();
    let lacks = |change: &dyn Fn(&mut RenewalRequest)| {
        let mut request = whole.clone();
        change(&mut request);
        match write_renewal_request(&request, &writing(definition())).unwrap_err() {
            WriteError::Missing { fact } => fact,
            other => panic!("{other:?}"),
        }
    };
    let address = |request: &mut RenewalRequest| request.recipient.address.clone().unwrap();
    assert_eq!(lacks(&|r| r.recipient.name.clear()), "name of the recipient");
    assert_eq!(lacks(&|r| r.recipient.phone = None), "telephone of the recipient");
    for part in 0..3 {
        let without = |r: &mut RenewalRequest| {
            let mut address = address(r);
            [&mut address.street, &mut address.postal_code, &mut address.city][part].clear();
            r.recipient.address = Some(address);
        };
        assert_eq!(lacks(&without), "address of the recipient");
    }
    assert_eq!(lacks(&|r| r.prescriber.name.given.clear()), "first name of the prescriber");
    assert_eq!(lacks(&|r| r.prescriber.name.family.clear()), "name of the prescriber");
    assert_eq!(lacks(&|r| r.prescriber.prescriber_id = None), "identifier of the prescriber");
    assert_eq!(lacks(&|r| r.product_name.clear()), "name of the product");
    assert_eq!(lacks(&|r| r.consent = None), "consent");
}

#[test]
fn an_answer_is_read_as_far_as_it_says_anything() {
    let request = some_request();
    let text = String::from_utf8(write_renewal_request(&request, &writing(definition())).unwrap()).unwrap();
    let answer =
        text.replace("<code code=\"8\"", "<code code=\"9\"").replace("<code code=\"113\"", "<code code=\"114\"");
    let Content::RenewalAnswer(read) = read(answer.as_bytes()).unwrap().content else { panic!() };
    assert_eq!(read.prescription.as_ref(), Some(&request.prescription));
    assert_eq!((read.request.as_ref(), &read.reasons), (None, &request.message));
    assert_eq!(read.unknown.len(), 3, "every entry is kept as it stood");
    let start = answer.find("<entry>").unwrap();
    let bare = format!("{}{}", &answer[..start], &answer[answer.rfind("</entry>").unwrap() + "</entry>".len()..]);
    let Content::RenewalAnswer(read) = tiski_cda::read(bare.as_bytes()).unwrap().content else { panic!() };
    assert_eq!((read.state, read.reasons, read.instruction), (None, None, None));
}
