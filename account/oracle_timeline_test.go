package account_test

import (
	"slices"
	"time"

	"github.com/prorata-go/prorata/account"
)

// stay is a stretch of an account's life with one package.
type stay struct {
	pkg        string
	start, end day // charged days; end is never while it goes on
	from, to   time.Time
	settled    day // the day whose invoice settles it where those are billed immediately, else never
	usage      []use
}

type use struct {
	day     day
	credits int64
}

const never = day(1 << 30)

// story is what a set of events, in the order in which they take effect, makes of an account.
type story struct {
	*oracle
	grid      grid
	stays     []*stay
	births    map[day]bool // a life starts
	restarts  map[day]bool
	changes   []switched
	deaths    []*stay // ended by an immediate close
	charges   []*account.Event
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

func (o *oracle) tell(events []*account.Event) *story {
	s := &story{oracle: o, births: map[day]bool{}, restarts: map[day]bool{}, anomalies: map[string]bool{}}
	for _, e := range events {
		s.happen(e.At)
		if !s.apply(e) {
			s.anomalies[e.ID] = true
		}
	}
	s.happen(time.Unix(1<<40, 0))
	return s
}

func (s *story) last() *stay { return s.stays[len(s.stays)-1] }

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
	s.enter(w.pkg, w.day, startOf(w.day, s.zone))
}

func (s *story) leave(d day, t time.Time) { s.last().end, s.last().to = d, t }

func (s *story) enter(pkg string, d day, t time.Time) {
	s.stays = append(s.stays, &stay{pkg: pkg, start: d, end: never, from: t, settled: never})
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
			s.last().usage = append(s.last().usage, use{d, e.Credits})
		}
		return s.open
	case account.ChargeAdded:
		if len(s.stays) > 0 {
			s.charges = append(s.charges, e)
		}
	}
	return len(s.stays) > 0
}

func (s *story) create(e *account.Event, d day) bool {
	if s.open || s.prices.terms(e.Package, d) == nil {
		return false
	}
	if len(s.stays) > 0 && s.last().end > d { // the day of a close that is charged goes to the new life
		s.last().end, s.last().settled = d, d
	}
	anchor := d
	if !e.BillingDate.IsZero() {
		anchor = civilDate(e.BillingDate)
	}
	s.begin(segment{d, anchor})
	s.births[d], s.open = true, true
	s.enter(e.Package, d, e.At)
	return true
}

// begin starts the grid anew; what began on the same day has no days left.
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
	free := s.prices.price(from, in.start) == 0 && s.prices.price(e.Package, d) > 0
	if free && s.restart && !s.grid.isBoundary(d) {
		s.begin(segment{d, d})
		s.restarts[d] = true
	}
	s.leave(d, e.At)
	s.last().settled = d
	s.enter(e.Package, d, e.At)
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
	for _, st := range s.stays {
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
	for _, st := range s.deaths {
		if st.end == d {
			return true
		}
	}
	return false
}

// phaseNumber is how many stays with the same package reach into a period before a stay does, if
// only by some hours.
func (s *story) phaseNumber(st *stay, p stretch) int {
	n := 0
	for _, before := range s.stays {
		if before == st {
			break
		}
		reach := before.end
		if before.to.After(startOf(before.end, s.zone)) || slices.Contains(s.deaths, before) {
			reach = max(reach, dayOf(before.to, s.zone)+1)
		}
		if before.pkg == st.pkg && before.start < p.end && reach > p.start {
			n++
		}
	}
	return n
}
