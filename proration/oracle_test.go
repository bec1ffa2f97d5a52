package proration_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// oracle is the rule as the package documentation states it, in exact fractions: slow and obvious. A period has n days.
type oracle struct {
	rule  proration.Rule
	price money.Amount
	n     int
}

// f is F(d), the fraction of the period that its first d days are.
func (o oracle) f(d int) *big.Rat {
	if d == o.n {
		return big.NewRat(1, 1)
	}
	switch o.rule.DayCount {
	case proration.Thirty: // min(d, 30)/30
		return big.NewRat(int64(min(d, 30)), 30)
	case proration.Year365: // min(1, 12·d/365)
		return least(big.NewRat(1, 1), big.NewRat(12*int64(d), 365))
	}
	return big.NewRat(int64(d), int64(o.n)) // d/N
}

// days is D, what the price is divided by to get that of one day.
func (o oracle) days() *big.Rat {
	switch o.rule.DayCount {
	case proration.Thirty:
		return big.NewRat(30, 1)
	case proration.Year365:
		return big.NewRat(365, 12)
	}
	return big.NewRat(int64(o.n), 1)
}

// p is the price in minor units.
func (o oracle) p() *big.Rat { return new(big.Rat).SetInt64(o.price.Minor()) }

// daily is the price of one day in the rate's last digit, P/D rounded to its digits, which are of the major unit.
func (o oracle) daily() (units *big.Int, unit *big.Rat) {
	digits, mode := rateParts(o.rule.DailyRate)
	unit = new(big.Rat).Inv(pow10(digits))
	major := quo(o.p(), pow10(o.price.Currency().Digits()))
	return rounded(quo(quo(major, o.days()), unit), mode), unit
}

// cost is the price of a fraction of the period before R: that fraction of P, or so many days at the daily rate, at most P.
func (o oracle) cost(fraction *big.Rat) *big.Rat {
	if o.rule.DailyRate.IsExact() {
		return mul(o.p(), fraction)
	}
	return least(o.p(), o.uncapped(fraction))
}

// uncapped is the price of a fraction of the period at the daily rate, however much that is.
func (o oracle) uncapped(fraction *big.Rat) *big.Rat {
	units, unit := o.daily()
	day := mul(mul(new(big.Rat).SetInt(units), unit), pow10(o.price.Currency().Digits())) // in minor units
	return mul(day, mul(o.days(), fraction))
}

// r is R, rounding to the minor unit.
func (o oracle) r(x *big.Rat) *big.Int { return rounded(x, o.rule.Rounding) }

// c is C(d), the price of the first d days.
func (o oracle) c(d int) *big.Int {
	switch {
	case d == 0:
		return new(big.Int)
	case d == o.n:
		return big.NewInt(o.price.Minor())
	case o.rule.RoundPart == proration.Unused:
		left := new(big.Rat).Sub(big.NewRat(1, 1), o.f(d))
		return new(big.Int).Sub(big.NewInt(o.price.Minor()), o.r(o.cost(left)))
	}
	return o.r(o.cost(o.f(d)))
}

// owed is what days a to b cost in minor units.
func (o oracle) owed(a, b int) *big.Int {
	if o.rule.RoundPart != proration.Each {
		return new(big.Int).Sub(o.c(b), o.c(a))
	}
	if a == 0 && b == o.n {
		return big.NewInt(o.price.Minor()) // whatever the daily rate
	}
	return o.r(o.cost(new(big.Rat).Sub(o.f(b), o.f(a))))
}

// overflows reports a daily rate that does not fit 64 bits and is needed.
func (o oracle) overflows(a, b int) bool {
	if o.rule.DailyRate.IsExact() || a == b || b-a == o.n {
		return false
	}
	units, _ := o.daily()
	return !units.IsInt64()
}

// rateParts reads "4:down".
func rateParts(r proration.DailyRate) (digits int, mode money.Rounding) {
	text := r.String()
	mode, err := money.ParseRounding(text[2:])
	if err != nil {
		panic(err)
	}
	return int(text[0] - '0'), mode
}

// rounded rounds x, which is not negative, to a whole number.
func rounded(x *big.Rat, mode money.Rounding) *big.Int {
	below := new(big.Int).Quo(x.Num(), x.Denom())
	cut := new(big.Rat).Sub(x, new(big.Rat).SetInt(below))
	half := cut.Cmp(big.NewRat(1, 2))
	up := false
	switch mode {
	case money.HalfUp:
		up = half >= 0
	case money.HalfEven:
		up = half > 0 || half == 0 && below.Bit(0) == 1
	case money.Up:
		up = cut.Sign() > 0
	}
	if up {
		below.Add(below, big.NewInt(1))
	}
	return below
}

func pow10(n int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

func mul(x, y *big.Rat) *big.Rat { return new(big.Rat).Mul(x, y) }
func sub(x, y *big.Rat) *big.Rat { return new(big.Rat).Sub(x, y) }
func quo(x, y *big.Rat) *big.Rat { return new(big.Rat).Quo(x, y) }

func least(x, y *big.Rat) *big.Rat {
	if x.Cmp(y) <= 0 {
		return x
	}
	return y
}

// checkOracle compares one share with the oracle, overflow included.
func checkOracle(t require.TestingT, r proration.Rule, price money.Amount, whole, part cycle.Period) {
	o, a, b := oracle{r, price, whole.Days()}, part.Start.Sub(whole.Start), part.End.Sub(whole.Start)
	got, err := r.Share(price, whole, part)
	if o.overflows(a, b) {
		require.ErrorIs(t, err, proration.ErrOverflow, "Share(%s, days %d to %d of %d) under %s", price, a, b, o.n, ruleText(r))
		return
	}
	require.NoError(t, err, "Share(%s, days %d to %d of %d) under %s", price, a, b, o.n, ruleText(r))
	want := o.owed(a, b)
	if !want.IsInt64() || want.Int64() != got.Amount.Minor() {
		require.Failf(t, "not what the oracle says", "Share(%s, days %d to %d of %d) under %s is %s, want %s minor units",
			price, a, b, o.n, ruleText(r), got.Amount, want)
	}
	if got.Amount.Currency() != price.Currency() || got.Price != price || got.Days != b-a || got.Of != o.n {
		require.Failf(t, "not what was asked", "Share(%s, days %d to %d of %d) is %+v", price, a, b, o.n, got)
	}
}

// Law: under every one of the 1,476 rules a share is what the exact fractions give, for any price, period and part. Each case goes
// through a third of the rules.
func TestOracle(t *testing.T) {
	rules, compared := allRules(t), 0
	huge := rapid.Map(rapid.OneOf(rapid.Int64Range(0, math.MaxInt64), rapid.Int64Range(math.MaxInt64-5, math.MaxInt64)),
		func(minor int64) money.Amount { return money.New(minor, money.USD) })
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.OneOf(genPrice(), genPrice(), genPrice(), huge).Draw(t, "price")
		whole := genWhole().Draw(t, "whole")
		part := genPart(whole).Draw(t, "part")
		for i := rapid.IntRange(0, 2).Draw(t, "first rule"); i < len(rules); i += 3 {
			checkOracle(t, rules[i], price, whole, part)
			compared++
		}
	})
	t.Logf("%d shares compared", compared)
}

// Law: the default rule, every day of a month from 28 to 31 days, first and last part and every part between, at prices with ties.
func TestOracleEveryPart(t *testing.T) {
	for n := 28; n <= 31; n++ {
		month := days(cycle.Period{Start: date(t, "2026-01-01")}, 0, n)
		for from := range n + 1 {
			for to := from; to <= n; to++ {
				for _, price := range []string{"79.95 USD", "9.95 USD", "0.14 USD", "0.01 USD"} {
					checkOracle(t, proration.Rule{}, money.MustParse(price), month, days(month, from, to))
				}
			}
		}
	}
}
