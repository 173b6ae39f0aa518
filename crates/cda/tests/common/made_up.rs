//! Made-up dispensations and prescriptions: artificial people, and texts with everything that XML must escape.
#![allow(dead_code)]

use chrono::{Days, NaiveDate, NaiveDateTime};
use prescription::*;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tiski_cda::{Definition, Software, Writing};

/// How the tests write.
pub fn writing(definition: Definition) -> Writing {
    let text = |text: &str| text.to_owned();
    Writing {
        definition,
        software: Software { vendor: text("Tiski & co"), product: text("Tiski"), version: text("0.1.0") },
    }
}

/// A text that survives trimming and line ends, with all that XML escapes.
pub fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-zåäöA-ZÅÄÖ0-9&<>\"'µ½ .,;:%/+-]{1,40}",
        Just("Ota 1 tabletti <ruoan> kanssa & \"heti\"\naamulla\t!".to_owned()),
        Just("]]>".to_owned()),
        Just("&amp; &#10; <!-- --> 😀".to_owned()),
    ]
    .prop_map(|t| t.trim().to_owned())
    .prop_filter("empty", |t| !t.is_empty())
    .boxed()
}

pub fn word() -> impl Strategy<Value = String> {
    "[a-zåäöA-ZÅÄÖ][a-zåäö'&<-]{0,12}"
}

pub fn oid() -> impl Strategy<Value = Oid> {
    (1u32..99_999_999, 1u32..9_999).prop_map(|(a, b)| Oid::parse(&format!("1.2.246.10.{a}.93.2026.{b}")).unwrap())
}

pub fn reference(types: &'static [&'static str]) -> impl Strategy<Value = DocumentReference> {
    (oid(), oid(), proptest::sample::select(types)).prop_map(|(id, set_id, t)| DocumentReference {
        id,
        set_id,
        document_type: t.into(),
    })
}

pub fn time() -> impl Strategy<Value = NaiveDateTime> {
    (0i64..4_000_000_000).prop_map(|s| chrono::DateTime::from_timestamp(s, 0).unwrap().naive_utc())
}

pub fn date() -> impl Strategy<Value = NaiveDate> {
    (0u64..60_000).prop_map(|d| NaiveDate::from_ymd_opt(1900, 1, 1).unwrap().checked_add_days(Days::new(d)).unwrap())
}

pub fn name(suffix: bool) -> impl Strategy<Value = PersonName> {
    let suffix = if suffix { option::of(word()).boxed() } else { Just(None).boxed() };
    (proptest::collection::vec(word(), 0..4), option::of(word()), word(), suffix)
        .prop_map(|(given, call_name, family, suffix)| PersonName { given, call_name, family, suffix })
}

pub fn patient() -> BoxedStrategy<Patient> {
    let code = option::of("[0-3][0-9][01][0-9]{3}[-A]9[0-9]{2}[0-9A-Y]");
    let sex = proptest::sample::select(&[Sex::Unknown, Sex::Male, Sex::Female, Sex::NotSpecified]);
    (code, name(false), option::of(date()), sex)
        .prop_map(|(code, name, birth_date, sex)| Patient {
            identity_code: code.map(|c| PersonIdentityCode::as_stated(&c)),
            name,
            birth_date,
            sex,
        })
        .boxed()
}

pub fn organisation() -> BoxedStrategy<Organisation> {
    let address =
        (word(), "[0-9]{5}", word()).prop_map(|(street, postal_code, city)| Address { street, postal_code, city });
    (oid(), text(), option::of("[+0-9][0-9]{5,10}"), option::of(address))
        .prop_map(|(id, name, phone, address)| Organisation { id, name, phone, address, part_of: None })
        .boxed()
}

/// A unit, and often the organisation that it is part of.
pub fn unit() -> BoxedStrategy<Organisation> {
    let whole =
        (oid(), text()).prop_map(|(id, name)| Organisation { id, name, phone: None, address: None, part_of: None });
    (organisation(), option::of(whole))
        .prop_map(|(unit, whole)| Organisation { part_of: whole.map(Box::new), ..unit })
        .boxed()
}

pub fn professional(organisation: Option<Organisation>) -> BoxedStrategy<Professional> {
    let right = option::of("[0-9]{3}".prop_map(|r| Right::new(&r)));
    let specialty = ("[0-9]{5}", option::of(text())).prop_map(|(code, name)| Code {
        code,
        system: "1.2.246.537.6.148.2008".into(),
        name,
    });
    let titles = (option::of(specialty), option::of(text()), option::of(text()));
    ("[0-9]{11}", option::of("[0-9]{6}"), name(true), right, option::of(time()), titles)
        .prop_map(move |(number, prescriber_id, name, right, logged_in_at, (specialty, post, degree))| Professional {
            registration: RegistrationNumber::parse(&number).ok(),
            prescriber_id,
            name,
            right,
            specialty,
            post,
            degree,
            organisation: organisation.clone(),
            logged_in_at,
        })
        .boxed()
}

pub fn decimal() -> impl Strategy<Value = Decimal> {
    (0i64..100_000_000, 0u32..6).prop_map(|(m, scale)| Decimal::new(m, scale))
}

pub fn amount() -> impl Strategy<Value = Amount> {
    (decimal(), "[a-zåäöµ&%]{1,8}").prop_map(|(value, unit)| Amount { value, unit: Unit::new(&unit) })
}

pub fn product(container: bool) -> BoxedStrategy<Product> {
    let atc = ("[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}", option::of(text())).prop_map(|(code, name)| Code {
        code,
        system: "1.2.246.537.6.32".into(),
        name,
    });
    let kind = proptest::sample::select(&["1", "2", "3", "4", "6", "7", "9", "10", "11", "77"]);
    let container = if container { option::of(text()).boxed() } else { Just(None).boxed() };
    (
        (kind, text(), option::of(text()), option::of(text()), option::of(atc)),
        (option::of("[0-9]{6}"), option::of(text()), container, option::of("20[0-9]{2}\\.0[0-9]{2}")),
    )
        .prop_map(|((kind, name, strength, form, atc), (vnr, holder, container, database_version))| Product {
            kind: kind.into(),
            name,
            strength,
            form,
            atc,
            vnr: vnr.and_then(|v| Vnr::parse(&v).ok()),
            holder,
            container,
            database_version,
        })
        .boxed()
}

pub fn control() -> impl Strategy<Value = Option<ControlClass>> {
    option::of(proptest::sample::select(&["H", "P", "Z", "Q"]).prop_map(ControlClass::from))
}

pub fn remaining() -> impl Strategy<Value = RemainingStatement> {
    (option::of(decimal()), option::of("[0-9]{1,2}X[0-9]{1,3}"), "[a-zå]{0,5}", option::of(text()))
        .prop_map(|(value, text, unit, words)| RemainingStatement { value, text, unit: Unit::new(&unit), words })
}

pub fn dispensation() -> BoxedStrategy<Dispensation> {
    let people = organisation().prop_flat_map(|pharmacy| {
        (professional(Some(pharmacy.clone())), Just(pharmacy), option::of(professional(None)))
    });
    let reason = ("[A-Z]", option::of(text()), option::of(text()))
        .prop_map(|(code, name, words)| (Code { code, system: "1.2.246.537.5.40183.2009".into(), name }, words));
    (
        (reference(&["10"]), 1u32..9, reference(&["1", "3"]), patient(), people, time(), time()),
        (product(false), 0u32..99, amount(), 1u32..20, option::of(text()), amount(), remaining()),
        (any::<[bool; 6]>(), option::of(text()), option::of(text()), option::of(decimal())),
        (option::of(reason), option::of(0u32..9), control(), option::of(text())),
        (option::of(text()), option::of("[0-9]{1,2}X[0-9]{1,3}"), option::of(text()), option::of(text())),
        (option::of(explained("1.2.246.537.5.40109.2006")), any::<bool>()),
    )
        .prop_map(|(who, what, says, more, texts, (identification, strange))| {
            let (reference, version, prescription, patient, (author, pharmacy, preparer), dispensed_at, made_at) = who;
            let (product, packages, package_size, package_factor, package_text, delivered, remaining) = what;
            let (
                [part_package, compounded, fully_dispensed, dose_dispensing, substituted, narcotic],
                remark,
                report,
                price,
            ) = says;
            let (substitution_reason, copayments, control, label) = more;
            let (composition, delivered_text, delivered_words, dose_dispensing_text) = texts;
            Dispensation {
                reference,
                version,
                change: None,
                prescription,
                patient,
                author,
                pharmacy,
                preparer,
                dispensed_at,
                made_at,
                product,
                composition,
                packages,
                package_size,
                package_factor,
                package_text,
                part_package,
                compounded,
                delivered,
                delivered_text,
                delivered_words,
                remaining,
                fully_dispensed,
                dose_dispensing,
                dose_dispensing_text,
                substituted,
                remark,
                report_to_kela: report,
                price,
                substitution_reason,
                deviation: None,
                copayments,
                identification,
                control,
                narcotic,
                label_dosage: label.unwrap_or_default(),
                unknown: if strange { strange_parts() } else { vec![] },
            }
        })
        .boxed()
}

/// A code of that code set with words beside it.
pub fn explained(system: &'static str) -> BoxedStrategy<Explained> {
    ("[0-9]", option::of(text()), option::of(text()))
        .prop_map(move |(code, name, text)| Explained { code: Code { code, system: system.into(), name }, text })
        .boxed()
}

/// A part in each place of a dispensation that no program of today understands.
pub fn strange_parts() -> Vec<UnknownPart> {
    let observation = |code: &str| {
        format!(
            "<observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"{code}\" \
             codeSystem=\"1.2.246.537.6.12.2002.126\" displayName=\"Uusi\"/><value xsi:type=\"ST\">a &lt; b</value></observation>"
        )
    };
    let related =
        |code: &str| format!("<entryRelationship typeCode=\"COMP\">{}</entryRelationship>", observation(code));
    let part =
        |place: &str, text: &str, xml: String| UnknownPart { place: place.into(), text: text.into(), xml: Some(xml) };
    vec![
        part("entry/997", "Uusi: a < b", format!("<entry>{}</entry>", observation("997"))),
        part("100/999", "Uusi: a < b", related("999")),
        part("100/supply/996", "Uusi: a < b", related("996")),
        part("100/routeCode", "53", "<routeCode code=\"53\"/>".to_owned()),
        part("100/supply/expectedUseTime", "20261103", "<expectedUseTime value=\"20261103\"/>".to_owned()),
        part("104/998", "Uusi: a < b", format!("<component>{}</component>", observation("998"))),
    ]
}
