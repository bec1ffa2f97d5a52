package report

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// rowWriter takes rows: a csv.Writer, or rows.
type rowWriter interface{ Write(row []string) error }

// rows keeps rows as they are.
type rows [][]string

func (r *rows) Write(row []string) error {
	*r = append(*r, slices.Clone(row))
	return nil
}

// record collects the fields of one row at a time. They are parts of one string, so that a row allocates once.
type record struct {
	text   []byte
	ends   []int // of the fields in text
	fields []string
	guard  bool // texts that a spreadsheet takes for a formula get an apostrophe
}

// field adds a field: what was appended to text since the one before.
func (r *record) field(text []byte) { r.text, r.ends = text, append(r.ends, len(text)) }

// words adds a field that is text from outside.
func (r *record) words(text string) {
	if r.guard {
		r.text = append(r.text, guardOf(text)...)
	}
	r.field(append(r.text, text...))
}

// guardOf is what a spreadsheet needs before a text so that it shows the text and computes nothing: an apostrophe, or nothing.
func guardOf(text string) string {
	if text != "" && strings.Contains("=+-@\t\r", text[:1]) {
		return "'"
	}
	return ""
}

// Unguarded is the text that stands in a field of CSV for spreadsheets: without the apostrophe that keeps them from computing it.
func Unguarded(field string) string {
	if text, is := strings.CutPrefix(field, "'"); is && guardOf(text) != "" {
		return text
	}
	return field
}

// write writes the row and starts the next.
func (r *record) write(w rowWriter) {
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
	return record{}.appendInvoices(b, invoices)
}

// AppendGuardedInvoiceRows is AppendInvoiceRows for a spreadsheet: a text that begins with = + - @, a tab or a carriage return has an
// apostrophe before it, so that it is no formula. Figures are as they are.
func AppendGuardedInvoiceRows(b []byte, invoices []invoice.Invoice) []byte {
	return record{guard: true}.appendInvoices(b, invoices)
}

// InvoiceRows are the cells of CSV with one row an invoice, the header first.
func InvoiceRows(invoices []invoice.Invoice) [][]string {
	all := rows{strings.Split(strings.TrimSpace(InvoiceHeader), ",")}
	(&record{}).invoices(&all, invoices)
	return all
}

func (r record) appendInvoices(b []byte, invoices []invoice.Invoice) []byte {
	buf := bytes.NewBuffer(b)
	out := csv.NewWriter(buf) // a buffer takes all
	r.invoices(out, invoices)
	out.Flush()
	return buf.Bytes()
}

func (r *record) invoices(out rowWriter, invoices []invoice.Invoice) {
	for i := range invoices {
		inv := &invoices[i]
		r.field(inv.Number.Append(r.text))
		r.words(inv.Account)
		r.field(append(r.text, inv.Type.String()...))
		r.field(inv.Date.Append(r.text))
		r.field(inv.Period.Start.Append(r.text))
		r.field(inv.Period.Last().Append(r.text))
		r.words(inv.Package)
		r.field(append(r.text, inv.FinalAmount.Currency().String()...))
		r.field(strconv.AppendInt(r.text, inv.Credits, 10))
		for _, a := range [...]money.Amount{inv.Amount, inv.Prorated, inv.Overage, inv.AdditionalCharges, inv.FinalAmount} {
			r.field(a.AppendNumber(r.text))
		}
		r.field(append(r.text, inv.Status.String()...))
		r.write(out)
	}
}

// LineHeader is the first line of CSV with one row an invoice line: the field names of the JSON form.
const LineHeader = "number,account,date_invoiced,currency,kind,package,start_date,end_date," +
	"days,period_days,quantity,unit_price,amount,adjustment,explanation\n"

// AppendLineRows appends one row an invoice line.
func AppendLineRows(b []byte, invoices []invoice.Invoice) []byte {
	return record{}.appendLines(b, invoices)
}

// AppendGuardedLineRows is AppendLineRows for a spreadsheet, as AppendGuardedInvoiceRows.
func AppendGuardedLineRows(b []byte, invoices []invoice.Invoice) []byte {
	return record{guard: true}.appendLines(b, invoices)
}

// LineRows are the cells of CSV with one row an invoice line, the header first.
func LineRows(invoices []invoice.Invoice) [][]string {
	all := rows{strings.Split(strings.TrimSpace(LineHeader), ",")}
	(&record{}).lines(&all, invoices)
	return all
}

func (r record) appendLines(b []byte, invoices []invoice.Invoice) []byte {
	buf := bytes.NewBuffer(b)
	out := csv.NewWriter(buf)
	r.lines(out, invoices)
	out.Flush()
	return buf.Bytes()
}

func (r *record) lines(out rowWriter, invoices []invoice.Invoice) {
	for i := range invoices {
		inv := &invoices[i]
		for j := range inv.Lines {
			l := &inv.Lines[j]
			r.field(inv.Number.Append(r.text))
			r.words(inv.Account)
			r.field(inv.Date.Append(r.text))
			r.field(append(r.text, l.Amount.Currency().String()...))
			r.field(append(r.text, l.Kind.String()...))
			r.words(l.Package)
			r.field(l.Dates.Start.Append(r.text))
			r.field(l.Dates.Last().Append(r.text))
			r.field(strconv.AppendInt(r.text, int64(l.Days()), 10))
			r.field(strconv.AppendInt(r.text, int64(l.PeriodDays()), 10))
			r.field(strconv.AppendInt(r.text, l.Quantity(), 10))
			r.field(l.AppendUnitPrice(r.text))
			r.field(l.Amount.AppendNumber(r.text))
			r.field(strconv.AppendBool(r.text, l.Adjustment))
			if r.guard {
				r.words(l.Explanation())
			} else {
				r.field(l.AppendExplanation(r.text))
			}
			r.write(out)
		}
	}
}
