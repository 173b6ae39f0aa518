//! All checks for a customer with 30 medicines: each of them is given while the 29 others are known, with structured dosages,
//! one dispensation before, rows of the high-risk classification and the demonstration's interactions. Beside it the least that
//! any program does for such a basket: one look-up by primary key in SQLite for each medicine.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use checks::{Case, Checks, Customer, Demonstration, InHand, Medicine, Other, RiskRow, Supply, Words};
use chrono::NaiveDate;
use prescription::rules::samples::{iterated_diazepam, lot};
use prescription::{
    Amount, Bounds, Code, Dispensation, Dosage, Dose, DoseAmount, End, Prescription, Range, Season, Sex, Span,
    Structure, TimeUnit, Unit,
};
use rusqlite::Connection;
use rust_decimal::Decimal;

use crate::figures::{Figures, median};

const MEDICINES: usize = 30;
/// Packages of the judge's table: as many as Finland's database has in use.
const PACKAGES: usize = 12_000;
/// So many times the basket is gone through in one round, so that the clock's own grain does not count.
const TIMES: u32 = 50;

/// One medicine of the customer.
struct Held {
    prescription: Prescription,
    history: Vec<Dispensation>,
    medicine: Medicine,
    given: Amount,
    vnr: String,
}

pub fn measure(folder: &Path, rounds: usize, figures: &mut Figures) -> Result<()> {
    let basket = (0..MEDICINES).map(held).collect::<Option<Vec<Held>>>().context("the basket cannot be made")?;
    let plain = Checks::built_in()?;
    let demonstration = plain.clone().with_interactions(Arc::new(Demonstration::built_in()?));
    let database = database(&folder.join("checks.db"))?;
    let (mut here, mut with_interactions, mut beside) = (vec![], vec![], vec![]);
    // By turns, so that what else the machine does meets all of them.
    for _ in 0..rounds.max(5) {
        here.push(timed(|| asked(&plain, &basket))?);
        beside.push(timed(|| looked_up(&database, &basket))?);
        with_interactions.push(timed(|| asked(&demonstration, &basket))?);
    }
    let judge = "30 look-ups by primary key";
    let beside = median(beside);
    figures.add("all checks of 30 medicines".to_owned(), median(here), judge, Some(beside), "ms");
    let what = "the same with the demonstration's interactions".to_owned();
    figures.add(what, median(with_interactions), judge, Some(beside), "ms");
    Ok(())
}

/// Milliseconds of one time.
fn timed(mut work: impl FnMut() -> Result<usize>) -> Result<f64> {
    let started = Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(work()?);
    }
    Ok(started.elapsed().as_secs_f64() * 1000.0 / f64::from(TIMES))
}

/// Every medicine as the one that is given; as a visit has it, the others are gathered anew for each.
fn asked(checks: &Checks, basket: &[Held]) -> Result<usize> {
    let mut answers = 0;
    for (at, held) in basket.iter().enumerate() {
        let others: Vec<Other> =
            basket.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| other(one)).collect();
        answers += checks
            .check(&Case {
                today: today()?,
                customer: Customer { born: Some(today()?), sex: Sex::Female },
                prescription: &held.prescription,
                history: &held.history,
                medicine: &held.medicine,
                given: &held.given,
                others: &others,
                in_hand: InHand { scanned: 1, given: 1, ..InHand::default() },
                document_seen: true,
                reason: None,
                handed_over: false,
            })
            .len();
    }
    anyhow::ensure!(answers > MEDICINES * 10, "the checks say too little");
    Ok(answers)
}

fn other(held: &Held) -> Other {
    let last = held.history.last();
    let until =
        last.and_then(|last| checks::lasts_until(&held.prescription, &last.delivered, last.dispensed_at.date()));
    let supply = until.map_or(Supply::Unknown, Supply::Until);
    Other { medicine: held.medicine.clone(), supply, over: false, prescribed_together: false }
}

fn looked_up(database: &Connection, basket: &[Held]) -> Result<usize> {
    let mut statement =
        database.prepare_cached("SELECT name, strength, atc, substances, holder FROM package WHERE vnr = ?1")?;
    let mut letters = 0;
    for held in basket {
        let row: [String; 5] = statement
            .query_row([&held.vnr], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))?;
        letters += row.iter().map(String::len).sum::<usize>();
    }
    Ok(letters)
}

fn database(path: &Path) -> Result<Connection> {
    let _ = std::fs::remove_file(path);
    let mut connection = Connection::open(path)?;
    connection.execute_batch(
        "CREATE TABLE package (vnr TEXT PRIMARY KEY, name TEXT, strength TEXT, atc TEXT, substances TEXT, holder TEXT) WITHOUT ROWID",
    )?;
    let transaction = connection.transaction()?;
    for number in 0..PACKAGES {
        transaction.execute(
            "INSERT INTO package VALUES (?1, 'VALMISTE MALLI', '10 mg', ?2, 'vaikuttava aine', 'MALLILÄÄKE OY')",
            [vnr(number), atc(number)],
        )?;
    }
    transaction.commit()?;
    Ok(connection)
}

fn today() -> Result<NaiveDate> {
    NaiveDate::from_ymd_opt(2026, 11, 26).context("no day")
}

/// Numbers that no medicine has (medicines.md 2.9).
fn vnr(number: usize) -> String {
    format!("{:06}", 600_000 + number)
}

/// Codes of which some stand in the checks' tables, some share a group and some a substance.
fn atc(number: usize) -> String {
    const CODES: [&str; 12] = [
        "N02BE01", "M01AE01", "M01AE02", "C09AA02", "C10AA01", "B01AA03", "N05BA01", "N06AB10", "A10BA02", "J01CA04",
        "C03DA01", "N02AX02",
    ];
    CODES.get(number % CODES.len()).copied().unwrap_or_default().to_owned()
}

fn held(number: usize) -> Option<Held> {
    let unit = Code { code: "18".into(), system: "1.2.246.537.6.138.202001".into(), name: Some("tabletti".into()) };
    let amount = DoseAmount::Units { range: Range::exactly(3)?, unit };
    let dose = Dose { id: None, amount, as_needed: None, time_of_day: None, clock: None, day: None };
    let season = Season {
        id: None,
        bounds: Bounds::new(None, End::Open)?,
        pauses: vec![],
        as_needed: None,
        period: Span::exactly(1, TimeUnit::Day),
        doses: vec![dose],
    };
    let dosage = Dosage { structure: Structure::Seasons(vec![season]), ..Dosage::default() };
    let prescription = Prescription { iteration: None, dosage, ..iterated_diazepam() };
    let words = |text: &str| Words { fi: text.to_owned(), sv: text.to_owned(), en: text.to_owned() };
    let risk = RiskRow { title: words("Riskilääke"), say: words("Kerro seurannasta"), routes: vec![] };
    let medicine = Medicine {
        strength: Some("500 mg".into()),
        atc: Some(atc(number)),
        substances: vec![format!("aine {}", number % 20)],
        unit: Some(Unit::new("fol")),
        price: Some(Decimal::from(12)),
        edition: Some("2026.022".into()),
        driving: Some(true),
        risks: Some(vec![risk.clone(), risk]),
        ..Medicine::named(&format!("VALMISTE {number} 500 mg"))
    };
    let history = vec![lot(&prescription, 90, "2026-11-10T10:00:00")];
    Some(Held { prescription, history, medicine, given: Amount::new(100, "fol"), vnr: vnr(number * 397 % PACKAGES) })
}
