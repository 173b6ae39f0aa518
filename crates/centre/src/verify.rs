//! Whether the Centre's memory is whole: the log's chain, the file itself, and the projection, which is computed again
//! from the documents and compared (promise 5).

use crate::chain::Chain;
use crate::log::Walk;
use crate::store::{Store, StoreError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Prescriptions that were computed again.
    pub prescriptions: u64,
    /// Entries of the log that were walked.
    pub log_entries: u64,
    /// Entries without a payload any more.
    pub log_erased: u64,
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
            if store.chain(set)? != Chain::of(&store.documents_of(set)?) {
                report.faults.push(format!("projection: {set} is not what its documents say"));
            }
        }
        after = Some(last);
    }
    Ok(report)
}
