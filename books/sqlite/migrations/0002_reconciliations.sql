-- Reconciliations, and their reports in each format, packed with zstd.

CREATE TABLE reconciliations (
	number INTEGER PRIMARY KEY,
	at     INTEGER NOT NULL,
	hash   BLOB NOT NULL,
	body   TEXT NOT NULL
) STRICT;

CREATE TABLE reports (
	reconciliation INTEGER NOT NULL REFERENCES reconciliations (number),
	format         TEXT NOT NULL,
	content        BLOB NOT NULL,
	PRIMARY KEY (reconciliation, format)
) STRICT;
