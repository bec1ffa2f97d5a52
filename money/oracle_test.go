package money_test

import (
	"math"
	"math/big"

	"github.com/prorata-go/prorata/money"
	"pgregory.net/rapid"
)

var modes = []money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up}

// causes are all the errors a caller may branch on.
var causes = []error{money.ErrSyntax, money.ErrTooFine, money.ErrOverflow, money.ErrCurrency, money.ErrFraction}

// rounded is the slow, obvious rounding everything is checked against: the two neighbours of |x|, and which of them is nearer.
func rounded(x *big.Rat, r money.Rounding) *big.Int {
	abs := new(big.Rat).Abs(x)
	below := new(big.Int).Quo(abs.Num(), abs.Denom())
	cut := new(big.Rat).Sub(abs, new(big.Rat).SetInt(below))
	half := cut.Cmp(big.NewRat(1, 2))

	up := false
	switch r {
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
	if x.Sign() < 0 {
		below.Neg(below)
	}
	return below
}

// minorUnits returns 10 to the power of c's minor digits.
func minorUnits(c money.Currency) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Digits())), nil))
}

// genInt64 draws any int64, and often one at an end of the range or small.
func genInt64() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64(),
		rapid.Int64Range(-1000, 1000),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64 - 1, math.MaxInt64}),
	)
}

// genCurrency draws a currency with 0, 2, 3 or 4 digits.
func genCurrency() *rapid.Generator[money.Currency] {
	return rapid.SampledFrom([]money.Currency{money.USD, money.JPY, money.BHD, money.MustCurrency("CLF"), money.EUR})
}

// genAmount draws any amount, that of no currency included.
func genAmount() *rapid.Generator[money.Amount] {
	return rapid.Custom(func(t *rapid.T) money.Amount {
		c := rapid.OneOf(genCurrency(), rapid.Just(money.Currency(0))).Draw(t, "currency")
		return money.New(genInt64().Draw(t, "minor"), c)
	})
}

func genMode() *rapid.Generator[money.Rounding] { return rapid.SampledFrom(modes) }
