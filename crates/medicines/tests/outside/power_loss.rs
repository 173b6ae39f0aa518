//! The power goes off in the middle of an import: the old edition is there whole, the new one whole or not at all.

use std::path::Path;

use fault_fs::{FaultFs, Plan, Survives};
use medicines::editions::{Editions, StoreError};

use crate::{import, made, version};

const FILE: &str = "medicines.db";

fn open(fs: &FaultFs) -> Result<Editions, StoreError> {
    Editions::open_in(Path::new(FILE), Some(&fs.name()))
}

#[test]
fn a_power_loss_in_the_middle_of_an_import_leaves_the_old_edition() {
    let (old, new) = (made(100, "2026.021", "2026-11-01"), made(100, "2026.022", "2026-11-15"));
    let fs = FaultFs::new();
    import(&mut open(&fs).unwrap(), &old).unwrap();
    fs.turn_off();
    fs.power_loss(Survives::Everything);
    let before = fs.image();
    for survives in [Survives::Nothing, Survives::AllButTornEnd, Survives::Some(11), Survives::Everything] {
        let (mut lost, mut operation) = (0, 0);
        loop {
            operation += 1;
            fs.load(&before);
            fs.plan(Plan { power_off_at: Some(operation), ..Plan::default() });
            let done = open(&fs)
                .map_err(|error| error.to_string())
                .and_then(|mut editions| import(&mut editions, &new).map_err(|error| error.to_string()));
            let is_through = !fs.is_off();
            fs.turn_off();
            fs.power_loss(survives);
            let when = format!("{survives:?} at operation {operation}");
            let editions = open(&fs).unwrap_or_else(|error| panic!("{when}: cannot be opened: {error}"));
            let there: Vec<String> = editions.all().unwrap().iter().map(|info| info.version.to_string()).collect();
            assert!(there == ["2026.021"] || there == ["2026.021", "2026.022"], "{when}: {there:?}");
            for name in &there {
                let edition = editions.load(version(name)).unwrap().unwrap();
                let named = |name: &str| edition.packages().iter().filter(|it| it.name.starts_with(name)).count();
                assert_eq!(named("Panacod") + named("Burana"), 7, "{when}: {name}");
            }
            assert!(done.is_err() || there.len() == 2, "{when}: said to be imported, and lost");
            lost += usize::from(there.len() == 1);
            drop(editions);
            if is_through {
                assert!(done.is_ok(), "{when}");
                break;
            }
        }
        assert!(lost > 5, "the power was hardly ever lost in the middle: {lost}");
    }
}
