package statement

import (
	"fmt"

	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// sums are what some invoices come to, without those that are canceled: Recurring + Overage + Charges = Total.
type sums struct {
	count                               int // canceled ones too
	recurring, overage, charges, amount money.Amount
}

func newSums(c money.Currency) sums {
	zero := money.New(0, c)
	return sums{recurring: zero, overage: zero, charges: zero, amount: zero}
}

func (s *sums) add(inv *invoice.Invoice) (err error) {
	s.count++
	if inv.Status == invoice.Canceled {
		return nil
	}
	recurring, err := inv.Amount.Sub(inv.Prorated)
	if err != nil {
		return fmt.Errorf("invoice %s: %w", inv.Number, err)
	}
	for _, part := range []struct {
		to *money.Amount
		money.Amount
	}{{&s.recurring, recurring}, {&s.overage, inv.Overage}, {&s.charges, inv.AdditionalCharges}, {&s.amount, inv.FinalAmount}} {
		if *part.to, err = part.to.Add(part.Amount); err != nil {
			return fmt.Errorf("total of invoices: %w", err)
		}
	}
	return nil
}
