//! `docs/rules.md`: the rules of the trade as the program has them, and the check that each stands in a test.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tasks::cargo;
use crate::{NOT_NOW, Options, debian, paths};

const PAGE: &str = "docs/rules.md";

/// Writes the page, or compares it.
pub fn rules(check: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    if !debian::packages(&[debian::BUILD])? {
        return Ok(NOT_NOW);
    }
    crate::tasks::step("building", cargo().args(["build", "--locked", "-p", "tiski-tiski"]))?;
    if check {
        up_to_date()?;
        println!("{PAGE} is what the program says");
    } else {
        std::fs::write(paths::root().join(PAGE), page()?)?;
        println!("{PAGE} is written");
    }
    let missing = untested()?;
    if missing.is_empty() {
        return Ok(0);
    }
    println!("No test names these rules: {}", missing.join(", "));
    Ok(1)
}

/// Fails when the page is not what the program says.
pub fn up_to_date() -> Result<()> {
    let written = std::fs::read_to_string(paths::root().join(PAGE)).unwrap_or_default();
    if written != page()? {
        bail!("{PAGE} is not what the program says: run `cargo xtask rules`");
    }
    Ok(())
}

/// Rules that no test and no story names.
pub fn untested() -> Result<Vec<String>> {
    let tests = tests_of_the_house()?;
    let ids: Vec<String> = page()?
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |").map(|(id, _)| id.trim().to_owned()))
        .filter(|id| id.contains('-') && id.chars().any(|letter| letter.is_ascii_digit()))
        .collect();
    anyhow::ensure!(!ids.is_empty(), "the rule table is empty");
    Ok(ids.into_iter().filter(|id| !is_named(id, &tests)).collect())
}

fn page() -> Result<String> {
    let output = Command::new(paths::programs()?.join("tiski")).arg("rules").output().context("tiski is not built")?;
    anyhow::ensure!(output.status.success(), "tiski rules: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// "DI-7" stands in a text that says DI-7 or DI_7, and not in one that says only DI-7b.
fn is_named(id: &str, text: &str) -> bool {
    let constant = id.replace('-', "_").to_uppercase();
    [id, constant.as_str()].iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let next = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
            !next.is_some_and(|letter| letter.is_ascii_alphanumeric())
        })
    })
}

/// All text that is a test: folders `tests`, files `tests.rs`, what follows `#[cfg(test)]`, and the stories.
fn tests_of_the_house() -> Result<String> {
    let root = paths::root();
    let mut text = String::new();
    gather(&root.join("tests"), true, &mut text)?;
    gather(&root.join("crates"), false, &mut text)?;
    gather(&root.join("fixtures/scenarios"), true, &mut text)?;
    Ok(text)
}

fn gather(folder: &Path, all: bool, text: &mut String) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            gather(&path, all || name == "tests", text)?;
        } else if name.ends_with(".rs") || name.ends_with(".story") {
            let content = std::fs::read_to_string(&path)?;
            let tests = if all || name == "tests.rs" {
                Some(content.as_str())
            } else {
                content.split_once("#[cfg(test)]").map(|(_, tests)| tests)
            };
            text.push_str(tests.unwrap_or_default());
            text.push('\n');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_named_only_by_its_whole_id() {
        assert!(is_named("DI-7", "rule DI-7 says"));
        assert!(is_named("DI-7b", "assert(DI_7B)"));
        assert!(!is_named("DI-7", "only DI-7b"));
        assert!(!is_named("LC-1", "LC-16 and LC_10"));
    }
}
