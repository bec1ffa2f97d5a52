package server

import (
	"context"
	"fmt"
	"maps"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/distributor"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// wholesale bills accounts at the Distributor's prices through a day, by the events up to one, and gives each invoice to do. The memory of its
// lines is used again.
func (s *Server) wholesale(ctx context.Context, of asOf, terms *books.Terms, accounts []string, do func(*invoice.Invoice) error) error {
	catalogue, err := invoice.NewCatalogue(terms.Packages, invoice.Distributor)
	if err != nil {
		return err
	}
	biller, err := account.NewBiller(catalogue, terms.Policy)
	if err != nil {
		return err
	}
	biller.ReuseInvoices = true
	for h, err := range s.books.EventsThrough(ctx, of.event, accounts...) {
		if err != nil {
			return err
		}
		bill, err := biller.Bill(h.Events, of.day)
		if err != nil {
			return err
		}
		for i := range bill.Invoices {
			if err := do(&bill.Invoices[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// accountNames are the names of all accounts, in order.
func (s *Server) accountNames(ctx context.Context) (names []string, err error) {
	for a, err := range s.books.Accounts(ctx, "") {
		if err != nil {
			return nil, err
		}
		names = append(names, a.Name)
	}
	return names, nil
}

// ownMonths are the reseller's own invoices, by the first day of their months. What they add up is not kept by account: of an account that
// something was recorded of, what it came to before is computed once more, and taken off.
type ownMonths struct {
	server *Server
	busy   chan struct{} // has room for one, who brings them up to date
	asOf   asOf
	months map[cycle.Date]*ownMonth
}

// of are those of now, which nobody changes.
func (o *ownMonths) of(ctx context.Context) (map[cycle.Date]*ownMonth, error) {
	select {
	case o.busy <- struct{}{}:
		defer func() { <-o.busy }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx = context.WithoutCancel(ctx) // others wait for it too
	s := o.server
	now, terms, err := s.asOfNow(ctx)
	if err != nil {
		return nil, err
	}
	now.run = 0 // what was issued is no part of it
	if o.months != nil && o.asOf == now {
		return o.months, nil
	}
	months := map[cycle.Date]*ownMonth{}
	var accounts []string
	if o.months == nil || o.asOf.day != now.day || o.asOf.terms != now.terms {
		accounts, err = s.accountNames(ctx)
	} else if accounts, _, err = s.books.Since(ctx, o.asOf.event); err == nil {
		for first, m := range o.months {
			own := *m
			months[first] = &own
		}
		err = s.countMonths(ctx, o.asOf, &terms, accounts, months, money.Amount.Sub, -1)
	}
	if err == nil {
		err = s.countMonths(ctx, now, &terms, accounts, months, money.Amount.Add, 1)
	}
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(months, func(_ cycle.Date, m *ownMonth) bool { return m.rows == 0 })
	o.asOf, o.months = now, months
	return months, nil
}

// countMonths adds what accounts come to, as of some state of the books, to months, or takes it off.
func (s *Server) countMonths(ctx context.Context, of asOf, terms *books.Terms, accounts []string, months map[cycle.Date]*ownMonth, sum func(to, of money.Amount) (money.Amount, error), times int64) error {
	return inParts(ctx, accounts, func(ctx context.Context, part []string) (list []invoice.Invoice, err error) {
		return list, s.wholesale(ctx, of, terms, part, func(inv *invoice.Invoice) error {
			list = append(list, *inv)
			return nil
		})
	}, func(list []invoice.Invoice) error {
		for i := range list {
			first := monthStart(list[i].Date)
			if months[first] == nil {
				months[first] = newOwnMonth(terms.Policy.MoneyCurrency())
			}
			if err := months[first].count(&list[i], sum, times); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownMonth adds up what a month's rows come to.
type ownMonth struct {
	rows, credits                             int64
	amount, prorated, overage, charges, final money.Amount
}

func newOwnMonth(currency money.Currency) *ownMonth {
	zero := money.New(0, currency)
	return &ownMonth{amount: zero, prorated: zero, overage: zero, charges: zero, final: zero}
}

// count adds an invoice, or takes off one that was added.
func (m *ownMonth) count(inv *invoice.Invoice, sum func(to, of money.Amount) (money.Amount, error), times int64) (err error) {
	m.rows += times
	m.credits += times * inv.Credits
	for _, one := range []struct {
		to *money.Amount
		of money.Amount
	}{{&m.amount, inv.Amount}, {&m.prorated, inv.Prorated}, {&m.overage, inv.Overage}, {&m.charges, inv.AdditionalCharges}, {&m.final, inv.FinalAmount}} {
		if *one.to, err = sum(*one.to, one.of); err != nil {
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
