-- Who this record is. The epoch is raised by every restore of a backup, so that no identifier is made twice.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    workstation INTEGER NOT NULL,
    epoch INTEGER NOT NULL CHECK (epoch >= 1),
    created_at INTEGER NOT NULL
) STRICT;

-- The last document number given out in each year.
CREATE TABLE number (
    year INTEGER PRIMARY KEY,
    last INTEGER NOT NULL CHECK (last >= 1)
) STRICT;

-- The journal. Rows are never removed; erasing takes payload, salt, actor and document away together.
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT,
    document_id TEXT,
    salt BLOB,
    payload TEXT,
    content BLOB NOT NULL CHECK (length(content) = 32),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX event_by_time ON event (at);
CREATE INDEX event_by_kind ON event (kind, at);
CREATE INDEX event_by_document ON event (document_id) WHERE document_id IS NOT NULL;

-- Where the journal ends: so that one that was cut short is found.
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO head (id, sequence, hash) VALUES (1, 0, zeroblob(32));

-- The outbox: where each document stands. Every change is also an event, and the verifier compares the two.
CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence),
    document_id TEXT NOT NULL UNIQUE,
    set_id TEXT NOT NULL,
    prescription_set_id TEXT NOT NULL,
    kind_code TEXT NOT NULL,
    bytes BLOB,
    summary TEXT,
    actor TEXT,
    saved_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'accepted', 'refused', 'settled')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try_at INTEGER,
    lease_until INTEGER,
    last_code TEXT,
    last_sentence TEXT,
    answer BLOB,
    answered_at INTEGER,
    CHECK ((state = 'sending') = (lease_until IS NOT NULL))
) STRICT;
CREATE INDEX outbox_by_state ON outbox (state, saved_at);
CREATE INDEX outbox_by_prescription ON outbox (prescription_set_id, sequence);
