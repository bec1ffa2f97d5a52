package report

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// record collects the fields of one row at a time. They are parts of one string, so that a row allocates once.
type record struct {
	text   []byte
	ends   []int // of the fields in text
	fields []string
}

// field adds a field: what was appended to text since the one before.
func (r *record) field(text []byte) { r.text, r.ends = text, append(r.ends, len(text)) }

// write writes the row and starts the next.
func (r *record) write(w *csv.Writer) {
	text, start := string(r.text), 0
	r.fields = r.fields[:0]
	for _, end := range r.ends {
		r.fields = append(r.fields, text[start:end])
		start = end
	}
	w.Write(r.fields) // an error is kept, and returned by Error
	r.text, r.ends = r.text[:0], r.ends[:0]
}

// InvoiceHeader is the first line of CSV with one row an invoice: the field names of the JSON form.
const InvoiceHeader = "number,account,type,date_invoiced,start_date,end_date,package,currency," +
	"credits,amount,prorated,overage,additional_charges,final_amount,status\n"

// AppendInvoiceRows appends one row an invoice.
func AppendInvoiceRows(b []byte, invoices []invoice.Invoice) []byte {
	buf := bytes.NewBuffer(b)
	out := csv.NewWriter(buf) // a buffer takes all
	var r record
	for i := range invoices {
		inv := &invoices[i]
		r.field(inv.Number.Append(r.text))
		r.field(append(r.text, inv.Account...))
		r.field(append(r.text, inv.Type.String()...))
		r.field(inv.Date.Append(r.text))
		r.field(inv.Period.Start.Append(r.text))
		r.field(inv.Period.Last().Append(r.text))
		r.field(append(r.text, inv.Package...))
		r.field(append(r.text, inv.FinalAmount.Currency().String()...))
		r.field(strconv.AppendInt(r.text, inv.Credits, 10))
		for _, a := range [...]money.Amount{inv.Amount, inv.Prorated, inv.Overage, inv.AdditionalCharges, inv.FinalAmount} {
			r.field(a.AppendNumber(r.text))
		}
		r.field(append(r.text, inv.Status.String()...))
		r.write(out)
	}
	out.Flush()
	return buf.Bytes()
}

// LineHeader is the first line of CSV with one row an invoice line: the field names of the JSON form.
const LineHeader = "number,account,date_invoiced,currency,kind,package,start_date,end_date," +
	"days,period_days,quantity,unit_price,amount,adjustment,explanation\n"

// AppendLineRows appends one row an invoice line.
func AppendLineRows(b []byte, invoices []invoice.Invoice) []byte {
	buf := bytes.NewBuffer(b)
	out := csv.NewWriter(buf)
	var r record
	for i := range invoices {
		inv := &invoices[i]
		for j := range inv.Lines {
			l := &inv.Lines[j]
			r.field(inv.Number.Append(r.text))
			r.field(append(r.text, inv.Account...))
			r.field(inv.Date.Append(r.text))
			r.field(append(r.text, l.Amount.Currency().String()...))
			r.field(append(r.text, l.Kind.String()...))
			r.field(append(r.text, l.Package...))
			r.field(l.Dates.Start.Append(r.text))
			r.field(l.Dates.Last().Append(r.text))
			r.field(strconv.AppendInt(r.text, int64(l.Days()), 10))
			r.field(strconv.AppendInt(r.text, int64(l.PeriodDays()), 10))
			r.field(strconv.AppendInt(r.text, l.Quantity(), 10))
			r.field(l.AppendUnitPrice(r.text))
			r.field(l.Amount.AppendNumber(r.text))
			r.field(strconv.AppendBool(r.text, l.Adjustment))
			r.field(l.AppendExplanation(r.text))
			r.write(out)
		}
	}
	out.Flush()
	return buf.Bytes()
}
