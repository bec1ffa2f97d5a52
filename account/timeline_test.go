package account

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// anyTerms draws terms with a free package and some that are not.
func anyTerms(t *rapid.T) *terms {
	var packages []invoice.Package
	for name, price := range map[string]int64{"Free": 0, "Gold": 7995, "Small": 5} {
		packages = append(packages, invoice.Package{Name: name, Price: money.New(price, money.USD)})
	}
	catalogue, err := invoice.NewCatalogue(packages, invoice.Retail)
	require.NoError(t, err)
	var policy invoice.Policy
	policy.FreeUpgrade = invoice.FreeUpgrade(rapid.IntRange(0, 1).Draw(t, "free_upgrade"))
	policy.CloseDay = proration.CloseDay(rapid.IntRange(0, 1).Draw(t, "close_day"))
	return newTerms(catalogue, policy)
}

// anyEvents draws structural events, in order, that mostly make sense.
func anyEvents(t *rapid.T, n int) (list []*entry) {
	now := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	likely := []Type{Created, PackageChanged, PackageChanged, PackageChanged, ChangeCancelled, Closed}
	for range n {
		now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 12, 24, 600}).Draw(t, "hours")) * time.Hour)
		e := &Event{ID: "e", Account: "a", At: now, Type: rapid.SampledFrom(likely).Draw(t, "type"),
			Package: rapid.SampledFrom([]string{"Free", "Gold", "Small"}).Draw(t, "package"), Effective: Effective(rapid.IntRange(0, 3).Draw(t, "effective") / 3)}
		day, err := cycle.DateOf(now, nil)
		require.NoError(t, err)
		list = append(list, &entry{made: e, kind: e.Type, place: int32(len(list)), at: instantOf(now), known: instantOf(now), day: day})
	}
	return list
}

// content is all that a timeline says.
type content struct {
	state  state
	phases []stay
	cycles []span
}

func contentOf(t *timeline) content {
	c := content{state: t.state}
	c.state.phase, c.state.cycle = nil, nil
	for i := range t.phases {
		c.phases = append(c.phases, t.phases[i].stay)
	}
	for i := range t.cycles {
		c.cycles = append(c.cycles, *t.cycles[i])
	}
	return c
}

// Law: going back to a state undoes everything since, whatever it was.
func TestLawTimelineGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		before, after := rapid.IntRange(0, 6).Draw(t, "before"), rapid.IntRange(1, 6).Draw(t, "after")
		events := anyEvents(t, before+after)
		// The one stays as it is; the other goes on, and back.
		stays, goes := newTimeline(terms), newTimeline(terms)
		for _, e := range events[:before] {
			stays.apply(e)
			goes.apply(e)
		}
		state := goes.state
		for _, e := range events[before:] {
			goes.apply(e)
		}
		goes.goBack(state)
		require.Equal(t, contentOf(stays), contentOf(goes))
		// Both go on from there in the same way.
		for _, e := range events[before:] {
			require.Equal(t, stays.apply(e), goes.apply(e))
			require.Equal(t, contentOf(stays), contentOf(goes))
		}
	})
}

// on is what a timeline says of a day: its period, and the phases that have days or instants in it.
func on(t *timeline, day cycle.Date) string {
	if len(t.cycles) == 0 || day.Before(t.first()) {
		return ""
	}
	p := t.period(day)
	s := fmt.Sprint(p.Period, p.whole, p.starts, p.cutShort, p.life)
	for _, life := range [][]*phase{t.before(p.life, onlyDay(p.Start)), t.ofLife(p.life, cycle.Period{Start: p.Start, End: p.reach()})} {
		for _, ph := range life {
			phase := ph.stay
			if phase.days = phase.days.Intersect(p.Period); !phase.endDay.Before(p.reach()) { // which makes no difference here
				phase.ends, phase.to, phase.endDay, phase.reach = notEnded, instant{}, cycle.Date{}, cycle.Date{}
			}
			s += fmt.Sprintf(" %+v", phase)
		}
	}
	return s
}

// Law: a timeline that is changed in the middle, in any order, says what one says that all is folded into again, and differs from
// what it said before on no other days than those that are told.
func TestLawTimelineChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		events := anyEvents(t, rapid.IntRange(1, 14).Draw(t, "events"))
		counts := func(e *entry) bool { return e.learned }
		for _, e := range events {
			e.learned = rapid.Bool().Draw(t, "learned")
		}
		var kept past
		changing, again := newTimeline(terms), newTimeline(terms)
		kept.keep(len(events))
		changing.fold(events, counts, &kept)
		now := instantOf(events[len(events)-1].event().At.AddDate(0, 0, rapid.IntRange(0, 60).Draw(t, "days later")))
		changing.takeEffect(now)
		for range rapid.IntRange(1, 20).Draw(t, "changes") {
			before := newTimeline(terms)
			before.fold(events, counts, &past{})
			before.takeEffect(now)
			e := rapid.SampledFrom(events).Draw(t, "event")
			e.learned = !e.learned
			same, found := changing.change(e, events, e.learned, &kept)
			changing.takeEffect(now)
			again.fold(events, counts, &past{})
			again.takeEffect(now)
			require.Equal(t, contentOf(again), contentOf(changing))

			touched := cycle.Period{Start: e.day.AddDays(-1), End: e.day}
			if found {
				touched.End = same.AddDays(1)
			}
			if len(changing.cycles) > 0 {
				touched = changing.periodsOf(touched)
			}
			if !found {
				touched.End = endOfDays
			}
			for day := cycle.MustDate("2026-01-29"); day.Before(events[len(events)-1].day.AddDays(70)); day = day.AddDays(1) {
				if !touched.Contains(day) {
					require.Equal(t, on(before, day), on(changing, day), "%s, touched %s by %s", day, touched, e.day)
				}
			}
		}
	})
}
