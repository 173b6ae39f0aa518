//! How a decision is written: all of it, or nothing.

use std::collections::HashSet;

use prescription::{Oid, PersonIdentityCode};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::rows::{conflict_codes, trust_name};
use super::{failed, number, read_head};
use crate::chain::Chain;
use crate::log::{Entry, NewEntry};
use crate::store::parts::{Part, dispensed_on, parts_of, prescribed_on};
use crate::store::{Decision, Expected, Outcome, StoreError, StoredDocument};
use packed::{Effort, Packed};

/// A decision in the form in which it is written: made by whoever brings it, so that the writer only writes.
pub(super) struct Ready {
    expected: Vec<Expected>,
    documents: Vec<(StoredDocument, Packed)>,
    log: Vec<NewEntry>,
    projection: Vec<(Chain, String)>,
    settled: Vec<Oid>,
    erased: Vec<Oid>,
}

impl Ready {
    pub(super) fn of(decision: Decision) -> Result<Self, StoreError> {
        let pack_one = |document: StoredDocument| {
            let packed = packed::pack(&document.bytes, Effort::Usual);
            packed.map(|packed| (document, packed)).map_err(|_| StoreError::Damaged { what: "compression" })
        };
        let write_one = |chain: Chain| match serde_json::to_string(&chain) {
            Ok(value) => Ok((chain, value)),
            Err(_) => Err(StoreError::Damaged { what: "chain" }),
        };
        Ok(Self {
            expected: decision.expected,
            documents: decision.documents.into_iter().map(pack_one).collect::<Result<_, _>>()?,
            log: decision.log,
            projection: decision.projection.into_iter().map(write_one).collect::<Result<_, _>>()?,
            settled: decision.settled,
            erased: decision.erased,
        })
    }
}

/// Takes decisions in one transaction, in their order. With an error nothing of any is in the file; where it came before the
/// transaction was to be flushed, `taken` has the outcomes of those before the one that it came from.
pub(super) fn take_all(
    connection: &mut Connection,
    decisions: &[Ready],
    taken: &mut Vec<Outcome>,
) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    for decision in decisions {
        let outcome = if is_as_expected(&transaction, decision)? {
            write(&transaction, decision)?;
            Outcome::Done
        } else {
            Outcome::Conflict
        };
        taken.push(outcome);
    }
    fail_point::at!(CentreBeforeCommit);
    transaction.commit().map_err(failed)?;
    fail_point::at!(CentreCommitted);
    Ok(())
}

/// Everything that can be otherwise than a decision expects is looked at before anything of it is written, so that what is
/// not taken need not be rolled back from among the others.
fn is_as_expected(connection: &Connection, decision: &Ready) -> Result<bool, StoreError> {
    for expected in &decision.expected {
        let revision: Option<i64> = connection
            .prepare_cached("SELECT revision FROM chain WHERE set_id = ?1")
            .and_then(|mut select| select.query_row([expected.prescription_set.as_str()], |row| row.get(0)).optional())
            .map_err(failed)?;
        if revision.unwrap_or(0) != number(expected.revision) {
            return Ok(false);
        }
    }
    let mut own = HashSet::new();
    for (document, _) in &decision.documents {
        let is_taken = connection
            .prepare_cached("SELECT 1 FROM document WHERE id = ?1")
            .and_then(|mut select| select.exists([document.id.as_str()]))
            .map_err(failed)?;
        if is_taken || !own.insert(document.id.as_str()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn write(connection: &Connection, decision: &Ready) -> Result<(), StoreError> {
    for (document, packed) in &decision.documents {
        insert_document(connection, document, packed)?;
    }
    for (chain, value) in &decision.projection {
        upsert_chain(connection, chain, value)?;
    }
    for document in &decision.settled {
        run(connection, "INSERT OR IGNORE INTO settled VALUES (?1)", document)?;
    }
    for set in &decision.erased {
        run(connection, "INSERT OR IGNORE INTO erased VALUES (?1)", set)?;
        for erase in ERASE {
            run(connection, erase, set)?;
        }
    }
    let mut head = read_head(connection)?;
    for new in &decision.log {
        let entry = head.link(new.clone());
        head = entry.head();
        insert_entry(connection, &entry)?;
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO log_head VALUES (1, ?1, ?2)")
        .and_then(|mut insert| insert.execute(params![number(head.sequence), head.hash]))
        .map_err(failed)?;
    Ok(())
}

/// What is left of a prescription after its lawful time: nothing but its identifier.
const ERASE: [&str; 3] = [
    "DELETE FROM document WHERE prescription_set = ?1",
    "DELETE FROM chain_part WHERE set_id = ?1",
    "DELETE FROM chain WHERE set_id = ?1",
];

fn run(connection: &Connection, sql: &str, identifier: &Oid) -> Result<(), StoreError> {
    let ran = connection.prepare_cached(sql).and_then(|mut statement| statement.execute([identifier.as_str()]));
    ran.map(|_| ()).map_err(failed)
}

fn insert_document(connection: &Connection, document: &StoredDocument, packed: &Packed) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO document (id, set_id, version, type, prescription_set, organisation, received_at_us, sent_digest,
             trust, bytes, size, conflicts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .and_then(|mut insert| {
            insert.execute(params![
                document.id.as_str(),
                document.set_id.as_str(),
                document.version,
                document.document_type.code(),
                document.prescription_set.as_str(),
                document.organisation.as_ref().map(Oid::as_str),
                document.received_at.timestamp_micros(),
                document.sent_digest,
                trust_name(document.trust),
                packed.frame,
                number(packed.size as u64),
                conflict_codes(&document.conflicts),
            ])
        })
        .map_err(failed)?;
    Ok(())
}

/// Organisation, part, day of prescribing and of dispensing.
type PartRow = (String, String, String, Option<String>);

/// Writes what organisations have to do with a prescription: of what is there already, only what has changed.
fn write_parts(connection: &Connection, chain: &Chain) -> Result<(), StoreError> {
    let set = chain.set_id.as_str();
    let (prescribed, dispensed) = (prescribed_on(chain).to_string(), dispensed_on(chain).map(|day| day.to_string()));
    let row = |(organisation, part): (Oid, Part)| {
        (organisation.to_string(), part.name().to_owned(), prescribed.clone(), dispensed.clone())
    };
    let wanted: Vec<PartRow> = parts_of(chain).into_iter().map(row).collect();
    let there = parts_there(connection, set).map_err(failed)?;
    let same = |one: &PartRow, other: &PartRow| (&one.0, &one.1) == (&other.0, &other.1);
    for gone in there.iter().filter(|one| !wanted.iter().any(|other| same(one, other))) {
        connection
            .prepare_cached("DELETE FROM chain_part WHERE organisation = ?1 AND set_id = ?2 AND part = ?3")
            .and_then(|mut delete| delete.execute(params![gone.0, set, gone.1]))
            .map_err(failed)?;
    }
    for (organisation, part, prescribed, dispensed) in wanted.iter().filter(|one| !there.contains(one)) {
        connection
            .prepare_cached(
                "INSERT INTO chain_part VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (organisation, set_id, part)
                 DO UPDATE SET prescribed = excluded.prescribed, dispensed = excluded.dispensed",
            )
            .and_then(|mut upsert| upsert.execute(params![organisation, set, part, prescribed, dispensed]))
            .map_err(failed)?;
    }
    Ok(())
}

fn parts_there(connection: &Connection, set: &str) -> rusqlite::Result<Vec<PartRow>> {
    let sql = "SELECT organisation, part, prescribed, dispensed FROM chain_part WHERE set_id = ?1";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map([set], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect()
}

pub(super) fn upsert_chain(connection: &Connection, chain: &Chain, value: &str) -> Result<(), StoreError> {
    write_parts(connection, chain)?;
    connection
        .prepare_cached(
            "INSERT INTO chain (set_id, revision, identity_code, value) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (set_id)
             DO UPDATE SET revision = excluded.revision, identity_code = excluded.identity_code, value = excluded.value",
        )
        .and_then(|mut upsert| {
            upsert.execute(params![
                chain.set_id.as_str(),
                number(chain.revision),
                chain.identity_code().map(PersonIdentityCode::reveal),
                value
            ])
        })
        .map_err(failed)?;
    Ok(())
}

fn insert_entry(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO log (sequence, at_us, event, content, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut insert| {
            let sequence = number(entry.sequence);
            insert.execute(params![sequence, entry.at, entry.event, entry.content, entry.previous, entry.hash])
        })
        .map_err(failed)?;
    if let Some((salt, payload)) = &entry.beside {
        connection
            .prepare_cached("INSERT INTO log_beside (sequence, salt, payload) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute(params![number(entry.sequence), salt, payload]))
            .map_err(failed)?;
    }
    Ok(())
}
