//! The Centre's log of use (käyttöloki): every search, fetch, store and load leaves one entry (LO-1, fields of LO-7).
//!
//! It serves promise 5: entries are chained. The chain holds salted hashes; the payload and its salt lie beside it and
//! can be erased when their lawful time ends, and the chain still holds. This module only computes: a store keeps the
//! entries, in the same transaction as what they tell of.

use chrono::{DateTime, Utc};
use prescription::{DocumentType, Oid};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::register::LocalRole;

/// What was done. The name stands in the chain itself, so that it outlives the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A search for prescriptions' data.
    Search,
    /// Documents were fetched.
    Fetch,
    /// A document was to be stored.
    Store,
    /// A document was put in by the Centre's keeper.
    Load,
    /// A supervisor looked at uses of the own organisation.
    Uses,
    /// A supervisor settled the conflict of a late document.
    Settle,
    /// A prescription was erased, because its lawful time had ended.
    Erase,
    /// A message that could not be read.
    Unreadable,
}

impl Event {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Fetch => "fetch",
            Self::Store => "store",
            Self::Load => "load",
            Self::Uses => "uses",
            Self::Settle => "settle",
            Self::Erase => "erase",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One use of the Centre (LO-7). The only place outside documents and their projection where identity codes stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// What was done.
    pub event: Event,
    /// Organisation of the TLS client certificate: proven, unlike what follows.
    pub organisation: Option<Oid>,
    /// Serial number of the certificate that proves whoever is proven: the signer's in a store, else the TLS client's.
    pub certificate: Option<String>,
    /// The asking system, as stated.
    pub system: Option<Oid>,
    /// Registration number of the user: proven in a store that was accepted, else only as stated (promise 8).
    pub user: Option<String>,
    /// Whether the user is only stated.
    pub user_stated: bool,
    /// The right that the register gives the user today.
    pub right: Option<String>,
    /// Restrictions of the user's rights, 1.2.246.537.6.147.2008: noted, never enforced by program (5.3).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restrictions: Vec<String>,
    /// The local role that sufficed in place of a right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<LocalRole>,
    /// With what right somebody else than the patient was served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<String>,
    /// Reason of the query, 1.2.246.537.5.40110.2006.
    pub reason: Option<String>,
    /// The reason in words, as the user wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    /// Identity codes of the people whom it concerns.
    pub people: Vec<String>,
    /// Identifiers by which was searched.
    pub criteria: Vec<String>,
    /// The error's code, where the answer was a refusal.
    pub error: Option<String>,
    /// What the error is about: a rule's id, a fact's name.
    pub detail: Option<String>,
    /// How many hits the answer had.
    pub hits: usize,
    /// How many were withheld. For the Centre's keeper alone: no answer tells it, a supervisor's neither.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withheld: usize,
    /// Documents that were given out or taken in, with their types.
    pub documents: Vec<(Oid, DocumentType)>,
}

impl Use {
    /// A use of which only the kind is known yet.
    pub fn of(event: Event) -> Self {
        Self {
            event,
            organisation: None,
            certificate: None,
            system: None,
            user: None,
            user_stated: true,
            right: None,
            restrictions: vec![],
            role: None,
            on_behalf: None,
            reason: None,
            reason_text: None,
            people: vec![],
            criteria: vec![],
            error: None,
            detail: None,
            hits: 0,
            withheld: 0,
            documents: vec![],
        }
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// An entry before it has a place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// When, by the Centre's clock.
    pub at: DateTime<Utc>,
    /// What was done.
    pub event: Event,
    /// The use as JSON.
    pub payload: String,
    /// Thirty-two random bytes, so that a hash tells nothing of a payload that was erased.
    pub salt: [u8; 32],
}

/// An entry in the chain, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3 … without gaps.
    pub sequence: u64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Name of the event.
    pub event: String,
    /// SHA-256 over salt and payload.
    pub content: [u8; 32],
    /// Hash of the entry before this one; zeros for the first.
    pub previous: [u8; 32],
    /// Hash of this entry.
    pub hash: [u8; 32],
    /// Salt and payload, unless erased.
    pub beside: Option<(Vec<u8>, String)>,
}

/// The end of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Sequence of the last entry, 0 in an empty log.
    pub sequence: u64,
    /// Its hash, zeros in an empty log.
    pub hash: [u8; 32],
}

impl Head {
    /// Links a new entry behind this head.
    pub fn link(&self, new: NewEntry) -> Entry {
        let sequence = self.sequence.saturating_add(1);
        let at = new.at.timestamp_micros();
        let content = content_hash(&new.salt, new.payload.as_bytes());
        let hash = entry_hash(&self.hash, sequence, at, new.event.name(), &content);
        Entry {
            sequence,
            at,
            event: new.event.name().to_owned(),
            content,
            previous: self.hash,
            hash,
            beside: Some((new.salt.to_vec(), new.payload)),
        }
    }
}

impl Entry {
    /// The head of a chain that ends here.
    pub fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.hash }
    }

    /// The use that it tells of, unless it is erased or not one.
    pub fn told(&self) -> Option<Use> {
        serde_json::from_str(&self.beside.as_ref()?.1).ok()
    }
}

/// A walk along the chain, entry by entry: counts, and names what does not hold.
#[derive(Debug, Default)]
pub struct Walk {
    /// Where the walk is.
    pub head: Head,
    /// How many entries have no payload any more.
    pub erased: u64,
    /// What does not hold, at most a thousand sentences without any content.
    pub faults: Vec<String>,
}

impl Walk {
    /// Takes the next entry in the order of the sequence.
    pub fn step(&mut self, entry: &Entry) {
        if entry.sequence != self.head.sequence.saturating_add(1) {
            self.fault(format!("log: entries between {} and {} are gone", self.head.sequence, entry.sequence));
        } else if entry.previous != self.head.hash {
            self.fault(format!("log: entry {} does not continue the one before it", entry.sequence));
        }
        if entry_hash(&entry.previous, entry.sequence, entry.at, &entry.event, &entry.content) != entry.hash {
            self.fault(format!("log: entry {} is not what was written", entry.sequence));
        }
        match &entry.beside {
            Some((salt, payload)) if content_hash(salt, payload.as_bytes()) != entry.content => {
                self.fault(format!("log: the payload of entry {} is not what was written", entry.sequence));
            }
            Some(_) => {}
            None => self.erased = self.erased.saturating_add(1),
        }
        self.head = entry.head();
    }

    /// Compares the end of the walk with the end that the store has noted.
    pub fn end(&mut self, noted: Head) {
        if noted != self.head {
            self.fault(format!("log: ends at {} and should end at {}", self.head.sequence, noted.sequence));
        }
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < 1000 {
            self.faults.push(fault);
        }
    }
}

fn content_hash(salt: &[u8], payload: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tiski-centre-content-1");
    hasher.update((salt.len() as u64).to_be_bytes());
    hasher.update(salt);
    hasher.update(payload);
    hasher.finalize().into()
}

fn entry_hash(previous: &[u8; 32], sequence: u64, at: i64, event: &str, content: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tiski-centre-entry-1");
    hasher.update(previous);
    hasher.update(sequence.to_be_bytes());
    hasher.update(at.to_be_bytes());
    hasher.update((event.len() as u64).to_be_bytes());
    hasher.update(event.as_bytes());
    hasher.update(content);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u8) -> Vec<Entry> {
        let mut head = Head::default();
        (0..length)
            .map(|n| {
                let new = NewEntry {
                    at: DateTime::UNIX_EPOCH,
                    event: Event::Search,
                    payload: format!("entry {n}"),
                    salt: [n; 32],
                };
                let entry = head.link(new);
                head = entry.head();
                entry
            })
            .collect()
    }

    fn faults(entries: &[Entry], noted: Head) -> Vec<String> {
        let mut walk = Walk::default();
        entries.iter().for_each(|entry| walk.step(entry));
        walk.end(noted);
        walk.faults
    }

    #[test]
    fn promise_5_a_whole_chain_holds_also_where_a_payload_was_erased() {
        let mut entries = chain(4);
        let noted = entries[3].head();
        assert_eq!(faults(&entries, noted), Vec::<String>::new());
        entries[1].beside = None;
        assert_eq!(faults(&entries, noted), Vec::<String>::new());
    }

    #[test]
    fn promise_5_a_changed_missing_or_cut_entry_is_found() {
        let entries = chain(4);
        let noted = entries[3].head();
        let mut changed = entries.clone();
        changed[1].beside = Some((vec![1; 32], "entry X".into()));
        assert!(faults(&changed, noted)[0].contains("payload of entry 2"));
        let mut retold = entries.clone();
        retold[2].event = "fetch".into();
        assert!(faults(&retold, noted)[0].contains("entry 3"));
        let gone = [entries[0].clone(), entries[2].clone(), entries[3].clone()];
        assert!(faults(&gone, noted)[0].contains("between 1 and 3"));
        assert!(faults(&entries[..3], noted)[0].contains("ends at 3"));
    }
}
