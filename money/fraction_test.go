package money_test

import (
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prorata-go/prorata/money"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestRoundingVectors reads testdata/rounding.tsv, which is written for people.
func TestRoundingVectors(t *testing.T) {
	text, err := os.ReadFile("testdata/rounding.tsv")
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		require.Len(t, f, 4, "%q", line)
		num, den, _ := strings.Cut(f[1], "/")
		p, err := strconv.ParseInt(num, 10, 64)
		require.NoError(t, err, "%q", line)
		q, err := strconv.ParseInt(den, 10, 64)
		require.NoError(t, err, "%q", line)
		mode, err := money.ParseRounding(f[2])
		require.NoError(t, err, "%q", line)

		got, err := money.MustParse(f[0]).MulFrac(p, q, mode)
		require.NoError(t, err, "%q", line)
		require.Equal(t, f[3], got.String(), "%s × %s, %s", f[0], f[1], f[2])
		n++
	}
	require.Greater(t, n, 40, "vectors read")
}

// everyDay calls f with every price from $0.01 to $50.00, in cents, and every day of a month of 28, 29, 30 and 31 days.
func everyDay(f func(price, day, days int64)) {
	for days := int64(28); days <= 31; days++ {
		for day := int64(1); day <= days; day++ {
			for price := int64(1); price <= 5000; price++ {
				f(price, day, days)
			}
		}
	}
}

// halfUp returns price·day/days to the nearest cent, ties up, in integers alone: it adds a half and cuts.
func halfUp(price, day, days int64) int64 { return (2*price*day + days) / (2 * days) }

func TestEveryPriceEveryDay(t *testing.T) {
	var cases, misrounded int
	everyDay(func(price, day, days int64) {
		got, err := money.New(price, money.USD).MulFrac(day, days, money.HalfUp)
		if err != nil || got.Minor() != halfUp(price, day, days) {
			misrounded++
		}
		cases++
	})
	require.Equal(t, 590_000, cases)
	require.Zero(t, misrounded, "misrounded of %d", cases)
}

// TestRoundedFactorMisrounds records why MulFrac takes a fraction rather than a factor: day/days cut to nine decimals, which looks
// like plenty, then multiplied, misses the cent wherever the exact product is a tie.
func TestRoundedFactorMisrounds(t *testing.T) {
	const nine = 1_000_000_000
	var cases, misrounded int
	everyDay(func(price, day, days int64) {
		factor := day * nine / days
		if halfUp(price, factor, nine) != halfUp(price, day, days) {
			misrounded++
		}
		cases++
	})
	t.Logf("a factor of nine decimals misrounds %d of %d", misrounded, cases)
	require.Positive(t, misrounded)
}

// Law: MulFrac is the exact product rounded once, in every mode and at the ends of the range.
func TestMulFracOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.New(genInt64().Draw(t, "minor"), money.USD)
		num, den := genInt64().Draw(t, "num"), genInt64().Draw(t, "den")
		mode := genMode().Draw(t, "mode")
		got, err := a.MulFrac(num, den, mode)
		if den == 0 {
			require.ErrorIs(t, err, money.ErrFraction)
			return
		}
		exact := new(big.Rat).SetFrac(big.NewInt(num), big.NewInt(den))
		want := rounded(exact.Mul(exact, new(big.Rat).SetInt64(a.Minor())), mode)
		if !want.IsInt64() {
			require.ErrorIs(t, err, money.ErrOverflow, "MulFrac(%d, %d, %d, %s)", a.Minor(), num, den, mode)
			return
		}
		require.NoError(t, err, "MulFrac(%d, %d, %d, %s)", a.Minor(), num, den, mode)
		require.Equal(t, want.Int64(), got.Minor(), "MulFrac(%d, %d, %d, %s)", a.Minor(), num, den, mode)
		require.Equal(t, money.USD, got.Currency())
	})
}

// Law: MulDiv is MulFrac of magnitudes, and refuses the rest.
func TestMulDivOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, d := genInt64().Draw(t, "a"), genInt64().Draw(t, "b"), genInt64().Draw(t, "d")
		mode := genMode().Draw(t, "mode")
		got, ok := money.MulDiv(a, b, d, mode)
		if a < 0 || b < 0 || d <= 0 {
			require.False(t, ok, "MulDiv(%d, %d, %d, %s)", a, b, d, mode)
			return
		}
		exact := new(big.Rat).SetFrac(big.NewInt(b), big.NewInt(d))
		want := rounded(exact.Mul(exact, new(big.Rat).SetInt64(a)), mode)
		require.Equal(t, want.IsInt64(), ok, "MulDiv(%d, %d, %d, %s)", a, b, d, mode)
		if ok {
			require.Equal(t, want.Int64(), got, "MulDiv(%d, %d, %d, %s)", a, b, d, mode)
		}
	})
}

// Law: rounding is symmetric about zero.
func TestMulFracSymmetry(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(0, math.MaxInt64).Draw(t, "minor")
		den := rapid.Int64Range(1, math.MaxInt64).Draw(t, "den")
		num := rapid.Int64Range(0, den).Draw(t, "num")
		mode := genMode().Draw(t, "mode")
		plus, err := money.New(minor, money.USD).MulFrac(num, den, mode)
		require.NoError(t, err)
		minus, err := money.New(-minor, money.USD).MulFrac(num, den, mode)
		require.NoError(t, err)
		require.Equal(t, -plus.Minor(), minus.Minor(), "MulFrac(±%d, %d, %d, %s)", minor, num, den, mode)
	})
}

func TestMulFracEdges(t *testing.T) {
	least := money.New(math.MinInt64, money.USD)
	got, err := least.MulFrac(1, 1, money.Up)
	require.NoError(t, err)
	require.Equal(t, least, got)
	got, err = least.MulFrac(math.MinInt64, math.MinInt64, money.Down)
	require.NoError(t, err)
	require.Equal(t, least, got)
	_, err = least.MulFrac(-1, 1, money.Down)
	require.ErrorIs(t, err, money.ErrOverflow)
	got, err = money.New(math.MaxInt64, money.USD).MulFrac(1, math.MinInt64, money.Up)
	require.NoError(t, err)
	require.Equal(t, int64(-1), got.Minor())
}

// Law: split sums to the whole, and the parts differ by at most one minor unit, the larger first.
func TestSplitLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genAmount().Draw(t, "a")
		n := rapid.IntRange(1, 400).Draw(t, "n")
		parts, err := a.Split(n)
		require.NoError(t, err, "Split(%s, %d)", a, n)
		require.Len(t, parts, n)
		require.Equal(t, a, sum(t, parts, a.Currency()), "Split(%s, %d)", a, n)
		require.True(t, slices.IsSortedFunc(parts, func(x, y money.Amount) int { return -a.Sign() * order(x, y) }), "larger first: %v", parts)
		require.LessOrEqual(t, abs(parts[0].Minor()-parts[n-1].Minor()), int64(1), "Split(%s, %d)", a, n)
	})
	for _, n := range []int{-1, 0, money.MaxParts + 1, math.MaxInt} {
		_, err := money.New(1, money.USD).Split(n)
		require.ErrorIs(t, err, money.ErrFraction, "Split(%d)", n)
	}
}

// Law: split by weights sums to the whole, and every part is its exact share rounded down or up.
func TestSplitByLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genAmount().Draw(t, "a")
		weight := rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(0, 1_000_000), rapid.Int64Range(0, math.MaxInt64/8))
		weights := rapid.SliceOfN(weight, 1, 16).Draw(t, "weights")
		total := new(big.Int)
		for _, w := range weights {
			total.Add(total, big.NewInt(w))
		}
		parts, err := a.SplitBy(weights)
		if total.Sign() == 0 {
			require.ErrorIs(t, err, money.ErrFraction)
			return
		}
		require.NoError(t, err, "SplitBy(%s, %v)", a, weights)
		require.Equal(t, a, sum(t, parts, a.Currency()), "SplitBy(%s, %v)", a, weights)
		for i, w := range weights {
			share := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(a.Minor()), big.NewInt(w)), total)
			got, down, up := parts[i].Minor(), rounded(share, money.Down).Int64(), rounded(share, money.Up).Int64()
			require.True(t, got == down || got == up, "SplitBy(%s, %v)[%d] = %s, share %s", a, weights, i, parts[i], share.FloatString(3))
		}
	})
}

func TestSplitBy(t *testing.T) {
	tests := []struct {
		name    string
		amount  string
		weights []int64
		want    string
	}{
		{"even", "9.00 USD", []int64{1, 1, 1}, "3.00 3.00 3.00"},
		{"ties to the earlier", "1.00 USD", []int64{1, 1, 1}, "0.34 0.33 0.33"},
		{"largest remainder", "1.00 USD", []int64{1, 2, 4}, "0.14 0.29 0.57"},
		{"zero weight gets nothing", "0.05 USD", []int64{0, 1, 1, 0}, "0.00 0.03 0.02 0.00"},
		{"one cent", "0.01 USD", []int64{1, 5, 5}, "0.00 0.01 0.00"},
		{"credit", "-1.00 USD", []int64{1, 1, 1}, "-0.34 -0.33 -0.33"},
		{"one weight", "79.95 USD", []int64{math.MaxInt64}, "79.95"},
		{"least", "-92233720368547758.08 USD", []int64{0, 7}, "0.00 -92233720368547758.08"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := money.MustParse(tt.amount).SplitBy(tt.weights)
			require.NoError(t, err)
			var got []string
			for _, p := range parts {
				got = append(got, p.Number())
			}
			require.Equal(t, tt.want, strings.Join(got, " "), "SplitBy(%s, %v)", tt.amount, tt.weights)
		})
	}
	_, err := money.New(1, money.USD).SplitBy(nil)
	require.ErrorIs(t, err, money.ErrFraction)
	_, err = money.New(1, money.USD).SplitBy([]int64{math.MaxInt64, math.MaxInt64, 2})
	require.ErrorIs(t, err, money.ErrOverflow)
	_, err = money.New(1, money.USD).SplitBy([]int64{math.MaxInt64, math.MaxInt64, 1})
	require.NoError(t, err, "2⁶⁴−1 fits")
}

func sum(t require.TestingT, parts []money.Amount, c money.Currency) money.Amount {
	total := money.New(0, c)
	for _, p := range parts {
		var err error
		total, err = total.Add(p)
		require.NoError(t, err)
	}
	return total
}

func order(x, y money.Amount) int {
	n, err := x.Cmp(y)
	if err != nil {
		panic(err)
	}
	return n
}

func abs(n int64) int64 { return max(n, -n) }
