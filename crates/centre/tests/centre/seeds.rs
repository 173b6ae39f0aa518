//! The artificial prescriptions of this project: they can be taken in, obey the rules that they are to obey, and break
//! those that they are to break.

use centre::seed::{SeedFile, Seeded, seed};
use centre::store::Store;
use prescription::{Remaining, SignatureTrust};

use crate::world::*;

fn files() -> Vec<SeedFile> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/prescriptions");
    ["patients.toml", "prescriptions.toml"]
        .map(|name| SeedFile::parse(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap())
        .into()
}

#[test]
fn the_seeds_are_taken_in_once_and_stay() {
    let world = World::new();
    let seeded = seed(&world.centre, &pki(), &files(), world.now).unwrap();
    assert_eq!(seeded.already, 0);
    let again = seed(&world.centre, &pki(), &files(), world.now).unwrap();
    assert_eq!(again, Seeded { documents: 0, already: 18 });
    let report = centre::verify::verify(world.centre.store()).unwrap();
    assert_eq!((report.prescriptions, report.faults), (18, vec![]));
}

#[test]
fn each_patient_has_what_the_demonstration_needs() {
    let mut world = World::new();
    seed(&world.centre, &pki(), &files(), world.now).unwrap();
    for set in world.centre.store().prescription_sets(None, 100).unwrap() {
        let chain = world.centre.store().chain(&set).unwrap().unwrap();
        assert_eq!(chain.signature, SignatureTrust::Trusted, "{set}");
        // DI-7e holds of the past, too.
        let mut before = vec![];
        for dispensation in &chain.dispensations {
            before.push(dispensation.clone());
            let rest = prescription::remaining(&chain.prescription, &before);
            assert!(rest.agrees_with(&dispensation.remaining), "{set}");
            assert_eq!(rest.is_over(), dispensation.fully_dispensed, "{set}");
        }
        for document in world.centre.store().documents_of(&set).unwrap() {
            assert_eq!(cda::header_body_mismatches(&document.bytes).unwrap(), [], "{}", document.id);
        }
    }

    let found = |code: &str| world.search(&[code]).unwrap().prescriptions;
    assert_eq!(found(AINO).len(), 3);
    assert!(found(AINO)[2].expired);
    let pekka = found("051275-933B");
    assert_eq!(pekka[3].dispense_status, kanta::metadata::DispenseStatus::Fully);
    assert_eq!(pekka[1].state.reserved_by.as_ref().unwrap().as_str(), LAHDE);
    let maria = found("120348-912Y");
    assert_eq!(maria[1].quantity_form.as_deref(), Some("9"));
    assert_eq!(maria[0].state.locked_by.as_ref().unwrap().as_str(), LAHDE);
    assert_eq!(maria[2].remaining_text.as_deref(), Some("2X100 fol"));
    assert_eq!(found("300662-9583").len(), 3);

    let set = |number: u32| {
        let year = world.now.format("%Y");
        world.centre.store().chain(&oid(&format!("1.2.246.10.99999903.93.{year}.{number}"))).unwrap()
    };
    if let Some(amlodipine) = set(1001) {
        // A package of 100 of the prescribed 98 counts as one (DI-7c).
        let mut lot = world.lot(&amlodipine.prescription, &[], 100);
        lot.part_package = false;
        lot.package_text = None;
        prescription::rules::samples::restate(&amlodipine.prescription, &[], &mut lot);
        assert_eq!(lot.remaining.shown(), "2X98 fol");
        accepted(world.send(&lot));
        let chain = set_of(&world, &lot.prescription.set_id);
        assert!(matches!(chain.remaining(), Remaining::Units { .. }));
    }
}

fn set_of(world: &World<centre::store::MemoryStore>, set: &prescription::Oid) -> centre::Chain {
    world.centre.store().chain(set).unwrap().unwrap()
}
