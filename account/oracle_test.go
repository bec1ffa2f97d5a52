package account_test

import (
	"sort"
	"strings"
	"time"

	"github.com/prorata-go/prorata/account"
	"github.com/prorata-go/prorata/cycle"
	"github.com/prorata-go/prorata/invoice"
)

// oracle is a policy in the words of a policy file, and a price list.
type oracle struct {
	prices                                 *pricer
	list                                   invoice.PriceList
	zone                                   *time.Location
	advance, atOnce, closeCharged, restart bool
	settleDays                             int
	told                                   map[string]*story // by the events known
	sorted                                 []*account.Event
}

func newOracle(h *history) *oracle {
	p := h.Policy
	o := &oracle{prices: newPricer(p, h.Packages, h.List), list: h.List, zone: must(time.LoadLocation(p.Value("time_zone"))),
		advance: p.Value("timing") == "advance", atOnce: p.Value("bill_changes") == "immediately",
		closeCharged: p.Value("close_day") == "charged", restart: p.Value("free_upgrade") == "restart_cycle",
		settleDays: p.SettleDays, told: map[string]*story{}}
	seen := map[string]bool{}
	for i := range h.Events {
		if e := &h.Events[i]; !seen[e.ID] {
			o.sorted = append(o.sorted, e)
			seen[e.ID] = true
		}
	}
	sort.Slice(o.sorted, func(i, j int) bool {
		a, b := o.sorted[i], o.sorted[j]
		switch {
		case !a.At.Equal(b.At):
			return a.At.Before(b.At)
		case a.Type != b.Type:
			return a.Type < b.Type
		}
		return a.ID < b.ID
	})
	return o
}

func (o *oracle) wholesale() bool { return o.list == invoice.Distributor }

func civilDate(d cycle.Date) day {
	year, month, n := d.Civil()
	return civil(year, time.Month(month), n)
}

func recordedAt(e *account.Event) time.Time {
	if e.RecordedAt.IsZero() {
		return e.At
	}
	return e.RecordedAt
}

// atStart is the story of what is recorded by the start of a day, settle_days later.
func (o *oracle) atStart(x day) *story {
	by := startOf(x+day(o.settleDays), o.zone)
	return o.story(func(t time.Time) bool { return !t.After(by) })
}

// atEnd is the story of what is recorded before a day is over, settle_days later.
func (o *oracle) atEnd(x day) *story {
	by := startOf(x+1+day(o.settleDays), o.zone)
	return o.story(func(t time.Time) bool { return t.Before(by) })
}

func (o *oracle) story(recorded func(time.Time) bool) *story {
	var known []*account.Event
	var ids strings.Builder
	var latest time.Time
	for _, e := range o.sorted {
		if t := recordedAt(e); recorded(t) {
			known = append(known, e)
			ids.WriteString(e.ID + "\n")
			if t.After(latest) {
				latest = t
			}
		}
	}
	s := o.told[ids.String()]
	if s == nil {
		s = o.tell(known)
		if len(s.lives) == 0 && len(known) > 0 { // the grid is the one last known
			before := o.story(func(t time.Time) bool { return t.Before(latest) })
			s.grid, s.firstDays = before.grid, before.firstDays
		}
		o.told[ids.String()] = s
	}
	return s
}

// item is an amount owed, and key what it is for.
type item struct {
	kind, pkg       string
	start, end      day
	amount, credits int64
	dueBy           func(x day, atEnd bool) bool // whether an earlier invoice settled it
}

type key struct {
	period        day
	life          int // of the lives whose period has no day, how many lives of the same day followed
	kind, pkg, id string
	nth           int
}

// owed is all that is owed on a day: in the morning, or at its end.
func (s *story) owed(x day, atEnd bool) map[key]item {
	items := map[key]item{}
	for i, l := range s.lives {
		for _, p := range l.periods(x) {
			k := key{period: p.start}
			if p.start == p.end {
				for _, later := range s.lives[i+1:] {
					if later.start == p.start {
						k.life++
					}
				}
			}
			s.recurringOf(l, p, k, x, items)
			s.overageOf(l, p, k, x, items)
		}
	}
	for _, e := range s.charges {
		d := dayOf(e.At, s.zone)
		due := func(x day, atEnd bool) bool { return d < x || d == x && atEnd }
		if due(x, atEnd) {
			items[key{kind: "charge", id: e.ID}] = item{"charge", "", d, d + 1, e.Amount.Minor(), 0, due}
		}
	}
	return items
}

func (s *story) recurringOf(l *life, p stretch, k key, x day, items map[key]item) {
	k.kind = "recurring"
	for _, st := range l.stays {
		a, to := st.daysIn(p)
		if !s.advance {
			to = min(to, x)
		}
		if a >= to {
			continue
		}
		settled := func(cut day, _ bool) bool { return s.advance && p.start <= cut || !s.advance && to <= cut }
		amount := s.prices.recurring(s.prices.price(st.pkg, p.start), int(a-p.wholeStart), int(to-p.wholeStart), p.n)
		k.pkg, k.nth = st.pkg, 0
		for _, taken := items[k]; taken; _, taken = items[k] {
			k.nth++
		}
		items[k] = item{k.kind, k.pkg, a, to, amount, 0, settled}
	}
}

// overageOf goes through the credits of a period in the order of time, and takes each from what
// is left of its allowance.
func (s *story) overageOf(l *life, p stretch, k key, x day, items map[key]item) {
	charged := func(st *stay) bool { a, b := st.daysIn(p); return a < b }
	pools := map[any]int64{} // by package or by stay
	used, over := map[*stay]int64{}, map[*stay]int64{}
	for _, u := range l.usage {
		if l.period(u.day).start != p.start {
			continue
		}
		used[u.stay] += u.credits
		over[u.stay] += u.credits
		payer := u.stay
		if !charged(payer) {
			if payer = l.on(u.day); payer == nil || !p.holds(u.day) {
				continue // nothing is included
			}
		}
		var pool any = payer.pkg
		if s.prices.prorated {
			pool = payer
		}
		if _, begun := pools[pool]; !begun {
			a, b := payer.daysIn(p)
			pools[pool] = s.prices.allowance(s.prices.terms(payer.pkg, p.start).Credits, int(a-p.wholeStart), int(b-p.wholeStart), p.n)
		}
		included := min(u.credits, pools[pool])
		pools[pool] -= included
		over[u.stay] -= included
	}
	for _, st := range l.stays {
		due := func(x day, _ bool) bool { return p.end <= x || s.atOnce && st.settled <= x }
		if used[st] == 0 || !due(x, true) {
			continue
		}
		a, b := st.daysIn(p)
		k.kind, k.pkg, k.nth = "overage", st.pkg, s.phaseNumber(l, st, p) // so that late credits of one stay do not renumber another
		amount := s.prices.overage(s.prices.terms(st.pkg, p.start), over[st])
		items[k] = item{k.kind, k.pkg, a, max(b, a+1), amount, used[st], due}
	}
}

// bill goes through the days of an account and cuts its invoices.
func (o *oracle) bill(through day) []*billed {
	if len(o.sorted) == 0 {
		return nil
	}
	var bills []*billed
	for x := o.firstDay(); x <= through; x++ {
		c, s := o.cutOn(x)
		if len(s.grid) == 0 || x < s.grid.first() || !c.own && !s.grid.isBoundary(x) {
			continue
		}
		b := s.balance(s.owed(x, c.atEnd), bills)
		if c.own || s.mustBill(x, bills) || !s.firstDays[x] && b.differs() {
			bills = append(bills, s.invoice(c, bills, b))
		}
	}
	return bills
}

func (o *oracle) firstDay() day {
	first := never
	for _, e := range o.sorted {
		first = min(first, dayOf(e.At, o.zone))
	}
	return first
}

// cut is when and why an invoice may be made.
type cut struct {
	day   day
	atEnd bool
	own   bool // it is made whatever is on it
	kind  string
}

func (o *oracle) cutOn(x day) (cut, *story) {
	morning, s := o.atStart(x), o.atEnd(x)
	c := cut{day: x, kind: "Recurring Bill"}
	if !morning.endsAtNight(x) && !s.endsAtNight(x) {
		return c, morning
	}
	c.atEnd = true
	from, to, changed := s.changedOn(x)
	switch {
	case o.atOnce && s.closedOn(x):
		c.own, c.kind = true, "Account Close"
	case s.restarts[x]:
		c.own, c.kind = o.atOnce, "Account Upgrade"
	case o.atOnce && changed:
		start := s.grid.period(x).start
		c.own, c.kind = true, "Account Upgrade"
		if o.prices.price(to, start) < o.prices.price(from, start) {
			c.kind = "Account Downgrade"
		}
	}
	return c, s
}

// mustBill reports that a boundary's period, or in advance the next one, has a charged day
// that no cut inside it has settled.
func (s *story) mustBill(x day, bills []*billed) bool {
	charged := func(from, to day) bool {
		for d := from; d < to; d++ {
			if s.on(d) != nil {
				return true
			}
		}
		return false
	}
	if p := s.grid.period(x); s.advance && charged(p.start, p.end) {
		return true
	}
	if x == s.grid.first() {
		return false
	}
	p := s.grid.period(x - 1)
	from := p.start
	for _, b := range bills {
		if inside := p.start < b.cut.day && b.cut.day < x; inside && s.advance {
			return false
		} else if inside {
			from = b.cut.day
		}
	}
	return charged(from, x)
}
