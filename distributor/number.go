package distributor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
)

// Number is a decimal exactly as a document writes it: "1001", "13.950", "-3". It is empty when the field was not there, or was
// null or empty.
type Number string

var errNoNumber = errors.New("no number there")

// Decimal returns the number exactly. An empty one, and text that is not digits with at most a minus and a point, is an error.
func (n Number) Decimal() (decimal.Decimal, error) {
	if err := n.check(); err != nil {
		return decimal.Decimal{}, err
	}
	return decimal.NewFromString(string(n))
}

// Amount returns the number as an amount of c. A number finer than the minor unit is an error that wraps [money.ErrTooFine], one
// too large [money.ErrOverflow]; an empty one is an error too.
func (n Number) Amount(c money.Currency) (money.Amount, error) {
	if n == "" {
		return money.Amount{}, errNoNumber
	}
	return money.ParseIn(string(n), c)
}

// Count returns a whole number from 0 to the largest int64, which may be written with a decimal point, such as 21000.0; anything
// else is an error.
func (n Number) Count() (int64, error) {
	if n == "" {
		return 0, errNoNumber
	}
	return strictjson.ParseWhole(string(n))
}

// check says why n is not a plain decimal: ["-"] digits ["." digits].
func (n Number) check() error {
	if n == "" {
		return errNoNumber
	}
	whole, frac, point := strings.Cut(strings.TrimPrefix(string(n), "-"), ".")
	switch {
	case len(n) > MaxNumber:
		return fmt.Errorf("a number of %d characters, expected at most %d", len(n), MaxNumber)
	case !digits(whole) || point && !digits(frac):
		return fmt.Errorf("%q is not a plain number, expected digits, such as 13.95", n)
	}
	return nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
