//! `cargo xtask bench medicines`: the Pharmaceutical Database beside SQLite's own work. What is measured and how is said in
//! docs/performance.md and docs/medicines.md; the programs that measure are `bench-medicines` (the import and
//! the checks) and `bench-medicines-search`, optimised.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tasks::{cargo, step};
use crate::{NOT_NOW, Options, debian, paths};

/// Measures the import, the search, the checks, or all of them, and prints tables or, last, one JSON object.
pub fn bench(json: bool, options: &mut Options) -> Result<u8> {
    let packages = options.value("--packages")?;
    let part = options.next();
    options.done()?;
    let wanted: &[&str] = match part.as_deref() {
        None => &["import", "search", "checks"],
        Some("import") => &["import"],
        Some("search") => &["search"],
        Some("checks") => &["checks"],
        Some(other) => bail!("no part {other}: import, search or checks"),
    };
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    let mut build = cargo();
    build.args(["build", "--locked", "--release", "-p", "tiski-medicines-bench", "-p", "tiski-bench"]);
    step("what measures the medicines, optimised", &mut build)?;
    let programs = paths::programs()?;
    let optimised = programs.parent().context("this program has no folder")?.join("release");
    let mut said = Vec::new();
    for part in wanted {
        let program = if *part == "search" { "bench-medicines-search" } else { "bench-medicines" };
        let mut run = Command::new(optimised.join(program));
        if *part != "search" {
            run.arg(part).arg("--folder").arg(paths::scratch("bench-medicines")?);
        }
        if let Some(packages) = packages.as_ref().filter(|_| *part == "import") {
            run.args(["--packages", packages]);
        }
        said.push((*part, measured(json, &format!("the {part}"), &mut run)?));
    }
    if json {
        let parts: Vec<String> = said.iter().map(|(part, told)| format!("\"{part}\":{told}")).collect();
        println!("{{{}}}", parts.join(","));
    } else {
        said.iter().for_each(|(_, told)| println!("{told}\n"));
    }
    Ok(0)
}

/// What one program measured: a table, or the object of its last line.
fn measured(json: bool, what: &str, run: &mut Command) -> Result<String> {
    if json {
        run.arg("--json");
    }
    let said = step(what, run)?;
    Ok(if json { said.lines().last().unwrap_or_default().to_owned() } else { said.trim_end().to_owned() })
}
