//! This program's own small tables (medicines.md 4.1, 4.4), each a TOML file with its day, its source and whether a
//! pharmacist has confirmed it. Nothing of them stands in program text.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::Data;

/// Why a table is refused.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is not TOML of the right form.
    #[error("a table of the checks cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
    /// A maximum, an age or a weight that is nothing or less.
    #[error("a table of the checks has a row that cannot be: {0}")]
    Row(String),
    /// The tables of reimbursement, of which supply and interval are taken.
    #[error(transparent)]
    Reimbursement(#[from] reimbursement::TableError),
}

impl TableError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "checks-table-unreadable",
            Self::Row(_) => "checks-table-row",
            Self::Reimbursement(_) => "checks-table-reimbursement",
        }
    }
}

/// Head of a table.
#[derive(Debug, Clone, Deserialize)]
struct Head {
    day: NaiveDate,
    confirmed: bool,
}

impl Head {
    fn data(&self) -> Data {
        Data::Own { day: self.day, confirmed: self.confirmed }
    }
}

/// A table with its rows.
#[derive(Debug, Clone)]
pub(crate) struct Rows<T> {
    head: Head,
    rows: T,
}

impl<T> Rows<T> {
    pub(crate) fn data(&self) -> Data {
        self.head.data()
    }

    pub(crate) fn rows(&self) -> &T {
        &self.rows
    }
}

/// The greatest amount of a substance in a day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Maximum {
    pub(crate) atc: String,
    /// Milligrams a day, from twelve years on.
    pub(crate) mg: Decimal,
    /// Milligrams a day for each kilogram of a child under twelve, at most those of an adult.
    #[serde(default)]
    pub(crate) mg_per_kg: Option<Decimal>,
    /// From which age on fewer milligrams are the maximum.
    #[serde(default)]
    pub(crate) old: Option<Old>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Old {
    pub(crate) from_age: u32,
    pub(crate) mg: Decimal,
}

/// Medicines that are taken once a week, and the words by which a dosage says how often.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weekly {
    pub(crate) atc: Vec<String>,
    pub(crate) says_week: Vec<String>,
    pub(crate) says_day: Vec<String>,
}

/// A medicine that is not for the young.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeastAge {
    pub(crate) atc: String,
    pub(crate) years: u32,
}

/// A medicine that may harm an unborn child.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Harms {
    pub(crate) atc: String,
    /// It has a programme for the prevention of pregnancy.
    #[serde(default)]
    pub(crate) programme: bool,
}

/// Limits that are no substance's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Under this age the weight stands on the prescription.
    pub(crate) child_under: u32,
    /// From this age on suitability for the elderly is asked.
    pub(crate) old_from: u32,
    /// Ages in which pregnancy is asked about.
    pub(crate) pregnancy_from: u32,
    pub(crate) pregnancy_to: u32,
    /// How much more than the limit one package's size may make, percent.
    pub(crate) package_excess_percent: u32,
    /// A supply that lasts at most so many days more is nearly used.
    pub(crate) nearly_used_days: u32,
    /// A package that expires within so many days is remarked.
    pub(crate) expires_soon_days: u32,
    /// ATC groups in which another medicine of the group is not remarked.
    pub(crate) quiet_groups: Vec<String>,
}

/// All tables.
#[derive(Debug, Clone)]
pub struct Tables {
    pub(crate) maxima: Rows<BTreeMap<String, Maximum>>,
    pub(crate) weekly: Rows<Weekly>,
    pub(crate) ages: Rows<Vec<LeastAge>>,
    pub(crate) pregnancy: Rows<Vec<Harms>>,
    pub(crate) limits: Rows<Limits>,
    pub(crate) supply: reimbursement::Tables,
}

impl Tables {
    /// The tables that are built in.
    pub fn built_in() -> Result<Self, TableError> {
        Self::parse(
            include_str!("../data/doses.toml"),
            include_str!("../data/ages.toml"),
            include_str!("../data/limits.toml"),
        )
    }

    fn parse(doses: &str, ages: &str, limits: &str) -> Result<Self, TableError> {
        #[derive(Deserialize)]
        struct Doses {
            #[serde(flatten)]
            head: Head,
            maximum: Vec<Maximum>,
            weekly: Weekly,
        }
        #[derive(Deserialize)]
        struct Ages {
            #[serde(flatten)]
            head: Head,
            least_age: Vec<LeastAge>,
            pregnancy: Vec<Harms>,
        }
        #[derive(Deserialize)]
        struct LimitsFile {
            #[serde(flatten)]
            head: Head,
            limits: Limits,
        }
        let Doses { head: doses, maximum, weekly } = toml::from_str(doses)?;
        let Ages { head: ages, least_age, pregnancy } = toml::from_str(ages)?;
        let LimitsFile { head: limits_head, limits } = toml::from_str(limits)?;
        let mut maxima = BTreeMap::new();
        for row in maximum {
            let all = [Some(row.mg), row.mg_per_kg, row.old.map(|old| old.mg)];
            let sound = all.into_iter().flatten().all(|mg| mg > Decimal::ZERO && mg < Decimal::from(1_000_000));
            let atc = row.atc.clone();
            if !sound || maxima.insert(atc.clone(), row).is_some() {
                return Err(TableError::Row(atc));
            }
        }
        Ok(Self {
            maxima: Rows { head: doses.clone(), rows: maxima },
            weekly: Rows { head: doses, rows: weekly },
            ages: Rows { head: ages.clone(), rows: least_age },
            pregnancy: Rows { head: ages, rows: pregnancy },
            limits: Rows { head: limits_head, rows: limits },
            supply: reimbursement::Tables::built_in()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_are_built_in_can_be_read_and_a_row_that_cannot_be_is_refused() {
        let tables = Tables::built_in().unwrap();
        assert!(tables.maxima.rows().len() >= 20);
        let doses = |row: &str| {
            let weekly = "[weekly]\natc = []\nsays_week = []\nsays_day = []\n";
            format!("day = \"2026-11-26\"\nconfirmed = false\n{weekly}{row}")
        };
        let parse = |row: &str| {
            Tables::parse(&doses(row), include_str!("../data/ages.toml"), include_str!("../data/limits.toml"))
                .map(|_| ())
                .map_err(|error| error.code())
        };
        assert_eq!(parse("[[maximum]]\natc = \"N02BE01\"\nmg = \"4000\""), Ok(()));
        assert_eq!(parse("[[maximum]]\natc = \"N02BE01\"\nmg = \"0\""), Err("checks-table-row"));
        let twice = "[[maximum]]\natc = \"N02BE01\"\nmg = \"1\"\n[[maximum]]\natc = \"N02BE01\"\nmg = \"2\"";
        assert_eq!(parse(twice), Err("checks-table-row"));
        assert_eq!(parse("[[maximum]]\natc = \"N02BE01\"\nmost = \"1\""), Err("checks-table-unreadable"));
    }
}
