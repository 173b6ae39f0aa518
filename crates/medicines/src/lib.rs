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

pub mod search;

use std::collections::HashMap;

use chrono::NaiveDate;
use prescription::{Code, ControlClass, Prescription, Product, ProductKind, Unit, Vnr};
use rust_decimal::Decimal;
use serde::Deserialize;

/// The artificial database that is built in.
pub const ARTIFICIAL: &str = include_str!("../../../fixtures/medicines/packages.json");

/// Code system of ATC codes.
pub const ATC_SYSTEM: &str = "1.2.246.537.6.32";

/// An edition holds at most this many packages; Finland's has about 20,000.
pub const MOST_PACKAGES: usize = 200_000;

/// One package.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Package {
    /// Its Nordic article number.
    pub vnr: Vnr,
    /// Trade name.
    pub name: String,
    /// "10 mg".
    pub strength: String,
    /// "tabletti".
    pub form: String,
    /// ATC code.
    pub atc: String,
    /// Its name.
    pub atc_name: String,
    /// Active substances.
    pub substances: Vec<String>,
    /// Marketing authorisation holder.
    pub holder: String,
    /// How many units it holds.
    pub size: Decimal,
    /// The unit.
    pub unit: Unit,
    /// Price to the customer before reimbursement, euro.
    pub price: Decimal,
    /// Control class, where the medicine has one.
    pub control: Option<ControlClass>,
    /// Kind of product.
    pub kind: ProductKind,
    /// Products of one group may be substituted for one another.
    pub group: Option<String>,
}

impl Package {
    /// The product as a dispensation names it.
    pub fn product(&self, edition: &str) -> Product {
        Product {
            kind: self.kind.clone(),
            name: self.name.clone(),
            strength: Some(self.strength.clone()),
            form: Some(self.form.clone()),
            atc: Some(Code {
                code: self.atc.clone(),
                system: ATC_SYSTEM.to_owned(),
                name: Some(self.atc_name.clone()),
            }),
            vnr: Some(self.vnr.clone()),
            holder: Some(self.holder.clone()),
            container: None,
            database_version: Some(edition.to_owned()),
        }
    }

    /// What so many of its units cost, to the cent, in proportion to the package.
    ///
    /// Assumed: the real price of a part package also carries a fixed part (docs/assumptions.md).
    pub fn price_of(&self, units: Decimal) -> Decimal {
        if self.size.is_zero() {
            return self.price;
        }
        units
            .checked_div(self.size)
            .and_then(|share| self.price.checked_mul(share))
            .unwrap_or(self.price)
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    }
}

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
        Ok(Self { name, published, packages, by_vnr })
    }

    /// No edition: nothing can be chosen, and everything else still works.
    pub fn none() -> Self {
        Self { name: String::new(), published: None, packages: Vec::new(), by_vnr: HashMap::new() }
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

    /// The package of a number.
    pub fn package(&self, vnr: &Vnr) -> Option<&Package> {
        self.by_vnr.get(vnr).and_then(|&i| self.packages.get(i))
    }

    /// Packages that a person may mean: by number, typed or at the end of what was scanned, or by words that all stand in
    /// name, strength, form or substance. At most so many, in the order of their names; nothing for fewer than two letters.
    pub fn find(&self, text: &str, most: usize) -> Vec<&Package> {
        let text = text.trim().to_lowercase();
        if text.chars().count() < 2 {
            return vec![];
        }
        let is_number = text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_meant = |package: &&Package| {
            if is_number {
                return text.ends_with(package.vnr.as_str()) || package.vnr.as_str().starts_with(&text);
            }
            let said =
                format!("{} {} {} {}", package.name, package.strength, package.form, package.substances.join(" "));
            let said = said.to_lowercase();
            words.iter().all(|word| said.contains(word))
        };
        let mut found: Vec<&Package> = self.packages.iter().filter(is_meant).collect();
        found.sort_by(|a, b| (&a.name, &a.strength, a.size).cmp(&(&b.name, &b.strength, b.size)));
        found.truncate(most);
        found
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
        choices.sort_by_key(|p| (!alike(&p.name, wanted.name()), Some(&p.vnr) != wanted.vnr(), p.price));
        choices
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
    fn a_package_is_found_by_number_scan_or_words_and_one_letter_finds_nothing() {
        let edition = edition();
        let found = |text: &str| edition.find(text, 3).iter().map(|p| p.vnr.as_str()).collect::<Vec<_>>();
        assert_eq!(found("469593"), ["469593"]);
        assert_eq!(found("6438153469593"), ["469593"]);
        assert_eq!(found("diapam 10")[0], "469593", "the smallest package of a name first");
        assert!(!found("diatsepaami").is_empty() && found("diatsepaami").len() <= 3);
        assert_eq!(found("d"), [""; 0]);
        assert_eq!(found("diapam 11 mg"), [""; 0]);
    }

    #[test]
    fn a_part_package_costs_its_share_to_the_cent() {
        let package = edition().package(&Vnr::parse("469452").unwrap()).unwrap().clone();
        assert_eq!(package.price_of(Decimal::from(21)).to_string(), "1.62");
        assert_eq!(package.price_of(Decimal::from(100)), package.price);
    }

    #[test]
    fn a_broken_file_is_refused() {
        assert_eq!(Edition::parse("{").unwrap_err().code(), "medicines-unreadable");
        assert_eq!(Edition::parse(r#"{"edition":"x","packages":[]}"#).unwrap_err().code(), "medicines-size");
    }
}
