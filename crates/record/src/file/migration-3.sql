-- What was handed over in an outage without a fetched prescription: what it was based on, by whom and when, and what
-- became of it. The row holds what the person read and typed; the event that comes with it holds its digest.
CREATE TABLE outage_entry (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence),
    entry_id TEXT NOT NULL UNIQUE,
    actor TEXT,
    handed_over_at INTEGER NOT NULL,
    content TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'written', 'settled')),
    document_id TEXT,
    CHECK ((state = 'written') = (document_id IS NOT NULL))
) STRICT;
CREATE INDEX outage_entry_by_state ON outage_entry (state, sequence);
