//! The dispensing reservation (toimitusvaraus): while one pharmacy dispenses, no other does (section 1.6). It is set when
//! a pharmacy fetches one chosen prescription for dispensing, ends with the dispensation, with message 18, or by time, and
//! is the Centre's own state: no document says it, so it lies in the projection and changes by the same one decision as
//! everything else.

use chrono::{DateTime, Duration, Utc};
use prescription::operation::{Operation, in_advance};
use prescription::rules::Outcome;
use prescription::{Hold, Oid, Role, Situation, time};

use crate::chain::Chain;
use crate::log::Use;
use crate::store::{Decision, Expected, Outcome as Taken, Store, StoreError};
use crate::{Caller, Centre};

/// How often it is tried to reserve when other decisions come between; whoever fetches is answered in any case.
const TRIES: usize = 4;

impl<S: Store> Centre<S> {
    /// Writes a use into the log, and with it sets the dispensing reservation of that prescription for the caller where
    /// row OP-2 allows it. Where it does not, only the use is written: whoever may see a prescription is shown it.
    pub(crate) fn note_and_hold(
        &self,
        mut told: Use,
        set_id: &Oid,
        role: Role,
        caller: &Caller,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        told.organisation = Some(caller.organisation.clone());
        told.certificate = told.certificate.or_else(|| Some(caller.certificate.clone()));
        for _ in 0..TRIES {
            let Some(chain) = self.store.chain(set_id)? else { break };
            let Some(next) = self.chain_held(&chain, &caller.organisation, role, now) else { break };
            let decision = Decision {
                expected: vec![Expected { prescription_set: set_id.clone(), revision: chain.revision }],
                log: vec![self.entry(&told, now)],
                projection: vec![next],
                ..Decision::default()
            };
            fail_point::at!(CentreHolding);
            if self.store.commit(decision)? == Taken::Done {
                fail_point::at!(CentreHeld);
                return Ok(());
            }
        }
        self.store.commit(Decision::only_log(self.entry(&told, now))).map(|_| ())
    }

    /// The chain with the dispensing reservation of that pharmacy, if it may have it now.
    fn chain_held(&self, chain: &Chain, unit: &Oid, role: Role, now: DateTime<Utc>) -> Option<Chain> {
        let local = time::finnish(now);
        let situation = Situation {
            prescription: &chain.prescription,
            dispensations: &chain.dispensations,
            standing: &chain.standing,
            hold: chain.hold.as_ref(),
            unit,
            role,
            now: local,
            reason: None,
        };
        // What needs a reason has it when it is dispensed.
        let stopped = in_advance(Operation::Hold, &situation).iter().any(|finding| finding.outcome == Outcome::Stop);
        let until = local + Duration::seconds(self.settings.hold_s.into());
        (!stopped).then(|| chain.held(Some(Hold { owner: unit.clone(), until })))
    }
}

/// The chain without the dispensing reservation of that pharmacy; another's stays.
pub(crate) fn given_back(chain: Chain, unit: &Oid) -> Chain {
    if chain.hold.as_ref().is_some_and(|hold| hold.owner == *unit) { chain.held(None) } else { chain }
}
