//! Two versions of a document compared field by field, by their typed values: what was changed, added and taken away.
//! Differences of the medicine itself come first. Parts that this program does not understand are compared by their XML.

use std::collections::{HashMap, HashSet};

use cda::{Content, Document};
use prescription::Language;
use prescription::rules::{Text, text};

use crate::{Fact, Page, Row, Section, Table, Tone, Viewer, facts, labels, view};

/// What two documents differ in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    language: Language,
    title: String,
    compared: Vec<String>,
    /// The differences, those of the medicine first; otherwise in the order of a page.
    pub differences: Vec<Difference>,
    /// How many facts are the same in both.
    pub same: usize,
}

/// A fact that two documents state differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The stable name of the fact.
    pub key: String,
    /// What it is called, with the section that it stands in.
    pub label: String,
    /// Whether it is a difference of the medicine: what, how strong, how much, how to take it.
    pub critical: bool,
    /// What became of it.
    pub change: Change,
}

/// What became of a fact; texts are safe to show.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Both have it, otherwise.
    Changed {
        /// What the first says.
        before: String,
        /// What the second says.
        after: String,
    },
    /// Only the second has it.
    Added(String),
    /// Only the first has it.
    Removed(String),
}

impl Change {
    /// A stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Added(_) => "added",
            Self::Removed(_) => "removed",
        }
    }

    /// What the first document says.
    pub fn before(&self) -> Option<&str> {
        match self {
            Self::Changed { before, .. } | Self::Removed(before) => Some(before),
            Self::Added(_) => None,
        }
    }

    /// What the second document says.
    pub fn after(&self) -> Option<&str> {
        match self {
            Self::Changed { after, .. } | Self::Added(after) => Some(after),
            Self::Removed(_) => None,
        }
    }
}

/// Shows what became of it and not what it says.
impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Why two documents are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotComparable {
    /// A prescription and a dispensation, for example.
    Kinds,
    /// Versions of different documents.
    Sets,
}

impl NotComparable {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kinds => "documents-of-different-kinds",
            Self::Sets => "documents-of-different-sets",
        }
    }
}

/// Compares two documents of one kind. They must be versions of one document unless `any` pair is to be compared.
pub fn compare(a: &Document, b: &Document, any: bool, viewer: &Viewer) -> Result<Comparison, NotComparable> {
    if kind(a) != kind(b) {
        return Err(NotComparable::Kinds);
    }
    if !any && a.header.reference.set_id != b.header.reference.set_id {
        return Err(NotComparable::Sets);
    }
    let (before, after) = (facts::sections(a, viewer), facts::sections(b, viewer));
    let (differences, same) = differences(&before, &after);
    let name = |document: &Document| {
        let Document { header, .. } = document;
        format!("{}, {} {}", header.reference.id, words(&VERSION, viewer), header.version)
    };
    let (from, to) = (view::title(a, viewer), view::title(b, viewer));
    Ok(Comparison {
        language: viewer.language,
        title: if from == to { from } else { format!("{from} → {to}") },
        compared: vec![name(a), name(b)],
        differences,
        same,
    })
}

impl Comparison {
    /// Whether both say the same in every field.
    pub fn is_equal(&self) -> bool {
        self.differences.is_empty()
    }

    /// The comparison as a page.
    pub fn page(&self) -> Page {
        let language = self.language;
        let (critical, other): (Vec<_>, Vec<_>) = self.differences.iter().partition(|one| one.critical);
        let mut warnings = Vec::new();
        if self.is_equal() {
            warnings.push((Tone::Holds, EQUAL.in_language(language).to_owned()));
        } else if !critical.is_empty() {
            warnings.push((Tone::Notice, MEDICINE_DIFFERS.in_language(language).to_owned()));
        }
        let section = |key, heading: &Text, differences: Vec<&Difference>| Section {
            key,
            heading: heading.in_language(language),
            critical: key == "medicine",
            facts: Vec::new(),
            table: Some(table(&differences, language)),
        };
        let sections = [section("medicine", &MEDICINE, critical), section("other", &OTHER, other)];
        let has_rows = |section: &Section| section.table.as_ref().is_some_and(|table| !table.rows.is_empty());
        Page {
            language,
            title: format!("{}: {}", COMPARISON.in_language(language), self.title),
            subtitle: self.compared.clone(),
            warnings,
            sections: sections.into_iter().filter(has_rows).collect(),
        }
    }
}

static VERSION: Text = text("versio", "version", "version");
static COMPARISON: Text = text("Vertailu", "Jämförelse", "Comparison");
static EQUAL: Text = text(
    "Asiakirjat ovat samat joka kentässä.",
    "Dokumenten är lika i alla fält.",
    "Both documents say the same in every field.",
);
static MEDICINE_DIFFERS: Text = text(
    "Lääke, sen määrä tai annostus on eri.",
    "Läkemedlet, dess mängd eller dosering skiljer sig.",
    "The medicine, its amount or its dosage differs.",
);
static MEDICINE: Text =
    text("Lääke, määrä ja annostus", "Läkemedel, mängd och dosering", "Medicine, amount and dosage");
static OTHER: Text = text("Muut tiedot", "Övriga uppgifter", "Other facts");
fn words(text: &Text, viewer: &Viewer) -> &'static str {
    text.in_language(viewer.language)
}

fn table(differences: &[&Difference], language: Language) -> Table {
    let columns =
        [text("Tieto", "Uppgift", "Fact"), text("Ennen", "Före", "Before"), text("Jälkeen", "Efter", "After")];
    let rows = differences.iter().map(|one| {
        let said = |side: Option<&str>| side.unwrap_or("–").to_owned();
        let (before, mut after) = (said(one.change.before()), said(one.change.after()));
        if before == after {
            after = format!("{after}\n{}", labels::words::HIDDEN.words.in_language(language));
        }
        Row { cells: vec![one.label.clone(), before, after], tone: None }
    });
    Table { columns: columns.iter().map(|column| column.in_language(language)).collect(), rows: rows.collect() }
}

fn kind(document: &Document) -> &'static str {
    match document.content {
        Content::Prescription(_) => "prescription",
        Content::Dispensation(_) => "dispensation",
        Content::Mark(_) => "mark",
        Content::RenewalRequest(_) => "renewal-request",
        Content::RenewalAnswer(_) => "renewal-answer",
        Content::Other(_) => "other",
    }
}

fn differences(before: &[Section], after: &[Section]) -> (Vec<Difference>, usize) {
    let facts = |sections| -> HashMap<&str, &Fact> { by_name(sections).map(|(_, fact)| (name(fact), fact)).collect() };
    let (first, second) = (facts(before), facts(after));
    let mut known = HashSet::new();
    let (mut critical, mut other, mut same) = (Vec::new(), Vec::new(), 0usize);
    for (section, fact) in by_name(before).chain(by_name(after)) {
        let name = name(fact);
        if !known.insert(name) {
            continue;
        }
        let change = match (first.get(name), second.get(name)) {
            (Some(a), Some(b)) if a.identity == b.identity => {
                same = same.saturating_add(1);
                continue;
            }
            (Some(a), Some(b)) => Change::Changed { before: a.value.clone(), after: b.value.clone() },
            (Some(a), None) => Change::Removed(a.value.clone()),
            (None, Some(b)) => Change::Added(b.value.clone()),
            (None, None) => continue,
        };
        let label = format!("{}: {}", section.heading, fact.label);
        let difference = Difference { key: fact.key.clone(), label, critical: section.critical, change };
        if section.critical { critical.push(difference) } else { other.push(difference) }
    }
    critical.append(&mut other);
    (critical, same)
}

fn by_name(sections: &[Section]) -> impl Iterator<Item = (&Section, &Fact)> {
    sections.iter().flat_map(|section| section.facts.iter().map(move |fact| (section, fact)))
}

/// By what a fact is found in the other document: its stable name. A part that is not understood is only itself, so that
/// one more of them does not make all others differ.
fn name(fact: &Fact) -> &str {
    let part = fact.key.split('.').nth(1) == Some(labels::PART.key);
    if part { &fact.identity } else { &fact.key }
}
