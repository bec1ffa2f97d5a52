package reconcile

import (
	"context"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// replay bills the accounts in question under a policy, and makes something of each bill, whose invoices are good only for that long.
func replay[T any](ctx context.Context, r *reconciler, policy invoice.Policy, add func(T, *account.Bill) T, then func(T) error) error {
	names := slices.DeleteFunc(r.in.Events.Accounts(), func(name string) bool { return !r.asked(name) })
	events := r.in.Events
	if policy.TimeZone != r.in.Policy.TimeZone { // one that they may bill in
		events = events.InTimeZone(policy.TimeZone)
	}
	return eventlog.ReplayInto(ctx, events, eventlog.Billing{Accounts: names, Catalogue: r.catalogue, Policy: policy, Through: r.scope.through, Workers: r.in.Workers}, add, then)
}

// billed is what some accounts are billed on the dates compared.
type billed struct {
	rows      []*Row
	anomalies []account.Anomaly
}

// add adds what an account is billed.
func (b billed) add(from cycle.Date, bill *account.Bill) billed {
	b.anomalies = append(b.anomalies, bill.Anomalies...)
	for i := range bill.Invoices {
		if !bill.Invoices[i].Date.Before(from) {
			own := bill.Invoices[i].Clone()
			b.rows = append(b.rows, ourRow(&own))
		}
	}
	return b
}

// total is what all accounts are billed under a policy, on the dates in question.
func (r *reconciler) total(ctx context.Context, policy invoice.Policy) (money.Amount, error) {
	sum := money.New(0, r.currency)
	err := replay(ctx, r, policy, func(amounts []money.Amount, bill *account.Bill) []money.Amount {
		for i := range bill.Invoices {
			if inv := &bill.Invoices[i]; !inv.Date.Before(r.scope.from) {
				amounts = append(amounts, inv.FinalAmount)
			}
		}
		return amounts
	}, func(amounts []money.Amount) (err error) {
		for _, a := range amounts {
			if sum, err = sum.Add(a); err != nil {
				return err
			}
		}
		return nil
	})
	return sum, err
}
