//! Editions from outside: files of Kela's and Fimea's forms, taken in, refused, and read again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests stop loudly

mod bad_input;
mod editions;
mod power_loss;

use chrono::{DateTime, Utc};
use medicines::artificial::{Artificial, Recipe};
use medicines::editions::{Editions, ImportError, Outcome, Policy, VersionId};
use medicines::import::kela::KelaNames;
use medicines::{Edition, Shelf};
use prescription::Vnr;

/// Enough for every substance and every file, and small enough to be made again for each test.
const PACKAGES: usize = 400;

fn names() -> KelaNames {
    KelaNames::built_in().unwrap()
}

fn version(text: &str) -> VersionId {
    VersionId::parse(text).unwrap()
}

fn vnr(text: &str) -> Vnr {
    Vnr::parse(text).unwrap()
}

/// How many packages a text finds in an edition.
fn found(edition: Edition, text: &str) -> usize {
    Shelf::of(edition).unwrap().find(text, 50, &|_| None).len()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn made(packages: usize, of: &str, day: &str) -> Artificial {
    let recipe = Recipe { seed: 7, packages, version: version(of), in_force: day.parse().unwrap() };
    Artificial::make(&recipe, &names())
}

/// With Fimea's register as XML.
fn made_with_xml(packages: usize, of: &str, day: &str) -> Artificial {
    let recipe = Recipe { seed: 7, packages, version: version(of), in_force: day.parse().unwrap() };
    Artificial::make_with_xml(&recipe, &names())
}

fn import(editions: &mut Editions, files: &Artificial) -> Result<Outcome, ImportError> {
    editions.import(files.sources(), &names(), &Policy::default(), at("2026-11-10T12:00:00Z"))
}

/// A store in a folder that goes away with it.
fn store() -> (tempfile::TempDir, Editions) {
    let folder = tempfile::tempdir().unwrap();
    let editions = Editions::open(&folder.path().join("medicines.db")).unwrap();
    (folder, editions)
}
