package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/reconcile"
)

// timeOf is how long a reconciliation takes, the less of two.
func timeOf(tb testing.TB, in reconcile.Input) time.Duration {
	best := time.Hour
	for range 2 {
		start := time.Now()
		_, err := reconcile.Reconcile(tb.Context(), in)
		require.NoError(tb, err)
		best = min(best, time.Since(start))
	}
	return best
}

// manyMonths is one account with so many months, each of them billed wrongly.
func manyMonths(tb testing.TB, n int) reconcile.Input {
	start := date("2025-12-10").AddMonths(-n)
	events := []account.Event{{ID: "1", Type: account.Created, Account: "a", At: start.Start(nil), Package: "Gold"}}
	in := reconcile.Input{Packages: packages(), Prices: invoice.Distributor, Events: gather(tb, events), From: start, Through: date("2025-12-31")}
	var d distributor.Invoices
	for i := range n {
		from := start.AddMonths(i)
		row := bare(fmt.Sprint(i), "a", from.AddMonths(1).String(), from.String(), from.AddMonths(1).AddDays(-1).String(), fmt.Sprintf("%d.%02d", 13+i%7, i%100))
		d.Rows = append(d.Rows, row)
	}
	in.Documents = []distributor.Invoices{d}
	return in
}

// manyRows is one period of one account in so many rows; with a wrong sum where that is asked for.
func manyRows(tb testing.TB, n int) reconcile.Input {
	in := reconcile.Input{Packages: packages(), Prices: invoice.Distributor, Events: gold(tb, "a", false)}
	var d distributor.Invoices
	for i := range n {
		d.Rows = append(d.Rows, bare(fmt.Sprint(i), "a", "2025-09-30", "2025-08-30", "2025-09-29", "0.01"))
	}
	in.Documents = []distributor.Invoices{d}
	return in
}

// rowsOfAccount is one account in so many rows of some days each.
func rowsOfAccount(tb testing.TB, n int) reconcile.Input {
	start := date("2000-01-10")
	events := []account.Event{{ID: "1", Type: account.Created, Account: "a", At: start.Start(nil), Package: "Gold"}}
	in := reconcile.Input{Packages: packages(), Prices: invoice.Distributor, Events: gather(tb, events)}
	var d distributor.Invoices
	for i := range n {
		day := start.AddDays(i % 8000)
		d.Rows = append(d.Rows, bare(fmt.Sprint(i), "a", day.AddDays(31).String(), day.String(), day.String(), "1.61"))
	}
	in.Documents = []distributor.Invoices{d}
	return in
}

// TestNearLinear: eight times as much is not much more than eight times the work, of everything that was once quadratic.
func TestNearLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for _, row := range []struct {
		name string
		make func(tb testing.TB, n int) reconcile.Input
		n    int
	}{
		{"wrong months of one account", manyMonths, 60},
		{"rows of one period", manyRows, 1000},
		{"rows of one account", rowsOfAccount, 4000},
	} {
		t.Run(row.name, func(t *testing.T) {
			less, more := timeOf(t, row.make(t, row.n)), timeOf(t, row.make(t, 8*row.n))
			t.Logf("%d: %v, %d: %v", row.n, less, 8*row.n, more)
			require.Less(t, more, 24*less+time.Second)
		})
	}
}

// TestFarDates: a row dated centuries on is left out and named, and nothing is billed for centuries.
func TestFarDates(t *testing.T) {
	good := bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")
	for _, year := range []string{"2206", "9999", "1026"} {
		for _, rows := range [][]distributor.Invoice{
			{good, bare("2", "a", year+"-01-01", "2025-09-30", "2025-10-29", "50")},
			{good, bare("2", "a", "2025-10-30", "2025-09-30", year+"-10-29", "50")},
			{bare("2", "a", year+"-12-01", year+"-11-01", year+"-11-30", "50")},
		} {
			if rows[len(rows)-1].EndDate.Before(rows[len(rows)-1].StartDate) {
				continue
			}
			rep := hold(t, gold(t, "a", false), rows...)
			require.Len(t, rep.LeftOut, 1)
			require.Equal(t, "2", rep.LeftOut[0].Row.Number)
			require.Contains(t, rep.Problems, "left out, as their dates are more than 10 years from all others: 1 of their rows")
			require.True(t, rep.HasFindings())
			require.Empty(t, rep.Claims)
			require.Less(t, rep.Through.Sub(date("2025-01-01")), 3650)
		}
	}
}

// TestCenturiesAreAskedFor: invoices through a year far away, as asked for, are all said to be missing; rivals are
// looked for in the first of them only.
func TestCenturiesAreAskedFor(t *testing.T) {
	in := reconcile.Input{Events: gold(t, "a", false), From: date("2025-09-01"), Through: date("2525-12-31"),
		Documents: []distributor.Invoices{{Rows: []distributor.Invoice{bare("1", "a", "2025-09-30", "2025-08-30", "2025-09-29", "50")}}}}
	rep := run(t, in)
	require.Len(t, rep.Groups, 12*500+4)
	require.Equal(t, reconcile.Matched, rep.Groups[0].Class)
	for _, g := range rep.Groups[1:] {
		require.Equal(t, "not_billed_upstream", g.Cause())
	}
	require.NotEmpty(t, rep.Groups[1].Rivals())
	require.Empty(t, rep.Groups[121].Rivals())
	require.Equal(t, "Invoices dated 2025-09-01 to 2525-12-31, in USD", rep.Dates())
}

// BenchmarkManyMonths, BenchmarkManyRows and BenchmarkRowsOfAccount are what took long before: 960 wrong months of one account, 12,000
// rows of one period, 100,000 rows of one account.
func BenchmarkManyMonths(b *testing.B)    { benchmark(b, manyMonths(b, 960)) }
func BenchmarkManyRows(b *testing.B)      { benchmark(b, manyRows(b, 12000)) }
func BenchmarkRowsOfAccount(b *testing.B) { benchmark(b, rowsOfAccount(b, 100000)) }

func benchmark(b *testing.B, in reconcile.Input) {
	for b.Loop() {
		_, err := reconcile.Reconcile(b.Context(), in)
		require.NoError(b, err)
	}
}
