package proration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// TestCut: mistakes at the ends of a part, of a price of 31.00 for 31 days.
func TestCut(t *testing.T) {
	start := cycle.MustDate("2026-01-01")
	days := func(a, b int) cycle.Period { return cycle.Period{Start: start.AddDays(a), End: start.AddDays(b)} }
	for _, row := range []struct {
		name     string
		cut      proration.Cut
		from, to int
		want     string
	}{
		{"right", proration.CutRight, 0, 11, "11.00 USD"},
		{"one more at its end", proration.LastMore, 0, 11, "12.00 USD"},
		{"one less at its end", proration.LastLess, 0, 11, "10.00 USD"},
		{"no end of its own", proration.LastMore, 11, 31, "20.00 USD"},
		{"one more at its start", proration.FirstMore, 11, 31, "21.00 USD"},
		{"one less at its start", proration.FirstLess, 11, 31, "19.00 USD"},
		{"the first days for the last", proration.Swapped, 0, 11, "20.00 USD"},
		{"the last days for the first", proration.Swapped, 11, 31, "11.00 USD"},
		{"the whole period", proration.Swapped, 0, 31, "31.00 USD"},
		{"no days", proration.LastMore, 5, 5, "0.00 USD"},
	} {
		share, err := proration.Rule{Cut: row.cut}.Share(money.MustParse("31.00 USD"), days(0, 31), days(row.from, row.to))
		require.NoError(t, err, row.name)
		require.Equal(t, row.want, share.Amount.String(), row.name)
	}
}

func TestMonthOf(t *testing.T) {
	require.Equal(t, proration.Thirty, proration.MonthOf(30))
	start := cycle.MustDate("2026-01-01")
	share, err := proration.Rule{DayCount: proration.MonthOf(28)}.Share(money.MustParse("28.00 USD"),
		cycle.Period{Start: start, End: start.AddDays(31)}, cycle.Period{Start: start, End: start.AddDays(11)})
	require.NoError(t, err)
	require.Equal(t, "11.00 USD", share.Amount.String())
	require.Equal(t, "11 of 28 days × $28.00", share.Explanation())
}
