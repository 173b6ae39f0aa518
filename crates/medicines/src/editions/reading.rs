//! What an edition says, by its name: also one that is long out of force.

use std::collections::HashMap;
use std::str::FromStr;

use prescription::{ControlClass, ProductKind, Unit, Vnr};
use rusqlite::{OptionalExtension, Row, params};
use rust_decimal::Decimal;

use super::{Editions, StoreError, VersionId};
use crate::import::File;
use crate::import::fimea::{Condition, Shortage};
use crate::import::kela::{KelaPackage, Status};
use crate::import::risks::HighRisk;
use crate::{Edition, ExchangeFacts, FormWords, Package, Short};

const COLUMNS: &str = r#"vnr, name, kind, atc, atc_name, strength, form, route, size_text, factor, size, unit, container,
    device, holder, marketer, status, control, driving, condition, monitored, blood, biological, "group",
    substitution_code, substitutable, reference_price, corridor_top, wholesale, untaxed, price, reimbursement, change,
    leaving"#;

/// Kela's mark of a package that was removed (`muutostieto_ltk`).
const REMOVED: &str = "PP";

impl Editions {
    /// The edition as the counter works with it; nothing where no edition has that name. Packages that Kela marks as
    /// removed are not among them.
    pub fn load(&self, version: VersionId) -> Result<Option<Edition>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(None) };
        let day: String =
            self.connection.query_row("SELECT in_force FROM edition WHERE id = ?1", [id], |row| row.get(0))?;
        let day = day.parse().map_err(|_| StoreError::Damaged("day"))?;
        let mut substances = self.substances(id)?;
        let mut registers = self.registered(id)?;
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM package WHERE edition = ?1 ORDER BY vnr"))?;
        let mut rows = statement.query([id])?;
        let mut packages = Vec::new();
        while let Some(row) = rows.next()? {
            let package = package(row)?;
            if package.change.as_deref() != Some(REMOVED) {
                let substances = substances.remove(package.vnr.as_str()).unwrap_or_default();
                let registered = registers.remove(package.vnr.as_str()).unwrap_or_default();
                packages.push(at_the_counter(package, substances, registered));
            }
        }
        let edition = Edition::from_packages(version.to_string(), Some(day), packages)?;
        Ok(Some(edition.with_atc_names(self.swedish_atc_names(id)?)))
    }

    /// A package with everything that Kela says of it.
    pub fn package(&self, version: VersionId, vnr: &Vnr) -> Result<Option<KelaPackage>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(None) };
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM package WHERE edition = ?1 AND vnr = ?2"))?;
        let mut rows = statement.query(params![id, vnr.as_str()])?;
        rows.next()?.map(package).transpose()
    }

    /// Shortages of a package that hold.
    pub fn shortages(&self, version: VersionId, vnr: &Vnr) -> Result<Vec<Shortage>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(
            "SELECT first_day, last_day, company FROM shortage WHERE edition = ?1 AND vnr = ?2 AND valid ORDER BY first_day",
        )?;
        let mut rows = statement.query(params![id, vnr.as_str()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (from, until): (String, Option<String>) = (row.get(0)?, row.get(1)?);
            let day = |text: &str| text.parse().map_err(|_| StoreError::Damaged("day"));
            let until = until.as_deref().map(day).transpose()?;
            found.push(Shortage { vnr: vnr.clone(), valid: true, from: day(&from)?, until, company: row.get(2)? });
        }
        Ok(found)
    }

    /// Whether the high-risk classification was imported with an edition: without it, that a code has no row says nothing.
    pub fn has_high_risks(&self, version: VersionId) -> Result<bool, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(false) };
        let mut statement = self.connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM risk WHERE edition = ?1)")?;
        Ok(statement.query_row([id], |row| row.get(0))?)
    }

    /// Rows of the high-risk classification for an ATC code, of every route: which route counts is for the caller.
    pub fn high_risks(&self, version: VersionId, atc: &str) -> Result<Vec<HighRisk>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(
            "SELECT body FROM risk_atc JOIN risk USING (edition, id) WHERE edition = ?1 AND atc = ?2 ORDER BY id",
        )?;
        let mut rows = statement.query(params![id, atc])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(0)?;
            found.push(serde_json::from_str(&body).map_err(|_| StoreError::Damaged("risk"))?);
        }
        Ok(found)
    }

    /// The text of a prescribing condition.
    pub fn condition(&self, version: VersionId, code: &str) -> Result<Option<Condition>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(None) };
        let mut statement =
            self.connection.prepare_cached("SELECT fi, sv FROM condition WHERE edition = ?1 AND code = ?2")?;
        let found = statement.query_row(params![id, code], |row| {
            Ok(Condition { code: code.to_owned(), fi: row.get(0)?, sv: row.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// The number that a package has now which had this number before.
    pub fn renumbered(&self, version: VersionId, previous: &Vnr) -> Result<Option<Vnr>, StoreError> {
        let Some(id) = self.id(version)? else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(
            "SELECT vnr FROM register WHERE edition = ?1 AND previous_vnr = ?2 AND vnr IS NOT NULL ORDER BY number DESC LIMIT 1",
        )?;
        let found: Option<String> = statement.query_row(params![id, previous.as_str()], |row| row.get(0)).optional()?;
        found.map(|vnr| Vnr::parse(&vnr).map_err(|_| StoreError::Damaged("number"))).transpose()
    }

    /// What Fimea's registers say of packages, by number.
    fn registered(&self, id: i64) -> Result<HashMap<String, Registered>, StoreError> {
        let mut found: HashMap<String, Registered> = HashMap::new();
        let mut statement = self.connection.prepare_cached(
            "SELECT register.vnr, register.sold, register.previous_vnr, word.sv, word.en FROM register
             LEFT JOIN word ON word.edition = register.edition AND word.file = ?2 AND word.number = register.form
             WHERE register.edition = ?1 AND register.vnr IS NOT NULL ORDER BY register.number",
        )?;
        let mut rows = statement.query(params![id, File::Forms.name()])?;
        while let Some(row) = rows.next()? {
            let registered = found.entry(row.get(0)?).or_default();
            if let Some(sold) = row.get::<_, Option<bool>>(1)? {
                registered.sold = Some(registered.sold.unwrap_or_default() || sold);
            }
            let previous: Option<String> = row.get(2)?;
            if let Some(previous) = previous {
                registered.previous.push(Vnr::parse(&previous).map_err(|_| StoreError::Damaged("number"))?);
            }
            if let (Some(sv), Some(en)) = (row.get(3)?, row.get(4)?) {
                registered.form = Some(FormWords { sv, en });
            }
        }
        let mut statement = self
            .connection
            .prepare_cached(r#"SELECT vnr, "group", sold FROM substitutable WHERE edition = ?1 ORDER BY "group""#)?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let registered = found.entry(row.get(0)?).or_default();
            registered.group = Some(row.get(1)?);
            // The register, where it has the package, is the newer.
            registered.sold = registered.sold.or(Some(row.get(2)?));
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT vnr, first_day, last_day FROM shortage WHERE edition = ?1 AND valid ORDER BY first_day",
        )?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let (from, until): (String, Option<String>) = (row.get(1)?, row.get(2)?);
            let day = |text: &str| text.parse().map_err(|_| StoreError::Damaged("day"));
            let short = Short { from: day(&from)?, until: until.as_deref().map(day).transpose()? };
            found.entry(row.get(0)?).or_default().shortages.push(short);
        }
        Ok(found)
    }

    /// Swedish names of ATC codes.
    fn swedish_atc_names(&self, id: i64) -> Result<HashMap<String, Vec<String>>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT DISTINCT code, sv FROM atc WHERE edition = ?1 AND sv <> '' ORDER BY code, sv")?;
        let mut rows = statement.query([id])?;
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        while let Some(row) = rows.next()? {
            found.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        Ok(found)
    }

    /// Names of active substances by number of the package, in the order of Fimea's numbers.
    fn substances(&self, id: i64) -> Result<HashMap<String, Vec<String>>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT register.vnr, substance.name FROM substance
             JOIN register ON register.edition = substance.edition AND register.number = substance.package
             WHERE substance.edition = ?1 AND register.vnr IS NOT NULL ORDER BY substance.package, substance.number",
        )?;
        let mut rows = statement.query([id])?;
        let mut found: HashMap<String, Vec<String>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let (vnr, name): (String, String) = (row.get(0)?, row.get(1)?);
            let names = found.entry(vnr).or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(found)
    }
}

/// A stored package. What the import would not have written is damage, and said.
fn package(row: &Row) -> Result<KelaPackage, StoreError> {
    let decimal = |text: Option<String>| -> Result<Option<Decimal>, StoreError> {
        text.map(|text| Decimal::from_str(&text).map_err(|_| StoreError::Damaged("decimal"))).transpose()
    };
    let vnr: String = row.get(0)?;
    let kind: String = row.get(2)?;
    let status: Option<String> = row.get(16)?;
    let control: Option<String> = row.get(17)?;
    let reimbursement: String = row.get(31)?;
    let status = status.map(|code| Status::parse(&code, "status")).transpose();
    Ok(KelaPackage {
        vnr: Vnr::parse(&vnr).map_err(|_| StoreError::Damaged("number"))?,
        name: row.get(1)?,
        kind: ProductKind::from(kind),
        atc: row.get(3)?,
        atc_name: row.get(4)?,
        strength: row.get(5)?,
        form: row.get(6)?,
        route: row.get(7)?,
        size_text: row.get(8)?,
        factor: decimal(row.get(9)?)?,
        size: decimal(row.get(10)?)?,
        unit: row.get(11)?,
        container: row.get(12)?,
        device: row.get(13)?,
        holder: row.get(14)?,
        marketer: row.get(15)?,
        status: status.map_err(|_| StoreError::Damaged("status"))?,
        control: control.map(ControlClass::from),
        driving: row.get(18)?,
        condition: row.get(19)?,
        monitored: row.get(20)?,
        blood: row.get(21)?,
        biological: row.get(22)?,
        group: row.get(23)?,
        substitution_code: row.get(24)?,
        substitutable: row.get(25)?,
        reference_price: decimal(row.get(26)?)?,
        corridor_top: decimal(row.get(27)?)?,
        wholesale: decimal(row.get(28)?)?,
        untaxed: decimal(row.get(29)?)?,
        price: decimal(row.get(30)?)?,
        reimbursement: reimbursement.split_whitespace().map(str::to_owned).collect(),
        change: row.get(32)?,
        leaving: row.get(33)?,
    })
}

/// What Fimea's registers say of a package beside Kela's database.
#[derive(Default)]
struct Registered {
    /// Nothing where no register has the package.
    sold: Option<bool>,
    previous: Vec<Vnr>,
    form: Option<FormWords>,
    group: Option<String>,
    shortages: Vec<Short>,
}

/// The package as the counter knows it. A size that only words tell ("1 + solv.") is 0: such a package is given whole.
fn at_the_counter(package: KelaPackage, substances: Vec<String>, registered: Registered) -> Package {
    let factor = package.factor.unwrap_or(Decimal::ONE);
    let size = package.size.and_then(|size| size.checked_mul(factor)).unwrap_or_default();
    Package {
        vnr: package.vnr,
        name: package.name,
        strength: package.strength.unwrap_or_default(),
        form: package.form.unwrap_or_default(),
        atc: package.atc.unwrap_or_default(),
        atc_name: package.atc_name.unwrap_or_default(),
        substances,
        holder: package.holder.unwrap_or_default(),
        size: size.normalize(),
        unit: Unit::new(package.unit.as_deref().unwrap_or_default()),
        price: package.price,
        control: package.control,
        kind: package.kind,
        group: package.group.or(registered.group),
        exchange: ExchangeFacts {
            substitutable: package.substitutable,
            exchange_code: package.substitution_code,
            reference_price: package.reference_price,
            corridor_top: package.corridor_top,
            reimbursements: package.reimbursement,
            biological: package.biological,
            on_market: registered.sold.unwrap_or(true),
            shortages: registered.shortages,
        },
        form_words: registered.form,
        condition: package.condition,
        previous: registered.previous,
    }
}
