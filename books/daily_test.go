package books_test

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	files "github.com/prorata-go/prorata/testdata/demo"
)

// TestEveryDay records and bills the demonstration day by day, as a reseller does: after each run the books are whole, also when every run
// is made again from what it knew, and at the end they are those of one replay.
func TestEveryDay(t *testing.T) {
	if testing.Short() {
		t.Skip("some four hundred days")
	}
	packages, err := invoice.ParsePackages("packages.json", files.Packages, money.USD)
	require.NoError(t, err)
	var events []account.Event
	for e, err := range eventlog.Read(bytes.NewReader(files.Events), "events.jsonl", invoice.Policy{}) {
		require.NoError(t, err)
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b account.Event) int { return a.Known().Compare(b.Known()) })
	b := create(t, filepath.Join(t.TempDir(), "books.db"), books.New{Packages: packages, Now: events[0].Known()})
	rest := events
	end := date("2026-04-01")
	for day := date("2025-01-01"); day.Before(end); day = day.AddDays(1) {
		now := day.Start(nil).Add(6 * time.Hour)
		n, _ := slices.BinarySearchFunc(rest, now.Add(1), func(e account.Event, t time.Time) int { return e.Known().Compare(t) })
		_, err := b.Record(t.Context(), books.Recording{Events: books.Each(rest[:n]...), Now: now})
		require.NoError(t, err)
		rest = rest[n:]
		_, err = b.Issue(t.Context(), books.Issuing{Now: now})
		require.NoError(t, err)
		whole(t, b)
	}
	require.Empty(t, rest)
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	for acc, err := range b.Accounts(t.Context(), "") {
		require.NoError(t, err)
		all, err := b.EventsOf(t.Context(), acc.Name)
		require.NoError(t, err)
		once, err := account.BillAccount(all, catalogue, invoice.Policy{}, end.AddDays(-1))
		require.NoError(t, err)
		require.Equal(t, text(once.Invoices), text(invoices(t, b, books.Which{Accounts: []string{acc.Name}})), acc.Name)
	}
}

// Usage that comes after a boundary without an invoice is billed on it by the next run, also where something else is still to come: an
// account opened and closed on 20 October, with usage of 20 December that makes no sense, has nothing to bill on 20 November, until 5,000
// credits of 20 October are found in January.
func TestLateUsageOfABoundaryWithoutAnInvoice(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		record(t, b, "2025-11-21T00:00:00Z", `1 account.created a 2025-10-20 "package":"Gold"`, `2 account.closed a 2025-10-20T12:00:00Z`,
			`3 usage.recorded a 2025-12-20T12:00:00Z "credits":1`)
		issue(t, b, "2025-11-21T00:00:00Z")
		issue(t, b, "2026-01-13T00:00:00Z")
		require.Empty(t, invoices(t, b, books.Which{}))
		require.Zero(t, issue(t, b, "2026-01-13T12:00:00Z").Accounts, "it is looked at on its next day only")
		record(t, b, "2026-01-13T13:00:00Z", `4 usage.recorded a 2025-12-21T00:00:00Z "credits":1`)
		require.Zero(t, issue(t, b, "2026-01-13T14:00:00Z").Accounts, "and not for usage of a day after the boundary")
		whole(t, b)
		record(t, b, "2026-01-14T00:00:00Z", `5 usage.recorded a 2025-10-20T09:00:00Z "credits":5000`)
		require.Equal(t, 1, issue(t, b, "2026-01-14T00:00:00Z").Accounts)
		require.Equal(t, []string{"a 2025-11-20 5.00 unpaid"}, summary(invoices(t, b, books.Which{})))
		whole(t, b)
	})
}

// A run through an earlier day than the one before looks at no account that the one before left for later, which verify --replay finds right:
// be it one that passed a boundary without an invoice, or one that has nothing left. A next day that is later than that is named all the same.
func TestVerifyAfterARunThroughAnEarlierDay(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	b := create(t, name, gold())
	record(t, b, "2026-06-25T00:00:00Z", `1 account.created a 2026-04-20 "package":"Gold"`, `2 account.closed a 2026-04-20T12:00:00Z`, `3 usage.recorded a 2026-06-26 "credits":1`,
		`4 account.created b 2026-01-20 "package":"Gold"`, `5 account.closed b 2026-01-20T12:00:00Z`, `6 account.created c 2026-06-01 "package":"Gold"`)
	issue(t, b, "2026-06-25T00:00:00Z")
	whole(t, b)
	db, err := sql.Open("sqlite", name)
	require.NoError(t, err)
	defer db.Close()
	for _, through := range []string{"2026-06-22", "2026-05-15", "2026-03-15", "2026-01-25"} {
		issued, err := b.Issue(t.Context(), books.Issuing{Now: at("2026-06-26T00:00:00Z"), Through: date(through)})
		require.NoError(t, err)
		require.Zero(t, issued.Accounts)
		whole(t, b)
		for account, days := range map[string][2]string{"a": {"2026-07-20", "2026-08-20"}, "c": {"2026-07-01", "2026-07-02"}} {
			for i, day := range []string{days[1], days[0]} {
				_, err := db.Exec("UPDATE accounts SET due = ? WHERE name = ?", day, account)
				require.NoError(t, err)
				found, err := b.Verify(t.Context(), books.Verifying{Replay: true})
				require.NoError(t, err)
				require.Len(t, found.Faults, 1-i, "%s %s", account, day)
			}
		}
	}
	_, err = db.Exec("UPDATE accounts SET due = NULL WHERE name <> 'b'")
	require.NoError(t, err)
	found, err := b.Verify(t.Context(), books.Verifying{Replay: true})
	require.NoError(t, err)
	require.Len(t, found.Faults, 2)
}

// An account that was recorded after the last run, or before the first, and that somebody has taken from what the next run looks at, is named
// before that run, not only when it has issued nothing to it.
func TestVerifyFindsAnAccountThatIsNotDue(t *testing.T) {
	name := filepath.Join(t.TempDir(), "books.db")
	b := create(t, name, gold())
	db, err := sql.Open("sqlite", name)
	require.NoError(t, err)
	defer db.Close()
	check := func(account, day string) {
		whole(t, b)
		_, err := db.Exec("UPDATE accounts SET due = ? WHERE name = ?", sql.NullString{String: day, Valid: day != ""}, account)
		require.NoError(t, err)
		found, err := b.Verify(t.Context(), books.Verifying{Replay: true})
		require.NoError(t, err)
		require.NotEmpty(t, found.Faults)
		require.Contains(t, found.Faults[0], `account "`+account+`": something was recorded of it that no run has looked at`)
		_, err = db.Exec("UPDATE accounts SET due = '0001-01-01' WHERE name = ?", account)
		require.NoError(t, err)
	}
	record(t, b, "2026-01-10T00:00:00Z", `1 account.created a 2026-01-10 "package":"Gold"`)
	check("a", "")
	issue(t, b, "2026-01-11T00:00:00Z")
	record(t, b, "2026-01-12T00:00:00Z", `2 usage.recorded a 2026-01-11 "credits":1`, `3 account.created b 2026-01-11 "package":"Gold"`)
	check("b", "")
	check("a", "")
	record(t, b, "2026-01-12T00:00:00Z", `4 account.closed a 2026-01-11T09:00:00Z`)
	check("a", "2026-02-10")
}

// TestAnomaliesAreToldOnce: usage that makes no sense is told of by the run that looks at its account next, be it on the next boundary, and by
// no other.
func TestAnomaliesAreToldOnce(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		record(t, b, "2026-04-20T09:00:00Z", `1 account.created a 2026-04-20T08:00:00Z "package":"Gold"`)
		require.Empty(t, issue(t, b, "2026-04-22T05:00:00Z").Anomalies)
		record(t, b, "2026-04-25T09:00:00Z", `2 usage.recorded a 2026-04-02T08:00:00Z "credits":1`)
		for _, run := range []struct {
			day       string
			anomalies int
		}{{"2026-04-26", 0}, {"2026-05-21", 1}, {"2026-05-22", 0}, {"2026-06-21", 0}} {
			require.Len(t, issue(t, b, run.day+"T05:00:00Z").Anomalies, run.anomalies, run.day)
		}
	})
}

// TestAnomaliesWithoutABundle: a run that finds no bundle of an account tells of what was recorded since the account's last invoice, be it that
// runs came between which did not look at the account.
func TestAnomaliesWithoutABundle(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		number := `"invoice":"` + invoice.NumbersOf("a").On(date("2026-02-10")).String() + `"`
		late := []string{`3 invoice.status_changed a 2026-03-12 ` + number + `,"status":"canceled"`, `4 invoice.status_changed a 2026-03-13 ` + number + `,"status":"paid"`,
			`5 charge.added a 2026-01-01 "amount":"5.00","description":"Before the account was"`}
		for _, when := range []string{"never", "before they are recorded", "before a run", "after a run"} {
			b := create(t, name(), gold())
			load := func(now string) {
				if now != when {
					return
				}
				var exported bytes.Buffer
				require.NoError(t, b.Export(t.Context(), &exported))
				loaded, err := books.Load(t.Context(), name(), &exported, "export")
				require.NoError(t, err)
				t.Cleanup(func() { loaded.Close() })
				b = loaded
			}
			record(t, b, "2026-03-11T00:00:00Z", `1 account.created a 2026-01-10 "package":"Gold"`, `2 usage.recorded a 2026-01-02 "credits":1`)
			require.Len(t, issue(t, b, "2026-03-12T00:00:00Z").Anomalies, 1, when)
			load("before they are recorded")
			record(t, b, "2026-03-13T00:00:00Z", late...)
			load("before a run")
			require.Zero(t, issue(t, b, "2026-03-14T00:00:00Z").Accounts, when)
			load("after a run")
			would, err := b.Issue(t.Context(), books.Issuing{Now: at("2026-04-11T00:00:00Z"), DryRun: true})
			require.NoError(t, err)
			require.Len(t, would.Anomalies, 2, when)
			require.Len(t, issue(t, b, "2026-04-11T00:00:00Z").Anomalies, 2, when)
			require.Empty(t, issue(t, b, "2026-05-11T00:00:00Z").Anomalies, when)
			whole(t, b)
		}
	})
}
