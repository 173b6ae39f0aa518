//! The dispensing reservation by our own sums: from what the Centre's log says of who fetched and stored what when, who held
//! which prescription, and whether another pharmacy dispensed it meanwhile and nobody was told.

use std::collections::BTreeMap;

use centre::log::{Entry, Event, Use};
use prescription::{DocumentType, Oid, QueryReason};

use crate::ledger::Ledger;

/// How long the Centre holds a prescription by itself, in microseconds.
const HELD_FOR: i64 = 30 * 60 * 1_000_000;

/// A pharmacy's reservation of a prescription.
struct Held {
    /// Nobody is named where either of two may have it.
    by: Option<Oid>,
    until: i64,
    /// It may have been given back: the log does not say of which prescription a release was. Whether somebody else can
    /// hold the prescription from then on is not known either.
    in_doubt: bool,
}

/// Who holds a prescription.
type Holds = BTreeMap<String, Held>;

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
    let until = at.saturating_add(HELD_FOR);
    match holds.get_mut(set).filter(|held| held.by.as_ref() != Some(&organisation) && at < held.until) {
        // Either of the two may hold it now, for as long as the later one would.
        Some(anothers) if anothers.in_doubt => *anothers = Held { by: None, until, in_doubt: true },
        Some(_) => {}
        None => drop(holds.insert(set.clone(), Held { by: Some(organisation), until, in_doubt: false })),
    }
}

/// A dispensation, or a release, ends the own reservation; a dispensation against another's is told as a conflict.
fn stored(told: &Use, organisation: &Oid, at: i64, holds: &mut Holds, ledger: &mut Ledger) {
    if told.detail.as_deref() == Some("repeated") {
        return;
    }
    let Some((id, document_type)) = told.documents.first() else { return };
    let Some(set) = ledger.hand_overs.get(id.as_str()).map(|made| made.set.clone()) else {
        if *document_type == DocumentType::DispensingReservationRelease {
            holds
                .values_mut()
                .filter(|held| held.by.as_ref() == Some(organisation))
                .for_each(|held| held.in_doubt = true);
        }
        return;
    };
    let Some(held) = holds.get(&set) else { return };
    let is_own = held.by.as_ref() == Some(organisation);
    if !is_own && !held.in_doubt && at < held.until && told.detail.is_none() {
        let text = format!("{id} of {set} was taken although another pharmacy was dispensing it");
        ledger.violation("reservation", text);
    }
    // While it is in doubt whose it was, whoever dispenses may have ended his own or nobody's.
    if is_own && !held.in_doubt {
        holds.remove(&set);
    }
}
