//! What an organisation asks of its own: a pharmacy of its dose-dispensing patients (reasons 17, 18, 29; section 2.8), its
//! supervisor of the uses of the Centre (reason 14).

use centre::register::Register;
use centre::store::{MemoryStore, Store};
use centre::wishes::Wishes;
use kanta::Requester;
use kanta::metadata::uses::{self, SeenUse, UsesAnswer, UsesQuery};
use kanta::metadata::{Page, Query};
use prescription::{DocumentType, Mark, MarkKind, Oid, Prescription, QueryReason};
use prescription::{PersonIdentityCode, RegistrationNumber, time};
use test_authority::who;

use crate::world::*;

type W = World<MemoryStore>;

fn for_reason(reason: &str, user: &str, place: &str) -> Requester {
    Requester { reason: QueryReason::from(reason), ..requester(Some(user), place) }
}

fn numbered(number: u32, person: &str) -> impl FnOnce(&mut Prescription) {
    move |prescription| {
        let id = format!("1.2.246.10.99999903.93.2026.{number}");
        prescription.reference = reference(&id, DocumentType::Prescription);
        prescription.prescribed_at -= chrono::Duration::days(number.into());
        prescription.patient.identity_code = Some(PersonIdentityCode::as_stated(person));
    }
}

/// A dose-dispensing mark of Kuusi, as its own document says it, taken in by the Centre's keeper.
fn dose_mark(world: &W, prescription: &Prescription, number: u32) {
    let id = oid(&format!("1.2.246.10.99999901.93.2026.{number}"));
    let author = professional(who::SIRI);
    let at = time::finnish(world.now);
    let mark = Mark {
        set_id: id.clone(),
        id,
        version: 1,
        kind: MarkKind::DoseDispensing { explanation: None },
        prescription: prescription.reference.clone(),
        patient: prescription.patient.clone(),
        unit: author.organisation.clone().unwrap(),
        author,
        at,
        made_at: at,
        unknown: vec![],
    };
    let software = cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() };
    let writing = cda::Writing { definition: cda::Definition::dispensation_2014().unwrap(), software };
    world.centre.load(&cda::write_mark(&mark, &writing).unwrap(), world.now).unwrap();
}

/// The next version of a prescription, as the Centre's keeper takes it in.
fn next_version(world: &W, prescription: &Prescription, kind: &str, id: &str) {
    let first = &prescription.reference.id;
    let document = String::from_utf8(written(prescription))
        .unwrap()
        .replacen("<code code=\"1\"", &format!("<code code=\"{kind}\""), 1)
        .replacen("<versionNumber value=\"1\"", "<versionNumber value=\"2\"", 1)
        .replacen(&format!("<id root=\"{first}\""), &format!("<id root=\"{id}\""), 1);
    world.centre.load(document.as_bytes(), world.now).unwrap();
}

fn own(place: &str) -> Query {
    Query { pharmacy: Some(oid(place)), ..Query::default() }
}

fn sets(world: &W, query: &Query, reason: &str, user: &str, place: &str) -> Vec<String> {
    let answer = world.search_as(query, &for_reason(reason, user, place), place).unwrap();
    let last = |set: &Oid| set.as_str().rsplit('.').next().unwrap().to_owned();
    assert_eq!(answer.total as usize, answer.prescriptions.len());
    answer.prescriptions.iter().map(|metadata| last(&metadata.reference.set_id)).collect()
}

const PEKKA: &str = "051275-933B";

#[test]
fn reasons_17_18_and_29_tell_a_pharmacy_of_its_own_dose_patients_and_of_nobody_else() {
    let world = W::new();
    let marked = world.held(numbered(1, AINO));
    let corrected = world.held(numbered(2, AINO));
    let new = world.held(numbered(3, AINO));
    world.held(numbered(4, PEKKA));
    dose_mark(&world, &marked, 901);
    dose_mark(&world, &corrected, 902);
    next_version(&world, &corrected, "3", "1.2.246.10.99999903.93.2026.20");

    let kuusi = |reason: &str, query: &Query| sets(&world, query, reason, who::SIRI, KUUSI);
    assert_eq!(kuusi("29", &own(KUUSI)), ["1", "2", "3"], "every prescription of its dose patients");
    assert_eq!(kuusi("18", &own(KUUSI)), ["3"], "those that are not in its pouches yet");
    assert_eq!(kuusi("17", &own(KUUSI)), ["2"], "those in its pouches that were corrected");
    // By person too, up to twenty: somebody else's customers are not its dose patients.
    let both = Query { patients: [AINO, PEKKA].map(PersonIdentityCode::as_stated).to_vec(), ..Query::default() };
    assert_eq!(kuusi("29", &both), ["1", "2", "3"]);
    assert_eq!(kuusi("18", &Query { pharmacy: Some(oid(KUUSI)), ..both.clone() }), ["3"]);
    let pekka = Query { patients: vec![PersonIdentityCode::as_stated(PEKKA)], ..Query::default() };
    assert_eq!(kuusi("29", &pekka), Vec::<String>::new());
    for reason in ["17", "18", "29"] {
        assert_eq!(sets(&world, &own(LAHDE), reason, who::SOFIA, LAHDE), Vec::<String>::new());
    }
    let recent = kanta::metadata::Days { from: Some(new.prescribed_at.date()), to: None };
    assert_eq!(kuusi("18", &Query { prescribed: recent, ..own(KUUSI) }), ["3"]);
    assert_eq!(kuusi("29", &Query { prescribed: recent, ..own(KUUSI) }), ["1", "2", "3"]);
    let later = kanta::metadata::Days { from: new.prescribed_at.date().succ_opt(), to: None };
    assert_eq!(kuusi("18", &Query { prescribed: later, ..own(KUUSI) }), Vec::<String>::new());
}

#[test]
fn reason_17_tells_of_a_cancelled_dose_prescription_though_its_reservation_is_over() {
    let world = W::new();
    let marked = world.held(numbered(1, AINO));
    dose_mark(&world, &marked, 901);
    assert_eq!(sets(&world, &own(KUUSI), "17", who::SIRI, KUUSI), Vec::<String>::new());
    next_version(&world, &marked, "2", "1.2.246.10.99999903.93.2026.20");
    assert_eq!(sets(&world, &own(KUUSI), "17", who::SIRI, KUUSI), ["1"]);
    assert_eq!(
        sets(&world, &own(KUUSI), "29", who::SIRI, KUUSI),
        Vec::<String>::new(),
        "no live mark: no dose patient"
    );
}

#[test]
fn se_8_a_denial_withholds_a_dose_patients_other_prescriptions_and_not_the_marked_one() {
    let world = W::new();
    let marked = world.held(numbered(1, AINO));
    world.held(numbered(2, AINO));
    dose_mark(&world, &marked, 901);
    world.centre.replace_wishes(Wishes::parse(&format!("[[denial]]\nperson = \"{AINO}\"\n")).unwrap());
    assert_eq!(sets(&world, &own(KUUSI), "29", who::SIRI, KUUSI), ["1"]);
    assert_eq!(sets(&world, &own(KUUSI), "18", who::SIRI, KUUSI), Vec::<String>::new());
}

/// A renewal request of Kuusi to the health centre, as its own document says it, taken in by the Centre's keeper.
fn renewal_request(world: &W, prescription: &Prescription) {
    let (author, unit) = (professional(who::SIRI), Register::built_in().unwrap());
    let at = time::finnish(world.now);
    let request = prescription::RenewalRequest {
        reference: reference("1.2.246.10.99999901.93.2026.950", DocumentType::RenewalRequest),
        version: 1,
        patient: prescription.patient.clone(),
        mobile: Some("0500000000".into()),
        requester: prescription::Requester::Professional {
            unit: author.organisation.clone().unwrap(),
            person: Box::new(author),
        },
        asked_at: at,
        made_at: at,
        recipient: unit.organisation("mallilan-terveyskeskus").unwrap(),
        prescription: prescription.reference.clone(),
        prescribed_at: Some(prescription.prescribed_at),
        prescriber: prescription.prescriber.clone(),
        product_name: prescription.product.name().to_owned(),
        consent: Some(prescription::Consent::from("1")),
        message: None,
        state: None,
        unknown: vec![],
    };
    let software = cda::Software { vendor: "Tiski".into(), product: "Tiski".into(), version: "0.1".into() };
    let writing = cda::Writing { definition: cda::Definition::dispensation_2014().unwrap(), software };
    world.centre.load(&cda::write_renewal_request(&request, &writing).unwrap(), world.now).unwrap();
}

#[test]
fn reason_11_tells_how_a_renewal_stands_and_reason_16_is_the_asked_units_list() {
    const UNIT: &str = "1.2.246.10.99999903.10.1";
    let mut world = W::new();
    let asked = world.held(numbered(1, AINO));
    world.held(numbered(2, AINO));
    renewal_request(&world, &asked);
    let aino = Query { patients: vec![PersonIdentityCode::as_stated(AINO)], ..Query::default() };
    let status = |world: &W| {
        let answer = world.search_as(&aino, &for_reason("11", who::SIRI, KUUSI), KUUSI).unwrap();
        assert_eq!(answer.total, 1, "only what somebody asked to renew");
        answer.prescriptions[0].renewal.clone().unwrap()
    };
    assert_eq!(status(&world), "1");
    let unit = Query { unit: Some(oid(UNIT)), ..Query::default() };
    assert_eq!(sets(&world, &unit, "16", who::LAURI_PRESCRIBER, UNIT), ["1"]);
    world.days_pass(9);
    assert_eq!(status(&world), "5", "LC-12: it has lapsed");
}

fn supervises(world: &W, query: &UsesQuery, user: &str, place: &str) -> Result<UsesAnswer, (String, String)> {
    let request = uses::request(query, &for_reason("14", user, place)).unwrap();
    match uses::parse_response(&world.ask(&request, place)) {
        Ok(answer) => Ok(answer),
        Err(kanta::KantaError::Refused(issues)) => {
            Err((issues[0].code.clone(), issues[0].detail.clone().unwrap_or_default()))
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn lo_4_a_supervisor_sees_who_of_the_own_pharmacy_looked_at_whose_data_and_why() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    let lot = world.lot(&prescription, &[], 21);
    world.search(&[AINO]).unwrap();
    accepted(world.send(&lot));
    world.search_as(&own(KUUSI), &for_reason("6", who::ONNI, KUUSI), KUUSI).unwrap_err();
    let elsewhere = Query { patients: vec![PersonIdentityCode::as_stated(AINO)], ..Query::default() };
    world.search_as(&elsewhere, &for_reason("6", who::SOFIA, LAHDE), LAHDE).unwrap();

    let all = UsesQuery::default();
    let seen = supervises(&world, &all, who::PETRI, KUUSI).unwrap().uses;
    let events: Vec<&str> = seen.iter().map(|seen| seen.event.as_str()).collect();
    assert_eq!(events, ["search", "store", "search"], "and nothing of the other pharmacy");
    let siri = RegistrationNumber::parse("99900000011").unwrap();
    assert_eq!((seen[0].user.as_ref(), seen[0].proven), (Some(&siri), false));
    assert_eq!((seen[1].user.as_ref(), seen[1].proven), (Some(&siri), true));
    assert_eq!(seen[0].people, [PersonIdentityCode::as_stated(AINO)]);
    assert_eq!(seen[0].reason, Some(QueryReason::Dispensing));
    assert_eq!(seen[1].documents, std::slice::from_ref(&lot.reference.id));
    assert_eq!(seen[2].error.as_deref(), Some("5Y00009"));

    let of = |query: UsesQuery| supervises(&world, &query, who::PETRI, KUUSI).unwrap().uses.len();
    let aino = Some(PersonIdentityCode::as_stated(AINO));
    assert_eq!(of(UsesQuery { person: aino, user: Some(siri.clone()), ..all.clone() }), 2);
    assert_eq!(of(UsesQuery { person: Some(PersonIdentityCode::as_stated(PEKKA)), ..all.clone() }), 0);
    assert_eq!(of(UsesQuery { reason: Some(QueryReason::Supervision), ..all.clone() }), 3, "it sees itself too");
    let tomorrow = kanta::metadata::Days { from: lot.dispensed_at.date().succ_opt(), to: None };
    assert_eq!(of(UsesQuery { days: tomorrow, ..all }), 0);
}

#[test]
fn table_5_2_only_whom_the_owner_made_supervisor_supervises_and_only_the_own_pharmacy() {
    let world = W::new();
    world.held(|_| {});
    let all = UsesQuery::default();
    let refused = Err(("TSK-right-missing".to_owned(), "search".to_owned()));
    assert_eq!(supervises(&world, &all, who::SIRI, KUUSI), refused, "no right, 005 or 006, suffices by itself");
    assert_eq!(supervises(&world, &all, who::SOFIA, KUUSI), refused, "another pharmacy's supervisor");
    assert!(supervises(&world, &all, who::PETRI, KUUSI).is_ok());
    let request = uses::request(&all, &for_reason("6", who::PETRI, KUUSI)).unwrap();
    let error = uses::parse_response(&world.ask(&request, KUUSI)).unwrap_err();
    let kanta::KantaError::Refused(issues) = error else { panic!("{error}") };
    assert_eq!((issues[0].code.as_str(), issues[0].detail.as_deref()), ("5Y00009", Some("criteria")));
    let events = world.logged();
    assert_eq!(events.iter().filter(|(event, error)| event == "uses" && error.is_some()).count(), 3);
}

#[test]
fn lo_7_uses_come_in_pages_each_once_while_the_log_grows() {
    let world = W::new();
    for _ in 0..5 {
        world.search(&[AINO]).unwrap();
    }
    let mut seen: Vec<SeenUse> = vec![];
    let mut after = None;
    for page in 0.. {
        assert!(page < 9, "it ends");
        let query = UsesQuery {
            reason: Some(QueryReason::Dispensing),
            page: Page { size: Some(2), after },
            ..UsesQuery::default()
        };
        let answer = supervises(&world, &query, who::PETRI, KUUSI).unwrap();
        assert!(answer.uses.len() <= 2);
        seen.extend(answer.uses);
        after = answer.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    let forged = UsesQuery { page: Page { size: None, after: Some("first".into()) }, ..UsesQuery::default() };
    assert_eq!(supervises(&world, &forged, who::PETRI, KUUSI), Err(("4Y00007".to_owned(), "cursor".to_owned())));
}

#[test]
fn ou_6_a_supervisor_sees_what_was_taken_in_conflict_and_alone_says_that_it_is_settled() {
    let mut world = W::new();
    let prescription = world.held(|_| {});
    // Given an hour ago in an outage; meanwhile the prescription was locked.
    let mut late = world.lot(&prescription, &[], 21);
    late.dispensed_at -= chrono::Duration::minutes(30);
    let ordinary = world.lot(&prescription, &[], 21);
    accepted(world.send(&ordinary));
    world.days_pass(7);
    let mut late =
        prescription::Dispensation { dispensed_at: ordinary.dispensed_at + chrono::Duration::days(1), ..late };
    late.made_at = late.dispensed_at;
    prescription::rules::samples::restate(&prescription, std::slice::from_ref(&ordinary), &mut late);
    let sending = Sending { late: true, ..Sending::of(who::SIRI, KUUSI) };
    accepted(world.send_as(&late, signed_by(&late, who::SIRI, world.now), &sending));

    let open = UsesQuery { in_conflict: true, ..UsesQuery::default() };
    let of = |world: &W| supervises(world, &open, who::PETRI, KUUSI).unwrap().uses;
    let [seen] = of(&world).try_into().unwrap();
    assert_eq!((seen.conflicts.as_slice(), seen.settled), (&[prescription::Conflict::LessRemained][..], false));
    assert_eq!(seen.documents, std::slice::from_ref(&late.reference.id));

    let settles = |world: &W, document: &Oid, user: &str, place: &str| {
        let request = uses::settle_request(document, &for_reason("14", user, place)).unwrap();
        match uses::parse_response(&world.ask(&request, place)) {
            Ok(_) => Ok(()),
            Err(kanta::KantaError::Refused(issues)) => Err((issues[0].code.clone(), issues[0].detail.clone())),
            Err(other) => panic!("{other}"),
        }
    };
    let no_right = Err(("TSK-right-missing".to_owned(), Some("search".to_owned())));
    let nothing = Err(("4Y00007".to_owned(), Some("document".to_owned())));
    assert_eq!(settles(&world, &late.reference.id, who::SIRI, KUUSI), no_right, "a pharmacist is no supervisor");
    assert_eq!(settles(&world, &late.reference.id, who::SOFIA, LAHDE), nothing, "another pharmacy's supervisor");
    assert_eq!(settles(&world, &ordinary.reference.id, who::PETRI, KUUSI), nothing, "it is in no conflict");
    assert_eq!(of(&world).len(), 1);
    assert_eq!(settles(&world, &late.reference.id, who::PETRI, KUUSI), Ok(()));
    assert_eq!(of(&world), []);
    let all = supervises(&world, &UsesQuery::default(), who::PETRI, KUUSI).unwrap().uses;
    let kept: Vec<_> = all.iter().filter(|seen| !seen.conflicts.is_empty()).map(|seen| seen.settled).collect();
    assert_eq!(kept, [true], "it is not lost");
    assert_eq!(all.iter().filter(|seen| seen.event == "settle" && seen.error.is_none()).count(), 1);
    assert!(centre::verify::verify(world.centre.store()).unwrap().is_sound());
}

#[test]
fn what_was_withheld_stays_out_of_a_supervisors_sight() {
    let world = W::new();
    world.held(|_| {});
    world.centre.replace_wishes(Wishes::parse(&format!("[[denial]]\nperson = \"{AINO}\"\n")).unwrap());
    world.search(&[AINO]).unwrap();
    world.search(&[PEKKA]).unwrap();
    let told = world.centre.store().log(1, 1).unwrap()[0].told().unwrap();
    assert_eq!(told.withheld, 1, "the keeper's log has it");
    let seen = supervises(&world, &UsesQuery::default(), who::PETRI, KUUSI).unwrap().uses;
    let shape = |seen: &SeenUse| (seen.documents.clone(), seen.error.clone(), seen.people.len());
    assert_eq!(shape(&seen[0]), shape(&seen[1]), "a search that withheld looks like one that found nothing");
}
