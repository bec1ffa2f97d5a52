package server

import (
	"github.com/prorata-go/prorata/books"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// listed is what the list of all invoices shows of one, beside its account and its number, which is made of account and date. Of a hundred
// thousand accounts there are millions, so it is small.
type listed struct {
	date   cycle.Date
	period cycle.Period
	kind   invoice.Type
	status invoice.Status
	of     string // its package
	minor  int64  // of its final amount
}

// invoices are those of all accounts that are asked for, by account and date, with what the list shows of them and nothing else.
func (p *positions) invoices(which *books.Which, prefix string) (rows []invoice.Invoice, err error) {
	currency := p.terms.Policy.MoneyCurrency()
	n := 0 // so that they are put into memory once
	for _, one := range p.accounts {
		for i := range one.issued {
			if one.issued[i].asked(which) {
				n++
			}
		}
	}
	rows = make([]invoice.Invoice, 0, n)
	for _, one := range p.accounts {
		numbers := invoice.NumbersOf(one.Current.Account)
		for i := range one.issued {
			l := &one.issued[i]
			if !l.asked(which) {
				continue
			}
			inv := invoice.Invoice{
				Account: one.Current.Account, Date: l.date, Type: l.kind, Period: l.period, Package: l.of, Status: l.status,
				FinalAmount: money.New(l.minor, currency),
			}
			if inv.Number, err = numbers.On(l.date).WithPrefix(prefix); err != nil {
				return nil, err
			}
			rows = append(rows, inv)
		}
	}
	return rows, nil
}

// asked reports that the dates and the status are those asked for.
func (l *listed) asked(which *books.Which) bool {
	return !l.date.Before(which.From) && (which.Through.IsZero() || !l.date.After(which.Through)) && (which.Status == nil || l.status == *which.Status)
}
