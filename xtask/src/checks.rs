//! Checks of the repository itself that no test of a crate can make.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::paths;

/// Libraries of `[workspace.dependencies]` without a line in `docs/dependencies.md`, and lines without a library.
pub fn dependencies() -> Result<Vec<String>> {
    let manifest = std::fs::read_to_string(paths::root().join("Cargo.toml"))?;
    let page = std::fs::read_to_string(paths::root().join("docs/dependencies.md"))
        .context("docs/dependencies.md is not there")?;
    let (used, described) = (used(&manifest), described(&page));
    let mut faults: Vec<String> =
        used.difference(&described).map(|name| format!("{name} has no line in docs/dependencies.md")).collect();
    faults.extend(
        described.difference(&used).map(|name| format!("docs/dependencies.md has {name}, and the workspace has not")),
    );
    Ok(faults)
}

/// Registry crates of the workspace: those that are not a path.
fn used(manifest: &str) -> BTreeSet<String> {
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter(|line| !line.trim_start().starts_with('#') && !line.contains("path ="))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim().to_owned())
        .collect()
}

/// Names in the first column of the page's first table, which is that of the Rust libraries; a row may name several.
fn described(page: &str) -> BTreeSet<String> {
    let table = page.lines().skip_while(|line| !line.starts_with("| ---")).skip(1);
    table
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.trim_start_matches('|').split('|').next())
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_needs_its_line() {
        let manifest = "[workspace.dependencies]\napi = { path = \"x\" }\n# why\nring = \"1\"\nserde = { version = \"1\" }\n\n[lints]\nno = \"1\"\n";
        assert_eq!(used(manifest), BTreeSet::from(["ring".to_owned(), "serde".to_owned()]));
        let page =
            "# Why\n\n| library | for |\n| --- | --- |\n| ring, `serde` | x |\n\n| --- | --- |\n| svelte | y |\n";
        assert_eq!(described(page), BTreeSet::from(["ring".to_owned(), "serde".to_owned()]));
    }
}
