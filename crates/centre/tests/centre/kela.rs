//! The story of Kela's own sample, LM1: 21 fol of a psychotropic PKV medicine, three repeats seven days apart.

use cda::{Content, Reissue};
use centre::store::{MemoryStore, Store};
use chrono::{Duration, NaiveDateTime};
use prescription::{Prescription, SignatureTrust, time};
use test_authority::who;

use crate::world::*;

type W = World<MemoryStore>;

const LM1: &str = "LM1_pkvlaake_iteroitu_pienempi_pakkaus.xml";

/// LM1 as a prescription of that moment, for Aino, by Lauri.
fn reissued(world: &W, lm1: &[u8], prescribed_at: NaiveDateTime) -> Prescription {
    let patient = world.prescribed(|_| {}).patient;
    let reissue = Reissue {
        id: oid("1.2.246.10.99999903.93.2026.5001"),
        prescribed_at,
        patient,
        prescriber: professional(who::LAURI_PRESCRIBER),
    };
    let mut key = pki().professional(who::LAURI_PRESCRIBER).unwrap();
    let loaded = world.centre.reissue(lm1, &reissue, &mut key, world.now).unwrap();
    assert_eq!(loaded.trust, SignatureTrust::Trusted);
    held(world, &loaded.id)
}

fn held(world: &W, id: &prescription::Oid) -> Prescription {
    let stored = world.centre.store().document(id).unwrap().unwrap();
    match cda::read(&stored.bytes).unwrap().content {
        Content::Prescription(prescription) => *prescription,
        other => panic!("{other:?}"),
    }
}

#[test]
fn lm1_reissued_is_dispensed_in_four_lots_on_their_days_and_a_fifth_is_refused() {
    let Some(lm1) = kela_document(LM1) else { return };
    let mut world = W::new();
    let prescription = reissued(&world, &lm1, time::finnish(world.now - Duration::hours(1)));
    let mut history = vec![];

    // DI-7d: a larger package than was prescribed.
    let larger = world.lot(&prescription, &[], 30);
    assert_eq!(rules(&world.send(&larger)), ["DI-7d"]);

    for remains in ["3X21 fol", "2X21 fol", "1X21 fol", "0 fol"] {
        let lot = world.lot(&prescription, &history, 21);
        assert_eq!(lot.remaining.shown(), remains);
        accepted(world.send(&lot));
        history.push(lot);
        assert_eq!(world.search(&[AINO]).unwrap().prescriptions[0].remaining_text.as_deref(), Some(remains));
        if history.len() < 4 {
            // DI-7b: two days later is too early.
            world.days_pass(2);
            let early = world.lot(&prescription, &history, 21);
            assert_eq!(rules(&world.send(&early)), ["DI-7b"]);
            world.days_pass(5);
        }
    }
    assert!(history[3].fully_dispensed);

    // LC-1: a fifth lot, by the name of its rule.
    world.days_pass(7);
    let fifth = world.lot(&prescription, &history, 21);
    assert_eq!(rules(&world.send(&fifth)), ["LC-1", "DI-7e"]);
    assert_eq!(world.dispensations(), 4);
    assert!(centre::verify::verify(world.centre.store()).unwrap().is_sound());
}

#[test]
fn lm1_as_it_is_is_held_unsigned_and_refused_for_that_and_as_expired() {
    let Some(lm1) = kela_document(LM1) else { return };
    let mut world = W::new();
    let loaded = world.centre.load(&lm1, world.now).unwrap();
    assert_eq!(loaded.trust, SignatureTrust::Unsigned);
    let prescription = held(&world, &loaded.id);
    let lot = world.lot(&prescription, &[], 21);
    assert_eq!(rules(&world.send(&lot)), ["SI-1", "LC-5"]);
    let found = world.search(&[prescription.patient.identity_code.as_ref().unwrap().reveal()]).unwrap();
    assert_eq!(found.prescriptions[0].signature, SignatureTrust::Unsigned);
    assert!(found.prescriptions[0].expired);
    assert!(world.centre.load(&lm1, world.now).unwrap().already);
}

#[test]
fn lm1_signed_with_the_dates_that_kela_wrote_is_refused_as_expired() {
    let Some(lm1) = kela_document(LM1) else { return };
    let mut world = W::new();
    let prescription = reissued(&world, &lm1, "2014-04-24T09:23:57".parse().unwrap());
    let lot = world.lot(&prescription, &[], 21);
    assert_eq!(rules(&world.send(&lot)), ["LC-5"]);
}

#[test]
fn lm1_reissued_twenty_days_ago_is_dispensable_a_hundred_days_later() {
    let Some(lm1) = kela_document(LM1) else { return };
    let mut world = W::new();
    let prescription = reissued(&world, &lm1, time::finnish(world.now - Duration::days(20)));
    world.days_pass(100);
    let lot = world.lot(&prescription, &[], 21);
    accepted(world.send(&lot));
}

#[test]
fn every_prescription_of_kelas_is_held_or_refused_by_name() {
    let Some(_) = kela_document(LM1) else { return };
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"),
        std::path::PathBuf::from,
    );
    let world = W::new();
    let mut held = 0;
    let mut refused = std::collections::BTreeMap::<&str, usize>::new();
    let mut folders = vec![folder.join("documents")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "xml") {
                match world.centre.load(&std::fs::read(&path).unwrap(), world.now) {
                    Ok(_) => held += 1,
                    Err(error) => *refused.entry(error.code()).or_default() += 1,
                }
            }
        }
    }
    println!("{held} held, refused: {refused:?}");
    assert!(held > 10, "{refused:?}");
    let report = centre::verify::verify(world.centre.store()).unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}
