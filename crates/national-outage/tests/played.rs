//! A small country's outage, played in each run of the tests: what the program does keeps the peace and loses nothing, and
//! what it does not do would be seen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use chrono::{DateTime, Duration, TimeZone, Utc};
use national_outage::{Light, Manner, Out, Outbox, Real, Report, Settings, run};

/// A seventh of the country, with a Centre that is as much smaller.
fn small(seed: u64) -> Report {
    let report = run(Settings { pharmacies: 116, real: 1, rate: 71, seed, ..Settings::default() }).unwrap();
    println!("seed {seed}\n{report}\n");
    report
}

#[test]
fn after_the_outage_all_is_reconciled_and_the_centre_was_not_stormed() {
    for seed in [1, 2] {
        let report = small(seed);
        assert!(report.is_reconciled(), "{report}");
        assert!(report.is_gentle(), "{report}");
        assert!(report.backlog > 10_000 && report.repeated > 0, "{report}");
        // At nine tenths of what the Centre can take, and half a minute in which it is noticed that it is back.
        assert!(report.last_in < report.backlog as f64 / (0.9 * 71.0) + 40.0, "{report}");
    }
}

/// The whole country: in no second more documents come than the Centre can store, nor more work of all kinds.
#[test]
fn the_whole_country_comes_back_and_no_second_is_above_the_centres_limit() {
    for seed in [1, 2] {
        let report = run(Settings { real: 0, seed, ..Settings::default() }).unwrap();
        println!("seed {seed}\n{report}\n");
        assert!(report.is_reconciled() && report.is_gentle(), "{report}");
        assert!(report.backlog > 90_000 && u64::from(report.peak_documents()) <= report.rate, "{report}");
        assert_eq!(
            report.coming_back.iter().map(|second| second.busy + second.searches_busy).sum::<u32>(),
            0,
            "{report}"
        );
    }
}

#[test]
fn without_a_shared_pace_the_centre_is_stormed() {
    // Smaller still: a storm is long to play.
    let of = |manner| {
        let settings =
            Settings { pharmacies: 40, real: 0, dispensations: 100, rate: 31, manner, ..Settings::default() };
        let report = run(settings).unwrap();
        println!("{manner:?}\n{report}\n");
        report
    };
    let (ours, storm) = (of(Manner::Ours), of(Manner::NoPace));
    assert!(ours.is_gentle() && ours.is_reconciled(), "{ours}");
    assert!(storm.is_reconciled() && !storm.is_gentle(), "nothing is lost, but:\n{storm}");
    assert!(storm.busy_share() > 0.1 && storm.tried_meanwhile > 5 * ours.tried_meanwhile, "{storm}");
}

#[test]
fn a_seed_repeats_the_day_exactly() {
    let of = |seed| {
        let settings = Settings { pharmacies: 10, real: 0, rate: 6, seed, ..Settings::default() };
        format!("{:?}", run(settings).unwrap())
    };
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

/// The stand-in against the record, by chance.
#[test]
fn the_stand_in_does_what_the_record_does() {
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut now: DateTime<Utc> = Utc.with_ymd_and_hms(2026, 11, 23, 9, 0, 0).unwrap();
    let (mut real, mut light) = (Real::new(now).unwrap(), Light::default());
    let (mut saved, mut out): (u64, Vec<Out>) = (0, vec![]);
    for step in 0..400 {
        now += Duration::seconds(i64::try_from(next(40)).unwrap());
        match next(4) {
            0 => {
                saved += 1;
                let prescription = next(saved) + 1;
                real.save(saved, prescription, now).unwrap();
                light.save(saved, prescription, now).unwrap();
            }
            1 => {
                let limit = usize::try_from(next(4)).unwrap();
                let due = real.due(now, limit).unwrap();
                assert_eq!(light.due(now, limit).unwrap(), due, "step {step}");
                out.extend(due);
            }
            2 if !out.is_empty() => {
                let one = out[usize::try_from(next(out.len() as u64)).unwrap()];
                let later = now + Duration::seconds(i64::try_from(next(90)).unwrap());
                real.failed(one, "answer-lost", later, now).unwrap();
                light.failed(one, "answer-lost", later, now).unwrap();
            }
            _ if !out.is_empty() => {
                let one = out[usize::try_from(next(out.len() as u64)).unwrap()];
                real.accepted(one.number, now).unwrap();
                light.accepted(one.number, now).unwrap();
            }
            _ => {}
        }
        let due = |at: Option<DateTime<Utc>>| at.map(|at| at.max(now));
        assert_eq!(due(light.next_due().unwrap()), due(real.next_due().unwrap()), "step {step}");
    }
    assert_eq!(light.reckon().unwrap(), real.reckon().unwrap());
    assert!(saved > 50);
}
