-- Until version 2 a package of the register said its status, its permit and whether it is sold. Fimea's XML does not always.
ALTER TABLE register RENAME TO register_2;
DROP INDEX register_vnr;
DROP INDEX register_previous;
CREATE TABLE register (
  edition INTEGER NOT NULL,
  number INTEGER NOT NULL,
  vnr TEXT,
  previous_vnr TEXT,
  name TEXT NOT NULL,
  size_text TEXT NOT NULL,
  size TEXT,
  status TEXT,
  form INTEGER,
  container INTEGER,
  human INTEGER NOT NULL,
  atc TEXT,
  narcotic TEXT,
  psychotropic TEXT,
  driving INTEGER,
  condition TEXT,
  "group" TEXT,
  sold INTEGER,
  permit INTEGER,
  PRIMARY KEY (edition, number)
) STRICT, WITHOUT ROWID;
INSERT INTO register SELECT * FROM register_2;
DROP TABLE register_2;
CREATE INDEX register_vnr ON register (edition, vnr);
CREATE INDEX register_previous ON register (edition, previous_vnr) WHERE previous_vnr IS NOT NULL;
