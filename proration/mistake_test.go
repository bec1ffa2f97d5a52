package proration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/internal/mistake"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// A price of 31.00 for 31 days, cut wrongly.
func TestMistakenCut(t *testing.T) {
	month := period(t, "2026-01-01", "2026-02-01")
	for _, row := range []struct {
		name     string
		cut      mistake.Cut
		from, to int
		want     string
		days     int
	}{
		{"right", mistake.Right, 0, 11, "11.00 USD", 11},
		{"one more at its end", mistake.LastMore, 0, 11, "12.00 USD", 12},
		{"one less at its start", mistake.FirstLess, 11, 31, "19.00 USD", 19},
		{"the first days for the last", mistake.Swapped, 0, 11, "20.00 USD", 20},
		{"no days", mistake.LastMore, 5, 5, "0.00 USD", 0},
	} {
		rule, part := proration.Rule{}.WithMistakes(mistake.Set{Cut: row.cut}), days(month, row.from, row.to)
		s := share(t, rule, money.MustParse("31.00 USD"), month, part)
		require.Equal(t, row.want, s.Amount.String(), row.name)
		require.Equal(t, row.days, s.Days, row.name)
	}
}

// A period of 31 days taken for a month of 28, and of 30, which is day_count thirty.
func TestMistakenMonth(t *testing.T) {
	month := period(t, "2026-01-01", "2026-02-01")
	of := func(n uint8) proration.Rule {
		return proration.Rule{DayCount: proration.Year365}.WithMistakes(mistake.Set{MonthDays: n})
	}
	s := share(t, of(28), money.MustParse("28.00 USD"), month, days(month, 0, 11))
	require.Equal(t, "11.00 USD", s.Amount.String())
	require.Equal(t, "11 of 28 days × $28.00", s.Explanation())
	allowed, err := of(28).Allowance(2800, month, days(month, 0, 11))
	require.NoError(t, err)
	require.Equal(t, int64(1100), allowed)

	require.True(t, of(30).CountsLike(proration.Rule{DayCount: proration.Thirty}))
	require.False(t, of(28).CountsLike(proration.Rule{DayCount: proration.Year365}))
}
