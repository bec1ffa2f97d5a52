package account

import (
	"slices"

	"github.com/prorata-go/prorata/cycle"
)

// past is what a timeline needs to let an event take effect in the middle of it, or to take one out
// there: the state after each of its events. From the event on, the later ones take effect again, up to
// one after which all is as it was before; what they made after that stays.
//
// Most accounts do without: of what is learned in the order of time, nothing is kept.
type past struct {
	kept  bool
	after []state // by the place of the event
	known []int32 // the places of the events that count, in order

	phases []*phase // memory for those of the timeline
	cycles []*span
}

// keep makes room for a number of events, of which none counts yet.
func (p *past) keep(events int) {
	p.kept, p.known = true, p.known[:0]
	p.after = slices.Grow(p.after[:0], events)[:events]
}

// fold lets all events take effect that count, in order.
func (t *timeline) fold(structural []*entry, counts func(*entry) bool, p *past) {
	t.reset(t.terms)
	for _, e := range structural {
		if counts(e) {
			t.add(e, p)
		}
	}
}

// add lets an event take effect that comes after all others.
func (t *timeline) add(e *entry, p *past) {
	t.apply(e)
	if p.kept {
		p.after[e.place] = t.state
		p.known = append(p.known, e.place)
	}
}

// change lets an event take effect, or takes it out, wherever it stands. The answer is the first day after
// it from which on nothing differs, or false where there is none.
func (t *timeline) change(e *entry, structural []*entry, counts bool, p *past) (same cycle.Date, found bool) {
	at, _ := slices.BinarySearch(p.known, e.place)
	if counts {
		p.known = slices.Insert(p.known, at, e.place)
	} else {
		p.known = slices.Delete(p.known, at, at+1)
	}
	var before state
	if at > 0 {
		before = p.after[p.known[at-1]]
	}
	was := *t
	t.phases, t.cycles = p.phases[:0], p.cycles[:0]
	t.state, t.recent = before, [2]period{}
	if before.phase != nil { // what came before those is not asked for
		t.phases, t.cycles = append(t.phases, before.phase), append(t.cycles, before.cycle)
	}
	for _, place := range p.known[at:] {
		t.apply(structural[place])
		if place != e.place && t.isAs(&p.after[place]) {
			same, found = structural[place].day, true
			break
		}
		p.after[place] = t.state
	}
	p.phases, p.cycles = t.phases, t.cycles
	t.splice(&was, before, found)
	return same, found
}

// splice puts what was made since a state in the place of what was made since then before, in was, up to
// the state that the timeline is in now where what came after it stays.
func (t *timeline) splice(was *timeline, since state, rest bool) {
	phases, cycles, now := t.phases, t.cycles, t.state
	t.phases, t.cycles, t.recent = was.phases, was.cycles, [2]period{}
	phase, cycle := t.phasesBefore(since.phase), t.cyclesBefore(since.cycle)
	if !rest {
		t.phases, t.cycles = append(t.phases[:phase], phases...), append(t.cycles[:cycle], cycles...)
		return
	}
	t.state = was.state
	if now.phase != nil { // which those that stay begin with, as later events have ended it
		t.phases = slices.Replace(t.phases, phase, t.phasesBefore(now.phase), phases[:len(phases)-1]...)
		t.cycles = slices.Replace(t.cycles, cycle, t.cyclesBefore(now.cycle), cycles[:len(cycles)-1]...)
	}
}

// isAs reports that later events will have the effect that they had after a state.
func (t *timeline) isAs(s *state) bool {
	a := t.state
	a.phase, a.cycle = s.phase, s.cycle
	if a != *s || (t.phase == nil) != (s.phase == nil) {
		return false
	}
	return t.phase == nil || t.phase.stay == s.phase.stay && *t.cycle == *s.cycle
}
