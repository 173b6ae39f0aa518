//! `cargo xtask test`: every check there is, each told, all counted. What fails does not stop what comes after it, and a
//! missing tool is installed before anything is checked.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::tasks::{Finished, attempt, cargo, spoken};
use crate::{NOT_NOW, Options, checks, debian, fuzz, paths, rules, tools};

/// What has passed and what has failed so far.
#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
    failures: Vec<String>,
}

impl Count {
    fn one(&mut self, name: &str, well: bool) {
        if well {
            self.passed += 1;
        } else {
            self.failed += 1;
            self.failures.push(name.to_owned());
        }
    }

    fn checked(&mut self, name: &str, result: Result<Vec<String>>) {
        let faults = result.unwrap_or_else(|error| vec![format!("{error:#}")]);
        println!("  {}  {name}", if faults.is_empty() { "ok" } else { "FAILED" });
        for fault in &faults {
            println!("    {fault}");
        }
        self.one(name, faults.is_empty());
    }

    fn ran(&mut self, name: &str, command: &mut Command) -> Result<Finished> {
        let finished = attempt(name, command)?;
        self.one(name, finished.well);
        Ok(finished)
    }
}

/// Runs all checks.
pub fn test(long: bool, options: &mut Options) -> Result<u8> {
    options.done()?;
    let begun = Instant::now();
    let mut wanted = vec![debian::BUILD, debian::WINDOW, debian::READER, debian::JUDGES, debian::SCREEN];
    wanted.extend([debian::BROWSER, debian::FUZZER, debian::KEY_STORE]);
    if !tools::node_is_here() {
        wanted.push(debian::NODE);
    }
    if !debian::packages(&wanted)? {
        return Ok(NOT_NOW);
    }
    let mut count = Count::default();
    count.ran("format", cargo().args(["fmt", "--all", "--check"]))?;
    count.checked("a line for every dependency", checks::dependencies());
    page(&mut count, long)?;
    let built = count.ran("build", cargo().args(["build", "--locked", "--workspace", "--all-targets"]))?;
    if built.well {
        count.checked("docs/rules.md", rules::up_to_date().map(|()| Vec::new()));
        count.checked("every rule has a place and a test", rules::faults());
        tests(&mut count, long)?;
        count.ran("documents of others", Command::new(paths::programs()?.join("stage")).arg("interop"))?;
        let way = if long { fuzz::Way::Long } else { fuzz::Way::Short };
        fuzz::all(way, |name, command| count.ran(name, command))?;
    }
    let mut clippy = cargo();
    clippy.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    count.ran("clippy", &mut clippy)?;

    println!();
    for failure in &count.failures {
        println!("failed: {failure}");
    }
    println!("all of it took {}", spoken(begun.elapsed()));
    println!("{} passed, {} failed", count.passed, count.failed);
    Ok(u8::from(count.failed > 0))
}

/// The tests of all crates and of the whole, and the examples in the documentation.
fn tests(count: &mut Count, long: bool) -> Result<()> {
    let mut command = tools::nextest()?;
    command.args(["run", "--locked", "--workspace", "--no-fail-fast", "--color", "never"]);
    if long {
        command.args(["--profile", "long", "--run-ignored", "all"]);
        command.env("TISKI_LONG", "1").env("PROPTEST_CASES", "2000");
    }
    let finished = attempt("tests", &mut command)?;
    match summary(&finished.said) {
        Some((passed, failed)) => {
            println!("      {passed} tests passed, {failed} failed");
            count.passed += passed;
            count.failed += failed;
            count.failures.extend(failed_tests(&finished.said));
            if failed == 0 && !finished.well {
                count.one("tests", false);
            }
        }
        None => count.one("tests", false),
    }
    let finished = attempt("examples in the documentation", &mut tools::examples())?;
    count.one("examples in the documentation", finished.well);
    Ok(())
}

/// The page: its tools, its types and languages, that the built page is what the source builds, that keys alone suffice,
/// and what axe says of every screen.
fn page(count: &mut Count, long: bool) -> Result<()> {
    let ui = paths::root().join("ui");
    let npm = |words: &[&str]| {
        let mut command = Command::new("npm");
        command.args(words).current_dir(&ui).env("npm_config_update_notifier", "false");
        command
    };
    // Not `npm ci`: it demands an entry for every platform's optional package, which a registry may not offer.
    let tools = ["install", "--no-save", "--no-audit", "--no-fund"];
    let installed = count.ran("the page's tools (npm install)", &mut npm(&tools))?;
    if !installed.well {
        return Ok(());
    }
    count.ran("the page's types and languages", &mut npm(&["run", "check"]))?;
    let scratch = paths::scratch("page")?;
    let out = scratch.to_string_lossy().into_owned();
    let built = count.ran("the page is built", &mut npm(&["run", "build", "--", "--outDir", &out, "--emptyOutDir"]))?;
    if built.well {
        count.checked("the built page is what the source builds", differences(&scratch, &ui.join("dist")));
    }
    count.ran("the page walked by keys alone", &mut npm(&["run", "walk"]))?;
    let languages: &[&str] = if long { &["fi", "sv", "en"] } else { &["fi"] };
    for language in languages {
        let name = format!("every screen judged by axe ({language})");
        count.ran(&name, &mut npm(&["run", "look", "--", "--language", language]))?;
    }
    Ok(())
}

fn differences(built: &std::path::Path, kept: &std::path::Path) -> Result<Vec<String>> {
    let output = Command::new("diff").args(["-rq"]).arg(built).arg(kept).output().context("diff")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(Vec::new());
    }
    let root = paths::root().to_string_lossy().into_owned();
    let mut lines: Vec<String> = said.lines().map(|line| line.replace(&root, "")).collect();
    lines.push("run `npm run build` in ui/ and commit ui/dist".to_owned());
    Ok(lines)
}

/// Passed and failed from nextest's summary line:
/// `Summary [  1.2s] 30 tests run: 28 passed (1 slow), 1 failed, 1 timed out, 0 skipped`.
fn summary(said: &str) -> Option<(u64, u64)> {
    let line = said.lines().rev().find(|line| line.trim_start().starts_with("Summary ["))?;
    let (_, results) = line.split_once("run: ")?;
    let (mut passed, mut failed) = (0, 0);
    for part in without_brackets(results).split(", ") {
        let mut words = part.split_whitespace();
        let number: u64 = words.next()?.parse().ok()?;
        match words.next()? {
            "passed" => passed += number,
            "skipped" => {}
            _ => failed += number,
        }
    }
    Some((passed, failed))
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0;
    let keep = |letter: &char| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => return depth == 0,
        }
        false
    };
    text.chars().filter(keep).collect()
}

fn failed_tests(said: &str) -> Vec<String> {
    let mut names: Vec<String> = said
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let rest = ["FAIL [", "TIMEOUT [", "SIGABRT [", "SIGSEGV [", "LEAK-FAIL ["]
                .iter()
                .find_map(|w| line.strip_prefix(w))?;
            rest.split_once(']').map(|(_, name)| name.trim().to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod checks_of_the_count {
    use super::*;

    #[test]
    fn the_test_runners_summary_is_read() {
        let line =
            "     Summary [   1.234s] 30 tests run: 27 passed (1 slow, 1 flaky), 2 failed, 1 timed out, 4 skipped";
        assert_eq!(summary(line), Some((27, 3)));
        assert_eq!(summary("Summary [ 0.1s] 2 tests run: 2 passed, 0 skipped"), Some((2, 0)));
        assert_eq!(summary("nothing"), None);
    }
}
