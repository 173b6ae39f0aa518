//! Which organisations have to do with a prescription, and as what: the index by which a pharmacy or a unit finds its own.
//! It is computed from the chain, in memory and in the file alike.

use chrono::NaiveDate;
use kanta::metadata::Days;
use prescription::{Oid, PersonIdentityCode};

use crate::chain::Chain;

/// What an organisation has to do with a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// It prescribed it.
    Prescribed,
    /// It dispensed of it.
    Dispensed,
    /// Its dose-dispensing mark is on it.
    DoseDispensing,
    /// It reserves or locks it.
    Holds,
    /// It was asked to renew it.
    AskedToRenew,
}

impl Part {
    /// Its name in an index.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prescribed => "prescribed",
            Self::Dispensed => "dispensed",
            Self::DoseDispensing => "dose-dispensing",
            Self::Holds => "holds",
            Self::AskedToRenew => "asked-to-renew",
        }
    }
}

/// Whose chains are wanted.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Of these people.
    People(&'a [PersonIdentityCode]),
    /// Those that an organisation has one of these parts in.
    Organisation {
        /// The organisation.
        id: &'a Oid,
        /// As what.
        parts: &'a [Part],
        /// When prescribed.
        prescribed: Days,
        /// When last dispensed; none where nothing was and a bound is given.
        dispensed: Days,
    },
}

impl Whose<'_> {
    /// Whether a chain is one of them.
    pub fn hold(&self, chain: &Chain) -> bool {
        match self {
            Self::People(people) => chain.identity_code().is_some_and(|code| people.contains(code)),
            Self::Organisation { id, parts, prescribed, dispensed } => {
                parts_of(chain).iter().any(|(organisation, part)| organisation == *id && parts.contains(part))
                    && prescribed.hold(prescribed_on(chain))
                    && (dispensed.are_all() || dispensed_on(chain).is_some_and(|day| dispensed.hold(day)))
            }
        }
    }
}

/// Every organisation with every part that it has, each once, in order.
pub fn parts_of(chain: &Chain) -> Vec<(Oid, Part)> {
    let unit = chain.prescription.prescribing_unit().map(|unit| (unit.id.clone(), Part::Prescribed));
    let dispensed = chain.dispensations.iter().map(|lot| (lot.pharmacy.id.clone(), Part::Dispensed));
    let dosed = chain.dosed_by.iter().map(|pharmacy| (pharmacy.clone(), Part::DoseDispensing));
    let held = chain.holders().into_iter().map(|holder| (holder.clone(), Part::Holds));
    let asked = chain.standing.renewal.iter().map(|renewal| (renewal.unit.clone(), Part::AskedToRenew));
    let mut parts: Vec<_> = unit.into_iter().chain(dispensed).chain(dosed).chain(held).chain(asked).collect();
    parts.sort();
    parts.dedup();
    parts
}

/// The day of prescribing.
pub fn prescribed_on(chain: &Chain) -> NaiveDate {
    chain.prescription.prescribed_at.date()
}

/// The day of the newest live dispensation.
pub fn dispensed_on(chain: &Chain) -> Option<NaiveDate> {
    chain.dispensations.iter().map(|lot| lot.dispensed_at.date()).max()
}
