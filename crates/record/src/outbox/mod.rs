//! The outbox: every document that must reach the Prescription Centre, until the Centre has answered and, when the
//! answer is no, until a person has acted.
//!
//! It serves promises 2 and 3: sending again is harmless because the identifier and the bytes never change, and a
//! refused document stays. Documents of one prescription go in the order in which they were saved. When to try
//! again, and what the Centre's answer means, is left to `kanta-client` and `counter`.

mod apart;
mod lease;
mod lists;
mod replay;
mod state;
mod steps;

use chrono::{DateTime, Utc};
use serde_json::Value;

pub use lease::Lease;
pub(crate) use lease::{due, release};
pub(crate) use lists::{committed_before, counts, document, list, next_due};
pub(crate) use replay::{compare, digest};
pub use state::OutboxState;
pub(crate) use steps::{accepted, attempt_failed, erase, refused, resend, save, settle, withdraw, withdraw_releases};

use crate::journal::{at_most, name};
use crate::{LIMIT_DOCUMENT_BYTES, LIMIT_SENTENCE_BYTES, Period, RecordError, Sequence};

/// Kanta's code of the release of a dispensing reservation (toimitusvarauksen purku), the one type of document that tells
/// no fact of care and that no person answers for: it is in no list unless asked for, counts nowhere, and may be withdrawn.
pub const RELEASE: &str = "18";

/// A document to be saved and sent.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDocument {
    /// The document's OID, made once.
    pub document_id: String,
    /// The OID of the first version of the document.
    pub set_id: String,
    /// The OID of the first version of the prescription that it belongs to: documents with the same one are sent in
    /// the order in which they were saved.
    pub prescription_set_id: String,
    /// Kanta's code of the document's type, such as `10`.
    pub kind_code: String,
    /// The signed document, byte for byte as it is to be sent.
    pub bytes: Vec<u8>,
    /// What lists show of it.
    pub summary: Value,
}

impl NewDocument {
    pub(crate) fn check(&self) -> Result<(), RecordError> {
        name("document", &self.document_id)?;
        name("set", &self.set_id)?;
        name("prescription", &self.prescription_set_id)?;
        name("type of document", &self.kind_code)?;
        at_most("document", self.bytes.len(), LIMIT_DOCUMENT_BYTES)?;
        crate::journal::text(&self.summary).map(|_| ())
    }
}

/// A document of the outbox, without its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxItem {
    /// The place of its saving in the journal.
    pub sequence: Sequence,
    /// The document's OID.
    pub document_id: String,
    /// The OID of the document's first version.
    pub set_id: String,
    /// The OID of the prescription's first version.
    pub prescription_set_id: String,
    /// Kanta's code of the document's type.
    pub kind_code: String,
    /// What lists show of it; `None` when it was erased.
    pub summary: Option<Value>,
    /// Who saved it; `None` when it was erased.
    pub actor: Option<String>,
    /// Where it stands.
    pub state: OutboxState,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// How often it was handed to a sender.
    pub attempts: u32,
    /// When the next attempt is due, if it waits after a failed one.
    pub next_try_at: Option<DateTime<Utc>>,
    /// Until when it is reserved for a sender.
    pub lease_until: Option<DateTime<Utc>>,
    /// The code of the last failed attempt or of the refusal; of a conflict the codes, a space between them.
    pub last_code: Option<String>,
    /// The sentence of the refusal.
    pub last_sentence: Option<String>,
    /// When the Centre answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// The earlier open document of the same prescription that it waits for.
    pub held_by: Option<String>,
}

/// A document to be sent now.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The document.
    pub item: OutboxItem,
    /// Its bytes, to be sent as they are.
    pub bytes: Vec<u8>,
}

impl Due {
    /// By what its sender says what came of it.
    pub fn lease(&self) -> Lease {
        Lease::of(&self.item)
    }
}

/// A document with its bytes and the Centre's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDocument {
    /// The document.
    pub item: OutboxItem,
    /// Its bytes; `None` when they were erased.
    pub bytes: Option<Vec<u8>>,
    /// The Centre's answer as it came, once it accepted.
    pub answer: Option<Vec<u8>>,
}

/// How many documents are in which state, releases aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Waiting, those that are held included.
    pub waiting: u64,
    /// Handed to a sender.
    pub sending: u64,
    /// Accepted by the Centre.
    pub accepted: u64,
    /// Accepted in conflict, and no person has acted yet.
    pub conflicting: u64,
    /// Refused by the Centre, and no person has acted yet.
    pub refused: u64,
    /// Settled by a person.
    pub settled: u64,
    /// Waiting behind an earlier open document of the same prescription.
    pub held: u64,
    /// When the oldest document was saved that is waiting, being sent, or refused.
    pub oldest_open: Option<DateTime<Utc>>,
}

/// Which documents to list. By default: all but releases, oldest first, 1000 of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxFilter {
    /// These states; none named means all.
    pub states: Vec<OutboxState>,
    /// When it was saved.
    pub saved: Period,
    /// The prescription.
    pub prescription_set_id: Option<String>,
    /// With the releases of dispensing reservations ([`RELEASE`]).
    pub releases: bool,
    /// Beyond this place, in the direction of the listing: for the next page.
    pub after: Option<Sequence>,
    /// How many at the most.
    pub limit: Option<usize>,
    /// The newest first.
    pub newest_first: bool,
}

/// What a step of a document came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was made, with this event.
    Made(Sequence),
    /// It was so before, or the step came too late to count; nothing was written.
    Already,
}

/// A sentence within its limit, cut between two characters.
pub(crate) fn cut(sentence: &str) -> String {
    if sentence.len() <= LIMIT_SENTENCE_BYTES {
        return sentence.to_owned();
    }
    let mark = '…';
    let mut kept = String::new();
    for character in sentence.chars() {
        if kept.len() + character.len_utf8() + mark.len_utf8() > LIMIT_SENTENCE_BYTES {
            break;
        }
        kept.push(character);
    }
    kept.push(mark);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_never_lost_for_its_text() {
        assert_eq!(cut("Lääkemääräys on mitätöity"), "Lääkemääräys on mitätöity");
        let long = "ä".repeat(LIMIT_SENTENCE_BYTES);
        let kept = cut(&long);
        assert!(kept.len() <= LIMIT_SENTENCE_BYTES && kept.ends_with('…'));
        assert!(kept.len() > LIMIT_SENTENCE_BYTES - 4);
    }
}
