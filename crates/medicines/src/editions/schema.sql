-- Editions of the Pharmaceutical Database and of Fimea's registers, side by side. Public data: the file is not encrypted.
-- Money and amounts are decimal text; days are 2026-11-15; a flag is 1, 0, or nothing where the source says nothing.
CREATE TABLE edition (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL UNIQUE,
  in_force TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  packages INTEGER NOT NULL
) STRICT;

-- What an edition was made of.
CREATE TABLE edition_file (
  edition INTEGER NOT NULL,
  file TEXT NOT NULL,
  entries INTEGER NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (edition, file)
) STRICT, WITHOUT ROWID;

-- Kela's packages.
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
CREATE UNIQUE INDEX package_vnr ON package (edition, vnr);
CREATE INDEX package_atc ON package (edition, atc);
CREATE INDEX package_group ON package (edition, "group");

-- Fimea's basic register.
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
CREATE INDEX register_vnr ON register (edition, vnr);
CREATE INDEX register_previous ON register (edition, previous_vnr) WHERE previous_vnr IS NOT NULL;

CREATE TABLE substance (
  edition INTEGER NOT NULL,
  package INTEGER NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (edition, package, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE atc (
  edition INTEGER NOT NULL,
  code TEXT NOT NULL,
  number INTEGER NOT NULL,
  fi TEXT NOT NULL,
  sv TEXT NOT NULL,
  ddd TEXT,
  unit TEXT,
  PRIMARY KEY (edition, code, number)
) STRICT, WITHOUT ROWID;

-- Forms and containers in three languages.
CREATE TABLE word (
  edition INTEGER NOT NULL,
  file TEXT NOT NULL,
  number INTEGER NOT NULL,
  fi TEXT NOT NULL,
  sv TEXT NOT NULL,
  en TEXT NOT NULL,
  PRIMARY KEY (edition, file, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE condition (
  edition INTEGER NOT NULL,
  code TEXT NOT NULL,
  fi TEXT NOT NULL,
  sv TEXT NOT NULL,
  PRIMARY KEY (edition, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE substitutable (
  edition INTEGER NOT NULL,
  "group" TEXT NOT NULL,
  vnr TEXT NOT NULL,
  sold INTEGER NOT NULL,
  documentation TEXT,
  parallel INTEGER NOT NULL,
  PRIMARY KEY (edition, "group", vnr)
) STRICT, WITHOUT ROWID;
CREATE INDEX substitutable_vnr ON substitutable (edition, vnr);

CREATE TABLE shortage (
  edition INTEGER NOT NULL,
  vnr TEXT NOT NULL,
  valid INTEGER NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT,
  company TEXT NOT NULL
) STRICT;
CREATE INDEX shortage_vnr ON shortage (edition, vnr);

-- Rows of the high-risk classification as JSON, and the ATC codes that they hold for.
CREATE TABLE risk (
  edition INTEGER NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (edition, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE risk_atc (
  edition INTEGER NOT NULL,
  atc TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (edition, atc, id)
) STRICT, WITHOUT ROWID;
