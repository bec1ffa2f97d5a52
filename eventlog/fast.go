package eventlog

import (
	"bytes"
	"unicode/utf8"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/instant"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
)

// The fast way to read a line goes over its bytes once, or twice where it does not begin as
// most do, see [Decoder.common]. It knows the lines that programs write, with fields in any
// order, and gives up on everything else: escapes, a name or value it does not know, numbers
// of 19 digits, years at the ends of the calendar, all that is wrong.
// What it gives up on is read the strict way, which alone decides what an error is, so that
// the fast way may accept less than the strict one, but nothing more and nothing else.

// fast reads a line, or returns false and leaves anything in s. It gives no place.
func (d *Decoder) fast(line []byte, s *rawEvent) bool {
	if d.known == nil {
		d.init()
	}
	s.set, s.credits = 0, 0
	c := cursor{line: line}
	seen := account.Fields(0)
	more := false
	if d.common(&c, s) {
		seen = account.RequiredFields
		const credits = `,"credits":` // as usage goes on
		if rest := line[c.at:]; len(rest) > len(credits) && string(rest[:len(credits)]) == credits {
			c.at += len(credits)
			var ok bool
			if s.credits, ok = c.count(); !ok {
				return false
			}
			if s.kind == account.UsageRecorded && string(line[c.at:]) == "}" {
				return true
			}
			seen |= 1 << account.FieldCredits
		}
		more = c.token(',')
	} else {
		more = c.token('{')
	}
	for ; more; more = c.token(',') {
		f, known := account.FieldNamed(c.text())
		if !known || seen.Has(f) || !c.token(':') || !d.value(s, f, &c) {
			return false
		}
		seen |= 1 << f
	}
	if !c.token('}') || !c.end() || !complete(seen, s.kind) {
		return false
	}
	if seen.Has(account.FieldBillingDate) {
		day, err := cycle.DateOf(s.at.Time(), d.policy.TimeZone)
		if err == nil {
			_, err = d.policy.Schedule(day, epoch.AddDays(int(s.values[account.FieldBillingDate].number)))
		}
		return err == nil
	}
	return true
}

// complete reports that the fields are those of an event of a type.
func complete(seen account.Fields, t account.Type) bool {
	required, optional := t.Fields()
	return seen&^(optional|account.OptionalFields) == required|account.RequiredFields
}

// value reads the value of a field.
func (d *Decoder) value(s *rawEvent, f account.Field, c *cursor) (ok bool) {
	switch f {
	case account.FieldCredits:
		s.credits, ok = c.count()
		return ok
	case account.FieldID:
		s.id = c.text()
		return len(s.id) > 0
	case account.FieldType:
		kind, err := account.ParseType(d.intern(c.text()))
		s.kind = kind
		return err == nil
	case account.FieldAccount:
		s.account = c.text()
		return len(s.account) > 0
	case account.FieldAt:
		s.at, ok = d.fastInstant(c.text())
		return ok
	case account.FieldRecordedAt:
		s.set |= 1 << f
		s.recordedAt, ok = d.fastInstant(c.text())
		return ok
	}
	v, ok := d.valueOf(f, c)
	s.setValue(f, v)
	return ok
}

// valueOf reads a value of the kind that its field has.
func (d *Decoder) valueOf(f account.Field, c *cursor) (v rawValue, ok bool) {
	kind := f.Kind()
	switch kind {
	case account.CountValue:
		v.number, ok = c.count()
		return v, ok
	case account.ObjectValue:
		v.text, ok = d.object(c)
		return v, ok
	}
	text := c.text()
	if text == nil {
		return v, false
	}
	switch kind {
	case account.IDValue, account.NameValue:
		return rawValue{text: text}, len(text) > 0
	case account.TextValue:
		return rawValue{text: text}, true
	case account.WordValue:
		number, err := f.ParseWord(d.intern(text))
		return rawValue{number: number}, err == nil
	case account.DateValue:
		date, ok := fastDate(text)
		return rawValue{number: int64(date.Sub(epoch))}, ok
	case account.AmountValue:
		a, err := money.ParseIn(string(text), d.policy.MoneyCurrency())
		return rawValue{d.currency, a.Minor()}, err == nil
	}
	return v, false
}

// object reads an object as the strict way does. One of 10,000 bytes is not nested too deep:
// each level takes two.
func (d *Decoder) object(c *cursor) ([]byte, bool) {
	if c.end() || c.line[c.at] != '{' {
		return nil, false
	}
	d.line = *bytes.NewBuffer(c.line[c.at:])
	d.json.Reset(&d.line)
	v, err := d.json.ReadValue()
	if err != nil || len(v) > 10_000 {
		return nil, false
	}
	from := c.at
	c.at += len(v)
	return c.line[from:c.at], true
}

// fastInstant reads an instant or a plain date. It leaves out the first and the last year:
// all the others are in the calendar in every zone.
func (d *Decoder) fastInstant(text []byte) (instant.Instant, bool) {
	if len(text) < len("2006-01-02T15:04:05Z") {
		date, ok := fastDate(text)
		return instant.Of(date.Start(d.policy.TimeZone)), ok
	}
	midnight, ok := d.midnight([10]byte(text))
	hour, minute, second := twoDigits(text[11:]), twoDigits(text[14:]), twoDigits(text[17:])
	if !ok || text[10] != 'T' || text[13] != ':' || text[16] != ':' || hour > 23 || minute > 59 || second > 59 {
		return instant.Instant{}, false
	}
	nanos, zone, ok := fraction(text[len("2006-01-02T15:04:05"):])
	if !ok {
		return instant.Instant{}, false
	}
	offset := 0
	if string(zone) != "Z" {
		if len(zone) != len("+07:00") || zone[0] != '+' && zone[0] != '-' || zone[3] != ':' {
			return instant.Instant{}, false
		}
		hours, minutes := twoDigits(zone[1:]), twoDigits(zone[4:])
		if hours > 23 || minutes > 59 {
			return instant.Instant{}, false
		}
		offset = (hours*60 + minutes) * 60
		if zone[0] == '-' {
			offset = -offset
		}
	}
	return instant.Instant{Sec: midnight + int64((hour*60+minute)*60+second-offset), Nsec: int32(nanos)}, true
}

// midnight is the second of an [instant.Instant] at which a date begins in UTC. Logs have many events
// of a day one after the other.
func (d *Decoder) midnight(text [10]byte) (int64, bool) {
	if text != d.lastDate {
		date, ok := fastDate(text[:])
		if !ok {
			return 0, false
		}
		d.lastDate, d.lastMidnight = text, instant.Of(date.Start(nil)).Sec
	}
	return d.lastMidnight, true
}

var epoch = cycle.MustDate("1970-01-01")

// fraction reads a point and up to nine digits of a second, if they are there, and returns
// what follows.
func fraction(text []byte) (nanos int, rest []byte, ok bool) {
	if text[0] != '.' {
		return 0, text, true
	}
	i, unit := 1, 1_000_000_000
	for ; i < len(text) && isDigit(text[i]); i++ {
		unit /= 10
		nanos += int(text[i]-'0') * unit
	}
	return nanos, text[i:], i > 1 && unit > 0
}

// fastDate reads a date in the years 2 to 9998.
func fastDate(text []byte) (cycle.Date, bool) {
	if len(text) != len("2006-01-02") || text[4] != '-' || text[7] != '-' {
		return cycle.Date{}, false
	}
	century, year, month, day := twoDigits(text), twoDigits(text[2:]), twoDigits(text[5:]), twoDigits(text[8:])
	if century == noDigits || year == noDigits {
		return cycle.Date{}, false
	}
	year += 100 * century
	date, err := cycle.NewDate(year, month, day)
	return date, err == nil && year > 1 && year < 9999
}

// twoDigits is the number of the first two bytes, or noDigits, which is more than any of two
// digits.
func twoDigits(b []byte) int {
	if !isDigit(b[0]) || !isDigit(b[1]) {
		return noDigits
	}
	return int(b[0]-'0')*10 + int(b[1]-'0')
}

const noDigits = 100

func isDigit(b byte) bool { return b-'0' <= 9 }

// cursor is a place in a line.
type cursor struct {
	line []byte
	at   int
}

// skip goes on to what is no white space.
func (c *cursor) skip() {
	for c.at < len(c.line) && isSpace(c.line[c.at]) {
		c.at++
	}
}

// end reports that only white space is left.
func (c *cursor) end() bool {
	c.skip()
	return c.at == len(c.line)
}

func isSpace(b byte) bool { return b <= ' ' && (b == ' ' || b == '\t' || b == '\r' || b == '\n') }

// token skips white space and one byte, or returns false when that is another.
func (c *cursor) token(b byte) bool {
	if c.skip(); c.at < len(c.line) && c.line[c.at] == b {
		c.at++
		return true
	}
	return false
}

// count reads a whole number of at most 18 digits, which is surely less than 1<<63.
func (c *cursor) count() (n int64, ok bool) {
	c.skip()
	line, from := c.line, c.at
	at := from
	for ; at < len(line) && isDigit(line[at]); at++ {
		n = n*10 + int64(line[at]-'0')
	}
	c.at = at
	digits := at - from
	return n, digits > 0 && digits <= 18 && (digits == 1 || line[from] != '0')
}

// text reads a string without escapes and returns what is between its quotes, or nil.
func (c *cursor) text() []byte {
	if !c.token('"') {
		return nil
	}
	from := c.at
	for {
		c.at += strictjson.Plain(c.line[c.at:])
		if c.at == len(c.line) {
			return nil
		}
		switch b := c.line[c.at]; {
		case b == '"':
			c.at++
			return c.line[from : c.at-1 : c.at-1]
		case b < utf8.RuneSelf: // an escape or a control character
			return nil
		}
		r, size := utf8.DecodeRune(c.line[c.at:])
		if r == utf8.RuneError && size == 1 {
			return nil
		}
		c.at += size
	}
}
