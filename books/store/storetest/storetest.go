// Package storetest holds a home of books to what package store says of it.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
)

// Run tests a home. Make makes one that is empty, and is called for each test.
func Run(t *testing.T, make func(t *testing.T) store.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, store.Store)
	}{
		{"settings", settings}, {"all or nothing", allOrNothing}, {"accounts", accounts}, {"numbers of accounts", numbers}, {"events", events}, {"terms and runs", termsAndRuns},
		{"invoices", invoices}, {"bundles", bundles}, {"reconciliations", reconciliations}, {"any text", anyText}, {"many rows", manyRows}, {"reading at one instant", oneInstant}, {"one writer at a time", oneWriter},
		{"a context that is done", done}, {"a writer that gives up", givesUp}, {"a panic", panics},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, make(t)) })
	}
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

func day(text string) cycle.Date {
	d, err := cycle.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func write(t *testing.T, s store.Store, f func(store.Tx) error) {
	t.Helper()
	require.NoError(t, s.Write(t.Context(), f))
}

func read(t *testing.T, s store.Store, f func(store.Tx)) {
	t.Helper()
	require.NoError(t, s.Read(t.Context(), func(tx store.Tx) error {
		f(tx)
		return nil
	}))
}

func settings(t *testing.T, s store.Store) {
	read(t, s, func(tx store.Tx) {
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Empty(t, all)
	})
	write(t, s, func(tx store.Tx) error { return errors.Join(tx.Set("a", "1"), tx.Set("b", ""), tx.Set("a", "2")) })
	read(t, s, func(tx store.Tx) {
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Equal(t, map[string]string{"a": "2", "b": ""}, all)
	})
}

func allOrNothing(t *testing.T, s store.Store) {
	stop := errors.New("stop")
	err := s.Write(t.Context(), func(tx store.Tx) error {
		require.NoError(t, tx.Set("a", "1"))
		require.NoError(t, tx.PutAccounts([]store.Account{{Number: 1, Name: "a"}}))
		return stop
	})
	require.ErrorIs(t, err, stop)
	read(t, s, func(tx store.Tx) {
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Empty(t, all)
		last, err := tx.LastAccount(1, math.MaxInt64)
		require.NoError(t, err)
		require.Zero(t, last)
	})
	write(t, s, func(tx store.Tx) error { return tx.Set("a", "3") }) // it may be written again
}

// some are accounts whose names sort otherwise in most languages than their bytes do.
var some = []store.Account{
	{Number: 1, Name: "b"}, {Number: 2, Name: "B", Next: day("2026-03-10")}, {Number: 3, Name: "é", Next: day("2026-03-09"), Counts: noon, Passed: noon.Add(1)},
	{Number: 4, Name: "a", Next: day("0001-01-01")}, {Number: 5, Name: "_", Next: day("2026-03-11")},
}

func accounts(t *testing.T, s store.Store) {
	write(t, s, func(tx store.Tx) error { return tx.PutAccounts(some) })
	read(t, s, func(tx store.Tx) {
		found, err := tx.Accounts([]string{"é", "nobody", "b"})
		require.NoError(t, err)
		require.ElementsMatch(t, []store.Account{some[0], some[2]}, found)
		found, err = tx.Numbered([]int64{5, 6})
		require.NoError(t, err)
		require.Equal(t, []store.Account{some[4]}, found)
		require.Equal(t, []string{"B", "_", "a", "b", "é"}, from(t, tx, "", 9))
		require.Equal(t, []string{"a", "b"}, from(t, tx, "a", 2))
		require.Equal(t, []string{"b", "é"}, from(t, tx, "aa", 9))
		require.Equal(t, []string{"B", "a", "é"}, due(t, tx, "2026-03-10"))
		require.Equal(t, []string{"a"}, due(t, tx, "2026-03-08"))
		for _, none := range [][]string{nil, {}} {
			found, err = tx.Accounts(none)
			require.NoError(t, err)
			require.Empty(t, found)
		}
	})
	changed := []store.Account{{Number: 4, Name: "a"}, {Number: 1, Name: "b", Next: day("2026-01-01"), Counts: noon}, {Number: 6, Name: "z"}}
	write(t, s, func(tx store.Tx) error { return tx.PutAccounts(changed) })
	read(t, s, func(tx store.Tx) {
		found, err := tx.Accounts([]string{"a", "b", "z"})
		require.NoError(t, err)
		require.ElementsMatch(t, changed, found)
		require.Equal(t, []string{"b"}, due(t, tx, "2026-03-08"))
	})
}

// numbers of accounts have gaps, and are larger than 32 bits hold.
func numbers(t *testing.T, s store.Store) {
	const large = 10 << 32
	list := []store.Account{{Number: large + 2, Name: "a", Next: day("2026-03-10")}, {Number: large - 1, Name: "b"}, {Number: 7, Name: "c"}, {Number: math.MaxInt64, Name: "d"}}
	write(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.PutAccounts(list))
		_, err := tx.AddEvents([]store.Event{event(1, "one", large+2, false), event(2, "two", math.MaxInt64, true), event(3, "three", 7, true)})
		require.NoError(t, tx.AddTerms(store.Terms{Number: 1, Added: noon, Body: []byte("{}")}))
		require.NoError(t, tx.AddRun(store.Run{Number: 1, Through: day("2026-03-01"), At: noon, Terms: 1, Total: "0.00 USD"}))
		require.NoError(t, tx.AddInvoices([]store.Invoice{invoice(1, 1, large+2, "a", "2026-02-01")}))
		require.NoError(t, tx.PutBundles([]store.Bundle{{Account: large + 2, Hash: []byte{1}, Body: []byte{2}}}))
		return err
	})
	read(t, s, func(tx store.Tx) {
		for _, test := range []struct{ from, to, want int64 }{
			{1, math.MaxInt64, math.MaxInt64}, {1, large, large - 1}, {1, large - 2, 7}, {7, 7, 7}, {large, large + 2, large + 2}, {large, large + 1, 0}, {1, 6, 0}, {8, large - 2, 0},
		} {
			last, err := tx.LastAccount(test.from, test.to)
			require.NoError(t, err)
			require.Equal(t, test.want, last, "from %d to %d", test.from, test.to)
		}
		found, err := tx.Numbered([]int64{7, math.MaxInt64, large + 2, large})
		require.NoError(t, err)
		require.ElementsMatch(t, []store.Account{list[0], list[2], list[3]}, found)
		var of []int64
		for _, e := range eventsOf(t, func(f func(store.Event) error) error { return tx.EventsOf([]int64{math.MaxInt64, large + 2, 7}, 3, f) }) {
			of = append(of, e.Account)
		}
		require.ElementsMatch(t, []int64{7, large + 2, math.MaxInt64}, of)
		require.NoError(t, tx.InvoicesOf([]int64{large + 2}, func(inv store.Invoice) error {
			of = append(of, inv.Account)
			return nil
		}))
		require.NoError(t, tx.Bundles([]int64{large + 2}, func(b store.Bundle) error {
			of = append(of, b.Account)
			return nil
		}))
		require.Equal(t, []int64{large + 2, large + 2}, of[3:])
	})
}

func from(t *testing.T, tx store.Tx, name string, most int) (names []string) {
	require.NoError(t, tx.AccountsFrom(name, func(a store.Account) (bool, error) {
		names = append(names, a.Name)
		return len(names) < most, nil
	}))
	return names
}

func due(t *testing.T, tx store.Tx, through string) (names []string) {
	list, err := tx.Due(day(through))
	require.NoError(t, err)
	for _, a := range list {
		names = append(names, a.Name)
	}
	return names
}

// event is an event of an account.
func event(seq int64, id string, account int64, usage bool) store.Event {
	return store.Event{Seq: seq, ID: id, Account: account, Usage: usage, Recorded: noon, Body: []byte(`{"id":"` + id + `"}`)}
}

func events(t *testing.T, s store.Store) {
	list := []store.Event{event(1, "one", 2, false), event(2, "two", 1, true), event(3, "three", 2, true), event(4, "four", 2, false)}
	list[2].Known = noon.Add(1)
	write(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.PutAccounts(some))
		there, err := tx.AddEvents(list)
		require.Empty(t, there)
		return err
	})
	write(t, s, func(tx store.Tx) error {
		there, err := tx.AddEvents([]store.Event{event(5, "five", 3, true), event(6, "three", 1, true)})
		require.Equal(t, list[2:3], there, "what is there already")
		return err
	})
	read(t, s, func(tx store.Tx) {
		last, err := tx.LastEvent()
		require.NoError(t, err)
		require.EqualValues(t, 4, last, "none is added where one is there")
		known, err := tx.IDs([]string{"three", "five"})
		require.NoError(t, err)
		require.Equal(t, list[2:3], known)
		require.Equal(t, list, eventsOf(t, func(f func(store.Event) error) error { return tx.Events(0, f) }))
		require.Equal(t, list[2:], eventsOf(t, func(f func(store.Event) error) error { return tx.Events(2, f) }))
		require.Equal(t, []store.Event{list[1], list[0], list[2]}, eventsOf(t, func(f func(store.Event) error) error { return tx.EventsOf([]int64{2, 1, 9}, 3, f) }))
		require.Equal(t, []store.Event{bare(list[1]), bare(list[0]), bare(list[2])}, eventsOf(t, func(f func(store.Event) error) error { return tx.BodiesOf([]int64{2, 1, 9}, 0, 3, f) }))
		require.Equal(t, []store.Event{bare(list[2])}, eventsOf(t, func(f func(store.Event) error) error { return tx.BodiesOf([]int64{2, 1, 9}, 2, 3, f) }))
		require.Equal(t, []store.Event{list[0], list[3]}, eventsOf(t, func(f func(store.Event) error) error { return tx.ChangesOf([]int64{1, 2}, f) }))
		require.Empty(t, eventsOf(t, func(f func(store.Event) error) error { return tx.EventsOf(nil, 3, f) }))
		stop := errors.New("stop")
		require.ErrorIs(t, tx.Events(0, func(store.Event) error { return stop }), stop)
	})
}

// bare is what billing needs of an event.
func bare(e store.Event) store.Event {
	return store.Event{Seq: e.Seq, Account: e.Account, Known: e.Known, Body: e.Body}
}

func eventsOf(t *testing.T, each func(func(store.Event) error) error) (list []store.Event) {
	require.NoError(t, each(func(e store.Event) error {
		list = append(list, e)
		return nil
	}))
	return list
}

func bundles(t *testing.T, s store.Store) {
	list := []store.Bundle{{Account: 1, Events: 1 << 40, Hash: []byte{0, 1}, Body: []byte{0, 0xff}}, {Account: 2, Events: 3, Hash: []byte{7}, Body: make([]byte, 10_000)}}
	write(t, s, func(tx store.Tx) error {
		return errors.Join(tx.PutAccounts(some), tx.PutBundles(nil), tx.PutBundles([]store.Bundle{{Account: 2, Hash: []byte{9}, Body: []byte{8}}}), tx.PutBundles(list))
	})
	of := func(tx store.Tx, accounts ...int64) (found []store.Bundle) {
		require.NoError(t, tx.Bundles(accounts, func(b store.Bundle) error {
			found = append(found, b)
			return nil
		}))
		return found
	}
	read(t, s, func(tx store.Tx) {
		require.ElementsMatch(t, list, of(tx, 2, 1, 3, 99))
		require.Equal(t, list[:1], of(tx, 1))
		require.Empty(t, of(tx, 3))
		require.Empty(t, of(tx))
		stop := errors.New("stop")
		require.ErrorIs(t, tx.Bundles([]int64{1}, func(store.Bundle) error { return stop }), stop)
	})
	require.Error(t, s.Write(t.Context(), func(tx store.Tx) error {
		return tx.PutBundles([]store.Bundle{{Account: 99, Hash: []byte{1}, Body: []byte{1}}})
	}), "no such account")
}

func termsAndRuns(t *testing.T, s store.Store) {
	terms := []store.Terms{{Number: 1, Added: noon, Body: []byte(`{"a":1}`)}, {Number: 2, Added: noon.Add(1), Body: []byte("{}")}}
	runs := []store.Run{
		{Number: 1, Through: day("2026-03-01"), At: noon, Events: 3, Terms: 1, Total: "0.00 USD", Seal: "first"},
		{Number: 2, Through: day("2026-03-02"), At: noon.Add(time.Hour), Events: 4, Terms: 2, Latest: day("2026-02-02"), Invoices: 2, Total: "-12.30 USD", Before: "first", Seal: "second"},
	}
	read(t, s, func(tx store.Tx) {
		last, err := tx.LastRun()
		require.NoError(t, err)
		require.Zero(t, last)
	})
	write(t, s, func(tx store.Tx) error {
		return errors.Join(tx.AddTerms(terms[0]), tx.AddTerms(terms[1]), tx.AddRun(runs[0]), tx.AddRun(runs[1]))
	})
	read(t, s, func(tx store.Tx) {
		hasTerms, err := tx.Terms()
		require.NoError(t, err)
		require.Equal(t, terms, hasTerms)
		hasRuns, err := tx.Runs()
		require.NoError(t, err)
		require.Equal(t, runs, hasRuns)
		last, err := tx.LastRun()
		require.NoError(t, err)
		require.Equal(t, runs[1], last)
	})
	require.Error(t, s.Write(t.Context(), func(tx store.Tx) error { return tx.AddRun(runs[1]) }), "a run that is there")
}

func invoice(seq, run, account int64, number, date string) store.Invoice {
	return store.Invoice{Seq: seq, Run: run, Account: account, Number: number, Date: day(date), Hash: []byte{0, 1, 255}, Body: []byte(`{"number":"` + number + `"}`)}
}

func invoices(t *testing.T, s store.Store) {
	list := []store.Invoice{invoice(1, 1, 2, "b", "2026-02-01"), invoice(2, 1, 1, "a", "2026-02-01"), invoice(3, 1, 2, "c", "2026-01-01")}
	add := func(list ...store.Invoice) error {
		return s.Write(t.Context(), func(tx store.Tx) error { return tx.AddInvoices(list) })
	}
	write(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.PutAccounts(some))
		require.NoError(t, tx.AddTerms(store.Terms{Number: 1, Added: noon, Body: []byte("{}")}))
		require.NoError(t, tx.AddInvoices(list))
		return tx.AddRun(store.Run{Number: 1, Through: day("2026-03-01"), At: noon, Terms: 1, Total: "0.00 USD"})
	})
	require.Error(t, add(invoice(4, 1, 3, "a", "2026-02-01")), "a number twice")
	require.Error(t, add(invoice(4, 1, 1, "d", "2026-02-01")), "a day twice")
	require.Error(t, add(invoice(4, 2, 3, "d", "2026-02-01")), "of no run")
	require.Error(t, add(invoice(4, 1, 9, "d", "2026-02-01")), "of no account")
	read(t, s, func(tx store.Tx) {
		last, err := tx.LastInvoice()
		require.NoError(t, err)
		require.EqualValues(t, 3, last)
		all := func(each func(func(store.Invoice) error) error) (found []store.Invoice) {
			require.NoError(t, each(func(inv store.Invoice) error {
				found = append(found, inv)
				return nil
			}))
			return found
		}
		require.Equal(t, list[1:], all(func(f func(store.Invoice) error) error { return tx.Invoices(1, f) }))
		require.Equal(t, []store.Invoice{list[1], list[2], list[0]}, all(func(f func(store.Invoice) error) error { return tx.InvoicesOf([]int64{2, 1}, f) }))
		found, err := tx.Numbers([]string{"c", "nothing"})
		require.NoError(t, err)
		require.Equal(t, list[2:], found)
	})
}

func reconciliations(t *testing.T, s store.Store) {
	list := []store.Reconciliation{
		{Number: 1, At: noon, Hash: []byte{0, 255}, Body: []byte(`{"documents":["\u0000 é"]}`)},
		{Number: 2, At: noon.Add(time.Hour), Hash: []byte{1}, Body: []byte("{}")},
	}
	reports := []store.Report{
		{Reconciliation: 1, Format: "csv", Content: []byte{0, 1, 255}}, {Reconciliation: 1, Format: "json", Content: bytes.Repeat([]byte{7}, 1<<20)},
		{Reconciliation: 2, Format: "json", Content: []byte("2")},
	}
	read(t, s, func(tx store.Tx) {
		none, err := tx.Reconciliations()
		require.NoError(t, err)
		require.Empty(t, none)
		last, err := tx.LastReconciliation()
		require.NoError(t, err)
		require.Zero(t, last)
	})
	write(t, s, func(tx store.Tx) error {
		return errors.Join(tx.AddReconciliation(list[0], []store.Report{reports[1], reports[0]}), tx.AddReconciliation(list[1], reports[2:]))
	})
	require.Error(t, s.Write(t.Context(), func(tx store.Tx) error { return tx.AddReconciliation(list[1], nil) }), "one that is there")
	other := store.Reconciliation{Number: 3, At: noon, Hash: []byte{1}, Body: []byte("{}")}
	require.Error(t, s.Write(t.Context(), func(tx store.Tx) error {
		return tx.AddReconciliation(other, []store.Report{{Reconciliation: 9, Format: "json"}})
	}), "a report of no reconciliation")
	read(t, s, func(tx store.Tx) {
		found, err := tx.Reconciliations()
		require.NoError(t, err)
		require.Equal(t, list, found)
		last, err := tx.LastReconciliation()
		require.NoError(t, err)
		require.EqualValues(t, 2, last)
		for number, want := range []store.Reconciliation{{}, list[0], list[1], {}} {
			got, err := tx.Reconciliation(int64(number))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		one, err := tx.Report(1, "csv")
		require.NoError(t, err)
		require.Equal(t, reports[0], one)
		none, err := tx.Report(2, "csv")
		require.NoError(t, err)
		require.Zero(t, none)
		var all []store.Report
		require.NoError(t, tx.Reports(func(r store.Report) error {
			all = append(all, r)
			return nil
		}))
		require.Equal(t, reports, all)
	})
}

func anyText(t *testing.T, s store.Store) {
	names := []string{"'; DROP TABLE events; --", "\x01\x1f\"\\\n", "\u2028\u202e", "🙂", " ", "%_?$1", string(rune(0x10ffff))}
	write(t, s, func(tx store.Tx) error {
		for i, name := range names {
			if err := tx.PutAccounts([]store.Account{{Number: int64(i) + 1, Name: name}}); err != nil {
				return err
			}
			e := event(int64(i)+1, name, int64(i)+1, true)
			e.Body = []byte(name)
			if _, err := tx.AddEvents([]store.Event{e}); err != nil {
				return err
			}
		}
		return nil
	})
	read(t, s, func(tx store.Tx) {
		found, err := tx.Accounts(names)
		require.NoError(t, err)
		require.Len(t, found, len(names))
		for _, e := range eventsOf(t, func(f func(store.Event) error) error { return tx.Events(0, f) }) {
			require.Equal(t, names[e.Seq-1], e.ID)
			require.Equal(t, names[e.Seq-1], string(e.Body))
		}
	})
}

// manyRows are more than go into one statement.
func manyRows(t *testing.T, s store.Store) {
	const n = 1234
	var list []store.Event
	var all []store.Account
	for i := range int64(n) {
		list = append(list, event(i+1, fmt.Sprint("event ", i), i+1, i%2 == 0))
		all = append(all, store.Account{Number: i + 1, Name: fmt.Sprintf("%04d", i)})
	}
	write(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.PutAccounts(all))
		_, err := tx.AddEvents(list)
		return err
	})
	for i := range all {
		all[i].Next = day("2026-01-01")
	}
	write(t, s, func(tx store.Tx) error { return tx.PutAccounts(all) })
	read(t, s, func(tx store.Tx) {
		has, err := tx.Due(day("2026-01-01"))
		require.NoError(t, err)
		require.Equal(t, all, has)
		require.Equal(t, list, eventsOf(t, func(f func(store.Event) error) error { return tx.Events(0, f) }))
	})
}

func oneInstant(t *testing.T, s store.Store) {
	write(t, s, func(tx store.Tx) error { return tx.Set("a", "1") })
	read(t, s, func(tx store.Tx) {
		_, err := tx.Settings()
		require.NoError(t, err)
		write(t, s, func(tx store.Tx) error { return tx.Set("a", "2") })
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Equal(t, "1", all["a"], "what is written meanwhile is not seen")
	})
	write(t, s, func(tx store.Tx) error {
		require.NoError(t, tx.Set("a", "3"))
		read(t, s, func(beside store.Tx) {
			all, err := beside.Settings()
			require.NoError(t, err)
			require.Equal(t, "2", all["a"], "while something is written, what there was before it is read")
		})
		return tx.Set("a", "2")
	})
	_ = s.Read(t.Context(), func(tx store.Tx) error { return tx.Set("a", "3") }) // an error or not
	read(t, s, func(tx store.Tx) {
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Equal(t, "2", all["a"], "reading keeps nothing")
	})
}

func oneWriter(t *testing.T, s store.Store) {
	const writers, times = 4, 10
	var all sync.WaitGroup
	failed := make(chan error, writers*times)
	for range writers {
		all.Go(func() {
			for range times {
				failed <- s.Write(context.Background(), func(tx store.Tx) error {
					last, err := tx.LastAccount(1, math.MaxInt64)
					if err != nil {
						return err
					}
					return tx.PutAccounts([]store.Account{{Number: last + 1, Name: fmt.Sprint(last + 1)}})
				})
			}
		})
	}
	all.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	read(t, s, func(tx store.Tx) {
		last, err := tx.LastAccount(1, math.MaxInt64)
		require.NoError(t, err)
		require.EqualValues(t, writers*times, last)
		require.Len(t, slices.Compact(from(t, tx, "", 1000)), writers*times)
	})
}

func done(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, s.Write(ctx, func(tx store.Tx) error {
		defer cancel()
		return tx.Set("a", "1")
	}), context.Canceled)
	read(t, s, func(tx store.Tx) {
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Empty(t, all, "nothing is kept")
	})
	for i := range 100 { // whatever it is done in the middle of
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*5*time.Microsecond)
		_ = s.Read(ctx, func(tx store.Tx) error { _, err := tx.Settings(); return err })
		_ = s.Write(ctx, func(tx store.Tx) error { return errors.Join(tx.Set("a", "1"), errors.New("no")) })
		cancel()
	}
	write(t, s, func(tx store.Tx) error { return tx.Set("a", "2") })
}

// givesUp: whoever waits for another writer waits no longer than its context lasts.
func givesUp(t *testing.T, s store.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error)
	write(t, s, func(tx store.Tx) error {
		go func() {
			waiting <- s.Write(ctx, func(store.Tx) error { return errors.New("not while another writes") })
		}()
		cancel()
		require.ErrorIs(t, <-waiting, context.Canceled)
		return tx.Set("a", "1")
	})
	write(t, s, func(tx store.Tx) error { return tx.Set("a", "2") })
}

// panics: a panic changes nothing and leaves the store as it was, for a server that goes on.
func panics(t *testing.T, s store.Store) {
	for range 3 {
		require.Panics(t, func() {
			_ = s.Write(t.Context(), func(tx store.Tx) error {
				require.NoError(t, tx.Set("a", "1"))
				require.NoError(t, tx.PutAccounts([]store.Account{{Number: 1, Name: "a"}}))
				panic("what nobody thought of")
			})
		})
		require.Panics(t, func() {
			_ = s.Read(t.Context(), func(tx store.Tx) error {
				return tx.AccountsFrom("", func(store.Account) (bool, error) { panic("again") })
			})
			panic("there is no account")
		})
	}
	read(t, s, func(tx store.Tx) {
		all, err := tx.Settings()
		require.NoError(t, err)
		require.Empty(t, all)
	})
	write(t, s, func(tx store.Tx) error { return tx.Set("a", "3") })
}
