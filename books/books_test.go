package books_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/eventtest"
	"github.com/prorata-go/prorata/internal/pgtest"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// homes runs a test on books in each home.
func homes(t *testing.T, test func(t *testing.T, name func() string)) {
	t.Run("sqlite", func(t *testing.T) {
		n := 0
		folder := t.TempDir()
		test(t, func() string {
			n++
			return filepath.Join(folder, strings.Repeat("x", n)+".db")
		})
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, func() string { return pgtest.URL(t) })
	})
}

func create(t testing.TB, name string, what books.New) *books.Books {
	t.Helper()
	b, err := books.Create(context.Background(), name, what)
	require.NoError(t, err)
	t.Cleanup(func() { b.Close() })
	return b
}

// gold is new books of one package.
func gold(policy ...string) books.New {
	return books.New{Packages: []invoice.Package{eventtest.Gold()}, Policy: eventtest.PolicyOf(policy...), Now: at("2026-01-01T00:00:00Z")}
}

var at = eventtest.At

func record(t testing.TB, b *books.Books, now string, lines ...string) books.Recorded {
	t.Helper()
	done, err := b.Record(context.Background(), books.Recording{Events: books.Each(read(t, lines...)...), Now: at(now)})
	require.NoError(t, err)
	return done
}

// read reads events: ID TYPE ACCOUNT AT, and more as JSON members.
func read(t testing.TB, lines ...string) (events []account.Event) {
	t.Helper()
	for _, line := range lines {
		f := strings.SplitN(line, " ", 5)
		more := ""
		if len(f) == 5 {
			more = "," + f[4]
		}
		var e account.Event
		require.NoError(t, e.UnmarshalJSON([]byte(`{"id":"`+f[0]+`","type":"`+f[1]+`","account":"`+f[2]+`","at":"`+f[3]+`"`+more+`}`)), line)
		events = append(events, e)
	}
	return events
}

func issue(t testing.TB, b *books.Books, now string) books.Issued {
	t.Helper()
	issued, err := b.Issue(context.Background(), books.Issuing{Now: at(now)})
	require.NoError(t, err)
	return issued
}

func invoices(t testing.TB, b *books.Books, which books.Which) (list []invoice.Invoice) {
	t.Helper()
	for inv, err := range b.Invoices(context.Background(), which) {
		require.NoError(t, err)
		list = append(list, inv)
	}
	return list
}

// summary is invoices as ACCOUNT DATE AMOUNT STATUS.
func summary(list []invoice.Invoice) (lines []string) {
	for i := range list {
		lines = append(lines, strings.Join([]string{list[i].Account, list[i].Date.String(), list[i].FinalAmount.Number(), list[i].Status.Key()}, " "))
	}
	return lines
}

func whole(t testing.TB, b *books.Books) books.Verified {
	t.Helper()
	found, err := b.Verify(context.Background(), books.Verifying{Replay: true})
	require.NoError(t, err)
	require.Empty(t, found.Faults)
	return found
}

func TestMonth(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		done := record(t, b, "2026-01-31T10:00:00Z",
			`1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `2 usage.recorded a 2026-01-20T08:00:00Z "credits":60000`,
			`3 account.created b 2026-01-31T08:00:00Z "package":"Gold"`, `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
		require.Equal(t, books.Recorded{Events: 3, Repeated: 1, At: at("2026-01-31T10:00:00Z")}, done)
		require.EqualValues(t, 0, issue(t, b, "2026-02-09T23:59:59Z").Run.Invoices)

		first := issue(t, b, "2026-02-10T05:00:00Z")
		require.Equal(t, []string{"a 2026-02-10 89.95 unpaid"}, summary(invoices(t, b, books.Which{Run: first.Run.Number})))
		require.Equal(t, 1, first.Accounts, "only that account is looked at")
		again := issue(t, b, "2026-02-10T05:00:00Z")
		require.EqualValues(t, 0, again.Run.Invoices)
		require.Equal(t, 0, again.Accounts)
		require.Equal(t, first.Run.Seal, again.Run.Before)

		// Usage that is recorded after the run of its day is settled by the next invoice, whatever its clock says.
		done = record(t, b, "2026-02-10T06:00:00Z", `4 usage.recorded a 2026-02-09T23:00:00Z "credits":1000`,
			`5 invoice.status_changed a 2026-02-10T06:00:00Z "invoice":"`+invoice.NumbersOf("a").On(date("2026-02-10")).String()+`","status":"paid"`)
		require.Equal(t, 2, done.Later)
		require.Equal(t, []string{"a 2026-02-10 89.95 paid"}, summary(invoices(t, b, books.Which{Accounts: []string{"a"}})))
		issue(t, b, "2026-03-10T05:00:00Z")
		require.Equal(t, []string{"a 2026-02-10 89.95 paid", "a 2026-03-10 80.95 unpaid", "b 2026-02-28 79.95 unpaid"}, summary(invoices(t, b, books.Which{})))
		unpaid := invoice.Unpaid
		require.Equal(t, []string{"a 2026-03-10 80.95 unpaid", "b 2026-02-28 79.95 unpaid"}, summary(invoices(t, b, books.Which{Status: &unpaid})))
		require.Equal(t, []string{"b 2026-02-28 79.95 unpaid"}, summary(invoices(t, b, books.Which{From: date("2026-02-11"), Through: date("2026-03-09")})))
		found := whole(t, b)
		require.EqualValues(t, 4, found.Runs)
		require.EqualValues(t, 3, found.Invoices)
	})
}

// An account that is closed and settled has no next day, which verify --replay finds right, however soon after its last invoice.
func TestClosedAndSettled(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		record(t, b, "2026-01-20T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `2 account.closed a 2026-01-20T08:00:00Z`)
		issue(t, b, "2026-02-11T05:00:00Z")
		require.Equal(t, []string{"a 2026-02-10 25.79 unpaid"}, summary(invoices(t, b, books.Which{})), "the day after, since the account could have been opened again on it")
		require.Zero(t, issue(t, b, "2026-02-12T05:00:00Z").Accounts)
		whole(t, b)
		require.Zero(t, issue(t, b, "2026-03-11T05:00:00Z").Accounts)
		whole(t, b)
		record(t, b, "2026-03-12T10:00:00Z", `3 usage.recorded a 2026-01-15T08:00:00Z "credits":60000`)
		issue(t, b, "2026-03-13T05:00:00Z")
		require.Equal(t, []string{"a 2026-02-10 25.79 unpaid", "a 2026-03-10 10.00 unpaid"}, summary(invoices(t, b, books.Which{})))
		whole(t, b)
		issue(t, b, "2026-03-14T05:00:00Z")
		whole(t, b)
	})
}

var histories = flag.Int("history.count", 20, "how many histories TestRuns plays")

// An invoice stays canceled where the creation of its account is voided afterwards, in the list of invoices as for the next one; what was
// paid after the voiding of a status is paid.
func TestStatuses(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		number := func(account, day string) string { return invoice.NumbersOf(account).On(date(day)).String() }
		record(t, b, "2026-01-10T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `2 account.created b 2026-01-10T08:00:00Z "package":"Gold"`)
		issue(t, b, "2026-02-11T05:00:00Z")
		record(t, b, "2026-02-12T10:00:00Z",
			`3 invoice.status_changed a 2026-02-12 "invoice":"`+number("a", "2026-02-10")+`","status":"canceled"`,
			`4 invoice.status_changed b 2026-02-12 "invoice":"`+number("b", "2026-02-10")+`","status":"canceled"`)
		record(t, b, "2026-02-13T10:00:00Z", `5 event.voided a 2026-02-13 "event":"1"`, `6 event.voided b 2026-02-13 "event":"4"`,
			`7 invoice.status_changed b 2026-02-13 "invoice":"`+number("b", "2026-02-10")+`","status":"paid"`)
		want := []string{"a 2026-02-10 79.95 canceled", "b 2026-02-10 79.95 paid"}
		require.Equal(t, want, summary(invoices(t, b, books.Which{})))
		require.Equal(t, want[:1], summary(invoices(t, b, books.Which{Number: number("a", "2026-02-10")})))
		require.Equal(t, want, summary(invoices(t, b, books.Which{Run: 1})))
		for balance, err := range b.Balances(t.Context(), books.Balancing{AsOf: date("2026-02-20")}) {
			require.NoError(t, err)
			require.Zero(t, balance.Open.Minor(), balance.Account)
		}
	})
}

func date(text string) cycle.Date { return cycle.MustDate(text) }

// TestWhatWouldBeRecorded: a dry run says what recording says afterwards, of events that are there, that repeat or contradict each other many
// events apart, and that come after an invoice, and records nothing.
func TestWhatWouldBeRecorded(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		events := slices.Collect(yearOf(150, 0, 3))
		const now = "2026-03-02T00:00:00Z"
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(events[:300]...), Now: at("2026-02-01T00:00:00Z")})
		require.NoError(t, err)
		issue(t, b, "2026-03-01T00:00:00Z")
		before := whole(t, b).Events
		again := append(slices.Clone(events), events[0], events[700], events[len(events)-1])
		other := events[750]
		other.Credits++
		older := events[6]
		older.Credits++
		wrong := append(slices.Clone(again), other, older)
		would, err := b.Record(t.Context(), books.Recording{Events: books.Each(again...), Now: at(now), DryRun: true})
		require.NoError(t, err)
		require.Equal(t, []int{len(events) - 300, 303}, []int{would.Events, would.Repeated})
		require.Positive(t, would.Later)
		_, conflicts := b.Record(t.Context(), books.Recording{Events: books.Each(wrong...), Now: at(now), DryRun: true})
		require.Error(t, conflicts)
		require.Equal(t, before, whole(t, b).Events, "nothing is recorded")
		_, err = b.Record(t.Context(), books.Recording{Events: books.Each(wrong...), Now: at(now)})
		require.EqualError(t, err, conflicts.Error())
		require.Len(t, err.(books.Problems), 2)
		done, err := b.Record(t.Context(), books.Recording{Events: books.Each(again...), Now: at(now)})
		require.NoError(t, err)
		require.Equal(t, done, would)
	})
}

// allIssued makes sure that a run which has just ended left nothing to issue.
func allIssued(t *testing.T, b *books.Books, now time.Time, seed uint64) {
	for h, err := range b.Histories(t.Context()) {
		require.NoError(t, err)
		catalogue, err := invoice.NewCatalogue(h.Terms.Packages, invoice.Retail)
		require.NoError(t, err)
		left, err := account.Issue(account.Issuing{Events: h.Events, Issued: h.Issued, Catalogue: catalogue, Policy: h.Terms.Policy, By: now})
		require.NoError(t, err)
		require.Empty(t, left.Invoices, "seed %d, account %s, run of %s", seed, h.Account, now)
	}
}

// TestRuns: runs on any days, each with the events recorded by then, in time or late, issue together what one replay prints for the
// invoices that are final, to the byte; and only due accounts are read. With -history.count 300 it plays more of them.
func TestRuns(t *testing.T) {
	const days = 14
	if testing.Short() {
		*histories = min(*histories, 5)
	}
	name := filepath.Join(t.TempDir(), "books.db")
	for seed := range uint64(*histories) {
		random := rand.New(rand.NewPCG(seed, 12))
		h := &eventtest.History{Year: 2026}
		pick := eventtest.Picker(random.IntN)
		h.RandomPolicy(pick)
		h.RandomPackages(pick)
		var events []account.Event
		for _, account := range []string{"a", "b", "c"} {
			events = append(events, h.RandomEvents(pick, account, 16)...)
		}
		for i := range events {
			events[i].ID = events[i].Account + events[i].ID
			if events[i].Voids != "" {
				events[i].Voids = events[i].Account + events[i].Voids
			}
		}
		recorded := map[string]time.Time{} // by id: some later than they were known, also than an invoice that would have had them
		for i := range events {
			if at := events[i].Known(); !recorded[events[i].ID].After(at) {
				recorded[events[i].ID] = at.Add(time.Duration(eventtest.One(pick, 0, 0, 0, 5, random.IntN(70*24))) * time.Hour)
			}
		}
		slices.SortStableFunc(events, func(a, b account.Event) int { return recorded[a.ID].Compare(recorded[b.ID]) })
		b := create(t, name+"."+string(rune('a'+seed%26))+strings.Repeat("x", int(seed/26)), books.New{Packages: h.Packages, Policy: h.Policy, Now: date("2009-01-01").Start(nil)})
		last := h.Through().AddDays(-200).Start(nil)
		for day := range days {
			now := h.Through().AddDays(-400 + day*30 + random.IntN(25)).Start(h.Policy.TimeZone).Add(time.Duration(random.IntN(30)) * time.Hour)
			switch {
			case day == days-1: // the day after, when most accounts are not looked at
				now = last.Add(24 * time.Hour)
			case now.Before(last) && day > 0:
				now = last
			}
			last = now
			n, _ := slices.BinarySearchFunc(events, now.Add(1), func(e account.Event, t time.Time) int { return recorded[e.ID].Compare(t) })
			_, err := b.Record(t.Context(), books.Recording{Events: books.Each(events[:n]...), Now: now})
			require.NoError(t, err, "seed %d", seed)
			events = events[n:]
			_, err = b.Issue(t.Context(), books.Issuing{Now: now})
			require.NoError(t, err, "seed %d", seed)
			allIssued(t, b, now, seed)
		}
		whole(t, b)
		catalogue := h.Catalogue()
		for acc, err := range b.Accounts(t.Context(), "") {
			require.NoError(t, err)
			all, err := b.EventsOf(t.Context(), acc.Name)
			require.NoError(t, err)
			bill, err := account.BillAccount(all, catalogue, h.Policy, date("9999-12-01"))
			require.NoError(t, err)
			once, err := account.Issue(account.Issuing{Events: all, Catalogue: catalogue, Policy: h.Policy, By: last})
			require.NoError(t, err)
			final := bill.Invoices[:len(once.Invoices)] // one that may still change is cut, and not final, see account.Issue
			require.Equal(t, text(final), text(invoices(t, b, books.Which{Accounts: []string{acc.Name}})), "seed %d, account %s", seed, acc.Name)
		}
		b.Close()
	}
}

func text(list []invoice.Invoice) string {
	var b []byte
	for i := range list {
		b = append(list[i].AppendJSON(b), '\n')
	}
	return string(b)
}

func TestConflicts(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		record(t, b, "2026-01-31T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(read(t,
			`2 usage.recorded a 2026-01-20T08:00:00Z "credits":1`, `1 account.created a 2026-01-11T08:00:00Z "package":"Gold"`, `2 usage.recorded a 2026-01-20T08:00:00Z "credits":2`)...)})
		var wrong books.Problems
		require.ErrorAs(t, err, &wrong)
		require.Len(t, wrong, 2)
		var conflict *books.ConflictError
		require.ErrorAs(t, err, &conflict)
		require.Equal(t, books.ConflictError{ID: "1", Seq: 1, Recorded: at("2026-01-31T10:00:00Z"), Body: conflict.Body}, *conflict)
		require.JSONEq(t, `{"id":"1","type":"account.created","account":"a","at":"2026-01-10T08:00:00Z","package":"Gold"}`, string(conflict.Body))
		require.ErrorContains(t, err, `id "2" is used twice`)
		require.EqualValues(t, 1, whole(t, b).Events, "nothing is recorded")
	})
}

// What no home can keep is refused in each with the same words.
func TestNotKept(t *testing.T) {
	long := strings.Repeat("é", 1000)
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		created := func(id, of string) account.Event {
			return account.Event{ID: id, Type: account.Created, Account: of, At: at("2026-01-10T08:00:00Z"), Package: "Gold"}
		}
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(created("1", "a\x00"), created("2\x00", "a"), created("3", long+"x"), created(long+"x", "a")), Now: at("2026-01-10T08:00:00Z")})
		var wrong books.Problems
		require.ErrorAs(t, err, &wrong)
		require.Len(t, wrong, 4)
		require.ErrorContains(t, wrong[0], "has the character NUL in its id or account")
		require.ErrorContains(t, wrong[1], "has the character NUL in its id or account")
		require.EqualError(t, wrong[2], `event "3" has an account of 2001 bytes, expected at most 2000`)
		require.ErrorContains(t, wrong[3], "has an id of 2001 bytes, expected at most 2000")
		_, err = b.Record(t.Context(), books.Recording{Events: books.Each(created(random(2000), random(2000))), Now: at("2026-01-10T08:00:00Z")})
		require.NoError(t, err, "what is as long as that is kept, be it such that it cannot be packed")
		require.EqualValues(t, 1, whole(t, b).Events)
	})
}

// random is a text of so many bytes that cannot be packed.
func random(n int) string {
	text := make([]byte, n)
	r := rand.New(rand.NewPCG(uint64(n), 12))
	for i := range text {
		text[i] = byte('!' + r.IntN('~'-'!'))
	}
	return string(text)
}

func TestNow(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		issue(t, b, "2026-03-01T00:00:00Z")
		_, err := b.Issue(t.Context(), books.Issuing{Now: at("2026-02-28T23:59:59Z")})
		require.EqualError(t, err, "now 2026-02-28T23:59:59Z is before the last run, of 2026-03-01T00:00:00Z, expected that or later")
		issue(t, b, "2200-03-01T00:00:00Z")
		late, err := b.Issue(t.Context(), books.Issuing{})
		require.NoError(t, err, "a clock that was set back stands still")
		require.Equal(t, at("2200-03-01T00:00:00Z"), late.Run.At)
	})
}

func TestCreate(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		one := name()
		_, err := books.Open(t.Context(), one)
		require.ErrorIs(t, err, store.ErrMissing)
		_, err = books.OpenReader(t.Context(), one)
		require.ErrorIs(t, err, store.ErrMissing)
		b := create(t, one, gold())
		_, err = books.Create(t.Context(), one, gold())
		require.ErrorIs(t, err, store.ErrExists)
		require.NoError(t, b.Close())
		r, err := books.OpenReader(t.Context(), one)
		require.NoError(t, err)
		defer r.Close()
		require.Equal(t, b.ID(), r.ID())
		_, err = r.Issue(t.Context(), books.Issuing{})
		require.ErrorIs(t, err, store.ErrReadOnly)
		_, err = r.Record(t.Context(), books.Recording{Events: books.Each()})
		require.ErrorIs(t, err, store.ErrReadOnly)
	})
}

func TestNumberPrefix(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		what := gold()
		what.NumberPrefix = "EU-"
		b := create(t, name(), what)
		record(t, b, "2026-01-31T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
		issue(t, b, "2026-02-10T05:00:00Z")
		number := "EU-" + invoice.NumbersOf("a").On(date("2026-02-10")).String()
		require.Equal(t, number, invoices(t, b, books.Which{})[0].Number.String())
		record(t, b, "2026-02-11T10:00:00Z", `2 invoice.status_changed a 2026-02-11T08:00:00Z "invoice":"`+number+`","status":"canceled"`)
		require.Equal(t, []string{"a 2026-02-10 79.95 canceled"}, summary(invoices(t, b, books.Which{Number: number})))
		issue(t, b, "2026-03-10T05:00:00Z")
		require.Equal(t, []string{"a 2026-02-10 79.95 canceled", "a 2026-03-10 159.90 unpaid"}, summary(invoices(t, b, books.Which{})))
		whole(t, b)
		what.NumberPrefix = "EU"
		_, err := books.Create(t.Context(), name(), what)
		require.ErrorContains(t, err, `"EU" is no prefix of numbers`)
	})
}

func TestExportAndLoad(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := demo(t, name())
		var exported bytes.Buffer
		require.NoError(t, b.Export(t.Context(), &exported))
		copied, err := books.Load(t.Context(), name(), bytes.NewReader(exported.Bytes()), "export.jsonl")
		require.NoError(t, err)
		defer copied.Close()
		require.Equal(t, whole(t, b), whole(t, copied))
		var again bytes.Buffer
		require.NoError(t, copied.Export(t.Context(), &again))
		require.Equal(t, exported.String(), again.String())
		// Both go on alike.
		require.Equal(t, issue(t, b, "2026-06-01T00:00:00Z"), issue(t, copied, "2026-06-01T00:00:00Z"))

		lines := bytes.SplitAfter(exported.Bytes(), []byte("\n"))
		for _, cut := range []int{0, 1, 2, 5, len(lines) / 2, len(lines) - 2} {
			target := name()
			_, err := books.Load(t.Context(), target, bytes.NewReader(bytes.Join(lines[:cut], nil)), "export.jsonl")
			require.ErrorContains(t, err, "the export has no end", "%d lines", cut)
			_, err = books.Open(t.Context(), target)
			require.ErrorIs(t, err, store.ErrMissing, "nothing is loaded")
		}
	})
}

// TestNothingLeft: a store that was to be made and was not leaves nothing, but one that is there stays as it is.
func TestNothingLeft(t *testing.T) {
	failing := func(t *testing.T, target string) {
		for range 2 {
			_, err := books.Load(t.Context(), target, strings.NewReader("{}\n"), "export.jsonl")
			require.ErrorContains(t, err, "not the first line of an export")
			_, err = books.Create(t.Context(), target, books.New{Now: at("1950-01-01T00:00:00Z")})
			require.ErrorContains(t, err, "expected an instant of the years 1970 to 2261")
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		folder := t.TempDir()
		failing(t, filepath.Join(folder, "books.db"))
		left, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Empty(t, left)
		b := create(t, filepath.Join(folder, "books.db"), gold())
		_, err = books.Load(t.Context(), filepath.Join(folder, "books.db"), strings.NewReader(""), "export.jsonl")
		require.ErrorIs(t, err, store.ErrExists)
		whole(t, b)
	})
	t.Run("postgres", func(t *testing.T) {
		target := pgtest.URL(t)
		config, err := pgx.ParseConfig(target)
		require.NoError(t, err)
		schema := config.RuntimeParams["search_path"]
		db, err := pgx.Connect(t.Context(), target)
		require.NoError(t, err)
		defer db.Close(context.Background())
		count := func(query string) (n int) {
			require.NoError(t, db.QueryRow(t.Context(), query, schema).Scan(&n))
			return n
		}
		failing(t, target)
		require.Zero(t, count("SELECT count(*) FROM pg_namespace WHERE nspname = $1"))
		_, err = db.Exec(t.Context(), "CREATE SCHEMA "+schema+" CREATE TABLE theirs (n INTEGER)")
		require.NoError(t, err)
		failing(t, target)
		require.Equal(t, 1, count("SELECT count(*) FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid WHERE nspname = $1"))
		create(t, target, gold())
	})
}

// TestMadeAtOnce: of several that make one store at once, of which some fail, no more than one makes it, and then it is whole.
func TestMadeAtOnce(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		for range 10 {
			target := name()
			var made atomic.Int32
			var all sync.WaitGroup
			for i := range 6 {
				all.Go(func() {
					what := gold()
					if i%2 == 0 {
						what.Now = at("1950-01-01T00:00:00Z")
					}
					b, err := books.Create(t.Context(), target, what)
					if err != nil {
						return
					}
					made.Add(1)
					b.Close()
				})
			}
			all.Wait()
			require.LessOrEqual(t, made.Load(), int32(1))
			b, err := books.Open(t.Context(), target)
			if made.Load() == 0 {
				require.ErrorIs(t, err, store.ErrMissing)
				continue
			}
			require.NoError(t, err)
			whole(t, b)
			require.NoError(t, b.Close())
		}
	})
}

// An invoice of many long descriptions is loaded as it was exported.
func TestLoadLargeInvoice(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir := t.TempDir()
	b := create(t, filepath.Join(dir, "books.db"), gold())
	events := read(t, `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
	for i := range 68 {
		events = append(events, account.Event{ID: fmt.Sprint("charge-", i), Type: account.ChargeAdded, Account: "a", At: at("2026-01-11T08:00:00Z"),
			Amount: money.MustParse("1.00 USD"), Description: strings.Repeat("x", 1_000_000)})
	}
	_, err := b.Record(t.Context(), books.Recording{Events: books.Each(events...), Now: at("2026-01-11T08:00:00Z")})
	require.NoError(t, err)
	issue(t, b, "2026-02-10T05:00:00Z")
	var exported bytes.Buffer
	require.NoError(t, b.Export(t.Context(), &exported))
	copied, err := books.Load(t.Context(), filepath.Join(dir, "copy.db"), &exported, "export.jsonl")
	require.NoError(t, err)
	defer copied.Close()
	found, err := copied.Verify(t.Context(), books.Verifying{})
	require.NoError(t, err)
	require.Empty(t, found.Faults)
	require.EqualValues(t, 1, found.Invoices)
}

// The numbers of the accounts of demo.
const demoA, demoB, demoC = 10<<32 + 1, 11<<32 + 1, 12<<32 + 1

// demo is books with some months in them: late usage, a change, a close, a voided event, an account that is closed.
func demo(t testing.TB, name string) *books.Books {
	t.Helper()
	b := create(t, name, gold("settle_days=1"))
	record(t, b, "2026-01-12T10:00:00Z", `1 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `2 account.created b 2026-01-11T08:00:00Z "package":"Gold"`,
		`3 account.created c 2026-01-12T08:00:00Z "package":"Gold"`, `4 usage.recorded a 2026-01-12T08:00:00Z "credits":70000`)
	for _, day := range []string{"2026-02-10", "2026-02-11", "2026-02-12", "2026-02-13"} {
		issue(t, b, day+"T05:00:00Z")
	}
	record(t, b, "2026-02-13T06:00:00Z", `5 account.closed b 2026-02-13T05:30:00Z`, `6 usage.recorded a 2026-02-01T08:00:00Z "credits":1000`, `7 event.voided a 2026-02-13T06:00:00Z "event":"4"`,
		`8 charge.added c 2026-02-13T06:00:00Z "amount":"-5.00","description":"a \"kindness\" é"`)
	issue(t, b, "2026-03-20T05:00:00Z")
	record(t, b, "2026-03-21T06:00:00Z", `9 usage.recorded b 2026-02-12T08:00:00Z "credits":60000`)
	issue(t, b, "2026-04-20T05:00:00Z")
	return b
}
