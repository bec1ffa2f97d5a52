package account

import (
	"sort"

	"github.com/prorata-go/prorata/cycle"
)

// span is a stretch of the grid with one schedule, from a creation or a restart up to the
// next one.
type span struct {
	schedule cycle.Schedule
	life     int32
	order    int32 // spans are in this order: the place of the event that starts it
	// restart: it started within a life.
	restart bool
	// restarted: the life before had started a new cycle on this day too, so that its day is of
	// a period of no days and not of the one before.
	restarted bool
}

// period is a billing period, and the whole one it is measured against.
type period struct {
	cycle.Period
	whole cycle.Period
	k     int // its number in its cycle
	life  int32
	// starts: a life starts on its first day.
	starts bool
	// cutShort: a new life ends it on a day that it would have held. The credits that the old
	// life used on that day are of this period still.
	cutShort bool
}

// reach is the day after the last on which credits of the period may have been used.
func (p *period) reach() cycle.Date {
	if p.cutShort {
		return p.End.AddDays(1)
	}
	return p.End
}

// first is the day the grid starts; only an account that was created has one.
func (t *timeline) first() cycle.Date { return t.cycles[0].schedule.Start() }

// cycleOf is the number of the cycle that holds a day, which is not before the first.
func (t *timeline) cycleOf(day cycle.Date) int {
	i := len(t.cycles) - 1
	for range nearby {
		if i == 0 || !day.Before(t.cycles[i].schedule.Start()) {
			return i
		}
		i--
	}
	return sort.Search(i, func(i int) bool { return day.Before(t.cycles[i+1].schedule.Start()) })
}

// period returns the billing period that holds a day, which is not before the first. It is good until the
// next one is asked for.
func (t *timeline) period(day cycle.Date) *period {
	if t.recent[0].Contains(day) {
		return &t.recent[0]
	}
	if t.recent[1].Contains(day) {
		return &t.recent[1]
	}
	return t.findPeriod(day)
}

func (t *timeline) findPeriod(day cycle.Date) *period {
	i := t.cycleOf(day)
	c := t.cycles[i]
	k := t.recent[0].k + 1
	if day != t.recent[0].End || day == c.schedule.Start() { // it is not the next one
		k, _ = c.schedule.Index(day)
	}
	p := period{Period: c.schedule.Period(k), k: k}
	p.whole = p.Period
	if k == 0 || p.End.After(lastDay) { // a stub, perhaps, or the last period of all
		p.whole = c.schedule.Whole(k)
	}
	p.life, p.starts = c.life, k == 0 && !c.restart
	if i+1 < len(t.cycles) {
		if next := t.cycles[i+1]; next.schedule.Start().Before(p.End) {
			p.End = next.schedule.Start()
			p.cutShort = next.life != c.life && !next.restarted
		}
	}
	t.recent[1] = t.recent[0]
	t.recent[0] = p
	return &t.recent[0]
}
