package books_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
)

// TestStatus: what was issued stands, and what comes next is said of each account, by its name.
func TestStatus(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		what := gold()
		what.NumberPrefix = "EU-"
		b := create(t, name(), what)
		record(t, b, "2026-01-31T10:00:00Z", `1 account.created b 2026-01-10T08:00:00Z "package":"Gold"`,
			`2 account.created a 2026-01-10T08:00:00Z "package":"Gold"`)
		issue(t, b, "2026-02-10T05:00:00Z")
		// Usage of the last period that is recorded after its invoice comes on the next one, beside the month: 79.95 + 10.00.
		record(t, b, "2026-02-11T00:00:00Z", `3 usage.recorded a 2026-01-20T08:00:00Z "credits":60000`,
			`4 invoice.status_changed a 2026-02-11T00:00:00Z "invoice":"EU-`+invoice.NumbersOf("a").On(date("2026-02-10")).String()+`","status":"paid"`)
		status := func(day string, names ...string) (list []account.Current) {
			for c, err := range b.Status(context.Background(), date(day), names...) {
				require.NoError(t, err)
				list = append(list, c)
			}
			return list
		}
		now := status("2026-02-20")
		require.Len(t, now, 2)
		require.Equal(t, []string{"a", "2026-03-10", "89.95 USD", "b", "2026-03-10", "79.95 USD"}, []string{now[0].Account, now[0].Next.Date.String(),
			now[0].Projected.String(), now[1].Account, now[1].Next.Date.String(), now[1].Projected.String()})
		require.Equal(t, "EU-"+invoice.NumbersOf("a").On(date("2026-03-10")).String(), now[0].Next.Number.String())
		require.Equal(t, now[1:], status("2026-02-20", "b"))
		require.Equal(t, "79.95 USD", status("2026-01-31", "a")[0].Projected.String(), "as of a day before the run")

		// Usage of the day of an invoice is seen on it if it was recorded in the course of the day, after the run, and not if as the next day
		// began: 10,000 and then 15,000 credits too many.
		record(t, b, "2026-02-10T09:00:00Z", `5 usage.recorded b 2026-02-10T08:00:00Z "credits":60000`,
			`6 usage.recorded b 2026-02-10T08:30:00Z "credits":5000,"recorded_at":"2026-02-11"`)
		require.Equal(t, "89.95 USD", status("2026-02-10", "b")[0].Projected.String())
		require.Equal(t, "94.95 USD", status("2026-02-11", "b")[0].Projected.String())

		var histories []books.History
		for h, err := range b.Histories(context.Background()) {
			require.NoError(t, err)
			histories = append(histories, h)
		}
		require.Len(t, histories, 2)
		require.Len(t, histories[0].Events, 3)
		require.Equal(t, invoice.Paid, histories[0].Issued[0].Status)
		require.Equal(t, invoice.Unpaid, histories[1].Issued[0].Status)

		for _, err := range b.Status(context.Background(), date("2026-02-20"), "nobody") {
			require.ErrorContains(t, err, `no events of the account "nobody"`)
		}
	})
}

// TestSince: the accounts that something was recorded of, whatever was issued meanwhile.
func TestSince(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		since := func(event int64, want int64, accounts ...string) {
			t.Helper()
			got, last, err := b.Since(context.Background(), event)
			require.NoError(t, err)
			require.Equal(t, want, last)
			require.Equal(t, accounts, got)
		}
		since(0, 0)
		record(t, b, "2026-01-31T10:00:00Z", `1 account.created b 2026-01-10T08:00:00Z "package":"Gold"`,
			`2 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `3 usage.recorded b 2026-01-11T08:00:00Z "credits":1`)
		since(0, 3, "a", "b")
		since(2, 3, "b")
		since(3, 3)
		issue(t, b, "2026-02-10T05:00:00Z")
		since(3, 3)
		since(1<<62, 3)
	})
}

// TestEventsThrough: what was recorded by an event, as if nothing had been recorded since.
func TestEventsThrough(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		b := create(t, name(), gold())
		record(t, b, "2026-01-31T10:00:00Z", `1 account.created b 2026-01-10T08:00:00Z "package":"Gold"`,
			`2 account.created a 2026-01-10T08:00:00Z "package":"Gold"`, `3 usage.recorded b 2026-01-11T08:00:00Z "credits":1`)
		issue(t, b, "2026-02-10T05:00:00Z")
		events := func(through int64, names ...string) (list []string) {
			for h, err := range b.EventsThrough(context.Background(), through, names...) {
				require.NoError(t, err)
				require.Empty(t, h.Issued)
				for i := range h.Events {
					require.Equal(t, h.Account, h.Events[i].Account)
					list = append(list, h.Account+h.Events[i].ID)
				}
			}
			return list
		}
		require.Equal(t, []string{"a2", "b1", "b3"}, events(3))
		require.Equal(t, []string{"a2", "b1"}, events(2))
		require.Equal(t, []string{"b1"}, events(1), "a had none by then")
		require.Equal(t, []string{"b1", "b3"}, events(3, "b"))
	})
}

// TestTermsForOthers: terms that were thought of for others than those in force are not added.
func TestTermsForOthers(t *testing.T) {
	b := create(t, t.TempDir()+"/books.db", gold())
	silver := gold().Packages[0]
	silver.Name = "Silver"
	added, err := b.AddTerms(context.Background(), books.Adding{Packages: []invoice.Package{silver}, To: 1})
	require.NoError(t, err)
	require.EqualValues(t, 2, added.Terms.Number)
	silver.Name = "Bronze"
	_, err = b.AddTerms(context.Background(), books.Adding{Packages: []invoice.Package{silver}, To: 1})
	require.ErrorContains(t, err, "price list and policy 2 are in force, expected 1")
	terms, err := b.Terms(context.Background())
	require.NoError(t, err)
	require.EqualValues(t, 2, terms.Number)
}
