//! Writes an artificial Pharmaceutical Database in the forms of Kela and Fimea into a folder:
//!
//! `cargo run -p tiski-medicines --features artificial --bin make-medicines -- FOLDER [PACKAGES [SEED [VERSION [DAY]]]]`

use std::path::Path;
use std::process::ExitCode;

use medicines::artificial::{Artificial, Recipe};
use medicines::editions::VersionId;
use medicines::import::kela::KelaNames;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("make-medicines: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<String, Box<dyn std::error::Error>> {
    let word = |index: usize, otherwise: &'static str| words.get(index).map_or(otherwise, String::as_str);
    let folder = words.first().ok_or("which folder?")?;
    let version = VersionId::parse(word(3, "2026.022")).ok_or("a version is vvvv.xxx")?;
    let (packages, seed) = (word(1, "2500").parse()?, word(2, "1").parse()?);
    let recipe = Recipe { seed, packages, version, in_force: word(4, "2026-11-15").parse()? };
    Artificial::make(&recipe, &KelaNames::built_in()?).write(Path::new(folder))?;
    Ok(format!("edition {version} with {packages} packages in {folder}"))
}
