package server

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
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

// billing answers what end users were invoiced in a month, or where they stand now.
func (c *call) billing() (wire, error) {
	switch task := c.form.Get("task"); task {
	case "current":
		return nil, c.current()
	case "usage":
		number, err := c.one("number")
		if err != nil {
			return nil, err
		}
		return nil, c.usage(number)
	default:
		return nil, refuse("task %q, expected usage or current", names.Clip(task))
	}
}

// current answers the next invoice of every account.
func (c *call) current() error {
	p, _, err := c.s.home.positions.now(c.r.Context(), 0)
	if err != nil {
		return err
	}
	rows := c.rows("")
	for part := range slices.Chunk(p.accounts, atOnce) {
		invoices := make([]invoice.Invoice, 0, len(part))
		for _, one := range part {
			if !one.Current.Next.Date.IsZero() {
				invoices = append(invoices, one.Current.Next)
			}
		}
		if err := rows.write(rows.Rows(nil, invoices)); err != nil {
			return err
		}
	}
	return rows.close()
}

// usage answers the end users' invoices of a month.
func (c *call) usage(number string) error {
	first, err := monthOf(number)
	if err != nil {
		return err
	}
	ctx := c.r.Context()
	of, terms, err := c.s.asOfNow(ctx)
	if err != nil {
		return err
	}
	of.day = cycle.Earlier(of.day, first.AddMonths(1).AddDays(-1))
	accounts, err := c.s.accountNames(ctx)
	if err != nil {
		return err
	}
	rows := c.rows(number)
	err = inParts(ctx, accounts, func(ctx context.Context, part []string) ([]byte, error) {
		var invoices []invoice.Invoice
		err := c.s.wholesale(ctx, of, &terms, part, func(inv *invoice.Invoice) error {
			if !inv.Date.Before(first) {
				one := *inv
				one.Lines = nil // their memory is used again
				invoices = append(invoices, one)
			}
			return nil
		})
		return rows.Rows(nil, invoices), err
	}, rows.write)
	if err != nil {
		return c.unpriced(err)
	}
	if !c.begun {
		return refuse("there is no invoice %s", names.Clip(number))
	}
	return rows.close()
}

// unpriced is an error of billing by the Distributor's prices, in its words where the price list lacks one.
func (c *call) unpriced(err error) error {
	if lacksPrices(&c.terms) && !c.begun {
		return refuse("%v", err)
	}
	return err
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
	months, err := c.s.own.of(c.r.Context())
	if err != nil {
		return nil, c.unpriced(err)
	}
	for first, m := range months {
		if !first.Before(days.Start) && first.Before(days.End) {
			doc.Rows = append(doc.Rows, m.row(first))
		}
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
