package books_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/invoice"
)

// passedOver is books with an account opened and closed on 20 October, whose boundaries of November and December have no invoice, and which is
// looked at again on 20 January.
func passedOver(t *testing.T, name, policy string) *books.Books {
	b := create(t, name, gold(policy))
	record(t, b, "2025-11-21T00:00:00Z", `1 account.created a 2025-10-20 "package":"Gold"`, `2 account.closed a 2025-10-20T12:00:00Z`,
		`3 usage.recorded a 2025-12-20T12:00:00Z "credits":1`)
	require.Zero(t, issue(t, b, "2026-01-13T00:00:00Z").Run.Invoices)
	return b
}

// Late usage makes an account due up to the last boundary that was passed over, and until that was final.
func TestLateUsageOfTheLastBoundary(t *testing.T) {
	for _, test := range []struct {
		name, policy, known string
		accounts            int
		want                []string
	}{
		{"known between the two boundaries", "settle_days=0", "2025-12-10T00:00:00Z", 1, []string{"a 2025-12-20 5.00 unpaid"}},
		{"known at the cut", "settle_days=0", "2025-12-20T00:00:00Z", 1, []string{"a 2025-12-20 5.00 unpaid"}},
		{"known while the boundary was settled", "settle_days=5", "2025-12-24T00:00:00Z", 1, []string{"a 2025-12-20 5.00 unpaid"}},
		{"known after it", "settle_days=5", "2025-12-26T00:00:00Z", 0, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := passedOver(t, filepath.Join(t.TempDir(), "books.db"), test.policy)
			record(t, b, "2026-01-14T00:00:00Z", `5 usage.recorded a 2025-10-20T09:00:00Z "credits":5000,"recorded_at":"`+test.known+`"`)
			require.Equal(t, test.accounts, issue(t, b, "2026-01-14T00:00:00Z").Accounts)
			require.Equal(t, test.want, summary(invoices(t, b, books.Which{})))
			whole(t, b)
		})
	}
}

// A charge, and the status of an invoice that the account has, wait for the next day of the account, as usage does. A status of an invoice that
// it does not have is told of by the next run.
func TestWhatWaitsForTheNextDay(t *testing.T) {
	homes(t, func(t *testing.T, name func() string) {
		what := gold()
		what.NumberPrefix = "EU-"
		b := create(t, name(), what)
		number := func(account, day string) string {
			return `"invoice":"EU-` + invoice.NumbersOf(account).On(date(day)).String() + `"`
		}
		record(t, b, "2026-03-11T00:00:00Z", `1 account.created a 2026-01-10 "package":"Gold"`, `2 account.created b 2026-01-10 "package":"Gold"`,
			`3 account.created c 2026-01-10 "package":"Gold"`, `4 account.closed c 2026-02-01`)
		require.EqualValues(t, 5, issue(t, b, "2026-03-12T00:00:00Z").Run.Invoices)
		looked := func(now string, accounts, anomalies int, lines ...string) {
			t.Helper()
			record(t, b, now, lines...)
			whole(t, b)
			issued := issue(t, b, now)
			require.Equal(t, accounts, issued.Accounts)
			require.Len(t, issued.Anomalies, anomalies)
			require.Zero(t, issued.Run.Invoices)
			whole(t, b)
		}
		looked("2026-03-13T00:00:00Z", 0, 0, `5 invoice.status_changed a 2026-03-12 `+number("a", "2026-02-10")+`,"status":"paid"`,
			`6 invoice.status_changed a 2026-03-12 `+number("a", "2026-03-10")+`,"status":"canceled"`, `7 charge.added b 2026-03-12 "amount":"5.00","description":"Setup"`)
		looked("2026-03-14T00:00:00Z", 1, 1, `8 invoice.status_changed a 2026-03-13 `+number("a", "2026-03-11")+`,"status":"paid"`)
		looked("2026-03-14T12:00:00Z", 1, 1, `12 invoice.status_changed b 2026-03-13 "invoice":"EU-\u0000","status":"paid"`)
		looked("2026-03-15T00:00:00Z", 1, 1, `9 invoice.status_changed b 2026-03-14 `+number("a", "2026-02-10")+`,"status":"paid"`,
			`10 invoice.status_changed a 2026-03-14 `+number("a", "2026-02-10")+`,"status":"deferred"`)
		looked("2026-03-16T00:00:00Z", 1, 0, `11 invoice.status_changed c 2026-03-15 `+number("c", "2026-02-10")+`,"status":"paid"`)
		require.EqualValues(t, 2, issue(t, b, "2026-04-11T00:00:00Z").Run.Invoices)
		require.Equal(t, []string{"a 2026-02-10 79.95 deferred", "a 2026-03-10 79.95 canceled", "a 2026-04-10 159.90 unpaid",
			"b 2026-02-10 79.95 unpaid", "b 2026-03-10 79.95 unpaid", "b 2026-04-10 84.95 unpaid", "c 2026-02-10 56.74 paid"}, summary(invoices(t, b, books.Which{})))
		whole(t, b)
	})
}

// A charge that is recorded late is billed on a boundary that was passed over.
func TestLateChargeOfTheLastBoundary(t *testing.T) {
	b := passedOver(t, filepath.Join(t.TempDir(), "books.db"), "settle_days=0")
	record(t, b, "2026-01-14T00:00:00Z", `5 charge.added a 2025-10-20T09:00:00Z "amount":"5.00","description":"Setup"`)
	require.Equal(t, 1, issue(t, b, "2026-01-14T00:00:00Z").Accounts)
	require.Equal(t, []string{"a 2025-11-20 5.00 unpaid"}, summary(invoices(t, b, books.Which{})))
	whole(t, b)
}

// Books that were loaded look at an account that was passed over, so that late usage is billed by the next run.
func TestLoadedAfterABoundaryWithoutAnInvoice(t *testing.T) {
	b := passedOver(t, filepath.Join(t.TempDir(), "books.db"), "settle_days=0")
	var exported bytes.Buffer
	require.NoError(t, b.Export(t.Context(), &exported))
	c, err := books.Load(t.Context(), filepath.Join(t.TempDir(), "loaded.db"), &exported, "export")
	require.NoError(t, err)
	defer c.Close()
	record(t, c, "2026-01-14T00:00:00Z", `5 usage.recorded a 2025-10-20T09:00:00Z "credits":5000`)
	require.Equal(t, 1, issue(t, c, "2026-01-14T00:00:00Z").Accounts)
	require.Equal(t, []string{"a 2025-11-20 5.00 unpaid"}, summary(invoices(t, c, books.Which{})))
	whole(t, c)
}

// Usage that a bundle has counts from when it counted before: of January, and recorded after the run that caught up until the middle of March,
// it is not billed on 10 March, which was passed over, also not by the run that reads it in the bundle.
func TestBundledUsageCountsFromWhenItDid(t *testing.T) {
	b := create(t, filepath.Join(t.TempDir(), "books.db"), gold())
	record(t, b, "2026-01-30T00:00:00Z", `1 account.created a 2026-01-10 "package":"Gold"`, `2 account.closed a 2026-01-25T12:00:00Z`,
		`3 usage.recorded a 2026-06-20T12:00:00Z "credits":1`)
	issue(t, b, "2026-03-15T00:00:00Z")
	record(t, b, "2026-03-16T00:00:00Z", `4 usage.recorded a 2026-01-20T12:00:00Z "credits":90000`, `5 account.closed a 2026-03-15T12:00:00Z`)
	require.Equal(t, 1, issue(t, b, "2026-03-16T00:00:00Z").Accounts)
	record(t, b, "2026-03-17T00:00:00Z", `6 account.closed a 2026-03-15T12:00:00Z`)
	require.Equal(t, 1, issue(t, b, "2026-03-17T00:00:00Z").Accounts, "whose bundle has event 4")
	require.Equal(t, []string{"a 2026-02-10 38.69 unpaid"}, summary(invoices(t, b, books.Which{})))
	issue(t, b, "2026-04-12T00:00:00Z")
	require.Equal(t, []string{"a 2026-02-10 38.69 unpaid", "a 2026-04-10 40.00 unpaid"}, summary(invoices(t, b, books.Which{})))
	whole(t, b)
}
