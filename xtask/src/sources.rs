//! All text of the house: what is program, and what is a test. Where a rule's id or constant stands in the program is where
//! it is enforced; a test or story that names it proves it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use crate::paths;

/// How many places and tests a table shows of a rule; the check counts all of them.
const SHOWN: usize = 2;
/// Files that only declare rules or tell of them.
const DECLARATIONS: [&str; 7] = [
    "crates/prescription/src/rules/deviation.rs",
    "crates/prescription/src/rules/unlisted.rs",
    "crates/prescription/src/rules/exchange.rs",
    "crates/prescription/src/rules/table.rs",
    "crates/prescription/src/rules/operations.rs",
    "crates/prescription/src/rules/outage.rs",
    "crates/tiski/src/rules.rs",
];

/// Program and tests.
#[derive(Debug, Default)]
pub struct Sources {
    /// File and text.
    program: Vec<(String, String)>,
    /// Story and the rules that it says it proves.
    stories: Vec<(String, String)>,
    /// Test and its text.
    tests: Vec<(String, String)>,
}

impl Sources {
    /// Reads everything.
    pub fn gather() -> Result<Self> {
        let root = paths::root();
        let mut sources = Self::default();
        for folder in ["crates", "tests", "fixtures/scenarios"] {
            sources.take(&root, &root.join(folder), folder == "tests")?;
        }
        sources.program.sort();
        sources.stories.sort();
        sources.tests.sort();
        Ok(sources)
    }

    /// Files of the program that ask a rule by its constant, or refuse by its id.
    pub fn places(&self, id: &str) -> Vec<String> {
        let constant = id.replace('-', "_").to_uppercase();
        let quoted = format!("\"{id}\"");
        let asked = self.program.iter().filter(|(file, text)| {
            let code = || text.lines().filter(|line| !line.trim_start().starts_with("//"));
            !DECLARATIONS.contains(&file.as_str())
                && (code().any(|line| is_named(&constant, line) || line.contains(&quoted)))
        });
        asked.map(|(file, _)| file.clone()).take(SHOWN).collect()
    }

    /// Stories and tests that name a rule, stories first.
    pub fn proofs(&self, id: &str) -> Vec<String> {
        let stories = self.stories.iter().filter(|(_, proves)| is_named(id, proves));
        let tests = self.tests.iter().filter(|(_, text)| is_named(id, text));
        let names: BTreeSet<&str> = tests.map(|(name, _)| name.as_str()).collect();
        stories.map(|(name, _)| name.as_str()).chain(names).take(SHOWN).map(|name| format!("`{name}`")).collect()
    }

    fn take(&mut self, root: &Path, folder: &Path, tests: bool) -> Result<()> {
        for entry in std::fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                self.take(root, &path, tests || name == "tests")?;
                continue;
            }
            let file = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            if let Some(story) = name.strip_suffix(".story") {
                let text = std::fs::read_to_string(&path)?;
                let proves = text.lines().find_map(|line| line.strip_prefix("proves: ")).unwrap_or_default();
                self.stories.push((story.to_owned(), proves.to_owned()));
            } else if name.ends_with(".rs") {
                let text = std::fs::read_to_string(&path)?;
                if tests || name == "tests.rs" || name.ends_with("_tests.rs") {
                    self.take_tests(&text);
                } else {
                    let (program, rest) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
                    self.take_tests(rest);
                    self.program.push((file, program.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// Each function of a text of tests, with its remarks before it.
    fn take_tests(&mut self, text: &str) {
        let mut parts = text.split("#[test]");
        parts.next();
        for part in parts {
            let Some(name) = part.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).map(|(name, _)| name)
            else {
                continue;
            };
            // A macro's pattern is no test of its own.
            if !name.contains('$') {
                self.tests.push((name.trim().to_owned(), part.to_owned()));
            }
        }
    }
}

/// "DI-7" stands in a text that says DI-7, DI_7 or `di_7_…`, and not in one that says only DI-7b.
pub fn is_named(id: &str, text: &str) -> bool {
    let constant = id.replace('-', "_").to_uppercase();
    let begins = format!("{}_", constant.to_lowercase());
    let whole = |name: &str, ended: bool| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|rest| rest.chars().next_back());
            let next = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
            let apart = |letter: Option<char>| !letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
            apart(before) && (ended || apart(next))
        })
    };
    whole(id, false) || whole(&constant, false) || whole(&begins, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_named_only_by_its_whole_id() {
        assert!(is_named("DI-7", "rule DI-7 says"));
        assert!(is_named("DI-7b", "assert(DI_7B)"));
        assert!(is_named("DI-7", "fn di_7_di_7e_what_is_left() {"));
        assert!(!is_named("DI-7", "only DI-7b"));
        assert!(!is_named("DI-7", "fn di_7b_too_early() {"));
        assert!(!is_named("LC-1", "LC-16 and LC_10"));
        assert!(!is_named("LC-1", "XLC-1"));
    }

    #[test]
    fn each_test_is_told_by_its_own_name() {
        let mut sources = Sources::default();
        sources.take_tests("use x;\n#[test]\nfn one() { LC_1 }\n\n#[test]\nfn other() {}\n");
        assert_eq!(sources.proofs("LC-1"), ["`one`"]);
        assert!(sources.proofs("LC-2").is_empty());
    }
}
