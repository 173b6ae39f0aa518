-- Until version 1 every package had a price. SQLite changes no column, so the table is made anew; nothing of it is lost.
ALTER TABLE package RENAME TO package_1;
DROP INDEX package_vnr;
DROP INDEX package_atc;
DROP INDEX package_group;
CREATE TABLE package (
  edition INTEGER NOT NULL,
  vnr TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  atc TEXT,
  atc_name TEXT,
  strength TEXT,
  form TEXT,
  route TEXT,
  size_text TEXT NOT NULL,
  factor TEXT,
  size TEXT,
  unit TEXT,
  container TEXT,
  device TEXT,
  holder TEXT,
  marketer TEXT,
  status TEXT,
  control TEXT,
  driving INTEGER,
  condition TEXT,
  monitored INTEGER,
  blood INTEGER,
  biological INTEGER,
  "group" TEXT,
  substitution_code TEXT,
  substitutable INTEGER,
  reference_price TEXT,
  corridor_top TEXT,
  wholesale TEXT,
  untaxed TEXT,
  price TEXT,
  reimbursement TEXT NOT NULL,
  change TEXT,
  leaving INTEGER
) STRICT;
INSERT INTO package SELECT * FROM package_1;
DROP TABLE package_1;
CREATE UNIQUE INDEX package_vnr ON package (edition, vnr);
CREATE INDEX package_atc ON package (edition, atc);
CREATE INDEX package_group ON package (edition, "group");
