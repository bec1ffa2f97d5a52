package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/internal/display"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Summary is the last line of a table of invoices.
type Summary struct {
	Accounts, Invoices, Anomalies int
	Canceled                      int          // of the invoices, which are in no total
	Through                       cycle.Date   // the date billed through; the zero Date is left out
	LeftOut                       int          // lines of the input that were left out
	Total                         money.Amount // of all invoices that are not canceled; its currency is that of the table
}

func (s Summary) String() string {
	text := Count(s.Accounts, "account", "accounts") + ", " + Count(s.Invoices, "invoice", "invoices")
	if !s.Through.IsZero() {
		text += " through " + s.Through.String()
	}
	text += fmt.Sprintf(", total %s %s", figure(s.Total), s.Total.Currency())
	if s.Canceled > 0 {
		text += fmt.Sprintf(" without %d canceled", s.Canceled)
	}
	text += fmt.Sprintf(", %s", Count(s.Anomalies, "anomaly", "anomalies"))
	if s.LeftOut > 0 {
		text += ", " + Count(s.LeftOut, "line", "lines") + " left out"
	}
	return text
}

// The columns of a table of invoices. The lines of an invoice use the first six.
var (
	columns      = []string{"", "DATE", "TYPE", "PERIOD", "PACKAGE", "CREDITS", "AMOUNT", "PRORATED", "OVERAGE", "CHARGES", "TOTAL", "STATUS"}
	columnsRight = []bool{false, false, false, false, false, true, true, true, true, true, true, false}
	optional     = []int{11, 5, columnOfDates, 2, 9, 8, 7, 6} // status, credits, period, type; the figures that add up come last
)

const columnOfDates = 3

// InvoiceTable prints invoices, which are in order by account and date, with totals and a
// summary; with lines also the lines of each and what explains them. The figures read
// across: amount − prorated + overage + charges = total.
func InvoiceTable(w io.Writer, invoices []invoice.Invoice, summary Summary, lines bool) error {
	t := table{right: columnsRight}
	all := newSums(summary.Total.Currency())
	if len(invoices) > 0 {
		t.optional = optional
		t.add(columns...)
		t.rule()
	}
	several := len(invoices) > 0 && invoices[0].Account != invoices[len(invoices)-1].Account
	for rest := invoices; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Account == rest[0].Account {
			n++
		}
		own, err := addAccount(&t, rest[:n], lines)
		if err != nil {
			return err
		}
		if several {
			if n > 1 {
				t.add(own.row(Count(n, "invoice", "invoices"))...)
			}
			t.note("")
		}
		if err := all.addAll(own); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if len(invoices) > 0 {
		t.rule()
		t.add(all.row("TOTAL")...)
		t.note("")
		if !lines {
			footnotes(&t, invoices)
		}
	}
	t.note(summary.String())
	return t.write(w)
}

// addAccount prints the invoices of one account, and adds them up.
func addAccount(t *table, invoices []invoice.Invoice, lines bool) (own sums, err error) {
	t.note(display.Cut(named(invoices[0].Account), maxName))
	own = newSums(invoices[0].FinalAmount.Currency())
	for i := range invoices {
		inv := &invoices[i]
		if err := own.add(inv); err != nil {
			return own, err
		}
		t.add("", inv.Date.String(), shortType(inv.Type), dates(inv.Period), named(inv.Package),
			digits.Group(strconv.FormatInt(inv.Credits, 10)), figure(inv.Amount), figureOrDash(inv.Prorated),
			figureOrDash(inv.Overage), figureOrDash(inv.AdditionalCharges), figure(inv.FinalAmount), inv.Status.String())
		if lines {
			addLines(t, inv)
		}
	}
	return own, nil
}

// addLines prints the lines of an invoice below it.
func addLines(t *table, inv *invoice.Invoice) {
	for i := range inv.Lines {
		l := &inv.Lines[i]
		text := l.Explanation()
		if l.Adjustment {
			text += " (adjustment)"
		}
		credits := ""
		if n := l.Credits(); n != 0 {
			credits = digits.Group(strconv.FormatInt(n, 10))
		}
		t.addNoted(text, "", "", l.Kind.String(), dates(l.Dates), named(l.Package), credits, figure(l.Amount))
		t.rows[len(t.rows)-1].dated = true
	}
	if text := explainProrated(inv); text != "" {
		t.addNoted(text, "", "")
	}
}

// isOdd reports that what is prorated is no part of the amount: amount − prorated has to be what the days of all packages
// come to, and amount is the full price of one.
func isOdd(inv *invoice.Invoice) bool {
	return inv.Prorated.Sign() < 0 || inv.Prorated.Minor() > inv.Amount.Minor()
}

// explainProrated says how an odd figure comes about, and is empty for any other.
func explainProrated(inv *invoice.Invoice) string {
	if !isOdd(inv) {
		return ""
	}
	recurring, err := inv.Amount.Sub(inv.Prorated)
	if err != nil {
		return ""
	}
	if inv.Package == "" {
		return fmt.Sprintf("PRORATED %s is 0 less %s, the recurring lines: there is no package, and no full price", figure(inv.Prorated), figure(recurring))
	}
	why := "come to more than that price"
	if inv.Prorated.Sign() > 0 {
		why = "give back more than they charge"
	}
	return fmt.Sprintf("PRORATED %s is %s, the full price of %s, less %s, the recurring lines, which %s", figure(inv.Prorated), figure(inv.Amount),
		display.Cut(named(inv.Package), maxCell), figure(recurring), why)
}

// footnotes say what figures mean that are read wrongly otherwise, where there are any and no lines that show it.
func footnotes(t *table, invoices []invoice.Invoice) {
	odd, late := false, false
	for i := range invoices {
		inv := &invoices[i]
		odd = odd || isOdd(inv)
		credits := int64(0)
		for j := range inv.Lines {
			if l := &inv.Lines[j]; l.Adjustment {
				credits += l.Credits()
			}
		}
		late = late || credits != 0
	}
	if odd {
		t.note("PRORATED is AMOUNT, the full price of the last package, less what all days cost. --lines explains one that is negative or above AMOUNT.")
	}
	if late {
		t.note("CREDITS may be of an earlier period and have become known late. --lines shows which.")
	}
	if odd || late {
		t.note("")
	}
}

// shortType is the type without the word that all of a kind share: "Recurring", "Upgrade".
func shortType(t invoice.Type) string {
	return strings.TrimPrefix(strings.TrimSuffix(t.String(), " Bill"), "Account ")
}

// sums are amounts, prorated, overage, charges and totals of some invoices.
type sums [5]money.Amount

func newSums(c money.Currency) (s sums) {
	for i := range s {
		s[i] = money.New(0, c)
	}
	return s
}

// add adds an invoice, unless it is canceled: then what it billed is on another.
func (s *sums) add(inv *invoice.Invoice) error {
	if inv.Status == invoice.Canceled {
		return nil
	}
	return s.addAll(sums{inv.Amount, inv.Prorated, inv.Overage, inv.AdditionalCharges, inv.FinalAmount})
}

func (s *sums) addAll(o sums) (err error) {
	for i := range s {
		if s[i], err = s[i].Add(o[i]); err != nil {
			return fmt.Errorf("total of invoices: %w", err)
		}
	}
	return nil
}

// row is the sums in the columns of a table, with a label before them.
func (s *sums) row(label string) []string {
	return []string{"", label, "", "", "", "", figure(s[0]), figureOrDash(s[1]), figureOrDash(s[2]), figureOrDash(s[3]), figure(s[4]), ""}
}

func figure(a money.Amount) string { return digits.Group(a.Number()) }

func figureOrDash(a money.Amount) string {
	if a.IsZero() {
		return "–"
	}
	return figure(a)
}

func dates(p cycle.Period) string {
	if p.Days() == 1 {
		return p.Start.String()
	}
	return p.Start.String() + " … " + p.Last().String()
}
