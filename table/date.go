package table

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/money"
)

// isoFormat is how dates are written where nothing else is named; it is read in every file, since it cannot be mistaken.
const isoFormat = "YYYY-MM-DD"

// excelFormat is the name of the days since 1900 that spreadsheets count.
const excelFormat = "excel"

// when is a day, and the time of day and zone where a cell says them.
type when struct {
	cycle.Date
	clock   time.Duration // since midnight
	timed   bool          // the cell has a time of day
	zoned   bool          // and an offset from UTC
	seconds int           // the offset
}

// dateFormat is a way to write a day: its parts, with what stands between them.
type dateFormat struct {
	text  string
	parts []datePart
}

type datePart struct {
	unit  byte // 'Y', 'M', 'D', 'N' for the name of a month, 0 for what stands between
	exact int  // how many digits it has, 0 for one or two
	mark  string
}

// parseDateFormat reads a format such as M/D/YYYY: YYYY, M or MM or MMM, D or DD, once each, and what stands between them.
func parseDateFormat(s string) (*dateFormat, error) {
	f := &dateFormat{text: s}
	if s == excelFormat {
		return f, nil
	}
	wrong := fmt.Errorf("unknown date format %q, expected YYYY, M or MM or MMM, and D or DD, such as YYYY-MM-DD, M/D/YYYY or D.M.YYYY, or excel for days since 1900", names.Clip(s))
	seen := map[byte]bool{}
	for i := 0; i < len(s); {
		c, n := s[i], 1
		for i+n < len(s) && s[i+n] == c {
			n++
		}
		part := datePart{unit: c}
		switch {
		case c == 'Y' && n == 4:
			part.exact = 4
		case (c == 'M' || c == 'D') && n <= 2:
			part.exact = n &^ 1
		case c == 'M' && n == 3:
			part.unit = 'N'
		case strings.IndexByte("-/. ,", c) >= 0:
			part, n = datePart{mark: s[i : i+1]}, 1
		default:
			return nil, wrong
		}
		if unit := part.unit; unit != 0 {
			if unit == 'N' {
				unit = 'M'
			}
			if seen[unit] {
				return nil, wrong
			}
			seen[unit] = true
		}
		f.parts = append(f.parts, part)
		i += n
	}
	if len(seen) != 3 {
		return nil, wrong
	}
	return f, nil
}

var iso = func() *dateFormat { f, _ := parseDateFormat(isoFormat); return f }()

var months = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// day reads a day at the beginning of a text and returns what follows it.
func (f *dateFormat) day(s string) (d cycle.Date, rest string, err error) {
	var year, month, day int
	rest = s
	for _, p := range f.parts {
		if p.unit == 0 {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, p.mark); !ok {
				return d, "", f.mismatch(s)
			}
			continue
		}
		if p.unit == 'N' {
			n := 0
			for n < len(rest) && (rest[n]|32 >= 'a' && rest[n]|32 <= 'z') {
				n++
			}
			if month = monthNamed(rest[:n]); month == 0 {
				return d, "", f.mismatch(s)
			}
			rest = rest[n:]
			continue
		}
		most := max(p.exact, 2)
		n, v := 0, 0
		for n < len(rest) && n < most && rest[n] >= '0' && rest[n] <= '9' {
			v = v*10 + int(rest[n]-'0')
			n++
		}
		if n == 0 || p.exact != 0 && n != p.exact || p.exact == 0 && n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			return d, "", f.mismatch(s)
		}
		rest = rest[n:]
		switch p.unit {
		case 'Y':
			year = v
		case 'M':
			month = v
		case 'D':
			day = v
		}
	}
	if d, err = cycle.NewDate(year, month, day); err != nil {
		return d, "", fmt.Errorf("%q is not a date: %w, expected a day of the calendar", names.Clip(s), errors.Unwrap(err))
	}
	return d, rest, nil
}

func monthNamed(s string) int {
	if len(s) < 3 {
		return 0
	}
	for i, name := range months {
		if long := strings.ToLower(time.Month(i + 1).String()); strings.EqualFold(s, name) || strings.EqualFold(s, long) {
			return i + 1
		}
	}
	return 0
}

func (f *dateFormat) mismatch(s string) error {
	return fmt.Errorf("%q is not a date, expected one such as %s (%s)", names.Clip(s), f.example(), f.text)
}

// example is 9 March 2026 in the format.
func (f *dateFormat) example() string {
	if f.text == excelFormat {
		return "46090"
	}
	var b strings.Builder
	for _, p := range f.parts {
		switch {
		case p.unit == 0:
			b.WriteString(p.mark)
		case p.unit == 'Y':
			b.WriteString("2026")
		case p.unit == 'N':
			b.WriteString("Mar")
		case p.unit == 'M':
			fmt.Fprintf(&b, "%0*d", p.exact, 3)
		case p.unit == 'D':
			fmt.Fprintf(&b, "%0*d", p.exact, 9)
		}
	}
	return b.String()
}

// parse reads a day, with a time of day and an offset if there are any. YYYY-MM-DD is read in any format.
func (f *dateFormat) parse(s string, since1904 bool) (w when, err error) {
	if f.text == excelFormat && isPlain(s) {
		return serialDay(s, since1904)
	}
	form := f
	if f.text == excelFormat || len(s) >= len(isoFormat) && s[4] == '-' && s[7] == '-' {
		form = iso
	}
	d, rest, err := form.day(s)
	if err != nil {
		return w, err
	}
	w.Date = d
	if rest == "" {
		return w, nil
	}
	if err := w.readClock(rest); err != nil {
		return w, fmt.Errorf("%q is not a date, expected one such as %s, with a time such as 14:30:00 after it at most", names.Clip(s), form.example())
	}
	return w, nil
}

var errClock = fmt.Errorf("no time of day")

// readClock reads "T14:30:00.5Z", " 2:30 PM", "T14:30+02:00" and the like.
func (w *when) readClock(s string) error {
	w.timed = true
	s = strings.TrimPrefix(strings.TrimLeft(s, " ,"), "T")
	end := strings.IndexAny(s, " Zz+-AaPp")
	if end < 0 {
		end = len(s)
	}
	parts := strings.Split(s[:end], ":")
	if len(parts) < 2 || len(parts) > 3 {
		return errClock
	}
	var hms [3]int
	for i, p := range parts {
		if i == 2 {
			whole, fraction, point := strings.Cut(p, ".")
			if point && (fraction == "" || len(fraction) > 9 || strings.Trim(fraction, "0123456789") != "") {
				return errClock
			}
			nanos, _ := strconv.Atoi((fraction + "000000000")[:9])
			w.clock = time.Duration(nanos)
			p = whole
		}
		n, err := strconv.Atoi(p)
		if err != nil || len(p) > 2 || p[0] < '0' || p[0] > '9' || n > [3]int{23, 59, 59}[i] {
			return errClock
		}
		hms[i] = n
	}
	zone := strings.TrimLeft(s[end:], " ")
	if half := strings.ToUpper(zone[:min(2, len(zone))]); half == "AM" || half == "PM" {
		if hms[0] < 1 || hms[0] > 12 {
			return errClock
		}
		hms[0] %= 12
		if half == "PM" {
			hms[0] += 12
		}
		zone = strings.TrimLeft(zone[2:], " ")
	}
	w.clock += time.Duration(hms[0])*time.Hour + time.Duration(hms[1])*time.Minute + time.Duration(hms[2])*time.Second
	return w.readOffset(zone)
}

func (w *when) readOffset(zone string) error {
	switch {
	case zone == "":
		return nil
	case strings.EqualFold(zone, "Z"), zone == "UTC":
		w.zoned = true
		return nil
	}
	digits := strings.Replace(zone[1:], ":", "", 1)
	if (zone[0] != '+' && zone[0] != '-') || len(digits) != 4 || strings.Trim(digits, "0123456789") != "" {
		return errClock
	}
	hours, _ := strconv.Atoi(digits[:2])
	minutes, _ := strconv.Atoi(digits[2:])
	if hours > 14 || minutes > 59 {
		return errClock
	}
	w.zoned, w.seconds = true, hours*3600+minutes*60
	if zone[0] == '-' {
		w.seconds = -w.seconds
	}
	return nil
}

// time is the instant of a day with a time and, of its own or of the mapping, a zone.
func (w when) time(zone *time.Location) time.Time {
	y, m, d := w.Civil()
	if w.zoned {
		zone = time.FixedZone("", w.seconds)
	}
	h, rest := w.clock/time.Hour, w.clock%time.Hour
	return time.Date(y, time.Month(m), d, int(h), int(rest/time.Minute), int(rest%time.Minute/time.Second), int(rest%time.Second), zone)
}

// inZone is the day in a zone of what has an offset.
func (w when) inZone(zone *time.Location) (when, error) {
	if !w.zoned || zone == nil {
		return w, nil
	}
	t := w.time(zone).In(zone)
	d, err := cycle.DateOf(t, zone)
	if err != nil {
		return w, err
	}
	h, m, s := t.Clock()
	return when{Date: d, timed: true, clock: time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())}, nil
}

// serialDay reads the days since 1900, or 1904, that spreadsheets count; the fraction is the time of day, to the second.
func serialDay(s string, since1904 bool) (w when, err error) {
	most := int64(2_958_465) // 9999-12-31
	if since1904 {
		most -= 1462
	}
	seconds, err := serialSeconds(s)
	if err != nil || seconds < 0 || seconds >= (most+1)*86400 {
		return w, fmt.Errorf("%q is not a date, expected days as spreadsheets count them, up to %d", names.Clip(s), most)
	}
	days, clock := int(seconds/86400), seconds%86400
	epoch, _ := cycle.NewDate(1899, 12, 30)
	switch {
	case since1904:
		epoch, _ = cycle.NewDate(1904, 1, 1)
	case days < 1, days == 60:
		return w, fmt.Errorf("%q is not a date: there is no such day, expected days since 1900", names.Clip(s))
	case days < 60: // spreadsheets take 1900 for a leap year
		days++
	}
	w.Date, w.clock, w.timed = epoch.AddDays(days), time.Duration(clock)*time.Second, clock != 0
	return w, nil
}

// serialSeconds is a number of days in seconds, to the nearest.
func serialSeconds(s string) (int64, error) {
	if len(s) < 10 {
		if days, err := strconv.ParseInt(s, 10, 64); err == nil { // as most are
			return days * 86400, nil
		}
	}
	value, ok := new(big.Rat).SetString(s)
	if !ok {
		return 0, strconv.ErrSyntax
	}
	total := round(value.Mul(value, big.NewRat(86400, 1)), 0, money.HalfUp).Num()
	if !total.IsInt64() {
		return 0, strconv.ErrRange
	}
	return total.Int64(), nil
}
