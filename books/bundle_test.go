package books_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/bench/workload"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// frugal is a home that has bundles alone to read of accounts, and events after an event.
type frugal struct {
	store.Store
	after int64
}

func (s frugal) Read(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.Read(ctx, func(tx store.Tx) error { return f(frugalTx{tx, s.after}) })
}

type frugalTx struct {
	store.Tx
	after int64
}

var errTooMuch = errors.New("this is in the bundle")

func (t frugalTx) BodiesOf(accounts []int64, after, through int64, f func(store.Event) error) error {
	if len(accounts) > 0 && after < t.after {
		return errTooMuch
	}
	return t.Tx.BodiesOf(accounts, after, through, f)
}

func (t frugalTx) InvoicesOf(accounts []int64, f func(store.Invoice) error) error {
	if len(accounts) > 0 {
		return errTooMuch
	}
	return t.Tx.InvoicesOf(accounts, f)
}

func (t frugalTx) ChangesOf(accounts []int64, f func(store.Event) error) error {
	if len(accounts) > 0 {
		return errTooMuch
	}
	return t.Tx.ChangesOf(accounts, f)
}

// TestRunReadsBundles: of an account that a run has looked at, the next one reads a bundle, and the events since.
func TestRunReadsBundles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	b := create(t, name, gold())
	record(t, b, "2026-01-12T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `2 account.created b 2026-01-11T08:00:00Z "package":"Gold"`)
	issue(t, b, "2026-02-11T05:00:00Z")
	record(t, b, "2026-02-12T10:00:00Z", `3 usage.recorded a 2026-02-12T08:00:00Z "credits":60000`, `4 usage.recorded b 2026-02-12T08:00:00Z "credits":1,"metadata":{"job":7}`)
	require.NoError(t, b.Close())
	home, err := sqlite.Open(t.Context(), name)
	require.NoError(t, err)
	b, err = books.In(t.Context(), frugal{home, 2})
	require.NoError(t, err)
	defer b.Close()
	require.EqualValues(t, 2, issue(t, b, "2026-03-11T05:00:00Z").Run.Invoices)
	b, err = books.In(t.Context(), frugal{home, 4})
	require.NoError(t, err)
	require.EqualValues(t, 2, issue(t, b, "2026-04-11T05:00:00Z").Run.Invoices)
	require.Len(t, invoices(t, b, books.Which{Run: 3}), 2, "and so does who shows the run")
	b, err = books.In(t.Context(), home)
	require.NoError(t, err)
	require.Equal(t, []string{"a 2026-02-10 79.95 unpaid", "a 2026-03-10 89.95 unpaid", "a 2026-04-10 79.95 unpaid",
		"b 2026-02-11 79.95 unpaid", "b 2026-03-11 79.95 unpaid", "b 2026-04-11 79.95 unpaid"}, summary(invoices(t, b, books.Which{})))
	whole(t, b)
}

// retold is a home whose bundles somebody changed.
type retold struct {
	store.Store
	change func(*store.Bundle)
}

func (s retold) Read(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.Read(ctx, func(tx store.Tx) error { return f(retoldTx{tx, s.change}) })
}

type retoldTx struct {
	store.Tx
	change func(*store.Bundle)
}

func (t retoldTx) Bundles(accounts []int64, f func(store.Bundle) error) error {
	return t.Tx.Bundles(accounts, func(b store.Bundle) error {
		t.change(&b)
		return f(b)
	})
}

// TestEveryByteOfBundles changes every byte of the bundle of an account, and puts in its place one that was whole before: verify names the
// account.
func TestEveryByteOfBundles(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	require.NoError(t, demo(t, name).Close())
	home, err := sqlite.OpenReader(t.Context(), name)
	require.NoError(t, err)
	defer home.Close()
	var kept store.Bundle
	require.NoError(t, home.Read(t.Context(), func(tx store.Tx) error {
		return tx.Bundles([]int64{demoA}, func(b store.Bundle) error {
			kept = b
			return nil
		})
	}))
	require.NotEmpty(t, kept.Body)
	faults := func(change func(*store.Bundle)) []string {
		b, err := books.In(t.Context(), retold{home, func(b *store.Bundle) {
			if b.Account == demoA {
				change(b)
			}
		}})
		require.NoError(t, err)
		found, err := b.Verify(t.Context(), books.Verifying{})
		require.NoError(t, err)
		return found.Faults
	}
	require.Empty(t, faults(func(*store.Bundle) {}))
	step := 1
	if testing.Short() {
		step = 17
	}
	changed := []string{`account "a": its bundle is not the one that was written`}
	for at := 0; at < len(kept.Body); at += step {
		require.Equal(t, changed, faults(func(b *store.Bundle) { b.Body = flipped(b.Body, at, at%8) }), at)
	}
	for at := range kept.Hash {
		require.Equal(t, changed, faults(func(b *store.Bundle) { b.Hash = flipped(b.Hash, at, at%8) }), at)
	}
	require.Equal(t, changed, faults(func(b *store.Bundle) { b.Events++ }))

	for _, older := range []string{name + ".1", name + ".2"} { // of the same events; the second has more
		other := create(t, older, gold("settle_days=1"))
		record(t, other, "2026-01-12T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
		if older != name+".1" {
			record(t, other, "2026-01-12T10:00:00Z", `4 usage.recorded a 2026-01-12T08:00:00Z "credits":70001`)
		}
		issue(t, other, "2026-02-11T05:00:00Z")
		require.NoError(t, other.Close())
		elsewhere, err := sqlite.OpenReader(t.Context(), older)
		require.NoError(t, err)
		require.NoError(t, elsewhere.Read(t.Context(), func(tx store.Tx) error {
			return tx.Bundles([]int64{demoA}, func(o store.Bundle) error {
				require.NotEmpty(t, faults(func(b *store.Bundle) { *b = o }))
				return nil
			})
		}))
		require.NoError(t, elsewhere.Close())
	}
}

// TestBundlesChangeNothing: runs that find bundles gone, damaged or of before the last invoices issue what they issue with them.
func TestBundlesChangeNothing(t *testing.T) {
	const of = " WHERE account = (SELECT number FROM accounts WHERE name = "
	const olderBundle = "UPDATE bundles SET (events, hash, body) = (SELECT events, hash, body FROM first" + of + "'a'))" + of + "'a')" // of before the last invoices
	totals := map[string][]string{}
	for _, damage := range []string{"", "DELETE FROM bundles", "UPDATE bundles SET body = x'00'", "UPDATE bundles SET body = x''",
		"UPDATE bundles SET hash = x'00'" + of + "'c')",
		"UPDATE bundles SET events = 0" + of + "'a')", olderBundle} {
		name := filepath.Join(t.TempDir(), "books.db")
		b := demo(t, name)
		edit := func(statement string) {
			require.NoError(t, b.Close())
			db, err := sql.Open("sqlite", name)
			require.NoError(t, err)
			done, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
			if strings.Contains(statement, "WHERE") {
				rows, err := done.RowsAffected()
				require.NoError(t, err)
				require.EqualValues(t, 1, rows, statement)
			}
			require.NoError(t, db.Close())
			b, err = books.Open(t.Context(), name)
			require.NoError(t, err)
		}
		edit("CREATE TABLE first AS SELECT * FROM bundles")
		record(t, b, "2026-04-21T06:00:00Z", `10 account.package_changed a 2026-04-21T05:00:00Z "package":"Gold"`, `11 usage.recorded c 2026-04-12T08:00:00Z "credits":60000`)
		for _, now := range []string{"2026-05-11T05:00:00Z", "2026-05-14T05:00:00Z", "2026-06-14T05:00:00Z"} {
			run := issue(t, b, now).Run
			require.NotZero(t, run.Invoices)
			totals[damage] = append(totals[damage], run.Total.String())
			edit(damage)
		}
		edit("DROP TABLE first; DELETE FROM bundles")
		whole(t, b)
		require.Equal(t, totals[""], totals[damage], damage)
		require.NoError(t, b.Close())
	}
}

// TestBundlesThatCannotBeRead: a run reads the events and invoices where a bundle is of another format or, though its hash is right, of bytes
// that nothing reads. For verify the one is none, and the other a fault.
func TestBundlesThatCannotBeRead(t *testing.T) {
	for _, test := range []struct {
		what   string
		change func([]byte) []byte
		faults int
	}{
		{"as it was", slices.Clone[[]byte], 0},
		{"another format", func(body []byte) []byte { return append([]byte{1}, body[1:]...) }, 0},
		{"an end that is missing", func(body []byte) []byte { return body[:len(body)-1] }, 2},
		{"another currency, of which nothing is billed", func(body []byte) []byte { return bytes.ReplaceAll(body, []byte("USD"), []byte("JPY")) }, 2},
	} {
		name := filepath.Join(t.TempDir(), "books.db")
		b := demo(t, name)
		require.NoError(t, b.Close())
		home, err := sqlite.Open(t.Context(), name)
		require.NoError(t, err)
		require.NoError(t, home.Write(t.Context(), func(tx store.Tx) error {
			var changed []store.Bundle
			require.NoError(t, tx.Bundles([]int64{demoA, demoC}, func(b store.Bundle) error {
				b.Body = test.change(b.Body)
				head := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(b.Account)), uint64(b.Events))
				hash := sha256.Sum256(append(head, b.Body...))
				b.Hash = hash[:]
				changed = append(changed, b)
				return nil
			}))
			require.Len(t, changed, 2)
			return tx.PutBundles(changed)
		}))
		b, err = books.In(t.Context(), home)
		require.NoError(t, err)
		found, err := b.Verify(t.Context(), books.Verifying{})
		require.NoError(t, err)
		require.Len(t, found.Faults, test.faults, test.what)
		require.Equal(t, "159.90 USD", issue(t, b, "2026-05-14T05:00:00Z").Run.Total.String(), test.what)
		whole(t, b)
		require.NoError(t, b.Close())
	}
}

// TestRunShowsPresentStatuses: the invoices of a run have the statuses that all invoices have, whether their accounts have a bundle or none, or
// one that cannot be read; events of before the run, since, and taken back.
func TestRunShowsPresentStatuses(t *testing.T) {
	options := workload.Options{Accounts: 60, Months: 12, Events: 3000, Seed: 3, Corrections: true}
	lines, _, err := workload.All(options)
	require.NoError(t, err)
	packages, err := invoice.ParsePackages("packages.json", options.Packages(), money.USD)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "books.db")
	b := create(t, file, books.New{Packages: packages, Now: at("2024-01-01T00:00:00Z")})
	var events []account.Event
	for e, err := range eventlog.Read(bytes.NewReader(lines), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		events = append(events, e)
	}
	early, since := knownBefore(events, at("2024-09-17T06:00:00Z"))
	add := func(events []account.Event) {
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(events...), Now: at("2024-10-17T06:00:00Z")})
		require.NoError(t, err)
	}
	add(early)
	for _, day := range []string{"2024-05-17", "2024-09-17", "2024-10-17"} {
		issue(t, b, day+"T06:00:00Z")
	}
	add(since)
	opened, err := sqlite.Open(t.Context(), file)
	require.NoError(t, err)
	defer opened.Close()
	home := retold{opened, nil}
	for what, change := range map[string]func(*store.Bundle){
		"bundles": func(*store.Bundle) {},
		"some that cannot be read": func(row *store.Bundle) {
			if row.Account%2 == 0 {
				row.Body = slices.Insert(slices.Clone(row.Body), len(row.Body)/2, 'x')
			}
		},
		"none": func(row *store.Bundle) { row.Body = nil },
	} {
		home.change = change
		changed, err := books.In(t.Context(), home)
		require.NoError(t, err)
		all := map[string]invoice.Status{}
		for _, inv := range invoices(t, changed, books.Which{}) {
			all[inv.Number.String()] = inv.Status
		}
		statuses := map[invoice.Status]int{}
		for run := range int64(3) {
			for _, inv := range invoices(t, changed, books.Which{Run: run + 1}) {
				require.Equal(t, all[inv.Number.String()], inv.Status, "%s: %s", what, inv.Number)
				statuses[inv.Status]++
			}
		}
		require.GreaterOrEqual(t, len(statuses), 4, "%v", statuses)
	}
}
