package books_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
)

// tampered is a home whose rows were changed by somebody.
type tampered struct {
	store.Store
	runs     func([]store.Run) []store.Run
	invoices func([]store.Invoice) []store.Invoice
	events   func([]store.Event) []store.Event
}

func (s tampered) Read(ctx context.Context, f func(store.Tx) error) error {
	return s.Store.Read(ctx, func(tx store.Tx) error { return f(tamperedTx{tx, s}) })
}

type tamperedTx struct {
	store.Tx
	by tampered
}

func (t tamperedTx) Runs() ([]store.Run, error) {
	runs, err := t.Tx.Runs()
	if t.by.runs != nil {
		runs = t.by.runs(runs)
	}
	return runs, err
}

func (t tamperedTx) Invoices(after int64, f func(store.Invoice) error) error {
	var list []store.Invoice
	err := t.Tx.Invoices(after, func(inv store.Invoice) error {
		list = append(list, inv)
		return nil
	})
	if t.by.invoices != nil {
		list = t.by.invoices(list)
	}
	for _, inv := range list {
		if err := f(inv); err != nil {
			return err
		}
	}
	return err
}

func (t tamperedTx) Events(after int64, f func(store.Event) error) error {
	var list []store.Event
	err := t.Tx.Events(after, func(e store.Event) error {
		list = append(list, e)
		return nil
	})
	if t.by.events != nil {
		list = t.by.events(list)
	}
	for _, e := range list {
		if err := f(e); err != nil {
			return err
		}
	}
	return err
}

// verify is what is found wrong in tampered books.
func verify(t *testing.T, home tampered, what books.Verifying) []string {
	t.Helper()
	b, err := books.In(t.Context(), home)
	require.NoError(t, err)
	found, err := b.Verify(t.Context(), what)
	require.NoError(t, err)
	return found.Faults
}

// flipped is a text with one bit of a byte changed.
func flipped[T string | []byte](text T, at int, bit int) T {
	b := []byte(text)
	b[at] ^= 1 << bit
	return T(b)
}

// TestEveryByte changes every byte of everything that is kept of every invoice and of every run: each change is found, and the invoice
// or the run is named.
func TestEveryByte(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	require.NoError(t, demo(t, name).Close())
	home, err := sqlite.OpenReader(t.Context(), name)
	require.NoError(t, err)
	defer home.Close()
	require.Empty(t, verify(t, tampered{Store: home}, books.Verifying{}))
	var runs []store.Run
	var invoices []store.Invoice
	require.NoError(t, home.Read(t.Context(), func(tx store.Tx) error {
		runs, err = tx.Runs()
		require.NoError(t, err)
		return tx.Invoices(0, func(inv store.Invoice) error {
			invoices = append(invoices, inv)
			return nil
		})
	}))
	require.Greater(t, len(runs), 5)
	require.Greater(t, len(invoices), 5)
	step := 1
	if testing.Short() {
		step = 17
	}
	n := 0
	invoice := func(at int, change func(*store.Invoice)) {
		n++
		inv := invoices[at]
		faults := verify(t, tampered{Store: home, invoices: func(list []store.Invoice) []store.Invoice {
			change(&list[at])
			return list
		}}, books.Verifying{})
		require.NotEmpty(t, faults, "invoice %s", inv.Number)
		changed := inv
		change(&changed)
		require.True(t, slices.ContainsFunc(faults, func(fault string) bool {
			return strings.Contains(fault, inv.Number) || strings.Contains(fault, strings.Trim(changed.Number, "\x00")) || changed.Seq != inv.Seq || changed.Number != inv.Number || changed.Run != inv.Run && strings.Contains(fault, "run ")
		}), "%s is not named: %s", inv.Number, faults)
	}
	for i := range invoices {
		for at := n % step; at < len(invoices[i].Body); at += step {
			invoice(i, func(inv *store.Invoice) { inv.Body = flipped(inv.Body, at, at%8) })
		}
		for at := range invoices[i].Number {
			invoice(i, func(inv *store.Invoice) { inv.Number = flipped(inv.Number, at, at%7) })
		}
		for at := range invoices[i].Hash {
			invoice(i, func(inv *store.Invoice) { inv.Hash = flipped(inv.Hash, at, at%8) })
		}
		for _, change := range []func(*store.Invoice){
			func(inv *store.Invoice) { inv.Date = inv.Date.AddDays(1) }, func(inv *store.Invoice) { inv.Seq++ }, func(inv *store.Invoice) { inv.Run++ },
			func(inv *store.Invoice) { inv.Run-- }, func(inv *store.Invoice) { inv.Account += demoB - demoA }, func(inv *store.Invoice) { inv.Account = 99 },
		} {
			invoice(i, change)
		}
	}
	run := func(at int, change func(*store.Run)) {
		n++
		faults := verify(t, tampered{Store: home, runs: func(list []store.Run) []store.Run {
			change(&list[at])
			return list
		}}, books.Verifying{})
		require.NotEmpty(t, faults, "run %d", runs[at].Number)
		require.Contains(t, strings.Join(faults, "\n"), "run ")
	}
	for i := range runs {
		for at := range runs[i].Seal {
			run(i, func(r *store.Run) { r.Seal = flipped(r.Seal, at, at%7) })
		}
		for at := range runs[i].Before {
			run(i, func(r *store.Run) { r.Before = flipped(r.Before, at, at%7) })
		}
		for at := range runs[i].Total {
			run(i, func(r *store.Run) { r.Total = flipped(r.Total, at, at%7) })
		}
		for _, change := range []func(*store.Run){
			func(r *store.Run) { r.Number++ }, func(r *store.Run) { r.Through = r.Through.AddDays(-1) }, func(r *store.Run) { r.At = r.At.Add(time.Nanosecond) },
			func(r *store.Run) { r.Events++ }, func(r *store.Run) { r.Events-- }, func(r *store.Run) { r.Terms++ }, func(r *store.Run) { r.Latest = r.Latest.AddDays(1) }, func(r *store.Run) { r.Invoices-- },
		} {
			run(i, change)
		}
	}
	t.Logf("%d changes of %d invoices and %d runs, all found", n, len(invoices), len(runs))
}

// TestMissing takes out, moves and repeats rows.
func TestMissing(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	b := demo(t, name)
	head, err := b.Head(t.Context())
	require.NoError(t, err)
	require.NoError(t, b.Close())
	home, err := sqlite.OpenReader(t.Context(), name)
	require.NoError(t, err)
	defer home.Close()
	for _, test := range []struct {
		name string
		home tampered
		want string
	}{
		{"an invoice in between", tampered{invoices: func(l []store.Invoice) []store.Invoice { return slices.Delete(l, 1, 2) }}, "stands where invoice 2 is expected"},
		{"the last invoice", tampered{invoices: func(l []store.Invoice) []store.Invoice { return l[:len(l)-1] }}, "and 2 are there"},
		{"two invoices in the other order", tampered{invoices: func(l []store.Invoice) []store.Invoice {
			l[3], l[4] = l[4], l[3]
			return l
		}}, "is expected"},
		{"an invoice twice", tampered{invoices: func(l []store.Invoice) []store.Invoice { return append(l, l[len(l)-1]) }}, "two invoices of that day"},
		{"a run in between", tampered{runs: func(l []store.Run) []store.Run { return slices.Delete(l, 1, 2) }}, "run 3 stands where run 2 is expected"},
		{"the last run", tampered{runs: func(l []store.Run) []store.Run { return l[:len(l)-1] }}, "which is not there"},
		{"an event in between", tampered{events: func(l []store.Event) []store.Event { return slices.Delete(l, 1, 2) }}, "event 3 of the store stands where event 2 is expected"},
		{"the last events", tampered{events: func(l []store.Event) []store.Event { return l[:4] }}, "events are missing at the end"},
		{"an event that is not one", tampered{events: func(l []store.Event) []store.Event {
			l[2].Body = []byte("{}")
			return l
		}}, "event 3 of the store"},
		{"an event of another account", tampered{events: func(l []store.Event) []store.Event {
			l[2].Account = demoA
			return l
		}}, `it says that it is "3"`},
	} {
		test.home.Store = home
		require.Contains(t, strings.Join(verify(t, test.home, books.Verifying{}), "\n"), test.want, test.name)
	}
	// A whole end that is cut off leaves books that are whole, but not those of the head that was noted.
	cut := tampered{Store: home, runs: func(l []store.Run) []store.Run { return l[:4] }, invoices: func(l []store.Invoice) []store.Invoice {
		return slices.DeleteFunc(l, func(inv store.Invoice) bool { return inv.Run > 4 })
	}}
	faults := verify(t, cut, books.Verifying{Head: head.Seal})
	require.Contains(t, strings.Join(faults, "\n"), "no run has the seal "+head.Seal)
	require.Empty(t, verify(t, tampered{Store: home}, books.Verifying{Head: head.Before}), "an earlier head is still there")
}

// TestEditedFile edits the file itself, as somebody with SQLite at hand would.
func TestEditedFile(t *testing.T) {
	const ofA = "(SELECT number FROM accounts WHERE name = 'a')"
	for _, test := range []struct{ edit, want string }{
		{"UPDATE invoices SET body = replace(body, '79.95', '69.95') WHERE seq = 2", "what is kept of it is not what was issued"},
		{"UPDATE runs SET total = '1.00 USD' WHERE number = 2", "run 2: its seal is not that of what is kept"},
		{"UPDATE accounts SET counts = NULL WHERE name = 'a'", "what is recorded next counts from"},
		{"UPDATE accounts SET due = '2027-01-01' WHERE name = 'a'", "the next day on which something may be billed is"},
		{"UPDATE events SET body = replace(body, '70000', '7000') WHERE seq = 4", "its bundle does not have the events that are kept of it"},
		{"DELETE FROM bundles; UPDATE events SET body = replace(body, '70000', '7000') WHERE seq = 4", "billed again from what the run knew, it differs"},
		{"UPDATE accounts SET passed = 1 WHERE name = 'a'", "boundaries were passed over without an invoice until"},
		{"UPDATE bundles SET body = x'01' WHERE account = " + ofA, "its bundle is not the one that was written"},
		{"UPDATE bundles SET events = events - 1", "its bundle is not the one that was written"},
		{"UPDATE bundles SET (hash, body) = (SELECT hash, body FROM bundles WHERE account <> " + ofA + " LIMIT 1) WHERE account = " + ofA, "its bundle is not the one that was written"},
		{"UPDATE terms SET body = replace(body, '79.95', '69.95')", "its seal is not that of what is kept"},
		{"DELETE FROM events WHERE seq = 5", "event 6 of the store stands where event 5 is expected"},
		{"UPDATE reconciliations SET body = replace(body, '79.95', '69.95')", "reconciliation 1: what is kept of it is not what was made"},
		{"UPDATE reconciliations SET at = at + 1000", "reconciliation 1: it stands as made at 2026-05-01T08:00:00.000001Z, and says 2026-05-01T08:00:00Z"},
		{"UPDATE reports SET format = 'xml' WHERE format = 'csv'", "reconciliation 1: its report as csv is missing"},
		{"UPDATE reports SET format = 'xml' WHERE format = 'csv'", "reconciliation 1: it has no report as xml, and one is there"},
		{"UPDATE reports SET content = (SELECT content FROM reports WHERE format = 'csv')", "reconciliation 1: its report as json is not the one that was made"},
		{"UPDATE reports SET content = x'00'", "reconciliation 1 of the store: its report as csv"},
	} {
		name := filepath.Join(t.TempDir(), "books.db")
		made := demo(t, name)
		reconcileOnce(t, made)
		require.NoError(t, made.Close())
		db, err := sql.Open("sqlite", name)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), test.edit)
		require.NoError(t, err)
		require.NoError(t, db.Close())
		b, err := books.OpenReader(t.Context(), name)
		require.NoError(t, err)
		found, err := b.Verify(t.Context(), books.Verifying{Replay: true})
		require.NoError(t, err)
		require.Contains(t, strings.Join(found.Faults, "\n"), test.want, test.edit)
		require.NoError(t, b.Close())
	}
}

// keptStores are the files of the stores that versions of the program wrote, and for each a copy that may be written.
func keptStores(t *testing.T) map[string]string {
	files, err := filepath.Glob("../testdata/books/*.db")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	copies := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		copies[file] = filepath.Join(t.TempDir(), "books.db")
		require.NoError(t, os.WriteFile(copies[file], data, 0o600))
	}
	return copies
}

// TestKeptStores verifies the stores that versions of the program wrote, as they are and brought to the latest version, and loads what they
// exported: none of them is ever written anew. reseller.db is of version 1 of the schema, reconciled.db of version 2, bundled.db of version 3,
// and since.db too, with bundles that leave out what stands.
func TestKeptStores(t *testing.T) {
	for file, name := range keptStores(t) {
		r, err := books.OpenReader(t.Context(), name)
		require.NoError(t, err, "%s is read as it is", file)
		kept := whole(t, r)
		before, err := r.Reconciliations(t.Context())
		require.NoError(t, err)
		require.NoError(t, r.Export(t.Context(), io.Discard))
		would, err := r.Issue(t.Context(), books.Issuing{Now: at("2026-09-20T00:00:00Z"), DryRun: true})
		require.NoError(t, err)
		require.NoError(t, r.Close())
		b, err := books.Open(t.Context(), name)
		require.NoError(t, err, file)
		require.Equal(t, kept, whole(t, b))
		after, err := b.Reconciliations(t.Context())
		require.NoError(t, err)
		require.Equal(t, before, after)
		for account, err := range b.Accounts(t.Context(), "") {
			require.NoError(t, err)
			require.Equal(t, !slices.Contains([]string{"bundled.db", "since.db"}, filepath.Base(file)), account.Recent, "one of version 1 or 2 is looked at by the next run")
		}
		require.EqualValues(t, len(before)+1, reconcileOnce(t, b).Number, "it can do what is new")
		require.Equal(t, issue(t, b, "2026-09-20T00:00:00Z"), would, "%s", file)
		require.Positive(t, whole(t, b).Invoices)
		require.NoError(t, b.Close())
		exported, err := os.ReadFile(strings.TrimSuffix(file, ".db") + ".jsonl")
		require.NoError(t, err)
		loaded, err := books.Load(t.Context(), filepath.Join(t.TempDir(), "loaded.db"), bytes.NewReader(exported), file)
		require.NoError(t, err, file)
		require.Equal(t, kept, whole(t, loaded))
		require.NoError(t, loaded.Close())
	}
}

func TestNewerStore(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	require.NoError(t, demo(t, name).Close())
	db, err := sql.Open("sqlite", name)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE schema_version SET version = 99")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	for _, open := range []func(context.Context, string) (*books.Books, error){books.Open, books.OpenReader} {
		_, err = open(t.Context(), name)
		var newer *store.VersionError
		require.ErrorAs(t, err, &newer)
		require.Equal(t, 99, newer.Has)
		require.ErrorContains(t, err, "the store has version 99, and this program knows versions up to 3")
	}
}

// TestLaterProgram: a program that brings a store to a later version keeps those from writing that have it open, and know nothing of that
// version; one that reads reads on.
func TestLaterProgram(t *testing.T) {
	kept, err := os.ReadFile("../testdata/books/reconciled.db")
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "books.db")
	require.NoError(t, os.WriteFile(name, kept, 0o600))
	reader, err := books.OpenReader(t.Context(), name)
	require.NoError(t, err)
	defer reader.Close()
	before := whole(t, reader)
	b, err := books.Open(t.Context(), name)
	require.NoError(t, err)
	defer b.Close()
	issue(t, b, "2026-08-11T05:00:00Z")
	require.Greater(t, whole(t, reader).Invoices, before.Invoices)
	var written, read bytes.Buffer
	require.NoError(t, b.Export(t.Context(), &written))
	require.NoError(t, reader.Export(t.Context(), &read))
	require.Equal(t, written.String(), read.String())

	db, err := sql.Open("sqlite", name)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "INSERT INTO accounts (number, name, next_day) VALUES (9, 'i', '2026-09-01')")
	require.ErrorContains(t, err, "next_day", "what a program of version 2 writes")
	_, err = db.ExecContext(t.Context(), "UPDATE schema_version SET version = 99")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	_, err = b.Issue(t.Context(), books.Issuing{Now: at("2026-09-11T05:00:00Z")})
	var newer *store.VersionError
	require.ErrorAs(t, err, &newer)
	for _, err := range reader.Accounts(t.Context(), "") {
		require.ErrorAs(t, err, &newer)
	}
}

func TestNotAStore(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	require.NoError(t, os.WriteFile(text, []byte("this is some text, and no database"), 0o600))
	other := filepath.Join(folder, "other.db")
	db, err := sql.Open("sqlite", other)
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE customers (name)")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	for _, name := range []string{text, other} {
		_, err := books.Open(t.Context(), name)
		require.ErrorContains(t, err, "not a store")
		_, err = books.OpenReader(t.Context(), name)
		require.ErrorContains(t, err, "not a store")
		before, err := os.ReadFile(name)
		require.NoError(t, err)
		_, err = books.Create(t.Context(), name, gold())
		require.Error(t, err)
		after, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, before, after, "what is somebody else's stays as it is")
	}
}
