package money

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

//go:generate go run ./internal/gencurrency

// Currency is an active currency of ISO 4217. The zero value is no currency: it writes as XXX, which is ISO's code for that,
// has no minor digits, and is not something ParseCurrency accepts. The number behind it is an index into a table that grows, so
// it must not be stored.
type Currency uint16

// ParseCurrency returns the currency with the given code: exactly three upper-case letters, active in ISO 4217.
func ParseCurrency(code string) (Currency, error) {
	if c, ok := lookup(code); ok {
		return c, nil
	}
	if len(code) <= maxQuoted {
		if c, ok := lookup(strings.ToUpper(strings.TrimSpace(code))); ok {
			return 0, fmt.Errorf("parse currency %s: %w, expected %q", quote(code), ErrSyntax, c.String())
		}
	}
	return 0, fmt.Errorf("parse currency %s: %w, expected an active ISO 4217 code, such as \"USD\"", quote(code), ErrSyntax)
}

// MustCurrency is ParseCurrency for tests and constants: it panics on an error.
func MustCurrency(code string) Currency {
	c, err := ParseCurrency(code)
	if err != nil {
		panic(err)
	}
	return c
}

func lookup(code string) (Currency, bool) {
	i := 1 + sort.Search(currencyCount-1, func(i int) bool { return currencyCodes[3*(i+1):3*(i+2)] >= code })
	if i < currencyCount && currencyCodes[3*i:3*(i+1)] == code {
		return Currency(i), true
	}
	return 0, false
}

// String returns the code: "USD", and "XXX" for no currency.
func (c Currency) String() string {
	if c >= currencyCount { // not a value this package makes
		return "Currency(" + strconv.Itoa(int(c)) + ")"
	}
	return currencyCodes[3*int(c) : 3*int(c)+3]
}

// Digits returns the number of decimal digits of the minor unit, from 0 to 4: JPY 0, USD 2, BHD 3, CLF 4.
func (c Currency) Digits() int {
	if c >= currencyCount {
		return 0
	}
	return int(currencyDigits[c] - '0')
}

// Check returns an error that wraps ErrSyntax for a value that this package does not make: it has no code and no minor unit.
func (c Currency) Check() error {
	if c >= currencyCount {
		return fmt.Errorf("currency %s: %w, expected one that ParseCurrency returns", c, ErrSyntax)
	}
	return nil
}

// Symbol returns the sign put before an amount in a sentence: "$" for USD, "€" for EUR, "£" for GBP, "¥" for JPY, otherwise "".
// Only currencies that own their sign have one: CAD 5.00 written as $5.00 would be a wrong amount to half of its readers.
func (c Currency) Symbol() string {
	switch c {
	case USD:
		return "$"
	case EUR:
		return "€"
	case GBP:
		return "£"
	case JPY:
		return "¥"
	}
	return ""
}

// AppendText appends String to b. The error, which wraps ErrSyntax, is that of a value this package does not make: it has no code.
func (c Currency) AppendText(b []byte) ([]byte, error) {
	if err := c.Check(); err != nil {
		return b, err
	}
	return append(b, c.String()...), nil
}

// MarshalText returns what AppendText appends.
func (c Currency) MarshalText() ([]byte, error) { return c.AppendText(nil) }

// UnmarshalText is ParseCurrency: it refuses XXX, so that a missing currency does not pass for one. When it fails c is unchanged.
func (c *Currency) UnmarshalText(text []byte) error {
	v, err := ParseCurrency(string(text))
	if err != nil {
		return err
	}
	*c = v
	return nil
}

// AppendPrefix appends what Display writes before a number: the symbol, or the code and a space, or nothing for no currency.
func (c Currency) AppendPrefix(b []byte) []byte {
	if s := c.Symbol(); s != "" || c == 0 {
		return append(b, s...)
	}
	return append(append(b, c.String()...), ' ')
}
