//! Prescriptions as a scenario knows them: what was written, and what the Centre accepted of it. A program states what
//! remains from its own history, so this is kept beside the Centre and never asked of it.

use anyhow::{Context, Result};
use prescription::{Dispensation, DocumentReference, Mark, MarkKind, Oid, Prescription, RenewalRequest, dispensation};

/// A prescription as the scenario knows it, with all that was accepted.
#[derive(Debug, Clone)]
pub struct Held {
    /// Every version, oldest first.
    pub versions: Vec<Prescription>,
    /// Every version of every dispensation, in the order of acceptance.
    pub lots: Vec<Dispensation>,
    /// The newest lock.
    pub lock: Option<DocumentReference>,
    /// The newest reservation or dose-dispensing mark.
    pub mark: Option<DocumentReference>,
    /// The newest renewal request.
    pub request: Option<DocumentReference>,
}

/// What a document is, for what is known after it was accepted.
#[derive(Debug, Clone)]
pub enum Made {
    /// The first version of a prescription.
    New(Box<Prescription>),
    /// A next one.
    Version(Box<Prescription>),
    /// A dispensation, or a next version of it.
    Lot(Box<Dispensation>),
    /// A mark.
    Mark(Box<Mark>),
    /// A renewal request.
    Request(Box<RenewalRequest>),
}

impl Held {
    fn new(first: Prescription) -> Self {
        Self { versions: vec![first], lots: vec![], lock: None, mark: None, request: None }
    }

    /// The newest version.
    pub fn newest(&self) -> Result<&Prescription> {
        self.versions.last().context("the prescription has no version")
    }

    /// The version of that number.
    pub fn version(&self, number: Option<u32>) -> Result<&Prescription> {
        match number {
            None => self.newest(),
            Some(number) => {
                let found = self.versions.iter().find(|one| one.version == number);
                found.with_context(|| format!("there is no version {number}"))
            }
        }
    }

    /// The dispensations that count.
    pub fn live(&self) -> Vec<Dispensation> {
        dispensation::live(self.lots.clone())
    }

    /// The newest version of a dispensation that is no cancellation, counted from 1; the last one for 0.
    pub fn lot(&self, number: usize) -> Result<&Dispensation> {
        let mut sets: Vec<&Oid> = vec![];
        for lot in &self.lots {
            if !sets.contains(&&lot.reference.set_id) {
                sets.push(&lot.reference.set_id);
            }
        }
        let set =
            if number == 0 { sets.last() } else { sets.get(number - 1) }.context("there is no such dispensation")?;
        let newest = self.lots.iter().rev().find(|lot| lot.reference.set_id == **set && !lot.is_cancelled());
        newest.context("there is no such dispensation")
    }
}

/// Notes a document that was accepted.
pub fn accept(made: Made, held: &mut Vec<Held>) {
    let set = match &made {
        Made::New(first) => {
            held.push(Held::new((**first).clone()));
            return;
        }
        Made::Version(version) => version.reference.set_id.clone(),
        Made::Lot(lot) => lot.prescription.set_id.clone(),
        Made::Mark(mark) => mark.prescription.set_id.clone(),
        Made::Request(request) => request.prescription.set_id.clone(),
    };
    let of_set = |one: &&mut Held| one.versions.first().is_some_and(|first| first.reference.set_id == set);
    let Some(held) = held.iter_mut().find(of_set) else { return };
    match made {
        Made::New(_) => {}
        Made::Version(version) => held.versions.push(*version),
        Made::Lot(lot) => held.lots.push(*lot),
        Made::Request(request) => held.request = Some(request.reference.clone()),
        Made::Mark(mark) => match mark.kind {
            MarkKind::Lock { .. } => held.lock = Some(mark.reference()),
            MarkKind::Reservation { .. } | MarkKind::DoseDispensing { .. } => held.mark = Some(mark.reference()),
            _ => {}
        },
    }
}
