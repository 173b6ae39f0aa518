-- Fimea's register as it comes in: packages before the products and substances that they name.
DROP TABLE IF EXISTS temp.coming_package;
DROP TABLE IF EXISTS temp.coming_previous;
DROP TABLE IF EXISTS temp.coming_part;
DROP TABLE IF EXISTS temp.coming_product;
DROP TABLE IF EXISTS temp.coming_substance;
CREATE TEMP TABLE coming_package (
  number INTEGER PRIMARY KEY,
  product TEXT NOT NULL,
  vnr TEXT NOT NULL,
  size_text TEXT NOT NULL,
  sold INTEGER
);
CREATE TEMP TABLE coming_previous (package INTEGER NOT NULL, place INTEGER NOT NULL, vnr TEXT NOT NULL);
CREATE TEMP TABLE coming_part (package INTEGER NOT NULL, place INTEGER NOT NULL, substance TEXT NOT NULL);
CREATE TEMP TABLE coming_product (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  atc TEXT,
  "group" TEXT,
  human INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TEMP TABLE coming_substance (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
