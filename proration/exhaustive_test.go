package proration_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// everyDay calls f with every price from $0.01 to $50.00, in cents, and the first d days, d from 1 to n, of a month of n days,
// n from 28 to 31: 590,000 cases, of which 20,000 are whole months.
func everyDay(f func(cents int64, d, n int)) {
	for n := 28; n <= 31; n++ {
		for d := 1; d <= n; d++ {
			for cents := int64(1); cents <= 5000; cents++ {
				f(cents, d, n)
			}
		}
	}
}

// halfUp is cents·d/n to the nearest cent, ties up, in integers alone: it adds a half and cuts.
func halfUp(cents int64, d, n int) int64 { return (2*cents*int64(d) + int64(n)) / (2 * int64(n)) }

func TestEveryPriceEveryDay(t *testing.T) {
	cases, wholes, misrounded := 0, 0, 0
	everyDay(func(cents int64, d, n int) {
		month := cycle.Period{Start: cycle.MustDate("2026-01-01")}
		month.End = month.Start.AddDays(n)
		got, err := proration.Rule{}.Share(money.New(cents, money.USD), month, days(month, 0, d))
		if err != nil || got.Amount.Minor() != halfUp(cents, d, n) {
			misrounded++
		}
		cases++
		if d == n {
			wholes++
		}
	})
	require.Equal(t, 590_000, cases)
	require.Equal(t, 20_000, wholes)
	require.Zero(t, misrounded, "of %d shares", cases)
}

// TestFactorsMisround is why a share is one division of a 128-bit product: whoever computes d/n first, however finely, and then
// multiplies, is a cent off wherever the exact product is a tie or near one. 1/28 × $0.14 is half a cent; 0.035714285 × $0.14 is
// less.
func TestFactorsMisround(t *testing.T) {
	decimals := func(unit int64, mode money.Rounding) func(int64, int, int) int64 {
		return func(cents int64, d, n int) int64 {
			factor, _ := money.MulDiv(int64(d), unit, int64(n), mode)
			got, _ := money.MulDiv(cents, factor, unit, money.HalfUp)
			return got
		}
	}
	for _, tt := range []struct {
		name string
		cost func(cents int64, d, n int) int64
		want int
	}{
		{"d/n cut to 4 digits", decimals(1e4, money.Down), 66_377},
		{"d/n rounded to 4 digits", decimals(1e4, money.HalfUp), 33_905},
		{"d/n cut to 9 digits", decimals(1e9, money.Down), 7_292},
		{"d/n rounded to 9 digits", decimals(1e9, money.HalfUp), 3_646},
		{"d/n cut to 16 digits", decimals(1e16, money.Down), 7_292},
		{"d/n rounded to 16 digits", decimals(1e16, money.HalfUp), 3_646},
		{"float64 cents × (d/n)", func(cents int64, d, n int) int64 {
			return int64(math.Round(float64(cents) * (float64(d) / float64(n))))
		}, 212},
		{"float64 dollars × (d/n) × 100", func(cents int64, d, n int) int64 {
			return int64(math.Round(float64(cents) / 100 * (float64(d) / float64(n)) * 100))
		}, 2_159},
	} {
		misrounded, ofWholes := 0, 0
		everyDay(func(cents int64, d, n int) {
			if tt.cost(cents, d, n) != halfUp(cents, d, n) {
				misrounded++
				if d == n {
					ofWholes++
				}
			}
		})
		require.Zero(t, ofWholes, "%s: of a whole month", tt.name)
		require.Equal(t, tt.want, misrounded, tt.name)
		t.Logf("%-30s misrounds %6d of 590,000 (%5.2f %%; of the 570,000 that are not whole months %5.2f %%)",
			tt.name, misrounded, float64(misrounded)/5900, float64(misrounded)/5700)
	}
}
