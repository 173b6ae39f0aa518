//! `docs/rules.md`: the rules of the trade as the program has them, where each is enforced and which test proves it; and the
//! check that none of them is without a place or a test, and that no row of the field's notes is forgotten.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::rows::{self, Row};
use crate::sources::Sources;
use crate::tasks::{ask, cargo};
use crate::{NOT_NOW, Options, debian, paths};

const PAGE: &str = "docs/rules.md";
/// The field's notes, which are not part of the project; who has them beside it checks against them.
const NOTES: &str = "../shared/domain/prescriptions.md";
/// Ids of the notes that are rules.
const FAMILIES: [&str; 6] = ["LC-", "SE-", "OB-", "DI-", "OU-", "LO-"];

/// Writes the page, or compares it.
pub fn rules(check: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    crate::tasks::step("building", cargo().args(["build", "--locked", "-p", "tiski-tiski"]))?;
    let mut faults = faults()?;
    if check {
        match up_to_date() {
            Ok(()) => println!("{PAGE} is what the program says"),
            Err(error) => faults.push(error.to_string()),
        }
    } else {
        std::fs::write(paths::root().join(PAGE), page()?)?;
        println!("{PAGE} is written");
    }
    faults.iter().for_each(|fault| println!("{fault}"));
    Ok(u8::from(!faults.is_empty()))
}

/// Fails when the page is not what the program says.
pub fn up_to_date() -> Result<()> {
    let written = std::fs::read_to_string(paths::root().join(PAGE)).unwrap_or_default();
    if written != page()? {
        bail!("{PAGE} is not what the program says: run `cargo xtask rules`");
    }
    Ok(())
}

/// Rules without a place or without a test, places that are not there, and rows of the notes that nobody has considered.
pub fn faults() -> Result<Vec<String>> {
    let (sources, rows, declared) = (Sources::gather()?, rows::read()?, declared(&program()?)?);
    let mut faults = vec![];
    for id in &declared {
        if sources.places(id).is_empty() {
            faults.push(format!("{id} is enforced nowhere"));
        }
    }
    let obeyed = rows.iter().filter(|row| row.aside.is_none());
    for row in obeyed.clone() {
        faults.extend(row.fault(&declared));
    }
    for id in declared.iter().map(String::as_str).chain(obeyed.map(|row| row.id.as_str())) {
        if sources.proofs(id).is_empty() {
            faults.push(format!("{id} is in no test and no story"));
        }
    }
    if let Ok(notes) = std::fs::read_to_string(paths::root().join(NOTES)) {
        let known: BTreeSet<&str> =
            declared.iter().map(String::as_str).chain(rows.iter().map(|row| row.id.as_str())).collect();
        let forgotten = rows_of(&notes).into_iter().filter(|id| !known.contains(id.as_str()));
        faults.extend(forgotten.map(|id| format!("{id} of the notes is neither a rule nor in xtask/rows.ini")));
    }
    Ok(faults)
}

/// The page: what the program says of its rules, with places and tests, and the rows beside them.
fn page() -> Result<String> {
    let (sources, rows) = (Sources::gather()?, rows::read()?);
    let mut page = String::new();
    for line in program()?.lines() {
        page.push_str(&match id_of(line) {
            Some(id) => format!("{line} {} | {} |\n", sources.places(id).join(", "), sources.proofs(id).join(", ")),
            None if line.starts_with("| id ") => format!("{line} enforced in | proved by |\n"),
            None if line == "| --- | --- | --- | --- | --- |" => format!("{line} --- | --- |\n"),
            None => format!("{line}\n"),
        });
    }
    page.push_str(
        "\n## Rows of the notes that are obeyed beside that\n\nWritten from `xtask/rows.ini`.\n\n\
         | id | what it demands | source | mark | enforced in | proved by |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for Row { id, demand, source, mark, place, .. } in rows.iter().filter(|row| row.aside.is_none()) {
        let (file, proofs) = (place.split('#').next().unwrap_or_default(), sources.proofs(id).join(", "));
        page.push_str(&format!("| {id} | {demand} | {source} | {mark} | {file} | {proofs} |\n"));
    }
    page.push_str(
        "\n## Rows of the notes that do not concern the program, or not yet\n\n| id | why |\n| --- | --- |\n",
    );
    for row in &rows {
        if let Some(why) = &row.aside {
            page.push_str(&format!("| {} | {why} |\n", row.id));
        }
    }
    Ok(page)
}

fn program() -> Result<String> {
    let tiski = paths::programs()?.join("tiski");
    ask(&tiski.to_string_lossy(), &["rules"]).map(|said| format!("{said}\n")).context("tiski rules: it is not built")
}

fn declared(program: &str) -> Result<BTreeSet<String>> {
    let ids: BTreeSet<String> = program.lines().filter_map(id_of).map(str::to_owned).collect();
    anyhow::ensure!(!ids.is_empty(), "the rule table is empty");
    Ok(ids)
}

/// The id of a rule's line of a table: "| DI-7b | …".
fn id_of(line: &str) -> Option<&str> {
    let id = line.strip_prefix("| ")?.split_once(" |")?.0;
    let (letters, number) = id.split_once('-')?;
    let is_id = letters.len() == 2
        && letters.bytes().all(|letter| letter.is_ascii_uppercase())
        && number.starts_with(|first: char| first.is_ascii_digit());
    is_id.then_some(id)
}

fn rows_of(notes: &str) -> BTreeSet<String> {
    let of_family = |id: &&str| FAMILIES.iter().any(|family| id.starts_with(family));
    notes.lines().filter_map(id_of).filter(of_family).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_notes_are_those_of_the_rules_families() {
        let notes = "| id | rule |\n| LC-1 | x |\n| DI-7b | y |\n| UK-1 | z |\n| A-1 | q |\ntext LC-9 |\n";
        assert_eq!(rows_of(notes), BTreeSet::from(["LC-1".to_owned(), "DI-7b".to_owned()]));
        assert_eq!(id_of("| view | OP-1 | yes |"), None, "a row of the matrix is no rule's line");
    }

    #[test]
    fn every_rule_has_a_place_and_a_test_when_both_are_named() {
        let sources = Sources::gather().unwrap();
        assert!(sources.places("LC-10").iter().any(|place| place.contains("crates/prescription")));
        assert!(!sources.proofs("LC-10").is_empty());
        assert_eq!(sources.places("ZZ-99"), Vec::<String>::new());
        assert_eq!(sources.proofs("ZZ-99"), Vec::<String>::new());
    }
}
