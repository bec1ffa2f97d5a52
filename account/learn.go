package account

import (
	"sort"

	"github.com/prorata-go/prorata/cycle"
)

// view is what is known of the timeline on a day.
type view struct {
	*timeline
	known int // how many of history.byKnown have been folded in
	// dirty is the earliest day from which on what is owed may have changed since the last invoice;
	// the zero Date is none.
	dirty cycle.Date
}

// touch notes that what is owed may have changed from a day on.
func (v *view) touch(day cycle.Date) {
	if v.dirty.IsZero() || day.Before(v.dirty) {
		v.dirty = day
	}
}

// touch notes that what is owed for the billing periods of some days may have changed.
func (b *billing) touch(days cycle.Period) {
	if n := len(b.touched); n == 0 || b.touched[n-1] != days {
		b.touched = append(b.touched, days)
	}
}

// news reports that by an instant more structural events are known, or voided.
func (b *billing) news(by instant) bool {
	h := b.history
	return b.view.known < len(h.byKnown) && !h.byKnown[b.view.known].when.After(by)
}

// learn folds in what became known by an instant.
func (b *billing) learn(by instant) {
	if b.news(by) {
		b.learnNews(by)
	}
	b.view.takeEffect(by)
}

// learnNews folds in what became known by an instant. Events that come after all that has taken effect are
// simply added. When one does not, or is voided, the timeline is changed where it stands; for the first of
// these, and for many of them at once, everything known is folded again.
func (b *billing) learnNews(by instant) {
	h, v := b.history, &b.view
	again, creationVoided := false, false
	for ; b.news(by); v.known++ {
		l := &h.byKnown[v.known]
		l.learned = !l.voided
		creationVoided = creationVoided || l.voided && l.kind == Created
		switch {
		case again:
			v.touch(l.day)
		case !l.voided && l.place >= v.next && !l.at.Before(v.last):
			v.touch(l.day)
			v.add(l.entry, &b.past)
		case !b.past.kept || b.manyNews(by):
			v.touch(l.day)
			again = true
		default:
			b.change(l.entry, !l.voided)
		}
	}
	if again {
		b.past.keep(len(h.structural))
		v.fold(h.structural, func(e *entry) bool { return e.learned }, &b.past)
	}
	if creationVoided && len(v.cycles) == 0 {
		b.findGhost()
	}
}

// manyNews reports that so much became known by an instant that one fold takes less than that many changes.
func (b *billing) manyNews(by instant) bool {
	rest := b.history.byKnown[b.view.known:]
	news := sort.Search(len(rest), func(i int) bool { return rest[i].when.After(by) })
	return news > len(b.past.known)/16
}

// change changes the timeline by an event in the middle of it.
func (b *billing) change(e *entry, counts bool) {
	v := &b.view
	same, found := v.change(e, b.history.structural, counts, &b.past)
	if !found {
		v.touch(e.day)
		return
	}
	days := cycle.Period{Start: e.day.AddDays(-1), End: same.AddDays(1)} // a cycle that starts on a day changes the period before it too
	if len(v.cycles) > 0 {
		days = v.periodsOf(days)
	}
	b.touch(days)
}

// periodsOf are the days of all the billing periods that some days are in.
func (t *timeline) periodsOf(days cycle.Period) cycle.Period {
	if first := t.first(); !days.Start.Before(first) {
		days.Start = t.period(days.Start).Start
	}
	if last := days.Last(); !last.Before(t.first()) {
		days.End = t.period(last).End
	}
	return days
}

// forget goes back to a view and the state of its timeline, as they were by an instant.
func (b *billing) forget(to view, s state, by instant) {
	v := &b.view
	for v.known > to.known {
		v.known--
		l := &b.history.byKnown[v.known]
		l.learned = l.voided
		if b.past.kept {
			v.change(l.entry, b.history.structural, l.voided, &b.past)
		}
	}
	v.dirty = to.dirty
	if b.past.kept {
		s = state{}
		if n := len(b.past.known); n > 0 {
			s = b.past.after[b.past.known[n-1]]
		}
	}
	v.goBack(s)
	v.takeEffect(by)
	if len(v.cycles) == 0 {
		b.findGhost()
	}
}

// findGhost finds the grid last known: the one from just before the creation was voided that left
// no life.
func (b *billing) findGhost() {
	for i := b.view.known - 1; i >= 0; i-- {
		l := &b.history.byKnown[i]
		if !l.voided || l.kind != Created {
			continue
		}
		by := l.when.Prev()
		b.lastGrid.fold(b.history.structural, func(e *entry) bool { return b.history.counts(e, by) }, &past{})
		if len(b.lastGrid.cycles) > 0 {
			return
		}
	}
	b.lastGrid.reset(b.terms)
	if grid, err := b.policy.Schedule(b.lastCut, cycle.Date{}); err == nil { // of an account that was issued invoices and has no life by now
		b.lastGrid.cycles = append(b.lastGrid.cycles, &span{schedule: grid})
	}
}
