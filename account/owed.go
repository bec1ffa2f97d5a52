package account

import (
	"fmt"
	"math"
	"time"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// horizon is how far an invoice looks.
type horizon struct {
	day       cycle.Date // of the invoice: usage of what has ended by then
	by        time.Time  // what was recorded later is not known to it
	recurring cycle.Date // recurring charges of the days before this one
	charges   cycle.Date // one-off charges of the days before this one
}

// owed lists into b.items everything owed, as seen from a horizon, for the periods that start
// on from or later. This and the policy's rule are all there is to say about what an account
// owes.
func (b *biller) owed(from cycle.Date, to horizon) error {
	b.items = b.items[:0]
	for p := b.view.period(from); !p.Start.After(to.day); p = b.view.period(p.End) {
		if err := b.owedIn(p, to); err != nil {
			return fmt.Errorf("period %s: %w", p.Period, err)
		}
	}
	return nil
}

func (b *biller) owedIn(p period, to horizon) error {
	if err := b.countCredits(p, to); err != nil {
		return err
	}
	phases := b.view.phases
	clear(b.charged)
	clear(b.met)
	for i := b.view.firstIn(p.Period); i < len(phases) && phases[i].days.Start.Before(p.End); i++ {
		ph := &phases[i]
		terms := b.catalogue.On(ph.pkg, p.Start)
		key := invoice.Key{Period: p.Start, Package: ph.pkg, Nth: b.charged[ph.pkg]}
		owed, err := b.owedForDays(ph, terms, key, p, to)
		if err != nil {
			return err
		}
		if owed {
			b.charged[ph.pkg]++
		}
		key.Nth = b.met[ph.pkg]
		b.met[ph.pkg]++
		if err := b.owedForCredits(ph, terms, b.used[i], key, p, to); err != nil {
			return err
		}
	}
	for _, e := range onDays(b.history.charges, p.Period) {
		if e.known.After(to.by) || !e.day.Before(to.charges) || e.At.Before(phases[0].from) {
			continue
		}
		item := invoice.NewCharge(e.ID, e.day, e.Amount, e.Description)
		item.Settled = e.day.Before(b.settled.charges)
		b.items = append(b.items, item)
	}
	return nil
}

// owedForDays lists what one phase owes for its days of a period, if it has any so far.
func (b *biller) owedForDays(ph *phase, terms *invoice.Terms, key invoice.Key, p period, to horizon) (bool, error) {
	part := ph.days.Intersect(p.Period).Intersect(cycle.Period{Start: p.Start, End: to.recurring})
	if part.IsEmpty() {
		return false, nil
	}
	item, err := invoice.NewRecurring(key, terms, b.policy.Rule(), p.whole, part)
	item.Settled = b.daysSettled(p, part)
	b.items = append(b.items, item)
	return true, err
}

// owedForCredits lists what one phase owes for the credits it used in a period, once they are due.
func (b *biller) owedForCredits(ph *phase, terms *invoice.Terms, credits int64, key invoice.Key, p period, to horizon) error {
	days := ph.days.Intersect(p.Period)
	due := b.usageDue(ph, p)
	if credits == 0 || due.After(to.day) {
		return nil
	}
	included := terms.Credits
	if b.policy.IncludedCredits == invoice.ProratedCredits {
		included = 0
		if !days.IsEmpty() {
			var err error
			if included, err = b.policy.Rule().Allowance(terms.Credits, p.whole, days); err != nil {
				return err
			}
		}
	}
	if days.IsEmpty() { // used on the day of a change, before it
		day := later(p.Start, ph.days.Start)
		days = cycle.Period{Start: day, End: day.AddDays(1)}
	}
	item, err := invoice.NewOverage(key, terms, b.policy, days, credits, included)
	item.Settled = !due.After(b.settled.day)
	b.items = append(b.items, item)
	return err
}

// daysSettled reports that an invoice before this one settled a part of a period: in advance
// any since the period started, in arrears one that was cut when the part was over.
func (b *biller) daysSettled(p period, part cycle.Period) bool {
	if b.lastCut.IsZero() {
		return false
	}
	if b.policy.Timing == invoice.Advance {
		return !p.Start.After(b.lastCut)
	}
	return !part.End.After(b.lastCut)
}

// usageDue is the day on which the usage of a phase in a period is billed: the period's end,
// or, when changes are billed immediately, the end of the phase.
func (b *biller) usageDue(ph *phase, p period) cycle.Date {
	if b.policy.BillChanges == invoice.Immediately && ph.settles && ph.endDay.Before(p.End) {
		return ph.endDay
	}
	return p.End
}

// countCredits adds up the credits used in a period into b.used, by phase.
func (b *biller) countCredits(p period, to horizon) error {
	for len(b.used) < len(b.view.phases) {
		b.used = append(b.used, 0)
	}
	clear(b.used)
	for _, e := range onDays(b.history.usage, p.Period) {
		if e.known.After(to.by) {
			continue
		}
		i := b.view.phaseAt(e.At)
		if i < 0 {
			continue
		}
		if b.used[i] > math.MaxInt64-e.Credits {
			return fmt.Errorf("credits used: %w", money.ErrOverflow)
		}
		b.used[i] += e.Credits
	}
	return nil
}
