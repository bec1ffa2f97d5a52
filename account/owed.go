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

// owed lists into b.items everything owed, as seen from a horizon, for the periods of b.stretches.
// This and the policy's rule are all there is to say about what an account owes.
func (b *biller) owed(to horizon) error {
	b.items = b.items[:0]
	if len(b.view.cycles) == 0 {
		return nil // nothing is left of what was billed
	}
	for _, s := range b.stretches {
		for day := later(s.Start, b.view.first()); day.Before(s.End) && (day.Before(to.recurring) || day.Before(to.charges)); {
			p := b.view.period(day)
			if err := b.owedIn(&p, to); err != nil {
				return fmt.Errorf("period %s: %w", p.Period, err)
			}
			day = p.End
		}
	}
	return nil
}

func (b *biller) owedIn(p *period, to horizon) error {
	b.seen = b.seen[:0]
	if p.starts && p.life > 0 {
		if err := b.owedBefore(p, to); err != nil {
			return err
		}
	}
	if err := b.owedFor(b.view.in(p), p, to); err != nil {
		return err
	}
	for _, e := range b.history.charges.in(p.Period) {
		if !b.history.counts(e, to.by) || !e.day.Before(to.charges) || e.at.Before(b.view.phases[0].from) {
			continue
		}
		item := invoice.NewCharge(e.ID, e.day, p.Period, e.Amount, e.Description)
		item.Settled = e.day.Before(b.settled.charges)
		b.items = append(b.items, item)
	}
	return nil
}

// owedBefore lists what earlier lives owe for credits used on the first day of a new one, as far
// as they are not of the period that this day cut short: on a boundary of their own, or in a life
// that lasted for less than the day. No day is charged in a period of no days, and nothing is
// included.
func (b *biller) owedBefore(p *period, to horizon) error {
	day := cycle.Period{Start: p.Start, End: p.Start.AddDays(1)}
	before := int32(-1)
	if p.Start.After(b.view.first()) {
		if q := b.view.period(p.Start.AddDays(-1)); q.cutShort {
			before = q.life
		}
	}
	first := len(b.view.phases)
	for first > 0 && (b.view.phases[first-1].life >= p.life || b.view.phases[first-1].meets(day)) {
		first--
	}
	for rest := b.view.phases[first:]; len(rest) > 0 && rest[0].life < p.life; {
		life := rest[0].life
		b.seen = b.seen[:0]
		n := 1
		for n < len(rest) && rest[n].life == life {
			n++
		}
		if life != before {
			empty := period{Period: cycle.Period{Start: p.Start, End: p.Start}, life: life, cutShort: true}
			from := len(b.items)
			if err := b.owedFor(rest[:n], &empty, to); err != nil {
				return err
			}
			for i := range b.items[from:] { // told apart from those of the new life
				b.items[from+i].Nth += (p.life - life) << lifeBits
			}
		}
		rest = rest[n:]
	}
	b.seen = b.seen[:0]
	return nil
}

// lifeBits is how many bits number the phases of a package in a period. Above them is the number
// of lives between an item and the life whose period it is.
const lifeBits = 20

// owedFor lists what the phases of a life owe for days and credits of a period.
func (b *biller) owedFor(phases []phase, p *period, to horizon) error {
	due, err := b.countCredits(phases, p, to)
	if err != nil {
		return err
	}
	if !due && !p.Start.Before(to.recurring) {
		return nil // none owes anything yet
	}
	if due {
		if err := b.findPools(phases, p); err != nil {
			return err
		}
	}
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
		if b.used[i] == 0 || !due {
			continue
		}
		if err := b.owedForCredits(ph, terms, i, key, p, to); err != nil {
			return err
		}
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
func (b *biller) owedForDays(ph *phase, terms *invoice.Terms, key invoice.Key, p *period, to horizon) (bool, error) {
	part := ph.days.Intersect(p.Period).Intersect(cycle.Period{Start: p.Start, End: to.recurring})
	if part.IsEmpty() {
		return false, nil
	}
	item := b.addItem()
	item.Settled = b.daysSettled(p, part)
	return true, item.SetRecurring(key, terms, b.rule, p.whole, part)
}

// owedForCredits lists what a phase owes for the credits it used in a period, once they are due.
// They draw on their pool, in the order of the phases, which is that of time.
func (b *biller) owedForCredits(ph *phase, terms *invoice.Terms, i int, key invoice.Key, p *period, to horizon) error {
	usage := invoice.Usage{Credits: b.used[i]}
	if n := b.ownPool[i]; n >= 0 {
		pool := &b.pools[n]
		usage.Included, usage.Allowance = pool.left, pool.size
		if pool.pkg != ph.pkg {
			usage.With = pool.pkg
		}
		pool.left -= min(pool.left, usage.Credits)
	}
	due := b.usageDue(ph, p)
	if due.After(to.day) {
		return nil
	}
	item := b.addItem()
	item.Settled = !due.After(b.settled.day)
	return item.SetOverage(key, terms, &b.policy, daysOf(ph, p), usage)
}

// daysOf are the days of a phase in a period; of one that is charged for none, the day on which
// its credits were used.
func daysOf(ph *phase, p *period) cycle.Period {
	days := ph.days.Intersect(p.Period)
	if days.IsEmpty() {
		day := later(p.Start, ph.days.Start)
		days = cycle.Period{Start: day, End: day.AddDays(1)}
	}
	return days
}

// pool is an allowance of credits that one or more phases draw on.
type pool struct {
	pkg        string
	left, size int64
}

// findPools finds the allowance that each of the phases that meet a period draws on: a package's,
// once a period, or prorated, each phase's own. A phase that is charged for no day of the period
// draws on that of the phase that is charged for its day, and where there is none, on none.
func (b *biller) findPools(phases []phase, p *period) error {
	b.pools = b.pools[:0]
	b.ownPool = slices.Grow(b.ownPool[:0], len(phases))[:len(phases)]
	charged := -1 // the next phase that is charged for days
	for i := len(phases) - 1; i >= 0; i-- {
		ph := &phases[i]
		days := ph.days.Intersect(p.Period)
		switch {
		case !days.IsEmpty():
			pool, err := b.poolOf(ph, p, days)
			if err != nil {
				return err
			}
			b.ownPool[i], charged = pool, i
		case charged >= 0 && phases[charged].days.Contains(daysOf(ph, p).Start):
			b.ownPool[i] = b.ownPool[charged]
		default:
			b.ownPool[i] = -1
		}
	}
	return nil
}

// poolOf is the number of the pool of a phase that is charged for some days of a period.
func (b *biller) poolOf(ph *phase, p *period, days cycle.Period) (int32, error) {
	credits := ph.list.On(p.Start).Credits()
	if b.policy.IncludedCredits == invoice.ProratedCredits {
		var err error
		if credits, err = b.rule.Allowance(credits, p.whole, days); err != nil {
			return 0, err
		}
	} else {
		for i := range b.pools {
			if b.pools[i].pkg == ph.pkg {
				return int32(i), nil
			}
		}
	}
	b.pools = append(b.pools, pool{ph.pkg, credits, credits})
	return int32(len(b.pools) - 1), nil
}

func (b *biller) addItem() *invoice.Item {
	b.items = append(b.items, invoice.Item{})
	return &b.items[len(b.items)-1]
}

// daysSettled reports that an invoice before this one settled a part of a period: in advance
// any since the period started, in arrears one that was cut when the part was over.
func (b *biller) daysSettled(p *period, part cycle.Period) bool {
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
func (b *biller) usageDue(ph *phase, p *period) cycle.Date {
	if b.policy.BillChanges == invoice.Immediately && ph.settles && ph.endDay.Before(p.End) {
		return ph.endDay
	}
	return p.End
}

// countCredits adds up the credits used in a period into b.used, one figure for each of the
// phases that meet it. When none of it is due yet, it says so and counts nothing.
func (b *biller) countCredits(phases []phase, p *period, to horizon) (due bool, err error) {
	b.used = slices.Grow(b.used[:0], len(phases))[:len(phases)]
	clear(b.used)
	for i := range phases {
		due = due || !b.usageDue(&phases[i], p).After(to.day)
	}
	if !due {
		return false, nil
	}
	i := 0
	for _, e := range b.history.usage.in(cycle.Period{Start: p.Start, End: p.reach()}) {
		for i+1 < len(phases) && !phases[i+1].from.After(e.at) {
			i++
		}
		if i == len(phases) || !phases[i].holds(e.at) || !b.history.counts(e, to.by) {
			continue
		}
		if b.used[i] > math.MaxInt64-e.Credits {
			return true, fmt.Errorf("credits used: %w", money.ErrOverflow)
		}
		b.used[i] += e.Credits
	}
	return true, nil
}
