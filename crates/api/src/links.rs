//! What was learnt of item numbers, as hosts see it: a list to look through, and the way to take a link back.

use ::scanning::{Gtin, GtinLink, Source, TableError};
use counter::CounterError;
use prescription::Vnr;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::Tiski;
use crate::{Nothing, Problem, words};

/// So many links are shown at a time.
const MOST_SHOWN: usize = 50;
/// What is looked for has at most so many characters.
const LONGEST_TEXT: usize = 60;

/// See [`crate::Program::learnt_links`].
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindLinks {
    /// A part of the item number, of the VNR or of the package's name; everything where it is empty.
    pub text: String,
}

/// What was learnt here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LearntLinks {
    /// The newest first; at most fifty.
    pub lines: Vec<LinkView>,
    /// How many were found in all.
    pub found: u32,
}

/// An item number that was learnt to stand for a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    /// Its fourteen digits.
    pub gtin: String,
    /// The package's number.
    pub vnr: String,
    /// "DIAPAM 10 mg, 100 fol"; empty where the database does not have it.
    pub package: String,
    /// "26.11.2026".
    pub on: String,
    /// Who confirmed it: a name, or the registration number where no name is kept; empty for a register's.
    pub by: String,
}

/// See [`crate::Program::take_back_link`]. Both are named, so that nobody takes back another link than the one on the screen.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnLink {
    /// The item number.
    pub gtin: String,
    /// The package's number.
    pub vnr: String,
}

impl Tiski {
    pub(crate) fn links(&self, with: &FindLinks) -> Result<LearntLinks, Problem> {
        let text: String = with.text.trim().to_lowercase().chars().take(LONGEST_TEXT).collect();
        let mut links = self.counter.learnt_links().map_err(|error| self.problem(&error))?;
        links.retain(|link| {
            let in_number = link.gtin.as_str().contains(&text) || link.vnr.as_str().contains(&text);
            in_number || self.package_name(link).to_lowercase().contains(&text)
        });
        let lines = links.iter().take(MOST_SHOWN).map(|link| self.link_view(link)).collect();
        Ok(LearntLinks { lines, found: u32::try_from(links.len()).unwrap_or(u32::MAX) })
    }

    pub(crate) fn link_taken_back(&self, with: &OnLink) -> Result<Nothing, Problem> {
        let unknown = || self.problem(&CounterError::Gtin(TableError::NotLearnt));
        let gtin = Gtin::parse(&with.gtin).map_err(|_| unknown())?;
        let vnr = Vnr::parse(&with.vnr).map_err(|_| unknown())?;
        self.counter.take_back_link(&gtin, &vnr).map_err(|error| self.problem(&error))?;
        Ok(Nothing {})
    }

    fn package_name(&self, link: &GtinLink) -> String {
        let shelf = self.counter.deps().shelf();
        shelf.edition().package(&link.vnr).map(named).unwrap_or_default()
    }

    fn link_view(&self, link: &GtinLink) -> LinkView {
        let deps = self.counter.deps();
        let name = |number: &str| review::name_of(&deps.record, number, deps.clock.now()).ok().flatten();
        let by = match (link.source, &link.confirmed_by) {
            (Source::Person, Some(number)) => name(number).unwrap_or_else(|| number.clone()),
            _ => String::new(),
        };
        LinkView {
            gtin: link.gtin.as_str().to_owned(),
            vnr: link.vnr.as_str().to_owned(),
            package: self.package_name(link),
            on: words::day(link.first_seen),
            by,
        }
    }
}

/// A package as one line says it.
fn named(package: &medicines::Package) -> String {
    let size = prescription::amount::plain(package.size);
    format!("{} {}, {size} {}", package.name, package.strength, package.unit)
}
