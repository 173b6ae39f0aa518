//! The dispensing reservation by our own sums: from what the Centre's log says of who fetched and stored what when, who held
//! which prescription, and whether another pharmacy dispensed it meanwhile and nobody was told.

use std::collections::BTreeMap;

use centre::log::{Entry, Event, Use};
use prescription::{DocumentType, Oid, QueryReason};

use crate::ledger::Ledger;

/// How long the Centre holds a prescription by itself, in microseconds.
const HELD_FOR: i64 = 30 * 60 * 1_000_000;

/// Who holds a prescription, and until when.
type Holds = BTreeMap<String, (Oid, i64)>;

/// Walks the log.
pub fn judge(log: &[Entry], ledger: &mut Ledger) {
    let mut holds = Holds::new();
    for entry in log {
        let Some(told) = entry.told().filter(|told| told.error.is_none()) else { continue };
        let Some(organisation) = told.organisation.clone() else { continue };
        match told.event {
            Event::Fetch => fetched(&told, organisation, entry.at, &mut holds),
            Event::Store => stored(&told, &organisation, entry.at, &mut holds, ledger),
            _ => {}
        }
    }
}

/// One prescription that is fetched to be dispensed is held, unless another pharmacy holds it.
fn fetched(told: &Use, organisation: Oid, at: i64, holds: &mut Holds) {
    let [set] = told.criteria.as_slice() else { return };
    if told.reason.as_deref() != Some(QueryReason::Dispensing.code()) || told.hits == 0 {
        return;
    }
    let anothers = holds.get(set).is_some_and(|(holder, until)| *holder != organisation && at < *until);
    if !anothers {
        holds.insert(set.clone(), (organisation, at.saturating_add(HELD_FOR)));
    }
}

/// A dispensation, or a release, ends the own reservation; a dispensation against another's is told as a conflict.
fn stored(told: &Use, organisation: &Oid, at: i64, holds: &mut Holds, ledger: &mut Ledger) {
    if told.detail.as_deref() == Some("repeated") {
        return;
    }
    let Some((id, document_type)) = told.documents.first() else { return };
    let Some(set) = ledger.hand_overs.get(id.as_str()).map(|made| made.set.clone()) else {
        // A release says nowhere in the log of which prescription: whoever sends one may hold nothing any more.
        if *document_type == DocumentType::DispensingReservationRelease {
            holds.retain(|_, (holder, _)| holder != organisation);
        }
        return;
    };
    match holds.get(&set) {
        Some((holder, until)) if holder != organisation && at < *until && told.detail.is_none() => {
            let text = format!("{id} of {set} was taken although another pharmacy was dispensing it");
            ledger.violation("reservation", text);
        }
        Some((holder, _)) if holder == organisation => drop(holds.remove(&set)),
        _ => {}
    }
}
