//! What is left of packages that were split: with batch and last day, in the journal of the record beside the dispensation that
//! split them, so that neither is kept without the other. Batches are never mixed (medicines notes, corrections).

use medicines::Package;
use prescription::{Dispensation, Oid};
use record::{EventFilter, LIMIT_LISTING, NewEvent};
use rust_decimal::Decimal;
use scanning::{Remnant, RemnantError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Counter, CounterError, Visit, lock};

const OPENED: &str = "remnant.opened";
const TAKEN: &str = "remnant.taken";
const DISCARDED: &str = "remnant.discarded";

/// A note says why what is left was discarded, in so many characters at the most.
const LONGEST_NOTE: usize = 500;

/// What is left of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRemnant {
    /// Names it: the document with which the package was split.
    pub id: String,
    /// What is left.
    pub remnant: Remnant,
}

/// From where the part that is given comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartTaken {
    /// The remnant of which it is taken; none where a package is split for it.
    pub from: Option<KeptRemnant>,
    /// What is left afterwards.
    pub left: Remnant,
    /// Whether a remnant suffices, so that a person may say which of the two it is.
    pub may_choose: bool,
}

/// What an event of a remnant says.
#[derive(Serialize, Deserialize)]
struct Said {
    id: String,
    /// As it is afterwards; none where it was discarded.
    remnant: Option<Remnant>,
}

impl Counter {
    /// What is left of split packages at this workstation, the first to expire first.
    pub fn remnants(&self) -> Result<Vec<KeptRemnant>, CounterError> {
        if let Some(kept) = lock(&self.remnants).as_ref() {
            return Ok(kept.clone());
        }
        let mut kept: Vec<KeptRemnant> = Vec::new();
        let mut after = None;
        loop {
            let page = self.deps.record.events(EventFilter {
                kinds: [OPENED, TAKEN, DISCARDED].map(str::to_owned).to_vec(),
                after,
                limit: Some(LIMIT_LISTING),
                ..EventFilter::default()
            })?;
            let Some(last) = page.last().map(|event| event.sequence) else { break };
            after = Some(last);
            // An event whose lawful time has ended says nothing any more.
            let said = page.into_iter().filter_map(|event| serde_json::from_value::<Said>(event.payload?).ok());
            for Said { id, remnant } in said {
                kept.retain(|one| one.id != id);
                kept.extend(remnant.filter(|one| !one.left().is_zero()).map(|remnant| KeptRemnant { id, remnant }));
            }
        }
        kept.sort_by(|a, b| {
            let order = |one: &KeptRemnant| (one.remnant.expiry().last_day(), one.remnant.left());
            order(a).cmp(&order(b)).then_with(|| a.id.cmp(&b.id))
        });
        *lock(&self.remnants) = Some(kept.clone());
        Ok(kept)
    }

    /// What is left of a package is discarded, by one who may dispense, who says why.
    pub fn discard_remnant(&self, id: &str, note: &str) -> Result<(), CounterError> {
        let by = self.one_who_may_settle()?;
        let note: String = note.trim().chars().take(LONGEST_NOTE).collect();
        if note.is_empty() {
            return Err(CounterError::NoNote);
        }
        if !self.remnants()?.iter().any(|one| one.id == id) {
            return Err(CounterError::UnknownRemnant);
        }
        let payload = json!({ "id": id, "note": note });
        self.deps.record.append(vec![NewEvent::new(DISCARDED, self.deps.clock.now(), payload).by(by.as_str())])?;
        self.forget_remnants();
        Ok(())
    }

    /// A new package is split although what is left of another of its batch would do, or that is taken after all.
    pub fn split_new(&self, set_id: &Oid, new: bool) -> Result<Visit, CounterError> {
        let session = self.open_session()?;
        let mut slot = lock(&self.visit);
        let visit = Visit::kept_by(&mut slot, &session)?;
        visit.hands.get_mut(set_id).ok_or(CounterError::NothingToConfirm)?.splits_new = new;
        Ok(visit.clone())
    }

    /// From where the part of a prescription's lot comes, by what was scanned; none where no package is split or nothing was
    /// scanned, and an error where what is left cannot be kept.
    pub fn part_taken(&self, visit: &Visit, set_id: &Oid) -> Option<Result<PartTaken, RemnantError>> {
        let dispensation = &visit.proposals.get(set_id)?.dispensation;
        self.part_of(visit, dispensation, &self.remnants().ok()?)
    }

    fn part_of(
        &self,
        visit: &Visit,
        dispensation: &Dispensation,
        kept: &[KeptRemnant],
    ) -> Option<Result<PartTaken, RemnantError>> {
        let hand = visit.hands.get(&dispensation.prescription.set_id)?;
        let pack = hand.packs.last()?;
        let shelf = self.deps.shelf();
        let package = shelf.edition().package(&pack.vnr)?;
        let amount = part_amount(dispensation, package)?;
        let today = prescription::time::finnish(self.deps.clock.now()).date();
        let (Some(batch), Some(expiry)) = (pack.batch(), pack.expiry()) else {
            return Some(Err(RemnantError::NoBatch));
        };
        let of_this = kept.iter().find(|one| {
            let it = &one.remnant;
            *it.vnr() == pack.vnr
                && it.batch() == batch
                && it.expiry().last_day() == expiry.last_day()
                && it.take(amount, today).is_ok()
        });
        let from = of_this.filter(|_| !hand.splits_new).cloned();
        let left = match &from {
            Some(one) => one.remnant.take(amount, today),
            None => Remnant::open(package, batch, expiry, amount, today),
        };
        Some(left.map(|left| PartTaken { from, left, may_choose: of_this.is_some() }))
    }

    /// What the journal is told of the parts of these dispensations, one after the other: two may take from one remnant.
    pub(crate) fn parts(&self, visit: &Visit, made: &[Dispensation]) -> Result<Vec<NewEvent>, CounterError> {
        let mut kept = self.remnants()?;
        let mut events = Vec::new();
        for dispensation in made {
            // What cannot be kept was said beside the proposal.
            let Some(Ok(part)) = self.part_of(visit, dispensation, &kept) else { continue };
            let (kind, id) = match part.from {
                Some(one) => (TAKEN, one.id),
                None => (OPENED, dispensation.reference.id.to_string()),
            };
            kept.retain(|one| one.id != id);
            kept.push(KeptRemnant { id: id.clone(), remnant: part.left.clone() });
            let payload = json!({
                "id": id,
                "document": dispensation.reference.id.as_str(),
                "remnant": part.left,
            });
            events.push(NewEvent::new(kind, self.deps.clock.now(), payload));
        }
        Ok(events)
    }

    /// Something was taken or discarded: what is left is read anew when somebody asks.
    pub(crate) fn forget_remnants(&self) {
        *lock(&self.remnants) = None;
    }
}

/// How much of a lot is a part of a package: what is beyond whole ones. None where no package is split.
pub(crate) fn part_amount(dispensation: &Dispensation, package: &Package) -> Option<Decimal> {
    if !dispensation.part_package || package.size <= Decimal::ZERO {
        return None;
    }
    dispensation.delivered.value.checked_rem(package.size).filter(|part| !part.is_zero())
}
