package eventlog

import (
	"io"
	"iter"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// Written is an event, and which of its instants its line has as plain dates. These mean other instants where they are read under
// another time zone.
type Written struct {
	account.Event
	Day         cycle.Date // of At; the zero Date where the line has an instant
	RecordedDay cycle.Date // of RecordedAt
}

// nowhere is a time zone whose days begin when those of no other do, so that a plain date is told from an instant. It is behind UTC: the
// days of all dates begin in years that instants have.
var nowhere = time.FixedZone("", -(15*3600 + 59*60 + 37))

// ReadWritten is [Read] for those who write the events down again.
func ReadWritten(r io.Reader, file string, policy invoice.Policy) iter.Seq2[Written, error] {
	elsewhere := policy
	elsewhere.TimeZone = nowhere
	return func(yield func(Written, error) bool) {
		here, there := NewDecoder(policy), NewDecoder(elsewhere)
		err := eachLine(r, file, func(line []byte, at source.Place) bool {
			var w Written
			if err := here.decodeLine(line, at, &w.Event); err != nil {
				return yield(Written{}, err)
			}
			var o account.Event
			if there.decodeLine(line, at, &o) == nil {
				w.Day, w.RecordedDay = plainDate(w.At, o.At), plainDate(w.RecordedAt, o.RecordedAt)
			}
			return yield(w, nil)
		})
		if err != nil {
			yield(Written{}, err)
		}
	}
}

// plainDate is the date that was read as one instant here, and as another one there; of an instant it is the zero Date.
func plainDate(here, there time.Time) cycle.Date {
	if here.Equal(there) {
		return cycle.Date{}
	}
	day, err := cycle.DateOf(there, nowhere)
	if err != nil { // of a date that was read it is none
		return cycle.Date{}
	}
	return day
}
