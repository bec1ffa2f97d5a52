package account_test

import (
	"fmt"
	"slices"
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
	zone                                   *time.Location
	advance, atOnce, closeCharged, restart bool
	settleDays                             int
	told                                   map[string]*story // by the events known
	sorted                                 []*account.Event
}

func newOracle(p invoice.Policy, list []invoice.Package, events []account.Event) *oracle {
	o := &oracle{prices: newPricer(p, list), zone: must(time.LoadLocation(p.Value("time_zone"))),
		advance: p.Value("timing") == "advance", atOnce: p.Value("bill_changes") == "immediately",
		closeCharged: p.Value("close_day") == "charged", restart: p.Value("free_upgrade") == "restart_cycle",
		settleDays: p.SettleDays, told: map[string]*story{}}
	seen := map[string]bool{}
	for i := range events {
		if !seen[events[i].ID] {
			o.sorted = append(o.sorted, &events[i])
		}
		seen[events[i].ID] = true
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

func civilDate(d cycle.Date) day {
	year, month, n := d.Civil()
	return civil(year, time.Month(month), n)
}

// asOf is the story of what is known at the start of a day, settle_days later.
func (o *oracle) asOf(d day) *story {
	by := startOf(d+day(o.settleDays), o.zone)
	var key []byte
	var known []*account.Event
	for _, e := range o.sorted {
		at := e.RecordedAt
		if at.IsZero() {
			at = e.At
		}
		if at.After(by) {
			key = append(key, '-')
			continue
		}
		key = append(key, '+')
		known = append(known, e)
	}
	if o.told[string(key)] == nil {
		o.told[string(key)] = o.tell(known)
	}
	return o.told[string(key)]
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
	kind, pkg, id string
	nth           int
}

// owed is all that is owed on a day: in the morning, or at its end.
func (s *story) owed(x day, atEnd bool) map[key]item {
	items := map[key]item{}
	for p := s.grid.period(s.grid.first()); p.start <= x; p = s.grid.period(p.end) {
		for _, st := range s.stays {
			s.owedBy(st, p, x, items)
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

func (s *story) owedBy(st *stay, p stretch, x day, items map[key]item) {
	// add tells an item from those that the account owes for the same kind, package and period.
	add := func(kind string, it item) {
		k := key{period: p.start, kind: kind, pkg: st.pkg}
		for _, taken := items[k]; taken; _, taken = items[k] {
			k.nth++
		}
		if kind == "overage" { // so that late credits of one stay do not renumber another
			k.nth = s.phaseNumber(st, p)
		}
		it.kind, it.pkg = kind, st.pkg
		items[k] = it
	}
	terms := s.prices.terms(st.pkg, p.start)
	a, b := st.daysIn(p)
	to := b
	if !s.advance {
		to = min(b, x)
	}
	if a < to {
		settled := func(cut day, _ bool) bool { return s.advance && p.start <= cut || !s.advance && to <= cut }
		amount := s.prices.recurring(terms.Price.Minor(), int(a-p.wholeStart), int(to-p.wholeStart), p.n)
		add("recurring", item{start: a, end: to, amount: amount, dueBy: settled})
	}
	var used int64
	for _, u := range st.usage {
		if p.holds(u.day) {
			used += u.credits
		}
	}
	due := func(x day, _ bool) bool { return p.end <= x || s.atOnce && st.settled <= x }
	if used > 0 && due(x, true) {
		included := s.prices.allowance(terms.Credits, int(a-p.wholeStart), int(b-p.wholeStart), p.n)
		add("overage", item{start: a, end: max(b, a+1), amount: s.prices.overage(terms, used-included), credits: used, dueBy: due})
	}
}

// bill goes through the days of an account and cuts its invoices, as text.
func (o *oracle) bill(through day) []billed {
	if len(o.sorted) == 0 {
		return nil
	}
	var bills []billed
	before := map[key]item{}
	var cuts []cut
	for x := o.firstDay(); x <= through; x++ {
		c, s := o.cutOn(x)
		if len(s.stays) == 0 || x < s.grid.first() || !c.own && !s.grid.isBoundary(x) {
			continue
		}
		items := s.owed(x, c.atEnd)
		first := x == s.grid.first()
		if !c.own && !s.mustBill(x, cuts) && (first || !differs(items, before)) {
			continue
		}
		bills = append(bills, s.invoice(c, cuts, items, before))
		before, cuts = items, append(cuts, c)
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
	s := o.asOf(x + 1)
	c := cut{day: x, kind: "Recurring Bill"}
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
	if c.atEnd = c.own || s.births[x] || s.restarts[x]; c.atEnd {
		return c, s
	}
	return c, o.asOf(x)
}

// mustBill reports that a boundary's period, or in advance the next one, has a charged day
// that no cut inside it has settled.
func (s *story) mustBill(x day, cuts []cut) bool {
	var look []stretch
	if x > s.grid.first() {
		look = append(look, s.grid.period(x-1))
	}
	if s.advance {
		look = append(look, s.grid.period(x))
	}
	for _, p := range look {
		from := p.start
		for _, c := range cuts {
			if p.holds(c.day) {
				from = max(from, c.day)
			}
		}
		for d := from; d < p.end; d++ {
			if s.on(d) != nil {
				return true
			}
		}
	}
	return false
}

func differs(a, b map[key]item) bool {
	for k := range a {
		if a[k].amount != b[k].amount {
			return true
		}
	}
	for k := range b {
		if a[k].amount != b[k].amount {
			return true
		}
	}
	return false
}

// billed is an invoice as text, to be compared.
type billed struct {
	day    day
	head   string
	status string
	lines  []string
}

func (s *story) invoice(c cut, cuts []cut, items, before map[key]item) billed {
	start, end := s.itsPeriod(c.day, cuts)
	pkg, full := "", int64(0)
	for d := start; d < end; d++ {
		if st := s.on(d); st != nil {
			pkg, full = st.pkg, s.prices.price(st.pkg, s.grid.period(d).start)
		}
	}
	var lines []string
	sums := map[string]int64{}
	var credits int64
	add := func(k key, it item) {
		amount := items[k].amount - before[k].amount
		credits += items[k].credits - before[k].credits
		sums[it.kind] += amount
		_, adjusts := before[k]
		for _, earlier := range cuts {
			adjusts = adjusts || it.dueBy(earlier.day, earlier.atEnd)
		}
		if amount != 0 {
			lines = append(lines, lineText(it.kind, it.pkg, it.start.String(), (it.end-1).String(), amount, adjusts))
		}
	}
	for k, it := range items {
		add(k, it)
	}
	for k, it := range before {
		if _, both := items[k]; !both {
			add(k, it)
		}
	}
	slices.Sort(lines)
	final := sums["recurring"] + sums["overage"] + sums["charge"]
	status := "Unpaid"
	if final == 0 {
		status = "Paid"
	}
	end = max(end, start+1) // of a day on which nothing is charged yet: the day itself
	return billed{c.day, headText(c.day.String(), c.kind, start.String(), (end - 1).String(), pkg, credits,
		full, full-sums["recurring"], sums["overage"], sums["charge"], final, ""), status, lines}
}

// itsPeriod is the stretch that an invoice is about.
func (s *story) itsPeriod(x day, cuts []cut) (start, end day) {
	here := s.grid.period(x)
	if s.advance && s.on(x) != nil {
		return x, here.end
	}
	start = here.start
	if start == x && x > s.grid.first() {
		start = s.grid.period(x - 1).start
	}
	for _, c := range cuts {
		start = max(start, min(c.day, x))
	}
	return start, x
}

func headText(date, kind, start, end, pkg string, credits, full, prorated, overage, charges, final int64, status string) string {
	return fmt.Sprint(strings.Join([]string{date, kind, start + " … " + end, pkg}, " | "),
		" | credits ", credits, " | ", full, " - ", prorated, " + ", overage, " + ", charges, " = ", final, " | ", status)
}

func lineText(kind, pkg, start, end string, amount int64, adjusts bool) string {
	return fmt.Sprint("  ", kind, " | ", pkg, " | ", start, " … ", end, " | ", amount, " | adjustment ", adjusts)
}

// statements are an account's invoices, with the statuses that events give them, and the ids
// of the events that make no sense.
func (o *oracle) statements(through cycle.Date) (texts, strange []string) {
	bills := o.bill(civilDate(through))
	byNumber := map[string]*billed{}
	for i := range bills {
		byNumber[o.number(bills[i].day)] = &bills[i]
	}
	odd := o.tell(o.sorted).anomalies
	for _, e := range o.sorted {
		if e.Type != account.InvoiceStatusChanged || odd[e.ID] {
			continue
		}
		if b := byNumber[e.Invoice]; b != nil {
			b.status = e.Status.String()
		} else {
			odd[e.ID] = true // no history here names an invoice after the last
		}
	}
	for _, b := range bills {
		texts = append(texts, b.head+b.status+"\n"+strings.Join(b.lines, "\n")+"\n")
	}
	strange = []string{}
	for id := range odd {
		strange = append(strange, id)
	}
	slices.Sort(strange)
	return texts, strange
}

func (o *oracle) number(d day) string {
	return invoice.NumbersOf(o.sorted[0].Account).On(dateOf(d)).String()
}
