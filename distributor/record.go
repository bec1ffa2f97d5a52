package distributor

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/source"
)

// schema says which fields a kind of record has, and where its struct keeps them.
type schema[T any] struct {
	what    string // for errors: "an invoice"
	columns []column[T]
	base    func(*T) (*[]Field, *source.Place)
	check   func(d *document, n *node, rec *T) // of what one field says with another; may be nil
}

// column is a field of the reference.
type column[T any] struct {
	name string
	form form
	at   func(*T) any // a *string, *Number or *cycle.Date
}

// form is what a column takes beyond what its type says.
type form uint8

const (
	plain  form = iota
	clock       // a date that may have a time of day
	whole       // a count
	status      // one of the known words in any letter case, or another
)

func (s *schema[T]) column(name string) *column[T] {
	for i := range s.columns {
		if s.columns[i].name == name {
			return &s.columns[i]
		}
	}
	return nil
}

// read makes a record of a node, but for the member that is not a field of it. The fields required are to be there and not empty.
// Every problem is noted in the document.
func (s *schema[T]) read(d *document, n *node, required []string, except string) (rec T) {
	fields, place := s.base(&rec)
	*place = d.place(int(n.nameAt))
	if n.kind != record && !n.empty() {
		d.wrong(d.skip(int(n.at), space), "%s%s, expected %s", prefix(n.name), n.describe(), s.what)
		return rec
	}
	if len(n.kids) > MaxFields {
		d.wrong(int(n.kids[MaxFields].nameAt), "more than %d fields, expected %s to have at most that many", MaxFields, s.what)
		return rec
	}
	*fields = make([]Field, 0, len(n.kids))
	for i := range n.kids {
		if kid := &n.kids[i]; kid.name != except {
			*fields = append(*fields, s.field(d, kid, &rec))
		}
	}
	if kid := n.repeated(); kid != nil {
		d.wrong(int(kid.nameAt), "%s is repeated, expected it once", names.Clip(kid.name))
	}
	s.require(d, n, &rec, required)
	if s.check != nil {
		s.check(d, n, &rec)
	}
	return rec
}

// field makes a field of a node, and puts it where the struct keeps it.
func (s *schema[T]) field(d *document, n *node, rec *T) Field {
	at := int(n.at)
	f := Field{Name: n.name, Text: n.text, Kind: n.written, Place: d.place(at)}
	if n.levels > maxFieldLevels {
		d.wrong(at, "%s%w, expected at most %d levels", prefix(n.name), errTooDeep, maxFieldLevels)
	} else if err := d.checkText(at, len(n.text)); err != nil {
		d.wrong(at, "%s%w", prefix(n.name), errors.Unwrap(err))
	} else if c := s.column(n.name); c != nil {
		if err := c.set(rec, &f); err != nil {
			d.wrong(at, "%s: %w", n.name, err)
		}
	}
	return f
}

// require notes what of the fields required is empty or not there.
func (s *schema[T]) require(d *document, n *node, rec *T, required []string) {
	var missing []string
	for _, name := range required {
		switch have := n.member(name); {
		case have == nil:
			missing = append(missing, "no "+name)
		case s.column(name).text(rec) == "" && have.kind == scalar && have.blank():
			d.wrong(int(have.at), "%s is empty, expected %s to have one", name, s.what)
		}
	}
	if len(missing) > 0 {
		d.wrong(int(n.nameAt), "%s, expected %s to have %s", strings.Join(missing, ", "), s.what, strings.Join(required, ", "))
	}
}

// readAll makes records of nodes, none when there is a problem.
func (s *schema[T]) readAll(d *document, nodes []node, required []string) ([]T, error) {
	var all []T
	for i := range nodes {
		rec := s.read(d, &nodes[i], required, "")
		nodes[i].kids = nil // what is read is not kept twice
		if d.problems.Len() == 0 {
			all = append(all, rec)
		}
	}
	if err := d.problems.Err(d.file); err != nil {
		return nil, err
	}
	return all, nil
}

// notBefore notes an end that is before its start.
func (d *document) notBefore(n *node, end string, ends cycle.Date, start string, starts cycle.Date) {
	if !ends.IsZero() && ends.Before(starts) {
		d.wrong(int(n.member(end).at), "%s: %s is before the %s %s, expected it on or after it", end, ends, start, starts)
	}
}

// set reads a field. Empty text and null leave the column empty. Around a number or a date XML may have space, since it is laid
// out that way.
func (c *column[T]) set(rec *T, f *Field) error {
	at := c.at(rec)
	switch f.Kind {
	case KindBool:
		return fmt.Errorf("%s, expected %s", f.Text, wanted(at))
	case KindJSON, KindElements:
		return fmt.Errorf("%s, expected %s", f.Kind, wanted(at))
	}
	if at, ok := at.(*string); ok {
		if *at = f.Text; c.form == status {
			*at = canonicalStatus(f.Text)
		}
		return nil
	}
	text := f.trimmed()
	if text == "" {
		return nil
	}
	switch at := at.(type) {
	case *Number:
		if c.form == whole {
			if _, err := Number(text).Count(); err != nil {
				return err
			}
		}
		if err := Number(text).check(); err != nil {
			return err
		}
		*at = Number(text)
	case *cycle.Date:
		if c.form == clock {
			day, err := cutClock(text)
			if err != nil {
				return err
			}
			text = day
		}
		day, err := cycle.ParseDate(text)
		if err != nil {
			return err
		}
		*at = day
	}
	return nil
}

func wanted(at any) string {
	switch at.(type) {
	case *Number:
		return "a number"
	case *cycle.Date:
		return "a date"
	}
	return "text"
}

// cutClock takes the time off "2010-09-01 00:00:00", which the reference also has without the space.
func cutClock(text string) (string, error) {
	const day = len("2010-09-01")
	if len(text) <= day {
		return text, nil
	}
	at := strings.TrimPrefix(text[day:], " ")
	ok := len(at) == len("00:00:00")
	for i := 0; ok && i < len(at); i++ {
		switch i {
		case 2, 5:
			ok = at[i] == ':'
		default:
			ok = at[i] >= '0' && at[i] <= '9'
		}
	}
	if !ok || at[:2] > "23" || at[3:5] > "59" || at[6:] > "59" {
		return "", fmt.Errorf("%q is not a date, expected one such as 2010-09-01 00:00:00", names.Clip(text))
	}
	return text[:day], nil
}

// text is what a column is written as, empty when there is nothing.
func (c *column[T]) text(rec *T) string {
	switch at := c.at(rec).(type) {
	case *string:
		return *at
	case *Number:
		return string(*at)
	case *cycle.Date:
		if c.form == clock && !at.IsZero() {
			return at.String() + " 00:00:00"
		}
		return at.String()
	}
	return ""
}

func (c *column[T]) isNumber() bool {
	_, ok := c.at(new(T)).(*Number)
	return ok
}

func (c *column[T]) isString() bool {
	_, ok := c.at(new(T)).(*string)
	return ok
}

// fields are what to write: the fields as they were read, except where the struct says something else now, and after them what
// only the struct has. So a record that a program makes needs no Fields, and one that it changes is written as changed.
func (s *schema[T]) fields(rec *T) []Field {
	read, _ := s.base(rec)
	all := make([]Field, 0, len(*read)+len(s.columns))
	seen := make(map[string]bool, len(*read))
	was := new(T) // the record as it was read
	for _, f := range *read {
		seen[f.Name] = true
		if c := s.column(f.Name); c != nil {
			if err := c.set(was, &f); err != nil || c.text(was) != c.text(rec) {
				f = c.field(rec)
				if f.Text == "" {
					continue
				}
			}
		}
		all = append(all, f)
	}
	for i := range s.columns {
		if c := &s.columns[i]; !seen[c.name] && c.text(rec) != "" {
			all = append(all, c.field(rec))
		}
	}
	return all
}

func (c *column[T]) field(rec *T) Field {
	f := Field{Name: c.name, Text: c.text(rec)}
	if c.isNumber() {
		f.Kind = KindNumber
	}
	return f
}

// equal compares the reference's fields by their values and all others by their text, in whatever order.
func (s *schema[T]) equal(a, b *T) bool {
	for i := range s.columns {
		if s.columns[i].text(a) != s.columns[i].text(b) {
			return false
		}
	}
	return maps.Equal(s.others(a), s.others(b))
}

func (s *schema[T]) equalAll(a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !s.equal(&a[i], &b[i]) {
			return false
		}
	}
	return true
}

func (s *schema[T]) others(rec *T) map[string]string {
	others := map[string]string{}
	for _, f := range s.unknown(rec) {
		others[f.Name] = f.Text
	}
	return others
}

// unknown are the fields that are not the reference's.
func (s *schema[T]) unknown(rec *T) []Field {
	var unknown []Field
	read, _ := s.base(rec)
	for _, f := range *read {
		if s.column(f.Name) == nil {
			unknown = append(unknown, f)
		}
	}
	return unknown
}
