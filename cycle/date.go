package cycle

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/prorata-go/prorata/internal/digits"
)

// Date is a civil date: a day on the calendar, with no time and no zone. Dates compare with ==.
//
// The zero value is "no date": IsZero reports true, its text is empty, and it sorts before every date that ParseDate accepts.
// Arithmetic takes it to be the day it stands for, 0000-12-31.
type Date struct {
	n int32 // Rata Die: 0001-01-01 is day 1; minDay to maxDay
}

// NewDate gives the date of a year from 1 to 9999, a month from 1 to 12 and a day that the month has.
func NewDate(year, month, day int) (Date, error) {
	if err := checkCivil(year, month, day); err != nil {
		return Date{}, fmt.Errorf("new date %04d-%02d-%02d: %w", year, month, day, err)
	}
	return Date{daysFromCivil(year, month, day)}, nil
}

// ParseDate reads a date written exactly YYYY-MM-DD, in the years 0001 to 9999.
func ParseDate(s string) (Date, error) { return parse(s) }

// MustDate is ParseDate for tests and constants: it panics where ParseDate fails.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

var errSyntax = errors.New("expected YYYY-MM-DD")

func parse[T string | []byte](s T) (Date, error) {
	var v [8]int
	if len(s) != len("YYYY-MM-DD") || s[4] != '-' || s[7] != '-' {
		return Date{}, fmt.Errorf("parse date %q: %w", s[:min(len(s), 64)], errSyntax)
	}
	for i, at := range [8]int{0, 1, 2, 3, 5, 6, 8, 9} {
		if s[at] < '0' || s[at] > '9' {
			return Date{}, fmt.Errorf("parse date %q: %w", s[:min(len(s), 64)], errSyntax)
		}
		v[i] = int(s[at] - '0')
	}
	year, month, day := v[0]*1000+v[1]*100+v[2]*10+v[3], v[4]*10+v[5], v[6]*10+v[7]
	if err := checkCivil(year, month, day); err != nil {
		return Date{}, fmt.Errorf("parse date %q: %w", s, err)
	}
	return Date{daysFromCivil(year, month, day)}, nil
}

// checkCivil says why there is no such date.
func checkCivil(year, month, day int) error {
	switch {
	case year < 1 || year > 9999:
		return fmt.Errorf("year %d is outside 1 to 9999", year)
	case month < 1 || month > 12:
		return fmt.Errorf("month %d is outside 1 to 12", month)
	case day < 1:
		return fmt.Errorf("day %d is before the first of the month", day)
	case day > daysIn(year, month):
		return fmt.Errorf("%s %d has %d days", time.Month(month), year, daysIn(year, month))
	}
	return nil
}

// Civil gives the year, the month (1 to 12) and the day of the month.
func (d Date) Civil() (year, month, day int) { return civilFromDays(d.n) }

// AddDays gives the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date {
	n = min(max(n, minDay-maxDay), maxDay-minDay) // so that the sum cannot overflow
	return Date{int32(min(max(int(d.n)+n, minDay), maxDay))}
}

// AddMonths gives the same day of the month n months later, or earlier where n is negative, clamped to the month's last day:
// 2026-01-31 and one month is 2026-02-28. Two steps of a month may therefore differ from one step of two.
func (d Date) AddMonths(n int) Date {
	year, month, day := d.Civil()
	return Date{daysFromMonth(year*12+month-1+clampMonths(n), day)}
}

// clampMonths limits a number of months to more than all the months there are, so that adding it cannot overflow.
func clampMonths(n int) int {
	const all = (maxYear - minYear + 2) * 12
	return min(max(n, -all), all)
}

// Sub gives the number of days from o to d, negative where d is the earlier.
func (d Date) Sub(o Date) int { return int(d.n) - int(o.n) }

// Before reports whether d is earlier than o.
func (d Date) Before(o Date) bool { return d.n < o.n }

// After reports whether d is later than o.
func (d Date) After(o Date) bool { return d.n > o.n }

// Compare gives -1 where d is earlier than o, +1 where it is later, and 0 where they are the same date.
func (d Date) Compare(o Date) int { return cmp.Compare(d.n, o.n) }

// Earlier gives the earlier of two dates.
func Earlier(a, b Date) Date { return Date{min(a.n, b.n)} }

// Later gives the later of two dates.
func Later(a, b Date) Date { return Date{max(a.n, b.n)} }

// IsZero reports whether d is "no date".
func (d Date) IsZero() bool { return d.n == 0 }

// String gives YYYY-MM-DD, and nothing for the zero Date. A year beyond 9999, which only arithmetic reaches, has its five digits.
func (d Date) String() string {
	var buf [len("-0100-01-01")]byte
	return string(d.Append(buf[:0]))
}

// AppendText appends what String gives. It fails for a date outside the years 1 to 9999, which ParseDate would not read back.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d.n != 0 && !d.inRange() {
		return b, fmt.Errorf("marshal date %q: outside years 1 to 9999", d.String())
	}
	return d.Append(b), nil
}

// MarshalText gives what AppendText appends.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText reads what ParseDate reads; empty text is the zero Date. Where it fails, d is left as it was.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	v, err := parse(text)
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Append appends what String gives, whatever the year; it allocates only when b is too small.
func (d Date) Append(b []byte) []byte {
	if d.IsZero() {
		return b
	}
	year, month, day := d.Civil()
	if year < 0 {
		b, year = append(b, '-'), -year
	}
	if year > 9999 {
		b, year = append(b, byte('0'+year/10000)), year%10000
	}
	text := uint64(digits.Pair(year/100)) | uint64(digits.Pair(year%100))<<16 | '-'<<32 | uint64(digits.Pair(month))<<40 | '-'<<56
	return digits.AppendPair(binary.LittleEndian.AppendUint64(b, text), day)
}

const lastDay = 3652059 // 9999-12-31

// inRange reports whether d is in the years 1 to 9999.
func (d Date) inRange() bool { return d.n >= 1 && d.n <= lastDay }
