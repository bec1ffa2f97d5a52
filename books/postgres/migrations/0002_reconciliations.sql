-- Reconciliations, and their reports in each format, packed with zstd.

CREATE TABLE reconciliations (
	number bigint PRIMARY KEY,
	at     bigint NOT NULL,
	hash   bytea NOT NULL,
	body   text NOT NULL
);

CREATE TABLE reports (
	reconciliation bigint NOT NULL REFERENCES reconciliations (number),
	format         text COLLATE "C" NOT NULL,
	content        bytea NOT NULL,
	PRIMARY KEY (reconciliation, format)
);
