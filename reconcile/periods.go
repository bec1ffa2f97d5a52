package reconcile

import (
	"slices"

	"github.com/prorata-go/prorata/cycle"
)

// periods are an account's billing periods, as far as our invoices tell, in order.
type periods struct {
	starts, ends []cycle.Date
}

// add adds the period of a recurring charge, or one without an end.
func (p *periods) add(start, end cycle.Date) {
	i, found := slices.BinarySearchFunc(p.starts, start, cycle.Date.Compare)
	if found {
		p.ends[i] = cycle.Later(p.ends[i], end)
		return
	}
	p.starts, p.ends = slices.Insert(p.starts, i, start), slices.Insert(p.ends, i, end)
}

// periodsOf are the billing periods that charges settle.
func periodsOf(rows []*Row) *periods {
	p := &periods{}
	for _, r := range rows {
		for i := range r.charges {
			if c := &r.charges[i]; c.kind == Recurring {
				p.add(c.period, c.period.AddDays(max(c.periodDays, c.days.Days())))
			} else if c.kind == Overage {
				p.add(c.period, c.days.End)
			}
		}
	}
	return p
}

// of is the first day of the period that holds a day. Where the account has none, the periods are taken to go on by months.
func (p *periods) of(day cycle.Date) cycle.Date {
	if len(p.starts) == 0 {
		return monthOf(day).Start
	}
	i, found := slices.BinarySearchFunc(p.starts, day, cycle.Date.Compare)
	if found {
		return day
	}
	base := p.starts[0]
	if i--; i >= 0 {
		if day.Before(p.ends[i]) {
			return p.starts[i]
		}
		base = p.ends[i]
	}
	year, month, _ := day.Civil()
	from, first, _ := base.Civil()
	n := 12*(year-from) + month - first
	if base.AddMonths(n).After(day) {
		n--
	}
	return base.AddMonths(n)
}

// looseDays is how many days of a row may lie outside the period that holds all others: a boundary that is a day or two off makes
// no row of two periods.
const looseDays = 3

// span is the first and the last period that some days are about.
func (p *periods) span(days cycle.Period) (first, last cycle.Date) {
	if days.IsEmpty() {
		start := p.of(days.Start)
		return start, start
	}
	if n := len(p.starts); n > 0 && days.Start.Before(p.ends[n-1]) && days.End.After(p.starts[0]) { // the account's own periods count first
		days = days.Intersect(cycle.Period{Start: p.starts[0], End: p.ends[n-1]})
	}
	first, last = p.of(days.Start), p.of(days.Last())
	if first != last && days.Days() > 4*looseDays {
		if next := p.of(days.Start.AddDays(looseDays)); next == last {
			return last, last
		}
		if before := p.of(days.Last().AddDays(-looseDays)); before == first {
			return first, first
		}
	}
	return first, last
}

// most is the first day of the period that holds most of some days.
func (p *periods) most(days cycle.Period) cycle.Date {
	if days.Days() < 2 {
		return p.of(days.Start)
	}
	first, last := p.of(days.Start), p.of(days.Last())
	if first == last || days.End.Sub(last) >= last.Sub(days.Start) {
		return last
	}
	return first
}

// isBoundary reports that a period of the account starts on a day.
func (p *periods) isBoundary(day cycle.Date) bool {
	_, found := slices.BinarySearchFunc(p.starts, day, cycle.Date.Compare)
	return found
}

// monthOf is the calendar month that holds a day.
func monthOf(d cycle.Date) cycle.Period {
	year, month, _ := d.Civil()
	first, _ := cycle.NewDate(year, month, 1)
	return cycle.Period{Start: first, End: first.AddMonths(1)}
}

// daySet is a set of days: stretches in order, none of which meet.
type daySet []cycle.Period

// daysIn is the set of the days of some stretches.
func daysIn(list []cycle.Period) daySet {
	slices.SortFunc(list, func(a, b cycle.Period) int { return a.Start.Compare(b.Start) })
	var set daySet
	for _, p := range list {
		switch n := len(set); {
		case p.IsEmpty():
		case n > 0 && !set[n-1].End.Before(p.Start):
			set[n-1].End = cycle.Later(set[n-1].End, p.End)
		default:
			set = append(set, p)
		}
	}
	return set
}

// overlaps reports that some day of a stretch is in the set.
func (s daySet) overlaps(p cycle.Period) bool {
	i, _ := slices.BinarySearchFunc(s, p.Start, func(q cycle.Period, start cycle.Date) int {
		if q.End.After(start) {
			return 1
		}
		return -1
	})
	return i < len(s) && !s[i].Intersect(p).IsEmpty()
}

// common is how many days of a stretch are in the set.
func (s daySet) common(p cycle.Period) (n int) {
	for _, q := range s {
		n += max(0, q.Intersect(p).Days())
	}
	return n
}

// minus is the set without the days of another.
func (s daySet) minus(o daySet) daySet {
	var left daySet
	i := 0
	for _, p := range s {
		for i < len(o) && !o[i].End.After(p.Start) {
			i++
		}
		for j := i; j < len(o) && o[j].Start.Before(p.End); j++ {
			if o[j].Start.After(p.Start) {
				left = append(left, cycle.Period{Start: p.Start, End: o[j].Start})
			}
			p.Start = cycle.Later(p.Start, o[j].End)
		}
		if !p.IsEmpty() {
			left = append(left, p)
		}
	}
	return left
}
