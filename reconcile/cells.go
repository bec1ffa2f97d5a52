package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// cells are the billing periods that a group is about, by what is billed for them, and the dates of its invoices. What another invoice
// bills for the same periods belongs to another group.
type cells struct {
	first     cycle.Date // of all periods
	recurring []span
	used      []span                 // overage and other charges
	dates     map[cycle.Date]kindSet // what the group has on invoices of a date
}

// span is some billing periods that follow each other, by their first days.
type span struct{ first, last cycle.Date }

// cellsOf are the billing periods of a group's rows.
func (l *ledger) cellsOf(g *Group) cells {
	c := cells{dates: map[cycle.Date]kindSet{}}
	add := func(to *[]span, first, last cycle.Date) {
		if s := (span{first, last}); len(*to) == 0 || (*to)[len(*to)-1] != s {
			*to = append(*to, s)
		}
		if c.first.IsZero() || first.Before(c.first) {
			c.first = first
		}
	}
	for _, t := range g.Theirs {
		c.dates[t.Date] |= onRecurring
		first, last := l.periods.span(t.stretch)
		add(&c.recurring, first, last)
		if t.Figures[Recurring] > 0 || t.Figures[Overage] != 0 || t.Figures[Other] != 0 || t.inAdvance() { // not a later credit for days
			c.dates[t.Date] = onAny
			first, last = l.periods.span(t.usage)
			add(&c.used, first, last)
			add(&c.recurring, first, last) // what is corrected for the days of use
		}
	}
	for _, o := range g.Ours {
		c.dates[o.Date] = onAny
		for i := range o.charges {
			switch ch := &o.charges[i]; ch.kind {
			case Recurring:
				add(&c.recurring, ch.period, ch.period)
			case Overage:
				add(&c.used, ch.period, ch.period)
			default:
				at := l.periods.of(ch.period)
				add(&c.used, at, at)
			}
		}
		if len(o.charges) == 0 {
			first, last := l.periods.span(daysOf(o))
			add(&c.recurring, first, last)
		}
	}
	return c
}

// has reports that a line is about one of the periods, and on an invoice of the group's dates.
func (c *cells) has(p *periods, ch *charge) bool {
	return c.dates[ch.date].has(ch.kind) && c.hasPeriod(p, ch)
}

// hasPeriod reports that a line is about one of the periods: of several, which a change may lead to, the one with most of its days. A day or
// two at the end of a period, which is longer by the change than ours, is about the period that it settles.
func (c *cells) hasPeriod(p *periods, ch *charge) bool {
	list := c.used
	if ch.kind == Recurring {
		list = c.recurring
	}
	has := func(at cycle.Date) bool {
		return slices.ContainsFunc(list, func(s span) bool { return !at.Before(s.first) && !at.After(s.last) })
	}
	return has(p.most(ch.days)) || ch.kind == Recurring && ch.days.Days() <= looseDays && has(p.of(ch.period))
}

// counts reports that a line of ours is compared: its invoice is of the dates compared, or it is for days that a row of theirs covers
// and that no invoice of those dates does.
func (l *ledger) counts(c *charge) bool {
	if l.scope.has(c.date) {
		if l.notDueYet(c) && !l.coveredByTheirs(c.days) {
			return false
		}
		return !l.usageShifted || c.kind != Overage || l.usedByTheirs.overlaps(c.days)
	}
	if c.date.After(l.scope.through) && (c.adjustment || c.kind == Recurring && c.days.Days() > 4*looseDays && l.outside.common(c.days) <= looseDays) {
		return false // not known then, or touched by a boundary that is a day or two off
	}
	if c.kind == Recurring {
		return l.outside.overlaps(c.days)
	}
	return l.outsideUse.overlaps(c.days)
}

// coveredByTheirs reports that some row of theirs is about some of the days.
func (l *ledger) coveredByTheirs(days cycle.Period) bool { return l.covered.overlaps(days) }

// outsideThrough is the day through which lines outside the dates compared may count; the zero Date where none do.
func (l *ledger) outsideThrough() (day cycle.Date) {
	for _, set := range []daySet{l.outside, l.outsideUse} {
		if n := len(set); n > 0 {
			day = cycle.Later(day, set[n-1].End.AddMonths(1))
		}
	}
	return day
}

// parts is what figures are made of.
type parts struct {
	terms [Kinds][]term
}

// term is what is owed for a line, or what an invoice before owed for it, which is taken off.
type term struct {
	*invoice.Line
	less bool
}

// partsOf says what the group's figures are made of: what is owed for its lines, and what the invoices before them owed for the same.
func (s *search) partsOf(invoices []invoice.Invoice) *parts {
	last := map[invoice.Key]*invoice.Line{}
	out := &parts{}
	invoices = s.since(invoices)
	for i := range invoices {
		for j := range invoices[i].Lines {
			l := &invoices[i].Lines[j]
			if c := chargeOf(&invoices[i], l); s.cells.has(s.ledger.periods, &c) && s.ledger.counts(&c) {
				terms := &out.terms[c.kind]
				*terms = append(*terms, term{l, false})
				if was := last[l.Key()]; was != nil {
					*terms = append(*terms, term{was, true})
				}
			}
			last[l.Key()] = l
		}
	}
	return out
}

// isPart reports that some line is for part of a price, so that the arithmetic of shares matters.
func (p *parts) isPart() bool {
	for _, t := range p.terms[Recurring] {
		if t.Days() != t.PeriodDays() {
			return true
		}
	}
	return false
}

// noFigure is nobody's figure: where an arithmetic does not fit.
const noFigure = -1 << 62

// sum is the figure of a kind in an arithmetic.
func (p *parts) sum(k Kind, arithmetic invoice.Policy) int64 {
	var sum int64
	for _, t := range p.terms[k] {
		a, err := t.AmountBy(arithmetic)
		if err != nil {
			return noFigure
		}
		if t.less {
			sum -= a.Minor()
		} else {
			sum += a.Minor()
		}
	}
	return sum
}
