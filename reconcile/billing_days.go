package reconcile

import (
	"fmt"
	"slices"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// findBillingDays finds the accounts whose periods, on their rows, start on another day of the month than ours, and has those billed by
// their day: so both sides are about the same days. The parts of a bill that is split by days are one. If it is the 1st for all such accounts, of two or more, they bill by calendar month.
func (r *reconciler) findBillingDays() {
	days := make([]int, len(r.ledgers))
	first, others := 0, 0
	for i, l := range r.ledgers {
		l.findStretches()
		switch days[i] = l.otherBillingDay(); {
		case days[i] == 1:
			first++
		case days[i] > 1:
			others++
		}
	}
	calendar := first > 1 && others == 0
	for i, l := range r.ledgers {
		if calendar && days[i] == 0 && l.endsOnFirst() {
			days[i] = 1
		}
		if days[i] > 0 {
			l.billOn(days[i], calendar)
		}
	}
}

// otherBillingDay is the day of the month on which their periods of the account start, where all of them start on another than ours;
// else 0.
func (l *ledger) otherBillingDay() int {
	if l.bill == nil || len(l.theirs) == 0 || !l.hasOtherPeriods() {
		return 0
	}
	through := l.scope.through
	for _, t := range l.theirs {
		through = cycle.Later(through, t.stretch.End)
	}
	invoices := l.bill(through.AddMonths(1))
	rows := make([]*Row, len(invoices))
	for i := range invoices {
		rows[i] = ourRow(&invoices[i])
	}
	p := periodsOf(rows)
	day := 0
	var starts []cycle.Date
	for _, t := range l.theirs {
		if t.stretch.Days() < 27 || t.stretch.Days() > 31 {
			continue
		}
		if n := len(p.ends); p.isBoundary(t.stretch.Start) && (p.isBoundary(t.stretch.End) || n > 0 && t.stretch.End == p.ends[n-1]) {
			return 0 // one of ours
		}
		from, to := p.span(t.stretch)
		_, _, start := t.stretch.Start.Civil()
		_, _, end := t.stretch.End.Civil()
		if on := max(start, end); from != to && isOn(t.stretch.Start, on) && isOn(t.stretch.End, on) && t.Figures[Recurring] > 0 {
			starts, day = append(starts, t.stretch.Start), max(day, on)
		}
	}
	if slices.ContainsFunc(starts, func(start cycle.Date) bool { return !isOn(start, day) }) {
		return 0
	}
	return day
}

// isOn reports that a date is on a day of the month, or the last of a month that is shorter.
func isOn(date cycle.Date, day int) bool {
	_, _, is := date.Civil()
	return is == min(day, monthOf(date).Days())
}

// hasOtherPeriods reports that a row for about a month is for no period of our invoices.
func (l *ledger) hasOtherPeriods() bool {
	ours := map[cycle.Period]bool{}
	for _, o := range l.ours {
		ours[o.Period] = true
	}
	for _, t := range l.theirs {
		if t.Figures[Recurring] > 0 && t.stretch.Days() >= 27 && t.stretch.Days() <= 31 && !ours[t.stretch] {
			return true
		}
	}
	return false
}

// endsOnFirst reports that some period of the account ends with a calendar month on their rows, and not on ours: it may be the first,
// shorter one.
func (l *ledger) endsOnFirst() bool {
	if l.bill == nil {
		return false
	}
	for _, t := range l.theirs {
		if _, _, end := t.stretch.End.Civil(); end == 1 && t.Figures[Recurring] > 0 {
			for _, o := range l.ours {
				if o.Period.End == t.stretch.End {
					return false
				}
			}
			return true
		}
	}
	return false
}

// billOn has the account billed by periods that start on a day of the month, if some row of theirs is then for one of them.
func (l *ledger) billOn(day int, calendar bool) {
	assume := l.assume
	other := func() assumptions {
		a := assume()
		events := make([]account.Event, len(a.events))
		for i, e := range a.events {
			if e.Type == account.Created {
				if created, err := cycle.DateOf(e.At, a.policy.TimeZone); err == nil {
					e.BillingDate = nextOn(created, day)
				}
			}
			events[i] = e
		}
		return a.withEvents(events)
	}
	through := l.scope.through
	for _, t := range l.theirs {
		through = cycle.Later(through, t.stretch.End)
	}
	a := other()
	invoices := a.bill(through)
	var ours []*Row
	theirs := map[cycle.Period]bool{}
	for _, t := range l.theirs {
		theirs[t.stretch] = true
	}
	fits := false
	for i := range invoices {
		fits = fits || theirs[invoices[i].Period]
		if l.scope.has(invoices[i].Date) {
			ours = append(ours, ourRow(&invoices[i]))
		}
	}
	if !fits {
		return
	}
	l.assume, l.ours = other, ours
	l.bill = func(through cycle.Date) []invoice.Invoice { a := other(); return a.bill(through) }
	l.billedBy, l.billed = BillingDay, fmt.Sprintf("their periods start on day %d of the month: compared as if ours did", day)
	if calendar {
		l.billedBy, l.billed = CalendarMonths, "they bill by calendar month: compared as if we did"
	}
	l.billingDay = day
}

// nextOn is the first date after a day, at most a month on, that is on a day of the month; the zero Date where a month on is one, as
// billing goes on from there by itself.
func nextOn(from cycle.Date, day int) cycle.Date {
	_, _, is := from.Civil()
	if is == day {
		return cycle.Date{}
	}
	month := monthOf(from).Start
	for n := range 2 {
		there := monthOf(month.AddMonths(n))
		d := there.Start.AddDays(min(day, there.Days()) - 1)
		if d.After(from) && !d.After(from.AddMonths(1)) {
			return d
		}
	}
	return cycle.Date{}
}
