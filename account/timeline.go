package account

import (
	"sync"

	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/internal/names"
	"github.com/prorata-go/prorata/invoice"
	"github.com/prorata-go/prorata/money"
	"github.com/prorata-go/prorata/proration"
)

// timeline is what an account's structural events fold into: the packages in force over
// time, and the grid of billing periods.
type timeline struct {
	terms *terms

	phases  []phase
	cycles  []span
	changes []change

	lives   int32 // how many have started
	open    bool  // an account is open after the last event
	opened  cycle.Date
	pending pending // a change or close that waits for the end of its period

	last instant // the latest that has taken effect

	recent [2]period // found last: most questions are about two neighbours
}

// terms are what there is to know besides the events. They do not change.
type terms struct {
	policy     invoice.Policy
	rule       proration.Rule // the policy's
	currency   money.Currency // the policy's
	catalogue  invoice.Catalogue
	anyPackage bool // there is no catalogue to hold packages against

	packages func() *names.List // those of the catalogue, to offer one for a wrong name
}

func newTerms(catalogue invoice.Catalogue, policy invoice.Policy) *terms {
	t := &terms{policy: policy, rule: policy.Rule(), currency: policy.MoneyCurrency(), catalogue: catalogue}
	t.packages = sync.OnceValue(func() *names.List { return packageNames(t.catalogue) })
	return t
}

// forever is later than lastDay, the last day that is billed, and than the period that holds it.
var (
	lastDay   = cycle.MustDate("9999-12-31")
	forever   = lastDay.AddDays(400)
	endOfDays = forever.AddDays(1)
)

// phase is a stretch with one package. Charges follow its days and usage its instants: on
// the day of a change the new package is charged, but a credit used before the change
// belongs to the old one.
type phase struct {
	pkg  string
	life int32            // of the account, from 0
	list invoice.Versions // the package's terms
	days cycle.Period     // charged days
	from instant          // the first
	to   instant          // ended: the first instant after it

	ended  bool
	endDay cycle.Date // ended: the day of the change, or of a close the first day not charged
	reach  cycle.Date // ended: the first day that has none of its days and instants
	// closed: it ended by an immediate close, whose own instant still belongs to it.
	closed bool
	// settles: it ended by an immediate change or close.
	settles bool
}

// holds reports that a credit used at an instant belongs to the phase.
func (p *phase) holds(at instant) bool {
	if at.Before(p.from) {
		return false
	}
	return !p.ended || at.Before(p.to) || p.closed && at == p.to
}

// meets reports that the phase has days or instants in a stretch of days.
func (p *phase) meets(days cycle.Period) bool {
	return p.days.Start.Before(days.End) && (!p.ended || p.reach.After(days.Start))
}

// span is a stretch of the grid with one schedule, from a creation or a restart up to the
// next one.
type span struct {
	schedule cycle.Schedule
	end      cycle.Date
	life     int32
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

// change is what an invoice of its own can be cut for.
type change struct {
	day      cycle.Date
	kind     changeKind
	from, to string // packages, as far as there are any
}

type changeKind uint8

const (
	lifeStarts changeKind = iota
	cycleRestarts
	paidStarts // from free to paid on a boundary, where nothing restarts
	packageChanges
	accountCloses
)

// pending is a change or, without a package, a close at the end of a period. The zero value
// is none.
type pending struct {
	day cycle.Date
	pkg string
}

func newTimeline(t *terms) *timeline { return &timeline{terms: t} }

// reset starts the timeline of another account, with the memory of the one before.
func (t *timeline) reset(terms *terms) {
	*t = timeline{terms: terms, phases: t.phases[:0], cycles: t.cycles[:0], changes: t.changes[:0]}
}

// mark is a state of a timeline to go back to. What takes effect later may change the last
// phase, cycle and change, and add to them, but touches none before.
type mark struct {
	timeline timeline
	phase    phase
	cycle    span
	change   change
}

func (t *timeline) mark() mark {
	return mark{timeline: *t, phase: last(t.phases), cycle: last(t.cycles), change: last(t.changes)}
}

// goBack undoes everything since a mark.
func (t *timeline) goBack(m mark) {
	*t = m.timeline
	setLast(t.phases, m.phase)
	setLast(t.cycles, m.cycle)
	setLast(t.changes, m.change)
}

func last[T any](list []T) (v T) {
	if len(list) > 0 {
		v = list[len(list)-1]
	}
	return v
}

func setLast[T any](list []T, v T) {
	if len(list) > 0 {
		list[len(list)-1] = v
	}
}

// apply lets an event take effect. The answer is why it makes no sense where it stands, or 0; then it
// changes nothing but what waits for the end of a period.
func (t *timeline) apply(e *entry) AnomalyCode {
	t.takeEffect(e.at)
	t.last = e.at
	switch e.kind {
	case Created:
		return t.create(e)
	case PackageChanged:
		return t.changePackage(e)
	case ChangeCancelled:
		if why := t.notOpen(); why != 0 {
			return why
		}
		if t.pending == (pending{}) {
			return NothingToCancel
		}
		t.pending = pending{}
	case Closed:
		return t.close(e)
	case UsageRecorded:
		return t.notOpen()
	default: // a charge may follow a close
		if len(t.phases) == 0 {
			return NotCreated
		}
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
	t.endPhase(p.day, at)
	if p.pkg == "" {
		t.open = false
		return
	}
	t.startPhase(p.pkg, p.day, at)
}

func (t *timeline) notOpen() AnomalyCode {
	switch {
	case t.open:
		return 0
	case len(t.phases) == 0:
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
	if len(t.phases) > 0 {
		old := t.current()
		if old.days.End.After(e.day) {
			old.days.End, old.endDay = e.day, e.day
			t.changes[len(t.changes)-1].day = e.day
		}
	}
	t.open, t.opened = true, e.day
	t.lives++
	t.begin(e.day, grid)
	t.startPhase(e.event().Package, e.day, e.at)
	t.changes = append(t.changes, change{day: e.day, kind: lifeStarts, to: e.event().Package})
	return 0
}

// begin starts a new stretch of the grid on a day, which cuts the one before it short.
func (t *timeline) begin(day cycle.Date, s cycle.Schedule) {
	restarted := false
	if n := len(t.cycles); n > 0 && t.cycles[n-1].schedule.Start() == day {
		replaced := &t.cycles[n-1]
		restarted = replaced.restarted || n > 1 && t.cycles[n-2].life == replaced.life
		t.cycles = t.cycles[:n-1]
	} else if n > 0 {
		t.cycles[n-1].end = day
	}
	t.cycles = append(t.cycles, span{schedule: s, end: forever, life: t.lives - 1, restarted: restarted})
	t.recent = [2]period{}
}

// created is when the first life started; the zero instant when none did.
func (t *timeline) created() instant {
	if len(t.phases) == 0 {
		return instant{}
	}
	return t.phases[0].from
}

func (t *timeline) current() *phase { return &t.phases[len(t.phases)-1] }

func (t *timeline) changePackage(e *entry) AnomalyCode {
	if why := t.notOpen(); why != 0 {
		return why
	}
	if !t.knows(e.event().Package) {
		return UnknownPackage
	}
	t.pending = pending{}
	from := t.current().pkg
	if e.event().Package == from {
		return 0
	}
	in := t.period(e.day)
	if e.event().Effective == PeriodEnd {
		t.pending = pending{day: in.End, pkg: e.event().Package}
		return 0
	}
	kind := packageChanges
	var grid cycle.Schedule
	if t.becomesPaid(from, e.event().Package, e.day, in.Start) {
		kind = paidStarts
		if e.day != in.Start {
			kind = cycleRestarts
			var err error
			if grid, err = t.terms.policy.Schedule(e.day, cycle.Date{}); err != nil {
				return OutOfCalendar
			}
		}
	}
	t.endPhase(e.day, e.at)
	t.current().settles = true
	if kind == cycleRestarts {
		t.begin(e.day, grid)
	}
	t.changes = append(t.changes, change{day: e.day, kind: kind, from: from, to: e.event().Package})
	t.startPhase(e.event().Package, e.day, e.at)
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

func (t *timeline) close(e *entry) AnomalyCode {
	if why := t.notOpen(); why != 0 {
		return why
	}
	if e.event().Effective == PeriodEnd {
		t.pending = pending{day: t.period(e.day).End}
		return 0
	}
	t.pending = pending{}
	day := t.terms.policy.CloseDay.End(e.day)
	t.endPhase(day, e.at)
	p := t.current()
	p.closed, p.settles, p.reach = true, true, later(p.endDay, e.day.AddDays(1))
	t.open = false
	t.changes = append(t.changes, change{day: day, kind: accountCloses, from: p.pkg})
	return 0
}

func (t *timeline) startPhase(pkg string, day cycle.Date, at instant) {
	t.phases = append(t.phases, phase{pkg: pkg, life: t.lives - 1, list: t.terms.catalogue.Of(pkg), days: cycle.Period{Start: day, End: forever}, from: at})
}

// endPhase ends the phase in force: its last charged day is the one before day, its last
// instant before at, which may be on that day still.
func (t *timeline) endPhase(day cycle.Date, at instant) {
	p := t.current()
	p.days.End, p.ended, p.endDay, p.to, p.reach = day, true, day, at, day
	if at.After(instantOf(day.Start(t.terms.policy.TimeZone))) {
		p.reach = day.AddDays(1)
	}
}

// first is the day the grid starts; only an account that was created has one.
func (t *timeline) first() cycle.Date { return t.cycles[0].schedule.Start() }

// period returns the billing period that holds a day, which is not before the first.
func (t *timeline) period(day cycle.Date) period {
	if t.recent[0].Contains(day) {
		return t.recent[0]
	}
	if t.recent[1].Contains(day) {
		return t.recent[1]
	}
	i := len(t.cycles) - 1
	for i > 0 && day.Before(t.cycles[i].schedule.Start()) {
		i--
	}
	c := &t.cycles[i]
	k := t.recent[0].k + 1
	if day != t.recent[0].End || day == c.schedule.Start() { // it is not the next one
		k, _ = c.schedule.Index(day)
	}
	p := period{Period: c.schedule.Period(k), k: k}
	p.whole = p.Period
	if k == 0 || p.End.After(lastDay) { // a stub, perhaps, or the last period of all
		p.whole = c.schedule.Whole(k)
	}
	p.life = c.life
	p.starts = k == 0 && p.Start == c.schedule.Start() && (i == 0 || t.cycles[i-1].life != c.life)
	if c.end.Before(p.End) {
		p.End = c.end
		p.cutShort = i+1 < len(t.cycles) && t.cycles[i+1].life != c.life && !t.cycles[i+1].restarted
	}
	t.recent[1] = t.recent[0]
	t.recent[0] = p
	return p
}

// charged reports that some day of a stretch is charged.
func (t *timeline) charged(stretch cycle.Period) bool { return t.lastIn(stretch) != nil }

// lastIn is the phase in force on the last charged day of a stretch, or nil.
func (t *timeline) lastIn(stretch cycle.Period) *phase {
	for i := len(t.phases) - 1; i >= 0; i-- {
		if days := t.phases[i].days; days.Start.Before(stretch.End) && stretch.Start.Before(days.End) && days.Start.Before(days.End) {
			return &t.phases[i]
		}
	}
	return nil
}

// in returns the phases of the period's life that have days or instants in it, in order.
func (t *timeline) in(p *period) []phase {
	return t.ofLife(p.life, cycle.Period{Start: p.Start, End: p.reach()})
}

// ofLife returns the phases of a life that have days or instants in a stretch of days.
func (t *timeline) ofLife(life int32, days cycle.Period) []phase {
	end := len(t.phases)
	for end > 0 && (t.phases[end-1].life > life || t.phases[end-1].life == life && !t.phases[end-1].days.Start.Before(days.End)) {
		end--
	}
	first := end
	for first > 0 && t.phases[first-1].life == life && t.phases[first-1].meets(days) {
		first--
	}
	return t.phases[first:end]
}
