//! Made-up prescriptions of every kind, with every way to state an amount and every part that a definition has a place for.
#![allow(dead_code)]

use chrono::{Days, NaiveTime};
use prescription::rules::samples;
use prescription::*;
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tiski_cda::Shape;

use super::made_up::{control, date, oid, organisation, patient, professional, reference, text, time, unit, word};

fn code(system: &'static str, codes: &'static [&'static str]) -> BoxedStrategy<Code> {
    (proptest::sample::select(codes), option::of(text()))
        .prop_map(move |(code, name)| Code { code: code.into(), system: system.into(), name })
        .boxed()
}

fn atc() -> BoxedStrategy<Code> {
    ("[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}", option::of(text()))
        .prop_map(|(code, name)| Code { code, system: "1.2.246.537.6.32".into(), name })
        .boxed()
}

fn positive() -> BoxedStrategy<PositiveAmount> {
    (1i64..100_000_000, 0u32..6, "[a-zåäöµ&%]{1,8}")
        .prop_filter("a size in the unit", |(_, _, unit)| !unit.starts_with('x'))
        .prop_map(|(m, scale, unit)| PositiveAmount::new(Decimal::new(m, scale), &unit).unwrap())
        .boxed()
}

fn substances() -> BoxedStrategy<Vec<Substance>> {
    let one = (text(), option::of(atc())).prop_map(|(name, code)| Substance { name, code });
    proptest::collection::vec(one, 0..3).boxed()
}

fn ingredients(least: usize) -> BoxedStrategy<Vec<Ingredient>> {
    let amount = prop_oneof![
        positive().prop_map(IngredientAmount::Exact),
        text().prop_map(IngredientAmount::Text),
        Just(IngredientAmount::Unstated),
    ];
    let one = (text(), option::of(atc()), amount)
        .prop_map(|(name, code, amount)| Ingredient { substance: Substance { name, code }, amount });
    proptest::collection::vec(one, least..3).boxed()
}

fn item() -> BoxedStrategy<Item> {
    let vnr = || "[0-9]{6}".prop_map(|vnr| Vnr::parse(&vnr).unwrap());
    let recipe = prop_oneof![
        (ingredients(1), ingredients(0), option::of(text())),
        (ingredients(0), ingredients(1), option::of(text())),
        (Just(vec![]), Just(vec![]), text().prop_map(Some)),
    ];
    prop_oneof![
        (vnr(), text(), option::of(atc()), substances()).prop_map(|(vnr, name, atc, substances)| Item::Authorised {
            vnr,
            name,
            atc,
            substances
        }),
        (proptest::sample::select(&NamedKind::ALL), text(), option::of(vnr()), option::of(atc()), substances())
            .prop_map(|(kind, name, vnr, atc, substances)| Item::Named { kind, name, vnr, atc, substances }),
        (atc(), substances()).prop_map(|(atc, substances)| Item::BySubstance { atc, substances }),
        (option::of(text()), recipe).prop_map(|(name, (active, other, words))| Item::Compounded {
            name,
            recipe: Recipe::new(active, other, words).unwrap(),
        }),
        (option::of(text()), option::of(atc()), substances()).prop_map(|(name, atc, substances)| Item::Unknown {
            code: "77".into(),
            name,
            vnr: None,
            atc,
            substances,
        }),
    ]
    .boxed()
}

fn product() -> BoxedStrategy<PrescribedProduct> {
    let some = || option::of(text());
    let container = (text(), option::of("[0-9]{3}")).prop_map(|(name, code)| Container { name, code });
    (item(), some(), some(), some(), option::of(container), some(), option::of("20[0-9]{2}\\.0[0-9]{2}"))
        .prop_map(|(item, strength, form, holder, container, note, database_version)| PrescribedProduct {
            item,
            strength,
            form,
            holder,
            container,
            note,
            database_version,
        })
        .boxed()
}

fn unit_of_time() -> BoxedStrategy<TimeUnit> {
    proptest::sample::select(&[TimeUnit::Day, TimeUnit::Week, TimeUnit::Month, TimeUnit::Year]).boxed()
}

fn length() -> BoxedStrategy<Length> {
    (1u32..400, unit_of_time()).prop_map(|(count, unit)| Length::new(count, unit).unwrap()).boxed()
}

fn quantity() -> BoxedStrategy<Quantity> {
    prop_oneof![
        (1u32..99, 1u32..20, positive(), option::of(text()))
            .prop_map(|(count, factor, size, text)| Quantity::packages(count, factor, (*size).clone(), text).unwrap()),
        positive().prop_map(|amount| Quantity::Total { amount }),
        (option::of(date()), length()).prop_map(|(start, length)| Quantity::Period { start, length }),
        Just(Quantity::Nothing),
    ]
    .boxed()
}

fn span() -> BoxedStrategy<Span> {
    (1u32..90, 0u32..9, unit_of_time())
        .prop_map(|(low, more, unit)| Span::between(low, low + more, unit).unwrap())
        .boxed()
}

fn range() -> BoxedStrategy<Range> {
    (0i64..90, 1i64..9, any::<bool>())
        .prop_map(|(low, more, one)| match one {
            true => Range::exactly(Decimal::new(low + more, 1)).unwrap(),
            false => Range::between(Decimal::new(low, 1), Decimal::new(low + more, 1)).unwrap(),
        })
        .boxed()
}

fn dose() -> BoxedStrategy<Dose> {
    let amount = prop_oneof![
        (range(), code("1.2.246.537.6.138.202001", &["18", "38", "39"]))
            .prop_map(|(range, unit)| DoseAmount::Units { range, unit }),
        (range(), "[a-zµ]{1,6}").prop_map(|(range, unit)| DoseAmount::Physical { range, unit: Unit::new(&unit) }),
    ];
    let clock = (0u32..24, 0u32..60).prop_map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap());
    (
        (option::of(oid()), amount, option::of(any::<bool>())),
        option::of(code("1.2.246.537.6.137.202001", &["a", "p", "i"])),
        option::of(clock),
        option::of(code("1.2.246.537.6.136.202001", &["ma", "ti", "su"])),
    )
        .prop_map(|((id, amount, as_needed), time_of_day, clock, day)| Dose {
            id,
            amount,
            as_needed,
            time_of_day,
            clock,
            day,
        })
        .boxed()
}

fn season() -> BoxedStrategy<Season> {
    let bounds = (option::of(date()), 0u64..400, span(), 0u8..3).prop_map(|(start, days, span, end)| {
        let end = match end {
            0 => End::Open,
            1 => End::On(start.unwrap_or_default() + Days::new(days)),
            _ => End::After(span),
        };
        Bounds::new(start, end).unwrap()
    });
    let pause = (date(), option::of(0u64..90))
        .prop_map(|(start, days)| Pause::new(start, days.map(|days| start + Days::new(days))).unwrap());
    (
        (option::of(oid()), bounds, proptest::collection::vec(pause, 0..3)),
        (option::of(any::<bool>()), option::of(span()), proptest::collection::vec(dose(), 0..4)),
    )
        .prop_map(|((id, bounds, pauses), (as_needed, period, doses))| Season {
            id,
            bounds,
            pauses,
            as_needed,
            period,
            doses,
        })
        .boxed()
}

fn dosage(shape: Shape) -> BoxedStrategy<Dosage> {
    let structured = shape == Shape::Structured;
    let seasons = proptest::collection::vec(season(), 0..3);
    let route = code("1.2.246.537.6.1403.202001", &["1053", "1055"]);
    (option::of(text()), any::<[bool; 2]>(), option::of(route), option::of(text()), seasons)
        .prop_map(move |(text, [only_text, sic], route, instruction, seasons)| Dosage {
            text: text.unwrap_or_default(),
            only_text,
            sic,
            route: route.filter(|_| structured),
            instruction: instruction.filter(|_| structured),
            structure: if structured && !seasons.is_empty() { Structure::Seasons(seasons) } else { Structure::Absent },
        })
        .boxed()
}

fn reason() -> BoxedStrategy<ChangeReason> {
    (code("1.2.246.537.6.600.2013", &["1", "5", "7", "8"]), text(), any::<bool>())
        .prop_map(|(code, text, says)| {
            let words = (says || code.code == ChangeReason::OTHER).then_some(text);
            ChangeReason::new(code, words).unwrap()
        })
        .boxed()
}

fn change(set_id: Oid) -> BoxedStrategy<Option<Change>> {
    let replaces = (reference(&["1", "3"]), Just(set_id)).prop_map(|(r, set_id)| DocumentReference { set_id, ..r });
    let by = || option::of(unit()).prop_flat_map(professional);
    let kind = proptest::sample::select(&["1", "2", "3", "4", "5", "9"]).prop_map(CancellationKind::from);
    let party = code("1.2.246.537.5.40102.2006", &["1", "2"]);
    let consent = option::of(proptest::sample::select(&["1", "4", "5", "8"]).prop_map(Consent::from));
    (replaces, by(), option::of(by()), reason(), (kind, party, consent), 0u8..3)
        .prop_map(|(replaces, by, canceller, reason, (kind, party, consent), type_)| match type_ {
            0 => None,
            1 => Some(Change::Correction(Correction { replaces, by, reason })),
            _ => Some(Change::Cancellation(Cancellation { replaces, by: canceller, reason, kind, party, consent })),
        })
        .boxed()
}

fn recording() -> BoxedStrategy<Recording> {
    let recorder = || option::of(unit()).prop_flat_map(professional);
    let kind = proptest::sample::select(&["1", "2", "3", "7"]).prop_map(StoredKind::from);
    let why = (code("1.2.246.537.5.40302.201501", &["1", "2", "3", "4"]), option::of(text()));
    prop_oneof![
        Just(Recording::ByPrescriber),
        recorder().prop_map(Recording::By),
        (recorder(), kind, why).prop_map(|(recorder, kind, (code, text))| {
            Recording::AtPharmacy(StoredByPharmacy { recorder, kind, reason: Explained { code, text } })
        }),
    ]
    .boxed()
}

fn answer() -> BoxedStrategy<Answer> {
    proptest::sample::select(&["K", "E", "X"]).prop_map(Answer::from).boxed()
}

fn biological() -> BoxedStrategy<Biological> {
    (answer(), option::of(answer()), option::of(text()), option::of(text()))
        .prop_map(|(is_biological, biosimilar, not_cheapest_because, group)| Biological {
            is_biological,
            biosimilar,
            not_cheapest_because,
            group,
        })
        .boxed()
}

fn special_report() -> BoxedStrategy<SpecialReport> {
    let code = option::of(code("1.2.246.537.6.850.202001", &["E003", "E005"]));
    (code, option::of(date()), option::of(text()))
        .prop_map(|(code, date, text)| SpecialReport { code, date, text })
        .prop_filter("it says something", |r| r.code.is_some() || r.date.is_some() || r.text.is_some())
        .boxed()
}

/// What a made-up prescription states of itself beside product and dosage.
#[derive(Debug, Clone)]
struct Frame {
    made: Prescription,
}

fn frame(shape: Shape) -> BoxedStrategy<Frame> {
    let prescriber = option::of(unit()).prop_flat_map(professional);
    let identity = (oid(), option::of(0u32..9)).prop_map(|(id, part)| MedicineIdentity { id, part });
    let who = (oid(), oid(), patient(), prescriber, recording());
    let when = (time(), time(), option::of(date()), option::of(oid()), option::of(reference(&["8"])));
    let disclosure = option::of(proptest::sample::select(&["1", "2", "3", "4", "9"]).prop_map(MinorDisclosure::from));
    let structured = shape == Shape::Structured;
    (who, when, disclosure, option::of(identity))
        .prop_flat_map(move |(who, when, minor_disclosure, identity)| {
            let (id, set_id, patient, prescriber, recording) = who;
            let (made_at, prescribed_at, valid_until, service_event, renews) = when;
            change(set_id.clone())
                .prop_filter("two documents", {
                    let id = id.clone();
                    move |change| match change {
                        Some(Change::Correction(c)) => c.replaces.id != id,
                        Some(Change::Cancellation(c)) => c.replaces.id != id,
                        _ => true,
                    }
                })
                .prop_map(move |change| {
                    let (document_type, set_id, version) = match &change {
                        None => (DocumentType::Prescription, id.clone(), 1),
                        Some(Change::Correction(_)) => (DocumentType::Correction, set_id.clone(), 2),
                        Some(_) => (DocumentType::Cancellation, set_id.clone(), 3),
                    };
                    Frame {
                        made: Prescription {
                            reference: DocumentReference { id: id.clone(), set_id, document_type },
                            version,
                            change,
                            made_at,
                            patient: patient.clone(),
                            minor_disclosure: minor_disclosure.clone(),
                            prescriber: prescriber.clone(),
                            recording: recording.clone(),
                            prescribed_at,
                            service_event: service_event.clone(),
                            valid_until,
                            renews: renews.clone(),
                            medicine: identity.clone().filter(|_| structured),
                            ..samples::iterated_diazepam()
                        },
                    }
                })
        })
        .boxed()
}

/// Parts that no program of today understands, in every element in which one can stand, and one of an old definition that
/// is known by name.
fn leftovers() -> BoxedStrategy<(Vec<UnknownPart>, Vec<Detail>)> {
    let observation = "<observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"999\" \
                       codeSystem=\"1.2.246.537.6.12.2002.126\" displayName=\"Uusi &amp; outo\"/>\
                       <value xsi:type=\"ST\">uutta</value></observation>";
    let part =
        |place: &str, text: &str, xml: String| UnknownPart { place: place.into(), text: text.into(), xml: Some(xml) };
    let field = |container: &str, wrapper: &str, end: &str| {
        part(&format!("{container}/999"), "Uusi & outo: uutta", format!("<{wrapper}>{observation}</{end}>"))
    };
    let parts = vec![
        field("entry", "entry", "entry"),
        field("4", "component", "component"),
        field("10", "component", "component"),
        field("32", "component", "component"),
        field("88", "component", "component"),
        field("83/supply", "entryRelationship typeCode=\"COMP\"", "entryRelationship"),
        part("83/priorityCode", "P", "<priorityCode code=\"P\"/>".into()),
        part("83/supply/expectedUseTime", "20261103", "<expectedUseTime value=\"20261103\"/>".into()),
    ];
    let declined = Detail {
        place: "88/123".into(),
        name: "Potilas kieltäytynyt potilasohjeen tulostamisesta".into(),
        text: "kyllä".into(),
        xml: Some(
            "<component><observation classCode=\"OBS\" moodCode=\"EVN\"><code code=\"123\" \
             codeSystem=\"1.2.246.537.6.12.2002.126\"/><value xsi:type=\"BL\" value=\"true\"/></observation></component>"
                .into(),
        ),
    };
    let parts = proptest::sample::subsequence(parts, 0..=8);
    (parts, proptest::sample::subsequence(vec![declined], 0..=1)).boxed()
}

/// A prescription, correction or cancellation of that shape.
pub fn prescription(shape: Shape) -> BoxedStrategy<Prescription> {
    let structured = shape == Shape::Structured;
    let iteration = (1u32..20, option::of(length()), option::of(word()))
        .prop_map(|(repeats, interval, text)| Iteration::new(repeats, interval, text).unwrap());
    let kind = (proptest::sample::select(&["1", "2", "3", "5"]), organisation(), any::<bool>());
    let known_by = (code("1.2.246.537.5.40109.2006", &["1", "2", "3", "9"]), option::of(text()))
        .prop_map(|(code, text)| Explained { code, text });
    let prohibition = option::of(reason()).prop_map(|reason| RenewalProhibition { reason });
    let care = proptest::collection::vec(code("1.2.246.537.5.40101.2006", &["S", "T", "M", "L"]), 1..3);
    let kg = (1i64..400).prop_map(|weight| PositiveAmount::new(Decimal::new(weight, 1), "kg").unwrap());
    let words = || option::of(text());
    (
        (frame(shape), product(), quantity(), option::of(iteration), dosage(shape), kind),
        (control(), option::of(known_by), words(), care, words(), words(), option::of(special_report())),
        (words(), any::<[bool; 5]>(), option::of(prohibition), words(), option::of(kg)),
        (option::of((0i64..90_000).prop_map(|fee| Decimal::new(fee, 2))), any::<[Option<bool>; 2]>()),
        (option::of(answer()), option::of(biological()), option::of(answer()), leftovers()),
    )
        .prop_map(move |(what, who, says, (fee, [fee_as_specialist, communicable_disease]), new)| {
            let (unknown, details) = new.3;
            let (frame, product, quantity, iteration, dosage, (kind, hospital, named)) = what;
            let (control, identification, purpose, care_types, employer, insurer, special_report) = who;
            let (message, [narcotic, no_substitution, permanent, doses, first], prohibited, doses_text, weight) = says;
            let kind = PrescriptionKind::from(kind);
            Prescription {
                hospital_pharmacy: (named && kind == PrescriptionKind::HospitalPharmacy).then_some(hospital),
                kind,
                product,
                quantity,
                iteration,
                dosage,
                control,
                narcotic,
                identification,
                purpose,
                care_types,
                employer,
                insurer,
                special_report,
                message_to_pharmacy: message,
                substitution_prohibited: no_substitution,
                renewal_prohibited: prohibited,
                permanent,
                dose_dispensing: doses,
                dose_dispensing_text: doses_text,
                first_use: first,
                weight,
                fee,
                fee_as_specialist,
                communicable_disease,
                monitored: new.0.filter(|_| structured),
                biological: new.1.filter(|_| structured),
                blood_product: new.2.filter(|_| structured),
                details,
                unknown,
                ..frame.made
            }
        })
        .boxed()
}
