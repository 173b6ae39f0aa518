//! What stands in a row of the file, as the Centre's own types.

use chrono::DateTime;
use prescription::{Conflict, DocumentType, Oid, SignatureTrust};
use rusqlite::Row;

use super::unsigned;
use crate::chain::Chain;
use crate::log::Entry;
use crate::store::{StoreError, StoredDocument};

/// Larger than any document that is taken, signed by the Centre: what claims to be larger is damaged.
const SIZE_AT_MOST: usize = 2 * cda::LARGEST_DOCUMENT;

pub(super) fn entry_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let salt: Option<Vec<u8>> = row.get(6)?;
    let payload: Option<String> = row.get(7)?;
    Ok(Entry {
        sequence: unsigned(row.get(0)?),
        at: row.get(1)?,
        event: row.get(2)?,
        content: row.get(3)?,
        previous: row.get(4)?,
        hash: row.get(5)?,
        beside: salt.zip(payload),
    })
}

pub(super) fn document_row(row: &Row<'_>) -> rusqlite::Result<Result<StoredDocument, StoreError>> {
    let texts: [String; 5] = [row.get(0)?, row.get(1)?, row.get(3)?, row.get(4)?, row.get(8)?];
    let [id, set_id, document_type, prescription_set, trust] = texts;
    let organisation: Option<String> = row.get(5)?;
    let (version, received_at, sent_digest) = (row.get(2)?, row.get(6)?, row.get(7)?);
    let (bytes, size): (Vec<u8>, Option<i64>) = (row.get(9)?, row.get(10)?);
    let conflicts: Option<String> = row.get(11)?;
    Ok((|| {
        Ok(StoredDocument {
            id: oid(&id)?,
            set_id: oid(&set_id)?,
            version,
            document_type: DocumentType::from(document_type),
            prescription_set: oid(&prescription_set)?,
            organisation: organisation.map(|text| oid(&text)).transpose()?,
            received_at: DateTime::from_timestamp_micros(received_at).ok_or(StoreError::Damaged { what: "time" })?,
            sent_digest,
            trust: trust_of(&trust)?,
            conflicts: conflicts_of(conflicts.as_deref().unwrap_or_default())?,
            bytes: match size {
                Some(size) => packed::unpack(&bytes, usize::try_from(size).unwrap_or(usize::MAX), SIZE_AT_MOST)
                    .map_err(|_| StoreError::Damaged { what: "document" })?,
                None => bytes,
            },
        })
    })())
}

pub(super) fn chain_of(value: &str) -> Result<Chain, StoreError> {
    serde_json::from_str(value).map_err(|_| StoreError::Damaged { what: "chain" })
}

pub(super) fn oid(text: &str) -> Result<Oid, StoreError> {
    Oid::parse(text).map_err(|_| StoreError::Damaged { what: "identifier" })
}

pub(super) fn conflict_codes(conflicts: &[Conflict]) -> Option<String> {
    let codes: Vec<&str> = conflicts.iter().map(|conflict| conflict.code()).collect();
    (!codes.is_empty()).then(|| codes.join(" "))
}

fn conflicts_of(codes: &str) -> Result<Vec<Conflict>, StoreError> {
    let known = |code| Conflict::parse(code).ok_or(StoreError::Damaged { what: "conflict" });
    codes.split_whitespace().map(known).collect()
}

pub(super) fn trust_name(trust: SignatureTrust) -> &'static str {
    match trust {
        SignatureTrust::Trusted => "trusted",
        SignatureTrust::Unsigned => "unsigned",
        SignatureTrust::Broken => "broken",
    }
}

fn trust_of(name: &str) -> Result<SignatureTrust, StoreError> {
    match name {
        "trusted" => Ok(SignatureTrust::Trusted),
        "unsigned" => Ok(SignatureTrust::Unsigned),
        "broken" => Ok(SignatureTrust::Broken),
        _ => Err(StoreError::Damaged { what: "trust" }),
    }
}
