package cycle

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Value returns YYYY-MM-DD, for a column of text or of dates in a database, and NULL for the zero Date.
func (d Date) Value() (driver.Value, error) {
	text, err := d.MarshalText()
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return string(text), nil
}

// Scan reads what Value wrote. A column of dates is read as the midnight that drivers make of it; an instant at another time of day is
// an error, for its date depends on a time zone: see DateOf. When it fails d is unchanged.
func (d *Date) Scan(column any) error {
	switch v := column.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		if v.Hour()|v.Minute()|v.Second()|v.Nanosecond() != 0 {
			return fmt.Errorf("scan date: the instant %s, expected a date; DateOf gives that of an instant in a time zone", v.Format(time.RFC3339Nano))
		}
		date, err := NewDate(v.Year(), int(v.Month()), v.Day())
		if err != nil {
			return fmt.Errorf("scan date: %w", err)
		}
		*d = date
		return nil
	}
	return fmt.Errorf("scan date: a %T, expected a date such as 2026-02-28", column)
}
