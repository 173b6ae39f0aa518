-- The events with which a document is saved, its signing and its waiting, stand at the place of its row in the outbox or shortly
-- before it: they need no index to be found, so a dispensation that is saved writes no page of one. What happens to a document
-- later is found by this.
DROP INDEX event_by_document;
CREATE INDEX event_after_saving ON event (document_id)
    WHERE document_id IS NOT NULL AND kind != 'outbox.waiting' AND substr(kind, -7) != '.signed';
