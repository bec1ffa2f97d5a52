package money

import (
	"cmp"
	"fmt"
	"math"
	"strconv"

	"github.com/prorata-go/prorata/internal/digits"
)

// Amount is a whole number of minor units of a currency: 7995 of USD is $79.95. It may be negative, which on a bill is a credit.
// It is comparable, and == means equal. The zero value is 0 of no currency, and as such does not add to an amount of dollars:
// start a sum from New(0, c).
type Amount struct {
	minor int64
	cur   Currency
}

// New returns an amount of that many minor units.
func New(minor int64, c Currency) Amount { return Amount{minor, c} }

// Minor returns the number of minor units.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency.
func (a Amount) Currency() Currency { return a.cur }

// IsZero reports whether a is 0 of whatever currency.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Sign returns −1, 0 or 1.
func (a Amount) Sign() int { return cmp.Compare(a.minor, 0) }

// Number returns the number without its currency, always with all minor digits: "79.95", "-0.50", "500" for JPY. ParseIn reads
// it back.
func (a Amount) Number() string { return string(a.AppendNumber(make([]byte, 0, 24))) }

// AppendNumber appends Number to b; it allocates only when b is too small.
func (a Amount) AppendNumber(b []byte) []byte {
	if a.minor < 0 {
		b = append(b, '-')
	}
	return a.appendMagnitude(b)
}

// appendMagnitude appends the number without its sign.
func (a Amount) appendMagnitude(b []byte) []byte {
	u, _ := magnitude(a.minor)
	decimals := a.cur.Digits()
	switch decimals {
	case 0:
		return strconv.AppendUint(b, u, 10)
	case 2: // most, and dividing by a constant is multiplying
		if u == 0 {
			return append(b, "0.00"...)
		}
		cents := digits.Pair(int(u % 100))
		return append(digits.Append(b, int64(u/100)), '.', byte(cents), byte(cents>>8))
	}
	unit := pow10[decimals]
	b = strconv.AppendUint(b, u/unit, 10)
	b = append(b, ".0000"[:1+decimals]...)
	for i, frac := len(b)-1, u%unit; frac > 0; i-- {
		b[i], frac = '0'+byte(frac%10), frac/10
	}
	return b
}

// String returns the number and the code: "79.95 USD". Parse reads it back.
func (a Amount) String() string {
	b := append(a.AppendNumber(make([]byte, 0, 24)), ' ')
	return string(append(b, a.cur.String()...))
}

// AppendText appends String to b. The error is that of the currency's AppendText.
func (a Amount) AppendText(b []byte) ([]byte, error) {
	with, err := a.cur.AppendText(append(a.AppendNumber(b), ' '))
	if err != nil {
		return b, err
	}
	return with, nil
}

// MarshalText returns what AppendText appends.
func (a Amount) MarshalText() ([]byte, error) { return a.AppendText(nil) }

// UnmarshalText is Parse. When it fails a is unchanged.
func (a *Amount) UnmarshalText(text []byte) error {
	v, err := Parse(string(text))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// Display returns a as a sentence would have it: "$79.95", "-$3.00", "¥500", and for a currency without a symbol "CHF 5.00",
// "-CHF 5.00". It groups no thousands and follows no locale. Of no currency it is the bare number.
func (a Amount) Display() string { return string(a.AppendDisplay(make([]byte, 0, 24))) }

// AppendDisplay appends Display to b; it allocates only when b is too small.
func (a Amount) AppendDisplay(b []byte) []byte {
	if a.minor < 0 {
		b = append(b, '-')
	}
	return a.appendMagnitude(a.cur.AppendPrefix(b))
}

// Add returns a + b. The error wraps ErrCurrency or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.cur != b.cur {
		return Amount{}, fmt.Errorf("add %q to %q: %w", b, a, ErrCurrency)
	}
	sum := a.minor + b.minor
	if (sum > a.minor) != (b.minor > 0) && b.minor != 0 {
		return Amount{}, fmt.Errorf("add %q to %q: %w", b, a, ErrOverflow)
	}
	return Amount{sum, a.cur}, nil
}

// Sub returns a − b. The error wraps ErrCurrency or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.cur != b.cur {
		return Amount{}, fmt.Errorf("subtract %q from %q: %w", b, a, ErrCurrency)
	}
	diff := a.minor - b.minor
	if (diff < a.minor) != (b.minor > 0) && b.minor != 0 {
		return Amount{}, fmt.Errorf("subtract %q from %q: %w", b, a, ErrOverflow)
	}
	return Amount{diff, a.cur}, nil
}

// Neg returns −a. Only the least amount has no negative: the error wraps ErrOverflow.
func (a Amount) Neg() (Amount, error) {
	if a.minor == math.MinInt64 {
		return Amount{}, fmt.Errorf("negate %q: %w", a, ErrOverflow)
	}
	return Amount{-a.minor, a.cur}, nil
}

// Cmp returns −1, 0 or 1 as a is less than, equal to or more than b. The error wraps ErrCurrency.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.cur != b.cur {
		return 0, fmt.Errorf("compare %q with %q: %w", a, b, ErrCurrency)
	}
	return cmp.Compare(a.minor, b.minor), nil
}

// magnitude returns |n|, which for the least int64 does not fit an int64, and whether n is negative.
func magnitude(n int64) (u uint64, neg bool) {
	if n < 0 {
		return -uint64(n), true
	}
	return uint64(n), false
}

// signed is the inverse of magnitude, and false when the number does not fit an int64.
func signed(u uint64, neg bool) (int64, bool) {
	if neg {
		return int64(-u), u <= 1<<63
	}
	return int64(u), u < 1<<63
}
