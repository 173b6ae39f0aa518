-- What the counter asks at every step is answered from indexes and totals, so that a hundred thousand waiting documents cost
-- no more than none: a document's columns behind its bytes are read only for documents that are shown or sent.
DROP INDEX outbox_by_prescription;
CREATE INDEX outbox_by_prescription ON outbox (prescription_set_id, sequence, state, kind_code);
-- The oldest of a state, releases aside.
DROP INDEX outbox_by_state;
CREATE INDEX outbox_by_state ON outbox (state, saved_at, kind_code);
-- In the order of their saving, state by state.
CREATE INDEX outbox_in_order ON outbox (state, sequence);
-- When what waits is due; a document leaves it when it no longer waits.
CREATE INDEX outbox_by_try ON outbox (next_try_at, sequence, state, saved_at, prescription_set_id) WHERE state = 'waiting';

-- How many documents are in each state, releases aside, and how many of those that wait are held by an earlier open one of
-- the same prescription ('held'). Kept by the triggers below, in the transaction that changes a document.
CREATE TABLE outbox_total (
    what TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_total (what, number)
    SELECT state, count(*) FROM outbox WHERE kind_code != '18' GROUP BY state;
INSERT INTO outbox_total (what, number)
    SELECT 'held', count(*) FROM outbox o WHERE o.state = 'waiting' AND o.kind_code != '18' AND EXISTS (
        SELECT 1 FROM outbox e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
            AND e.state IN ('waiting', 'sending', 'refused'));

-- A new document is the last of its prescription: it holds nobody, and may be held.
CREATE TRIGGER outbox_saved AFTER INSERT ON outbox WHEN NEW.kind_code != '18' BEGIN
    INSERT INTO outbox_total (what, number) VALUES (NEW.state, 1) ON CONFLICT (what) DO UPDATE SET number = number + 1;
    UPDATE outbox_total SET number = number + 1 WHERE what = 'held' AND NEW.state = 'waiting' AND EXISTS (
        SELECT 1 FROM outbox e WHERE e.prescription_set_id = NEW.prescription_set_id AND e.sequence < NEW.sequence
            AND e.state IN ('waiting', 'sending', 'refused'));
END;
-- A step may hold or free the later ones of the same prescription: those that are held are counted before and after.
CREATE TRIGGER outbox_steps BEFORE UPDATE OF state ON outbox WHEN OLD.state != NEW.state BEGIN
    UPDATE outbox_total SET number = number - (
        SELECT count(*) FROM outbox o WHERE o.prescription_set_id = OLD.prescription_set_id AND o.state = 'waiting'
            AND o.kind_code != '18' AND EXISTS (
                SELECT 1 FROM outbox e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
                    AND e.state IN ('waiting', 'sending', 'refused'))) WHERE what = 'held';
END;
CREATE TRIGGER outbox_stepped AFTER UPDATE OF state ON outbox WHEN OLD.state != NEW.state BEGIN
    UPDATE outbox_total SET number = number - 1 WHERE what = OLD.state AND OLD.kind_code != '18';
    INSERT INTO outbox_total (what, number) SELECT NEW.state, 1 WHERE NEW.kind_code != '18'
        ON CONFLICT (what) DO UPDATE SET number = number + 1;
    UPDATE outbox_total SET number = number + (
        SELECT count(*) FROM outbox o WHERE o.prescription_set_id = NEW.prescription_set_id AND o.state = 'waiting'
            AND o.kind_code != '18' AND EXISTS (
                SELECT 1 FROM outbox e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
                    AND e.state IN ('waiting', 'sending', 'refused'))) WHERE what = 'held';
END;
