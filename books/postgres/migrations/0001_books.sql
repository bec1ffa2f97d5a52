-- The books. Instants are nanoseconds since 1970 in UTC, days are YYYY-MM-DD. docs/books.md says what each table is for.

CREATE TABLE settings (
	name  text PRIMARY KEY,
	value text NOT NULL
);

CREATE TABLE accounts (
	number   bigint PRIMARY KEY,
	name     text COLLATE "C" NOT NULL UNIQUE,
	next_day text COLLATE "C", -- the first day on which something may be billed
	counts   bigint -- the instant from which what is recorded next counts at the earliest
);
CREATE INDEX accounts_next_day ON accounts (next_day) WHERE next_day IS NOT NULL;

CREATE TABLE events (
	seq      bigint PRIMARY KEY,
	id       text COLLATE "C" NOT NULL UNIQUE,
	account  bigint NOT NULL REFERENCES accounts (number),
	usage    smallint NOT NULL, -- 1 of usage.recorded, which most are, 0 of others
	recorded bigint NOT NULL,
	known    bigint, -- where it counts as known later than it says
	body     text NOT NULL
);
CREATE INDEX events_account ON events (account, seq);
CREATE INDEX events_changes ON events (account, seq) WHERE usage = 0;

CREATE TABLE terms (
	number bigint PRIMARY KEY,
	added  bigint NOT NULL,
	body   text NOT NULL
);

CREATE TABLE runs (
	number   bigint PRIMARY KEY,
	through  text NOT NULL,
	at       bigint NOT NULL,
	events   bigint NOT NULL,
	terms    bigint NOT NULL REFERENCES terms (number),
	latest   text,
	invoices bigint NOT NULL,
	total    text NOT NULL,
	before   text NOT NULL,
	seal     text NOT NULL
);

CREATE TABLE invoices (
	seq     bigint PRIMARY KEY,
	run     bigint NOT NULL REFERENCES runs (number) DEFERRABLE INITIALLY DEFERRED,
	account bigint NOT NULL REFERENCES accounts (number),
	number  text COLLATE "C" NOT NULL UNIQUE,
	day     text COLLATE "C" NOT NULL,
	hash    bytea NOT NULL,
	body    text NOT NULL,
	UNIQUE (account, day)
);
CREATE INDEX invoices_run ON invoices (run);
