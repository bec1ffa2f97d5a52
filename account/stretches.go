package account

import (
	"slices"

	"github.com/prorata-go/prorata/cycle"
)

// findStretches lists the days of whose periods something may have changed since the last
// invoice: from some day on, and those of the periods before it that late events, charges and
// statuses are about. A cycle that starts on a day changes the period before it too.
func (b *billing) findStretches() {
	v, grid := &b.view, b.grid()
	from := b.looked
	if !v.dirty.IsZero() && !v.dirty.After(from) {
		from = v.dirty.AddDays(-1)
	}
	if first := grid.first(); !from.Before(first) {
		from = grid.period(from).Start
	} else if from.IsZero() {
		if from = first; !b.book.First().IsZero() { // nothing is known to stand yet of what was issued
			from = cycle.Earlier(from, b.book.First())
		}
	}
	b.stretches = b.stretches[:0]
	if len(b.touched) > 0 {
		b.findTouched(grid, from)
	}
	b.stretches = append(b.stretches, cycle.Period{Start: from, End: endOfDays})
}

// findTouched lists the periods of the days touched that begin before a day, in order and apart from each
// other.
func (b *billing) findTouched(grid *timeline, before cycle.Date) {
	slices.SortFunc(b.touched, func(x, y cycle.Period) int { return x.Start.Compare(y.Start) })
	for _, days := range b.touched {
		if !days.Start.Before(grid.first()) && grid.period(days.Start).starts { // the life before may have used credits on it
			days.Start = days.Start.AddDays(-1)
		}
		days = grid.periodsOf(days)
		days.End = cycle.Earlier(days.End, before)
		if n := len(b.stretches); n > 0 && !days.Start.After(b.stretches[n-1].End) {
			b.stretches[n-1].End = cycle.Later(b.stretches[n-1].End, days.End)
		} else if days.Start.Before(days.End) {
			b.stretches = append(b.stretches, days)
		}
	}
}
