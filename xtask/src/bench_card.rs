//! `cargo xtask bench card`: from the last digit of PIN2 to three documents written, signed by a card and verified, with the
//! card's time told apart; beside it libxmlsec1, which signs the same three with a key in memory and verifies nothing. The
//! card is the virtual one in the same process, so that "ours" is all that is not inside the card.

use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::step;
use crate::{NOT_NOW, Options, bench_documents, debian, paths};

/// Visits of which the median counts.
const ROUNDS: &str = "101";
/// How often the judge signs the three documents.
const TIMES: &str = "101";
const DOCUMENTS: f64 = 3.0;
/// What a person does not notice, in milliseconds.
const GOAL_MS: f64 = 20.0;

/// Measures, and prints a table or, last, one JSON object.
pub fn bench(json: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD, debian::BENCH])? {
        return Ok(NOT_NOW);
    }
    let ours = bench_documents::measuring_program()?;
    let judge = bench_documents::judge()?;
    let (documents, whose) = bench_documents::documents();
    let folder = paths::scratch("bench-card")?;
    step("three documents", Command::new(&ours).args(["visit", "prepare"]).arg(&documents).arg(&folder))?;
    let said = step("visits", Command::new(&ours).arg("visit").arg(&folder).arg(ROUNDS))?;
    let judged = step("the judge", Command::new(&judge).arg(&folder).arg(TIMES))?;
    let rows = rows(&said, &judged)?;
    let sizes = said.lines().find_map(|line| line.strip_prefix("bytes\t")).unwrap_or_default();
    if json {
        let rows: Vec<String> = rows.iter().map(Row::json).collect();
        println!(
            "{{\"documents\":\"{whose}\",\"bytes\":{sizes},\"rounds\":{ROUNDS},\"goal_ms\":{GOAL_MS},\"measures\":[{}]}}",
            rows.join(",")
        );
    } else {
        println!("\n{whose}, bytes {sizes}; medians of {ROUNDS} visits, milliseconds of processor time\n");
        println!("| key, signatures | in all | card | ours | libxmlsec1 signs the three | ours / libxmlsec1 |");
        println!("| --- | ---: | ---: | ---: | ---: | ---: |");
        rows.iter().for_each(|row| println!("{}", row.table()));
    }
    for row in rows.iter().filter(|row| row.ours >= GOAL_MS) {
        eprintln!("{}: ours is not under {GOAL_MS} ms", row.name);
    }
    Ok(0)
}

/// Milliseconds for one visit.
#[derive(Debug, PartialEq)]
struct Row {
    name: String,
    total: f64,
    card: f64,
    ours: f64,
    judge: f64,
}

/// Our lines (name, total, card, ours) beside the judge's (`sign KEY`, documents, seconds).
fn rows(said: &str, judged: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for line in said.lines() {
        let parts: Vec<&str> = line.trim_end().split('\t').collect();
        let [name, total, card, ours] = parts.as_slice() else { continue };
        let key = name.split(' ').next().unwrap_or_default();
        let judge = judged.lines().find_map(|line| line.strip_prefix(&format!("sign {key}\t")));
        let (count, seconds) = judge.and_then(|rest| rest.split_once('\t')).context("the judge signed nothing")?;
        let each = seconds.trim().parse::<f64>()? / count.parse::<f64>()?;
        rows.push(Row {
            name: (*name).to_owned(),
            total: total.parse()?,
            card: card.parse()?,
            ours: ours.parse()?,
            judge: each * DOCUMENTS * 1e3,
        });
    }
    anyhow::ensure!(rows.len() == 4, "a measure is missing");
    Ok(rows)
}

impl Row {
    fn table(&self) -> String {
        let Self { name, total, card, ours, judge } = self;
        format!("| {name} | {total:.2} | {card:.2} | {ours:.2} | {judge:.2} | {:.2} |", ours / judge)
    }

    fn json(&self) -> String {
        let Self { name, total, card, ours, judge } = self;
        format!(
            "{{\"what\":\"{name}\",\"total_ms\":{total:.3},\"card_ms\":{card:.3},\"ours_ms\":{ours:.3},\"beside_ms\":{judge:.3},\"ratio\":{:.3}}}",
            ours / judge
        )
    }
}

#[cfg(test)]
mod checks_of_the_measures {
    use super::*;

    #[test]
    fn the_judges_time_is_for_three_documents() {
        let said = "P-384 separate\t9\t4\t5\nP-384 together\t9\t4\t5\nRSA-2048 separate\t9\t4\t5\nRSA-2048 together\t9\t4\t5\nbytes\t[1]\n";
        let rows = rows(said, "sign P-384\t300\t0.5\nsign RSA-2048\t300\t0.25\n").unwrap_or_default();
        assert_eq!(rows.first().map(|row| row.judge), Some(5.0));
        assert_eq!(rows.last().map(|row| row.judge), Some(2.5));
    }
}
