package account

import (
	"errors"
	"fmt"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/source"
)

// MarshalJSON writes the event as one JSON object that [Event.UnmarshalJSON] reads back as the same event, in the sense
// of [Event.Same], with the same RecordedAt and without its Place, which says where it was read and not what it says.
//
// The object is that of a line of an event file, with one difference: where an amount is not in USD, its currency
// follows the number, as in "-12.500 BHD", since the line alone does not tell. [Event.AppendJSON] writes the line.
//
// An event that would not read back the same is an error: one without id, account or at, with a field that its type
// does not have, with text that is not UTF-8, or with metadata that is not one JSON object.
func (e Event) MarshalJSON() ([]byte, error) {
	b := e.appendJSON(nil, true)
	var back Event
	err := back.UnmarshalJSON(b)
	if err == nil && !(back.Same(&e) && back.RecordedAt.Equal(e.RecordedAt)) {
		err = errors.New("it would not read back the same, expected only fields that its type has, and text that is UTF-8")
	}
	if err != nil {
		return nil, fmt.Errorf("marshal event %q: %w", shown(e.ID), err)
	}
	return b, nil
}

// UnmarshalJSON reads one JSON object as strictly as a [Decoder]: an unknown field, a field of another type, a repeated
// key, a wrong type and invalid UTF-8 are errors, and so is null. It knows no policy: an amount without a currency is in
// USD, a plain date is the start of that day in UTC, and what depends on a time zone is for [BillAccount] to say: whether an
// instant is of the years 1 to 9999, and a billing_date one that the account can have. Files of events are for a [Decoder]. After an error the event is as it was.
func (e *Event) UnmarshalJSON(text []byte) error {
	d := NewDecoder(invoice.Policy{})
	d.alone = true
	read, err := d.Decode(text, source.Place{})
	if pe := (*source.ParseError)(nil); errors.As(err, &pe) {
		return fmt.Errorf("event, byte %d: %w", pe.Column, pe.Err)
	}
	read.Place = source.Place{}
	*e = read
	return nil
}
