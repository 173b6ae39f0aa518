//! Reading the outbox: lists, counts, one document, and when the next one is due.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde_json::json;

use super::{Counts, NewDocument, OutboxFilter, OutboxItem, OutboxState, RELEASE, StoredDocument};
use crate::journal::{Committed, listing, parsed};
use crate::{RecordError, Sequence, time};

/// The columns of an item, of the table under the name `o`. The last one is the earlier open document of the same
/// prescription for which a waiting one is held.
pub(super) const ITEM: &str = "o.sequence, o.document_id, o.set_id, o.prescription_set_id, o.kind_code, o.summary,
    o.actor, o.state, o.saved_at, o.attempts, o.next_try_at, o.lease_until, o.last_code, o.last_sentence,
    o.answered_at,
    CASE WHEN o.state = 'waiting' THEN (
        SELECT e.document_id FROM outbox e
        WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
          AND e.state IN ('waiting', 'sending', 'refused')
        ORDER BY e.sequence LIMIT 1) END";

/// How many columns an item has; what a statement selects beyond them begins here.
pub(super) const ITEM_COLUMNS: usize = 16;

/// The condition that no earlier document of the same prescription is open.
pub(super) const FIRST_OPEN: &str = "NOT EXISTS (
    SELECT 1 FROM outbox e
    WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
      AND e.state IN ('waiting', 'sending', 'refused'))";

/// What is still to be sent, by its own index in the order in which it goes. SQLite takes the index only where it reads
/// [`TO_SEND`], and refuses the statement otherwise: nothing here reads past all that has gone.
pub(super) const OUTBOX_TO_SEND: &str = "outbox o INDEXED BY outbox_to_send";

/// The condition of that index.
pub(super) const TO_SEND: &str = "o.state IN ('waiting', 'sending')";

/// An item from a row that begins with [`ITEM`].
pub(super) fn item(row: &Row<'_>) -> Result<OutboxItem, RecordError> {
    let summary: Option<String> = row.get(5)?;
    let state: String = row.get(7)?;
    Ok(OutboxItem {
        sequence: Sequence(row.get(0)?),
        document_id: row.get(1)?,
        set_id: row.get(2)?,
        prescription_set_id: row.get(3)?,
        kind_code: row.get(4)?,
        summary: summary.as_deref().map(parsed).transpose()?,
        actor: row.get(6)?,
        state: OutboxState::from_word(&state).ok_or(RecordError::Damaged)?,
        saved_at: time::from_file(row.get(8)?)?,
        attempts: row.get(9)?,
        next_try_at: time::from_file_if_any(row.get(10)?)?,
        lease_until: time::from_file_if_any(row.get(11)?)?,
        last_code: row.get(12)?,
        last_sentence: row.get(13)?,
        answered_at: time::from_file_if_any(row.get(14)?)?,
        held_by: row.get(15)?,
    })
}

/// The documents that the filter names.
pub(crate) fn list(connection: &Connection, filter: &OutboxFilter) -> Result<Vec<OutboxItem>, RecordError> {
    let (from, to) = filter.saved.bounds();
    let states = if filter.states.is_empty() { None } else { Some(json!(filter.states).to_string()) };
    let (direction, beyond, end) = if filter.newest_first { ("DESC", "<", u64::MAX >> 1) } else { ("ASC", ">", 0) };
    let mut statement = connection.prepare(&format!(
        "SELECT {ITEM} FROM outbox o
         WHERE o.sequence {beyond} :after AND o.saved_at >= :from AND o.saved_at < :to
           AND (:states IS NULL OR o.state IN (SELECT value FROM json_each(:states)))
           AND (:prescription IS NULL OR o.prescription_set_id = :prescription)
           AND (:releases OR o.kind_code != :release)
         ORDER BY o.sequence {direction} LIMIT :limit"
    ))?;
    let mut rows = statement.query(named_params! {
        ":after": filter.after.map_or(end, Sequence::get),
        ":from": from,
        ":to": to,
        ":states": states,
        ":prescription": filter.prescription_set_id,
        ":releases": filter.releases,
        ":release": RELEASE,
        ":limit": listing(filter.limit),
    })?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(item(row)?);
    }
    Ok(items)
}

/// One document with its bytes and the Centre's answer.
pub(crate) fn document(connection: &Connection, document_id: &str) -> Result<Option<StoredDocument>, RecordError> {
    let mut statement =
        connection.prepare(&format!("SELECT {ITEM}, o.bytes, o.answer FROM outbox o WHERE o.document_id = ?1"))?;
    let mut rows = statement.query([document_id])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(StoredDocument { item: item(row)?, bytes: row.get(ITEM_COLUMNS)?, answer: row.get(ITEM_COLUMNS + 1)? }))
}

/// How many documents are in which state.
pub(crate) fn counts(connection: &Connection) -> Result<Counts, RecordError> {
    let mut counts = Counts::default();
    let mut statement =
        connection.prepare("SELECT state, count(*) FROM outbox WHERE kind_code != ?1 GROUP BY state")?;
    let mut rows = statement.query([RELEASE])?;
    while let Some(row) = rows.next()? {
        let state: String = row.get(0)?;
        let number: u64 = row.get(1)?;
        match OutboxState::from_word(&state).ok_or(RecordError::Damaged)? {
            OutboxState::Waiting => counts.waiting = number,
            OutboxState::Sending => counts.sending = number,
            OutboxState::Accepted => counts.accepted = number,
            OutboxState::Conflicting => counts.conflicting = number,
            OutboxState::Refused => counts.refused = number,
            OutboxState::Settled => counts.settled = number,
        }
    }
    counts.held = connection.query_row(
        &format!("SELECT count(*) FROM outbox o WHERE o.state = 'waiting' AND o.kind_code != ?1 AND NOT {FIRST_OPEN}"),
        [RELEASE],
        |row| row.get(0),
    )?;
    counts.oldest_open = time::from_file_if_any(connection.query_row(
        "SELECT min(saved_at) FROM outbox WHERE state IN ('waiting', 'sending', 'refused') AND kind_code != ?1",
        [RELEASE],
        |row| row.get(0),
    )?)?;
    Ok(counts)
}

/// When the next document is due. One that was never tried is due now, and is looked for first: after an outage there
/// are thousands of those and few others.
pub(crate) fn next_due(connection: &Connection) -> Result<Option<DateTime<Utc>>, RecordError> {
    let untried: Option<i64> = connection
        .query_row(
            &format!(
                "SELECT o.saved_at FROM {OUTBOX_TO_SEND}
                 WHERE {TO_SEND} AND o.state = 'waiting' AND o.next_try_at IS NULL AND {FIRST_OPEN}
                 ORDER BY o.sequence LIMIT 1"
            ),
            [],
            |row| row.get(0),
        )
        .optional()?;
    let next = match untried {
        Some(saved_at) => Some(saved_at),
        None => connection.query_row(
            &format!(
                "SELECT min(CASE o.state WHEN 'sending' THEN o.lease_until ELSE coalesce(o.next_try_at, o.saved_at) END)
                 FROM {OUTBOX_TO_SEND} WHERE {TO_SEND} AND {FIRST_OPEN}"
            ),
            [],
            |row| row.get(0),
        )?,
    };
    time::from_file_if_any(next)
}

/// Whether these very documents were saved before: then where. Promise 2: the same identifier with the same bytes is
/// the same document, with other bytes it is refused.
pub(crate) fn committed_before(
    connection: &Connection,
    documents: &[NewDocument],
) -> Result<Option<Committed>, RecordError> {
    let mut places = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let conflict = || RecordError::DocumentConflict { document_id: document.document_id.clone() };
        if documents.iter().take(index).any(|earlier| earlier.document_id == document.document_id) {
            return Err(conflict());
        }
        let found: Option<(u64, bool)> = connection
            .query_row(
                "SELECT sequence, bytes IS :bytes AND set_id = :set AND kind_code = :kind
                        AND prescription_set_id = :prescription
                 FROM outbox WHERE document_id = :document",
                named_params! {
                    ":bytes": document.bytes,
                    ":set": document.set_id,
                    ":kind": document.kind_code,
                    ":prescription": document.prescription_set_id,
                    ":document": document.document_id,
                },
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        match found {
            Some((_, false)) => return Err(conflict()),
            // Some were there before and some were not: this is not the batch of then.
            Some((place, true)) if places.len() == index => places.push(place),
            None if places.is_empty() => {}
            _ => return Err(conflict()),
        }
    }
    Ok(match (places.iter().min(), places.iter().max()) {
        (Some(first), Some(last)) => Some(Committed { first: Sequence(*first), last: Sequence(*last), already: true }),
        _ => None,
    })
}
