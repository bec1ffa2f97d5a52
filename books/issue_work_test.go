package books_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/postgres"
	"github.com/prorata-go/prorata/books/sqlite"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/invoice"
)

// A run of many accounts is read and billed by several workers, and issues what they are owed in the order of their names, also where
// it only says what it would issue.
func TestRunOfManyWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	homes(t, func(t *testing.T, name func() string) {
		const accounts = 901
		b := create(t, name(), gold())
		events := slices.Collect(yearOf(accounts, 0, 2))
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(events...), Now: at("2026-01-01T00:00:00Z")})
		require.NoError(t, err)
		for month, now := range []string{"2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"} {
			would, err := b.Issue(t.Context(), books.Issuing{Now: at(now), DryRun: true})
			require.NoError(t, err)
			issued := issue(t, b, now)
			require.Equal(t, issued, would)
			list := invoices(t, b, books.Which{Run: int64(month + 1)})
			names := map[string]bool{}
			for i := range list {
				names[list[i].Account] = true
			}
			require.Len(t, names, accounts)
			require.True(t, slices.IsSortedFunc(list, func(a, b invoice.Invoice) int { return strings.Compare(a.Account, b.Account) }))
		}
		whole(t, b)
	})
}

// Whoever asks for the invoices while they are issued is given what the books show of the run afterwards, also where the status of an invoice
// was recorded before it, and where others had a status before.
func TestEachIsGivenWhatIsIssued(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		each := func(now string, dry bool) (given []invoice.Invoice) {
			_, err := b.Issue(t.Context(), books.Issuing{Now: at(now), DryRun: dry, Each: func(list []invoice.Invoice) error {
				given = append(given, list...)
				return nil
			}})
			require.NoError(t, err)
			return given
		}
		record(t, b, "2026-01-31T00:00:00Z", `1 account.created a 2026-01-10 "package":"Gold"`, `2 account.created b 2026-01-12 "package":"Gold"`)
		for run, now := range []string{"2026-02-20T00:00:00Z", "2026-04-20T00:00:00Z"} {
			would := each(now, true)
			record(t, b, now, fmt.Sprintf(`s%d invoice.status_changed b %s "invoice":%q,"status":"refunded"`, run, now, would[len(would)-1].Number))
			given := each(now, false)
			require.Equal(t, text(invoices(t, b, books.Which{Run: int64(run + 1)})), text(given))
			require.Equal(t, []int{2, 4}[run], len(given))
			require.Equal(t, invoice.Refunded, given[len(given)-1].Status)
			require.Equal(t, invoice.Unpaid, given[0].Status)
		}
		whole(t, b)
		_, err := b.Issue(t.Context(), books.Issuing{Now: at("2026-05-20T00:00:00Z"), Each: func([]invoice.Invoice) error { return errors.New("no room") }})
		require.EqualError(t, err, "no room")
		require.EqualValues(t, 2, whole(t, b).Runs, "nothing is issued")
	})
}

// fewReads is a home of which no more than so many read at once, like a server that has no more connections.
type fewReads struct {
	store.Store
	left *atomic.Int64
}

func (f fewReads) Read(ctx context.Context, read func(store.Tx) error) error {
	defer f.left.Add(1)
	if f.left.Add(-1) < 0 {
		return errors.New("too many clients already")
	}
	return f.Store.Read(ctx, read)
}

// A run needs one connection: what workers cannot read beside it, it reads itself.
func TestRunWithoutConnections(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	homes(t, func(t *testing.T, name func() string) {
		var exports []string
		for _, reads := range []int64{9, 1, 0} {
			var home store.Store
			var err error
			if name := name(); strings.HasPrefix(name, "postgres") {
				home, err = postgres.Create(t.Context(), name)
			} else {
				home, err = sqlite.Create(t.Context(), name)
			}
			require.NoError(t, err)
			few := fewReads{home, new(atomic.Int64)}
			few.left.Store(1)
			b, err := books.CreateIn(t.Context(), few, gold())
			require.NoError(t, err)
			defer b.Close()
			_, err = b.Record(t.Context(), books.Recording{Events: books.Each(slices.Collect(yearOf(901, 0, 2))...), Now: at("2026-01-01T00:00:00Z")})
			require.NoError(t, err)
			few.left.Store(reads)
			issue(t, b, "2026-03-01T00:00:00Z")
			few.left.Store(1)
			whole(t, b)
			exports = append(exports, text(invoices(t, b, books.Which{})))
		}
		require.Equal(t, exports[0], exports[1])
		require.Equal(t, exports[0], exports[2])
	})
}

// What goes wrong with one account ends the run, and nothing is issued.
func TestRunOfManyWorkersFails(t *testing.T) {
	b := create(t, t.TempDir()+"/books.db", gold())
	events := slices.Collect(yearOf(450, 0, 2))
	for i := range 40 { // more than fits an amount
		events = append(events, account.Event{ID: fmt.Sprint("much-", i), Type: account.UsageRecorded, Account: events[300].Account, At: events[300].At.AddDate(0, 0, 1), Credits: 1 << 62})
	}
	_, err := b.Record(t.Context(), books.Recording{Events: books.Each(events...), Now: at("2026-01-01T00:00:00Z")})
	require.NoError(t, err)
	_, err = b.Issue(t.Context(), books.Issuing{Now: at("2026-03-01T00:00:00Z")})
	require.ErrorContains(t, err, events[300].Account)
	require.Empty(t, invoices(t, b, books.Which{}))
	require.Zero(t, whole(t, b).Runs)
}
