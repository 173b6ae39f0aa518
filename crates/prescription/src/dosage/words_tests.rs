//! Dosages in words: what a pharmacist would write on a label, in three languages.

use chrono::{NaiveTime, Timelike};
use proptest::prelude::*;

use super::*;
use crate::Unit;
use crate::wording::number;

const LANGUAGES: [Language; 3] = [Language::Fi, Language::Sv, Language::En];

fn code(code: &str, name: &str) -> Code {
    let name = (!name.is_empty()).then(|| name.to_owned());
    Code { code: code.into(), system: "1.2.246.537.6.138.202001".into(), name }
}

fn units(low: &str, high: &str, unit: Code) -> DoseAmount {
    let end = |text: &str| text.parse::<Decimal>().unwrap();
    DoseAmount::Units { range: Range::between(end(low), end(high)).unwrap(), unit }
}

fn tablets(low: &str, high: &str) -> Dose {
    Dose {
        id: None,
        amount: units(low, high, code("18", "tabletti")),
        as_needed: None,
        time_of_day: None,
        clock: None,
        day: None,
    }
}

fn at(dose: Dose, part: &str) -> Dose {
    Dose { time_of_day: Some(code(if part == "aamu" { "a" } else { "?" }, part)), ..dose }
}

fn on(dose: Dose, weekday: &str) -> Dose {
    Dose { day: Some(code(if weekday == "maanantai" { "ma" } else { "?" }, weekday)), ..dose }
}

fn season_of(doses: Vec<Dose>, period: Option<(u32, u32, TimeUnit)>) -> Season {
    Season {
        id: None,
        bounds: Bounds::new(None, End::Open).unwrap(),
        pauses: vec![],
        as_needed: None,
        period: period.map(|(low, high, unit)| Span::between(low, high, unit).unwrap()),
        doses,
    }
}

fn march(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
}

/// The sentence in the three languages, if it is sure.
fn said(one: &Season) -> [String; 3] {
    LANGUAGES.map(|language| {
        let line = season(one, language);
        assert!(line.sure, "{line:?}");
        line.text
    })
}

const DAY: Option<(u32, u32, TimeUnit)> = Some((1, 1, TimeUnit::Day));

#[test]
fn a_course_with_a_pause_is_said_as_on_a_label() {
    let mut course = season_of(vec![at(tablets("1", "2"), "aamu"), at(tablets("1", "2"), "ilta")], DAY);
    course.bounds = Bounds::new(None, End::After(Span::exactly(7, TimeUnit::Day).unwrap())).unwrap();
    course.pauses = vec![Pause::new(march(1), Some(march(7))).unwrap()];
    assert_eq!(
        said(&course),
        [
            "1–2 tablettia aamulla ja illalla päivittäin, 7 päivän ajan; tauko 1.3.–7.3.2026.",
            "1–2 tabletter på morgonen och på kvällen dagligen, i 7 dagar; paus 1.3.–7.3.2026.",
            "1–2 tablets in the morning and in the evening daily, for 7 days; pause 1 March – 7 March 2026.",
        ]
    );
}

#[test]
fn doses_without_a_time_are_counted() {
    let injected = Dose { amount: units("8000", "8000", code("39", "yksikkö")), ..tablets("1", "1") };
    assert_eq!(
        said(&season_of(vec![injected.clone(), injected], DAY)),
        ["8000 yksikköä 2 kertaa päivässä.", "8000 enheter 2 gånger om dagen.", "8000 units twice a day."]
    );
    assert_eq!(
        said(&season_of(vec![tablets("1", "1")], Some((3, 4, TimeUnit::Day)))),
        ["1 tabletti joka 3.–4. päivä.", "1 tablett var 3:e–4:e dag.", "1 tablet every 3–4 days."]
    );
    assert_eq!(
        said(&season_of(vec![tablets("1", "1")], Some((2, 2, TimeUnit::Week)))),
        ["1 tabletti joka 2. viikko.", "1 tablett var 2:a vecka.", "1 tablet every 2 weeks."]
    );
    assert_eq!(
        said(&season_of(vec![tablets("1", "1"), tablets("1", "1")], Some((3, 3, TimeUnit::Day)))),
        ["1 tabletti 2 kertaa 3 päivän aikana.", "1 tablett 2 gånger på 3 dagar.", "1 tablet twice in 3 days."]
    );
}

#[test]
fn amounts_that_differ_through_the_day_are_told_one_by_one() {
    let doses = vec![at(tablets("2", "2"), "aamu"), at(tablets("1", "1"), "ilta")];
    assert_eq!(
        said(&season_of(doses, DAY)),
        [
            "2 tablettia aamulla ja 1 tabletti illalla päivittäin.",
            "2 tabletter på morgonen och 1 tablett på kvällen dagligen.",
            "2 tablets in the morning and 1 tablet in the evening daily.",
        ]
    );
    let clock = Dose { clock: NaiveTime::from_hms_opt(8, 0, 0), ..tablets("0.5", "0.5") };
    assert_eq!(
        said(&season_of(vec![clock], DAY)),
        ["0,5 tablettia klo 8.00 päivittäin.", "0,5 tablett kl. 8.00 dagligen.", "0.5 tablets at 8:00 daily."]
    );
}

#[test]
fn days_of_the_week_are_said_within_a_week() {
    let doses = vec![on(at(tablets("1", "1"), "aamu"), "maanantai"), on(at(tablets("1", "1"), "aamu"), "torstai")];
    assert_eq!(
        said(&season_of(doses.clone(), Some((7, 7, TimeUnit::Day)))),
        [
            "1 tabletti maanantaisin ja torstaisin aamulla.",
            "1 tablett på måndagar och på torsdagar på morgonen.",
            "1 tablet on Mondays and on Thursdays in the morning.",
        ]
    );
    // Which Monday of a fortnight is not said.
    let fortnight = season(&season_of(doses, Some((14, 14, TimeUnit::Day))), Language::Fi);
    assert!(!fortnight.sure && fortnight.text.contains("[annosjakson päivä: maanantai (ma)]"), "{fortnight:?}");
    assert!(fortnight.text.contains("14 päivän") || fortnight.text.contains("joka 14."), "{fortnight:?}");
}

#[test]
fn as_needed_is_said_of_what_it_is_stated_of() {
    // As in Kela's example: the season is as needed, and its dose says no.
    let dose = Dose { as_needed: Some(false), ..tablets("1", "2") };
    let mut whole = season_of(vec![dose], Some((3, 4, TimeUnit::Day)));
    whole.as_needed = Some(true);
    assert_eq!(
        said(&whole),
        [
            "Tarvittaessa 1–2 tablettia joka 3.–4. päivä.",
            "Vid behov 1–2 tabletter var 3:e–4:e dag.",
            "When needed 1–2 tablets every 3–4 days.",
        ]
    );
    let evening = Dose { as_needed: Some(true), ..at(tablets("1", "1"), "ilta") };
    assert_eq!(
        said(&season_of(vec![at(tablets("1", "1"), "aamu"), evening], DAY))[0],
        "1 tabletti aamulla ja tarvittaessa 1 tabletti illalla päivittäin."
    );
}

#[test]
fn a_season_begins_and_ends_on_days() {
    let mut one = season_of(vec![tablets("1", "1")], DAY);
    let mut bounded = |start, end| {
        one.bounds = Bounds::new(start, end).unwrap();
        said(&one).map(|text| text.split_once(", ").unwrap().1.to_owned())
    };
    let next_year = NaiveDate::from_ymd_opt(2027, 1, 2).unwrap();
    assert_eq!(
        bounded(Some(march(1)), End::Open),
        ["1.3.2026 alkaen.", "från och med 1.3.2026.", "from 1 March 2026."]
    );
    assert_eq!(
        bounded(None, End::On(march(7))),
        ["7.3.2026 asti.", "till och med 7.3.2026.", "up to and including 7 March 2026."]
    );
    assert_eq!(
        bounded(Some(march(1)), End::On(next_year)),
        ["1.3.2026–2.1.2027.", "1.3.2026–2.1.2027.", "1 March 2026 – 2 January 2027."]
    );
    let length = End::After(Span::between(5, 7, TimeUnit::Day).unwrap());
    assert_eq!(
        bounded(Some(march(1)), length),
        ["5–7 päivän ajan 1.3.2026 alkaen.", "i 5–7 dagar från och med 1.3.2026.", "for 5–7 days from 1 March 2026."]
    );
}

#[test]
fn what_is_not_known_is_shown_as_the_document_has_it_and_never_guessed() {
    let with = |unit: Code| season_of(vec![Dose { amount: units("2", "2", unit), ..tablets("1", "1") }], DAY);
    // A unit that this program cannot decline: the number and the name say all.
    assert_eq!(said(&with(code("77", "Nikotiinikumi")))[0], "2 × Nikotiinikumi kerran päivässä.");
    for unsure in [code("77", ""), code("18", "kapseli")] {
        let line = season(&with(unsure), Language::Fi);
        assert!(!line.sure && line.text.contains("2 × [annosyksikkö: "), "{line:?}");
    }
    let strange = season(&season_of(vec![at(tablets("1", "1"), "aamupalalla")], DAY), Language::Sv);
    assert!(!strange.sure && strange.text.contains("[tid på dygnet: aamupalalla (?)]"), "{strange:?}");
    for silent in [season_of(vec![], DAY), season_of(vec![tablets("1", "1"), tablets("1", "1")], None)] {
        assert!(!season(&silent, Language::En).sure);
    }
    assert!(structure(&Structure::Unclear, Language::En).iter().all(|line| !line.sure));
    assert_eq!(structure(&Structure::Absent, Language::En), []);
}

fn some_code(names: &'static [&'static str]) -> impl Strategy<Value = Code> {
    let name = prop_oneof![
        proptest::sample::select(names).prop_map(str::to_owned),
        "\\PC{0,12}".prop_map(|text| text.replace(|c: char| c.is_ascii_digit(), "x")),
    ];
    let codes = proptest::sample::select(&["18", "39", "a", "ma", "zz"][..]);
    (codes, name).prop_map(|(known, name)| code(known, &name))
}

fn some_dose() -> impl Strategy<Value = Dose> {
    let amount = (0u32..100_000, 1u32..1000, 0u32..3, any::<bool>(), some_code(&["tabletti", "kapseli", "tippa"]));
    let amount = amount.prop_map(|(low, more, scale, in_units, unit)| {
        let range = Range::between(Decimal::new(low.into(), scale), Decimal::new((low + more).into(), scale)).unwrap();
        match in_units {
            true => DoseAmount::Units { range, unit },
            false => DoseAmount::Physical { range, unit: Unit::new("mg") },
        }
    });
    let part = proptest::option::of(some_code(&["aamu", "ilta"]));
    let clock = proptest::option::of((0u32..24, 0u32..60));
    let day = proptest::option::of(some_code(&["maanantai", "torstai"]));
    (amount, proptest::option::of(any::<bool>()), part, clock, day).prop_map(|(amount, as_needed, part, clock, day)| {
        let clock = clock.and_then(|(h, m)| NaiveTime::from_hms_opt(h, m, 0));
        Dose { id: None, amount, as_needed, time_of_day: part, clock, day }
    })
}

fn some_span() -> impl Strategy<Value = Span> {
    let unit = proptest::sample::select(&[TimeUnit::Day, TimeUnit::Week, TimeUnit::Month, TimeUnit::Year][..]);
    (1u32..40, 0u32..9, unit).prop_map(|(low, more, unit)| Span::between(low, low + more, unit).unwrap())
}

proptest! {
    /// Every number that a dosage states stands in its words, in every language.
    #[test]
    fn words_of_a_dosage_never_lose_a_number(
        doses in proptest::collection::vec(some_dose(), 0..5),
        period in proptest::option::of(some_span()),
        length in some_span(),
        pause in (1u32..20, 0u32..10),
        needed in proptest::option::of(any::<bool>()),
    ) {
        let mut one = season_of(doses, None);
        one.period = period;
        one.bounds = Bounds::new(Some(march(1)), End::After(length)).unwrap();
        one.pauses = vec![Pause::new(march(pause.0), Some(march(pause.0 + pause.1))).unwrap()];
        one.as_needed = needed;
        for language in LANGUAGES {
            let line = season(&one, language);
            let has = |number: &str| line.text.split(|c: char| !c.is_ascii_digit() && !",.:\u{a0}".contains(c))
                .any(|word| word.trim_matches(['.', ',', ':']) == number);
            for dose in &one.doses {
                let (DoseAmount::Units { range, .. } | DoseAmount::Physical { range, .. }) = &dose.amount;
                for end in [range.low(), range.high()] {
                    prop_assert!(has(&number(end, language)), "{end} in {line:?}");
                }
                if let Some(clock) = dose.clock {
                    let mark = if language == Language::En { ':' } else { '.' };
                    let clock = format!("{}{mark}{:02}", clock.hour(), clock.minute());
                    prop_assert!(line.text.contains(&clock), "{clock} in {line:?}");
                }
            }
            prop_assert!(has(&length.high().to_string()) && has(&length.low().to_string()), "{line:?}");
            prop_assert!(line.text.contains(&days(march(pause.0), march(pause.0 + pause.1), language)), "{line:?}");
            // A day, a week of named days and "every month" are said without a number.
            if let Some(period) = period.filter(|period| period.high() > 1 && period.exact().and_then(|l| l.in_days()) != Some(7)) {
                let ordinal = |n: u32| [format!("{n}"), format!("{n}:e"), format!("{n}:a")];
                let told = ordinal(period.high()).iter().any(|form| line.text.contains(form));
                prop_assert!(told, "{period:?} in {line:?}");
            }
        }
    }

    /// Every unit, part of the day, clock time and day that a dosage states stands in its words, in every language: as its
    /// term, or as the document names it.
    #[test]
    fn words_of_a_dosage_never_lose_a_unit_a_time_or_a_day(
        doses in proptest::collection::vec(some_dose(), 1..5),
        period in proptest::option::of(some_span()),
        needed in proptest::option::of(any::<bool>()),
    ) {
        let mut one = season_of(doses, None);
        one.period = period;
        one.as_needed = needed;
        for language in LANGUAGES {
            let text = season(&one, language).text.to_lowercase();
            let says = |code: &Code, meaning: Meaning| match meaning {
                Meaning::Known(term) => [term.one(language), term.many(language)].iter().any(|form| {
                    !form.is_empty() && text.contains(&form.to_lowercase())
                }) || text.contains(&shown(code).to_lowercase()),
                Meaning::Named(name) => text.contains(&name.to_lowercase()),
                Meaning::Unsure => text.contains(&shown(code).to_lowercase()),
            };
            for dose in &one.doses {
                match &dose.amount {
                    DoseAmount::Units { unit, .. } => prop_assert!(says(unit, terms::unit(unit)), "{unit:?} in {text}"),
                    DoseAmount::Physical { unit, .. } => prop_assert!(text.contains(unit.as_str()), "{unit} in {text}"),
                }
                if let Some(part) = &dose.time_of_day {
                    prop_assert!(says(part, terms::time_of_day(part)), "{part:?} in {text}");
                }
                if let Some(day) = &dose.day {
                    prop_assert!(says(day, terms::weekday(day)), "{day:?} in {text}");
                }
                if let Some(at) = dose.clock {
                    prop_assert!(text.contains(&clock(at, language).to_lowercase()), "{at} in {text}");
                }
            }
            // As needed is never lost, nor said of a season in which nothing is.
            let is_needed = needed == Some(true) || one.doses.iter().any(|dose| dose.as_needed == Some(true));
            prop_assert_eq!(text.contains(WHEN_NEEDED.in_language(language)), is_needed, "{}", text);
        }
    }
}
