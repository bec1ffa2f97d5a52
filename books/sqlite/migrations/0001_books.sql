-- The books. Instants are nanoseconds since 1970 in UTC, days are YYYY-MM-DD. docs/books.md says what each table is for.

CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
	number   INTEGER PRIMARY KEY,
	name     TEXT NOT NULL UNIQUE,
	next_day TEXT,    -- the first day on which something may be billed
	counts   INTEGER -- the instant from which what is recorded next counts at the earliest
) STRICT;
CREATE INDEX accounts_next_day ON accounts (next_day) WHERE next_day IS NOT NULL;

CREATE TABLE events (
	seq      INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	account  INTEGER NOT NULL REFERENCES accounts (number),
	usage    INTEGER NOT NULL, -- 1 of usage.recorded, which most are, 0 of others
	recorded INTEGER NOT NULL,
	known    INTEGER, -- where it counts as known later than it says
	body     TEXT NOT NULL
) STRICT;
CREATE INDEX events_account ON events (account, seq);
CREATE INDEX events_changes ON events (account, seq) WHERE usage = 0;

CREATE TABLE terms (
	number INTEGER PRIMARY KEY,
	added  INTEGER NOT NULL,
	body   TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
	number   INTEGER PRIMARY KEY,
	through  TEXT NOT NULL,
	at       INTEGER NOT NULL,
	events   INTEGER NOT NULL,
	terms    INTEGER NOT NULL REFERENCES terms (number),
	latest   TEXT,
	invoices INTEGER NOT NULL,
	total    TEXT NOT NULL,
	before   TEXT NOT NULL,
	seal     TEXT NOT NULL
) STRICT;

CREATE TABLE invoices (
	seq     INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL REFERENCES runs (number) DEFERRABLE INITIALLY DEFERRED,
	account INTEGER NOT NULL REFERENCES accounts (number),
	number  TEXT NOT NULL UNIQUE,
	day     TEXT NOT NULL,
	hash    BLOB NOT NULL,
	body    TEXT NOT NULL,
	UNIQUE (account, day)
) STRICT;
CREATE INDEX invoices_run ON invoices (run);
