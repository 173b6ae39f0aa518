//! The journal: what happened, in the order in which it happened, in the words of those who write to it.
//!
//! It serves promises 1 and 5. The record gives each event its place and its link in the chain; what an event
//! means is left to its writer. Rows are only ever added; an erasure takes a payload away and says so.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::chain::{Content, StoredEvent};
use crate::owner::Writer;
use crate::question::Question;
use crate::{
    DEFAULT_LISTING, Head, InHand, LIMIT_BATCH_DOCUMENTS, LIMIT_BATCH_EVENTS, LIMIT_ERASURE, LIMIT_LISTING,
    LIMIT_NAME_BYTES, LIMIT_NOTE_BYTES, LIMIT_PAYLOAD_BYTES, NewDocument, NewOutageEntry, RecordError, Sequence,
    Written, hand, outage, outbox, time,
};

/// The kinds of event that the record itself writes. Nobody else may use a kind that begins with `record.`, `outbox.` or
/// `outage.`.
pub mod kinds {
    /// The file was made.
    pub const CREATED: &str = "record.created";
    /// The epoch was raised, after a restore of a backup.
    pub const EPOCH_RAISED: &str = "record.epoch-raised";
    /// Payloads were erased.
    pub const ERASED: &str = "record.erased";
    /// A write had failed while it was being made durable; it is now certain that it was not saved.
    pub const DOUBT_CLEARED: &str = "record.doubt-cleared";
    /// A document was saved and waits to be sent.
    pub const WAITING: &str = "outbox.waiting";
    /// A document was handed to a sender.
    pub const SENDING: &str = "outbox.sending";
    /// The program that was sending a document had died; the document waits again.
    pub const RELEASED: &str = "outbox.released";
    /// An attempt to send failed; the document waits again.
    pub const ATTEMPT_FAILED: &str = "outbox.attempt-failed";
    /// The Centre accepted a document.
    pub const ACCEPTED: &str = "outbox.accepted";
    /// The Centre refused a document; a person must act.
    pub const REFUSED: &str = "outbox.refused";
    /// A person sends a refused document again.
    pub const RESENT: &str = "outbox.resent";
    /// The Centre accepted a document that conflicts with what happened meanwhile; a person must act.
    pub const ACCEPTED_IN_CONFLICT: &str = "outbox.accepted-in-conflict";
    /// The program does not send a release of a dispensing reservation any more.
    pub const WITHDRAWN: &str = "outbox.withdrawn";
    /// A person has settled a refused or conflicting document in another way.
    pub const SETTLED: &str = "outbox.settled";
    /// Something was handed over in an outage; its document is still to be written.
    pub const HANDED_OVER: &str = "outage.handed-over";
    /// The document of what was handed over was signed and saved.
    pub const ENTRY_WRITTEN: &str = "outage.written";
    /// A person has settled what was handed over in another way.
    pub const ENTRY_SETTLED: &str = "outage.settled";
}

/// Which events are found by what they are about: all but those with which a document is saved, its signing and its waiting.
/// These stand at its row's place or shortly before it. Word for word the condition of the index `event_after_saving`.
pub(crate) const IS_AFTER_SAVING: &str =
    "document_id IS NOT NULL AND kind != 'outbox.waiting' AND substr(kind, -7) != '.signed'";

/// How a kind ends that tells of a document's signing; such an event is about a document of its own batch.
pub(crate) const SIGNED: &str = ".signed";

/// An event of a batch stands at most so far before a document of the same batch.
const LIMIT_BATCH_REACH: usize = LIMIT_BATCH_EVENTS + 4 * LIMIT_BATCH_DOCUMENTS;

/// An event to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What happened: lower-case words with dots, such as `session.opened`.
    pub kind: String,
    /// When it happened; kept to the microsecond.
    pub at: DateTime<Utc>,
    /// Who did it: a registration number, or nobody.
    pub actor: Option<String>,
    /// The document that it is about.
    pub document_id: Option<String>,
    /// All else.
    pub payload: Value,
}

impl NewEvent {
    /// An event of nobody, about no document.
    pub fn new(kind: impl Into<String>, at: DateTime<Utc>, payload: Value) -> NewEvent {
        NewEvent { kind: kind.into(), at, actor: None, document_id: None, payload }
    }

    /// The same event with who did it.
    #[must_use]
    pub fn by(mut self, actor: impl Into<String>) -> NewEvent {
        self.actor = Some(actor.into());
        self
    }

    /// The same event with the document that it is about.
    #[must_use]
    pub fn about(mut self, document_id: impl Into<String>) -> NewEvent {
        self.document_id = Some(document_id.into());
        self
    }

    fn check(&self) -> Result<(), RecordError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        let reserved = ["record.", "outbox.", "outage."];
        if self.kind.is_empty()
            || !self.kind.chars().all(plain)
            || reserved.iter().any(|own| self.kind.starts_with(own))
        {
            return Err(RecordError::BadKind);
        }
        name("kind", &self.kind)?;
        name("actor", self.actor.as_deref().unwrap_or_default())?;
        name("document", self.document_id.as_deref().unwrap_or_default())
    }
}

/// An event as it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the journal.
    pub sequence: Sequence,
    /// What happened.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Option<String>,
    /// The document that it is about.
    pub document_id: Option<String>,
    /// All else; `None` when it was erased.
    pub payload: Option<Value>,
}

/// A refused or conflicting document that a person settles as part of a batch, for example with the document that replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The document's OID.
    pub document_id: String,
    /// How it was settled, in a word or a short sentence.
    pub how: String,
}

/// What is saved together or not at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// When: the time of the outbox's own events.
    pub at: DateTime<Utc>,
    /// Who: the actor of the outbox's own events.
    pub actor: Option<String>,
    /// Events, written first and in this order.
    pub events: Vec<NewEvent>,
    /// Refused or conflicting documents that are settled with this batch.
    pub settle: Vec<Settlement>,
    /// Prescriptions that are put down with this batch.
    pub put_down: Vec<String>,
    /// Prescriptions that are taken in hand with it.
    pub take: Vec<InHand>,
    /// What was handed over in an outage, without a fetched prescription.
    pub handed_over: Vec<NewOutageEntry>,
    /// What was handed over in an outage and whose document is among those of this batch.
    pub written: Vec<Written>,
    /// Documents to be sent, in this order.
    pub outbox: Vec<NewDocument>,
}

impl Batch {
    /// A batch with nothing in it.
    pub fn new(at: DateTime<Utc>) -> Batch {
        Batch {
            at,
            actor: None,
            events: Vec::new(),
            settle: Vec::new(),
            put_down: Vec::new(),
            take: Vec::new(),
            handed_over: Vec::new(),
            written: Vec::new(),
            outbox: Vec::new(),
        }
    }

    /// The same batch with who did it.
    #[must_use]
    pub fn by(mut self, actor: impl Into<String>) -> Batch {
        self.actor = Some(actor.into());
        self
    }

    /// The same batch with one more event.
    #[must_use]
    pub fn event(mut self, event: NewEvent) -> Batch {
        self.events.push(event);
        self
    }

    /// The same batch with one more document to be sent.
    #[must_use]
    pub fn document(mut self, document: NewDocument) -> Batch {
        self.outbox.push(document);
        self
    }

    /// The same batch with one more hand-over of an outage.
    #[must_use]
    pub fn handing_over(mut self, entry: NewOutageEntry) -> Batch {
        self.handed_over.push(entry);
        self
    }

    /// The same batch with one more hand-over of an outage whose document is among its own.
    #[must_use]
    pub fn writing(mut self, entry_id: impl Into<String>, document_id: impl Into<String>) -> Batch {
        self.written.push(Written { entry_id: entry_id.into(), document_id: document_id.into() });
        self
    }

    /// The same batch with one more refused document that it settles.
    #[must_use]
    pub fn settling(mut self, document_id: impl Into<String>, how: impl Into<String>) -> Batch {
        self.settle.push(Settlement { document_id: document_id.into(), how: how.into() });
        self
    }

    /// The same batch with one more prescription that is taken in hand.
    #[must_use]
    pub fn taking(mut self, prescription_set_id: impl Into<String>, content: Value) -> Batch {
        let prescription_set_id = prescription_set_id.into();
        self.take.push(InHand { prescription_set_id, taken_at: self.at, content });
        self
    }

    /// The same batch with one more prescription that is put down.
    #[must_use]
    pub fn putting_down(mut self, prescription_set_id: impl Into<String>) -> Batch {
        self.put_down.push(prescription_set_id.into());
        self
    }

    pub(crate) fn check(&self) -> Result<(), RecordError> {
        // A prescription is taken and put down with an event that tells of it.
        if self.events.is_empty() && self.outbox.is_empty() && self.settle.is_empty() && self.handed_over.is_empty() {
            return Err(RecordError::EmptyBatch);
        }
        at_most("hand-overs of a batch", self.handed_over.len().max(self.written.len()), LIMIT_BATCH_DOCUMENTS)?;
        for entry in &self.handed_over {
            entry.check()?;
        }
        for written in &self.written {
            name("entry", &written.entry_id)?;
            // A document of another batch would leave the two settled apart.
            if !self.outbox.iter().any(|document| document.document_id == written.document_id) {
                return Err(RecordError::UnknownDocument { document_id: written.document_id.clone() });
            }
        }
        at_most("prescriptions of a batch", self.take.len().max(self.put_down.len()), LIMIT_BATCH_DOCUMENTS)?;
        for taken in &self.take {
            taken.check()?;
        }
        at_most("events of a batch", self.events.len(), LIMIT_BATCH_EVENTS)?;
        at_most("documents of a batch", self.outbox.len(), LIMIT_BATCH_DOCUMENTS)?;
        at_most("settlements of a batch", self.settle.len(), LIMIT_BATCH_DOCUMENTS)?;
        name("actor", self.actor.as_deref().unwrap_or_default())?;
        for event in &self.events {
            event.check()?;
        }
        for document in &self.outbox {
            document.check()?;
        }
        // What tells of a document's signing is looked for beside the document.
        for event in self.events.iter().filter(|event| event.kind.ends_with(SIGNED)) {
            let about = event.document_id.as_deref().unwrap_or_default();
            if !self.outbox.iter().any(|document| document.document_id == about) {
                return Err(RecordError::UnknownDocument { document_id: about.to_owned() });
            }
        }
        at_most("settlements of a batch", self.settle.len(), LIMIT_BATCH_DOCUMENTS)?;
        for settlement in &self.settle {
            name("document", &settlement.document_id)?;
            at_most("way of settling", settlement.how.len(), LIMIT_NOTE_BYTES)?;
        }
        Ok(())
    }
}

/// Where a batch stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// The first event that it made.
    pub first: Sequence,
    /// The last event that it made.
    pub last: Sequence,
    /// Whether the same documents were there before: then nothing was written, and the places are those of the
    /// first time.
    pub already: bool,
}

/// A span of time, from its beginning until just before its end; without bounds by default. The record knows no
/// time zone: what a Finnish day is, is left to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Until just before this moment.
    pub to: Option<DateTime<Utc>>,
}

impl Period {
    /// From `from` until just before `to`.
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Period {
        Period { from: Some(from), to: Some(to) }
    }
}

/// Which events to list. By default: all kinds, all times, oldest first, 1000 of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// These kinds; none named means all.
    pub kinds: Vec<String>,
    /// When it happened.
    pub period: Period,
    /// Who did it.
    pub actor: Option<String>,
    /// The document that it is about.
    pub document_id: Option<String>,
    /// Beyond this place, in the direction of the listing: for the next page.
    pub after: Option<Sequence>,
    /// How many at the most; [`DEFAULT_LISTING`] by default, [`LIMIT_LISTING`] at the most.
    pub limit: Option<usize>,
    /// The newest first.
    pub newest_first: bool,
}

/// Payloads whose lawful time has ended. The chain keeps their hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, if by a person.
    pub actor: Option<String>,
    /// Why: in a word or a short sentence.
    pub reason: String,
    /// Events (not those of the outbox or of the record itself).
    pub events: Vec<Sequence>,
    /// Documents that are accepted or settled, with their bytes, their answers and their outbox events; and what was handed
    /// over in an outage under that identifier, written or settled.
    pub documents: Vec<String>,
}

/// A name's length.
pub(crate) fn name(what: &'static str, name: &str) -> Result<(), RecordError> {
    at_most(what, name.len(), LIMIT_NAME_BYTES)
}

/// A size against its limit.
pub(crate) fn at_most(what: &'static str, size: usize, limit: usize) -> Result<(), RecordError> {
    if size > limit {
        return Err(RecordError::TooLarge { what, limit });
    }
    Ok(())
}

/// How many rows a listing has.
pub(crate) fn listing(limit: Option<usize>) -> i64 {
    let rows = limit.unwrap_or(DEFAULT_LISTING).min(LIMIT_LISTING);
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// A payload's text, within its limit.
pub(crate) fn text(payload: &Value) -> Result<String, RecordError> {
    let text = payload.to_string();
    at_most("payload", text.len(), LIMIT_PAYLOAD_BYTES)?;
    Ok(text)
}

/// Saves a batch: its events, then its settlements, what is put down and taken in hand, then its documents.
pub(crate) fn commit(writer: &mut Writer<'_>, batch: &Batch) -> Result<Committed, RecordError> {
    if let Some(before) = outbox::committed_before(writer.connection(), &batch.outbox)? {
        return Ok(before);
    }
    let first = Sequence(writer.head().sequence.0.saturating_add(1));
    for event in &batch.events {
        let content = Content {
            actor: event.actor.as_deref(),
            document_id: event.document_id.as_deref(),
            payload: &text(&event.payload)?,
        };
        writer.event(&event.kind, event.at, &content)?;
    }
    for settlement in &batch.settle {
        outbox::settle(writer, &settlement.document_id, &settlement.how, batch.actor.as_deref(), batch.at)?;
    }
    for prescription in &batch.put_down {
        hand::put_down(writer, prescription)?;
    }
    for taken in &batch.take {
        hand::take(writer, taken, batch.at)?;
    }
    for entry in &batch.handed_over {
        outage::save(writer, entry, batch.actor.as_deref(), batch.at)?;
    }
    for written in &batch.written {
        outage::written(writer, written, batch.actor.as_deref(), batch.at)?;
    }
    for document in &batch.outbox {
        outbox::save(writer, document, batch.actor.as_deref(), batch.at)?;
    }
    let last = writer.head().sequence;
    Ok(Committed { first: first.min(last), last, already: last < first })
}

/// Erases payloads and salts, and writes that it did.
pub(crate) fn erase(writer: &mut Writer<'_>, erasure: &Erasure) -> Result<Committed, RecordError> {
    at_most("events of an erasure", erasure.events.len(), LIMIT_ERASURE)?;
    at_most("documents of an erasure", erasure.documents.len(), LIMIT_ERASURE)?;
    name("actor", erasure.actor.as_deref().unwrap_or_default())?;
    name("reason", &erasure.reason)?;
    let mut erased = BTreeSet::new();
    for sequence in &erasure.events {
        let kind: Option<String> = writer
            .connection()
            .query_row("SELECT kind FROM event WHERE sequence = ?1 AND payload IS NOT NULL", [sequence.0], |row| {
                row.get(0)
            })
            .optional()?;
        match kind {
            None => {
                return Err(RecordError::UnknownEvent { sequence: sequence.0 });
            }
            Some(kind) if ["record.", "outbox.", "outage."].iter().any(|own| kind.starts_with(own)) => {
                return Err(RecordError::BadKind);
            }
            Some(_) => erased.insert(*sequence),
        };
    }
    for document_id in &erasure.documents {
        let of_entry = outage::erase(writer.connection(), document_id)?;
        match outbox::erase(writer.connection(), document_id) {
            // What was handed over in an outage and settled without a document.
            Err(RecordError::UnknownDocument { .. }) if !of_entry.is_empty() => {}
            of_document => erased.extend(of_document?),
        }
        erased.extend(of_entry);
    }
    if erased.is_empty() {
        return Err(RecordError::EmptyBatch);
    }
    for sequence in &erased {
        writer.run(
            "UPDATE event SET payload = NULL, salt = NULL, actor = NULL, document_id = NULL WHERE sequence = ?1",
            [sequence.0],
        )?;
    }
    let payload = json!({ "reason": erasure.reason, "events": erased, "documents": erasure.documents.len() });
    let content = Content { actor: erasure.actor.as_deref(), document_id: None, payload: &text(&payload)? };
    let sequence = writer.event(kinds::ERASED, erasure.at, &content)?;
    Ok(Committed { first: sequence, last: sequence, already: false })
}

/// The events that the filter names.
pub(crate) fn list(connection: &Connection, filter: &EventFilter) -> Result<Vec<Event>, RecordError> {
    let (direction, beyond) = if filter.newest_first { ("DESC", "<") } else { ("ASC", ">") };
    let mut question = Question::default();
    if let Some(after) = filter.after {
        question.with(format!("sequence {beyond} :after"), ":after", after.stored());
    }
    if let Some(from) = filter.period.from {
        question.with("at >= :from", ":from", time::to_file(from));
    }
    if let Some(to) = filter.period.to {
        question.with("at < :to", ":to", time::to_file(to));
    }
    if !filter.kinds.is_empty() {
        question.with("kind IN (SELECT value FROM json_each(:kinds))", ":kinds", json!(filter.kinds).to_string());
    }
    if let Some(actor) = &filter.actor {
        question.with("actor = :actor", ":actor", actor.clone());
    }
    if let Some(document) = &filter.document_id {
        question.with(about(&filter.kinds), ":document", document.clone());
    }
    question.given(":limit", listing(filter.limit));
    let conditions = question.conditions();
    let statement = format!(
        "SELECT sequence, kind, at, actor, document_id, payload FROM event WHERE {conditions}
         ORDER BY sequence {direction} LIMIT :limit"
    );
    question.ask(connection, &statement, |row| {
        let payload: Option<String> = row.get(5)?;
        Ok(Event {
            sequence: Sequence(row.get(0)?),
            kind: row.get(1)?,
            at: time::from_file(row.get(2)?)?,
            actor: row.get(3)?,
            document_id: row.get(4)?,
            payload: payload.as_deref().map(parsed).transpose()?,
        })
    })
}

/// The condition that an event of one of these kinds is about `:document`.
fn about(kinds: &[String]) -> String {
    let of_saving = |kind: &String| kind == kinds::WAITING || kind.ends_with(SIGNED);
    let after = format!("SELECT sequence FROM event WHERE document_id = :document AND {IS_AFTER_SAVING}");
    if !kinds.is_empty() && !kinds.iter().any(of_saving) {
        return format!("sequence IN ({after})");
    }
    format!(
        "sequence IN ({after} UNION SELECT e.sequence FROM outbox o JOIN event e
             ON e.sequence BETWEEN o.sequence - {LIMIT_BATCH_REACH} AND o.sequence
             WHERE o.document_id = :document AND e.document_id = :document)"
    )
}

/// JSON from the file.
pub(crate) fn parsed(text: &str) -> Result<Value, RecordError> {
    serde_json::from_str(text).map_err(|_| RecordError::Damaged)
}

/// The journal's end as the record has noted it.
pub(crate) fn noted_head(connection: &Connection) -> Result<Head, RecordError> {
    let mut statement = connection.prepare_cached("SELECT sequence, hash FROM head WHERE id = 1")?;
    Ok(statement.query_row([], |row| Ok(Head { sequence: Sequence(row.get(0)?), hash: row.get(1)? }))?)
}

/// Writes an event that is already linked to the head.
pub(crate) fn insert(connection: &Connection, event: &StoredEvent) -> Result<(), RecordError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO event (sequence, kind, at, actor, document_id, salt, payload, content, previous, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    statement.execute(params![
        event.sequence.0,
        event.kind,
        event.at,
        event.actor,
        event.document_id,
        event.salt,
        event.payload,
        event.content,
        event.previous,
        event.hash
    ])?;
    Ok(())
}

/// The columns that [`stored`] reads.
pub(crate) const STORED: &str = "sequence, kind, at, actor, document_id, salt, payload, content, previous, hash";

/// An event as it lies in the file.
pub(crate) fn stored(row: &Row<'_>) -> Result<StoredEvent, rusqlite::Error> {
    Ok(StoredEvent {
        sequence: Sequence(row.get(0)?),
        kind: row.get(1)?,
        at: row.get(2)?,
        actor: row.get(3)?,
        document_id: row.get(4)?,
        salt: row.get(5)?,
        payload: row.get(6)?,
        content: row.get(7)?,
        previous: row.get(8)?,
        hash: row.get(9)?,
    })
}
