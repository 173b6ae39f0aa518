//! Who sends a document now: each is handed out to one sender at a time, and only that sender's word about a failure counts.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, named_params, params};
use serde_json::json;

use super::apart;
use super::lists::{BY_TRY, FIRST_OPEN, ITEM, ITEM_COLUMNS, item};
use super::state::{Happening, OutboxState};
use super::steps::{state_of, step};
use super::{Due, OutboxItem};
use crate::owner::{Owner, Writer};
use crate::{RecordError, time};

/// One handing-out of a document: the document and the number of the attempt, which no other handing-out of it has.
///
/// What a sender says against a document counts only while its lease does: an answer that comes after the lease ended
/// and somebody else got the document must not undo what has happened since. That the Centre accepted it counts always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    document_id: String,
    attempt: Option<u32>,
}

impl Lease {
    /// The lease of an item that was handed out.
    pub(super) fn of(item: &OutboxItem) -> Lease {
        Lease { document_id: item.document_id.clone(), attempt: Some(item.attempts) }
    }

    /// The document.
    pub fn document_id(&self) -> &str {
        &self.document_id
    }
}

/// A document whoever has it: for what is known of it otherwise than by a sender.
impl From<&str> for Lease {
    fn from(document_id: &str) -> Lease {
        Lease { document_id: document_id.to_owned(), attempt: None }
    }
}

/// The same.
impl From<&String> for Lease {
    fn from(document_id: &String) -> Lease {
        Lease::from(document_id.as_str())
    }
}

impl From<&Lease> for Lease {
    fn from(lease: &Lease) -> Lease {
        lease.clone()
    }
}

/// Whether the document is still this lease's. A document that is not there is an error.
pub(super) fn holds(connection: &Connection, lease: &Lease) -> Result<bool, RecordError> {
    let state = state_of(connection, &lease.document_id)?;
    let Some(attempt) = lease.attempt else { return Ok(true) };
    let mut statement = connection.prepare_cached("SELECT attempts FROM outbox WHERE document_id = ?1")?;
    let last: Option<u32> = statement.query_row([&lease.document_id], |row| row.get(0)).optional()?;
    Ok(state == OutboxState::Sending && last == Some(attempt))
}

/// Hands out what is to be sent now. A time further away than the longest wait is a clock that was set back, and a
/// lease that is longer than a lease likewise. What was never tried comes first, and then what has been due for longest;
/// nothing is looked at beyond what is handed out and what is held.
/// `lease` and `longest_wait` are in the file's unit.
pub(crate) fn due(
    writer: &mut Writer<'_>,
    now: DateTime<Utc>,
    limit: usize,
    lease: i64,
    longest_wait: i64,
) -> Result<Vec<Due>, RecordError> {
    let moment = time::to_file(now);
    let lease_until = moment.saturating_add(lease);
    let mut found = {
        let mut statement = writer.connection().prepare_cached(&format!(
            "SELECT {ITEM}, d.size, d.bytes FROM outbox o LEFT JOIN document d USING (sequence) WHERE o.sequence IN (
                 SELECT sequence FROM (SELECT o.sequence FROM {BY_TRY}
                     WHERE o.state = 'waiting' AND o.next_try_at IS NULL AND {FIRST_OPEN}
                     ORDER BY o.sequence LIMIT :limit)
                 UNION ALL SELECT sequence FROM (SELECT o.sequence FROM {BY_TRY}
                     WHERE o.state = 'waiting' AND o.next_try_at <= :now AND {FIRST_OPEN}
                     ORDER BY o.next_try_at LIMIT :limit)
                 UNION ALL SELECT sequence FROM (SELECT o.sequence FROM {BY_TRY}
                     WHERE o.state = 'waiting' AND o.next_try_at > :latest AND {FIRST_OPEN}
                     ORDER BY o.next_try_at LIMIT :limit)
                 UNION ALL SELECT sequence FROM open_document o WHERE o.state = 'sending'
                     AND (o.lease_until <= :now OR o.lease_until > :lease) AND {FIRST_OPEN})
             ORDER BY o.sequence LIMIT :limit"
        ))?;
        let mut rows = statement.query(named_params! {
            ":now": moment,
            ":latest": moment.saturating_add(longest_wait),
            ":lease": lease_until,
            ":limit": i64::try_from(limit).unwrap_or(i64::MAX),
        })?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes = apart::read(row, ITEM_COLUMNS)?.ok_or(RecordError::Damaged)?;
            found.push(Due { item: item(row)?, bytes });
        }
        found
    };
    let until = time::from_file(lease_until)?;
    for due in &mut found {
        due.item.state = OutboxState::Sending;
        due.item.attempts = due.item.attempts.saturating_add(1);
        due.item.lease_until = Some(until);
        due.item.next_try_at = None;
    }
    // Of nothing there is nothing to note, and nothing to flush.
    for due in &found {
        let id = &due.item.document_id;
        let payload = json!({ "attempt": due.item.attempts, "lease_until": until });
        step(writer, id, Happening::Leased, None, now, &payload)?;
        writer.run(
            "UPDATE outbox SET lease_until = ?2, attempts = ?3, next_try_at = NULL, state = 'sending'
             WHERE document_id = ?1",
            params![id, lease_until, due.item.attempts],
        )?;
    }
    Ok(found)
}

/// Lets go of what a program that died was sending.
pub(crate) fn release(owner: &mut Owner<'_>, now: DateTime<Utc>) -> Result<(), RecordError> {
    let abandoned: Vec<String> = {
        let mut statement = owner
            .connection()
            .prepare("SELECT document_id FROM open_document WHERE state = 'sending' ORDER BY sequence")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    if abandoned.is_empty() {
        return Ok(());
    }
    owner.write(|writer| {
        for document_id in &abandoned {
            step(writer, document_id, Happening::Released, None, now, &json!({}))?;
        }
        Ok(())
    })
}
