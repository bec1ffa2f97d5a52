package money

import (
	"cmp"
	"fmt"
	"math/big"

	"github.com/shopspring/decimal"
)

// pow10 holds the powers of ten that fit a uint64.
var pow10 = [...]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// Decimal returns a as a decimal number of the major unit: 79.95.
func (a Amount) Decimal() decimal.Decimal { return decimal.New(a.minor, -int32(a.cur.Digits())) }

// FromDecimal returns d of the major unit of c, exactly. The error wraps ErrTooFine when d is not a whole number of minor units,
// or ErrOverflow.
func FromDecimal(d decimal.Decimal, c Currency) (Amount, error) {
	if err := c.Check(); err != nil {
		return Amount{}, fmt.Errorf("amount %s: %w", quoteDecimal(d), err)
	}
	minor, exact, ok := scaled(d.Coefficient(), int64(d.Exponent())+int64(c.Digits()), Down)
	switch {
	case !exact:
		return Amount{}, fmt.Errorf("amount %s: %w, expected at most %d for %s", quoteDecimal(d), ErrTooFine, c.Digits(), c)
	case !ok:
		return Amount{}, fmt.Errorf("amount %s: %w", quoteDecimal(d), ErrOverflow)
	}
	return Amount{minor, c}, nil
}

// Round returns d of the major unit of c, rounded once to the minor unit by r. The error wraps ErrRounding or ErrOverflow.
func Round(d decimal.Decimal, c Currency, r Rounding) (Amount, error) {
	if err := cmp.Or(r.Check(), c.Check()); err != nil {
		return Amount{}, fmt.Errorf("round %s to %s: %w", quoteDecimal(d), c, err)
	}
	minor, _, ok := scaled(d.Coefficient(), int64(d.Exponent())+int64(c.Digits()), r)
	if !ok {
		return Amount{}, fmt.Errorf("round %s to %s: %w", quoteDecimal(d), c, ErrOverflow)
	}
	return Amount{minor, c}, nil
}

// scaled returns coef·10^exp rounded by r, whether that was exact, and whether it fits. The work is bounded by the length of coef,
// whatever exp: a few bytes of input such as 1e999999999 must not become a gigabyte of zeros.
func scaled(coef *big.Int, exp int64, r Rounding) (n int64, exact, ok bool) {
	if coef.Sign() == 0 {
		return 0, true, true
	}
	if exp >= 0 {
		if exp >= int64(len(pow10)) || coef.BitLen() > 64 {
			return 0, true, false
		}
		x := new(big.Int).Mul(coef, new(big.Int).SetUint64(pow10[exp]))
		return x.Int64(), true, x.IsInt64()
	}

	// coef has at most this many digits (log10 2 < 0.30103), so below 10^-digits it is less than a tenth of a unit.
	if digits := int64(coef.BitLen())*30103/100000 + 1; -exp > digits {
		if r.away(false, -1) {
			return int64(coef.Sign()), false, true
		}
		return 0, false, true
	}
	den := new(big.Int).Exp(big.NewInt(10), big.NewInt(-exp), nil)
	q, rem := new(big.Int).QuoRem(coef, den, new(big.Int))
	if rem.Sign() == 0 {
		return q.Int64(), true, q.IsInt64()
	}
	half := rem.Lsh(rem, 1).CmpAbs(den)
	if r.away(q.Bit(0) == 1, half) {
		q.Add(q, big.NewInt(int64(coef.Sign())))
	}
	return q.Int64(), false, q.IsInt64()
}
