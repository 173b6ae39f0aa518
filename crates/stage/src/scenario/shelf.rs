//! Products of `fixtures/medicines`, as a prescriber writes them and a pharmacist takes them from the shelf.

use std::path::Path;

use anyhow::{Context, Result};
use prescription::{Code, ControlClass, Item, PrescribedProduct, Substance, Vnr};
use rust_decimal::Decimal;
use serde::Deserialize;

/// A package.
#[derive(Debug, Clone, Deserialize)]
pub struct Package {
    vnr: String,
    name: String,
    strength: String,
    form: String,
    atc: String,
    #[serde(rename = "atcName")]
    atc_name: String,
    substances: Vec<String>,
    holder: String,
    /// How much is in it.
    pub size: Decimal,
    /// In which unit.
    pub unit: String,
    /// Euro.
    pub price: Decimal,
    control: Option<String>,
}

#[derive(Deserialize)]
struct Packages {
    edition: String,
    packages: Vec<Package>,
}

/// Every package of the fixtures.
pub struct Shelf(Packages);

impl Shelf {
    /// Reads the fixtures.
    pub fn open() -> Result<Self> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/medicines/packages.json");
        Ok(Self(serde_json::from_str(&std::fs::read_to_string(file)?)?))
    }

    /// The packages of "DIAPAM 10 mg", in the order of the fixtures.
    pub fn packages(&self, name_and_strength: &str) -> impl Iterator<Item = &Package> {
        let called = name_and_strength.to_owned();
        self.0.packages.iter().filter(move |one| format!("{} {}", one.name, one.strength) == called)
    }

    /// The package of that size, or the first one.
    pub fn package(&self, name_and_strength: &str, size: Option<Decimal>) -> Result<&Package> {
        let of_size = self.packages(name_and_strength).find(|one| size.is_none_or(|size| one.size == size));
        let found = of_size.or_else(|| self.packages(name_and_strength).next());
        found.with_context(|| format!("nobody makes {name_and_strength}"))
    }

    /// As it is prescribed by trade name.
    pub fn prescribed(&self, package: &Package) -> Result<PrescribedProduct> {
        let atc =
            Code { code: package.atc.clone(), system: "1.2.246.537.6.32".into(), name: Some(package.atc_name.clone()) };
        Ok(PrescribedProduct {
            item: Item::Authorised {
                vnr: Vnr::parse(&package.vnr)?,
                name: package.name.clone(),
                atc: Some(atc),
                substances: package.substances.iter().map(|name| Substance::named(name)).collect(),
            },
            strength: Some(package.strength.clone()),
            form: Some(package.form.clone()),
            holder: Some(package.holder.clone()),
            container: None,
            note: None,
            database_version: Some(self.0.edition.clone()),
        })
    }
}

impl Package {
    /// Its class, where it may be misused.
    pub fn control(&self) -> Option<ControlClass> {
        self.control.as_deref().map(ControlClass::from)
    }
}
