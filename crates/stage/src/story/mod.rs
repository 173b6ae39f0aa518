//! A story: one file in a pharmacist's words that says what is given and then, a line a step, what is done and what
//! must be seen. The same file runs on the headless host and in the real window.
//!
//! ```text
//! title: A first dispensation
//! proves: LC-1, DI-7
//! card: siri-salminen
//! centre: seeded
//!
//! log in with PIN 1234
//! search 010181-900C
//! # a remark
//! expect none waiting
//! ```
//!
//! Words in quotes are taken as they are; `two days later` and `2 days later` are the same.

mod step;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

pub(crate) use step::table;
pub use step::{Act, CentreOrder, Expect, HandOver, Part, Step, Stretch, ToStore};
pub use words::{Word, matched, number, split};

/// What the Prescription Centre holds when the story begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CentreHolds {
    /// Nothing.
    Nothing,
    /// The artificial prescriptions of this project.
    Seed,
    /// One of Kela's documents, made a prescription of today for an artificial patient.
    Reissue {
        /// The document.
        file: String,
        /// Slug of the patient.
        patient: String,
    },
    /// One of Kela's documents as it is.
    AsItIs(String),
}

/// A whole story.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// Its name: the file's, without the ending.
    pub name: String,
    /// One line about it.
    pub title: String,
    /// The rules that it proves.
    pub proves: Vec<String>,
    /// Whose card is in the reader at the beginning; nobody's where absent.
    pub card: Option<String>,
    /// Tries left of PIN1 and PIN2 of that card, where it has been used badly before.
    pub tries: Option<(u8, u8)>,
    /// Whether the pharmacy asks the role service, which is simulated by the file of artificial people.
    pub asks_roles: bool,
    /// Whether the pharmacy has a label printer: a folder into which labels are printed.
    pub prints: bool,
    /// Whether the counter knows made-up reasons for deviating from a prescription.
    pub deviates: bool,
    /// Whether the pharmacy has a scanner at a serial port.
    pub scans_at_port: bool,
    /// What the Centre holds.
    pub centre: Vec<CentreHolds>,
    /// Hour and minute of the day, Finnish time, at which the story begins.
    pub at: (u32, u32),
    /// Hosts on which it runs; both where nothing is said.
    pub only_headless: bool,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Story {
    /// Reads a story's file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Self::parse(&name, &text).with_context(|| format!("{}", path.display()))
    }

    /// Reads a story.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let mut story = Self {
            name: name.to_owned(),
            title: String::new(),
            proves: Vec::new(),
            card: None,
            tries: None,
            asks_roles: false,
            prints: false,
            deviates: false,
            scans_at_port: false,
            centre: Vec::new(),
            at: (10, 0),
            only_headless: false,
            steps: Vec::new(),
        };
        let mut head = true;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() {
                head = head && story.title.is_empty();
                continue;
            }
            if line.starts_with('#') {
                continue;
            }
            if head {
                story.header(line).with_context(|| format!("line {number}"))?;
            } else {
                story.steps.push(Step::parse(number, line).with_context(|| format!("line {number}: {line}"))?);
            }
        }
        anyhow::ensure!(!story.title.is_empty(), "the story has no title");
        anyhow::ensure!(!story.steps.is_empty(), "the story has no steps");
        Ok(story)
    }

    /// Kela's documents that it needs, where it needs any.
    pub fn kela_documents(&self) -> impl Iterator<Item = &str> {
        self.centre.iter().filter_map(|holds| match holds {
            CentreHolds::Reissue { file, .. } | CentreHolds::AsItIs(file) => Some(file.as_str()),
            CentreHolds::Nothing | CentreHolds::Seed => None,
        })
    }

    fn header(&mut self, line: &str) -> Result<()> {
        let (key, value) = line.split_once(':').context("a header line is `key: value`")?;
        let value = value.trim();
        match key.trim() {
            "title" => self.title = value.to_owned(),
            "proves" => self.proves.extend(value.split(',').map(|id| id.trim().to_owned())),
            "card" => self.card = (value != "none").then(|| value.to_owned()),
            "tries" => {
                let (pin1, pin2) = value.split_once(' ').context("tries left are two numbers: of PIN1, of PIN2")?;
                self.tries = Some((pin1.parse()?, pin2.trim().parse()?));
            }
            "rights" if value == "asked" => self.asks_roles = true,
            "deviations" if value == "made-up" => self.deviates = true,
            "printer" if value == "folder" => self.prints = true,
            "scanner" if value == "serial" => self.scans_at_port = true,
            "centre" => self.centre.push(centre_holds(value)?),
            "at" => {
                let (hour, minute) = value.split_once('.').context("a time of day is written 10.00")?;
                self.at = (hour.parse()?, minute.parse()?);
                anyhow::ensure!(self.at.0 < 24 && self.at.1 < 60, "no such time of day");
            }
            "host" if value == "headless" => self.only_headless = true,
            other => bail!(
                "unknown header `{other}`: title, proves, card, tries, rights, printer, scanner, deviations, centre, at, host"
            ),
        }
        Ok(())
    }
}

fn centre_holds(value: &str) -> Result<CentreHolds> {
    Ok(match value.split_once(' ') {
        None if value == "seeded" => CentreHolds::Seed,
        None if value == "empty" => CentreHolds::Nothing,
        Some(("reissued", rest)) => {
            let (file, patient) = rest.rsplit_once(" for ").context("for whom? `reissued FILE for PATIENT`")?;
            CentreHolds::Reissue { file: file.trim().to_owned(), patient: patient.trim().to_owned() }
        }
        Some(("loaded", file)) => CentreHolds::AsItIs(file.trim().to_owned()),
        _ => bail!("the Centre is `seeded`, `empty`, or holds `reissued FILE for PATIENT` or `loaded FILE`"),
    })
}

/// The folder with Kela's public test documents: `TISKI_KELA_DOCUMENTS`, or `shared/kela` beside the repository.
pub fn kela_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TISKI_KELA_DOCUMENTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/kela"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// One of Kela's documents by its file name, in the folder or in its `documents`.
pub fn kela_document(file: &str) -> Option<PathBuf> {
    let folder = kela_folder()?;
    [folder.join("documents").join(file), folder.join(file)].into_iter().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_read_and_a_word_that_means_nothing_is_named_by_its_line() {
        let text = "title: A visit\nproves: LC-1, DI-7b\ncard: siri-salminen\ncentre: seeded\nat: 9.30\n\n\
                    log in with PIN 1234\n# a remark\n\nexpect none waiting\n";
        let story = Story::parse("visit", text).unwrap();
        assert_eq!(story.proves, ["LC-1", "DI-7b"]);
        assert_eq!(story.at, (9, 30));
        assert_eq!(story.steps.len(), 2);
        let wrong = Story::parse("visit", "title: A visit\n\ndance on the counter\n").unwrap_err();
        assert!(format!("{wrong:#}").contains("line 3"), "{wrong:#}");
        assert!(Story::parse("visit", "title: A visit\nmoon: full\n\nlog out\n").is_err());
    }

    #[test]
    fn every_story_of_the_project_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "story") {
                Story::load(&path).unwrap();
                seen += 1;
            }
        }
        assert!(seen > 0, "no stories at all");
    }
}
