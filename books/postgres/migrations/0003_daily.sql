-- What a run reads of an account that is due, in one place.

-- A program that knows of no bundles would leave them out of date: it finds no column next_day, and writes nothing.
ALTER TABLE accounts RENAME COLUMN next_day TO due;
ALTER TABLE accounts ADD COLUMN passed bigint; -- what waits for a boundary, and counts from before this instant, makes the account due
UPDATE accounts SET due = '0001-01-01'; -- the next run looks at each, for passed to say what it ought to

CREATE TABLE bundles (
	account bigint PRIMARY KEY REFERENCES accounts (number),
	events  bigint NOT NULL, -- the seq of the last event that the run knew which made it
	hash    bytea NOT NULL,
	body    bytea NOT NULL
);
