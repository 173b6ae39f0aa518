-- A document's bytes and the Centre's answer lie apart from where the document stands: a step rewrites a small row, and a list
-- reads small rows. They are compressed; the size is that of the bytes as they are, and where there is none they lie as they
-- are.
CREATE TABLE document (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence),
    size INTEGER,
    bytes BLOB NOT NULL
) STRICT;
INSERT INTO document (sequence, bytes) SELECT sequence, bytes FROM outbox WHERE bytes IS NOT NULL;
CREATE TABLE answer (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence),
    size INTEGER,
    bytes BLOB NOT NULL
) STRICT;
INSERT INTO answer (sequence, bytes) SELECT sequence, answer FROM outbox WHERE answer IS NOT NULL;

CREATE TABLE outbox_5 (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence),
    document_id TEXT NOT NULL UNIQUE,
    set_id TEXT NOT NULL,
    prescription_set_id TEXT NOT NULL,
    kind_code TEXT NOT NULL,
    summary TEXT,
    actor TEXT,
    saved_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'accepted', 'conflicting', 'refused', 'settled')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    lease_until INTEGER,
    last_code TEXT,
    last_sentence TEXT,
    answered_at INTEGER,
    CHECK ((state = 'sending') = (lease_until IS NOT NULL))
) STRICT;
INSERT INTO outbox_5 SELECT sequence, document_id, set_id, prescription_set_id, kind_code, summary, actor, saved_at, state,
    attempts, next_try_at, lease_until, last_code, last_sentence, answered_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_5 RENAME TO outbox;
CREATE INDEX outbox_by_prescription ON outbox (prescription_set_id);
-- Where each day begins (days since 1970 in UTC): a day of years ago is found without an index of all documents.
CREATE TABLE outbox_day (
    day INTEGER PRIMARY KEY,
    first INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_day (day, first) SELECT saved_at / 86400000000, min(sequence) FROM outbox GROUP BY 1;

-- What can be computed from the rows again is kept in memory (standing.sql), and what no question uses is not kept at all:
-- every index is a page more that each dispensation writes, seals and flushes.
DROP TABLE outbox_total;
DROP INDEX event_by_time;
DROP INDEX event_by_kind;
