package books_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/internal/pgtest"
	"github.com/prorata-go/prorata/invoice"
)

var benchAccounts = flag.Int("accounts", 3000, "how many accounts BenchmarkBooks has")

// usageOfMonth is how many events of usage an account of BenchmarkBooks has a month.
const usageOfMonth = 4

// yearOf yields the events of some accounts in the months of 2026 from one up to another, month after month. A 28th was created on
// each of the first days of January.
func yearOf(accounts, from, to int) iter.Seq[account.Event] {
	return func(yield func(account.Event) bool) {
		start := date("2026-01-01").Start(nil)
		for month := from; month < to; month++ {
			for a := range accounts {
				name := fmt.Sprintf("customer-%07d@example.com", a)
				if month == 0 && !yield(account.Event{ID: fmt.Sprintf("created-%d", a), Type: account.Created, Account: name, At: start.AddDate(0, 0, a%28).Add(time.Hour), Package: "Gold"}) {
					return
				}
				for u := range usageOfMonth {
					e := account.Event{ID: fmt.Sprintf("usage-%d-%d-%d", a, month, u), Type: account.UsageRecorded, Account: name, At: start.AddDate(0, month, a%28).Add(time.Duration(1+u) * 7 * time.Hour), Credits: int64(1000 + a%15000)}
					if !yield(e) {
						return
					}
				}
			}
		}
	}
}

// spent is the time that this process has used of all cores.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkBooks is three months of a reseller: what is recorded, what is billed, a daily run at the end of it, and one replay of all
// events from their lines. -accounts says how large; once is enough: -benchtime 1x.
func BenchmarkBooks(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmark(b, filepath.Join(b.TempDir(), "books.db")) })
	b.Run("postgres", func(b *testing.B) { benchmark(b, pgtest.URL(b)) })
}

func benchmark(b *testing.B, name string) {
	const months = 3
	n := *benchAccounts
	var lines bytes.Buffer
	for e := range yearOf(n, 0, months) {
		lines.Write(append(e.AppendJSON(nil), '\n'))
	}
	measure := func(what string, count int, f func()) time.Duration {
		cores, start := spent(), time.Now()
		f()
		took := time.Since(start)
		b.ReportMetric(float64(count)/took.Seconds(), strings.ReplaceAll(what, " ", "-")+"/s")
		b.Logf("%-28s %10d in %8.2f s, %8.0f/s; %6.2f s of this process's cores", what, count, took.Seconds(), float64(count)/took.Seconds(), (spent() - cores).Seconds())
		return took
	}
	for b.Loop() {
		store := create(b, name, gold())
		events := 0
		read := eventlog.Read(bytes.NewReader(lines.Bytes()), "events.jsonl", invoice.Policy{})
		measure("events recorded", n*(1+months*usageOfMonth), func() {
			done, err := store.Record(b.Context(), books.Recording{Events: read, Now: at("2026-01-01T00:00:00Z")})
			require.NoError(b, err)
			events = done.Events
		})
		require.Equal(b, n*(1+months*usageOfMonth), events)
		for month := 1; month < months; month++ {
			now := date("2026-02-01").AddMonths(month).Start(nil).Add(-time.Hour)
			measure(fmt.Sprintf("accounts billed %d", month), n, func() {
				issued, err := store.Issue(b.Context(), books.Issuing{Now: now})
				require.NoError(b, err)
				require.EqualValues(b, n, issued.Run.Invoices)
			})
		}
		_, err := store.Issue(b.Context(), books.Issuing{Now: at("2026-04-01T06:00:00Z")}) // the day before
		require.NoError(b, err)
		var daily time.Duration
		due := 0
		cores, start := spent(), time.Now()
		issued, err := store.Issue(b.Context(), books.Issuing{Now: at("2026-04-02T06:00:00Z")})
		require.NoError(b, err)
		daily, due = time.Since(start), issued.Accounts
		b.Logf("%-28s %10d in %8.2f s; %6.2f s of this process's cores", "accounts of the daily run", due, daily.Seconds(), (spent() - cores).Seconds())
		require.InDelta(b, n/28, due, 2)
		replayed := measure("events replayed from lines", events, func() {
			var all eventlog.Events
			source := eventlog.Source{Name: "events.jsonl", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(lines.Bytes())), nil }}
			_, err := all.Load(b.Context(), []eventlog.Source{source}, eventlog.Loading{})
			require.NoError(b, err)
			var text []byte
			for bill, err := range all.Replay(b.Context(), eventlog.Billing{Accounts: all.Accounts(), Catalogue: eventtest.Catalogue(eventtest.Gold()), Through: date("2026-04-02")}) {
				require.NoError(b, err)
				text = text[:0]
				for i := range bill.Invoices {
					text = bill.Invoices[i].AppendJSON(text)
				}
			}
		})
		b.Logf("the daily run takes %.3f of the replay", daily.Seconds()/replayed.Seconds())
	}
}
