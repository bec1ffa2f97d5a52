package proration_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// TestBy: the share of the same days by another rule is what that rule makes of them.
func TestBy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) proration.Rule {
			r := proration.Rule{
				DayCount:  proration.DayCount(rapid.IntRange(0, 2).Draw(t, name+" day count")),
				RoundPart: proration.RoundPart(rapid.IntRange(0, 2).Draw(t, name+" part")),
				Rounding:  money.Rounding(rapid.IntRange(0, 3).Draw(t, name+" rounding")),
			}
			if rapid.Bool().Draw(t, name+" daily") {
				r.DailyRate, _ = proration.RoundedDailyRate(rapid.IntRange(0, 4).Draw(t, name+" digits"), money.HalfUp)
			}
			return r
		}
		whole := cycle.Period{Start: cycle.MustDate("2026-01-31")}
		whole.End = whole.Start.AddDays(rapid.IntRange(28, 31).Draw(t, "of"))
		part := cycle.Period{Start: whole.Start.AddDays(rapid.IntRange(0, whole.Days()).Draw(t, "from"))}
		part.End = part.Start.AddDays(rapid.IntRange(0, whole.End.Sub(part.Start)).Draw(t, "days"))
		price := money.New(rapid.Int64Range(0, 30000).Draw(t, "price"), money.USD)
		one, other := draw("one"), draw("other")
		share, err := one.Share(price, whole, part)
		require.NoError(t, err)
		got, err := share.By(other)
		require.NoError(t, err)
		want, err := other.Share(price, whole, part)
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}
