package account

import (
	"strconv"
	"time"

	"github.com/prorata-go/prorata/internal/strictjson"
)

// AppendJSON appends the event as a JSON object on one line, as [Read] reads it.
func (e *Event) AppendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"id":`...), e.ID)
	b = strictjson.AppendString(append(b, `,"type":`...), e.Type.String())
	b = strictjson.AppendString(append(b, `,"account":`...), e.Account)
	b = appendInstant(append(b, `,"at":`...), e.At)
	if !e.Known().Equal(e.At) {
		b = appendInstant(append(b, `,"recorded_at":`...), e.RecordedAt)
	}
	switch e.Type {
	case Created:
		b = strictjson.AppendString(append(b, `,"package":`...), e.Package)
		if !e.BillingDate.IsZero() {
			b = strictjson.AppendString(append(b, `,"billing_date":`...), e.BillingDate.String())
		}
	case PackageChanged:
		b = strictjson.AppendString(append(b, `,"package":`...), e.Package)
		b = appendEffective(b, e.Effective)
	case Closed:
		b = appendEffective(b, e.Effective)
	case UsageRecorded:
		b = strconv.AppendInt(append(b, `,"credits":`...), e.Credits, 10)
	case ChargeAdded:
		b = strictjson.AppendString(append(b, `,"amount":`...), e.Amount.Number())
		b = strictjson.AppendString(append(b, `,"description":`...), e.Description)
		if e.PriceList != AllLists {
			b = strictjson.AppendString(append(b, `,"price_list":`...), e.PriceList.String())
		}
	case InvoiceStatusChanged:
		b = strictjson.AppendString(append(b, `,"invoice":`...), e.Invoice)
		b = strictjson.AppendString(append(b, `,"status":`...), e.Status.Key())
	case EventVoided:
		b = strictjson.AppendString(append(b, `,"event":`...), e.Voids)
	}
	if e.Metadata != nil {
		b = append(append(b, `,"metadata":`...), canonical(e.Metadata)...)
	}
	return append(b, '}')
}

func appendEffective(b []byte, e Effective) []byte {
	if e == Immediately {
		return b
	}
	return strictjson.AppendString(append(b, `,"effective":`...), e.String())
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
