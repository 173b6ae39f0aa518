//! A scenario: one file in a pharmacist's words that is played against the real Prescription Centre, over TLS with the
//! certificates of pharmacies and care units, without any counter. Where a story shows one workplace, a scenario has as
//! many people and pharmacies as it needs, and says of each deed what the Centre must answer.
//!
//! ```text
//! title: A lock keeps the prescription from everybody until it is corrected
//! proves: LC-10, OP-7
//!
//! Lauri writes DIAPAM 10 mg for Aino, 21 fol, iterated 3 times every 7 days
//! Kuusen apteekki locks it because "annostus on epäselvä"
//! Lähteen apteekki dispenses 21 fol: refused by LC-10
//! ```
//!
//! A deed without an answer behind it must be accepted. How each line is written stands in `line`.

mod answers;
mod cast;
mod clause;
mod deed;
mod held;
mod line;
mod office;
mod papers;
mod particulars;
mod play;
mod shelf;
mod supervision;

use std::path::Path;

use anyhow::{Context, Result, bail};
use prescription::{DocumentType, SignedBy, Signers};

pub use deed::Line;
pub use play::play;

/// A whole scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its name: the file's, without the ending.
    pub name: String,
    /// What it shows, in one sentence.
    pub title: String,
    /// The rules that it proves; at least one.
    pub proves: Vec<String>,
    /// Hour and minute of the day, Finnish time, at which it begins.
    pub at: (u32, u32),
    /// Who signs which type of document where that is not as usual, as `4=system`.
    pub signed: Vec<String>,
    /// What happens.
    pub lines: Vec<Line>,
}

impl Scenario {
    /// Reads a scenario's file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Self::parse(&name, &text).with_context(|| format!("{}", path.display()))
    }

    /// Reads a scenario.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let mut scenario = Self {
            name: name.to_owned(),
            title: String::new(),
            proves: vec![],
            at: (10, 0),
            signed: vec![],
            lines: vec![],
        };
        let (head, body) = text.split_once("\n\n").context("an empty line parts the head from what happens")?;
        for line in head.lines().filter(|line| !line.starts_with('#')) {
            scenario.header(line).with_context(|| line.to_owned())?;
        }
        let before = head.lines().count() + 1;
        for (number, line) in (before + 1..).zip(body.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let read = Line::parse(number, line).with_context(|| format!("line {number}: {line}"))?;
                scenario.lines.push(read);
            }
        }
        anyhow::ensure!(!scenario.title.is_empty(), "the scenario has no title");
        anyhow::ensure!(!scenario.proves.is_empty(), "the scenario proves nothing");
        anyhow::ensure!(scenario.lines.iter().any(Line::shows_something), "the scenario expects nothing");
        Ok(scenario)
    }

    fn header(&mut self, line: &str) -> Result<()> {
        let (key, value) = line.split_once(':').context("a header line is `key: value`")?;
        let value = value.trim();
        match key.trim() {
            "title" => self.title = value.to_owned(),
            "proves" => self.proves.extend(value.split(',').map(|id| id.trim().to_owned())),
            "at" => {
                let (hour, minute) = value.split_once('.').context("a time of day is written 10.00")?;
                self.at = (hour.parse()?, minute.parse()?);
                anyhow::ensure!(self.at.0 < 24 && self.at.1 < 60, "no such time of day");
            }
            "signed" => self.signed.extend(value.split(',').map(|one| one.trim().to_owned())),
            other => bail!("unknown header `{other}`: title, proves, at, signed"),
        }
        Ok(())
    }

    /// Who signs which type of document.
    fn signers(&self) -> Result<Signers> {
        self.signed.iter().try_fold(Signers::default(), |signers, one| {
            let (document_type, by) = one.split_once('=').context("signed is `4=system`")?;
            let by = match by {
                "professional" => SignedBy::Professional,
                "system" => SignedBy::System,
                "nobody" => SignedBy::Nobody,
                other => bail!("`{other}` signs nothing: professional, system, nobody"),
            };
            Ok(signers.with(DocumentType::from(document_type), by))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_of_the_project_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios/centre");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "story") {
                Scenario::load(&path).unwrap();
                seen += 1;
            }
        }
        assert!(seen > 0, "no scenarios at all");
    }

    #[test]
    fn a_scenario_that_expects_nothing_or_says_what_nobody_means_is_refused_by_its_line() {
        let head = "title: A visit\nproves: LC-1\n\n";
        let refused = |body: &str| format!("{:#}", Scenario::parse("visit", &format!("{head}{body}")).unwrap_err());
        assert!(refused("2 days later\n").contains("expects nothing"));
        assert!(refused("2 days later\n\nSiri dances on the counter\n").contains("line 6"));
        assert!(refused("Siri dispenses 21 fol: refused by nobody in particular\n").contains("line 4"));
        assert!(refused("Matti dispenses 21 fol\n").contains("line 4"));
        assert!(Scenario::parse("visit", "title: A visit\n\nexpect not locked\n").is_err(), "it proves nothing");
    }
}
