//! `cargo xtask bench documents`: documents a second of this program and of libxml2 and libxmlsec1, over the same files in
//! memory, one thread each, in turns. What counts is the ratio of the medians; a second is of processor time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tasks::{cargo, step};
use crate::{NOT_NOW, Options, debian, paths};

/// Rounds of which the median counts.
const ROUNDS: usize = 9;
/// How often each document is verified and signed in a round; it is read ten times as often.
const TIMES: &str = "4";

/// What is measured, what the judge does meanwhile, and its name on both sides.
const MEASURES: [(&str, &str, &str); 6] = [
    ("reading", "libxml2's bare parse", "read"),
    ("comparing header and body", "libxml2's bare parse", "compare"),
    ("reading and verifying, P-384", "libxmlsec1's verification", "verify P-384"),
    ("reading and verifying, RSA-2048", "libxmlsec1's verification", "verify RSA-2048"),
    ("writing and signing, P-384", "libxmlsec1's signing", "sign P-384"),
    ("writing and signing, RSA-2048", "libxmlsec1's signing", "sign RSA-2048"),
];

/// Documents a second by name, one for each round.
type Rates = BTreeMap<String, Vec<f64>>;

/// The program that measures, optimised.
pub fn measuring_program() -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "-p", "tiski-bench"]);
    step("the measuring program, optimised", &mut build)?;
    Ok(paths::scratch("..")?.join("release/bench-documents"))
}

/// Measures, and prints a table or one JSON object.
pub fn bench(json: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD, debian::BENCH])? {
        return Ok(NOT_NOW);
    }
    let ours = measuring_program()?;
    let judge = judge()?;
    let (documents, whose) = documents();
    let folder = paths::scratch("bench-documents")?;
    let said = step("documents, signed and unsigned", Command::new(&ours).arg("prepare").arg(&documents).arg(&folder))?;
    let count = said.lines().last().unwrap_or_default().to_owned();
    let (mut here, mut there) = (Rates::new(), Rates::new());
    for round in 1..=ROUNDS {
        let title = |who: &str| format!("round {round} of {ROUNDS}, {who}");
        let command = &mut Command::new(&ours);
        collect(&step(&title("this program"), command.arg("measure").arg(&folder).arg(TIMES))?, &mut here)?;
        collect(&step(&title("the judge"), Command::new(&judge).arg(&folder).arg(TIMES))?, &mut there)?;
    }
    let rows: Vec<Row> = MEASURES.iter().filter_map(|measure| Row::of(measure, &mut here, &mut there)).collect();
    anyhow::ensure!(rows.len() == MEASURES.len(), "a measure is missing");
    if json {
        let rows: Vec<String> = rows.iter().map(Row::json).collect();
        println!(
            "{{\"documents\":\"{whose}\",\"count\":\"{count}\",\"rounds\":{ROUNDS},\"measures\":[{}]}}",
            rows.join(",")
        );
    } else {
        println!("\n{whose}: {count}; medians of {ROUNDS} rounds, documents a second of processor time\n");
        println!("| what | here | beside | there | here / there |\n| --- | ---: | --- | ---: | ---: |");
        rows.iter().for_each(|row| println!("{}", row.table()));
    }
    Ok(0)
}

/// Kela's documents where they are, else the corpus of the fuzzer, which is of our own making.
pub fn documents() -> (PathBuf, &'static str) {
    let kela =
        std::env::var_os("TISKI_KELA_DOCUMENTS").map_or_else(|| paths::root().join("../shared/kela"), PathBuf::from);
    let kela = kela.join("documents");
    if kela.is_dir() {
        return (kela, "Kela's public documents");
    }
    (paths::root().join("fuzz/corpus/document"), "artificial documents")
}

/// The judge, compiled when it is older than its source.
pub fn judge() -> Result<PathBuf> {
    let source = paths::root().join("xtask/judges/documents.c");
    let program = paths::scratch("judges")?.join("documents");
    let age = |path: &Path| std::fs::metadata(path).and_then(|it| it.modified()).ok();
    if age(&program).is_none() || age(&program) < age(&source) {
        let flags =
            Command::new("pkg-config").args(["--cflags", "--libs", "xmlsec1-openssl", "libxml-2.0"]).output()?;
        let flags = String::from_utf8(flags.stdout).context("pkg-config")?;
        let mut compiler = Command::new("cc");
        compiler.args(["-O2", "-Wall", "-o"]).arg(&program).arg(&source).args(flags.split_whitespace());
        step("the judge, compiled", &mut compiler)?;
    }
    Ok(program)
}

/// Reads lines of name, documents and seconds.
fn collect(said: &str, rates: &mut Rates) -> Result<()> {
    for line in said.lines() {
        let mut parts = line.split('\t');
        let (Some(name), Some(documents), Some(seconds)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let rate = documents.parse::<f64>()? / seconds.trim().parse::<f64>()?.max(f64::EPSILON);
        rates.entry(name.to_owned()).or_default().push(rate);
    }
    Ok(())
}

struct Row {
    what: &'static str,
    beside: &'static str,
    here: f64,
    there: f64,
}

impl Row {
    fn of(
        (what, beside, name): &(&'static str, &'static str, &str),
        here: &mut Rates,
        there: &mut Rates,
    ) -> Option<Self> {
        let judged = if *name == "compare" { "read" } else { name };
        let (here, there) = (median(here.get_mut(*name)?)?, median(there.get_mut(judged)?)?);
        Some(Self { what, beside, here, there })
    }

    fn table(&self) -> String {
        let Self { what, beside, here, there } = self;
        format!("| {what} | {here:.0} | {beside} | {there:.0} | {:.2} |", here / there)
    }

    fn json(&self) -> String {
        let Self { what, beside, here, there } = self;
        format!(
            "{{\"what\":\"{what}\",\"per_second\":{here:.1},\"beside\":\"{beside}\",\"beside_per_second\":{there:.1},\"ratio\":{:.3}}}",
            here / there
        )
    }
}

fn median(all: &mut [f64]) -> Option<f64> {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
mod checks_of_the_measures {
    use super::*;

    #[test]
    fn a_rate_is_documents_by_seconds_and_the_median_counts() {
        let mut rates = Rates::new();
        for seconds in ["2", "1", "4"] {
            collect(&format!("noise\nread\t8\t{seconds}\n"), &mut rates).unwrap_or_default();
        }
        assert_eq!(rates.get_mut("read").and_then(|all| median(all)), Some(4.0));
    }
}
