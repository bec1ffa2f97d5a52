package account

import (
	"fmt"
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
func (b *billing) owed(to horizon) error {
	b.items = b.book.Room()
	if len(b.view.cycles) == 0 {
		return nil // nothing is left of what was billed
	}
	for i := range b.stretches {
		s := &b.stretches[i]
		for day := cycle.Later(s.Start, b.view.first()); day.Before(s.End) && (day.Before(to.recurring) || day.Before(to.charges)); {
			p := *b.view.period(day)
			if err := b.owedIn(&p, to); err != nil {
				return fmt.Errorf("period %s: %w", p.Period, err)
			}
			day = p.End
		}
	}
	return nil
}

func (b *billing) owedIn(p *period, to horizon) error {
	if p.starts && p.life != b.view.phases[0].life {
		if err := b.owedBefore(p, to); err != nil {
			return err
		}
	}
	if err := b.owedFor(b.view.ofLife(p.life, cycle.Period{Start: p.Start, End: p.reach()}), p, to); err != nil {
		return err
	}
	for _, e := range b.history.charges.in(p.Period) {
		if !b.history.counts(e, to.by) || !e.day.Before(to.charges) || e.at.Before(b.view.created()) {
			continue
		}
		charge := e.event()
		item := invoice.NewCharge(charge.ID, e.day, p.Period, charge.Amount, charge.Description)
		item.Settled = e.day.Before(b.settled.charges)
		b.items = append(b.items, item)
	}
	return nil
}

// owedBefore lists what earlier lives owe for credits used on the first day of a new one, as far
// as they are not of the period that this day cut short: on a boundary of their own, or in a life
// that lasted for less than the day. No day is charged in a period of no days, and nothing is
// included.
func (b *billing) owedBefore(p *period, to horizon) error {
	v := &b.view
	cutShort := int32(none)
	if p.Start.After(v.first()) {
		if q := v.period(p.Start.AddDays(-1)); q.cutShort {
			cutShort = q.life
		}
	}
	lives := int32(0) // between those of the items and that of the period
	for rest := v.before(p.life, onlyDay(p.Start)); len(rest) > 0; {
		lives++
		life, n := rest[len(rest)-1].life, len(rest)
		for n > 0 && rest[n-1].life == life {
			n--
		}
		if life != cutShort {
			empty := period{Period: cycle.Period{Start: p.Start, End: p.Start}, life: life, cutShort: true}
			from := len(b.items)
			if err := b.owedFor(rest[n:], &empty, to); err != nil {
				return err
			}
			for i := range b.items[from:] { // told apart from those of the new life
				b.items[from+i].Nth += lives << lifeBits
			}
		}
		rest = rest[:n]
	}
	return nil
}

// onlyDay is a stretch of one day.
func onlyDay(day cycle.Date) cycle.Period { return cycle.Period{Start: day, End: day.AddDays(1)} }

// lifeBits is how many bits number the phases of a package in a period. Above them is the number
// of lives between an item and the life whose period it is.
const lifeBits = 20

// part is what a phase has of the period being added up.
type part struct {
	phase   *phase
	terms   *invoice.Terms
	days    cycle.Period // charged
	due     cycle.Date   // when its usage is billed
	pkg     int32        // its package, by number
	credits int64        // used

	pool       int32 // the part whose allowance they draw on, or none
	size, left int64 // of the allowance of those whose pool is this one
}

const none = -1

// owedFor lists what the phases of a life owe for days and credits of a period.
func (b *billing) owedFor(phases []*phase, p *period, to horizon) error {
	b.parts = slices.Grow(b.parts[:0], len(phases))[:len(phases)]
	due := false
	for i, ph := range phases {
		part := &b.parts[i]
		part.phase = ph
		part.due = b.usageDue(part.phase, p)
		due = due || !part.due.After(to.day)
	}
	if !due && !p.Start.Before(to.recurring) {
		return nil // none owes anything yet
	}
	b.packages.reset()
	for i := range b.parts {
		part := &b.parts[i]
		part.terms, part.days = part.phase.list.On(p.Start), part.phase.days.Intersect(p.Period)
		part.pkg, part.credits = b.packages.number(part.phase.pkg), 0
	}
	if due {
		if err := b.countCredits(p, to); err != nil {
			return err
		}
		if err := b.findPools(p); err != nil {
			return err
		}
	}
	for i := range b.parts {
		if err := b.owedForPart(&b.parts[i], p, to); err != nil {
			return err
		}
	}
	return nil
}

// owedForPart lists what one phase owes for its days so far and, once it is due, for the credits that it used.
func (b *billing) owedForPart(part *part, p *period, to horizon) error {
	count := &b.packages.list[part.pkg]
	if days := part.days.Intersect(cycle.Period{Start: p.Start, End: to.recurring}); !days.IsEmpty() {
		item := b.addItem()
		if err := item.SetRecurring(invoice.Key{Period: p.Start, Of: part.phase.pkg, Nth: count.charged}, part.terms, b.rule, p.whole, days); err != nil {
			return err
		}
		item.Settled = b.daysSettled(p, days)
		count.charged++
	}
	nth := count.met
	count.met++
	if part.credits == 0 {
		return nil
	}
	usage := b.draw(part)
	if part.due.After(to.day) {
		return nil
	}
	item := b.addItem()
	if err := item.SetOverage(invoice.Key{Period: p.Start, Of: part.phase.pkg, Nth: nth}, part.terms, &b.policy, part.daysIn(p), usage); err != nil {
		return err
	}
	item.Settled = !part.due.After(b.settled.day)
	return nil
}

// draw lets the credits of a part draw on its pool. They do so in the order of the phases, that of time.
func (b *billing) draw(part *part) invoice.Usage {
	usage := invoice.Usage{Credits: part.credits}
	if part.pool == none {
		return usage
	}
	pool := &b.parts[part.pool]
	usage.Included, usage.Allowance = pool.left, pool.size
	if pool.pkg != part.pkg {
		usage.With = pool.phase.pkg
	}
	pool.left -= min(pool.left, usage.Credits)
	return usage
}

// daysIn are the days of a part of a period; of one that is charged for none, the day on which its credits were
// used.
func (t *part) daysIn(p *period) cycle.Period {
	if !t.days.IsEmpty() {
		return t.days
	}
	day := cycle.Later(p.Start, t.phase.days.Start)
	return cycle.Period{Start: day, End: day.AddDays(1)}
}

// findPools finds the allowance that each of the phases that meet a period draws on: a package's,
// once a period, or prorated, each phase's own. A phase that is charged for no day of the period
// draws on that of the phase that is charged for its day, and where there is none, on none.
func (b *billing) findPools(p *period) error {
	charged := none // the next part that is charged for days
	for i := len(b.parts) - 1; i >= 0; i-- {
		part := &b.parts[i]
		if !part.days.IsEmpty() {
			if err := b.findPool(int32(i), p); err != nil {
				return err
			}
			charged = i
			continue
		}
		part.pool = none
		if charged != none && b.parts[charged].phase.days.Contains(part.daysIn(p).Start) {
			part.pool = b.parts[charged].pool
		}
	}
	return nil
}

// findPool finds the pool of a part that is charged for some days of a period.
func (b *billing) findPool(n int32, p *period) (err error) {
	part := &b.parts[n]
	of := &b.packages.list[part.pkg]
	prorated := b.policy.IncludedCredits == invoice.ProratedCredits
	if !prorated && of.pool != none {
		part.pool = of.pool
		return nil
	}
	part.pool, of.pool = n, n
	if part.size = part.terms.Credits(); prorated {
		part.size, err = b.rule.Allowance(part.size, p.whole, part.days)
	}
	part.left = part.size
	return err
}

func (b *billing) addItem() *invoice.Item {
	b.items = append(b.items, invoice.Item{})
	return &b.items[len(b.items)-1]
}

// daysSettled reports that an invoice before this one settled a part of a period: in advance
// any since the period started, in arrears one that was cut when the part was over.
func (b *billing) daysSettled(p *period, part cycle.Period) bool {
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
func (b *billing) usageDue(ph *phase, p *period) cycle.Date {
	if b.policy.BillChanges == invoice.Immediately && ph.settles() && ph.endDay.Before(p.End) {
		return ph.endDay
	}
	return p.End
}

// countCredits adds up the credits used in a period, for each of the phases that meet it.
func (b *billing) countCredits(p *period, to horizon) error {
	rest := b.parts
	if len(rest) == 0 {
		return nil
	}
	for _, e := range b.history.usage.in(cycle.Period{Start: p.Start, End: p.reach()}) {
		for len(rest) > 1 && !rest[1].phase.from.After(e.at) {
			rest = rest[1:]
		}
		if !rest[0].phase.holds(e.at) || !b.history.counts(e, to.by) {
			continue
		}
		sum := rest[0].credits + e.credits
		if sum < 0 {
			return fmt.Errorf("credits used: %w", money.ErrOverflow)
		}
		rest[0].credits = sum
	}
	return nil
}
