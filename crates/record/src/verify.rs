//! The verifier: whether the past is still what was written.
//!
//! It serves promise 5. It rebuilds the chain from the first event, counts what was erased, compares each document
//! of the outbox and each hand-over of an outage with what the journal tells of it, and has SQLite check its pages and SQLCipher the seals on
//! them. It goes in steps, so that a long journal does not hold up the counter.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::chain::{Fault, Head, Sequence, StoredEvent, Walk};
use crate::door::Door;
use crate::journal::{self, kinds};
use crate::{RecordError, outage, outbox};

/// How many events or documents one step looks at.
const STEP: u32 = 512;

/// What the verifier found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerifyReport {
    /// How many events the journal has.
    pub events: u64,
    /// How many of them have had their payload erased.
    pub erased: u64,
    /// How many documents of the outbox were compared with the journal.
    pub documents: u64,
    /// The journal's end.
    pub head: Head,
    /// What is wrong with the journal and the outbox; at most 1000 faults.
    pub faults: Vec<Fault>,
    /// What SQLite finds wrong with the file.
    pub integrity: Vec<String>,
    /// What SQLCipher finds wrong with the seals of the file's pages.
    pub cipher_integrity: Vec<String>,
    /// The file's format, when a newer program wrote it: then the chain and the pages were checked and the outbox was not.
    pub newer: Option<i64>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && self.integrity.is_empty() && self.cipher_integrity.is_empty()
    }
}

/// How the file was opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// The format of a newer program.
    pub newer: Option<i64>,
    /// For reading: its log stays where it is.
    pub to_read: bool,
}

/// Verifies the whole record.
pub(crate) fn verify(door: &Door, opening: Opening) -> Result<VerifyReport, RecordError> {
    let mut walk = Walk::default();
    let knows_outbox = opening.newer.is_none();
    loop {
        let finished;
        (walk, finished) = door.ask(move |owner| step(owner.connection(), walk, knows_outbox))?;
        if finished {
            break;
        }
    }
    let mut documents = 0u64;
    let mut after = Sequence::default();
    loop {
        if !knows_outbox {
            break;
        }
        let (next, faults) = door.ask(move |owner| outbox::compare(owner.connection(), after, STEP))?;
        for fault in faults {
            walk.fault(fault);
        }
        match next {
            Some((last, compared)) => {
                after = last;
                documents = documents.saturating_add(compared);
            }
            None => break,
        }
    }
    let mut after = Sequence::default();
    // A file of an older program has no such entries yet.
    let mut has_entries =
        knows_outbox && door.ask(|owner| Ok(owner.connection().table_exists(None, "outage_entry")?))?;
    while has_entries {
        let (next, faults) = door.ask(move |owner| outage::compare(owner.connection(), after, STEP as usize))?;
        for fault in faults {
            walk.fault(fault);
        }
        has_entries = next.is_some();
        after = next.unwrap_or(after);
    }
    let (integrity, cipher_integrity) =
        door.ask(move |owner| pages(owner.connection(), opening.to_read, knows_outbox))?;
    Ok(VerifyReport {
        events: walk.events,
        erased: walk.erased,
        documents,
        head: walk.head,
        faults: walk.faults,
        integrity,
        cipher_integrity,
        newer: opening.newer,
    })
}

/// Walks some events further; whether the end was reached.
fn step(connection: &Connection, mut walk: Walk, knows_outbox: bool) -> Result<(Walk, bool), RecordError> {
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM event WHERE sequence > ?1 ORDER BY sequence LIMIT {STEP}",
        journal::STORED
    ))?;
    let mut rows = statement.query([walk.head.sequence.0])?;
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        seen += 1;
        let event = journal::stored(row)?;
        walk.step(&event);
        if event.kind == kinds::ERASED {
            walk.explain(erased(&event));
        }
        if knows_outbox
            && event.kind == kinds::HANDED_OVER
            && !event.is_erased()
            && !outage::is_there(connection, event.sequence, event.document_id.as_deref())?
        {
            let document_id = event.document_id.clone().unwrap_or_default();
            walk.fault(Fault::Document { document_id, what: "not among the outage entries" });
        }
        if knows_outbox && event.kind == kinds::WAITING && !event.is_erased() && !is_in_outbox(connection, &event)? {
            walk.fault(Fault::Document {
                document_id: event.document_id.unwrap_or_default(),
                what: "not in the outbox",
            });
        }
    }
    if seen == STEP {
        return Ok((walk, false));
    }
    // The end and the note of it are read in one step, so that no writer comes between.
    walk.end(&journal::noted_head(connection)?);
    Ok((walk, true))
}

/// The events that an erasure names.
fn erased(event: &StoredEvent) -> Vec<Sequence> {
    let payload: Option<Value> = event.payload.as_deref().and_then(|payload| journal::parsed(payload).ok());
    payload
        .as_ref()
        .and_then(|payload| payload.get("events"))
        .and_then(Value::as_array)
        .map(|events| events.iter().filter_map(Value::as_u64).map(Sequence).collect())
        .unwrap_or_default()
}

fn is_in_outbox(connection: &Connection, event: &StoredEvent) -> Result<bool, RecordError> {
    let found: Option<i64> = connection
        .query_row(
            "SELECT 1 FROM outbox WHERE sequence = ?1 AND document_id = ?2",
            params![event.sequence.0, event.document_id],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.is_some())
}

/// What SQLite and SQLCipher say of the file's pages. The log is first brought into the file, since SQLCipher looks
/// at the file alone; unless the file was opened for reading.
fn pages(
    connection: &Connection,
    to_read: bool,
    knows_outbox: bool,
) -> Result<(Vec<String>, Vec<String>), RecordError> {
    if !to_read {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    let mut integrity = lines(connection, "PRAGMA integrity_check")?;
    integrity.retain(|line| line != "ok");
    integrity.extend(lines(connection, "PRAGMA foreign_key_check")?);
    if knows_outbox {
        integrity.extend(lines(connection, STANDING)?);
    }
    Ok((integrity, lines(connection, "PRAGMA cipher_integrity_check")?))
}

/// What is kept in memory of the outbox and is not what its documents say.
const STANDING: &str = "
    WITH told (what, number) AS (
        SELECT state, count(*) FROM outbox WHERE kind_code != '18' GROUP BY state
        UNION ALL
        SELECT 'held', count(*) FROM outbox o WHERE o.state = 'waiting' AND o.kind_code != '18' AND EXISTS (
            SELECT 1 FROM outbox e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
                AND e.state IN ('waiting', 'sending', 'refused')))
    SELECT 'the total of ' || what || ' documents' FROM total t
        WHERE number != coalesce((SELECT number FROM told WHERE told.what = t.what), 0)
    UNION ALL
    SELECT 'no total of ' || what || ' documents' FROM told WHERE what NOT IN (SELECT what FROM total)
    UNION ALL
    SELECT 'an open document, or one that is none: ' || count(*) FROM (
        SELECT * FROM (SELECT sequence, document_id, prescription_set_id, kind_code, state, saved_at, next_try_at, lease_until
            FROM outbox WHERE state IN ('waiting', 'sending', 'refused', 'conflicting')
            EXCEPT SELECT * FROM open_document)
        UNION ALL
        SELECT * FROM (SELECT * FROM open_document
            EXCEPT SELECT sequence, document_id, prescription_set_id, kind_code, state, saved_at, next_try_at, lease_until
            FROM outbox)) HAVING count(*) > 0
    UNION ALL
    SELECT 'a day that begins too late' FROM outbox o WHERE NOT EXISTS (
        SELECT 1 FROM outbox_day d WHERE d.day = o.saved_at / 86400000000 AND d.first <= o.sequence)
    UNION ALL
    SELECT 'bytes of no document' FROM document WHERE sequence NOT IN (SELECT sequence FROM outbox)
    UNION ALL
    SELECT 'an answer to no document' FROM answer WHERE sequence NOT IN (SELECT sequence FROM outbox)";

fn lines(connection: &Connection, pragma: &str) -> Result<Vec<String>, RecordError> {
    let mut statement = connection.prepare(pragma)?;
    let mut rows = statement.query([])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(row.get(0)?);
    }
    Ok(lines)
}
