//! The judge: compares what pharmacists were told and did with what the Centre holds and with what stands in the lists.
//! It does its own sums and trusts no program's.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use centre::store::{Store, StoredDocument};
use prescription::{Conflict, DocumentType};
use record::{OutboxFilter, OutboxItem, OutboxState, RELEASE, Record};
use rust_decimal::Decimal;

use crate::disk::CentreDisk;
use crate::ledger::Ledger;
use crate::materials::{PRESCRIPTIONS, UNITS, set};
use crate::reservations;
use crate::station::Shared;

/// Looks at everything when all is quiet.
pub fn look(shared: &Shared, disk: &CentreDisk, records: Vec<Option<Record>>) -> Result<()> {
    disk.restart();
    let mut held: BTreeMap<String, Vec<StoredDocument>> = BTreeMap::new();
    for number in 0..PRESCRIPTIONS {
        let set = set(number)?;
        let documents = disk.documents_of(&set)?;
        let dispensations = documents.into_iter().filter(|one| one.document_type == DocumentType::Dispensation);
        held.insert(set.to_string(), dispensations.collect());
    }
    let mut listed: BTreeMap<String, OutboxItem> = BTreeMap::new();
    for (number, record) in records.iter().enumerate() {
        let Some(record) = record else {
            shared.ledger().violation("stuck", format!("station {number} does not start"));
            continue;
        };
        let filter = OutboxFilter { limit: Some(10_000), ..OutboxFilter::default() };
        for item in record.outbox(filter)? {
            if item.kind_code != RELEASE {
                listed.insert(item.document_id.clone(), item);
            }
        }
        let report = record.verify()?;
        if !report.is_sound() {
            shared.ledger().violation("record", format!("station {number}: {report:?}"));
        }
        if !record.in_hand()?.is_empty() {
            shared.tell(|| format!("station {number}: still in hand"));
        }
    }
    let log = disk.log(0, 100_000)?;
    let report = centre::verify::verify(disk)?;
    let mut ledger = shared.ledger();
    if !report.is_sound() {
        ledger.violation("centre", format!("{:?}", report.faults));
    }
    reservations::judge(&log, &mut ledger);
    Judge { held: &held, listed: &listed }.judge(&mut ledger);
    Ok(())
}

struct Judge<'a> {
    /// What the Centre holds, by prescription, in the order in which it came.
    held: &'a BTreeMap<String, Vec<StoredDocument>>,
    /// What stands in the workstations' lists.
    listed: &'a BTreeMap<String, OutboxItem>,
}

impl Judge<'_> {
    fn judge(&self, ledger: &mut Ledger) {
        self.nothing_is_stuck(ledger);
        self.nothing_is_lost(ledger);
        self.nothing_is_twice(ledger);
        self.what_was_told_is_so(ledger);
        self.nothing_goes_below_zero_silently(ledger);
        self.order_was_kept(ledger);
    }

    fn of(&self, document: &str) -> Vec<&StoredDocument> {
        self.held.values().flatten().filter(|one| one.id.as_str() == document).collect()
    }

    fn nothing_is_stuck(&self, ledger: &mut Ledger) {
        for (id, item) in self.listed {
            if matches!(item.state, OutboxState::Waiting | OutboxState::Sending) {
                let text = format!("{id} is {} still, last {:?}", item.state, item.last_code);
                ledger.violation("stuck", text);
            }
        }
    }

    /// What was handed over is at the Centre with the same bytes, or on a person's list.
    fn nothing_is_lost(&self, ledger: &mut Ledger) {
        for (id, made) in ledger.hand_overs.clone() {
            let item = self.listed.get(&id);
            if item.is_none() && !made.lost_with_the_disk {
                ledger.violation("lost", format!("{id} was saved and is in no list"));
            }
            let held = self.of(&id);
            if held.iter().any(|one| made.digest.is_some_and(|digest| one.sent_digest != digest)) {
                ledger.violation("bytes", format!("the Centre holds other bytes of {id}"));
            }
            let waits = item.is_some_and(|item| item.state == OutboxState::Refused) || ledger.settled.contains(&id);
            if held.is_empty() && !waits && !made.lost_with_the_disk {
                let state = item.map(|item| item.state);
                ledger.violation("lost", format!("{id} is not at the Centre, and nobody's task: {state:?}"));
            }
        }
    }

    fn nothing_is_twice(&self, ledger: &mut Ledger) {
        let mut seen = BTreeSet::new();
        for one in self.held.values().flatten() {
            let id = one.id.as_str();
            if !seen.insert(id) {
                ledger.violation("twice", format!("the Centre holds {id} twice"));
            }
            if !ledger.hand_overs.contains_key(id) {
                ledger.violation("twice", format!("the Centre holds {id}, and nothing was handed over with it"));
            }
        }
    }

    fn what_was_told_is_so(&self, ledger: &mut Ledger) {
        // Releases of reservations are accepted too; no medicine was handed over with them.
        let accepted = ledger.accepted.iter().filter(|id| ledger.hand_overs.contains_key(*id));
        for id in accepted.cloned().collect::<Vec<_>>() {
            if self.of(&id).is_empty() {
                ledger.violation("told", format!("{id} was called accepted, and the Centre does not hold it"));
            }
        }
        for (id, item) in self.listed {
            let held = self.of(id);
            let conflicting = held.iter().any(|one| !one.conflicts.is_empty());
            let wrong = match item.state {
                OutboxState::Accepted => held.is_empty() || conflicting,
                OutboxState::Conflicting => !conflicting,
                OutboxState::Refused => !held.is_empty(),
                OutboxState::Settled => !ledger.settled.contains(id) || !held.is_empty(),
                OutboxState::Waiting | OutboxState::Sending => false,
            };
            if wrong {
                let (state, many) = (item.state, held.len());
                let text = format!("{id} is called {state}; at the Centre: {many}, in conflict: {conflicting}");
                ledger.violation("told", text);
            }
        }
    }

    /// Our own sum of what was given: whatever goes beyond what was prescribed is told.
    fn nothing_goes_below_zero_silently(&self, ledger: &mut Ledger) {
        for (set, documents) in self.held {
            let mut left = Decimal::from(UNITS);
            for one in documents {
                let Some(made) = ledger.hand_overs.get(one.id.as_str()) else { continue };
                left -= made.units;
                let told = one.conflicts.iter().any(|c| matches!(c, Conflict::LessRemained | Conflict::FullyDispensed));
                if left < Decimal::ZERO && !told {
                    let text = format!("{} leaves {left} of {set}, and nobody is told", one.id);
                    ledger.violation("remaining", text);
                }
            }
        }
    }

    /// What one workstation saved of one prescription came in that order, unless it was refused in between.
    fn order_was_kept(&self, ledger: &mut Ledger) {
        for documents in self.held.values() {
            let mut last: BTreeMap<usize, u64> = BTreeMap::new();
            for one in documents {
                let id = one.id.as_str();
                let Some(made) = ledger.hand_overs.get(id).filter(|_| !ledger.refused.contains(id)) else { continue };
                let (station, order) = (made.station, made.order);
                if last.get(&station).is_some_and(|before| *before > order) {
                    ledger.violation("order", format!("{id} came after what station {station} saved later"));
                }
                last.insert(station, order);
            }
        }
    }
}
