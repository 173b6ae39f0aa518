//! Made-up marks and renewal requests, with artificial people.
#![allow(dead_code)]

use prescription::*;
use proptest::option;
use proptest::prelude::*;

use super::made_up::{name, oid, organisation, patient, professional, reference, text, time, word};

pub fn mark() -> impl Strategy<Value = Mark> {
    let acting = organisation().prop_flat_map(|unit| (professional(Some(unit.clone())), Just(unit)));
    ((oid(), oid(), 1u32..4), kind(), reference(&["1", "3"]), patient(), acting, time(), time()).prop_map(
        |((id, set_id, version), kind, prescription, patient, (author, unit), at, made_at)| Mark {
            id,
            set_id,
            version,
            kind,
            prescription,
            patient,
            author,
            unit,
            at,
            made_at,
            unknown: carried("act", "entry"),
        },
    )
}

fn kind() -> impl Strategy<Value = MarkKind> {
    let words = || text().prop_map(|text| Explanation::new(&text).unwrap());
    let may = move || option::of(words());
    let lock = (oid(), oid()).prop_map(|(id, set_id)| LockReference { id, set_id });
    prop_oneof![
        may().prop_map(|explanation| MarkKind::Lock { explanation }),
        (lock, words()).prop_map(|(lock, explanation)| MarkKind::Unlock { lock, explanation }),
        may().prop_map(|explanation| MarkKind::Reservation { explanation }),
        (option::of(reference(&["6"])), may()).prop_map(|(mark, explanation)| MarkKind::Release { mark, explanation }),
        may().prop_map(|explanation| MarkKind::DoseDispensing { explanation }),
        (option::of(reference(&["16"])), may())
            .prop_map(|(mark, explanation)| MarkKind::DoseDispensingEnd { mark, explanation }),
        may().prop_map(|explanation| MarkKind::DispensingReservationRelease { explanation }),
    ]
}

pub fn renewal_request() -> impl Strategy<Value = RenewalRequest> {
    let address =
        (word(), "[0-9]{5}", word()).prop_map(|(street, postal_code, city)| Address { street, postal_code, city });
    let recipient = (organisation(), address, "[+0-9][0-9]{5,10}").prop_map(|(unit, address, phone)| Organisation {
        phone: Some(phone),
        address: Some(address),
        ..unit
    });
    let requester = prop_oneof![
        organisation().prop_map(|channel| Requester::Citizen { channel }),
        organisation()
            .prop_flat_map(|unit| (professional(Some(unit.clone())), Just(unit)))
            .prop_map(|(person, unit)| Requester::Professional { person: Box::new(person), unit }),
    ];
    let prescriber = ("[0-9]{6}", word(), name(true)).prop_map(|(id, given, name)| Professional {
        registration: None,
        prescriber_id: Some(id),
        name: PersonName { given: vec![given], ..name },
        ..Professional::default()
    });
    let state =
        option::of("[0-9]".prop_map(|code| Code { code, system: "1.2.246.537.5.40106.2006".into(), name: None }));
    let consent = proptest::sample::select(&["1", "2", "3", "4", "5", "8"]).prop_map(Consent::from);
    (
        (reference(&["8"]), 1u32..3, patient(), option::of("[+0-9][0-9]{5,10}"), requester, time(), time()),
        (recipient, reference(&["1", "3"]), option::of(time()), prescriber, text(), consent, option::of(text()), state),
    )
        .prop_map(|(who, what)| {
            let (reference, version, patient, mobile, requester, asked_at, made_at) = who;
            let (recipient, prescription, prescribed_at, prescriber, product_name, consent, message, state) = what;
            RenewalRequest {
                reference,
                version,
                patient,
                mobile,
                requester,
                asked_at,
                made_at,
                recipient,
                prescription,
                prescribed_at,
                prescriber,
                product_name,
                consent: Some(consent),
                message,
                state,
                unknown: carried("act", "entry"),
            }
        })
}

/// Two parts that no program of today understands: a code in the act, and another entry.
pub fn carried(act: &str, entry: &str) -> Vec<UnknownPart> {
    let observation = "<observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"999\" \
                       codeSystem=\"1.2.246.537.6.12.2002.126\" displayName=\"Uusi &amp; outo\"/>\
                       <value xsi:type=\"ST\">uutta</value></observation>";
    let part = |place: String, text: &str, xml: String| UnknownPart { place, text: text.into(), xml: Some(xml) };
    vec![
        part(format!("{act}/priorityCode"), "P", "<priorityCode code=\"P\"/>".to_owned()),
        part(format!("{entry}/999"), "Uusi & outo: uutta", format!("<entry>{observation}</entry>")),
    ]
}
