package eventlog

import (
	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/internal/instant"
)

// rawEvent is an event as a line has it, with its texts where they stand in the line: an [account.Event] that owns
// nothing, for as long as the line is there. To read a line and keep its record makes no string.
type rawEvent struct {
	id, account    []byte
	kind           account.Type
	at, recordedAt instant.Instant
	credits        int64

	set    account.Fields // which of recordedAt and values are set; the others may be of an event read before
	values [32]rawValue   // of all other fields, by field

	file, line, column int // where it stands, the file by its number in the store
}

// rawValue is an [account.Value] whose text stands in a line.
type rawValue struct {
	text   []byte
	number int64
}

// setValue sets the value of a field; one that says what no value does is left out.
func (s *rawEvent) setValue(f account.Field, v rawValue) {
	if len(v.text) > 0 || v.number != 0 {
		s.values[f], s.set = v, s.set|1<<f
	}
}

// charge is the amount of a one-off charge in minor units, 0 where there is none.
func (s *rawEvent) charge() int64 {
	if !s.set.Has(account.FieldAmount) {
		return 0
	}
	return s.values[account.FieldAmount].number
}

// otherFields are the fields that a rawEvent has as values.
const otherFields = ^(account.RequiredFields | 1<<account.FieldRecordedAt | 1<<account.FieldCredits)

// rawOf is what an event says, and where it stands but for the file.
func rawOf(e *account.Event) rawEvent {
	s := rawEvent{id: []byte(e.ID), account: []byte(e.Account), kind: e.Type, at: instant.Of(e.At), credits: e.Credits,
		line: e.Place.Line, column: e.Place.Column}
	if !e.RecordedAt.IsZero() {
		s.recordedAt, s.set = instant.Of(e.RecordedAt), 1<<account.FieldRecordedAt
	}
	for f := range otherFields.All {
		if v, set := f.Value(e); set {
			s.values[f], s.set = rawValue{[]byte(v.Text), v.Number}, s.set|1<<f
		}
	}
	return s
}
