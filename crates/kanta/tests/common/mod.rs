//! Values that every test of messages needs, and strategies that make many of them.

#![allow(dead_code)]

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use kanta::metadata::{Days, DispenseStatus, Medicine, Metadata, Page, Query};
use kanta::mr::{FetchedDocument, StoreRequest};
use kanta::{Basis, Frame, MessageId, OnBehalf, Party, Requester, User};
use prescription::codes::PrescriptionKind;
use prescription::{
    Code, ControlClass, DocumentReference, DocumentType, Oid, Patient, PersonIdentityCode, PersonName, ProductKind,
    QueryReason, RegistrationNumber, ReservationKind, Right, Sex, SignatureTrust, State, Vnr,
};
use proptest::prelude::*;

pub fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

pub fn frame(n: u8) -> Frame {
    Frame { message_id: MessageId::from_random([n; 16]), created_at: Utc.timestamp_opt(1_795_245_000, 0).unwrap() }
}

pub fn requester() -> Requester {
    Requester {
        system: Party { id: oid("1.2.246.10.99999999.19.1"), name: "Tiski 0.1".into() },
        pharmacy: Party { id: oid("1.2.246.10.99999999.10.0"), name: "Mäntylän apteekki & <pojat>".into() },
        user: Some(User {
            registration: RegistrationNumber::parse("90000000015").unwrap(),
            name: "Siri \"S\" Salminen".into(),
            right: Right::new("005"),
            authentication: "1".into(),
        }),
        reason: QueryReason::Dispensing,
        reason_text: None,
        on_behalf: None,
    }
}

pub fn reference(n: u32) -> DocumentReference {
    DocumentReference {
        id: oid("1.2.246.10.99999999.93.2026").child(n.into()),
        set_id: oid("1.2.246.10.99999999.93.2026").child(n.into()),
        document_type: DocumentType::Prescription,
    }
}

pub fn store(document: &[u8]) -> StoreRequest {
    let document_type = DocumentType::Dispensation;
    StoreRequest {
        frame: frame(7),
        requester: requester(),
        reference: DocumentReference { document_type, ..reference(12) },
        version: 1,
        document: document.to_vec(),
        late: false,
    }
}

pub fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

pub fn metadata() -> Metadata {
    Metadata {
        reference: reference(5),
        version: 1,
        patient: Patient {
            identity_code: Some(PersonIdentityCode::parse("010181-900C").unwrap()),
            name: PersonName {
                given: vec!["Pekka".into(), "Pietari".into()],
                call_name: Some("Pietari".into()),
                family: "Potilas".into(),
                suffix: None,
            },
            birth_date: NaiveDate::from_ymd_opt(1981, 1, 1),
            sex: Sex::Male,
        },
        medicine: Medicine {
            name: "DIATSEPAAMI".into(),
            strength: Some("10 mg".into()),
            form: Some("tabletti".into()),
            atc: Some(Code {
                code: "N05BA01".into(),
                system: "1.2.246.537.6.32".into(),
                name: Some("diatsepaami".into()),
            }),
            vnr: Some(Vnr::parse("900001").unwrap()),
            kind: ProductKind::Authorised,
            control: Some(ControlClass::PkvPsychotropic),
            narcotic: false,
        },
        kind: PrescriptionKind::Ordinary,
        quantity_form: Some("2".into()),
        prescribed_at: at("2026-11-01T09:30:05"),
        valid_until: NaiveDate::from_ymd_opt(2027, 5, 1),
        repeats: Some(3),
        interval_days: Some(7),
        prescribed_text: Some("4X21 fol".into()),
        remaining_text: Some("3X21 fol".into()),
        dispense_status: DispenseStatus::Partly,
        last_dispensed_at: Some(at("2026-11-08T12:00:00")),
        last_dispensed_text: Some("21 fol".into()),
        state: State {
            cancelled: false,
            locked_by: None,
            reserved_by: Some(oid("1.2.246.10.99999999.10.7")),
            reserved_for: Some(ReservationKind::DoseDispensing),
            newer: Some(reference(6)),
        },
        renewal: Some("0".into()),
        dose_dispensing: false,
        dosage_text: Some("1 tabletti iltaisin".into()),
        purpose: Some("Unettomuuteen".into()),
        prescriber: PersonName { given: vec!["Lauri".into()], family: "Lääkäri".into(), ..PersonName::default() },
        unit_id: Some(oid("1.2.246.10.99999998.10.1")),
        unit_name: Some("Koivulan terveysasema".into()),
        expired: false,
        signature: SignatureTrust::Trusted,
    }
}

pub fn any_oid() -> impl Strategy<Value = Oid> {
    proptest::collection::vec(0u32.., 2..12)
        .prop_map(|arcs| oid(&arcs.iter().map(u32::to_string).collect::<Vec<_>>().join(".")))
}

/// Text as people type it, with all that XML and JSON must escape. Line ends are XML's own business.
pub fn any_text() -> impl Strategy<Value = String> {
    "[a-zåäöA-ZÅÄÖ0-9 <>&\"'/\\\\\\]\\[;:,.+€😀-]{0,40}"
}

pub fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..3_000_000_000).prop_map(|s| Utc.timestamp_opt(s, 0).unwrap())
}

/// Finnish local times. The hour that autumn has twice and the one that spring skips stay out: they name two instants,
/// or none.
pub fn any_local() -> impl Strategy<Value = NaiveDateTime> {
    any_instant().prop_map(prescription::time::finnish).prop_filter("names one instant", |local| {
        prescription::time::finnish(prescription::time::instant(*local)) == *local
    })
}

pub fn any_frame() -> impl Strategy<Value = Frame> {
    (any::<[u8; 16]>(), any_local()).prop_map(|(bytes, local)| Frame {
        message_id: MessageId::from_random(bytes),
        created_at: prescription::time::instant(local),
    })
}

pub fn any_party() -> impl Strategy<Value = Party> {
    (any_oid(), any_text()).prop_map(|(id, name)| Party { id, name })
}

pub fn any_requester() -> impl Strategy<Value = Requester> {
    let user = ("[0-9]{11}", any_text(), "[0-9]{3}", "[a-z0-9]{0,8}").prop_map(|(number, name, right, mode)| User {
        registration: RegistrationNumber::parse(&number).unwrap(),
        name,
        right: Right::new(&right),
        authentication: mode,
    });
    let reason = "[0-9]{1,2}".prop_map(QueryReason::from);
    let text = proptest::option::of("[a-zåäö0-9 <&]{1,40}");
    (any_party(), any_party(), proptest::option::of(user), reason, text, any_behalf()).prop_map(
        |(system, pharmacy, user, reason, reason_text, on_behalf)| Requester {
            system,
            pharmacy,
            user,
            reason,
            reason_text,
            on_behalf,
        },
    )
}

fn any_behalf() -> impl Strategy<Value = Option<OnBehalf>> {
    let basis = prop_oneof![Just("guardian"), Just("kela-card"), Just("organisation"), Just("never-heard-of")];
    let behalf = (basis, proptest::option::of("[a-zåäö0-9 <&]{1,40}"))
        .prop_map(|(basis, medicine)| OnBehalf { basis: Basis::from(basis.to_owned()), medicine });
    proptest::option::of(behalf)
}

pub fn any_reference() -> impl Strategy<Value = DocumentReference> {
    (any_oid(), any_oid(), "[0-9]{1,2}").prop_map(|(id, set_id, code)| DocumentReference {
        id,
        set_id,
        document_type: DocumentType::from(code),
    })
}

fn any_days() -> impl Strategy<Value = Days> {
    use proptest::option::of;
    (of(any_local()), of(any_local())).prop_map(|(from, to)| {
        let (from, to) = (from.map(|at| at.date()), to.map(|at| at.date()));
        if from > to && to.is_some() { Days { from: to, to: from } } else { Days { from, to } }
    })
}

pub fn any_query() -> impl Strategy<Value = Query> {
    use proptest::collection::vec;
    use proptest::option::of;
    let state = prop_oneof![Just(DispenseStatus::Not), Just(DispenseStatus::Partly), Just(DispenseStatus::Fully)];
    let who = (vec("[0-9A-Z+-]{1,11}", 0..20), vec(any_oid(), 1..9), vec(any_oid(), 0..9), of("[0-9]{6}"));
    let places = (of(any_oid()), of(any_oid()), vec("[123]", 0..3), any_days(), any_days(), vec(state, 0..3));
    let states = (of(any::<bool>()), of(any::<bool>()), of(any::<bool>()), of(1u32..1000), of("[0-9.|]{1,90}"));
    (who, places, states).prop_map(|(who, places, states)| {
        let (codes, identifiers, sets, prescriber) = who;
        let (unit, pharmacy, types, prescribed, dispensed, dispense_states) = places;
        let (locked, reserved, dose_dispensing, size, after) = states;
        Query {
            patients: codes.iter().map(|code| PersonIdentityCode::as_stated(code)).collect(),
            identifiers,
            sets,
            prescriber,
            unit,
            pharmacy,
            types: types.into_iter().map(DocumentType::from).collect(),
            prescribed,
            dispensed,
            dispense_states,
            locked,
            reserved,
            dose_dispensing,
            page: Page { size, after },
        }
    })
}

pub fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..200)
}

pub fn any_document() -> impl Strategy<Value = FetchedDocument> {
    (any_reference(), any::<u32>(), any_bytes()).prop_map(|(reference, version, bytes)| FetchedDocument {
        reference,
        version,
        bytes,
    })
}

fn any_name() -> impl Strategy<Value = PersonName> {
    use proptest::option::of;
    (proptest::collection::vec(any_text(), 0..3), of(any_text()), any_text(), of(any_text()))
        .prop_map(|(given, call_name, family, suffix)| PersonName { given, call_name, family, suffix })
}

fn any_patient() -> impl Strategy<Value = Patient> {
    use proptest::option::of;
    let sex = prop_oneof![Just(Sex::Male), Just(Sex::Female), Just(Sex::Unknown), Just(Sex::NotSpecified)];
    (of("[0-9A-Z+-]{1,11}"), any_name(), of(any_local()), sex).prop_map(|(code, name, born, sex)| Patient {
        identity_code: code.map(|code| PersonIdentityCode::as_stated(&code)),
        name,
        birth_date: born.map(|at| at.date()),
        sex,
    })
}

fn any_medicine() -> impl Strategy<Value = Medicine> {
    use proptest::option::of;
    let atc = (any_text(), any_oid(), of(any_text())).prop_map(|(code, system, name)| Code {
        code,
        system: system.to_string(),
        name,
    });
    let head = (any_text(), of(any_text()), of(any_text()), of(atc), of("[0-9]{6}"));
    (head, "[0-9]{1,2}", of("[HPZX]"), any::<bool>()).prop_map(
        |((name, strength, form, atc, vnr), kind, control, narcotic)| Medicine {
            name,
            strength,
            form,
            atc,
            vnr: vnr.map(|vnr| Vnr::parse(&vnr).unwrap()),
            kind: ProductKind::from(kind),
            control: control.map(ControlClass::from),
            narcotic,
        },
    )
}

fn any_state() -> impl Strategy<Value = State> {
    use proptest::option::of;
    let kind = prop_oneof![
        Just(ReservationKind::Ordinary),
        Just(ReservationKind::DoseDispensing),
        Just(ReservationKind::Dispensing),
        Just(ReservationKind::Unknown("77".into())),
    ];
    (any::<bool>(), of(any_oid()), of((any_oid(), kind)), of(any_reference())).prop_map(
        |(cancelled, locked_by, reserved, newer)| {
            let (reserved_by, reserved_for) = reserved.unzip();
            State { cancelled, locked_by, reserved_by, reserved_for, newer }
        },
    )
}

pub fn any_metadata() -> impl Strategy<Value = Metadata> {
    use proptest::option::of;
    let status = prop_oneof![
        Just(DispenseStatus::Not),
        Just(DispenseStatus::Partly),
        Just(DispenseStatus::Fully),
        "[4-9]".prop_map(DispenseStatus::Unknown)
    ];
    let trust =
        prop_oneof![Just(SignatureTrust::Trusted), Just(SignatureTrust::Unsigned), Just(SignatureTrust::Broken)];
    let what = (any_reference(), any::<u32>(), any_patient(), any_medicine(), "[1-9]", of("[1239]"));
    let times = (any_local(), of(any_local()), of(any_local()), of(any::<u32>()), of(any::<u32>()));
    let texts = proptest::collection::vec(of(any_text()), 6);
    let rest = (status, any_state(), any_name(), of(any_oid()), any::<bool>(), trust);
    (what, times, texts, rest).prop_map(|(what, times, texts, rest)| {
        let (reference, version, patient, medicine, kind, quantity_form) = what;
        let (prescribed_at, end, last_dispensed_at, repeats, interval_days) = times;
        let (dispense_status, mut state, prescriber, unit_id, expired, signature) = rest;
        // A cancellation is always cancelled: the reader makes sure of it.
        state.cancelled |= reference.document_type == DocumentType::Cancellation;
        let text = |i: usize| texts[i].clone();
        Metadata {
            reference,
            version,
            patient,
            medicine,
            kind: PrescriptionKind::from(kind),
            quantity_form,
            prescribed_at,
            valid_until: end.map(|at| at.date()),
            repeats,
            interval_days,
            prescribed_text: text(0),
            remaining_text: text(1),
            dispense_status,
            last_dispensed_at,
            last_dispensed_text: text(2),
            state,
            renewal: text(4),
            dose_dispensing: text(5).is_some(),
            dosage_text: text(3),
            purpose: text(4),
            prescriber,
            unit_id,
            unit_name: text(5),
            expired,
            signature,
        }
    })
}
