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
		if required.Has(f) || e.isSet(f) {
			b = append(append(append(b, `,"`...), f.String()...), `":`...)
			b = e.appendValue(b, f, alone)
		}
	}
	if e.Metadata != nil {
		b = append(append(b, `,"metadata":`...), canonical(e.Metadata)...)
	}
	return append(b, '}')
}

// isSet reports whether an event has a field that it need not have.
func (e *Event) isSet(f Field) bool {
	switch f {
	case FieldBillingDate:
		return !e.BillingDate.IsZero()
	case FieldEffective:
		return e.Effective != Immediately
	case FieldPriceList:
		return e.PriceList != AllLists
	}
	return false
}

// appendValue appends the value of a field that not every type has.
func (e *Event) appendValue(b []byte, f Field, alone bool) []byte {
	switch f {
	case FieldPackage:
		return strictjson.AppendString(b, e.Package)
	case FieldBillingDate:
		return append(e.BillingDate.Append(append(b, '"')), '"')
	case FieldEffective:
		return strictjson.AppendString(b, e.Effective.String())
	case FieldCredits:
		return strconv.AppendInt(b, e.Credits, 10)
	case FieldAmount:
		if alone && e.Amount.Currency() != money.USD {
			return strictjson.AppendString(b, e.Amount.String())
		}
		return append(e.Amount.AppendNumber(append(b, '"')), '"')
	case FieldDescription:
		return strictjson.AppendString(b, e.Description)
	case FieldPriceList:
		return strictjson.AppendString(b, e.PriceList.String())
	case FieldInvoice:
		return strictjson.AppendString(b, e.Invoice)
	case FieldStatus:
		return strictjson.AppendString(b, e.Status.Key())
	case FieldEvent:
		return strictjson.AppendString(b, e.Voids)
	}
	return b
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
