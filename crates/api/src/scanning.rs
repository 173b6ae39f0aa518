//! Scanning as hosts see it: keys with their times go in, and what they were comes out; packages in the hand beside the chosen
//! one, the strength first.

use std::path::Path;

use ::scanning::{
    Difference, Expiry, Freshness, GtinLink, GtinStore, GtinTable, Key, NotStored, Part, Scanner, TakenBack,
    WedgeSettings,
};
use counter::{Counter, CounterError, Hand, MOST_KEYS, Pack, Scanned, Scanning, Visit};
use gtin_store::Gtins;
use prescription::Oid;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::program::Tiski;
use crate::render::Render;
use crate::{Fact, PartView, PrescriptionView, Problem, Secret, Tone, words};

/// A scan is at most this long.
pub(crate) const LONGEST_SCAN: usize = 512;

/// Settings of the scanner.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScanSettings {
    /// Whether packages may stay unscanned only with a reason.
    pub required: bool,
    /// Whether the scanner was seen to send the separators of the self-test code.
    pub separators_proven: bool,
    /// The key with which it ends a scan: "enter", "tab" or "none".
    pub suffix: Suffix,
    /// The longest time between two keys of one scan, milliseconds, 5 to 100.
    pub gap_ms: u64,
}

/// The key with which a scanner ends a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Suffix {
    /// Enter.
    Enter,
    /// Tabulator.
    Tab,
    /// No key: a pause ends it.
    None,
}

impl Default for ScanSettings {
    fn default() -> Self {
        let wedge = WedgeSettings::default();
        Self { required: false, separators_proven: false, suffix: Suffix::Enter, gap_ms: wedge.gap_ms }
    }
}

impl ScanSettings {
    /// What the counter scans with: what was learnt lies in the folder of the record. A file that cannot be used keeps nobody
    /// from the counter; then nothing is learnt, and whoever confirms a code is told so.
    pub(crate) fn scanning(&self, folder: &Path) -> Scanning {
        let (table, store) = learnt(folder).unwrap_or_else(|code| {
            tracing::warn!(code, "what was learnt of trade item numbers cannot be used");
            (GtinTable::default(), Box::new(Unusable))
        });
        let scanner = Scanner { separators_proven: self.separators_proven };
        Scanning { table, store, scanner, wedge: self.wedge(), required: self.required }
    }

    /// How a scanner that types is set up.
    pub(crate) fn wedge(&self) -> WedgeSettings {
        let suffix = match self.suffix {
            Suffix::Enter => Some(Key::Enter),
            Suffix::Tab => Some(Key::Tab),
            Suffix::None => None,
        };
        WedgeSettings { gap_ms: self.gap_ms.clamp(5, 100), suffix, ..WedgeSettings::default() }
    }
}

/// Stands for a store that cannot be used.
struct Unusable;

impl GtinStore for Unusable {
    fn keep(&mut self, _: &GtinLink) -> Result<(), NotStored> {
        Err(NotStored)
    }

    fn take_back(&mut self, _: &GtinLink, _: &TakenBack) -> Result<(), NotStored> {
        Err(NotStored)
    }
}

type Learnt = (GtinTable, Box<dyn GtinStore + Send>);

/// What was learnt before, and where more is kept; or the code of what is wrong.
fn learnt(folder: &Path) -> Result<Learnt, &'static str> {
    std::fs::create_dir_all(folder).map_err(|_| "gtin-store-unusable")?;
    let store = Gtins::open(&folder.join("gtin.db")).map_err(|error| error.code())?;
    let table = GtinTable::of(store.all().map_err(|error| error.code())?).map_err(|error| error.code())?;
    Ok((table, Box::new(store)))
}

/// See [`crate::Program::scan`]. Either keys as they were pressed, or what a scanner sent whole.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scan {
    /// Keys in their order; at most 1,024.
    #[serde(default)]
    pub keys: Vec<PressedKey>,
    /// What a scanner sent whole, where the host knows that it was one; at most 512 bytes.
    #[ts(optional, type = "string")]
    pub text: Option<Secret>,
}

/// A key that was pressed. What was typed may be a person's identity code: it is held like a secret.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PressedKey {
    /// A character, "Enter", "Tab", or "Separator" for the group separator.
    #[ts(type = "string")]
    pub key: Secret,
    /// When, milliseconds of a clock that does not go back.
    #[ts(type = "number")]
    pub at_ms: u64,
}

/// What came of a scan.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScanView {
    /// What it was.
    pub kind: ScanKind,
    /// What a person typed just before it.
    pub typed: String,
    /// The identifier, of a prescription.
    pub prescription: Option<String>,
    /// The prescription in hand as it is now, of a package.
    pub open: Option<PrescriptionView>,
    /// What makes the scan doubtful; it counts all the same.
    pub doubts: Vec<Problem>,
}

/// What a scan was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ScanKind {
    /// No scan: a person typed it.
    Typed,
    /// A prescription's identifier.
    Prescription,
    /// A package.
    Package,
}

/// What was scanned of the packages in the hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InHandView {
    /// Those that are the chosen one.
    pub packs: Vec<PackView>,
    /// One that is not, beside the chosen one.
    pub other: Option<OtherPackView>,
    /// A number that nobody knows; it can be confirmed as the chosen package's.
    pub unknown: Option<UnknownPackView>,
    /// Of a split package: from where the part comes.
    pub part: Option<PartView>,
}

/// A package in the hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PackView {
    /// Its number.
    pub vnr: String,
    /// Its batch; empty where the code does not say it.
    pub batch: String,
    /// "31.5.2028"; empty where the code does not say it.
    pub expiry: String,
    /// Good, think where it expires soon, cannot where it has expired.
    pub tone: Tone,
    /// The item number, where it was recognised by what a person confirmed here once: that can be taken back.
    pub learnt_by: Option<String>,
}

/// Another package than the chosen one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OtherPackView {
    /// Its number.
    pub vnr: String,
    /// What differs, the gravest first; empty where the database does not have it.
    pub differs: Vec<DifferenceView>,
    /// Whether it may be chosen for this prescription instead.
    pub may_be_chosen: bool,
    /// The item number, where it was recognised by what a person confirmed here once: that can be taken back.
    pub learnt_by: Option<String>,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// "substance", "strength", "form", "name", "size", "holder", "number".
    pub part: String,
    /// What it is called.
    pub label: String,
    /// On the screen.
    pub chosen: String,
    /// In the hand.
    pub in_hand: String,
}

/// A number that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UnknownPackView {
    /// Its fourteen digits.
    pub gtin: String,
    /// The chosen package, as a person compares it: name and strength, form, size, holder.
    pub chosen: Vec<Fact>,
}

impl Tiski {
    pub(crate) fn scanned(&self, with: &Scan) -> Result<ScanView, Problem> {
        let told = |error: CounterError| self.problem(&error);
        let running_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let keys = self.keys_of(with)?;
        let (typed, what) = match &with.text {
            Some(text) => (vec![], self.counter.scan(text.reveal(), running_ms).map_err(told)?),
            None => self.counter.scan_keys(&keys, running_ms).map_err(told)?,
        };
        let typed = typed.iter().filter_map(|key| if let Key::Char(c) = key { Some(*c) } else { None }).collect();
        let nothing = ScanView { kind: ScanKind::Typed, typed, prescription: None, open: None, doubts: vec![] };
        Ok(match what {
            Scanned::Typed => nothing,
            Scanned::Prescription(identifier) => {
                ScanView { kind: ScanKind::Prescription, prescription: Some(identifier.to_string()), ..nothing }
            }
            Scanned::Package(visit, doubts) => {
                let set_id = visit.open.clone().ok_or_else(|| self.of_code("scan-nothing-open"))?;
                let doubts = doubts.into_iter().map(|doubt| self.of_code(doubt.code())).collect();
                let open = self.open_view(Ok(*visit), &set_id)?;
                ScanView { kind: ScanKind::Package, open: Some(open), doubts, ..nothing }
            }
        })
    }
}

impl Tiski {
    /// The keys of a scan, within its limits.
    pub(crate) fn keys_of(&self, with: &Scan) -> Result<Vec<(Key, u64)>, Problem> {
        let text = with.text.as_ref().map(|text| text.reveal().len()).unwrap_or_default();
        if text > LONGEST_SCAN || with.keys.len() > MOST_KEYS {
            return Err(self.of_code("scan-too-long"));
        }
        let keys = with.keys.iter().map(|pressed| Some((key(pressed.key.reveal())?, pressed.at_ms)));
        keys.collect::<Option<Vec<_>>>().ok_or_else(|| self.of_code("scan-not-recognised"))
    }
}

impl Render {
    /// What lies in the hand of a prescription.
    pub(crate) fn in_hand(&self, counter: &Counter, visit: &Visit, set_id: &Oid) -> Option<InHandView> {
        let hand = visit.hands.get(set_id).filter(|hand| **hand != Hand::default())?;
        let shelf = counter.deps().shelf();
        let chosen = visit.proposals.get(set_id)?.package(&shelf);
        let other = hand.other.as_ref().map(|pack| {
            let prescription = visit.fetched.get(set_id).map(|fetched| &fetched.prescription);
            let choices = prescription.map(|one| shelf.edition().choices(one)).unwrap_or_default();
            OtherPackView {
                vnr: pack.vnr.as_str().to_owned(),
                differs: counter.differences(visit, set_id).into_iter().map(|one| self.difference(one)).collect(),
                may_be_chosen: choices.iter().any(|package| package.vnr == pack.vnr),
                learnt_by: learnt_by(counter, pack),
            }
        });
        let unknown = hand.unknown.as_ref().and_then(|code| code.gtin()).zip(chosen).map(|(gtin, package)| {
            let fact = |label, text: String, strong| Fact { label: self.say(label).to_owned(), text, strong };
            UnknownPackView {
                gtin: gtin.as_str().to_owned(),
                chosen: vec![
                    fact(&words::PART_NAME, package.name.clone(), false),
                    fact(&words::PART_STRENGTH, package.strength.clone(), true),
                    fact(&words::PART_FORM, package.form.clone(), false),
                    fact(
                        &words::PART_SIZE,
                        format!("{} {}", prescription::amount::plain(package.size), package.unit),
                        false,
                    ),
                    fact(&words::PART_HOLDER, package.holder.clone(), false),
                ],
            }
        });
        let packs = hand.packs.iter().map(|pack| self.pack(counter, pack)).collect();
        Some(InHandView { packs, other, unknown, part: self.part(counter, visit, set_id) })
    }

    fn pack(&self, counter: &Counter, pack: &Pack) -> PackView {
        let tone = pack.expiry().map_or(Tone::Plain, |expiry| self.tone_of(expiry));
        PackView {
            vnr: pack.vnr.as_str().to_owned(),
            batch: pack.batch().unwrap_or_default().to_owned(),
            expiry: pack.expiry().map(|expiry| words::day(expiry.last_day())).unwrap_or_default(),
            tone,
            learnt_by: learnt_by(counter, pack),
        }
    }

    /// Good, think where it expires soon, cannot where it has expired.
    pub(crate) fn tone_of(&self, expiry: Expiry) -> Tone {
        match expiry.freshness(self.today, NEAR_DAYS) {
            Freshness::Passed => Tone::Cannot,
            Freshness::Near { .. } => Tone::Think,
            Freshness::Good => Tone::Good,
        }
    }

    /// What a part of a package is called that may differ, by its code; none of no such code.
    pub(crate) fn part_word(&self, code: &str) -> Option<&'static str> {
        let all = [
            (Part::Substance, &words::PART_SUBSTANCE),
            (Part::Strength, &words::PART_STRENGTH),
            (Part::Form, &words::PART_FORM),
            (Part::Name, &words::PART_NAME),
            (Part::Size, &words::PART_SIZE),
            (Part::Holder, &words::PART_HOLDER),
            (Part::Number, &words::PART_NUMBER),
        ];
        all.into_iter().find(|(part, _)| part.code() == code).map(|(_, word)| self.say(word))
    }

    fn difference(&self, one: Difference) -> DifferenceView {
        let part = one.part.code();
        DifferenceView {
            part: part.to_owned(),
            label: self.part_word(part).unwrap_or(part).to_owned(),
            chosen: one.chosen,
            in_hand: one.in_hand,
        }
    }
}

/// The number by which a package was recognised only because somebody confirmed it here once.
fn learnt_by(counter: &Counter, pack: &Pack) -> Option<String> {
    let gtin = pack.code.gtin()?;
    counter.learnt_link(gtin).map(|_| gtin.as_str().to_owned())
}

/// A package that expires within so many days is shown so; the check SC-15c has its own number, which decides.
const NEAR_DAYS: u64 = 90;

fn key(name: &str) -> Option<Key> {
    let mut letters = name.chars();
    match (name, letters.next(), letters.next()) {
        ("Enter", ..) => Some(Key::Enter),
        ("Tab", ..) => Some(Key::Tab),
        ("Separator" | "\u{1d}", ..) => Some(Key::Separator),
        (_, Some(letter), None) => Some(Key::Char(letter)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use prescription::Vnr;

    use super::*;

    #[test]
    fn a_file_of_numbers_that_cannot_be_used_keeps_nobody_from_the_counter() {
        let folder = tempfile::tempdir().unwrap();
        let link = || GtinLink {
            gtin: ::scanning::Gtin::parse("4006381333931").unwrap(),
            vnr: Vnr::parse("070009").unwrap(),
            source: ::scanning::Source::Person,
            first_seen: "2026-11-26".parse().unwrap(),
            confirmed_by: None,
        };
        let mut scanning = ScanSettings::default().scanning(folder.path());
        scanning.table.learn(link(), &mut scanning.store).unwrap();
        drop(scanning);
        let again = ScanSettings::default().scanning(folder.path());
        assert_eq!(again.table.vnr_of_digits("4006381333931").unwrap().as_str(), "070009");
        drop(again);
        std::fs::write(folder.path().join("gtin.db"), "no database at all, but long enough to be read as one").unwrap();
        let mut broken = ScanSettings::default().scanning(folder.path());
        assert_eq!(broken.table.learn(link(), &mut broken.store).unwrap_err().code(), "gtin-not-stored");
    }

    #[test]
    fn a_key_is_a_letter_or_one_of_three_names() {
        assert_eq!(
            [key("a"), key("Enter"), key("Tab"), key("\u{1d}")],
            [Some(Key::Char('a')), Some(Key::Enter), Some(Key::Tab), Some(Key::Separator)]
        );
        assert_eq!([key(""), key("F4"), key("ab")], [None, None, None]);
    }
}
