-- What is still to be sent, by the order in which it goes: a sender finds the next one without reading past all that has
-- gone, and counting reads no documents.
CREATE INDEX outbox_to_send ON outbox (sequence) WHERE state IN ('waiting', 'sending');
DROP INDEX IF EXISTS outbox_by_state;
CREATE INDEX outbox_by_state ON outbox (state, saved_at, kind_code);
