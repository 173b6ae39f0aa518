//! The Pharmaceutical Database (Lääketietokanta) at the counter: packages, and which of them may be given for a
//! prescription.
//!
//! An edition comes from one JSON file, of which an artificial one of this project's own making is built in, or out of the
//! store of imported editions ([`editions`]): Kela's and Fimea's own files, read by [`import`].

#[cfg(feature = "artificial")]
pub mod artificial;
pub mod attribution;
pub mod editions;
pub mod import;
mod in_force;
mod package;
pub mod search;

use std::collections::HashMap;

use chrono::NaiveDate;
use prescription::{Prescription, Vnr};
use serde::Deserialize;

pub use in_force::{InForce, Shelf};
pub use package::{ExchangeFacts, FormWords, Package, Short};

/// The artificial database that is built in.
pub const ARTIFICIAL: &str = include_str!("../../../fixtures/medicines/packages.json");

/// Code system of ATC codes.
pub const ATC_SYSTEM: &str = "1.2.246.537.6.32";

/// An edition holds at most this many packages; Finland's has about 20,000.
pub const MOST_PACKAGES: usize = 200_000;

/// Why an edition could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// Not the JSON that an edition is.
    #[error("the medicines file cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Two packages with one number.
    #[error("the medicines file has two packages with one number")]
    DoubleNumber,
    /// More packages than there can be, or none.
    #[error("the medicines file has {0} packages")]
    Size(usize),
}

impl EditionError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "medicines-unreadable",
            Self::DoubleNumber => "medicines-double-number",
            Self::Size(_) => "medicines-size",
        }
    }
}

/// One edition of the database.
#[derive(Debug, Clone)]
pub struct Edition {
    name: String,
    published: Option<NaiveDate>,
    packages: Vec<Package>,
    by_vnr: HashMap<Vnr, usize>,
    atc_names: HashMap<String, Vec<String>>,
}

impl Edition {
    /// Reads an edition.
    pub fn parse(json: &str) -> Result<Self, EditionError> {
        #[derive(Deserialize)]
        struct File {
            edition: String,
            #[serde(default)]
            published: Option<NaiveDate>,
            packages: Vec<Package>,
        }
        let File { edition, published, packages } = serde_json::from_str(json)?;
        Self::from_packages(edition, published, packages)
    }

    /// An edition of these packages.
    pub fn from_packages(
        name: String,
        published: Option<NaiveDate>,
        packages: Vec<Package>,
    ) -> Result<Self, EditionError> {
        if packages.is_empty() || packages.len() > MOST_PACKAGES {
            return Err(EditionError::Size(packages.len()));
        }
        let by_vnr: HashMap<_, _> = packages.iter().enumerate().map(|(i, p)| (p.vnr.clone(), i)).collect();
        if by_vnr.len() != packages.len() {
            return Err(EditionError::DoubleNumber);
        }
        Ok(Self { name, published, packages, by_vnr, atc_names: HashMap::new() })
    }

    /// No edition: nothing can be chosen, and everything else still works.
    pub fn none() -> Self {
        Self {
            name: String::new(),
            published: None,
            packages: Vec::new(),
            by_vnr: HashMap::new(),
            atc_names: HashMap::new(),
        }
    }

    /// The day on which it was published, where the file says so.
    pub fn published(&self) -> Option<NaiveDate> {
        self.published
    }

    /// "2026.022".
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All packages, as the search is built over.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The same edition with more names of ATC codes, by code.
    #[must_use]
    pub fn with_atc_names(mut self, names: HashMap<String, Vec<String>>) -> Self {
        self.atc_names = names;
        self
    }

    /// Names of ATC codes beside those that the packages bear, by code.
    pub fn atc_names(&self) -> &HashMap<String, Vec<String>> {
        &self.atc_names
    }

    /// The package of a number.
    pub fn package(&self, vnr: &Vnr) -> Option<&Package> {
        self.by_vnr.get(vnr).and_then(|&i| self.packages.get(i))
    }

    /// The packages that may be given for a prescription: the prescribed product's own first, smallest price first
    /// within each. A product that the database does not know, and one that is made in the pharmacy, has none.
    pub fn choices(&self, prescription: &Prescription) -> Vec<&Package> {
        let wanted = &prescription.product;
        let prescribed = wanted.vnr().and_then(|vnr| self.package(vnr));
        let group = prescribed.and_then(|p| p.group.as_deref());
        let same_medicine = |p: &Package| {
            wanted.atc().is_some_and(|atc| atc.code == p.atc)
                && wanted.strength.as_deref().is_none_or(|s| alike(s, &p.strength))
        };
        let mut choices: Vec<&Package> = self
            .packages
            .iter()
            .filter(|p| match group {
                Some(group) => p.group.as_deref() == Some(group),
                None => same_medicine(p),
            })
            .collect();
        choices.sort_by_key(|p| {
            (!alike(&p.name, wanted.name()), Some(&p.vnr) != wanted.vnr(), p.price.is_none(), p.price)
        });
        choices
    }

    /// What may be given beside the choices where a pharmacist deviates from the prescription (Medicines Act 57 f): packages of
    /// the same substance and strength in the same unit, whatever their form and group. Another strength is none of them:
    /// how what remains of the prescription is counted then has not been read. In the order of [`Edition::choices`].
    pub fn deviating(&self, prescription: &Prescription) -> Vec<&Package> {
        let choices = self.choices(prescription);
        let wanted = &prescription.product;
        let prescribed = wanted.vnr().and_then(|vnr| self.package(vnr)).or_else(|| choices.first().copied());
        let strength = wanted.strength.as_deref().or_else(|| prescribed.map(|package| package.strength.as_str()));
        let (Some(atc), Some(strength), Some(like)) = (wanted.atc(), strength, prescribed) else { return vec![] };
        let same = |p: &&Package| p.atc == atc.code && alike(&p.strength, strength) && p.unit == like.unit;
        let mut others: Vec<&Package> =
            self.packages.iter().filter(same).filter(|p| !choices.iter().any(|choice| choice.vnr == p.vnr)).collect();
        others.sort_by_key(|p| (p.form != like.form, p.price.is_none(), p.price));
        others
    }
}

fn alike(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition() -> Edition {
        Edition::parse(ARTIFICIAL).unwrap()
    }

    #[test]
    fn the_prescribed_package_comes_first_and_other_strengths_never() {
        let prescription = prescription::rules::samples::iterated_diazepam();
        let edition = edition();
        let choices = edition.choices(&prescription);
        assert_eq!(choices[0].vnr.as_str(), "469452");
        assert!(choices.iter().all(|p| p.strength == "10 mg"), "another strength among the choices");
        assert!(choices.iter().any(|p| p.name == "MEDIPAM"));
    }

    #[test]
    fn a_broken_file_is_refused() {
        assert_eq!(Edition::parse("{").unwrap_err().code(), "medicines-unreadable");
        assert_eq!(Edition::parse(r#"{"edition":"x","packages":[]}"#).unwrap_err().code(), "medicines-size");
    }
}
