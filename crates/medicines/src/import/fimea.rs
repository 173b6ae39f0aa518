//! Fimea's text files: basic register (medicines.md 2.1), substitution list (2.3), shortages (2.5).

use std::io::Read;

use chrono::NaiveDate;
use prescription::Vnr;
use rust_decimal::Decimal;

use super::error::{Fault, File, ReadError};
use super::kela::Status;
use super::limits::Limits;
use super::rows::{self, Encoding, Layout, Row};
use super::value;

/// Columns of the register's packages.
pub const PACKAGE_COLUMNS: [&str; 39] = [
    "PAKKAUSNRO",
    "VNRNRO",
    "PAKKAUSKOKO",
    "KERROIN",
    "KOKO",
    "YKSIKKO",
    "LAITE",
    "ASTIATUN",
    "KAUPPAANTULOPVM",
    "KAUPASTAPOISPVM",
    "RESEPTISTATUS",
    "LAAKENIMI",
    "VAHVUUS",
    "LAAKEMUOTONIMI",
    "LAAKEMUOTOTUN",
    "HALTIJA",
    "HUM",
    "VET",
    "RINNAKKAISTUONTI",
    "VAIKAINELKM",
    "ATCKOODI",
    "ATCTUN",
    "DDD",
    "DDDYKSIKKO",
    "HUUME",
    "PSYKOLUOKITUS",
    "LIIKENNEVAARA",
    "EHTOKOODI",
    "MYYNTILUPANRO",
    "EUMYYNTILUPANRO",
    "PAATOSPVM",
    "PAATTYMISPVM",
    "TILANIMI",
    "TILAKOODI",
    "MUUTOS",
    "EDELLINEN_VNRNRO",
    "SUBSTITUUTIORYHMA",
    "KAUPAN",
    "EDELLINEN_LAAKENIMI",
];
/// Columns of the list of substances.
pub const SUBSTANCE_COLUMNS: [&str; 3] = ["PAKKAUSNRO", "AINETUN", "AINENIMI"];
/// Columns of the ATC codes.
pub const ATC_COLUMNS: [&str; 6] = ["ATCTUN", "ATCKOODI", "SELITES", "SELITER", "DDD", "DDDYKSIKKO"];
/// Columns of the forms.
pub const FORM_COLUMNS: [&str; 4] = ["LAAKEMUOTOTUN", "LAAKEMUOTONIMI", "LAAKEMUOTONIMIR", "LAAKEMUOTONIMIE"];
/// Columns of the containers.
pub const CONTAINER_COLUMNS: [&str; 4] = ["ASTIATUN", "NIMI", "NIMIE", "NIMIR"];
/// Columns of the prescribing conditions.
pub const CONDITION_COLUMNS: [&str; 3] = ["EHTOKOODI", "EHTO", "EHTOR"];
/// Columns of the substitution list.
pub const SUBSTITUTABLE_COLUMNS: [&str; 15] = [
    "SUBSTITUUTIORYHMA",
    "VNRNRO",
    "PAKKAUSKOKO",
    "RESEPTISTATUS",
    "LAAKENIMI",
    "VAHVUUS",
    "LAAKEMUOTONIMI",
    "HALTIJA",
    "ATCKOODI",
    "SELITES",
    "KAUPAN",
    "DOKUMENTAATIO",
    "RINNAKKAISTUONTI",
    "MYYNTILUPANRO",
    "EUMYYNTILUPANRO",
];
/// Columns of the shortages.
pub const SHORTAGE_COLUMNS: [&str; 7] = [
    "VNR",
    "Voimassa",
    "SaatavuushairioAlkupaiva",
    "SaatavuushairioLoppupaiva",
    "Ilmoituspaiva",
    "Muokkauspaiva",
    "Yritys",
];

/// How each text file looks; XML files have none.
pub fn layout(file: File) -> Option<Layout> {
    let columns: &'static [&'static str] = match file {
        File::Kela | File::Register | File::Risks => return None,
        File::Packages | File::PermitPackages => &PACKAGE_COLUMNS,
        File::Substances => &SUBSTANCE_COLUMNS,
        File::Atc => &ATC_COLUMNS,
        File::Forms => &FORM_COLUMNS,
        File::Containers => &CONTAINER_COLUMNS,
        File::Conditions => &CONDITION_COLUMNS,
        File::Substitutable => &SUBSTITUTABLE_COLUMNS,
        File::Shortages => &SHORTAGE_COLUMNS,
    };
    let is_new = file == File::Shortages;
    let encoding = if is_new { Encoding::Utf8 } else { Encoding::Latin1 };
    Some(Layout { file, encoding, quoted: is_new, columns })
}

/// One row of a text file.
pub trait FimeaRow: Sized {
    /// Reads the row's fields.
    fn of(row: &Row) -> Result<Self, Fault>;
}

/// Reads a text file, row by row. An XML file has no rows and counts as empty.
pub fn read<R: FimeaRow>(
    from: impl Read,
    file: File,
    limits: &Limits,
    mut each: impl FnMut(R) -> Result<(), Fault>,
) -> Result<u64, ReadError> {
    let layout = layout(file).ok_or(ReadError::Empty(file))?;
    rows::read(from, &layout, limits, |row| each(R::of(row)?))
}

/// A number of Fimea's own, which parts of the register name one another by.
fn number(text: &str, name: &'static str) -> Result<i64, Fault> {
    let is_number = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number).ok_or(Fault::Value(name))
}

fn optional_number(text: &str, name: &'static str) -> Result<Option<i64>, Fault> {
    if text.is_empty() { Ok(None) } else { number(text, name).map(Some) }
}

/// A package of the register: what Kela's database does not say, and what it is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterPackage {
    /// Fimea's number of the package, by which its substances name it.
    pub number: i64,
    /// Its Nordic article number; special permits may have none.
    pub vnr: Option<Vnr>,
    /// The number that it had before.
    pub previous_vnr: Option<Vnr>,
    /// Trade name.
    pub name: String,
    /// Size in words.
    pub size_text: String,
    /// How many units; empty where only the words say it ("1 + solv.").
    pub size: Option<Decimal>,
    /// Whether it needs a prescription.
    pub status: Status,
    /// Fimea's number of the form.
    pub form: Option<i64>,
    /// Fimea's number of the container.
    pub container: Option<i64>,
    /// For people.
    pub human: bool,
    /// ATC code.
    pub atc: Option<String>,
    /// Class of narcotics, as it stands.
    pub narcotic: Option<String>,
    /// Class of psychotropic substances, as it stands.
    pub psychotropic: Option<String>,
    /// Dangerous in traffic.
    pub driving: Option<bool>,
    /// Code of its prescribing condition.
    pub condition: Option<String>,
    /// Group of substitutable products.
    pub group: Option<String>,
    /// On the market.
    pub sold: bool,
    /// State of its permit: 11 is a temporary special permit.
    pub permit: i64,
}

impl FimeaRow for RegisterPackage {
    fn of(row: &Row) -> Result<Self, Fault> {
        value::optional_day(row.get(8), "KAUPPAANTULOPVM")?;
        value::optional_day(row.get(9), "KAUPASTAPOISPVM")?;
        Ok(Self {
            number: number(row.get(0), "PAKKAUSNRO")?,
            vnr: value::optional_vnr(row.get(1), "VNRNRO")?,
            size_text: row.get(2).to_owned(),
            size: value::optional_decimal(row.get(4), "KOKO")?,
            container: optional_number(row.get(7), "ASTIATUN")?,
            status: Status::parse(row.get(10), "RESEPTISTATUS")?,
            name: value::text(row.get(11), "LAAKENIMI")?,
            form: optional_number(row.get(14), "LAAKEMUOTOTUN")?,
            human: value::flag(row.get(16), "HUM")?,
            atc: value::optional_text(row.get(20)),
            narcotic: value::optional_text(row.get(24)),
            psychotropic: value::optional_text(row.get(25)),
            driving: value::optional_flag(row.get(26), "LIIKENNEVAARA")?,
            condition: value::optional_text(row.get(27)),
            permit: number(row.get(33), "TILAKOODI")?,
            previous_vnr: value::optional_vnr(row.get(35), "EDELLINEN_VNRNRO")?,
            group: value::optional_text(row.get(36)),
            sold: value::flag(row.get(37), "KAUPAN")?,
        })
    }
}

/// An active substance of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substance {
    /// Fimea's number of the package.
    pub package: i64,
    /// Fimea's number of the substance.
    pub number: i64,
    /// Its name, in Latin.
    pub name: String,
}

impl FimeaRow for Substance {
    fn of(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            package: number(row.get(0), "PAKKAUSNRO")?,
            number: number(row.get(1), "AINETUN")?,
            name: value::text(row.get(2), "AINENIMI")?,
        })
    }
}

/// A row of the ATC codes; one code may have several, with several daily doses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atc {
    /// Fimea's number of the row.
    pub number: i64,
    /// The code.
    pub code: String,
    /// Its Finnish name.
    pub fi: String,
    /// Its Swedish name.
    pub sv: String,
    /// Defined daily dose of the WHO, where there is one.
    pub ddd: Option<Decimal>,
    /// Its unit.
    pub unit: Option<String>,
}

impl FimeaRow for Atc {
    fn of(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            number: number(row.get(0), "ATCTUN")?,
            code: value::text(row.get(1), "ATCKOODI")?,
            fi: value::text(row.get(2), "SELITES")?,
            sv: row.get(3).to_owned(),
            ddd: value::optional_decimal(row.get(4), "DDD")?,
            unit: value::optional_text(row.get(5)),
        })
    }
}

/// A word that Fimea has in three languages: a form or a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Fimea's number of it.
    pub number: i64,
    /// In Finnish.
    pub fi: String,
    /// In Swedish.
    pub sv: String,
    /// In English.
    pub en: String,
}

/// A dosage form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form(pub Word);

impl FimeaRow for Form {
    fn of(row: &Row) -> Result<Self, Fault> {
        let fi = value::text(row.get(1), "LAAKEMUOTONIMI")?;
        let number = number(row.get(0), "LAAKEMUOTOTUN")?;
        Ok(Self(Word { number, fi, sv: row.get(2).to_owned(), en: row.get(3).to_owned() }))
    }
}

/// A container. Its columns are Finnish, English, Swedish: not in the order of the forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container(pub Word);

impl FimeaRow for Container {
    fn of(row: &Row) -> Result<Self, Fault> {
        let fi = value::text(row.get(1), "NIMI")?;
        let number = number(row.get(0), "ASTIATUN")?;
        Ok(Self(Word { number, fi, en: row.get(2).to_owned(), sv: row.get(3).to_owned() }))
    }
}

/// A prescribing condition (2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// "E31".
    pub code: String,
    /// In Finnish.
    pub fi: String,
    /// In Swedish.
    pub sv: String,
}

impl FimeaRow for Condition {
    fn of(row: &Row) -> Result<Self, Fault> {
        Ok(Self {
            code: value::text(row.get(0), "EHTOKOODI")?,
            fi: value::text(row.get(1), "EHTO")?,
            sv: row.get(2).to_owned(),
        })
    }
}

/// A package of a group of substitutable products. Only products that have a substitute are in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitutable {
    /// The group: its digits, leading zeros kept.
    pub group: String,
    /// The package.
    pub vnr: Vnr,
    /// On the market.
    pub sold: bool,
    /// A original, G generic; parallel imports have none.
    pub documentation: Option<String>,
    /// Parallel import.
    pub parallel: bool,
}

impl FimeaRow for Substitutable {
    fn of(row: &Row) -> Result<Self, Fault> {
        let group = row.get(0);
        if !(4..=6).contains(&group.len()) || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Fault::Value("SUBSTITUUTIORYHMA"));
        }
        Status::parse(row.get(3), "RESEPTISTATUS")?;
        let documentation = value::optional_text(row.get(11));
        if documentation.as_deref().is_some_and(|letter| !matches!(letter, "A" | "G")) {
            return Err(Fault::Value("DOKUMENTAATIO"));
        }
        Ok(Self {
            group: group.to_owned(),
            vnr: value::vnr(row.get(1), "VNRNRO")?,
            sold: value::flag(row.get(10), "KAUPAN")?,
            documentation,
            parallel: value::flag(row.get(12), "RINNAKKAISTUONTI")?,
        })
    }
}

/// A shortage of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The package.
    pub vnr: Vnr,
    /// It holds.
    pub valid: bool,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day as the company expects it, where it says so.
    pub until: Option<NaiveDate>,
    /// Who announced it.
    pub company: String,
}

impl FimeaRow for Shortage {
    fn of(row: &Row) -> Result<Self, Fault> {
        value::optional_day(row.get(4), "Ilmoituspaiva")?;
        value::optional_day(row.get(5), "Muokkauspaiva")?;
        Ok(Self {
            vnr: value::vnr(row.get(0), "VNR")?,
            valid: value::flag(row.get(1), "Voimassa")?,
            from: value::day(row.get(2), "SaatavuushairioAlkupaiva")?,
            until: value::optional_day(row.get(3), "SaatavuushairioLoppupaiva")?,
            company: row.get(6).to_owned(),
        })
    }
}
