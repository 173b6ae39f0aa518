//! What registers say of a medicine beside its package: whether it impairs driving, and its rows of Fimea's high-risk
//! classification. They lie in the store of editions and not in the package that the counter knows, and are asked one medicine
//! at a time.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use checks::{RiskRow, Words};
use medicines::Package;
use medicines::editions::{Editions, StoreError, VersionId};
use medicines::import::risks::{HighRisk, Risk, Trilingual};

use crate::lock;

/// What is known of a medicine. What is not known is `None`, and is then said to be not checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marked {
    /// Whether it impairs driving.
    pub driving: Option<bool>,
    /// Rows of the high-risk classification; empty where it has none.
    pub risks: Option<Vec<RiskRow>>,
    /// The code of its route of administration.
    pub route: Option<String>,
}

/// Knows marks of medicines.
pub trait Marks: Send + Sync {
    /// Those of a package of an edition.
    fn of(&self, edition: &str, package: &Package) -> Marked;
}

/// Marks out of the store of imported editions, which is opened beside whoever imports into it when it is first asked, and
/// again where it could not be.
pub struct StoredMarks {
    file: PathBuf,
    store: Mutex<Option<Editions>>,
}

/// What is said of a row is at most so many characters; the classification itself has the rest.
const LONGEST: usize = 300;

impl StoredMarks {
    /// Those of the store in this file.
    pub fn in_file(file: &Path) -> Self {
        Self { file: file.to_owned(), store: Mutex::default() }
    }

    fn told(&self, version: VersionId, package: &Package) -> Result<Marked, StoreError> {
        let mut store = lock(&self.store);
        let editions = match &mut *store {
            Some(editions) => editions,
            none => none.insert(Editions::open(&self.file)?),
        };
        let kela = editions.package(version, &package.vnr)?;
        let risks = match editions.has_high_risks(version)? {
            true => Some(editions.high_risks(version, &package.atc)?),
            false => None,
        };
        Ok(Marked {
            driving: kela.as_ref().and_then(|kela| kela.driving),
            risks: risks.map(|rows| rows.iter().map(row).collect()),
            // A route in words is not compared with codes: it would exclude what may hold.
            route: kela.and_then(|kela| kela.route).filter(|route| route.bytes().all(|byte| byte.is_ascii_digit())),
        })
    }
}

impl Marks for StoredMarks {
    fn of(&self, edition: &str, package: &Package) -> Marked {
        let Some(version) = VersionId::parse(edition) else { return Marked::default() };
        self.told(version, package).unwrap_or_else(|error| {
            tracing::warn!(code = error.code(), "marks of a medicine cannot be read");
            Marked::default()
        })
    }
}

fn row(risk: &HighRisk) -> RiskRow {
    // What the classification itself wants to be said at the counter; else what may go wrong.
    let is_for_counselling = |step: &&Risk| {
        let phase = step.kind.as_ref().map(|kind| kind.name.fi.to_lowercase()).unwrap_or_default();
        phase.contains("neuvonna") || phase.contains("ohjaukse")
    };
    let said: Vec<&Trilingual> = risk.steps.iter().filter(is_for_counselling).map(|step| &step.description).collect();
    RiskRow {
        title: words(&risk.title),
        say: Words {
            fi: joined(&said, |text| &text.fi),
            sv: joined(&said, |text| &text.sv),
            en: joined(&said, |text| &text.en),
        },
        routes: risk.routes.iter().map(|route| route.code.clone()).collect(),
    }
}

fn words(text: &Trilingual) -> Words {
    Words { fi: text.fi.clone(), sv: text.sv.clone(), en: text.en.clone() }
}

fn joined(texts: &[&Trilingual], language: fn(&Trilingual) -> &String) -> String {
    let all: Vec<&str> = texts.iter().map(|text| language(text).trim()).filter(|text| !text.is_empty()).collect();
    let all = all.join(" ");
    match all.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", all.get(..at).unwrap_or_default().trim_end()),
        None => all,
    }
}

#[cfg(test)]
mod tests {
    use medicines::artificial::{Artificial, Recipe};
    use medicines::editions::Policy;
    use medicines::import::kela::KelaNames;

    use super::*;

    #[test]
    fn sc_12_sc_13_marks_come_from_the_edition_and_are_unknown_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("medicines.db");
        let version = VersionId::parse("2026.022").unwrap();
        let names = KelaNames::built_in().unwrap();
        let recipe = Recipe { seed: 7, packages: 400, version, in_force: "2026-11-15".parse().unwrap() };
        let made = Artificial::make(&recipe, &names);
        let mut editions = Editions::open(&file).unwrap();
        let now = "2026-11-10T12:00:00Z".parse().unwrap();
        editions.import(made.sources(), &names, &Policy::default(), now).unwrap();
        let edition = editions.load(version).unwrap().unwrap();
        let marks = StoredMarks::in_file(&file);
        let all: Vec<Marked> = edition.packages().iter().map(|package| marks.of(edition.name(), package)).collect();
        assert!(all.iter().all(|one| one.risks.is_some()), "the classification was imported");
        let rows: Vec<&RiskRow> = all.iter().flat_map(|one| one.risks.iter().flatten()).collect();
        assert!(
            !rows.is_empty() && rows.iter().all(|row| !row.title.fi.is_empty() && row.say.fi.chars().count() <= 301)
        );
        assert!(rows.iter().any(|row| !row.say.fi.is_empty()), "what is to be said at the counter");
        assert!(all.iter().any(|one| one.risks.as_ref().is_some_and(Vec::is_empty)), "and most have none");
        let first = edition.packages().first().unwrap();
        assert_eq!(
            marks.of("2026.021", first),
            Marked { risks: None, ..Marked::default() },
            "an edition that is not there"
        );
        assert_eq!(marks.of("2026", first), Marked::default());
    }
}
