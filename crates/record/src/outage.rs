//! What was handed over in an outage without a fetched prescription (rules OU-1, OU-2, OU-6).
//!
//! It serves promise 3: the medicine has left the house, so its entry is durable before anybody says "saved", and it
//! leaves the list in two ways only, both made by a person: its document was written and saved, or somebody settled it
//! with a note. What an entry holds, and what may be handed over, is left to `counter`.

use std::fmt;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::chain::{Content, Fault};
use crate::journal::{IS_AFTER_SAVING, at_most, kinds, listing, name, parsed, text};
use crate::outbox::digest;
use crate::owner::Writer;
use crate::{LIMIT_NOTE_BYTES, RecordError, Sequence, time};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutageState {
    /// Its document is still to be written.
    Waiting,
    /// Its document was signed and saved.
    Written,
    /// A person has settled it in another way.
    Settled,
}

impl OutageState {
    /// The stable word for programs, which is also the file's.
    pub fn as_str(self) -> &'static str {
        match self {
            OutageState::Waiting => "waiting",
            OutageState::Written => "written",
            OutageState::Settled => "settled",
        }
    }

    fn from_word(word: &str) -> Option<OutageState> {
        [OutageState::Waiting, OutageState::Written, OutageState::Settled].into_iter().find(|s| s.as_str() == word)
    }
}

impl fmt::Display for OutageState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An entry to be saved.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOutageEntry {
    /// Its identifier, made once: the OID that its document will have.
    pub entry_id: String,
    /// When the medicine was handed over.
    pub handed_over_at: DateTime<Utc>,
    /// All else, in the writer's words.
    pub content: Value,
}

impl NewOutageEntry {
    pub(crate) fn check(&self) -> Result<(), RecordError> {
        name("entry", &self.entry_id)?;
        text(&self.content).map(|_| ())
    }
}

/// An entry as it was saved.
#[derive(Debug, Clone, PartialEq)]
pub struct OutageEntry {
    /// The place of its saving in the journal.
    pub sequence: Sequence,
    /// Its identifier.
    pub entry_id: String,
    /// Who handed over; `None` when it was erased.
    pub actor: Option<String>,
    /// When the medicine was handed over.
    pub handed_over_at: DateTime<Utc>,
    /// All else; `None` when it was erased.
    pub content: Option<Value>,
    /// Where it stands.
    pub state: OutageState,
    /// The document that was written of it.
    pub document_id: Option<String>,
}

/// Which entries to list. By default: all, oldest first, 1000 of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutageFilter {
    /// These states; none named means all.
    pub states: Vec<OutageState>,
    /// Beyond this place: for the next page.
    pub after: Option<Sequence>,
    /// How many at the most.
    pub limit: Option<usize>,
}

/// An entry whose document is saved with the same batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The entry.
    pub entry_id: String,
    /// The document.
    pub document_id: String,
}

/// Saves an entry that waits for its document. The same entry may be saved again; another one under its identifier not.
pub(crate) fn save(
    writer: &mut Writer<'_>,
    entry: &NewOutageEntry,
    actor: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), RecordError> {
    let content = text(&entry.content)?;
    if let Some(known) = one(writer.connection(), &entry.entry_id)? {
        return match known.content == Some(entry.content.clone()) && known.actor.as_deref() == actor {
            true => Ok(()),
            false => Err(RecordError::DocumentConflict { document_id: entry.entry_id.clone() }),
        };
    }
    let handed_over_at = time::to_file(entry.handed_over_at);
    let payload = json!({ "digest": digest(content.as_bytes()), "handed_over_at": handed_over_at });
    let sequence = tell(writer, kinds::HANDED_OVER, &entry.entry_id, actor, at, &payload)?;
    writer.run(
        "INSERT INTO outage_entry (sequence, entry_id, actor, handed_over_at, content, state)
         VALUES (?1, ?2, ?3, ?4, ?5, 'waiting')",
        params![sequence.get(), entry.entry_id, actor, handed_over_at, content],
    )?;
    Ok(())
}

/// Notes that an entry's document is saved. Its document must be in the outbox by the end of the same transaction.
pub(crate) fn written(
    writer: &mut Writer<'_>,
    done: &Written,
    actor: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), RecordError> {
    waits(writer.connection(), &done.entry_id)?;
    tell(writer, kinds::ENTRY_WRITTEN, &done.entry_id, actor, at, &json!({ "document": done.document_id }))?;
    writer.run(
        "UPDATE outage_entry SET state = 'written', document_id = ?2 WHERE entry_id = ?1",
        [&done.entry_id, &done.document_id],
    )?;
    Ok(())
}

/// A person has settled an entry in another way, and says how.
pub(crate) fn settle(
    writer: &mut Writer<'_>,
    entry_id: &str,
    how: &str,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<(), RecordError> {
    at_most("way of settling", how.len(), LIMIT_NOTE_BYTES)?;
    waits(writer.connection(), entry_id)?;
    tell(writer, kinds::ENTRY_SETTLED, entry_id, Some(actor), at, &json!({ "how": how }))?;
    writer.run("UPDATE outage_entry SET state = 'settled' WHERE entry_id = ?1", [entry_id])?;
    Ok(())
}

/// Takes an entry's words away, with the events that tell of it; nothing where there is no such entry.
pub(crate) fn erase(connection: &Connection, entry_id: &str) -> Result<Vec<Sequence>, RecordError> {
    match one(connection, entry_id)? {
        None => return Ok(vec![]),
        Some(OutageEntry { state: OutageState::Waiting, .. }) => {
            return Err(RecordError::EntryState { entry_id: entry_id.to_owned(), state: OutageState::Waiting });
        }
        Some(_) => {}
    }
    connection.execute("UPDATE outage_entry SET content = NULL, actor = NULL WHERE entry_id = ?1", [entry_id])?;
    let mut statement = connection.prepare(&format!(
        "SELECT sequence FROM event WHERE document_id = ?1 AND {IS_AFTER_SAVING} AND kind LIKE 'outage.%' AND payload IS NOT NULL"
    ))?;
    let rows = statement.query_map([entry_id], |row| Ok(Sequence::at(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const COLUMNS: &str = "sequence, entry_id, actor, handed_over_at, content, state, document_id";

fn entry(row: &Row<'_>) -> Result<OutageEntry, RecordError> {
    let content: Option<String> = row.get(4)?;
    let state: String = row.get(5)?;
    Ok(OutageEntry {
        sequence: Sequence::at(row.get(0)?),
        entry_id: row.get(1)?,
        actor: row.get(2)?,
        handed_over_at: time::from_file(row.get(3)?)?,
        content: content.as_deref().map(parsed).transpose()?,
        state: OutageState::from_word(&state).ok_or(RecordError::Damaged)?,
        document_id: row.get(6)?,
    })
}

/// The entries that the filter names.
pub(crate) fn list(connection: &Connection, filter: &OutageFilter) -> Result<Vec<OutageEntry>, RecordError> {
    let states = if filter.states.is_empty() { None } else { Some(json!(filter.states).to_string()) };
    let mut statement = connection.prepare(&format!(
        "SELECT {COLUMNS} FROM outage_entry
         WHERE sequence > :after AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
         ORDER BY sequence LIMIT :limit"
    ))?;
    let mut rows = statement.query(named_params! {
        ":after": filter.after.map_or(0, Sequence::get),
        ":states": states,
        ":limit": listing(filter.limit),
    })?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(entry(row)?);
    }
    Ok(found)
}

/// One entry.
pub(crate) fn one(connection: &Connection, entry_id: &str) -> Result<Option<OutageEntry>, RecordError> {
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM outage_entry WHERE entry_id = ?1"))?;
    let mut rows = statement.query([entry_id])?;
    rows.next()?.map(entry).transpose()
}

/// How many entries wait for their document.
pub(crate) fn waiting(connection: &Connection) -> Result<u64, RecordError> {
    Ok(connection.query_row("SELECT count(*) FROM outage_entry WHERE state = 'waiting'", [], |row| row.get(0))?)
}

fn waits(connection: &Connection, entry_id: &str) -> Result<(), RecordError> {
    match one(connection, entry_id)? {
        None => Err(RecordError::UnknownDocument { document_id: entry_id.to_owned() }),
        Some(OutageEntry { state: OutageState::Waiting, .. }) => Ok(()),
        Some(OutageEntry { state, .. }) => Err(RecordError::EntryState { entry_id: entry_id.to_owned(), state }),
    }
}

fn tell(
    writer: &mut Writer<'_>,
    kind: &str,
    entry_id: &str,
    actor: Option<&str>,
    at: DateTime<Utc>,
    payload: &Value,
) -> Result<Sequence, RecordError> {
    writer.event(kind, at, &Content { actor, document_id: Some(entry_id), payload: &text(payload)? })
}

/// Compares the entries after a place with what the journal tells of them: the last that was compared, and the faults.
pub(crate) fn compare(
    connection: &Connection,
    after: Sequence,
    limit: usize,
) -> Result<(Option<Sequence>, Vec<Fault>), RecordError> {
    let entries = list(connection, &OutageFilter { after: Some(after), limit: Some(limit), ..Default::default() })?;
    let mut faults = Vec::new();
    for entry in &entries {
        let what = fault_of(connection, entry)?;
        faults.extend(what.map(|what| Fault::Document { document_id: entry.entry_id.clone(), what }));
    }
    Ok((entries.last().map(|entry| entry.sequence), faults))
}

/// What of an entry is not as its events tell.
fn fault_of(connection: &Connection, entry: &OutageEntry) -> Result<Option<&'static str>, RecordError> {
    let mut statement = connection.prepare(&format!(
        "SELECT sequence, kind, actor, payload FROM event
         WHERE document_id = ?1 AND {IS_AFTER_SAVING} AND kind LIKE 'outage.%' AND payload IS NOT NULL ORDER BY sequence"
    ))?;
    let mut rows = statement.query([&entry.entry_id])?;
    let mut told: Option<(Value, Option<String>)> = None;
    let (mut state, mut document) = (None, None);
    while let Some(row) = rows.next()? {
        let (place, kind): (u64, String) = (row.get(0)?, row.get(1)?);
        let payload = parsed(&row.get::<_, String>(3)?)?;
        state = match (kind.as_str(), state) {
            (kinds::HANDED_OVER, None) if place == entry.sequence.get() => {
                told = Some((payload, row.get(2)?));
                Some(OutageState::Waiting)
            }
            (kinds::ENTRY_WRITTEN, Some(OutageState::Waiting)) => {
                document = payload.get("document").and_then(Value::as_str).map(str::to_owned);
                Some(OutageState::Written)
            }
            (kinds::ENTRY_SETTLED, Some(OutageState::Waiting)) => Some(OutageState::Settled),
            _ => return Ok(Some("events of an outage entry that cannot follow on each other")),
        };
    }
    let Some((saved, actor)) = told else {
        // Erased as a whole: then nothing of it may be left either, and what waits is never erased.
        let erased = entry.content.is_none() && entry.actor.is_none() && entry.state != OutageState::Waiting;
        return Ok((!erased).then_some("has no event of its handing over"));
    };
    let content = entry.content.as_ref().map(|content| digest(content.to_string().as_bytes()));
    let at = saved.get("handed_over_at").and_then(Value::as_i64);
    Ok(if saved.get("digest").and_then(Value::as_str) != content.as_deref() || actor != entry.actor {
        Some("content of an outage entry")
    } else if at != Some(time::to_file(entry.handed_over_at)) {
        Some("time of an outage entry")
    } else if state != Some(entry.state) || document != entry.document_id {
        Some("state of an outage entry")
    } else if !is_in_outbox(connection, document.as_deref())? {
        Some("document of an outage entry is not in the outbox")
    } else {
        None
    })
}

/// Whether a document that is named is there.
fn is_in_outbox(connection: &Connection, document_id: Option<&str>) -> Result<bool, RecordError> {
    let Some(id) = document_id else { return Ok(true) };
    let found: Option<i64> =
        connection.query_row("SELECT 1 FROM outbox WHERE document_id = ?1", [id], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

/// Whether the entry of an event of its handing over is there.
pub(crate) fn is_there(
    connection: &Connection,
    sequence: Sequence,
    entry_id: Option<&str>,
) -> Result<bool, RecordError> {
    let found: Option<i64> = connection
        .query_row(
            "SELECT 1 FROM outage_entry WHERE sequence = ?1 AND entry_id = ?2",
            params![sequence.get(), entry_id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.is_some())
}
