//! What lies apart from where a document stands: its bytes and the Centre's answer, each compressed in a table of its own,
//! so that a step rewrites a small row.

use packed::Effort;
use rusqlite::{Row, params};

use crate::owner::Writer;
use crate::{LIMIT_ANSWER_BYTES, RecordError, Sequence};

/// The bytes of a document.
pub(super) const DOCUMENT: &str = "document";
/// The Centre's answer to it.
pub(super) const ANSWER: &str = "answer";

/// Keeps the bytes of a document or of the answer to it, in a fourth of their room: that takes less time than the pages would
/// take to be sealed. Of several answers the last.
pub(super) fn keep(
    writer: &mut Writer<'_>,
    table: &'static str,
    sequence: Sequence,
    bytes: &[u8],
) -> Result<(), RecordError> {
    let packed = packed::pack(bytes, Effort::Quick).map_err(|_| RecordError::Damaged)?;
    writer.run(
        &format!(
            "INSERT INTO {table} (sequence, size, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (sequence) DO UPDATE SET size = excluded.size, bytes = excluded.bytes"
        ),
        params![sequence.stored(), packed.size, packed.frame],
    )?;
    Ok(())
}

/// The bytes of a row in which size and bytes begin at this column: nothing where they were erased, damaged where they are
/// not what was kept. Without a size they lie as they are: so it was before format 5.
pub(super) fn read(row: &Row<'_>, column: usize) -> Result<Option<Vec<u8>>, RecordError> {
    let Some(bytes) = row.get_ref(column + 1)?.as_blob_or_null().map_err(rusqlite::Error::from)? else {
        return Ok(None);
    };
    match row.get::<_, Option<usize>>(column)? {
        None => Ok(Some(bytes.to_vec())),
        Some(size) => packed::unpack(bytes, size, LIMIT_ANSWER_BYTES).map(Some).map_err(|_| RecordError::Damaged),
    }
}
