package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// The reseller's own invoices are the distributor-price side of a calendar month: what end users were invoiced in it, at the
// Distributor's prices. Its number is the month and 0001.
const ownNumber = "0001"

// numberOf is the number of the reseller's invoice of the month of a day.
func numberOf(day cycle.Date) string {
	y, m, _ := day.Civil()
	return fmt.Sprintf("%04d%02d%s", y, m, ownNumber)
}

// monthStart is the first day of the month of a day.
func monthStart(day cycle.Date) cycle.Date {
	_, _, n := day.Civil()
	return day.AddDays(1 - n)
}

// monthOf is the month of a number.
func monthOf(number string) (first cycle.Date, err error) {
	text, ok := strings.CutSuffix(number, ownNumber)
	if ok && len(text) == len("201001") {
		if first, err = cycle.ParseDate(text[:4] + "-" + text[4:] + "-01"); err == nil {
			return first, nil
		}
	}
	return first, refuse("number %q, expected one that billing.list has, such as 2010010001", names.Clip(number))
}

// wholesale bills every account at the Distributor's prices through a day, and gives each invoice that is dated from another to do.
func (s *Server) wholesale(ctx context.Context, from, through cycle.Date, do func(*invoice.Invoice) error) error {
	terms, err := s.books.Terms(ctx)
	if err != nil {
		return err
	}
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Distributor)
	if err != nil {
		return err
	}
	biller, err := account.NewBiller(catalogue, terms.Policy)
	if err != nil {
		return err
	}
	biller.ReuseInvoices = true
	for a, err := range s.books.Accounts(ctx, "") {
		if err != nil {
			return err
		}
		events, err := s.books.EventsOf(ctx, a.Name)
		if err != nil {
			return err
		}
		bill, err := biller.Bill(events, through)
		if err != nil {
			return err
		}
		for i := range bill.Invoices {
			if !bill.Invoices[i].Date.Before(from) {
				if err := do(&bill.Invoices[i]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// billing answers what end users were invoiced in a month, or where they stand now.
func (c *call) billing() (wire, error) {
	ctx := c.r.Context()
	switch task := c.form.Get("task"); task {
	case "current":
		list, err := c.standings(ctx, "")
		if err != nil {
			return nil, err
		}
		var invoices []invoice.Invoice
		for i := range list {
			if !list[i].Next.Date.IsZero() {
				invoices = append(invoices, list[i].Next)
			}
		}
		doc := distributor.FromInvoices("", invoices)
		return &doc, nil
	case "usage":
		number, err := c.one("number")
		if err != nil {
			return nil, err
		}
		first, err := monthOf(number)
		if err != nil {
			return nil, err
		}
		today, err := c.s.today(&c.terms)
		if err != nil {
			return nil, err
		}
		last := first.AddMonths(1).AddDays(-1)
		if last.After(today) {
			last = today
		}
		var invoices []invoice.Invoice
		err = c.s.wholesale(ctx, first, last, func(inv *invoice.Invoice) error {
			one := *inv
			one.Lines = nil
			invoices = append(invoices, one)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(invoices) == 0 {
			return nil, refuse("there is no invoice %s", names.Clip(number))
		}
		doc := distributor.FromInvoices(number, invoices)
		return &doc, nil
	default:
		return nil, refuse("task %q, expected usage or current", names.Clip(task))
	}
}

// ownInvoices are the reseller's own invoices that the parameters ask for.
func (c *call) ownInvoices() (*distributor.Invoices, error) {
	days, err := c.ownDays()
	if err != nil {
		return nil, err
	}
	status := c.form.Get("status")
	if status != "" {
		if _, err := parseStatus(status); err != nil {
			return nil, refuse("status %q, expected paid, unpaid, refunded, deferred or canceled", names.Clip(status))
		}
	}
	doc := &distributor.Invoices{Shape: distributor.Own}
	if status != "" && !strings.EqualFold(status, "unpaid") {
		return doc, nil // the books do not know what the reseller paid
	}
	months := map[cycle.Date]*ownMonth{}
	err = c.s.wholesale(c.r.Context(), days.Start, days.Last(), func(inv *invoice.Invoice) error {
		first := monthStart(inv.Date)
		m := months[first]
		if m == nil {
			m = newOwnMonth(c.terms.Policy.MoneyCurrency())
			months[first] = m
		}
		return m.add(inv)
	})
	if err != nil {
		return nil, err
	}
	for first, m := range months {
		doc.Rows = append(doc.Rows, m.row(first))
	}
	slices.SortFunc(doc.Rows, func(a, b distributor.Invoice) int { return strings.Compare(a.Number, b.Number) })
	return doc, nil
}

// ownDays are the months that start_date to end_date have days of, whole, so that what a month comes to does not depend on what is asked; all
// months up to this one where nothing is said.
func (c *call) ownDays() (p cycle.Period, err error) {
	if c.form.Get("end_date") != "" && c.form.Get("start_date") == "" {
		return p, refuse("end_date needs a start_date")
	}
	if p, err = c.days(); err != nil {
		return p, err
	}
	if p.Start.IsZero() {
		p.Start = cycle.MustDate("0001-01-01")
	}
	p.Start, p.End = monthStart(p.Start), monthStart(p.Last()).AddMonths(1)
	if today, err := c.s.today(&c.terms); err != nil || p.End.After(today.AddDays(1)) {
		p.End = today.AddDays(1)
	}
	return p, err
}

// ownMonth adds up what a month's rows come to.
type ownMonth struct {
	credits                                   int64
	amount, prorated, overage, charges, final money.Amount
}

func newOwnMonth(currency money.Currency) *ownMonth {
	zero := money.New(0, currency)
	return &ownMonth{amount: zero, prorated: zero, overage: zero, charges: zero, final: zero}
}

func (m *ownMonth) add(inv *invoice.Invoice) (err error) {
	m.credits += inv.Credits
	for _, sum := range []struct {
		to *money.Amount
		of money.Amount
	}{{&m.amount, inv.Amount}, {&m.prorated, inv.Prorated}, {&m.overage, inv.Overage}, {&m.charges, inv.AdditionalCharges}, {&m.final, inv.FinalAmount}} {
		if *sum.to, err = sum.to.Add(sum.of); err != nil {
			return err
		}
	}
	return nil
}

// row is the reseller's own invoice of a month.
func (m *ownMonth) row(first cycle.Date) distributor.Invoice {
	number := func(a money.Amount) distributor.Number { return distributor.Number(a.Number()) }
	return distributor.Invoice{
		Number: numberOf(first), Type: invoice.RecurringBill.String(), Status: invoice.Unpaid.String(), Credits: distributor.Number(fmt.Sprint(m.credits)),
		Amount: number(m.amount), Prorated: number(m.prorated), Overage: number(m.overage), AdditionalCharges: number(m.charges), FinalAmount: number(m.final),
		DateInvoiced: first.AddMonths(1), StartDate: first, EndDate: first.AddMonths(1).AddDays(-1), Package: "All packages",
	}
}

// billingGet answers the reseller's own invoices.
func (c *call) billingGet() (wire, error) { return asWire(c.ownInvoices()) }

// billingList answers their numbers.
func (c *call) billingList() (wire, error) {
	doc, err := c.ownInvoices()
	if err != nil {
		return nil, err
	}
	doc.Shape = distributor.NumbersOnly
	for i := range doc.Rows {
		doc.Rows[i] = distributor.Invoice{Number: doc.Rows[i].Number}
	}
	return doc, nil
}

func asWire(doc *distributor.Invoices, err error) (wire, error) {
	if err != nil {
		return nil, err
	}
	return doc, nil
}
