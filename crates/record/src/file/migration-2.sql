-- Documents that the Centre has although something happened meanwhile ("conflicting"). SQLite cannot change a check, so
-- the table is made anew with the same rows.
CREATE TABLE outbox_2 (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence),
    document_id TEXT NOT NULL UNIQUE,
    set_id TEXT NOT NULL,
    prescription_set_id TEXT NOT NULL,
    kind_code TEXT NOT NULL,
    bytes BLOB,
    summary TEXT,
    actor TEXT,
    saved_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'accepted', 'conflicting', 'refused', 'settled')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    lease_until INTEGER,
    last_code TEXT,
    last_sentence TEXT,
    answer BLOB,
    answered_at INTEGER,
    CHECK ((state = 'sending') = (lease_until IS NOT NULL))
) STRICT;
INSERT INTO outbox_2 SELECT sequence, document_id, set_id, prescription_set_id, kind_code, bytes, summary, actor, saved_at,
    state, attempts, next_try_at, lease_until, last_code, last_sentence, answer, answered_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_2 RENAME TO outbox;
CREATE INDEX outbox_by_state ON outbox (state, saved_at);
CREATE INDEX outbox_by_prescription ON outbox (prescription_set_id, sequence);

-- Prescriptions that are in hand, with what is needed to give each back. A row lives as long as a visit; what is left of a
-- program that died is given back when it starts again.
CREATE TABLE in_hand (
    prescription_set_id TEXT PRIMARY KEY,
    taken_at INTEGER NOT NULL,
    content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
