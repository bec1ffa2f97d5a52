package money

import (
	"fmt"
	"math/bits"
	"strings"
)

// Parse reads what Amount.String writes: a number as ParseIn reads it, one space, and a code as ParseCurrency reads it, or XXX for
// an amount of no currency.
func Parse(s string) (Amount, error) {
	number, code, ok := strings.Cut(s, " ")
	if !ok {
		return Amount{}, fmt.Errorf("parse amount %s: %w, expected a number, a space and a currency, such as \"79.95 USD\"", quote(s), ErrSyntax)
	}
	var c Currency
	if code != c.String() {
		var err error
		if c, err = ParseCurrency(code); err != nil {
			return Amount{}, fmt.Errorf("parse amount %s: %w", quote(s), err)
		}
	}
	return ParseIn(number, c)
}

// MustParse is Parse for tests and constants: it panics on an error.
func MustParse(s string) Amount {
	a, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// ParseIn reads a plain number as an amount of c. Its grammar is
//
//	number = ["-"] digits ["." digits]
//
// with ASCII digits: no plus, exponent, space, thousands separator, leading or trailing dot. "-0" is 0. Zeros beyond the minor
// digits are allowed ("9.950" is $9.95). Any other digit there makes the error wrap ErrTooFine; other text, ErrSyntax; a number
// too large for an Amount, ErrOverflow.
func ParseIn(s string, c Currency) (Amount, error) {
	number, neg := strings.CutPrefix(s, "-")
	whole, frac, ok := cutPlain(number)
	if !ok {
		return Amount{}, fmt.Errorf("parse amount %s: %w, expected digits, such as \"79.95\"", quote(s), ErrSyntax)
	}
	if err := c.Check(); err != nil {
		return Amount{}, fmt.Errorf("parse amount %s: %w", quote(s), err)
	}
	digits := c.Digits()
	if len(frac) > digits {
		if strings.Trim(frac[digits:], "0") != "" {
			return Amount{}, fmt.Errorf("parse amount %s: %w, expected at most %d for %s", quote(s), ErrTooFine, digits, c)
		}
		frac = frac[:digits]
	}
	u, ok := appendDigits(0, whole)
	if ok {
		u, ok = appendDigits(u, frac)
	}
	hi, u := bits.Mul64(u, pow10[digits-len(frac)])
	minor, fits := signed(u, neg)
	if !ok || hi != 0 || !fits {
		return Amount{}, fmt.Errorf("parse amount %s: %w", quote(s), ErrOverflow)
	}
	return Amount{minor, c}, nil
}

// cutPlain cuts digits["."digits] at the dot, and reports whether s is that.
func cutPlain(s string) (whole, frac string, ok bool) {
	whole, frac, dot := strings.Cut(s, ".")
	return whole, frac, allDigits(whole) && whole != "" && allDigits(frac) && dot == (frac != "")
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// appendDigits returns u followed by digits, as if it were written out, and false when that does not fit.
func appendDigits(u uint64, digits string) (uint64, bool) {
	for i := range len(digits) {
		hi, lo := bits.Mul64(u, 10)
		sum, carry := bits.Add64(lo, uint64(digits[i]-'0'), 0)
		if hi != 0 || carry != 0 {
			return 0, false
		}
		u = sum
	}
	return u, true
}
