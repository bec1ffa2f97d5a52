package statement

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/reconcile"
	"github.com/prorata-go/prorata/report"
)

// XLSX writes invoices as a workbook: a sheet of invoices, one of their lines, and one of totals by account and month, in a currency.
// The columns are those of CSV. Dates and figures are dates and numbers, the header stays in view and filters.
func XLSX(w io.Writer, invoices []invoice.Invoice, currency money.Currency) error {
	totals, err := totalRows(invoices, currency)
	if err != nil {
		return err
	}
	b, err := newWorkbook(currency)
	if err != nil {
		return err
	}
	for _, s := range []struct {
		name   string
		rows   [][]string
		totals int
	}{{"Invoices", report.InvoiceRows(invoices), 0}, {"Lines", report.LineRows(invoices), 0}, {"Totals", totals, 1}} {
		if err := b.sheet(s.name, s.rows, s.totals); err != nil {
			return err
		}
	}
	return b.done(w)
}

// totalRows are the totals of each account and month, and of all. What is canceled is counted, and in no sum.
func totalRows(invoices []invoice.Invoice, currency money.Currency) ([][]string, error) {
	rows := [][]string{{"account", "month", "currency", "invoices", "recurring", "overage", "charges", "total"}}
	row := func(account, month string, s *sums) {
		rows = append(rows, []string{account, month, currency.String(), strconv.Itoa(s.count), s.recurring.Number(), s.overage.Number(), s.charges.Number(), s.amount.Number()})
	}
	all, own := newSums(currency), newSums(currency)
	for i := range invoices {
		inv := &invoices[i]
		if err := all.add(inv); err != nil {
			return nil, err
		}
		if err := own.add(inv); err != nil {
			return nil, err
		}
		month := inv.Date.String()[:7]
		if i+1 == len(invoices) || invoices[i+1].Account != inv.Account || invoices[i+1].Date.String()[:7] != month {
			row(inv.Account, month, &own)
			own = newSums(currency)
		}
	}
	row("all", "", &all)
	return rows, nil
}

// ListingXLSX writes figures in rows as a workbook of one sheet, with the columns of their CSV. A column of decimals that are finer
// than the currency is shown as it is.
func ListingXLSX(w io.Writer, name string, l *report.Listing, currency money.Currency) error {
	rows, columns := [][]string{make([]string, len(l.Columns))}, make([]kind, len(l.Columns))
	for j, c := range l.Columns {
		rows[0][j] = c.Name
		switch {
		case c.Kind == report.Number:
			columns[j] = asCount
		case c.Kind == report.Amount:
			columns[j] = asAmount
			if slices.ContainsFunc(l.Rows, func(row []string) bool { return decimals(row[j]) > currency.Digits() }) {
				columns[j] = asRate
			}
		default:
			columns[j] = kinds[c.Name]
		}
	}
	b, err := newWorkbook(currency)
	if err != nil {
		return err
	}
	if err := b.sheetOf(name, append(rows, l.Rows...), columns, 0); err != nil {
		return err
	}
	return b.done(w)
}

// decimals is how many digits a decimal has behind its point.
func decimals(text string) int {
	_, behind, _ := strings.Cut(text, ".")
	return len(behind)
}

// ReconcileXLSX writes a reconciliation as a workbook: a summary, findings, groups, the rows of both sides, and what to dispute.
func ReconcileXLSX(w io.Writer, rep *reconcile.Report, s *reconcile.Summary) error {
	b, err := newWorkbook(rep.Currency)
	if err != nil {
		return err
	}
	for _, sheet := range []struct {
		name   string
		rows   [][]string
		totals int
	}{
		{"Summary", summaryRows(s), 1}, {"Findings", findingRows(rep), 0}, {"Groups", groupRows(rep), 0},
		{"Both sides", report.ReconcileRows(rep), 0}, {"Disputes", report.DisputeRows(rep), 0},
	} {
		if err := b.sheet(sheet.name, sheet.rows, sheet.totals); err != nil {
			return err
		}
	}
	return b.done(w)
}

// DisputeXLSX writes the claims worth sending upstream as a workbook, with the columns of report.DisputeCSV.
func DisputeXLSX(w io.Writer, rep *reconcile.Report) error {
	b, err := newWorkbook(rep.Currency)
	if err != nil {
		return err
	}
	if err := b.sheet("Disputes", report.DisputeRows(rep), 0); err != nil {
		return err
	}
	return b.done(w)
}

// summaryRows are the classes of groups with what both sides come to, and all of them.
func summaryRows(s *reconcile.Summary) [][]string {
	rows := [][]string{{"summary", "groups", "theirs", "ours", "difference", "gross"}}
	for _, c := range s.Classes {
		rows = append(rows, []string{classWords(c.Name), strconv.Itoa(c.Groups), c.Theirs.Number(), c.Ours.Number(), c.Difference.Number(), c.Gross.Number()})
	}
	return append(rows, []string{"all", strconv.Itoa(s.Groups), s.Theirs.Number(), s.Ours.Number(), s.Difference.Number(), s.Gross.Number()})
}

// classWords are the words of a class by its name.
func classWords(name string) string {
	for c := reconcile.Matched; c <= reconcile.Broken; c++ {
		if c.String() == name {
			return c.Words()
		}
	}
	return name
}

func findingRows(rep *reconcile.Report) [][]string {
	rows := [][]string{{"cause", "strength", "fact", "groups", "rows", "theirs", "ours", "difference", "accounts", "explanation"}}
	for i := range rep.Findings {
		f := &rep.Findings[i]
		rows = append(rows, []string{f.Cause, f.Strength, f.Fact, strconv.Itoa(f.Groups), strconv.Itoa(f.Rows), f.Theirs.Number(), f.Ours.Number(), f.Difference.Number(),
			namesOf(f.Accounts, 20), f.Explanation})
	}
	return rows
}

// namesOf are names in a list, the first of many.
func namesOf(names []string, most int) string {
	text := strings.Join(names[:min(most, len(names))], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func groupRows(rep *reconcile.Report) [][]string {
	rows := [][]string{{"group", "account", "start_date", "end_date", "package", "class", "cause", "strength", "theirs", "ours", "difference", "claimed", "explanation", "settle", "notes"}}
	for i, g := range rep.Groups {
		amount := func(minor int64) string { return money.New(minor, rep.Currency).Number() }
		claimed := ""
		if g.Claimed() > 0 {
			claimed = amount(g.Claimed())
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), g.Account, g.Period.Start.String(), g.Period.Last().String(), g.Package(), g.Class.Words(), g.Cause(), g.Strength(),
			amount(g.TheirFigures.Total()), amount(g.OurFigures.Total()), amount(g.Difference().Total()), claimed, g.Explanation(), g.Settles(), strings.Join(g.Notes, "; ")})
	}
	return rows
}
