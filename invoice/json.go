package invoice

import (
	"bytes"
	"strconv"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/strictjson"
)

// AppendJSON appends the invoice as a JSON object on one line: amounts as decimal strings,
// dates as YYYY-MM-DD, end dates inclusive. It allocates only when b is too small, a text must
// be escaped, or the price of a credit has more than 18 digits.
func (inv *Invoice) AppendJSON(b []byte) []byte {
	b = inv.Number.Append(append(b, `{"number":"`...))
	b = strictjson.AppendString(append(b, `","account":`...), inv.Account)
	b = append(append(b, `,"type":"`...), inv.Type.String()...)
	b = append(inv.Date.Append(append(b, `","date_invoiced":"`...)), '"')
	dates := len(b)
	b = appendDates(b, inv.Period)
	datesEnd := len(b)
	b = appendPackage(b, inv.Package)
	packageEnd := len(b)
	b = append(append(b, `,"currency":"`...), inv.FinalAmount.Currency().String()...)
	b = digits.Append(append(b, `","credits":`...), inv.Credits)
	b = inv.Amount.AppendNumber(append(b, `,"amount":"`...))
	b = inv.Prorated.AppendNumber(append(b, `","prorated":"`...))
	b = inv.Overage.AppendNumber(append(b, `","overage":"`...))
	b = inv.AdditionalCharges.AppendNumber(append(b, `","additional_charges":"`...))
	b = inv.FinalAmount.AppendNumber(append(b, `","final_amount":"`...))
	b = append(append(b, `","status":"`...), inv.Status.String()...)
	b = append(b, `",`...)
	if !inv.CutAt.IsZero() {
		b = append(appendInstant(append(b, `"cut_at":"`...), inv.CutAt), `",`...)
	}
	b = append(b, `"lines":[`...)
	for i := range inv.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		l := &inv.Lines[i]
		b = l.appendKind(b)
		if l.Package == inv.Package {
			b = append(b, b[datesEnd:packageEnd]...) // most are
		} else {
			b = appendPackage(b, l.Package)
		}
		at := len(b)
		if l.Dates == inv.Period {
			b = append(b, b[dates:datesEnd]...) // most are
		} else {
			b = appendDates(b, l.Dates)
		}
		b = l.appendRest(b, at)
	}
	return append(b, "]}"...)
}

// MarshalJSON is AppendJSON for encoders.
func (inv Invoice) MarshalJSON() ([]byte, error) { return inv.AppendJSON(nil), nil }

// AppendJSON appends the line as a JSON object, and allocates as the one of an invoice does.
func (l *Line) AppendJSON(b []byte) []byte {
	b = appendPackage(l.appendKind(b), l.Package)
	return l.appendRest(appendDates(b, l.Dates), len(b))
}

func (l *Line) appendKind(b []byte) []byte {
	return append(append(append(b, `{"kind":"`...), l.Kind.String()...), '"')
}

// appendPackage appends a package, with a comma before it.
func appendPackage(b []byte, name string) []byte {
	return strictjson.AppendString(append(b, `,"package":`...), name)
}

// appendRest appends what comes after the dates, which are at a place in b.
func (l *Line) appendRest(b []byte, dates int) []byte {
	b = digits.Append(append(b, `,"days":`...), int64(l.Days()))
	b = digits.Append(append(b, `,"period_days":`...), int64(l.PeriodDays()))
	b = digits.Append(append(b, `,"quantity":`...), l.Quantity())
	b = l.AppendUnitPrice(append(b, `,"unit_price":"`...))
	b = l.Amount.AppendNumber(append(b, `","amount":"`...))
	b = strconv.AppendBool(append(b, `","adjustment":`...), l.Adjustment)
	b = append(b, `,"explanation":"`...)
	at := len(b)
	if b = l.AppendExplanation(b); l.Kind == Charge { // others have no words but ours
		b = strictjson.EndString(b, at)
	} else {
		b = append(b, '"')
	}
	b = append(b, `,"period":"`...)
	if period := l.Period(); period == l.Dates.Start { // mostly
		b = append(b, startIn(b[dates:])...)
	} else {
		b = period.Append(b)
	}
	b = digits.Append(append(b, `","phase":`...), int64(l.Phase()))
	b = digits.Append(append(b, `,"credits":`...), l.Credits())
	if l.Kind == Charge {
		b = strictjson.AppendString(append(b, `,"event":`...), l.Event())
	}
	return append(b, '}')
}

const startDate = `,"start_date":"`

// startIn is the first of the dates that appendDates appended.
func startIn(dates []byte) []byte {
	dates = dates[len(startDate):]
	return dates[:bytes.IndexByte(dates, '"')]
}

// appendInstant appends an instant in UTC as RFC 3339 has it. Nearly all are whole seconds of years of four digits, and for these
// formatting by a layout takes several times as long.
func appendInstant(b []byte, t time.Time) []byte {
	day, err := cycle.DateOf(t, nil)
	if err != nil || t.Nanosecond() != 0 {
		return t.UTC().AppendFormat(b, time.RFC3339Nano)
	}
	second := int(t.Unix() - day.Start(nil).Unix())
	b = append(digits.AppendPair(append(day.Append(b), 'T'), second/3600), ':')
	b = append(digits.AppendPair(b, second/60%60), ':')
	return append(digits.AppendPair(b, second%60), 'Z')
}

// appendDates appends the dates of a period, each with a comma before it.
func appendDates(b []byte, p cycle.Period) []byte {
	if p == (cycle.Period{}) {
		return append(b, `,"start_date":"","end_date":""`...)
	}
	b = p.Start.Append(append(b, startDate...))
	b = p.Last().Append(append(b, `","end_date":"`...)) // a period's end may be in the year 10000
	return append(b, '"')
}
