package account

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/source"
)

// Decoder reads events from lines of JSON, one object a line, and says of each that is no event where it is wrong. It is
// not safe for concurrent use. The zero Decoder is one for the default policy.
//
// Package eventlog has one that reads the lines of programs several times as fast, and the same.
type Decoder struct {
	policy invoice.Policy
	alone  bool // an event is read on its own, see [Event.UnmarshalJSON]
	json   *jsontext.Decoder
	line   bytes.Buffer // which json reads whole: its errors would show what it has read so far
	at     source.Place // of the line
	data   []byte
	fields []member
	event  Event // that was read last: one of its own for each would be allocated
}

// member is one member of an event's object.
type member struct {
	name            string
	field           Field // if it is known
	known           bool
	value           jsontext.Value
	nameAt, valueAt int64
}

// NewDecoder returns a decoder for events billed under a policy, whose currency and time
// zone say what amounts and plain dates mean.
func NewDecoder(policy invoice.Policy) *Decoder { return &Decoder{policy: policy} }

// Decode reads the event on one line. The error is a *[source.ParseError] with the line's
// place and the column; at.Column is where the line starts, usually 1 or 0.
func (d *Decoder) Decode(line []byte, at source.Place) (Event, error) {
	if d.json == nil {
		d.json = jsontext.NewDecoder(strings.NewReader(""))
	}
	at.Column = max(at.Column, 1)
	d.at, d.data = at, line
	if err := d.scan(); err != nil {
		return Event{}, err
	}
	d.event = Event{Place: at}
	if err := d.read(&d.event); err != nil {
		return Event{}, err
	}
	return d.event, nil
}

// errorf is a problem at an offset of the line.
func (d *Decoder) errorf(offset int64, format string, args ...any) error {
	return d.fail(offset, fmt.Errorf(format, args...))
}

func (d *Decoder) fail(offset int64, err error) error {
	at := d.at
	at.Column += int(offset)
	return &source.ParseError{Place: at, Err: err}
}

// scan splits the line into the members of one object, and refuses anything else.
func (d *Decoder) scan() error {
	d.fields = d.fields[:0]
	d.line = *bytes.NewBuffer(d.data)
	d.json.Reset(&d.line)
	if kind := d.json.PeekKind(); kind != '{' && kind != 0 {
		at := strictjson.Next(d.data, 0)
		if kind != '[' { // known by its first letter only, so far
			if _, err := d.json.ReadValue(); err != nil {
				return d.syntax(err)
			}
		}
		return d.errorf(at, "%s, expected one JSON object a line", strictjson.KindName(kind))
	}
	if _, err := d.json.ReadToken(); err != nil {
		return d.syntax(err)
	}
	for d.json.PeekKind() != '}' {
		f := member{nameAt: strictjson.Next(d.data, d.json.InputOffset())}
		name, err := d.json.ReadToken()
		if err != nil {
			return d.syntax(err)
		}
		f.name = name.String()
		f.field, f.known = FieldNamed(f.name)
		f.valueAt = strictjson.Next(d.data, d.json.InputOffset())
		value, err := d.json.ReadValue()
		if err != nil {
			return d.syntax(err)
		}
		f.value = d.data[f.valueAt : f.valueAt+int64(len(value))]
		d.fields = append(d.fields, f)
	}
	if _, err := d.json.ReadToken(); err != nil {
		return d.syntax(err)
	}
	if end := strictjson.Blank(d.data, d.json.InputOffset()); end < int64(len(d.data)) {
		return d.errorf(end, "something after the object, expected one JSON object a line")
	}
	return nil
}

func (d *Decoder) syntax(err error) error {
	offset, reason := strictjson.Explain(d.data, err)
	return d.fail(offset, reason)
}

// read reads the members, the type first because it says which others there may be.
func (d *Decoder) read(e *Event) error {
	f, err := d.require(FieldType)
	if err != nil {
		return err
	}
	text, err := d.text(f)
	if err != nil {
		return err
	}
	if e.Type, err = ParseType(text); err != nil {
		return d.fail(f.valueAt, err)
	}
	required, optional := e.Type.Fields()
	for i := range d.fields {
		f := &d.fields[i]
		if !f.known || !(RequiredFields | OptionalFields | required | optional).Has(f.field) {
			return d.fail(f.nameAt, names.Unknown("field of "+e.Type.String(), f.name, validFields(e.Type)))
		}
		if err := d.set(e, f); err != nil {
			return err
		}
	}
	for name := range (RequiredFields | required).All {
		if _, err := d.require(name); err != nil {
			return err
		}
	}
	return d.checkBillingDate(e)
}

// find returns a field of the line, or nil.
func (d *Decoder) find(name Field) *member {
	for i := range d.fields {
		if f := &d.fields[i]; f.known && f.field == name {
			return f
		}
	}
	return nil
}

// require finds a field that must be there.
func (d *Decoder) require(name Field) (*member, error) {
	if f := d.find(name); f != nil {
		return f, nil
	}
	where := "every event"
	if !RequiredFields.Has(name) {
		where += " of its type"
	}
	return nil, d.errorf(strictjson.Next(d.data, 0), "the field %q is missing, expected it in %s", name, where)
}

// set reads one member into the event.
func (d *Decoder) set(e *Event, f *member) (err error) {
	switch f.field {
	case FieldType: // read already
	case FieldAt:
		e.At, err = d.instant(f)
	case FieldRecordedAt:
		e.RecordedAt, err = d.instant(f)
	default:
		row := &fieldTable[f.field]
		v, err := d.value(row, f)
		if err == nil {
			row.set(e, v)
		}
		return err
	}
	return err
}

// value reads a value of the kind that its field has.
func (d *Decoder) value(row *fieldRow, f *member) (v Value, err error) {
	switch row.kind {
	case TextValue:
		v.Text, err = d.text(f)
	case WordValue:
		v.Number, err = choice(d, f, row.parse)
	case DateValue:
		var date cycle.Date
		date, err = d.date(f)
		v = dateValue(date)
	case CountValue:
		v.Number, err = d.count(f)
	case AmountValue:
		var amount money.Amount
		amount, err = d.amount(f)
		v = amountValue(amount)
	case ObjectValue:
		if f.value.Kind() != '{' {
			return v, d.wrong(f, "a JSON object")
		}
		v.Text = string(f.value)
	default:
		v.Text, err = d.nonEmpty(f)
	}
	return v, err
}

// wrong is a value of another type than the field's.
func (d *Decoder) wrong(f *member, expected string) error {
	return d.errorf(f.valueAt, "%s: %s, expected %s", f.name, strictjson.Describe(f.value), expected)
}

func (d *Decoder) text(f *member) (string, error) {
	if f.value.Kind() != '"' {
		return "", d.wrong(f, "a string")
	}
	raw := f.value[1 : len(f.value)-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw), nil
	}
	unquoted, err := jsontext.AppendUnquote(nil, f.value)
	if err != nil {
		return "", d.fail(f.valueAt, err)
	}
	return string(unquoted), nil
}

func (d *Decoder) nonEmpty(f *member) (string, error) {
	s, err := d.text(f)
	if err == nil && s == "" {
		return "", d.errorf(f.valueAt, "%s is empty, expected some text", f.name)
	}
	return s, err
}

// choice reads one of some words.
func choice[T any](d *Decoder, f *member, parse func(string) (T, error)) (v T, err error) {
	text, err := d.text(f)
	if err != nil {
		return v, err
	}
	if v, err = parse(text); err != nil {
		err = d.fail(f.valueAt, err)
	}
	return v, err
}

func (d *Decoder) date(f *member) (cycle.Date, error) {
	text, err := d.text(f)
	if err != nil {
		return cycle.Date{}, err
	}
	date, err := cycle.ParseDate(text)
	if err != nil {
		return cycle.Date{}, d.fail(f.valueAt, fmt.Errorf("%s: %w", f.name, err))
	}
	return date, nil
}

func (d *Decoder) count(f *member) (int64, error) {
	if f.value.Kind() != '0' {
		return 0, d.wrong(f, "a whole number of "+f.name+", not quoted")
	}
	n, err := strictjson.ParseCount(string(f.value))
	if err != nil {
		return 0, d.fail(f.valueAt, fmt.Errorf("%s: %w", f.name, err))
	}
	return n, nil
}

func (d *Decoder) amount(f *member) (money.Amount, error) {
	if f.value.Kind() != '"' {
		return money.Amount{}, d.wrong(f, `a decimal in quotes such as "-12.50"`)
	}
	text, err := d.text(f)
	if err != nil {
		return money.Amount{}, err
	}
	parse := func() (money.Amount, error) { return money.ParseIn(text, d.policy.MoneyCurrency()) }
	if d.alone && strings.Contains(text, " ") {
		parse = func() (money.Amount, error) { return money.Parse(text) }
	}
	a, err := parse()
	if err != nil {
		return money.Amount{}, d.fail(f.valueAt, fmt.Errorf("%s: %w", f.name, err))
	}
	return a, nil
}

// instant reads an RFC 3339 instant with an offset, or a plain date: the start of that day
// in the policy's time zone.
func (d *Decoder) instant(f *member) (time.Time, error) {
	text, err := d.text(f)
	if err != nil {
		return time.Time{}, err
	}
	t, err := parseInstant(text, d.policy.TimeZone)
	if err == nil && !d.alone {
		_, err = cycle.DateOf(t, d.policy.TimeZone)
	}
	if err != nil {
		return time.Time{}, d.fail(f.valueAt, fmt.Errorf("%s: %w", f.name, err))
	}
	return t, nil
}

// parseInstant accepts what RFC 3339 does, with at most nine digits of a second, and plain
// dates, which start in loc.
func parseInstant(text string, loc *time.Location) (time.Time, error) {
	if len(text) == len("2026-01-02") {
		date, err := cycle.ParseDate(text)
		if err != nil {
			return time.Time{}, err
		}
		return notUnset(date.Start(loc).UTC(), text)
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil || !strictInstant(text) {
		return time.Time{}, fmt.Errorf("%q is not an instant%s, expected RFC 3339 with an offset such as 2026-01-31T09:30:00Z, or a date such as 2026-01-31", names.Clip(text), instantHint(text))
	}
	return notUnset(t.UTC(), text)
}

// notUnset refuses the one instant that stands for "not given" in an [Event].
func notUnset(t time.Time, text string) (time.Time, error) {
	if t.IsZero() {
		return t, fmt.Errorf("%q is the first instant of all, expected a later one", text)
	}
	return t, nil
}

// strictInstant refuses what package time takes for RFC 3339 and is not: an hour of one
// digit, a comma for the point, an offset of a day or more; and more than nine digits of a
// second.
func strictInstant(text string) bool {
	rest := text[len("2026-01-02T"):]
	if len(rest) < len("15:04:05Z") || rest[2] != ':' || strings.Contains(rest, ",") {
		return false
	}
	at := strings.IndexAny(rest, "Z+-")
	if at < 0 || at > len("15:04:05.123456789") {
		return false
	}
	offset := rest[at+1:] // empty after Z, else hh:mm
	return offset == "" || offset[:2] < "24" && offset[3:] < "60"
}

// instantHint says what is wrong with text where that can be told.
func instantHint(text string) string {
	if len(text) >= len("2026-01-02T") && (text[10] == 'T' || text[10] == ' ') {
		if _, err := cycle.ParseDate(text[:10]); err != nil {
			return " (" + err.Error() + ")"
		}
		if _, err := time.Parse("2006-01-02T15:04:05.999999999", text); err == nil {
			return " (it has no offset)"
		}
	}
	return ""
}

// checkBillingDate makes sure that the first boundary is one the account can have.
func (d *Decoder) checkBillingDate(e *Event) error {
	f := d.find(FieldBillingDate)
	if f == nil || d.alone {
		return nil
	}
	if _, err := schedule(e.At, e.BillingDate, d.policy); err != nil {
		return d.fail(f.valueAt, err)
	}
	return nil
}

// schedule is the one a creation starts; its billing date may be the zero Date.
func schedule(at time.Time, billingDate cycle.Date, policy invoice.Policy) (s cycle.Schedule, err error) {
	day, err := cycle.DateOf(at, policy.TimeZone)
	if err != nil {
		return s, err
	}
	return policy.Schedule(day, billingDate)
}
