//! Answered in advance: why a listed prescription cannot be dispensed, by the rules that the Centre asks, before it is
//! fetched. What was fetched is asked with its documents, this pharmacy's own waiting dispensations included.

use chrono::NaiveDate;
use kanta::metadata::{DispenseStatus, Metadata};
use prescription::lifecycle::has_month_after;
use prescription::operation::{Told, in_advance_as_told, may_have_month_after};
use prescription::rules::Finding;
use prescription::{Dispensing, Operation, Role, Validity, time};

use crate::{Counter, Fetched, Visit};

impl Counter {
    /// What keeps a listed prescription from being taken in hand (OP-2), gravest rules of the matrix first: nothing where
    /// it is open. A finding that only needs a reason is among them.
    pub fn hindrances(&self, visit: &Visit, metadata: &Metadata) -> Vec<Finding> {
        let today = time::finnish(self.deps.clock.now()).date();
        let fetched = visit.fetched.get(&metadata.reference.set_id);
        let (dispensing, month_after) = match fetched {
            Some(Fetched { prescription, history, .. }) => {
                (Dispensing::of(prescription, history), has_month_after(prescription))
            }
            None => (as_listed(&metadata.dispense_status), may_be_month_after(metadata)),
        };
        let last_day = metadata.valid_until.unwrap_or(NaiveDate::MAX);
        // The Centre's own clock says that it is over, whatever this machine's says.
        let day = if metadata.expired { today.max(last_day.succ_opt().unwrap_or(last_day)) } else { today };
        let told = Told {
            state: &metadata.state,
            dispensing,
            validity: Validity::on(last_day, day),
            last_day,
            month_after,
            unit: &self.deps.pharmacy.id,
            role: visit.keeper.right.as_ref().map_or(Role::Other, Role::of),
        };
        let answers = in_advance_as_told(Operation::Hold, &told);
        answers.into_iter().filter(Finding::hinders).collect()
    }
}

fn as_listed(status: &DispenseStatus) -> Dispensing {
    match status {
        DispenseStatus::Not => Dispensing::Not,
        DispenseStatus::Partly | DispenseStatus::Unknown(_) => Dispensing::Partly,
        DispenseStatus::Fully => Dispensing::Fully,
    }
}

fn may_be_month_after(metadata: &Metadata) -> bool {
    let medicine = &metadata.medicine;
    let is_controlled = medicine.control.is_some() || medicine.narcotic;
    let prescribed = metadata.prescribed_at.date();
    metadata.valid_until.is_some_and(|last| may_have_month_after(prescribed, last, is_controlled, &medicine.kind))
}
