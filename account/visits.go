package account

import (
	"slices"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// visit is a day to visit, be it a boundary or not.
type visit struct {
	day cycle.Date
	// eventful: a structural event, or the end of what a close leaves to charge, is on it. No other day has
	// a change that an invoice of its own can be cut for.
	eventful bool
}

// findVisits lists the days on which the timeline must be looked at: those of the structural
// events, and those from whose start they are known. Where changes are billed on boundaries,
// and nothing but a creation can move these, the days of creations are enough.
func (b *billing) findVisits() {
	days := b.visits[:0]
	all := b.policy.BillChanges == invoice.Immediately || b.gridMayMove()
	for i := range b.history.byKnown {
		l := &b.history.byKnown[i]
		if !all && l.kind != Created {
			continue
		}
		days = append(days, visit{l.day, true})
		if l.kind == Closed {
			days = append(days, visit{b.policy.CloseDay.End(l.day), true})
		}
		known := l.when.Time()
		if day, err := cycle.DateOf(known, b.policy.TimeZone); err == nil {
			if known.After(day.Start(b.policy.TimeZone)) {
				day = day.AddDays(1)
			}
			days = append(days, visit{day.AddDays(-b.policy.SettleDays), false})
		}
	}
	slices.SortFunc(days, func(x, y visit) int { return x.day.Compare(y.day) })
	kept := days[:0]
	for _, d := range days {
		if n := len(kept); n > 0 && kept[n-1].day == d.day {
			kept[n-1].eventful = kept[n-1].eventful || d.eventful
		} else {
			kept = append(kept, d)
		}
	}
	b.visits = kept
}

// gridMayMove reports that other events than the first creation may move the boundaries:
// another creation, which depends on closes, or a change from a free package to a paid one.
func (b *billing) gridMayMove() bool {
	creations := 0
	for _, e := range b.history.structural {
		if e.kind == Created {
			creations++
		}
		if creations > 1 || b.policy.FreeUpgrade == invoice.RestartCycle && b.catalogue.Of(e.event().Package).MayBeFree() {
			return true
		}
	}
	return false
}
