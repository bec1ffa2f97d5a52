package account

import (
	"fmt"
	"math"
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
)

// horizon is how far an invoice looks.
type horizon struct {
	day       cycle.Date // of the invoice: usage of what has ended by then
	by        instant    // what was recorded later is not known to it
	recurring cycle.Date // recurring charges of the days before this one
	charges   cycle.Date // one-off charges of the days before this one
}

// owed lists into b.items everything owed, as seen from a horizon, for the periods that start
// on from or later. This and the policy's rule are all there is to say about what an account
// owes.
func (b *biller) owed(from cycle.Date, to horizon) error {
	b.items = b.items[:0]
	for day := from; day.Before(to.recurring) || day.Before(to.charges); {
		p := b.view.period(day)
		if err := b.owedIn(p, to); err != nil {
			return fmt.Errorf("period %s: %w", p.Period, err)
		}
		day = p.End
	}
	return nil
}

func (b *biller) owedIn(p period, to horizon) error {
	first := b.view.firstIn(p.Period)
	phases := b.view.phases[first:]
	for i := range phases {
		if !phases[i].days.Start.Before(p.End) {
			phases = phases[:i]
			break
		}
	}
	due, err := b.countCredits(phases, p, to)
	if err != nil {
		return err
	}
	if !due && !p.Start.Before(to.recurring) {
		phases = nil // none owes anything yet
	}
	b.seen = b.seen[:0]
	for i := range phases {
		ph := &phases[i]
		terms := ph.list.On(p.Start)
		count := b.count(ph.pkg)
		key := invoice.Key{Period: p.Start, Of: ph.pkg, Nth: count.charged}
		owed, err := b.owedForDays(ph, terms, key, p, to)
		if err != nil {
			return err
		}
		if owed {
			count.charged++
		}
		key.Nth = count.met
		count.met++
		if err := b.owedForCredits(ph, terms, b.used[i], key, p, to); err != nil {
			return err
		}
	}
	for _, e := range b.history.charges.in(p.Period) {
		if e.known.After(to.by) || !e.day.Before(to.charges) || e.at.Before(b.view.phases[0].from) {
			continue
		}
		item := invoice.NewCharge(e.ID, e.day, e.Amount, e.Description)
		item.Settled = e.day.Before(b.settled.charges)
		b.items = append(b.items, item)
	}
	return nil
}

// packageCount is how many phases with a package owe for days of a period, and meet it.
type packageCount struct {
	pkg          string
	charged, met int32
}

// count is that of a package in the period being added up, up to the next call.
func (b *biller) count(pkg string) *packageCount {
	for i := range b.seen {
		if b.seen[i].pkg == pkg {
			return &b.seen[i]
		}
	}
	b.seen = append(b.seen, packageCount{pkg: pkg})
	return &b.seen[len(b.seen)-1]
}

// owedForDays lists what one phase owes for its days of a period, if it has any so far.
func (b *biller) owedForDays(ph *phase, terms *invoice.Terms, key invoice.Key, p period, to horizon) (bool, error) {
	part := ph.days.Intersect(p.Period).Intersect(cycle.Period{Start: p.Start, End: to.recurring})
	if part.IsEmpty() {
		return false, nil
	}
	item := b.addItem()
	item.Settled = b.daysSettled(p, part)
	return true, item.SetRecurring(key, terms, b.rule, p.whole, part)
}

// owedForCredits lists what one phase owes for the credits it used in a period, once they are due.
func (b *biller) owedForCredits(ph *phase, terms *invoice.Terms, credits int64, key invoice.Key, p period, to horizon) error {
	days := ph.days.Intersect(p.Period)
	due := b.usageDue(ph, p)
	if credits == 0 || due.After(to.day) {
		return nil
	}
	included := terms.Credits()
	if b.policy.IncludedCredits == invoice.ProratedCredits {
		included = 0
		if !days.IsEmpty() {
			var err error
			if included, err = b.rule.Allowance(terms.Credits(), p.whole, days); err != nil {
				return err
			}
		}
	}
	if days.IsEmpty() { // used on the day of a change, before it
		day := later(p.Start, ph.days.Start)
		days = cycle.Period{Start: day, End: day.AddDays(1)}
	}
	item := b.addItem()
	item.Settled = !due.After(b.settled.day)
	return item.SetOverage(key, terms, &b.policy, days, credits, included)
}

func (b *biller) addItem() *invoice.Item {
	b.items = append(b.items, invoice.Item{})
	return &b.items[len(b.items)-1]
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

// countCredits adds up the credits used in a period into b.used, one figure for each of the
// phases that meet it. When none of it is due yet, it says so and counts nothing.
func (b *biller) countCredits(phases []phase, p period, to horizon) (due bool, err error) {
	b.used = slices.Grow(b.used[:0], len(phases))[:len(phases)]
	clear(b.used)
	for i := range phases {
		due = due || !b.usageDue(&phases[i], p).After(to.day)
	}
	if !due {
		return false, nil
	}
	i := 0
	for _, e := range b.history.usage.in(p.Period) {
		for i+1 < len(phases) && !phases[i+1].from.After(e.at) {
			i++
		}
		if i == len(phases) || !phases[i].holds(e.at) || e.known.After(to.by) {
			continue
		}
		if b.used[i] > math.MaxInt64-e.Credits {
			return true, fmt.Errorf("credits used: %w", money.ErrOverflow)
		}
		b.used[i] += e.Credits
	}
	return true, nil
}
