//! The chain that makes the journal append-only: each event carries the hash of the one before it.
//!
//! It serves promise 5. The chain holds salted hashes, while the payload and its salt lie beside it: when their
//! lawful time ends they are erased, and the chain still holds. This module only computes; it knows no file.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// An event's place in the journal: 1, 2, 3 … without gaps. Order is by this, never by a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(pub(crate) u64);

impl Sequence {
    /// The place with that number, as [`Sequence::get`] told it: for the next page of a listing.
    pub fn at(number: u64) -> Self {
        Self(number)
    }

    /// The place as a number.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The place as the file knows numbers; beyond all that it can hold, the last one.
    pub(crate) fn stored(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX)
    }
}

impl From<u64> for Sequence {
    fn from(place: u64) -> Sequence {
        Sequence(place)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The journal's end: its last event and that event's hash. Who signs it has signed everything before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The last event; 0 in an empty journal.
    pub sequence: Sequence,
    /// The last event's hash; zeros in an empty journal.
    pub hash: [u8; 32],
}

/// What the verifier found wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The events after `after` and before `before` are gone.
    Missing {
        /// The last event that is there.
        after: Sequence,
        /// The next event that is there.
        before: Sequence,
    },
    /// The payload (or the actor, or the document) is not what was hashed.
    Payload(Sequence),
    /// The place, the kind, the time or the hash of an event is not what was written.
    Event(Sequence),
    /// The event does not name the hash of the one before it.
    Link(Sequence),
    /// The payload is gone, and no later event says that it was erased.
    Vanished(Sequence),
    /// The journal does not end where the record says that it ends.
    End {
        /// The end by the record's own note.
        noted: Sequence,
        /// The last event that is there.
        found: Sequence,
    },
    /// A document of the outbox, or a hand-over of an outage, is not what the journal says: bytes, answer, content or state.
    Document {
        /// The document's OID.
        document_id: String,
        /// What differs.
        what: &'static str,
    },
}

/// What an event's payload is hashed from.
pub(crate) struct Content<'a> {
    pub actor: Option<&'a str>,
    pub document_id: Option<&'a str>,
    pub payload: &'a str,
}

/// SHA-256(salt ‖ actor ‖ document ‖ payload), each part with its length, so that no two contents look alike.
pub(crate) fn content_hash(salt: &[u8], content: &Content<'_>) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tiski-content-1");
    framed(&mut hasher, Some(salt));
    framed(&mut hasher, content.actor.map(str::as_bytes));
    framed(&mut hasher, content.document_id.map(str::as_bytes));
    framed(&mut hasher, Some(content.payload.as_bytes()));
    hasher.finalize().into()
}

/// The hash of one event: over the one before it, its place, kind and time, and the hash of its content.
pub(crate) fn link(previous: &[u8; 32], sequence: Sequence, kind: &str, at: i64, content: &[u8; 32]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"tiski-event-1");
    hasher.update(previous);
    hasher.update(sequence.0.to_be_bytes());
    framed(&mut hasher, Some(kind.as_bytes()));
    hasher.update(at.to_be_bytes());
    hasher.update(content);
    hasher.finalize().into()
}

/// An event as it lies in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredEvent {
    pub sequence: Sequence,
    pub kind: String,
    pub at: i64,
    pub actor: Option<String>,
    pub document_id: Option<String>,
    pub salt: Option<Vec<u8>>,
    pub payload: Option<String>,
    pub content: [u8; 32],
    pub previous: [u8; 32],
    pub hash: [u8; 32],
}

impl StoredEvent {
    /// The event that follows `head`.
    pub(crate) fn after(head: &Head, kind: &str, at: i64, content: &Content<'_>, salt: &[u8]) -> StoredEvent {
        let sequence = Sequence(head.sequence.0.saturating_add(1));
        let hashed = content_hash(salt, content);
        StoredEvent {
            sequence,
            kind: kind.to_owned(),
            at,
            actor: content.actor.map(str::to_owned),
            document_id: content.document_id.map(str::to_owned),
            salt: Some(salt.to_vec()),
            payload: Some(content.payload.to_owned()),
            content: hashed,
            previous: head.hash,
            hash: link(&head.hash, sequence, kind, at, &hashed),
        }
    }

    /// The journal's end once this event is the last.
    pub(crate) fn head(&self) -> Head {
        Head { sequence: self.sequence, hash: self.hash }
    }

    /// Whether payload and salt were erased. Half an erasure is none: it is found as a fault of the payload.
    pub(crate) fn is_erased(&self) -> bool {
        self.payload.is_none() && self.salt.is_none() && self.actor.is_none() && self.document_id.is_none()
    }
}

/// A walk along the journal, event by event, that rebuilds the chain and notes every fault. After a fault it goes
/// on from what the event itself says, so that one broken event is one fault and not a thousand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Walk {
    pub head: Head,
    pub events: u64,
    pub erased: u64,
    pub faults: Vec<Fault>,
    /// Events without a payload for which no erasure was met yet.
    unexplained: BTreeSet<Sequence>,
}

impl Walk {
    /// The most faults that are kept; a journal with so many is no journal.
    pub(crate) const LIMIT_FAULTS: usize = 1000;

    /// Takes the next event in the order of the sequence.
    pub(crate) fn step(&mut self, event: &StoredEvent) {
        self.events = self.events.saturating_add(1);
        let gap = event.sequence.0 != self.head.sequence.0.saturating_add(1);
        if gap {
            self.fault(Fault::Missing { after: self.head.sequence, before: event.sequence });
        }
        if !gap && event.previous != self.head.hash {
            self.fault(Fault::Link(event.sequence));
        }
        let linked = link(&event.previous, event.sequence, &event.kind, event.at, &event.content);
        if linked != event.hash {
            self.fault(Fault::Event(event.sequence));
        }
        match (&event.salt, &event.payload) {
            (Some(salt), Some(payload)) => {
                let content =
                    Content { actor: event.actor.as_deref(), document_id: event.document_id.as_deref(), payload };
                if content_hash(salt, &content) != event.content {
                    self.fault(Fault::Payload(event.sequence));
                }
            }
            _ if event.is_erased() => {
                self.erased = self.erased.saturating_add(1);
                self.unexplained.insert(event.sequence);
            }
            _ => self.fault(Fault::Payload(event.sequence)),
        }
        self.head = event.head();
    }

    /// Takes note of an erasure that the journal tells of.
    pub(crate) fn explain(&mut self, erased: impl IntoIterator<Item = Sequence>) {
        for sequence in erased {
            self.unexplained.remove(&sequence);
        }
    }

    /// Compares the end of the walk with the end that the record has noted, and the erased events with the
    /// erasures that were told of.
    pub(crate) fn end(&mut self, noted: &Head) {
        for sequence in std::mem::take(&mut self.unexplained) {
            self.fault(Fault::Vanished(sequence));
        }
        if *noted != self.head {
            self.fault(Fault::End { noted: noted.sequence, found: self.head.sequence });
        }
    }

    /// Notes a fault.
    pub(crate) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < Self::LIMIT_FAULTS {
            self.faults.push(fault);
        }
    }
}

/// One part with its length before it; a missing part is told from an empty one.
fn framed(hasher: &mut Sha256, part: Option<&[u8]>) {
    match part {
        None => hasher.update([0u8]),
        Some(bytes) => {
            hasher.update([1u8]);
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        }
    }
}

#[cfg(test)]
mod tests;
