package proration_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// TestWorkedExamples reads testdata/worked.tsv: amounts and the sentences that explain them.
func TestWorkedExamples(t *testing.T) {
	for _, f := range readTSV(t, "worked.tsv", 9) {
		t.Run(f[0], func(t *testing.T) {
			got := share(t, parseRule(t, f[1]), money.MustParse(f[2]), period(t, f[3], f[4]), period(t, f[5], f[6]))
			require.Equal(t, f[7], got.Amount.Number(), "Share(%s, %s)", f[2], f[1])
			require.Equal(t, f[8], got.Explanation(), "Explanation of %s", got.Amount)
		})
	}
}

// TestUpgrade is both halves of a change of package: 3.21 for ten days at 9.95 and 54.16 for 21 at 79.95.
func TestUpgrade(t *testing.T) {
	month := period(t, "2026-02-28", "2026-03-31")
	before := share(t, proration.Rule{}, money.MustParse("9.95 USD"), month, period(t, "2026-02-28", "2026-03-10"))
	after := share(t, proration.Rule{}, money.MustParse("79.95 USD"), month, period(t, "2026-03-10", "2026-03-31"))
	sum, err := before.Amount.Add(after.Amount)
	require.NoError(t, err)
	require.Equal(t, "57.37 USD", sum.String())
}

// TestRuleVectors reads testdata/rules.tsv: every day_count × round_part × rounding, at several daily rates.
func TestRuleVectors(t *testing.T) {
	covered := map[proration.Rule]int{}
	for _, f := range readTSV(t, "rules.tsv", 11) {
		r := parseRule(t, "day_count="+f[0]+" round_part="+f[1]+" rounding="+f[2]+" daily_rate="+f[3])
		covered[r]++
		price, n := money.MustParse(f[4]), atoi(t, f[5])
		month := days(cycle.Period{Start: date(t, "2026-01-01")}, 0, n)
		first, second, _ := strings.Cut(f[6], " ")
		cuts := []int{0, atoi(t, first), atoi(t, second), n}
		sum := money.New(0, price.Currency())
		for i := range 3 {
			got := share(t, r, price, month, days(month, cuts[i], cuts[i+1])).Amount
			require.Equal(t, f[7+i], got.Number(), "part %d of %v", i+1, f)
			sum, _ = sum.Add(got)
		}
		require.Equal(t, f[10], sum.Number(), "sum of %v", f)
		if r.RoundPart != proration.Each {
			require.Equal(t, price, sum, "the parts of %v", f)
		}
	}
	for _, r := range allRules(t) {
		if rate := r.DailyRate.String(); rate == "exact" || rate[0] == '2' {
			require.Equal(t, 2, covered[r], "vectors for %s", ruleText(r))
		}
	}
}

// TestDailyRateVectors reads testdata/daily_rates.tsv: the price of a day with 0 to 9 digits, as the explanation gives it.
func TestDailyRateVectors(t *testing.T) {
	digits := map[byte]bool{}
	for _, f := range readTSV(t, "daily_rates.tsv", 5) {
		digits[f[1][0]] = true
		month := period(t, "2026-03-01", "2026-04-01")
		got := share(t, parseRule(t, "day_count="+f[0]+" daily_rate="+f[1]), money.MustParse(f[2]), month, days(month, 0, 11))
		require.Equal(t, f[4], got.Amount.Number(), "%v", f)
		symbol := strings.TrimRight(got.Price.Display(), "0123456789.")
		require.Equal(t, "11 days × "+symbol+f[3]+" a day", got.Explanation(), "%v", f)
	}
	require.Len(t, digits, 10)
}
