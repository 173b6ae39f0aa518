//! A document's typed values as sections of facts. Every struct is taken apart by name without a rest pattern, so that a
//! field that is added to a document's type does not compile until it is shown or compared here.

mod dispensation;
mod header;
mod mark;
mod people;
mod prescription;
mod product;

use std::collections::HashMap;
use std::fmt::Display;

use ::prescription::wording::{day, moment, number};
use ::prescription::{Amount, DocumentReference, Explained, Length, Span, UnknownPart};
use cda::{Content, Document};
use chrono::NaiveDateTime;
use serde::Serialize;

use crate::codes::{InWords, coded};
use crate::labels::{self, Heading, Label};
use crate::{Fact, Section, Tone, Viewer};

pub(crate) use dispensation::remaining;
pub(crate) use people::name_of;

/// Everything that a document says, in the order of a page.
pub(crate) fn sections(document: &Document, viewer: &Viewer) -> Vec<Section> {
    let mut sections = match &document.content {
        Content::Prescription(prescription) => prescription::sections(prescription, viewer),
        Content::Dispensation(dispensation) => dispensation::sections(dispensation, viewer),
        Content::Mark(mark) => mark::mark(mark, viewer),
        Content::RenewalRequest(request) => mark::request(request, viewer),
        Content::RenewalAnswer(answer) => mark::answer(answer, viewer),
        Content::Other(_) => Vec::new(),
    };
    sections.push(header::document(document, viewer));
    sections.retain(|section| !section.facts.is_empty());
    // Whose it is, before anything else.
    sections.sort_by_key(|section| section.key != labels::PATIENT.key);
    sections
}

/// Gathers the facts of one section.
pub(crate) struct Facts<'v> {
    pub(crate) viewer: &'v Viewer,
    section: Section,
    /// How often each name was given.
    given: HashMap<&'static str, u32>,
}

impl<'v> Facts<'v> {
    /// An empty section.
    pub(crate) fn of(heading: &'static Heading, viewer: &'v Viewer) -> Self {
        let section = Section {
            key: heading.key,
            heading: heading.words.in_language(viewer.language),
            critical: false,
            facts: Vec::new(),
            table: None,
        };
        Self { viewer, section, given: HashMap::new() }
    }

    /// The same, for what the medicine is, how much of it and how to take it.
    pub(crate) fn critical(heading: &'static Heading, viewer: &'v Viewer) -> Self {
        let mut facts = Self::of(heading, viewer);
        facts.section.critical = true;
        facts
    }

    pub(crate) fn done(self) -> Section {
        self.section
    }

    /// States a fact: the typed value, and what a page shows of it, which must be fit to be shown. A name that was given
    /// before gets a number.
    pub(crate) fn say(&mut self, label: &'static Label, typed: &impl Serialize, shown: impl Into<String>) {
        let times = self.given.entry(label.key).or_default();
        *times = times.saturating_add(1);
        let key = match *times {
            1 => format!("{}.{}", self.section.key, label.key),
            n => format!("{}.{}.{n}", self.section.key, label.key),
        };
        self.section.facts.push(Fact {
            key,
            label: label.words.in_language(self.viewer.language).to_owned(),
            value: shown.into(),
            tone: None,
            quiet: false,
            identity: identity(typed),
        });
    }

    /// A text of the document.
    pub(crate) fn text(&mut self, label: &'static Label, text: &str) {
        if !text.trim().is_empty() {
            self.say(label, &text, self.viewer.shown(text));
        }
    }

    /// A text of the document, where there is one.
    pub(crate) fn maybe_text(&mut self, label: &'static Label, text: &Option<String>) {
        self.text(label, text.as_deref().unwrap_or_default());
    }

    /// A value, where there is one.
    pub(crate) fn maybe<T: Serialize>(
        &mut self,
        label: &'static Label,
        value: &Option<T>,
        shown: impl FnOnce(&T) -> String,
    ) {
        if let Some(value) = value {
            self.say(label, value, shown(value));
        }
    }

    /// A value that shows itself, such as an identifier.
    pub(crate) fn plain<T: Serialize + Display>(&mut self, label: &'static Label, value: &Option<T>) {
        let viewer = self.viewer;
        self.maybe(label, value, |value| viewer.shown(&value.to_string()));
    }

    /// Yes or no; no need not be mentioned.
    pub(crate) fn flag(&mut self, label: &'static Label, yes: bool) {
        let words = if yes { &labels::words::YES } else { &labels::words::NO };
        self.say(label, &yes, words.words.in_language(self.viewer.language));
        if !yes {
            self.quietly();
        }
    }

    /// A moment.
    pub(crate) fn moment(&mut self, label: &'static Label, at: NaiveDateTime) {
        self.say(label, &at, moment(at, self.viewer.language));
    }

    /// A value of a code set.
    pub(crate) fn code_set<T: Serialize + InWords>(&mut self, label: &'static Label, value: &T) {
        self.say(label, value, value.shown(self.viewer));
        if value.words().is_none() {
            self.marked(Tone::Unknown);
        }
    }

    /// Another document, by its type and identifier.
    pub(crate) fn reference(&mut self, label: &'static Label, reference: &DocumentReference) {
        let shown = format!("{}\n{}", reference.document_type.shown(self.viewer), reference.id);
        self.say(label, reference, shown);
    }

    /// Marks the fact that was stated last.
    pub(crate) fn marked(&mut self, tone: Tone) {
        if let Some(last) = self.section.facts.last_mut() {
            last.tone = Some(tone);
        }
    }

    /// Makes the fact that was stated last one that a page need not mention.
    pub(crate) fn quietly(&mut self) {
        if let Some(last) = self.section.facts.last_mut() {
            last.quiet = true;
        }
    }

    /// The same, under a condition.
    pub(crate) fn quietly_if(&mut self, condition: bool) {
        if condition {
            self.quietly();
        }
    }

    /// Parts that are not understood. Each is named by its place and its XML, so that a part is compared with itself.
    pub(crate) fn unknown(&mut self, parts: &[UnknownPart]) {
        for part in parts {
            let UnknownPart { place, text, xml } = part;
            let shown = if text.trim().is_empty() { xml.as_deref().unwrap_or_default() } else { text };
            self.say(&labels::PART, part, format!("{}\n{}", self.viewer.shown(place), self.viewer.shown(shown)));
            self.marked(Tone::Unknown);
        }
    }
}

/// Equal exactly if the values are. Values of documents always have such a form.
fn identity(typed: &impl Serialize) -> String {
    serde_json::to_string(typed).unwrap_or_default()
}

/// A number with its unit.
pub(crate) fn amount(amount: &Amount, viewer: &Viewer) -> String {
    format!("{} {}", number(amount.value, viewer.language), viewer.shown(amount.unit.as_str()))
}

fn length(length: Length, viewer: &Viewer) -> String {
    Span::exactly(length.count.get(), length.unit)
        .map_or_else(|| length.to_string(), |span| ::prescription::dosage::words::span(span, viewer.language))
}

fn explained(value: &Explained, viewer: &Viewer) -> String {
    let Explained { code, text } = value;
    match text {
        Some(text) => format!("{}\n{}", coded(code, viewer), viewer.shown(text)),
        None => coded(code, viewer),
    }
}
