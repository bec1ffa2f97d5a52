package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Summary is the last line of a table of invoices.
type Summary struct {
	Accounts, Invoices, Anomalies int
	Total                         money.Amount
}

func (s Summary) String() string {
	return fmt.Sprintf("%s, %s, total %s %s, %s", Count(s.Accounts, "account", "accounts"),
		Count(s.Invoices, "invoice", "invoices"), thousands(s.Total.Number()), s.Total.Currency(),
		Count(s.Anomalies, "anomaly", "anomalies"))
}

// Count words a number of things.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(strconv.Itoa(n)) + " " + many
}

// InvoiceTable prints invoices by account, with totals and a summary; with lines also the
// lines of each and what explains them. The figures read across: amount − prorated + overage
// + charges = total.
func InvoiceTable(w io.Writer, invoices []invoice.Invoice, summary Summary, lines bool) error {
	t := table{right: []bool{false, false, false, false, false, true, true, true, true, true, true, false}}
	t.add("ACCOUNT", "DATE", "TYPE", "PERIOD", "PACKAGE", "CREDITS", "AMOUNT", "PRORATED", "OVERAGE", "CHARGES", "TOTAL", "STATUS")
	t.rule()
	account := ""
	for i := range invoices {
		inv := &invoices[i]
		name := inv.Account
		if name == account {
			name = ""
		} else if account != "" {
			t.note("")
		}
		account = inv.Account
		t.add(printable(name), inv.Date.String(), inv.Type.String(), dates(inv.Period), printable(inv.Package), thousands(strconv.FormatInt(inv.Credits, 10)),
			figure(inv.Amount), figure(inv.Prorated), figure(inv.Overage), figure(inv.AdditionalCharges), figure(inv.FinalAmount),
			inv.Status.String())
		if lines {
			addLines(&t, inv)
		}
	}
	t.rule()
	total, err := totals(invoices, summary.Total.Currency())
	if err != nil {
		return err
	}
	t.add("TOTAL", "", "", "", "", "", total[0], total[1], total[2], total[3], total[4], "")
	t.note("")
	t.note(summary.String())
	return t.write(w)
}

// addLines prints the lines of an invoice below it.
func addLines(t *table, inv *invoice.Invoice) {
	for i := range inv.Lines {
		l := &inv.Lines[i]
		mark := "  "
		if l.Adjustment {
			mark = "~ "
		}
		pkg := l.Package
		if pkg != "" {
			pkg += ", "
		}
		t.note(fmt.Sprintf("    %s%-9s  %10s  %s%s: %s", mark, l.Kind, figure(l.Amount), printable(pkg), dates(l.Dates), printable(l.Explanation())))
	}
}

func totals(invoices []invoice.Invoice, c money.Currency) (figures [5]string, err error) {
	var sums [5]money.Amount
	for i := range sums {
		sums[i] = money.New(0, c)
	}
	for i := range invoices {
		inv := &invoices[i]
		for j, a := range []money.Amount{inv.Amount, inv.Prorated, inv.Overage, inv.AdditionalCharges, inv.FinalAmount} {
			if sums[j], err = sums[j].Add(a); err != nil {
				return figures, fmt.Errorf("total of all invoices: %w", err)
			}
		}
	}
	for i, sum := range sums {
		figures[i] = figure(sum)
	}
	return figures, nil
}

func figure(a money.Amount) string { return thousands(a.Number()) }

func dates(p cycle.Period) string {
	if p.Days() == 1 {
		return p.Start.String()
	}
	return p.Start.String() + " … " + p.Last().String()
}

// printable replaces what would upset a terminal.
func printable(s string) string {
	clean := func(r rune) bool { return !strconv.IsPrint(r) }
	return replaceFunc(s, clean)
}

func replaceFunc(s string, bad func(rune) bool) string {
	var b []rune
	for _, r := range s {
		if bad(r) {
			r = '\uFFFD'
		}
		b = append(b, r)
	}
	return string(b)
}

var invoiceHeader = []string{"number", "account", "type", "date_invoiced", "start_date", "end_date", "package", "currency",
	"credits", "amount", "prorated", "overage", "additional_charges", "final_amount", "status"}

// InvoiceCSV prints one row an invoice, with the field names of the JSON form.
func InvoiceCSV(w io.Writer, invoices []invoice.Invoice) error {
	rows := [][]string{invoiceHeader}
	for i := range invoices {
		inv := &invoices[i]
		rows = append(rows, []string{inv.Number, inv.Account, inv.Type.String(), inv.Date.String(), inv.Period.Start.String(),
			inv.Period.Last().String(), inv.Package, inv.FinalAmount.Currency().String(), strconv.FormatInt(inv.Credits, 10),
			inv.Amount.Number(), inv.Prorated.Number(), inv.Overage.Number(), inv.AdditionalCharges.Number(),
			inv.FinalAmount.Number(), inv.Status.String()})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

var lineHeader = []string{"number", "account", "date_invoiced", "currency", "kind", "package", "start_date", "end_date",
	"days", "period_days", "quantity", "unit_price", "amount", "adjustment", "explanation"}

// LineCSV prints one row an invoice line, with the field names of the JSON form.
func LineCSV(w io.Writer, invoices []invoice.Invoice) error {
	rows := [][]string{lineHeader}
	for i := range invoices {
		inv := &invoices[i]
		for j := range inv.Lines {
			l := &inv.Lines[j]
			rows = append(rows, []string{inv.Number, inv.Account, inv.Date.String(), l.Amount.Currency().String(), l.Kind.String(),
				l.Package, l.Dates.Start.String(), l.Dates.Last().String(), strconv.Itoa(l.Days()), strconv.Itoa(l.PeriodDays()),
				strconv.FormatInt(l.Quantity(), 10), l.UnitPrice(), l.Amount.Number(), strconv.FormatBool(l.Adjustment), l.Explanation()})
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}
