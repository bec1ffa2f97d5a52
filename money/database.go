package money

import (
	"database/sql/driver"
	"fmt"
)

// Value returns the text of MarshalText, "79.95 USD", for a column of text in a database. A program that adds up amounts in SQL keeps
// Minor in a column of 64-bit integers and the currency's code beside it. An Amount of no currency is an error:
// it would not be read back.
func (a Amount) Value() (driver.Value, error) {
	if a.cur == 0 {
		return nil, fmt.Errorf("store the amount %s: it has no currency, expected one", a.Number())
	}
	text, err := a.MarshalText()
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// Scan reads what Value wrote. A number is an error, for it has no currency, and so is NULL. When it fails a is unchanged.
func (a *Amount) Scan(column any) error { return scanText(column, a.UnmarshalText, "79.95 USD") }

// Value returns String, "0.00085", for a column of text in a database.
func (r Rate) Value() (driver.Value, error) { return r.String(), nil }

// Scan reads what Value wrote, or a decimal that the database passes as text. Binary floating point is an error, for it need not be
// the number that was stored, and so is NULL. When it fails r is unchanged.
func (r *Rate) Scan(column any) error {
	return scanText(column, func(text []byte) error {
		v, err := ParseRate(string(text))
		if err == nil {
			*r = v
		}
		return err
	}, "0.00085")
}

// scanText has a column of text read, of which there is an example.
func scanText(column any, read func([]byte) error, example string) error {
	switch text := column.(type) {
	case string:
		return read([]byte(text))
	case []byte:
		return read(text)
	case nil:
		return fmt.Errorf("scan: NULL, expected text such as %q", example)
	}
	return fmt.Errorf("scan: a %T, expected text such as %q", column, example)
}
