package statement

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/prorata-go/prorata/internal/digits"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/report"
)

// HTML writes a statement as a page: totals, a chart of months, accounts, and each invoice with its lines and what explains them.
// The invoices are by account, then date, in the currency of the summary's total.
func HTML(w io.Writer, invoices []invoice.Invoice, summary report.Summary) error {
	data, err := newStatementView(invoices, summary)
	if err != nil {
		return err
	}
	part, err := render("statement", data)
	if err != nil {
		return err
	}
	return page(w, "en", data.Title, part, true)
}

// HTMLPart is the statement that [HTML] writes, for a page of the caller's own.
func HTMLPart(invoices []invoice.Invoice, summary report.Summary) (Part, error) {
	data, err := newStatementView(invoices, summary)
	if err != nil {
		return "", err
	}
	return render("statement", data)
}

// statementView is what the template of a statement shows.
type statementView struct {
	Title    string
	Through  string
	Summary  string
	Currency string
	Figures  []namedFigure
	Months   bool
	Chart    monthChart
	Statuses []string
	Types    []string
	Accounts []accountView
	sumsView
}

type namedFigure struct{ Name, Value string }

type sumsView struct {
	Count                              int
	Recurring, Overage, Charges, Total string
}

func viewOf(s *sums) sumsView {
	return sumsView{s.count, figure(s.recurring), figure(s.overage), figure(s.charges), figure(s.amount)}
}

type accountView struct {
	ID, Name string
	Invoices []invoiceView
	sumsView
}

type invoiceView struct {
	Number, Date, Type, Period, Package, Total, Status, Tone string
	Words                                                    string // that the filter looks in
	Sum                                                      string // how the total adds up
	Lines                                                    []lineView
}

type lineView struct{ Kind, Package, Days, Credits, How, Amount string }

func newStatementView(invoices []invoice.Invoice, summary report.Summary) (*statementView, error) {
	currency := summary.Total.Currency()
	v := &statementView{Title: "Invoices", Summary: summary.String(), Currency: currency.String(), Months: len(invoices) > 0}
	if !summary.Through.IsZero() {
		v.Through = summary.Through.String()
		v.Title += " through " + v.Through
	}
	all, own := newSums(currency), newSums(currency)
	byStatus := map[invoice.Status]money.Amount{}
	for i := range invoices {
		inv := &invoices[i]
		if i == 0 || invoices[i-1].Account != inv.Account {
			own = newSums(currency)
			v.Accounts = append(v.Accounts, accountView{ID: "account-" + strconv.Itoa(len(v.Accounts)+1), Name: shown(inv.Account)})
		}
		if err := own.add(inv); err != nil {
			return nil, err
		}
		if err := all.add(inv); err != nil {
			return nil, err
		}
		sum, err := orZero(byStatus, inv.Status, currency).Add(inv.FinalAmount)
		if err != nil {
			return nil, fmt.Errorf("total of %s invoices: %w", inv.Status.Key(), err)
		}
		byStatus[inv.Status] = sum
		a := &v.Accounts[len(v.Accounts)-1]
		a.Invoices, a.sumsView = append(a.Invoices, viewInvoice(inv)), viewOf(&own)
		if kind := inv.Type.String(); !slices.Contains(v.Types, kind) {
			v.Types = append(v.Types, kind)
		}
	}
	slices.Sort(v.Types)
	v.sumsView = viewOf(&all)
	v.Figures = []namedFigure{{"Total " + v.Currency, figure(all.amount)}}
	for s := invoice.Unpaid; s <= invoice.Canceled; s++ {
		if sum, is := byStatus[s]; is {
			v.Statuses = append(v.Statuses, s.String())
			v.Figures = append(v.Figures, namedFigure{s.String(), figure(sum)})
		}
	}
	var err error
	v.Chart, err = newMonthChart(invoices, currency)
	return v, err
}

func orZero(m map[invoice.Status]money.Amount, s invoice.Status, c money.Currency) money.Amount {
	if a, is := m[s]; is {
		return a
	}
	return money.New(0, c)
}

// tones are the colours that a status is marked with, besides its name.
var tones = map[invoice.Status]string{invoice.Paid: "good", invoice.Unpaid: "warn", invoice.Refunded: "bad", invoice.Canceled: "bad"}

func viewInvoice(inv *invoice.Invoice) invoiceView {
	v := invoiceView{Number: inv.Number.String(), Date: inv.Date.String(), Type: inv.Type.String(), Period: span(inv.Period), Package: shown(inv.Package),
		Total: figure(inv.FinalAmount), Status: inv.Status.String(), Tone: tones[inv.Status], Sum: sumOf(inv, figure)}
	v.Words = strings.Join([]string{inv.Account, v.Number, v.Date, inv.Package}, " ")
	for i := range inv.Lines {
		v.Lines = append(v.Lines, viewLine(&inv.Lines[i]))
	}
	return v
}

func viewLine(l *invoice.Line) lineView {
	v := lineView{Kind: l.Kind.String(), Package: shown(l.Package), Days: span(l.Dates), How: shown(l.Explanation()), Amount: figure(l.Amount)}
	if n := l.Credits(); n != 0 {
		v.Credits = withMinus(digits.Group(strconv.FormatInt(n, 10)))
	}
	if l.Adjustment {
		v.How += " (adjustment of the period from " + l.Period().String() + ")"
	}
	return v
}

// sumOf is how the total of an invoice adds up: full price − prorated + overage + charges.
func sumOf(inv *invoice.Invoice, figure func(money.Amount) string) string {
	text := "Full price " + figure(inv.Amount)
	for _, part := range []struct {
		sign, name string
		amount     money.Amount
	}{{" − ", "prorated", inv.Prorated}, {" + ", "overage", inv.Overage}, {" + ", "charges", inv.AdditionalCharges}} {
		if part.amount.IsZero() {
			continue
		}
		number := figure(part.amount)
		if part.amount.Sign() < 0 {
			number = "(" + number + ")"
		}
		text += part.sign + part.name + " " + number
	}
	if inv.Amount == inv.FinalAmount {
		return text + "."
	}
	return text + " = " + figure(inv.FinalAmount) + "."
}
