package money

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/internal/digits"
)

// MaxRateLen is the longest a Rate may be when written out, in characters. It bounds the work a rate can cause.
const MaxRateLen = 40

// Rate is the exact price of one unit, say one credit, in the major unit of a currency that is given where it is used: 0.00047.
// It is never negative and may have more digits than the currency has. The zero value is a rate of zero.
//
// A rate is coef/10^scale, reduced so that coef does not end in a zero unless scale is 0. When the coefficient does not fit coef it
// is in wide instead, which nobody changes, and coef is 0.
type Rate struct {
	coef  int64
	wide  *big.Int
	scale int32
}

// ParseRate reads a plain decimal number that is not negative. Its grammar is
//
//	rate = digits ["." digits]
//
// of at most MaxRateLen characters. Trailing zeros mean nothing: "0.10" equals "0.1". The error wraps ErrSyntax.
func ParseRate(s string) (Rate, error) {
	whole, frac, ok := cutPlain(s)
	if !ok || len(s) > MaxRateLen {
		return Rate{}, fmt.Errorf("parse rate %s: %w, expected digits, such as \"0.00047\", at most %d characters", quote(s), ErrSyntax, MaxRateLen)
	}
	if coef, fits := appendDigits(0, whole); fits {
		if coef, fits = appendDigits(coef, frac); fits && coef <= math.MaxInt64 {
			return smallRate(int64(coef), int32(len(frac))), nil
		}
	}
	coef, _ := new(big.Int).SetString(whole+frac, 10)
	return newRate(coef, int32(len(frac))), nil
}

// smallRate is newRate for a coefficient that fits.
func smallRate(coef int64, scale int32) Rate {
	for ; scale > 0 && coef%10 == 0; scale-- {
		coef /= 10
	}
	return Rate{coef: coef, scale: scale}
}

// RateFromDecimal returns d as a rate. The error wraps ErrSyntax when d is negative, ErrTooFine or ErrOverflow when it is longer
// than MaxRateLen.
func RateFromDecimal(d decimal.Decimal) (Rate, error) {
	coef, exp := d.Coefficient(), d.Exponent()
	switch {
	case coef.Sign() < 0:
		return Rate{}, fmt.Errorf("rate %s: %w, expected none below zero", quoteDecimal(d), ErrSyntax)
	case coef.Sign() == 0:
		return Rate{}, nil
	case exp > MaxRateLen || exp > 0 && coef.BitLen() > 4*MaxRateLen:
		return Rate{}, fmt.Errorf("rate %s: %w, expected at most %d characters", quoteDecimal(d), ErrOverflow, MaxRateLen)
	case exp < -64*MaxRateLen || coef.BitLen() > 64*MaxRateLen: // too long even when newRate takes the zeros off, one at a time
		return Rate{}, fmt.Errorf("rate %s: %w, expected at most %d characters", quoteDecimal(d), ErrTooFine, MaxRateLen)
	case exp > 0:
		coef.Mul(coef, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exp)), nil))
		exp = 0
	}
	r := newRate(coef, -exp)
	switch {
	case int(r.scale) > MaxRateLen-len("0."):
		return Rate{}, fmt.Errorf("rate %s: %w, expected at most %d characters", quoteDecimal(d), ErrTooFine, MaxRateLen)
	case len(r.String()) > MaxRateLen:
		return Rate{}, fmt.Errorf("rate %s: %w, expected at most %d characters", quoteDecimal(d), ErrOverflow, MaxRateLen)
	}
	return r, nil
}

// newRate returns the reduced rate coef/10^scale, and keeps coef.
func newRate(coef *big.Int, scale int32) Rate {
	ten := big.NewInt(10)
	for q, rem := new(big.Int), new(big.Int); scale > 0 && !coef.IsInt64(); scale-- {
		if q.QuoRem(coef, ten, rem); rem.Sign() != 0 {
			break
		}
		coef, q = q, coef
	}
	if coef.IsInt64() {
		return smallRate(coef.Int64(), scale)
	}
	return Rate{wide: coef, scale: scale}
}

// Times returns quantity·r of c, rounded once to the minor unit by mode: 50,000 credits at 0.001 are $50.00. A quantity below zero
// gives the negative of the amount for its absolute value. It allocates nothing when the rate has at most 18 digits, as rates do.
// The error wraps ErrRounding or ErrOverflow.
func (r Rate) Times(quantity int64, c Currency, mode Rounding) (Amount, error) {
	if mode > Up || c >= currencyCount {
		return Amount{}, fmt.Errorf("multiply rate %q by %d: %w", r.String(), quantity, cmp.Or(mode.Check(), c.Check()))
	}
	if minor, ok := r.times(quantity, c, mode); ok {
		return Amount{minor, c}, nil
	}
	x := new(big.Int).Mul(r.coefficient(), big.NewInt(quantity))
	minor, _, ok := scaled(x, int64(c.Digits())-int64(r.scale), mode)
	if !ok {
		return Amount{}, fmt.Errorf("multiply rate %q by %d: %w", r.String(), quantity, ErrOverflow)
	}
	return Amount{minor, c}, nil
}

// times is Times in 128-bit arithmetic, and false when the rate or the result does not fit that.
func (r Rate) times(quantity int64, c Currency, mode Rounding) (int64, bool) {
	shift := c.Digits() - int(r.scale)
	if r.wide != nil || -shift >= len(pow10) {
		return 0, false
	}
	q, neg := magnitude(quantity)
	if shift <= 0 {
		u, ok := mulDiv(q, uint64(r.coef), pow10[-shift], mode)
		minor, fits := signed(u, neg)
		return minor, ok && fits
	}
	hi, u := bits.Mul64(uint64(r.coef), pow10[shift])
	if hi != 0 {
		return 0, false
	}
	hi, u = bits.Mul64(u, q)
	minor, fits := signed(u, neg)
	return minor, hi == 0 && fits
}

// coefficient returns the coefficient as a big.Int, which the caller does not change.
func (r Rate) coefficient() *big.Int {
	if r.wide != nil {
		return r.wide
	}
	return big.NewInt(r.coef)
}

// Decimal returns r as a decimal number.
func (r Rate) Decimal() decimal.Decimal { return decimal.NewFromBigInt(r.coefficient(), -r.scale) }

// String returns the shortest plain decimal that is exactly r: "0.00047", "0.001", "0". ParseRate reads it back.
func (r Rate) String() string { return string(r.AppendNumber(make([]byte, 0, 24))) }

// AppendNumber appends String to b. It allocates nothing but b when the rate has at most 18 digits, as rates do.
func (r Rate) AppendNumber(b []byte) []byte { return r.appendDecimals(b, 0) }

// Display returns r as a sentence would have it, with all of its digits and at least those of c: "$0.001", "$0.50", "CHF 0.25".
func (r Rate) Display(c Currency) string { return string(r.AppendDisplay(make([]byte, 0, 24), c)) }

// AppendDisplay appends Display to b. It allocates nothing but b when the rate has at most 18 digits, as rates do.
func (r Rate) AppendDisplay(b []byte, c Currency) []byte {
	return r.appendDecimals(c.AppendPrefix(b), c.Digits())
}

// appendDecimals appends r with at least that many decimals.
func (r Rate) appendDecimals(b []byte, decimals int) []byte {
	var buf [MaxRateLen]byte
	coef := digits.Append(buf[:0], r.coef)
	if r.wide != nil {
		coef = r.wide.Append(buf[:0], 10)
	}
	scale := int(r.scale)
	whole := len(coef) - scale // digits before the point; below zero, zeros after it
	if whole > 0 {
		b = append(b, coef[:whole]...)
	} else {
		b = append(b, '0')
	}
	if scale == 0 && decimals == 0 {
		return b
	}
	b = append(b, '.')
	for i := whole; i < 0; i++ {
		b = append(b, '0')
	}
	b = append(b, coef[max(whole, 0):]...)
	for ; scale < decimals; scale++ {
		b = append(b, '0')
	}
	return b
}

// IsZero reports whether r is a rate of zero.
func (r Rate) IsZero() bool { return r.coef == 0 && r.wide == nil }

// Equal reports whether r and o are the same number. Use it rather than ==, which compares very long rates by address.
func (r Rate) Equal(o Rate) bool {
	return r.scale == o.scale && r.coefficient().Cmp(o.coefficient()) == 0
}
