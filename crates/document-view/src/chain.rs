//! The chain of one prescription: its versions, dispensations and marks in order of time, and what remains. What remains
//! is computed from the documents at hand (DI-7, DI-7e), so it is as true as they are complete.

use std::collections::{HashMap, HashSet};

use cda::{Content, Document};
use prescription::dispensation::live;
use prescription::rules::{Text, next_lot_day, text};
use prescription::wording::{day, moment};
use prescription::{
    Change, Dispensation, DocumentType, Language, Mark, MarkKind, Oid, Prescription, Remaining, Requester, remaining,
};

use crate::codes::InWords;
use crate::facts::{self, Facts, amount, name_of};
use crate::{Evidence, Page, Row, Section, Signatures, Table, Tone, Viewer, labels, view};

/// The most documents that one prescription may have: 100 dispensations are years of weekly lots.
pub const MOST_DOCUMENTS: usize = 500;

/// Why documents are not one prescription's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainError {
    /// More than [`MOST_DOCUMENTS`].
    TooMany,
    /// They belong to different prescriptions, or it is not said to which.
    DifferentSets,
    /// The prescription itself is not among them.
    NoPrescription,
    /// Two different documents have the same identifier.
    OtherIdentity,
}

impl ChainError {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooMany => "documents-too-many",
            Self::DifferentSets => "documents-of-different-sets",
            Self::NoPrescription => "documents-without-prescription",
            Self::OtherIdentity => "document-other-identity",
        }
    }
}

/// The documents of one prescription as a page: what remains, what happened, and the newest version's medicine.
pub fn chain(documents: &[(Document, Evidence)], viewer: &Viewer) -> Result<Page, ChainError> {
    let chain = Chain::of(documents)?;
    let language = viewer.language;
    let (newest, evidence) = chain.newest;
    let newest_page = view::document(newest, evidence, viewer);
    let mut warnings = chain.warnings(language);
    for (document, evidence) in &chain.documents {
        let page = view::document(document, evidence, viewer);
        let name = document.header.reference.document_type.shown(viewer);
        warnings.extend(page.warnings.into_iter().map(|(tone, text)| (tone, format!("{name}: {text}"))));
    }
    let mut said = HashSet::new();
    warnings.retain(|(_, warning)| said.insert(warning.clone()));
    let mut sections = vec![chain.remains(viewer), chain.history(viewer)];
    let kept = |section: &Section| section.critical || section.key != labels::DOCUMENT.key && section.table.is_none();
    sections.extend(newest_page.sections.into_iter().filter(kept));
    Ok(Page {
        language,
        title: newest_page.title,
        subtitle: vec![newest.header.reference.set_id.to_string()],
        warnings,
        sections,
    })
}

struct Chain<'d> {
    /// Every document once, in order of time.
    documents: Vec<&'d (Document, Evidence)>,
    newest: &'d (Document, Evidence),
    prescription: &'d Prescription,
    live: Vec<Dispensation>,
}

impl<'d> Chain<'d> {
    fn of(documents: &'d [(Document, Evidence)]) -> Result<Self, ChainError> {
        if documents.len() > MOST_DOCUMENTS {
            return Err(ChainError::TooMany);
        }
        let mut once: HashMap<&Oid, &(Document, Evidence)> = HashMap::new();
        let mut ordered = Vec::new();
        for one in documents {
            match once.insert(&one.0.header.reference.id, one) {
                Some(known) if known.0 != one.0 => return Err(ChainError::OtherIdentity),
                Some(_) => {}
                None => ordered.push(one),
            }
        }
        ordered.sort_by_key(|(document, _)| (document.header.made_at, document.header.version));
        let mut sets = ordered.iter().map(|(document, _)| set_of(document));
        let first = sets.next().flatten();
        if first.is_none() || !sets.all(|set| set == first) {
            return Err(ChainError::DifferentSets);
        }
        let versions = ordered.iter().filter_map(|one| match &one.0.content {
            Content::Prescription(prescription) => Some((*one, prescription.as_ref())),
            _ => None,
        });
        let newest = versions.max_by_key(|(_, prescription)| prescription.version);
        let (newest, prescription) = newest.ok_or(ChainError::NoPrescription)?;
        let dispensations = ordered.iter().filter_map(|(document, _)| match &document.content {
            Content::Dispensation(dispensation) => Some(dispensation.as_ref().clone()),
            _ => None,
        });
        let live = live(dispensations.collect());
        Ok(Self { documents: ordered, newest, prescription, live })
    }

    fn warnings(&self, language: Language) -> Vec<(Tone, String)> {
        let mut warnings = Vec::new();
        let versions = self.documents.iter().filter(|(one, _)| matches!(one.content, Content::Prescription(_))).count();
        if u32::try_from(versions).unwrap_or(u32::MAX) < self.prescription.version {
            let missing = text(
                "Kaikki lääkemääräyksen versiot eivät ole mukana.",
                "Alla versioner av receptet är inte med.",
                "Not every version of the prescription is among the documents.",
            );
            warnings.push((Tone::Notice, missing.in_language(language).to_owned()));
        }
        let computed = remaining(self.prescription, &self.live);
        let last = self.live.iter().max_by_key(|one| one.dispensed_at);
        if last.is_some_and(|last| !computed.agrees_with(&last.remaining)) {
            let differs = text(
                "Viimeinen toimitus ilmoittaa jäljellä olevan määrän toisin kuin se näistä asiakirjoista laskettuna on.",
                "Den senaste expeditionen anger en annan återstående mängd än den som räknas ut av dessa dokument.",
                "The last dispensation states another remaining amount than these documents add up to.",
            );
            warnings.push((Tone::Mismatch, differs.in_language(language).to_owned()));
        }
        warnings
    }

    fn remains(&self, viewer: &Viewer) -> Section {
        let language = viewer.language;
        let computed = remaining(self.prescription, &self.live);
        let mut facts = Facts::critical(&labels::REMAINS, viewer);
        for state in self.standing() {
            facts.say(&labels::STANDING, &(), state.in_language(language));
            facts.marked(Tone::Notice);
        }
        facts.say(&labels::LEFT, &computed, remains_words(&computed, viewer));
        if let Some(next) = next_lot_day(self.prescription, &self.live).filter(|_| !computed.is_over()) {
            facts.say(&labels::NEXT_LOT, &next, day(next, language));
        }
        let last = self.prescription.last_valid_day();
        facts.say(&labels::VALID_UNTIL, &last, day(last, language));
        facts.done()
    }

    /// What stands in the way of dispensing, as far as these documents tell.
    fn standing(&self) -> Vec<Text> {
        let mut standing = Vec::new();
        if self.prescription.reference.document_type == DocumentType::Cancellation {
            standing.push(text("mitätöity", "makulerat", "cancelled"));
        }
        let marks: Vec<&Mark> = self
            .documents
            .iter()
            .filter_map(
                |(document, _)| if let Content::Mark(mark) = &document.content { Some(mark.as_ref()) } else { None },
            )
            .collect();
        let (mut locked, mut reserved, mut dose_dispensed) = (None, false, false);
        for mark in marks {
            match &mark.kind {
                MarkKind::Lock { .. } => locked = Some(&mark.id),
                MarkKind::Unlock { lock, .. } => locked = locked.filter(|open| **open != lock.id),
                MarkKind::Reservation { .. } => reserved = true,
                MarkKind::Release { .. } => reserved = false,
                MarkKind::DoseDispensing { .. } => dose_dispensed = true,
                MarkKind::DoseDispensingEnd { .. } => dose_dispensed = false,
                MarkKind::DispensingReservationRelease { .. } => {}
            }
        }
        if locked.is_some() {
            standing.push(text("lukittu", "låst", "locked"));
        }
        if reserved {
            standing.push(text("varattu", "reserverat", "reserved"));
        }
        if dose_dispensed {
            standing.push(text("annosjakelussa", "i dosdispensering", "in dose dispensing"));
        }
        standing
    }

    fn history(&self, viewer: &Viewer) -> Section {
        let columns = [
            text("Aika", "Tid", "When"),
            text("Tapahtuma", "Händelse", "What"),
            text("Tekijä", "Av", "By"),
            text("Tiedot", "Uppgifter", "Details"),
            text("Jäljellä", "Återstår", "Remains"),
            text("Allekirjoitus", "Signatur", "Signature"),
        ];
        Section {
            key: labels::HISTORY.key,
            heading: labels::HISTORY.words.in_language(viewer.language),
            critical: false,
            facts: Vec::new(),
            table: Some(Table {
                columns: columns.iter().map(|column| column.in_language(viewer.language)).collect(),
                rows: self.documents.iter().map(|(document, evidence)| row(document, evidence, viewer)).collect(),
            }),
        }
    }
}

/// To which prescription a document belongs, by the identifier of that prescription's first version.
fn set_of(document: &Document) -> Option<&Oid> {
    match &document.content {
        Content::Prescription(prescription) => Some(&prescription.reference.set_id),
        Content::Dispensation(dispensation) => Some(&dispensation.prescription.set_id),
        Content::Mark(mark) => Some(&mark.prescription.set_id),
        Content::RenewalRequest(request) => Some(&request.prescription.set_id),
        Content::RenewalAnswer(answer) => answer.prescription.as_ref().map(|reference| &reference.set_id),
        Content::Other(_) => None,
    }
}

fn remains_words(remaining: &Remaining, viewer: &Viewer) -> String {
    let language = viewer.language;
    match remaining {
        Remaining::Units { .. } => {
            let left = remaining.left().map(|left| amount(&left, viewer)).unwrap_or_default();
            let stated = remaining.statement().map(|of| facts::remaining(&of, viewer)).filter(|of| *of != left);
            stated.map_or_else(|| left.clone(), |stated| format!("{stated} = {left}"))
        }
        Remaining::Period { over: true } | Remaining::Nothing => {
            text("ei mitään", "ingenting", "nothing").in_language(language).to_owned()
        }
        Remaining::Period { over: false } => text(
            "määrätty ajaksi: ei lukuna",
            "förskrivet för en tid: inte som tal",
            "prescribed for a time: not a number",
        )
        .in_language(language)
        .to_owned(),
    }
}

fn row(document: &Document, evidence: &Evidence, viewer: &Viewer) -> Row {
    let language = viewer.language;
    let header = &document.header;
    let what = header.reference.document_type.shown(viewer);
    let what = if header.version > 1 { format!("{what} ({})", header.version) } else { what };
    let (by, details, remains) = said(document, viewer);
    let signature = signature(&evidence.signatures, language);
    Row { cells: vec![moment(header.made_at, language), what, by, details, remains, signature], tone: None }
}

/// By whom, in a word what, and what remains as stated.
fn said(document: &Document, viewer: &Viewer) -> (String, String, String) {
    match &document.content {
        Content::Prescription(of) => {
            let by = of.change.as_ref().map_or(Some(&of.prescriber), changer);
            let by = by.map(|by| name_of(&by.name, viewer)).unwrap_or_default();
            (by, of.change.as_ref().map(|change| reason(change, viewer)).unwrap_or_default(), String::new())
        }
        Content::Dispensation(of) => {
            let by = of.change.as_ref().and_then(changer).unwrap_or(&of.author);
            let by = format!("{}\n{}", name_of(&by.name, viewer), viewer.shown(&of.pharmacy.name));
            let medicine =
                viewer.shown(&format!("{} {}", of.product.name, of.product.strength.as_deref().unwrap_or("")));
            let why = of.change.as_ref().map(|change| format!("\n{}", reason(change, viewer))).unwrap_or_default();
            let details = format!("{medicine}: {}{why}", amount(&of.delivered, viewer));
            (by, details, facts::remaining(&of.remaining, viewer))
        }
        Content::Mark(of) => {
            let by = format!("{}\n{}", name_of(&of.author.name, viewer), viewer.shown(&of.unit.name));
            let explanation = of.kind.explanation().map(|words| viewer.shown(words.as_str())).unwrap_or_default();
            (by, explanation, String::new())
        }
        Content::RenewalRequest(of) => {
            let by = match &of.requester {
                Requester::Citizen { channel } => viewer.shown(&channel.name),
                Requester::Professional { person, unit } => {
                    format!("{}\n{}", name_of(&person.name, viewer), viewer.shown(&unit.name))
                }
            };
            (by, of.message.as_ref().map(|message| viewer.shown(message)).unwrap_or_default(), String::new())
        }
        Content::RenewalAnswer(of) => {
            let by = of.author.as_ref().map(|by| name_of(&by.name, viewer)).unwrap_or_default();
            (by, of.reasons.as_ref().map(|words| viewer.shown(words)).unwrap_or_default(), String::new())
        }
        Content::Other(_) => (String::new(), String::new(), String::new()),
    }
}

fn changer(change: &Change) -> Option<&prescription::Professional> {
    match change {
        Change::Correction(correction) => Some(&correction.by),
        Change::Cancellation(cancellation) => cancellation.by.as_ref(),
        Change::Unclear => None,
    }
}

fn reason(change: &Change, viewer: &Viewer) -> String {
    let reason = match change {
        Change::Correction(correction) => &correction.reason,
        Change::Cancellation(cancellation) => &cancellation.reason,
        Change::Unclear => return "?".to_owned(),
    };
    let code = reason.code();
    viewer.shown(reason.text().or(code.name.as_deref()).unwrap_or(&code.code))
}

fn signature(signatures: &Signatures, language: Language) -> String {
    let tone = match signatures {
        Signatures::NotChecked => return "–".to_owned(),
        Signatures::Each(each) if each.is_empty() => return "–".to_owned(),
        Signatures::Each(each) if each.iter().all(|one| one.holds()) => Tone::Holds,
        Signatures::Each(_) | Signatures::Refused(_) => Tone::Mismatch,
    };
    tone.words(language).to_owned()
}
