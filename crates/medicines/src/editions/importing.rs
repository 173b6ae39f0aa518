//! Taking an edition in: every file is read to its end within one transaction, then judged as a whole, then committed.
//! Whatever goes wrong, and if the power goes off, the editions are those of before.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

use chrono::{DateTime, Utc};
use prescription::Vnr;
use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OptionalExtension, ToSql, Transaction, TransactionBehavior, params};

use super::error::{ImportError, StoreError};
use super::sources::{Hashed, Sources};
use super::{EditionInfo, Editions, VersionId, registering};
use crate::import::fimea::{self, FimeaRow};
use crate::import::kela::{self, KelaCount, KelaHead, KelaItem, KelaNames, KelaPackage};
use crate::import::{Fault, File, Limits, ReadError, risks};

/// What an import must keep to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How large files may be.
    pub limits: Limits,
    /// How many entries of a file there must be of a hundred in the edition before. Assumed (docs/assumptions.md).
    pub least_percent: u64,
    /// How many packages of a hundred must have a price. Assumed (docs/assumptions.md).
    pub least_priced_percent: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { limits: Limits::default(), least_percent: 80, least_priced_percent: 50 }
    }
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is a new edition.
    Imported(EditionInfo),
    /// The very same files are an edition already; nothing was changed.
    AlreadyThere(EditionInfo),
}

impl Editions {
    /// Takes an edition in, in one transaction. Files that are not given are not there for this edition; Kela's must be.
    pub fn import(
        &mut self,
        sources: Sources,
        names: &KelaNames,
        policy: &Policy,
        now: DateTime<Utc>,
    ) -> Result<Outcome, ImportError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let edition = transaction.query_row("SELECT coalesce(max(id), 0) + 1 FROM edition", [], |row| row.get(0))?;
        let mut import =
            Import { to: &transaction, edition, files: BTreeMap::new(), priced: 0, limits: &policy.limits };
        let head = import.all(sources, names)?;
        let KelaHead { version, in_force } = head;
        if version.year() != chrono::Datelike::year(&in_force) {
            return Err(ImportError::Year { version, in_force });
        }
        let (files, priced) = (import.files, import.priced);
        let packages = files.get(&File::Kela).map_or(0, |read| read.entries);
        let info = EditionInfo { version, in_force, packages };
        if let Some(there) = digests(&transaction, version)? {
            let is_same = there.len() == files.len()
                && files.iter().all(|(file, read)| there.get(file.name()).is_some_and(|it| it == &read.digest));
            return if is_same { Ok(Outcome::AlreadyThere(info)) } else { Err(ImportError::OtherContent(version)) };
        }
        if priced.saturating_mul(100) < packages.saturating_mul(policy.least_priced_percent) {
            return Err(ImportError::Unpriced { priced, packages });
        }
        not_shrunken(&transaction, &info, &files, policy.least_percent)?;
        let packages = i64::try_from(packages).unwrap_or(i64::MAX);
        transaction.execute(
            "INSERT INTO edition (id, version, in_force, imported_at, packages) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![edition, version.to_string(), in_force.to_string(), now.to_rfc3339(), packages],
        )?;
        for (file, read) in &files {
            let entries = i64::try_from(read.entries).unwrap_or(i64::MAX);
            transaction.execute(
                "INSERT INTO edition_file (edition, file, entries, digest) VALUES (?1, ?2, ?3, ?4)",
                params![edition, file.name(), entries, read.digest.as_slice()],
            )?;
        }
        transaction.commit()?;
        Ok(Outcome::Imported(info))
    }
}

/// A file that was read to its end.
struct FileRead {
    entries: u64,
    digest: [u8; 32],
}

/// Digests of an edition's files, by name, where it is there.
fn digests(
    transaction: &Transaction,
    version: VersionId,
) -> Result<Option<BTreeMap<String, [u8; 32]>>, rusqlite::Error> {
    let id: Option<i64> = transaction
        .query_row("SELECT id FROM edition WHERE version = ?1", [version.to_string()], |row| row.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    let mut statement = transaction.prepare("SELECT file, digest FROM edition_file WHERE edition = ?1")?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect::<Result<_, _>>().map(Some)
}

/// Of each file of the edition before, so many of a hundred entries are there again. Shortages come and go.
fn not_shrunken(
    transaction: &Transaction,
    info: &EditionInfo,
    files: &BTreeMap<File, FileRead>,
    least_percent: u64,
) -> Result<(), ImportError> {
    let before: Option<i64> = transaction
        .query_row(
            "SELECT id FROM edition WHERE (in_force, version) < (?1, ?2) ORDER BY in_force DESC, version DESC LIMIT 1",
            [info.in_force.to_string(), info.version.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    let Some(before) = before else { return Ok(()) };
    // The register comes as XML or as text: one takes the other's place.
    let is_replaced = |file: &File| match file {
        File::Register => files.contains_key(&File::Packages),
        other => REGISTER_AS_TEXT.contains(other) && files.contains_key(&File::Register),
    };
    for file in File::ALL.into_iter().filter(|file| *file != File::Shortages && !is_replaced(file)) {
        let entries: Option<i64> = transaction
            .query_row(
                "SELECT entries FROM edition_file WHERE edition = ?1 AND file = ?2",
                params![before, file.name()],
                |row| row.get(0),
            )
            .optional()?;
        let before = entries.and_then(|entries| u64::try_from(entries).ok()).unwrap_or_default();
        let now = files.get(&file).map_or(0, |read| read.entries);
        if now.saturating_mul(100) < before.saturating_mul(least_percent) {
            return Err(ImportError::Shrunken { file, before, now });
        }
    }
    Ok(())
}

/// What Fimea's XML says as well.
const REGISTER_AS_TEXT: [File; 3] = [File::Packages, File::PermitPackages, File::Substances];

/// An import on its way.
struct Import<'t> {
    to: &'t Connection,
    edition: i64,
    files: BTreeMap<File, FileRead>,
    /// Packages with a price.
    priced: u64,
    limits: &'t Limits,
}

impl Import<'_> {
    fn all(&mut self, mut sources: Sources, names: &KelaNames) -> Result<KelaHead, ImportError> {
        let kela = sources.take(File::Kela).ok_or(ImportError::NotThere(File::Kela))?;
        if let Some(text) = REGISTER_AS_TEXT.into_iter().find(|text| sources.has(*text) && sources.has(File::Register))
        {
            return Err(ImportError::Twice(File::Register, text));
        }
        let head = self.kela(kela, names)?;
        for file in File::ALL {
            let Some(from) = sources.take(file) else { continue };
            match file {
                File::Kela => {}
                File::Packages | File::PermitPackages => self.rows(from, file, REGISTER, register)?,
                File::Substances => self.rows(from, file, SUBSTANCE, substance)?,
                File::Atc => self.rows(from, file, ATC, atc)?,
                File::Forms => self.rows(from, file, WORD, |row: fimea::Form| word(row.0, File::Forms))?,
                File::Containers => {
                    self.rows(from, file, WORD, |row: fimea::Container| word(row.0, File::Containers))?;
                }
                File::Conditions => self.rows(from, file, CONDITION, condition)?,
                File::Substitutable => self.rows(from, file, SUBSTITUTABLE, substitutable)?,
                File::Shortages => self.rows(from, file, SHORTAGE, shortage)?,
                File::Register => {
                    let (entries, digest) = registering::register(self.to, self.edition, from, self.limits)?;
                    self.files.insert(file, FileRead { entries, digest });
                }
                File::Risks => self.risks(from)?,
            }
        }
        Ok(head)
    }

    /// Kela's file is read by a thread of its own while this one writes: each is half of the work.
    fn kela(&mut self, from: Hashed, names: &KelaNames) -> Result<KelaHead, ImportError> {
        let mut statement = self.to.prepare_cached(PACKAGE)?;
        let limits = self.limits;
        let mut failed = None;
        let done = std::thread::scope(|scope| {
            let (sender, batches) = sync_channel(BATCHES);
            let (back, written) = channel();
            let reader = scope.spawn(move || packages_of(from, names, limits, (&sender, &written)));
            for batch in batches {
                let inserted = batch.iter().try_for_each(|it| insert_package(&mut statement, self.edition, it));
                if let Err(error) = inserted {
                    failed = Some(error);
                    break;
                }
                // Memory goes back to who has taken it: freeing another thread's small pieces costs more than writing them.
                let _ = back.send(batch);
            }
            // What was not taken is not sent any more, which stops the reader.
            reader.join()
        });
        let (read, said, digest) = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let count = settle(read, failed)?;
        self.priced = count.priced;
        self.files.insert(File::Kela, FileRead { entries: count.packages, digest });
        // The reader hands out the head before the first package, and a file without a package is an error.
        said.ok_or(ImportError::Read(ReadError::Empty(File::Kela)))
    }

    fn rows<R: FimeaRow>(
        &mut self,
        mut from: Hashed,
        file: File,
        insert: &str,
        values: impl Fn(R) -> Vec<Value>,
    ) -> Result<(), ImportError> {
        let mut statement = self.to.prepare_cached(insert)?;
        let mut failed = None;
        let read = fimea::read(&mut from, file, self.limits, |row: R| {
            let values = std::iter::once(Value::Integer(self.edition)).chain(values(row));
            statement.execute(rusqlite::params_from_iter(values)).map(|_| ()).map_err(|error| stop(&mut failed, error))
        });
        let entries = settle(read, failed)?;
        self.files.insert(file, FileRead { entries, digest: from.digest() });
        Ok(())
    }

    fn risks(&mut self, mut from: Hashed) -> Result<(), ImportError> {
        let mut row = self.to.prepare_cached("INSERT INTO risk (edition, id, body) VALUES (?1, ?2, ?3)")?;
        let mut code =
            self.to.prepare_cached("INSERT OR IGNORE INTO risk_atc (edition, atc, id) VALUES (?1, ?2, ?3)")?;
        let mut failed = None;
        let read = risks::read(&mut from, self.limits, |risk| {
            let mut insert = || -> Result<(), rusqlite::Error> {
                let body = serde_json::to_string(&risk)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                row.execute(params![self.edition, risk.id, body])?;
                for atc in &risk.atc {
                    code.execute(params![self.edition, atc.code, risk.id])?;
                }
                Ok(())
            };
            insert().map_err(|error| stop(&mut failed, error))
        });
        let entries = settle(read, failed)?;
        self.files.insert(File::Risks, FileRead { entries, digest: from.digest() });
        Ok(())
    }
}

/// Packages that go from the reader to the writer at once, and so many times as many wait at the most.
const BATCH: usize = 128;
const BATCHES: usize = 8;

type Batch = Vec<Box<KelaPackage>>;

/// Reads Kela's file to its end and hands its packages over; whoever takes no more stops it.
fn packages_of(
    mut from: Hashed,
    names: &KelaNames,
    limits: &Limits,
    (to, written): (&SyncSender<Batch>, &Receiver<Batch>),
) -> (Result<KelaCount, ReadError>, Option<KelaHead>, [u8; 32]) {
    let (mut said, mut seen, mut batch) = (None, Seen::new(), Vec::with_capacity(BATCH));
    let read = kela::read(&mut from, names, limits, |item| match item {
        KelaItem::Head(head) => {
            said = Some(head);
            Ok(())
        }
        KelaItem::Package(package) => {
            if !seen.first_time(&package.vnr) {
                return Err(Fault::DoubleNumber("number"));
            }
            batch.push(package);
            if batch.len() < BATCH {
                return Ok(());
            }
            let mut empty = written.try_recv().unwrap_or_default();
            empty.clear();
            to.send(std::mem::replace(&mut batch, empty)).map_err(|_| Fault::Stopped)
        }
    });
    if read.is_ok() {
        // Whoever took no more has said why.
        let _ = to.send(batch);
    }
    (read, said, from.digest())
}

/// Remembers what SQLite said, and stops the reader. A number that is there already is the file's fault, with its line.
pub(super) fn stop(failed: &mut Option<rusqlite::Error>, error: rusqlite::Error) -> Fault {
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        return Fault::DoubleNumber("a row's key");
    }
    *failed = Some(error);
    Fault::Stopped
}

pub(super) fn settle<T>(read: Result<T, ReadError>, failed: Option<rusqlite::Error>) -> Result<T, ImportError> {
    match failed {
        Some(error) => Err(StoreError::from(error).into()),
        None => Ok(read?),
    }
}

/// Which of the million numbers were there.
struct Seen(Vec<u64>);

impl Seen {
    fn new() -> Self {
        Self(vec![0; 1_000_000_usize.div_ceil(64)])
    }

    fn first_time(&mut self, vnr: &Vnr) -> bool {
        let number: usize = vnr.as_str().parse().unwrap_or_default();
        let Some(word) = self.0.get_mut(number / 64) else { return false };
        let bit = 1 << (number % 64);
        let is_first = *word & bit == 0;
        *word |= bit;
        is_first
    }
}

const PACKAGE: &str = r#"INSERT INTO package (edition, vnr, name, kind, atc, atc_name, strength, form, route, size_text,
    factor, size, unit, container, device, holder, marketer, status, control, driving, condition, monitored, blood,
    biological, "group", substitution_code, substitutable, reference_price, corridor_top, wholesale, untaxed, price,
    reimbursement, change, leaving)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
    ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35)"#;

fn insert_package(
    statement: &mut rusqlite::Statement,
    edition: i64,
    package: &KelaPackage,
) -> Result<(), rusqlite::Error> {
    let decimal = |value: &Option<rust_decimal::Decimal>| value.map(|value| value.to_string());
    let values: [&dyn ToSql; 35] = [
        &edition,
        &package.vnr.as_str(),
        &package.name,
        &package.kind.code(),
        &package.atc,
        &package.atc_name,
        &package.strength,
        &package.form,
        &package.route,
        &package.size_text,
        &decimal(&package.factor),
        &decimal(&package.size),
        &package.unit,
        &package.container,
        &package.device,
        &package.holder,
        &package.marketer,
        &package.status.map(kela::Status::code),
        &package.control.as_ref().map(prescription::ControlClass::code),
        &package.driving,
        &package.condition,
        &package.monitored,
        &package.blood,
        &package.biological,
        &package.group,
        &package.substitution_code,
        &package.substitutable,
        &decimal(&package.reference_price),
        &decimal(&package.corridor_top),
        &decimal(&package.wholesale),
        &decimal(&package.untaxed),
        &decimal(&package.price),
        &package.reimbursement.join(" "),
        &package.change,
        &package.leaving,
    ];
    statement.execute(values.as_slice()).map(|_| ())
}

const REGISTER: &str = r#"INSERT INTO register (edition, number, vnr, previous_vnr, name, size_text, size, status, form,
    container, human, atc, narcotic, psychotropic, driving, condition, "group", sold, permit)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"#;

fn register(row: fimea::RegisterPackage) -> Vec<Value> {
    let vnr = |vnr: Option<Vnr>| vnr.map(String::from);
    vec![
        row.number.into(),
        vnr(row.vnr).into(),
        vnr(row.previous_vnr).into(),
        row.name.into(),
        row.size_text.into(),
        row.size.map(|size| size.to_string()).into(),
        row.status.code().to_owned().into(),
        row.form.into(),
        row.container.into(),
        row.human.into(),
        row.atc.into(),
        row.narcotic.into(),
        row.psychotropic.into(),
        row.driving.into(),
        row.condition.into(),
        row.group.into(),
        row.sold.into(),
        row.permit.into(),
    ]
}

const SUBSTANCE: &str = "INSERT INTO substance (edition, package, number, name) VALUES (?1, ?2, ?3, ?4)";

fn substance(row: fimea::Substance) -> Vec<Value> {
    vec![row.package.into(), row.number.into(), row.name.into()]
}

const ATC: &str = "INSERT INTO atc (edition, number, code, fi, sv, ddd, unit) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

fn atc(row: fimea::Atc) -> Vec<Value> {
    let ddd = row.ddd.map(|ddd| ddd.to_string());
    let (code, fi, sv) = (row.code, row.fi, row.sv);
    vec![row.number.into(), code.into(), fi.into(), sv.into(), ddd.into(), row.unit.into()]
}

const WORD: &str = "INSERT INTO word (edition, file, number, fi, sv, en) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

fn word(word: fimea::Word, file: File) -> Vec<Value> {
    let (fi, sv, en) = (word.fi, word.sv, word.en);
    vec![file.name().to_owned().into(), word.number.into(), fi.into(), sv.into(), en.into()]
}

const CONDITION: &str = "INSERT INTO condition (edition, code, fi, sv) VALUES (?1, ?2, ?3, ?4)";

fn condition(row: fimea::Condition) -> Vec<Value> {
    vec![row.code.into(), row.fi.into(), row.sv.into()]
}

const SUBSTITUTABLE: &str = r#"INSERT INTO substitutable (edition, "group", vnr, sold, documentation, parallel)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)"#;

fn substitutable(row: fimea::Substitutable) -> Vec<Value> {
    let vnr = String::from(row.vnr);
    vec![row.group.into(), vnr.into(), row.sold.into(), row.documentation.into(), row.parallel.into()]
}

const SHORTAGE: &str =
    "INSERT INTO shortage (edition, vnr, valid, first_day, last_day, company) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

fn shortage(row: fimea::Shortage) -> Vec<Value> {
    let (vnr, until) = (String::from(row.vnr), row.until.map(|day| day.to_string()));
    vec![vnr.into(), row.valid.into(), row.from.to_string().into(), until.into(), row.company.into()]
}
