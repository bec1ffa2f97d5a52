package invoice

import (
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/strictjson"
)

// AppendJSON appends the invoice as a JSON object on one line: amounts as decimal strings,
// dates as YYYY-MM-DD, end dates inclusive. It allocates only when b is too small, a text must
// be escaped, or the price of a credit has more than 18 digits.
func (inv *Invoice) AppendJSON(b []byte) []byte {
	var t jsonTexts
	return t.append(b, inv)
}

// AppendAllJSON appends invoices as [Invoice.AppendJSON] does, each after a text. It takes less time than one by one where
// they are of one account: much of what they say repeats.
func AppendAllJSON(b []byte, invoices []Invoice, before string) []byte {
	var t jsonTexts
	for i := range invoices {
		b = t.append(append(b, before...), &invoices[i])
	}
	return b
}

func (t *jsonTexts) append(b []byte, inv *Invoice) []byte {
	b = t.appendAccount(append(b, `{"number":"`...), inv)
	b = append(append(b, `,"type":"`...), inv.Type.String()...)
	b = append(b, `","date_invoiced":"`...)
	date := place{from: len(b)}
	b = inv.Date.Append(b)
	date.to = len(b)
	b = append(b, '"')
	dates := place{from: len(b)}
	b = t.appendDates(b, inv.Period)
	dates.to = len(b)
	if t.last != nil && inv.Package == t.last.Package {
		b = append(b, b[t.name.from:t.name.to]...)
	} else {
		b = appendPackage(b, inv.Package)
	}
	name := place{dates.to, len(b)}
	b = append(append(b, `,"currency":"`...), inv.FinalAmount.Currency().String()...)
	b = digits.Append(append(b, `","credits":`...), inv.Credits)
	b = inv.Amount.AppendNumber(append(b, `,"amount":"`...))
	b = inv.Prorated.AppendNumber(append(b, `","prorated":"`...))
	b = inv.Overage.AppendNumber(append(b, `","overage":"`...))
	b = inv.AdditionalCharges.AppendNumber(append(b, `","additional_charges":"`...))
	b = inv.FinalAmount.AppendNumber(append(b, `","final_amount":"`...))
	b = append(append(b, `","status":"`...), inv.Status.String()...)
	if !inv.CutAt.IsZero() {
		b = append(b, `","cut_at":"`...)
		if inv.CutAt.Equal(inv.Date.Start(nil)) && date.to-date.from == len("2006-01-02") { // mostly
			b = append(append(b, b[date.from:date.to]...), "T00:00:00Z"...)
		} else {
			b = appendInstant(b, inv.CutAt)
		}
	}
	b = append(b, `","lines":[`...)
	for i := range inv.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		l := &inv.Lines[i]
		b = l.appendKind(b)
		if l.Package == inv.Package {
			b = append(b, b[name.from:name.to]...) // most are
		} else {
			b = appendPackage(b, l.Package)
		}
		at := len(b)
		if l.Dates == inv.Period {
			b = append(b, b[dates.from:dates.to]...) // most are
		} else {
			b = t.appendDates(b, l.Dates)
		}
		b = t.appendRest(b, l, at)
	}
	t.last, t.date, t.name = inv, date, name
	return append(b, "]}"...)
}

// MarshalJSON is AppendJSON for encoders.
func (inv Invoice) MarshalJSON() ([]byte, error) { return inv.AppendJSON(nil), nil }

// AppendJSON appends the line as a JSON object, and allocates as the one of an invoice does.
func (l *Line) AppendJSON(b []byte) []byte {
	var t jsonTexts
	b = appendPackage(l.appendKind(b), l.Package)
	return t.appendRest(t.appendDates(b, l.Dates), l, len(b))
}

func (l *Line) appendKind(b []byte) []byte {
	return append(append(append(b, `{"kind":"`...), l.Kind.String()...), '"')
}

// appendPackage appends a package, with a comma before it.
func appendPackage(b []byte, name string) []byte {
	return strictjson.AppendString(append(b, `,"package":`...), name)
}

// appendRest appends what comes after the dates of a line, which are at a place in b.
func (t *jsonTexts) appendRest(b []byte, l *Line, dates int) []byte {
	if l.isShare() {
		b = t.appendShare(b, l)
	} else {
		b = l.appendFigures(b)
	}
	b = append(b, `,"period":"`...)
	if period, start := l.Period(), dates+len(startDate); period == l.Dates.Start && b[start+len("2006-01-02")] == '"' { // mostly
		b = append(b, b[start:start+len("2006-01-02")]...)
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

// appendFigures appends what a line comes to, and why.
func (l *Line) appendFigures(b []byte) []byte {
	if l.Kind != Recurring && l.read == nil {
		b = append(b, `,"days":0,"period_days":0,"quantity":`...)
	} else {
		b = digits.Append(append(b, `,"days":`...), int64(l.Days()))
		b = digits.Append(append(b, `,"period_days":`...), int64(l.PeriodDays()))
		b = append(b, `,"quantity":`...)
	}
	b = digits.Append(b, l.Quantity())
	b = l.AppendUnitPrice(append(b, `,"unit_price":"`...))
	b = l.Amount.AppendNumber(append(b, `","amount":"`...))
	if l.Adjustment {
		b = append(b, `","adjustment":true,"explanation":"`...)
	} else {
		b = append(b, `","adjustment":false,"explanation":"`...)
	}
	at := len(b)
	if b = l.AppendExplanation(b); l.Kind == Charge { // others have no words but ours
		return strictjson.EndString(b, at)
	}
	return append(b, '"')
}

const startDate = `,"start_date":"`

// appendInstant appends an instant in UTC as RFC 3339 has it. Nearly all are whole seconds of years of four digits, and for these
// formatting by a layout takes several times as long.
func appendInstant(b []byte, t time.Time) []byte {
	day, err := cycle.DateOf(t, nil)
	if err != nil || t.Nanosecond() != 0 {
		return t.UTC().AppendFormat(b, time.RFC3339Nano)
	}
	b = day.Append(b)
	second := int(t.Unix() - day.Start(nil).Unix())
	if second == 0 { // mostly
		return append(b, "T00:00:00Z"...)
	}
	b = append(digits.AppendPair(append(b, 'T'), second/3600), ':')
	b = append(digits.AppendPair(b, second/60%60), ':')
	return append(digits.AppendPair(b, second%60), 'Z')
}

// appendDates appends the dates of a period, each with a comma before it.
func (t *jsonTexts) appendDates(b []byte, p cycle.Period) []byte {
	if p == (cycle.Period{}) {
		return append(b, `,"start_date":"","end_date":""`...)
	}
	b = append(b, startDate...)
	if t.last != nil && p.Start == t.last.Date { // mostly
		b = append(b, b[t.date.from:t.date.to]...)
	} else {
		b = p.Start.Append(b)
	}
	b = p.Last().Append(append(b, `","end_date":"`...)) // a period's end may be in the year 10000
	return append(b, '"')
}
