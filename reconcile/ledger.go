package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// ledger is both sides of one account, on the way to groups.
type ledger struct {
	account string
	scope   *scope
	theirs  []*Row // that stand and are compared
	ours    []*Row // our invoices of the dates compared
	groups  []*Group
	leftOut []LeftOut

	// bill bills the account through a day, for lines outside the dates compared. It is nil where no event names the account.
	bill func(through cycle.Date) []invoice.Invoice

	assume func() assumptions // what its bills follow from; nil as bill is

	nearest   string // of an account that no event names: one that is spelled much like it
	ambiguous string // which accounts of ours it may be, where it may be several
	note      string // how they spell its name

	// How it was billed so that its periods are theirs: the cause, in words, and the day of the month; nothing as a rule.
	billedBy   Cause
	billed     string
	billingDay int

	inAdvance bool // they bill it in advance, as most of its rows tell, or else all rows

	periods *periods
	looseT  []*Row // rows of theirs that no invoice settles by itself
	looseO  []*Row // our invoices likewise

	covered      daySet // the days that rows of theirs are about
	usedByTheirs daySet // the days whose usage is on rows of theirs
	usageShifted bool   // their overage is a period later than ours
	outside      daySet // days that rows of theirs cover and no invoice of ours in the dates compared does
	outsideUse   daySet // the same of what was used

	together int        // groups in which two changes at once were tried
	absent   int        // groups without a row of theirs in which rivals were looked for
	whole    sync.Mutex // of what follows
	wholeTo  cycle.Date
	wholeOf  []invoice.Invoice
}

// group sorts both sides into groups.
func (l *ledger) group() {
	l.periods = periodsOf(l.ours)
	more := advanceOver(l.theirs)
	l.inAdvance = more > 0 || more == 0 && l.scope.inAdvance
	var covered []cycle.Period
	for _, t := range l.theirs {
		covered = append(covered, t.Period)
	}
	l.covered = daysIn(covered)
	for _, t := range l.theirs {
		t.setUsage(l.periods)
	}
	l.pairInvoices()
	if len(l.looseT)+len(l.looseO) > 0 {
		l.leaveOutBefore()
		l.groupPeriods()
		l.settleNeighbours()
		l.settleAccount()
	}
	for _, g := range l.groups {
		g.Account = l.account
		g.sortRows()
	}
	slices.SortStableFunc(l.groups, compareGroups)
}

// maxStretch is how many days the parts of one bill cover together at most.
const maxStretch = 31

// findStretches finds the days that the rows of one invoice date cover together, where they meet: a row that is split by days is about
// the days of all of its parts. A credit for days before is no part of what is charged for those that follow.
func (l *ledger) findStretches() {
	rows := slices.Clone(l.theirs)
	credits := func(r *Row) int {
		if r.Figures[Recurring] < 0 {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(rows, func(a, b *Row) int {
		return cmp.Or(a.Date.Compare(b.Date), credits(a)-credits(b), a.Period.Start.Compare(b.Period.Start), a.Period.End.Compare(b.Period.End))
	})
	for i := 0; i < len(rows); {
		all, j := rows[i].Period, i+1
		for ; j < len(rows) && rows[j].Date == rows[i].Date && credits(rows[j]) == credits(rows[i]) && !rows[j].Period.Start.After(all.End); j++ {
			all.End = cycle.Later(all.End, rows[j].Period.End)
		}
		for _, r := range rows[i:j] {
			if r.stretch = r.Period; all.Days() <= maxStretch {
				r.stretch = all
			}
		}
		i = j
	}
}

// pairInvoices groups each invoice of ours with the rows of theirs for its days, where they come to the same money kind by kind. How
// many rows that are, and in what order, means nothing.
func (l *ledger) pairInvoices() {
	type bucket struct {
		Group
		period cycle.Period
	}
	var buckets []*bucket
	at := map[cycle.Period]*bucket{}
	for _, o := range l.ours {
		p := daysOf(o)
		b := at[p]
		if b == nil {
			b = &bucket{period: p}
			at[p], buckets = b, append(buckets, b)
		}
		b.addOurs(o)
	}
	slices.SortStableFunc(buckets, func(a, b *bucket) int { return a.period.Start.Compare(b.period.Start) })
	for _, t := range l.theirs {
		b := at[t.Period]
		if b == nil { // the smallest that holds its days, among those that start last before it
			i, _ := slices.BinarySearchFunc(buckets, t.Period.Start, func(b *bucket, start cycle.Date) int {
				if b.period.Start.After(start) {
					return 1
				}
				return -1
			})
			for j := i - 1; j >= max(0, i-around); j-- {
				if c := buckets[j]; !c.period.End.Before(t.Period.End) && (b == nil || c.period.Days() < b.period.Days()) {
					b = c
				}
			}
		}
		if b == nil {
			l.looseT = append(l.looseT, t)
		} else {
			b.addTheirs(t)
		}
	}
	for _, b := range buckets {
		if len(b.Theirs) > 0 && b.TheirFigures == b.OurFigures && !b.isBroken() {
			l.groups = append(l.groups, &b.Group)
		} else {
			l.looseT, l.looseO = append(l.looseT, b.Theirs...), append(l.looseO, b.Ours...)
		}
	}
	slices.SortStableFunc(l.looseT, compareRows)
}

// daysOf are the days that an invoice of ours is about, at least one.
func daysOf(r *Row) cycle.Period {
	if r.Period.IsEmpty() {
		return cycle.Period{Start: r.Period.Start, End: r.Period.Start.AddDays(1)}
	}
	return r.Period
}

// leaveOutBefore leaves out the rows about days before the dates compared, for which no invoice of ours in them has a line.
func (l *ledger) leaveOutBefore() {
	var days []cycle.Period
	for _, o := range l.ours {
		for i := range o.charges {
			days = append(days, o.charges[i].days)
		}
	}
	ours := daysIn(days)
	l.looseT = slices.DeleteFunc(l.looseT, func(t *Row) bool {
		if !l.scope.isBefore(t) || ours.overlaps(t.Period) {
			return false
		}
		l.leftOut = append(l.leftOut, LeftOut{t, OtherDates, fmt.Sprintf("it is about %s, before the dates compared: what was billed for those days is in no document here", t.Period)})
		return true
	})
}

// addOutside adds our lines for days that rows of theirs cover and no invoice of ours in the dates compared does: we may bill in
// arrears what they bill in advance, or the reverse. An adjustment made after those dates was not known in them.
func (l *ledger) addOutside() {
	if l.bill == nil {
		return
	}
	var covered, used, recurring, any []cycle.Period
	through := l.scope.through
	for _, t := range l.looseT {
		if !l.scope.isBefore(t) {
			covered, used = append(covered, t.Period), append(used, t.usage)
			through = cycle.Later(through, t.Period.End)
		}
	}
	for _, o := range l.ours {
		for i := range o.charges {
			if c := &o.charges[i]; c.kind == Recurring {
				recurring = append(recurring, c.days)
			}
			any = append(any, o.charges[i].days)
		}
	}
	l.outside, l.outsideUse = daysIn(covered).minus(daysIn(recurring)), daysIn(used).minus(daysIn(any))
	if len(l.outside)+len(l.outsideUse) == 0 {
		return
	}
	invoices := l.bill(through.AddMonths(1))
	for i := range invoices {
		inv := &invoices[i]
		if l.scope.has(inv.Date) {
			continue
		}
		row := ourRow(inv)
		row.keep(l.counts)
		if len(row.charges) > 0 {
			l.looseO = append(l.looseO, row)
		}
	}
}

// keep leaves only some charges of a row of ours.
func (r *Row) keep(want func(c *charge) bool) {
	r.charges = slices.DeleteFunc(r.charges, func(c charge) bool { return !want(&c) })
	r.Figures = Figures{}
	for i := range r.charges {
		r.Figures[r.charges[i].kind] += r.charges[i].amount
	}
}

// dropNotDue drops our lines that they bill on invoices outside the dates compared.
func (l *ledger) dropNotDue() {
	l.looseO = slices.DeleteFunc(l.looseO, func(o *Row) bool {
		had := len(o.charges)
		o.keep(l.counts)
		if had == 0 || len(o.charges) > 0 {
			return false
		}
		l.leftOut = append(l.leftOut, LeftOut{o, OtherDates, "they bill it on an invoice outside the dates compared"})
		return true
	})
}

// groupPeriods groups what is left by the billing periods that its charges are about.
func (l *ledger) groupPeriods() {
	l.shiftUsage()
	l.addOutside()
	l.dropNotDue()
	l.periods = periodsOf(slices.Concat(l.ours, l.looseO))
	if len(l.periods.starts) == 0 { // their own, where we know of none
		for _, t := range l.looseT {
			l.periods.add(t.stretch.Start, t.stretch.End)
		}
	}
	c := newComponents()
	for _, t := range l.looseT {
		first, last := l.periods.span(t.stretch)
		c.add(t, aboutBill, first, last)
		if t.Figures[Recurring] != 0 {
			c.add(t, aboutDays, first, last)
		}
		if t.Figures[Overage] != 0 || t.Figures[Other] != 0 {
			first, last = l.periods.span(t.usage)
			c.add(t, aboutUse, first, last)
		}
	}
	for _, o := range l.looseO {
		if len(o.charges) == 0 {
			first, last := l.periods.span(daysOf(o))
			c.add(o, aboutDays, first, last)
		}
		for i := range o.charges {
			at, what := o.charges[i].period, aboutUse
			switch o.charges[i].kind {
			case Recurring:
				what = aboutDays
			case Other:
				at = l.periods.of(at)
			}
			c.add(o, what, at, at)
		}
	}
	for _, rows := range c.all() {
		g := &Group{}
		for _, r := range rows {
			if r.Theirs != nil {
				g.addTheirs(r)
			} else {
				g.addOurs(r)
			}
		}
		l.groups = append(l.groups, g)
	}
}

// shiftUsage finds out that the account's overage is always a period later on their rows than on ours: the overage of March on the
// row for April. Then that is the period it is about.
func (l *ledger) shiftUsage() {
	theirs, ours := map[cycle.Date]int64{}, map[cycle.Date]int64{}
	for _, t := range l.looseT {
		if t.Figures[Overage] != 0 {
			at, _ := l.periods.span(t.usage)
			theirs[at] += t.Figures[Overage]
		}
	}
	for _, o := range l.looseO {
		for i := range o.charges {
			if c := &o.charges[i]; c.kind == Overage {
				ours[c.period] += c.amount
			}
		}
	}
	shifted := 0
	for at, amount := range theirs {
		if before := l.periods.of(at.AddDays(-1)); amount != 0 && ours[before] == amount && ours[at] != amount {
			shifted++
		} else if amount != 0 && ours[at] == amount {
			return
		}
	}
	if shifted < 2 {
		return
	}
	for _, t := range l.looseT {
		end := l.periods.of(t.usage.Start)
		t.usage = cycle.Period{Start: l.periods.of(end.AddDays(-1)), End: end}
	}
	var used []cycle.Period
	for _, t := range l.theirs {
		used = append(used, t.usage)
	}
	l.usedByTheirs, l.usageShifted = daysIn(used), true
}

// maxTogetherGroups is in how many groups of an account two changes at once are tried.
const maxTogetherGroups = 12

func (l *ledger) mayTryTogether() bool {
	l.together++
	return l.together <= maxTogetherGroups
}

// maxAbsentGroups is in how many groups of an account without a row of theirs rivals are looked for: ten years of them. Whoever asks for
// invoices through the year 9999 is told of each that is missing, and waits no longer than it takes to bill them.
const maxAbsentGroups = 120

func (l *ledger) maySearchAbsent() bool {
	l.absent++
	return l.absent <= maxAbsentGroups
}

// billedWhole is the account's bill by all that happened, through a day at least.
func (l *ledger) billedWhole(a *assumptions, through cycle.Date) []invoice.Invoice {
	l.whole.Lock()
	defer l.whole.Unlock()
	if l.wholeTo.Before(through) {
		l.wholeTo = cycle.Later(through, l.scope.through)
		l.wholeOf = a.bill(l.wholeTo)
	}
	i, _ := slices.BinarySearchFunc(l.wholeOf, through.AddDays(1), func(inv invoice.Invoice, day cycle.Date) int { return inv.Date.Compare(day) })
	return l.wholeOf[:i]
}
