//! Reading the outbox: lists, counts, one document, and when the next one is due.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::apart;
use super::{Counts, NewDocument, OutboxFilter, OutboxItem, OutboxState, RELEASE, StoredDocument};
use crate::journal::{Committed, listing, parsed};
use crate::question::Question;
use crate::{RecordError, Sequence, time};

/// The columns of an item, of the table under the name `o`. The last one is the earlier open document of the same
/// prescription for which a waiting one is held.
pub(super) const ITEM: &str = "o.sequence, o.document_id, o.set_id, o.prescription_set_id, o.kind_code, o.summary,
    o.actor, o.state, o.saved_at, o.attempts, o.next_try_at, o.lease_until, o.last_code, o.last_sentence,
    o.answered_at,
    CASE WHEN o.state = 'waiting' THEN (
        SELECT e.document_id FROM open_document e
        WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
          AND e.state IN ('waiting', 'sending', 'refused')
        ORDER BY e.sequence LIMIT 1) END";

/// How many columns an item has; what a statement selects beyond them begins here.
pub(super) const ITEM_COLUMNS: usize = 16;

/// The condition that no earlier document of the same prescription is open.
pub(super) const FIRST_OPEN: &str = "NOT EXISTS (
    SELECT 1 FROM open_document e
    WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
      AND e.state IN ('waiting', 'sending', 'refused'))";

/// What waits, by the time of its next try; named, so that SQLite refuses a statement that the index does not serve.
pub(super) const BY_TRY: &str = "open_document o INDEXED BY open_by_try";

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
    let (direction, beyond) = if filter.newest_first { ("DESC", "<") } else { ("ASC", ">") };
    let mut question = Question::default();
    if let Some(after) = filter.after {
        question.with(format!("o.sequence {beyond} :after"), ":after", after.stored());
    }
    if let Some(from) = filter.saved.from {
        question.with("o.saved_at >= :from", ":from", time::to_file(from));
        // However clocks were set, none of those days was saved before the first of them.
        let first = "SELECT min(first) FROM outbox_day WHERE day >= :from / 86400000000";
        question.that(format!("o.sequence >= ({first})"));
    }
    if let Some(to) = filter.saved.to {
        question.with("o.saved_at < :to", ":to", time::to_file(to));
    }
    if let Some(prescription) = &filter.prescription_set_id {
        question.with("o.prescription_set_id = :prescription", ":prescription", prescription.clone());
    }
    if !filter.releases {
        question.that(format!("o.kind_code != '{RELEASE}'"));
    }
    let words: Vec<String> = filter.states.iter().map(|state| format!("'{state}'")).collect();
    if !words.is_empty() && filter.states.iter().all(|state| state.is_open() || state.wants_a_person()) {
        // Of each state no more than can be shown.
        let conditions = question.conditions();
        let of_state = |word: &String| {
            format!(
                "SELECT sequence FROM (SELECT o.sequence FROM open_document o WHERE o.state = {word} AND {conditions}
                 ORDER BY o.sequence {direction} LIMIT :limit)"
            )
        };
        let all: Vec<String> = words.iter().map(of_state).collect();
        question.that(format!("o.sequence IN ({})", all.join(" UNION ALL ")));
    } else if !words.is_empty() {
        question.that(format!("o.state IN ({})", words.join(", ")));
    }
    question.given(":limit", listing(filter.limit));
    let conditions = question.conditions();
    let statement =
        format!("SELECT {ITEM} FROM outbox o WHERE {conditions} ORDER BY o.sequence {direction} LIMIT :limit");
    question.ask(connection, &statement, item)
}

/// One document with its bytes and the Centre's answer.
pub(crate) fn document(connection: &Connection, document_id: &str) -> Result<Option<StoredDocument>, RecordError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {ITEM}, d.size, d.bytes, a.size, a.bytes
         FROM outbox o LEFT JOIN document d USING (sequence) LEFT JOIN answer a USING (sequence) WHERE o.document_id = ?1"
    ))?;
    let mut rows = statement.query([document_id])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    Ok(Some(StoredDocument {
        item: item(row)?,
        bytes: apart::read(row, ITEM_COLUMNS)?,
        answer: apart::read(row, ITEM_COLUMNS + 2)?,
    }))
}

/// How many documents are in which state.
pub(crate) fn counts(connection: &Connection) -> Result<Counts, RecordError> {
    let mut counts = Counts::default();
    let mut statement = connection.prepare_cached("SELECT what, number FROM total")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let what: String = row.get(0)?;
        let number: u64 = row.get(1)?;
        if what == "held" {
            counts.held = number;
            continue;
        }
        match OutboxState::from_word(&what).ok_or(RecordError::Damaged)? {
            OutboxState::Waiting => counts.waiting = number,
            OutboxState::Sending => counts.sending = number,
            OutboxState::Accepted => counts.accepted = number,
            OutboxState::Conflicting => counts.conflicting = number,
            OutboxState::Refused => counts.refused = number,
            OutboxState::Settled => counts.settled = number,
        }
    }
    // State by state, so that each is the first row of an index.
    let oldest = |state: &str| {
        let mut statement = connection.prepare_cached(
            "SELECT saved_at FROM open_document WHERE state = ?1 AND kind_code != ?2 ORDER BY saved_at LIMIT 1",
        )?;
        statement.query_row([state, RELEASE], |row| row.get::<_, i64>(0)).optional()
    };
    let open = [oldest("waiting")?, oldest("sending")?, oldest("refused")?];
    counts.oldest_open = time::from_file_if_any(open.into_iter().flatten().min())?;
    Ok(counts)
}

/// When the next document is due. One that was never tried is due now, and is looked for first: after an outage there
/// are thousands of those and few others.
pub(crate) fn next_due(connection: &Connection) -> Result<Option<DateTime<Utc>>, RecordError> {
    let first = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0)).optional();
    // Each is the first row of an index that nothing holds: never tried, to be tried again, being sent.
    let next = [
        first(&format!(
            "SELECT o.saved_at FROM {BY_TRY} WHERE o.state = 'waiting' AND o.next_try_at IS NULL AND {FIRST_OPEN}
             ORDER BY o.sequence LIMIT 1"
        ))?,
        first(&format!(
            "SELECT o.next_try_at FROM {BY_TRY} WHERE o.state = 'waiting' AND o.next_try_at IS NOT NULL AND {FIRST_OPEN}
             ORDER BY o.next_try_at LIMIT 1"
        ))?,
        first("SELECT lease_until FROM open_document WHERE state = 'sending' ORDER BY lease_until LIMIT 1")?,
    ];
    let next = next.into_iter().flatten().min();
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
        let mut statement = connection.prepare_cached(
            "SELECT sequence, set_id = ?2 AND prescription_set_id = ?3 AND kind_code = ?4, d.size, d.bytes
             FROM outbox o LEFT JOIN document d USING (sequence) WHERE document_id = ?1",
        )?;
        let (id, set) = (&document.document_id, &document.set_id);
        let mut rows = statement.query(params![id, set, document.prescription_set_id, document.kind_code])?;
        let found: Option<(u64, bool)> = match rows.next()? {
            None => None,
            Some(row) => {
                let same_bytes = apart::read(row, 2)?.as_deref() == Some(document.bytes.as_slice());
                Some((row.get(0)?, row.get(1)? && same_bytes))
            }
        };
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
