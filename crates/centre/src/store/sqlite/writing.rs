//! How a decision is written: all of it, or nothing.

use prescription::{Oid, PersonIdentityCode};
use rusqlite::{Connection, OptionalExtension, Savepoint, TransactionBehavior, params};

use super::rows::{conflict_codes, trust_name};
use super::{failed, number, read_head};
use crate::chain::Chain;
use crate::log::{Entry, NewEntry};
use crate::store::packed::{Packed, pack};
use crate::store::parts::{dispensed_on, parts_of, prescribed_on};
use crate::store::{Decision, Expected, Outcome, StoreError, StoredDocument};

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
        let pack_one = |document: StoredDocument| pack(&document.bytes).map(|packed| (document, packed));
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

pub(super) fn take_all(
    connection: &mut Connection,
    decisions: Vec<Ready>,
    taken: &mut Vec<Result<Outcome, StoreError>>,
) -> Result<(), StoreError> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    for decision in decisions {
        let savepoint = transaction.savepoint().map_err(failed)?;
        let outcome = take(&savepoint, decision);
        if outcome == Ok(Outcome::Done) {
            savepoint.commit().map_err(failed)?;
        } else {
            // A savepoint that is dropped rolls back.
            drop(savepoint);
        }
        if let Err(error) = &outcome
            && transaction.is_autocommit()
        {
            // The database has given up the whole transaction: a full disk.
            return Err(error.clone());
        }
        taken.push(outcome);
    }
    fail_point::at!(CentreBeforeCommit);
    transaction.commit().map_err(failed)?;
    fail_point::at!(CentreCommitted);
    Ok(())
}

fn take(savepoint: &Savepoint<'_>, decision: Ready) -> Result<Outcome, StoreError> {
    for expected in &decision.expected {
        let revision: Option<i64> = savepoint
            .prepare_cached("SELECT revision FROM chain WHERE set_id = ?1")
            .and_then(|mut select| select.query_row([expected.prescription_set.as_str()], |row| row.get(0)).optional())
            .map_err(failed)?;
        if revision.unwrap_or(0) != number(expected.revision) {
            return Ok(Outcome::Conflict);
        }
    }
    for (document, packed) in &decision.documents {
        let taken = savepoint
            .prepare_cached("SELECT 1 FROM document WHERE id = ?1")
            .and_then(|mut select| select.exists([document.id.as_str()]))
            .map_err(failed)?;
        if taken {
            return Ok(Outcome::Conflict);
        }
        insert_document(savepoint, document, packed)?;
    }
    for (chain, value) in &decision.projection {
        upsert_chain(savepoint, chain, value)?;
    }
    for document in &decision.settled {
        run(savepoint, "INSERT OR IGNORE INTO settled VALUES (?1)", document)?;
    }
    for set in &decision.erased {
        run(savepoint, "INSERT OR IGNORE INTO erased VALUES (?1)", set)?;
        for erase in ERASE {
            run(savepoint, erase, set)?;
        }
    }
    let mut head = read_head(savepoint)?;
    for new in decision.log {
        let entry = head.link(new);
        head = entry.head();
        insert_entry(savepoint, &entry)?;
    }
    savepoint
        .prepare_cached("INSERT OR REPLACE INTO log_head VALUES (1, ?1, ?2)")
        .and_then(|mut insert| insert.execute(params![number(head.sequence), head.hash]))
        .map_err(failed)?;
    Ok(Outcome::Done)
}

/// What is left of a prescription after its lawful time: nothing but its identifier.
const ERASE: [&str; 3] = [
    "DELETE FROM document WHERE prescription_set = ?1",
    "DELETE FROM chain_part WHERE set_id = ?1",
    "DELETE FROM chain WHERE set_id = ?1",
];

fn run(savepoint: &Savepoint<'_>, sql: &str, identifier: &Oid) -> Result<(), StoreError> {
    let ran = savepoint.prepare_cached(sql).and_then(|mut statement| statement.execute([identifier.as_str()]));
    ran.map(|_| ()).map_err(failed)
}

fn insert_document(savepoint: &Savepoint<'_>, document: &StoredDocument, packed: &Packed) -> Result<(), StoreError> {
    savepoint
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

fn write_parts(connection: &Connection, chain: &Chain) -> Result<(), StoreError> {
    let set = chain.set_id.as_str();
    connection
        .prepare_cached("DELETE FROM chain_part WHERE set_id = ?1")
        .and_then(|mut delete| delete.execute([set]))
        .map_err(failed)?;
    let (prescribed, dispensed) = (prescribed_on(chain).to_string(), dispensed_on(chain).map(|day| day.to_string()));
    for (organisation, part) in parts_of(chain) {
        connection
            .prepare_cached("INSERT INTO chain_part VALUES (?1, ?2, ?3, ?4, ?5)")
            .and_then(|mut insert| {
                insert.execute(params![organisation.as_str(), set, part.name(), prescribed, dispensed])
            })
            .map_err(failed)?;
    }
    Ok(())
}

pub(super) fn upsert_chain(savepoint: &Savepoint<'_>, chain: &Chain, value: &str) -> Result<(), StoreError> {
    write_parts(savepoint, chain)?;
    savepoint
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

fn insert_entry(savepoint: &Savepoint<'_>, entry: &Entry) -> Result<(), StoreError> {
    savepoint
        .prepare_cached(
            "INSERT INTO log (sequence, at_us, event, content, previous, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .and_then(|mut insert| {
            let sequence = number(entry.sequence);
            insert.execute(params![sequence, entry.at, entry.event, entry.content, entry.previous, entry.hash])
        })
        .map_err(failed)?;
    if let Some((salt, payload)) = &entry.beside {
        savepoint
            .prepare_cached("INSERT INTO log_beside (sequence, salt, payload) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute(params![number(entry.sequence), salt, payload]))
            .map_err(failed)?;
    }
    Ok(())
}
