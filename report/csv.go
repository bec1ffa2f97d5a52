package report

import (
	"encoding/csv"
	"io"
	"strconv"

	"github.com/prorata-go/prorata/invoice"
)

var invoiceHeader = []string{"number", "account", "type", "date_invoiced", "start_date", "end_date", "package", "currency",
	"credits", "amount", "prorated", "overage", "additional_charges", "final_amount", "status"}

// InvoiceCSV prints one row an invoice, with the field names of the JSON form.
func InvoiceCSV(w io.Writer, invoices []invoice.Invoice) error {
	out := csv.NewWriter(w)
	out.Write(invoiceHeader) // an error is kept, and returned by Error
	for i := range invoices {
		inv := &invoices[i]
		out.Write([]string{inv.Number, inv.Account, inv.Type.String(), inv.Date.String(), inv.Period.Start.String(),
			inv.Period.Last().String(), inv.Package, inv.FinalAmount.Currency().String(), strconv.FormatInt(inv.Credits, 10),
			inv.Amount.Number(), inv.Prorated.Number(), inv.Overage.Number(), inv.AdditionalCharges.Number(),
			inv.FinalAmount.Number(), inv.Status.String()})
	}
	out.Flush()
	return out.Error()
}

var lineHeader = []string{"number", "account", "date_invoiced", "currency", "kind", "package", "start_date", "end_date",
	"days", "period_days", "quantity", "unit_price", "amount", "adjustment", "explanation"}

// LineCSV prints one row an invoice line, with the field names of the JSON form.
func LineCSV(w io.Writer, invoices []invoice.Invoice) error {
	out := csv.NewWriter(w)
	out.Write(lineHeader)
	for i := range invoices {
		inv := &invoices[i]
		for j := range inv.Lines {
			l := &inv.Lines[j]
			out.Write([]string{inv.Number, inv.Account, inv.Date.String(), l.Amount.Currency().String(), l.Kind.String(),
				l.Package, l.Dates.Start.String(), l.Dates.Last().String(), strconv.Itoa(l.Days()), strconv.Itoa(l.PeriodDays()),
				strconv.FormatInt(l.Quantity(), 10), l.UnitPrice(), l.Amount.Number(), strconv.FormatBool(l.Adjustment), l.Explanation()})
		}
	}
	out.Flush()
	return out.Error()
}
