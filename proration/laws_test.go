package proration_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// genCuts draws the days a period is cut on, its first and last included, in order; the same day may come twice.
func genCuts(n int) *rapid.Generator[[]int] {
	return rapid.Custom(func(t *rapid.T) []int {
		cuts := append(rapid.SliceOfN(rapid.IntRange(0, n), 0, 12).Draw(t, "cuts"), 0, n)
		slices.Sort(cuts)
		return cuts
	})
}

// Law: the parts of a period at one price add up to exactly that price under used and unused, however it is cut.
func TestPartsSumToThePrice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := genRule().Draw(t, "rule")
		r.RoundPart = rapid.SampledFrom([]proration.RoundPart{proration.Used, proration.Unused}).Draw(t, "round_part")
		price, whole := genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		cuts, sum := genCuts(whole.Days()).Draw(t, "cuts"), int64(0)
		for i := range len(cuts) - 1 {
			sum += share(t, r, price, whole, days(whole, cuts[i], cuts[i+1])).Amount.Minor()
		}
		require.Equal(t, price.Minor(), sum, "%s cut at %v of %d under %s", price, cuts, whole.Days(), ruleText(r))
	})
}

// Law: under each, the parts miss the price by less than one minor unit a part; a daily rate adds the error of a day for each of D
// days, and the cap only takes from that.
func TestEachMissesByAUnitAPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := genRule().Draw(t, "rule")
		r.RoundPart = proration.Each
		price, whole := genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		cuts := genCuts(whole.Days()).Draw(t, "cuts")
		sum, parts := int64(0), int64(0)
		for i := range len(cuts) - 1 {
			sum += share(t, r, price, whole, days(whole, cuts[i], cuts[i+1])).Amount.Minor()
			if cuts[i] < cuts[i+1] {
				parts++
			}
		}
		miss := new(big.Rat).SetInt64(max(sum-price.Minor(), price.Minor()-sum))
		allowed := new(big.Rat).SetInt64(parts)
		if !r.DailyRate.IsExact() {
			digits, _ := rateParts(r.DailyRate)
			ulp := quo(pow10(price.Currency().Digits()), pow10(digits))
			allowed.Add(allowed, mul(oracle{r, price, whole.Days()}.days(), ulp))
		}
		require.Negative(t, miss.Cmp(allowed), "%s cut at %v of %d under %s misses by %s", price, cuts, whole.Days(), ruleText(r), miss)
	})
}

// Law: no days cost nothing and all of them the price, under every rule, whatever the price.
func TestNothingAndEverything(t *testing.T) {
	rules := allRules(t)
	rapid.Check(t, func(t *rapid.T) {
		price := money.New(rapid.Int64Range(0, math.MaxInt64).Draw(t, "minor"), money.USD)
		whole := genWhole().Draw(t, "whole")
		d := rapid.IntRange(0, whole.Days()).Draw(t, "day")
		for _, r := range rules {
			nothing := share(t, r, price, whole, days(whole, d, d))
			if !nothing.Amount.IsZero() {
				require.Failf(t, "no days cost something", "%s on day %d under %s", nothing.Amount, d, ruleText(r))
			}
			if everything := share(t, r, price, whole, whole); everything.Amount != price {
				require.Failf(t, "the period costs something else", "%s of %s under %s", everything.Amount, price, ruleText(r))
			}
		}
	})
}

// Law: a share is never below zero nor above the price, and more days never cost less.
func TestSharesAreMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, price, whole := genRule().Draw(t, "rule"), genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		outer := genPart(whole).Draw(t, "outer")
		from := rapid.IntRange(0, outer.Days()).Draw(t, "from")
		inner := days(outer, from, rapid.IntRange(from, outer.Days()).Draw(t, "to"))

		less := share(t, r, price, whole, inner).Amount.Minor()
		more := share(t, r, price, whole, outer).Amount.Minor()
		require.GreaterOrEqual(t, less, int64(0), "%s of %s under %s", inner, whole, ruleText(r))
		require.LessOrEqual(t, less, more, "%s in %s of %s under %s", inner, outer, whole, ruleText(r))
		require.LessOrEqual(t, more, price.Minor(), "%s of %s under %s", outer, whole, ruleText(r))
	})
}

// Law: at an exact daily rate, rounding down what is left is rounding up what is used, and the other way round.
func TestUnusedDownIsUsedUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price, whole := genPrice().Draw(t, "price"), genWhole().Draw(t, "whole")
		part := genPart(whole).Draw(t, "part")
		count := rapid.SampledFrom(dayCounts).Draw(t, "day_count")
		for used, unused := range map[money.Rounding]money.Rounding{money.Up: money.Down, money.Down: money.Up} {
			a := share(t, proration.Rule{DayCount: count, Rounding: used}, price, whole, part)
			b := share(t, proration.Rule{DayCount: count, RoundPart: proration.Unused, Rounding: unused}, price, whole, part)
			require.Equal(t, a.Amount, b.Amount, "%s of %s at %s, %s", part, whole, price, count)
		}
	})
}

// Law: the parts of an allowance add up to it, and each is the difference of two floors.
func TestAllowancePartsSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, whole := genRule().Draw(t, "rule"), genWhole().Draw(t, "whole")
		credits := rapid.OneOf(rapid.Int64Range(0, 100_000), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "credits")
		cuts, sum := genCuts(whole.Days()).Draw(t, "cuts"), int64(0)
		o := oracle{r, money.New(0, money.USD), whole.Days()}
		floor := func(d int) int64 { return rounded(mul(new(big.Rat).SetInt64(credits), o.f(d)), money.Down).Int64() }
		for i := range len(cuts) - 1 {
			got, err := r.Allowance(credits, whole, days(whole, cuts[i], cuts[i+1]))
			require.NoError(t, err)
			require.Equal(t, floor(cuts[i+1])-floor(cuts[i]), got, "Allowance(%d, days %d to %d of %s)", credits, cuts[i], cuts[i+1], whole)
			sum += got
		}
		require.Equal(t, credits, sum, "%d credits cut at %v of %s", credits, cuts, whole)
	})
}

// Law: an inverted part, and one that leaves the period, are errors and cost nothing.
func TestStretchErrors(t *testing.T) {
	price := money.MustParse("79.95 USD")
	rapid.Check(t, func(t *rapid.T) {
		r, whole := genRule().Draw(t, "rule"), genWhole().Draw(t, "whole")
		n := whole.Days()
		from, to := rapid.IntRange(-40, n+40).Draw(t, "from"), rapid.IntRange(-40, n+40).Draw(t, "to")
		part := days(whole, from, to)
		got, err := r.Share(price, whole, part)
		credits, errAllowance := r.Allowance(1000, whole, part)
		if 0 <= from && from <= to && to <= n {
			require.NoError(t, err)
			require.NoError(t, errAllowance)
			return
		}
		require.ErrorIs(t, err, proration.ErrStretch, "Share of days %d to %d of %d", from, to, n)
		require.Equal(t, proration.Share{}, got)
		require.ErrorIs(t, errAllowance, proration.ErrStretch, "Allowance of days %d to %d of %d", from, to, n)
		require.Zero(t, credits)
	})
}

func TestErrors(t *testing.T) {
	price, month := money.MustParse("79.95 USD"), period(t, "2026-03-01", "2026-04-01")
	finest, err := proration.ParseDailyRate("9:half_up")
	require.NoError(t, err)
	for _, tt := range []struct {
		name        string
		rule        proration.Rule
		price       money.Amount
		whole, part cycle.Period
		cause       error
		text        string
	}{
		{"inverted", proration.Rule{}, price, month, cycle.Period{Start: month.End, End: month.Start}, proration.ErrStretch,
			"share of 2026-04-01 to 2026-03-01 in 2026-03-01 to 2026-04-01: not a stretch of the period"},
		{"too early", proration.Rule{}, price, month, days(month, -1, 5), proration.ErrStretch,
			"share of 2026-02-28 to 2026-03-06 in 2026-03-01 to 2026-04-01: not a stretch of the period"},
		{"too late", proration.Rule{}, price, month, days(month, 5, 32), proration.ErrStretch,
			"share of 2026-03-06 to 2026-04-02 in 2026-03-01 to 2026-04-01: not a stretch of the period"},
		{"no period", proration.Rule{}, price, days(month, 0, 0), days(month, 0, 0), proration.ErrStretch,
			"share of 2026-03-01 to 2026-03-01 in 2026-03-01 to 2026-03-01: not a stretch of the period"},
		{"an inverted period", proration.Rule{}, price, days(month, 5, 0), days(month, 5, 5), proration.ErrStretch,
			"share of 2026-03-06 to 2026-03-06 in 2026-03-06 to 2026-03-01: not a stretch of the period"},
		{"a credit is no price", proration.Rule{}, money.MustParse("-79.95 USD"), month, month, proration.ErrPrice,
			"share of -79.95 USD: below zero"},
		{"a rate beyond 64 bits", proration.Rule{DailyRate: finest}, money.New(math.MaxInt64, money.USD), month, days(month, 0, 11), proration.ErrOverflow,
			"share of 92233720368547758.07 USD, 11 of 31 days at daily_rate 9:half_up: " + proration.ErrOverflow.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.rule.Share(tt.price, tt.whole, tt.part)
			require.ErrorIs(t, err, tt.cause)
			require.EqualError(t, err, tt.text)
			require.Equal(t, proration.Share{}, got)
		})
	}
	_, err = proration.Rule{}.Allowance(-5, month, month)
	require.ErrorIs(t, err, proration.ErrPrice)
	require.EqualError(t, err, "allowance of -5 credits: below zero")
}
