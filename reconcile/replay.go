package reconcile

import (
	"context"
	"iter"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/eventlog"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// replay bills the accounts in question under a policy.
func (r *reconciler) replay(ctx context.Context, policy invoice.Policy) iter.Seq2[account.Bill, error] {
	names := slices.DeleteFunc(r.in.Events.Accounts(), func(name string) bool { return !r.asked(name) })
	events := r.in.Events
	if policy.TimeZone != r.in.Policy.TimeZone { // one that they may bill in
		events = events.InTimeZone(policy.TimeZone)
	}
	return events.Replay(ctx, eventlog.Billing{Accounts: names, Catalogue: r.catalogue, Policy: policy, Through: r.scope.through, Workers: r.in.Workers})
}

// total is what all accounts are billed under a policy, on the dates in question.
func (r *reconciler) total(ctx context.Context, policy invoice.Policy) (money.Amount, error) {
	sum := money.New(0, r.currency)
	for bill, err := range r.replay(ctx, policy) {
		if err != nil {
			return sum, err
		}
		for i := range bill.Invoices {
			if inv := &bill.Invoices[i]; !inv.Date.Before(r.scope.from) {
				if sum, err = sum.Add(inv.FinalAmount); err != nil {
					return sum, err
				}
			}
		}
	}
	return sum, nil
}
