package account_test

import (
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
)

// stay is a stretch of a life with one package.
type stay struct {
	pkg        string
	start, end day // charged days; end is never while it goes on
	to         time.Time
	settled    day // the day whose invoice settles it where those are billed immediately, else never
}

type use struct {
	stay    *stay
	day     day
	credits int64
}

const never = day(1 << 30)

// life goes from a creation to the next one. Its grid is its own: that of the account goes on
// with the next life's.
type life struct {
	created     time.Time
	start, next day // next is the first day of the next life, or never
	grid        grid
	stays       []*stay
	usage       []use // in the order of time
}

// story is what a set of events, in the order in which they take effect, makes of an account.
type story struct {
	*oracle
	grid      grid
	lives     []*life
	births    map[day]bool // a life starts
	restarts  map[day]bool // a cycle starts with a move from free to paid
	paid      map[day]bool // a move from free to paid that a restart is the policy for, on a boundary too
	firstDays map[day]bool // days of the grid that lives start on, also where none is left
	changes   []switched
	deaths    []*stay // ended by an immediate close
	charges   []*account.Event
	statuses  []*account.Event
	anomalies map[string]bool

	open bool
	wait *waiting
}

type switched struct {
	day      day
	from, to string
}

// waiting is a change or, without a package, a close at the end of a period.
type waiting struct {
	pkg string
	day day
}

// tell makes the story of the events that are known.
func (o *oracle) tell(known []*account.Event) *story {
	s := &story{oracle: o, births: map[day]bool{}, restarts: map[day]bool{}, paid: map[day]bool{}, firstDays: map[day]bool{},
		anomalies: map[string]bool{}}
	voided := s.voided(known)
	for _, e := range known {
		switch {
		case voided[e.ID] || e.Type == account.EventVoided:
			continue
		case e.Type == account.InvoiceStatusChanged:
			if !o.wholesale() { // where none is anything: they are of what end users are billed
				s.statuses = append(s.statuses, e)
			}
			continue
		}
		s.happen(e.At)
		if !s.apply(e) {
			s.anomalies[e.ID] = true
		}
	}
	s.happen(time.Unix(1<<40, 0))
	return s
}

// voided are the ids of the events that were entered by mistake.
func (s *story) voided(known []*account.Event) map[string]bool {
	voided := map[string]bool{}
	for _, e := range known {
		if e.Type != account.EventVoided {
			continue
		}
		i := slices.IndexFunc(known, func(other *account.Event) bool { return other.ID == e.Voids })
		if i < 0 || known[i].Type == account.EventVoided || voided[e.Voids] {
			s.anomalies[e.ID] = true
			continue
		}
		voided[e.Voids] = true
	}
	return voided
}

func (s *story) life() *life { return s.lives[len(s.lives)-1] }

func (s *story) last() *stay { return s.life().stays[len(s.life().stays)-1] }

// happen lets what waits happen if its time has come.
func (s *story) happen(by time.Time) {
	if s.wait == nil || startOf(s.wait.day, s.zone).After(by) {
		return
	}
	w := s.wait
	s.wait = nil
	s.leave(w.day, startOf(w.day, s.zone))
	if w.pkg == "" {
		s.open = false
		return
	}
	s.enter(w.pkg, w.day)
}

func (s *story) leave(d day, t time.Time) { s.last().end, s.last().to = d, t }

func (s *story) enter(pkg string, d day) {
	l := s.life()
	l.stays = append(l.stays, &stay{pkg: pkg, start: d, end: never, settled: never})
}

// apply reports whether the event makes sense where it stands.
func (s *story) apply(e *account.Event) bool {
	d := dayOf(e.At, s.zone)
	switch e.Type {
	case account.Created:
		return s.create(e, d)
	case account.PackageChanged:
		return s.change(e, d)
	case account.ChangeCancelled:
		ok := s.open && s.wait != nil
		s.wait = nil
		return ok
	case account.Closed:
		return s.close(e, d)
	case account.UsageRecorded:
		if s.open {
			s.life().usage = append(s.life().usage, use{s.last(), d, e.Credits})
		}
		return s.open
	}
	billed := e.PriceList == account.AllLists || (e.PriceList == account.DistributorOnly) == s.wholesale()
	if len(s.lives) > 0 && billed {
		s.charges = append(s.charges, e)
	}
	return len(s.lives) > 0
}

func (s *story) create(e *account.Event, d day) bool {
	if s.open || s.prices.terms(e.Package, d) == nil {
		return false
	}
	if len(s.lives) > 0 {
		s.life().next = d
		if s.last().end > d { // the day of a close that is charged goes to the new life
			s.last().end, s.last().settled = d, d
		}
	}
	g := segment{d, d}
	if !e.BillingDate.IsZero() {
		g.anchor = civilDate(e.BillingDate)
	}
	s.lives = append(s.lives, &life{created: e.At, start: d, next: never, grid: grid{g}})
	s.begin(g)
	s.births[d], s.firstDays[d], s.open = true, true, true
	s.enter(e.Package, d)
	return true
}

// begin starts the account's grid anew; what began on the same day has no days left.
func (s *story) begin(g segment) {
	if n := len(s.grid); n > 0 && s.grid[n-1].start == g.start {
		s.grid = s.grid[:n-1]
	}
	s.grid = append(s.grid, g)
}

func (s *story) change(e *account.Event, d day) bool {
	if !s.open || s.prices.terms(e.Package, d) == nil {
		return false
	}
	s.wait = nil
	from, in := s.last().pkg, s.grid.period(d)
	switch {
	case e.Package == from:
		return true
	case e.Effective == account.PeriodEnd:
		s.wait = &waiting{e.Package, in.end}
		return true
	}
	if s.restart && s.prices.price(from, in.start) == 0 && s.prices.price(e.Package, d) > 0 {
		s.paid[d] = true
		if !s.grid.isBoundary(d) {
			s.restarts[d] = true
			s.begin(segment{d, d})
			s.life().grid = append(s.life().grid, segment{d, d})
		}
	}
	s.leave(d, e.At)
	s.last().settled = d
	s.enter(e.Package, d)
	s.changes = append(s.changes, switched{d, from, e.Package})
	return true
}

func (s *story) close(e *account.Event, d day) bool {
	switch {
	case !s.open:
		return false
	case e.Effective == account.PeriodEnd:
		s.wait = &waiting{"", s.grid.period(d).end}
		return true
	}
	s.wait, s.open = nil, false
	end := d
	if s.closeCharged {
		end++
	}
	s.leave(end, e.At)
	s.last().settled = end
	s.deaths = append(s.deaths, s.last())
	return true
}

// on is the stay that a day is charged to, or nil.
func (s *story) on(d day) *stay {
	for _, l := range s.lives {
		if st := l.on(d); st != nil {
			return st
		}
	}
	return nil
}

func (l *life) on(d day) *stay {
	for _, st := range l.stays {
		if st.start <= d && d < st.end {
			return st
		}
	}
	return nil
}

// daysIn are the days [a, b) of a stay in a period; where there are none, b is a.
func (st *stay) daysIn(p stretch) (a, b day) {
	a = max(st.start, p.start)
	return a, max(a, min(st.end, p.end))
}

// period is the life's own period of a day. The next life cuts it short, to no day at all where
// that starts on a boundary; on the day that two lives share the older one's is the last it had.
func (l *life) period(d day) stretch {
	p := l.grid.period(d)
	p.end = min(p.end, l.next)
	return p
}

// periods are those of a life that start by a day.
func (l *life) periods(x day) []stretch {
	var list []stretch
	for d := l.start; d <= min(x, l.next); {
		p := l.period(d)
		if n := len(list); n == 0 || list[n-1].start != p.start {
			list = append(list, p)
		}
		d = max(p.end, d+1)
	}
	return list
}

// changedOn is the first package and the last of a day's changes.
func (s *story) changedOn(d day) (from, to string, ok bool) {
	for _, c := range s.changes {
		if c.day == d {
			if !ok {
				from = c.from
			}
			to, ok = c.to, true
		}
	}
	return from, to, ok
}

func (s *story) closedOn(d day) bool {
	return slices.ContainsFunc(s.deaths, func(st *stay) bool { return st.end == d })
}

// endsAtNight reports that the invoice of a day is cut at its end.
func (s *story) endsAtNight(x day) bool {
	_, _, changed := s.changedOn(x)
	return s.births[x] || s.restarts[x] || s.paid[x] || s.atOnce && (changed || s.closedOn(x))
}

// phaseNumber is how many stays of a life with the same package reach into a period before a stay
// does, if only by some hours.
func (s *story) phaseNumber(l *life, st *stay, p stretch) int {
	n := 0
	for _, before := range l.stays {
		if before == st {
			break
		}
		reach := before.end
		if before.to.After(startOf(before.end, s.zone)) || slices.Contains(s.deaths, before) {
			reach = max(reach, dayOf(before.to, s.zone)+1)
		}
		if before.pkg == st.pkg && reach > p.start {
			n++
		}
	}
	return n
}
