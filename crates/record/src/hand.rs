//! Prescriptions in hand: the Centre holds each of them for this pharmacy, and this is what is needed to give it back.
//!
//! A row is durable before the prescription is fetched and goes with the batch that gives it back or dispenses it, so that
//! a program that died knows what it had in hand. Rows say nothing of the past: the events that come with them do.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use serde_json::Value;

use crate::journal::{name, parsed, text};
use crate::owner::Writer;
use crate::{LIMIT_IN_HAND, RecordError, outbox, time};

/// A prescription that is in hand.
#[derive(Debug, Clone, PartialEq)]
pub struct InHand {
    /// The OID of the prescription's first version.
    pub prescription_set_id: String,
    /// When it was taken in hand.
    pub taken_at: DateTime<Utc>,
    /// What is needed to give it back; removed from the file with the row.
    pub content: Value,
}

impl InHand {
    pub(crate) fn check(&self) -> Result<(), RecordError> {
        name("prescription", &self.prescription_set_id)?;
        text(&self.content).map(|_| ())
    }
}

/// Takes a prescription in hand, or again. A release of it that has not gone yet is withdrawn: it would end the new hold.
pub(crate) fn take(writer: &mut Writer<'_>, taken: &InHand, at: DateTime<Utc>) -> Result<(), RecordError> {
    outbox::withdraw_releases(writer, &taken.prescription_set_id, at)?;
    let connection = writer.connection();
    connection.execute(
        "INSERT INTO in_hand (prescription_set_id, taken_at, content) VALUES (?1, ?2, ?3)
         ON CONFLICT (prescription_set_id) DO UPDATE SET taken_at = excluded.taken_at, content = excluded.content",
        params![taken.prescription_set_id, time::to_file(taken.taken_at), text(&taken.content)?],
    )?;
    let count: usize = connection.query_row("SELECT count(*) FROM in_hand", [], |row| row.get(0))?;
    if count > LIMIT_IN_HAND {
        return Err(RecordError::TooLarge { what: "prescriptions in hand", limit: LIMIT_IN_HAND });
    }
    Ok(())
}

/// Puts a prescription down; one that is not in hand may be put down too.
pub(crate) fn put_down(writer: &mut Writer<'_>, prescription_set_id: &str) -> Result<(), RecordError> {
    writer.run("DELETE FROM in_hand WHERE prescription_set_id = ?1", [prescription_set_id])?;
    Ok(())
}

/// What is in hand, in the order in which it was taken.
pub(crate) fn list(connection: &Connection) -> Result<Vec<InHand>, RecordError> {
    let mut statement = connection
        .prepare("SELECT prescription_set_id, taken_at, content FROM in_hand ORDER BY taken_at, prescription_set_id")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(InHand {
            prescription_set_id: row.get(0)?,
            taken_at: time::from_file(row.get(1)?)?,
            content: parsed(&row.get::<_, String>(2)?)?,
        });
    }
    Ok(found)
}
