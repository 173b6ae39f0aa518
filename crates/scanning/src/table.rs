//! Which VNR stands for a trade item number. One VNR has many numbers, a number has one VNR (medicines.md 5.3), and only a
//! Nordic number says its VNR itself; every other is learnt, from a register or from a person who confirms it once.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use prescription::Vnr;
use serde::{Deserialize, Serialize};

use crate::Gtin;

/// At most so many links.
pub const MOST_LINKS: usize = 1_000_000;

/// Where a link comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// A register of links.
    Register,
    /// A person at this counter.
    Person,
}

/// That a number stands for a VNR.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GtinLink {
    /// The trade item number.
    pub gtin: Gtin,
    /// The package.
    pub vnr: Vnr,
    /// Where it comes from.
    pub source: Source,
    /// The day on which it was first known.
    pub first_seen: NaiveDate,
    /// Who confirmed it: the user's internal identifier, never a name. None for a register's.
    pub confirmed_by: Option<String>,
}

/// Who took a link back that was learnt wrongly, and when.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TakenBack {
    /// When.
    pub at: DateTime<Utc>,
    /// The user's internal identifier, never a name.
    pub by: String,
}

/// What became of a new link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// It is new, and kept.
    New,
    /// It was known.
    Known,
}

/// The store did not take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link could not be stored")]
pub struct NotStored;

/// Keeps links durably.
pub trait GtinStore {
    /// Keeps one, durably, before the table believes it.
    fn keep(&mut self, link: &GtinLink) -> Result<(), NotStored>;

    /// Keeps, durably, that one was taken back: it is no longer among the links, and is kept beside them.
    fn take_back(&mut self, link: &GtinLink, taken: &TakenBack) -> Result<(), NotStored>;
}

impl<S: GtinStore + ?Sized> GtinStore for Box<S> {
    fn keep(&mut self, link: &GtinLink) -> Result<(), NotStored> {
        (**self).keep(link)
    }

    fn take_back(&mut self, link: &GtinLink, taken: &TakenBack) -> Result<(), NotStored> {
        (**self).take_back(link, taken)
    }
}

/// Why a link is not learnt. The table stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The number is known to stand for another VNR. A person must find out which is right; nothing is overwritten.
    #[error("the number stands for another package already")]
    Contradiction {
        /// The VNR that is known.
        known: Vnr,
        /// The VNR that was said.
        said: Vnr,
    },
    /// The number was never learnt to stand for that VNR, or the link was taken back.
    #[error("the number was not learnt to stand for that package")]
    NotLearnt,
    /// A shop's own number: it may be given to anything.
    #[error("a shop's own number names no medicine")]
    InStore,
    /// There are too many.
    #[error("the table is full")]
    Full,
    /// It could not be stored.
    #[error(transparent)]
    NotStored(#[from] NotStored),
}

impl TableError {
    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Contradiction { .. } => "gtin-contradiction",
            Self::NotLearnt => "gtin-not-learnt",
            Self::InStore => "gtin-in-store",
            Self::Full => "gtin-table-full",
            Self::NotStored(_) => "gtin-not-stored",
        }
    }
}

/// The links that are known.
#[derive(Debug, Clone, Default)]
pub struct GtinTable {
    links: HashMap<Gtin, GtinLink>,
}

impl GtinTable {
    /// From links that were kept; refused when two contradict each other.
    pub fn of(links: impl IntoIterator<Item = GtinLink>) -> Result<Self, TableError> {
        let mut table = Self::default();
        for link in links {
            if table.check(&link)? == Learnt::New {
                table.links.insert(link.gtin.clone(), link);
            }
        }
        Ok(table)
    }

    /// The VNR of a number, if it is known or the number says it.
    pub fn vnr(&self, gtin: &Gtin) -> Option<Vnr> {
        gtin.nordic_vnr().or_else(|| self.links.get(gtin).map(|link| link.vnr.clone()))
    }

    /// The link of a number.
    pub fn link(&self, gtin: &Gtin) -> Option<&GtinLink> {
        self.links.get(gtin)
    }

    /// The same for a typed number of 8, 12, 13 or 14 digits, as the package search asks.
    pub fn vnr_of_digits(&self, digits: &str) -> Option<Vnr> {
        self.vnr(&Gtin::parse(digits).ok()?)
    }

    /// Learns a link: stored first, then believed.
    pub fn learn(&mut self, link: GtinLink, store: &mut impl GtinStore) -> Result<Learnt, TableError> {
        if self.check(&link)? == Learnt::Known {
            return Ok(Learnt::Known);
        }
        store.keep(&link)?;
        self.links.insert(link.gtin.clone(), link);
        Ok(Learnt::New)
    }

    /// Takes back a link that was learnt wrongly: stored first, then no longer believed. The number may be learnt anew. Both
    /// the number and the VNR are named, so that nobody takes back another link than the one that was looked at.
    pub fn take_back(
        &mut self,
        gtin: &Gtin,
        vnr: &Vnr,
        taken: &TakenBack,
        store: &mut impl GtinStore,
    ) -> Result<GtinLink, TableError> {
        let link = self.links.get(gtin).filter(|link| link.vnr == *vnr).ok_or(TableError::NotLearnt)?;
        store.take_back(link, taken)?;
        self.links.remove(gtin).ok_or(TableError::NotLearnt)
    }

    /// Every link, the newest first; of one day by number.
    pub fn newest(&self) -> Vec<&GtinLink> {
        let mut links: Vec<&GtinLink> = self.links.values().collect();
        links.sort_unstable_by(|one, other| {
            other.first_seen.cmp(&one.first_seen).then_with(|| one.gtin.as_str().cmp(other.gtin.as_str()))
        });
        links
    }

    fn check(&self, link: &GtinLink) -> Result<Learnt, TableError> {
        match self.vnr(&link.gtin) {
            Some(known) if known == link.vnr => Ok(Learnt::Known),
            Some(known) => Err(TableError::Contradiction { known, said: link.vnr.clone() }),
            None if link.gtin.is_in_store() => Err(TableError::InStore),
            None if self.links.len() >= MOST_LINKS => Err(TableError::Full),
            None => Ok(Learnt::New),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Memory(Vec<GtinLink>, bool);

    impl GtinStore for Memory {
        fn keep(&mut self, link: &GtinLink) -> Result<(), NotStored> {
            if self.1 {
                return Err(NotStored);
            }
            self.0.push(link.clone());
            Ok(())
        }

        fn take_back(&mut self, link: &GtinLink, _: &TakenBack) -> Result<(), NotStored> {
            if self.1 {
                return Err(NotStored);
            }
            self.0.retain(|kept| kept != link);
            Ok(())
        }
    }

    fn link(gtin: &str, vnr: &str) -> GtinLink {
        GtinLink {
            gtin: Gtin::parse(gtin).unwrap(),
            vnr: Vnr::parse(vnr).unwrap(),
            source: Source::Person,
            first_seen: "2026-11-26".parse().unwrap(),
            confirmed_by: Some("u1".into()),
        }
    }

    const COMPANY: &str = "4006381333931";
    const OTHER: &str = "05012345678900";

    #[test]
    fn med_5_3_a_number_is_confirmed_once_and_a_contradiction_never_overwrites() {
        let (mut table, mut store) = (GtinTable::default(), Memory::default());
        assert_eq!(table.vnr_of_digits(COMPANY), None);
        assert_eq!(table.learn(link(COMPANY, "070009"), &mut store), Ok(Learnt::New));
        assert_eq!(table.learn(link(COMPANY, "070009"), &mut store), Ok(Learnt::Known));
        let error = table.learn(link(COMPANY, "117648"), &mut store).unwrap_err();
        assert_eq!(error.code(), "gtin-contradiction");
        assert_eq!(table.vnr_of_digits(COMPANY).unwrap().as_str(), "070009");
        // One VNR, many numbers.
        assert_eq!(table.learn(link(OTHER, "070009"), &mut store), Ok(Learnt::New));
        assert_eq!(store.0.len(), 2);
        assert_eq!(GtinTable::of(store.0.clone()).unwrap().vnr_of_digits(OTHER).unwrap().as_str(), "070009");
        store.0.push(link(OTHER, "117648"));
        assert_eq!(GtinTable::of(store.0).unwrap_err().code(), "gtin-contradiction");
    }

    #[test]
    fn med_5_3_a_link_that_was_taken_back_is_not_used_and_the_number_may_be_learnt_anew() {
        let (mut table, mut store) = (GtinTable::default(), Memory::default());
        let (gtin, wrong) = (Gtin::parse(COMPANY).unwrap(), Vnr::parse("070009").unwrap());
        let taken = TakenBack { at: "2026-11-27T08:00:00Z".parse().unwrap(), by: "u2".into() };
        let refused = |result: Result<GtinLink, TableError>| result.unwrap_err().code();
        assert_eq!(refused(table.take_back(&gtin, &wrong, &taken, &mut store)), "gtin-not-learnt");
        table.learn(link(COMPANY, "070009"), &mut store).unwrap();
        let other = Vnr::parse("117648").unwrap();
        assert_eq!(refused(table.take_back(&gtin, &other, &taken, &mut store)), "gtin-not-learnt");
        store.1 = true;
        assert_eq!(refused(table.take_back(&gtin, &wrong, &taken, &mut store)), "gtin-not-stored");
        assert_eq!(table.vnr(&gtin), Some(wrong.clone()), "what is not stored changes nothing");
        store.1 = false;
        assert_eq!(table.take_back(&gtin, &wrong, &taken, &mut store), Ok(link(COMPANY, "070009")));
        assert_eq!((table.vnr(&gtin), table.newest().len()), (None, 0));
        assert_eq!(table.learn(link(COMPANY, "117648"), &mut store), Ok(Learnt::New));
        assert_eq!((table.vnr(&gtin), table.newest().len()), (Some(other), 1));
    }

    #[test]
    fn a_nordic_number_is_known_and_cannot_be_taught_otherwise() {
        let (mut table, mut store) = (GtinTable::default(), Memory::default());
        assert_eq!(table.learn(link("07046260700093", "070009"), &mut store), Ok(Learnt::Known));
        let error = table.learn(link("07046260700093", "117648"), &mut store).unwrap_err();
        assert_eq!(error.code(), "gtin-contradiction");
        assert!(store.0.is_empty());
    }

    #[test]
    fn what_is_not_stored_is_not_believed_and_a_shops_own_number_is_refused() {
        let mut table = GtinTable::default();
        assert_eq!(
            table.learn(link(COMPANY, "070009"), &mut Memory(vec![], true)).unwrap_err().code(),
            "gtin-not-stored"
        );
        assert_eq!(table.vnr_of_digits(COMPANY), None);
        let shop = (0..10).find_map(|check| Gtin::parse(&format!("200000012345{check}")).ok()).unwrap();
        let error = table.learn(link(shop.as_str(), "070009"), &mut Memory::default()).unwrap_err();
        assert_eq!(error.code(), "gtin-in-store");
    }
}
