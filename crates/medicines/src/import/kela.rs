//! Kela's Pharmaceutical Database (Lääketietokanta) in XML: medicines.md 1.2, 1.3.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::io::Read;

use chrono::NaiveDate;
use prescription::{ControlClass, ProductKind, Vnr};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::error::{Fault, File, ReadError};
use super::limits::Limits;
use super::value;
use super::xml::{Step, walk};
use crate::editions::VersionId;

/// The mapping file that is built in.
const BUILT_IN: &str = include_str!("kela-names.toml");

/// Kind of number of those that are VNRs (`tunnuksenTyyppi`, 1.3).
const IS_VNR: &str = "1";

macro_rules! fields {
    ($($field:ident = $key:literal),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Field { $($field),* }

        impl Field {
            const ALL: &[Field] = &[$(Field::$field),*];

            const fn key(self) -> &'static str {
                match self { $(Field::$field => $key),* }
            }
        }
    };
}

fields! {
    Number = "number", NumberKind = "number_kind", Name = "name", Kind = "kind", Atc = "atc", AtcName = "atc_name",
    Strength = "strength", Form = "form", Route = "route", SizeText = "size_text", Factor = "factor", Size = "size",
    Unit = "unit", Container = "container", Device = "device", Holder = "holder", Marketer = "marketer",
    Status = "status", Narcotic = "narcotic", Control = "control", Driving = "driving", Condition = "condition",
    Monitored = "monitored", Blood = "blood", Biological = "biological", Group = "group",
    SubstitutionCode = "substitution_code", Substitutable = "substitutable", ReferencePrice = "reference_price",
    CorridorTop = "corridor_top", Wholesale = "wholesale", Untaxed = "untaxed", Price = "price",
    Reimbursement = "reimbursement", Change = "change", Leaving = "leaving",
}

/// Which element carries what: the mapping file.
#[derive(Debug, Clone)]
pub struct KelaNames {
    root: String,
    version: String,
    in_force: String,
    package: String,
    fields: HashMap<String, Field, BuildHasherDefault<Fnv>>,
    paths: Vec<String>,
}

/// FNV-1a: the names are few, known, and looked up forty times a package; nobody outside chooses what is in the table.
#[derive(Debug, Clone, Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Why a mapping file is refused.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// It is not TOML of the right form.
    #[error("the names of Kela's elements cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// A field has no element.
    #[error("no element is named for {0}")]
    Missing(&'static str),
    /// Two fields have the same element, or one is named that nobody knows.
    #[error("an element is named twice, or for a field that is none")]
    Surplus,
}

impl KelaNames {
    /// The names that are built in; to be confirmed by Kela's schema.
    pub fn built_in() -> Result<Self, NamesError> {
        Self::parse(BUILT_IN)
    }

    /// Reads a mapping file, in which every field must have its own element.
    pub fn parse(text: &str) -> Result<Self, NamesError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Mapping {
            root: String,
            version: String,
            in_force: String,
            package: String,
            fields: HashMap<String, String>,
        }
        let Mapping { root, version, in_force, package, fields: named } = toml::from_str(text)?;
        let (mut fields, mut paths) = (HashMap::default(), Vec::new());
        for &field in Field::ALL {
            let path = named.get(field.key()).ok_or(NamesError::Missing(field.key()))?;
            fields.insert(path.clone(), field);
            paths.push(path.clone());
        }
        if fields.len() != Field::ALL.len() || named.len() != Field::ALL.len() {
            return Err(NamesError::Surplus);
        }
        Ok(Self { root, version, in_force, package, fields, paths })
    }

    /// The element of the version, from the root.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The element of the day from which it is in force, from the root.
    pub fn in_force(&self) -> &str {
        &self.in_force
    }

    /// The element of a package, from the root.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The element of a field of the mapping file, from the package.
    pub fn field(&self, key: &str) -> Option<&str> {
        let index = Field::ALL.iter().position(|field| field.key() == key)?;
        self.paths.get(index).map(String::as_str)
    }
}

/// What the file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KelaHead {
    /// Which edition it is.
    pub version: VersionId,
    /// The day on which it comes into force, at 00:00 in Finland.
    pub in_force: NaiveDate,
}

/// Whether a medicine needs a prescription (`reseptistatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// R: on prescription.
    Prescription,
    /// K: self-care (itsehoito).
    SelfCare,
}

impl Status {
    /// Reads the code of Fimea and Kela.
    pub fn parse(text: &str, name: &'static str) -> Result<Self, Fault> {
        match text {
            "R" => Ok(Self::Prescription),
            "K" => Ok(Self::SelfCare),
            _ => Err(Fault::Value(name)),
        }
    }

    /// R or K.
    pub fn code(self) -> &'static str {
        match self {
            Self::Prescription => "R",
            Self::SelfCare => "K",
        }
    }
}

/// A package as Kela's database has it. Prices in euro; texts exactly as they stand, since one changed letter breaks the
/// structured matching of prescriptions (1.6).
#[derive(Debug, Clone, PartialEq)]
pub struct KelaPackage {
    /// Its Nordic article number.
    pub vnr: Vnr,
    /// Trade name.
    pub name: String,
    /// Kind of product.
    pub kind: ProductKind,
    /// ATC code, where it has one; basic creams and nutrients have none.
    pub atc: Option<String>,
    /// Its Finnish name.
    pub atc_name: Option<String>,
    /// "10 mg"; some medicines have none (Panacod).
    pub strength: Option<String>,
    /// "tabletti, kalvopäällysteinen".
    pub form: Option<String>,
    /// Route of administration.
    pub route: Option<String>,
    /// The size in words: "10 x 0.4 ml", "1 + solv.".
    pub size_text: String,
    /// How many of the size; the whole is factor × size.
    pub factor: Option<Decimal>,
    /// How many units one of them holds; missing where only the words say it.
    pub size: Option<Decimal>,
    /// The unit.
    pub unit: Option<String>,
    /// Container.
    pub container: Option<String>,
    /// Device of administration.
    pub device: Option<String>,
    /// Marketing authorisation holder.
    pub holder: Option<String>,
    /// Who markets it.
    pub marketer: Option<String>,
    /// Whether it needs a prescription.
    pub status: Option<Status>,
    /// Control class; a narcotic is one, whatever other class it has.
    pub control: Option<ControlClass>,
    /// Dangerous in traffic.
    pub driving: Option<bool>,
    /// Code of its prescribing condition.
    pub condition: Option<String>,
    /// Under additional monitoring (▼).
    pub monitored: Option<bool>,
    /// Made of blood or plasma: the batch is recorded.
    pub blood: Option<bool>,
    /// Biological: the batch is recorded.
    pub biological: Option<bool>,
    /// Fimea's group of substitutable products.
    pub group: Option<String>,
    /// Kela's and Hila's code of substitutable packages, ten digits.
    pub substitution_code: Option<String>,
    /// In the substitution of medicines.
    pub substitutable: Option<bool>,
    /// Reference price (viitehinta).
    pub reference_price: Option<Decimal>,
    /// Highest price of the corridor (hintaputki).
    pub corridor_top: Option<Decimal>,
    /// Wholesale price without tax.
    pub wholesale: Option<Decimal>,
    /// Retail price without value added tax.
    pub untaxed: Option<Decimal>,
    /// Retail price with value added tax; what has none is dispensed without one being guessed.
    pub price: Option<Decimal>,
    /// Codes of its reimbursement classes, as they stand.
    pub reimbursement: Vec<String>,
    /// UU new, MM changed, PP removed.
    pub change: Option<String>,
    /// Leaving the market.
    pub leaving: Option<bool>,
}

/// What was read beside the packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KelaCount {
    /// Packages with a VNR.
    pub packages: u64,
    /// Those of them that have a retail price.
    pub priced: u64,
    /// Entries with a number of another kind (some basic creams and nutrients): counted and left out, since nothing at
    /// the counter can name them yet.
    pub other_numbers: u64,
}

/// What the reader meets: first the head, then packages.
pub enum KelaItem {
    /// The head, once, before the first package.
    Head(KelaHead),
    /// A package.
    Package(Box<KelaPackage>),
}

/// Walks through a whole file.
pub fn read(
    from: impl Read,
    names: &KelaNames,
    limits: &Limits,
    mut each: impl FnMut(KelaItem) -> Result<(), Fault>,
) -> Result<KelaCount, ReadError> {
    let (mut version, mut in_force, mut is_headed) = (None, None, false);
    let mut values = Values::new();
    let mut count = KelaCount::default();
    let mut in_package = false;
    walk(from, File::Kela, Some(&names.root), limits, |step| {
        match step {
            Step::Start { path, .. } if path == names.package => {
                if !is_headed {
                    let version = version.take().ok_or(Fault::Missing("version"))?;
                    let in_force = in_force.take().ok_or(Fault::Missing("in_force"))?;
                    each(KelaItem::Head(KelaHead { version, in_force }))?;
                    is_headed = true;
                }
                in_package = true;
                values.clear();
            }
            Step::Start { .. } => {}
            Step::End { path, .. } if path == names.package => {
                in_package = false;
                if count.packages + count.other_numbers >= limits.packages {
                    return Err(Fault::TooMany(limits.packages));
                }
                if values.get(Field::NumberKind) == IS_VNR {
                    let package = values.package()?;
                    count.packages += 1;
                    count.priced += u64::from(package.price.is_some());
                    each(KelaItem::Package(Box::new(package)))?;
                } else {
                    value::text(values.get(Field::NumberKind), Field::NumberKind.key())?;
                    count.other_numbers += 1;
                }
            }
            Step::End { path, text } if in_package => {
                let own = path.get(names.package.len() + 1..).unwrap_or_default();
                if let Some(&field) = names.fields.get(own) {
                    values.set(field, text)?;
                }
            }
            Step::End { path, text } if path == names.version => {
                let said = VersionId::parse(text).ok_or(Fault::Version)?;
                once(&mut version, said, is_headed, "version")?;
            }
            Step::End { path, text } if path == names.in_force => {
                once(&mut in_force, value::day(text, "in_force")?, is_headed, "in_force")?;
            }
            Step::End { .. } => {}
        }
        Ok(())
    })?;
    if count.packages == 0 { Err(ReadError::Empty(File::Kela)) } else { Ok(count) }
}

fn once<T>(slot: &mut Option<T>, said: T, is_over: bool, name: &'static str) -> Result<(), Fault> {
    if is_over || slot.replace(said).is_some() { Err(Fault::Twice(name)) } else { Ok(()) }
}

/// What one package says, field by field.
struct Values {
    texts: Vec<String>,
    is_said: Vec<bool>,
    reimbursement: Vec<String>,
}

impl Values {
    /// Reimbursement classes of one package.
    const MOST_CLASSES: usize = 32;

    fn new() -> Self {
        let count = Field::ALL.len();
        Self { texts: vec![String::new(); count], is_said: vec![false; count], reimbursement: Vec::new() }
    }

    fn clear(&mut self) {
        self.texts.iter_mut().for_each(String::clear);
        self.is_said.fill(false);
        self.reimbursement.clear();
    }

    fn set(&mut self, field: Field, text: &str) -> Result<(), Fault> {
        if field == Field::Reimbursement {
            if self.reimbursement.len() >= Self::MOST_CLASSES {
                return Err(Fault::TooMany(Self::MOST_CLASSES as u64));
            }
            self.reimbursement.extend(value::optional_text(text));
            return Ok(());
        }
        let index = field as usize;
        if let (Some(said), Some(slot)) = (self.is_said.get_mut(index), self.texts.get_mut(index)) {
            if std::mem::replace(said, true) {
                return Err(Fault::Twice(field.key()));
            }
            slot.push_str(text);
        }
        Ok(())
    }

    fn get(&self, field: Field) -> &str {
        self.texts.get(field as usize).map_or("", String::as_str)
    }

    fn package(&self) -> Result<KelaPackage, Fault> {
        let must = |field: Field| value::text(self.get(field), field.key());
        let may = |field: Field| value::optional_text(self.get(field));
        let flag = |field: Field| value::optional_flag(self.get(field), field.key());
        let decimal = |field: Field| value::optional_decimal(self.get(field), field.key());
        let price = |field: Field| value::price(self.get(field), field.key());
        let control = match flag(Field::Narcotic)? {
            Some(true) => Some(ControlClass::Narcotic),
            _ => may(Field::Control).map(ControlClass::from),
        };
        let status = match self.get(Field::Status) {
            "" => None,
            said => Some(Status::parse(said, Field::Status.key())?),
        };
        Ok(KelaPackage {
            vnr: value::vnr(self.get(Field::Number), Field::Number.key())?,
            name: must(Field::Name)?,
            kind: ProductKind::from(must(Field::Kind)?),
            atc: may(Field::Atc),
            atc_name: may(Field::AtcName),
            strength: may(Field::Strength),
            form: may(Field::Form),
            route: may(Field::Route),
            size_text: must(Field::SizeText)?,
            factor: decimal(Field::Factor)?,
            size: decimal(Field::Size)?,
            unit: may(Field::Unit),
            container: may(Field::Container),
            device: may(Field::Device),
            holder: may(Field::Holder),
            marketer: may(Field::Marketer),
            status,
            control,
            driving: flag(Field::Driving)?,
            condition: may(Field::Condition),
            monitored: flag(Field::Monitored)?,
            blood: flag(Field::Blood)?,
            biological: flag(Field::Biological)?,
            group: may(Field::Group),
            substitution_code: may(Field::SubstitutionCode),
            substitutable: flag(Field::Substitutable)?,
            reference_price: price(Field::ReferencePrice)?,
            corridor_top: price(Field::CorridorTop)?,
            wholesale: price(Field::Wholesale)?,
            untaxed: price(Field::Untaxed)?,
            price: price(Field::Price)?,
            reimbursement: self.reimbursement.clone(),
            change: may(Field::Change),
            leaving: flag(Field::Leaving)?,
        })
    }
}
