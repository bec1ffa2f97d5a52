package report_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
)

// TestConventionText: what the upstream's policy is, what it was told by, and what it costs.
func TestConventionText(t *testing.T) {
	text := func(c reconcile.Convention) string {
		rep := &reconcile.Report{Currency: money.USD, Convention: &c}
		s := rep.Summarize()
		var b bytes.Buffer
		require.NoError(t, report.ReconcileTable(&b, rep, &s, true))
		return b.String()
	}
	thirty := invoice.Policy{DayCount: proration.Thirty}
	usd := func(s string) money.Amount { return money.MustParse(s + " USD") }
	better := text(reconcile.Convention{Policy: thirty, Better: true, Established: true, Searched: 6552, Tested: 1250, Prorated: 40, Reproduced: 1200, Ours: 1010,
		RunnerUp: &thirty, Second: 1100, TheirsTotal: usd("1234567.89"), OursTotal: usd("1235801.89"), Cost: usd("-1234.00")})
	require.Contains(t, better, "Their convention (established): day_count=thirty. It prints 1,200 of 1,250 periods that tell policies apart (40 of them prorated) to the cent, ours 1,010, the next best 1,100.\n")
	require.Contains(t, better, "$1,234,567.89 by their convention, $1,235,801.89 by ours; theirs costs $1,234.00 less.")
	own := reconcile.Convention{Searched: 6552, Tested: 3, Prorated: 3, Reproduced: 2, Ours: 2}
	require.Contains(t, text(own), "Their convention: none of the 6,552 policies tried prints more of theirs to the cent than ours, which prints 2 of 3 prorated periods.\n")
	own.Reproduced, own.Ours = 0, 0
	require.Contains(t, text(own), "Their convention: not to be told. None of the 6,552 policies tried prints any of 3 prorated periods to the cent.\n")
}
