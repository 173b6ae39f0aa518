//! The outbox against the journal: each document's state, bytes and answer must be what its events tell.
//!
//! The outbox can be changed in place, the journal cannot without being found; so the journal is the judge.

use rusqlite::{Connection, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::apart;
use super::state::{Happening, Next, OutboxState, after};
use crate::chain::Fault;
use crate::journal::{IS_AFTER_SAVING, kinds, parsed};
use crate::{RecordError, Sequence};

/// SHA-256 as lower-case hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The last document that was compared, and how many were: `None` when there are no more.
type Compared = Option<(Sequence, u64)>;

/// Compares the next documents after a place.
pub(crate) fn compare(
    connection: &Connection,
    after: Sequence,
    limit: u32,
) -> Result<(Compared, Vec<Fault>), RecordError> {
    let mut statement = connection.prepare(
        "SELECT sequence, document_id, set_id, prescription_set_id, kind_code, summary, state,
                d.size, d.bytes, a.size, a.bytes
         FROM outbox o LEFT JOIN document d USING (sequence) LEFT JOIN answer a USING (sequence) WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
    )?;
    let mut rows = statement.query(params![after.0, limit])?;
    let mut compared: Compared = None;
    let mut faults = Vec::new();
    while let Some(row) = rows.next()? {
        let sequence = Sequence(row.get(0)?);
        let document_id: String = row.get(1)?;
        compared = Some((sequence, compared.map_or(1, |(_, number)| number + 1)));
        let summary: Option<String> = row.get(5)?;
        let state: String = row.get(6)?;
        // What cannot be unpacked is not what was kept: nothing that has its digest.
        let bytes = apart::read(row, 7).unwrap_or_else(|_| Some(vec![]));
        let answer = apart::read(row, 9).unwrap_or_else(|_| Some(vec![]));
        let mut fault = |what| {
            faults.push(Fault::Document { document_id: document_id.clone(), what });
        };
        let Some(told) = told(connection, sequence, &document_id)? else {
            // Erased as a whole: then nothing of it may be left either.
            if bytes.is_some() || summary.is_some() || answer.is_some() {
                fault("has no event of its saving");
            }
            continue;
        };
        let saved = |field: &str| told.saved.get(field).and_then(Value::as_str);
        let identifiers = [("set_id", 2), ("prescription_set_id", 3), ("kind_code", 4)];
        for (field, column) in identifiers {
            let found: String = row.get(column)?;
            if saved(field) != Some(found.as_str()) {
                fault("identifiers");
            }
        }
        if saved("digest") != bytes.as_deref().map(digest).as_deref() {
            fault("bytes");
        }
        if saved("summary_digest") != summary.as_deref().map(|text| digest(text.as_bytes())).as_deref() {
            fault("summary");
        }
        if told.answer != answer.as_deref().map(digest) {
            fault("answer");
        }
        if told.state.map(OutboxState::as_str) != Some(state.as_str()) {
            fault("state");
        }
    }
    Ok((compared, faults))
}

/// What the journal tells of a document.
struct Told {
    /// The payload of the event of its saving.
    saved: Value,
    /// Where its events lead; `None` when one of them cannot follow on those before it.
    state: Option<OutboxState>,
    /// The digest of the Centre's answer.
    answer: Option<String>,
}

/// Replays a document's events; `None` when there is no event of its saving.
fn told(connection: &Connection, sequence: Sequence, document_id: &str) -> Result<Option<Told>, RecordError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT sequence, kind, payload FROM event WHERE sequence = ?2 AND document_id = ?1 AND payload IS NOT NULL
         UNION ALL SELECT sequence, kind, payload FROM event
         WHERE document_id = ?1 AND {IS_AFTER_SAVING} AND kind LIKE 'outbox.%' AND payload IS NOT NULL ORDER BY sequence"
    ))?;
    let mut rows = statement.query(params![document_id, sequence.0])?;
    let mut told: Option<Told> = None;
    while let Some(row) = rows.next()? {
        let place = Sequence(row.get(0)?);
        let kind: String = row.get(1)?;
        let payload = parsed(&row.get::<_, String>(2)?)?;
        if kind == kinds::WAITING {
            if place == sequence {
                told = Some(Told { saved: payload, state: Some(OutboxState::Waiting), answer: None });
            }
            continue;
        }
        if let Some(told) = told.as_mut() {
            let next = match (told.state, Happening::from_kind(&kind)) {
                (Some(state), Some(happening)) => after(state, happening),
                _ => Next::Never,
            };
            told.state = match next {
                Next::To(state) => Some(state),
                Next::Same | Next::Never => None,
            };
            if kind == kinds::ACCEPTED || kind == kinds::ACCEPTED_IN_CONFLICT {
                let answer = payload.get("answer_digest").and_then(Value::as_str);
                told.answer = answer.map(str::to_owned);
            }
        }
    }
    Ok(told)
}
