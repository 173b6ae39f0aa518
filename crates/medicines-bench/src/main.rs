//! Measures the Pharmaceutical Database for `cargo xtask bench medicines`. Each part is a module of its own and gives
//! rows of one table; docs/performance.md says what is measured and how.

mod checks;
mod figures;
mod import;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use figures::Figures;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// Only this part; all where none is named.
    part: Option<Part>,
    /// A folder to work in.
    #[arg(long)]
    folder: PathBuf,
    /// How many packages are imported.
    #[arg(long, default_value_t = 200_000)]
    packages: usize,
    /// Rounds of which the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// One JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// A part of the measures.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Kela's and Fimea's files into an edition.
    Import,
    /// The checks of a customer with 30 medicines.
    Checks,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let is_wanted = |part: Part| arguments.part.is_none_or(|wanted| wanted == part);
    let mut figures = Figures::default();
    if is_wanted(Part::Import) {
        import::measure(&arguments.folder, arguments.packages, arguments.rounds, &mut figures)?;
    }
    if is_wanted(Part::Checks) {
        checks::measure(&arguments.folder, arguments.rounds, &mut figures)?;
    }
    println!("{}", if arguments.json { figures.json()? } else { figures.table() });
    Ok(())
}
