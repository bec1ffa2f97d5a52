package proration_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// TestCut is what others' mistakes make of 11, 20 and 4 of 31 days: the days charged.
func TestCut(t *testing.T) {
	month := period(t, "2026-03-01", "2026-04-01")
	for _, tt := range []struct {
		name                           string
		cut                            proration.Cut
		first, last, between, all, not int
	}{
		{"right", proration.CutRight, 11, 20, 4, 31, 0},
		{"a day more at the end", proration.LastMore, 12, 20, 5, 31, 0},
		{"a day less at the end", proration.LastLess, 10, 20, 3, 31, 0},
		{"a day more at the start", proration.FirstMore, 11, 21, 5, 31, 0},
		{"a day less at the start", proration.FirstLess, 11, 19, 3, 31, 0},
		{"used for left", proration.Swapped, 20, 11, 4, 31, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := proration.Rule{Cut: tt.cut}
			for _, part := range []struct{ from, to, want int }{{0, 11, tt.first}, {11, 31, tt.last}, {11, 15, tt.between}, {0, 31, tt.all}, {11, 11, tt.not}} {
				got := share(t, r, money.MustParse("79.95 USD"), month, days(month, part.from, part.to))
				require.Equal(t, part.want, got.Days, "days %d to %d", part.from, part.to)
			}
		})
	}
}

// Law: a cut gives the share that the moved part has by the right rule: it is never outside the period, and its sentence is true.
func TestCutIsAPartOfThePeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, price, whole := genRule().Draw(t, "rule"), genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		part := genPart(whole).Draw(t, "part")
		wrong := r
		wrong.Cut = rapid.SampledFrom([]proration.Cut{proration.LastMore, proration.LastLess, proration.FirstMore, proration.FirstLess, proration.Swapped}).Draw(t, "cut")
		got := share(t, wrong, price, whole, part)
		require.LessOrEqual(t, got.Amount.Minor(), price.Minor())
		checkExplanation(t, r, got)
		if part.Start == whole.Start || part.End == whole.End { // of these it is known where the part went
			return
		}
		require.LessOrEqual(t, max(got.Days-part.Days(), part.Days()-got.Days), 1)
	})
}

// Law: taking a month for one of as many days as it has is no mistake, and 30 is the day count thirty.
func TestMonthOf(t *testing.T) {
	require.Equal(t, proration.Thirty, proration.MonthOf(30))
	for n := 28; n <= 31; n++ {
		month := days(period(t, "2026-01-01", "2026-02-01"), 0, n)
		for from := range n + 1 {
			for to := from; to <= n; to++ {
				price, part := money.MustParse("79.95 USD"), days(month, from, to)
				want := share(t, proration.Rule{}, price, month, part).Amount
				require.Equal(t, want, share(t, proration.Rule{DayCount: proration.MonthOf(n)}, price, month, part).Amount, "%s of %s", part, month)
			}
		}
	}
	february := period(t, "2026-02-01", "2026-03-01")
	got := share(t, proration.Rule{DayCount: proration.MonthOf(31)}, money.MustParse("79.95 USD"), february, days(february, 0, 11))
	require.Equal(t, "11 of 31 days × $79.95", got.Explanation())
}
