package money

import (
	"errors"
	"strconv"

	"github.com/shopspring/decimal"
)

// The causes of every error of this package, for errors.Is.
var (
	// ErrSyntax is text outside the documented grammar, an unknown code or name included, or a rate below zero; also a currency
	// without a code, which could not be read back.
	ErrSyntax = errors.New("invalid syntax")
	// ErrTooFine is a number with digits below the minor unit, or a rate with more digits than a rate may have. Rounding it
	// in silence would lose money; Round does it by name.
	ErrTooFine = errors.New("too many decimal digits")
	// ErrOverflow is a result beyond 64 bits of minor units.
	ErrOverflow = errors.New("amount out of range")
	// ErrCurrency is an operation on two currencies. No currency is a currency of its own here.
	ErrCurrency = errors.New("currencies differ")
	// ErrRounding is a rounding that is none of the four.
	ErrRounding = errors.New("no such rounding")
	// ErrFraction is a denominator of zero, or a split into no parts.
	ErrFraction = errors.New("no such fraction")
)

// maxQuoted is how much of a bad value an error shows: enough to find it, not enough to flood a log.
const maxQuoted = 64

func quote(s string) string {
	if len(s) > maxQuoted {
		s = s[:maxQuoted] + "…"
	}
	return strconv.Quote(s)
}

// quoteDecimal quotes d without writing out its zeros: decimal.String of 1e999999999 is a gigabyte.
func quoteDecimal(d decimal.Decimal) string {
	coef, exp := d.Coefficient(), d.Exponent()
	switch {
	case coef.BitLen() > 64*8:
		return "number of " + strconv.Itoa(coef.BitLen()) + " bits"
	case exp < -maxQuoted || exp > maxQuoted:
		return quote(coef.String() + "e" + strconv.Itoa(int(exp)))
	}
	return quote(d.String())
}
