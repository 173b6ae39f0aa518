//! Whether the Centre's memory is whole: the log's chain, the file itself, and the projection, which is computed again
//! from the documents and compared (promise 5).

use cda::Content;
use prescription::{Oid, Prescription};

use crate::chain::Chain;
use crate::log::Walk;
use crate::store::{Store, StoreError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Prescriptions that were computed again.
    pub prescriptions: u64,
    /// Dispensing reservations among them, in force or over: no document says them, and they are not compared.
    pub holds: u64,
    /// Entries of the log that were walked.
    pub log_entries: u64,
    /// Entries without a payload any more.
    pub log_erased: u64,
    /// Prescriptions that were erased when their lawful time had ended.
    pub prescriptions_erased: u64,
    /// Everything that does not hold, one sentence each, without any content.
    pub faults: Vec<String>,
}

impl Report {
    /// Whether all holds.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Looks at everything.
pub fn verify(store: &dyn Store) -> Result<Report, StoreError> {
    let mut report = Report { faults: store.integrity()?, ..Report::default() };

    report.prescriptions_erased = store.counts()?.erased;

    let noted = store.log_head()?;
    let mut walk = Walk::default();
    loop {
        let entries = store.log(walk.head.sequence, 1000)?;
        entries.iter().for_each(|entry| walk.step(entry));
        report.log_entries = report.log_entries.saturating_add(entries.len() as u64);
        if entries.is_empty() || walk.head.sequence >= noted.sequence {
            break;
        }
    }
    walk.end(noted);
    report.log_erased = walk.erased;
    report.faults.append(&mut walk.faults);

    let mut after = None;
    loop {
        let sets = store.prescription_sets(after.as_ref(), 1000)?;
        let Some(last) = sets.last().cloned() else { break };
        for set in &sets {
            report.prescriptions = report.prescriptions.saturating_add(1);
            let held = store.chain(set)?;
            if held.as_ref().map(Chain::without_hold) != computed(store, set, held.as_ref())? {
                report.faults.push(format!("projection: {set} is not what its documents say"));
            }
            if let Some(held) = &held {
                report.holds = report.holds.saturating_add(held.hold.is_some().into());
                if !renews_what_it_says(store, held)? {
                    report.faults.push(format!("projection: what {set} renews does not know of it"));
                }
            }
        }
        after = Some(last);
    }
    Ok(report)
}

/// The chain as documents say it: its own, and the prescriptions that renew it.
fn computed(store: &dyn Store, set: &Oid, held: Option<&Chain>) -> Result<Option<Chain>, StoreError> {
    let mut chain = Chain::of(&store.documents_of(set)?);
    for id in held.map(|held| held.renewals.as_slice()).unwrap_or_default() {
        chain = match (chain, prescribed(store, id)?) {
            (Some(chain), Some(by)) if by.renews.is_some() => Some(chain.renewed(&by)),
            _ => return Ok(None),
        };
    }
    Ok(chain)
}

/// Whether the chain whose renewal request a prescription was made on knows of it, where it is held.
fn renews_what_it_says(store: &dyn Store, chain: &Chain) -> Result<bool, StoreError> {
    let Some(first) = chain.versions.first() else { return Ok(false) };
    let Some(request) = prescribed(store, first)?.and_then(|prescription| prescription.renews) else { return Ok(true) };
    let Some(request) = store.document(&request.id)? else { return Ok(true) };
    let old = store.chain(&request.prescription_set)?;
    Ok(old.is_none_or(|old| {
        old.renewals.contains(first)
            || old.prescription.patient.identity_code != chain.prescription.patient.identity_code
    }))
}

fn prescribed(store: &dyn Store, id: &Oid) -> Result<Option<Prescription>, StoreError> {
    let Some(document) = store.document(id)? else { return Ok(None) };
    Ok(match cda::read(&document.bytes).map(|document| document.content) {
        Ok(Content::Prescription(prescription)) => Some(*prescription),
        _ => None,
    })
}
