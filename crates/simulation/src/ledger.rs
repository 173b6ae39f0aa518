//! What pharmacists were told and what they did, in the simulation's own bookkeeping: the program's is what is judged by
//! it. A medicine is handed over when the program has said "saved", or when the document stands in the list after a
//! program died while it was saving.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

/// One medicine that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Which workstation.
    pub station: usize,
    /// Of which prescription.
    pub set: String,
    /// How much, in the prescription's units.
    pub units: Decimal,
    /// SHA-256 of the signed document, as the workstation holds it; nobody could read it just then where that is absent.
    pub digest: Option<[u8; 32]>,
    /// In which order it was saved.
    pub order: u64,
    /// The workstation's disk was replaced by an older backup since: nobody can know of it there any more.
    pub lost_with_the_disk: bool,
}

/// What is not as it was promised, found while the schedule runs or at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// By which check.
    pub check: &'static str,
    /// What was found, with identifiers and without anybody's data.
    pub text: String,
}

/// What was told and done.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By document.
    pub hand_overs: BTreeMap<String, HandOver>,
    /// Documents that somebody was told the Centre has.
    pub accepted: BTreeSet<String>,
    /// Documents that were refused at least once.
    pub refused: BTreeSet<String>,
    /// Refused documents that a person had sent again.
    pub sent_again: BTreeSet<String>,
    /// Refused documents that a person settled otherwise.
    pub settled: BTreeSet<String>,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// What was asked for and came to nothing, by code.
    pub failures: BTreeMap<String, u64>,
    next: u64,
}

impl Ledger {
    /// Somebody was told that this document is saved, and hands the medicine over.
    pub fn saved(&mut self, station: usize, document: &str, set: &str, units: Decimal, digest: Option<[u8; 32]>) {
        self.next = self.next.saturating_add(1);
        let new = HandOver { station, set: set.to_owned(), units, digest, order: self.next, lost_with_the_disk: false };
        if let Some(before) = self.hand_overs.get(document) {
            let (first, second) = (&before.set, &new.set);
            let text = format!("{document} is the identity of two hand-overs, of {first} and of {second}");
            self.violation("identity", text);
            return;
        }
        self.hand_overs.insert(document.to_owned(), new);
    }

    /// What the same workstation had saved of the same prescription before it saved this document, and did not lose since.
    pub fn saved_before(&self, document: &str) -> Vec<String> {
        let Some(this) = self.hand_overs.get(document) else { return Vec::new() };
        let is_earlier = |made: &HandOver| {
            (made.station, &made.set) == (this.station, &this.set)
                && made.order < this.order
                && !made.lost_with_the_disk
        };
        self.hand_overs.iter().filter(|(_, made)| is_earlier(made)).map(|(id, _)| id.clone()).collect()
    }

    /// How many hand-overs there were so far.
    pub fn count(&self) -> u64 {
        self.next
    }

    /// A station's disk was replaced by a backup from when there were so many hand-overs.
    pub fn lost_with_the_disk(&mut self, station: usize, count: u64) {
        let since = self.hand_overs.values_mut().filter(|made| made.station == station && made.order > count);
        since.for_each(|made| made.lost_with_the_disk = true);
    }

    /// Something is not as it was promised.
    pub fn violation(&mut self, check: &'static str, text: String) {
        self.violations.push(Violation { check, text });
    }

    /// Something was asked for and came to nothing, which is nobody's fault.
    pub fn failed(&mut self, code: &str) {
        let count = self.failures.entry(code.to_owned()).or_default();
        *count = count.saturating_add(1);
    }
}
