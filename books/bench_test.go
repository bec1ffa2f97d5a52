package books_test

import (
	"bytes"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/bench/workload"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/internal/pgtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
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
// events from their lines. -accounts says how large, here and in BenchmarkDailyRun; once is enough: -benchtime 1x.
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
		last := date("2026-04-01")
		_, err := store.Issue(b.Context(), books.Issuing{Now: runAt(last)})
		require.NoError(b, err)
		require.NoError(b, store.Close())
		due, daily := dailyRuns(b, name, last, 1, nil)
		require.InDelta(b, n/28, due, 2)
		compare(b, daily, replayed(b, lines.Bytes(), eventtest.Catalogue(eventtest.Gold()), last.AddDays(1)))
	}
}

// BenchmarkDailyRun is a daily run after two years: of accounts of the workload that the other benchmarks bill, with 50 events and some 20
// invoices each, of which a thirtieth has an invoice a day; and one replay of all events from their lines. What becomes known on a day is
// recorded before its run.
func BenchmarkDailyRun(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkDailyRun(b, filepath.Join(b.TempDir(), "books.db")) })
	b.Run("postgres", func(b *testing.B) { benchmarkDailyRun(b, pgtest.URL(b)) })
}

func benchmarkDailyRun(b *testing.B, name string) {
	const days = 10
	options := workload.Options{Accounts: *benchAccounts, Months: 24, Events: 50 * *benchAccounts, Seed: 1}
	last := date("2025-12-17")
	lines, catalogue, err := workload.All(options)
	require.NoError(b, err)
	for b.Loop() {
		later := twoYears(b, name, options, lines, last)
		_, daily := dailyRuns(b, name, last, days, later)
		compare(b, daily, replayed(b, lines, catalogue, last.AddDays(days)))
	}
}

// runAt is when the run of a day is.
func runAt(day cycle.Date) time.Time { return day.Start(nil).Add(6 * time.Hour) }

// twoYears makes books of the lines of a workload up to the run of a day, and returns the events that become known later. The history of some
// accounts is recorded after that of others, and ids follow each other: 50 million random ones in the order of time take SQLite hours, and what
// a daily run reads and writes is the same after both.
func twoYears(b *testing.B, name string, options workload.Options, lines []byte, last cycle.Date) (later []account.Event) {
	packages, err := invoice.ParsePackages("packages.json", options.Packages(), money.USD)
	require.NoError(b, err)
	store := create(b, name, books.New{Packages: packages, Now: at("2024-01-01T00:00:00Z")})
	decoder := eventlog.NewDecoder(invoice.Policy{})
	ids, recorded, start := 0, 0, time.Now()
	for some := range portionsOf(b, lines, options.Accounts/20_000+1) {
		now := make([]account.Event, 0, len(some))
		for _, line := range some {
			e, err := decoder.Decode(line, source.Place{File: "events.jsonl", Line: 1})
			require.NoError(b, err)
			ids++
			if e.ID = fmt.Sprintf("evt-%016d", ids); e.Known().Before(runAt(last)) {
				now = append(now, e)
			} else {
				later = append(later, e)
			}
		}
		done, err := store.Record(b.Context(), books.Recording{Events: books.Each(now...), Now: at("2024-01-01T00:00:00Z")})
		require.NoError(b, err)
		recorded += done.Events
	}
	b.Logf("%-28s %10d in %8.2f s", "events recorded", recorded, time.Since(start).Seconds())
	for _, day := range []cycle.Date{last.AddMonths(-1), last} {
		start := time.Now()
		issued, err := store.Issue(b.Context(), books.Issuing{Now: runAt(day)})
		require.NoError(b, err)
		b.Logf("%-28s %10d in %8.2f s", "invoices issued", issued.Run.Invoices, time.Since(start).Seconds())
	}
	require.NoError(b, store.Close())
	return later
}

// portionsOf yields the lines of some accounts, and then of others, in their order.
func portionsOf(b *testing.B, lines []byte, portions int) iter.Seq[[][]byte] {
	const before = `"account":"`
	all := make([][][]byte, portions)
	for line := range bytes.Lines(lines) {
		_, rest, found := bytes.Cut(line, []byte(before))
		name, _, ended := bytes.Cut(rest, []byte{'"'})
		require.True(b, found && ended, "%s", line)
		of := crc32.ChecksumIEEE(name) % uint32(portions)
		all[of] = append(all[of], bytes.TrimSuffix(line, []byte{'\n'}))
	}
	return slices.Values(all)
}

// dailyRuns runs on some days after a day, and returns how many accounts were due and how long it took, a day. What becomes known by a run
// is recorded before it. The books are opened each day, and closed, which is when SQLite moves what was written into its file: that is told
// beside it.
func dailyRuns(b *testing.B, name string, last cycle.Date, days int, later []account.Event) (due int, daily time.Duration) {
	var cores, closing time.Duration
	recorded, invoices := 0, int64(0)
	for n := range days {
		now := runAt(last.AddDays(n + 1))
		var today []account.Event
		today, later = knownBefore(later, now)
		record, err := books.Open(b.Context(), name)
		require.NoError(b, err)
		done, err := record.Record(b.Context(), books.Recording{Events: books.Each(today...), Now: now})
		require.NoError(b, err)
		require.NoError(b, record.Close())
		recorded += done.Events

		used, start := spent(), time.Now()
		store, err := books.Open(b.Context(), name)
		require.NoError(b, err)
		issued, err := store.Issue(b.Context(), books.Issuing{Now: now})
		require.NoError(b, err)
		due += issued.Accounts
		invoices += issued.Run.Invoices
		daily += time.Since(start)
		start = time.Now()
		require.NoError(b, store.Close())
		closing += time.Since(start)
		cores += spent() - used
	}
	daily, closing = daily/time.Duration(days), closing/time.Duration(days)
	b.Logf("%-28s %10d in %8.3f s; %6.3f s of this process's cores with closing, which took %.3f s", "accounts of the daily run", due/days, daily.Seconds(), cores.Seconds()/float64(days), closing.Seconds())
	b.Logf("%-28s %10d; %d events recorded", "invoices of the daily run", invoices/int64(days), recorded/days)
	return due / days, daily
}

// knownBefore parts events by whether they are known before an instant.
func knownBefore(events []account.Event, at time.Time) (before, later []account.Event) {
	for _, e := range events {
		if e.Known().Before(at) {
			before = append(before, e)
		} else {
			later = append(later, e)
		}
	}
	return before, later
}

// replayed is how long one replay of events takes, from their lines in memory to invoices that are thrown away.
func replayed(b *testing.B, lines []byte, catalogue invoice.Catalogue, through cycle.Date) time.Duration {
	cores, start := spent(), time.Now()
	var all eventlog.Events
	source := eventlog.Source{Name: "events.jsonl", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(lines)), nil }}
	_, err := all.Load(b.Context(), []eventlog.Source{source}, eventlog.Loading{})
	require.NoError(b, err)
	err = eventlog.ReplayInto(b.Context(), &all, eventlog.Billing{Accounts: all.Accounts(), Catalogue: catalogue, Through: through},
		func(text []byte, bill *account.Bill) []byte {
			for i := range bill.Invoices {
				text = bill.Invoices[i].AppendJSON(text)
			}
			return text
		}, func([]byte) error { return nil })
	require.NoError(b, err)
	took := time.Since(start)
	b.Logf("%-28s %10d in %8.2f s; %6.2f s of this process's cores", "accounts replayed", len(all.Accounts()), took.Seconds(), (spent() - cores).Seconds())
	return took
}

func compare(b *testing.B, daily, replay time.Duration) {
	b.ReportMetric(daily.Seconds()/replay.Seconds(), "daily/replay")
	b.Logf("the daily run takes %.3f of the replay", daily.Seconds()/replay.Seconds())
}
