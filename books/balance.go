package books

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/books/store"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// Balancing says what balances are asked for.
type Balancing struct {
	AsOf        cycle.Date // at the end of this day; the zero Date is today, in the policy's time zone
	PaymentDays int        // how many days after its date an invoice is due
	Accounts    []string   // only these; none for all
}

// Balance is what an account owes at the end of a day:
//
//	Invoiced = Paid + Refunded + Open − Credit
//	Open     = Ages[0] + … + Ages[4]
//
// Only invoices dated up to the day count, and statuses that events give them by its end. Canceled invoices are in none of it.
type Balance struct {
	Account  string
	Invoiced money.Amount // the sum of its invoices
	Paid     money.Amount // of them, those that are paid; one below zero that is paid was paid out
	Refunded money.Amount // of them, those that were paid and given back
	Open     money.Amount // what is to be paid: those of the rest above zero, less those below zero, which are set off against the oldest first
	Credit   money.Amount // what is left of those below zero
	Ages     Ages         // Open by how long it has been due
}

// Ages are amounts by how long they have been due: not yet, or their payment is deferred; then 1 to 30, 31 to 60, 61 to 90 and more than
// 90 days.
type Ages [5]money.Amount

// Balances yields the balance of each account that something was issued to, in the order of their names.
func (b *Books) Balances(ctx context.Context, what Balancing) iter.Seq2[Balance, error] {
	return yielding(ctx, b.home, func(tx store.Tx, yield func(Balance) error) error {
		terms, err := b.lastTerms(tx)
		if err != nil {
			return err
		}
		if what.AsOf.IsZero() {
			if what.AsOf, err = cycle.DateOf(time.Now(), terms.Policy.TimeZone); err != nil {
				return err
			}
		}
		statuses, err := newStatuses(terms)
		if err != nil {
			return err
		}
		reader := newReader(terms.Policy)
		end := what.AsOf.AddDays(1).Start(terms.Policy.TimeZone)
		return inChunks(tx, what.Accounts, func(accounts []store.Account) error {
			numbers := make([]int64, len(accounts))
			invoices := map[int64][]invoice.Invoice{}
			for i, a := range accounts {
				numbers[i] = a.Number
			}
			err := tx.InvoicesOf(numbers, func(row store.Invoice) error {
				inv, err := reader.issued(&row)
				if !inv.Date.After(what.AsOf) {
					invoices[row.Account] = append(invoices[row.Account], inv)
				}
				return err
			})
			if err != nil {
				return err
			}
			changes, err := reader.changesOf(tx, numbers)
			if err != nil {
				return err
			}
			for _, a := range accounts {
				if len(invoices[a.Number]) == 0 {
					continue
				}
				known := slices.DeleteFunc(changes[a.Number], func(e account.Event) bool { return !e.At.Before(end) })
				if err := statuses.set(known, invoices[a.Number]); err != nil {
					return fmt.Errorf("account %.80q: %w", a.Name, err)
				}
				balance, err := balanceOf(invoices[a.Number], what.AsOf, what.PaymentDays)
				if err != nil {
					return fmt.Errorf("account %.80q: %w", a.Name, err)
				}
				if err := yield(balance); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// Balance is what [Books.Balances] yields of the account as of a day, and whether it yields one.
func (h *History) Balance(asOf cycle.Date, paymentDays int) (b Balance, billed bool, err error) {
	n := len(h.Issued)
	for n > 0 && h.Issued[n-1].Date.After(asOf) {
		n--
	}
	if n == 0 {
		return b, false, nil
	}
	invoices, end := h.Issued[:n], asOf.AddDays(1).Start(h.Terms.Policy.TimeZone)
	if later := func(e account.Event) bool { return !e.At.Before(end) }; len(h.asIssued) > 0 && slices.ContainsFunc(h.Events, later) {
		invoices = slices.Clone(invoices)
		for i := range invoices {
			invoices[i].Status = h.asIssued[i]
		}
		if err := h.statuses.set(slices.DeleteFunc(slices.Clone(h.Events), later), invoices); err != nil {
			return b, false, err
		}
	}
	b, err = balanceOf(invoices, asOf, paymentDays)
	return b, true, err
}

// unpaid is what is left to pay of an invoice, or of one below zero, to be set off.
type unpaid struct {
	left money.Amount
	age  int
}

// balanceOf is the balance of an account with some invoices, in the order of their dates.
func balanceOf(invoices []invoice.Invoice, asOf cycle.Date, paymentDays int) (b Balance, err error) {
	zero := money.New(0, invoices[0].FinalAmount.Currency())
	b = Balance{Account: invoices[0].Account, Invoiced: zero, Paid: zero, Refunded: zero, Open: zero, Credit: zero}
	for i := range b.Ages {
		b.Ages[i] = zero
	}
	var s sums
	var open []unpaid
	for i := range invoices {
		inv := &invoices[i]
		amount := inv.FinalAmount
		if inv.Status == invoice.Canceled {
			continue
		}
		s.add(&b.Invoiced, amount)
		switch {
		case inv.Status == invoice.Paid:
			s.add(&b.Paid, amount)
		case inv.Status == invoice.Refunded:
			s.add(&b.Refunded, amount)
		case amount.Sign() < 0:
			s.sub(&b.Credit, amount)
		default:
			open = append(open, unpaid{amount, ageOf(asOf.Sub(inv.Date.AddDays(paymentDays)), inv.Status)})
		}
	}
	slices.SortStableFunc(open, func(x, y unpaid) int { return y.age - x.age }) // what is due first; within an age they are by date
	for i := range open {
		setOff := open[i].left
		if more, err := setOff.Cmp(b.Credit); err == nil && more > 0 {
			setOff = b.Credit
		}
		s.sub(&open[i].left, setOff)
		s.sub(&b.Credit, setOff)
		s.add(&b.Open, open[i].left)
		s.add(&b.Ages[open[i].age], open[i].left)
	}
	return b, s.err
}

// ageOf is the place in Ages of what has been due for so many days.
func ageOf(days int, status invoice.Status) int {
	switch {
	case days <= 0 || status == invoice.Deferred:
		return 0
	case days > 90:
		return 4
	}
	return (days + 29) / 30
}

// sums adds up amounts until that fails.
type sums struct{ err error }

func (s *sums) add(to *money.Amount, a money.Amount) { s.set(to)(to.Add(a)) }
func (s *sums) sub(to *money.Amount, a money.Amount) { s.set(to)(to.Sub(a)) }

func (s *sums) set(to *money.Amount) func(money.Amount, error) {
	return func(a money.Amount, err error) {
		if s.err == nil && err == nil {
			*to = a
		} else if s.err == nil {
			s.err = err
		}
	}
}
