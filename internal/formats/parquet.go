package formats

import (
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/parquetout"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// kinds are those of the columns of CSV in Parquet, by name; of others it is text.
var kinds = map[string]parquetout.Kind{
	"date_invoiced": parquetout.Date, "start_date": parquetout.Date, "end_date": parquetout.Date,
	"credits": parquetout.Count, "days": parquetout.Count, "period_days": parquetout.Count, "quantity": parquetout.Count,
	"amount": parquetout.Amount, "prorated": parquetout.Amount, "overage": parquetout.Amount, "additional_charges": parquetout.Amount,
	"final_amount": parquetout.Amount,
	"unit_price":   parquetout.Rate,
	"adjustment":   parquetout.Truth,
}

// columnsOf are the columns of CSV with that header.
func columnsOf(header string, currency money.Currency) (columns []parquetout.Column) {
	for _, name := range strings.Split(strings.TrimSpace(header), ",") {
		columns = append(columns, parquetout.Column{Name: name, Kind: kinds[name], Scale: currency.Digits()})
	}
	return columns
}

// appendInvoiceValues appends one row an invoice, as report.AppendInvoiceRows.
func appendInvoiceValues(to []byte, invoices []invoice.Invoice) []byte {
	var number [64]byte
	for i := range invoices {
		inv := &invoices[i]
		to = appendText(to, inv.Number.Append(number[:0]))
		to = appendText(to, inv.Account)
		to = appendText(to, inv.Type.String())
		to = appendDate(to, inv.Date)
		to = appendDate(to, inv.Period.Start)
		to = appendDate(to, inv.Period.Last())
		to = appendText(to, inv.Package)
		to = appendText(to, inv.FinalAmount.Currency().String())
		to = parquetout.AppendInt(to, inv.Credits)
		for _, a := range [...]money.Amount{inv.Amount, inv.Prorated, inv.Overage, inv.AdditionalCharges, inv.FinalAmount} {
			to = parquetout.AppendInt(to, a.Minor())
		}
		to = appendText(to, inv.Status.String())
	}
	return to
}

// appendLineValues appends one row an invoice line, as report.AppendLineRows.
func appendLineValues(to []byte, invoices []invoice.Invoice) []byte {
	var text []byte
	for i := range invoices {
		inv := &invoices[i]
		for j := range inv.Lines {
			l := &inv.Lines[j]
			text = inv.Number.Append(text[:0])
			to = appendText(to, text)
			to = appendText(to, inv.Account)
			to = appendDate(to, inv.Date)
			to = appendText(to, l.Amount.Currency().String())
			to = appendText(to, l.Kind.String())
			to = appendText(to, l.Package)
			to = appendDate(to, l.Dates.Start)
			to = appendDate(to, l.Dates.Last())
			for _, n := range [...]int64{int64(l.Days()), int64(l.PeriodDays()), l.Quantity()} {
				to = parquetout.AppendInt(to, n)
			}
			text = l.AppendUnitPrice(text[:0])
			to = appendText(to, text)
			to = parquetout.AppendInt(to, l.Amount.Minor())
			to = parquetout.AppendBool(to, l.Adjustment)
			text = l.AppendExplanation(text[:0])
			to = appendText(to, text)
		}
	}
	return to
}

// appendText appends a text, or null where CSV has nothing.
func appendText[T ~string | ~[]byte](to []byte, text T) []byte {
	if len(text) == 0 {
		return parquetout.AppendNull(to)
	}
	return parquetout.AppendText(to, text)
}

var epoch = cycle.MustDate("1970-01-01")

func appendDate(to []byte, d cycle.Date) []byte {
	if d.IsZero() {
		return parquetout.AppendNull(to)
	}
	return parquetout.AppendInt(to, int64(d.Sub(epoch)))
}
