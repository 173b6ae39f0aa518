//! An artificial Pharmaceutical Database in the very forms of Kela and Fimea, made by a seed: real substances and the few
//! packages of fixtures/medicines/fimea, invented companies, invented products with numbers that no medicine has, and
//! invented prices. For tests, measures and demonstrations.

mod files;
mod products;
mod source;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;

use crate::editions::{Sources, VersionId};
use crate::import::File;
use crate::import::kela::KelaNames;

pub use products::FIRST_NUMBER;

/// What to make.
#[derive(Debug, Clone, Copy)]
pub struct Recipe {
    /// Another seed, other prices; the same seed, the same bytes.
    pub seed: u64,
    /// How many packages.
    pub packages: usize,
    /// Name of the edition.
    pub version: VersionId,
    /// Its day.
    pub in_force: NaiveDate,
}

/// The files of an artificial edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artificial {
    files: BTreeMap<File, Vec<u8>>,
}

impl Artificial {
    /// Makes it.
    pub fn make(recipe: &Recipe, names: &KelaNames) -> Self {
        Self { files: files::all(recipe, names) }
    }

    /// The bytes of a file.
    pub fn file(&self, file: File) -> &[u8] {
        self.files.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Makes it with Fimea's register as XML, in the place of packages and substances as text.
    pub fn make_with_xml(recipe: &Recipe, names: &KelaNames) -> Self {
        let mut made = Self::make(recipe, names);
        made.replace(File::Register, files::register(recipe).into_bytes());
        made
    }

    /// Puts other bytes in the place of a file; the register as XML in the place of its text files.
    pub fn replace(&mut self, file: File, bytes: Vec<u8>) {
        if file == File::Register {
            for text in [File::Packages, File::PermitPackages, File::Substances] {
                self.files.remove(&text);
            }
        }
        self.files.insert(file, bytes);
    }

    /// Takes a file away.
    pub fn remove(&mut self, file: File) {
        self.files.remove(&file);
    }

    /// To import.
    pub fn sources(&self) -> Sources<'_> {
        self.files.iter().fold(Sources::new(), |sources, (file, bytes)| sources.with(*file, bytes.as_slice()))
    }

    /// Writes every file into a folder.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        self.files.iter().try_for_each(|(file, bytes)| std::fs::write(folder.join(file.name()), bytes))
    }
}
