-- What is open, in memory: made from the outbox when the file is opened, and kept by the triggers below within the
-- transaction that changes a document, so that it is undone with it. The file holds nothing of it: what the counter asks at
-- every step is answered from here, and a dispensation writes no page for it.
CREATE TEMP TABLE open_document (
    sequence INTEGER PRIMARY KEY,
    document_id TEXT NOT NULL,
    prescription_set_id TEXT NOT NULL,
    kind_code TEXT NOT NULL,
    state TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    next_try_at INTEGER,
    lease_until INTEGER
);
INSERT INTO open_document
    SELECT sequence, document_id, prescription_set_id, kind_code, state, saved_at, next_try_at, lease_until
    FROM outbox WHERE state IN ('waiting', 'sending', 'refused', 'conflicting');
CREATE INDEX temp.open_of_prescription ON open_document (prescription_set_id, sequence, state, kind_code);
CREATE INDEX temp.open_in_order ON open_document (state, sequence);
-- The oldest of a state, releases aside.
CREATE INDEX temp.open_by_time ON open_document (state, saved_at, kind_code);
-- When what waits is due; a document leaves it when it no longer waits.
CREATE INDEX temp.open_by_try ON open_document (next_try_at, sequence, prescription_set_id, saved_at) WHERE state = 'waiting';

-- How many documents are in each state, releases aside, and how many of those that wait are held by an earlier open one of
-- the same prescription ('held').
CREATE TEMP TABLE total (what TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO total (what, number) SELECT state, count(*) FROM outbox WHERE kind_code != '18' GROUP BY state;
INSERT INTO total (what, number)
    SELECT 'held', count(*) FROM open_document o WHERE o.state = 'waiting' AND o.kind_code != '18' AND EXISTS (
        SELECT 1 FROM open_document e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
            AND e.state IN ('waiting', 'sending', 'refused'));

-- A new document is the last of its prescription: it holds nobody, and may be held.
CREATE TEMP TRIGGER document_saved AFTER INSERT ON main.outbox BEGIN
    INSERT INTO open_document SELECT NEW.sequence, NEW.document_id, NEW.prescription_set_id, NEW.kind_code, NEW.state,
        NEW.saved_at, NEW.next_try_at, NEW.lease_until
        WHERE NEW.state IN ('waiting', 'sending', 'refused', 'conflicting');
    INSERT INTO total (what, number) SELECT NEW.state, 1 WHERE NEW.kind_code != '18'
        ON CONFLICT (what) DO UPDATE SET number = number + 1;
    UPDATE total SET number = number + 1 WHERE what = 'held' AND NEW.state = 'waiting' AND NEW.kind_code != '18' AND EXISTS (
        SELECT 1 FROM open_document e WHERE e.prescription_set_id = NEW.prescription_set_id AND e.sequence < NEW.sequence
            AND e.state IN ('waiting', 'sending', 'refused'));
END;
-- A step may hold or free the later ones of the same prescription: those that are held are counted before and after.
CREATE TEMP TRIGGER document_steps BEFORE UPDATE OF state ON main.outbox WHEN OLD.state != NEW.state BEGIN
    UPDATE total SET number = number - (
        SELECT count(*) FROM open_document o WHERE o.prescription_set_id = OLD.prescription_set_id AND o.state = 'waiting'
            AND o.kind_code != '18' AND EXISTS (
                SELECT 1 FROM open_document e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
                    AND e.state IN ('waiting', 'sending', 'refused'))) WHERE what = 'held';
END;
CREATE TEMP TRIGGER document_stepped AFTER UPDATE OF state ON main.outbox WHEN OLD.state != NEW.state BEGIN
    DELETE FROM open_document WHERE sequence = OLD.sequence;
    INSERT INTO open_document SELECT NEW.sequence, NEW.document_id, NEW.prescription_set_id, NEW.kind_code, NEW.state,
        NEW.saved_at, NEW.next_try_at, NEW.lease_until
        WHERE NEW.state IN ('waiting', 'sending', 'refused', 'conflicting');
    UPDATE total SET number = number - 1 WHERE what = OLD.state AND OLD.kind_code != '18';
    INSERT INTO total (what, number) SELECT NEW.state, 1 WHERE NEW.kind_code != '18'
        ON CONFLICT (what) DO UPDATE SET number = number + 1;
    UPDATE total SET number = number + (
        SELECT count(*) FROM open_document o WHERE o.prescription_set_id = NEW.prescription_set_id AND o.state = 'waiting'
            AND o.kind_code != '18' AND EXISTS (
                SELECT 1 FROM open_document e WHERE e.prescription_set_id = o.prescription_set_id AND e.sequence < o.sequence
                    AND e.state IN ('waiting', 'sending', 'refused'))) WHERE what = 'held';
END;
CREATE TEMP TRIGGER document_timed AFTER UPDATE OF next_try_at, lease_until ON main.outbox BEGIN
    UPDATE open_document SET next_try_at = NEW.next_try_at, lease_until = NEW.lease_until WHERE sequence = NEW.sequence;
END;
