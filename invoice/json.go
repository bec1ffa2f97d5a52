package invoice

import (
	"strconv"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/strictjson"
	"github.com/prorata-go/prorata/money"
)

// AppendJSON appends the invoice as a JSON object on one line: amounts as decimal strings,
// dates as YYYY-MM-DD, end dates inclusive. It allocates only when b is too small, a text must
// be escaped, or the price of a credit has more than 18 digits.
func (inv *Invoice) AppendJSON(b []byte) []byte {
	b = strictjson.AppendString(append(b, `{"number":`...), inv.Number)
	b = strictjson.AppendString(append(b, `,"account":`...), inv.Account)
	b = appendWord(append(b, `,"type":`...), inv.Type.String())
	b = appendDate(append(b, `,"date_invoiced":`...), inv.Date)
	b = appendDates(b, inv.Period)
	b = strictjson.AppendString(append(b, `,"package":`...), inv.Package)
	b = appendWord(append(b, `,"currency":`...), inv.FinalAmount.Currency().String())
	b = strconv.AppendInt(append(b, `,"credits":`...), inv.Credits, 10)
	b = appendAmount(append(b, `,"amount":`...), inv.Amount)
	b = appendAmount(append(b, `,"prorated":`...), inv.Prorated)
	b = appendAmount(append(b, `,"overage":`...), inv.Overage)
	b = appendAmount(append(b, `,"additional_charges":`...), inv.AdditionalCharges)
	b = appendAmount(append(b, `,"final_amount":`...), inv.FinalAmount)
	b = appendWord(append(b, `,"status":`...), inv.Status.String())
	b = append(b, `,"lines":[`...)
	for i := range inv.Lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = inv.Lines[i].AppendJSON(b)
	}
	return append(b, "]}"...)
}

// MarshalJSON is AppendJSON for encoders.
func (inv Invoice) MarshalJSON() ([]byte, error) { return inv.AppendJSON(nil), nil }

// AppendJSON appends the line as a JSON object, and allocates as the one of an invoice does.
func (l *Line) AppendJSON(b []byte) []byte {
	b = appendWord(append(b, `{"kind":`...), l.Kind.String())
	b = strictjson.AppendString(append(b, `,"package":`...), l.Package)
	b = appendDates(b, l.Dates)
	b = strconv.AppendInt(append(b, `,"days":`...), int64(l.Days()), 10)
	b = strconv.AppendInt(append(b, `,"period_days":`...), int64(l.PeriodDays()), 10)
	b = strconv.AppendInt(append(b, `,"quantity":`...), l.Quantity(), 10)
	b = append(l.AppendUnitPrice(append(b, `,"unit_price":"`...)), '"')
	b = appendAmount(append(b, `,"amount":`...), l.Amount)
	b = strconv.AppendBool(append(b, `,"adjustment":`...), l.Adjustment)
	b = append(b, `,"explanation":"`...)
	b = strictjson.EndString(l.AppendExplanation(b), len(b))
	return append(b, '}')
}

// appendWord appends a word of ours, which has nothing to escape, as a JSON string.
func appendWord(b []byte, word string) []byte {
	return append(append(append(b, '"'), word...), '"')
}

func appendAmount(b []byte, a money.Amount) []byte {
	return append(a.AppendNumber(append(b, '"')), '"')
}

func appendDates(b []byte, p cycle.Period) []byte {
	b = appendDate(append(b, `,"start_date":`...), p.Start)
	return appendDate(append(b, `,"end_date":`...), p.Last())
}

func appendDate(b []byte, d cycle.Date) []byte {
	return append(d.Append(append(b, '"')), '"') // a period's end may be in the year 10000
}
