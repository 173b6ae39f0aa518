//! The steps of a document: each changes its row and appends the event that tells of it, in one transaction.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use super::apart;
use super::lease::{Lease, holds};
use super::replay::digest;
use super::state::{Happening, Next, OutboxState, after};
use super::{Change, NewDocument, RELEASE};
use crate::chain::Content;
use crate::journal::{IS_AFTER_SAVING, kinds, text};
use crate::owner::Writer;
use crate::{RecordError, Sequence, time};

/// Saves a document that waits to be sent.
pub(crate) fn save(
    writer: &mut Writer<'_>,
    document: &NewDocument,
    actor: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Sequence, RecordError> {
    let summary = text(&document.summary)?;
    let payload = json!({
        "set_id": document.set_id,
        "prescription_set_id": document.prescription_set_id,
        "kind_code": document.kind_code,
        "digest": digest(&document.bytes),
        "summary_digest": digest(summary.as_bytes()),
    });
    let sequence = tell(writer, kinds::WAITING, &document.document_id, actor, at, &payload)?;
    writer.run(
        "INSERT INTO outbox (sequence, document_id, set_id, prescription_set_id, kind_code, summary, actor, saved_at,
                             state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting')",
        params![
            sequence.0,
            document.document_id,
            document.set_id,
            document.prescription_set_id,
            document.kind_code,
            summary,
            actor,
            time::to_file(at)
        ],
    )?;
    apart::keep(writer, apart::DOCUMENT, sequence, &document.bytes)?;
    writer.run(
        "INSERT INTO outbox_day (day, first) VALUES (?1 / 86400000000, ?2) ON CONFLICT (day) DO NOTHING",
        params![time::to_file(at), sequence.0],
    )?;
    Ok(sequence)
}

/// Notes a failed attempt. `next` is in the file's unit.
pub(crate) fn attempt_failed(
    writer: &mut Writer<'_>,
    lease: &Lease,
    code: &str,
    next: i64,
    at: DateTime<Utc>,
) -> Result<Change, RecordError> {
    if !holds(writer.connection(), lease)? {
        return Ok(Change::Already);
    }
    let document_id = lease.document_id();
    let payload = json!({ "code": code, "next_try_at": time::from_file(next)? });
    let change = step(writer, document_id, Happening::AttemptFailed, None, at, &payload)?;
    if let Change::Made(_) = change {
        writer.run(
            "UPDATE outbox SET next_try_at = ?2, last_code = ?3 WHERE document_id = ?1",
            params![document_id, next, code],
        )?;
    }
    Ok(change)
}

/// Notes the Centre's acceptance, with the codes of what the document conflicts with.
pub(crate) fn accepted(
    writer: &mut Writer<'_>,
    document_id: &str,
    answer: &[u8],
    conflicts: &[String],
    at: DateTime<Utc>,
) -> Result<Change, RecordError> {
    let (happening, payload, codes) = if conflicts.is_empty() {
        (Happening::Accepted, json!({ "answer_digest": digest(answer) }), None)
    } else {
        let payload = json!({ "answer_digest": digest(answer), "conflicts": conflicts });
        (Happening::AcceptedInConflict, payload, Some(conflicts.join(" ")))
    };
    let change = step(writer, document_id, happening, None, at, &payload)?;
    if let Change::Made(_) = change {
        writer.run(
            "UPDATE outbox SET answered_at = ?2, last_code = ?3, last_sentence = NULL WHERE document_id = ?1",
            params![document_id, time::to_file(at), codes],
        )?;
        let mut statement = writer.connection().prepare_cached("SELECT sequence FROM outbox WHERE document_id = ?1")?;
        let sequence = Sequence(statement.query_row([document_id], |row| row.get(0))?);
        drop(statement);
        apart::keep(writer, apart::ANSWER, sequence, answer)?;
    }
    Ok(change)
}

/// Notes the Centre's refusal.
pub(crate) fn refused(
    writer: &mut Writer<'_>,
    lease: &Lease,
    code: &str,
    sentence: &str,
    at: DateTime<Utc>,
) -> Result<Change, RecordError> {
    if !holds(writer.connection(), lease)? {
        return Ok(Change::Already);
    }
    let document_id = lease.document_id();
    let payload = json!({ "code": code, "sentence": sentence });
    let change = step(writer, document_id, Happening::Refused, None, at, &payload)?;
    if let Change::Made(_) = change {
        writer.run(
            "UPDATE outbox SET last_code = ?2, last_sentence = ?3, answered_at = ?4 WHERE document_id = ?1",
            params![document_id, code, sentence, time::to_file(at)],
        )?;
    }
    Ok(change)
}

/// A person has a refused document sent again.
pub(crate) fn resend(
    writer: &mut Writer<'_>,
    document_id: &str,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<Change, RecordError> {
    step(writer, document_id, Happening::Resent, Some(actor), at, &json!({}))
}

/// A person has settled a refused or conflicting document.
pub(crate) fn settle(
    writer: &mut Writer<'_>,
    document_id: &str,
    how: &str,
    actor: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Change, RecordError> {
    let payload = json!({ "how": how });
    step(writer, document_id, Happening::Settled, actor, at, &payload)
}

/// The program does not send a release any more. Nothing else is ever withdrawn (promise 3).
pub(crate) fn withdraw(
    writer: &mut Writer<'_>,
    document_id: &str,
    code: &str,
    at: DateTime<Utc>,
) -> Result<Change, RecordError> {
    let state = state_of(writer.connection(), document_id)?;
    let kind: String =
        writer
            .connection()
            .query_row("SELECT kind_code FROM outbox WHERE document_id = ?1", [document_id], |row| row.get(0))?;
    if kind != RELEASE {
        return Err(RecordError::WrongState { document_id: document_id.to_owned(), state });
    }
    step(writer, document_id, Happening::Withdrawn, None, at, &json!({ "code": code }))
}

/// Withdraws the releases of a prescription that have not gone.
pub(crate) fn withdraw_releases(
    writer: &mut Writer<'_>,
    prescription_set_id: &str,
    at: DateTime<Utc>,
) -> Result<(), RecordError> {
    let open: Vec<String> = {
        let mut statement = writer.connection().prepare_cached(
            "SELECT document_id FROM open_document WHERE prescription_set_id = ?1 AND kind_code = ?2
               AND state IN ('waiting', 'sending', 'refused') ORDER BY sequence",
        )?;
        let rows = statement.query_map([prescription_set_id, RELEASE], |row| row.get(0))?;
        rows.collect::<Result<_, _>>()?
    };
    for document_id in &open {
        withdraw(writer, document_id, "taken-again", at)?;
    }
    Ok(())
}

/// Takes away what an accepted or settled document says, and answers which events go with it. The row stays, with its
/// identifiers and its state.
pub(crate) fn erase(connection: &Connection, document_id: &str) -> Result<Vec<Sequence>, RecordError> {
    let state = state_of(connection, document_id)?;
    if state.is_open() || state.wants_a_person() {
        return Err(RecordError::WrongState { document_id: document_id.to_owned(), state });
    }
    for table in [apart::DOCUMENT, apart::ANSWER] {
        let statement =
            format!("DELETE FROM {table} WHERE sequence = (SELECT sequence FROM outbox WHERE document_id = ?1)");
        connection.execute(&statement, [document_id])?;
    }
    connection.execute(
        "UPDATE outbox SET summary = NULL, actor = NULL, last_sentence = NULL WHERE document_id = ?1",
        [document_id],
    )?;
    let mut statement = connection.prepare(&format!(
        "SELECT sequence FROM outbox JOIN event USING (sequence) WHERE outbox.document_id = ?1 AND payload IS NOT NULL
         UNION ALL SELECT sequence FROM event WHERE document_id = ?1 AND {IS_AFTER_SAVING} AND kind LIKE 'outbox.%'
             AND payload IS NOT NULL"
    ))?;
    let rows = statement.query_map([document_id], |row| Ok(Sequence(row.get(0)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One step by the table: the new state and the event, or neither.
pub(super) fn step(
    writer: &mut Writer<'_>,
    document_id: &str,
    happening: Happening,
    actor: Option<&str>,
    at: DateTime<Utc>,
    payload: &Value,
) -> Result<Change, RecordError> {
    let state = state_of(writer.connection(), document_id)?;
    match after(state, happening) {
        Next::Same => Ok(Change::Already),
        Next::Never => Err(RecordError::WrongState { document_id: document_id.to_owned(), state }),
        Next::To(next) => {
            let sequence = tell(writer, happening.kind(), document_id, actor, at, payload)?;
            // A lease belongs to the state of sending alone; its end is set by whoever leases.
            writer.run(
                "UPDATE outbox SET state = ?2, next_try_at = NULL,
                        lease_until = CASE ?2 WHEN 'sending' THEN coalesce(lease_until, 0) END
                 WHERE document_id = ?1",
                params![document_id, next.as_str()],
            )?;
            Ok(Change::Made(sequence))
        }
    }
}

pub(super) fn state_of(connection: &Connection, document_id: &str) -> Result<OutboxState, RecordError> {
    let mut statement = connection.prepare_cached("SELECT state FROM outbox WHERE document_id = ?1")?;
    let word: Option<String> = statement.query_row([document_id], |row| row.get(0)).optional()?;
    let word = word.ok_or_else(|| RecordError::UnknownDocument { document_id: document_id.to_owned() })?;
    OutboxState::from_word(&word).ok_or(RecordError::Damaged)
}

fn tell(
    writer: &mut Writer<'_>,
    kind: &str,
    document_id: &str,
    actor: Option<&str>,
    at: DateTime<Utc>,
    payload: &Value,
) -> Result<Sequence, RecordError> {
    let payload = text(payload)?;
    let content = Content { actor, document_id: Some(document_id), payload: &payload };
    writer.event(kind, at, &content)
}
