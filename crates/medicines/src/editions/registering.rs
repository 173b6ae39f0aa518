//! Fimea's register as XML, taken in: what comes first names what comes later, so it waits in tables of the moment until all
//! of it is there. Packages without a number of their own, those of long ago, are read and left.

use prescription::Vnr;
use rusqlite::{Connection, params};

use super::error::ImportError;
use super::importing::{settle, stop};
use super::sources::Hashed;
use crate::import::register::{self, RegisterItem, RegisterPackage, RegisterProduct, RegisterSubstance};
use crate::import::{File, Limits};

/// What something names that is not there.
const LOST: &str = "SELECT
    EXISTS (SELECT 1 FROM coming_package LEFT JOIN coming_product ON id = product WHERE id IS NULL) OR
    EXISTS (SELECT 1 FROM coming_part LEFT JOIN coming_substance ON id = substance WHERE id IS NULL)";

/// A package has a row for each number that it had before, and one where it had none.
const REGISTER: &str = r#"
    INSERT INTO register (edition, number, vnr, previous_vnr, name, size_text, human, atc, "group", sold)
    SELECT ?1, row_number() OVER (ORDER BY package.number, place), package.vnr, before.vnr, name, size_text, human, atc,
        "group", sold
    FROM coming_package AS package
    JOIN coming_product AS product ON product.id = package.product
    LEFT JOIN coming_previous AS before ON before.package = package.number"#;

/// Substances hang on the first row of their package.
const SUBSTANCE: &str = "
    INSERT OR IGNORE INTO substance (edition, package, number, name)
    SELECT ?1, (SELECT min(number) FROM register WHERE edition = ?1 AND vnr = package.vnr), place, name
    FROM coming_part AS part
    JOIN coming_package AS package ON package.number = part.package
    JOIN coming_substance AS substance ON substance.id = part.substance
    WHERE name <> ''";

const CLEAN: &str = "DROP TABLE coming_package; DROP TABLE coming_previous; DROP TABLE coming_part;
    DROP TABLE coming_product; DROP TABLE coming_substance;";

/// Reads the register into an edition; says how many packages it has, and the file's digest.
pub(super) fn register(
    to: &Connection,
    edition: i64,
    mut from: Hashed<'_>,
    limits: &Limits,
) -> Result<(u64, [u8; 32]), ImportError> {
    to.execute_batch(include_str!("register.sql"))?;
    let entries = {
        let mut coming = Coming::of(to)?;
        let mut failed = None;
        let read =
            register::read(&mut from, limits, |item| coming.take(item).map_err(|error| stop(&mut failed, error)));
        settle(read, failed)?
    };
    if to.query_row(LOST, [], |row| row.get(0))? {
        return Err(ImportError::Reference(File::Register));
    }
    to.execute(REGISTER, [edition])?;
    to.execute(SUBSTANCE, [edition])?;
    to.execute_batch(CLEAN)?;
    Ok((entries, from.digest()))
}

/// The tables of the moment.
struct Coming<'t> {
    package: rusqlite::Statement<'t>,
    previous: rusqlite::Statement<'t>,
    part: rusqlite::Statement<'t>,
    product: rusqlite::Statement<'t>,
    substance: rusqlite::Statement<'t>,
}

impl<'t> Coming<'t> {
    fn of(to: &'t Connection) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            package: to
                .prepare("INSERT INTO coming_package (product, vnr, size_text, sold) VALUES (?1, ?2, ?3, ?4)")?,
            previous: to.prepare("INSERT INTO coming_previous (package, place, vnr) VALUES (?1, ?2, ?3)")?,
            part: to.prepare("INSERT INTO coming_part (package, place, substance) VALUES (?1, ?2, ?3)")?,
            product: to
                .prepare(r#"INSERT INTO coming_product (id, name, atc, "group", human) VALUES (?1, ?2, ?3, ?4, ?5)"#)?,
            substance: to.prepare("INSERT INTO coming_substance (id, name) VALUES (?1, ?2)")?,
        })
    }

    fn take(&mut self, item: RegisterItem) -> Result<(), rusqlite::Error> {
        match item {
            RegisterItem::Package(RegisterPackage { vnr: None, .. }) => {}
            RegisterItem::Package(RegisterPackage {
                product,
                vnr: Some(vnr),
                previous,
                size_text,
                sold,
                substances,
            }) => {
                let number = self.package.insert(params![product, vnr.as_str(), size_text, sold])?;
                for (place, before) in (0i64..).zip(previous.iter().map(Vnr::as_str)) {
                    self.previous.execute(params![number, place, before])?;
                }
                for (place, substance) in (0i64..).zip(substances) {
                    self.part.execute(params![number, place, substance])?;
                }
            }
            RegisterItem::Product(RegisterProduct { id, name, atc, group, human }) => {
                self.product.execute(params![id, name, atc, group, human])?;
            }
            RegisterItem::Substance(RegisterSubstance { id, name }) => {
                self.substance.execute(params![id, name])?;
            }
        }
        Ok(())
    }
}
