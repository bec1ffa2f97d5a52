package account

import (
	"strconv"
	"time"

	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
)

// AppendJSON appends the event as a JSON object on one line, as [Read] reads it.
func (e *Event) AppendJSON(b []byte) []byte { return e.appendJSON(b, false) }

// appendJSON appends the line or, of an event on its own, what [Event.MarshalJSON] writes.
func (e *Event) appendJSON(b []byte, alone bool) []byte {
	b = strictjson.AppendString(append(b, `{"id":`...), e.ID)
	b = strictjson.AppendString(append(b, `,"type":`...), e.Type.String())
	b = strictjson.AppendString(append(b, `,"account":`...), e.Account)
	b = appendInstant(append(b, `,"at":`...), e.At)
	if !e.Known().Equal(e.At) || alone && !e.RecordedAt.IsZero() {
		b = appendInstant(append(b, `,"recorded_at":`...), e.RecordedAt)
	}
	required, optional := e.Type.Fields()
	for f := range (required | optional).All {
		row := &fieldTable[f]
		if v, set := row.value(e); set || required.Has(f) {
			b = append(append(append(b, `,"`...), row.name...), `":`...)
			b = row.appendValue(b, v, alone)
		}
	}
	if e.Metadata != nil {
		b = append(append(b, `,"metadata":`...), canonical(e.Metadata)...)
	}
	return append(b, '}')
}

// appendValue appends the value of a field.
func (row *fieldRow) appendValue(b []byte, v Value, alone bool) []byte {
	switch row.kind {
	case DateValue:
		return append(v.date().Append(append(b, '"')), '"')
	case WordValue:
		return strictjson.AppendString(b, row.word(v.Number))
	case CountValue:
		return strconv.AppendInt(b, v.Number, 10)
	case AmountValue:
		amount := v.amount()
		if alone && amount.Currency() != money.USD {
			return strictjson.AppendString(b, amount.String())
		}
		return append(amount.AppendNumber(append(b, '"')), '"')
	}
	return strictjson.AppendString(b, v.Text)
}

func appendInstant(b []byte, t time.Time) []byte {
	switch t = t.UTC(); { // the first and last hours of years 1 to 9999 may be another year's in UTC
	case t.Year() < 1:
		t = t.In(time.FixedZone("", 14*3600))
	case t.Year() > 9999:
		t = t.In(time.FixedZone("", -12*3600))
	}
	b = t.AppendFormat(append(b, '"'), time.RFC3339Nano)
	return append(b, '"')
}
