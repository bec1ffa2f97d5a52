package books

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Adjustment is what a change of the terms does to billing periods that something was issued for.
type Adjustment struct {
	Accounts int // how many are billed something else for them
	Total    money.Amount
}

// within is how long it takes until every account has had an invoice: a period is a month.
const within = 40 * 24 * time.Hour

// adjustment is how the adjustments on the next invoices of some accounts, or of all, differ under new terms from those under the old.
func adjustment(ctx context.Context, tx store.Tx, from, to *Terms, now time.Time, names ...string) (a Adjustment, err error) {
	a.Total = money.New(0, to.Policy.MoneyCurrency())
	last, err := tx.LastEvent()
	if err != nil {
		return a, err
	}
	var billers [2]*account.Biller
	for i, terms := range []*Terms{from, to} {
		catalogue, err := terms.catalogue()
		if err != nil {
			return a, err
		}
		if billers[i], err = account.NewBiller(catalogue, terms.Policy); err != nil {
			return a, err
		}
	}
	by := now.Add(within).AddDate(0, 0, max(from.Policy.SettleDays, to.Policy.SettleDays))
	reader := newReader(to.Policy)
	err = inChunks(tx, names, func(accounts []store.Account) error {
		list, err := histories(tx, accounts, last)
		if err != nil {
			return err
		}
		for i := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			events, err := reader.events(list[i].events)
			if err != nil {
				return err
			}
			issued, err := reader.allIssued(list[i].invoices)
			if err != nil {
				return err
			}
			if len(issued) == 0 {
				continue
			}
			before, err := adjustments(billers[0], events, issued, by, a.Total)
			if err != nil {
				return err
			}
			after, err := adjustments(billers[1], events, issued, by, a.Total)
			if err != nil {
				return err
			}
			if before == after {
				continue
			}
			a.Accounts++
			difference, err := after.Sub(before)
			if err != nil {
				return err
			}
			if a.Total, err = a.Total.Add(difference); err != nil {
				return err
			}
		}
		return nil
	})
	return a, err
}

// namedBefore are the packages which some terms have and those before do not, and which events name all the same, and the accounts of
// those events.
func namedBefore(ctx context.Context, tx store.Tx, from, to *Terms) (packages, accounts []string, err error) {
	added := map[string]bool{} // and whether an event names it
	for i := range to.Packages {
		added[to.Packages[i].Name] = false
	}
	for i := range from.Packages {
		delete(added, from.Packages[i].Name)
	}
	if len(added) == 0 {
		return nil, nil, nil
	}
	reader := newReader(to.Policy)
	err = inChunks(tx, nil, func(some []store.Account) error {
		numbers := make([]int64, len(some))
		for i := range some {
			numbers[i] = some[i].Number
		}
		changes, err := reader.changesOf(tx, numbers)
		for _, a := range some {
			named := false
			for i := range changes[a.Number] {
				if name := changes[a.Number][i].Package; name != "" {
					if _, is := added[name]; is {
						named, added[name] = true, true
					}
				}
			}
			if named {
				accounts = append(accounts, a.Name)
			}
		}
		return errors.Join(err, ctx.Err())
	})
	for name, named := range added {
		if named {
			packages = append(packages, name)
		}
	}
	slices.Sort(packages)
	return packages, accounts, err
}

// adjustments is the sum of the lines, of what is to be issued by an instant, that adjust what was issued.
func adjustments(biller *account.Biller, events []account.Event, issued []invoice.Invoice, by time.Time, zero money.Amount) (money.Amount, error) {
	sum := money.New(0, zero.Currency())
	is, err := biller.Issue(events, issued, cycle.Date{}, by)
	if err != nil {
		return sum, err
	}
	settled := map[cycle.Date]bool{}
	for i := range issued {
		for n := range issued[i].Lines {
			settled[issued[i].Lines[n].Period()] = true
		}
	}
	var errs []error
	for i := range is.Invoices {
		for n := range is.Invoices[i].Lines {
			if l := &is.Invoices[i].Lines[n]; settled[l.Period()] {
				sum, err = sum.Add(l.Amount)
				errs = append(errs, err)
			}
		}
	}
	return sum, errors.Join(errs...)
}
