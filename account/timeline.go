package account

import (
	"sort"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// timeline is what an account's structural events fold into: the packages in force over
// time, and the grid of billing periods.
type timeline struct {
	terms *terms
	state

	// In the order of time. What is in them does not change, a phase that ends is made anew, so that
	// a state can be gone back to.
	phases []*phase
	cycles []*span
	made   pool[phase]
	begun  pool[span]

	recent [2]period // found last: most questions are about two neighbours
}

// state is all of a timeline that the effect of later events depends on. The zero value is that there
// was no event.
type state struct {
	open    bool // an account is open after the last event
	opened  cycle.Date
	pending pending // a change or close that waits for the end of its period
	last    instant // the latest that has taken effect
	next    int32   // the place after that of the last event
	phase   *phase  // in force, or the last that was
	cycle   *span   // the last
}

// pending is a change or, without a package, a close at the end of a period. The zero value
// is none.
type pending struct {
	day cycle.Date
	pkg string
}

func newTimeline(t *terms) *timeline { return &timeline{terms: t} }

// reset starts the timeline of another account, with the memory of the one before.
func (t *timeline) reset(terms *terms) {
	t.made.used, t.begun.used = 0, 0
	*t = timeline{terms: terms, phases: t.phases[:0], cycles: t.cycles[:0], made: t.made, begun: t.begun}
}

// goBack undoes everything since a state that the timeline was in.
func (t *timeline) goBack(s state) {
	t.state, t.recent = s, [2]period{}
	t.phases, t.cycles = t.phases[:t.phasesBefore(s.phase)], t.cycles[:t.cyclesBefore(s.cycle)]
	if s.phase != nil {
		t.phases, t.cycles = append(t.phases, s.phase), append(t.cycles, s.cycle)
	}
}

// phasesBefore and cyclesBefore are how many come before one in their order; before none, none does.
func (t *timeline) phasesBefore(p *phase) int {
	if p == nil {
		return 0
	}
	return sort.Search(len(t.phases), func(i int) bool { return t.phases[i].order >= p.order })
}

func (t *timeline) cyclesBefore(c *span) int {
	if c == nil {
		return 0
	}
	return sort.Search(len(t.cycles), func(i int) bool { return t.cycles[i].order >= c.order })
}

// apply lets an event take effect. The answer is why it makes no sense where it stands, or 0; then it
// changes nothing but what waits for the end of a period.
func (t *timeline) apply(e *entry) AnomalyCode {
	t.takeEffect(e.at)
	t.last = e.at
	switch e.kind {
	case UsageRecorded:
		return t.notOpen()
	case ChargeAdded: // which may follow a close
		if t.phase == nil {
			return NotCreated
		}
		return 0
	}
	t.next = e.place + 1
	switch e.kind {
	case Created:
		return t.create(e)
	case PackageChanged:
		return t.changePackage(e)
	case ChangeCancelled:
		return t.cancelChange()
	case Closed:
		return t.close(e)
	}
	return 0
}

// takeEffect lets a waiting change take effect if its day has begun by an instant.
func (t *timeline) takeEffect(by instant) {
	if !t.pending.day.IsZero() {
		t.takePending(by)
	}
}

func (t *timeline) takePending(by instant) {
	p := t.pending
	at := instantOf(p.day.Start(t.terms.policy.TimeZone))
	if at.After(by) {
		return
	}
	t.pending = pending{}
	t.last = at
	t.endPhase(p.day, at, waited)
	if p.pkg == "" {
		t.open = false
		return
	}
	t.startPhase(stay{pkg: p.pkg, life: t.phase.life, order: 2*t.next - 1, starts: afterWaiting}, p.day, at)
}

func (t *timeline) notOpen() AnomalyCode {
	switch {
	case t.open:
		return 0
	case t.phase == nil:
		return NotCreated
	}
	return AlreadyClosed
}

func (t *timeline) knows(pkg string) bool { return t.terms.anyPackage || t.terms.catalogue.Has(pkg) }

func (t *timeline) create(e *entry) AnomalyCode {
	if t.open {
		return AlreadyOpen
	}
	if !t.knows(e.event().Package) {
		return UnknownPackage
	}
	grid, err := schedule(e.event().At, e.event().BillingDate, t.terms.policy)
	if err != nil {
		return OutOfCalendar
	}
	// A day that the life before would still charge, as that of its close, is the new life's.
	if old := t.phase; old != nil && old.days.End.After(e.day) {
		ended := *old
		ended.days.End, ended.endDay = e.day, e.day
		t.replacePhase(ended)
	}
	t.open, t.opened = true, e.day
	t.begin(e, span{schedule: grid, life: e.place})
	t.startPhase(stay{pkg: e.event().Package, life: e.place, order: 2 * e.place, starts: lifeStarts}, e.day, e.at)
	return 0
}

// begin starts a new stretch of the grid on the day of an event, which cuts the one before it short.
func (t *timeline) begin(e *entry, c span) {
	c.order = e.place
	if before := t.cycle; before != nil && before.schedule.Start() == e.day {
		c.restarted = before.restarted || before.restart
		t.cycles = t.cycles[:len(t.cycles)-1]
	}
	t.cycle = t.begun.add(c)
	t.cycles = append(t.cycles, t.cycle)
	t.recent = [2]period{}
}

func (t *timeline) changePackage(e *entry) AnomalyCode {
	if why := t.notOpen(); why != 0 {
		return why
	}
	if !t.knows(e.event().Package) {
		return UnknownPackage
	}
	t.pending = pending{}
	from, life := t.phase.pkg, t.phase.life
	if e.event().Package == from {
		return 0
	}
	in := t.period(e.day)
	if e.event().Effective == PeriodEnd {
		t.pending = pending{day: in.End, pkg: e.event().Package}
		return 0
	}
	starts := changes
	var grid cycle.Schedule
	if t.becomesPaid(from, e.event().Package, e.day, in.Start) {
		starts = paidStarts
		if e.day != in.Start {
			starts = cycleRestarts
			var err error
			if grid, err = t.terms.policy.Schedule(e.day, cycle.Date{}); err != nil {
				return OutOfCalendar
			}
		}
	}
	t.endPhase(e.day, e.at, isChanged)
	if starts == cycleRestarts {
		t.begin(e, span{schedule: grid, life: life, restart: true})
	}
	t.startPhase(stay{pkg: e.event().Package, life: life, order: 2 * e.place, starts: starts}, e.day, e.at)
	return 0
}

// becomesPaid reports that an immediate change from a price of zero to a positive one is to
// start a new cycle, which it does unless a period starts that day anyway.
func (t *timeline) becomesPaid(from, to string, day, periodStart cycle.Date) bool {
	if t.terms.policy.FreeUpgrade != invoice.RestartCycle || t.terms.anyPackage {
		return false
	}
	free, err := t.terms.catalogue.On(from, periodStart).PeriodPrice()
	if err != nil || !free.IsZero() {
		return false
	}
	paid, err := t.terms.catalogue.On(to, day).PeriodPrice()
	return err == nil && paid.Sign() > 0
}

func (t *timeline) cancelChange() AnomalyCode {
	if why := t.notOpen(); why != 0 {
		return why
	}
	if t.pending == (pending{}) {
		return NothingToCancel
	}
	t.pending = pending{}
	return 0
}

func (t *timeline) close(e *entry) AnomalyCode {
	if why := t.notOpen(); why != 0 {
		return why
	}
	if e.event().Effective == PeriodEnd {
		t.pending = pending{day: t.period(e.day).End}
		return 0
	}
	t.pending = pending{}
	t.open = false
	t.endPhase(t.terms.policy.CloseDay.End(e.day), e.at, isClosed)
	return 0
}

// startPhase starts a phase on a day at an instant.
func (t *timeline) startPhase(p stay, day cycle.Date, at instant) {
	p.days, p.from = cycle.Period{Start: day, End: forever}, at
	t.phases = append(t.phases, nil)
	t.replacePhase(phase{p, t.terms.catalogue.Of(p.pkg)})
}

// endPhase ends the phase in force: its last charged day is the one before day, its last
// instant before at, which may be on that day still; after a close it may even be before the day.
func (t *timeline) endPhase(day cycle.Date, at instant, how ending) {
	p := *t.phase
	p.days.End, p.ends, p.endDay, p.to, p.reach = day, how, day, at, day
	if on := instantOf(day.Start(t.terms.policy.TimeZone)); at.After(on) || how == isClosed && at == on {
		p.reach = day.AddDays(1)
	}
	t.replacePhase(p)
}

// replacePhase makes a phase take the place of the last.
func (t *timeline) replacePhase(p phase) {
	t.phase = t.made.add(p)
	t.phases[len(t.phases)-1] = t.phase
}
