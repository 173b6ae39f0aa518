//! A few hundred schedules with each run of the tests, and that the simulation itself can be relied upon: a seed repeats, and
//! what is broken on purpose is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::ops::Range;
use std::path::Path;

use simulation::{Bug, Manner, Materials, Worker};

fn materials() -> Materials {
    Materials::in_folder(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("simulation-certificates")).unwrap()
}

/// Runs seeds with nothing broken: each that found something is named.
fn nothing_is_found(seeds: Range<u64>) {
    let (materials, mut worker) = (materials(), Worker::default());
    let mut hand_overs = 0;
    for seed in seeds {
        let outcome = worker.run(&materials, seed, Manner::default()).unwrap();
        assert!(outcome.violations.is_empty(), "seed {seed}: {:#?}", outcome.violations);
        hand_overs += outcome.hand_overs;
    }
    assert!(hand_overs > 0, "nothing was done, so nothing was shown");
}

/// Some seeds in each test, so that several run at once and none takes long.
macro_rules! seeds {
    ($($name:ident $seeds:expr;)*) => { $(#[test] fn $name() { nothing_is_found($seeds); })* };
}

seeds! {
    nothing_is_lost_twice_or_stuck_from_seed_0 0..30;
    nothing_is_lost_twice_or_stuck_from_seed_30 30..60;
    nothing_is_lost_twice_or_stuck_from_seed_60 60..90;
    nothing_is_lost_twice_or_stuck_from_seed_90 90..120;
    nothing_is_lost_twice_or_stuck_from_seed_120 120..150;
    nothing_is_lost_twice_or_stuck_from_seed_150 150..180;
    nothing_is_lost_twice_or_stuck_from_seed_180 180..210;
}

/// One seed in a thousand signs and verifies with real keys.
#[test]
fn nothing_is_lost_twice_or_stuck_with_real_keys() {
    nothing_is_found(999..1000);
}

#[test]
fn a_seed_repeats_to_the_last_step() {
    let materials = materials();
    let hash = |seed| Worker::default().run(&materials, seed, Manner::default()).unwrap().hash;
    let mut used = Worker::default();
    for seed in [3, 4, 5] {
        let mut again = || used.run(&materials, seed, Manner::default()).unwrap().hash;
        let (first, second, third) = (hash(seed), again(), again());
        assert_eq!(first, second, "seed {seed}, with disks that were used before");
        assert_eq!(second, third, "seed {seed}");
    }
    assert_ne!(hash(3), hash(4));
}

/// The checks by which a bug was found within so many seeds.
fn found(bug: Bug, seeds: u64) -> Vec<&'static str> {
    let (materials, mut worker) = (materials(), Worker::default());
    let manner = Manner { bug: Some(bug), ..Manner::default() };
    let mut outcomes = (0..seeds).map(|seed| worker.run(&materials, seed, manner).unwrap().violations);
    let first = outcomes.find(|violations| !violations.is_empty());
    first.unwrap_or_default().iter().map(|one| one.check).collect()
}

#[test]
fn a_projection_that_is_forgotten_is_found() {
    assert!(!found(Bug::ProjectionForgotten, 60).is_empty());
}

#[test]
fn a_forgotten_flush_is_found() {
    assert!(!found(Bug::FlushForgotten, 60).is_empty());
}

/// Bugs that lie as patches still fit the sources, or nobody can show any more that they are found.
#[test]
fn every_bug_that_is_a_patch_fits_the_sources() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = own.parent().unwrap().parent().unwrap();
    let mut fitting = 0;
    for entry in std::fs::read_dir(own.join("bugs")).unwrap() {
        let patch = entry.unwrap().path();
        let mut git = std::process::Command::new("git");
        let checked = git.args(["apply", "--check"]).arg(&patch).current_dir(root).output().unwrap();
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{}: {said}", patch.file_name().unwrap().to_string_lossy());
        fitting += 1;
    }
    assert!(fitting >= 10);
}
