//! What a developer runs: `cargo xtask demo`, `test`, `screens`, `rules`, `interop`, `bench`, `fuzz`, `simulate`.
//!
//! It needs nothing but Rust and a C compiler, so that it compiles in seconds on a bare machine; it installs or names
//! what else is needed, builds the workspace's programs, and lets them do the work. What a whole pharmacy is made of is
//! the crate `stage`.

mod bench;
mod bench_card;
mod bench_centre;
mod bench_documents;
mod bench_medicines;
mod bench_record;
mod checks;
mod debian;
mod demo;
mod fuzz;
mod national;
mod paths;
mod rows;
mod rules;
mod simulate;
mod sources;
mod tasks;
mod tests;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask demo [--headless]          a pharmacy and a Prescription Centre on this machine, ready to work in
cargo xtask test [--long]              every check; ends with a count of passed and failed
cargo xtask screens [--out FOLDER]     pictures of every screen, two sizes, two themes
cargo xtask rules [--check]            writes docs/rules.md; with --check only compares
cargo xtask interop [FOLDER]           reads every document of a folder, writes it again, judges and compares
cargo xtask bench [NAME] [--json]      how long the main way through the house takes
cargo xtask bench documents [--json]   documents a second beside libxml2 and libxmlsec1
cargo xtask bench card [--json]        from the last PIN digit to three signed documents, the card's time apart
cargo xtask fuzz TARGET SECONDS        feeds one reader: document, signature, message or texts; --long: with a sanitizer
cargo xtask bench centre [--json] [--long | --documents 10k,100k,1m]
                                       the Prescription Centre's rates beside a bare server
cargo xtask bench medicines [import|search|checks] [--json] [--packages N]
                                       the Pharmaceutical Database beside SQLite's own work
cargo xtask simulate [--seeds N] [--from S] [--jobs J] [--json] [--trace] [--first] [--bug NAME | --bugs]
                                       whole pharmacies and a whole Centre by seeds; --bugs: what is put in is found
cargo xtask simulate national [--seed S]
                                       all of Finland's pharmacies and a Centre that is gone for five hours
cargo xtask bench record [--json] [--waiting N]
                                       the record beside a bare encrypted row; waiting, a backup, draining
";

/// Why a command ends without having done its work, where that is nobody's fault.
const NOT_NOW: u8 = 2;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(1)
        }
    }
}

fn run(words: &[String]) -> Result<u8> {
    let Some((command, rest)) = words.split_first() else {
        print!("{HELP}");
        return Ok(NOT_NOW);
    };
    let mut options = Options(rest.to_vec());
    let code = match command.as_str() {
        "demo" => demo::demo(options.flag("--headless"), &mut options)?,
        "test" => tests::test(options.flag("--long"), &mut options)?,
        "screens" => demo::screens(options.value("--out")?, &mut options)?,
        "rules" => rules::rules(options.flag("--check"), &mut options)?,
        "interop" => demo::interop(options.next(), &mut options)?,
        "bench" => match (options.flag("--json"), options.next()) {
            (json, Some(name)) if name == "documents" => bench_documents::bench(json, &mut options)?,
            (json, Some(name)) if name == "card" => bench_card::bench(json, &mut options)?,
            (json, Some(name)) if name == "record" => bench_record::bench(json, &mut options)?,
            (json, Some(name)) if name == "medicines" => bench_medicines::bench(json, &mut options)?,
            (json, Some(name)) if name == "centre" => bench_centre::bench(json, &mut options)?,
            (json, name) => bench::bench(json, name, &mut options)?,
        },
        "fuzz" => {
            let long = options.flag("--long");
            fuzz::by_hand(options.next(), options.next(), long, &mut options)?
        }
        "simulate" if rest.first().is_some_and(|word| word == "national") => {
            options.next();
            national::simulate(&mut options)?
        }
        "simulate" => simulate::simulate(&mut options)?,
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            0
        }
        other => bail!("`{other}` is none of the commands:\n{HELP}"),
    };
    Ok(code)
}

/// The words behind the command; what nobody takes is refused.
pub struct Options(Vec<String>);

impl Options {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|word| word != name);
        self.0.len() != before
    }

    fn value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|word| word == name) else { return Ok(None) };
        if at + 1 >= self.0.len() {
            bail!("{name} needs a value");
        }
        let value = self.0.remove(at + 1);
        self.0.remove(at);
        Ok(Some(value))
    }

    fn next(&mut self) -> Option<String> {
        let at = self.0.iter().position(|word| !word.starts_with("--"))?;
        Some(self.0.remove(at))
    }

    /// Everything must have been understood.
    pub fn done(&self) -> Result<()> {
        if let Some(word) = self.0.first() {
            bail!("what is `{word}`?\n{HELP}");
        }
        Ok(())
    }
}
