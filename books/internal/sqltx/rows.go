package sqltx

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
)

// of says which row of a table an error is of.
func of(what string, number int64, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %d of the store: %w", what, number, err)
}

func (t *Tx) selectAccounts() string {
	due, passed := "due", "passed"
	if t.schema < bundled {
		due, passed = "next_day", "NULL"
	}
	return "SELECT number, name, " + due + ", counts, " + passed + " FROM accounts"
}

func readAccount(r row) (a store.Account, err error) {
	var next sql.NullString
	var counts, passed sql.NullInt64
	if err = r.Scan(&a.Number, &a.Name, &next, &counts, &passed); err == nil {
		a.Counts, a.Passed = readInstant(counts), readInstant(passed)
		a.Next, err = readDay(next)
	}
	return a, of("account", a.Number, err)
}

// Accounts is that of a [store.Tx].
func (t *Tx) Accounts(names []string) ([]store.Account, error) {
	return listed(t, readAccount, t.selectAccounts()+" WHERE name", names)
}

// AccountsFrom is that of a [store.Tx].
func (t *Tx) AccountsFrom(name string, f func(store.Account) (bool, error)) error {
	err := t.each(func(r row) error {
		a, err := readAccount(r)
		if err != nil {
			return err
		}
		more, err := f(a)
		if err == nil && !more {
			err = errStop
		}
		return err
	}, t.selectAccounts()+" WHERE name >= $1 ORDER BY name", name)
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// Due is that of a [store.Tx]. Of a store that is older than bundles they are all accounts, as they are once it is brought to the present version.
func (t *Tx) Due(through cycle.Date) ([]store.Account, error) {
	due, args := " WHERE due <= $1", []any{through.String()}
	if t.schema < bundled {
		due, args = "", nil
	}
	list, err := gather(t, readAccount, t.selectAccounts()+due, args...)
	slices.SortFunc(list, func(a, b store.Account) int { return strings.Compare(a.Name, b.Name) }) // sooner than a database does
	return list, err
}

// Numbered is that of a [store.Tx].
func (t *Tx) Numbered(numbers []int64) ([]store.Account, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	return gather(t, readAccount, t.selectAccounts()+" WHERE number IN "+numbersIn(numbers))
}

// LastAccount is that of a [store.Tx].
func (t *Tx) LastAccount(from, to int64) (int64, error) {
	return t.number("SELECT coalesce(max(number), 0) FROM accounts WHERE number BETWEEN $1 AND $2", from, to)
}

// PutAccounts is that of a [store.Tx].
func (t *Tx) PutAccounts(accounts []store.Account) error {
	return t.insert(Rows{Table: "accounts", Columns: []string{"number", "name", "due", "counts", "passed"}, N: len(accounts), Row: func(i int) []any {
		a := &accounts[i]
		return []any{a.Number, a.Name, day(a.Next), instant(a.Counts), instant(a.Passed)}
	}, Suffix: " ON CONFLICT (number) DO UPDATE SET due = excluded.due, counts = excluded.counts, passed = excluded.passed"})
}

const selectEvents = "SELECT seq, id, account, usage, recorded, known, body FROM events"

func readEvent(r row) (e store.Event, err error) {
	var recorded, known sql.NullInt64
	usage := 0
	err = r.Scan(&e.Seq, &e.ID, &e.Account, &usage, &recorded, &known, &e.Body)
	e.Usage = usage == 1
	e.Recorded, e.Known = readInstant(recorded), readInstant(known)
	return e, of("event", e.Seq, err)
}

// AddEvents is that of a [store.Tx].
func (t *Tx) AddEvents(events []store.Event) (there []store.Event, err error) {
	ids := make([]string, len(events))
	for i := range events {
		ids[i] = events[i].ID
	}
	if there, err = t.IDs(ids); err != nil || len(there) > 0 {
		return there, err
	}
	return nil, t.insert(Rows{Table: "events", Columns: []string{"seq", "id", "account", "usage", "recorded", "known", "body"}, N: len(events), Row: func(i int) []any {
		e := &events[i]
		usage := 0
		if e.Usage {
			usage = 1
		}
		return []any{e.Seq, e.ID, e.Account, usage, instant(e.Recorded), instant(e.Known), string(e.Body)}
	}})
}

// IDs is that of a [store.Tx].
func (t *Tx) IDs(ids []string) ([]store.Event, error) {
	return listed(t, readEvent, selectEvents+" WHERE id", ids)
}

// LastEvent is that of a [store.Tx].
func (t *Tx) LastEvent() (int64, error) { return t.number("SELECT coalesce(max(seq), 0) FROM events") }

// Events is that of a [store.Tx].
func (t *Tx) Events(after int64, f func(store.Event) error) error {
	return t.each(eventsTo(f), selectEvents+" WHERE seq > $1 ORDER BY seq", after)
}

// EventsOf is that of a [store.Tx].
func (t *Tx) EventsOf(accounts []int64, through int64, f func(store.Event) error) error {
	if len(accounts) == 0 {
		return nil
	}
	return t.each(eventsTo(f), selectEvents+" WHERE account IN "+numbersIn(accounts)+" AND seq <= $1 ORDER BY account, seq", through)
}

// BodiesOf is that of a [store.Tx].
func (t *Tx) BodiesOf(accounts []int64, after, through int64, f func(store.Event) error) error {
	if len(accounts) == 0 {
		return nil
	}
	var e store.Event
	var known sql.NullInt64
	to := []any{&e.Seq, &e.Account, &known, &e.Body}
	return t.each(func(r row) error {
		e.Body = nil // that of the one before is its receiver's
		if err := r.Scan(to...); err != nil {
			return of("event", e.Seq, err)
		}
		e.Known = readInstant(known)
		return f(e)
	}, "SELECT seq, account, known, body FROM events WHERE account IN "+numbersIn(accounts)+" AND seq > $1 AND seq <= $2 ORDER BY account, seq", after, through)
}

// ChangesOf is that of a [store.Tx].
func (t *Tx) ChangesOf(accounts []int64, f func(store.Event) error) error {
	if len(accounts) == 0 {
		return nil
	}
	return t.each(eventsTo(f), selectEvents+" WHERE account IN "+numbersIn(accounts)+" AND usage = 0 ORDER BY account, seq")
}

func eventsTo(f func(store.Event) error) func(row) error {
	return func(r row) error {
		e, err := readEvent(r)
		if err != nil {
			return err
		}
		return f(e)
	}
}

// Terms is that of a [store.Tx].
func (t *Tx) Terms() ([]store.Terms, error) {
	return gather(t, func(r row) (terms store.Terms, err error) {
		var added sql.NullInt64
		err = r.Scan(&terms.Number, &added, &terms.Body)
		terms.Added = readInstant(added)
		return terms, err
	}, "SELECT number, added, body FROM terms ORDER BY number")
}

// AddTerms is that of a [store.Tx].
func (t *Tx) AddTerms(terms store.Terms) error {
	_, err := t.Conn.ExecContext(t.ctx, "INSERT INTO terms (number, added, body) VALUES ($1, $2, $3)", terms.Number, instant(terms.Added), string(terms.Body))
	return err
}

const selectRuns = "SELECT number, through, at, events, terms, latest, invoices, total, before, seal FROM runs"

func readRun(r row) (run store.Run, err error) {
	var through, latest sql.NullString
	var at sql.NullInt64
	if err = r.Scan(&run.Number, &through, &at, &run.Events, &run.Terms, &latest, &run.Invoices, &run.Total, &run.Before, &run.Seal); err == nil {
		run.At = readInstant(at)
		run.Through, err = readDay(through)
	}
	if err == nil {
		run.Latest, err = readDay(latest)
	}
	return run, of("run", run.Number, err)
}

// Runs is that of a [store.Tx].
func (t *Tx) Runs() ([]store.Run, error) { return gather(t, readRun, selectRuns+" ORDER BY number") }

// LastRun is that of a [store.Tx].
func (t *Tx) LastRun() (store.Run, error) {
	return one(t, readRun, selectRuns+" ORDER BY number DESC LIMIT 1")
}

// AddRun is that of a [store.Tx].
func (t *Tx) AddRun(r store.Run) error {
	_, err := t.Conn.ExecContext(t.ctx, "INSERT INTO runs (number, through, at, events, terms, latest, invoices, total, before, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		r.Number, r.Through.String(), instant(r.At), r.Events, r.Terms, day(r.Latest), r.Invoices, r.Total, r.Before, r.Seal)
	return err
}

const selectInvoices = "SELECT seq, run, account, number, day, hash, body FROM invoices"

func readInvoice(r row) (inv store.Invoice, err error) {
	var date sql.NullString
	if err = r.Scan(&inv.Seq, &inv.Run, &inv.Account, &inv.Number, &date, &inv.Hash, &inv.Body); err == nil {
		inv.Date, err = readDay(date)
	}
	return inv, of("invoice", inv.Seq, err)
}

func invoicesTo(f func(store.Invoice) error) func(row) error {
	return func(r row) error {
		inv, err := readInvoice(r)
		if err != nil {
			return err
		}
		return f(inv)
	}
}

// Invoices is that of a [store.Tx].
func (t *Tx) Invoices(after int64, f func(store.Invoice) error) error {
	return t.each(invoicesTo(f), selectInvoices+" WHERE seq > $1 ORDER BY seq", after)
}

// InvoicesOf is that of a [store.Tx].
func (t *Tx) InvoicesOf(accounts []int64, f func(store.Invoice) error) error {
	if len(accounts) == 0 {
		return nil
	}
	return t.each(invoicesTo(f), selectInvoices+" WHERE account IN "+numbersIn(accounts)+" ORDER BY account, day")
}

// Numbers is that of a [store.Tx].
func (t *Tx) Numbers(numbers []string) ([]store.Invoice, error) {
	return listed(t, readInvoice, selectInvoices+" WHERE number", numbers)
}

// AddInvoices is that of a [store.Tx].
func (t *Tx) AddInvoices(invoices []store.Invoice) error {
	return t.insert(Rows{Table: "invoices", Columns: []string{"seq", "run", "account", "number", "day", "hash", "body"}, N: len(invoices), Row: func(i int) []any {
		inv := &invoices[i]
		return []any{inv.Seq, inv.Run, inv.Account, inv.Number, inv.Date.String(), inv.Hash, string(inv.Body)}
	}})
}

// LastInvoice is that of a [store.Tx].
func (t *Tx) LastInvoice() (int64, error) {
	return t.number("SELECT coalesce(max(seq), 0) FROM invoices")
}

// Bundles is that of a [store.Tx].
func (t *Tx) Bundles(accounts []int64, f func(store.Bundle) error) error {
	if len(accounts) == 0 || t.schema < bundled {
		return nil
	}
	return t.each(func(r row) (err error) {
		var b store.Bundle
		var hash, body sql.RawBytes
		if err := r.Scan(&b.Account, &b.Events, &hash, &body); err != nil {
			return of("bundle", b.Account, err)
		}
		b.Hash, b.Body = hash, body
		return f(b)
	}, "SELECT account, events, hash, body FROM bundles WHERE account IN "+numbersIn(accounts))
}

// PutBundles is that of a [store.Tx].
func (t *Tx) PutBundles(bundles []store.Bundle) error {
	return t.insert(Rows{Table: "bundles", Columns: []string{"account", "events", "hash", "body"}, N: len(bundles), Row: func(i int) []any {
		b := &bundles[i]
		return []any{b.Account, b.Events, b.Hash, b.Body}
	}, Suffix: " ON CONFLICT (account) DO UPDATE SET events = excluded.events, hash = excluded.hash, body = excluded.body"})
}
