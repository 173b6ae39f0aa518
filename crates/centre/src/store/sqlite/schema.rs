//! The schema of the file, and how older files become today's.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::writing::upsert_chain;
use super::{documents_of, failed};
use crate::chain::Chain;
use crate::store::StoreError;

const SCHEMA: i64 = 5;

/// Migrations only go forward; the index is the schema that a step starts from.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE document (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        set_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        type TEXT NOT NULL,
        prescription_set TEXT NOT NULL,
        organisation TEXT,
        received_at_us INTEGER NOT NULL,
        sent_digest BLOB NOT NULL,
        trust TEXT NOT NULL,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX document_of_prescription ON document (prescription_set, sequence);
    CREATE TABLE chain (
        set_id TEXT PRIMARY KEY,
        revision INTEGER NOT NULL,
        identity_code TEXT,
        value TEXT NOT NULL
    ) STRICT;
    CREATE INDEX chain_of_person ON chain (identity_code);
    CREATE TABLE log (
        sequence INTEGER PRIMARY KEY,
        at_us INTEGER NOT NULL,
        event TEXT NOT NULL,
        content BLOB NOT NULL,
        previous BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT;
    CREATE TABLE log_beside (
        sequence INTEGER PRIMARY KEY REFERENCES log (sequence),
        salt BLOB NOT NULL,
        payload TEXT NOT NULL
    ) STRICT;
    CREATE TABLE log_head (one INTEGER PRIMARY KEY CHECK (one = 1), sequence INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
    CREATE TRIGGER document_stays BEFORE DELETE ON document BEGIN SELECT RAISE(ABORT, 'append only'); END;
    CREATE TRIGGER document_same BEFORE UPDATE ON document BEGIN SELECT RAISE(ABORT, 'append only'); END;
    CREATE TRIGGER log_stays BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'append only'); END;
    CREATE TRIGGER log_same BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'append only'); END;
",
    // Bytes of a document that is kept compressed; absent where it lies as it is, as those of schema 1 do.
    "ALTER TABLE document ADD COLUMN size INTEGER;",
    // What organisations have to do with prescriptions, and whose use an entry of the log tells of (gone with its payload).
    "CREATE TABLE chain_part (
        organisation TEXT NOT NULL,
        set_id TEXT NOT NULL,
        part TEXT NOT NULL,
        prescribed TEXT NOT NULL,
        dispensed TEXT,
        PRIMARY KEY (organisation, set_id, part)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX chain_part_of_set ON chain_part (set_id);
     CREATE INDEX log_of_organisation ON log_beside (json_extract(payload, '$.organisation'), sequence);",
    // What a late document conflicted with when it came, codes with a space between; absent where with nothing.
    "ALTER TABLE document ADD COLUMN conflicts TEXT;",
    // Conflicts that a supervisor has settled, and prescriptions whose lawful time has ended: only of these may documents
    // be removed, and their identifiers stay.
    "CREATE TABLE settled (document TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
     CREATE TABLE erased (prescription_set TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
     DROP TRIGGER document_stays;
     CREATE TRIGGER document_stays BEFORE DELETE ON document
     WHEN NOT EXISTS (SELECT 1 FROM erased WHERE prescription_set = OLD.prescription_set)
     BEGIN SELECT RAISE(ABORT, 'append only'); END;
     CREATE TRIGGER erased_stays BEFORE DELETE ON erased BEGIN SELECT RAISE(ABORT, 'append only'); END;
     CREATE TRIGGER settled_stays BEFORE DELETE ON settled BEGIN SELECT RAISE(ABORT, 'append only'); END;",
];

/// The schema whose chains are those of today: an older file's are computed from its documents when it is opened.
const CHAINS_SINCE: i64 = 4;

pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { found, known: SCHEMA });
    }
    for step in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(step).map_err(failed)?;
    }
    if (1..CHAINS_SINCE).contains(&found) {
        compute_chains(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// Computes every chain from its documents again (promise 5).
fn compute_chains(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    let mut select = transaction.prepare("SELECT set_id FROM chain").map_err(failed)?;
    let sets = select.query_map([], |row| row.get::<_, String>(0)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    drop(select);
    for set in sets.map_err(failed)? {
        let documents = documents_of(transaction, &set)?;
        let chain = Chain::of(&documents).ok_or(StoreError::Damaged { what: "chain" })?;
        let value = serde_json::to_string(&chain).map_err(|_| StoreError::Damaged { what: "chain" })?;
        upsert_chain(transaction, &chain, &value)?;
    }
    Ok(())
}
